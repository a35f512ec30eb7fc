//! Sending: signed, in order, at least once and always under the same name.

use posting::Lines as _;

use super::*;
use crate::jobs::BySubscription;

#[test]
fn an_event_is_posted_signed_once() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("20260105-0001").await;
        centre.hear().await;
        assert_eq!(centre.standing().await, standing("active", "-", 0, 1));
        centre.send().await;
        centre.send().await;
        let got = centre.receiver.got();
        let [got] = &got[..] else { panic!("{got:?}") };
        assert_eq!(
            (got.event.as_str(), got.timestamp),
            ("work_orders.changed", centre.site.app.now().as_secs())
        );
        assert_eq!(got.delivery, format!("{}-1", centre.id));
        assert_eq!(got.signature, signed::sign_event(&centre.secret, got.timestamp, got.body.as_bytes()));
        let body: Value = serde_json::from_str(&got.body).expect("JSON");
        assert_eq!(
            body,
            json!({ "id": got.delivery, "event": "work_orders.changed", "at": centre.site.app.now(),
                "data": { "order": "wo_5", "number": "20260105-0001", "kind": "complaint", "verb": "accepted",
                    "from": "", "to": "accepted", "unit": null, "important": false } })
        );
        let list = centre.get(&format!("/{}/deliveries", centre.id)).await.body;
        let one = &list["items"][0];
        assert_eq!(
            (&one["state"], &one["status"], &one["attempts"]),
            (&json!("sent"), &json!(200), &json!(1))
        );
        assert_eq!(centre.standing().await, standing("active", "-", 0, 0));
    });
}

#[test]
fn what_fails_is_tried_again_later_and_the_order_stays() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        for number in ["1", "2", "3"] {
            centre.moved(number).await;
        }
        centre.receiver.answers(&[200, 500, 302]);
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "2"], "the third waits behind the second");
        assert_eq!(centre.standing().await, standing("active", "-", 1, 2));
        centre.send().await;
        assert_eq!(centre.receiver.orders().len(), 2, "not before its time");
        centre.site.clock.advance(Duration::from_secs(30));
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "2", "2"], "a redirect is not followed");
        assert_eq!(centre.standing().await, standing("active", "-", 2, 2));
        centre.site.clock.advance(Duration::from_secs(59));
        centre.send().await;
        assert_eq!(centre.receiver.orders().len(), 3, "twice as long");
        centre.site.clock.advance(Duration::from_secs(1));
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "2", "2", "2", "3"]);
        let got = centre.receiver.got();
        assert!(
            got[1].delivery == got[3].delivery && got[1].body == got[3].body,
            "the same name, the same bytes"
        );
        assert_eq!(centre.standing().await, standing("active", "-", 0, 0));
    });
}

#[test]
fn one_that_was_sent_by_somebody_who_died_goes_out_again_under_its_name() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        centre.moved("2").await;
        // Taken in hand and posted; the process ends before it is kept.
        let (app, hook, now) = (&centre.site.app, centre.hook(), centre.site.app.now());
        subscriptions::claim(&app.db, hook, now, now + LEASE).await.expect("asked").expect("in hand");
        let to = subscriptions::read(&app.db, hook).await.expect("asked").expect("there");
        let head = deliveries::head(&app.db, hook).await.expect("asked").expect("the first");
        let tried = centre.outlet.post(app, &to, &head.kind, &head.name(), &head.body).await;
        assert!(tried.outcome.taken());
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1"], "the dead one still has it in hand");
        centre.site.clock.advance(LEASE);
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "1", "2"]);
        let got = centre.receiver.got();
        assert_eq!((&got[0].delivery, &got[0].body), (&got[1].delivery, &got[1].body));
        assert_eq!(centre.standing().await, standing("active", "-", 0, 0));
    });
}

