//! The demo's handovers: one that both have signed, and one that waits for the incoming leader; with the log of both shifts.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow};
use calls::Hall;
use db::{Entry, Tx};
use deadlines::{Clocks, Step, Thresholds};
use kernel::calendar::Calendar;
use kernel::{JournalId, PersonId, Timestamp};
use promises::{Subject, Terms};
use serde_json::json;
use web::App;
use work_orders::rules::Order;
use work_orders::store::found::{Filter, find};

use crate::rules::decide::{self, Act, Facts, Standing};
use crate::rules::line::{Line, Of, Said, Source};
use crate::rules::shifts::Span;
use crate::rules::{Item, Record, Refusal, Scope, Section, Settings, State};
use crate::store::{items, lines, records};
use crate::{ROOM, drawing};

const MINUTE: Duration = Duration::from_secs(60);
/// So many orders of a shift stand in its log.
const LOGGED: i64 = 200;
/// An example, not a day's work.
const ITEMS: u16 = 12;

/// What the leader of a shift might say.
fn words(section: Section) -> &'static str {
    match section {
        Section::Summary => "话务平稳，抢修到场及时；青岚区两起漏气已到场处置，其余工单按时限推进。",
        Section::Outages => "明日 9:00–15:00 望江区管网改造停气，提示语音已更新，应答口径见公告。",
        Section::Faults | Section::Policy => "无",
        Section::Equipment => "12 号坐席耳机左声道无声，已换备用，待报修。",
        Section::Attendance => "应到 10 人，实到 10 人；1006 下一班请假，由 1014 顶班。",
        Section::Instructions => "主管要求：两小时以上未派工单逐一催派，下班前报告。",
    }
}

/// Puts them in, unless a shift has been handed over here already.
pub async fn fill(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    (one, other): (PersonId, PersonId),
) -> Result<bool> {
    let now = app.now();
    if !records::before(&app.db, None, now, 1).await?.is_empty() {
        return Ok(false);
    }
    let settings = Settings { items_max: ITEMS, ..Settings::default() };
    let present = Settings::default().span(calendar, now);
    let last = Settings::default().span(calendar, present.begins - MINUTE);
    let before = Settings::default().span(calendar, last.begins - MINUTE);
    let soon = present.ends;
    for (span, outgoing, incoming) in [(before, one, Some(other)), (last, other, None)] {
        let draft = Record { state: State::Draft, ..record(app, calendar, &settings, &span) };
        let (left, drawn) = drawing::draw(app, (hall, calendar), &settings, &draft, soon).await?;
        let logged = log(app, &span, outgoing).await?;
        let (record, drawn) = lived(&draft, left, drawn, &settings, outgoing, incoming)?;
        let mut tx = app.db.begin().await?;
        if !records::add(&mut tx, &record).await? {
            return Ok(false);
        }
        items::add(&mut tx, record.id, &drawn).await?;
        promise(&mut tx, app, calendar, &record).await?;
        for (nth, line) in (1..).zip(logged) {
            // Places before the first of the journal: what is invented is never found there.
            let source = match line.source {
                Source::Hand => Source::Hand,
                Source::Journal(_) | Source::Desks(_) => {
                    Source::Journal(-(span.ends.as_secs() * 1_000 + nth))
                }
            };
            let line = Line { source, ..line };
            let new = lines::New { id: app.id::<JournalId>().get(), team: None, line: &line };
            lines::add(&mut tx, &[new]).await?;
        }
        let payload = json!({ "number": record.number });
        let subject = "demo".to_owned();
        tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "generated", payload });
        tx.commit().await?;
    }
    Ok(true)
}

fn record(app: &App, calendar: &Calendar, settings: &Settings, span: &Span) -> Record {
    let day = calendar.civil(span.begins).date();
    Record {
        id: app.id(),
        number: format!("{day} {}", span.name),
        shift: span.name.clone(),
        scope: Scope::default(),
        begins: span.begins,
        ends: span.ends,
        sign_by: settings.sign_by(span.ends),
        state: State::Draft,
        sections: Section::ALL.into_iter().map(|section| (section, words(section).to_owned())).collect(),
        remarks: BTreeMap::new(),
        left: None,
        appendix: Vec::new(),
        alarmed_at: None,
        version: 1,
    }
}

