//! `say`: something is said, then the flow goes on.

use audio::Digit;
use kernel::Timestamp;

use super::{AGAIN, BACK, PERSON};
use crate::flow::{LeadsTo, Node, NodeIx, Say, Target};
use crate::session::{Effect, Session, State};

pub(crate) fn enter(
    session: &mut Session,
    now: Timestamp,
    at: NodeIx,
    name: &str,
    say: &Say,
    out: &mut Vec<Effect>,
) -> Option<Target> {
    if say.informative {
        out.push(Effect::Served { node: name.to_owned() });
    }
    let knows_the_way =
        !say.must_hear && !session.ahead.is_empty() && session.leads_to(say.next, now) == LeadsTo::Input;
    if knows_the_way || !session.play(&[&say.prompt], out) {
        return Some(say.next);
    }
    session.state = State::Saying { node: at };
    None
}

pub(crate) fn key(
    session: &mut Session,
    now: Timestamp,
    node: &Node,
    say: &Say,
    key: Digit,
    out: &mut Vec<Effect>,
) {
    let leads_to = session.leads_to(say.next, now);
    match key.as_char() {
        AGAIN if !say.must_hear => {
            session.play(&[&say.prompt], out);
        }
        _ if leads_to == LeadsTo::Input => {
            session.keep(key);
            if !say.must_hear {
                session.go(now, say.next, out);
            }
        }
        // A person is already on the way when the flow goes on to a queue: what must be heard first is heard.
        PERSON if !(say.must_hear && leads_to == LeadsTo::Person) => {
            out.push(Effect::Chosen { node: node.name.clone(), key });
            session.go(now, Target::Person, out);
        }
        BACK if !say.must_hear && session.has_menu() => {
            out.push(Effect::Chosen { node: node.name.clone(), key });
            session.go(now, Target::Repeat, out);
        }
        _ => {}
    }
}
