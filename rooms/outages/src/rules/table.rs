//! What may become of an outage: one table, one decision.

use std::time::Duration;

use customers::rules::Utility;
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp};

pub use super::act::{Act, Refusal, Verb};
use super::limits::{self, Finding, Weight};
use super::outage::{Approval, Clip, Excuse, Mode};
use super::{Cause, Class, Crew, Moment, Outage, Plan, Revision, Settings, State};

/// Who asks, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// None: the centre, by the clock.
    pub person: Option<PersonId>,
    pub writes: bool,
    pub approves: bool,
}

impl Asker {
    pub const CENTRE: Asker = Asker { person: None, writes: true, approves: false };
}

/// What a decision depends on beside the outage.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub settings: &'a Settings,
}

const TEXT_MAX: usize = 200;
const WHY_MAX: usize = 200;
const WORDS_MAX: usize = 300;
const LIST_MAX: usize = 2_000;

/// The table: where an act leads from a state; none where it does not fit.
pub const fn leads(state: State, class: Class, verb: Verb) -> Option<State> {
    use State::{Approved, Cancelled, Closed, Draft, InProgress, Published, Restored, Submitted};
    match (state, verb) {
        (Draft, Verb::Edit) => Some(Draft),
        (Draft, Verb::Submit) => Some(Submitted),
        (Submitted | Approved, Verb::Return) => Some(Draft),
        (Submitted, Verb::Approve) => Some(Approved),
        (Approved, Verb::Publish) => Some(Published),
        // What has happened already waits for no second signature.
        (Draft | Submitted | Approved, Verb::Begin) => None,
        (Draft | Submitted, Verb::Publish) if matches!(class, Class::Fault) => Some(InProgress),
        (Published, Verb::Begin) => Some(InProgress),
        (Published | InProgress, Verb::Revise) => Some(state),
        (InProgress, Verb::Announce) => Some(InProgress),
        (InProgress, Verb::Restore) => Some(Restored),
        (Restored, Verb::Resume) => Some(InProgress),
        (Restored, Verb::Close) => Some(Closed),
        (Draft | Submitted | Approved | Published, Verb::Cancel) => Some(Cancelled),
        (Closed | Cancelled, _) => None,
        (_, Verb::Take | Verb::SetGreeting) => Some(state),
        (Published | InProgress | Restored, Verb::ApproveGreeting) => Some(state),
        _ => None,
    }
}

/// A fault that was approved like a plan goes on at once, too; only gas is announced before it returns.
const fn leads_to(outage: &Outage, verb: Verb) -> Option<State> {
    match (outage.plan.class, outage.state, verb) {
        (Class::Fault, State::Approved, Verb::Publish) => Some(State::InProgress),
        (_, _, Verb::Announce) if !matches!(outage.plan.utility, Utility::Gas) => None,
        (class, state, verb) => leads(state, class, verb),
    }
}

/// Who may do it at all.
const fn is_theirs(asker: Asker, outage: &Outage, verb: Verb) -> bool {
    match verb {
        Verb::Approve | Verb::ApproveGreeting | Verb::SetGreeting => asker.approves,
        Verb::Return | Verb::Cancel => asker.approves || asker.writes,
        // What nobody has approved is published by a leader.
        Verb::Publish if !matches!(outage.state, State::Approved) => asker.approves,
        _ => asker.writes || asker.approves,
    }
}

fn may(outage: &Outage, verb: Verb, asker: Asker) -> Result<State, Refusal> {
    let (state, word) = (outage.state.as_str(), verb.as_str());
    let next = leads_to(outage, verb).ok_or(Refusal::NotNow { state, verb: word })?;
    if !is_theirs(asker, outage, verb) {
        return Err(Refusal::NotYours { verb: word });
    }
    if verb == Verb::Approve && asker.person.is_some() && outage.submitted_by == asker.person {
        return Err(Refusal::OwnPlan);
    }
    Ok(next)
}

