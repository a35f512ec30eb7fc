//! Whatever is done to an order by whomever: somebody has it, something is due, and its history leads to it.

use proptest::prelude::*;

use super::*;
use promises::Kept;

use crate::rules::table::apply;

fn act() -> impl Strategy<Value = (u8, u8, u16)> {
    (0_u8..37, 0_u8..6, 0_u16..4_000)
}

fn somebody(who: u8) -> Asker {
    match who {
        0 => agent(),
        1 => crew(),
        2 => leader(),
        3 => supervisor(),
        4 => Asker { person: Some(PersonId(40)), units: [OTHER].into(), ..crew() },
        _ => Asker::centre(),
    }
}

fn something(which: u8, walk: &Walk) -> Act {
    let (now, words) = (walk.now, || "说明情况和原因".to_owned());
    match which {
        0 => dispatch(),
        1 => Act::Dispatch { unit: OTHER, note: String::new(), binding: true },
        2 => Act::Redispatch { unit: OTHER, why: words() },
        3 => Act::SendBack { reason: ReturnReason::Insufficient, note: words() },
        4 => take(),
        5 => Act::Assign { by: LEADER },
        6 => Act::Leave { at: now },
        7 => Act::Arrive { at: now, place: None },
        8 => Act::Begin,
        9 => Act::Estimate { until: now + minutes(90), reason: words() },
        10 => Act::Contact { words: words() },
        11 => {
            let until = walk.calendar.civil(now).date().tomorrow().expect("tomorrow");
            Act::Suspend { until, reason: words() }
        }
        12 => Act::Resume,
        13 => Act::Extend { by: Limit::WorkingDays(1), reason: words() },
        14 => Act::GiveResult { result: outcome(now) },
        15 => Act::Review,
        16 | 17 => Act::Approve { note: String::new() },
        18 => Act::RefuseResult { why: words() },
        19 => Act::Close { note: words(), satisfaction: Some(Satisfaction::NotRated) },
        20 => Act::Reopen { why: words(), automatic: false },
        21 => Act::Merge { master: WorkOrderId(2) },
        22 => Act::Follow,
        23 => Act::Void { why: words() },
        24 => Act::Urge { by: UrgedBy::Agent, words: words(), promise: String::new(), new_facts: true },
        25 => Act::AnswerUrge { words: words() },
        26 => Act::Supervise { grade: Grade::Listed, reason: SupervisionReason::Ordered, action: words() },
        27 => Act::ReplySupervision { reply: "已安排专人今日处理".into() },
        28 => Act::EvaluateSupervision { evaluation: words() },
        29 => Act::Part,
        30 => Act::Limit { step: Step::Answer, until: now + minutes(600), reason: words() },
        31 | 32 => Act::AskTime {
            by: Limit::WorkingDays(1),
            reason: words(),
            told_customer: which == 31,
            told: words(),
        },
        33 => Act::RefuseTime { reason: words() },
        34 => Act::Untold { notice: None },
        _ => Act::Note { text: words() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn somebody_has_it_and_something_is_due(
        subtype in prop::sample::select(vec!["fault.leak", "fault.no_gas", "complaint.service", "request.turn_on", "praise.service"]),
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let mut walk = Walk::begin(matter(subtype));
        for (which, who, later) in acts {
            walk.now += minutes(u64::from(later));
            let act = something(which, &walk);
            let before = walk.order.clone();
            if walk.act(&somebody(who), act).is_err() {
                prop_assert_eq!(&walk.order, &before, "a refusal changes nothing");
            }
            let state = &walk.order.state;
            let runs = walk.promised.iter().any(Kept::runs);
            // Of a closed order nothing is owed but the answer to a superior; of one that follows another, a call at most.
            let closed = matches!(state, State::Closed { .. });
            let pressed = closed && walk.order.supervisions.iter().any(|one| one.reply.is_none());
            let follows = matches!(state, State::Merged { .. });
            prop_assert!(runs == state.is_open() || runs && (pressed || follows), "{:?}: {}", state, walk.runs());
            prop_assert_eq!(walk.moved.due.is_some(), runs);
            if state.is_open() {
                let desk = matches!(state, State::Accepted | State::ToDispatch | State::ToCallBack { .. });
                prop_assert!(desk || state.unit().is_some(), "nobody has it: {:?}", state);
            }
            // An open request is its unit's, waits for an answer, and can be answered.
            let asked = walk.order.time_asked.as_ref();
            let waits: Vec<_> = walk.promised.iter().filter(|kept| kept.step == Step::DecideTime && kept.runs()).collect();
            prop_assert_eq!(asked.map(|asked| asked.due), waits.first().map(|kept| kept.clocks.unit().due()));
            prop_assert!(waits.len() <= 1);
            prop_assert!(asked.is_none_or(|asked| state.unit() == Some(asked.unit)), "{:?}", state);
            prop_assert!(asked.is_none() || walk.may(&supervisor()).contains(&(Verb::RefuseTime, None)), "{:?}", state);
            prop_assert!(state.word() != "dispatched" || walk.order.returns <= 3);
        }
        let replayed = walk.lines.iter().fold(walk.first.clone(), |order, line| apply(&order, &line.act, line.done));
        prop_assert_eq!(&replayed, &walk.order);
    }
}
