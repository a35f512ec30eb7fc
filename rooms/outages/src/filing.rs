//! Orders of outages: the one of the work on a fault, and one for each account that is still without after it.

use customers::rules::{Customer, Utility};
use customers::store::load;
use db::{Entry, Tx, config};
use deadlines::{Kind, Site};
use kernel::calendar::Calendar;
use kernel::{CallId, OutageId, PersonId, WorkOrderId};
use serde_json::json;
use web::{App, Error};
use work_orders::filing::{NewOrder, accept_in};
use work_orders::rules::order::{Channel, Contact, Matter};
use work_orders::rules::{Act, Asker};
use work_orders::store::orders;
use work_orders::work::{Rulebook, moving};

use crate::ROOM;
use crate::asking::{keep, with};
use crate::rules::after::{How, Said, What};
use crate::rules::table::Terms;
use crate::rules::{Outage, Refusal, Settings, greeting};
use crate::store::asks::{self, Ask};
use crate::store::outages;

/// Pages of one turn.
const TURNS: usize = 20;

/// Files whatever is to be filed; one that is refused stays with its reason, and holds nothing else up.
pub async fn file_all(app: &App, calendar: &Calendar) -> anyhow::Result<()> {
    for _ in 0..TURNS {
        let some = asks::to_file(&app.db).await?;
        if some.is_empty() || app.ending.has_begun() {
            return Ok(());
        }
        for ask in &some {
            file(app, calendar, ask, None).await?;
        }
    }
    Ok(())
}

fn is_conflict(error: &Error) -> bool {
    matches!(error, Error::Refused { body, .. } if body.code.ends_with("changed_meanwhile"))
}

