//! Supply is back: who is asked next, when it is known that everybody has it, and what an answer says.

use kernel::{ElementId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, words};

words! {
    /// Where the asking after one restoration stands.
    Stage {
        /// Who is to be asked is being written down.
        Listing = "listing",
        Asking = "asking",
        /// Everybody is known to have it.
        Sure = "sure",
        /// Nobody is left who could be asked by itself: a leader says how it goes on.
        Stuck = "stuck",
        Closed = "closed",
    }
}
words! {
    /// What somebody said who was asked.
    Said {
        Waiting = "waiting",
        Asked = "asked",
        Yes = "yes",
        /// Still without.
        No = "no",
        Silent = "silent",
        /// No number, or nothing goes there.
        Unreachable = "unreachable",
    }
}
words! {
    How {
        Sms = "sms",
        Call = "call",
        /// An agent heard it.
        Agent = "agent",
    }
}
words! { Answer { Yes = "yes", No = "no" } }

/// Below this everybody is asked; from it on a sample.
pub const FIRST: i64 = 5;

/// How customers are asked once supply is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asking {
    /// By itself; otherwise only when a leader says so.
    pub on: bool,
    /// So many minutes after it came back.
    pub wait_min: u32,
    /// With so many who have it, and nobody without, what hangs below one element is known to have it; of fewer, all.
    pub enough: u32,
    /// So many are asked for each answer that is wanted: most people do not answer.
    pub for_one: u32,
    /// Who has not answered a text message so many minutes after it arrived is silent.
    pub answer_min: u32,
    /// After so many waves a leader says how it goes on.
    pub waves: u32,
    /// The machine calls whom no text message reaches, and who did not answer it.
    pub calls: bool,
    /// The published flow it calls with: key 1 has it, key 2 has not.
    pub flow: String,
    /// So many still without below one element are proposed as an outage again.
    pub reopen: u32,
    /// The sub-type of their orders; empty: as the utility calls it.
    pub subtype: String,
}

impl Default for Asking {
    fn default() -> Self {
        Asking {
            on: true,
            wait_min: 15,
            enough: 5,
            for_one: 2,
            answer_min: 60,
            waves: 4,
            calls: false,
            flow: "restored".into(),
            reopen: 2,
            subtype: String::new(),
        }
    }
}

impl Asking {
    pub fn check(&self) -> Result<(), Refusal> {
        let fits = |field, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(Refusal::OutOfRange { field, least, most })
            }
        };
        fits("wait_min", self.wait_min, 0, 1_440)?;
        fits("enough", self.enough, 1, 100)?;
        fits("for_one", self.for_one, 1, 20)?;
        fits("answer_min", self.answer_min, 5, 1_440)?;
        fits("waves", self.waves, 1, 20)?;
        fits("reopen", self.reopen, 1, 100)?;
        let named = (1..=60).contains(&self.flow.trim().chars().count());
        if self.calls && !named {
            return Err(Refusal::BadField { field: "flow", most: 60 });
        }
        if self.subtype.chars().count() > 60 {
            return Err(Refusal::BadField { field: "subtype", most: 60 });
        }
        Ok(())
    }
}

/// What is known below one element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// None: accounts of which nobody knows what supplies them.
    #[schema(value_type = Option<String>)]
    pub element: Option<ElementId>,
    pub waiting: i64,
    /// Of those who wait: everybody who is asked before others.
    pub first: i64,
    pub asked: i64,
    pub yes: i64,
    pub no: i64,
    /// Were without, and what was done about it is done.
    pub mended: i64,
    pub silent: i64,
    /// Of the silent: by text message only.
    pub unheard: i64,
    pub unreachable: i64,
}

words! {
    /// What the answers below one element amount to.
    Known {
        /// Somebody is still without.
        Without = "without",
        /// Enough have said that they have it.
        Sure = "sure",
        Open = "open",
        /// Nobody is left who could be asked.
        Silent = "silent",
        /// There is nobody whom one could ask.
        Nobody = "nobody",
    }
}

