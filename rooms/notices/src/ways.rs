//! The ways out: which gateway carries which channel, and what comes back through them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};

use gateways::{Arrived, Gateway, Inbox};
use kernel::NoticeId;
use tokio::sync::{Mutex, mpsc};

use crate::rules::Channel;

/// What has come and is not yet kept.
const UNKEPT_MAX: usize = 256;

/// The gateways of the centre. Without one for a channel its notices wait.
pub struct Ways {
    sms: Option<Arc<dyn Gateway>>,
    mail: Option<Arc<dyn Gateway>>,
    voice: Option<Arc<dyn Gateway>>,
    /// What an HTTP gateway signs its callbacks with.
    secret: Option<String>,
    /// What was asked about last, on each channel.
    asked: StdMutex<BTreeMap<Channel, NoticeId>>,
    /// One at a time reads it.
    pub(crate) arrived: Mutex<mpsc::Receiver<Arrived>>,
}

impl Ways {
    /// `open` makes the gateways, given where they put what comes back.
    pub fn open<E>(
        open: impl FnOnce(Inbox) -> Result<(Option<Arc<dyn Gateway>>, Option<Arc<dyn Gateway>>), E>,
    ) -> Result<Ways, E> {
        let (inbox, arrived) = mpsc::channel(UNKEPT_MAX);
        let (sms, mail) = open(inbox)?;
        Ok(Ways {
            sms,
            mail,
            voice: None,
            secret: None,
            asked: StdMutex::default(),
            arrived: Mutex::new(arrived),
        })
    }

    /// Callbacks that are signed with this are believed.
    pub fn with_secret(self, secret: Option<String>) -> Ways {
        Ways { secret, ..self }
    }

    /// Whoever has no mobile is called by this.
    pub fn with_voice(self, voice: Arc<dyn Gateway>) -> Ways {
        Ways { voice: Some(voice), ..self }
    }

    pub(crate) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// No way out at all: everything waits.
    pub fn none() -> Ways {
        let (_, arrived) = mpsc::channel(1);
        Ways {
            sms: None,
            mail: None,
            voice: None,
            secret: None,
            asked: StdMutex::default(),
            arrived: Mutex::new(arrived),
        }
    }

    /// Says goodbye to the gateways, when nothing is under way any more.
    pub async fn leave(&self) {
        for gateway in [&self.sms, &self.mail, &self.voice].into_iter().flatten() {
            gateway.leave().await;
        }
    }

    /// Behind this one goes on asking what became of those nobody knows about; from the first again after the last.
    pub(crate) fn asked_up_to(&self, channel: Channel) -> NoticeId {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&channel).copied().unwrap_or(NoticeId(0))
    }

    pub(crate) fn ask_from(&self, channel: Channel, last: Option<NoticeId>) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(channel, last.unwrap_or(NoticeId(0)));
    }

    pub(crate) fn of(&self, channel: Channel) -> Option<&Arc<dyn Gateway>> {
        match channel {
            Channel::Sms => self.sms.as_ref(),
            Channel::Mail => self.mail.as_ref(),
            Channel::Voice => self.voice.as_ref(),
        }
    }
}
