//! A row of a file about a customer who is there already: what is in the row goes in, what is not stays.

use kernel::ContactId;

use super::bulk::Record;
use super::change::{By, MeterForm, hang};
use super::{CONTACTS_MAX, Contact, Customer, Premises, Source};

/// The customer afterwards and what changed; none when the row says nothing new.
pub fn update(customer: &Customer, record: &Record, by: &By) -> Option<(Customer, Vec<&'static str>)> {
    let mut after = customer.clone();
    let mut fields = Vec::new();
    if after.name != record.name {
        after.name.clone_from(&record.name);
        fields.push("name");
    }
    for number in &record.numbers {
        if after.contacts.len() < CONTACTS_MAX && !after.contacts.iter().any(|known| known.number == *number)
        {
            let (preferred, number) = (after.contacts.is_empty(), number.clone());
            let (id, label) = (ContactId((by.id)()), String::new());
            after.contacts.push(Contact {
                id,
                number,
                label,
                preferred,
                source: Source::Imported,
                verified: None,
            });
            fields.push("contact");
        }
    }
    let account = after.accounts.iter_mut().find(|account| account.number == record.account)?;
    if account.class != record.class {
        account.class = record.class;
        fields.push("class");
    }
    if account.utility != record.utility {
        account.utility = record.utility;
        fields.push("utility");
    }
    if account.premises.text != record.address {
        let (text, parts) = (record.address.clone(), record.parts.clone());
        account.premises = Premises { id: (by.id)().into(), text, parts };
        fields.push("address");
    }
    if record.opened_year.is_some() && account.opened_year != record.opened_year {
        account.opened_year = record.opened_year;
        fields.push("opened_year");
    }
    if let Some(meter) = &record.meter {
        let form = MeterForm {
            number: meter.number.clone(),
            kind: meter.kind.clone(),
            installed_year: meter.installed_year,
            place: String::new(),
        };
        if hang(account, &form, by).unwrap_or(false) {
            fields.push("meter");
        }
    }
    if fields.is_empty() {
        return None;
    }
    fields.dedup();
    after.changed_at = by.now;
    Some((after, fields))
}

#[cfg(test)]
mod tests {
    use super::super::change::tests::{by, counting, somebody};
    use super::super::{Class, Kind, Utility};
    use super::*;

    #[test]
    fn a_row_adds_and_corrects_and_takes_nothing_away() {
        let id = counting();
        let customer = somebody(&id);
        let account = &customer.accounts[0];
        let mut row = Record {
            kind: Kind::Person,
            name: customer.name.clone(),
            numbers: vec![customer.contacts[1].number.clone()],
            account: account.number.clone(),
            utility: Utility::Gas,
            class: Class::Residential,
            address: account.premises.text.clone(),
            parts: account.premises.parts.clone(),
            opened_year: None,
            meter: None,
            flags: Vec::new(),
        };
        assert_eq!(update(&customer, &row, &by(&id)), None, "nothing new");
        row.class = Class::Commercial;
        row.numbers.push("15400000009".parse().expect("a number"));
        let (after, fields) = update(&customer, &row, &by(&id)).expect("something new");
        assert_eq!(fields, ["contact", "class"]);
        assert_eq!((after.contacts.len(), after.accounts[0].class), (3, Class::Commercial));
        assert_eq!(after.accounts[0].points, customer.accounts[0].points, "a row without a meter leaves it");
    }
}
