//! What a platform says about a ticket afterwards, and which acts upon the order that is.

use kernel::Timestamp;
use work_orders::rules::Act;
use work_orders::rules::order::{Grade, State, SupervisionReason, UrgedBy};

use super::reading::Reading;
use super::{Asked, Extension, HandBack, Refusal, Stage, Ticket};

/// So often a hand-back may be refused; then the ticket stays (domain reference 3.2: at most twice).
pub const HAND_BACKS_MAX: u8 = 2;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Theirs: said twice it is done once.
    pub id: String,
    pub ticket: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// 催办
    Urge {
        words: String,
        new_facts: bool,
    },
    /// 督办
    Supervise {
        grade: Grade,
        action: String,
    },
    /// 不满意、未办结，退回重办
    SendBack {
        why: String,
        answer_by: Option<Timestamp>,
    },
    /// 撤单
    Cancel {
        why: String,
    },
    /// 同意延期
    ExtensionGranted {
        until: Option<Timestamp>,
        why: String,
    },
    ExtensionRefused {
        why: String,
    },
    /// 同意退单
    HandBackGranted {
        why: String,
    },
    /// 不同意退单, for good where it is a ruling (裁定)
    HandBackRefused {
        why: String,
        binding: bool,
    },
    /// What the caller has told the platform since.
    Addition {
        text: String,
    },
}

const KINDS: &[(&str, u8)] = &[
    ("", 0),
    ("urge", 1),
    ("supervise", 2),
    ("send_back", 3),
    ("cancel", 4),
    ("extension_granted", 5),
    ("extension_refused", 6),
    ("hand_back_granted", 7),
    ("hand_back_refused", 8),
    ("addition", 9),
];
const GRADES: &[(&str, Grade)] =
    &[("daily", Grade::Daily), ("listed", Grade::Listed), ("summoned", Grade::Summoned)];

impl Message {
    /// # Errors
    /// [`Refusal::Unreadable`], or [`Refusal::Incomplete`] with everything that is wrong.
    pub fn read(body: &[u8]) -> Result<Message, Refusal> {
        let mut from = Reading::of(body)?;
        let (id, ticket) = (from.code("message", true), from.code("ticket", true));
        let kind = from.word("kind", KINDS);
        let what = match kind {
            Some(1) => What::Urge { words: from.text("words", 2, 500), new_facts: from.flag("new_facts") },
            Some(2) => What::Supervise {
                grade: from.word("grade", GRADES).unwrap_or(Grade::Daily),
                action: from.text("action", 4, 500),
            },
            Some(3) => What::SendBack { why: from.text("why", 4, 500), answer_by: from.at("answer_by") },
            Some(4) => What::Cancel { why: from.text("why", 4, 200) },
            Some(5) => What::ExtensionGranted { until: from.at("until"), why: from.text("why", 0, 200) },
            Some(6) => What::ExtensionRefused { why: from.text("why", 2, 200) },
            Some(7) => What::HandBackGranted { why: from.text("why", 0, 200) },
            Some(8) => What::HandBackRefused { why: from.text("why", 2, 200), binding: from.flag("binding") },
            Some(9) => What::Addition { text: from.text("text", 2, 900) },
            Some(_) => {
                from.fault("kind", "missing");
                What::Addition { text: String::new() }
            }
            // The other fields are not looked at: which of them belong here is not known.
            None => {
                return Err(Refusal::Incomplete {
                    faults: vec![work_orders::rules::Fault { field: "kind".into(), why: "unknown" }],
                });
            }
        };
        from.done()?;
        Ok(Message { id, ticket, what })
    }
}

impl What {
    pub fn kind(&self) -> &'static str {
        match self {
            What::Urge { .. } => "urge",
            What::Supervise { .. } => "supervise",
            What::SendBack { .. } => "send_back",
            What::Cancel { .. } => "cancel",
            What::ExtensionGranted { .. } => "extension_granted",
            What::ExtensionRefused { .. } => "extension_refused",
            What::HandBackGranted { .. } => "hand_back_granted",
            What::HandBackRefused { .. } => "hand_back_refused",
            What::Addition { .. } => "addition",
        }
    }
}