/// What this person may do with it now.
pub fn allowed(outage: &Outage, asker: Asker) -> Vec<Verb> {
    Verb::ALL.iter().copied().filter(|verb| may(outage, *verb, asker).is_ok()).collect()
}

fn case(outage: &Outage) -> limits::Case {
    limits::Case {
        utility: outage.plan.utility,
        class: outage.plan.class,
        starts: outage.starts(),
        ends: outage.ends(),
        important: outage.counts.important,
        affected: outage.counts.all,
    }
}

/// What the law wants of it, as people were told of it; if it were published now, where nobody has been.
pub fn findings(outage: &Outage, terms: Terms<'_>) -> Vec<Finding> {
    let told = outage.announced_starts().last().map_or(terms.now, |(_, at)| *at);
    limits::check(&case(outage), told, terms.calendar)
}

/// Checks what was entered, and cleans it.
pub fn checked(plan: &Plan, terms: Terms<'_>) -> Result<Plan, Refusal> {
    let line = |field, text: &str, least: usize, most: usize| {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let long = text.chars().count();
        let plain = !text.chars().any(char::is_control);
        if plain && (least..=most).contains(&long) {
            Ok(text)
        } else {
            Err(Refusal::BadField { field, most })
        }
    };
    let mut next = plan.clone();
    next.area.text = line("area", &plan.area.text, 2, 60)?;
    next.reason = line("reason", &plan.reason, 2, 40)?;
    next.scope = line("scope", &plan.scope, 0, TEXT_MAX)?;
    let area = &plan.area;
    if area.elements.is_empty() && area.places.is_empty() && area.accounts.is_empty() {
        return Err(Refusal::AreaFirst);
    }
    for (field, many) in
        [("elements", area.elements.len()), ("places", area.places.len()), ("accounts", area.accounts.len())]
    {
        if many > LIST_MAX {
            return Err(Refusal::TooMany { field, most: LIST_MAX });
        }
    }
    for place in &mut next.area.places {
        for part in [&mut place.area, &mut place.road, &mut place.community, &mut place.buildings] {
            *part = line("places", part, 0, 60)?;
        }
        if place.area.is_empty() && place.road.is_empty() && place.community.is_empty() {
            return Err(Refusal::AreaFirst);
        }
    }
    match plan.ends {
        None if plan.class != Class::Fault => return Err(Refusal::EstimateFirst),
        Some(ends) if ends <= plan.starts => return Err(Refusal::EndsFirst),
        _ => {}
    }
    if matches!(plan.class, Class::Planned | Class::Arrears | Class::Breach) && plan.starts <= terms.now {
        return Err(Refusal::StartsInThePast);
    }
    Ok(next)
}

fn reason(text: &str) -> Result<String, Refusal> {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if (2..=WHY_MAX).contains(&text.chars().count()) {
        Ok(text)
    } else {
        Err(Refusal::BadField { field: "why", most: WHY_MAX })
    }
}

/// While nobody knows when supply returns, there is a time by which there will be news.
fn news(
    ends: Option<Timestamp>,
    wanted: Option<Timestamp>,
    terms: Terms<'_>,
) -> Result<Option<Timestamp>, Refusal> {
    let day = Duration::from_secs(86_400);
    match wanted {
        Some(at) if at > terms.now && at <= terms.now + day => Ok(Some(at)),
        Some(_) => Err(Refusal::NewsFirst),
        None if ends.is_none_or(|ends| ends <= terms.now) => {
            Ok(Some(terms.now + Duration::from_secs(u64::from(terms.settings.news_min) * 60)))
        }
        None => Ok(None),
    }
}

