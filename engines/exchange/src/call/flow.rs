//! The caller in a menu, or in the survey after a conversation.

use kernel::{Engine, FlowId, PersonId};

use super::{Call, InFlow, Message, State};
use crate::Effect;
use crate::cx::Cx;
use crate::fact::{Moved, Party, What};
use crate::line::{EndCause, PlayMode};

impl Call {
    pub(super) fn enter_flow(&mut self, cx: &mut Cx, flow: Option<FlowId>) -> State {
        flow.and_then(|flow| self.start_flow(cx, flow, None)).unwrap_or_else(|| {
            let sorry = cx.config.phrases.must_end.clone();
            self.close(cx, &sorry, Party::System)
        })
    }

    /// None when there is no such flow.
    pub(super) fn start_flow(
        &mut self,
        cx: &mut Cx,
        flow: FlowId,
        survey_of: Option<PersonId>,
    ) -> Option<State> {
        let definition = cx.config.flows.get(&flow)?.clone();
        match survey_of {
            Some(agent) => cx.fact(What::Asked { call: self.id, agent }),
            None => cx.fact(What::FlowEntered { call: self.id, flow, version: definition.version }),
        }
        self.stop_recording(cx);
        let number = Some(self.who().number).filter(|number| !number.is_empty());
        let caller = ivr::Caller { number, called: self.to.clone() };
        let mut effects = Vec::new();
        let session =
            Box::new(ivr::Session::start_with(definition, caller, self.values.clone(), cx.now, &mut effects));
        Some(self.carry_out(cx, InFlow { session, survey_of }, effects))
    }

    pub(super) fn in_flow(&mut self, cx: &mut Cx, mut flow: InFlow, input: ivr::Input) -> State {
        let mut effects = Vec::new();
        flow.session.handle(cx.now, input, &mut effects);
        self.carry_out(cx, flow, effects)
    }

    pub(super) fn wake_flow(&mut self, cx: &mut Cx, mut flow: InFlow) -> State {
        let mut effects = Vec::new();
        if flow.session.deadline().is_some_and(|deadline| deadline <= cx.now) {
            flow.session.wake(cx.now, &mut effects);
        }
        self.carry_out(cx, flow, effects)
    }

    fn carry_out(&mut self, cx: &mut Cx, flow: InFlow, effects: Vec<ivr::Effect>) -> State {
        let call = self.id;
        for effect in effects {
            match effect {
                ivr::Effect::Play { sounds } => {
                    self.play(cx, &sounds, PlayMode::Once);
                }
                ivr::Effect::StopPlaying => self.hush(cx),
                // The nodes a caller walks through are for the menu's own figures, not for the call's record.
                ivr::Effect::Visited { .. } => {}
                ivr::Effect::Chosen { node, key } => cx.fact(What::MenuChosen { call, node, key }),
                ivr::Effect::Served { node } => cx.fact(What::SelfServed { call, node }),
                ivr::Effect::Closed { node } => cx.fact(What::FoundClosed { call, node }),
                ivr::Effect::LookUp { key, argument } => {
                    cx.out.push(Effect::LookUp { call, key, argument });
                }
                ivr::Effect::Announced { node, subject, revision, own } => {
                    cx.fact(What::Announced { call, node, subject, revision, own });
                }
                ivr::Effect::Heard { node } => cx.fact(What::AnnouncementHeard { call, node }),
                ivr::Effect::WantsToBeTold { node, subject, revision } => {
                    let number = self.who().number;
                    cx.fact(What::WantsToBeTold { call, node, number, subject, revision });
                }
                ivr::Effect::Rated { score } => {
                    if let Some(agent) = flow.survey_of.or(self.served_by) {
                        cx.fact(What::Rated { call, agent, score });
                    }
                }
                ivr::Effect::Voicemail { queue, max } => {
                    return self
                        .beep(cx, Message { queue: Some(queue), max, started: None, back: Some(flow) });
                }
                ivr::Effect::Record { max } => {
                    return self.beep(cx, Message { queue: None, max, started: None, back: Some(flow) });
                }
                ivr::Effect::CallBack { queue, number } => {
                    let queue = self.asked_for(cx, queue);
                    let number = number.unwrap_or_else(|| self.who().number);
                    self.keep_place_before_queue(cx, queue, &number);
                    cx.fact(What::CallbackAsked { call, queue, number });
                }
                ivr::Effect::Queue { queue, urgent } => {
                    self.urgent |= urgent;
                    let queue = self.asked_for(cx, queue);
                    if let Some(held_back) = self.held_back(cx, queue) {
                        return held_back;
                    }
                    return self.ask_for_agent(cx, queue, &[], None);
                }
                ivr::Effect::HangUp => {
                    return self.end(cx, State::InFlow(flow), Party::System, EndCause::Ours);
                }
                ivr::Effect::Refused => cx.stray(format!("call {call}: the menu did not expect this")),
            }
        }
        State::InFlow(flow)
    }

    pub(super) fn moved_fact(&mut self, cx: &mut Cx, to: kernel::QueueId, why: Moved) {
        if let Some(from) = self.queue {
            cx.fact(What::QueueMoved { call: self.id, from, to, why });
        }
    }
}
