//! The room's HTTP: parse, load, decide, save, answer.

pub mod attachments;
pub mod config;
pub mod figures;
pub mod filing;
pub mod lists;
pub mod orders;
pub mod views;

use web::Error;

use crate::rules::Refusal;

/// A key made by the page; an empty one is none.
fn token(given: Option<String>) -> Result<Option<String>, Error> {
    const LONGEST: usize = 80;
    match given.filter(|token| !token.is_empty()) {
        Some(token) if token.len() > LONGEST => {
            Err(Refusal::TooLong { field: "token", most: LONGEST }.into())
        }
        token => Ok(token),
    }
}
