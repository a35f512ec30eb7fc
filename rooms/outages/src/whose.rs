//! Whose outages they are, asked for many callers in one query: of two hundred who call at the same moment none waits behind a
//! hundred queries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, ensure};
use db::Db;
use kernel::{OutageId, Timestamp};
use tokio::sync::oneshot;

use crate::store::outages;

/// More callers than lines do not ask.
const WAITING_MAX: usize = 4_096;
/// In one query: as many as are answered before the next are in a hurry.
const TOGETHER: usize = 64;

struct Asked {
    number: String,
    now: Timestamp,
    answer: oneshot::Sender<Vec<OutageId>>,
}

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    /// Somebody reads, and goes on until nobody waits.
    reading: bool,
}

/// A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Whose(Arc<Mutex<Waiting>>);

impl Whose {
    /// Those of this number's accounts that speak now, the largest first. Read after it was asked, so never older than that.
    pub(crate) async fn outages(
        &self,
        db: &Db,
        number: &str,
        now: Timestamp,
    ) -> anyhow::Result<Vec<OutageId>> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut waiting = self.lock();
            ensure!(
                waiting.asked.len() < WAITING_MAX,
                "{WAITING_MAX} callers wait for whose outages they are"
            );
            waiting.asked.push(Asked { number: number.to_owned(), now, answer });
            !std::mem::replace(&mut waiting.reading, true)
        };
        if begins {
            // In a task of its own: who began it may give up, and the others still wait for it.
            tokio::spawn(Reader { whose: self.clone(), over: false }.read(db.clone()));
        }
        answered.await.context("whose outages they are was not read")
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Reader {
    whose: Whose,
    over: bool,
}

impl Reader {
    async fn read(mut self, db: Db) {
        while let Some(some) = self.next() {
            let now = some.iter().map(|one| one.now).max().unwrap_or_default();
            let numbers: Vec<&str> = some.iter().map(|one| one.number.as_str()).collect();
            match outages::speaking_to(&db, &numbers, now).await {
                Ok(mut found) => {
                    // Several may call from one number.
                    for one in some {
                        let own = found.entry(one.number).or_default().clone();
                        // Who has hung up meanwhile does not want to know.
                        let _ = one.answer.send(own);
                    }
                }
                Err(failure) => tracing::warn!("{failure:#}"),
            }
        }
    }

    /// Those who waited longest; when there is nobody, reading is over.
    fn next(&mut self) -> Option<Vec<Asked>> {
        let mut waiting = self.whose.lock();
        let some = waiting.asked.len().min(TOGETHER);
        self.over = some == 0;
        waiting.reading = !self.over;
        (!self.over).then(|| waiting.asked.drain(..some).collect())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Cut off: whoever waits would not be answered, and whoever asks next begins again.
        if !self.over {
            let mut waiting = self.whose.lock();
            waiting.reading = false;
            waiting.asked.clear();
        }
    }
}
