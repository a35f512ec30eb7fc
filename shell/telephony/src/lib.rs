//! telephony

pub mod media;
