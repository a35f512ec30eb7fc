//! Storm mode in virtual time, by the rules of the room `storms`: its thresholds begin it, its settings make the footing. Its end is
//! proposed by the room, and the leader agrees at once.

use std::time::Duration;

use exchange::Footing;
use kernel::{PersonId, QueueId, Timestamp};
use storms::rules::settings::{Around, Help};
use storms::rules::threshold::{Advice, Sign, look};
use storms::rules::{Act, Refusal, Settings, Signals, Storm, Watch, decide};

/// The room looks so often, and counts the calls of so long.
pub const EVERY: Duration = Duration::from_secs(10);
pub const WINDOW: Duration = Duration::from_secs(300);
/// The flow at the door.
pub const DOOR: &str = "storm";
const LEADER: Option<PersonId> = Some(PersonId(1));

/// A time that it was on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    pub began: Timestamp,
    pub signs: Vec<Sign>,
    pub ended: Option<Timestamp>,
}

impl Spell {
    /// The signs in the words of the room's screen.
    pub fn why(&self) -> String {
        let word = |sign: &Sign| match sign {
            Sign::Arrivals => "来电",
            Sign::Waiting => "排队",
            Sign::Lines => "线路占用",
            Sign::Abandoned => "放弃率",
        };
        self.signs.iter().map(word).collect::<Vec<_>>().join("、")
    }
}

pub struct Mode {
    settings: Settings,
    around: Around,
    watch: Watch,
    current: Option<Storm>,
    pub spells: Vec<Spell>,
}

impl Mode {
    /// The settings that the room has by itself, with the door's menu; and whoever serves no faults helps out (溢出组).
    pub fn new(around: Around, faults: &[QueueId], helpers: &[QueueId]) -> Result<Mode, Refusal> {
        let mut settings = Settings::default();
        settings.door.flow = Some(DOOR.to_owned());
        let help = |(queue, of): (&QueueId, &QueueId)| Help {
            queue: *queue,
            of: Some(*of),
            skill: None,
            level: 1,
            rank: 5,
        };
        let both = faults.iter().flat_map(|queue| helpers.iter().map(move |of| (queue, of)));
        settings.helpers = both.map(help).collect();
        settings.check(&around)?;
        Ok(Mode { settings, around, watch: Watch::NEW, current: None, spells: Vec::new() })
    }

    /// A look at the signs; what the exchange is told, if that is something new.
    pub fn look(&mut self, seen: &Signals, now: Timestamp) -> Result<Option<Footing>, Refusal> {
        let (next, advice) = look(self.watch, &self.settings.thresholds, seen, self.current.is_some(), now);
        self.watch = next;
        match (advice, &self.current) {
            (Advice::Begin(signs), None) if self.settings.begins_itself => {
                let why = signs.iter().map(|sign| sign.as_str()).collect::<Vec<_>>().join(" ");
                let id = i64::try_from(self.spells.len()).unwrap_or(0) + 1;
                let storm = decide(None, &Act::On { why, minutes: self.settings.minutes }, None, now, id)?;
                let footing = self.settings.footing(&self.around, storm.until);
                self.current = Some(storm);
                self.spells.push(Spell { began: now, signs, ended: None });
                Ok(Some(footing))
            }
            (Advice::End { .. }, Some(storm)) => {
                decide(Some(storm), &Act::Off { why: "已平稳".to_owned() }, LEADER, now, storm.id)?;
                self.current = None;
                self.watch = next.by_hand(false);
                if let Some(spell) = self.spells.last_mut() {
                    spell.ended = Some(now);
                }
                Ok(Some(Footing::Usual))
            }
            _ => Ok(None),
        }
    }
}
