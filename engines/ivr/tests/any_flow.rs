//! Any flow, also one no check would pass, with any caller: no panic, the engine's contract, an end within a bound.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Digit, Sound};
use ivr::flow::{
    Announce, CallBack, Choose, Collect, Flow, Hours, How, Kind, LookUp, Menu, Node, NodeIx, Part, Prompt,
    Rate, Record, Say, Target, Voicemail,
};
use ivr::{
    Answer, Caller, Choice, Effect, FlowFile, Input, Names, OpeningHours, Said, Session, Severity, compile,
};
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{Engine, FlowId, QueueId, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        // Also nodes that are not there.
        6 => (0u32..10).prop_map(|at| Target::Node(NodeIx(at))),
        1 => Just(Target::Person),
        1 => Just(Target::Back),
        1 => Just(Target::Repeat),
        1 => Just(Target::HangUp),
    ]
}

fn prompt() -> impl Strategy<Value = Prompt> {
    let how = select(vec![How::Digits, How::Number, How::Amount, How::Date, How::Time]);
    let part = prop_oneof![
        Just(Part::Beep { ms: 100 }),
        Just(Part::Silence { ms: 100 }),
        how.prop_map(|how| Part::Spoken { of: "it".into(), how }),
        Just(Part::Said { of: "it".into() }),
    ];
    vec(part, 0..3).prop_map(Prompt)
}

fn digit() -> impl Strategy<Value = Digit> {
    (0u8..16).prop_map(|event| Digit::from_event(event).expect("below 16"))
}

fn seconds() -> impl Strategy<Value = Duration> {
    (0u64..20).prop_map(Duration::from_secs)
}

fn kind() -> impl Strategy<Value = Kind> {
    let say = (prompt(), any::<bool>(), any::<bool>(), target())
        .prop_map(|(prompt, must_hear, informative, next)| Say { prompt, must_hear, informative, next });
    let menu = (
        prompt(),
        btree_map(digit(), target(), 0..6),
        seconds(),
        0u8..4,
        target(),
        proptest::option::of(target()),
    )
        .prop_map(|(prompt, keys, timeout, tries, otherwise, silence)| Menu {
            prompt,
            keys,
            timeout,
            tries,
            otherwise,
            silence,
        });
    let lengths = (0u8..4, 0u8..6, proptest::option::of(digit()), any::<bool>());
    let collect = (prompt(), lengths, seconds(), seconds(), 0u8..4, target(), target()).prop_map(
        |(prompt, (min, max, end, secret), timeout, gap, tries, otherwise, next)| Collect {
            into: "it".into(),
            prompt,
            min,
            max,
            end,
            secret,
            timeout,
            gap,
            tries,
            otherwise,
            next,
        },
    );
    let hours = (target(), target()).prop_map(|(open, closed)| Hours {
        hours: OpeningHours::never(TimeZone::UTC),
        open,
        closed,
    });
    let look_up = (prompt(), seconds(), target(), target(), target()).prop_map(
        |(prompt, timeout, answer, otherwise, unknown)| LookUp {
            key: "it".into(),
            argument: Some("it".into()),
            prompt,
            timeout,
            answers: BTreeMap::from([("1".to_owned(), answer)]),
            otherwise,
            unknown,
        },
    );
    let wait = || seconds().prop_map(|wait| wait.max(Duration::from_secs(1)));
    let ways = (target(), target(), target(), target(), target());
    let announce = (prompt(), wait(), seconds(), any::<bool>(), any::<bool>(), ways).prop_map(
        |(prompt, wait, timeout, must_hear, chosen, (told, danger, none, unknown, next))| Announce {
            key: "it".into(),
            argument: chosen.then(|| "it".to_owned()),
            wait,
            prompt,
            timeout,
            must_hear,
            told,
            danger,
            none,
            unknown,
            next,
        },
    );
    let ways = (target(), target(), target(), target());
    let prompts = (prompt(), prompt(), prompt());
    let choose = (prompts, wait(), seconds(), btree_map(digit(), target(), 0..3), 0u8..4, ways).prop_map(
        |((prompt, press, more), wait, timeout, keys, tries, (otherwise, none, unknown, next))| Choose {
            key: "it".into(),
            argument: Some("it".into()),
            into: "it".into(),
            wait,
            prompt,
            press,
            more,
            keys,
            timeout,
            tries,
            otherwise,
            none,
            unknown,
            next,
        },
    );
    let record = (prompt(), seconds(), target()).prop_map(|(prompt, max, next)| Record {
        into: "it".into(),
        prompt,
        max,
        next,
    });
    let rate = (prompt(), seconds(), target(), target())
        .prop_map(|(prompt, timeout, next, otherwise)| Rate { prompt, timeout, next, otherwise });
    let voicemail = (prompt(), seconds(), target()).prop_map(|(prompt, max, next)| Voicemail {
        queue: QueueId(1),
        prompt,
        max,
        next,
    });
    let call_back = (any::<bool>(), target(), target()).prop_map(|(other, next, unknown)| CallBack {
        queue: QueueId(1),
        number: other.then(|| "it".to_owned()),
        next,
        unknown,
    });
    prop_oneof![
        3 => say.prop_map(Kind::Say),
        3 => menu.prop_map(Kind::Menu),
        2 => collect.prop_map(Kind::Collect),
        1 => hours.prop_map(Kind::Hours),
        2 => look_up.prop_map(Kind::LookUp),
        2 => announce.prop_map(Kind::Announce),
        2 => choose.prop_map(Kind::Choose),
        1 => record.prop_map(Kind::Record),
        1 => rate.prop_map(Kind::Rate),
        1 => voicemail.prop_map(Kind::Voicemail),
        1 => call_back.prop_map(Kind::CallBack),
        1 => target().prop_map(Kind::GoTo),
        1 => any::<bool>().prop_map(|urgent| Kind::Queue { queue: QueueId(2), urgent }),
        1 => Just(Kind::HangUp),
    ]
}

