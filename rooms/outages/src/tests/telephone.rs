//! The telephone: what the next caller hears after an approval, what fifty callers hear while it changes, where a caller says he
//! lives, and a leader who speaks into his telephone.

use std::path::PathBuf;

use ::calls::Growing;
use audio::{Sound, g711, wav};
use exchange::fact::{Fact, Party, What};
use exchange::line::EndCause;
use exchange::{CallOut, Input};
use ivr::Answer;
use kernel::{CallId, FlowId, LegId, RecordingId};
use speech::testing::pack;
use web::LookUp;

use super::*;
use crate::picture::Shield;
use crate::rules::greeting::{self, Voice};
use crate::telephone::Menus;
use crate::whose::Whose;

fn look_ups(centre: &Centre, speech: &Speech) -> (Menus, Vec<LookUp>) {
    let asked = Menus {
        calendar: centre.calendar.clone(),
        speech: speech.clone(),
        shield: Shield::default(),
        whose: Whose::default(),
        booth: centre.booth.clone(),
    };
    let look_ups = crate::telephone::look_ups(&asked);
    (asked, look_ups)
}

async fn ask(centre: &Centre, look_ups: &[LookUp], key: &str, argument: &str) -> Option<Answer> {
    let look_up = look_ups.iter().find(|one| one.key == key).expect("a look-up");
    look_up.ask(centre.site.app.clone(), argument.to_owned()).await.expect("an answer")
}

/// The clips, a word each.
fn clips(answer: &Answer) -> String {
    let names = answer.says.iter().flat_map(|said| &said.sounds).filter_map(|sound| match sound {
        Sound::Clip(clip) => clip.name().rsplit('/').next().map(str::to_owned),
        _ => None,
    });
    names.collect::<Vec<_>>().join(" ")
}

async fn fault(centre: &Centre, ends_h: u64) -> (Value, String) {
    let (area, own, _) = neighbours();
    let home = customer(SEED, own, TOWN);
    let ends = centre.now() + Duration::from_secs(ends_h * HOUR);
    let mut fault = plan(centre, "fault", &area, centre.now(), Some(ends)).await;
    fault["area"] = json!({
        "text": format!("{}{}栋", home.parts.community, home.parts.building),
        "places": [{ "area": area, "community": home.parts.community, "buildings": home.parts.building }],
    });
    (centre.enter(LEADER, fault).await, number(own).as_str().to_owned())
}

fn revise(centre: &Centre, ends_h: u64) -> Value {
    let ends = centre.now() + Duration::from_secs(ends_h * HOUR);
    json!({ "act": "revise", "ends": ends, "cause": "equipment", "crew": "working", "why": "抢修进展" })
}

