//! The room's HTTP: parse, load, decide, save, answer.

pub mod acts;
pub mod lists;
pub mod settings;
pub mod views;

use web::Actor;

use crate::permissions::{ANSWER, MANAGE, READ};
use crate::rules::Asker;

pub(crate) fn asker(actor: &Actor) -> Asker {
    Asker {
        person: Some(actor.person),
        answers: actor.may(ANSWER),
        reads: actor.may(READ),
        manages: actor.may(MANAGE),
    }
}
