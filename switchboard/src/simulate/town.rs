//! Whoever the demo calls: a town of invented people who pick up, are busy or are not at home. Pure and seeded. Called by an
//! agent they speak; called by the machine, which shows another number, most of them listen and press a key.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use audio::{Digit, Sound};
use exchange::line::{Command, Event, PlayMode, PlayOutcome};
use kernel::{IdMint, LegId, Timestamp};

use super::clips::Clips;
use super::dice::Dice;
use super::people::{hush, play, reject};

/// The town's people, each in one voice: what they say one after the other once they have picked up, as numbers of
/// `callers/NN_voice`. Then they listen.
const PEOPLE: [&[u8]; 6] = [&[22, 15, 29], &[23, 30], &[11, 25, 32], &[26, 12], &[27, 34], &[28, 7]];
/// From the end of one sentence to the next, while the agent speaks.
const LISTENS_S: (f64, f64) = (6.0, 12.0);
const PICKS_UP_S: (f64, f64) = (2.0, 6.0);
const FIRST_WORD: Duration = Duration::from_millis(900);
/// The number that the demo's machine shows.
pub const MACHINE: &str = "95598001";
/// From picking up to pressing a key, in the middle of what the machine says; and to the next key.
const PRESSES_S: (f64, f64) = (5.0, 9.0);
const PRESSES_AGAIN_S: (f64, f64) = (4.0, 8.0);
/// How long a key sounds.
const KEY_MS: u32 = 120;
/// What an answering machine says, one after the other and without waiting for an answer: long, as they are.
const RECORDED: &[u8] = &[6, 12, 28, 29];
/// A call that the agent has forgotten is ended.
const LONGEST: Duration = Duration::from_secs(900);

/// How somebody meets a call: by the last digit of the number, so that every outcome can be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Manner {
    PicksUp,
    /// Numbers that end in 8 ring, and nobody comes.
    IsOut,
    /// Numbers that end in 9 are engaged.
    IsBusy,
    /// The machine's calls to numbers that end in 7 are taken by another machine.
    IsRecorded,
    /// … and those that end in 6 are hung up by whoever listens for a moment.
    HangsUp,
}

fn manner(number: &str, by_machine: bool) -> Manner {
    match number.as_bytes().last() {
        Some(b'8') => Manner::IsOut,
        Some(b'9') => Manner::IsBusy,
        Some(b'7') if by_machine => Manner::IsRecorded,
        Some(b'6') if by_machine => Manner::HangsUp,
        _ => Manner::PicksUp,
    }
}

/// The same number is always the same person.
fn sentences(number: &str) -> &'static [u8] {
    let sum: usize = number.bytes().map(usize::from).sum();
    PEOPLE[sum % PEOPLE.len()]
}

/// The keys that somebody presses when the machine asks: most are content, one of five is not.
fn keys(number: &str) -> &'static [u8] {
    match number.as_bytes().last() {
        Some(b'5') => &[2, 2],
        Some(b'0' | b'4') => &[1, 4],
        _ => &[1, 5],
    }
}

struct Called {
    /// What is still to be said.
    says: &'static [u8],
    /// Keys still to be pressed.
    presses: &'static [u8],
    manner: Manner,
    state: Line,
}

enum Line {
    Ringing { picks_up: Option<Timestamp> },
    Talking { next: Timestamp, ends: Timestamp },
}

/// Everybody who is being called.
pub struct Town {
    clips: Clips,
    dice: Dice,
    mint: Arc<IdMint>,
    called: HashMap<LegId, Called>,
}

impl Town {
    pub fn new(seed: u64, clips: Clips, mint: Arc<IdMint>) -> Town {
        Town { clips, dice: Dice::new(seed), mint, called: HashMap::new() }
    }

