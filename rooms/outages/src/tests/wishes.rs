//! Who wished to be told that it is back is told, once, however late that is heard of and whatever dies.

use sqlx::Row as _;

use super::machine::{comes_to, publish, turn, wanted};
use super::*;

const CALLER: &str = "13911112222";

async fn told(db: &Db, phone: &str) -> i64 {
    let row =
        sqlx::query("SELECT COUNT(*) FROM notices_notice WHERE recipient = $1 AND template = 'gas_restored'");
    row.bind(phone).fetch_one(db.read()).await.expect("a count").get(0)
}

/// He pressed the key while it was off, and that is heard of only now.
async fn is_heard(centre: &Centre, outage: &Value, phone: &str) {
    let wish = calls::WantsToBeTold {
        call: kernel::CallId(1),
        number: phone.to_owned(),
        subject: id(outage).to_owned(),
        revision: 1,
    };
    let mut tx = centre.db().begin().await.expect("a change");
    tx.emit(centre.now(), &wish).expect("told");
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

async fn fault(centre: &Centre) -> Value {
    let outage = centre.fault(Some(2)).await;
    centre.follow().await;
    centre.pass(1_800);
    outage
}

async fn restored(centre: &Centre, outage: &Value) {
    centre.act(LEADER, outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
    centre.follow().await;
}

#[test]
fn a_wish_that_is_heard_after_the_wave_is_told_once() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = fault(&centre).await;
        is_heard(&centre, &outage, "13900000009").await;
        restored(&centre, &outage).await;
        assert!(waves::open(&db).await.expect("waves").is_empty(), "everybody has been told");
        is_heard(&centre, &outage, CALLER).await;
        is_heard(&centre, &outage, CALLER).await;

        // The process dies while it tells him, and is started again.
        let at = centre.now() + Duration::from_secs(10);
        let of: OutageId = id(&outage).parse().expect("an id");
        let mut tx = db.begin().await.expect("a change");
        let wave = waves::open(&db).await.expect("waves").remove(0);
        let next = waves::wishes(&mut tx, of, wave.revision, 100).await.expect("wishes");
        assert_eq!(next, [CALLER], "nobody who has been told");
        drop(tx);
        drop(centre);
        let centre = Centre::again(&db, at);
        assert_eq!(told(&db, CALLER).await, 0);
        centre.follow().await;
        assert_eq!((told(&db, CALLER).await, told(&db, "13900000009").await), (1, 1));
        is_heard(&centre, &outage, CALLER).await;
        centre.follow().await;
        assert_eq!((told(&db, CALLER).await, told(&db, "13900000009").await), (1, 1));

        let after = format!("/api/outages/{}/after", id(&outage));
        let known = centre.post(LEADER, &after, json!({ "act": "close", "why": "物业已逐户确认" })).await;
        assert_eq!(known.status.as_u16(), 200, "{}", known.show());

        // Days later it is closed, and still nobody's wish is lost.
        centre.pass(25 * HOUR);
        centre.follow().await;
        assert_eq!(centre.get(AGENT, &format!("/api/outages/{}", id(&outage))).await["state"], "closed");
        is_heard(&centre, &outage, "13900000010").await;
        centre.follow().await;
        assert_eq!(told(&db, "13900000010").await, 1);
        assert!(waves::open(&db).await.expect("waves").is_empty());
    });
}

/// Too many for messages, and nobody had wished one yet: there was no wave at all.
#[test]
fn a_late_wish_begins_a_wave_where_there_was_none() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let mut tx = db.begin().await.expect("a change");
        let kept = config::now::<Settings>(&mut tx).await.expect("settings");
        let none = Settings { sms_most: 0, ..kept.value };
        assert!(config::put(&mut tx, &none, kept.version, None, centre.now()).await.expect("kept"));
        tx.commit().await.expect("kept");
        let outage = fault(&centre).await;
        restored(&centre, &outage).await;
        is_heard(&centre, &outage, CALLER).await;
        centre.follow().await;
        centre.follow().await;
        assert_eq!(told(&db, CALLER).await, 1);

        // Off again, and back again: that is news for him.
        centre.act(LEADER, &outage, json!({ "act": "resume", "why": "再次停气" })).await;
        centre.follow().await;
        centre.pass(1_800);
        restored(&centre, &outage).await;
        assert_eq!(told(&db, CALLER).await, 2);
    });
}

