//! Real callers over SIP, a real database behind the look-up: what they are told, when, and that it is never half of two
//! wordings.

mod caller;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Sound};
use db::Db;
use exchange::fact::What;
use exchange::{Exchange, TrunkLine};
use files::log::{Log, Reader};
use ivr::{Choice, Said};
use kernel::calendar::Calendar;
use kernel::time::TestClock;
use kernel::{Clock, FlowId, IdMint, QueueId, TrunkId};
use sqlx::Row;
use telephony::{Directory, MediaConfig, Telephony, TrunkConfig};
use web::SteadyClock;

use self::caller::{Caller, codes};
use super::*;
use crate::driver;
use crate::facts::Line;

const FLOW: &str = r#"
name = "hotline"
person = "general"
steps = [
  { announce = "told", say = "通知请按1", voice = "keys", danger = { queue = "general", urgent = true }, timeout_s = 1, wait_ms = WAIT },
  { say = "您好", voice = "welcome" },
  { hang_up = true },
]
"#;

/// By keys alone: a place out of ten, and what is known of it.
const BY_AREA: &str = r#"
name = "hotline"
person = "general"

[[node]]
name = "where"
choose_from = "places"
into = "place"
say = "请选择"
voice = "which"
press = "请按"
press_voice = "press"
more = "更多请按9"
more_voice = "more"
none = "nothing"
unknown = "nothing"
next = "there"

[[node]]
name = "there"
announce = "told"
argument = "place"
say = "通知请按1"
voice = "keys"
wait_ms = 2000
timeout_s = 2
told = "hang_up"
danger = { queue = "general", urgent = true }
none = "nothing"
next = "hang_up"

[[node]]
name = "nothing"
say = "没有停电"
voice = "nothing"
next = "hang_up"
"#;

/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_secs(100);
/// What a menu waits for unless it says otherwise.
const BOUND: Duration = Duration::from_millis(300);

/// The codes of A-law a clip consists of: nothing else sounds like it.
const WELCOME: u8 = 3;
const KEYS: u8 = 4;
const WHICH: u8 = 5;
const PRESS: u8 = 6;
const MORE: u8 = 7;
const NOTHING: u8 = 8;
/// The name of the nth place, and the figure n.
const PLACE: u8 = 100;
const FIGURE: u8 = 120;

fn clip(folder: &Path, name: &str, code: u8, ms: usize) {
    let samples = vec![code; ms * 8];
    let mut file = audio::wav::prompt_header(samples.len() as u64).to_vec();
    file.extend(samples);
    let path = folder.join(format!("{name}.wav"));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, file).expect("written");
}

/// A centre with one menu whose first step asks the room of the test.
struct Rig {
    folder: tempfile::TempDir,
    db: Db,
    sip: std::net::SocketAddr,
    telephony: Telephony,
    look_ups: LookUps,
}

fn steady() -> Arc<dyn Clock> {
    Arc::new(SteadyClock::start())
}

/// Its time stands still: no menu becomes impatient, however slow the machine is.
fn standing() -> Arc<dyn Clock> {
    Arc::new(TestClock::monday_morning())
}

impl Rig {
    /// The room answers after `late`, and the menu waits for at most `wait`.
    async fn start(late: Duration, wait: Duration) -> Rig {
        let room = LookUp::new("told", "the calling number", wait, move |app: App, _| async move {
            tokio::time::sleep(late).await;
            told(&app.db).await
        });
        Rig::of(&FLOW.replace("WAIT", &wait.as_millis().to_string()), vec![room], steady()).await
    }

