//! The one thread that owns the exchange: inputs come from the wire and from the rooms, facts go to the log, commands to
//! telephony. Pictures of the floor are made when somebody asks for one, and only then.
//!
//! *Invariant:* facts reach the log before the commands that follow them are carried out, so that whatever a caller
//! noticed has been written down, even if the process dies the moment after.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use exchange::fact::{Blocked, What};
use exchange::floor::Pulse;
use exchange::{DeskView, Effect, Exchange, FloorView, Input, Refused, line};
use files::log::Log;
use futures::future::BoxFuture;
use kernel::calendar::Calendar;
use kernel::{CallId, Clock, Engine, PersonId, Timestamp};
use telephony::Telephony;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tracing::{error, warn};

use crate::facts::Line;
use crate::look_ups::LookUps;

/// Inputs taken in before their facts are written with one write.
const BATCH_MAX: usize = 128;
/// Acts of rooms that may wait.
const ACTS_MAX: usize = 1_024;
/// Facts kept in memory while the log cannot be written; beyond it no new call is taken.
const UNWRITTEN_MAX: usize = 100_000;
/// After a death, calls are closed as of the last sign of life: it is at most this old.
const BEAT: Duration = Duration::from_secs(1);
/// However many ask, the floor is not copied more often than this; after an act of a person it is.
const FLOOR_REST: Duration = Duration::from_millis(20);

/// What rooms want of the exchange.
enum Asked {
    Act { input: Input, answer: oneshot::Sender<Result<(), Refused>> },
    Floor(oneshot::Sender<Arc<FloorView>>),
    Desk(PersonId, oneshot::Sender<Option<DeskView>>),
    Pulse(oneshot::Sender<Pulse>),
}

/// Whose desk shows something new: one entry for each agent, however often it changes before somebody looks.
#[derive(Default)]
struct Changes {
    whose: Mutex<BTreeSet<PersonId>>,
    bell: Notify,
}

impl Changes {
    fn tell(&self, whose: BTreeSet<PersonId>) {
        if !whose.is_empty() {
            self.whose.lock().unwrap_or_else(PoisonError::into_inner).extend(whose);
            self.bell.notify_one();
        }
    }

    async fn wait(&self) -> BTreeSet<PersonId> {
        loop {
            let whose = std::mem::take(&mut *self.whose.lock().unwrap_or_else(PoisonError::into_inner));
            if !whose.is_empty() {
                return whose;
            }
            self.bell.notified().await;
        }
    }
}

/// The handle on the running exchange.
#[derive(Clone)]
pub struct Hall {
    asked: mpsc::Sender<Asked>,
    /// Rooms' answers to menus. A caller waits for each, and nobody to hear how it was taken.
    answers: mpsc::Sender<Input>,
    changes: Arc<Changes>,
    written: watch::Receiver<u64>,
}

impl Hall {
    /// Rings whenever the log has grown; the value is its end.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }

    /// Hands over an input whose refusal nobody waits for.
    pub async fn tell(&self, input: Input) -> Result<()> {
        calls::Hall::act(self, input).await.map(drop)
    }

    /// Hands a menu what a room has answered.
    pub async fn answer(&self, input: Input) -> Result<()> {
        self.answers.send(input).await.ok().context("the exchange has stopped")
    }

    async fn ask<T>(&self, what: impl FnOnce(oneshot::Sender<T>) -> Asked) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.asked.send(what(answer)).await.ok().context("the exchange has stopped")?;
        answered.await.context("the exchange has stopped")
    }
}

impl calls::Hall for Hall {
    fn act(&self, input: Input) -> BoxFuture<'_, Result<Result<(), Refused>>> {
        Box::pin(self.ask(|answer| Asked::Act { input, answer }))
    }

    fn floor(&self) -> BoxFuture<'_, Result<Arc<FloorView>>> {
        Box::pin(self.ask(Asked::Floor))
    }

    fn desk(&self, agent: PersonId) -> BoxFuture<'_, Result<Option<DeskView>>> {
        Box::pin(self.ask(move |answer| Asked::Desk(agent, answer)))
    }

    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>> {
        Box::pin(self.changes.wait())
    }

    fn pulse(&self) -> BoxFuture<'_, Result<Pulse>> {
        Box::pin(self.ask(Asked::Pulse))
    }
}

