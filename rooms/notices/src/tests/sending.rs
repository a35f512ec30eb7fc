//! Notices on their way, through a real short message centre: what goes out when, what comes back, and what is left when
//! the sender dies in the middle.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use db::Db;
use db::testdb::on_both;
use gateways::Gateway;
use gateways::smpp::centre::{Centre, Mood, Options};
use gateways::smpp::{Client, Config};
use kernel::NoticeId;
use kernel::calendar::Calendar;
use web::App;
use web::testing::TestSite;

use super::accepted;
use crate::rules::settle::Receipt;
use crate::rules::{Channel, Class, Notice, State, Urgency};
use crate::store::consents::{self, Consent};
use crate::{MIGRATIONS, Ways, jobs, put_demo, room, send, store};

/// A centre over there, our room here, and a clock that stands still.
struct Rig {
    there: Centre,
    ways: Arc<Ways>,
    site: TestSite,
    receiving: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.receiving.abort();
    }
}

impl Rig {
    async fn start(db: &Db) -> Rig {
        let options = Options {
            system_id: "hotline".into(),
            password: "secret".into(),
            receipt_after: Duration::from_millis(5),
            echo_reference: true,
        };
        let there =
            Centre::start("127.0.0.1:0".parse().expect("an address"), options).await.expect("a centre");
        let server = there.address().to_string();
        let config = Config { window: 4, ..Config::plain(&server, "hotline", "secret", "1069000") };
        let open = |inbox| {
            let sms: Arc<dyn Gateway> = Arc::new(Client::start(config, inbox));
            Ok::<_, std::convert::Infallible>((Some(sms), None))
        };
        let Ok(ways) = Ways::open(open);
        let ways = Arc::new(ways);
        let site = TestSite::new(db.clone(), vec![room(ways.clone(), Calendar::china())]);
        // 09:00, so that it is not quiet.
        site.clock.advance(Duration::from_secs(3_600));
        put_demo(&site.app).await.expect("the texts");
        let receiving = tokio::spawn(jobs::receive(site.app.clone(), ways.clone()));
        let rig = Rig { there, ways, site, receiving };
        rig.connected().await;
        rig
    }

    fn app(&self) -> App {
        self.site.app.clone()
    }

    async fn connected(&self) {
        let gateway = self.ways.of(crate::Channel::Sms).expect("a gateway");
        until("a connection", async || gateway.ready().is_ok()).await;
    }

    async fn queue(&self, notice: &Notice) -> NoticeId {
        let mut tx = self.app().db.begin().await.expect("a change");
        let id = send(&mut tx, self.app().now(), self.app().id(), notice).await.expect("asked");
        tx.commit().await.expect("kept");
        id.expect("queued")
    }

    async fn state(&self, id: NoticeId) -> State {
        store::read(&self.app().db, id).await.expect("read").expect("there").state
    }

    fn sending(&self) -> impl Future<Output = anyhow::Result<()>> + use<> {
        jobs::send(self.app(), self.ways.clone(), Arc::new(Calendar::china()), Channel::Sms)
    }

    async fn run(&self) {
        self.sending().await.expect("sent");
    }

    async fn tidy(&self) {
        jobs::tidy(self.app()).await.expect("tidied");
    }

    async fn becomes(&self, id: NoticeId, state: State) {
        until(state.as_str(), async || self.state(id).await == state).await;
    }

    /// How often a number got something.
    fn taken(&self, phone: &str) -> usize {
        self.there.taken().iter().filter(|taken| taken.to == phone).count()
    }

    async fn outcomes(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT payload FROM db_outbox WHERE kind = 'notices.done' ORDER BY id")
                .fetch_all(self.app().db.read())
                .await
                .expect("events");
        let outcome = |(payload,): &(String,)| {
            let event: crate::Done = serde_json::from_str(payload).expect("an event");
            format!("{} {}", event.about.id, event.outcome.as_str())
        };
        rows.iter().map(outcome).collect()
    }
}

/// Asks again until it is so: what comes over a socket cannot be given a clock.
#[expect(clippy::disallowed_methods, reason = "a real socket")]
async fn until(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    let tries = async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), tries)
        .await
        .unwrap_or_else(|_| panic!("no {what} within 30 s"));
}