/// The outage after `act`. The same checks answer [`allowed`].
pub fn decide(outage: &Outage, act: &Act, asker: Asker, terms: Terms<'_>) -> Result<Outage, Refusal> {
    let state = may(outage, act.verb(), asker)?;
    let now = terms.now;
    let mut next = Outage { state, ..outage.clone() };
    match act {
        Act::Edit { plan } => next.plan = checked(plan, terms)?,
        Act::Submit => {
            next.plan = checked(&outage.plan, terms)?;
            next.submitted_by = asker.person;
        }
        Act::Return { why } => {
            next.why = reason(why)?;
            (next.submitted_by, next.approved_by) = (None, None);
        }
        Act::Approve { why } => {
            excuse(&mut next, findings(outage, terms), why, asker, terms)?;
            next.approved_by = asker.person;
        }
        Act::Publish { why, next_news } => {
            excuse(&mut next, findings(outage, terms), why, asker, terms)?;
            publish(&mut next, *next_news, asker, terms)?;
        }
        Act::Begin { why } => begin(&mut next, outage, why, asker, terms)?,
        Act::Revise { starts, ends, next_news, cause, crew, why } => {
            revise(&mut next, (*starts, *ends, *next_news), (*cause, *crew), &reason(why)?, asker, terms)?;
        }
        Act::Announce { at } => {
            if *at <= now {
                return Err(Refusal::NotAnEstimate);
            }
            next.announced_at = Some(now);
            say(&mut next, Moment::Announced, asker, terms, |last| Revision {
                ends: Some(*at),
                next_news: None,
                ..last
            })?;
            unread(&mut next, asker);
        }
        Act::Restore { at, why } => {
            let at = at.unwrap_or(now);
            if at > now || outage.started_at.is_none_or(|started| at < started) {
                return Err(Refusal::NotARestoration);
            }
            let plan = &outage.plan;
            let finding = limits::before_restoring(plan.utility, plan.class, outage.announced_at);
            excuse(&mut next, finding.into_iter().collect(), why, asker, terms)?;
            next.restored_at = Some(at);
            say(&mut next, Moment::Restored, asker, terms, |last| Revision {
                crew: Crew::Done,
                next_news: None,
                ..last
            })?;
        }
        Act::Resume { why } => {
            next.why = reason(why)?;
            (next.restored_at, next.announced_at) = (None, None);
            let (why, next_news) = (next.why.clone(), news(None, None, terms)?);
            say(&mut next, Moment::Changed, asker, terms, |last| Revision {
                ends: None,
                crew: Crew::Searching,
                next_news,
                why,
                ..last
            })?;
        }
        Act::Close => next.closed_at = Some(now),
        Act::Cancel { why } => {
            next.why = reason(why)?;
            next.closed_at = Some(now);
            next.greeting.approval = None;
        }
        Act::Take => next.owner = asker.person.unwrap_or(outage.owner),
        Act::SetGreeting { mode, words, clip } => {
            set_greeting(&mut next, *mode, words.as_deref(), clip.as_ref(), terms)?;
            // A leader has just read it.
            approve(&mut next, None, asker, terms)?;
        }
        Act::ApproveGreeting { expires_at } => approve(&mut next, *expires_at, asker, terms)?,
    }
    Ok(next)
}

/// Limits that are not kept need a reason, once for each.
fn excuse(
    next: &mut Outage,
    found: Vec<Finding>,
    why: &str,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    let mut broken = found;
    broken.retain(|finding| {
        finding.weight == Weight::Violated && !next.excuses.iter().any(|one| one.duty == finding.duty)
    });
    if broken.is_empty() {
        return Ok(());
    }
    let (Ok(why), Some(by)) = (reason(why), asker.person) else {
        return Err(Refusal::LimitsBroken { findings: broken });
    };
    let excuses =
        broken.iter().map(|finding| Excuse { duty: finding.duty, by, at: terms.now, why: why.clone() });
    next.excuses.extend(excuses);
    Ok(())
}

