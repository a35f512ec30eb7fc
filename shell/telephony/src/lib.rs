//! The telephone network: SIP signalling on one side, audio on the other, and between them one narrow seam.
//!
//! [`Telephony`] takes `exchange::line::Command` and sends `exchange::line::Event`. There is no business word in here: it
//! knows legs, telephones, trunks, sounds and recordings, not queues and agents.

pub mod media;
mod sip;

pub use media::{Codec, MediaConfig};
pub use sip::config::{
    BadCidr, BusyStatus, Cidr, Config, Directory, Ha1, Limits, Phone, Register, Tls, TrunkConfig,
};
pub use sip::{Dropped, Stats, Telephony};

/// The readers alone, for the fuzz targets.
#[doc(hidden)]
pub mod probe {
    pub use crate::media::probe::*;
    pub use crate::sip::probe::*;
}
