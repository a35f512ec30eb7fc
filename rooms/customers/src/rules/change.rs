//! What may be done to one customer, and what becomes of him.

use kernel::{AccountId, CallId, ContactId, PersonId, PhoneNumber, PremisesId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::address::{self, Parts};
use super::{
    ACCOUNTS_MAX, Account, Archived, CONTACTS_MAX, Class, Contact, Customer, Flag, FlagKind, Kind,
    METERS_MAX, Meter, NAME_MAX, Point, Premises, Refusal, Source, TEXT_MAX, Utility, Verified, label_number,
    needed, optional, year,
};

/// An act on one customer: `{"act":"set_flag","flag":"elderly","reason":"…"}`. What is absent stays as it is.
// One at a time, taken apart at once: its size matters to nobody.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Rename {
        kind: Option<Kind>,
        name: Option<String>,
    },
    /// Without `contact` a new one.
    PutContact {
        #[schema(value_type = Option<String>)]
        contact: Option<ContactId>,
        number: Option<String>,
        label: Option<String>,
        #[serde(default)]
        preferred: bool,
    },
    RemoveContact {
        #[schema(value_type = String)]
        contact: ContactId,
    },
    SetFlag {
        flag: FlagKind,
        reason: String,
    },
    ClearFlag {
        flag: FlagKind,
        reason: String,
    },
    Note {
        text: String,
    },
    /// Without `account` a new one.
    PutAccount {
        #[schema(value_type = Option<String>)]
        account: Option<AccountId>,
        number: Option<String>,
        utility: Option<Utility>,
        class: Option<Class>,
        address: Option<String>,
        parts: Option<Parts>,
        opened_year: Option<i64>,
        meter: Option<MeterForm>,
    },
    CloseAccount {
        #[schema(value_type = String)]
        account: AccountId,
    },
    Archive {
        reason: String,
    },
    Restore,
}

/// A meter that is hung: in the place of the one that hangs there, if its number is another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterForm {
    pub number: String,
    #[serde(default)]
    pub kind: String,
    pub installed_year: Option<i64>,
    #[serde(default)]
    pub place: String,
}

/// Somebody new.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    pub kind: Kind,
    pub name: String,
    /// Telephone numbers, the preferred one first.
    #[serde(default)]
    pub numbers: Vec<String>,
    pub account: Option<NewAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    pub number: String,
    pub utility: Utility,
    pub class: Class,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub parts: Parts,
    pub opened_year: Option<i64>,
    pub meter: Option<MeterForm>,
}

/// Where new ids come from, and who does it when.
pub struct By<'a> {
    pub who: PersonId,
    pub now: Timestamp,
    pub id: &'a dyn Fn() -> i64,
}

/// What is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub after: Customer,
    /// The line of the journal; its payload holds no personal data.
    pub kind: &'static str,
    pub payload: Value,
    pub note: Option<String>,
}

/// What may be done now; the browser shows buttons for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    Change,
    Archive,
    Restore,
    Merge,
    Split,
}

pub fn allowed(customer: &Customer) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    match (customer.merged_into.is_some(), customer.archived.is_some()) {
        (true, _) => {}
        (false, true) => allowed.push(Allowed::Restore),
        (false, false) => {
            allowed.extend([Allowed::Change, Allowed::Archive, Allowed::Merge]);
            if customer.accounts.len() + customer.contacts.len() > 1 {
                allowed.push(Allowed::Split);
            }
        }
    }
    allowed
}

/// Registers somebody.
pub fn register(form: &NewCustomer, by: &By) -> Result<Change, Refusal> {
    let mut customer = Customer {
        id: (by.id)().into(),
        kind: form.kind,
        name: needed("name", &form.name, NAME_MAX)?,
        contacts: Vec::new(),
        accounts: Vec::new(),
        flags: Vec::new(),
        created_at: by.now,
        changed_at: by.now,
        archived: None,
        merged_into: None,
        version: 1,
    };
    for number in form.numbers.iter().filter(|number| !number.trim().is_empty()) {
        let preferred = customer.contacts.is_empty();
        put_contact(&mut customer, None, Some(number), None, preferred, by)?;
    }
    if let Some(account) = &form.account {
        let NewAccount { number, utility, class, address, parts, opened_year, meter } = account.clone();
        let form = AccountForm {
            number: Some(number),
            utility: Some(utility),
            class: Some(class),
            address: Some(address),
            parts: Some(parts),
            opened_year,
            meter,
        };
        put_account(&mut customer, None, form, by)?;
    }
    let payload = json!({ "contacts": customer.contacts.len(), "accounts": customer.accounts.len() });
    Ok(Change { after: customer, kind: "registered", payload, note: None })
}

