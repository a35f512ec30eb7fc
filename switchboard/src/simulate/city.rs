//! The city's 12345: in the demo's town, and as a command of its own to try the interface out with.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use government::sandbox::{Options, Sandbox, script};
use kernel::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use web::SteadyClock;

use crate::config::City;

/// The first ticket of the demo comes when the centre has had time to begin; the next ones come seldom.
const FIRST: Duration = Duration::from_secs(20);
const EVERY: Duration = Duration::from_secs(300);
/// A city looks at what it was told so often, and then answers.
const LOOK: Duration = Duration::from_secs(5);

pub async fn run(args: &City) -> Result<()> {
    ensure!(args.at.ip().is_loopback(), "--at {}: the sandbox lives on loopback only", args.at);
    let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
    let (code, secret, centre) = (args.code.clone(), args.secret.clone(), args.centre.clone());
    let sandbox = open(args.at, Options { code, secret, centre, clock: clock.clone() }).await?;
    println!("the sandbox of 12345 hears {} and sends to {}", sandbox.url(), args.centre);
    println!("  look       http://{}/", args.at);
    println!(
        "  a ticket   curl -H 'content-type: application/json' -d @ticket.json http://{}/tickets",
        args.at
    );
    println!(
        "  a message  curl -H 'content-type: application/json' -d @message.json http://{}/messages",
        args.at
    );
    println!(
        "  its mood   curl -H 'content-type: application/json' -d '{{\"mood\":\"down\",\"status\":500}}' http://{}/mood",
        args.at
    );
    let every = (args.every > 0).then(|| Duration::from_secs(args.every));
    tokio::select! {
        () = lives(&sandbox, &clock, Duration::ZERO, every) => {}
        stopped = tokio::signal::ctrl_c() => stopped.context("waiting for Ctrl-C")?,
    }
    Ok(())
}

/// The demo's, until the task is dropped.
pub fn live(at: SocketAddr, centre: String, clock: Arc<dyn Clock>) -> Guard {
    Guard(tokio::spawn(async move {
        let (code, secret) = (government::sandbox::DEMO_CODE, government::sandbox::DEMO_SECRET);
        let (code, secret) = (code.to_owned(), secret.to_owned());
        match open(at, Options { code, secret, centre, clock: clock.clone() }).await {
            Ok(sandbox) => lives(&sandbox, &clock, FIRST, Some(EVERY)).await,
            Err(failure) => warn!("the town has no 12345: {failure:#}"),
        }
    }))
}

/// It ends with whoever holds it.
pub struct Guard(JoinHandle<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn open(at: SocketAddr, options: Options) -> Result<Sandbox> {
    ensure!(at.ip().is_loopback(), "{at}: simulated cities live on loopback only");
    let listener = TcpListener::bind(at).await.with_context(|| format!("listening on http://{at}"))?;
    Sandbox::start(listener, options)
}

/// Sends tickets, and answers what it is told.
async fn lives(sandbox: &Sandbox, clock: &Arc<dyn Clock>, first: Duration, every: Option<Duration>) {
    let (mut answered, mut waited) = (0, Duration::ZERO);
    let mut due = first;
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        waited += LOOK;
        if let Some(every) = every.filter(|_| waited >= due) {
            let now = clock.now();
            let ticket = script::invented(now, now.as_micros().unsigned_abs());
            match sandbox.send_ticket(&ticket).await {
                Ok(answer) if answer.status == 200 => info!("a ticket is {}", answer.body["order"]),
                Ok(answer) => warn!("a ticket was refused: {} {}", answer.status, answer.body),
                Err(failure) => warn!("a ticket could not be sent: {failure:#}"),
            }
            due = waited + every;
        }
        let told = sandbox.told();
        // The oldest are forgotten, so that there may be fewer than were answered.
        for heard in told.iter().skip(answered.min(told.len())) {
            let Some(message) = script::reply(heard) else { continue };
            if let Err(failure) = sandbox.send_message(&message).await {
                warn!("a message could not be sent: {failure:#}");
            }
        }
        answered = told.len();
    }
}
