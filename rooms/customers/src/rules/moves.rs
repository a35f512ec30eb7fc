//! Two records are found to be one customer, or one to be two; and either is undone.

use kernel::{AccountId, ContactId, CustomerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::By;
use super::{Account, Contact, Customer, Kind, NAME_MAX, Refusal, needed, words};

words! { MoveKind { Merge = "merge", Split = "split" } }

/// What went from one record to the other, by id; enough to bring it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub accounts: Vec<AccountId>,
    pub contacts: Vec<ContactId>,
    /// Flags that the target did not have.
    pub flags: Vec<super::FlagKind>,
}

/// A merge or a split as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub id: i64,
    pub kind: MoveKind,
    pub source: CustomerId,
    pub target: CustomerId,
    pub moved: Moved,
    pub undone: bool,
}

/// Both records afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    pub source: Customer,
    pub target: Customer,
    pub moved: Moved,
}

/// What is to become a customer of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitForm {
    /// Of the record as it was read.
    pub version: i64,
    pub kind: Kind,
    pub name: String,
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    pub contacts: Vec<ContactId>,
}

fn live(customer: &Customer) -> Result<(), Refusal> {
    match (customer.merged_into, &customer.archived) {
        (Some(_), _) => Err(Refusal::IsMerged),
        (None, Some(_)) => Err(Refusal::IsArchived),
        (None, None) => Ok(()),
    }
}

/// `source` is the same customer as `target`: what it has moves there, and it stands for nothing any more.
pub fn merge(source: &Customer, target: &Customer, by: &By) -> Result<Both, Refusal> {
    live(source)?;
    live(target)?;
    if source.id == target.id {
        return Err(Refusal::SameCustomer);
    }
    let (mut from, mut into) = (source.clone(), target.clone());
    let mut moved =
        Moved { accounts: from.accounts.iter().map(|account| account.id).collect(), ..Moved::default() };
    into.accounts.append(&mut from.accounts);
    // A number that both have stays with the source, so that undoing brings it back untouched.
    let (known, new): (Vec<Contact>, Vec<Contact>) = from
        .contacts
        .drain(..)
        .partition(|contact| into.contacts.iter().any(|other| other.number == contact.number));
    from.contacts = known;
    let has_preferred = into.contacts.iter().any(|contact| contact.preferred);
    for mut contact in new {
        moved.contacts.push(contact.id);
        contact.preferred &= !has_preferred;
        into.contacts.push(contact);
    }
    for flag in &from.flags {
        if !into.flags.iter().any(|known| known.flag == flag.flag) {
            moved.flags.push(flag.flag);
            into.flags.push(flag.clone());
        }
    }
    into.flags.sort_by_key(|flag| flag.flag);
    from.merged_into = Some(into.id);
    (from.changed_at, into.changed_at) = (by.now, by.now);
    Ok(Both { source: from, target: into, moved })
}

/// The accounts and numbers that are chosen become a customer of their own, the target.
pub fn split(source: &Customer, form: &SplitForm, by: &By) -> Result<Both, Refusal> {
    live(source)?;
    let mut from = source.clone();
    let (gone, kept): (Vec<Account>, Vec<Account>) =
        from.accounts.drain(..).partition(|account| form.accounts.contains(&account.id));
    from.accounts = kept;
    let (gone_numbers, kept): (Vec<Contact>, Vec<Contact>) =
        from.contacts.drain(..).partition(|contact| form.contacts.contains(&contact.id));
    from.contacts = kept;
    if gone.is_empty() && gone_numbers.is_empty() {
        return Err(Refusal::NothingToMove);
    }
    let moved = Moved {
        accounts: gone.iter().map(|account| account.id).collect(),
        contacts: gone_numbers.iter().map(|contact| contact.id).collect(),
        flags: Vec::new(),
    };
    let mut target = Customer {
        id: (by.id)().into(),
        kind: form.kind,
        name: needed("name", &form.name, NAME_MAX)?,
        contacts: gone_numbers,
        accounts: gone,
        flags: Vec::new(),
        created_at: by.now,
        changed_at: by.now,
        archived: None,
        merged_into: None,
        version: 1,
    };
    one_preferred(&mut from);
    one_preferred(&mut target);
    from.changed_at = by.now;
    Ok(Both { source: from, target, moved })
}

