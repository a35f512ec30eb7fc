//! 回单: what a unit says it has done. A text that says nothing is refused (S3: in detail).

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// Cause, action, time, person, what the customer was told, evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What the cause was.
    pub cause: String,
    /// What was done.
    pub action: String,
    /// When it was done.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default)]
    pub done_at: Option<Timestamp>,
    /// Who did it.
    pub person: String,
    /// What the customer was told; empty where he was not spoken with.
    #[serde(default)]
    pub told: String,
    /// What shows it: a measurement, a number of a part, a photo.
    #[serde(default)]
    pub evidence: String,
    /// Of complaints and reports: whether it was as the customer said (属实).
    #[serde(default)]
    pub substantiated: Option<bool>,
}

/// What says nothing by itself. Compared after punctuation and spaces are taken away.
const EMPTY_WORDS: [&str; 26] = [
    "已处理",
    "已解决",
    "已完成",
    "处理完毕",
    "处理完成",
    "已办结",
    "办结",
    "已修复",
    "已修好",
    "已维修",
    "正常",
    "已正常",
    "恢复正常",
    "已恢复",
    "已联系",
    "已联系客户",
    "已回复",
    "已解释",
    "已告知",
    "属实",
    "不属实",
    "同上",
    "无",
    "没有",
    "略",
    "客户满意",
];

/// The fewest characters that can say what was done.
const ACTION_MIN: usize = 8;
const CAUSE_MIN: usize = 4;
const TEXT_MAX: usize = 2_000;
/// A result that is the same, but for this part, as other results of the unit is a template.
pub const ALIKE: f64 = 0.92;

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn says_nothing(text: &str) -> bool {
    let mut rest = bare(text);
    if rest.is_empty() {
        return true;
    }
    // Longer words first: `已联系客户` before `已联系`.
    let mut words = EMPTY_WORDS;
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    for word in words {
        rest = rest.replace(word, "");
    }
    // One thing said again and again is one thing.
    let distinct: std::collections::BTreeSet<char> = rest.chars().collect();
    distinct.len() < 3
}

/// What a result must say, at the field where it is said.
///
/// # Errors
/// [`Refusal::ResultSaysNothing`] naming the first field that does not.
pub fn check(outcome: &Outcome, accepted_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let lacking = |field: &'static str| Err(Refusal::ResultSaysNothing { field });
    let long = [&outcome.cause, &outcome.action, &outcome.person, &outcome.told, &outcome.evidence];
    if long.into_iter().any(|text| text.chars().count() > TEXT_MAX) {
        return Err(Refusal::TooLong { field: "result", most: TEXT_MAX });
    }
    if bare(&outcome.cause).chars().count() < CAUSE_MIN || says_nothing(&outcome.cause) {
        return lacking("cause");
    }
    if bare(&outcome.action).chars().count() < ACTION_MIN || says_nothing(&outcome.action) {
        return lacking("action");
    }
    if bare(&outcome.person).is_empty() {
        return lacking("person");
    }
    match outcome.done_at {
        None => lacking("done_at"),
        Some(at) if at > now || at < accepted_at => Err(Refusal::ImpossibleTime { field: "done_at" }),
        Some(_) => Ok(()),
    }
}

/// Whether a result is one that was given for this order before: word for word after it was refused, or nearly so after the
/// order was taken up again.
pub fn says_the_same(before: &Outcome, given: &Outcome, reopened_at: Option<Timestamp>) -> bool {
    let text = |outcome: &Outcome| format!("{}{}", outcome.cause, outcome.action);
    let earlier = before.done_at.zip(reopened_at).is_some_and(|(done, reopened)| done < reopened);
    before == given || earlier && likeness(&text(before), &text(given)) >= ALIKE
}

/// How alike two texts are, 0 to 1: the share of pairs of characters they have in common (Dice).
pub fn likeness(one: &str, other: &str) -> f64 {
    fn pairs(text: &str) -> Vec<(char, char)> {
        let chars: Vec<char> = bare(text).chars().collect();
        let mut pairs: Vec<(char, char)> =
            chars.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?))).collect();
        pairs.sort_unstable();
        pairs
    }
    let (a, b) = (pairs(one), pairs(other));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut i, mut j, mut common) = (0, 0, 0_u32);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    2.0 * f64::from(common) / (a.len() + b.len()) as f64
}
