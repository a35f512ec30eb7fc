//! What an item is and what may become of it. Pure.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use web::Status;

/// The longest title, in characters.
pub const TITLE_MAX: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What people read aloud: `20260105-0001`.
    pub number: String,
    pub title: String,
    pub state: State,
    pub opened_at: Timestamp,
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Close,
}

impl Act {
    pub const ALL: &'static [Act] = &[Act::Close];

    /// The line of the journal.
    pub fn kind(self) -> &'static str {
        match self {
            Act::Close => "closed",
        }
    }
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("a title has 1 to {most} characters")]
    BadTitle { most: usize },
    #[error("it is closed already")]
    AlreadyClosed,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "clusters";

    fn status(&self) -> Status {
        match self {
            Refusal::BadTitle { .. } => Status::Invalid,
            Refusal::AlreadyClosed => Status::Conflict,
        }
    }
}

/// A title as it is kept.
pub fn title(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TITLE_MAX {
        return Err(Refusal::BadTitle { most: TITLE_MAX });
    }
    Ok(text.to_owned())
}

/// What the item becomes.
pub fn decide(item: &Item, act: Act) -> Result<Item, Refusal> {
    match (item.state, act) {
        (State::Open, Act::Close) => Ok(Item { state: State::Closed, ..item.clone() }),
        (State::Closed, Act::Close) => Err(Refusal::AlreadyClosed),
    }
}

/// What may be done now; the browser shows buttons for it.
pub fn allowed(item: &Item) -> Vec<Act> {
    Act::ALL.iter().copied().filter(|act| decide(item, *act).is_ok()).collect()
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        [State::Open, State::Closed].into_iter().find(|state| state.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_stays_closed() {
        let opened_at = Timestamp::from_micros(0);
        let item = Item { number: "1".into(), title: "a".into(), state: State::Open, opened_at, version: 1 };
        assert_eq!(allowed(&item), [Act::Close]);
        let closed = decide(&item, Act::Close).expect("it is open");
        assert_eq!((closed.state, allowed(&closed)), (State::Closed, vec![]));
        assert_eq!(decide(&closed, Act::Close), Err(Refusal::AlreadyClosed));
    }

    #[test]
    fn a_title_is_not_blank_and_not_endless() {
        assert_eq!(title(" 漏气 ").as_deref(), Ok("漏气"));
        for bad in ["", "  ", &"x".repeat(TITLE_MAX + 1)] {
            assert_eq!(title(bad), Err(Refusal::BadTitle { most: TITLE_MAX }));
        }
    }
}
