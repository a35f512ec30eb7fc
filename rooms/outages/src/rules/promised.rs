//! Which promises an outage gives: supply back by the estimate (to customers), and news by a time while there is none (inside).

use deadlines::{Act, Clocks, Step};
use kernel::Timestamp;

use super::{Outage, State};

/// What is owed of one step: until when, and to customers or inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub step: Step,
    pub due: Timestamp,
    pub outside: bool,
}

/// What is owed now.
pub fn owed(outage: &Outage) -> Vec<Owed> {
    let open = matches!(outage.state, State::Published | State::InProgress);
    let back = outage.ends().filter(|_| open).map(|due| Owed { step: Step::Finish, due, outside: true });
    let news = outage.next_news().filter(|_| outage.state == State::InProgress);
    let news = news.map(|due| Owed { step: Step::Estimate, due, outside: false });
    back.into_iter().chain(news).collect()
}

/// What happens to a promise of this step that runs, after the outage has come to this.
pub fn moved(outage: &Outage, step: Step, clocks: &Clocks, new_revision: bool) -> Option<Act> {
    let why = |text: &str| if text.is_empty() { outage.number.clone() } else { text.to_owned() };
    let reason = why(outage.last().map_or("", |last| last.why.as_str()));
    match outage.state {
        State::Cancelled => return Some(Act::Withdrawn { reason: why(&outage.why) }),
        State::Restored | State::Closed => return Some(Act::Answered),
        _ => {}
    }
    match owed(outage).into_iter().find(|owed| owed.step == step) {
        // There was news: the next is a promise of its own.
        _ if step == Step::Estimate && new_revision => Some(Act::Answered),
        Some(owed) if owed.due != clocks.unit().due() => Some(Act::Renewed { due: owed.due, reason }),
        Some(_) => None,
        // What was promised cannot be kept, and nobody knows when it will be: the promise runs until it breaks or is moved.
        None if step == Step::Finish => None,
        None => Some(Act::Answered),
    }
}
