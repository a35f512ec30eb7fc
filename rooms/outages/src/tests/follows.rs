//! What the clock does comes when it is due, whatever else is waiting, and is not done where people are still at it.

use super::*;
use crate::asking;
use crate::rules::after::{Asking, Said, Stage};
use crate::rules::{Class, Outage, Plan};
use crate::store::liaisons::{self, Covers, Liaison};
use crate::store::{afters, asks};

fn outage_id(outage: &Value) -> OutageId {
    id(outage).parse().expect("an id")
}

async fn state(centre: &Centre, outage: &Value) -> Value {
    centre.get(AGENT, &format!("/api/outages/{}", id(outage))).await["state"].clone()
}

#[test]
fn a_plan_begins_however_many_drafts_are_overdue_before_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let area = neighbours().0;
        let starts = centre.now() + Duration::from_secs(3 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        let read = outages::read(&db, outage_id(&outage)).await.expect("read").expect("there");
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        // Drafts that nobody published, each overdue since five minutes after it was entered.
        let settings = Settings::default();
        let (now, calendar) = (centre.now(), &centre.calendar);
        let terms = crate::rules::table::Terms { now, calendar, settings: &settings };
        let mut tx = db.begin().await.expect("a change");
        for nth in 0..201 {
            let plan = Plan { class: Class::Fault, ..read.plan.clone() };
            let draft = Outage { id: centre.site.app.id(), number: format!("D{nth}"), plan, ..read.clone() };
            outages::add(&mut tx, &draft, terms).await.expect("entered");
        }
        tx.commit().await.expect("kept");
        centre.pass(3 * 24 * HOUR);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "in_progress");
    });
}

#[test]
fn arrears_are_told_half_an_hour_before_however_many_begin_together() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let area = neighbours().0;
        let starts = centre.now() + Duration::from_secs(8 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "arrears", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        let read = outages::read(&db, outage_id(&outage)).await.expect("read").expect("there");
        let (settings, now) = (Settings::default(), centre.now());
        let terms = crate::rules::table::Terms { now, calendar: &centre.calendar, settings: &settings };
        let mut tx = db.begin().await.expect("a change");
        for nth in 0..450 {
            let cut = Outage { id: centre.site.app.id(), number: format!("Q{nth}"), ..read.clone() };
            outages::add(&mut tx, &cut, terms).await.expect("entered");
        }
        tx.commit().await.expect("kept");
        centre.pass(8 * 24 * HOUR - 1_800);
        crate::waving::soon(&centre.site.app).await.expect("told");
        let told = sqlx::query("SELECT COUNT(*) FROM outages_wave WHERE moment = 'soon'");
        let told: i64 = sqlx::Row::get(&told.fetch_one(db.read()).await.expect("a count"), 0);
        assert_eq!(told, 451);
    });
}

#[test]
fn whoever_serves_is_told_however_many_have_retired() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let area = neighbours().0;
        let code = format!("TY-{}", area.trim_end_matches(['区', '县']));
        let station = network::by_codes(centre.db(), &[code]).await.expect("found").remove(0).id;
        let one = |nth: i64, retired_at: Option<Timestamp>, valid_until: Option<Timestamp>| Liaison {
            id: nth,
            name: format!("信息员{nth}"),
            phone: "13800001111".into(),
            place: if nth > 2_000 { "乙物业" } else { "丙物业" }.into(),
            covers: Covers { elements: vec![station], communities: Vec::new(), consent: true },
            valid_until,
            retired_at,
            version: 1,
        };
        let now = centre.now();
        let mut tx = db.begin().await.expect("a change");
        for nth in 0..2_100 {
            let (retired, until) = if nth % 2 == 0 { (Some(now), None) } else { (None, Some(now)) };
            liaisons::add(&mut tx, &one(nth + 2_001, retired, until)).await.expect("kept");
        }
        for nth in [1, 2, 9_000] {
            liaisons::add(&mut tx, &one(nth, None, None)).await.expect("kept");
        }
        tx.commit().await.expect("kept");
        let outage = centre.fault(Some(2)).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        assert_eq!(told["liaisons"].as_array().map(Vec::len), Some(3), "{told}");
        let of = centre.get(AGENT, &format!("/api/outages/elements/{station}")).await;
        assert_eq!(of["liaisons"].as_array().map(Vec::len), Some(2_103), "who serves, and who did");
    });
}

