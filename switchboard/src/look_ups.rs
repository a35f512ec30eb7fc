//! Menus ask, rooms answer: beside the exchange's thread, so many at once, and never later than a caller waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use exchange::Input;
use ivr::{Answer, Argument};
use kernel::CallId;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tracing::warn;
use web::{App, LookUp};

use crate::driver::Hall;

/// Questions that may wait; one more is answered at once with "unknown".
const WAITING_MAX: usize = 1_024;
/// Questions that are with the rooms at the same time.
const AT_ONCE: usize = 32;
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

/// Answers until the exchange has gone.
pub async fn answer(mut questions: mpsc::Receiver<Question>, app: App, look_ups: Vec<LookUp>, hall: Hall) {
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
            let left = look_up.within.saturating_sub(question.asked.elapsed());
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
