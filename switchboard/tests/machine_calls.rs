//! The machine's calls about outages and escalations, over real SIP: a telephone of the town is rung, hears what it is to hear,
//! presses its keys, and what came of it is asked for over HTTP. And a leader who speaks a greeting into his own telephone.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audio::{Clip, Sound, g711, wav};
use exchange::line::{Command, Event, PlayMode};
use kernel::{Clock, IdMint, LegId, RecordingId, Timestamp, TrunkId};
use reqwest::Method;
use serde_json::{Value, json};
use telephony::{Config, Directory, MediaConfig, Register, Telephony, TrunkConfig};
use testkit::{Centre, Session, wait_for};
use web::SteadyClock;

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(60);
const HZ: f64 = 8_000.0;

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A clip of the house, and how long it is.
fn clip(name: &str) -> (Vec<i16>, Duration) {
    let file = std::fs::read(house().join(format!("prompts/{name}.wav"))).expect("a clip");
    let sound: Vec<i16> =
        file[wav::HEADER_BYTES..].iter().map(|code| g711::ALAW[usize::from(*code)]).collect();
    let long = Duration::from_secs_f64(sound.len() as f64 / HZ);
    (sound, long)
}

/// How alike they are, however loud: 1 is the same.
fn alike(one: &[i16], other: &[i16]) -> f64 {
    let (mut both, mut a, mut b) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        (both, a, b) = (both + x * y, a + x * x, b + y * y);
    }
    if a == 0.0 || b == 0.0 { 0.0 } else { both / (a * b).sqrt() }
}

/// Whether a fifth of a second out of the loudest parts of `clip` is in what was heard, be it at another volume.
fn is_in(heard: &[i16], clip: &[i16]) -> bool {
    const PART: usize = 1_600;
    const BEGIN: usize = 80;
    let loud = |part: &&[i16]| part.iter().map(|s| i64::from(s.unsigned_abs())).sum::<i64>();
    let mut parts: Vec<&[i16]> = clip.chunks_exact(PART).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(loud(part)));
    parts.iter().take(4).any(|part| {
        heard.windows(PART).any(|at| alike(&at[..BEGIN], &part[..BEGIN]) > 0.9 && alike(at, part) > 0.9)
    })
}

/// What whoever answers does, so long after it was answered.
#[derive(Clone)]
enum Does {
    Says(&'static str),
    Presses(char),
}

/// What a telephone has met.
#[derive(Clone, Debug, Default)]
struct Met {
    /// The numbers that were rung.
    rung: Vec<String>,
    /// Files of what it heard, complete.
    heard: Vec<String>,
}

/// A telephone that answers at once, keeps what it hears, does what it is to do, and waits until the centre hangs up.
struct Telephone {
    at: SocketAddr,
    folder: tempfile::TempDir,
    met: Arc<Mutex<Met>>,
    _run: tokio::task::JoinHandle<()>,
}

impl Telephone {
    /// In the town, where the carrier brings every number.
    async fn in_town(script: Vec<(Duration, Does)>) -> Telephone {
        Telephone::open([127, 0, 0, 6].into(), None, script).await
    }

    /// On a desk, registered with the centre.
    async fn of(centre: &Centre, number: &str, script: Vec<(Duration, Does)>) -> Telephone {
        let register = Register {
            registrar: centre.sip.to_string(),
            username: number.to_owned(),
            password: format!("demo-{number}"),
        };
        Telephone::open([127, 0, 0, 7].into(), Some(register), script).await
    }

    async fn open(host: IpAddr, register: Option<Register>, script: Vec<(Duration, Does)>) -> Telephone {
        let at = UdpSocket::bind((host, 0)).and_then(|socket| socket.local_addr()).expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        let media = MediaConfig {
            bind: vec![host],
            prompts_dirs: vec![house().join("prompts")],
            recordings_dir: folder.path().to_owned(),
            ..MediaConfig::default()
        };
        let mut config = Config::new("switchboard", media);
        config.udp = vec![at];
        let registers = register.is_some();
        let line = TrunkConfig {
            id: TrunkId(1),
            name: "centre".to_owned(),
            from: ["127.0.0.0/8"].iter().flat_map(|net| net.parse()).collect(),
            register,
            out: None,
            max_calls: 10,
            busy_status: telephony::BusyStatus::Busy,
            learn_rtp: false,
            codecs: vec![telephony::Codec::Pcma],
        };
        let directory = Directory { trunks: vec![line], ..Directory::default() };
        let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
        let mint = Arc::new(IdMint::new(0));
        let (telephony, mut events) =
            Telephony::start(config, directory, clock.clone(), mint.clone()).await.expect("a telephone");
        if registers {
            let up = async {
                while !matches!(events.recv().await, Some(Event::Trunk { up: true, .. })) {}
            };
            tokio::time::timeout(LONG, up).await.expect("it is let in");
        }
        let met = Arc::<Mutex<Met>>::default();
        let run = tokio::spawn(answer(telephony, events, (clock, mint), script, met.clone()));
        Telephone { at, folder, met, _run: run }
    }