async fn asks_so(centre: &Centre, asking: Asking) {
    let mut tx = centre.db().begin().await.expect("a change");
    let kept = config::now::<Settings>(&mut tx).await.expect("settings");
    let settings = Settings { asking, ..kept.value };
    assert!(config::put(&mut tx, &settings, kept.version, None, centre.now()).await.expect("kept"));
    tx.commit().await.expect("kept");
}

/// A fault that came back a quarter of an hour ago.
async fn restored(centre: &Centre) -> Value {
    let outage = centre.fault(Some(2)).await;
    centre.pass(1_800);
    centre.act(LEADER, &outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
    centre.pass(900);
    turn(centre).await;
    outage
}

async fn turn(centre: &Centre) {
    asking::go_on(centre.site.app.clone(), centre.calendar.clone()).await.expect("a turn");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

async fn round(centre: &Centre, outage: &Value) -> afters::After {
    afters::read_last(centre.db(), outage_id(outage)).await.expect("a round").expect("there")
}

/// So many write back that they are without; the others nothing.
async fn are_without(centre: &Centre, outage: &Value, many: usize) {
    let after = round(centre, outage).await;
    let asked = asks::page(centre.db(), &after, Said::Asked, (-1, kernel::AccountId(0)), 100).await;
    let mut tx = centre.db().begin().await.expect("a change");
    for ask in asked.expect("asked").into_iter().take(many) {
        let about = notices::Subject::new("outages", format!("{}:asked:{}", ask.outage, ask.revision));
        let notice = ask.notice.as_ref().and_then(|id| id.parse().ok());
        let reply = notices::Reply { phone: ask.number, text: "2".into(), notice, about: Some(about) };
        tx.emit(centre.now(), &reply).expect("told");
    }
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

#[test]
fn the_clock_closes_nothing_while_households_are_still_without() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        asks_so(&centre, Asking { waves: 1, ..Asking::default() }).await;
        let outage = restored(&centre).await;
        are_without(&centre, &outage, 3).await;
        // Whoever was asked is waited for, a day later, too; and a leader, when nobody answers.
        centre.pass(24 * HOUR);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "restored");
        for _ in 0..4 {
            turn(&centre).await;
            centre.pass(6 * HOUR);
        }
        turn(&centre).await;
        assert_eq!(round(&centre, &outage).await.stage, Stage::Stuck);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "restored");
        assert_eq!(round(&centre, &outage).await.ended_at, None, "the silent are not forgotten");
        // What waits for people does not stand before what is due.
        assert_eq!(outages::due(&db, centre.now()).await.expect("due"), []);
        let shown = centre.get(LEADER, "/api/outages").await;
        assert!(shown["outages"][0]["due"].as_str().is_some(), "and is still seen to be late");

        let path = format!("/api/outages/{}/after", id(&outage));
        let known = centre.post(LEADER, &path, json!({ "act": "close", "why": "已逐户上门恢复" })).await;
        assert_eq!(known.status.as_u16(), 200, "{}", known.show());
        centre.pass(16 * 60);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "closed");
    });
}

#[test]
fn the_clock_closes_where_nobody_is_asked_by_itself() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        asks_so(&centre, Asking { on: false, ..Asking::default() }).await;
        let outage = restored(&centre).await;
        assert_eq!(round(&centre, &outage).await.stage, Stage::Stuck);
        centre.pass(24 * HOUR);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "closed");
    });
}