fn flow() -> impl Strategy<Value = Flow> {
    let person = proptest::option::of((0u32..10).prop_map(NodeIx));
    let refuge = proptest::option::of(Just(QueueId(9)));
    (vec(kind(), 0..9), 0u32..9, person, refuge, prompt()).prop_map(
        |(kinds, start, person, refuge, wrong)| Flow {
            id: FlowId(1),
            version: 1,
            name: "any".into(),
            nodes: kinds
                .into_iter()
                .enumerate()
                .map(|(at, kind)| Node { name: at.to_string(), kind })
                .collect(),
            start: NodeIx(start),
            person,
            refuge,
            silent: wrong.clone(),
            wrong,
            longest: Duration::from_secs(300),
        },
    )
}

#[derive(Clone, Debug)]
enum Act {
    Input(Input),
    Wait(Duration),
}

/// Sometimes with something to say.
fn answer(value: &str) -> Answer {
    let mut answer = Answer::from(value);
    if value.len() < 3 {
        let sounds = vec![Sound::Clip(Clip::new("outage"))];
        answer.says.push(Said { subject: value.to_owned(), revision: 1, own: value.is_empty(), sounds });
    }
    // As many as fill no page, one, several.
    answer.choices = (0..value.len() * 5)
        .map(|at| Choice { value: at.to_string(), sounds: vec![Sound::Clip(Clip::new("place")); at % 3] })
        .collect();
    answer
}

fn act() -> impl Strategy<Value = Act> {
    let value = proptest::option::of(select(vec!["1", "2026-01-05", "08:30", "-7", "", "二"]));
    prop_oneof![
        4 => digit().prop_map(|digit| Act::Input(Input::Digit(digit))),
        3 => Just(Act::Input(Input::Played)),
        1 => Just(Act::Input(Input::MessageLeft)),
        1 => Just(Act::Input(Input::Recorded { recording: "re_1".into() })),
        2 => value.prop_map(|value| Act::Input(Input::LookedUp {
            key: "it".into(),
            answer: value.map(answer),
        })),
        2 => seconds().prop_map(Act::Wait),
    ]
}

/// One session with what it owes its caller.
struct Watched {
    session: Session,
    now: Timestamp,
    playing: bool,
}

