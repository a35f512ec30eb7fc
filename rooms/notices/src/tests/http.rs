//! The room as browsers ask it, on both databases.

use db::testdb::on_both;
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use super::deaf;
use crate::{MIGRATIONS, put_demo};

const WRITER: &[&str] = &["notices.read", "notices.write_templates", "notices.approve"];
const SENDER: &[&str] = &["notices.read", "notices.send"];
const SETTER: &[&str] = &["notices.configure"];

fn said(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or("").to_owned())
}

fn text(body: &str) -> Value {
    json!({ "version": 0, "revision": 0, "name": "抄表预告", "class": "service", "subject": "", "body": body,
        "fields": [{ "key": "date", "label": "日期", "example": "7月3日", "most": 20 }] })
}

fn message(template: &str, key: &str) -> Value {
    json!({ "template": template, "channel": "sms", "to": "138 1234 5678", "values": { "date": "1月6日" }, "key": key })
}

#[test]
fn a_text_is_written_approved_by_another_and_sent() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![deaf()]);
        let path = "/api/notices/templates/meter_reading/zh-CN";
        let bad = site.put(path, text("{day}抄表。")).by(1, WRITER).send().await;
        assert_eq!(said(&bad), (422, "notices.not_declared".into()));
        let drafted = site.put(path, text("{date}抄表，请家中留人。")).by(1, WRITER).send().await;
        assert_eq!((&drafted.body["version"], &drafted.body["state"]), (&json!(1), &json!("drafted")));
        let stale = site.put(path, text("{date}抄表。")).by(2, WRITER).send().await;
        assert_eq!(said(&stale), (409, "web.changed_meanwhile".into()));

        let unapproved = site.post("/api/notices", message("meter_reading", "a")).by(3, SENDER).send().await;
        assert_eq!(said(&unapproved), (409, "notices.no_template".into()));
        let approve = json!({ "act": "approve", "version": 1, "revision": 1 });
        let act = format!("{path}/act");
        let own = site.post(&act, approve.clone()).by(1, WRITER).send().await;
        assert_eq!(said(&own), (409, "notices.own_text".into()));
        let approved = site.post(&act, approve).by(2, WRITER).send().await;
        assert_eq!(
            (&approved.body["state"], &approved.body["allowed"]),
            (&json!("approved"), &json!(["retire"]))
        );

        let sent = site.post("/api/notices", message("meter_reading", "a")).by(3, SENDER).send().await;
        assert_eq!(sent.body["text"], "1月6日抄表，请家中留人。");
        assert_eq!((&sent.body["to"], &sent.body["state"]), (&json!("138****5678"), &json!("queued")));
        let twice = site.post("/api/notices", message("meter_reading", "a")).by(3, SENDER).send().await;
        assert_eq!(twice.body["id"], sent.body["id"], "a button pressed twice");

        // The next version: the one in force stays until it is approved.
        let next = json!({ "version": 1, "revision": 2, "name": "抄表预告", "class": "service", "subject": "",
            "body": "{date}上门抄表。", "fields": text("")["fields"] });
        let next = site.put(path, next).by(1, WRITER).send().await;
        assert_eq!(next.body["version"], 2);
        let approve = json!({ "act": "approve", "version": 2, "revision": 1 });
        site.post(&act, approve).by(2, WRITER).send().await;
        let versions = site.get(path).by(2, WRITER).send().await;
        let states = versions.body.as_array().expect("a list").iter().map(|one| one["state"].clone());
        assert_eq!(states.collect::<Vec<_>>(), [json!("approved"), json!("retired")]);
    });
}