/// One order for one account, in the transaction that remembers it: filed once, whatever dies when. Refused, the reason is kept.
pub async fn file(
    app: &App,
    calendar: &Calendar,
    ask: &Ask,
    call: Option<(CallId, PersonId)>,
) -> anyhow::Result<()> {
    // Before the change begins: on PostgreSQL it needs a connection of its own.
    let customer = load::one(&app.db, ask.party).await?;
    let mut tx = app.db.begin().await?;
    match file_in(&mut tx, app, calendar, ask, customer.as_ref(), call).await {
        Ok(()) => return tx.commit().await,
        Err(Error::Failed(failure)) => return Err(failure),
        // Somebody was faster: the next turn sees what is there then.
        Err(error @ Error::Refused { .. }) if is_conflict(&error) => {}
        Err(Error::Refused { body, .. }) => {
            drop(tx);
            let mut tx = app.db.begin().await?;
            let key = (ask.outage, ask.revision, ask.account);
            if let Some(now) = asks::one(&mut tx, key).await?.filter(|now| now.order.is_none()) {
                let failed = Ask { trouble: body.code.clone(), ..now };
                keep(&mut tx, with(failed, app.now(), What::Failed, &body.code)).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(())
}

pub(crate) async fn file_in(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    ask: &Ask,
    customer: Option<&Customer>,
    call: Option<(CallId, PersonId)>,
) -> Result<(), Error> {
    let now = app.now();
    let Some(ask) = asks::one(tx, (ask.outage, ask.revision, ask.account)).await? else { return Ok(()) };
    if ask.said != Said::No || ask.order.is_some() {
        return Ok(());
    }
    let outage = outages::one(tx, ask.outage).await?.ok_or_else(Error::not_found)?;
    let settings = config::now::<Settings>(tx).await?.value;
    let matter = without(&outage, &ask, customer, &settings, call.map(|(call, _)| call));
    let master = match outage.order {
        Some(master) => orders::one(tx, master).await?.filter(|kept| kept.order.state.is_open()),
        None => None,
    };
    let unit = outage.plan.unit.filter(|_| master.is_none());
    let new = NewOrder { matter, unit, master: None, answered: None, appointment: None, token: None };
    let asker = Asker { person: call.map(|(_, person)| person), ..Asker::centre() };
    let id = accept_in(tx, app, calendar, &asker, new).await?;
    let kept = orders::one(tx, id).await?.ok_or_else(Error::not_found)?;
    let number = kept.order.number.clone();
    if let Some(master) = master {
        let rules = Rulebook::now(tx).await?;
        let follow = Act::Merge { master: master.order.id };
        match moving(tx, app, calendar, &rules, kept, &follow, &Asker::centre()).await {
            // It cannot be followed any more: it goes on by itself.
            Ok(_) | Err(Error::Refused { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    let filed = Ask { order: Some(id), order_number: number.clone(), trouble: String::new(), ..ask };
    let payload = json!({ "account": filed.account, "order": id, "number": number, "how": filed.how });
    let subject = outage.id.to_string();
    let who = call.map(|(_, person)| person);
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "still_without", payload });
    keep(tx, with(filed, now, What::Filed, &number)).await?;
    Ok(())
}

fn subtype(outage: &Outage, settings: &Settings) -> String {
    let named = settings.asking.subtype.trim();
    if !named.is_empty() {
        return named.to_owned();
    }
    let code = match outage.plan.utility {
        Utility::Gas => "fault.no_gas",
        Utility::Power => "fault.low_voltage",
        Utility::Cable => "fault.no_signal",
    };
    code.to_owned()
}

/// Where, for whoever goes there: a short name is not enough of an address.
fn address_of(outage: &Outage) -> String {
    format!("{}（停供{}范围内）", outage.plan.area.text, outage.number)
}

fn matter(subtype: String, content: String, contact: Contact, address: String, area: String) -> Matter {
    Matter {
        kind: Kind::Fault,
        subtype,
        channel: Channel::Inside,
        content,
        fields: Default::default(),
        site: Site::Urban,
        urgency: Default::default(),
        danger: false,
        privacy: Default::default(),
        emotion: Default::default(),
        level: Default::default(),
        reply_wanted: false,
        contact,
        customer: None,
        important_customer: false,
        address,
        area,
        call: None,
        about: None,
    }
}

/// 恢复后仍未恢复.
fn without(
    outage: &Outage,
    ask: &Ask,
    customer: Option<&Customer>,
    settings: &Settings,
    call: Option<CallId>,
) -> Matter {
    let account = customer.and_then(|one| one.accounts.iter().find(|account| account.id == ask.account));
    let (_, supply) = greeting::words_of(outage.plan.utility);
    let heard = match ask.how {
        Some(How::Sms) => "短信回复",
        Some(How::Call) => "自动电话回访按键",
        Some(How::Agent) | None => "客户来电",
    };
    let number = account.map(|account| format!("（户号{}）", account.number)).unwrap_or_default();
    let content = format!(
        "{}恢复{supply}后，{heard}反映家中仍未恢复{number}。所属停供：{}，原因：{}。",
        outage.plan.area.text, outage.number, outage.plan.reason
    );
    let contact =
        Contact { name: customer.map(|one| one.name.clone()).unwrap_or_default(), phone: ask.number.clone() };
    let premises = account.map(|account| &account.premises);
    let address = premises.map_or_else(|| address_of(outage), |premises| premises.text.clone());
    let area = premises.map(|premises| premises.parts.area.clone()).unwrap_or_default();
    Matter {
        channel: if ask.how == Some(How::Agent) { Channel::Phone } else { Channel::Inside },
        reply_wanted: true,
        customer: Some(ask.party.to_string()),
        important_customer: ask.ord == 1,
        call,
        ..matter(subtype(outage, settings), content, contact, address, area)
    }
}

/// The order of the work on an outage: filed, or an order that is there is named by its number.
///
/// # Errors
/// Refused when there is no such order, or it is closed; or when the order lacks something.
pub async fn master(
    app: &App,
    calendar: &Calendar,
    who: PersonId,
    id: OutageId,
    number: Option<&str>,
) -> Result<WorkOrderId, Error> {
    let named = match number {
        Some(number) => {
            let kept = orders::by_number(&app.db, number).await?.filter(|kept| kept.order.state.is_open());
            Some(kept.ok_or(Refusal::NoSuchOrder)?.order.id)
        }
        None => None,
    };
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let outage = outages::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let order = match (named, outage.order) {
        (Some(order), _) => order,
        // It is there already.
        (None, Some(order)) => return Ok(order),
        (None, None) => {
            let (off, _) = greeting::words_of(outage.plan.utility);
            let plan = &outage.plan;
            let content = format!(
                "{}{off}，原因：{}，影响{}户。停供编号：{}。",
                plan.area.text, plan.reason, outage.counts.all, outage.number
            );
            let contact = Contact { name: settings.company.clone(), phone: settings.phone.clone() };
            let area = plan.area.places.first().map(|place| place.area.clone()).unwrap_or_default();
            let code = subtype(&outage, &settings);
            let matter = matter(code, content, contact, address_of(&outage), area);
            let new = NewOrder {
                matter,
                unit: plan.unit,
                master: None,
                answered: None,
                appointment: None,
                token: None,
            };
            let asker = Asker { person: Some(who), ..Asker::centre() };
            accept_in(&mut tx, app, calendar, &asker, new).await?
        }
    };
    let terms = Terms { now, calendar, settings: &settings };
    if !outages::save(&mut tx, &Outage { order: Some(order), ..outage.clone() }, terms).await? {
        return Err(Error::changed_meanwhile());
    }
    let (subject, payload) = (id.to_string(), json!({ "order": order }));
    tx.journal(Entry { at: now, who: Some(who), room: ROOM, subject, kind: "order_named", payload });
    tx.commit().await?;
    Ok(order)
}
