//! A city that calls, from a seed: ordinary calls by the half-hours of the day, faults of the network, and how soon the finder
//! names them before the control room does. `bench` prints the tables (`--bin clusters`).

mod city;
mod day;

pub use city::City;
pub use day::{Outcome, Weather, run};
