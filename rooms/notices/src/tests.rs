//! The room as other rooms call it, on both databases.

use std::sync::Arc;

use db::testdb::on_both;
use kernel::calendar::Calendar;
use kernel::time::TestClock;
use kernel::{Clock, NoticeId, Timestamp};
use web::testing::TestSite;

use crate::rules::{Notice, Refusal, State, Subject};
use crate::{MIGRATIONS, Ways, about, cancel_about, put_demo, room, send};

mod bulletins;
mod http;
mod sending;
mod together;
mod ways;

pub fn start() -> Timestamp {
    TestClock::monday_morning().now()
}

/// The room without a gateway.
fn deaf() -> web::Room {
    room(Arc::new(Ways::none()), Calendar::china())
}

/// A notice about an order that was accepted.
pub fn accepted(phone: &str, order: &str) -> Notice {
    Notice::sms("order_accepted", phone, Subject::new("work_orders", order), format!("accepted.{order}"))
        .with("number", "20260105-0417")
        .with("what", "家中停电")
        .with("due", "1月6日18:00")
        .with("phone", "95598")
}

#[test]
fn no_door_is_open() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![deaf()]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

/// A text message cannot reach a landline; what was promised is told by telephone.
#[test]
fn who_has_no_mobile_is_called_where_that_was_promised() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        put_demo(&site.app).await.expect("the texts");
        let mut tx = db.begin().await.expect("a change");
        for (nth, wish) in
            [accepted("0562-2123456", "wo_1"), accepted("13812345678", "wo_2")].iter().enumerate()
        {
            let id = NoticeId(5 + i64::try_from(nth).expect("few"));
            send(&mut tx, start(), id, &wish.clone().or_call()).await.expect("asked").expect("queued");
        }
        tx.commit().await.expect("kept");
        let of = async |id: i64| crate::store::read(&db, NoticeId(id)).await.expect("read").expect("there");
        let called = of(5).await;
        assert_eq!((called.channel, called.recipient.as_str()), (crate::Channel::Voice, "05622123456"));
        assert_eq!(
            called.text,
            "您好，现通知您：您反映的家中停电已受理，编号20260105-0417，我们将在1月6日18:00前答复您。查询请拨95598。"
        );
        assert_eq!(of(6).await.channel, crate::Channel::Sms);
    });
}

#[test]
fn a_notice_is_written_with_its_change_and_once() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        put_demo(&site.app).await.expect("the texts");
        let wish = accepted("138 1234 5678", "wo_1");

        let mut tx = db.begin().await.expect("a change");
        send(&mut tx, start(), NoticeId(5), &wish).await.expect("asked").expect("queued");
        tx.rollback().await.expect("undone");
        assert_eq!(about(&db, "work_orders", "wo_1").await.expect("asked"), [], "the change did not happen");

        let mut tx = db.begin().await.expect("a change");
        let first = send(&mut tx, start(), NoticeId(5), &wish).await.expect("asked");
        let again = send(&mut tx, start(), NoticeId(6), &wish).await.expect("asked");
        tx.commit().await.expect("kept");
        let mut tx = db.begin().await.expect("a change");
        let later = send(&mut tx, start(), NoticeId(7), &wish).await.expect("asked");
        tx.commit().await.expect("kept");
        assert_eq!((first, again, later), (Ok(NoticeId(5)), Ok(NoticeId(5)), Ok(NoticeId(5))));

        let shown = about(&db, "work_orders", "wo_1").await.expect("asked");
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].to.as_str(), shown[0].state, shown[0].parts), ("138****5678", State::Queued, 1));
        assert_eq!(
            shown[0].text,
            "您反映的家中停电已受理，编号20260105-0417，我们将在1月6日18:00前答复您。查询请拨95598。"
        );

        let mut tx = db.begin().await.expect("a change");
        let wo = Subject::new("work_orders", "wo_1");
        assert_eq!(cancel_about(&mut tx, start(), &wo, "作废").await.expect("asked"), 1);
        tx.commit().await.expect("kept");
        assert_eq!(about(&db, "work_orders", "wo_1").await.expect("asked")[0].state, State::Cancelled);
    });
}

