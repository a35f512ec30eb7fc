//! Tests of the whole distributor.

mod day;
mod storm;
mod transcript;
