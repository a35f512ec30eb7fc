//! What a menu may ask of a room while a caller is on the line.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::App;

type Answers = dyn Fn(App, String) -> BoxFuture<'static, anyhow::Result<Option<ivr::Answer>>> + Send + Sync;

/// One question that flows can ask by its key. It must read what was committed at one moment: what it answers is said as
/// a whole.
#[derive(Clone)]
pub struct LookUp {
    /// As flows name it; the room's name, or begins with it.
    pub key: &'static str,
    /// What the argument is and what is answered, for whoever writes flows.
    pub about: &'static str,
    /// Longer no caller waits for it: afterwards nothing is known.
    pub within: Duration,
    answer: Arc<Answers>,
}

impl LookUp {
    pub fn new<F, R>(key: &'static str, about: &'static str, within: Duration, answer: F) -> Self
    where
        F: Fn(App, String) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<Option<ivr::Answer>>> + Send + 'static,
    {
        LookUp { key, about, within, answer: Arc::new(move |app, argument| Box::pin(answer(app, argument))) }
    }

    /// Asks; `argument` is the calling number, or what the caller has typed.
    pub fn ask(&self, app: App, argument: String) -> BoxFuture<'static, anyhow::Result<Option<ivr::Answer>>> {
        (self.answer)(app, argument)
    }
}
