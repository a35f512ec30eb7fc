//! What holds between any two inputs, asserted after every step in tests and simulation.

use std::collections::BTreeSet;

use crate::Acd;
use crate::acd::Whose;
use crate::agent::Desk;
use crate::queue::Stage;

macro_rules! hold {
    ($what:expr, $($why:tt)+) => { if !$what { return Err(format!($($why)+)); } };
}

impl Acd {
    /// The first invariant that does not hold, in words. Looks at everything: not for every call in production.
    pub fn check(&self) -> Result<(), String> {
        self.check_queues()?;
        self.check_callers()?;
        self.check_agents()?;
        self.check_deadlines()
    }

    fn check_queues(&self) -> Result<(), String> {
        let mut standing = 0;
        for (id, queue) in &self.queues {
            standing += queue.waiting();
            let limit = queue.overhang.max(queue.policy.callers_max as usize);
            hold!(queue.waiting() <= limit, "queue {id}: {} wait, {limit} may", queue.waiting());
            hold!(
                queue.line.is_empty() || queue.ready.is_empty(),
                "queue {id}: {:?} waits while {:?} is ready",
                queue.line.head(),
                queue.ready.first()
            );
            hold!(
                queue.line.iter().zip(queue.line.iter().skip(1)).all(|(a, b)| a < b),
                "queue {id}: the line is out of order"
            );
            let signed_in = queue.staff.iter().filter_map(|agent| self.agents.get(agent));
            let signed_in = signed_in.filter(|agent| agent.desk != Desk::SignedOut).count();
            hold!(
                queue.signed_in == signed_in,
                "queue {id}: {signed_in} signed in, {} counted",
                queue.signed_in
            );
            let serving = queue.staff.iter().filter_map(|agent| self.agents.get(agent));
            let serving = serving.filter(|agent| agent.desk.is_serving()).count();
            hold!(queue.serving == serving, "queue {id}: {serving} serving, {} counted", queue.serving);
            let sent_away = self.unstaffed_rule(*id).is_some_and(|how| how != crate::Overflow::OfferCallback);
            let promised = |call| self.callers.get(call).is_some_and(|caller| caller.promised);
            hold!(
                !sent_away || queue.line.iter().all(|place| promised(&place.call)),
                "queue {id}: somebody waits though nobody is signed in"
            );
            if let Some(head) = queue.line.head().filter(|head| !head.calm) {
                let taken = queue.staff.iter().find(|agent| {
                    let desk = self.agents.get(agent).map(|agent| &agent.desk);
                    let Some(Desk::Offered { call, .. }) = desk else { return false };
                    let Some(caller) = self.callers.get(call) else { return false };
                    self.queues.get(&caller.queue).is_some_and(|queue| queue.place(*call, caller).calm)
                });
                hold!(taken.is_none(), "emergency {} waits while {taken:?} rings for another", head.call);
            }
        }
        let limit = self.overhang.max(self.waiting_max);
        hold!(self.callers.len() <= limit, "{} wait, {limit} may", self.callers.len());
        hold!(standing == self.callers.len(), "{standing} stand in lines, {} wait", self.callers.len());
        Ok(())
    }

    fn check_callers(&self) -> Result<(), String> {
        for (call, caller) in &self.callers {
            let Some(queue) = self.queues.get(&caller.queue) else {
                return Err(format!("{call} waits in {}, which is not", caller.queue));
            };
            let place = queue.place(*call, caller);
            let in_line = queue.line.index(&place).is_some();
            let rung = queue.ringing.iter().filter(|p| **p == place).count();
            match caller.stage {
                Stage::Waiting => hold!(in_line && rung == 0, "{call} waits outside the line"),
                Stage::Ringing { agent } => {
                    hold!(!in_line && rung == 1, "{call} is rung for and stands in the line");
                    let desk = self.agents.get(&agent).map(|agent| &agent.desk);
                    hold!(
                        matches!(desk, Some(Desk::Offered { call: offered, .. }) if offered == call),
                        "{call} is offered to {agent}, whose desk is {desk:?}"
                    );
                }
            }
        }
        Ok(())
    }

    fn check_agents(&self) -> Result<(), String> {
        for (id, agent) in &self.agents {
            hold!(
                agent.listed == matches!(agent.desk, Desk::Ready { .. }),
                "{id} listed {} while {:?}",
                agent.listed,
                agent.desk
            );
            hold!(
                agent.signed_in.is_none() == (agent.desk == Desk::SignedOut),
                "{id} signed in {:?} while {:?}",
                agent.signed_in,
                agent.desk
            );
            hold!(agent.reachable || !agent.listed, "{id} is ready without a telephone");
            for serves in &agent.serves {
                let queue = self.queues.get(&serves.queue);
                hold!(
                    queue.is_some_and(|q| q.staff.contains(id)),
                    "{id} serves {} one-sidedly",
                    serves.queue
                );
                let listed = queue.is_some_and(|q| q.ready.iter().any(|s| s.agent == *id));
                hold!(listed == agent.listed, "{id} in the ready set of {}: {listed}", serves.queue);
            }
            match &agent.desk {
                Desk::Offered { call, .. } => {
                    let stage = self.callers.get(call).map(|caller| caller.stage);
                    hold!(stage == Some(Stage::Ringing { agent: *id }), "{id} rings for {call}: {stage:?}");
                }
                Desk::SignedOut => hold!(agent.policy.is_some(), "{id} is signed out and still here"),
                Desk::Talking { then, .. } | Desk::AfterCall { then, .. } => hold!(
                    agent.policy.is_some() || then.next == crate::Next::SignedOut,
                    "{id} has been removed and will not sign out"
                ),
                Desk::NotReady { reason, .. } => {
                    hold!(!reason.trim().is_empty(), "{id} not ready, no reason")
                }
                Desk::Ready { .. } => {}
            }
        }
        Ok(())
    }

    fn check_deadlines(&self) -> Result<(), String> {
        let mut due = BTreeSet::new();
        for (id, agent) in &self.agents {
            hold!(agent.armed == agent.desk.deadline(), "{id} armed {:?} in {:?}", agent.armed, agent.desk);
            due.extend(agent.armed.map(|at| (at, Whose::Agent(*id))));
        }
        for (call, caller) in &self.callers {
            hold!(caller.armed == caller.deadline(), "{call} armed {:?}: {caller:?}", caller.armed);
            due.extend(caller.armed.map(|at| (at, Whose::Caller(*call))));
        }
        hold!(due == self.deadlines, "deadlines {:?}, should be {due:?}", self.deadlines);
        Ok(())
    }
}