/// By the same rules as everybody's: signed, and where there is an incoming leader verified, asked about once, and taken over.
fn lived(
    draft: &Record,
    left: crate::rules::record::Left,
    drawn: Vec<Item>,
    settings: &Settings,
    outgoing: PersonId,
    incoming: Option<PersonId>,
) -> Result<(Record, Vec<Item>)> {
    let facts = |person: PersonId, minutes: i64| {
        let now = Timestamp::from_secs(draft.ends.as_secs() + minutes * 60);
        Facts { now, person, settings, standing: Standing::default() }
    };
    let refused = |refusal: Refusal| anyhow!("an invented handover: {refusal}");
    let remarks = drawn.iter().map(|item| {
        let text = if item.why.contains(&crate::rules::item::Why::Owed) {
            "下一班优先回呼"
        } else {
            "盯住下一时限，到点未动再催一次"
        };
        (item.about(), text.to_owned())
    });
    let draft = Record { remarks: remarks.collect(), ..draft.clone() };
    let (mut record, mut drawn) =
        decide::sign_out(&draft, left, drawn, facts(outgoing, -5)).map_err(refused)?;
    let Some(incoming) = incoming else { return Ok((record, drawn)) };
    for (at, minute) in (0..drawn.len()).zip(0..) {
        let Some(item) = drawn.get(at).cloned() else { continue };
        let about = item.about();
        let mut acts = vec![(Act::Accept { about: about.clone() }, incoming)];
        if minute == 1 {
            let question = "承办单位说几点能到？".to_owned();
            let text = "已电话确认，一小时内到场，超过再升级".to_owned();
            acts = vec![
                (Act::Query { about: about.clone(), question }, incoming),
                (Act::Answer { about, text }, outgoing),
            ];
        }
        for (act, person) in acts {
            let Some(item) = drawn.get_mut(at) else { continue };
            let (next, said) =
                decide::verify(&record, item, &act, facts(person, 1 + minute / 4)).map_err(refused)?;
            record = next;
            *item = said;
        }
    }
    record = decide::settled(record, decide::standing(&drawn, Some(incoming)));
    let record = decide::sign_in(&record, &drawn, facts(incoming, 8)).map_err(refused)?;
    Ok((record, drawn))
}

/// The promise that it is signed: kept, or running out.
async fn promise(tx: &mut Tx, app: &App, calendar: &Calendar, record: &Record) -> Result<()> {
    let clocks = Clocks::inside(record.ends, record.sign_by);
    let clocks = match &record.state {
        State::SignedIn { incoming, .. } => {
            clocks.decide(incoming.at, &deadlines::Act::ResultEntered, calendar)?
        }
        State::Draft | State::SignedOut { .. } | State::Verified { .. } => clocks,
    };
    let subject = Subject {
        room: ROOM,
        id: record.id.to_string(),
        number: record.number.clone(),
        kind: None,
        unit: None,
        area: String::new(),
    };
    let new = promises::New { id: app.id(), step: Step::SignHandover, rule: String::new(), clocks };
    let terms = Terms { now: app.now(), calendar, thresholds: Thresholds::default() };
    promises::begin(tx, &subject, &new, terms).await
}

/// What the log of that shift would have said of the demo's orders, and two lines by hand.
async fn log(app: &App, span: &Span, leader: PersonId) -> Result<Vec<Line>> {
    let filter = Filter { from: Some(span.begins), to: Some(span.ends), ..Filter::default() };
    let mut found: Vec<Line> =
        find(&app.db, &filter, LOGGED).await?.iter().flat_map(|kept| told(&kept.order, span)).collect();
    for (hours, text) in [
        (2, "望江区停气公告已发布，各组长确认必读人员已阅读。"),
        (5, "市应急局来电核实漏气处置情况，已按口径答复并报主管。"),
    ] {
        found.push(Line {
            at: span.begins + Duration::from_secs(hours * 3_600),
            what: "note".into(),
            important: true,
            who: Some(leader),
            concerns: None,
            of: Of::Centre,
            source: Source::Hand,
            said: Said { text: text.into(), ..Said::default() },
        });
    }
    found.sort_by_key(|line| line.at);
    Ok(found)
}

fn told(order: &Order, span: &Span) -> Vec<Line> {
    let line = |at: Timestamp, what: &str, always: bool, who: Option<PersonId>| Line {
        at,
        what: what.to_owned(),
        important: always || order.is_important(),
        who,
        concerns: order.matter.about,
        of: Of::Centre,
        source: Source::Journal(0),
        said: Said {
            about: order.id.to_string(),
            number: order.number.clone(),
            kind: Some(order.matter.kind),
            subtype: order.matter.subtype.clone(),
            area: order.matter.area.clone(),
            ..Said::default()
        },
    };
    let mut found = vec![line(order.accepted_at, "accepted", false, order.accepted_by)];
    if let work_orders::rules::State::Closed { at, .. } = order.state {
        found.push(line(at, "close", false, None));
    }
    found.extend(order.urges.iter().map(|urge| line(urge.at, "urge", true, urge.who)));
    found.extend(order.supervisions.iter().map(|one| line(one.at, "supervise", true, one.who)));
    found.retain(|line| line.at >= span.begins && line.at < span.ends);
    found
}
