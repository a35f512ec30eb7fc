//! What can be found of customers with the one search box.

use std::sync::Arc;

use anyhow::Result;
use kernel::CustomerId;
use web::{Actor, App, Findable, Label, LabelKind, Shown, Source};

use crate::Changed;
use crate::http::view::{Sight, row};
use crate::permissions::READ;
use crate::rules::{Customer, pinyin};
use crate::store::{find, load};

const LABELS: &[Label] = &[
    Label { name: "name", kind: LabelKind::Name },
    Label { name: "name", kind: LabelKind::Latin },
    Label { name: "phone", kind: LabelKind::Number },
    Label { name: "account", kind: LabelKind::Number },
    Label { name: "meter", kind: LabelKind::Number },
    Label { name: "address", kind: LabelKind::Text },
];

pub fn source() -> Source {
    Source {
        name: "customers",
        permission: READ,
        labels: LABELS,
        kinds: &["customers.changed"],
        touched: |event| {
            let changed = event.is::<Changed>()?;
            Ok(changed.into_iter().flat_map(|changed| changed.customers).map(CustomerId::get).collect())
        },
        count: Arc::new(|app: App| Box::pin(async move { find::count(&app.db).await })),
        page: Arc::new(|app: App, after, limit| {
            Box::pin(async move {
                let ids = find::above(&app.db, CustomerId(after), limit).await?;
                let next = (ids.len() as i64 == limit).then(|| ids.last().map(|id| id.get())).flatten();
                Ok((things(&app, &ids).await?, next))
            })
        }),
        some: Arc::new(|app: App, ids: Vec<i64>| {
            Box::pin(async move {
                let ids: Vec<CustomerId> = ids.into_iter().map(CustomerId).collect();
                things(&app, &ids).await
            })
        }),
        show: Arc::new(|app: App, _: Actor, ids: Vec<i64>| {
            Box::pin(async move {
                let ids: Vec<CustomerId> = ids.into_iter().map(CustomerId).collect();
                Ok(load::some(&app.db, &ids).await?.iter().map(shown).collect())
            })
        }),
    }
}

/// Who is archived or merged is not to be found.
async fn things(app: &App, ids: &[CustomerId]) -> Result<Vec<Findable>> {
    let customers = load::some(&app.db, ids).await?;
    let live =
        customers.iter().filter(|customer| customer.archived.is_none() && customer.merged_into.is_none());
    Ok(live.map(thing).collect())
}

fn thing(customer: &Customer) -> Findable {
    let (whole, initials) = pinyin::of(&customer.name);
    let mut texts = vec![(0, customer.name.clone()), (1, whole), (1, initials)];
    texts.extend(customer.contacts.iter().map(|contact| (2, contact.number.to_string())));
    for account in &customer.accounts {
        texts.push((3, account.number.clone()));
        texts.push((5, account.premises.text.clone()));
        let meters = account.points.iter().flat_map(|point| &point.meters);
        texts.extend(meters.map(|meter| (4, meter.number.clone())));
    }
    Findable { id: customer.id.get(), texts }
}

fn shown(customer: &Customer) -> Shown {
    let row = row(customer, Sight::Masked);
    let detail = [row.account, row.number, row.address].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let flags = row.flags.iter().map(|flag| format!("flag.{}", flag.as_str()));
    let marks = row.class.map(|class| format!("class.{}", class.as_str())).into_iter().chain(flags).collect();
    Shown { id: customer.id.get(), title: row.name, detail, to: format!("/customers/{}", customer.id), marks }
}