fn publish(
    next: &mut Outage,
    next_news: Option<Timestamp>,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    let now = terms.now;
    next.plan = checked(&next.plan, terms)?;
    next.published_at = Some(now);
    next.approved_by = next.approved_by.or(asker.person);
    let plan = &next.plan;
    let begun = next.state == State::InProgress;
    if begun {
        next.started_at = Some(plan.starts.min(now));
    }
    let crew = if plan.cause == Cause::Unknown { Crew::Searching } else { Crew::Waiting };
    let next_news = if begun { news(plan.ends, next_news, terms)? } else { None };
    next.revisions.push(Revision {
        moment: Moment::Published,
        at: now,
        by: asker.person,
        starts: plan.starts,
        ends: plan.ends,
        cause: plan.cause,
        crew,
        next_news,
        why: String::new(),
        moved: None,
    });
    // Whoever published it, a leader had approved it.
    approve_now(next, asker, terms);
    Ok(())
}

/// What people would hear and read if it were published now: what is going on already is not told as a plan.
pub fn as_published(outage: &Outage, terms: Terms<'_>) -> Outage {
    let mut next = outage.clone();
    if outage.published_at.is_none() && leads_to(outage, Verb::Publish) == Some(State::InProgress) {
        next.state = State::InProgress;
        if publish(&mut next, None, Asker::CENTRE, terms).is_ok() {
            return next;
        }
    }
    outage.clone()
}

type Times = (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>);

fn revise(
    next: &mut Outage,
    (starts, ends, next_news): Times,
    (cause, crew): (Cause, Crew),
    why: &str,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    let begun = next.state == State::InProgress;
    let starts = if begun { next.starts() } else { starts.unwrap_or_else(|| next.starts()) };
    match ends {
        None if !begun => return Err(Refusal::EstimateFirst),
        Some(ends) if ends <= starts => return Err(Refusal::EndsFirst),
        Some(ends) if begun && ends <= terms.now => return Err(Refusal::NotAnEstimate),
        _ => {}
    }
    if !begun && starts <= terms.now {
        return Err(Refusal::StartsInThePast);
    }
    let next_news = if begun { news(ends, next_news, terms)? } else { None };
    if let Some(last) = next.last()
        && (last.starts, last.ends, last.next_news, last.cause, last.crew)
            == (starts, ends, next_news, cause, crew)
    {
        return Err(Refusal::NothingNew);
    }
    if !begun && starts < next.starts() {
        moved_near(next, (starts, ends), why, asker, terms)?;
    }
    let why = why.to_owned();
    say(next, Moment::Changed, asker, terms, |last| Revision {
        starts,
        ends,
        cause,
        crew,
        next_news,
        why,
        ..last
    })?;
    unread(next, asker);
    Ok(())
}

/// It begins, and who was told a later start is told this one: earlier, it is moved nearer.
fn begin(
    next: &mut Outage,
    outage: &Outage,
    why: &str,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    let (now, crew) = (terms.now, outage.crew_at_start());
    let mut said = String::new();
    if now < outage.starts() {
        said = reason(why)?;
        moved_near(next, (now, outage.ends()), &said, asker, terms)?;
    }
    next.started_at = Some(now);
    say(next, Moment::Started, asker, terms, |last| Revision { crew, starts: now, why: said, ..last })
}

/// Whoever was told a later start is told this one now: where that is too late, a leader answers for it.
fn moved_near(
    next: &mut Outage,
    (starts, ends): (Timestamp, Option<Timestamp>),
    why: &str,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    let moved = limits::Case { starts, ends, ..case(next) };
    let mut findings = limits::check(&moved, terms.now, terms.calendar);
    findings.retain(|finding| finding.weight == Weight::Violated);
    if findings.is_empty() {
        return Ok(());
    }
    let Some(by) = asker.person.filter(|_| asker.approves) else {
        return Err(Refusal::MovedTooNear { findings });
    };
    let excuse = |duty| Excuse { duty, by, at: terms.now, why: why.to_owned() };
    next.excuses.extend(findings.iter().map(|finding| excuse(finding.duty)));
    Ok(())
}

/// New times are read out only after a leader has seen them.
fn unread(next: &mut Outage, asker: Asker) {
    if !asker.approves {
        next.greeting.approval = None;
    }
}

