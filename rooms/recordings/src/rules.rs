//! How long recordings are kept, and how stored sound becomes what a browser plays. Pure.

pub mod hearing;
pub mod retention;
pub mod sound;
