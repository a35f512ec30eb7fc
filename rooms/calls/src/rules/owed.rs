//! What is owed to a caller who was not served: a call back he asked for, or an answer to the message he left. Somebody
//! takes it, dials, and says how it came out. Pure.

use kernel::{CallId, PersonId, QueueId, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owed {
    /// Its place in the log of facts.
    pub id: i64,
    pub at: Timestamp,
    pub kind: Kind,
    pub call: CallId,
    pub queue: QueueId,
    pub number: String,
    pub recording: Option<RecordingId>,
    /// How often the caller was dialled and not reached.
    pub tries: u32,
    pub taken_by: Option<PersonId>,
    pub done_at: Option<Timestamp>,
    pub done_by: Option<PersonId>,
    pub note: Option<String>,
    pub version: i64,
    /// The last time, and how often: one row for each number.
    pub last_at: Timestamp,
    pub times: u32,
    /// It keeps this place in the queue, and is called when that is reached.
    pub place: Option<CallId>,
}

// The stronger wish comes first: it decides what is owed to a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// He asked to be called back.
    Callback,
    /// He left a message.
    Message,
    /// He hung up while he waited for a person.
    Abandoned,
    /// Nobody was there to take the call: nobody signed in, or no room in the queue.
    Closed,
    /// He came outside the hours, and hung up without having been served.
    AfterHours,
    /// There was no line free.
    Busy,
}

impl Kind {
    pub fn parse(word: &str) -> Kind {
        match word {
            "callback" => Kind::Callback,
            "abandoned" => Kind::Abandoned,
            "closed" => Kind::Closed,
            "after_hours" => Kind::AfterHours,
            "busy" => Kind::Busy,
            _ => Kind::Message,
        }
    }
}

/// What somebody does about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// I call; from now on I see the number whole.
    Take,
    /// Somebody else may.
    GiveBack,
    /// Dialled, nobody there: it stays owed, for whoever takes it next.
    NotReached,
    Done {
        note: String,
    },
}

/// Who asks; a leader may do what another has taken.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub person: PersonId,
    pub leads: bool,
}

/// What it becomes.
pub fn decide(owed: &Owed, act: &Act, asker: Asker, now: Timestamp) -> Result<Owed, Refusal> {
    check(owed, act, asker)?;
    let mut next = owed.clone();
    match act {
        Act::Take => next.taken_by = Some(asker.person),
        Act::GiveBack => next.taken_by = None,
        Act::NotReached => {
            next.taken_by = None;
            next.tries += 1;
        }
        Act::Done { note } => {
            let note = note.trim();
            if note.is_empty() {
                return Err(Refusal::NoteMissing);
            }
            next.note = Some(note.chars().take(500).collect());
            next.done_at = Some(now);
            next.done_by = Some(asker.person);
        }
    }
    Ok(next)
}

/// What this person may do now.
pub fn allowed(owed: &Owed, asker: Asker) -> Vec<&'static str> {
    let acts = [
        ("take", Act::Take),
        ("give_back", Act::GiveBack),
        ("not_reached", Act::NotReached),
        ("done", Act::Done { note: String::new() }),
    ];
    acts.into_iter().filter(|(_, act)| check(owed, act, asker).is_ok()).map(|(name, _)| name).collect()
}

fn check(owed: &Owed, act: &Act, asker: Asker) -> Result<(), Refusal> {
    if owed.done_at.is_some() {
        return Err(Refusal::OwedDone);
    }
    match (act, owed.taken_by) {
        // The queue calls it; a person who did so as well would ring the customer twice.
        (Act::Take, _) if owed.place.is_some() => Err(Refusal::OwedInQueue),
        (Act::Take, None) => Ok(()),
        (Act::Take, Some(by)) if by == asker.person || !asker.leads => Err(Refusal::OwedTaken { by }),
        (Act::Take, Some(_)) => Ok(()),
        (_, Some(by)) if by == asker.person => Ok(()),
        // The caller may have been served otherwise, which a leader can say without having dialled.
        (Act::Done { .. }, _) if asker.leads => Ok(()),
        (Act::GiveBack, Some(_)) if asker.leads => Ok(()),
        (_, Some(by)) => Err(Refusal::OwedTaken { by }),
        (_, None) => Err(Refusal::OwedNotTaken),
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    const AGENT: Asker = Asker { person: PersonId(7), leads: false };
    const OTHER: Asker = Asker { person: PersonId(8), leads: false };
    const LEADER: Asker = Asker { person: PersonId(9), leads: true };

    fn owed() -> Owed {
        Owed {
            id: 1,
            at: TestClock::monday_morning().now(),
            kind: Kind::Callback,
            call: CallId(1),
            queue: QueueId(1),
            number: "13800000001".into(),
            recording: None,
            tries: 0,
            taken_by: None,
            done_at: None,
            done_by: None,
            note: None,
            version: 1,
            last_at: TestClock::monday_morning().now(),
            times: 1,
            place: None,
        }
    }

    #[test]
    fn one_at_a_time_and_until_it_is_done() {
        let now = TestClock::monday_morning().now();
        let done = |note: &str| Act::Done { note: note.into() };
        let free = owed();
        assert_eq!(allowed(&free, AGENT), ["take"]);
        assert_eq!(allowed(&free, LEADER), ["take", "done"]);
        assert_eq!(decide(&free, &Act::NotReached, AGENT, now), Err(Refusal::OwedNotTaken));

        let mine = decide(&free, &Act::Take, AGENT, now).expect("taken");
        assert_eq!(allowed(&mine, AGENT), ["give_back", "not_reached", "done"]);
        assert_eq!(allowed(&mine, OTHER), [""; 0]);
        assert_eq!(allowed(&mine, LEADER), ["take", "give_back", "done"]);
        assert_eq!(decide(&mine, &Act::Take, OTHER, now), Err(Refusal::OwedTaken { by: AGENT.person }));

        let again = decide(&mine, &Act::NotReached, AGENT, now).expect("nobody there");
        assert_eq!((again.tries, again.taken_by), (1, None));
        assert_eq!(decide(&mine, &done(" "), AGENT, now), Err(Refusal::NoteMissing));
        let over = decide(&mine, &done("预约明天上门"), AGENT, now).expect("done");
        assert_eq!((over.done_by, over.note.as_deref()), (Some(AGENT.person), Some("预约明天上门")));
        assert_eq!(allowed(&over, LEADER), [""; 0]);
        assert_eq!(decide(&over, &Act::Take, LEADER, now), Err(Refusal::OwedDone));
    }
}
