//! What may be done to a person, by whom: one table for the decision and for the buttons.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{GroupId, Permissions, PersonId, QueueId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, Refusal, State, check_name, check_roles};
use crate::permissions::{ASSIGN, MANAGE};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    pub person: PersonId,
    pub permissions: &'a Permissions,
}

/// What the decision needs to know beside the person.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub groups: BTreeSet<GroupId>,
    pub roles: BTreeSet<String>,
    /// The roles that allow to manage people.
    pub manager_roles: BTreeSet<String>,
    /// Everybody who can manage people now.
    pub managers: BTreeSet<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Edit(Edit),
    Lock,
    Unlock,
    Leave,
    TakeBack,
    ResetPassword,
}

/// Everything that can be edited, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Edit {
    pub name: String,
    pub group: Option<GroupId>,
    pub roles: BTreeSet<String>,
    pub queues: BTreeMap<QueueId, u8>,
    pub skills: BTreeMap<String, u8>,
    pub phone: bool,
    pub contact: Option<String>,
    pub wrap_up: Option<Duration>,
}

/// The buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    /// Everything of `Edit`.
    Edit,
    /// Group, queues, skills and wrap-up only.
    Assign,
    Lock,
    Unlock,
    Leave,
    TakeBack,
    ResetPassword,
}

/// What this asker may do to this person now.
pub fn allowed(person: &Person, asker: Asker<'_>) -> Vec<Allowed> {
    let all = [
        Allowed::Edit,
        Allowed::Assign,
        Allowed::Lock,
        Allowed::Unlock,
        Allowed::Leave,
        Allowed::TakeBack,
        Allowed::ResetPassword,
    ];
    all.into_iter().filter(|act| check(person, *act, asker).is_ok()).collect()
}

/// Why not, before looking at what exactly is to be changed.
fn check(person: &Person, act: Allowed, asker: Asker<'_>) -> Result<(), Denied> {
    let manages = asker.permissions.has(MANAGE);
    let may = manages || (act == Allowed::Assign && asker.permissions.has(ASSIGN));
    if !may {
        return Err(Denied::Forbidden);
    }
    let oneself = person.id == asker.person;
    match (act, person.state) {
        (Allowed::Lock | Allowed::Leave | Allowed::ResetPassword, _) if oneself => {
            Err(Refusal::NotToOneself.into())
        }
        (Allowed::TakeBack, State::Left) => Ok(()),
        (Allowed::TakeBack, _) => Err(Refusal::AlreadySo.into()),
        (_, State::Left) => Err(Refusal::HasLeft.into()),
        (Allowed::Lock, State::Locked) => Err(Refusal::AlreadySo.into()),
        // Also ends a lock after wrong passwords.
        (Allowed::Unlock, State::Active) if person.locked_until.is_none() => Err(Refusal::AlreadySo.into()),
        _ => Ok(()),
    }
}

/// No: by right, or by rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    Forbidden,
    Refused(Refusal),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Denied::Refused(refusal)
    }
}

/// The person as it will be.
pub fn decide(person: &Person, act: &Act, asker: Asker<'_>, known: &Known) -> Result<Person, Denied> {
    let mut next = person.clone();
    match act {
        Act::Edit(edit) => {
            let only_assigns = edit.name == person.name
                && edit.roles == person.roles
                && edit.phone == person.phone
                && edit.contact == person.contact;
            check(person, if only_assigns { Allowed::Assign } else { Allowed::Edit }, asker)?;
            if edit.roles != person.roles && person.id == asker.person {
                return Err(Refusal::NotToOneself.into());
            }
            apply(&mut next, edit, known)?;
        }
        Act::Lock => {
            check(person, Allowed::Lock, asker)?;
            next.state = State::Locked;
        }
        Act::Unlock => {
            check(person, Allowed::Unlock, asker)?;
            next.state = State::Active;
            next.failures = 0;
            next.locked_until = None;
        }
        Act::Leave => {
            check(person, Allowed::Leave, asker)?;
            next.state = State::Left;
            next.queues.clear();
        }
        Act::TakeBack => {
            check(person, Allowed::TakeBack, asker)?;
            next.state = State::Active;
            next.must_change_password = true;
        }
        Act::ResetPassword => {
            check(person, Allowed::ResetPassword, asker)?;
            next.must_change_password = true;
        }
    }
    let still_manages = next.state == State::Active && !next.roles.is_disjoint(&known.manager_roles);
    if known.managers.len() == 1 && known.managers.contains(&person.id) && !still_manages {
        return Err(Refusal::LastManager.into());
    }
    Ok(next)
}