impl Watched {
    fn settle(&mut self, out: &mut Vec<Effect>, was_over: bool) {
        self.session.check();
        self.session.show();
        let ends = |effect: &Effect| matches!(effect, Effect::Queue { .. } | Effect::HangUp);
        for (at, effect) in out.iter().enumerate() {
            match effect {
                Effect::Play { sounds } => {
                    assert!(!sounds.is_empty(), "plays nothing");
                    self.playing = true;
                }
                Effect::StopPlaying => assert!(std::mem::take(&mut self.playing), "stops what is not played"),
                Effect::Queue { .. } | Effect::HangUp => {
                    assert_eq!(at + 1, out.len(), "something after the end");
                    assert!(!self.playing, "plays on after the end");
                }
                Effect::Rated { score } => assert!((1..=5).contains(score)),
                _ => {}
            }
        }
        assert_eq!(
            self.session.is_over(),
            was_over || out.last().is_some_and(ends),
            "over exactly when it says so"
        );
        assert!(out.len() < 2_000, "a burst of effects");
        out.clear();
    }

    fn wake(&mut self, out: &mut Vec<Effect>) {
        let was_over = self.session.is_over();
        let mut wakes = 0;
        while let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= self.now) {
            self.session.wake(self.now, out);
            assert!(self.session.deadline().is_none_or(|next| next > self.now), "would spin at {deadline}");
            self.settle(out, was_over);
            wakes += 1;
            assert!(wakes < 2, "woken twice for one moment");
        }
    }

    fn handle(&mut self, input: Input, out: &mut Vec<Effect>) {
        // The exchange tells of the end of the last playing only.
        if input == Input::Played && !std::mem::take(&mut self.playing) {
            return;
        }
        let was_over = self.session.is_over();
        let before = self.session.clone();
        self.session.handle(self.now, input, out);
        if out.contains(&Effect::Refused) {
            assert!(before == self.session, "refused, and changed");
        }
        self.settle(out, was_over);
        self.wake(out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_session_keeps_the_contract_and_ends(flow in flow(), known in any::<bool>(), acts in vec(act(), 0..60)) {
        let now: Timestamp = "2026-01-05T00:00:00Z".parse().expect("a time");
        let caller = Caller { number: known.then(|| "13912345678".to_owned()), called: "95598".into() };
        let mut out = Vec::new();
        let session = Session::start(Arc::new(flow), caller, now, &mut out);
        let mut watched = Watched { session, now, playing: false };
        watched.settle(&mut out, false);
        watched.wake(&mut out);
        for act in acts {
            match act {
                Act::Input(input) => watched.handle(input, &mut out),
                Act::Wait(by) => {
                    watched.now += by;
                    watched.wake(&mut out);
                }
            }
        }
        // From here on the caller says nothing; each prompt takes a second.
        let mut steps = 0;
        while !watched.session.is_over() {
            if watched.playing {
                watched.now += Duration::from_secs(1);
                watched.wake(&mut out);
                watched.handle(Input::Played, &mut out);
            } else {
                watched.now = watched.session.deadline().expect("would wait for ever");
                watched.wake(&mut out);
            }
            steps += 1;
            assert!(steps < 1_000, "does not end: {}", watched.session.show());
        }
        prop_assert!(watched.now.since(now) < Duration::from_secs(3_000));
    }

    /// Files with slips in them are answered with findings or a message, and never with less.
    #[test]
    fn any_file_is_answered(cuts in vec((0usize..8_000, 0usize..40, select(vec!["", "\"", "}", "{", "=", "1", "menu", "say = 1", "[", "person"])), 1..4)) {
        let mut text = include_str!("../../../demo/flows.toml").to_owned();
        for (at, length, with) in cuts {
            let from = text.floor_char_boundary(at.min(text.len()));
            let to = text.floor_char_boundary((from + length).min(text.len()));
            text.replace_range(from..to, with);
        }
        let names = Names {
            look_ups: None,
            queues: BTreeMap::from([("business".to_owned(), QueueId(1))]),
            prompts: Some(Default::default()),
            time_zone: TimeZone::UTC,
            holidays: Holidays::default(),
        };
        if let Ok(file) = toml::from_str::<FlowFile>(&text) {
            for source in &file.flow {
                let compiled = compile(source, FlowId(1), 1, &names);
                let broken = compiled.findings.iter().any(|finding| finding.severity == Severity::Error);
                prop_assert_eq!(compiled.flow.is_none(), broken);
            }
        }
    }
}
