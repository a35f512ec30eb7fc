//! Who wished to be told that it is back is told, once, however late that is heard of and whatever dies.

use sqlx::Row as _;

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