/// Domain reference 6.3: effective for the next caller; never an old time, never half of two.
#[test]
fn the_next_caller_hears_what_was_approved_a_moment_ago() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let speech = pack(folder.path(), "0.3");
        let (asked, menus) = look_ups(&centre, &speech);
        let (outage, mine) = fault(&centre, 4).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let hears = async || clips(&ask(&centre, &menus, "outages", &mine).await.expect("his outage"));
        // Nothing of it is spoken yet: the same in sentences that are recorded anyway. Restored at noon.
        assert_eq!(hears().await, "interruption_until today noon hour_12 sharp");
        asked.speak(&centre.site.app).await.expect("begun");
        let text = heard_by(&db, &centre.calendar, &mine, centre.now()).await.expect("heard").segments[0]
            .text
            .clone();
        speech.wait(&text, Duration::from_secs(60)).await;
        let spoken = hears().await;
        assert!(spoken.len() >= 32 && !spoken.contains("interruption"), "{spoken}");
        // A leader says another time. One second later it is not spoken, and nobody hears the old one.
        centre.act(LEADER, &outage, revise(&centre, 6)).await;
        centre.pass(1);
        assert_eq!(hears().await, "interruption_until today afternoon hour_2 sharp");
        // Somebody else says another: silent until a leader approves, and spoken before he does.
        centre.act(WRITER, &outage, revise(&centre, 7)).await;
        assert_eq!(ask(&centre, &menus, "outages", &mine).await, None, "no leader has approved it");
        asked.speak(&centre.site.app).await.expect("begun");
        let view = centre.get(LEADER, &format!("/api/outages/{}", id(&outage))).await;
        speech.wait(view["greeting"]["own"]["text"].as_str().expect("a text"), Duration::from_secs(60)).await;
        centre.act(LEADER, &outage, json!({ "act": "approve_greeting" })).await;
        let approved = hears().await;
        assert!(!approved.contains("interruption") && approved != spoken, "{approved}");
        // It ends to the second, whatever is remembered.
        let expires = view["greeting"]["approval"]["expires_at"].as_str().map(str::to_owned);
        assert_eq!(expires, None, "it was not approved when it was read");
        let view = centre.get(LEADER, &format!("/api/outages/{}", id(&outage))).await;
        let until: Timestamp = view["greeting"]["until"].as_str().expect("an end").parse().expect("a time");
        centre.pass(until.since(centre.now()).as_secs() - 1);
        assert_eq!(
            hears().await,
            "interruption_late",
            "the estimate has passed, and the new words are not spoken"
        );
        centre.pass(1);
        assert_eq!(ask(&centre, &menus, "outages", &mine).await, None, "it has expired");
        // A voice that is stopped in the middle of a sentence would outlive this test by that sentence.
        while speech.state().waiting > 0 {
            breath(20).await;
        }
    });
}

/// Whom the machine calls hears where and from when until when, days before callers hear anything, and when it is called off.
#[test]
fn whoever_is_called_about_an_outage_hears_what_the_messages_say() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let speech = pack(folder.path(), "0");
        let (_, silent) = look_ups(&centre, &Speech::none("a test"));
        let (asked, menus) = look_ups(&centre, &speech);
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(9 * 24 * HOUR);
        let ends = starts + Duration::from_secs(7 * HOUR + 1_800);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        let hears = async |menus: &[LookUp]| {
            let answer = ask(&centre, menus, "outages.notice", id(&outage)).await.expect("a notice");
            (answer.value.clone(), clips(&answer))
        };
        let recorded = "interruption_coming month_1 day_14 weekday_3 forenoon hour_8 sharp interruption_ends month_1 day_14 \
                        weekday_3 afternoon hour_3 half_past";
        assert_eq!(hears(&silent).await, ("published".into(), recorded.into()));
        let text = async || {
            let outage = outages::read(&db, id(&outage).parse().expect("an id")).await.expect("read");
            let settings = crate::rules::Settings::default();
            let voice = Voice { now: centre.now(), calendar: &centre.calendar, settings: &settings };
            greeting::notice(&outage.expect("the outage"), voice)
        };
        let said = text().await;
        assert_eq!(
            said,
            format!(
                "{area}因计划检修，将于一月十四日早上八点停气，预计下午三点半恢复供气。停气期间请关闭灶前阀和表前阀。"
            )
        );
        // Spoken before anybody is called, where the machine calls.
        let mut view = centre.get(LEADER, "/api/outages/settings").await;
        view["settings"]["machine"]["liaisons"] = json!(true);
        let put = centre.site.put("/api/outages/settings", view).by(LEADER.0, LEADER.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        asked.speak(&centre.site.app).await.expect("begun");
        speech.wait(&said, Duration::from_secs(60)).await;
        let spoken = hears(&menus).await.1;
        assert!(spoken.len() >= 32 && !spoken.contains("interruption"), "{spoken}");
        centre.act(LEADER, &outage, json!({ "act": "cancel", "why": "检修改期" })).await;
        assert_eq!(hears(&silent).await, ("cancelled".into(), "interruption_cancelled".into()));
        assert!(text().await.contains("原定于一月十四日早上八点的停气已经取消，供气不受影响。"));
        assert_eq!(ask(&centre, &menus, "outages.notice", "ou_unknown").await, None);
        while speech.state().waiting > 0 {
            breath(20).await;
        }
    });
}