impl Tally {
    pub fn all(&self) -> i64 {
        self.reachable() + self.unreachable
    }

    fn reachable(&self) -> i64 {
        self.waiting + self.asked + self.yes + self.no + self.mended + self.silent
    }

    /// So many must have said that they have it.
    pub fn need(&self, asking: &Asking) -> i64 {
        i64::from(asking.enough).min(self.reachable())
    }

    /// Whom one could still ask.
    fn left(&self, asking: &Asking) -> i64 {
        self.waiting + if asking.calls { self.unheard } else { 0 }
    }

    pub fn known(&self, asking: &Asking) -> Known {
        if self.no > 0 {
            Known::Without
        } else if self.reachable() == 0 {
            Known::Nobody
        } else if self.first == 0 && self.yes + self.mended >= self.need(asking) {
            Known::Sure
        } else if self.left(asking) + self.asked == 0 {
            Known::Silent
        } else {
            Known::Open
        }
    }

    /// So many more are to be asked now: first whoever comes before others, then as many as answers are missing.
    pub fn wanted(&self, asking: &Asking) -> i64 {
        let missing = (self.need(asking) - self.yes - self.mended).max(0);
        let sample = missing * i64::from(asking.for_one) - self.asked;
        sample.max(self.first).clamp(0, self.left(asking))
    }

    /// So many are without that it looks like an outage of its own.
    pub fn is_proposed(&self, asking: &Asking) -> bool {
        self.no >= i64::from(asking.reopen)
    }
}

/// What follows from all that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everybody is known to have it.
    Sure,
    /// These are to be asked: how many below which element.
    Ask(Vec<(Option<ElementId>, i64)>),
    /// Answers are awaited.
    Wait,
    /// Nobody is left to ask, or somebody is without.
    Stuck,
}

pub fn verdict(tallies: &[Tally], asking: &Asking) -> Verdict {
    let wanted = tallies.iter().map(|one| (one.element, one.wanted(asking)));
    let wanted: Vec<_> = wanted.filter(|(_, many)| *many > 0).collect();
    if !wanted.is_empty() {
        return Verdict::Ask(wanted);
    }
    if tallies.iter().all(|one| matches!(one.known(asking), Known::Sure | Known::Nobody)) {
        return Verdict::Sure;
    }
    if tallies.iter().any(|one| one.asked > 0) { Verdict::Wait } else { Verdict::Stuck }
}

/// What the customer had before him when he wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Have you got it? 1 yes, 2 no.
    Asked,
    /// It is back; if you have not got it, reply 1.
    Told,
}

const NOT: &[&str] = &["没", "无", "未", "不", "停", "还是", "仍"];
const HAVE: &[&str] = &["有", "来了", "来电", "来气", "恢复", "正常", "通了", "好了", "是"];

/// What a text message says; none where only a person can tell.
pub fn answer(text: &str, to: To) -> Option<Answer> {
    let text: String = text
        .chars()
        .map(|c| match c {
            '\u{ff11}' => '1',
            '\u{ff12}' => '2',
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .collect();
    match (text.as_str(), to) {
        ("1", To::Asked) => return Some(Answer::Yes),
        ("1", To::Told) | ("2", _) => return Some(Answer::No),
        _ => {}
    }
    // A long story is for people to read.
    if text.is_empty() || text.chars().count() > 20 || text.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    if NOT.iter().any(|word| text.contains(word)) {
        return Some(Answer::No);
    }
    HAVE.iter().any(|word| text.contains(word)).then_some(Answer::Yes)
}

/// What the keys of a call say: the last that counts.
pub fn keyed<'a>(keys: impl DoubleEndedIterator<Item = &'a str>) -> Option<Answer> {
    keys.rev().find_map(|key| match key {
        "1" => Some(Answer::Yes),
        "2" => Some(Answer::No),
        _ => None,
    })
}

/// One line of what happened with somebody who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub what: What,
    pub how: Option<How>,
    /// Of an agent who heard it.
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    /// A word of what hindered it, the order's number, or what was written.
    pub note: String,
}

