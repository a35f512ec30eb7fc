//! Somebody without a mobile is told by telephone.

use kernel::NoticeId;
use notices::Ways;
use notices::rules::{Kept, Notice, State, Subject};
use speech::Speech;

use super::*;
use crate::Speaker;

/// The centre with the rooms of notices and of a campaign that speaks, at the hall of the other.
fn with_voice(centre: &Centre, db: &Db, speech: &Speech) -> TestSite {
    let speaker = Arc::new(Speaker::new(centre.site.app.clone(), speech.clone()));
    let ways = Arc::new(Ways::none().with_voice(speaker));
    let campaigns = room(centre.hall.clone(), Calendar::china(), centre.files.path().join("campaigns"));
    let rooms = vec![notices::room(ways, Calendar::china()), crate::speaking(campaigns, speech.clone())];
    TestSite::new(db.clone(), rooms)
}

async fn goes_out(site: &TestSite) {
    let job = site.site.jobs.iter().find(|job| job.name == "notices.send_voice").expect("a job");
    (job.run)(site.app.clone()).await.expect("done");
}

async fn kept(db: &Db) -> Kept {
    notices::store::read(db, NoticeId(5)).await.expect("read").expect("a notice")
}

async fn heard(site: &TestSite, speech: &Speech, argument: &str) -> Option<usize> {
    let answer = crate::speaking::look_up(speech.clone()).ask(site.app.clone(), argument.to_owned()).await;
    answer.expect("an answer").map(|answer| answer.says.len())
}

#[test]
fn whoever_has_no_mobile_hears_the_notice() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let speech = speech::testing::pack(folder.path(), "0");
        let site = with_voice(&centre, &db, &speech);
        db.join(&site.site.events).await.expect("listening");
        notices::put_demo(&site.app).await.expect("the texts");
        let wish =
            Notice::sms("order_delayed", "0562-2123456", Subject::new("work_orders", "wo_1"), "a".into());
        let values = [
            ("what", "家中停气"),
            ("number", "20260105-0417"),
            ("reason", "等待配件"),
            ("due", "1月5日18:00"),
        ];
        let wish = values.iter().fold(wish.or_call(), |wish, (key, value)| wish.with(key, *value));
        let wish = wish.with("new_time", "1月6日12:00").with("phone", "95598");
        let mut tx = db.begin().await.expect("a change");
        let sent = notices::send(&mut tx, site.app.now(), NoticeId(5), &wish).await.expect("asked");
        sent.expect("queued");
        tx.commit().await.expect("kept");

        // Without the flow nobody can be called: it waits, and says for what.
        goes_out(&site).await;
        let waits = kept(&db).await;
        assert_eq!((waits.state, waits.attempts), (State::Queued, 0));
        assert!(waits.detail.contains("notice_call"), "{waits:?}");

        publish(&db, &site, (FlowId(2), "notice_call", FLOW)).await;
        site.clock.advance(Duration::from_secs(61));
        centre.site.clock.advance(Duration::from_secs(61));
        goes_out(&site).await;
        assert_eq!(kept(&db).await.state, State::Sent);
        let calls = centre.turn().await;
        assert_eq!((calls.len(), calls[0].number.as_str()), (1, "05622123456"));
        let notice = calls[0].values.get("notice").cloned().expect("the notice");
        assert_eq!(heard(&site, &speech, &notice).await, Some(1));
        assert_eq!(heard(&site, &speech, "nt_none").await, None);

        // Who listens and presses nothing has heard it.
        centre.ends(1, &calls[0], "listens").await;
        db.deliver_pending(&site.site.events).await.expect("heard");
        assert_eq!(kept(&db).await.state, State::Delivered);
        assert_eq!(centre.turn().await, [], "nobody is called again");
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}
