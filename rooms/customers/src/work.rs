//! Imports and exports at work, and the files they leave.

pub mod clean;
pub mod errors;
pub mod export;
pub mod import;
pub mod network;
