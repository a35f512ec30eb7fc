//! Who counts as told of an outage: the one place that says so. The leader's page of a storm counts them between those who called
//! and those who wait (affected, called, told, waiting, restored).
//!
//! Told is a customer who is affected and of whom one of these is certain; the first of them is kept, with its time:
//!
//! | way | certain when |
//! |---|---|
//! | `message` | a text message about this outage was delivered. Sent is not delivered |
//! | `greeting` | he called and heard to its end that his own supply is off, or pressed the key to be told when it is back |
//! | `machine` | the machine reached him, and he pressed the key or was put through to an agent |
//! | `agent` | an agent reached him by telephone (important customers), said so unasked (K33), or talked with him while it was off |
//!
//! A liaison who is told tells others, and nobody knows whom: his message counts for nobody. Who heard of the largest outages
//! and is in none of them was told nothing of his own.

use super::words;

words! {
    /// By what somebody was told first.
    Way { Message = "message", Greeting = "greeting", Machine = "machine", Agent = "agent" }
}

/// What happened between the centre and somebody who is affected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// What became of a text message about this outage.
    Message { delivered: bool },
    /// It was said to him as a caller.
    Announced { own: bool, whole: bool, wants_to_be_told: bool },
    /// A call to an important customer has come to its end.
    Called { reached: bool, by_machine: bool },
    /// He talked with an agent; `said`: whether he was told or knew, where the agent wrote that down.
    Talked { in_progress: bool, said: Option<bool> },
}

/// None: he is not known to be told.
pub const fn way(contact: Contact) -> Option<Way> {
    let (told, way) = match contact {
        Contact::Message { delivered } => (delivered, Way::Message),
        Contact::Announced { own, whole, wants_to_be_told } => {
            (own && (whole || wants_to_be_told), Way::Greeting)
        }
        Contact::Called { reached, by_machine } => {
            (reached, if by_machine { Way::Machine } else { Way::Agent })
        }
        Contact::Talked { in_progress, said } => match said {
            Some(said) => (said, Way::Agent),
            None => (in_progress, Way::Agent),
        },
    };
    if told { Some(way) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_is_who_is_certain_to_know() {
        let announced = |own, whole, wants_to_be_told| Contact::Announced { own, whole, wants_to_be_told };
        let talked = |in_progress, said| Contact::Talked { in_progress, said };
        for (contact, told) in [
            (Contact::Message { delivered: true }, Some(Way::Message)),
            (Contact::Message { delivered: false }, None),
            (announced(true, true, false), Some(Way::Greeting)),
            (announced(true, false, true), Some(Way::Greeting)),
            (announced(true, false, false), None),
            (announced(false, true, true), None),
            (Contact::Called { reached: true, by_machine: true }, Some(Way::Machine)),
            (Contact::Called { reached: true, by_machine: false }, Some(Way::Agent)),
            (Contact::Called { reached: false, by_machine: true }, None),
            (talked(true, None), Some(Way::Agent)),
            (talked(false, None), None),
            (talked(false, Some(true)), Some(Way::Agent)),
            (talked(true, Some(false)), None),
        ] {
            assert_eq!(way(contact), told, "{contact:?}");
        }
    }
}
