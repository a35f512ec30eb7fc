//! Storm mode over HTTP.

pub mod page;
pub mod settings;
pub mod switch;
