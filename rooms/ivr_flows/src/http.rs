//! The room's routes: parse, load, decide, save, answer.

pub mod flows;
pub mod numbers;
pub mod prompts;
pub mod speech;
pub mod templates;

use web::Actor;

use crate::store::By;

fn by(actor: &Actor) -> By {
    By { person: Some(actor.person), name: Some(actor.name.clone()) }
}