#[test]
fn what_is_over_is_said_to_be_over_also_without_a_voice() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (_, menus) = look_ups(&centre, &Speech::none("a test"));
        let (outage, mine) = fault(&centre, 4).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let hears = async |who: &str| ask(&centre, &menus, "outages", who).await.map(|answer| clips(&answer));
        centre
            .act(
                LEADER,
                &outage,
                json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": null }),
            )
            .await;
        // A stranger is not told that it is where he lives.
        assert_eq!(hears("").await.as_deref(), Some("interruption_until_other today noon hour_12 sharp"));
        centre.pass(2 * HOUR);
        centre.act(LEADER, &outage, json!({ "act": "restore", "why": "紧急恢复" })).await;
        assert_eq!(hears(&mine).await.as_deref(), Some("interruption_over"));
        centre.pass(1_799);
        assert_eq!(hears("").await.as_deref(), Some("interruption_over_other"));
        centre.pass(1);
        assert_eq!(hears(&mine).await, None, "half an hour after it was over");
    });
}

/// OUT-3: asked for together, each caller is told of his own outage, and a stranger of none of them.
#[test]
fn callers_at_the_same_moment_hear_each_his_own() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (outage, mine) = fault(&centre, 4).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let whose = Whose::default();
        let stranger = customers::rules::demo::stranger(7).as_str().to_owned();
        let one = async |nth: usize| {
            let number = if nth.is_multiple_of(2) { &mine } else { &stranger };
            let own = whose.outages(&db, number, centre.now()).await.expect("read");
            let own: Vec<String> = own.iter().map(ToString::to_string).collect();
            assert_eq!(own, if nth.is_multiple_of(2) { vec![id(&outage).to_owned()] } else { Vec::new() });
        };
        futures::future::join_all((0..200).map(one)).await;
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "callers come by real time, beside a change that takes real time"
)]
async fn breath(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Each answer is one wording; who asks after a change was acknowledged hears the new one.
#[test]
fn fifty_callers_hear_one_wording_each_while_it_changes() {
    on_both(ALL, async |db| {
        const CALLERS: usize = 50;
        let centre = Centre::open(&db).await;
        let (_, menus) = look_ups(&centre, &Speech::none("a test"));
        let (outage, mine) = fault(&centre, 3).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let all = json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": null });
        centre.act(LEADER, &outage, all).await;
        // Revision n says 10 + n o'clock.
        let hour = |revision: u32| match 10 + revision {
            11 => "forenoon hour_11".to_owned(),
            12 => "noon hour_12".to_owned(),
            hour => format!("afternoon hour_{}", hour - 12),
        };
        let acknowledged = std::sync::atomic::AtomicU32::new(1);
        let calling = async {
            let one = async |_| {
                let mut heard = Vec::new();
                // Until the last wording has been heard, or a long time.
                for _ in 0..600 {
                    let known = acknowledged.load(std::sync::atomic::Ordering::SeqCst);
                    let answer = ask(&centre, &menus, "outages", &mine).await.expect("his outage");
                    let revision = answer.says[0].revision;
                    // Whose it is may be known too late on a machine that has much to do; what is said of it is the same.
                    let said = clips(&answer).replace("_other", "");
                    assert_eq!(said, format!("interruption_until today {} sharp", hour(revision)));
                    assert!(revision >= known, "heard {revision} when {known} was in force");
                    heard.push(revision);
                    if revision == 6 {
                        break;
                    }
                    breath(20).await;
                }
                heard
            };
            let all = futures::future::join_all((0..CALLERS).map(one)).await;
            all.concat()
        };
        let changing = async {
            for revision in 2..=6 {
                let done = centre.act(LEADER, &outage, revise(&centre, 2 + u64::from(revision))).await;
                assert_eq!(done["revisions"].as_array().map(Vec::len), Some(revision as usize));
                acknowledged.store(revision, std::sync::atomic::Ordering::SeqCst);
                breath(30).await;
            }
        };
        let (heard, ()) = tokio::join!(calling, changing);
        assert!(heard.contains(&6), "{heard:?}");
    });
}

/// OUT-3 by keys alone: a district, a community, what is known of it.
#[test]
fn a_caller_says_where_he_lives_by_keys() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let speech = pack(folder.path(), "0");
        let (asked, menus) = look_ups(&centre, &speech);
        let (area, own, other) = neighbours();
        let home = customer(SEED, own, TOWN);
        let (outage, _) = fault(&centre, 4).await;
        let nothing = ask(&centre, &menus, "outages.districts", "").await.expect("districts");
        assert!(
            nothing.choices.iter().all(|choice| choice.sounds.is_empty()),
            "no name is spoken while he waits"
        );
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        asked.speak(&centre.site.app).await.expect("begun");
        for name in [&area, &home.parts.community, &customer(SEED, other, TOWN).parts.area] {
            speech.wait(name, Duration::from_secs(60)).await;
        }
        let districts = ask(&centre, &menus, "outages.districts", "").await.expect("districts");
        // Where supply is off comes first.
        assert_eq!(districts.choices[0].value, area);
        assert!(!districts.choices[0].sounds.is_empty());
        let elsewhere = customer(SEED, other, TOWN).parts.area;
        assert!(districts.choices.iter().any(|choice| choice.value == elsewhere), "{districts:?}");
        let places = ask(&centre, &menus, "outages.places", &area).await.expect("places");
        let values: Vec<&str> = places.choices.iter().map(|choice| choice.value.as_str()).collect();
        assert_eq!(values, [format!("{area}/{}", home.parts.community)]);
        let told = ask(&centre, &menus, "outages.place", values[0]).await.expect("his outage");
        assert_eq!((told.says[0].subject.as_str(), told.says[0].own), (id(&outage), true));
        // Nothing is off elsewhere, and that may be said.
        let none = ask(&centre, &menus, "outages.places", &elsewhere).await.expect("an answer");
        assert_eq!((none.value.as_str(), none.choices.len()), ("none", 0));
        let none = ask(&centre, &menus, "outages.place", "月球/静海").await.expect("an answer");
        assert_eq!((none.value.as_str(), none.says.len()), ("none", 0));
        // What no leader has approved is not told, and nobody hears that all is well: a person answers.
        centre.act(WRITER, &outage, revise(&centre, 6)).await;
        assert_eq!(ask(&centre, &menus, "outages.places", &area).await, None);
        let named =
            heard_of_area(&db, &centre.calendar, &home.parts.community, centre.now()).await.expect("heard");
        assert_eq!(named.segments.len(), 0);
    });
}

