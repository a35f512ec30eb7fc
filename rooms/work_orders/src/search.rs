//! What can be found of work orders with the one search box: number, telephone, address. Of whom nobody may know, only the number.

use db::config;
use std::sync::Arc;

use kernel::WorkOrderId;
use web::{Actor, App, Findable, Label, LabelKind, Shown, Source};

use crate::Changed;
use crate::permissions::READ;
use crate::rules::order::Privacy;
use crate::rules::privacy::is_about;
use crate::rules::{Kinds, Order};
use crate::store::{found, orders};
use crate::{http, work};

const LABELS: &[Label] = &[
    Label { name: "number", kind: LabelKind::Number },
    Label { name: "phone", kind: LabelKind::Number },
    Label { name: "address", kind: LabelKind::Text },
];

pub fn source() -> Source {
    Source {
        name: "work_orders",
        permission: READ,
        labels: LABELS,
        kinds: &["work_orders.changed"],
        // What is found of an order changes only with what was accepted.
        touched: |event| {
            let changed = event.is::<Changed>()?;
            let told = changed.filter(|changed| matches!(changed.verb.as_str(), "accepted" | "correct"));
            Ok(told.map(|changed| changed.order.get()).into_iter().collect())
        },
        count: Arc::new(|app: App| Box::pin(async move { found::count(&app.db).await })),
        page: Arc::new(|app: App, after, limit| {
            Box::pin(async move {
                let page = orders::above(&app.db, WorkOrderId(after), limit).await?;
                let next = (page.len() as i64 == limit)
                    .then(|| page.last().map(|kept| kept.order.id.get()))
                    .flatten();
                Ok((page.iter().map(|kept| thing(&kept.order)).collect(), next))
            })
        }),
        some: Arc::new(|app: App, ids: Vec<i64>| {
            Box::pin(async move {
                let found = orders::some(&app.db, &ids).await?;
                Ok(found.iter().map(|kept| thing(&kept.order)).collect())
            })
        }),
        show: Arc::new(|app: App, actor: Actor, ids: Vec<i64>| {
            Box::pin(async move {
                let kinds = config::read::<Kinds>(&app.db).await?.value;
                let asker = work::asker(&app, &actor).await?;
                let shown = |kept: &orders::Kept| {
                    let line = http::views::line(kept, &asker);
                    let what = kinds.find(&line.subtype).map(|subtype| subtype.title.zh.clone());
                    let facts = [what.unwrap_or_default(), line.contact, line.phone, line.address];
                    let detail =
                        facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · ");
                    Shown {
                        id: line.id.get(),
                        title: line.number,
                        detail,
                        to: format!("/work_orders/{}", line.id),
                        marks: vec![format!("state.{}", line.state)],
                    }
                };
                let found = orders::some(&app.db, &ids).await?;
                // Whoever it is about does not learn by looking for a number whose it was.
                let others = found.iter().filter(|kept| !is_about(&kept.order, &asker));
                Ok(others.map(shown).collect())
            })
        }),
    }
}

fn thing(order: &Order) -> Findable {
    let mut texts = vec![(0, order.number.clone())];
    if order.matter.privacy == Privacy::Open {
        let known = [(1, &order.matter.contact.phone), (2, &order.matter.address)];
        texts.extend(
            known.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| (label, text.clone())),
        );
    }
    Findable { id: order.id.get(), texts }
}