/// Starts the thread. It ends when telephony and all handles are gone.
pub fn start(
    exchange: Exchange,
    telephony: Telephony,
    events: mpsc::Receiver<line::Event>,
    log: Log,
    clock: Arc<dyn Clock>,
    calendar: Calendar,
    look_ups: LookUps,
) -> Result<(Hall, std::thread::JoinHandle<()>)> {
    let (asked, asked_in) = mpsc::channel(ACTS_MAX);
    let (answers, answers_in) = mpsc::channel(ACTS_MAX);
    let (written_out, written) = watch::channel(log.end());
    let changes = Arc::new(Changes::default());
    let driver = Driver {
        changes: changes.clone(),
        midnight: next_midnight(&calendar, clock.now()),
        calendar,
        exchange,
        telephony,
        log,
        clock,
        look_ups,
        effects: Vec::new(),
        commands: Vec::new(),
        unwritten: Vec::new(),
        draining: false,
        written: written_out,
        picture: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let thread = std::thread::Builder::new()
        .name("exchange".into())
        .spawn(move || {
            let ended =
                catch_unwind(AssertUnwindSafe(|| runtime.block_on(driver.run(events, answers_in, asked_in))));
            if ended.is_err() {
                // Nobody would answer any more: whoever restarts the program finds every call in the log.
                error!("the exchange has a bug and cannot go on; the program ends to be started again");
                std::process::exit(70);
            }
        })
        .context("starting the exchange's thread")?;
    Ok((Hall { asked, answers, changes, written }, thread))
}

struct Driver {
    changes: Arc<Changes>,
    exchange: Exchange,
    telephony: Telephony,
    log: Log,
    clock: Arc<dyn Clock>,
    look_ups: LookUps,
    effects: Vec<Effect>,
    commands: Vec<line::Command>,
    /// Records for the log, already in their written form.
    unwritten: Vec<Vec<u8>>,
    draining: bool,
    written: watch::Sender<u64>,
    /// The floor as it was last drawn, and when; none since somebody has acted.
    picture: Option<(Timestamp, Arc<FloorView>)>,
    calendar: Calendar,
    /// When the figures of the day begin at nothing again.
    midnight: Timestamp,
}

/// How it went.
enum Decided {
    Well,
    /// There was a panic, and this call was given up.
    WithoutCall(CallId),
    /// There was one, and nothing can be trusted any more.
    Broken(Box<dyn Any + Send>),
}

fn decide(
    exchange: &mut Exchange,
    now: Timestamp,
    out: &mut Vec<Effect>,
    act: impl FnOnce(&mut Exchange, Timestamp, &mut Vec<Effect>),
) -> Decided {
    // The exchange is looked at again only by `recover`, which knows what a panic leaves behind, and checks.
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| act(exchange, now, out))) else { return Decided::Well };
    match catch_unwind(AssertUnwindSafe(|| exchange.recover(now, out))) {
        Ok(Some(call)) => Decided::WithoutCall(call),
        Ok(None) => Decided::Broken(panic),
        Err(second) => Decided::Broken(second),
    }
}

/// A telephone of ours that may not dial what it dials is somebody's mistake, in the rules or at the desk.
fn tell_refusal(fact: &exchange::Fact) {
    if let What::CallBlocked { from, to, why, .. } = &fact.what
        && matches!(why, Blocked::NotAllowed | Blocked::NotSignedIn)
    {
        warn!(telephone = %from, number = %kernel::mask::phone(to), ?why, "a telephone may not dial this");
    }
}

fn next_midnight(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let today = calendar.civil(now).date();
    today.tomorrow().map_or(Timestamp::MAX, |tomorrow| calendar.start_of(tomorrow))
}

