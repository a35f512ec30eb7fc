//! `rate`: 5 very satisfied … 1 very dissatisfied; who says nothing is left in peace.

use audio::Digit;
use kernel::Timestamp;

use super::{AGAIN, after};
use crate::flow::{NodeIx, Rate};
use crate::session::{Effect, Session, State};

/// The first wrong key is forgiven.
const TRIES: u8 = 2;

pub(crate) fn enter(session: &mut Session, now: Timestamp, at: NodeIx, rate: &Rate, out: &mut Vec<Effect>) {
    session.state = State::Rating { node: at, wrong: 0, until: None };
    match session.ahead.pop_front() {
        Some(key) => session.key(now, key, out),
        None => prompt(session, now, rate, out),
    }
}

pub(crate) fn key(session: &mut Session, now: Timestamp, rate: &Rate, key: Digit, out: &mut Vec<Effect>) {
    if let Some(score @ 1..=5) = key.number() {
        out.push(Effect::Rated { score });
        return session.go(now, rate.next, out);
    }
    let State::Rating { wrong, .. } = &mut session.state else { return };
    if key.as_char() != AGAIN {
        *wrong = wrong.saturating_add(1);
        if *wrong >= TRIES {
            return session.go(now, rate.otherwise, out);
        }
    }
    prompt(session, now, rate, out);
}

pub(crate) fn silent(session: &mut Session, now: Timestamp, rate: &Rate, out: &mut Vec<Effect>) {
    session.go(now, rate.otherwise, out);
}

fn prompt(session: &mut Session, now: Timestamp, rate: &Rate, out: &mut Vec<Effect>) {
    let playing = session.play(&[&rate.prompt], out);
    if let State::Rating { until, .. } = &mut session.state {
        *until = (!playing).then(|| after(now, rate.timeout));
    }
}
