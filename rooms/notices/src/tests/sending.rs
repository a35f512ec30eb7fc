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
use crate::rules::{Class, Notice, State, Urgency};
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

    async fn run(&self) {
        jobs::send(self.app(), self.ways.clone(), Arc::new(Calendar::china())).await.expect("sent");
    }

    async fn tidy(&self) {
        jobs::tidy(self.app(), self.ways.clone()).await.expect("tidied");
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
                let victim = pin!(jobs::send(rig.app(), rig.ways.clone(), Arc::new(Calendar::china())));
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
