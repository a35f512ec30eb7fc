//! The room's HTTP: parse, load, decide, save, answer.

pub mod colleagues;
pub mod desk;
pub mod heard;
pub mod lines;
pub mod owed;
pub mod reasons;
pub mod records;
#[cfg(test)]
mod tests;
