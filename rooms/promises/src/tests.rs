//! The room on both databases: promises given, warned of, moved, broken and counted.

use std::time::Duration;

use db::testdb::on_both;
use deadlines::{Act, Case, Clock, Kind, Level, Profile, Site, Step, Thresholds};
use kernel::calendar::{Calendar, Limit};
use kernel::{PromiseId, Timestamp, UnitId};
use web::App;
use web::testing::TestSite;

use crate::{Kept, MIGRATIONS, New, Subject, Terms, Warned, begin, hand, jobs, of, place, room, save};

const ORDER: &str = "wo_1";
const READ: &[&str] = &["promises.read"];

fn subject(unit: Option<UnitId>) -> Subject {
    Subject {
        room: "work_orders",
        id: ORDER.into(),
        number: "20260105-0001".into(),
        kind: Some(Kind::Complaint),
        unit,
        area: "青岚区".into(),
    }
}

/// A complaint that was accepted now: contact within a working day, answered within five.
async fn complaint(app: &App, calendar: &Calendar) {
    let case = Case::new(Kind::Complaint, Site::Urban);
    let terms = Terms { now: app.now(), calendar, thresholds: Thresholds::default() };
    let mut tx = app.db.begin().await.expect("a change");
    for step in [Step::Contact, Step::Answer] {
        let profile = Profile::gas();
        let rule = profile.rule(&case, step).expect("a rule").id.clone();
        let clocks = profile.start(&case, step, app.now(), calendar).expect("a limit");
        begin(&mut tx, &subject(Some(UnitId(9))), &New { id: app.id(), step, rule, clocks }, terms)
            .await
            .expect("given");
    }
    tx.commit().await.expect("kept");
}

/// Moves the promise of one step.
async fn act(app: &App, calendar: &Calendar, step: Step, act: Act) {
    let terms = Terms { now: app.now(), calendar, thresholds: Thresholds::default() };
    let mut tx = app.db.begin().await.expect("a change");
    let all = of(&mut tx, "work_orders", ORDER).await.expect("the promises");
    let kept: &Kept = all.iter().find(|kept| kept.step == step).expect("this step");
    let clocks = kept.clocks.decide(app.now(), &act, calendar).expect("it fits");
    assert!(save(&mut tx, kept, &clocks, terms).await.expect("moved"));
    tx.commit().await.expect("kept");
}

/// The warnings in the journal, one line each.
async fn warned(app: &App) -> Vec<String> {
    jobs::watch(app.clone()).await.expect("watched");
    let rows = sqlx::query("SELECT payload FROM db_journal WHERE kind = 'warned' ORDER BY id");
    let rows = rows.fetch_all(app.db.read()).await.expect("the journal");
    let line = |row: &db::Row| {
        let payload: String = sqlx::Row::try_get(row, "payload").expect("a payload");
        let payload: serde_json::Value = serde_json::from_str(&payload).expect("JSON");
        let word = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {} {}", word("step"), word("clock"), word("level"), word("planned"))
    };
    rows.iter().map(line).collect()
}

#[test]
fn each_warning_is_told_once_whatever_the_clock_does() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
        let calendar = Calendar::china();
        complaint(&site.app, &calendar).await;
        assert_eq!(warned(&site.app).await, Vec::<String>::new(), "nothing is due at once");

        // Monday: the contact is owed by Tuesday 24:00, of which the watcher says nothing before Tuesday noon.
        site.clock.advance(Duration::from_secs(36 * 3600));
        let told = warned(&site.app).await;
        assert!(told.iter().any(|line| line.starts_with("contact customer yellow")), "{told:?}");
        assert_eq!(warned(&site.app).await, told, "asked again, nothing new");

        // A leap of a month tells what was missed, each once; afterwards there is nothing left.
        site.clock.advance(Duration::from_secs(30 * 86_400));
        let all = warned(&site.app).await;
        assert_eq!(all.len(), 12, "two promises, two clocks, three warnings: {all:?}");
        assert_eq!(warned(&site.app).await, all);
    });
}

#[test]
fn of_two_watchers_at_once_each_warning_is_told_by_one() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        let calendar = Calendar::china();
        complaint(&site.app, &calendar).await;
        site.clock.advance(Duration::from_secs(30 * 86_400));
        let watch = || jobs::watch(site.app.clone());
        for done in futures::future::join_all([watch(), watch(), watch(), watch()]).await {
            done.expect("watched");
        }
        let all = warned(&site.app).await;
        assert_eq!(all.len(), 12, "two promises, two clocks, three warnings: {all:?}");
        let events = sqlx::query("SELECT id FROM db_outbox WHERE kind = 'promises.warned'");
        assert_eq!(events.fetch_all(site.app.db.read()).await.expect("the events").len(), 12);
    });
}

