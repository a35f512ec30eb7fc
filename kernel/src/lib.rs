//! The words everyone shares: ids, time, money, calendar, phone numbers, permissions and the [`Engine`] contract.
//!
//! *Invariant:* nothing here does I/O, reads a clock or holds a business opinion, and a type enters only when three
//! crates need it. The whole crate stays under 2,000 lines, tests included (`cargo xtask tidy` counts).

#![forbid(unsafe_code)]

pub mod calendar;
pub mod engine;
pub mod ids;
pub mod mask;
pub mod money;
pub mod permission;
pub mod phone;
pub mod time;
mod words;

pub use engine::Engine;
pub use ids::*;
pub use money::Money;
pub use permission::{BuiltIn, Permission, Permissions};
pub use phone::PhoneNumber;
pub use time::{Clock, Timestamp};
