//! A proposal is decided: confirmed, it is an outage that callers hear of, in one transaction; or it is none.

use std::time::Duration;

use customers::rules::Utility;
use db::{Entry, Tx, config};
use kernel::calendar::Calendar;
use kernel::{ElementId, OutageId, PersonId, Timestamp};
use outages::rules::greeting::{self, Voice};
use outages::rules::outage::Counts;
use outages::rules::table::Terms;
use outages::rules::{self as of_outages, Area, Cause, Class, Outage, Plan};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, App, Error};

use crate::permissions::DECIDE;
use crate::rules::{Act, Asker, Decision, PlaceKind, Proposal, Refusal, Settings, proposal};
use crate::store::{proposals, signals};
use crate::{Changed, ROOM};

/// What the journal says where a limit of the law wants a reason.
const WHY: &str = "多户来电或报修集中在同一设备";
const REASON: &str = "突发故障";
/// Signals from before are of something else.
const BEFORE: Duration = Duration::from_secs(3_600);

/// Who asks, by what they may.
pub fn asker(actor: &Actor) -> Asker {
    Asker {
        person: actor.person,
        decides: actor.permissions.has(DECIDE),
        publishes: actor.permissions.has(outages::permissions::APPROVE),
    }
}

/// What would be entered.
pub fn plan(of: &Proposal) -> Result<Plan, Refusal> {
    let place = of.place().ok_or(Refusal::NoPlace)?;
    let mut area = Area { text: of.area.clone(), ..Area::default() };
    let utility = match place.kind {
        PlaceKind::Substation | PlaceKind::Line | PlaceKind::Transformer => Utility::Power,
        PlaceKind::PressureStation | PlaceKind::Section | PlaceKind::Riser => Utility::Gas,
        PlaceKind::District | PlaceKind::Road | PlaceKind::Community => {
            let word = place.key.split('/').nth(1).unwrap_or_default();
            Utility::of(word).ok_or(Refusal::NoPlace)?
        }
    };
    match place.key.parse::<ElementId>() {
        Ok(element) => area.elements.push(element),
        Err(_) => {
            let mut parts = place.key.split('/').skip(2).map(str::to_owned);
            let (district, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let mut street = outages::rules::Place { area: district, ..outages::rules::Place::default() };
            match place.kind {
                PlaceKind::Road => street.road = name,
                PlaceKind::Community => street.community = name,
                _ => {}
            }
            area.places.push(street);
        }
    }
    Ok(Plan {
        utility,
        class: Class::Fault,
        area,
        scope: place.name.clone(),
        cause: Cause::Unknown,
        reason: REASON.to_owned(),
        starts: of.first,
        ends: None,
        unit: None,
    })
}

fn publish(now: Timestamp, settings: &Settings) -> of_outages::Act {
    let next_news = Some(now + Duration::from_secs(u64::from(settings.news_min) * 60));
    of_outages::Act::Publish { why: WHY.to_owned(), next_news }
}

/// What callers would hear, were it confirmed now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Said {
    /// Who is affected.
    pub own: String,
    /// Everybody else; none while it is too small for that.
    pub others: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub next_news: Timestamp,
}

/// What callers would hear, were it confirmed by this person now.
pub async fn said(app: &App, calendar: &Calendar, of: &Proposal, who: PersonId) -> Result<Said, Error> {
    let now = app.now();
    let own = config::read::<Settings>(&app.db).await?.value;
    let settings = config::read::<of_outages::Settings>(&app.db).await?.value;
    let draft = draft(of, plan(of)?, who, now);
    let leader = of_outages::Asker { person: Some(who), writes: true, approves: true };
    let terms = Terms { now, calendar, settings: &settings };
    let next = of_outages::decide(&draft, &publish(now, &own), leader, terms)?;
    let voice = Voice { now, calendar, settings: &settings };
    let others = greeting::is_general(&next, &settings).then(|| greeting::text(&next, false, voice));
    let next_news = next.next_news().unwrap_or(now);
    Ok(Said { own: greeting::text(&next, true, voice), others, next_news })
}

fn draft(of: &Proposal, plan: Plan, who: PersonId, now: Timestamp) -> Outage {
    let counts = Counts { all: i64::from(of.customers), ..Counts::default() };
    Outage { counts, ..Outage::draft(OutageId(0), String::new(), plan, who, now) }
}

/// The outage is entered, published, and its greeting approved; its signals are accounted for.
///
/// # Errors
/// Refused when somebody has decided it, may not, or was faster.
pub async fn confirm(
    app: &App,
    calendar: &Calendar,
    asker: Asker,
    (number, version): (&str, i64),
) -> Result<Proposal, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = proposals::one(&mut tx, number).await?.ok_or_else(Error::not_found)?;
    proposal::check(&before, Act::Confirm, asker)?;
    if before.version != version {
        return Err(Error::changed_meanwhile());
    }
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let outage = outages::work::enter_in(&mut tx, app, calendar, asker.person, &plan(&before)?).await?;
    let leader =
        of_outages::Asker { person: Some(asker.person), writes: asker.decides, approves: asker.publishes };
    outages::work::act_in(&mut tx, app, calendar, leader, (outage, None), &publish(now, &settings)).await?;
    let next = proposal::decide(&before, &Decision::Confirm(outage), asker, now)?;
    signals::explain(&mut tx, outage, before.first - BEFORE).await?;
    let confirmed = close(tx, next, asker, now, "confirmed").await?;
    outages::changed();
    Ok(confirmed)
}

/// It is none.
///
/// # Errors
/// Refused when somebody has decided it, may not, or was faster.
pub async fn dismiss(
    app: &App,
    asker: Asker,
    (number, version): (&str, i64),
    why: &str,
) -> Result<Proposal, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = proposals::one(&mut tx, number).await?.ok_or_else(Error::not_found)?;
    let next = proposal::decide(&before, &Decision::Dismiss { why: why.to_owned() }, asker, now)?;
    if before.version != version {
        return Err(Error::changed_meanwhile());
    }
    close(tx, next, asker, now, "dismissed").await
}

async fn close(
    mut tx: Tx,
    next: Proposal,
    asker: Asker,
    now: Timestamp,
    verb: &'static str,
) -> Result<Proposal, Error> {
    if !proposals::save(&mut tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    proposals::close(&mut tx, next.id, next.outage).await?;
    signals::anew(&mut tx).await?;
    tell(&mut tx, now, Some(asker.person), &next, verb);
    tx.emit(now, &changed(&next))?;
    tx.commit().await?;
    Ok(Proposal { version: next.version + 1, ..next })
}

/// The journal's line.
pub(crate) fn tell(tx: &mut Tx, at: Timestamp, who: Option<PersonId>, of: &Proposal, verb: &'static str) {
    let place = of.place().map(|step| json!({ "key": step.key, "name": step.name }));
    let payload = json!({
        "area": of.area, "place": place, "signals": of.signals, "households": of.households, "surprise": of.surprise,
        "outage": of.outage, "into": of.into, "why": of.why,
    });
    tx.journal(Entry { at, who, room: ROOM, subject: of.number.clone(), kind: verb, payload });
}

pub(crate) fn changed(of: &Proposal) -> Changed {
    Changed { number: of.number.clone(), state: of.state, area: of.area.clone(), outage: of.outage }
}
