//! `voicemail`: an invitation and a tone, then the caller's message.

use std::time::Duration;

use audio::Digit;
use kernel::Timestamp;

use super::PERSON;
use crate::flow::{Kind, Node, NodeIx, Target, Voicemail};
use crate::session::{Effect, Session, State};

/// How much later than its longest a message may be reported; after that the session goes on without it.
const GRACE: Duration = Duration::from_secs(10);
/// For what is said after a message.
const AFTERWARDS: Duration = Duration::from_secs(60);

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    voicemail: &Voicemail,
    out: &mut Vec<Effect>,
) {
    session.state = State::Inviting { node: at };
    if !session.play(&[&voicemail.prompt], out) {
        record(session, now, at, voicemail, out);
    }
}

pub(crate) fn record(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    voicemail: &Voicemail,
    out: &mut Vec<Effect>,
) {
    session.ahead.clear();
    session.state = State::Recording { node: at, until: now + voicemail.max + GRACE };
    out.push(Effect::Voicemail { queue: voicemail.queue, max: voicemail.max });
}

pub(crate) fn key(session: &mut Session, now: Timestamp, node: &Node, key: Digit, out: &mut Vec<Effect>) {
    // While it is recorded the keys are the recorder's.
    if matches!(session.state, State::Inviting { .. }) && key.as_char() == PERSON {
        out.push(Effect::Chosen { node: node.name.clone(), key });
        session.go(now, Target::Person, out);
    }
}

pub(crate) fn left(session: &mut Session, now: Timestamp, out: &mut Vec<Effect>) {
    let flow = session.flow.clone();
    let State::Recording { node, .. } = session.state else { return out.push(Effect::Refused) };
    match flow.node(node).map(|node| &node.kind) {
        Some(Kind::Voicemail(voicemail)) => {
            session.extend(now + AFTERWARDS);
            session.go(now, voicemail.next, out);
        }
        _ => out.push(Effect::Refused),
    }
}
