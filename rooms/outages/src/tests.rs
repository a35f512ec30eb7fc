//! The room as people use it, on both databases: a planned interruption from a sheet to the day after, a fault, two callers.

mod telephone;

use std::sync::Arc;
use std::time::Duration;

use calls::testing::Noting;
use customers::rules::demo::{customer, number, stranger};
use customers::store::network;
use db::testdb::on_both;
use db::{Db, Migrations, config};
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use serde_json::{Value, json};
use speech::Speech;
use web::testing::{Reply, TestSite};

use crate::rules::{Asker, Settings};
use crate::store::mentions::{self, Mention};
use crate::store::{outages, waves};
use crate::{Booth, MIGRATIONS, heard_by, heard_of_account, heard_of_area, jobs, room, tell_me};

mod after;
mod follows;
mod known;
mod machine;
mod news;
mod personal;
mod reminded;
mod rewired;
mod told;
mod wishes;

const ALL: &[Migrations] = &[
    promises::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    recordings::MIGRATIONS,
    customers::MIGRATIONS,
    interactions::MIGRATIONS,
    departments::MIGRATIONS,
    campaigns::MIGRATIONS,
    work_orders::MIGRATIONS,
    MIGRATIONS,
];

type Who = (i64, &'static [&'static str]);
const WRITER: Who = (10, &["outages.read", "outages.write", "outages.liaisons"]);
const LEADER: Who = (20, &["outages.read", "outages.write", "outages.approve", "outages.configure"]);
const AGENT: Who = (30, &["outages.read", "outages.tell", "calls.answer"]);

const HOUR: u64 = 3_600;
/// Customers of the test's town, and its seed.
const TOWN: u64 = 1_500;
const SEED: u64 = 7;

struct Centre {
    site: TestSite,
    hall: Arc<Noting>,
    calendar: Arc<Calendar>,
    booth: Booth,
    _folder: tempfile::TempDir,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning, with whoever is there already.
    async fn bare(db: &Db) -> Centre {
        let centre = Centre::process(db);
        db.join(&centre.site.site.events).await.expect("listening");
        notices::put_demo(&centre.site.app).await.expect("the texts");
        work_orders::put_demo(&centre.site.app, "gas").await.expect("the kinds");
        centre
    }

    /// The program started again, at this time.
    fn again(db: &Db, at: Timestamp) -> Centre {
        let centre = Centre::process(db);
        centre.site.clock.advance(at.since(centre.now()));
        centre
    }

    fn process(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let folder = tempfile::tempdir().expect("a folder");
        let booth = Booth::empty(folder.path());
        let site = TestSite::new(
            db.clone(),
            vec![room(
                hall.clone(),
                Calendar::china(),
                folder.path().to_owned(),
                Speech::none("a test"),
                booth.clone(),
            )],
        );
        Centre { site, hall, calendar: Arc::new(Calendar::china()), booth, _folder: folder }
    }

    /// The same with a town of its own.
    async fn open(db: &Db) -> Centre {
        let centre = Centre::bare(db).await;
        let site = &centre.site;
        customers::demo::fill(&site.app, TOWN, SEED, |_| std::future::ready(())).await.expect("a town");
        // The town is too small to have important customers by chance.
        let (area, own, _) = neighbours();
        let lives = |nth: &u64| {
            let one = customer(SEED, *nth, TOWN);
            one.parts.area == area && one.meter.is_some() && one.kind == customers::rules::Kind::Person
        };
        let mut tx = db.begin().await.expect("a change");
        for nth in (0..own).filter(lives).take(3) {
            let flagged =
                customers::store::calls::by_number(db, &number(nth)).await.expect("found").remove(0);
            let flag =
                "INSERT INTO customers_flag (party, flag, reason, since) VALUES ($1, 'important', '', 0)";
            sqlx::query(flag).bind(flagged.get()).execute(&mut *tx).await.expect("flagged");
        }
        tx.commit().await.expect("kept");
        centre
    }

    fn db(&self) -> &Db {
        &self.site.app.db
    }

    fn now(&self) -> Timestamp {
        self.site.app.now()
    }

