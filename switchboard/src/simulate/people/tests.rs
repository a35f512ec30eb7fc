//! Callers and an agent against a centre that is a script: what they do, in order.

use std::fmt::Write;

use exchange::line::Origin;
use expect_test::{Expect, expect};

use super::*;

fn people(calls: u32, seed: u64) -> People {
    let crowd = Crowd {
        calls,
        rate: 1.0,
        called: "95598".to_owned(),
        trunk: TrunkId(1),
        agents: vec!["1001".to_owned()],
        speed: 1.0,
        seed,
        dark: 0,
    };
    People::new(crowd, Clips::for_tests(), Arc::new(IdMint::new(0)), Timestamp::from_secs(0))
}

/// What is seen of an effect: legs and playings have other ids each time.
fn shown(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Desk { agent, act } => format!("desk {agent} {act:?}"),
        Effect::Caller(Command::Play { sounds, mode: PlayMode::Once, .. }) => {
            format!("caller plays {sounds:?}")
        }
        Effect::Agent(Command::Play { sounds, mode: PlayMode::Once, .. }) => {
            format!("agent plays {sounds:?}")
        }
        Effect::Caller(Command::Play { .. }) | Effect::Agent(Command::Play { .. }) => return None,
        Effect::Caller(Command::Dial { to, .. }) => format!("caller dials {to:?}"),
        Effect::Caller(Command::HangUp { .. }) => "caller hangs up".to_owned(),
        Effect::Agent(Command::HangUp { .. }) => "agent hangs up".to_owned(),
        Effect::Agent(Command::Ring { .. }) => "agent rings".to_owned(),
        Effect::Agent(Command::Answer { .. }) => "agent answers".to_owned(),
        Effect::Agent(Command::Reject { .. }) => "agent is busy".to_owned(),
        other => format!("{other:?}"),
    })
}

/// A centre that answers at once and, if it has an agent, gives each caller to the agent after the last key.
struct Script {
    people: People,
    out: Vec<Effect>,
    told: String,
    legs: Vec<(LegId, String)>,
}

impl Script {
    fn run(&mut self, answers: bool) {
        let mut mint = 1_000;
        while let Some(now) = self.people.deadline() {
            if now > Timestamp::from_secs(1_000) {
                break;
            }
            self.people.wake(now, &mut self.out);
            let mut at = 0;
            while let Some(effect) = self.out.get(at).cloned() {
                at += 1;
                if let Some(text) = shown(&effect) {
                    let _ = writeln!(self.told, "{:>6.1} {text}", now.as_millis() as f64 / 1_000.0);
                }
                let (people, out) = (&mut self.people, &mut self.out);
                match effect {
                    Effect::Caller(Command::Dial { leg, from, .. }) => {
                        self.legs.push((leg, from.number));
                        people.handle(now, Input::Caller(Event::Answered { leg }), out);
                    }
                    Effect::Caller(Command::Play { leg, sounds, mode: PlayMode::Once, .. }) if answers => {
                        let key = matches!(sounds.first(), Some(Sound::Key { .. }));
                        let waits = people
                            .callers
                            .iter()
                            .any(|c| matches!(c.state, Calling::Waiting { leg: l, .. } if l == leg));
                        if let Some((_, number)) = self.legs.iter().find(|(l, _)| *l == leg && key && waits) {
                            mint += 1;
                            let from = Identity { number: number.clone(), name: String::new() };
                            let origin = Origin::Trunk { trunk: TrunkId(1) };
                            let (leg, to) = (LegId(mint), "1001".to_owned());
                            people.handle(now, Input::Agent(Event::Incoming { leg, origin, from, to }), out);
                        }
                    }
                    Effect::Agent(Command::Answer { leg }) => {
                        people.handle(now, Input::Agent(Event::Answered { leg }), out);
                    }
                    Effect::Agent(Command::HangUp { leg }) => {
                        people.handle(now, Input::Agent(Event::Ended { leg, cause: EndCause::Ours }), out);
                    }
                    Effect::Caller(Command::HangUp { leg }) => {
                        people.handle(now, Input::Caller(Event::Ended { leg, cause: EndCause::Ours }), out);
                        let agent = people.agents.first().and_then(|agent| agent.state.leg());
                        if let Some(leg) = agent {
                            people.handle(
                                now,
                                Input::Agent(Event::Ended { leg, cause: EndCause::FarEnd }),
                                out,
                            );
                        }
                    }
                    _ => {}
                }
            }
            self.out.clear();
        }
        let _ = writeln!(self.told, "{:?}", self.people.tally());
    }
}

fn check(calls: u32, seed: u64, answers: bool, expected: Expect) {
    let mut script =
        Script { people: people(calls, seed), out: Vec::new(), told: String::new(), legs: Vec::new() };
    script.run(answers);
    assert!(script.people.is_done());
    expected.assert_eq(&script.told);
}

#[test]
fn an_answered_caller_is_served_until_the_agent_hangs_up() {
    check(
        1,
        6,
        true,
        expect![[r#"
               1.3 caller dials Number { trunk: tr_1, number: "95598" }
              11.2 caller plays [Key { digit: 4, ms: 120 }]
              19.9 caller plays [Key { digit: 0, ms: 120 }]
              19.9 agent rings
              20.8 agent answers
              24.3 agent plays [Clip(agents/greeting_xiaoxiao)]
              26.9 agent plays [Clip(agents/ask_account_xiaoxiao)]
              29.5 agent plays [Clip(agents/one_moment_xiaoxiao)]
             217.3 agent plays [Clip(agents/registered_xiaoxiao)]
             219.9 agent plays [Clip(agents/anything_else_xiaoxiao)]
             222.5 agent plays [Clip(agents/goodbye_xiaoxiao)]
             225.1 agent hangs up
             229.8 caller plays [Key { digit: 2, ms: 120 }]
             236.6 desk 0 Finish
             254.8 caller hangs up
            Tally { calls: 1, placed: 1, finished: 1, answered: 1, abandoned: 0, left_menu: 0, turned_away: 0, rated: 1, failed: 0 }
        "#]],
    );
}

#[test]
fn nobody_answers_and_patience_ends() {
    check(
        3,
        2,
        false,
        expect![[r#"
               0.2 caller dials Number { trunk: tr_1, number: "95598" }
               0.3 caller dials Number { trunk: tr_1, number: "95598" }
               1.0 caller dials Number { trunk: tr_1, number: "95598" }
              14.1 caller plays [Key { digit: 0, ms: 120 }]
              15.9 caller plays [Key { digit: 2, ms: 120 }]
              16.5 caller plays [Key { digit: 5, ms: 120 }]
              19.3 caller plays [Key { digit: 2, ms: 120 }]
              38.8 caller hangs up
              72.3 caller hangs up
              80.8 caller hangs up
            Tally { calls: 3, placed: 3, finished: 3, answered: 0, abandoned: 3, left_menu: 0, turned_away: 0, rated: 0, failed: 0 }
        "#]],
    );
}

#[test]
fn a_call_that_is_lost_has_failed() {
    let mut people = people(1, 1);
    let mut out = Vec::new();
    let now = people.deadline().expect("a call comes");
    people.wake(now, &mut out);
    let Some(Effect::Caller(Command::Dial { leg, .. })) = out.first().cloned() else { panic!("{out:?}") };
    people.handle(now, Input::Caller(Event::Ended { leg, cause: EndCause::Busy }), &mut out);
    assert_eq!((people.tally().failed, people.tally().finished), (1, 1));
    assert!(people.is_done());
}