    /// With this flow, what it may ask, and this clock for the menu.
    async fn of(flow: &str, rooms: Vec<LookUp>, clock: Arc<dyn Clock>) -> Rig {
        let folder = tempfile::tempdir().expect("a folder");
        let db =
            Db::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.expect("opened");
        db.migrate(&[], clock.now()).await.expect("migrated");
        let mut tx = db.begin().await.expect("begun");
        sqlx::query(
            "CREATE TABLE told (place BIGINT NOT NULL, revision BIGINT NOT NULL, clip TEXT NOT NULL)",
        )
        .execute(&mut *tx)
        .await
        .expect("made");
        tx.commit().await.expect("kept");
        let prompts = folder.path().join("prompts");
        clip(&prompts, "welcome", WELCOME, 300);
        clip(&prompts, "keys", KEYS, 200);
        for (name, code) in [("which", WHICH), ("press", PRESS), ("more", MORE), ("nothing", NOTHING)] {
            clip(&prompts, name, code, 60);
        }
        for n in 1..=10 {
            clip(&prompts, &format!("spoken/place_{n}"), PLACE + n, 60);
            clip(&prompts, &format!("parts/{n}"), FIGURE + n, 60);
        }
        let mint = Arc::new(IdMint::new(0));
        let media = MediaConfig {
            ports: 40_000..=43_999,
            prompts_dirs: vec![prompts],
            recordings_dir: folder.path().join("recordings"),
            ..MediaConfig::default()
        };
        let mut config = telephony::Config::new("test", media);
        config.udp = vec!["127.0.0.1:0".parse().expect("an address")];
        config.tcp = Vec::new();
        let trunk = TrunkConfig {
            id: TrunkId(1),
            name: "carrier".into(),
            from: vec!["127.0.0.0/8".parse().expect("a range")],
            register: None,
            out: None,
            max_calls: 1_000,
            busy_status: Default::default(),
            learn_rtp: false,
            codecs: Vec::new(),
        };
        let directory = Directory { trunks: vec![trunk], ..Directory::default() };
        let (telephony, events) =
            Telephony::start(config, directory, clock.clone(), mint.clone()).await.expect("started");
        let names = ivr::Names {
            queues: [("general".to_owned(), QueueId(1))].into(),
            prompts: None,
            look_ups: None,
            time_zone: jiff::tz::TimeZone::UTC,
            holidays: Default::default(),
        };
        let source = toml::from_str(flow).expect("a flow");
        let compiled = ivr::compile(&source, FlowId(1), 1, &names);
        let flow = compiled.flow.unwrap_or_else(|| panic!("{:?}", compiled.findings));
        let line = TrunkLine { max_calls: Some(1_000), busy_when_full: false, caller_id: None };
        let exchange = Exchange::new(
            exchange::Config {
                flows: [(FlowId(1), Arc::new(flow))].into(),
                any_number: Some(FlowId(1)),
                trunks: [(TrunkId(1), line)].into(),
                ..exchange::Config::default()
            },
            mint.clone(),
        );
        let log = Log::open(&folder.path().join("facts"), 16 << 20).expect("a log");
        let (look_ups, questions) = LookUps::new();
        let (hall, _thread) = driver::start(
            exchange,
            telephony.clone(),
            events,
            log,
            clock.clone(),
            Calendar::china(),
            look_ups.clone(),
        )
        .expect("started");
        let app = App::new(db.clone(), clock, mint, Arc::new(people::Keeper::default()));
        super::start(questions, app, rooms, hall).expect("started");
        let sip = *telephony.addresses().first().expect("an address");
        Rig { folder, db, sip, telephony, look_ups }
    }

    /// Three segments of one wording, whose codes nobody else has, in place of all that was there.
    async fn put(&self, revision: u8) {
        for place in 0..3 {
            clip(&self.folder.path().join("prompts"), &name(revision, place), code(revision, place), 120);
        }
        let mut tx = self.db.begin().await.expect("begun");
        sqlx::query("DELETE FROM told").execute(&mut *tx).await.expect("gone");
        for place in 0..3_u8 {
            sqlx::query("INSERT INTO told (place, revision, clip) VALUES ($1, $2, $3)")
                .bind(i64::from(place))
                .bind(i64::from(revision))
                .bind(name(revision, place))
                .execute(&mut *tx)
                .await
                .expect("there");
        }
        tx.commit().await.expect("kept");
    }

    fn facts(&self) -> Vec<What> {
        let mut reader = Reader::open(&self.folder.path().join("facts"), 0);
        let records = reader.read(100_000).expect("readable");
        let what = |record: &files::log::Record| match serde_json::from_slice(&record.bytes).ok()? {
            Line::Fact(fact) => Some(fact.what),
            Line::Beat(_) => None,
        };
        records.iter().filter_map(what).collect()
    }
}

fn name(revision: u8, place: u8) -> String {
    format!("spoken/{revision}_{place}")
}

fn code(revision: u8, place: u8) -> u8 {
    10 + revision * 3 + place
}