/// However many there are; and of some recipients, theirs alone.
#[test]
fn what_is_not_true_any_more_is_taken_back_from_everybody_or_from_some() {
    const MANY: i64 = 1_203;
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        put_demo(&site.app).await.expect("the texts");
        let number = |nth: i64| format!("138{nth:08}");
        let mut tx = db.begin().await.expect("a change");
        let wish = |nth: i64| {
            let wish = accepted(&number(nth), "wo_1");
            (NoticeId(nth + 1), crate::Notice { once: format!("once.{nth}"), ..wish })
        };
        let all: Vec<_> = (0..MANY).map(wish).collect();
        let sent = crate::send_all(&mut tx, start(), &all).await.expect("asked");
        assert!(sent.iter().all(Result::is_ok));
        tx.commit().await.expect("kept");
        let mut tx = db.begin().await.expect("a change");
        let out = "UPDATE notices_notice SET state = 'sending', lease_until = 1 WHERE id = 3";
        sqlx::query(out).execute(&mut *tx).await.expect("on its way");
        tx.commit().await.expect("kept");

        let wo = Subject::new("work_orders", "wo_1");
        let state = async |nth: i64| {
            let kept = crate::store::read(&db, NoticeId(nth + 1)).await.expect("read").expect("there");
            (kept.state, kept.why)
        };
        let mut tx = db.begin().await.expect("a change");
        let some = [number(1), number(2), "13999999999".to_owned()];
        assert_eq!(crate::withdraw(&mut tx, start(), &wo, Some(&some), "left").await.expect("taken back"), 2);
        assert_eq!(crate::withdraw(&mut tx, start(), &wo, Some(&some), "left").await.expect("asked"), 0);
        let to = [number(0), number(1), number(2)];
        let to = to.iter().map(String::as_str).collect();
        let told = crate::told(&mut tx, &wo, &to).await.expect("asked");
        let told: Vec<_> = told.iter().map(|(to, state)| (to.as_str(), *state)).collect();
        assert_eq!(told, [("13800000000", State::Queued), ("13800000002", State::Sending)]);
        tx.commit().await.expect("kept");
        assert_eq!(state(0).await, (State::Queued, String::new()));
        assert_eq!(state(1).await, (State::Cancelled, "taken_back".into()));
        assert_eq!(
            state(2).await,
            (State::Sending, "not_again".into()),
            "it may be gone, and does not go again"
        );

        let mut tx = db.begin().await.expect("a change");
        let rest = usize::try_from(MANY - 2).expect("a count");
        assert_eq!(cancel_about(&mut tx, start(), &wo, "作废").await.expect("asked"), rest);
        tx.commit().await.expect("kept");
        assert_eq!(state(MANY - 1).await.0, State::Cancelled);
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn what_cannot_be_sent_is_refused_and_nothing_is_written() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db.clone(), vec![deaf()]);
        crate::put_drafts(&site.app).await.expect("the texts");
        let mut tx = db.begin().await.expect("a change");
        let mut refused = async |wish: &Notice| {
            send(&mut tx, start(), NoticeId(5), wish).await.expect("asked").expect_err("refused")
        };
        let wish = accepted("13812345678", "wo_1");
        let none = Refusal::NoTemplate { template: "order_accepted".into() };
        assert_eq!(refused(&wish).await, none, "a draft is not sent");
        drop(tx);

        put_demo(&site.app).await.expect("asked");
        let mut tx = db.begin().await.expect("a change");
        sqlx::query("UPDATE notices_template SET state = 'approved'").execute(&mut *tx).await.expect("set");
        let mut refused = async |wish: Notice| {
            send(&mut tx, start(), NoticeId(5), &wish).await.expect("asked").expect_err("refused")
        };
        assert_eq!(refused(accepted("0562-2123456", "wo_1")).await, Refusal::NotAMobile);
        let voice = Notice { channel: crate::Channel::Voice, ..accepted("12", "wo_1") };
        assert_eq!(refused(voice).await, Refusal::NotANumber);
        let mail = Notice { channel: crate::Channel::Mail, ..wish.clone() };
        assert_eq!(refused(mail).await, Refusal::BadMail);
        assert_eq!(
            refused(wish.clone().with("due", " ")).await,
            Refusal::MissingValue { field: "due".into() }
        );
        assert_eq!(
            refused(wish.clone().with("what", "长".repeat(41))).await,
            Refusal::ValueTooLong { field: "what".into(), most: 40 }
        );
        tx.commit().await.expect("kept");
        assert_eq!(about(&db, "work_orders", "wo_1").await.expect("asked"), []);
    });
}