/// A centre that began with an earlier version of the program: its text of a delay did not say where.
#[test]
fn the_house_s_newer_wording_is_offered_and_comes_into_force_by_approval() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        put_demo(&site.app).await.expect("the texts");
        let mut tx = db.begin().await.expect("a change");
        let old = "UPDATE notices_template SET body = '原定{time}恢复供电，因{reason}推迟至{new_time}。' \
                   WHERE code IN ('outage_delayed', 'gas_delayed')";
        sqlx::query(old).execute(&mut *tx).await.expect("as it was");
        tx.commit().await.expect("kept");
        crate::put_drafts(&site.app).await.expect("the program starts again");
        let offered = async || {
            let all = site.get("/api/notices/templates").by(1, WRITER).send().await;
            let all = all.body.as_array().cloned().unwrap_or_default();
            all.into_iter().filter(|one| !one["newer"].is_null()).collect::<Vec<_>>()
        };
        let path = "/api/notices/templates/outage_delayed/zh-CN";
        // Whoever changes a text is not asked again.
        let gas = site.put(
            "/api/notices/templates/gas_delayed/zh-CN",
            json!({ "version": 1, "revision": 1, "name": "供气延期", "class": "service", "subject": "",
                "body": "推迟至{new_time}。", "fields": [{ "key": "new_time", "label": "时间", "example": "9:00", "most": 30 }] }),
        );
        assert_eq!(gas.by(2, WRITER).send().await.status.as_u16(), 200);
        let first = offered().await;
        assert_eq!(first.iter().map(|one| &one["code"]).collect::<Vec<_>>(), ["outage_delayed"]);
        assert!(first[0]["newer"]["body"].as_str().is_some_and(|body| body.starts_with("{area}原定")));

        let take = format!("{path}/house");
        let read = json!({ "version": 1, "revision": 1 });
        let no = site.post(&take, read.clone()).by(3, SENDER).send().await;
        assert_eq!(no.status.as_u16(), 403);
        let taken = site.post(&take, read.clone()).by(1, WRITER).send().await;
        assert_eq!(
            (&taken.body["version"], &taken.body["state"], &taken.body["written_by"]),
            (&json!(2), &json!("drafted"), &Value::Null),
            "the house wrote it: whoever took it may approve it"
        );
        assert_eq!(offered().await, Vec::<Value>::new());
        let twice = site.post(&take, read).by(1, WRITER).send().await;
        assert_eq!(said(&twice), (409, "web.changed_meanwhile".into()));
        let twice = site.post(&take, json!({ "version": 2, "revision": 1 })).by(1, WRITER).send().await;
        assert_eq!(said(&twice), (409, "notices.nothing_newer".into()));
        let states = async || {
            let all = site.get(path).by(1, WRITER).send().await.body;
            let states = all.as_array().cloned().unwrap_or_default();
            states
                .iter()
                .filter_map(|one| one["state"].as_str().map(str::to_owned))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(states().await, "drafted approved", "until then the old one is sent");
        let approve = json!({ "act": "approve", "version": 2, "revision": 1 });
        site.post(&format!("{path}/act"), approve).by(1, WRITER).send().await;
        assert_eq!(states().await, "approved retired");
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// What nobody has approved yet is replaced where it stands.
#[test]
fn a_draft_of_the_house_takes_the_newer_wording() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        crate::put_drafts(&site.app).await.expect("the texts");
        let mut tx = db.begin().await.expect("a change");
        let old = "UPDATE notices_template SET body = '再次提醒。' WHERE code = 'outage_soon'";
        sqlx::query(old).execute(&mut *tx).await.expect("as it was");
        tx.commit().await.expect("kept");
        let take = "/api/notices/templates/outage_soon/zh-CN/house";
        let taken = site.post(take, json!({ "version": 1, "revision": 1 })).by(1, WRITER).send().await;
        assert_eq!((&taken.body["version"], &taken.body["revision"]), (&json!(1), &json!(2)));
        assert!(taken.body["body"].as_str().is_some_and(|body| body.contains("{pay}")));
        let none = site
            .post("/api/notices/templates/meter_reading/zh-CN/house", json!({ "version": 1, "revision": 1 }));
        assert_eq!(none.by(1, WRITER).send().await.status.as_u16(), 404);
    });
}