#[test]
fn after_too_many_failures_it_is_paused_and_nothing_is_lost() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        let tries = usize::try_from(FAILURES_MAX).expect("a few");
        centre.receiver.answers(&vec![503; tries]);
        for _ in 0..tries {
            centre.send().await;
            centre.site.clock.advance(Duration::from_secs(24 * 3_600));
        }
        assert_eq!(centre.standing().await, standing("paused", "failing", FAILURES_MAX, 1));
        assert_eq!(centre.journal().await, ["added", "paused"]);
        centre.moved("2").await;
        centre.send().await;
        assert_eq!(centre.receiver.orders().len(), tries);
        assert_eq!(centre.act("pause").await.status, 409, "it is paused");
        assert_eq!(centre.act("resume").await.status, 200);
        centre.send().await;
        assert_eq!(&centre.receiver.orders()[tries..], ["1", "2"]);
        assert_eq!(centre.standing().await, standing("active", "-", 0, 0));

        centre.receiver.answers(&[410]);
        centre.moved("3").await;
        centre.send().await;
        assert_eq!(centre.standing().await, standing("paused", "gone", 1, 1));
    });
}

#[test]
fn what_was_sent_can_be_sent_again_by_one_and_by_time() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        let begun = centre.site.app.now();
        for number in ["1", "2", "3"] {
            centre.moved(number).await;
            centre.site.clock.advance(Duration::from_secs(60));
        }
        centre.send().await;
        let one = centre.post("/deliveries/2/act", json!({ "act": "send_again" })).await;
        assert_eq!((one.status.as_u16(), &one.body["deliveries"]), (200, &json!(1)));
        let twice = centre.post("/deliveries/2/act", json!({ "act": "send_again" })).await;
        assert_eq!(twice.body["code"], "webhooks.not_now", "it waits already");
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "2", "3", "2"]);

        let two_minutes = json!({ "from": begun, "to": begun + Duration::from_secs(120) });
        let replay = centre.post("/replay", two_minutes).await;
        assert_eq!((replay.status.as_u16(), &replay.body["deliveries"]), (200, &json!(2)));
        centre.moved("4").await;
        assert_eq!(centre.standing().await, standing("active", "-", 0, 3));
        centre.send().await;
        assert_eq!(&centre.receiver.orders()[4..], ["1", "2", "4"], "in the order they had");
        let got = centre.receiver.got();
        assert_eq!(got[0].delivery, got[4].delivery);
        let nothing =
            json!({ "from": begun + Duration::from_secs(3_600), "to": begun + Duration::from_secs(7_200) });
        assert_eq!(centre.post("/replay", nothing).await.body["code"], "webhooks.nothing_to_send");
        let backwards = json!({ "from": begun, "to": begun });
        assert_eq!(centre.post("/replay", backwards).await.body["code"], "webhooks.bad_period");
        assert_eq!(centre.journal().await, ["added", "sent_again", "replayed"]);
    });
}

#[test]
fn one_that_blocks_the_line_can_be_taken_out() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        centre.moved("2").await;
        centre.receiver.answers(&[400]);
        centre.send().await;
        let skipped = centre.post("/deliveries/1/act", json!({ "act": "skip" })).await;
        assert_eq!(skipped.status, 200, "{}", skipped.show());
        centre.site.clock.advance(Duration::from_secs(30));
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1", "2"]);
        let waiting = centre.get(&format!("/{}/deliveries?state=skipped", centre.id)).await.body;
        assert_eq!(waiting["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(centre.standing().await, standing("active", "-", 0, 0));
    });
}

#[test]
fn who_is_paused_in_the_middle_of_a_line_hears_nothing_more_of_it() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        let lines = BySubscription { app: centre.site.app.clone(), outlet: centre.outlet.clone() };
        let (hook, now) = (centre.hook(), centre.site.app.now());
        let failures = lines.claim(hook, now, now + LEASE).await.expect("asked").expect("in hand");
        centre.act("pause").await;
        posting::serve_one(&lines, hook, failures, now + LEASE).await.expect("served");
        assert_eq!(centre.receiver.orders(), Vec::<String>::new());
        assert_eq!(centre.standing().await, standing("paused", "by_hand", 0, 1), "it waits");
        centre.act("resume").await;
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1"], "nobody has it in hand any more");
    });
}