/// A call for a greeting as the exchange's facts tell of it.
struct OnTheLine {
    growing: Growing,
    position: u64,
    folder: PathBuf,
}

impl OnTheLine {
    async fn take(&mut self, centre: &Centre, facts: Vec<What>) {
        let at = centre.now();
        let numbered: Vec<(u64, Fact)> = facts
            .into_iter()
            .map(|what| {
                self.position += 1;
                (self.position, Fact { at, what })
            })
            .collect();
        let mut tx = centre.db().begin().await.expect("a change");
        self.growing.take(&mut tx, &numbered).await.expect("taken");
        recordings::take(&mut tx, &numbered).await.expect("taken");
        tx.commit().await.expect("kept");
        centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
    }

    async fn answers(&mut self, centre: &Centre, call: CallId, wanted: &CallOut) {
        let placed = What::CalledOut {
            call,
            leg: LegId(call.get()),
            trunk: None,
            attempt: wanted.attempt,
            from: "95598".into(),
            to: "1020".into(),
            flow: wanted.flow,
        };
        let entered = What::FlowEntered { call, flow: wanted.flow, version: 1 };
        self.take(centre, vec![placed, What::CallAnswered { call }, entered]).await;
    }

    /// So many seconds of this size are spoken into it.
    async fn speaks(
        &mut self,
        centre: &Centre,
        call: CallId,
        recording: i64,
        seconds: usize,
        size: f64,
    ) -> String {
        let id = RecordingId(recording);
        let file = format!("{recording}.wav");
        let frames = seconds * 8_000;
        let mut bytes = wav::header(frames as u64).to_vec();
        for at in 0..frames {
            let sample = (size * (at as f64 * 0.5).sin()) as i16;
            bytes.extend([g711::to_alaw(sample), g711::to_alaw(0)]);
        }
        std::fs::create_dir_all(&self.folder).expect("made");
        std::fs::write(self.folder.join(&file), &bytes).expect("written");
        let started = What::RecordingStarted { call, recording: id, file: file.clone() };
        let sealed = What::RecordingSealed {
            recording: id,
            file,
            duration_ms: seconds as u64 * 1_000,
            bytes: bytes.len() as u64,
            sha256: String::new(),
        };
        self.take(centre, vec![started, sealed]).await;
        id.to_string()
    }