    /// The only call: who was rung, and all that was heard.
    async fn met(&self) -> (String, Vec<i16>) {
        let met = wait_for("a call that is over", LONG, async || {
            Some(self.met.lock().expect("not poisoned").clone()).filter(|met| !met.heard.is_empty())
        })
        .await;
        assert_eq!((met.rung.len(), met.heard.len()), (1, 1), "{met:?}");
        let file = std::fs::read(self.folder.path().join(&met.heard[0])).expect("what was heard");
        // On the left is whoever is at the other end.
        let heard = file[wav::HEADER_BYTES..].iter().step_by(2).map(|code| g711::ALAW[usize::from(*code)]);
        (met.rung[0].clone(), heard.collect())
    }
}

async fn answer(
    telephony: Telephony,
    mut events: tokio::sync::mpsc::Receiver<Event>,
    (clock, mint): (Arc<dyn Clock>, Arc<IdMint>),
    script: Vec<(Duration, Does)>,
    met: Arc<Mutex<Met>>,
) {
    let (does, mut doing) = tokio::sync::mpsc::unbounded_channel::<(LegId, Does)>();
    loop {
        let commands = tokio::select! {
            event = events.recv() => match event {
                Some(Event::Incoming { leg, to, .. }) => {
                    met.lock().expect("not poisoned").rung.push(to);
                    vec![Command::Answer { leg }]
                }
                Some(Event::Answered { leg }) => {
                    for (after, what) in script.clone() {
                        let does = does.clone();
                        tokio::spawn(async move {
                            tokio::time::sleep(after).await;
                            let _ = does.send((leg, what));
                        });
                    }
                    let recording: RecordingId = mint.mint(clock.now());
                    vec![Command::Record { recording, leg }]
                }
                Some(Event::RecordingSealed { file, .. }) => {
                    met.lock().expect("not poisoned").heard.push(file);
                    vec![]
                }
                Some(_) => vec![],
                None => return,
            },
            Some((leg, what)) = doing.recv() => {
                let sounds = match what {
                    Does::Says(name) => vec![Sound::Clip(Clip::new(name))],
                    Does::Presses(key) => vec![Sound::Key { digit: key.try_into().expect("a key"), ms: 120 }],
                };
                vec![Command::Play { leg, play: mint.mint(clock.now()), sounds, mode: PlayMode::Once }]
            }
        };
        for command in commands {
            telephony.command(command).expect("taken");
        }
    }
}

async fn get(by: &Session, path: &str) -> Value {
    let reply = by.get(path).await.expect("an answer");
    assert_eq!(reply.status, 200, "{path}: {}", reply.json);
    reply.json
}

async fn ask(by: &Session, method: Method, path: &str, body: Value) -> Value {
    let reply = by.ask(method, path, Some(body)).await.expect("an answer");
    assert_eq!(reply.status, 200, "{path}: {}", reply.json);
    reply.json
}

async fn post(by: &Session, path: &str, body: Value) -> Value {
    ask(by, Method::POST, path, body).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A centre whose carrier ends at this telephone, whose machine calls at any hour whom it is to call.
async fn centre(telephone: Option<&Telephone>) -> Centre {
    let centre = Centre::start(PROGRAM, &house()).await.expect("the centre starts");
    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let mut campaigns = get(&leader, "/api/campaigns/settings").await;
    campaigns["settings"]["hours"] = json!([]);
    campaigns["settings"]["tell_machines"] = json!(false);
    ask(&leader, Method::PUT, "/api/campaigns/settings", campaigns).await;
    if let Some(telephone) = telephone {
        let admin = centre.sign_in("3001").await.expect("the administrator");
        let lines = get(&admin, "/api/calls/lines").await;
        let known = lines["trunks"][0].clone();
        let mut trunk = known["trunk"].clone();
        trunk["out"] = json!(format!("sip:{}", telephone.at));
        let form = json!({ "version": known["version"], "trunk": trunk });
        ask(&admin, Method::PUT, "/api/calls/trunks/carrier", form).await;
    }
    centre
}

async fn switch_on(leader: &Session, what: &str) {
    let mut view = get(leader, "/api/outages/settings").await;
    view["settings"]["machine"][what] = json!(true);
    ask(leader, Method::PUT, "/api/outages/settings", view).await;
}

/// A customer of the demo with gas, and the lowest thing that supplies him.
async fn home(by: &Session) -> (String, Value) {
    wait_for("a customer with gas", LONG, async || {
        let rows = get(by, "/api/customers?utility=gas&class=residential&limit=20").await;
        for row in rows["items"].as_array().into_iter().flatten() {
            let path = format!("/api/customers/{}", text(&row["id"]));
            let whole = get(by, &path).await;
            let element = whole["supply"][0]["path"].as_array().and_then(|path| path.last());
            if let Some(element) = element {
                return Some((path, element.clone()));
            }
        }
        None
    })
    .await
}

fn plan(class: &str, element: &Value, starts: Timestamp) -> Value {
    let cause = if class == "planned" { "maintenance" } else { "equipment" };
    json!({
        "utility": "gas", "class": class, "cause": cause, "reason": "调压站检修",
        "area": { "text": "青岚路12号", "elements": [element["id"]], "places": [], "accounts": [] },
        "starts": starts, "ends": starts + Duration::from_secs(6 * 3_600),
    })
}

async fn act(by: &Session, outage: &str, act: Value) -> Value {
    let path = format!("/api/outages/{outage}");
    let version = get(by, &path).await["version"].clone();
    post(by, &format!("{path}/act"), json!({ "act": act, "version": version })).await
}

fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_important_customer_is_rung_hears_the_notice_and_has_noted_it() {
    let (opening, long) = clip("recorded/important_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let writer = centre.sign_in("2001").await.expect("a shift leader");
    let (path, element) = home(&leader).await;
    let version = get(&leader, &path).await["version"].clone();
    let flag = json!({ "version": version, "act": "set_flag", "flag": "important", "reason": "医院" });
    let customer = post(&leader, &format!("{path}/acts"), flag).await;
    let number = customer["contacts"][0]["number"].clone();

    switch_on(&leader, "important").await;
    let starts = SteadyClock::start().now() + Duration::from_secs(5 * 86_400);
    let outage = post(&writer, "/api/outages", plan("planned", &element, starts)).await;
    let outage = text(&outage["id"]).to_owned();
    act(&writer, &outage, json!({ "act": "submit" })).await;
    act(&leader, &outage, json!({ "act": "approve" })).await;
    act(&writer, &outage, json!({ "act": "publish" })).await;

    let (rung, heard) = telephone.met().await;
    let masked = format!("{}****{}", &rung[..3], &rung[7..]);
    assert_eq!(number, json!(masked), "his own number");
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/interruption_coming").0), "what is coming");
    assert!(is_in(&heard, &clip("recorded/outcall_thanks").0), "and thanks");
    let call = wait_for("what came of it", LONG, async || {
        let told = get(&leader, &format!("/api/outages/{outage}/told")).await;
        let calls = told["calls"].as_array().cloned().unwrap_or_default();
        calls.into_iter().find(|call| call["days"] == 7 && call["state"] != "open")
    })
    .await;
    assert_eq!((&call["state"], &call["machine"]), (&json!("reached"), &json!("done")));
    assert_eq!(call["attempts"][0]["note"], "自动电话：按键确认已记录");
    // The day before he is called again; today nobody else has to.
    let owed = get(&leader, "/api/outages/owed").await;
    assert_eq!(owed["calls"].as_array().map(|calls| calls.iter().filter(|one| one["days"] == 7).count()), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liaison_who_cannot_be_written_to_is_rung() {
    let (opening, long) = clip("recorded/liaison_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let (_, element) = home(&leader).await;
    switch_on(&leader, "liaisons").await;
    let liaison = json!({ "name": "物业值班室", "phone": "05622601011", "place": "青岚物业", "communities": [],
        "elements": [element["code"]], "consent": true });
    post(&leader, "/api/outages/liaisons", liaison).await;
    let now = SteadyClock::start().now();
    let outage = post(&leader, "/api/outages", plan("fault", &element, now)).await;
    let outage = text(&outage["id"]).to_owned();
    act(&leader, &outage, json!({ "act": "publish" })).await;

    let (rung, heard) = telephone.met().await;
    assert_eq!(rung, "05622601011");
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/interruption_until").0), "what is off");
    wait_for("that he has been called", LONG, async || {
        let told = get(&leader, &format!("/api/outages/{outage}/told")).await;
        (told["liaisons"][0]["state"] == "called").then_some(())
    })
    .await;
    let owed = get(&leader, "/api/outages/owed").await["liaisons"].clone();
    assert!(!owed.as_array().expect("liaisons").iter().any(|one| one["name"] == "物业值班室"), "{owed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leads_is_rung_about_an_escalation_and_key_1_acknowledges() {
    let (opening, long) = clip("recorded/escalation_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    // The new way out is in force within a second.
    tokio::time::sleep(seconds(1.5)).await;
    let agent = centre.sign_in("1001").await.expect("an agent");
    let said = json!({ "ground": "explosion", "words": "客户称楼下燃气爆炸" });
    let escalation = post(&agent, "/api/escalations", said).await;
    let (rung, heard) = telephone.met().await;
    assert_eq!(rung, "13905620001", "who is on duty at the head");
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/escalation_number").0), "its number follows");
    assert!(is_in(&heard, &clip("recorded/escalation_confirmed").0), "and that it is acknowledged");
    let manager = centre.sign_in("4001").await.expect("the manager");
    let path = format!("/api/escalations/{}", text(&escalation["id"]));
    let seen = wait_for("the acknowledgement", LONG, async || {
        let seen = get(&manager, &path).await;
        (seen["state"] == "acknowledged").then_some(seen)
    })
    .await;
    let told = seen["turns"][0]["told"].as_array().cloned().expect("told");
    let call = told.iter().find(|one| one["by"] == "voice").expect("a call");
    assert_eq!((&call["came"], &call["tries"]), (&json!("reached"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_speaks_a_greeting_hears_it_and_it_waits_for_approval() {
    const SPOKEN: &str = "callers/06_xiaoxiao";
    let (spoken, length) = clip(SPOKEN);
    let begins = clip("recorded/greeting_speak").1 + seconds(1.2);
    let centre = centre(None).await;
    let script = vec![
        (begins, Does::Says(SPOKEN)),
        (begins + length + seconds(0.3), Does::Presses('#')),
        (begins + length * 2 + seconds(3.5), Does::Presses('1')),
    ];
    let telephone = Telephone::of(&centre, "2002", script).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let (_, element) = home(&leader).await;
    let outage = post(&leader, "/api/outages", plan("fault", &element, SteadyClock::start().now())).await;
    let outage = text(&outage["id"]).to_owned();
    act(&leader, &outage, json!({ "act": "publish" })).await;
    let path = format!("/api/outages/{outage}/voice");
    assert_eq!(post(&leader, &path, json!({})).await["voice"]["state"], "ringing");

    let (rung, heard) = telephone.met().await;
    assert_eq!(rung, "2002", "his own telephone");
    assert!(is_in(&heard, &spoken), "he hears what he has said");
    assert!(is_in(&heard, &clip("recorded/greeting_kept").0), "and that it is kept");
    let voice = wait_for("the greeting", LONG, async || {
        let voice = get(&leader, &path).await["voice"].clone();
        (voice["state"] == "kept").then_some(voice)
    })
    .await;
    let long = voice["clip"]["seconds"].as_f64().expect("a length");
    assert!((long - length.as_secs_f64()).abs() < 1.5, "{long} s of {length:?}");
    let whole = get(&leader, &format!("/api/outages/{outage}")).await;
    assert!(whole["greeting"]["clip"].is_null(), "nobody hears it before it is approved: {}", whole["greeting"]);
    let name = text(&voice["clip"]["name"]).to_owned();
    let sound = leader.get(&format!("{path}/audio?clip={name}")).await.expect("an answer");
    assert_eq!((sound.status, sound.content_type.as_str()), (200, "audio/wav"));
    let approved = act(
        &leader,
        &outage,
        json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": voice["clip"] }),
    )
    .await;
    assert_eq!(approved["greeting"]["clip"]["name"], json!(name));
}