    fn pass(&self, seconds: u64) {
        self.site.clock.advance(Duration::from_secs(seconds));
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    async fn enter(&self, who: Who, plan: Value) -> Value {
        let reply = self.post(who, "/api/outages", plan).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    async fn try_act(&self, who: Who, outage: &Value, act: Value) -> Reply {
        let path = format!("/api/outages/{}", id(outage));
        let version = self.get(who, &path).await["version"].clone();
        self.post(who, &format!("{path}/act"), json!({ "act": act, "version": version })).await
    }

    async fn act(&self, who: Who, outage: &Value, act: Value) -> Value {
        let reply = self.try_act(who, outage, act).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    /// A fault in the neighbours' district that was published, with its estimate in so many hours.
    async fn fault(&self, hours: Option<u64>) -> Value {
        let (now, (area, ..)) = (self.now(), neighbours());
        let ends = hours.map(|hours| now + Duration::from_secs(hours * HOUR));
        let outage = self.enter(LEADER, plan(self, "fault", &area, now, ends).await).await;
        self.act(LEADER, &outage, json!({ "act": "publish" })).await
    }

    async fn heard(&self, number: &str) -> String {
        let heard = heard_by(self.db(), &self.calendar, number, self.now()).await.expect("what is heard");
        let texts: Vec<String> = heard.segments.into_iter().map(|one| one.text).collect();
        format!("{}{}", if heard.own { "own: " } else { "" }, texts.join(" / "))
    }

    async fn follow(&self) {
        jobs::follow(self.site.app.clone(), self.calendar.clone()).await.expect("followed");
        jobs::day_before(self.site.app.clone(), self.calendar.clone()).await.expect("the day before");
        jobs::tell(self.site.app.clone(), self.calendar.clone()).await.expect("told");
        self.db().deliver_pending(&self.site.site.events).await.expect("heard");
    }
}

fn id(outage: &Value) -> &str {
    outage["id"].as_str().expect("an id")
}

/// The district in which a customer lives, whose station supplies it, and somebody who lives elsewhere.
fn neighbours() -> (String, u64, u64) {
    let home = |nth: u64| customer(SEED, nth, TOWN).parts.area;
    let first = TOWN - 1;
    let other = (1..first).rev().find(|nth| home(*nth) != home(first)).expect("another district");
    (home(first), first, other)
}

async fn station(centre: &Centre, area: &str) -> Value {
    let code = format!("TY-{}", area.trim_end_matches(['区', '县']));
    let found = network::by_codes(centre.db(), &[code]).await.expect("elements");
    json!(found.first().expect("a station").id)
}

async fn plan(centre: &Centre, class: &str, area: &str, starts: Timestamp, ends: Option<Timestamp>) -> Value {
    json!({
        "utility": "gas", "class": class, "cause": "maintenance", "reason": "调压站检修",
        "area": { "text": area, "elements": [station(centre, area).await], "places": [], "accounts": [] },
        "starts": starts, "ends": ends,
    })
}

#[test]
fn a_planned_interruption_from_draft_to_the_day_after() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        assert_eq!(centre.site.open_doors().await, Vec::<String>::new());
        let (area, own, other) = neighbours();
        let liaison = json!({
            "name": "赵站长", "phone": "13800001111", "place": "青岚物业", "communities": [],
            "elements": [format!("TY-{}", area.trim_end_matches(['区', '县']))], "consent": true,
        });
        assert_eq!(centre.post(WRITER, "/api/outages/liaisons", liaison).await.status.as_u16(), 200);
        let starts = centre.now() + Duration::from_secs(5 * 24 * HOUR);
        let ends = starts + Duration::from_secs(6 * HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        assert_eq!(outage["number"], "T20260105-001");
        let lives = |nth: &u64| customer(SEED, *nth, TOWN).parts.area == area;
        let expected =
            (0..TOWN).filter(lives).filter(|nth| customer(SEED, *nth, TOWN).meter.is_some()).count();
        assert_eq!(outage["counts"]["all"], json!(expected));
        let page = centre.get(AGENT, &format!("/api/outages/{}/affected", id(&outage))).await;
        let ranks: Vec<i64> = page["affected"]
            .as_array()
            .expect("a page")
            .iter()
            .filter_map(|one| one["rank"].as_i64())
            .collect();
        assert!(ranks.is_sorted() && ranks.first() == Some(&1), "important ones first: {ranks:?}");

        assert_eq!(centre.post(AGENT, "/api/outages", json!({})).await.status.as_u16(), 403);
        centre.act(WRITER, &outage, json!({ "act": "submit" })).await;
        centre.act(LEADER, &outage, json!({ "act": "approve" })).await;
        let published = centre.act(WRITER, &outage, json!({ "act": "publish" })).await;
        assert_eq!(published["findings"][0]["duty"], "o4", "five days are too late for the first call");
        centre.follow().await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        assert_eq!(told["liaisons"][0]["state"], "queued");
        let (sent, refused) = (told["waves"][0]["sent"].as_u64(), told["waves"][0]["refused"].as_u64());
        assert!(sent > Some(100) && sent.unwrap_or(0) + refused.unwrap_or(0) <= expected as u64, "{told}");
        assert!(!told["waves"][0]["done_at"].is_null());
        let important = published["counts"]["important"].as_u64().expect("a count");
        let calls = told["calls"].as_array().expect("calls");
        assert_eq!(calls.len() as u64, important * 2);
        assert_eq!((&calls[0]["days"], &calls[0]["late"]), (&json!(7), &json!(true)));

        // Ten minutes without a receipt: somebody calls.
        assert_eq!(centre.get(AGENT, "/api/outages/owed").await["liaisons"], json!([]));
        centre.pass(601);
        let owed = centre.get(AGENT, "/api/outages/owed").await;
        let row = owed["liaisons"][0]["id"].as_str().expect("a row").to_owned();
        assert_eq!(owed["liaisons"][0]["phone"], "138****1111");
        let called = format!("/api/outages/liaisons/{row}/called");
        assert_eq!(centre.post(AGENT, &called, json!({})).await.status.as_u16(), 200);
        assert_eq!(centre.post(AGENT, &called, json!({})).await.body["code"], "outages.call_done");

        let mine = number(own).as_str().to_owned();
        assert_eq!(centre.heard(&mine).await, "", "nobody hears of it five days ahead");
        centre.pass(5 * 24 * HOUR - 601 - HOUR);
        centre.follow().await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        assert_eq!(told["liaisons"][1]["moment"], "day_before");
        assert!(
            centre
                .heard(&mine)
                .await
                .starts_with(&format!("own: 您所在的{area}因计划检修，将于今天上午八点停气"))
                || centre.heard(&mine).await.contains("将于今天早上八点停气")
        );
        assert!(!centre.heard(number(other).as_str()).await.starts_with("own"), "his neighbour is not in it");
        assert!(centre.heard("").await.starts_with(&area), "who hides the number hears of the largest");
        centre.pass(HOUR);
        centre.follow().await;
        let begun = centre.get(AGENT, &format!("/api/outages/{}", id(&outage))).await;
        assert_eq!((&begun["state"], &begun["allowed"]), (&json!("in_progress"), &json!([])));

        // Seven hours later nobody has said anything: the greeting has, by itself.
        centre.pass(7 * HOUR);
        assert!(centre.heard(&mine).await.contains("现有延迟"));
        let new = centre.now() + Duration::from_secs(HOUR);
        let revise = json!({ "act": "revise", "ends": new, "cause": "equipment", "crew": "working", "why": "阀门更换耗时" });
        let revised = centre.act(LEADER, &outage, revise).await;
        let fates: Vec<&Value> =
            revised["estimates"].as_array().expect("estimates").iter().map(|one| &one["fate"]).collect();
        assert_eq!(fates, ["broken", "open"]);
        assert_eq!(tell_me_too(&centre, &outage).await, (true, false));
        centre.pass(1_800);
        // O12: gas is announced before it is turned on again.
        let silently = centre.try_act(WRITER, &outage, json!({ "act": "restore" })).await;
        assert_eq!(silently.body["code"], "outages.limits_broken");
        assert_eq!(silently.body["params"]["findings"][0]["duty"], "o12");
        let soon = centre.now() + Duration::from_secs(600);
        centre.act(LEADER, &outage, json!({ "act": "announce", "at": soon })).await;
        centre.follow().await;
        let announced = format!("{}:announced:4", id(&outage));
        let announced = notices::about(&db, "outages", &announced).await.expect("notices");
        assert!(announced.iter().all(|one| one.template == "gas_resuming" && one.urgent), "at night, too");
        assert!(announced.len() > 100);
        centre.pass(700);
        centre.act(WRITER, &outage, json!({ "act": "restore" })).await;
        centre.follow().await;
        assert!(centre.heard(&mine).await.contains("已于今天"));
        let sent =
            notices::about(&db, "outages", &format!("{}:restored:5", id(&outage))).await.expect("notices");
        assert!(sent.iter().any(|one| one.to == "139****0000"), "who wanted to hear");
        centre.pass(1_801);
        assert_eq!(centre.heard(&mine).await, "", "half an hour later it is over");
        let owed = promises::read(&db, "outages", id(&outage)).await.expect("promises");
        assert!(!owed.is_empty() && owed.iter().all(|kept| !kept.runs()), "nothing is owed any more");
        let after = format!("/api/outages/{}/after", id(&outage));
        let known = centre.post(LEADER, &after, json!({ "act": "close", "why": "物业已逐户确认" })).await;
        assert_eq!(known.status.as_u16(), 200, "{}", known.show());
        centre.pass(24 * HOUR);
        centre.follow().await;
        assert_eq!(centre.get(AGENT, &format!("/api/outages/{}", id(&outage))).await["state"], "closed");
        assert_eq!(
            centre.get(AGENT, "/api/outages?which=past").await["outages"][0]["number"],
            "T20260105-001"
        );
        assert!(centre.site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

async fn tell_me_too(centre: &Centre, outage: &Value) -> (bool, bool) {
    let id: OutageId = id(outage).parse().expect("an id");
    let mut tx = centre.db().begin().await.expect("a change");
    let first = tell_me(&mut tx, id, "13900000000", centre.now()).await.expect("kept");
    let again = tell_me(&mut tx, id, "13900000000", centre.now()).await.expect("kept");
    tx.commit().await.expect("kept");
    (first, again)
}

/// A menu asks with the calling number, or with an account that was typed, and is answered in clips; who presses 1 is told.
#[test]
fn a_menu_is_answered_in_clips() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, _) = neighbours();
        let home = customer(SEED, own, TOWN);
        let ask = async |key: &str, argument: &str| {
            let asked = crate::telephone::Menus {
                calendar: centre.calendar.clone(),
                speech: Speech::none("a test"),
                shield: Default::default(),
                whose: Default::default(),
                booth: centre.booth.clone(),
            };
            let look_ups = crate::telephone::look_ups(&asked);
            let look_up = look_ups.iter().find(|one| one.key == key).expect("a look-up");
            look_up.ask(centre.site.app.clone(), argument.to_owned()).await.expect("an answer")
        };
        let mine = number(own).as_str().to_owned();
        assert_eq!(ask("outages", &mine).await, None, "nothing is off");
        let mut fault =
            plan(&centre, "fault", &area, centre.now(), Some(centre.now() + Duration::from_secs(4 * HOUR)))
                .await;
        fault["area"] = json!({
            "text": format!("{}{}栋", home.parts.community, home.parts.building),
            "places": [{ "area": area, "community": home.parts.community, "buildings": home.parts.building }],
        });
        let outage = centre.enter(LEADER, fault).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let answer = ask("outages", &mine).await.expect("his outage");
        let said = answer.says.first().expect("something to say");
        assert_eq!((said.subject.as_str(), said.own, answer.value.as_str()), (id(&outage), true, "1"));
        // Without a voice it is a general sentence with the time: today at noon.
        assert_eq!(
            format!("{:?}", said.sounds),
            "[Clip(recorded/interruption_until), Clip(parts/today), Clip(parts/noon), Clip(parts/hour_12), Clip(parts/sharp), Silence { ms: 400 }]"
        );
        let accounts = network_accounts(&db, own).await;
        let account = ask("outages.account", &accounts).await.expect("his account");
        assert_eq!(account.says, answer.says);
        assert_eq!(ask("outages.account", "0000000").await, None, "no such account");
        assert_eq!(ask("outages", "").await, None, "one building is too few for everybody");

        let wish = calls::WantsToBeTold {
            call: kernel::CallId(1),
            number: mine.clone(),
            subject: id(&outage).to_owned(),
            revision: said.revision,
        };
        let mut tx = db.begin().await.expect("a change");
        tx.emit(centre.now(), &wish).expect("told");
        tx.commit().await.expect("kept");
        centre.follow().await;
        let mut tx = db.begin().await.expect("a change");
        let outage: OutageId = id(&outage).parse().expect("an id");
        assert!(!tell_me(&mut tx, outage, &mine, centre.now()).await.expect("kept"), "it was known");
    });
}

/// The number of a customer's first account.
async fn network_accounts(db: &Db, nth: u64) -> String {
    let of = customers::store::calls::by_number(db, &number(nth)).await.expect("a customer");
    let found = customers::store::load::some(db, &of).await.expect("customers");
    found
        .first()
        .and_then(|one| one.accounts.first())
        .map(|account| account.number.clone())
        .expect("an account")
}

#[test]
fn a_fault_is_heard_by_whom_it_concerns() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, other) = neighbours();
        let (mine, his) = (number(own).as_str().to_owned(), number(other).as_str().to_owned());
        let now = centre.now();
        let mut fault = plan(&centre, "fault", &area, now, None).await;
        fault["cause"] = json!("unknown");
        let home = customer(SEED, own, TOWN);
        // One building only: too few for everybody's greeting.
        fault["area"] = json!({
            "text": format!("{}{}栋", home.parts.community, home.parts.building),
            "places": [{ "area": area, "community": home.parts.community, "buildings": home.parts.building }],
        });
        let outage = centre.enter(LEADER, fault).await;
        assert!(outage["counts"]["all"].as_u64() >= Some(1), "{outage}");
        let no = centre.try_act(WRITER, &outage, json!({ "act": "publish" })).await;
        assert_eq!(no.body["code"], "outages.not_yours");
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        assert!(centre.heard(&mine).await.contains("抢修人员正在查找故障，最新进展将于今天早上八点半前播报"));
        assert_eq!((centre.heard(&his).await, centre.heard(stranger(1).as_str()).await), Default::default());
        centre
            .act(
                LEADER,
                &outage,
                json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": null }),
            )
            .await;
        assert!(centre.heard(&his).await.contains("如您在上述区域"), "the leader wants everybody to hear");
        let of = |account: String| {
            let centre = &centre;
            async move {
                heard_of_account(centre.db(), &centre.calendar, &account, centre.now())
                    .await
                    .expect("an answer")
            }
        };
        assert_eq!(of(home.account.clone()).await.map(|heard| heard.own), Some(true));
        assert_eq!(of(customer(SEED, other, TOWN).account).await.map(|heard| heard.segments.len()), Some(0));
        assert_eq!(of("1".into()).await, None);
        let named = heard_of_area(&db, &centre.calendar, &home.parts.community, centre.now())
            .await
            .expect("an answer");
        assert_eq!(named.segments.len(), 1);
        // News is owed inside until there is an estimate.
        let owed = promises::read(&db, "outages", id(&outage)).await.expect("promises");
        assert_eq!(
            owed.iter().map(|kept| promises::rules::word(&kept.step)).collect::<Vec<_>>(),
            ["estimate"]
        );
        // What the list says, and what a second hand is told that was slower.
        let line = &centre.get(AGENT, "/api/outages").await["outages"][0];
        assert_eq!((&line["speaks"], &line["stale"]), (&json!(true), &json!(false)));
        let old = json!({ "act": { "act": "restore" }, "version": 1 });
        let slow = centre.post(WRITER, &format!("/api/outages/{}/act", id(&outage)), old).await;
        assert_eq!(slow.body["code"], "web.changed_meanwhile");
    });
}

