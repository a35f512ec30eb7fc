//! The agents' desks: signed in over HTTP like any agent's browser, and worked one act after the other.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use exchange::AgentAct;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use super::http::Session;
use crate::demo;

/// Acts of one desk that may wait.
const ACTS_MAX: usize = 64;

/// Demo agents have the passwords everybody knows.
pub fn password(number: &str) -> String {
    format!("demo-{number}")
}

pub struct Desks {
    numbers: Vec<String>,
    acts: Vec<mpsc::Sender<AgentAct>>,
    workers: Vec<JoinHandle<()>>,
}

impl Desks {
    /// Takes the desks of so many demo agents, of every queue some. Desks at which somebody sits already are left out.
    pub async fn sign_in(web: SocketAddr, wanted: u32) -> Result<Desks> {
        let mut desks = Desks { numbers: Vec::new(), acts: Vec::new(), workers: Vec::new() };
        for number in demo::team()? {
            if desks.numbers.len() >= wanted as usize {
                break;
            }
            let session = Session::sign_in(web, &number, &password(&number)).await?;
            let desk = session.get("/api/calls/desk").await?;
            let state = &desk.body["desk"]["desk"];
            if !is_free(state) {
                warn!(number, %state, "somebody sits at this desk already");
                continue;
            }
            let (acts, orders) = mpsc::channel(ACTS_MAX);
            desks.workers.push(tokio::spawn(work(session, orders, number.clone())));
            desks.acts.push(acts);
            desks.numbers.push(number);
        }
        ensure!(
            desks.numbers.len() == wanted as usize,
            "{} of {wanted} desks are free: sign agents out, or simulate fewer",
            desks.numbers.len()
        );
        Ok(desks)
    }

    pub fn numbers(&self) -> Vec<String> {
        self.numbers.clone()
    }

    /// Everybody signs in and is ready.
    pub async fn open(&self) -> Result<()> {
        for acts in &self.acts {
            for act in [AgentAct::SignIn, AgentAct::Ready] {
                acts.send(act).await?;
            }
        }
        Ok(())
    }

    pub fn act(&self, agent: usize, act: AgentAct) {
        if let Some(acts) = self.acts.get(agent)
            && acts.try_send(act).is_err()
        {
            warn!(agent, "the centre is too slow: an act at the desk is left out");
        }
    }

    /// Everybody signs out.
    pub async fn close(self) {
        for acts in &self.acts {
            let _ = acts.send(AgentAct::SignOut).await;
        }
        drop(self.acts);
        for worker in self.workers {
            let _ = worker.await;
        }
    }
}

/// Nobody has signed in there.
fn is_free(desk: &serde_json::Value) -> bool {
    desk["state"].as_str().is_none_or(|state| state == "signed_out")
}

async fn work(session: Session, mut orders: mpsc::Receiver<AgentAct>, number: String) {
    let mut written = 0;
    while let Some(act) = orders.recv().await {
        if act == AgentAct::Finish {
            if let Err(failure) = write_up(&session, written).await {
                debug!(number, "no record of the call: {failure:#}");
            }
            written += 1;
        }
        let Ok(body) = serde_json::to_value(&act) else { continue };
        match session.post("/api/calls/desk", &body).await {
            Ok(reply) if reply.status == 200 => {}
            // Already done by the centre, by its own clock.
            Ok(reply) => debug!(number, ?act, status = reply.status, body = %reply.body, "not now"),
            Err(failure) => warn!(number, ?act, "{failure:#}"),
        }
    }
}

/// What simulated customers call about, with what is noted.
const ABOUT: [(&str, &str); 6] = [
    ("G020101", "客户询问恢复供气时间，已告知。"),
    ("G030101", "查询本期账单，已告知金额和用量。"),
    ("G040101", "告知缴费渠道。"),
    ("G030201", "解释阶梯气价的档次。"),
    ("G130101", "告知营业网点和时间。"),
    ("G040201", "指导重新插卡，已读出。"),
];

/// The record of the call that has just ended: it is complete before the agent is ready again.
async fn write_up(session: &Session, written: usize) -> Result<()> {
    let desk = session.get("/api/calls/desk").await?.body;
    let Some(call) = desk["desk"]["call"].as_str() else { return Ok(()) };
    let (reason, notes) = ABOUT.get(written % ABOUT.len()).copied().unwrap_or_default();
    let draft = serde_json::json!({ "reason": reason, "result": "answered", "notes": notes, "points": ["greet", "verify", "more"] });
    let form = serde_json::json!({ "version": 0, "writer": "simulated", "seq": 1, "draft": draft });
    let reply = session.post(&format!("/api/interactions/{call}/complete"), &form).await?;
    ensure!(reply.status == 200, "{} {}", reply.status, reply.body);
    Ok(())
}
