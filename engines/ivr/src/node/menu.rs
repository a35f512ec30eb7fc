//! `menu`: one key, one way on.

use audio::Digit;
use kernel::Timestamp;

use super::{AGAIN, BACK, PERSON, after};
use crate::flow::{Menu, Node, NodeIx, Prompt, Target};
use crate::session::{Effect, Session, State};

pub(crate) fn enter(session: &mut Session, now: Timestamp, at: NodeIx, menu: &Menu, out: &mut Vec<Effect>) {
    session.state = State::InMenu { node: at, wrong: 0, until: None };
    match session.ahead.pop_front() {
        Some(key) => session.key(now, key, out),
        None => prompt(session, now, menu, &Prompt::default(), out),
    }
}

pub(crate) fn key(
    session: &mut Session,
    now: Timestamp,
    node: &Node,
    menu: &Menu,
    key: Digit,
    out: &mut Vec<Effect>,
) {
    let target = match (menu.keys.get(&key), key.as_char()) {
        (Some(target), _) => *target,
        (None, PERSON) => Target::Person,
        (None, BACK) if session.has_menu_before() => Target::Back,
        // On the first level there is nothing to go back to: 9 is once more there.
        (None, BACK | AGAIN) => Target::Repeat,
        (None, _) => {
            let wrong = session.flow.wrong.clone();
            return again(session, now, menu, &wrong, out);
        }
    };
    out.push(Effect::Chosen { node: node.name.clone(), key });
    session.go(now, target, out);
}

pub(crate) fn silent(session: &mut Session, now: Timestamp, menu: &Menu, out: &mut Vec<Effect>) {
    if let Some(silence) = menu.silence {
        return session.go(now, silence, out);
    }
    let silent = session.flow.silent.clone();
    again(session, now, menu, &silent, out);
}

fn again(session: &mut Session, now: Timestamp, menu: &Menu, first: &Prompt, out: &mut Vec<Effect>) {
    let State::InMenu { wrong, .. } = &mut session.state else { return };
    *wrong = wrong.saturating_add(1);
    if *wrong >= menu.tries {
        return session.go(now, menu.otherwise, out);
    }
    session.ahead.clear();
    prompt(session, now, menu, first, out);
}

fn prompt(session: &mut Session, now: Timestamp, menu: &Menu, first: &Prompt, out: &mut Vec<Effect>) {
    let playing = session.play(&[first, &menu.prompt], out);
    if let State::InMenu { until, .. } = &mut session.state {
        *until = (!playing).then(|| after(now, menu.timeout));
    }
}
