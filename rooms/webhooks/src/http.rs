//! The room's HTTP: subscriptions, and what became of what they were told.

pub mod deliveries;
pub mod subscriptions;

use gateways::post::BadUrl;
use web::Status;

use crate::rules::Refusal;

impl web::Refusal for Refusal {
    const ROOM: &'static str = "webhooks";

    fn status(&self) -> Status {
        match self {
            Refusal::NotNow { .. } | Refusal::NothingToSend | Refusal::TooManySubscriptions { .. } => {
                Status::Conflict
            }
            Refusal::Busy => Status::TooOften { retry_after_s: 5 },
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