/// Checks the fields of an edit and puts them in; also for somebody new.
pub fn apply(person: &mut Person, edit: &Edit, known: &Known) -> Result<(), Refusal> {
    person.name = check_name(&edit.name)?;
    if let Some(role) = edit.roles.iter().find(|role| !known.roles.contains(*role)) {
        return Err(Refusal::NoSuchRole { role: role.clone() });
    }
    check_roles(&edit.roles)?;
    if edit.group.is_some_and(|group| !known.groups.contains(&group)) {
        return Err(Refusal::NoSuchGroup);
    }
    if edit.queues.len() > 100 || edit.queues.values().any(|rank| !(1..=99).contains(rank)) {
        return Err(Refusal::BadField { field: "queues" });
    }
    let skill_fits = |(skill, level): (&String, &u8)| {
        (1..=40).contains(&skill.chars().count())
            && !skill.chars().any(char::is_control)
            && (1..=9).contains(level)
    };
    if edit.skills.len() > 100 || !edit.skills.iter().all(skill_fits) {
        return Err(Refusal::BadField { field: "skills" });
    }
    let contact_fits = |contact: &String| {
        contact.len() <= 200
            && (contact.starts_with("sip:") || contact.starts_with("sips:"))
            && !contact
                .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
    };
    if !edit.contact.as_ref().is_none_or(contact_fits) {
        return Err(Refusal::BadField { field: "contact" });
    }
    if edit.wrap_up.is_some_and(|wrap_up| wrap_up > Duration::from_secs(3_600)) {
        return Err(Refusal::BadField { field: "wrap_up_s" });
    }
    person.group = edit.group;
    person.roles.clone_from(&edit.roles);
    person.queues.clone_from(&edit.queues);
    person.skills.clone_from(&edit.skills);
    person.phone = edit.phone;
    person.contact.clone_from(&edit.contact);
    person.wrap_up = edit.wrap_up;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use kernel::BuiltIn;

    fn person(id: i64, state: State) -> Person {
        let mut person =
            Person::new(PersonId(id), &format!("{id}"), "李雷", BuiltIn::Agent).expect("a person");
        person.state = state;
        person
    }

    fn edit_of(person: &Person) -> Edit {
        Edit {
            name: person.name.clone(),
            group: person.group,
            roles: person.roles.clone(),
            queues: person.queues.clone(),
            skills: person.skills.clone(),
            phone: person.phone,
            contact: person.contact.clone(),
            wrap_up: person.wrap_up,
        }
    }

    fn known() -> Known {
        Known {
            groups: [GroupId(1)].into(),
            roles: BuiltIn::ALL.iter().map(|role| role.key().to_owned()).collect(),
            manager_roles: ["security_admin".to_owned()].into(),
            managers: [PersonId(1), PersonId(2)].into(),
        }
    }

    #[test]
    fn what_may_be_done() {
        let check = |asker: i64, permissions: &[&'static str], expected: Expect| {
            let permissions = Permissions::of(permissions.iter().copied());
            let asker = Asker { person: PersonId(asker), permissions: &permissions };
            let mut text = String::new();
            for state in [State::Active, State::Locked, State::Left] {
                text.push_str(&format!("{state:?}: {:?}\n", allowed(&person(7, state), asker)));
            }
            expected.assert_eq(&text);
        };
        check(
            1,
            &["people.manage"],
            expect![[r#"
            Active: [Edit, Assign, Lock, Leave, ResetPassword]
            Locked: [Edit, Assign, Unlock, Leave, ResetPassword]
            Left: [TakeBack]
        "#]],
        );
        check(
            7,
            &["people.manage"],
            expect![[r#"
            Active: [Edit, Assign]
            Locked: [Edit, Assign, Unlock]
            Left: [TakeBack]
        "#]],
        );
        check(
            3,
            &["people.assign"],
            expect![[r#"
            Active: [Assign]
            Locked: [Assign]
            Left: []
        "#]],
        );
        check(
            3,
            &["people.read"],
            expect![[r#"
            Active: []
            Locked: []
            Left: []
        "#]],
        );
    }

    #[test]
    fn what_is_refused() {
        let check = |edit: &dyn Fn(&mut Edit), expected: Result<(), Denied>| {
            let permissions = Permissions::of(["people.manage"]);
            let asker = Asker { person: PersonId(1), permissions: &permissions };
            let person = person(7, State::Active);
            let mut wanted = edit_of(&person);
            edit(&mut wanted);
            assert_eq!(decide(&person, &Act::Edit(wanted), asker, &known()).map(|_| ()), expected);
        };
        let refused = |refusal: Refusal| Err(Denied::Refused(refusal));
        check(&|_| {}, Ok(()));
        check(&|e| e.name = " ".to_owned(), refused(Refusal::BadField { field: "name" }));
        check(&|e| e.name = "李\u{202e}雷".to_owned(), refused(Refusal::BadField { field: "name" }));
        check(&|e| e.group = Some(GroupId(1)), Ok(()));
        check(&|e| e.group = Some(GroupId(2)), refused(Refusal::NoSuchGroup));
        check(
            &|e| e.roles = ["root".to_owned()].into(),
            refused(Refusal::NoSuchRole { role: "root".to_owned() }),
        );
        check(
            &|e| e.roles = ["security_admin".to_owned(), "audit_admin".to_owned()].into(),
            refused(Refusal::AdminRolesSplit),
        );
        check(&|e| e.queues = [(QueueId(1), 0)].into(), refused(Refusal::BadField { field: "queues" }));
        check(&|e| e.skills = [("英语".to_owned(), 9)].into(), Ok(()));
        check(
            &|e| e.skills = [("英语".to_owned(), 10)].into(),
            refused(Refusal::BadField { field: "skills" }),
        );
        check(&|e| e.contact = Some("sip:1001@10.0.0.7:5060".to_owned()), Ok(()));
        check(
            &|e| e.contact = Some("sip:1001@10.0.0.7\r\nVia: x".to_owned()),
            refused(Refusal::BadField { field: "contact" }),
        );
        check(&|e| e.contact = Some("http://x".to_owned()), refused(Refusal::BadField { field: "contact" }));
        check(
            &|e| e.wrap_up = Some(Duration::from_secs(3_601)),
            refused(Refusal::BadField { field: "wrap_up_s" }),
        );
    }

    #[test]
    fn a_shift_leader_moves_people_but_makes_nobody_an_administrator() {
        let permissions = Permissions::of(["people.assign"]);
        let asker = Asker { person: PersonId(3), permissions: &permissions };
        let person = person(7, State::Active);
        let mut edit = edit_of(&person);
        edit.queues = [(QueueId(1), 1)].into();
        assert!(decide(&person, &Act::Edit(edit.clone()), asker, &known()).is_ok());
        edit.roles.insert("supervisor".to_owned());
        assert_eq!(decide(&person, &Act::Edit(edit), asker, &known()), Err(Denied::Forbidden));
    }

    #[test]
    fn the_last_who_can_manage_people_stays() {
        let permissions = Permissions::of(["people.manage"]);
        let asker = Asker { person: PersonId(9), permissions: &permissions };
        let mut manager = person(1, State::Active);
        manager.roles = ["security_admin".to_owned()].into();
        let mut known = known();
        assert!(decide(&manager, &Act::Leave, asker, &known).is_ok(), "there is another");
        known.managers = [PersonId(1)].into();
        let last = Err(Denied::Refused(Refusal::LastManager));
        assert_eq!(decide(&manager, &Act::Leave, asker, &known), last);
        assert_eq!(decide(&manager, &Act::Lock, asker, &known), last);
        let mut edit = edit_of(&manager);
        edit.roles = ["agent".to_owned()].into();
        assert_eq!(decide(&manager, &Act::Edit(edit), asker, &known), last);
    }

    #[test]
    fn nobody_gives_roles_to_oneself() {
        let permissions = Permissions::of(["people.manage"]);
        let asker = Asker { person: PersonId(7), permissions: &permissions };
        let person = person(7, State::Active);
        let mut edit = edit_of(&person);
        edit.roles.insert("supervisor".to_owned());
        let denied = decide(&person, &Act::Edit(edit), asker, &known());
        assert_eq!(denied, Err(Denied::Refused(Refusal::NotToOneself)));
    }

    #[test]
    fn who_leaves_answers_no_calls() {
        let permissions = Permissions::of(["people.manage"]);
        let asker = Asker { person: PersonId(1), permissions: &permissions };
        let mut agent = person(7, State::Active);
        agent.queues = [(QueueId(1), 1)].into();
        let left = decide(&agent, &Act::Leave, asker, &known()).expect("leaves");
        assert_eq!((left.state, left.queues.len()), (State::Left, 0));
        let back = decide(&left, &Act::TakeBack, asker, &known()).expect("comes back");
        assert!(back.must_change_password);
    }
}