words! {
    What {
        Asked = "asked",
        Yes = "yes",
        No = "no",
        /// Said nothing in time.
        Silent = "silent",
        /// It did not reach anybody.
        Failed = "failed",
        Filed = "filed",
        Mended = "mended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(waiting: i64, yes: i64, no: i64, silent: i64) -> Tally {
        Tally { element: Some(ElementId(1)), waiting, yes, no, silent, unheard: silent, ..Tally::default() }
    }

    #[test]
    fn five_who_have_it_and_nobody_without_are_enough_for_a_transformer() {
        let asking = Asking::default();
        assert_eq!(tally(200, 0, 0, 0).wanted(&asking), 10, "two for each answer that is wanted");
        assert_eq!(tally(190, 5, 0, 5).known(&asking), Known::Sure);
        assert_eq!(tally(190, 4, 0, 6).wanted(&asking), 2);
        assert_eq!(tally(190, 9, 1, 0).known(&asking), Known::Without, "one without outweighs all others");
        let mended = Tally { mended: 1, ..tally(190, 4, 0, 0) };
        assert_eq!(mended.known(&asking), Known::Sure, "what was done about it is done");
    }

    #[test]
    fn of_a_small_one_all_are_asked() {
        let asking = Asking::default();
        let small = Tally { unreachable: 2, ..tally(3, 0, 0, 0) };
        assert_eq!((small.need(&asking), small.wanted(&asking), small.all()), (3, 3, 5));
        assert_eq!(tally(0, 3, 0, 0).known(&asking), Known::Sure);
        assert_eq!(tally(0, 2, 0, 1).known(&asking), Known::Silent);
        // With the machine, silence is called.
        let calls = Asking { calls: true, ..Asking::default() };
        assert_eq!((tally(0, 2, 0, 1).known(&calls), tally(0, 2, 0, 1).wanted(&calls)), (Known::Open, 1));
        assert_eq!(Tally { unreachable: 4, ..Tally::default() }.known(&asking), Known::Nobody);
    }

    #[test]
    fn important_customers_and_callers_are_asked_whatever_is_known() {
        let asking = Asking::default();
        let known = Tally { first: 3, ..tally(100, 9, 0, 0) };
        assert_eq!((known.known(&asking), known.wanted(&asking)), (Known::Open, 3));
    }

    #[test]
    fn it_is_sure_when_every_element_is() {
        let asking = Asking::default();
        let (sure, nobody) =
            (tally(90, 5, 0, 0), Tally { element: None, unreachable: 4, ..Tally::default() });
        assert_eq!(verdict(&[sure, nobody], &asking), Verdict::Sure);
        assert_eq!(verdict(&[], &asking), Verdict::Sure, "nobody was affected");
        let waits = Tally { asked: 10, ..tally(90, 0, 0, 0) };
        assert_eq!(verdict(&[sure, waits], &asking), Verdict::Wait);
        assert_eq!(
            verdict(&[sure, tally(90, 0, 0, 0)], &asking),
            Verdict::Ask(vec![(Some(ElementId(1)), 10)])
        );
        assert_eq!(verdict(&[sure, tally(90, 5, 2, 0)], &asking), Verdict::Stuck);
        assert!(tally(0, 0, 2, 0).is_proposed(&asking));
    }

    #[test]
    fn what_customers_write() {
        let both = |text| (answer(text, To::Asked), answer(text, To::Told));
        assert_eq!(both(" 1。"), (Some(Answer::Yes), Some(Answer::No)), "each message says what 1 means");
        assert_eq!(both("２"), (Some(Answer::No), Some(Answer::No)));
        assert_eq!(both("还没有来气"), (Some(Answer::No), Some(Answer::No)));
        assert_eq!(both("有气了，谢谢"), (Some(Answer::Yes), Some(Answer::Yes)));
        assert_eq!(both("12"), (None, None));
        assert_eq!(both("T"), (None, None));
        assert_eq!(keyed(["1", "0", "2"].into_iter()), Some(Answer::No));
        assert_eq!(keyed(["0"].into_iter()), None);
    }
}
