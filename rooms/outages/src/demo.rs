//! The demo's outages: one that is planned and published, one fault that goes on, one that is over; with two liaisons. Everything is
//! entered and moved as people would.

use std::time::Duration;

use anyhow::{Result, anyhow};
use customers::rules::Utility;
use customers::rules::network::ElementKind;
use customers::store::network;
use db::config;
use kernel::calendar::Calendar;
use kernel::{ElementId, OutageId, PersonId, Timestamp};
use web::{App, Error};

use crate::rules::calls::Machine;
use crate::rules::outage::Mode;
use crate::rules::{Act, Area, Asker, Cause, Class, Crew, Plan, Settings};
use crate::store::affected;
use crate::store::liaisons::{self, Covers, Liaison};
use crate::store::outages::{self, Which};
use crate::{filing, work};

mod answers;

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// In whose name the demo writes and speaks.
pub const COMPANY: &str = "铜官燃气";

/// Puts the settings in, unless somebody has set something; nobody has named the company who left the name that stands for any.
/// `calls`: the machine calls important customers and liaisons.
pub async fn settings(app: &App, calls: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let kept = config::now::<Settings>(&mut tx).await?;
    let usual = Settings::default();
    let unnamed = kept.value.is_unnamed();
    let settings = match kept.version {
        0 => {
            let machine = Machine { important: calls, liaisons: calls, ..usual.machine };
            Settings { company: COMPANY.to_owned(), machine, ..usual }
        }
        _ if unnamed => Settings { company: COMPANY.to_owned(), ..kept.value },
        _ => return Ok(()),
    };
    config::put(&mut tx, &settings, kept.version, None, app.now()).await?;
    tx.commit().await
}

/// Puts them in, unless there is one already or the town has no network yet. `one` enters, `other` approves. `orders`: with the
/// orders of the work, and of who is still without.
pub async fn fill(
    app: &App,
    calendar: &Calendar,
    (one, other): (PersonId, PersonId),
    orders: bool,
) -> Result<bool> {
    for which in [Which::Now, Which::Coming, Which::Prepared, Which::Past] {
        if !outages::list(&app.db, which, 0, 1).await?.is_empty() {
            return Ok(false);
        }
    }
    let mut sections = network::find(&app.db, "GD-青岚-", 200).await?;
    sections.retain(|element| element.kind == ElementKind::Section && !element.name.contains("园区"));
    let mut sections = sections.into_iter();
    let (Some(first), Some(second)) = (sections.next(), sections.next()) else { return Ok(false) };
    // Where most live, so that there are answers to look at.
    let mut third = None;
    for section in sections.take(40) {
        let area = Area { elements: vec![section.id], ..Area::default() };
        let (counts, _) = affected::preview(&app.db, app.id(), Utility::Gas, &area).await?;
        if third.as_ref().is_none_or(|(most, _)| counts.all > *most) {
            third = Some((counts.all, section));
        }
    }
    let Some((_, third)) = third else { return Ok(false) };
    let place = |name: &str| name.trim_end_matches("管段").to_owned();
    let mut tx = app.db.begin().await?;
    // One is out, and one has no telephone that messages could go to.
    for (name, phone, element) in [("钱主任", "15400000018", &first), ("孙站长", "05622601011", &second)]
    {
        let liaison = Liaison {
            id: app.id(),
            name: name.into(),
            phone: phone.into(),
            place: format!("{}物业服务中心", place(&element.name)),
            covers: Covers { elements: vec![element.id], communities: Vec::new(), consent: true },
            valid_until: None,
            retired_at: None,
            version: 1,
        };
        liaisons::add(&mut tx, &liaison).await?;
    }
    tx.commit().await?;

    let town = Town { app, calendar, one, other };
    let (now, risers) = (app.now(), |code: &str| code.replacen("GD-", "LG-", 1));
    // As from a sheet: riser by riser.
    let mut named: Vec<ElementId> = network::find(&app.db, &format!("{}-", risers(&first.code)), 12)
        .await?
        .into_iter()
        .map(|element| element.id)
        .collect();
    if named.is_empty() {
        named.push(first.id);
    }
    let day = calendar.start_of(calendar.civil(now + HOUR * 24 * 5).date());
    let (starts, ends) = (day + HOUR * 9, day + HOUR * 15);
    let planned = town
        .enter(Class::Planned, &place(&first.name), named, Cause::Maintenance, "立管更换", starts, Some(ends))
        .await?;
    town.act(one, planned, Act::Submit).await?;
    town.act(other, planned, Act::Approve { why: String::new() }).await?;
    town.act(one, planned, Act::Publish { why: String::new(), next_news: None }).await?;

    let begun = now - MINUTE * 40;
    let fault = town
        .enter(
            Class::Fault,
            &place(&second.name),
            vec![second.id],
            Cause::Unknown,
            "管网突发故障",
            begun,
            None,
        )
        .await?;
    town.act(other, fault, Act::Publish { why: String::new(), next_news: None }).await?;
    let found = Act::Revise {
        starts: None,
        ends: Some(now + HOUR * 2),
        next_news: None,
        cause: Cause::OutsideDamage,
        crew: Crew::Working,
        why: "施工挖断管道".into(),
    };
    town.act(other, fault, found).await?;
    town.act(other, fault, Act::SetGreeting { mode: Mode::Ordered, words: None, clip: None }).await?;

    let (begun, back) = (now - HOUR * 4, now - MINUTE * 90);
    let over = town
        .enter(
            Class::Fault,
            &format!("{}等小区", place(&third.name)),
            vec![third.id],
            Cause::Equipment,
            "调压器故障",
            begun,
            Some(now + HOUR),
        )
        .await?;
    town.act(other, over, Act::Publish { why: String::new(), next_news: None }).await?;
    if orders {
        filing::master(app, calendar, other, over, None).await.map_err(failed)?;
    }
    town.act(other, over, Act::Announce { at: now + MINUTE }).await?;
    town.act(other, over, Act::Restore { at: Some(back), why: String::new() }).await?;
    if orders {
        answers::put(app, calendar, over, back).await?;
    }
    Ok(true)
}

struct Town<'a> {
    app: &'a App,
    calendar: &'a Calendar,
    one: PersonId,
    other: PersonId,
}

fn failed(error: Error) -> anyhow::Error {
    match error {
        Error::Failed(error) => error,
        Error::Refused { body, .. } => {
            anyhow!("the demo's outage was refused: {} {:?}", body.code, body.params)
        }
    }
}

impl Town<'_> {
    #[allow(clippy::too_many_arguments)]
    async fn enter(
        &self,
        class: Class,
        text: &str,
        elements: Vec<ElementId>,
        cause: Cause,
        reason: &str,
        starts: Timestamp,
        ends: Option<Timestamp>,
    ) -> Result<OutageId> {
        let plan = Plan {
            utility: Utility::Gas,
            class,
            area: Area { text: text.to_owned(), elements, ..Area::default() },
            scope: String::new(),
            cause,
            reason: reason.to_owned(),
            starts,
            ends,
            unit: None,
        };
        work::enter(self.app, self.calendar, self.one, &plan).await.map_err(failed)
    }

    async fn act(&self, person: PersonId, id: OutageId, act: Act) -> Result<()> {
        let asker = Asker { person: Some(person), writes: true, approves: person == self.other };
        work::act(self.app, self.calendar, asker, id, None, &act).await.map(drop).map_err(failed)
    }
}