const LANDLINE: &str = "05622601011";

async fn wish_told(db: &Db) -> i64 {
    let row = sqlx::query("SELECT told FROM outages_wish WHERE phone = $1").bind(LANDLINE);
    row.fetch_one(db.read()).await.expect("a wish").get(0)
}

async fn promised(centre: &Centre) -> Vec<Value> {
    let owed = centre.get(AGENT, "/api/outages/owed").await;
    owed["promised"].as_array().expect("calls").clone()
}

/// "恢复供应后我们会通知您" was said to a telephone that no message reaches.
#[test]
fn a_landline_that_wished_to_be_told_is_telephoned() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = fault(&centre).await;
        is_heard(&centre, &outage, LANDLINE).await;
        assert_eq!(promised(&centre).await, Vec::<Value>::new());
        restored(&centre, &outage).await;
        assert_eq!(wish_told(&db).await, 0, "nobody has told him");
        let owed = promised(&centre).await;
        let [one] = &owed[..] else { panic!("{owed:?}") };
        assert_eq!(
            (&one["phone"], &one["number"]),
            (&json!(kernel::mask::phone(LANDLINE)), &outage["number"])
        );
        centre.follow().await;
        assert_eq!(promised(&centre).await.len(), 1, "once");

        let path = format!("/api/outages/promised/{}", one["id"].as_str().expect("an id"));
        assert_eq!(centre.post(AGENT, &format!("{path}/dial"), json!({})).await.status.as_u16(), 200);
        let writes = async |outcome: &str, version: u32| {
            centre.post(AGENT, &path, json!({ "outcome": outcome, "version": version })).await.status.as_u16()
        };
        assert_eq!((writes("busy", 1).await, writes("reached", 1).await), (200, 409));
        assert_eq!((promised(&centre).await.len(), wish_told(&db).await), (1, 0));
        assert_eq!(writes("reached", 2).await, 200);
        assert_eq!((promised(&centre).await.len(), wish_told(&db).await), (0, 2));
        assert_eq!(writes("reached", 3).await, 409, "it is done");
        is_heard(&centre, &outage, LANDLINE).await;
        centre.follow().await;
        assert_eq!(promised(&centre).await, Vec::<Value>::new(), "he knows");

        // Off again and back again, and off before anybody has called.
        for off_again in [false, true] {
            centre.act(LEADER, &outage, json!({ "act": "resume", "why": "再次停气" })).await;
            assert_eq!(promised(&centre).await, Vec::<Value>::new(), "what would be said is not so");
            if !off_again {
                centre.pass(60);
                restored(&centre, &outage).await;
                assert_eq!(promised(&centre).await.len(), 1);
            }
        }
    });
}

#[test]
fn the_machine_calls_who_was_promised_where_it_asks_after_a_restoration() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let mut view = centre.get(LEADER, "/api/outages/settings").await;
        view["settings"]["asking"]["calls"] = json!(true);
        let put = centre.site.put("/api/outages/settings", view).by(LEADER.0, LEADER.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        let outage = fault(&centre).await;
        is_heard(&centre, &outage, LANDLINE).await;
        restored(&centre, &outage).await;
        turn(&centre).await;
        assert_eq!(wanted(&db).await, [], "no flow is published: people call");
        publish(&db, "restored", centre.now(), 1).await;
        turn(&centre).await;
        turn(&centre).await;
        let put = wanted(&db).await;
        assert_eq!((put.len(), put[0].1.as_str()), (1, LANDLINE));
        assert_eq!(promised(&centre).await[0]["machine"], "calling");
        comes_to(&centre, "outages_after", &put[0], campaigns::rules::Outcome::NoAnswer, "").await;
        assert_eq!((promised(&centre).await[0]["machine"].as_str(), wish_told(&db).await), (Some("done"), 0));
        turn(&centre).await;
        assert_eq!(wanted(&db).await.len(), 1, "what it has tried stays with people");
        comes_to(&centre, "outages_after", &put[0], campaigns::rules::Outcome::Reached, "1").await;
        assert_eq!((promised(&centre).await.len(), wish_told(&db).await), (0, 2));
    });
}
