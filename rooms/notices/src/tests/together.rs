//! What comes together is kept together, and is what it would be one by one.

use std::sync::Arc;
use std::time::Duration;

use db::Db;
use db::testdb::on_both;
use gateways::{Arrived, Fate, Incoming};
use kernel::NoticeId;
use kernel::calendar::Calendar;
use tokio::sync::oneshot;
use web::testing::TestSite;

use super::accepted;
use crate::rules::State;
use crate::store::{self, sending};
use crate::{MIGRATIONS, Ways, jobs, put_demo, room, send};

fn receipt(id: &str, fate: Fate) -> Incoming {
    Incoming::Receipt { id: id.into(), reference: None, to: "13900000001".into(), fate, error: String::new() }
}

#[test]
fn receipts_and_replies_of_one_moment_are_kept_in_one_change() {
    on_both(&[MIGRATIONS], async |db| {
        let mut inbox = None;
        let Ok(ways) = Ways::open(|to| {
            inbox = Some(to);
            Ok::<_, std::convert::Infallible>((None, None))
        });
        let (ways, inbox) = (Arc::new(ways), inbox.expect("an inbox"));
        let site = TestSite::new(db.clone(), vec![room(ways.clone(), Calendar::china())]);
        site.clock.advance(Duration::from_secs(3_600));
        put_demo(&site.app).await.expect("the texts");
        let first = handed_over(&site, "wo_1", "101").await;
        let second = handed_over(&site, "wo_2", "102").await;

        let mut kept = Vec::new();
        for incoming in [
            receipt("101", Fate::Delivered),
            receipt("102", Fate::Undeliverable),
            receipt("101", Fate::Delivered),
            receipt("nobody knows it", Fate::Delivered),
            Incoming::Text { from: "13900000001".into(), text: "谢谢".into() },
        ] {
            let (answer, told) = oneshot::channel();
            inbox.try_send(Arrived { gateway: "smpp", incoming, kept: answer }).expect("room for it");
            kept.push(told);
        }
        let receiving = tokio::spawn(jobs::receive(site.app.clone(), ways));
        for told in kept {
            assert!(told.await.expect("an answer"), "acknowledged");
        }
        receiving.abort();
        assert_eq!(state(&db, first).await, State::Delivered);
        assert_eq!(state(&db, second).await, State::Failed);
        let replies = store::sending::replies(&db, second).await.expect("read");
        assert_eq!(replies.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["谢谢"]);
        let count = async |sql: &'static str| -> i64 {
            sqlx::query_scalar(sql).fetch_one(db.read()).await.expect("counted")
        };
        assert_eq!(count("SELECT COUNT(*) FROM db_outbox WHERE kind = 'notices.done'").await, 2, "each once");
        assert_eq!(
            count("SELECT COUNT(*) FROM notices_receipt WHERE notice IS NULL").await,
            1,
            "kept for later"
        );
    });
}

/// A notice that the gateway has taken under a name of its own.
async fn handed_over(site: &TestSite, order: &str, name: &str) -> NoticeId {
    let now = site.app.now();
    let mut tx = site.app.db.begin().await.expect("a change");
    let wish = accepted("13900000001", order);
    let id = send(&mut tx, now, site.app.id(), &wish).await.expect("asked").expect("queued");
    let queued = store::one(&mut tx, id).await.expect("read").expect("there");
    let sent = crate::rules::Kept { state: State::Sent, handed_at: Some(now), sent_at: Some(now), ..queued };
    assert!(store::save(&mut tx, &sent).await.expect("saved"));
    sending::link(&mut tx, "smpp", &[(id, 0, name.to_owned())], now).await.expect("linked");
    tx.commit().await.expect("kept");
    id
}

async fn state(db: &Db, id: NoticeId) -> State {
    store::read(db, id).await.expect("read").expect("there").state
}
