//! What menus may ask of customers while a caller is on the line: who calls, and whether a typed account is one of ours.

use std::time::Duration;

use web::{App, LookUp};

use crate::rules::{Customer, FlagKind};
use crate::store;

/// Nobody notices so long a wait.
const WITHIN: Duration = Duration::from_millis(400);
/// More figures are no account number.
const ACCOUNT_CHARS_MAX: usize = 40;

/// The keys, with what is asked and answered: for whoever writes flows.
pub const LOOK_UPS: &[(&str, &str)] = &[
    (
        "customers.caller",
        "the calling number; answers life_support, elderly, important or known, the first that holds, and nothing for a stranger",
    ),
    ("customers.account", "an account number; answers known, and nothing when there is no such account"),
];

pub(crate) fn look_ups() -> Vec<LookUp> {
    let [(caller, about_caller), (account, about_account), ..] = LOOK_UPS else { return Vec::new() };
    vec![
        LookUp::new(caller, about_caller, WITHIN, of_caller),
        LookUp::new(account, about_account, WITHIN, of_account),
    ]
}

async fn of_caller(app: App, number: String) -> anyhow::Result<Option<ivr::Answer>> {
    let Ok(number) = number.parse() else { return Ok(None) };
    let customers = store::calls::by_number(&app.db, &number).await?;
    Ok(word(&store::load::some(&app.db, &customers).await?).map(ivr::Answer::from))
}

async fn of_account(app: App, number: String) -> anyhow::Result<Option<ivr::Answer>> {
    if number.is_empty() || number.len() > ACCOUNT_CHARS_MAX {
        return Ok(None);
    }
    let known = store::jobs::known(&app.db, &[&number]).await?;
    Ok((!known.is_empty()).then(|| "known".into()))
}

/// Several may share a number: whoever needs most care decides.
fn word(customers: &[Customer]) -> Option<&'static str> {
    let has = |kind| customers.iter().any(|customer| customer.flags.iter().any(|flag| flag.flag == kind));
    let careful =
        [FlagKind::LifeSupport, FlagKind::Elderly, FlagKind::Important].into_iter().find(|kind| has(*kind));
    match careful {
        Some(kind) => Some(kind.as_str()),
        None => (!customers.is_empty()).then_some("known"),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;
    use crate::rules::{Flag, Kind};

    fn customer(flags: &[FlagKind]) -> Customer {
        let at = Timestamp::from_micros(0);
        let flag = |flag: &FlagKind| Flag { flag: *flag, reason: String::new(), since: at, set_by: None };
        Customer {
            id: kernel::CustomerId(1),
            kind: Kind::Person,
            name: "王芳".into(),
            contacts: Vec::new(),
            accounts: Vec::new(),
            flags: flags.iter().map(flag).collect(),
            created_at: at,
            changed_at: at,
            archived: None,
            merged_into: None,
            version: 1,
        }
    }

    #[test]
    fn whoever_needs_most_care_decides() {
        assert_eq!(word(&[]), None);
        assert_eq!(word(&[customer(&[])]), Some("known"));
        assert_eq!(word(&[customer(&[FlagKind::Danger])]), Some("known"));
        let both = [customer(&[FlagKind::Important]), customer(&[FlagKind::Elderly])];
        assert_eq!(word(&both), Some("elderly"));
        assert_eq!(word(&[customer(&[FlagKind::Elderly, FlagKind::LifeSupport])]), Some("life_support"));
    }
}
