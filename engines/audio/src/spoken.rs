//! Numbers, amounts, dates and times as a Chinese speaker reads them, joined from a fixed set of recorded parts.
//!
//! Nothing is synthesised during a call: [`parts`] lists everything that must be recorded once, and every function
//! here answers with a row of those parts. The text of a [`Spoken`] is what is heard, so the tests read as sentences.

mod amount;
mod number;
mod part;
mod reading;
mod when;

pub use amount::{Unit, amount, quantity};
pub use number::{counted, decimal, digits, number};
pub use part::{Part, parts};
pub use reading::{reading, sentences};
pub use when::{agent, date, day, duration, position, time, wait};

use crate::{Clip, Sound};

/// Something to be said: recorded parts and pauses, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spoken(Vec<Piece>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece {
    Part(Part),
    Pause,
}

/// Between the groups of a long digit string: enough to write four digits' head start down.
const PAUSE_MS: u32 = 220;

impl Spoken {
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Part(part) => Some(*part),
            Piece::Pause => None,
        })
    }

    pub fn sounds(&self) -> Vec<Sound> {
        let sound = |piece: &Piece| match piece {
            Piece::Part(part) => Sound::Clip(Clip::new(&part.clip())),
            Piece::Pause => Sound::Silence { ms: PAUSE_MS },
        };
        self.0.iter().map(sound).collect()
    }

    /// What is heard, in Chinese characters; a pause is a space.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Part(part) => text.push_str(&part.text()),
                Piece::Pause => text.push(' '),
            }
        }
        text
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(part: Part) -> Spoken {
        Spoken(vec![Piece::Part(part)])
    }

    fn then(mut self, part: Part) -> Spoken {
        self.0.push(Piece::Part(part));
        self
    }

    fn pause(mut self) -> Spoken {
        self.0.push(Piece::Pause);
        self
    }

    /// Both, one after the other.
    pub fn and(mut self, other: Spoken) -> Spoken {
        self.0.extend(other.0);
        self
    }
}