    async fn hangs_up(&mut self, centre: &Centre, call: CallId) {
        self.take(centre, vec![What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd }]).await;
    }
}

async fn publish_flow(centre: &Centre) {
    use ivr_flows::rules::{Change, Flow, Live, NewVersion};
    let source = "name = \"record_greeting\"\nsteps = [{ hang_up = true }]";
    let (mut tx, now) = (centre.db().begin().await.expect("a change"), centre.now());
    let by = ivr_flows::By::default();
    assert!(
        ivr_flows::store::add(&mut tx, FlowId(9), "record_greeting", source, &by, now).await.expect("a flow")
    );
    let flow = ivr_flows::store::named(&mut tx, "record_greeting").await.expect("flows").expect("the flow");
    let live = Live { version: 1, at: now, by: None, source: source.into() };
    let published = Flow { live: Some(live), revision: flow.revision + 1, ..flow.clone() };
    let version = NewVersion { version: 1, source: source.into(), note: None };
    let change =
        Change { flow: Some(published), version: Some(version), kind: "flow_published", heard: false };
    assert!(ivr_flows::store::save(&mut tx, &flow, &change, &by, now).await.expect("published"));
    tx.commit().await.expect("kept");
}

/// O6: the greeting is spoken by a person, from wherever the leader has a telephone.
#[test]
fn a_leader_speaks_the_greeting_into_his_telephone() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (_, menus) = look_ups(&centre, &Speech::none("a test"));
        let folder = centre.booth.recordings.folder.clone();
        let mut line = OnTheLine { growing: Growing::load(&db).await.expect("none"), position: 0, folder };
        let (outage, mine) = fault(&centre, 4).await;
        let path = format!("/api/outages/{}/voice", id(&outage));
        let refused = async || centre.post(LEADER, &path, json!({})).await.body["code"].clone();
        assert_eq!(refused().await, "outages.not_now", "nothing is said of a draft");
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        assert_eq!(refused().await, "outages.no_voice_flow");
        publish_flow(&centre).await;
        let ring = async || {
            centre.hall.take();
            let reply = centre.post(LEADER, &path, json!({})).await;
            assert_eq!(reply.body["voice"]["state"], "ringing", "{}", reply.show());
            let asked = centre.hall.take().into_iter().find_map(|input| match input {
                Input::CallOut(wanted) => Some(*wanted),
                _ => None,
            });
            let wanted = asked.expect("his telephone rings");
            assert_eq!((wanted.own, wanted.flow), (Some(kernel::PersonId(LEADER.0)), FlowId(9)));
            wanted
        };
        let state = async || centre.get(LEADER, &path).await["voice"].clone();
        assert_eq!(centre.post(AGENT, &path, json!({})).await.status.as_u16(), 403);

        // Dead air first, then words; heard back and kept.
        let wanted = ring().await;
        let call = CallId(1);
        line.answers(&centre, call, &wanted).await;
        let dead = line.speaks(&centre, call, 1, 8, 0.0).await;
        let value = |answer: Option<Answer>| answer.map(|answer| answer.value);
        assert_eq!(value(ask(&centre, &menus, "outages.recorded", &dead).await).as_deref(), Some("silent"));
        let short = line.speaks(&centre, call, 2, 1, 8_000.0).await;
        assert_eq!(value(ask(&centre, &menus, "outages.recorded", &short).await).as_deref(), Some("short"));
        let long = line.speaks(&centre, call, 3, 50, 8_000.0).await;
        assert_eq!(value(ask(&centre, &menus, "outages.recorded", &long).await).as_deref(), Some("long"));
        let good = line.speaks(&centre, call, 4, 6, 8_000.0).await;
        let back = ask(&centre, &menus, "outages.recorded", &good).await.expect("a clip");
        assert_eq!((back.value.as_str(), back.says[0].subject.as_str()), ("recorded", good.as_str()));
        assert_eq!(value(ask(&centre, &menus, "outages.keep", &good).await).as_deref(), Some("kept"));
        assert_eq!(ask(&centre, &menus, "outages.recorded", "re_unknown").await, None);
        line.hangs_up(&centre, call).await;
        let voice = state().await;
        assert_eq!((&voice["state"], &voice["clip"]["seconds"]), (&json!("kept"), &json!(6)), "{voice}");
        // Nobody hears it before it is approved; a clip that is not there never is.
        let hears = async || clips(&ask(&centre, &menus, "outages", &mine).await.expect("his outage"));
        assert!(hears().await.starts_with("interruption_until"));
        let set = |clip: Value| json!({ "act": "set_greeting", "mode": "auto", "words": null, "clip": clip });
        let gone = json!({ "name": "uploaded/00000000000000000000000000000000", "seconds": 6 });
        assert_eq!(centre.try_act(LEADER, &outage, set(gone)).await.body["code"], "outages.no_such_clip");
        let escape = json!({ "name": "../../etc/passwd", "seconds": 6 });
        assert_eq!(centre.try_act(LEADER, &outage, set(escape)).await.body["code"], "outages.no_such_clip");
        let clip = voice["clip"]["name"].as_str().expect("a clip");
        let sound = centre.site.get(&format!("{path}/audio?clip={clip}")).by(AGENT.0, AGENT.1).send().await;
        assert_eq!(sound.status.as_u16(), 200);
        centre.act(LEADER, &outage, set(voice["clip"].clone())).await;
        assert_eq!(format!("uploaded/{}", hears().await), clip);

        // Hung up while speaking: it is kept all the same, a leader listens before he approves.
        let wanted = ring().await;
        line.answers(&centre, CallId(2), &wanted).await;
        line.speaks(&centre, CallId(2), 5, 9, 8_000.0).await;
        line.hangs_up(&centre, CallId(2)).await;
        assert_eq!(state().await["state"], "hung_up");
        crate::voice::settle(centre.site.app.clone(), centre.booth.clone()).await.expect("settled");
        assert_eq!(state().await["clip"]["seconds"], 9);
        // Nobody answers.
        let wanted = ring().await;
        let nobody = CallId(3);
        let placed = What::CalledOut {
            call: nobody,
            leg: LegId(3),
            trunk: None,
            attempt: wanted.attempt,
            from: "95598".into(),
            to: "1020".into(),
            flow: wanted.flow,
        };
        let ended = What::CallEnded { call: nobody, by: Party::System, cause: EndCause::NoAnswer };
        line.take(&centre, vec![placed, ended]).await;
        assert_eq!(state().await["state"], "not_reached");
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}