#[test]
fn a_wave_goes_on_where_it_was_and_tells_nobody_twice() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = centre.fault(Some(2)).await;
        let wave = waves::open(&db).await.expect("waves").remove(0);
        assert_eq!(crate::waving::go_on(&centre.site.app, &centre.calendar).await.expect("a batch"), 100);
        // Another node had read the same place: what it queued is not kept.
        let mut tx = db.begin().await.expect("a change");
        assert!(
            !waves::advance(&mut tx, &wave, &waves::Wave { sent: 9, ..wave.clone() })
                .await
                .expect("an answer")
        );
        drop(tx);
        centre.follow().await;
        let about = format!("{}:started:1", id(&outage));
        let sent = notices::about(&db, "outages", &about).await.expect("notices").len();
        centre.follow().await;
        assert_eq!(notices::about(&db, "outages", &about).await.expect("notices").len(), sent);
        // A change before everybody was told: what is not true any more is taken back.
        let new = centre.now() + Duration::from_secs(3 * HOUR);
        let revise = json!({ "act": "revise", "ends": new, "cause": "equipment", "crew": "working", "why": "更换阀门" });
        centre.act(LEADER, &outage, revise).await;
        centre.follow().await;
        let old = notices::about(&db, "outages", &about).await.expect("notices");
        assert!(old.iter().all(|one| one.state.as_str() == "cancelled"));
        let read =
            outages::read(&db, id(&outage).parse().expect("an id")).await.expect("read").expect("there");
        assert_eq!(read.revision(), 2);
        let _ = Asker::CENTRE;
    });
}

