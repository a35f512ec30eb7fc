//! The rows of this room: who sends, what came, what is told.

pub mod platforms;
pub mod returns;
pub mod tickets;
