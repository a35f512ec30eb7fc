//! K33 counts callers who could be told, and an agent's word about it is kept with what stood there before.

use interactions::rules::Outcome;
use kernel::{CallId, PersonId};
use sqlx::Row as _;

use super::*;

const OTHER_AGENT: Who = (31, &["outages.read", "outages.tell", "calls.answer"]);

/// A call that this agent has had, from a customer's number.
async fn call(centre: &Centre, nth: u64, id: i64) -> CallId {
    let record = "INSERT INTO calls_records (id, arrived_at, from_number, from_reversed, to_number, urgent, talk_ms, hold_ms, \
         after_ms, interrupted, direction, agent) VALUES ($1, $2, $3, '', '95598', 0, 0, 0, 0, 0, 'in', $4)";
    let record =
        sqlx::query(record).bind(id).bind(centre.now().as_micros()).bind(number(nth).as_str().to_owned());
    let mut tx = centre.db().begin().await.expect("a change");
    record.bind(AGENT.0).execute(&mut *tx).await.expect("a call");
    tx.commit().await.expect("kept");
    CallId(id)
}

async fn says(centre: &Centre, who: Who, call: CallId, outage: &Value, answer: &str) -> Value {
    let put = centre
        .site
        .put(&format!("/api/outages/at_call/{call}"), json!({ "outage": id(outage), "answer": answer }));
    put.by(who.0, who.1).send().await.body["code"].clone()
}

async fn completes(centre: &Centre, call: CallId, nth: u64, result: Option<Outcome>) {
    let of = customers::store::calls::by_number(centre.db(), &number(nth)).await.expect("found").remove(0);
    let (agent, customer) = (PersonId(AGENT.0), Some(of.to_string()));
    let done = interactions::Completed { call, agent, edition: 1, reason: None, result, customer };
    let mut tx = centre.db().begin().await.expect("a change");
    tx.emit(centre.now(), &done).expect("told");
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

async fn k33(centre: &Centre, from: &str) -> (Value, Value) {
    let figures =
        centre.get(AGENT, &format!("/api/outages/figures?from={from}&to=2026-02-01T00:00:00Z")).await;
    (figures["eligible"].clone(), figures["told"].clone())
}

async fn journal(centre: &Centre) -> Vec<Value> {
    let rows = sqlx::query(
        "SELECT payload FROM db_journal WHERE room = 'outages' AND kind = 'mentioned' ORDER BY id",
    );
    let rows = rows.fetch_all(centre.db().read()).await.expect("the journal");
    rows.iter()
        .map(|row| serde_json::from_str(&row.get::<String, _>("payload")).expect("a payload"))
        .collect()
}

#[test]
fn k33_counts_whom_an_agent_has_spoken_with() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, other) = neighbours();
        let starts = centre.now() + Duration::from_secs(5 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        for (nth, result) in [(1, Outcome::Silent), (2, Outcome::WrongNumber), (3, Outcome::Nuisance)] {
            completes(&centre, call(&centre, own, nth).await, own, Some(result)).await;
        }
        assert_eq!(k33(&centre, "2026-01-01T00:00:00Z").await, (json!(0), json!(0)));
        let talked = call(&centre, own, 4).await;
        completes(&centre, talked, own, None).await;
        assert_eq!(k33(&centre, "2026-01-01T00:00:00Z").await, (json!(1), json!(0)));

        // What is said of it later counts on the day of the call, and stands in the journal.
        let owed_at = centre.now();
        centre.pass(2 * HOUR);
        assert_eq!(says(&centre, AGENT, talked, &outage, "not_applicable").await, Value::Null);
        assert_eq!(says(&centre, AGENT, talked, &outage, "told").await, Value::Null);
        assert_eq!(k33(&centre, "2026-01-01T00:00:00Z").await, (json!(1), json!(1)));
        let kept = crate::store::mentions::read(&db, talked).await.expect("kept").remove(0);
        assert_eq!(kept.at, owed_at);
        let lines = journal(&centre).await;
        let before_and_after: Vec<_> = lines.iter().map(|one| (&one["before"], &one["after"])).collect();
        let (none, not_applicable) = (Value::Null, json!("not_applicable"));
        assert_eq!(before_and_after, [(&none, &not_applicable), (&not_applicable, &json!("told"))]);
        assert_eq!(lines[0]["call"], json!(talked));

        // Of another's call, of an outage that is not coming where the caller lives, and of one of the day before: nothing.
        assert_eq!(says(&centre, OTHER_AGENT, talked, &outage, "told").await, "outages.not_your_call");
        let elsewhere = call(&centre, other, 5).await;
        assert_eq!(says(&centre, AGENT, elsewhere, &outage, "told").await, "outages.not_coming");
        assert_eq!(says(&centre, AGENT, call(&centre, own, 6).await, &outage, "known").await, Value::Null);
        centre.pass(23 * HOUR);
        assert_eq!(says(&centre, AGENT, talked, &outage, "known").await, "outages.call_too_old");
        assert_eq!(journal(&centre).await.len(), 3);
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn a_fault_s_estimate_counts_like_that_of_a_plan() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (kept, late) = (centre.fault(Some(2)).await, centre.fault(Some(1)).await);
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let area = neighbours().0;
        let off = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &off, json!({ "act": act })).await;
        }
        centre.act(LEADER, &off, json!({ "act": "cancel", "why": "检修改期" })).await;
        centre.pass(5_400);
        for outage in [&kept, &late] {
            centre.act(LEADER, outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
        }
        let period = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
        let figures = centre.get(AGENT, &format!("/api/outages/figures?{period}")).await;
        let of = |key: &str| figures[key].as_i64();
        let estimates = (of("estimates"), of("estimates_kept"), of("estimates_broken"));
        assert_eq!(estimates, (Some(3), Some(1), Some(1)));
        let shown = centre.get(LEADER, &format!("/api/outages/{}", id(&off))).await;
        assert_eq!(shown["estimates"][0]["fate"], "void");
    });
}