#[test]
fn who_wished_to_be_told_is_told_when_there_are_too_many_for_messages() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let now = centre.now();
        let mut tx = db.begin().await.expect("a change");
        let kept = config::now::<Settings>(&mut tx).await.expect("settings");
        let none = Settings { sms_most: 0, ..kept.value };
        assert!(config::put(&mut tx, &none, kept.version, None, now).await.expect("kept"));
        tx.commit().await.expect("kept");
        let outage = centre.fault(Some(2)).await;
        let of: OutageId = id(&outage).parse().expect("an id");
        let mut tx = db.begin().await.expect("a change");
        for n in 0..230 {
            let phone = format!("139{n:08}");
            assert!(tell_me(&mut tx, of, &phone, now + Duration::from_secs(n)).await.expect("kept"));
        }
        tx.commit().await.expect("kept");
        centre.pass(1_800);
        centre.act(LEADER, &outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
        assert_eq!(crate::waving::go_on(&centre.site.app, &centre.calendar).await.expect("a batch"), 100);
        centre.follow().await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        let waves = told["waves"].as_array().expect("waves");
        let [wave] = &waves[..] else { panic!("{waves:?}") };
        let figures = (&wave["moment"], &wave["sent"], &wave["passed"], wave["done_at"].is_null());
        assert_eq!(figures, (&json!("restored"), &json!(230), &json!(0), false));
    });
}

