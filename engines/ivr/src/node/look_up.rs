//! `look_up`: something is asked of a room; the answer chooses the way on.

use audio::Digit;
use kernel::Timestamp;

use super::{PERSON, after, announce, choose};
use crate::flow::{Kind, LookUp, Node, NodeIx, Target};
use crate::session::{Answer, Argument, Effect, Session, State};

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    look_up: &LookUp,
    out: &mut Vec<Effect>,
) {
    let argument = match &look_up.argument {
        Some(name) => session.argument(name),
        None => Argument { text: session.caller_number().unwrap_or_default().to_owned(), secret: false },
    };
    out.push(Effect::LookUp { key: look_up.key.clone(), argument });
    session.play(&[&look_up.prompt], out);
    session.state = State::LookingUp { node: at, until: after(now, look_up.timeout) };
}

pub(crate) fn key(session: &mut Session, now: Timestamp, node: &Node, key: Digit, out: &mut Vec<Effect>) {
    if key.as_char() == PERSON {
        out.push(Effect::Chosen { node: node.name.clone(), key });
        return session.go(now, Target::Person, out);
    }
    session.keep(key);
}

pub(crate) fn answered(
    session: &mut Session,
    now: Timestamp,
    key: &str,
    answer: Option<Answer>,
    out: &mut Vec<Effect>,
) {
    let flow = session.flow.clone();
    let State::LookingUp { node, .. } = session.state else { return out.push(Effect::Refused) };
    let at = node;
    let Some(node) = flow.node(at) else { return out.push(Effect::Refused) };
    // An answer that comes after its time is up must not be taken for that of the next question.
    let look_up = match &node.kind {
        Kind::LookUp(look_up) if look_up.key == key => look_up,
        Kind::Announce(announce) if announce.key == key => {
            return announce::answered(session, now, at, node, announce, answer, out);
        }
        Kind::Choose(choose) if choose.key == key => {
            return choose::answered(session, now, at, choose, answer, out);
        }
        _ => return out.push(Effect::Refused),
    };
    let target = match answer {
        None => look_up.unknown,
        Some(Answer { value, says, choices: _ }) => {
            let target = look_up.answers.get(&value).copied().unwrap_or(look_up.otherwise);
            session.learn(key, value, false);
            session.hear(key, says);
            target
        }
    };
    session.go(now, target, out);
}
