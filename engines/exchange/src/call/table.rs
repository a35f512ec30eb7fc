//! The table of transitions of a call.

use super::happening::Happening;
use super::{Call, Listens, Stage, State, With};
use crate::Refused;
use crate::cx::Cx;
use crate::fact::{FlowOut, Mark, Moved, Party, What};
use crate::line::{Command, EndCause, PlayOutcome};

impl Call {
    /// The table of transitions. What is not in it is refused and changes nothing.
    pub(super) fn next(&mut self, cx: &mut Cx, state: State, happening: Happening) -> State {
        use Happening as H;
        use State as S;
        match (state, happening) {
            (state @ S::Ended { .. }, _) => state,

            // In every state.
            (state, H::CallerGone(cause)) => {
                let by = if cause == EndCause::FarEnd { Party::Caller } else { Party::System };
                self.end(cx, state, by, cause)
            }
            (state, H::CallerSilent) => self.end(cx, state, Party::System, EndCause::Lost),
            (state, H::ColleagueHangsUp) => self.end(cx, state, Party::Caller, EndCause::Ours),
            (state, H::End) => self.end(cx, state, Party::System, EndCause::Ours),
            (S::Closing { by, until }, H::Wake) => match cx.now >= until {
                true => self.end(cx, S::Closing { by, until }, by, EndCause::Ours),
                false => S::Closing { by, until },
            },
            (state, H::Wake)
                if self.away && self.promised_in.is_some() && cx.now < self.arrived + super::PROMISE_MAX =>
            {
                state
            }
            (state, H::Wake) if cx.now >= self.arrived + cx.config.limits.call_max => {
                self.too_long(cx, state)
            }

            (S::Arriving, H::CallerAnswered) => {
                cx.fact(What::CallAnswered { call: self.id });
                self.enter_flow(cx, self.home)
            }

            (S::CallingOut { listens }, H::CallerAnswered) => self.called_answered(cx, listens),
            (S::CallingOut { listens: Listens::Now { .. } }, H::Judged(answerer)) => {
                self.judged(cx, answerer)
            }
            (S::CallingOut { listens: Listens::Now { until } }, H::Wake) if cx.now >= until => {
                self.enter_flow(cx, self.home)
            }
            // Whoever presses a key is a person.
            (S::CallingOut { listens: Listens::Now { .. } }, H::Digit(digit)) => {
                let state = self.enter_flow(cx, self.home);
                self.next(cx, state, H::Digit(digit))
            }

            (S::Dialling(dialling), H::CallerRings) => {
                if !dialling.from_desk {
                    cx.line(Command::Ring { leg: dialling.leg });
                }
                S::Dialling(dialling)
            }
            (S::Dialling(dialling), H::CallerAnswered) => self.far_answered(cx, dialling),
            (S::Dialling(mut dialling), H::OtherAnswered(leg)) if dialling.leg == leg => {
                match std::mem::replace(&mut dialling.stage, Stage::Far) {
                    Stage::Own(far) => self.own_answered(cx, dialling, far),
                    Stage::Answered => self.converse(cx, dialling),
                    Stage::Far => S::Dialling(dialling),
                }
            }
            (S::Dialling(dialling), H::OtherGone(leg, cause)) if dialling.leg == leg => {
                let by = if cause == EndCause::FarEnd { Party::Agent } else { Party::System };
                self.end(cx, S::Dialling(dialling), by, cause)
            }
            (S::Dialling(dialling), H::HangUp) => {
                self.end(cx, S::Dialling(dialling), Party::Agent, EndCause::Ours)
            }

            (S::InFlow(flow), H::Digit(digit)) => self.in_flow(cx, flow, ivr::Input::Digit(digit)),
            (S::InFlow(flow), H::Played(_)) => self.in_flow(cx, flow, ivr::Input::Played),
            (S::InFlow(flow), H::LookedUp { key, answer }) => {
                self.in_flow(cx, flow, ivr::Input::LookedUp { key, answer })
            }
            (S::InFlow(flow), H::Wake) => self.wake_flow(cx, flow),
            (S::InFlow(flow), H::MoveTo(queue)) if flow.survey_of.is_none() => {
                self.ask_for_agent(cx, queue, &[], None)
            }

            (S::InQueue(waiting), H::Played(_)) => self.notice_ended(cx, waiting),
            (S::InQueue(waiting), H::Digit(digit)) => self.key_while_waiting(cx, waiting, digit),
            (S::InQueue(waiting), H::Offer { agent, queue, until }) => {
                self.offer(cx, waiting, agent, queue, until)
            }
            (S::InQueue(waiting), H::Withdraw { agent, why }) => self.withdraw(cx, waiting, agent, why),
            (S::InQueue(waiting), H::Announce { position, wait }) => {
                self.announce_position(cx, waiting, position, wait)
            }
            (state @ S::InQueue(_), H::NotQueued) if self.away => self.place_lost(cx, state),
            (state @ S::InQueue(_), H::Overflowed { how: acd::Overflowed::By(how), stays })
                if self.away && !matches!(how, acd::Overflow::Queue(_)) =>
            {
                if stays {
                    state
                } else {
                    self.place_lost(cx, state)
                }
            }
            (S::InQueue(waiting), H::Overflowed { how, stays }) => self.overflowed(cx, waiting, how, stays),
            (S::InQueue(waiting), H::NotQueued) => {
                self.flowed_out(cx, waiting.queue, FlowOut::Message);
                self.close(cx, &cx.config.phrases.must_end.clone(), Party::System)
            }
            (S::InQueue(waiting), H::MoveTo(queue)) => {
                if queue != waiting.queue {
                    cx.acd.push_back(acd::Input::Move { call: self.id, to: queue });
                }
                S::InQueue(waiting)
            }
            (S::InQueue(waiting), H::Moved(queue)) => self.moved_to(cx, waiting, queue, Moved::Leader),
            (state, H::NotMoved) => state,
            (S::InQueue(waiting), H::GiveTo { agent, by }) => {
                cx.acd.push_back(acd::Input::Give { call: self.id, to: agent, by });
                S::InQueue(waiting)
            }
            (S::InQueue(waiting), H::OtherAnswered(leg)) if waiting.rings(leg) => self.connect(cx, waiting),
            (S::InQueue(waiting), H::OtherGone(leg, cause)) if waiting.rings(leg) => {
                self.offer_failed(cx, waiting, cause)
            }
            (S::InQueue(waiting), H::Decline) if waiting.offer.is_some() => {
                self.offer_failed(cx, waiting, EndCause::Declined)
            }

            (S::Announcing(talk), H::Played(outcome)) => {
                let whole = outcome == PlayOutcome::Finished;
                self.announced(cx, talk, whole)
            }
            (S::Announcing(mut talk), H::OtherHeld(leg, held)) if talk.leg == leg => {
                talk.hold_pending = held;
                S::Announcing(talk)
            }
            (S::Announcing(talk), H::OtherGone(leg, cause)) if talk.leg == leg => {
                // Nobody has talked with the caller yet, whoever hung up.
                self.number_announced(cx, &talk, false);
                if cause == EndCause::Lost {
                    self.hush(cx);
                    return self.park(cx, talk);
                }
                let by = if cause == EndCause::FarEnd { Party::Agent } else { Party::System };
                self.agent_lost(cx, talk, by)
            }
            (S::Announcing(mut talk), H::Mute(muted)) => {
                talk.muted = muted;
                S::Announcing(talk)
            }
            // The agent does not want to wait for the announcement.
            (
                S::Announcing(talk),
                act @ (H::Hold
                | H::Resume
                | H::HangUp
                | H::Transfer(_)
                | H::Consult(_)
                | H::CollectSecret
                | H::MoveTo(_)
                | H::PauseRecording
                | H::ResumeRecording),
            ) => {
                self.hush(cx);
                let state = self.announced(cx, talk, false);
                self.next(cx, state, act)
            }

            (S::Talking(talk), H::OtherHeld(leg, held)) if talk.leg == leg => {
                self.attend(cx, talk, |talk| talk.held_by_phone = held)
            }
            (S::Talking(talk), H::Hold) => self.attend(cx, talk, |talk| talk.held_by_desk = true),
            (S::Talking(talk), H::Resume) => self.attend(cx, talk, |talk| talk.held_by_desk = false),
            (S::Talking(talk), H::HangUp) => self.agent_hung_up(cx, talk),
            (S::Talking(talk), H::OtherGone(leg, cause)) if talk.leg == leg => match cause {
                EndCause::FarEnd => self.agent_hung_up(cx, talk),
                EndCause::Lost => self.park(cx, talk),
                _ => self.agent_lost(cx, talk, Party::System),
            },
            (S::Talking(talk), H::Transfer(to)) => self.transfer(cx, talk, to),
            (S::Talking(talk), H::MoveTo(queue)) if talk.with.is_none() => {
                self.part(cx, &talk, Party::System);
                self.join(cx, queue, Moved::Leader, &[], None)
            }
            (S::Talking(mut talk), H::Mute(muted)) => {
                talk.muted = muted;
                S::Talking(talk)
            }
            (S::Talking(talk), H::CollectSecret) => self.collect_secret(cx, talk),
            (S::Talking(talk), H::EndSecret) => self.end_secret(cx, talk),
            (S::Talking(mut talk), H::Digit(_)) if talk.secret.is_some() => {
                talk.secret = talk.secret.map(|count| count.saturating_add(1));
                S::Talking(talk)
            }

            // A third is asked in.
            (S::Talking(talk), H::Consult(to)) => self.consult(cx, talk, to),
            (S::Talking(talk), H::Offer { agent, queue, until }) => {
                self.offer_third(cx, talk, agent, queue, until)
            }
            (S::Talking(talk), H::Withdraw { agent, why }) => self.withdraw_third(cx, talk, agent, why),
            (S::Talking(talk), H::OtherAnswered(leg))
                if talk.third.as_ref().is_some_and(|third| third.rings(leg)) =>
            {
                self.third_answered(cx, talk, leg)
            }
            (S::Talking(talk), H::OtherGone(leg, cause))
                if talk.third.as_ref().is_some_and(|third| third.leg() == Some(leg)) =>
            {
                self.third_gone(cx, talk, cause)
            }
            (S::Talking(talk), H::Decline) if talk.third.is_some() && talk.third_up().is_none() => {
                self.third_gone(cx, talk, EndCause::Declined)
            }
            (S::Talking(talk), H::ThirdHangsUp) if talk.third_up().is_some() => {
                self.drop_third(cx, talk, Party::Third)
            }
            (S::Talking(mut talk), H::ThirdMutes(muted)) => {
                if let Some(third) = &mut talk.third {
                    third.muted = muted;
                }
                S::Talking(talk)
            }
            // The queue that was asked has nobody.
            (S::Talking(talk), H::NotQueued) if talk.third.is_some() => self.third_sent_away(cx, talk),
            (S::Talking(talk), H::Overflowed { how, stays }) => match how {
                acd::Overflowed::To(_) | acd::Overflowed::By(acd::Overflow::Queue(_)) => S::Talking(talk),
                acd::Overflowed::By(_) if stays => S::Talking(talk),
                acd::Overflowed::By(_) => self.third_sent_away(cx, talk),
            },
            (S::Talking(talk), H::DropThird) if talk.third.is_some() => {
                self.drop_third(cx, talk, Party::Agent)
            }
            (S::Talking(talk), H::Swap) if talk.third_up().is_some() => {
                self.attend(cx, talk, |talk| match talk.third_up() {
                    Some((_, With::Third)) => talk.with_third(With::Customer),
                    Some((_, With::Customer)) => talk.with_third(With::Third),
                    _ => {}
                })
            }
            (S::Talking(talk), H::Conference) if talk.third_up().is_some() => {
                cx.fact(What::ConferenceStarted { call: self.id });
                self.mark(cx, Mark::ConferenceStarted);
                self.attend(cx, talk, |talk| talk.with_third(With::All))
            }
            (S::Talking(talk), H::HandOver) if talk.third_up().is_some() => {
                self.hand_over(cx, talk, Party::Agent, false)
            }
            (S::Talking(talk), H::PauseRecording) => {
                self.pause_recording(cx);
                S::Talking(talk)
            }
            (S::Talking(talk), H::ResumeRecording) if talk.secret.is_none() => {
                self.resume_recording(cx);
                S::Talking(talk)
            }

            (S::Parked(parked), H::Played(_)) => self.phrase_said(cx, parked),
            (S::Parked(mut parked), H::PhoneBack) => {
                self.ring_again(cx, &mut parked);
                S::Parked(parked)
            }
            (S::Parked(parked), H::OtherAnswered(leg)) if parked.leg == Some(leg) => {
                self.rejoin(cx, *parked, leg)
            }
            // It is tried again when the telephone says that it is there.
            (S::Parked(mut parked), H::OtherGone(leg, _)) if parked.leg == Some(leg) => {
                parked.leg = None;
                S::Parked(parked)
            }
            (S::Parked(parked), H::Wake) if cx.now >= parked.until => self.give_up_waiting(cx, *parked),
            (S::Parked(parked), H::HangUp) => self.parked_ended(cx, *parked),
            (S::Parked(parked), H::MoveTo(queue)) => {
                if let Some(leg) = parked.leg {
                    cx.hang_up(leg);
                }
                self.part_as(cx, &parked.talk, Party::System, true);
                self.join(cx, queue, Moved::Leader, &[], None)
            }

            (S::Reaching { leg: ours }, H::OtherAnswered(leg)) if leg == ours => {
                self.hush(cx);
                S::Outside { leg }
            }
            (S::Reaching { leg: ours }, H::OtherGone(leg, _)) if leg == ours => self.not_reached(cx),
            (S::Outside { leg: ours }, H::OtherGone(leg, cause)) if leg == ours => {
                let by = if cause == EndCause::FarEnd { Party::Third } else { Party::System };
                self.end(cx, S::Outside { leg: ours }, by, cause)
            }

            (S::LeavingMessage(message), H::Played(_)) => self.record_message(cx, message),
            (S::LeavingMessage(message), H::Digit(digit)) if digit.as_char() == '#' => {
                self.message_done(cx, message)
            }
            (S::LeavingMessage(message), H::Wake) => self.message_done(cx, message),

            (S::Closing { by, until }, H::Played(_)) => {
                self.end(cx, S::Closing { by, until }, by, EndCause::Ours)
            }

            // Without consequence, whatever the state: keys nobody listens to, a distributor's answer that crossed ours,
            // a timer that has been moved, a hold by a telephone that is going.
            (
                state,
                H::Digit(_)
                | H::Judged(_)
                | H::Played(_)
                | H::Wake
                | H::Announce { .. }
                | H::CallerRings
                | H::OtherHeld(..)
                | H::PhoneBack
                | H::Withdraw { why: acd::WithdrawWhy::CallerLeft, .. },
            ) => state,

            (state, happening) if happening.is_an_agents() => {
                cx.refuse(Refused::NotNow);
                state
            }
            (state, happening) => {
                cx.stray(format!("{happening:?} for call {} in {:?}", self.id, state.view()));
                state
            }
        }
    }
}
