//! Questions of one kind that come while another is being answered are asked together: of two hundred who ask at the same moment
//! none waits behind a hundred queries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, ensure};
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::Db;

/// More do not wait.
const WAITING_MAX: usize = 4_096;
/// In one query: as many as are answered before the next are in a hurry.
const MOST: usize = 64;

type Answers<Q, A> = dyn Fn(Db, Vec<Q>) -> BoxFuture<'static, anyhow::Result<Vec<A>>> + Send + Sync;

/// Where one kind of question is asked; a clone is the same place.
pub struct Together<Q, A>(Arc<Place<Q, A>>);

struct Place<Q, A> {
    waiting: Mutex<Waiting<Q, A>>,
    answers: Box<Answers<Q, A>>,
}

struct Waiting<Q, A> {
    asked: Vec<(Q, oneshot::Sender<A>)>,
    /// Somebody reads, and goes on until nobody waits.
    reading: bool,
}

impl<Q, A> Clone for Together<Q, A> {
    fn clone(&self) -> Self {
        Together(self.0.clone())
    }
}

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// `answers` are in the order of what was asked.
    pub fn new<F>(answers: F) -> Self
    where
        F: Fn(Db, Vec<Q>) -> BoxFuture<'static, anyhow::Result<Vec<A>>> + Send + Sync + 'static,
    {
        let waiting = Mutex::new(Waiting { asked: Vec::new(), reading: false });
        Together(Arc::new(Place { waiting, answers: Box::new(answers) }))
    }

    /// Read after it was asked, so never older than that.
    ///
    /// # Errors
    /// When it could not be read, which is logged, or when 4,096 wait.
    pub async fn ask(&self, db: &Db, question: Q) -> anyhow::Result<A> {
        let (answer, answered) = oneshot::channel();
        let begins = {
            let mut waiting = self.lock();
            ensure!(waiting.asked.len() < WAITING_MAX, "{WAITING_MAX} wait for the same answer");
            waiting.asked.push((question, answer));
            !std::mem::replace(&mut waiting.reading, true)
        };
        if begins {
            // In a task of its own: who began it may give up, and the others still wait for it.
            tokio::spawn(Reader { place: self.clone(), over: false }.read(db.clone()));
        }
        answered.await.context("what was asked together with others was not read")
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Reader<Q: Send + 'static, A: Send + 'static> {
    place: Together<Q, A>,
    over: bool,
}

impl<Q: Send + 'static, A: Send + 'static> Reader<Q, A> {
    async fn read(mut self, db: Db) {
        while let Some((questions, who)) = self.next() {
            match (self.place.0.answers)(db.clone(), questions).await {
                Ok(answers) => {
                    for (one, answer) in who.into_iter().zip(answers) {
                        // Who has gone meanwhile does not want to know.
                        let _ = one.send(answer);
                    }
                }
                Err(failure) => tracing::warn!("{failure:#}"),
            }
        }
    }

    /// Those who waited longest; when there is nobody, reading is over.
    fn next(&mut self) -> Option<(Vec<Q>, Vec<oneshot::Sender<A>>)> {
        let mut waiting = self.place.lock();
        let some = waiting.asked.len().min(MOST);
        self.over = some == 0;
        waiting.reading = !self.over;
        (!self.over).then(|| waiting.asked.drain(..some).unzip())
    }
}

impl<Q: Send + 'static, A: Send + 'static> Drop for Reader<Q, A> {
    fn drop(&mut self) {
        // Cut off: whoever waits would not be answered, and whoever asks next begins again.
        if !self.over {
            let mut waiting = self.place.lock();
            waiting.reading = false;
            waiting.asked.clear();
        }
    }
}
