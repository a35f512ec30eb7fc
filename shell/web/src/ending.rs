//! The end of the process: what must not be cut off in the middle says so, and begins nothing new.

use std::sync::Arc;

use tokio::sync::watch;

/// Whether the process is ending, and who still has something in hand. A clone is the same.
#[derive(Clone, Debug)]
pub struct Ending(Arc<watch::Sender<bool>>);

/// Something in hand, until it is dropped.
#[derive(Debug)]
pub struct Hold {
    _held: watch::Receiver<bool>,
}

impl Default for Ending {
    fn default() -> Self {
        Ending(Arc::new(watch::Sender::new(false)))
    }
}

impl Ending {
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// To be asked after [`Ending::hold`]: whoever asks first may be overlooked.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// The process waits for this, though not for ever.
    pub fn hold(&self) -> Hold {
        Hold { _held: self.0.subscribe() }
    }

    /// Nobody has anything in hand any more.
    pub async fn settled(&self) {
        self.0.closed().await;
    }
}
