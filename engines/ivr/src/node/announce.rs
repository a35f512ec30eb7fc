//! `announce`: what concerns this caller, or what he has chosen, is asked for and said; before the menu, with nothing to say or
//! no answer in time, the flow goes on as if this step were not there.
//!
//! While it is said, 1 asks to be told how it goes on, 0 is a person, 9 is danger, * is once more; any other key is
//! kept for the menu that follows.

use audio::Digit;
use kernel::Timestamp;

use super::{AGAIN, PERSON, WAIT_LEAST, after};
use crate::flow::{Announce, LeadsTo, Node, NodeIx, Target};
use crate::session::{Answer, Argument, Effect, Session, State};

const TELL_ME: char = '1';
const DANGER: char = '9';

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    announce: &Announce,
    out: &mut Vec<Effect>,
) {
    session.stop_playing(out);
    let argument = match &announce.argument {
        Some(name) => session.argument(name),
        None => Argument { text: session.caller_number().unwrap_or_default().to_owned(), secret: false },
    };
    out.push(Effect::LookUp { key: announce.key.clone(), argument });
    let wait = announce.wait.max(WAIT_LEAST);
    session.state = State::LookingUp { node: at, until: now + wait };
}

pub(crate) fn answered(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    node: &Node,
    announce: &Announce,
    answer: Option<Answer>,
    out: &mut Vec<Effect>,
) {
    let Some(answer) = answer else { return session.go(now, announce.unknown, out) };
    if answer.says.iter().all(|said| said.sounds.is_empty()) {
        return session.go(now, announce.none, out);
    }
    // Whoever has pressed the menu's key for danger already is not held up.
    if session.is_danger_ahead(announce.next, now) {
        return session.go(now, announce.next, out);
    }
    let own = answer.says.iter().any(|said| said.own);
    session.learn(&announce.key, answer.value, false);
    session.hear(&announce.key, answer.says);
    // Who hears of his own trouble has been answered, also when he then hangs up.
    if own {
        out.push(Effect::Served { node: node.name.clone() });
    }
    session.state = State::Announcing { node: at, until: None };
    say(session, now, announce, out);
}

fn say(session: &mut Session, now: Timestamp, announce: &Announce, out: &mut Vec<Effect>) {
    let playing = session.announce(&announce.key, &announce.prompt, out);
    if let State::Announcing { until, .. } = &mut session.state {
        *until = (!playing).then(|| after(now, announce.timeout));
    }
}

pub(crate) fn key(
    session: &mut Session,
    now: Timestamp,
    node: &Node,
    announce: &Announce,
    key: Digit,
    out: &mut Vec<Effect>,
) {
    let announcing = matches!(session.state, State::Announcing { .. });
    let chosen = |out: &mut Vec<Effect>| out.push(Effect::Chosen { node: node.name.clone(), key });
    match key.as_char() {
        PERSON => {
            chosen(out);
            session.go(now, Target::Person, out);
        }
        DANGER if announcing => {
            chosen(out);
            session.go(now, announce.danger, out);
        }
        // Who withholds his number cannot be told.
        TELL_ME if announcing && session.caller_number().is_none() => session.go(now, announce.next, out),
        TELL_ME if announcing => {
            chosen(out);
            out.push(Effect::Served { node: node.name.clone() });
            for (subject, revision) in session.heard_of(&announce.key) {
                out.push(Effect::WantsToBeTold { node: node.name.clone(), subject, revision });
            }
            session.go(now, announce.told, out);
        }
        // Asked for anew: what he hears once more is what holds now.
        AGAIN if announcing => {
            if let State::Announcing { node: at, .. } = session.state {
                enter(session, now, at, announce, out);
            }
        }
        // It was meant for the menu: what is announced is still said first.
        _ if !announcing => session.keep(key),
        _ if session.leads_to(announce.next, now) == LeadsTo::Input => {
            session.keep(key);
            if !announce.must_hear {
                session.go(now, announce.next, out);
            }
        }
        _ => {}
    }
}

/// It has been said to its end; the caller may still choose.
pub(crate) fn played(
    session: &mut Session,
    now: Timestamp,
    node: &Node,
    announce: &Announce,
    out: &mut Vec<Effect>,
) {
    out.push(Effect::Heard { node: node.name.clone() });
    if !session.ahead.is_empty() {
        return session.go(now, announce.next, out);
    }
    if let State::Announcing { until, .. } = &mut session.state {
        *until = Some(after(now, announce.timeout));
    }
}
