//! Switchboard (热线中心): the whole hotline centre in one program.

mod centre;
mod commands;
mod config;
mod demo;
mod driver;
mod facts;
mod look_ups;
mod pages;
mod rehearsal;
mod rooms;
mod secret;
mod simulate;
mod store;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use config::{Arguments, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The SIP library logs whole messages, with numbers and passwords, when it may.
    let quiet = "info,rsipstack=warn,memory_serve=warn,sqlx=warn";
    let filter = std::env::var("SWITCHBOARD_LOG").unwrap_or_else(|_| quiet.to_owned());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match &arguments.command {
        Command::Serve(serve) => commands::serve::run(serve).await,
        Command::Apply { file, place } => commands::apply::run(file, place).await,
        Command::Export { place } => commands::export::run(place).await,
        Command::Customers { act } => commands::customers::run(act).await,
        Command::WorkOrders { act } => commands::work_orders::run(act).await,
        Command::NewKey { place } => commands::new_key::run(place).await,
        Command::Simulate(day) if day.scenario.is_some() => rehearsal::run(day),
        Command::Simulate(people) => simulate::run(people).await,
        Command::Answer(people) => simulate::answer(people).await,
        Command::GovernmentSandbox(city) => simulate::city::run(city).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("switchboard: {failure:#}");
            ExitCode::FAILURE
        }
    }
}
