//! The room's HTTP: what platforms post, how our people see it, and how platforms are set up.

pub mod inbound;
pub mod platforms;
pub mod tickets;

use gateways::post::BadUrl;
use web::Status;

use crate::rules::Refusal;

impl web::Refusal for Refusal {
    const ROOM: &'static str = "government";

    fn status(&self) -> Status {
        match self {
            Refusal::NotBelieved { .. } => Status::Forbidden,
            Refusal::Paused => Status::Unavailable,
            Refusal::Unreadable { .. } => Status::BadRequest,
            Refusal::NoSuchTicket { .. } => Status::NotFound,
            Refusal::Busy => Status::TooOften { retry_after_s: 5 },
            Refusal::TicketChanged { .. }
            | Refusal::MessageUsed { .. }
            | Refusal::NothingAsked
            | Refusal::Over { .. }
            | Refusal::WrongState { .. }
            | Refusal::NotNow { .. }
            | Refusal::SignedAlready
            | Refusal::AskedAlready
            | Refusal::ExtendedAlready
            | Refusal::TooLate
            | Refusal::NoMoreTime
            | Refusal::Bound
            | Refusal::HandedBackTooOften { .. }
            | Refusal::NotInLine { .. }
            | Refusal::CodeTaken
            | Refusal::TooManyPlatforms { .. } => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}

impl From<BadUrl> for Refusal {
    fn from(bad: BadUrl) -> Refusal {
        match bad {
            BadUrl::Unreadable => Refusal::UrlUnreadable,
            BadUrl::NotSecure => Refusal::UrlNotSecure,
            BadUrl::Credentials => Refusal::UrlCredentials,
            BadUrl::Private => Refusal::UrlPrivate,
        }
    }
}
