//! Whose turn it is is called by telephone, and whoever acknowledges has something to do.

use campaigns::rules::Outcome;
use kernel::{FlowId, TargetId};
use sqlx::Row as _;

use super::*;

/// A flow that speaks is published; which steps it has is the exchange's affair.
async fn publish(db: &Db, centre: &Centre) {
    let mut tx = db.begin().await.expect("a change");
    let by = ivr_flows::store::By::default();
    let (id, now, name) = (FlowId(5), centre.site.app.now(), "escalation_call");
    assert!(ivr_flows::store::add(&mut tx, id, name, "{}", &by, now).await.expect("a flow"));
    let flow = ivr_flows::store::named(&mut tx, name).await.expect("flows").expect("the flow");
    let live = ivr_flows::rules::Live { version: 1, at: now, by: None, source: "{}".into() };
    let published = ivr_flows::rules::Flow { live: Some(live), revision: flow.revision + 1, ..flow.clone() };
    let version = ivr_flows::rules::NewVersion { version: 1, source: "{}".into(), note: None };
    let (flow_of, version) = (Some(published), Some(version));
    let change = ivr_flows::rules::Change { flow: flow_of, version, kind: "flow_published", heard: false };
    assert!(ivr_flows::store::save(&mut tx, &flow, &change, &by, now).await.expect("published"));
    tx.commit().await.expect("kept");
}

/// Who is to be called, by which name.
async fn wanted(db: &Db) -> Vec<(TargetId, String, String)> {
    let rows =
        sqlx::query("SELECT id, once, number FROM campaigns_target WHERE state = 'waiting' ORDER BY id");
    let rows = rows.fetch_all(db.read()).await.expect("the campaign");
    rows.iter().map(|row| (TargetId(row.get("id")), row.get("once"), row.get("number"))).collect()
}

impl Centre {
    /// What a call came to, as the campaign tells it.
    async fn called(&self, db: &Db, escalation: &str, outcome: Outcome, key: Option<&str>) {
        let (target, once, _) = wanted(db).await.pop().expect("somebody is to be called");
        let mut tx = db.begin().await.expect("a change");
        sqlx::query("UPDATE campaigns_target SET state = 'done'").execute(&mut *tx).await.expect("called");
        let done = campaigns::Done {
            campaign: kernel::CampaignId(1),
            standing: Some("escalations".into()),
            target,
            once,
            about: escalation.into(),
            outcome,
            keys: key.into_iter().map(|key| calls::Pressed { node: "ask".into(), key: key.into() }).collect(),
            call: None,
            at: self.site.app.now(),
            tries: 2,
        };
        tx.emit(self.site.app.now(), &done).expect("told");
        tx.commit().await.expect("kept");
        self.heard().await;
    }

    async fn first(&self) -> Value {
        items(&self.get(BOSS, "/api/escalations").await).remove(0)
    }
}

#[test]
fn the_officer_is_called_and_key_1_acknowledges() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        publish(&db, &centre).await;
        let order =
            centre.order("fault.leak", json!({ "content": "厨房爆炸，一人烧伤", "danger": true })).await;
        let waiting = "explosion,injury,emergency duty_officer waiting | 50 screen:not_signed_in+sms:queued+voice:calling";
        assert_eq!(centre.about(&order).await, [waiting]);
        let put = wanted(&db).await;
        assert_eq!((put.len(), put[0].2.as_str()), (1, "13900000050"), "the number is the officer's own");
        let id = centre.first().await["id"].as_str().expect("an id").to_owned();
        // Another key says nothing.
        centre.called(&db, &id, Outcome::Answered, Some("9")).await;
        let told = centre.first().await["turns"][0]["told"][2].clone();
        assert_eq!((&told["came"], &told["tries"]), (&json!("answered"), &json!(2)));
        assert_eq!(centre.about(&order).await, [waiting], "its clock goes on");
        centre.later(5).await;
        centre.later(15).await;
        assert_eq!(wanted(&db).await.len(), 1, "round again, with a call of its own");
        centre.called(&db, &id, Outcome::Reached, Some("1")).await;
        let seen = centre.first().await;
        assert_eq!((&seen["state"], &seen["by"]), (&json!("acknowledged"), &json!(PersonId(OFFICER.0))));
        assert_eq!(seen["until"], json!("2026-01-05T00:35:00Z"));
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn whoever_answers_otherwise_is_not_rung_and_at_night_only_danger_rings() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        publish(&db, &centre).await;
        centre.order("fault.leak", json!({ "content": "厨房爆炸，一人烧伤", "danger": true })).await;
        assert_eq!(wanted(&db).await.len(), 1);
        let id = centre.first().await["id"].as_str().expect("an id").to_owned();
        assert_eq!(centre.act(OFFICER, &id, json!({ "act": "take_over" })).await.status.as_u16(), 200);
        assert_eq!(wanted(&db).await.len(), 0, "withdrawn with the turn");
        assert_eq!(centre.first().await["turns"][0]["told"][2]["came"], "withdrawn");

        let mut form = centre.get(BOSS, "/api/escalations/settings").await;
        form["settings"]["steps"]["floor_supervisor"]["tell"] = json!(["screen", "voice"]);
        form["settings"]["calls"]["from"] = json!("09:00:00");
        let put = centre.site.put("/api/escalations/settings", form).by(BOSS.0, BOSS.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        let rude =
            json!({ "kind": "complaint", "content": "话务员态度恶劣，多次投诉", "level": "important" });
        let order = centre.order("complaint.service", rude).await;
        assert_eq!(
            centre.about(&order).await,
            ["important floor_supervisor waiting | 30 screen:shown+voice:off_hours"]
        );
    });
}

#[test]
fn whoever_acknowledges_and_does_nothing_is_asked_again_and_then_the_next() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.order("fault.leak", json!({ "danger": true })).await;
        let id = centre.first().await["id"].as_str().expect("an id").to_owned();
        let acknowledge = json!({ "act": "acknowledge" });
        assert_eq!(centre.act(LEADER, &id, acknowledge.clone()).await.status.as_u16(), 200);
        centre.later(14).await;
        assert_eq!(
            centre.about(&order).await,
            ["emergency team_leader acknowledged | 20 screen:shown heard"]
        );
        centre.later(1).await;
        assert_eq!(
            centre.about(&order).await,
            ["emergency team_leader waiting | 20 screen:shown idle → 20 screen:shown"]
        );
        assert_eq!(centre.act(LEADER, &id, acknowledge).await.status.as_u16(), 200);
        centre.later(15).await;
        assert_eq!(
            centre.about(&order).await,
            ["emergency team_leader waiting | 20 screen:shown idle → 20 screen:shown idle → 21 screen:shown"]
        );
        // Whoever sees to it is not asked any more.
        assert_eq!(centre.act(LEADER_2, &id, json!({ "act": "take_over" })).await.status.as_u16(), 200);
        centre.later(600).await;
        assert_eq!(centre.first().await["state"], "taken_over");
    });
}