#[test]
fn a_notice_goes_out_and_its_receipt_comes_back() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let reached = rig.queue(&accepted("13812345670", "wo_1")).await;
        let off = rig.queue(&accepted("13812345678", "wo_2")).await;
        rig.run().await;
        rig.becomes(reached, State::Delivered).await;
        rig.becomes(off, State::Failed).await;
        assert_eq!((rig.taken("13812345670"), rig.taken("13812345678")), (1, 1));
        let mut outcomes = rig.outcomes().await;
        outcomes.sort();
        assert_eq!(outcomes, ["wo_1 delivered", "wo_2 failed"]);
        rig.run().await;
        assert_eq!(rig.there.taken().len(), 2, "nothing is sent twice");

        rig.there.write("13812345670", "还是没电");
        until("reply", async || !store::sending::replies(&db, reached).await.expect("asked").is_empty())
            .await;
    });
}

#[test]
fn quiet_hours_consent_and_the_cap_hold_when_it_goes_out() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let unwanted = rig.queue(&accepted("13900000001", "wo_1")).await;
        let mut tx = db.begin().await.expect("a change");
        let no = Consent {
            recipient: "13900000001".into(),
            class: Class::Service,
            granted: false,
            source: "来电要求".into(),
            who: None,
            at: rig.app().now(),
        };
        consents::set_consent(&mut tx, &no).await.expect("set");
        tx.commit().await.expect("kept");
        let many: Vec<NoticeId> = {
            let mut many = Vec::new();
            for order in 0..11 {
                many.push(rig.queue(&accepted("13900000002", &format!("wo_m{order}"))).await);
            }
            many
        };
        rig.run().await;
        assert_eq!(rig.state(unwanted).await, State::Suppressed);
        assert_eq!(rig.taken("13900000002"), 10);
        assert_eq!(rig.state(many[10]).await, State::Suppressed);

        // At half past twelve.
        rig.site.clock.advance(Duration::from_secs(3 * 3_600 + 1_800));
        let normal = rig.queue(&accepted("13900000003", "wo_3")).await;
        let urgent = Notice { urgency: Urgency::Urgent, ..accepted("13900000004", "wo_4") };
        let urgent = rig.queue(&urgent).await;
        rig.run().await;
        assert_eq!((rig.taken("13900000003"), rig.taken("13900000004")), (0, 1));
        rig.becomes(urgent, State::Delivered).await;
        let waits = store::read(&db, normal).await.expect("read").expect("there");
        assert_eq!(
            (waits.why.as_str(), waits.next_at.to_string().as_str()),
            ("quiet", "2026-01-05T06:00:00Z")
        );
        rig.site.clock.advance(Duration::from_secs(5_400));
        rig.run().await;
        rig.becomes(normal, State::Delivered).await;
    });
}

#[test]
fn only_what_certainly_did_not_go_out_is_tried_again() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        rig.there.moods([Mood::Refuse(0x08)]);
        let later = rig.queue(&accepted("13900000001", "wo_1")).await;
        rig.run().await;
        assert_eq!((rig.state(later).await, rig.taken("13900000001")), (State::Queued, 0));
        rig.site.clock.advance(Duration::from_secs(30));
        rig.run().await;
        rig.becomes(later, State::Delivered).await;

        rig.there.moods([Mood::Refuse(0x0b)]);
        let never = rig.queue(&accepted("13900000002", "wo_2")).await;
        rig.run().await;
        assert_eq!(rig.state(never).await, State::Failed);

        // Cut off after the centre has taken it: nobody knows, until the receipt comes with our reference.
        rig.there.moods([Mood::TakeAndHangUp]);
        let cut = rig.queue(&accepted("13900000003", "wo_3")).await;
        rig.run().await;
        rig.becomes(cut, State::Delivered).await;
        assert_eq!(rig.taken("13900000003"), 1);
        let outcomes = rig.outcomes().await;
        assert!(outcomes.ends_with(&["wo_3 unknown".into(), "wo_3 delivered".into()]), "{outcomes:?}");

        // Cut off before.
        rig.connected().await;
        rig.there.moods([Mood::HangUp]);
        let lost = rig.queue(&accepted("13900000004", "wo_4")).await;
        rig.run().await;
        assert_eq!(rig.state(lost).await, State::Unknown);
        rig.connected().await;
        rig.site.clock.advance(Duration::from_secs(3_600));
        rig.run().await;
        rig.tidy().await;
        assert_eq!((rig.state(lost).await, rig.taken("13900000004")), (State::Unknown, 0), "not by itself");
    });
}

/// One that hangs holds up no other: as soon as one has ended another goes out.
#[test]
fn the_window_is_kept_full() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        rig.there.moods([Mood::TakeAndSaySilent]);
        for order in 0..10 {
            rig.queue(&accepted(&format!("1390000{order:03}0"), &format!("wo_{order}"))).await;
        }
        let sending = tokio::spawn(rig.sending());
        until("ten messages", async || rig.there.taken().len() == 10).await;
        assert!(!sending.is_finished(), "the first one still hangs");
        let late = rig.queue(&accepted("13900001110", "wo_late")).await;
        rig.becomes(late, State::Delivered).await;
        assert!(!sending.is_finished());
        sending.abort();
    });
}

