//! What is supplied to a customer, where, and through which meters.

use kernel::{AccountId, PremisesId};

use super::{By, MeterForm};
use crate::rules::address::{self, Parts};
use crate::rules::{
    ACCOUNTS_MAX, Account, Class, Customer, METERS_MAX, Meter, Point, Premises, Refusal, Utility,
    label_number, optional, year,
};

pub(super) struct AccountForm {
    pub number: Option<String>,
    pub utility: Option<Utility>,
    pub class: Option<Class>,
    pub address: Option<String>,
    pub parts: Option<Parts>,
    pub opened_year: Option<i64>,
    pub meter: Option<MeterForm>,
}

pub(super) fn put_account(
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
