//! Important customers are telephoned seven days and one day before (O4): which days, and what came of it.

use jiff::civil::Date;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, words};

/// A call that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Days before the start that it stands for.
    pub days: i8,
    pub on: Date,
    /// The day it should have been has passed.
    pub late: bool,
}

/// The days of the calls for an outage that starts on a day and became known on another.
pub fn owed(starts: Date, known: Date) -> Vec<Owed> {
    let on = |days: i8| {
        let day = starts.checked_sub(jiff::Span::new().days(i64::from(days))).unwrap_or(starts);
        Owed { days, on: day.max(known), late: day < known }
    };
    let (week, day) = (on(7), on(1));
    // Known so late that both fall on one day: one call tells both.
    if week.on == day.on { vec![day] } else { vec![week, day] }
}

words! {
    Outcome {
        /// Told, and the name of who was told is kept.
        Reached = "reached",
        NoAnswer = "no_answer",
        Busy = "busy",
        WrongNumber = "wrong_number",
        /// Told by another way; the note says which.
        Otherwise = "otherwise",
    }
}
words! { Standing { Open = "open", Reached = "reached", GivenUp = "given_up", NotNeeded = "not_needed" } }

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub by: PersonId,
    pub outcome: Outcome,
    pub note: String,
}

impl Attempt {
    /// Somebody was told by it.
    pub fn told(&self) -> bool {
        matches!(self.outcome, Outcome::Reached | Outcome::Otherwise)
    }
}

const NOTE_MAX: usize = 200;
/// After so many in vain somebody goes there, and it is off the list.
pub const ATTEMPTS: usize = 5;

/// Written down for the machine.
pub const MACHINE: PersonId = PersonId(0);

/// Whom the machine calls; what it does not reach stays with people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Machine {
    /// Important customers, seven days and one day before.
    pub important: bool,
    /// The published flow that they hear: any of `confirm` is a confirmation.
    pub flow: String,
    /// Liaisons of whom there is no receipt.
    pub liaisons: bool,
    pub liaison_flow: String,
    /// After so many attempts people call.
    pub attempts: u32,
}

impl Default for Machine {
    fn default() -> Self {
        Machine {
            important: false,
            flow: "outage_important".into(),
            liaisons: false,
            liaison_flow: "outage_liaison".into(),
            attempts: 3,
        }
    }
}

impl Machine {
    pub fn check(&self) -> Result<(), Refusal> {
        for (on, field, flow) in
            [(self.important, "flow", &self.flow), (self.liaisons, "liaison_flow", &self.liaison_flow)]
        {
            if on && !(1..=60).contains(&flow.trim().chars().count()) {
                return Err(Refusal::BadField { field, most: 60 });
            }
        }
        if !(1..=5).contains(&self.attempts) {
            return Err(Refusal::OutOfRange { field: "attempts", least: 1, most: 5 });
        }
        Ok(())
    }
}

/// What the machine has to do with a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByMachine {
    #[default]
    No,
    /// It calls, under this name.
    Calling(String),
    /// It has tried: people go on.
    Done,
}

impl ByMachine {
    /// As it is kept.
    pub fn kept(&self) -> &str {
        match self {
            ByMachine::No => "",
            ByMachine::Calling(once) => once,
            ByMachine::Done => "done",
        }
    }

    pub fn of(kept: &str) -> ByMachine {
        match kept {
            "" => ByMachine::No,
            "done" => ByMachine::Done,
            once => ByMachine::Calling(once.to_owned()),
        }
    }

    pub const fn word(&self) -> &'static str {
        match self {
            ByMachine::No => "no",
            ByMachine::Calling(_) => "calling",
            ByMachine::Done => "done",
        }
    }
}

/// What the call stands at after one more attempt.
pub fn attempted(
    standing: Standing,
    attempts: &[Attempt],
    next: &Attempt,
) -> Result<(Standing, Vec<Attempt>), Refusal> {
    if standing != Standing::Open {
        return Err(Refusal::CallDone);
    }
    let long = next.note.chars().count();
    if long > NOTE_MAX || (next.outcome == Outcome::Otherwise && long == 0) {
        return Err(Refusal::BadField { field: "note", most: NOTE_MAX });
    }
    let mut all = attempts.to_vec();
    all.push(next.clone());
    // What was tried before he was told something else does not count against him.
    let in_vain = all.iter().rev().take_while(|one| !one.told()).count();
    let standing = match next.outcome {
        Outcome::Reached | Outcome::Otherwise => Standing::Reached,
        _ if in_vain >= ATTEMPTS => Standing::GivenUp,
        _ => Standing::Open,
    };
    Ok((standing, all))
}