impl Driver {
    async fn run(
        mut self,
        mut events: mpsc::Receiver<line::Event>,
        mut answers: mpsc::Receiver<Input>,
        mut asked: mpsc::Receiver<Asked>,
    ) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.exchange.deadline().map(|at| at.since(self.clock.now()));
            tokio::select! {
                biased;
                event = events.recv() => match event {
                    Some(event) => self.take(Input::Line(event)),
                    None => return,
                },
                answer = answers.recv() => match answer {
                    Some(answer) => self.take(answer),
                    None => return,
                },
                asked = asked.recv() => match asked {
                    Some(asked) => self.asked(asked),
                    None => return,
                },
                () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => {}
                _ = beat.tick() => self.beat(),
            }
            for _ in 0..BATCH_MAX {
                match events.try_recv() {
                    Ok(event) => self.take(Input::Line(event)),
                    Err(_) => break,
                }
            }
            // Before the time runs out for those who wait: what is here is not late.
            for _ in 0..BATCH_MAX {
                match answers.try_recv() {
                    Ok(answer) => self.take(answer),
                    Err(_) => break,
                }
            }
            self.wake();
            self.carry_out();
            self.changes.tell(self.exchange.take_changed_desks());
        }
    }

    fn beat(&mut self) {
        let now = self.clock.now();
        self.note(&Line::Beat(now));
        if now >= self.midnight {
            self.exchange.turn_of_day();
            self.midnight = next_midnight(&self.calendar, now);
        }
    }

    /// Whoever asked may be gone when the answer is there.
    fn asked(&mut self, asked: Asked) {
        match asked {
            Asked::Act { input, answer } => drop(answer.send(self.act(input))),
            Asked::Floor(answer) => drop(answer.send(self.picture())),
            Asked::Desk(agent, answer) => drop(answer.send(self.exchange.desk(self.clock.now(), agent))),
            Asked::Pulse(answer) => drop(answer.send(self.exchange.pulse())),
        }
    }

    fn picture(&mut self) -> Arc<FloorView> {
        let now = self.clock.now();
        let drawn = self.picture.as_ref().filter(|(at, _)| now.since(*at) < FLOOR_REST);
        if let Some((_, view)) = drawn {
            return view.clone();
        }
        let view = Arc::new(self.exchange.floor());
        self.picture = Some((now, view.clone()));
        view
    }

    /// Lets the exchange decide. A panic in there ends the call that was being moved, and nothing else; when that cannot be
    /// said, the program ends, and what has been decided before is on the log.
    fn decide(&mut self, act: impl FnOnce(&mut Exchange, Timestamp, &mut Vec<Effect>)) {
        let now = self.clock.now();
        let before = self.effects.len();
        let decided = decide(&mut self.exchange, now, &mut self.effects, act);
        match decided {
            Decided::Well => {}
            Decided::WithoutCall(call) => {
                metrics::counter!("switchboard_exchange_panics").increment(1);
                error!(%call, "the exchange has a bug: this call is ended and closed as interrupted, all others go on");
            }
            Decided::Broken(panic) => {
                metrics::counter!("switchboard_exchange_panics").increment(1);
                self.effects.truncate(before);
                self.sort();
                self.write();
                std::panic::resume_unwind(panic);
            }
        }
    }

    fn act(&mut self, input: Input) -> Result<(), Refused> {
        self.picture = None;
        // The log cannot be written just now: of a call by the machine a death would leave no trace, and it would be made
        // twice. People's calls cannot wait; the machine can.
        if matches!(input, Input::CallOut(_)) && !self.unwritten.is_empty() {
            return Err(Refused::NoRoomOut);
        }
        let before = self.effects.len();
        self.decide(|exchange, now, out| exchange.handle(now, input, out));
        let refused = self.effects.iter().skip(before).find_map(|effect| match effect {
            Effect::Refused(refused) => Some(refused.clone()),
            _ => None,
        });
        self.sort();
        refused.map_or(Ok(()), Err)
    }

    fn take(&mut self, input: Input) {
        self.decide(|exchange, now, out| exchange.handle(now, input, out));
        self.sort();
    }

    fn wake(&mut self) {
        let now = self.clock.now();
        if self.exchange.deadline().is_some_and(|at| at <= now) {
            self.decide(|exchange, now, out| exchange.wake(now, out));
            self.sort();
        }
    }

    /// Facts to the unwritten, commands to those to be carried out, each in their order.
    fn sort(&mut self) {
        let effects = std::mem::take(&mut self.effects);
        for effect in &effects {
            match effect {
                Effect::Fact(fact) => {
                    tell_refusal(fact);
                    self.note(&Line::Fact(fact.clone()));
                }
                Effect::Line(command) => self.commands.push(command.clone()),
                // Too many are waiting: the menu hears at once that nothing is known.
                Effect::LookUp { call, key, argument } if !self.look_ups.ask(*call, key, argument) => {
                    let answer = Input::LookedUp { call: *call, key: key.clone(), answer: None };
                    self.decide(|exchange, now, out| exchange.handle(now, answer, out));
                }
                Effect::LookUp { .. } => {}
                Effect::Refused(refused) => tracing::debug!(?refused, "an input did not fit"),
            }
        }
        if !self.effects.is_empty() {
            self.sort();
        }
    }

    fn note(&mut self, line: &Line) {
        match serde_json::to_vec(line) {
            Ok(bytes) => self.unwritten.push(bytes),
            Err(failure) => error!(%failure, "a fact cannot be written"),
        }
    }

    fn carry_out(&mut self) {
        self.write();
        for command in self.commands.drain(..) {
            if let Err(dropped) = self.telephony.command(command) {
                error!("{dropped}");
                metrics::counter!("switchboard_commands_dropped").increment(1);
            }
        }
    }

    fn write(&mut self) {
        if !self.unwritten.is_empty() {
            match self.log.append(self.unwritten.iter().map(Vec::as_slice)) {
                Ok(end) => {
                    self.unwritten.clear();
                    self.written.send_replace(end);
                }
                Err(failure) => self.log_is_stuck(&failure),
            }
        }
    }

    /// The disk is full or gone: calls go on, facts wait in memory; when too many wait, no new call is taken.
    fn log_is_stuck(&mut self, failure: &anyhow::Error) {
        metrics::counter!("switchboard_log_failures").increment(1);
        warn!(waiting = self.unwritten.len(), "{failure:#}");
        if self.unwritten.len() > UNWRITTEN_MAX && !self.draining {
            error!("the log of facts has not been writable for too long: no new calls until a restart");
            self.draining = true;
            self.take(Input::Drain);
        }
    }
}