#[test]
fn what_is_kept_is_not_warned_of_and_what_is_broken_stays_so() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        let calendar = Calendar::china();
        complaint(&site.app, &calendar).await;
        site.clock.advance(Duration::from_secs(3600));
        act(&site.app, &calendar, Step::Contact, Act::Answered).await;
        // More time is asked for before it is due: the warnings move with it.
        let by = Limit::WorkingDays(2);
        act(
            &site.app,
            &calendar,
            Step::Answer,
            Act::Extended { by, reason: "等待检定结果".into(), asked: None },
        )
        .await;
        site.clock.advance(Duration::from_secs(40 * 86_400));
        let told = warned(&site.app).await;
        assert!(told.iter().all(|line| line.starts_with("answer")), "{told:?}");
        act(&site.app, &calendar, Step::Answer, Act::Answered).await;

        let broken = site.get("/api/promises?which=broken").by(1, READ).send().await;
        let items = broken.body["items"].as_array().expect("a list").clone();
        assert_eq!(items.len(), 2, "both clocks of the answer");
        assert!(items.iter().all(|item| item["late_s"].as_i64() > Some(86_400)), "{items:?}");
        let kept = async |period: &str| {
            let found = site.get(&format!("/api/promises?which=kept{period}")).by(1, READ).send().await;
            let items = found.body["items"].as_array().cloned().unwrap_or_default();
            (
                found.status.as_u16(),
                items.iter().filter(|item| item["step"] == "contact").count(),
                items.len(),
            )
        };
        assert_eq!(kept("").await.0, 400, "what was kept is asked for by its period");
        assert_eq!(kept("&from=2026-01-01T00:00:00Z").await, (200, 2, 2), "both clocks of the contact");
        assert_eq!(kept("&from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z").await, (200, 0, 0));
        let from = "2026-01-01T00:00:00Z";
        let report = site
            .get(&format!("/api/promises/report?from={from}&to=2026-03-01T00:00:00Z"))
            .by(1, READ)
            .send()
            .await;
        let count = |step: &str, what: &str| -> i64 {
            let rows = report.body.as_array().expect("rows").iter().filter(|row| row["step"] == step);
            rows.filter_map(|row| row[what].as_i64()).sum()
        };
        assert_eq!((count("contact", "kept"), count("contact", "broken")), (2, 0));
        assert_eq!((count("answer", "kept"), count("answer", "broken")), (0, 2));
    });
}

#[test]
fn a_page_shows_what_is_due_next_and_whose_it_is() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        let calendar = Calendar::china();
        complaint(&site.app, &calendar).await;
        let first = site.get("/api/promises?limit=1&clock=customer").by(1, READ).send().await;
        assert_eq!(first.body["items"][0]["step"], "contact");
        let next = first.body["next"].as_str().expect("there is more").to_owned();
        let second =
            site.get(&format!("/api/promises?limit=1&clock=customer&after={next}")).by(1, READ).send().await;
        assert_eq!(
            (&second.body["items"][0]["step"], second.body["next"].as_str()),
            (&"answer".into(), None)
        );

        let mut tx = site.app.db.begin().await.expect("a change");
        hand(&mut tx, "work_orders", ORDER, Some(UnitId(10))).await.expect("handed on");
        tx.commit().await.expect("kept");
        for (unit, runs) in [(9, 0), (10, 4)] {
            let path = format!("/api/promises?unit={}", UnitId(unit));
            let found = site.get(&path).by(1, READ).send().await;
            assert_eq!(found.body["items"].as_array().map(Vec::len), Some(runs));
        }
        let in_area = async |query: &str| {
            let found = site.get(&format!("/api/promises?{query}")).by(1, READ).send().await;
            found.body["items"].as_array().map(Vec::len)
        };
        assert_eq!(in_area("area=青岚区").await, Some(4));
        assert_eq!(in_area(&format!("area=青岚区&unit={}", UnitId(9))).await, Some(0), "another's");
        let mut tx = site.app.db.begin().await.expect("a change");
        place(&mut tx, "work_orders", ORDER, "").await.expect("nobody knows where");
        tx.commit().await.expect("kept");
        assert_eq!((in_area("area=青岚区").await, in_area("area=none").await), (Some(0), Some(4)));
        let at_centre = async || {
            let found = site.get("/api/promises?unit=none").by(1, READ).send().await;
            found.body["items"].as_array().map(Vec::len)
        };
        assert_eq!(at_centre().await, Some(0), "what a unit answers for is not the centre's");
        let now = site.get("/api/promises/now").by(1, READ).send().await;
        assert_eq!((now.body.as_array().map(Vec::len), &now.body[0]["calm"]), (Some(2), &2.into()));
        let mut tx = site.app.db.begin().await.expect("a change");
        hand(&mut tx, "work_orders", ORDER, None).await.expect("taken back");
        tx.commit().await.expect("kept");
        assert_eq!(at_centre().await, Some(4), "as many as the centre's row counts");
        for bad in ["which=all", "unit=9", "kind=none", "after=x"] {
            let reply = site.get(&format!("/api/promises?{bad}")).by(1, READ).send().await;
            assert_eq!((reply.status.as_u16(), &reply.body["code"]), (400, &"web.bad_query".into()), "{bad}");
        }
    });
}

#[test]
fn a_warning_reads_back_as_it_was_told() {
    let warned = Warned {
        promise: PromiseId(5),
        room: "work_orders".into(),
        subject: ORDER.into(),
        step: Step::Arrive,
        clock: Clock::Customer,
        level: Level::Red,
        planned: Timestamp::from_secs(1),
        due: Timestamp::from_secs(1),
        unit: None,
    };
    let text = serde_json::to_string(&warned).expect("JSON");
    assert_eq!(serde_json::from_str::<Warned>(&text).expect("the same"), warned);
}
