//! What leaves the building otherwise than by telephone.
//!
//! [`sms`] cuts a text into the parts a telephone gets.

#![forbid(unsafe_code)]

pub mod sms;