/// One more revision; what was spoken or written for the one before is not heard any more.
fn say(
    next: &mut Outage,
    moment: Moment,
    asker: Asker,
    terms: Terms<'_>,
    change: impl FnOnce(Revision) -> Revision,
) -> Result<(), Refusal> {
    let state = next.state.as_str();
    let last = next.last().cloned().ok_or(Refusal::NotNow { state, verb: moment.as_str() })?;
    let revision =
        Revision { moment, at: terms.now, by: asker.person, why: String::new(), moved: None, ..last };
    next.revisions.push(change(revision));
    (next.greeting.words, next.greeting.clip) = (None, None);
    if next.greeting.approval.is_some() || asker.approves {
        approve_now(next, asker, terms);
    }
    Ok(())
}

fn set_greeting(
    next: &mut Outage,
    mode: Mode,
    words: Option<&str>,
    clip: Option<&Clip>,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    if mode == Mode::Ordered && next.plan.class.is_personal() {
        return Err(Refusal::NobodyElses);
    }
    let words = words.map(str::trim).filter(|words| !words.is_empty());
    if words.is_some_and(|words| words.chars().count() > WORDS_MAX || words.chars().any(char::is_control)) {
        return Err(Refusal::BadField { field: "words", most: WORDS_MAX });
    }
    let longest = terms.settings.voice_s.max(terms.settings.seconds);
    if clip.is_some_and(|clip| clip.name.is_empty() || clip.name.len() > TEXT_MAX || clip.seconds > longest) {
        return Err(Refusal::BadField { field: "clip", most: TEXT_MAX });
    }
    next.greeting.mode = mode;
    next.greeting.words = words.map(str::to_owned);
    next.greeting.clip = clip.cloned();
    Ok(())
}

fn expiry(outage: &Outage, terms: Terms<'_>) -> Timestamp {
    let known = outage.ends().or(outage.next_news()).unwrap_or(terms.now).max(terms.now);
    known + Duration::from_secs(u64::from(terms.settings.expires_h) * 3_600)
}

fn approve_now(next: &mut Outage, asker: Asker, terms: Terms<'_>) {
    let by = asker.person.filter(|_| asker.approves).or(next.approved_by);
    let (revision, expires_at) = (next.revision(), expiry(next, terms));
    next.greeting.approval = Some(Approval { by, at: terms.now, revision, expires_at });
}

fn approve(
    next: &mut Outage,
    expires_at: Option<Timestamp>,
    asker: Asker,
    terms: Terms<'_>,
) -> Result<(), Refusal> {
    if !next.state.is_public() {
        return Ok(());
    }
    approve_now(next, asker, terms);
    if let (Some(at), Some(approval)) = (expires_at, next.greeting.approval.as_mut()) {
        let longest = next.revisions.last().and_then(|last| last.ends).unwrap_or(terms.now).max(terms.now)
            + Duration::from_secs(7 * 86_400);
        if at <= terms.now || at > longest {
            return Err(Refusal::BadExpiry);
        }
        approval.expires_at = at;
    }
    Ok(())
}

/// By when something must happen to it; none once it is over.
pub fn due(outage: &Outage, settings: &Settings, calendar: &Calendar) -> Option<Timestamp> {
    let after = |at: Timestamp, seconds: u64| at + Duration::from_secs(seconds);
    match outage.state {
        State::Draft | State::Submitted | State::Approved => {
            let plan = &outage.plan;
            let by = limits::publish_by(plan.utility, plan.class, plan.starts, calendar);
            // A limit that has passed is no deadline any more: five minutes, as for a fault (O8).
            Some(by.unwrap_or(outage.created_at).max(after(outage.created_at, 300)))
        }
        State::Published => Some(outage.starts()),
        State::InProgress => {
            let news = outage.next_news();
            let fallback = after(outage.starts(), u64::from(settings.news_min) * 60);
            Some(outage.ends().into_iter().chain(news).min().unwrap_or(fallback))
        }
        State::Restored => {
            let restored = outage.restored_at.unwrap_or(outage.created_at);
            Some(after(restored, u64::from(settings.close_h) * 3_600))
        }
        State::Closed | State::Cancelled => None,
    }
}
