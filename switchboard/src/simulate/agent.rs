//! What an agent says and does in one conversation, as a table of turns. Pure and seeded.

use std::time::Duration;

use audio::Clip;
use exchange::AgentAct;

use super::caller::{Plan, Reason};
use super::clips::Clips;
use super::dice::Dice;

/// Something that happens in a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    AgentSays(Clip),
    CallerSays(Clip),
    Does(AgentAct),
    AgentHangsUp,
    CallerHangsUp,
}

/// Of a thousand conversations, how many are put on hold, and for how long on average, in seconds.
const HOLDS: u64 = 180;
const HOLD_S: f64 = 45.0;
/// The agent's number is announced to the caller first.
const ANNOUNCED: Duration = Duration::from_millis(3_500);
const BREATH: Duration = Duration::from_millis(600);

/// The turns of a conversation, each with when it comes after the agent has answered; in order.
pub fn conversation(
    dice: &mut Dice,
    plan: &Plan,
    clips: &Clips,
    agent: usize,
    speed: f64,
) -> Vec<(Duration, Turn)> {
    let fast = |wait: Duration| wait.div_f64(speed.max(0.01));
    let mut turns = Vec::new();
    let mut at = ANNOUNCED;
    let agent_says = |what: &str| clips.agent(agent, what).map(|(clip, long)| (Turn::AgentSays(clip), long));
    let caller_says =
        |clip: Option<(Clip, Duration)>| clip.map(|(clip, long)| (Turn::CallerSays(clip), long));
    let mut say = |at: &mut Duration, turn: Option<(Turn, Duration)>| {
        if let Some((turn, long)) = turn {
            turns.push((*at, turn));
            *at += long + BREATH;
        }
    };
    say(&mut at, agent_says("greeting"));
    say(&mut at, caller_says(plan.says.and_then(|which| clips.caller(dice, which))));
    let end = ANNOUNCED + plan.talk;
    let mut middle = vec![if plan.reason == Reason::Leak { "safety" } else { "ask_account" }, "one_moment"];
    let mut last = vec!["registered", "anything_else", "goodbye"];
    let long = |what: &&str| clips.agent(agent, what).map_or(Duration::ZERO, |(_, long)| long + BREATH);
    // A short conversation leaves out what is not needed.
    for part in [&mut middle, &mut last] {
        while at + part.iter().map(long).sum::<Duration>() > end && part.len() > 1 {
            part.remove(0);
        }
    }
    if at + long(&middle[middle.len() - 1]) <= end {
        for what in middle {
            say(&mut at, agent_says(what));
        }
    }
    let tail: Duration = last.iter().map(long).sum();
    let goodbye = if at + tail <= end { end - tail } else { at };
    let hold = fast(dice.exponential(HOLD_S));
    let holds = dice.chance(HOLDS);
    if holds && at + hold + BREATH * 2 < goodbye {
        turns.push((at + BREATH, Turn::Does(AgentAct::Hold)));
        turns.push((at + BREATH + hold, Turn::Does(AgentAct::Resume)));
    }
    at = goodbye;
    if plan.hangs_up_first {
        turns.push((at + BREATH, Turn::CallerHangsUp));
        return turns;
    }
    if at + tail <= end + BREATH {
        for what in last {
            if let Some((turn, long)) = agent_says(what) {
                turns.push((at, turn));
                at += long + BREATH;
            }
        }
    }
    turns.push((at.max(end), Turn::AgentHangsUp));
    turns
}

/// How long the after-call work takes; with a work order to write it takes longer.
pub fn after_call(dice: &mut Dice, speed: f64) -> Duration {
    let (mu, sigma) = if dice.chance(300) { (4.0073, 0.7876) } else { (2.7081, 0.7585) };
    dice.lognormal(mu, sigma).div_f64(speed.max(0.01))
}

#[cfg(test)]
mod tests {
    use audio::Digit;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(talk_s: u64, change: impl Fn(&mut Plan), expected: Expect) {
        let mut plan = Plan {
            number: "13800000001".to_owned(),
            calls: "95598".to_owned(),
            reason: Reason::Fault,
            keys: Vec::new(),
            leaves_menu: None,
            patience: Duration::from_secs(60),
            talk: Duration::from_secs(talk_s),
            says: Some(22),
            rating: Digit::try_from('5').ok(),
            hangs_up_first: false,
        };
        change(&mut plan);
        let turns = conversation(&mut Dice::new(1), &plan, &Clips::for_tests(), 0, 1.0);
        let lines = turns.iter().map(|(at, turn)| format!("{:.1} {turn:?}\n", at.as_secs_f64()));
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn a_conversation_is_as_long_as_the_talk() {
        check(
            60,
            |_| {},
            expect![[r#"
                3.5 AgentSays(agents/greeting_xiaoxiao)
                6.1 CallerSays(callers/22_yunjian)
                8.7 AgentSays(agents/ask_account_xiaoxiao)
                11.3 AgentSays(agents/one_moment_xiaoxiao)
                55.7 AgentSays(agents/registered_xiaoxiao)
                58.3 AgentSays(agents/anything_else_xiaoxiao)
                60.9 AgentSays(agents/goodbye_xiaoxiao)
                63.5 AgentHangsUp
        "#]],
        );
    }

    #[test]
    fn a_short_one_has_the_greeting_and_the_question() {
        check(
            3,
            |_| {},
            expect![[r#"
                3.5 AgentSays(agents/greeting_xiaoxiao)
                6.1 CallerSays(callers/22_yunjian)
                8.7 AgentHangsUp
        "#]],
        );
    }

    #[test]
    fn who_hangs_up_first_hears_no_goodbye() {
        check(
            30,
            |plan| plan.hangs_up_first = true,
            expect![[r#"
                3.5 AgentSays(agents/greeting_xiaoxiao)
                6.1 CallerSays(callers/22_yunjian)
                8.7 AgentSays(agents/ask_account_xiaoxiao)
                11.3 AgentSays(agents/one_moment_xiaoxiao)
                26.3 CallerHangsUp
        "#]],
        );
    }

    #[test]
    fn about_danger_safety_comes_first() {
        check(
            45,
            |plan| (plan.reason, plan.says) = (Reason::Leak, None),
            expect![[r#"
                3.5 AgentSays(agents/greeting_xiaoxiao)
                6.1 AgentSays(agents/safety_xiaoxiao)
                8.7 AgentSays(agents/one_moment_xiaoxiao)
                40.7 AgentSays(agents/registered_xiaoxiao)
                43.3 AgentSays(agents/anything_else_xiaoxiao)
                45.9 AgentSays(agents/goodbye_xiaoxiao)
                48.5 AgentHangsUp
        "#]],
        );
    }
}