#[test]
fn a_sheet_names_elements_and_a_call_is_written_down() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let code = format!("TY-{}", area.trim_end_matches(['区', '县']));
        let station = network::by_codes(centre.db(), std::slice::from_ref(&code)).await.expect("found");
        let below = customers::store::elements::level(centre.db(), Some(station[0].id), "", 1).await;
        let below = below.expect("a level").remove(0).element.code;
        let file =
            format!("序号,设备编号,名称\n1,{below},管段\n2,{code},调压站\n3,没有的,？\n4,{code},调压站\n");
        let sheet = "/api/outages/sheet?utility=gas";
        let upload = centre.site.upload(sheet, "检修.csv", file.as_bytes()).by(WRITER.0, WRITER.1);
        let read = upload.send().await;
        assert_eq!(read.status.as_u16(), 200, "{}", read.show());
        assert_eq!(
            (&read.body["elements"][0]["code"], &read.body["elements"][1], &read.body["lines"]),
            (&json!(code), &json!(null), &json!(4))
        );
        assert_eq!(
            read.body["left_out"],
            json!([
                { "row": 2, "code": below, "why": "below", "of": code },
                { "row": 4, "code": "没有的", "why": "unknown", "of": null },
                { "row": 5, "code": code, "why": "twice", "of": "3" },
            ])
        );
        let power = centre.site.upload("/api/outages/sheet?utility=power", "检修.csv", file.as_bytes());
        assert_eq!(power.by(WRITER.0, WRITER.1).send().await.body["code"], "outages.no_elements");
        let none =
            centre.site.upload("/api/outages/sheet", "a.csv", "编号\nX1\n".as_bytes()).by(WRITER.0, WRITER.1);
        assert_eq!(none.send().await.body["code"], "outages.no_elements");
        let area_form = json!({ "utility": "gas", "area": { "elements": [read.body["elements"][0]["id"]] }, "numbers": ["3300000001", "1"] });
        let preview = centre.post(WRITER, "/api/outages/preview", area_form).await;
        assert!(preview.body["counts"]["all"].as_u64() > Some(100), "{}", preview.show());
        assert_eq!(preview.body["unknown"], json!(["1"]));
        let first = &preview.body["first"];
        assert_eq!(first[0]["rank"], 1, "important ones first");
        let element = json!([read.body["elements"][0]["id"]]);
        let once = json!({ "utility": "gas", "area": { "elements": element } });
        let once = centre.post(WRITER, "/api/outages/preview", once).await.body;
        let numbers = json!([once["first"][0]["number"]]);
        let twice = json!({ "utility": "gas", "area": { "elements": element }, "numbers": numbers });
        let twice = centre.post(WRITER, "/api/outages/preview", twice).await.body;
        assert_eq!(
            (&once["counts"], &once["first"]),
            (&twice["counts"], &twice["first"]),
            "found in two ways"
        );

        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(LEADER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        centre.act(LEADER, &outage, json!({ "act": "submit" })).await;
        let own = centre.try_act(LEADER, &outage, json!({ "act": "approve" })).await;
        assert_eq!(own.body["code"], "outages.own_plan");
        let second: Who = (21, LEADER.1);
        centre.act(second, &outage, json!({ "act": "approve" })).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        let call = &told["calls"][0];
        assert_eq!((&call["days"], &call["late"]), (&json!(7), &json!(false)));
        let who = call["customer"].as_str().expect("a customer");
        let dial = format!("/api/outages/{}/calls/{who}/dial", id(&outage));
        assert_eq!(centre.post(AGENT, &dial, json!({})).await.status.as_u16(), 200);
        assert_eq!(centre.hall.take().len(), 1);
        let path = format!("/api/outages/{}/calls/{who}/7", id(&outage));
        let busy = centre.post(AGENT, &path, json!({ "outcome": "busy", "version": 1 })).await;
        assert_eq!(busy.status.as_u16(), 200, "{}", busy.show());
        let reached =
            centre.post(AGENT, &path, json!({ "outcome": "reached", "note": "调度张", "version": 2 })).await;
        let kept = reached
            .body
            .as_array()
            .expect("calls")
            .iter()
            .find(|one| one["customer"] == who && one["days"] == 7);
        assert_eq!(
            kept.map(|one| (one["state"].clone(), one["attempts"].as_array().map(Vec::len))),
            Some((json!("reached"), Some(2)))
        );
        let again = centre.post(AGENT, &path, json!({ "outcome": "busy", "version": 3 })).await;
        assert_eq!(again.body["code"], "outages.call_done");
        // Called off: whoever was reached is told that, too.
        centre.act(LEADER, &outage, json!({ "act": "cancel", "why": "检修改期" })).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        let open = told["calls"].as_array().expect("calls").iter().filter(|one| one["state"] == "open");
        assert_eq!(open.map(|one| one["customer"].as_str()).collect::<Vec<_>>(), [Some(who)]);
    });
}

