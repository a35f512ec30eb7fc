//! `choose_from`: a menu whose choices a room knows: they are asked for when the caller comes here, named one after the other
//! with their keys, and kept while he chooses.
//!
//! 1 to 8 are the choices of a page; 9 is the next page, and on the last one back, as everywhere.

use audio::{Digit, Sound, spoken};
use kernel::Timestamp;

use super::{AGAIN, BACK, PERSON, after};
use crate::flow::{Choose, Node, NodeIx, Prompt, Target};
use crate::session::{Answer, Argument, Choice, Effect, Session, State};

/// Choices read out before the next page is offered.
pub(crate) const PAGE: usize = 8;
/// A breath between two choices.
const BETWEEN_MS: u32 = 250;

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    choose: &Choose,
    out: &mut Vec<Effect>,
) {
    session.stop_playing(out);
    let argument = match &choose.argument {
        Some(name) => session.argument(name),
        None => Argument { text: session.caller_number().unwrap_or_default().to_owned(), secret: false },
    };
    out.push(Effect::LookUp { key: choose.key.clone(), argument });
    session.state = State::LookingUp { node: at, until: now + choose.wait.max(super::WAIT_LEAST) };
}

pub(crate) fn answered(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    choose: &Choose,
    answer: Option<Answer>,
    out: &mut Vec<Effect>,
) {
    let Some(answer) = answer else { return session.go(now, choose.unknown, out) };
    let asked = answer.choices.len();
    let said: Vec<Choice> = answer.choices.into_iter().filter(|choice| !choice.sounds.is_empty()).collect();
    match (asked, said.len()) {
        (0, _) => return session.go(now, choose.none, out),
        // Nothing of it can be said.
        (_, 0) => return session.go(now, choose.unknown, out),
        _ => {}
    }
    // A list that is empty is nothing to come back to.
    session.remember(at);
    session.offered = said;
    session.state = State::Choosing { node: at, page: 0, wrong: 0, until: None };
    match session.ahead.pop_front() {
        Some(key) => session.key(now, key, out),
        None => prompt(session, now, choose, &Prompt::default(), out),
    }
}

pub(crate) fn key(
    session: &mut Session,
    now: Timestamp,
    node: &Node,
    choose: &Choose,
    key: Digit,
    out: &mut Vec<Effect>,
) {
    let State::Choosing { page, .. } = session.state else {
        // Still asked for: whoever wants a person need not wait.
        if key.as_char() == PERSON {
            out.push(Effect::Chosen { node: node.name.clone(), key });
            return session.go(now, Target::Person, out);
        }
        return session.keep(key);
    };
    if key.as_char() == AGAIN {
        return prompt(session, now, choose, &Prompt::default(), out);
    }
    if key.as_char() == BACK && has_more(session, page) {
        if let State::Choosing { page, .. } = &mut session.state {
            *page += 1;
        }
        return match session.ahead.pop_front() {
            Some(key) => session.key(now, key, out),
            None => prompt(session, now, choose, &Prompt::default(), out),
        };
    }
    let chosen = number(key).and_then(|number| {
        let choice = page_of(&session.offered, page).get(number - 1)?;
        Some(choice.value.clone())
    });
    let target = match (chosen, choose.keys.get(&key), key.as_char()) {
        (Some(value), ..) => {
            session.learn(&choose.into, value, false);
            choose.next
        }
        (None, Some(target), _) => *target,
        (None, None, PERSON) => Target::Person,
        (None, None, BACK) if session.has_menu_before() => Target::Back,
        (None, None, BACK) => Target::Repeat,
        _ => {
            let wrong = session.flow.wrong.clone();
            return again(session, now, choose, &wrong, out);
        }
    };
    out.push(Effect::Chosen { node: node.name.clone(), key });
    session.go(now, target, out);
}

/// A key from 1 to 8.
fn number(key: Digit) -> Option<usize> {
    key.number().map(usize::from).filter(|number| (1..=PAGE).contains(number))
}

fn page_of(offered: &[Choice], page: usize) -> &[Choice] {
    offered.chunks(PAGE).nth(page).unwrap_or_default()
}

fn has_more(session: &Session, page: usize) -> bool {
    session.offered.len() > (page + 1) * PAGE
}

pub(crate) fn silent(session: &mut Session, now: Timestamp, choose: &Choose, out: &mut Vec<Effect>) {
    if !matches!(session.state, State::Choosing { .. }) {
        return session.go(now, choose.unknown, out);
    }
    let silent = session.flow.silent.clone();
    again(session, now, choose, &silent, out);
}

fn again(session: &mut Session, now: Timestamp, choose: &Choose, first: &Prompt, out: &mut Vec<Effect>) {
    let State::Choosing { wrong, .. } = &mut session.state else { return };
    *wrong = wrong.saturating_add(1);
    if *wrong >= choose.tries {
        return session.go(now, choose.otherwise, out);
    }
    session.ahead.clear();
    prompt(session, now, choose, first, out);
}

/// The question once, then each choice with its key, then that there are more.
fn prompt(session: &mut Session, now: Timestamp, choose: &Choose, first: &Prompt, out: &mut Vec<Effect>) {
    let State::Choosing { page, .. } = session.state else { return };
    let mut sounds = session.sounds_of(first);
    if page == 0 {
        sounds.extend(session.sounds_of(&choose.prompt));
    }
    let press = session.sounds_of(&choose.press);
    for (at, choice) in (1_u64..).zip(page_of(&session.offered, page)) {
        sounds.extend(choice.sounds.iter().cloned());
        sounds.extend(press.iter().cloned());
        sounds.extend(spoken::number(at).sounds());
        sounds.push(Sound::Silence { ms: BETWEEN_MS });
    }
    if has_more(session, page) {
        sounds.extend(session.sounds_of(&choose.more));
    }
    let playing = session.play_sounds(sounds, out);
    if let State::Choosing { until, .. } = &mut session.state {
        *until = (!playing).then(|| after(now, choose.timeout));
    }
}
