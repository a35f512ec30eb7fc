//! `record`: an invitation and a tone, then what is said is recorded; the recording's id is kept for whoever makes something
//! of it.

use std::time::Duration;

use audio::Digit;
use kernel::Timestamp;

use super::PERSON;
use crate::flow::{Kind, Node, NodeIx, Record, Target};
use crate::session::{Effect, Session, State};

/// How much later than its longest a recording may be reported; after that the session goes on without it.
const GRACE: Duration = Duration::from_secs(10);
/// For listening to it.
const AFTERWARDS: Duration = Duration::from_secs(300);

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    record: &Record,
    out: &mut Vec<Effect>,
) {
    session.state = State::Inviting { node: at };
    if !session.play(&[&record.prompt], out) {
        begin(session, now, at, record, out);
    }
}

pub(crate) fn begin(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    record: &Record,
    out: &mut Vec<Effect>,
) {
    session.ahead.clear();
    session.state = State::Recording { node: at, until: now + record.max + GRACE };
    out.push(Effect::Record { max: record.max });
}

pub(crate) fn key(session: &mut Session, now: Timestamp, node: &Node, key: Digit, out: &mut Vec<Effect>) {
    // While it is recorded the keys are the recorder's.
    if matches!(session.state, State::Inviting { .. }) && key.as_char() == PERSON {
        out.push(Effect::Chosen { node: node.name.clone(), key });
        session.go(now, Target::Person, out);
    }
}

/// `recording` is empty when it did not come about.
pub(crate) fn done(session: &mut Session, now: Timestamp, recording: String, out: &mut Vec<Effect>) {
    let flow = session.flow.clone();
    let State::Recording { node, .. } = session.state else { return out.push(Effect::Refused) };
    match flow.node(node).map(|node| &node.kind) {
        Some(Kind::Record(record)) => {
            session.extend(now + AFTERWARDS);
            session.learn(&record.into, recording, false);
            session.go(now, record.next, out);
        }
        _ => out.push(Effect::Refused),
    }
}