/// What becomes of the customer.
pub fn decide(customer: &Customer, act: &Act, by: &By) -> Result<Change, Refusal> {
    if customer.merged_into.is_some() {
        return Err(Refusal::IsMerged);
    }
    match (act, &customer.archived) {
        (Act::Restore, None) => return Err(Refusal::NotArchived),
        (Act::Restore, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Refusal::IsArchived),
    }
    let mut after = customer.clone();
    after.changed_at = by.now;
    let (kind, payload) = match act.clone() {
        Act::Rename { kind, name } => {
            let mut fields = Vec::new();
            if let Some(kind) = kind.filter(|kind| *kind != after.kind) {
                after.kind = kind;
                fields.push("kind");
            }
            if let Some(name) = name {
                after.name = needed("name", &name, NAME_MAX)?;
                fields.push("name");
            }
            ("renamed", json!({ "fields": fields }))
        }
        Act::PutContact { contact, number, label, preferred } => {
            let new = contact.is_none();
            let number =
                put_contact(&mut after, contact, number.as_deref(), label.as_deref(), preferred, by)?;
            let masked = kernel::mask::phone(number.as_str());
            (if new { "contact_added" } else { "contact_changed" }, json!({ "number": masked }))
        }
        Act::RemoveContact { contact } => {
            let at = after.contacts.iter().position(|known| known.id == contact);
            let gone = after.contacts.remove(at.ok_or(Refusal::BadField { field: "contact", most: 1 })?);
            if gone.preferred
                && let Some(first) = after.contacts.first_mut()
            {
                first.preferred = true;
            }
            ("contact_removed", json!({ "number": kernel::mask::phone(gone.number.as_str()) }))
        }
        Act::SetFlag { flag, reason } => {
            let reason = needed("reason", &reason, TEXT_MAX)?;
            after.flags.retain(|known| known.flag != flag);
            after.flags.push(Flag { flag, reason, since: by.now, set_by: Some(by.who) });
            after.flags.sort_by_key(|flag| flag.flag);
            ("flag_set", json!({ "flag": flag }))
        }
        Act::ClearFlag { flag, reason } => {
            let reason = needed("reason", &reason, TEXT_MAX)?;
            let before = after.flags.len();
            after.flags.retain(|known| known.flag != flag);
            if after.flags.len() == before {
                return Err(Refusal::NotNow);
            }
            ("flag_cleared", json!({ "flag": flag, "reason": reason }))
        }
        Act::Note { text } => {
            let text = needed("text", &text, TEXT_MAX)?;
            return Ok(Change { after, kind: "noted", payload: json!({}), note: Some(text) });
        }
        Act::PutAccount { account, number, utility, class, address, parts, opened_year, meter } => {
            let new = account.is_none();
            let form = AccountForm { number, utility, class, address, parts, opened_year, meter };
            let number = put_account(&mut after, account, form, by)?;
            (if new { "account_added" } else { "account_changed" }, json!({ "account": number }))
        }
        Act::CloseAccount { account } => {
            let account =
                after.accounts.iter_mut().find(|known| known.id == account && known.closed_at.is_none());
            let account = account.ok_or(Refusal::NotNow)?;
            account.closed_at = Some(by.now);
            ("account_closed", json!({ "account": account.number }))
        }
        Act::Archive { reason } => {
            let why = needed("reason", &reason, TEXT_MAX)?;
            after.archived = Some(Archived { at: by.now, why });
            ("archived", json!({}))
        }
        Act::Restore => {
            after.archived = None;
            ("restored", json!({}))
        }
    };
    Ok(Change { after, kind, payload, note: None })
}