#[test]
fn a_trial_goes_out_at_once_and_says_what_came_of_it() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        centre.act("pause").await;
        let tried = centre.post("/test", json!({})).await;
        assert_eq!((&tried.body["taken"], &tried.body["status"]), (&json!(true), &json!(200)));
        centre.receiver.answers(&[404]);
        let tried = centre.post("/test", json!({})).await;
        assert_eq!((&tried.body["taken"], &tried.body["error"]), (&json!(false), &json!("HTTP 404")));
        let got = centre.receiver.got();
        assert_eq!(got.iter().map(|got| got.event.as_str()).collect::<Vec<_>>(), ["webhooks.test"; 2]);
        assert_eq!(centre.standing().await, standing("paused", "by_hand", 0, 1), "a trial is no failure");
        let list = centre.get(&format!("/{}/deliveries", centre.id)).await.body;
        let states: Vec<_> =
            list["items"].as_array().expect("a list").iter().map(|one| &one["state"]).collect();
        assert_eq!(states, ["failed", "sent", "waiting"]);
    });
}

#[test]
fn a_removed_one_is_told_nothing_and_what_waits_too_long_is_given_up() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        centre.moved("1").await;
        centre.act("pause").await;
        centre.site.clock.advance(WAIT_MAX + Duration::from_secs(1));
        centre.moved("2").await;
        jobs::tidy(centre.site.app.clone()).await.expect("tidied");
        assert_eq!(centre.standing().await, standing("paused", "by_hand", 0, 1));
        centre.act("resume").await;
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["2"]);

        centre.moved("3").await;
        assert_eq!(centre.act("remove").await.status, 200);
        centre.moved("4").await;
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["2"]);
        assert_eq!(centre.get("").await.body["subscriptions"], json!([]));
        assert_eq!(centre.post("/test", json!({})).await.status, 404);
        let kinds = ["added", "paused", "given_up", "resumed", "removed"];
        assert_eq!(centre.journal().await, kinds);

        centre.site.clock.advance(Duration::from_secs(31 * 24 * 3_600));
        jobs::tidy(centre.site.app.clone()).await.expect("tidied");
        let hook = centre.hook();
        let left = deliveries::latest(&centre.site.app.db, hook, None, None, 10).await.expect("asked");
        assert_eq!(left, []);
    });
}

#[test]
fn one_that_does_not_answer_holds_up_nobody_else() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        // It listens and never answers.
        let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", mute.local_addr().expect("an address"));
        let form = json!({ "name": "mute", "url": url, "kinds": KINDS });
        assert_eq!(centre.site.post("/api/webhooks", form).by(1, MAY).send().await.status, 200);
        centre.moved("1").await;
        let sending = tokio::spawn(jobs::send(centre.site.app.clone(), centre.outlet.clone()));
        let (waits, _) = mute.accept().await.expect("called");
        for _ in 0..1_000 {
            if centre.standing().await.3 == 0 {
                break;
            }
        }
        assert_eq!(centre.receiver.orders(), ["1"]);
        sending.abort();
        drop(waits);
    });
}

#[test]
fn without_its_key_a_secret_is_made_anew_and_nothing_is_lost() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db.clone()).await;
        assert_eq!(crate::sealed(&db).await.expect("counted"), 1);
        let mut tx = db.begin().await.expect("a change");
        assert_eq!(crate::forget_secrets(&mut tx).await.expect("forgotten"), 1);
        tx.commit().await.expect("kept");
        assert_eq!(crate::sealed(&db).await.expect("counted"), 0);
        centre.moved("1").await;
        centre.send().await;
        assert_eq!(centre.standing().await, standing("paused", "no_secret", 0, 1));
        assert_eq!(centre.act("new_secret").await.status, 200);
        assert_eq!(centre.act("resume").await.status, 200);
        centre.send().await;
        assert_eq!(centre.receiver.orders(), ["1"]);
    });
}