#[test]
fn what_waits_can_be_cancelled_and_what_failed_sent_again() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![deaf()]);
        put_demo(&site.app).await.expect("the texts");
        let form = json!({ "template": "outage_asked", "channel": "sms", "to": "13812345678",
            "values": { "time": "1月6日", "area": "铜官区", "phone": "95598" }, "key": "a", "about": { "room": "work_orders", "id": "wo_1" } });
        let mut urgent = form.clone();
        urgent["urgent"] = json!(true);
        let urgent = site.post("/api/notices", urgent).by(3, SENDER).send().await;
        assert_eq!(
            said(&urgent),
            (422, "notices.never_urgent".into()),
            "nobody has approved that of this text"
        );
        let sent = site.post("/api/notices", form).by(3, SENDER).send().await;
        let id = sent.body["id"].as_str().expect("an id").to_owned();
        let act = |act: &str, why: &str, version: i64| json!({ "act": act, "why": why, "version": version });
        let path = format!("/api/notices/{id}/act");
        let no_reason = site.post(&path, act("cancel", "", 1)).by(3, SENDER).send().await;
        assert_eq!(said(&no_reason), (422, "notices.why_first".into()));
        let early = site.post(&path, act("resend", "没收到", 1)).by(3, SENDER).send().await;
        assert_eq!(said(&early), (409, "notices.notice_is".into()));
        let cancelled = site.post(&path, act("cancel", "发错了", 1)).by(3, SENDER).send().await;
        assert_eq!(
            (&cancelled.body["state"], &cancelled.body["detail"]),
            (&json!("cancelled"), &json!("发错了"))
        );
        let again = site.post(&path, act("resend", "没发错", 2)).by(3, SENDER).send().await;
        assert_ne!(again.body["id"], id.as_str());
        assert_eq!(again.body["state"], "queued");
        let thrice = site.post(&path, act("resend", "没发错", 2)).by(3, SENDER).send().await;
        assert_eq!(said(&thrice), (409, "web.changed_meanwhile".into()), "again only once");

        let all = site.get("/api/notices?limit=1").by(3, SENDER).send().await;
        assert_eq!(all.body["items"][0]["id"], again.body["id"]);
        let about = async |id: &str| {
            let path = format!("/api/notices?room=work_orders&about={id}");
            site.get(&path).by(3, SENDER).send().await.body["items"].as_array().map(Vec::len)
        };
        assert_eq!((about("wo_1").await, about("wo_2").await), (Some(2), Some(0)));
        let next = all.body["next"].as_str().expect("more").to_owned();
        let older = site.get(&format!("/api/notices?before={next}")).by(3, SENDER).send().await;
        assert_eq!(older.body["items"].as_array().map(Vec::len), Some(1));
        for (query, count) in [
            ("state=cancelled", 1),
            ("state=queued&channel=mail", 0),
            ("template=outage_asked", 2),
            ("to=138-1234-5678", 2),
            ("to=13812345679", 0),
        ] {
            let found = site.get(&format!("/api/notices?{query}")).by(3, SENDER).send().await;
            assert_eq!(found.body["items"].as_array().map(Vec::len), Some(count), "{query}");
        }
        let one = site.get(&format!("/api/notices/{id}")).by(3, SENDER).send().await;
        assert_eq!((&one.body["receipts"], &one.body["to"]), (&json!([]), &json!("138****5678")));
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn settings_and_consents_are_kept_and_ways_say_why_things_wait() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![deaf()]);
        let mut form = site.get("/api/notices/settings").by(4, SETTER).send().await.body;
        form["settings"]["quiet"] = json!([{ "from": "22:00", "to": "07:30" }]);
        form["settings"]["signature"] = json!("【铜官燃气】");
        let put = site.put("/api/notices/settings", form.clone()).by(4, SETTER).send().await;
        assert_eq!(
            (&put.body["version"], &put.body["settings"]["signature"]),
            (&json!(1), &json!("铜官燃气"))
        );
        crate::sign_demo(&site.app, "别的公司").await.expect("nothing to do");
        let kept = site.get("/api/notices/settings").by(4, SETTER).send().await.body;
        assert_eq!(kept["settings"]["signature"], "铜官燃气", "what somebody has set stays");
        let stale = site.put("/api/notices/settings", form).by(4, SETTER).send().await;
        assert_eq!(said(&stale), (409, "web.changed_meanwhile".into()));

        let preview = json!({ "draft": { "name": "x", "class": "service", "subject": "", "body": "您好", "fields": [] } });
        let preview = site.post("/api/notices/templates/preview", preview).by(1, WRITER).send().await;
        assert_eq!(
            preview.body,
            json!({ "text": "【铜官燃气】您好", "characters": 8, "parts": 1, "alone": 70, "part": 67 })
        );

        let no = json!({ "recipient": "138 1234 5678", "class": "service", "granted": false, "source": "来电要求" });
        let no = site.post("/api/notices/consents", no).by(4, SETTER).send().await;
        assert_eq!(no.body["recipient"], "138****5678");
        let found = site.get("/api/notices/consents?recipient=13812345678").by(4, SETTER).send().await;
        assert_eq!(found.body.as_array().map(Vec::len), Some(1));

        let ways = site.get("/api/notices/gateways").by(4, SETTER).send().await;
        assert_eq!(
            ways.body[0],
            json!({ "channel": "sms", "gateway": null, "ready": false, "why": "", "waiting": 0, "oldest": null })
        );
    });
}