/// The number of a call that the agent has confirmed becomes a contact, or a known one is verified again.
pub fn learn(
    customer: &Customer,
    number: &PhoneNumber,
    call: CallId,
    by: &By,
) -> Result<Option<Change>, Refusal> {
    if customer.merged_into.is_some() || customer.archived.is_some() {
        return Err(Refusal::IsArchived);
    }
    let verified = Some(Verified { at: by.now, by: by.who, call: Some(call) });
    let mut after = customer.clone();
    after.changed_at = by.now;
    let masked = json!({ "number": kernel::mask::phone(number.as_str()), "call": call });
    if let Some(known) = after.contacts.iter_mut().find(|known| known.number == *number) {
        if known.verified.as_ref().is_some_and(|verified| verified.call == Some(call)) {
            return Ok(None);
        }
        known.verified = verified;
        return Ok(Some(Change { after, kind: "number_verified", payload: masked, note: None }));
    }
    if after.contacts.len() >= CONTACTS_MAX {
        return Err(Refusal::TooMany { what: "contacts", most: CONTACTS_MAX });
    }
    let preferred = after.contacts.is_empty();
    after.contacts.push(Contact {
        id: (by.id)().into(),
        number: number.clone(),
        label: String::new(),
        preferred,
        source: Source::Learnt,
        verified,
    });
    Ok(Some(Change { after, kind: "number_learnt", payload: masked, note: None }))
}

fn put_contact(
    customer: &mut Customer,
    contact: Option<ContactId>,
    number: Option<&str>,
    label: Option<&str>,
    preferred: bool,
    by: &By,
) -> Result<PhoneNumber, Refusal> {
    let number = match number {
        Some(text) => {
            let bad = |_| Refusal::BadNumber { number: text.chars().take(40).collect() };
            Some(text.parse::<PhoneNumber>().map_err(bad)?)
        }
        None => None,
    };
    let label = label.map(|label| optional("label", label, 40)).transpose()?;
    if let Some(number) = &number
        && customer.contacts.iter().any(|known| known.number == *number && Some(known.id) != contact)
    {
        return Err(Refusal::ContactKnown);
    }
    let id = match (contact, number) {
        (Some(id), number) => {
            let unknown = Refusal::BadField { field: "contact", most: 1 };
            let known = customer.contacts.iter_mut().find(|known| known.id == id).ok_or(unknown)?;
            if let Some(number) = number {
                known.number = number;
                known.source = Source::Entered;
                known.verified = None;
            }
            if let Some(label) = label {
                known.label = label;
            }
            id
        }
        (None, None) => return Err(Refusal::BadNumber { number: String::new() }),
        (None, Some(_)) if customer.contacts.len() >= CONTACTS_MAX => {
            return Err(Refusal::TooMany { what: "contacts", most: CONTACTS_MAX });
        }
        (None, Some(number)) => {
            let id = ContactId((by.id)());
            let label = label.unwrap_or_default();
            customer.contacts.push(Contact {
                id,
                number,
                label,
                preferred: false,
                source: Source::Entered,
                verified: None,
            });
            id
        }
    };
    // Exactly one is dialled first.
    if preferred || !customer.contacts.iter().any(|known| known.preferred) {
        for known in &mut customer.contacts {
            known.preferred = known.id == id;
        }
    }
    let number = customer.contacts.iter().find(|known| known.id == id).map(|known| known.number.clone());
    number.ok_or(Refusal::BadField { field: "contact", most: 1 })
}

struct AccountForm {
    number: Option<String>,
    utility: Option<Utility>,
    class: Option<Class>,
    address: Option<String>,
    parts: Option<Parts>,
    opened_year: Option<i64>,
    meter: Option<MeterForm>,
}

