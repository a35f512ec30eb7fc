//! The whole state as text: for the support bundle and for assertions.

use std::fmt::Write as _;

use kernel::Timestamp;

use crate::Acd;
use crate::agent::Agent;
use crate::queue::{Caller, Queue};

impl Acd {
    /// One line for each queue, caller, agent and deadline. Everything is taken apart without `..`, so that a new field
    /// cannot be forgotten.
    pub fn show(&self) -> String {
        let Acd {
            queues,
            agents,
            callers,
            reason_limits,
            reason_rules,
            storm,
            waiting_max,
            overhang,
            deadlines,
        } = self;
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "waiting {} of {waiting_max} (overhang {overhang})", callers.len());
        if let Some(storm) = storm {
            let _ = writeln!(text, "{storm:?}");
        }
        for (reason, rule) in reason_rules {
            let _ = writeln!(text, "reason {reason}: {rule:?}");
        }
        for (reason, longest) in reason_limits {
            let _ = writeln!(text, "limit {reason} {}s", longest.as_secs());
        }
        for (id, queue) in queues {
            let Queue { policy, line, ringing, staff, ready, signed_in, serving, offered, pace, overhang } =
                queue;
            let _ = writeln!(
                text,
                "queue {id} {}: priority {} danger {} waiting {} ringing {} staff {} signed in {signed_in} serving {serving} ready {} \
                 offered {offered} pace {:?} handling {:?} since {} overhang {overhang}",
                policy.name,
                policy.priority,
                policy.danger,
                line.len(),
                ringing.len(),
                staff.len(),
                ready.len(),
                pace.every,
                pace.handling,
                at(pace.running),
            );
            for place in line.iter().chain(ringing) {
                let Some(caller) = callers.get(&place.call) else { continue };
                let Caller {
                    queue: _,
                    joined,
                    entered,
                    urgent,
                    promised,
                    stage,
                    stood,
                    overflow_at,
                    announce_at,
                    offer_back_at,
                    told,
                    armed,
                } = caller;
                let _ = writeln!(
                    text,
                    "  caller {} joined {joined} entered {entered} urgent {urgent} promised {promised} {stage:?} stood {stood} overflow {} announce {} offer back {} \
                     told {:?} {:?} armed {}",
                    place.call,
                    at(*overflow_at),
                    at(*announce_at),
                    at(*offer_back_at),
                    told.position,
                    told.wait,
                    at(*armed),
                );
            }
        }
        for (id, agent) in agents {
            let Agent {
                policy,
                serves,
                desk,
                reachable,
                restore: _,
                back_until: _,
                spells: _,
                signed_out_at: _,
                listed,
                signed_in,
                handled,
                busy,
                armed,
            } = agent;
            let _ = writeln!(
                text,
                "agent {id} {}: {desk:?} serves {} reachable {reachable} listed {listed} signed in {} handled \
                 {handled} busy {}s armed {}",
                policy.as_ref().map_or("(leaving)", |policy| &policy.number),
                serves.len(),
                at(*signed_in),
                busy.as_secs(),
                at(*armed),
            );
        }
        let _ = writeln!(
            text,
            "{} deadlines, next {}",
            deadlines.len(),
            at(deadlines.first().map(|(at, _)| *at))
        );
        text
    }
}

fn at(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}