/// As a room answers: one statement, so one committed state.
async fn told(db: &Db) -> anyhow::Result<Option<Answer>> {
    let rows = sqlx::query("SELECT revision, clip FROM told ORDER BY place").fetch_all(db.read()).await?;
    let says = rows
        .iter()
        .map(|row| {
            Ok(Said {
                subject: "ou_1".into(),
                revision: u32::try_from(row.try_get::<i64, _>("revision")?)?,
                own: true,
                sounds: vec![Sound::Clip(Clip::new(row.try_get("clip")?))],
            })
        })
        .collect::<anyhow::Result<Vec<Said>>>()?;
    Ok((!says.is_empty()).then(|| Answer { value: says.len().to_string(), says, ..Answer::default() }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_his_outage_and_then_the_menu() {
    let rig = Rig::start(Duration::ZERO, BOUND).await;
    // Nothing is the matter: the menu.
    assert_eq!(codes(&Caller::call(rig.sip, 1).await.listen(Duration::from_millis(2_500)).await), [WELCOME]);
    rig.put(1).await;
    let all = [code(1, 0), code(1, 1), code(1, 2), KEYS, WELCOME];
    let heard = Caller::call(rig.sip, 2).await.listen(Duration::from_millis(4_500)).await;
    assert_eq!(codes(&heard), all);
    // One who presses 1 wants to be told.
    let mut caller = Caller::call(rig.sip, 3).await;
    caller.press(1).await;
    caller.listen(Duration::from_millis(900)).await;
    let facts = rig.facts();
    let announced =
        facts.iter().filter(|what| matches!(what, What::Announced { revision: 1, own: true, .. }));
    assert_eq!(announced.count(), 2, "{facts:#?}");
    let heard = facts.iter().filter(|what| matches!(what, What::AnnouncementHeard { .. })).count();
    let served = facts.iter().filter(|what| matches!(what, What::SelfServed { .. })).count();
    let told: Vec<&str> = facts
        .iter()
        .filter_map(|what| match what {
            What::WantsToBeTold { number, .. } => Some(number.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!((heard, served > 1, told), (1, true, vec!["13900000003"]), "{facts:#?}");
    rig.telephony.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_for_an_answer_hears_the_menu_as_if_there_were_none() {
    let rig = Rig::start(Duration::from_secs(20), BOUND).await;
    rig.put(1).await;
    let heard = Caller::call(rig.sip, 1).await.listen(Duration::from_millis(3_000)).await;
    assert_eq!(codes(&heard), [WELCOME]);
    // Not later than the bound: about a third of a second of silence, then the menu; more where the machine is busy.
    let silent = heard.iter().take_while(|code| **code != WELCOME).count() / 8;
    assert!((250..2_500).contains(&silent), "{silent} ms");
    rig.telephony.stop().await;
}

/// Two hundred callers while the wording changes again and again: each hears one wording, whole, and who comes after a
/// change hears the new one.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_two_hundred_callers_hears_one_whole_wording() {
    const CALLERS: u64 = 200;
    const WORDINGS: u8 = 30;
    // How fast is measured elsewhere (`bench lookups`); here it may take its time.
    let room = LookUp::new("told", "nothing", PATIENCE, |app: App, _| async move { told(&app.db).await });
    let rig = Arc::new(Rig::of(&FLOW.replace("WAIT", "300"), vec![room], standing()).await);
    rig.put(0).await;
    let committed = Arc::new(std::sync::atomic::AtomicU8::new(0));
    let (writer, at) = (rig.clone(), committed.clone());
    let writing = tokio::spawn(async move {
        for revision in 1..WORDINGS {
            tokio::time::sleep(Duration::from_millis(150)).await;
            writer.put(revision).await;
            at.store(revision, std::sync::atomic::Ordering::SeqCst);
        }
    });
    let mut callers = Vec::new();
    for number in 0..CALLERS {
        let (sip, committed) = (rig.sip, committed.clone());
        callers.push(tokio::spawn(async move {
            let before = committed.load(std::sync::atomic::Ordering::SeqCst);
            (before, Caller::call(sip, number).await.first(3).await)
        }));
        tokio::time::sleep(Duration::from_millis(22)).await;
    }
    let mut wordings = std::collections::BTreeSet::new();
    for caller in callers {
        let (before, heard) = caller.await.expect("a caller");
        let revision =
            heard.first().and_then(|first| first.checked_sub(10)).expect("an announcement first") / 3;
        let whole = [code(revision, 0), code(revision, 1), code(revision, 2)];
        assert_eq!(heard, whole);
        assert!(revision >= before, "heard {revision} when {before} was in force already");
        wordings.insert(revision);
    }
    writing.await.expect("written");
    assert!(wordings.len() > 5, "{wordings:?}");
    rig.telephony.stop().await;
}

/// All at the same moment: nobody hears the menu in place of his outage, or another's.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_two_hundred_callers_at_once_hears_his_own_outage() {
    const CALLERS: u8 = 200;
    let own = |number: u8| [10 + number / 16, 30 + number % 16];
    let room = LookUp::new("told", "the calling number", PATIENCE, |app: App, number| async move {
        let row = sqlx::query("SELECT first, second FROM own WHERE number = $1")
            .bind(number)
            .fetch_one(app.db.read())
            .await?;
        let clip = |name| anyhow::Ok(Sound::Clip(Clip::new(row.try_get(name)?)));
        let sounds = vec![clip("first")?, clip("second")?];
        let says = vec![Said { subject: "ou_1".into(), revision: 1, own: true, sounds }];
        Ok(Some(Answer { value: "1".into(), says, ..Answer::default() }))
    });
    let rig = Rig::of(&FLOW.replace("WAIT", "300"), vec![room], standing()).await;
    let mut tx = rig.db.begin().await.expect("begun");
    let table = "CREATE TABLE own (number TEXT PRIMARY KEY, first TEXT NOT NULL, second TEXT NOT NULL)";
    sqlx::query(table).execute(&mut *tx).await.expect("made");
    for number in 0..CALLERS {
        let names = own(number).map(|code| format!("spoken/own_{code}"));
        for (name, code) in names.iter().zip(own(number)) {
            clip(&rig.folder.path().join("prompts"), name, code, 120);
        }
        let [first, second] = names;
        let row = sqlx::query("INSERT INTO own (number, first, second) VALUES ($1, $2, $3)");
        let row = row.bind(format!("139{number:08}")).bind(first).bind(second);
        row.execute(&mut *tx).await.expect("there");
    }
    tx.commit().await.expect("kept");
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| {
            let sip = rig.sip;
            tokio::spawn(async move { Caller::call(sip, u64::from(number)).await.first(2).await })
        })
        .collect();
    for (number, caller) in (0..CALLERS).zip(callers) {
        assert_eq!(caller.await.expect("a caller"), own(number), "the {number}th");
    }
    rig.telephony.stop().await;
}

/// What SIP and the rooms do on their threads keeps no caller waiting: here each of these is busy, for as long as it takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn menus_are_answered_while_every_other_thread_is_busy() {
    let (asked, hears) = std::sync::mpsc::channel();
    let room = LookUp::new("told", "a number", PATIENCE, move |app: App, number| {
        let asked = asked.clone();
        async move {
            app.db.ping().await?;
            asked.send(number)?;
            Ok(None)
        }
    });
    let rig = Rig::of(&FLOW.replace("WAIT", "300"), vec![room], steady()).await;
    let mut busy = Vec::new();
    let (begins, begun) = std::sync::mpsc::channel();
    for _ in 0..2 {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let begins = begins.clone();
        tokio::spawn(async move {
            begins.send(()).expect("somebody waits");
            released.recv()
        });
        busy.push(release);
    }
    for _ in 0..2 {
        begun.recv_timeout(PATIENCE).expect("both threads are taken");
    }
    assert!(rig.look_ups.ask(CallId(1), "told", &Argument { text: "139".into(), ..Argument::default() }));
    assert_eq!(hears.recv_timeout(PATIENCE).as_deref(), Ok("139"));
    drop(busy);
    rig.telephony.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_chooses_his_place_with_keys() {
    let places = LookUp::new("places", "nothing", Duration::from_secs(2), |_, _| async {
        let choice = |n: u8| Choice {
            value: format!("place {n}"),
            sounds: vec![Sound::Clip(Clip::new(&format!("spoken/place_{n}")))],
        };
        Ok(Some(Answer { value: "10".into(), choices: (1..=10).map(choice).collect(), ..Answer::default() }))
    });
    let told = LookUp::new("told", "a place", Duration::from_secs(2), |app: App, place: String| async move {
        // Where nobody has chosen it, nothing is off.
        if place == "place 10" { told(&app.db).await } else { Ok(Some("none".into())) }
    });
    let rig = Rig::of(BY_AREA, vec![places, told], steady()).await;
    rig.put(1).await;
    let mut caller = Caller::call(rig.sip, 1).await;
    caller.hear(MORE).await;
    caller.press(9).await;
    caller.hear(PLACE + 10).await;
    caller.press(2).await;
    caller.hear(KEYS).await;
    caller.press(1).await;
    let heard = codes(&caller.listen(Duration::from_millis(600)).await);
    let mut whole = vec![WHICH];
    for n in 1..=8 {
        whole.extend([PLACE + n, PRESS, FIGURE + n]);
    }
    whole.push(MORE);
    assert_eq!(heard.get(..whole.len()), Some(&whole[..]), "the first page, whole");
    let rest = heard.get(whole.len()..).unwrap_or_default();
    assert_eq!(rest.get(..4), Some(&[PLACE + 9, PRESS, FIGURE + 1, PLACE + 10][..]), "{heard:?}");
    let told = [code(1, 0), code(1, 1), code(1, 2), KEYS];
    assert!(rest.windows(4).any(|part| part == told), "{heard:?}");
    let wishes = rig.facts().into_iter().filter(|what| matches!(what, What::WantsToBeTold { .. })).count();
    assert_eq!(wishes, 1);

    // Another place: nothing is off there, and that is said.
    let mut caller = Caller::call(rig.sip, 2).await;
    caller.press(3).await;
    caller.hear(NOTHING).await;
    rig.telephony.stop().await;
}
