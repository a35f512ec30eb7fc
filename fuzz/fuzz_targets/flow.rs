//! A flow file: compiled, and if it can be published, walked through by a caller whose keys are in the input as well.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use audio::Digit;
use ivr::{Caller, FlowFile, Input, Names, Session, compile};
use kernel::calendar::Holidays;
use kernel::{Engine, FlowId, QueueId, Timestamp};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(file) = toml::from_str::<FlowFile>(text) else { return };
    let names = Names {
        queues: ["general", "repairs", "emergency", "business", "billing", "complaints"]
            .into_iter()
            .zip(1..)
            .map(|(name, id)| (name.to_owned(), QueueId(id)))
            .collect(),
        prompts: None,
        time_zone: jiff::tz::TimeZone::UTC,
        holidays: Holidays::default(),
    };
    for source in &file.flow {
        if let Some(flow) = compile(source, FlowId(1), 1, &names).flow {
            walk(Arc::new(flow), bytes);
        }
    }
});

fn walk(flow: Arc<ivr::Flow>, acts: &[u8]) {
    let mut now = Timestamp::from_secs(1_800_000_000);
    let mut out = Vec::new();
    let caller = Caller { number: Some("13912345678".to_owned()), called: "95598".to_owned() };
    let mut session = Session::start(flow, caller, now, &mut out);
    for act in acts.iter().take(200) {
        out.clear();
        match act % 24 {
            16..=19 => session.handle(now, Input::Played, &mut out),
            20 => session.handle(now, Input::MessageLeft, &mut out),
            event @ 0..=15 => {
                if let Some(digit) = Digit::from_event(event) {
                    session.handle(now, Input::Digit(digit), &mut out);
                }
            }
            _ => {
                now = session.deadline().unwrap_or(now + Duration::from_secs(1));
                session.wake(now, &mut out);
                assert!(session.deadline().is_none_or(|at| at > now));
            }
        }
        session.check();
    }
}