/// A gateway that does not want us is nobody's attempt.
#[test]
fn a_gateway_that_is_down_takes_no_attempt_and_only_its_time_ends_a_notice() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let id = rig.queue(&Notice { urgency: Urgency::Urgent, ..accepted("13900000001", "wo_1") }).await;
        for _ in 0..10 {
            rig.there.moods([Mood::Refuse(0x04)]);
            rig.run().await;
            let waits = store::read(&db, id).await.expect("read").expect("there");
            assert_eq!((waits.state, waits.why.as_str(), waits.attempts), (State::Queued, "gateway", 0));
            rig.site.clock.advance(Duration::from_secs(60));
        }
        rig.run().await;
        rig.becomes(id, State::Delivered).await;
    });
}

/// When the process ends nothing more is claimed, and what is under way comes to its end.
#[test]
fn the_end_is_waited_for() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let (first, second) = (accepted("13900000001", "wo_1"), accepted("13900000002", "wo_2"));
        let first = rig.queue(&first).await;
        let ending = rig.app().ending;
        let sending = tokio::spawn(rig.sending());
        until("a claim", async || rig.state(first).await != State::Queued).await;
        ending.begin();
        sending.await.expect("no panic").expect("sent");
        let second = rig.queue(&second).await;
        rig.becomes(first, State::Delivered).await;
        rig.run().await;
        assert_eq!(rig.state(second).await, State::Queued, "nothing is begun any more");
        rig.ways.leave().await;
        until("goodbye", async || rig.there.bound() == 0).await;
    });
}

/// A gateway gives its names again one day: what was heard of the old message is not true of the new one.
#[test]
fn a_name_given_again_brings_no_old_receipt() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let now = rig.app().now();
        let heard = async |name: &str, notice: NoticeId, at| {
            let mut tx = db.begin().await.expect("a change");
            store::sending::link(&mut tx, "smpp", &[(notice, 0, name.into())], at).await.expect("linked");
            let parts = store::sending::parts(&mut tx, notice).await.expect("read");
            tx.commit().await.expect("kept");
            parts.into_iter().map(|part| part.receipt).collect::<Vec<_>>()
        };
        let receipt = async |name: &str| {
            let mut tx = db.begin().await.expect("a change");
            store::sending::hear(&mut tx, "smpp", name, Receipt::Delivered, "", now).await.expect("heard");
            tx.commit().await.expect("kept");
        };
        assert_eq!(heard("7", NoticeId(1), now).await, [None]);
        receipt("7").await;
        assert_eq!(heard("7", NoticeId(1), now).await, [Some(Receipt::Delivered)], "the same again");
        assert_eq!(heard("7", NoticeId(2), now).await, [None], "given again");
        receipt("8").await;
        assert_eq!(
            heard("8", NoticeId(3), now).await,
            [Some(Receipt::Delivered)],
            "it came before its notice"
        );
        receipt("9").await;
        let later = now + Duration::from_secs(4 * 24 * 3_600);
        assert_eq!(heard("9", NoticeId(4), later).await, [None], "long ago, and nobody's");
        receipt("10").await;
        rig.site.clock.advance(Duration::from_secs(8 * 24 * 3_600));
        rig.tidy().await;
        let mut tx = db.begin().await.expect("a change");
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM notices_receipt WHERE message_id = '10'")
            .fetch_one(&mut *tx)
            .await
            .expect("counted");
        assert_eq!(count, 0, "forgotten");
    });
}

/// A gateway of which the test decides when it answers.
struct Patient {
    asked: tokio::sync::Semaphore,
    answer: tokio::sync::Semaphore,
}

impl Gateway for Patient {
    fn name(&self) -> &'static str {
        "patient"
    }
    fn window(&self) -> usize {
        1
    }
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }
    fn send(&self, _: gateways::Message) -> futures::future::BoxFuture<'_, gateways::Sent> {
        Box::pin(async {
            self.asked.add_permits(1);
            self.answer.acquire().await.expect("open").forget();
            gateways::Sent::NotSent { again: true, why: "<lisi@163.com> busy\u{0}".into() }
        })
    }
    fn ask(&self, _: gateways::Message) -> futures::future::BoxFuture<'_, gateways::Asked> {
        Box::pin(async { gateways::Asked::Away })
    }
}