    /// When somebody does something next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let next = |called: &Called| match called.state {
            Line::Ringing { picks_up } => picks_up,
            Line::Talking { ends, .. } if called.says.is_empty() && called.presses.is_empty() => Some(ends),
            Line::Talking { next, ends } => Some(next.min(ends)),
        };
        self.called.values().filter_map(next).min()
    }

    pub fn handle(&mut self, now: Timestamp, event: Event, out: &mut Vec<Command>) {
        match event {
            Event::Incoming { leg, from, to, .. } => {
                let by_machine = from.number == MACHINE;
                let manner = manner(&to, by_machine);
                let picks_up = match manner {
                    Manner::IsBusy => return out.push(reject(leg)),
                    Manner::IsOut => None,
                    Manner::PicksUp | Manner::IsRecorded | Manner::HangsUp => {
                        Some(now + self.dice.between(PICKS_UP_S.0, PICKS_UP_S.1))
                    }
                };
                out.push(Command::Ring { leg });
                let state = Line::Ringing { picks_up };
                let (says, presses): (&[u8], &[u8]) = match manner {
                    Manner::IsRecorded => (RECORDED, &[]),
                    Manner::HangsUp => (&[], &[]),
                    _ if by_machine => (&[], keys(&to)),
                    _ => (sentences(&to), &[]),
                };
                self.called.insert(leg, Called { says, presses, manner, state });
            }
            Event::Answered { leg } => {
                let Some(called) = self.called.get_mut(&leg) else { return };
                let first = match called.presses.is_empty() {
                    true => FIRST_WORD,
                    false => self.dice.between(PRESSES_S.0, PRESSES_S.1),
                };
                let longest = match called.manner {
                    Manner::HangsUp => self.dice.between(1.5, 4.0),
                    _ => LONGEST,
                };
                called.state = Line::Talking { next: now + first, ends: now + longest };
                out.push(hush(&self.mint, now, leg));
            }
            Event::Played { leg, outcome, .. }
                if outcome != PlayOutcome::Stopped && self.called.contains_key(&leg) =>
            {
                out.push(hush(&self.mint, now, leg));
            }
            Event::Ended { leg, .. } => {
                self.called.remove(&leg);
            }
            _ => {}
        }
    }

    pub fn wake(&mut self, now: Timestamp, out: &mut Vec<Command>) {
        for (&leg, Called { says, presses, manner, state }) in &mut self.called {
            match state {
                Line::Ringing { picks_up } if picks_up.is_some_and(|at| at <= now) => {
                    *picks_up = None;
                    out.push(Command::Answer { leg });
                }
                Line::Talking { ends, .. } if *ends <= now => {
                    // An event tells when it is over.
                    *ends = now + LONGEST;
                    out.push(Command::HangUp { leg });
                }
                Line::Talking { next, .. } if *next <= now && !presses.is_empty() => {
                    let Some((key, rest)) = presses.split_first() else { continue };
                    *presses = rest;
                    *next = now + self.dice.between(PRESSES_AGAIN_S.0, PRESSES_AGAIN_S.1);
                    if let Some(digit) = Digit::from_event(*key) {
                        let key = vec![Sound::Key { digit, ms: KEY_MS }];
                        out.push(play(&self.mint, now, leg, key, PlayMode::Once));
                    }
                }
                Line::Talking { next, .. } if *next <= now => {
                    let Some((which, rest)) = says.split_first() else { continue };
                    *says = rest;
                    let clip = self.clips.caller(&mut self.dice, *which);
                    let long = clip.as_ref().map_or(Duration::ZERO, |(_, long)| *long);
                    let listens = match manner {
                        Manner::IsRecorded => Duration::from_millis(250),
                        _ => self.dice.between(LISTENS_S.0, LISTENS_S.1),
                    };
                    *next = now + long + listens;
                    if let Some((clip, _)) = clip {
                        out.push(play(&self.mint, now, leg, vec![Sound::Clip(clip)], PlayMode::Once));
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use exchange::line::{EndCause, Identity, Origin};
    use expect_test::{Expect, expect};
    use kernel::TrunkId;

    use super::*;

    /// One call to a number, until the agent ends it after a minute.
    fn check(number: &str, expected: Expect) {
        expected.assert_eq(&called_from("95598", number));
    }

    fn called_from(shown: &str, number: &str) -> String {
        let leg: LegId = IdMint::new(1).mint(Timestamp::from_secs(0));
        let mut town = Town::new(1, Clips::for_tests(), Arc::new(IdMint::new(0)));
        let (mut out, mut now, mut told) = (Vec::new(), Timestamp::from_secs(0), String::new());
        let event = Event::Incoming {
            leg,
            origin: Origin::Trunk { trunk: TrunkId(1) },
            from: Identity { number: shown.to_owned(), name: String::new() },
            to: number.to_owned(),
        };
        town.handle(now, event, &mut out);
        loop {
            for command in std::mem::take(&mut out) {
                let what = match &command {
                    Command::Play { mode: PlayMode::Loop, .. } => continue,
                    Command::Play { sounds, .. } => format!("says {sounds:?}"),
                    Command::Ring { .. } => "rings".to_owned(),
                    Command::Answer { .. } => "answers".to_owned(),
                    Command::Reject { status, .. } => format!("refuses: {status:?}"),
                    Command::HangUp { .. } => "hangs up".to_owned(),
                    other => format!("{other:?}"),
                };
                told += &format!("{:.1} {what}\n", now.as_millis() as f64 / 1_000.0);
                if matches!(command, Command::Answer { .. }) {
                    town.handle(now, Event::Answered { leg }, &mut out);
                }
            }
            match town.deadline() {
                Some(at) if at <= Timestamp::from_secs(60) => now = at,
                _ => break,
            }
            town.wake(now, &mut out);
        }
        town.handle(now, Event::Ended { leg, cause: EndCause::FarEnd }, &mut out);
        assert!(town.called.is_empty() && out.is_empty());
        told
    }

    #[test]
    fn most_pick_up_and_say_what_is_wrong() {
        check(
            "13800000006",
            expect![[r#"
            0.0 rings
            3.4 answers
            4.3 says [Clip(callers/22_yunjian)]
        "#]],
        );
    }

    /// What somebody does whom the machine calls, in order; when, chance decides.
    fn called_by_the_machine(number: &str, expected: &[&str]) {
        let told = called_from(MACHINE, number);
        let what: Vec<&str> = told.lines().filter_map(|line| Some(line.split_once(' ')?.1)).collect();
        assert_eq!(what, expected, "{number}");
    }

    #[test]
    fn the_machine_is_answered_with_keys() {
        let key = |digit: u8| format!("says [Key {{ digit: {digit}, ms: 120 }}]");
        called_by_the_machine("13800000003", &["rings", "answers", &key(1), &key(5)]);
        called_by_the_machine("13800000005", &["rings", "answers", &key(2), &key(2)]);
        called_by_the_machine("13800000006", &["rings", "answers", "hangs up"]);
        called_by_the_machine("13800000008", &["rings"]);
        called_by_the_machine("13800000009", &["refuses: Busy"]);
    }

    #[test]
    fn eight_is_not_at_home() {
        check(
            "13800000008",
            expect![[r#"
            0.0 rings
        "#]],
        );
    }

    #[test]
    fn nine_is_engaged() {
        check(
            "13800000009",
            expect![[r#"
            0.0 refuses: Busy
        "#]],
        );
    }
}
