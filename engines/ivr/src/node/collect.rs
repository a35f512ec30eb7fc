//! `collect`: a number is typed: an account, a telephone.
//!
//! All keys are figures here, so 0 and 9 have their usual meaning only as the whole of an entry (`0#`) that is shorter
//! than what is asked for; * begins again.

use audio::Digit;
use kernel::Timestamp;

use super::{AGAIN, BACK, PERSON, after};
use crate::flow::{Collect, NodeIx, Prompt, Target};
use crate::session::{Effect, Session, State};

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    collect: &Collect,
    out: &mut Vec<Effect>,
) {
    session.state = State::Collecting { node: at, typed: String::new(), wrong: 0, until: None };
    match session.ahead.pop_front() {
        Some(key) => session.key(now, key, out),
        None => prompt(session, now, collect, &Prompt::default(), out),
    }
}

pub(crate) fn key(
    session: &mut Session,
    now: Timestamp,
    collect: &Collect,
    key: Digit,
    out: &mut Vec<Effect>,
) {
    let State::Collecting { typed, until, .. } = &mut session.state else { return };
    if Some(key) == collect.end {
        return complete(session, now, collect, out);
    }
    if key.as_char() == AGAIN {
        return prompt(session, now, collect, &Prompt::default(), out);
    }
    // `#` without a meaning and the letters of old telephones are not figures.
    if key.number().is_none() {
        return;
    }
    typed.push(key.as_char());
    let full = typed.len() >= usize::from(collect.max);
    *until = Some(after(now, collect.gap));
    session.stop_playing(out);
    if full {
        // The end key is then pressed by habit: it is not the next menu's.
        if collect.end.is_some() && session.ahead.front().copied() == collect.end {
            session.ahead.pop_front();
        }
        return complete(session, now, collect, out);
    }
    if let Some(key) = session.ahead.pop_front() {
        session.key(now, key, out);
    }
}

pub(crate) fn silent(session: &mut Session, now: Timestamp, collect: &Collect, out: &mut Vec<Effect>) {
    let State::Collecting { typed, .. } = &session.state else { return };
    if typed.is_empty() {
        let silent = session.flow.silent.clone();
        return again(session, now, collect, &silent, out);
    }
    complete(session, now, collect, out);
}

fn complete(session: &mut Session, now: Timestamp, collect: &Collect, out: &mut Vec<Effect>) {
    let State::Collecting { typed, .. } = &mut session.state else { return };
    let typed = std::mem::take(typed);
    let enough = typed.len() >= usize::from(collect.min.max(1));
    let mut figures = typed.chars();
    match (enough, figures.next(), figures.next()) {
        (true, ..) => {
            session.learn(&collect.into, typed, collect.secret);
            session.go(now, collect.next, out);
        }
        (false, Some(PERSON), None) => session.go(now, Target::Person, out),
        (false, Some(BACK), None) => session.go(now, Target::Repeat, out),
        _ => {
            let wrong = session.flow.wrong.clone();
            again(session, now, collect, &wrong, out);
        }
    }
}

fn again(session: &mut Session, now: Timestamp, collect: &Collect, first: &Prompt, out: &mut Vec<Effect>) {
    let State::Collecting { wrong, .. } = &mut session.state else { return };
    *wrong = wrong.saturating_add(1);
    if *wrong >= collect.tries {
        return session.go(now, collect.otherwise, out);
    }
    session.ahead.clear();
    prompt(session, now, collect, first, out);
}

fn prompt(session: &mut Session, now: Timestamp, collect: &Collect, first: &Prompt, out: &mut Vec<Effect>) {
    let playing = session.play(&[first, &collect.prompt], out);
    if let State::Collecting { typed, until, .. } = &mut session.state {
        typed.clear();
        *until = (!playing).then(|| after(now, collect.timeout));
    }
}