#[test]
fn an_agent_tells_of_what_is_coming_and_it_is_counted() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, _) = neighbours();
        let starts = centre.now() + Duration::from_secs(5 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        let customer = customers::store::calls::by_number(&db, &number(own)).await.expect("found").remove(0);
        let path = format!("/api/outages/at_call/ca_5?customer={customer}");
        let shown = centre.get(AGENT, &path).await;
        assert_eq!((&shown[0]["to_mention"], &shown[0]["answer"]), (&json!(true), &Value::Null));
        assert!(shown[0]["say"].as_str().is_some_and(|say| say.contains("计划停气")), "{shown}");
        // The record is not completed before the agent has said whether the caller was told.
        use interactions::BeforeComplete as _;
        let draft = interactions::rules::Draft { customer: Some(customer.to_string()), ..Default::default() };
        let call = kernel::CallId(6);
        let may = async || crate::AskFirst.may(&centre.site.app, call, &draft).await.is_ok();
        assert!(!may().await);
        let outage_id: OutageId = id(&outage).parse().expect("an id");
        let mut tx = db.begin().await.expect("a change");
        let (agent, at) = (kernel::PersonId(AGENT.0), centre.now());
        let said = Mention {
            call,
            outage: outage_id,
            agent,
            at,
            answer: Some(crate::store::mentions::Answer::Told),
        };
        mentions::put(&mut tx, &said).await.expect("said");
        tx.commit().await.expect("kept");
        assert!(may().await);
        let mut tx = db.begin().await.expect("a change");
        let done = interactions::Completed {
            call: kernel::CallId(5),
            agent: kernel::PersonId(AGENT.0),
            edition: 1,
            reason: None,
            result: None,
            customer: Some(customer.to_string()),
        };
        tx.emit(centre.now(), &done).expect("told");
        tx.commit().await.expect("kept");
        centre.follow().await;
        let period = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
        let figures = centre.get(AGENT, &format!("/api/outages/figures?{period}")).await;
        assert_eq!((&figures["eligible"], &figures["told"]), (&json!(2), &json!(1)));
        assert_eq!((&figures["planned"], &figures["in_time"]), (&json!(1), &json!(1)), "gas: 48 hours");
        let no =
            centre.site.put("/api/outages/at_call/ca_5", json!({ "outage": id(&outage), "answer": "told" }));
        assert_eq!(no.by(AGENT.0, AGENT.1).send().await.body["code"], "outages.not_your_call");
    });
}

