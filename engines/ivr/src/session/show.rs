//! The whole state of a session as text, and what always holds of it.

use kernel::{Engine, Timestamp};

use super::{AHEAD_MAX, Session, State, TRAIL_MAX};
use crate::flow::{Kind, NodeIx};

impl Session {
    /// The whole state as text, secrets masked: for transcripts and the log.
    pub fn show(&self) -> String {
        let Session {
            flow,
            caller,
            ends,
            extended: _,
            state,
            playing,
            ahead,
            trail,
            known,
            secrets,
            said,
            told,
            offered,
        } = self;
        let names = |at: &NodeIx| flow.node(*at).map_or("?", |node| node.name.as_str()).to_owned();
        let hidden = |name: &str, value: &str| {
            if secrets.contains(name) { "*".repeat(value.chars().count()) } else { value.to_owned() }
        };
        let state = match state {
            State::Saying { node } => format!("saying {}", names(node)),
            State::InMenu { node, wrong, until } => {
                format!("in menu {}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::Collecting { node, typed, wrong, until } => {
                let typed = if self.is_secret() { "*".repeat(typed.len()) } else { typed.clone() };
                format!("collecting {} {typed:?}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::LookingUp { node, until } => format!("looking up {}, until {until}", names(node)),
            State::Choosing { node, page, wrong, until } => {
                format!(
                    "choosing from {} at {}, page {page}, {wrong} wrong, until {}",
                    offered.len(),
                    names(node),
                    moment(until)
                )
            }
            State::Announcing { node, until } => {
                format!("announcing {}, until {}", names(node), moment(until))
            }
            State::Rating { node, wrong, until } => {
                format!("rating {}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::Inviting { node } => format!("inviting {}", names(node)),
            State::Recording { node, until } => format!("recording {}, until {until}", names(node)),
            State::Over => "over".into(),
        };
        let known: Vec<String> = known.iter().map(|(k, v)| format!("{k}={}", hidden(k, v))).collect();
        let said: Vec<String> = said.iter().map(|(key, said)| format!("{key}: {}", said.len())).collect();
        format!(
            "{} v{} called {} from {}: {state}\nends {ends}, playing {playing}, {} keys ahead, trail [{}], known [{}], said [{}], {} told\n",
            flow.name,
            flow.version,
            caller.called,
            caller.number.as_deref().unwrap_or("withheld"),
            ahead.len(),
            trail.iter().map(names).collect::<Vec<_>>().join(" > "),
            known.join(", "),
            said.join(", "),
            told.len(),
        )
    }

    /// The invariants.
    ///
    /// # Panics
    /// When one does not hold: a bug here, not in the flow.
    pub fn check(&self) {
        assert!(self.ahead.len() <= AHEAD_MAX, "too many keys kept");
        assert!(self.trail.len() <= TRAIL_MAX, "too many menus remembered");
        assert!(self.is_over() || self.deadline().is_some(), "would wait for ever");
        assert!(!self.is_over() || !self.playing, "plays on after the end");
        if let Some(at) = self.at() {
            let fits = matches!(
                (&self.state, self.kind(at)),
                (State::Saying { .. }, Some(Kind::Say(_)))
                    | (State::InMenu { .. }, Some(Kind::Menu(_)))
                    | (State::Collecting { .. }, Some(Kind::Collect(_)))
                    | (State::LookingUp { .. }, Some(Kind::LookUp(_)))
                    | (State::LookingUp { .. } | State::Announcing { .. }, Some(Kind::Announce(_)))
                    | (State::LookingUp { .. } | State::Choosing { .. }, Some(Kind::Choose(_)))
                    | (State::Rating { .. }, Some(Kind::Rate(_)))
                    | (
                        State::Inviting { .. } | State::Recording { .. },
                        Some(Kind::Voicemail(_) | Kind::Record(_))
                    )
            );
            assert!(fits, "the state {:?} is not one of its node", self.state);
        }
    }
}

fn moment(at: &Option<Timestamp>) -> String {
    at.map_or_else(|| "the prompt has ended".into(), |at| at.to_string())
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.show().trim_end())
    }
}
