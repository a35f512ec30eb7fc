//! The one thread that owns the exchange: inputs come from the wire and from the rooms, facts go to the log, commands to
//! telephony.
//!
//! *Invariant:* facts reach the log before the commands that follow them are carried out, so that whatever a caller
//! noticed has been written down, even if the process dies the moment after.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use exchange::fact::{Blocked, What};
use exchange::{Effect, Exchange, FloorView, Input, Refused, line};
use files::log::Log;
use futures::future::BoxFuture;
use kernel::calendar::Calendar;
use kernel::{Clock, Engine, Timestamp};
use telephony::Telephony;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;
use tracing::{error, warn};

use crate::facts::Line;

/// Inputs taken in before their facts are written with one write.
const BATCH_MAX: usize = 128;
/// Acts of rooms that may wait.
const ACTS_MAX: usize = 1_024;
/// Facts kept in memory while the log cannot be written; beyond it no new call is taken.
const UNWRITTEN_MAX: usize = 100_000;
/// After a death, calls are closed as of the last sign of life: it is at most this old.
const BEAT: Duration = Duration::from_secs(1);
const FLOOR_EVERY: Duration = Duration::from_millis(500);

struct Act {
    input: Input,
    answer: oneshot::Sender<Result<(), Refused>>,
}

/// The handle on the running exchange.
#[derive(Clone)]
pub struct Hall {
    acts: mpsc::Sender<Act>,
    floor: watch::Receiver<Arc<FloorView>>,
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
}

impl calls::Hall for Hall {
    fn act(&self, input: Input) -> BoxFuture<'_, Result<Result<(), Refused>>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.acts.send(Act { input, answer }).await.ok().context("the exchange has stopped")?;
            answered.await.context("the exchange has stopped")
        })
    }

    fn floor(&self) -> Arc<FloorView> {
        self.floor.borrow().clone()
    }
}

/// Starts the thread. It ends when telephony and all handles are gone.
pub fn start(
    exchange: Exchange,
    telephony: Telephony,
    events: mpsc::Receiver<line::Event>,
    log: Log,
    clock: Arc<dyn Clock>,
) -> Result<(Hall, std::thread::JoinHandle<()>)> {
    let (acts, acts_in) = mpsc::channel(ACTS_MAX);
    let (floor_out, floor) = watch::channel(Arc::new(exchange.floor()));
    let (written_out, written) = watch::channel(log.end());
    let calendar = Calendar::china();
    let driver = Driver {
        midnight: next_midnight(&calendar, clock.now()),
        calendar,
        exchange,
        telephony,
        log,
        clock,
        effects: Vec::new(),
        commands: Vec::new(),
        unwritten: Vec::new(),
        draining: false,
        written: written_out,
        floor: floor_out,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let thread = std::thread::Builder::new()
        .name("exchange".into())
        .spawn(move || {
            let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(driver.run(events, acts_in))));
            if ended.is_err() {
                // Nobody would answer any more: whoever restarts the program finds every call in the log.
                error!("the exchange has a bug and cannot go on; the program ends to be started again");
                std::process::exit(70);
            }
        })
        .context("starting the exchange's thread")?;
    Ok((Hall { acts, floor, written }, thread))
}

struct Driver {
    exchange: Exchange,
    telephony: Telephony,
    log: Log,
    clock: Arc<dyn Clock>,
    effects: Vec<Effect>,
    commands: Vec<line::Command>,
    /// Records for the log, already in their written form.
    unwritten: Vec<Vec<u8>>,
    draining: bool,
    written: watch::Sender<u64>,
    floor: watch::Sender<Arc<FloorView>>,
    calendar: Calendar,
    /// When the figures of the day begin at nothing again.
    midnight: Timestamp,
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
    async fn run(mut self, mut events: mpsc::Receiver<line::Event>, mut acts: mpsc::Receiver<Act>) {
        let mut beat = tokio::time::interval(BEAT);
        let mut picture = tokio::time::interval(FLOOR_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        picture.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.exchange.deadline().map(|at| at.since(self.clock.now()));
            tokio::select! {
                biased;
                event = events.recv() => match event {
                    Some(event) => self.take(Input::Line(event)),
                    None => return,
                },
                act = acts.recv() => match act {
                    Some(act) => self.act(act),
                    None => return,
                },
                () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => {}
                _ = beat.tick() => self.note(&Line::Beat(self.clock.now())),
                _ = picture.tick() => self.picture(),
            }
            for _ in 0..BATCH_MAX {
                match events.try_recv() {
                    Ok(event) => self.take(Input::Line(event)),
                    Err(_) => break,
                }
            }
            self.wake();
            self.carry_out();
        }
    }

    fn picture(&mut self) {
        let now = self.clock.now();
        if now >= self.midnight {
            self.exchange.turn_of_day();
            self.midnight = next_midnight(&self.calendar, now);
        }
        self.floor.send_replace(Arc::new(self.exchange.floor()));
    }

    fn act(&mut self, act: Act) {
        let before = self.effects.len();
        let now = self.clock.now();
        self.exchange.handle(now, act.input, &mut self.effects);
        let refused = self.effects.iter().skip(before).find_map(|effect| match effect {
            Effect::Refused(refused) => Some(refused.clone()),
            _ => None,
        });
        self.sort();
        // Nobody may be waiting any more.
        let _ = act.answer.send(refused.map_or(Ok(()), Err));
    }

    fn take(&mut self, input: Input) {
        let now = self.clock.now();
        self.exchange.handle(now, input, &mut self.effects);
        self.sort();
    }

    fn wake(&mut self) {
        let now = self.clock.now();
        if self.exchange.deadline().is_some_and(|at| at <= now) {
            self.exchange.wake(now, &mut self.effects);
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
                Effect::LookUp { call, key, .. } => {
                    // No room answers look-ups yet; the menu hears that nothing is known.
                    let answer = Input::LookedUp { call: *call, key: key.clone(), value: None };
                    self.exchange.handle(self.clock.now(), answer, &mut self.effects);
                }
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
        if !self.unwritten.is_empty() {
            match self.log.append(self.unwritten.iter().map(Vec::as_slice)) {
                Ok(end) => {
                    self.unwritten.clear();
                    self.written.send_replace(end);
                }
                Err(failure) => self.log_is_stuck(&failure),
            }
        }
        for command in self.commands.drain(..) {
            if let Err(dropped) = self.telephony.command(command) {
                error!("{dropped}");
                metrics::counter!("switchboard_commands_dropped").increment(1);
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