const PRINTER: Who = (40, &["outages.read", "outages.export"]);

#[test]
fn an_element_knows_its_outages_and_who_is_affected_goes_out_masked() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        let code = format!("TY-{}", area.trim_end_matches(['区', '县']));
        let liaison = json!({
            "name": "赵站长", "phone": "13800001111", "place": "青岚物业", "communities": [],
            "elements": [code], "consent": true,
        });
        assert_eq!(centre.post(WRITER, "/api/outages/liaisons", liaison).await.status.as_u16(), 200);
        let station = network::by_codes(centre.db(), &[code]).await.expect("found").remove(0).id;
        let below = customers::store::elements::level(centre.db(), Some(station), "", 1).await;
        let section = below.expect("a level").remove(0).element.id;
        for element in [station, section] {
            let of = centre.get(AGENT, &format!("/api/outages/elements/{element}")).await;
            assert_eq!(
                (&of["outages"][0]["number"], &of["outages"][0]["whole"], &of["liaisons"][0]["name"]),
                (&outage["number"], &json!(true), &json!("赵站长"))
            );
        }

        let path = format!("/api/outages/{}/affected", id(&outage));
        let denied = centre.post(AGENT, &format!("{path}/paper"), json!({})).await;
        assert_eq!(denied.status.as_u16(), 403);
        let paper = centre.post(PRINTER, &format!("{path}/paper"), json!({})).await;
        assert_eq!(paper.body["all"], outage["counts"]["all"]);
        assert_eq!(paper.body["affected"][0]["rank"], 1);
        let whole = json!({ "format": "csv", "whole": true, "reason": "抢修" });
        assert_eq!(centre.post(PRINTER, &format!("{path}/exports"), whole).await.status.as_u16(), 403);
        let begun = centre.post(PRINTER, &format!("{path}/exports"), json!({ "format": "csv" })).await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        let job = format!("{path}/exports/{}", begun.body["id"].as_str().expect("an id"));
        for _ in 0..100_000 {
            if centre.get(PRINTER, &job).await["state"] != "running" {
                break;
            }
            tokio::task::yield_now().await;
        }
        let file = centre.site.get(&format!("{job}/file")).by(PRINTER.0, PRINTER.1).send().await;
        assert_eq!(file.status.as_u16(), 200);
        let text = String::from_utf8(file.bytes.to_vec()).expect("a text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(json!(lines.len() - 1), outage["counts"]["all"], "all of them below the headings");
        assert!(
            lines[1].contains("重要") && lines[1].contains('*'),
            "important ones first, masked: {}",
            lines[1]
        );
        let kinds = sqlx::query("SELECT kind FROM db_journal WHERE room = 'outages' ORDER BY id")
            .fetch_all(centre.db().read())
            .await
            .expect("the journal");
        let kinds: Vec<String> = kinds.iter().map(|row| sqlx::Row::get(row, "kind")).collect();
        for kind in ["affected_printed", "export_started", "exported", "export_fetched"] {
            assert!(kinds.iter().any(|one| one == kind), "{kind}: {kinds:?}");
        }
    });
}
