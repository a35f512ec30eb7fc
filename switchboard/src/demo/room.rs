//! Simulated people at the press of a button: one run at a time, in a process of its own that ends with this one.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};
use axum::Extension;
use axum::extract::State;
use db::Entry;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tracing::{info, warn};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json, Room, Routes, Status, routes};

use super::companion;
use crate::config;
use crate::simulate::{AGENTS_MAX, CALLS_MAX, RATE_MAX, Tally};

/// Nothing is kept.
const MIGRATIONS: db::Migrations = db::migrations!("demo", []);

/// Where the simulation finds this centre, and how its last run went.
pub struct Stage {
    http: SocketAddr,
    sip: SocketAddr,
    prompts: PathBuf,
    now: Mutex<Option<Run>>,
}

struct Run {
    tally: Tally,
    /// When it is dropped, or this process dies, the run comes to its end.
    leash: Option<ChildStdin>,
    over: bool,
}

/// Present only with `--demo`.
pub fn room(http: SocketAddr, sip: SocketAddr, prompts: PathBuf) -> Room {
    let stage = Arc::new(Stage { http, sip, prompts, now: Mutex::default() });
    Room {
        routes: Routes::new().permit(floor::permissions::DIRECT, routes!(show, start, stop)).with(stage),
        ..Room::new("demo", MIGRATIONS)
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Simulation {
    running: bool,
    /// What the last run was asked for, and how far it is.
    calls: u32,
    placed: u32,
    finished: u32,
    failed: u32,
}

/// Callers whose gas is off, among those who are simulated.
const DARK: u32 = 5;

/// How many people are to be simulated.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Wish {
    calls: u32,
    /// Calls per second.
    rate: f64,
    agents: u32,
}

#[derive(Debug, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("simulated people are calling already")]
    SimulationRuns,
    #[error("at most {calls} calls, {rate} a second, {agents} agents")]
    SimulationTooLarge { calls: u32, rate: f64, agents: u32 },
}

impl web::Refusal for Refusal {
    // The screen is the floor's, and so are its sentences.
    const ROOM: &'static str = "floor";
    fn status(&self) -> Status {
        match self {
            Refusal::SimulationRuns => Status::Conflict,
            Refusal::SimulationTooLarge { .. } => Status::Invalid,
        }
    }
}

/// How the simulation goes.
#[utoipa::path(get, path = "/api/floor/simulate", tag = "floor", responses((status = 200, body = Simulation)))]
async fn show(Extension(stage): Extension<Arc<Stage>>) -> Answer<Simulation> {
    Ok(Json(stage.show()))
}

/// Lets simulated people call.
#[utoipa::path(post, path = "/api/floor/simulate", tag = "floor", request_body = Wish,
    responses((status = 200, body = Simulation), (status = 409), (status = 422)))]
async fn start(
    State(app): State<App>,
    Extension(stage): Extension<Arc<Stage>>,
    actor: Actor,
    Json(wish): Json<Wish>,
) -> Answer<Simulation> {
    let fits = (1..=CALLS_MAX).contains(&wish.calls)
        && (0.0..=RATE_MAX).contains(&wish.rate)
        && wish.rate > 0.0
        && wish.agents <= AGENTS_MAX;
    if !fits {
        return Err(
            Refusal::SimulationTooLarge { calls: CALLS_MAX, rate: RATE_MAX, agents: AGENTS_MAX }.into()
        );
    }
    stage.clone().start(&wish)?;
    journal(
        &app,
        &actor,
        "simulation_started",
        serde_json::json!({ "calls": wish.calls, "rate": wish.rate, "agents": wish.agents }),
    )
    .await?;
    Ok(Json(stage.show()))
}

/// Ends the simulation: its people hang up and sign out.
#[utoipa::path(delete, path = "/api/floor/simulate", tag = "floor", responses((status = 200, body = Simulation)))]
async fn stop(
    State(app): State<App>,
    Extension(stage): Extension<Arc<Stage>>,
    actor: Actor,
) -> Answer<Simulation> {
    let leash = stage.now().as_mut().and_then(|run| run.leash.take());
    if leash.is_some() {
        journal(&app, &actor, "simulation_stopped", serde_json::json!({})).await?;
    }
    Ok(Json(stage.show()))
}

async fn journal(
    app: &App,
    actor: &Actor,
    kind: &'static str,
    payload: serde_json::Value,
) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    let subject = "simulation".to_owned();
    tx.journal(Entry { at: app.now(), who: Some(actor.person), room: "demo", subject, kind, payload });
    tx.commit().await?;
    Ok(())
}

impl Stage {
    fn now(&self) -> MutexGuard<'_, Option<Run>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self) -> Simulation {
        let now = self.now();
        let Some(run) = now.as_ref() else {
            return Simulation { running: false, calls: 0, placed: 0, finished: 0, failed: 0 };
        };
        let Tally { calls, placed, finished, failed, .. } = run.tally;
        Simulation { running: !run.over, calls, placed, finished, failed }
    }

    fn start(self: Arc<Self>, wish: &Wish) -> Result<(), web::Error> {
        let mut now = self.now();
        if now.as_ref().is_some_and(|run| !run.over) {
            return Err(Refusal::SimulationRuns.into());
        }
        let mut child = self.spawn(wish)?;
        let leash = child.stdin.take();
        *now = Some(Run { tally: Tally { calls: wish.calls, ..Tally::default() }, leash, over: false });
        drop(now);
        tokio::spawn(async move {
            if let Err(failure) = self.follow(&mut child).await {
                warn!("simulated people: {failure:#}");
            }
            if let Some(run) = self.now().as_mut() {
                run.over = true;
            }
        });
        Ok(())
    }

    fn spawn(&self, wish: &Wish) -> anyhow::Result<Child> {
        let arguments = [
            ("--calls", wish.calls.to_string()),
            // Some of them are neighbours: the centre suspects an interruption.
            ("--dark", DARK.to_string()),
            ("--rate", wish.rate.to_string()),
            ("--agents", wish.agents.to_string()),
            ("--to", format!("sip:{}@{}", config::DEMO_NUMBER, self.sip)),
            ("--http", format!("http://{}", self.http)),
            ("--prompts", self.prompts.display().to_string()),
        ];
        let arguments = arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
        companion(&["simulate", "--json"])?
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .context("starting simulated people")
    }

    /// Until it is over.
    async fn follow(&self, child: &mut Child) -> anyhow::Result<()> {
        let out = child.stdout.take().ok_or_else(|| anyhow!("no output"))?;
        let mut lines = BufReader::new(out).lines();
        while let Some(line) = lines.next_line().await? {
            let tally = serde_json::from_str(&line).with_context(|| format!("{line:?}"))?;
            if let Some(run) = self.now().as_mut() {
                run.tally = tally;
            }
        }
        let status = child.wait().await?;
        info!(%status, "simulated people have left");
        Ok(())
    }
}
