//! Who may know who reported a matter, and what of an order's texts everybody else is shown.

use kernel::PersonId;
use kernel::mask::in_text;

use super::act::Act;
use super::decide::{Asker, Power};
use super::order::{Attachment, Matter, Order, Privacy, Supervision, Urge};
use super::result::Outcome;

/// Whether the matter is about whoever asks.
pub fn is_about(order: &Order, asker: &Asker) -> bool {
    asker.person.is_some() && order.matter.about == asker.person
}

/// Whether a unit of this person has it, or ever had it: who was reported may be found there, whoever has it now.
fn was_with(order: &Order, asker: &Asker) -> bool {
    order.state.unit().iter().chain(&order.units).any(|unit| asker.units.contains(unit))
}

/// Whether somebody may know who it was: names, numbers, the call. Never whom it is about.
pub fn may_know(order: &Order, asker: &Asker) -> bool {
    if is_about(order, asker) {
        return false;
    }
    let accepted = asker.person.is_some() && order.accepted_by == asker.person;
    match order.matter.privacy {
        Privacy::Open => true,
        Privacy::Confidential | Privacy::Anonymous => {
            accepted || asker.has(Power::Supervise) && !was_with(order, asker)
        }
    }
}

/// Whether somebody needs the number and the address: to go there, to call back.
pub fn works_on(order: &Order, asker: &Asker) -> bool {
    asker.has(Power::Handle)
        && order.state.is_open()
        && order.state.unit().is_some_and(|unit| asker.units.contains(&unit))
        && !is_about(order, asker)
}

/// Whether somebody may open a file of the order: who attached it, who works on it, who may see numbers whole. Pictures
/// show what no mask covers, so that who may not know opens nothing but what is of one's own.
pub fn may_open(order: &Order, asker: &Asker, attached_by: Option<PersonId>) -> bool {
    let own = asker.person.is_some() && attached_by == asker.person;
    let needs = works_on(order, asker) || asker.has(Power::Unmask);
    !is_about(order, asker) && (own || needs && may_know(order, asker))
}

/// The matter for this person: whole for who must go there or call back, hidden where nobody may know.
pub fn matter(order: &Order, asker: &Asker, whole: bool) -> Matter {
    let mut matter = order.matter.clone();
    let knows = may_know(order, asker);
    if whole && knows {
        return matter;
    }
    matter.content = in_text(&matter.content);
    for value in matter.fields.values_mut() {
        *value = in_text(value);
    }
    if knows {
        matter.contact.name = kernel::mask::name(&matter.contact.name);
        matter.contact.phone = kernel::mask::phone(&matter.contact.phone);
        matter.address = kernel::mask::address(&matter.address);
    } else {
        matter.contact = Default::default();
        matter.customer = None;
        matter.call = None;
        matter.address = String::new();
    }
    matter
}

/// What somebody wrote; numbers in it are hidden from whoever does not need them.
pub trait Written {
    fn texts_mut(&mut self) -> Vec<&mut String>;

    fn masked(mut self) -> Self
    where
        Self: Sized,
    {
        for text in self.texts_mut() {
            *text = in_text(text);
        }
        self
    }
}

impl Written for Outcome {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.cause, &mut self.action, &mut self.person, &mut self.told, &mut self.evidence]
    }
}

impl Written for Urge {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        [&mut self.words, &mut self.promise].into_iter().chain(&mut self.answer).collect()
    }
}

impl Written for Supervision {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        [&mut self.action].into_iter().chain(&mut self.reply).chain(&mut self.evaluation).collect()
    }
}

impl Written for Attachment {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.name]
    }
}

impl Written for Act {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Act::Dispatch { note: text, .. }
            | Act::Redispatch { why: text, .. }
            | Act::SendBack { note: text, .. }
            | Act::Estimate { reason: text, .. }
            | Act::Contact { words: text }
            | Act::Suspend { reason: text, .. }
            | Act::Extend { reason: text, .. }
            | Act::RefuseTime { reason: text }
            | Act::Limit { reason: text, .. }
            | Act::Approve { note: text }
            | Act::RefuseResult { why: text }
            | Act::Close { note: text, .. }
            | Act::Reopen { why: text, .. }
            | Act::Void { why: text }
            | Act::AnswerUrge { words: text }
            | Act::Supervise { action: text, .. }
            | Act::ReplySupervision { reply: text }
            | Act::EvaluateSupervision { evaluation: text }
            | Act::Note { text } => vec![text],
            Act::Urge { words, promise, .. } => vec![words, promise],
            Act::AskTime { reason, told, .. } => vec![reason, told],
            Act::GiveResult { result } => result.texts_mut(),
            Act::Attach { attachment } => attachment.texts_mut(),
            Act::Correct { matter, why } => {
                [&mut matter.content, why].into_iter().chain(matter.fields.values_mut()).collect()
            }
            Act::Take { .. }
            | Act::Assign { .. }
            | Act::Leave { .. }
            | Act::Arrive { .. }
            | Act::Begin
            | Act::Resume
            | Act::Review
            | Act::Merge { .. }
            | Act::Follow
            | Act::Part
            | Act::Untold { .. } => Vec::new(),
        }
    }
}
