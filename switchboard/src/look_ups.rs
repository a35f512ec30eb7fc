//! Menus ask, rooms answer: beside the exchange's thread, and never later than a caller waits.
//!
//! On threads and connections of their own. When two hundred people call at once, what setting up their calls costs fills the
//! threads on which SIP and the rooms work, first come, first served, for longer than a caller waits; and eight pages that
//! read long would hold every connection. Here the system gives each question its share of a core beside all that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use exchange::Input;
use ivr::{Answer, Argument};
use kernel::CallId;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;
use tracing::{error, warn};
use web::{App, LookUp};

use crate::driver::Hall;

/// Questions that may wait; one more is answered at once with "unknown".
const WAITING_MAX: usize = 1_024;
/// Questions that are with the rooms at the same time: a storm's callers all at once, so that the time of each runs from
/// when he asked, and none waits behind others before his own begins.
const AT_ONCE: usize = 256;
const THREADS: usize = 2;
const READERS: u32 = 4;
/// What a room has begun beside an answer may go on for so long at the end.
const REST: Duration = Duration::from_secs(1);
/// An answer longer than this is cut: nobody listens to more, and it is held in memory for each caller.
const SAYS_MAX: usize = 8;
const SOUNDS_MAX: usize = 120;

/// A menu's question.
pub struct Question {
    call: CallId,
    key: String,
    argument: Argument,
    asked: Instant,
}

/// Where the exchange's thread leaves questions.
#[derive(Clone)]
pub struct LookUps {
    questions: mpsc::Sender<Question>,
}

impl LookUps {
    /// The questions are to be given to [`answer`].
    pub fn new() -> (LookUps, mpsc::Receiver<Question>) {
        let (questions, asked) = mpsc::channel(WAITING_MAX);
        (LookUps { questions }, asked)
    }

    /// Whether it will be answered. Waits for nobody.
    pub fn ask(&self, call: CallId, key: &str, argument: &Argument) -> bool {
        let question =
            Question { call, key: key.to_owned(), argument: argument.clone(), asked: Instant::now() };
        let asked = self.questions.try_send(question).is_ok();
        if !asked {
            count("refused");
        }
        asked
    }
}

/// Answers on threads of its own until the exchange has gone; what is returned ends with them.
pub fn start(
    questions: mpsc::Receiver<Question>,
    app: App,
    look_ups: Vec<LookUp>,
    hall: Hall,
) -> Result<oneshot::Receiver<()>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("look-ups")
        .enable_all()
        .build()
        .context("a runtime for look-ups")?;
    let (ends, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name("look-ups".into()).spawn(move || {
        runtime.block_on(async move {
            match app.db.with_own_readers(READERS).await {
                Ok(db) => {
                    let own = App { db: db.clone(), ..app };
                    // Not in this future, which has a thread that is not one of the runtime's.
                    let answering = tokio::spawn(answer(questions, own, look_ups, hall));
                    if let Err(failure) = answering.await {
                        error!("menus are not answered any more: {failure}");
                    }
                    db.close_readers().await;
                }
                Err(failure) => {
                    warn!("look-ups have no connections of their own: {failure:#}");
                    answer(questions, app, look_ups, hall).await;
                }
            }
        });
        runtime.shutdown_timeout(REST);
        // Nobody may wait for it any more.
        let _ = ends.send(());
    });
    thread.context("starting the look-ups' thread")?;
    Ok(ended)
}

async fn answer(mut questions: mpsc::Receiver<Question>, app: App, look_ups: Vec<LookUp>, hall: Hall) {
    let known: BTreeMap<&'static str, LookUp> = look_ups.into_iter().map(|one| (one.key, one)).collect();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(question) = questions.recv().await {
        let Some(look_up) = known.get(question.key.as_str()).cloned() else {
            warn!(key = question.key, "a menu asks for what no room answers");
            count("no_room");
            tell(&hall, question, None).await;
            continue;
        };
        let Ok(turn) = turns.clone().acquire_owned().await else { return };
        let (app, hall) = (app.clone(), hall.clone());
        tokio::spawn(async move {
            let waited = question.asked.elapsed();
            metrics::histogram!("switchboard_look_up_waited_seconds").record(waited.as_secs_f64());
            let left = look_up.within.saturating_sub(waited);
            let answer = one(&look_up, app, question.argument.text.clone(), left).await;
            drop(turn);
            let took = question.asked.elapsed().as_secs_f64();
            metrics::histogram!("switchboard_look_up_seconds", "key" => look_up.key).record(took);
            tell(&hall, question, answer).await;
        });
    }
}

/// What a room answers in the time that is left; nothing when it fails.
async fn one(look_up: &LookUp, app: App, argument: String, left: Duration) -> Option<Answer> {
    if left.is_zero() {
        count("late");
        return None;
    }
    match tokio::time::timeout(left, look_up.ask(app, argument)).await {
        Ok(Ok(Some(answer))) => {
            count("known");
            Some(bounded(answer))
        }
        Ok(Ok(None)) => {
            count("unknown");
            None
        }
        Ok(Err(failure)) => {
            warn!(key = look_up.key, "a menu's question failed: {failure:#}");
            count("failed");
            None
        }
        Err(_) => {
            count("late");
            None
        }
    }
}

fn bounded(mut answer: Answer) -> Answer {
    answer.says.truncate(SAYS_MAX);
    for said in &mut answer.says {
        said.sounds.truncate(SOUNDS_MAX);
    }
    answer
}

async fn tell(hall: &Hall, question: Question, answer: Option<Answer>) {
    let Question { call, key, .. } = question;
    // When the exchange has stopped, nobody waits.
    let _ = hall.answer(Input::LookedUp { call, key, answer }).await;
}

fn count(outcome: &'static str) {
    metrics::counter!("switchboard_look_ups", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests;