/// The lease was over and somebody has given the try up: its answer is still the best that is known of it.
#[test]
fn an_answer_after_the_lease_settles_its_own_try() {
    on_both(&[MIGRATIONS], async |db| {
        let none = || tokio::sync::Semaphore::new(0);
        let patient = Arc::new(Patient { asked: none(), answer: none() });
        let sms: Arc<dyn Gateway> = patient.clone();
        let Ok(ways) = Ways::open(|_| Ok::<_, std::convert::Infallible>((Some(sms), None)));
        let ways = Arc::new(ways);
        let site = TestSite::new(db.clone(), vec![room(ways.clone(), Calendar::china())]);
        site.clock.advance(Duration::from_secs(3_600));
        put_demo(&site.app).await.expect("the texts");
        let mut tx = db.begin().await.expect("a change");
        let wish = accepted("13900000001", "wo_1");
        let id = send(&mut tx, site.app.now(), site.app.id(), &wish).await.expect("asked").expect("queued");
        tx.commit().await.expect("kept");
        let calendar = Arc::new(Calendar::china());
        let sending = tokio::spawn(jobs::send(site.app.clone(), ways, calendar, Channel::Sms));
        patient.asked.acquire().await.expect("open").forget();
        site.clock.advance(Duration::from_secs(181));
        jobs::tidy(site.app.clone()).await.expect("tidied");
        let kept = async || store::read(&db, id).await.expect("read").expect("there");
        assert_eq!(kept().await.state, State::Unknown);
        patient.answer.add_permits(1);
        until("an answer", async || kept().await.state == State::Queued).await;
        let kept = kept().await;
        assert_eq!((kept.why.as_str(), kept.attempts), ("retry", 1));
        assert_eq!(
            kept.detail, "<l***@163.com> busy",
            "nobody's address, and nothing that a database refuses"
        );
        site.app.ending.begin();
        sending.abort();
    });
}

/// Drops a future when it has been polled so often.
struct Killed<'a, F> {
    victim: Pin<&'a mut F>,
    polls: usize,
}

impl<F: Future> Future for Killed<'_, F> {
    /// Whether it came to its end.
    type Output = bool;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if self.polls == 0 {
            return Poll::Ready(false);
        }
        self.polls -= 1;
        self.victim.as_mut().poll(cx).map(|_| true)
    }
}

/// Whenever the sender dies: what was queued goes out later, and nothing goes out twice.
#[test]
fn a_sender_that_dies_anywhere_sends_nothing_twice_and_loses_nothing() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let (mut died, mut unknown) = (0, 0);
        for polls in 0..60 {
            let phone = format!("139{:07}0", polls);
            // The clock runs on through the day: it must not become quiet.
            let wish = Notice { urgency: Urgency::Urgent, ..accepted(&phone, &format!("wo_{polls}")) };
            let id = rig.queue(&wish).await;
            {
                let victim = pin!(rig.sending());
                died += usize::from(!Killed { victim, polls }.await);
            }
            // The next process: first with the lease of the dead one, then after it.
            rig.run().await;
            rig.site.clock.advance(Duration::from_secs(181));
            rig.tidy().await;
            rig.run().await;
            until("end", async || rig.state(id).await.is_final()).await;
            let (state, taken) = (rig.state(id).await, rig.taken(&phone));
            assert!(taken <= 1, "sent {taken} times when killed after {polls} polls");
            match state {
                State::Delivered => assert_eq!(taken, 1),
                // It was claimed and nobody can say: a person decides.
                State::Unknown => unknown += 1,
                other => panic!("{other:?} when killed after {polls} polls"),
            }
            let once = rig.queue(&wish).await;
            assert_eq!(once, id, "the same wish is the same notice");
        }
        assert!(died > 3, "it was killed on its way, {died} times");
        assert!(unknown < died, "most are known in the end: {unknown} of {died}");
    });
}

#[test]
fn whoever_configures_is_told_that_messages_go_out_unsigned() {
    on_both(&[MIGRATIONS], async |db| {
        let rig = Rig::start(&db).await;
        let told = async || {
            let get = rig.site.get("/api/notices/settings").by(4, &["notices.configure"]);
            get.send().await.body["unsigned"].clone()
        };
        assert_eq!(told().await, true);
        crate::sign_demo(&rig.app(), "铜官燃气").await.expect("signed");
        assert_eq!(told().await, false);
        let id = rig.queue(&accepted("13812345678", "wo_1")).await;
        let kept = store::read(&rig.app().db, id).await.expect("read").expect("there");
        assert!(kept.text.starts_with("【铜官燃气】"), "{}", kept.text);
    });
}