/// What becomes of the ticket, and what is done to the order because of it.
///
/// # Errors
/// A [`Refusal`] that the platform can act on; nothing has changed then.
pub fn decide(
    ticket: &Ticket,
    what: &What,
    state: &State,
    now: Timestamp,
) -> Result<(Ticket, Vec<Act>), Refusal> {
    if matches!(ticket.stage, Stage::Cancelled | Stage::HandedBack) {
        return Err(Refusal::Over { stage: ticket.stage.as_str() });
    }
    let mut next = ticket.clone();
    let note = |text: String| Act::Note { text };
    let limit = |step, until, reason: &str| Act::Limit { step, until, reason: reason.to_owned() };
    let acts = match what {
        What::Urge { words, new_facts } => {
            next.urged = true;
            let (by, words, promise) = (UrgedBy::Customer, format!("12345 催办：{words}"), String::new());
            vec![Act::Urge { by, words: cut(words, 500), promise, new_facts: *new_facts }]
        }
        What::Supervise { grade, action } => {
            next.supervised = true;
            let reason = SupervisionReason::Ordered;
            vec![Act::Supervise {
                grade: *grade, reason, action: cut(format!("12345 督办：{action}"), 500)
            }]
        }
        What::SendBack { why, answer_by } => {
            // Before the result there is nothing to be dissatisfied with.
            if !matches!(state, State::ToCallBack { .. } | State::Closed { .. }) {
                return Err(Refusal::WrongState { state: state.word() });
            }
            next.stage = Stage::Signed;
            next.resulted_at = None;
            next.sent_back = next.sent_back.saturating_add(1);
            next.own_doing = next.own_doing.saturating_add(1);
            next.extension = None;
            let mut acts =
                vec![Act::Reopen { why: cut(format!("12345 退回重办：{why}"), 500), automatic: true }];
            next.limits.answer_by = *answer_by;
            acts.extend(answer_by.map(|until| limit(deadlines::Step::Answer, until, "12345 退回重办限时")));
            acts
        }
        What::Cancel { why } => {
            if !state.is_open() {
                return Err(Refusal::WrongState { state: state.word() });
            }
            next.stage = Stage::Cancelled;
            vec![Act::Void { why: cut(format!("12345 撤单：{why}"), 200) }]
        }
        What::ExtensionGranted { until, why } => {
            let asked = asked(ticket)?;
            let until = until.unwrap_or(asked.until);
            if until <= now {
                return Err(Refusal::NotLater);
            }
            next.limits.answer_by = Some(until);
            next.extension =
                Some(Extension { state: Asked::Granted, until, answer: why.clone(), ..asked.clone() });
            let said = note(cut(format!("12345 同意延期。{why}"), 1_000));
            if state.is_open() {
                vec![limit(deadlines::Step::Answer, until, "12345 同意延期"), said]
            } else {
                vec![said]
            }
        }
        What::ExtensionRefused { why } => {
            let asked = asked(ticket)?;
            next.extension = Some(Extension { state: Asked::Refused, answer: why.clone(), ..asked.clone() });
            vec![note(format!("12345 不同意延期：{why}"))]
        }
        What::HandBackGranted { why } => {
            let asked = handed(ticket)?;
            next.stage = Stage::HandedBack;
            next.hand_back = Some(HandBack { state: Asked::Granted, answer: why.clone(), ..asked.clone() });
            let said = cut(format!("12345 同意退单。{why}"), 200);
            if state.is_open() { vec![Act::Void { why: said }] } else { vec![note(said)] }
        }
        What::HandBackRefused { why, binding } => {
            let asked = handed(ticket)?;
            next.hand_backs_refused = next.hand_backs_refused.saturating_add(1);
            next.bound |= *binding;
            next.hand_back = Some(HandBack { state: Asked::Refused, answer: why.clone(), ..asked.clone() });
            vec![note(format!("12345 不同意退单：{why}"))]
        }
        What::Addition { text } => vec![note(format!("12345 补充：{text}"))],
    };
    Ok((next, acts))
}

fn asked(ticket: &Ticket) -> Result<&Extension, Refusal> {
    ticket.extension.as_ref().filter(|one| one.state == Asked::Waiting).ok_or(Refusal::NothingAsked)
}

fn handed(ticket: &Ticket) -> Result<&HandBack, Refusal> {
    ticket.hand_back.as_ref().filter(|one| one.state == Asked::Waiting).ok_or(Refusal::NothingAsked)
}

fn cut(text: String, most: usize) -> String {
    text.chars().take(most).collect()
}