fn put_account(
    customer: &mut Customer,
    id: Option<AccountId>,
    form: AccountForm,
    by: &By,
) -> Result<String, Refusal> {
    let AccountForm { number, utility, class, address, parts, opened_year, meter } = form;
    let number = number.map(|number| label_number("account", &number)).transpose()?;
    let premises = if address.is_some() || parts.is_some() {
        let (text, parts) =
            address::whole(address.as_deref().unwrap_or_default(), &parts.unwrap_or_default())?;
        Some(Premises { id: PremisesId((by.id)()), text, parts })
    } else {
        None
    };
    let opened_year = year("opened_year", opened_year)?;
    let account = match id {
        Some(id) => {
            let unknown = Refusal::BadField { field: "account", most: 1 };
            let account = customer.accounts.iter_mut().find(|known| known.id == id).ok_or(unknown)?;
            if let Some(number) = number {
                account.number = number;
            }
            account.utility = utility.unwrap_or(account.utility);
            account.class = class.unwrap_or(account.class);
            account.opened_year = opened_year.or(account.opened_year);
            if let Some(premises) = premises.filter(|premises| premises.text != account.premises.text) {
                account.premises = premises;
            }
            account
        }
        None => {
            if customer.accounts.len() >= ACCOUNTS_MAX {
                return Err(Refusal::TooMany { what: "accounts", most: ACCOUNTS_MAX });
            }
            let missing = |field| Refusal::BadField { field, most: 32 };
            customer.accounts.push(Account {
                id: AccountId((by.id)()),
                number: number.ok_or(missing("account"))?,
                utility: utility.ok_or(missing("utility"))?,
                class: class.ok_or(missing("class"))?,
                premises: premises.ok_or(missing("address"))?,
                opened_year,
                closed_at: None,
                points: Vec::new(),
            });
            customer.accounts.last_mut().ok_or(missing("account"))?
        }
    };
    if let Some(meter) = meter {
        hang(account, &meter, by)?;
    }
    Ok(account.number.clone())
}