/// Brings the log to the disk once a second, on a thread of its own.
pub fn sync_log(log: &Log) -> Result<()> {
    let syncer = log.syncer();
    std::thread::Builder::new().name("log-sync".into()).spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            if let Err(failure) = syncer.sync() {
                warn!("the log of facts is not on the disk yet: {failure:#}");
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use exchange::fact::What;
    use exchange::line::{Command, Event, Identity, Origin};
    use kernel::time::TestClock;
    use kernel::{FlowId, IdMint, LegId, TrunkId};

    use super::*;

    fn arrive(leg: i64) -> Input {
        let origin = Origin::Trunk { trunk: TrunkId(1) };
        let from = Identity { number: format!("1380000000{leg}"), name: String::new() };
        Input::Line(Event::Incoming { leg: LegId(leg), origin, from, to: "95598".into() })
    }

    /// An input, and a bug right after what was decided about it.
    fn strike(exchange: &mut Exchange, now: Timestamp, input: Input) -> (Vec<Effect>, Decided) {
        let mut out = Vec::new();
        let decided = decide(exchange, now, &mut out, |exchange, now, out| {
            exchange.handle(now, input, out);
            std::panic::resume_unwind(Box::new("a bug"));
        });
        (out, decided)
    }

    #[test]
    fn a_bug_ends_its_call_and_no_other() {
        let now = TestClock::monday_morning().now();
        let config = exchange::Config { any_number: Some(FlowId(1)), ..exchange::Config::default() };
        let mut exchange = Exchange::new(config, Arc::new(IdMint::new(0)));
        let mut out = Vec::new();
        assert!(matches!(
            decide(&mut exchange, now, &mut out, |x, now, out| x.handle(now, arrive(1), out)),
            Decided::Well
        ));

        let (out, decided) = strike(&mut exchange, now, arrive(2));
        let Decided::WithoutCall(call) = decided else { panic!("not recovered") };
        let ends: Vec<_> = out
            .iter()
            .filter_map(|effect| match effect {
                Effect::Fact(fact) => match &fact.what {
                    What::CallArrived { .. } => Some("arrived"),
                    What::CallInterrupted { call: ended } if *ended == call => Some("interrupted"),
                    What::CallEnded { call: ended, .. } if *ended == call => Some("ended"),
                    _ => None,
                },
                Effect::Line(Command::Answer { .. }) => Some("answer"),
                Effect::Line(Command::HangUp { leg: LegId(2) }) => Some("hang up"),
                _ => None,
            })
            .collect();
        assert_eq!(ends, ["arrived", "answer", "hang up", "interrupted", "ended"]);
        let view = exchange.floor();
        assert_eq!(view.calls.iter().map(|call| call.from.as_str()).collect::<Vec<_>>(), ["13800000001"]);

        // Without a call there is nothing that could be given up.
        let (_, decided) = strike(&mut exchange, now, Input::Drain);
        assert!(matches!(decided, Decided::Broken(_)));
    }
}