/// Brings back what was moved and is still there.
pub fn undo(done: &Move, source: &Customer, target: &Customer, by: &By) -> Result<Both, Refusal> {
    if done.undone {
        return Err(Refusal::AlreadyUndone);
    }
    live(target).map_err(|_| Refusal::CannotUndo { why: "target_gone" })?;
    let (mut from, mut into) = (source.clone(), target.clone());
    match done.kind {
        MoveKind::Merge if from.merged_into == Some(into.id) => from.merged_into = None,
        MoveKind::Merge => return Err(Refusal::CannotUndo { why: "source_gone" }),
        MoveKind::Split => live(&from).map_err(|_| Refusal::CannotUndo { why: "source_gone" })?,
    }
    let (back, kept): (Vec<Account>, Vec<Account>) =
        into.accounts.drain(..).partition(|account| done.moved.accounts.contains(&account.id));
    into.accounts = kept;
    from.accounts.extend(back);
    let (back, kept): (Vec<Contact>, Vec<Contact>) =
        into.contacts.drain(..).partition(|contact| done.moved.contacts.contains(&contact.id));
    into.contacts = kept;
    let back =
        back.into_iter().filter(|contact| !from.contacts.iter().any(|known| known.number == contact.number));
    let back: Vec<Contact> = back.collect();
    from.contacts.extend(back);
    into.flags.retain(|flag| !done.moved.flags.contains(&flag.flag));
    if done.kind == MoveKind::Split {
        if !into.accounts.is_empty() || !into.contacts.is_empty() {
            return Err(Refusal::CannotUndo { why: "target_has_more" });
        }
        into.merged_into = Some(from.id);
    }
    one_preferred(&mut from);
    one_preferred(&mut into);
    (from.changed_at, into.changed_at) = (by.now, by.now);
    Ok(Both { source: from, target: into, moved: done.moved.clone() })
}

fn one_preferred(customer: &mut Customer) {
    let mut seen = false;
    for contact in &mut customer.contacts {
        contact.preferred &= !seen;
        seen |= contact.preferred;
    }
    if !seen && let Some(first) = customer.contacts.first_mut() {
        first.preferred = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::FlagKind;
    use super::super::change::tests::{by, counting, somebody};
    use super::super::change::{Act, decide};
    use super::*;

    fn shown(customer: &Customer) -> String {
        let accounts = customer.accounts.len();
        let numbers: Vec<String> = customer
            .contacts
            .iter()
            .map(|c| format!("{}{}", c.number.tail(2), if c.preferred { "*" } else { "" }))
            .collect();
        let flags: Vec<_> = customer.flags.iter().map(|flag| flag.flag.as_str()).collect();
        let gone = if customer.merged_into.is_some() { " gone" } else { "" };
        format!("{accounts} accounts, {} {}{gone}", numbers.join(" "), flags.join(" ")).trim_end().to_owned()
    }

    #[test]
    fn a_merge_is_undone() {
        let id = counting();
        let (one, mut two) = (somebody(&id), somebody(&id));
        two.contacts[0].number = "15400000009".parse().expect("a number");
        let flag = Act::SetFlag { flag: FlagKind::Elderly, reason: "独居".into() };
        let two = decide(&two, &flag, &by(&id)).expect("may").after;
        let both = merge(&two, &one, &by(&id)).expect("may");
        assert_eq!(shown(&both.target), "2 accounts, 01* 02 09 elderly");
        assert_eq!(shown(&both.source), "0 accounts, 02 elderly gone");
        assert_eq!(merge(&both.source, &one, &by(&id)), Err(Refusal::IsMerged));
        assert_eq!(merge(&one, &one, &by(&id)), Err(Refusal::SameCustomer));

        let mut done = Move {
            id: 1,
            kind: MoveKind::Merge,
            source: two.id,
            target: one.id,
            moved: both.moved,
            undone: false,
        };
        let back = undo(&done, &both.source, &both.target, &by(&id)).expect("may");
        assert_eq!(shown(&back.target), shown(&one));
        assert_eq!(shown(&back.source), "1 accounts, 02* 09 elderly");
        done.undone = true;
        assert_eq!(undo(&done, &both.source, &both.target, &by(&id)), Err(Refusal::AlreadyUndone));
    }

    #[test]
    fn a_split_makes_a_customer_and_is_undone() {
        let id = counting();
        let one = somebody(&id);
        let form = |accounts: Vec<AccountId>, contacts: Vec<ContactId>| SplitForm {
            version: 1,
            kind: Kind::Person,
            name: "王兰".into(),
            accounts,
            contacts,
        };
        assert_eq!(split(&one, &form(vec![], vec![]), &by(&id)), Err(Refusal::NothingToMove));
        let both = split(&one, &form(vec![], vec![one.contacts[0].id]), &by(&id)).expect("may");
        assert_eq!(
            (shown(&both.source), shown(&both.target)),
            ("1 accounts, 02*".into(), "0 accounts, 01*".into())
        );
        let done = Move {
            id: 1,
            kind: MoveKind::Split,
            source: one.id,
            target: both.target.id,
            moved: both.moved,
            undone: false,
        };
        let back = undo(&done, &both.source, &both.target, &by(&id)).expect("may");
        assert_eq!(
            (shown(&back.source), shown(&back.target)),
            ("1 accounts, 02* 01".into(), "0 accounts,   gone".into())
        );
    }
}