/// Hangs a meter. The one that hung at the same place, if its number is another, is taken down and stays on record.
pub(crate) fn hang(account: &mut Account, form: &MeterForm, by: &By) -> Result<bool, Refusal> {
    let number = label_number("meter", &form.number)?;
    let kind = optional("meter_kind", &form.kind, 40)?;
    let installed_year = year("installed_year", form.installed_year)?;
    let place = optional("place", &form.place, 40)?;
    let at = match account.points.iter().position(|point| point.place == place) {
        Some(at) => at,
        None => {
            account.points.push(Point { id: (by.id)(), place, meters: Vec::new() });
            account.points.len() - 1
        }
    };
    let Some(point) = account.points.get_mut(at) else { return Err(Refusal::NotNow) };
    if let Some(same) =
        point.meters.iter_mut().find(|meter| meter.number == number && meter.removed_at.is_none())
    {
        let before = same.clone();
        if !kind.is_empty() {
            same.kind = kind;
        }
        same.installed_year = installed_year.or(same.installed_year);
        return Ok(*same != before);
    }
    if point.meters.len() >= METERS_MAX {
        return Err(Refusal::TooMany { what: "meters", most: METERS_MAX });
    }
    for old in point.meters.iter_mut().filter(|meter| meter.removed_at.is_none()) {
        old.removed_at = Some(by.now);
    }
    point.meters.push(Meter { id: (by.id)(), number, kind, installed_year, removed_at: None });
    Ok(true)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use kernel::time::{Clock, TestClock};

    use super::*;

    pub fn by(id: &dyn Fn() -> i64) -> By<'_> {
        By { who: PersonId(7), now: TestClock::monday_morning().now(), id }
    }

    /// Ids from 1 up.
    pub fn counting() -> impl Fn() -> i64 {
        let last = Cell::new(0);
        move || {
            last.set(last.get() + 1);
            last.get()
        }
    }

    pub fn somebody(id: &dyn Fn() -> i64) -> Customer {
        let form = NewCustomer {
            kind: Kind::Person,
            name: "王芳".into(),
            numbers: vec!["154 0000 0001".into(), "15400000002".into()],
            account: Some(NewAccount {
                number: "3301-0028812".into(),
                utility: Utility::Gas,
                class: Class::Residential,
                address: "铜官区淮河中路10号幸福里3栋2单元502室".into(),
                parts: Parts::default(),
                opened_year: Some(2017),
                meter: Some(MeterForm {
                    number: "G2017001".into(),
                    kind: "IC卡表 G2.5".into(),
                    installed_year: Some(2017),
                    place: String::new(),
                }),
            }),
        };
        register(&form, &by(id)).expect("a customer").after
    }

    #[test]
    fn one_number_is_dialled_first() {
        let id = counting();
        let customer = somebody(&id);
        let shown = |customer: &Customer| {
            let mark = |c: &Contact| format!("{}{}", c.number, if c.preferred { "*" } else { "" });
            customer.contacts.iter().map(mark).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(&customer), "15400000001* 15400000002");
        let second = customer.contacts[1].id;
        let prefer = Act::PutContact {
            contact: Some(second),
            number: None,
            label: Some("女儿".into()),
            preferred: true,
        };
        let after = decide(&customer, &prefer, &by(&id)).expect("may").after;
        assert_eq!(shown(&after), "15400000001 15400000002*");
        let after = decide(&after, &Act::RemoveContact { contact: second }, &by(&id)).expect("may").after;
        assert_eq!(shown(&after), "15400000001*");
        let again = Act::PutContact {
            contact: None,
            number: Some("+86 15400000001".into()),
            label: None,
            preferred: false,
        };
        assert_eq!(decide(&after, &again, &by(&id)), Err(Refusal::ContactKnown));
        let bad =
            Act::PutContact { contact: None, number: Some("=cmd()".into()), label: None, preferred: false };
        assert_eq!(decide(&after, &bad, &by(&id)), Err(Refusal::BadNumber { number: "=cmd()".into() }));
    }

    #[test]
    fn a_number_is_learnt_once_a_call() {
        let id = counting();
        let customer = somebody(&id);
        let number: PhoneNumber = "15400000003".parse().expect("a number");
        let learnt = learn(&customer, &number, CallId(1), &by(&id)).expect("may").expect("new");
        assert_eq!((learnt.kind, learnt.payload["number"].as_str()), ("number_learnt", Some("154****0003")));
        assert_eq!(learn(&learnt.after, &number, CallId(1), &by(&id)), Ok(None));
        let again = learn(&learnt.after, &number, CallId(2), &by(&id)).expect("may").expect("verified again");
        assert_eq!((again.kind, again.after.contacts.len()), ("number_verified", 3));
    }

    #[test]
    fn a_new_meter_takes_the_place_of_the_old_one() {
        let id = counting();
        let customer = somebody(&id);
        let hang = |number: &str| Act::PutAccount {
            account: Some(customer.accounts[0].id),
            number: None,
            utility: None,
            class: None,
            address: None,
            parts: None,
            opened_year: None,
            meter: Some(MeterForm {
                number: number.into(),
                kind: String::new(),
                installed_year: Some(2026),
                place: String::new(),
            }),
        };
        let same = decide(&customer, &hang("G2017001"), &by(&id)).expect("may").after;
        assert_eq!(same.accounts[0].points[0].meters.len(), 1);
        let after = decide(&customer, &hang("G2026001"), &by(&id)).expect("may").after;
        let meters = &after.accounts[0].points[0].meters;
        let shown: Vec<_> =
            meters.iter().map(|meter| (meter.number.as_str(), meter.removed_at.is_some())).collect();
        assert_eq!(shown, [("G2017001", true), ("G2026001", false)]);
    }

    #[test]
    fn what_is_archived_is_only_restored() {
        let id = counting();
        let customer = somebody(&id);
        let archive = |reason: &str| Act::Archive { reason: reason.into() };
        assert_eq!(
            decide(&customer, &archive(" "), &by(&id)),
            Err(Refusal::BadField { field: "reason", most: TEXT_MAX })
        );
        let gone = decide(&customer, &archive("销户"), &by(&id)).expect("may").after;
        assert_eq!(allowed(&gone), [Allowed::Restore]);
        assert_eq!(decide(&gone, &archive("再来"), &by(&id)), Err(Refusal::IsArchived));
        let back = decide(&gone, &Act::Restore, &by(&id)).expect("may").after;
        assert_eq!(allowed(&back), [Allowed::Change, Allowed::Archive, Allowed::Merge, Allowed::Split]);
        assert_eq!(decide(&back, &Act::Restore, &by(&id)), Err(Refusal::NotArchived));
    }
}
