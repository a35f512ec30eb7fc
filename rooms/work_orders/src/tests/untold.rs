//! Customers whom no message has reached, or can: somebody owes them a call, once, also when it is known only later; whoever
//! follows a master is treated as its customer is.

use std::sync::Arc;

use kernel::NoticeId;
use notices::State as Fate;

use super::*;

async fn listening(db: &Db) -> TestSite {
    let site = site(db).await;
    db.join(&site.site.events).await.expect("listening");
    site
}

/// A fault whose crew has arrived and says until when, with this number; `master` is what it may follow.
async fn estimated(site: &TestSite, phone: &str) -> Value {
    let order = at_work(site, phone).await;
    let until = site.app.now() + Duration::from_secs(3 * 3_600);
    ok(act(site, CREW, &order, json!({ "act": "estimate", "until": until, "reason": "已找到漏点" })).await)
}

fn fault(phone: &str) -> Value {
    let mut fault = leak();
    fault["subtype"] = "fault.no_gas".into();
    fault["contact"]["phone"] = phone.into();
    fault["reply_wanted"] = false.into();
    fault
}

async fn at_work(site: &TestSite, phone: &str) -> Value {
    let order = ok(file(site, json!({ "matter": fault(phone), "unit": CREW_1.to_string() })).await);
    let order = ok(act(site, CREW, &order, json!({ "act": "take" })).await);
    ok(act(site, CREW, &order, json!({ "act": "arrive", "at": site.app.now() })).await)
}

/// The last message to a customer about this came to nothing, as the gateway's receipt says.
async fn lose(site: &TestSite, order: &Value, template: &str, fate: Fate) -> NoticeId {
    let about = notices::about(&site.app.db, "work_orders", order["id"].as_str().expect("an id")).await;
    let mut sent = about.expect("notices");
    sent.retain(|one| one.template == template);
    let last = sent.into_iter().max_by_key(|one| one.id).expect("it was queued").id;
    let mut tx = site.app.db.begin().await.expect("a change");
    let kept = notices::store::one(&mut tx, last).await.expect("read").expect("there");
    let lost = notices::rules::Kept { state: fate, done_at: Some(site.app.now()), ..kept };
    assert!(notices::store::save(&mut tx, &lost).await.expect("kept"));
    let done = notices::Done { notice: last, about: lost.about, outcome: fate };
    // Told twice, as after a stop.
    tx.emit(site.app.now(), &done).expect("told");
    tx.emit(site.app.now(), &done).expect("told");
    tx.commit().await.expect("kept");
    last
}

async fn go_on(site: &TestSite) {
    site.app.db.deliver_pending(&site.site.events).await.expect("heard");
    for _ in 0..2 {
        crate::untold::call(site.app.clone(), Arc::new(Calendar::china())).await.expect("seen to");
    }
}

/// The calls that are owed and those that were, and where the order stands.
async fn owed(db: &Db, order: &Value) -> (usize, usize, &'static str) {
    let id = id_of(order);
    let promised = promises::read(db, "work_orders", &id.to_string()).await.expect("promises");
    let calls = promised.iter().filter(|kept| kept.rule == crate::rules::clocks::UNTOLD);
    let running = calls.clone().filter(|kept| kept.clocks.unit().is_running()).count();
    let kept = orders::read(db, id).await.expect("read").expect("there");
    (running, calls.count(), kept.order.state.word())
}

async fn now(site: &TestSite, order: &Value) -> Value {
    let path = format!("/api/work_orders/{}", order["id"].as_str().expect("an id"));
    ok(site.get(&path).by(SUPERVISOR.0, SUPERVISOR.1).send().await)
}

#[test]
fn a_message_that_is_lost_later_is_a_call_that_is_owed_once() {
    on_both(ALL, async |db| {
        let site = listening(&db).await;
        let order = estimated(&site, "13812345678").await;
        assert_eq!(owed(&db, &order).await, (0, 0, "arrived"));
        lose(&site, &order, "order_estimated", Fate::Unknown).await;
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await.0, 0, "it may have arrived");

        let lost = lose(&site, &order, "order_estimated", Fate::Failed).await;
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await, (1, 1, "arrived"));
        let shown = now(&site, &order).await;
        let step = shown["steps"].as_array().and_then(|steps| steps.last()).expect("a line").clone();
        assert_eq!((&step["verb"], &step["act"]["notice"]), (&json!("untold"), &json!(lost)));

        let called = json!({ "act": "contact", "words": "已电话告知客户预计时间" });
        let order = ok(act(&site, CREW, &shown, called).await);
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await, (0, 1, "arrived"), "kept, and not begun again");
    });
}

#[test]
fn what_was_said_better_since_or_heard_in_person_is_not_called_about() {
    on_both(ALL, async |db| {
        let site = listening(&db).await;
        let order = estimated(&site, "13812345678").await;
        lose(&site, &order, "order_coming", Fate::Expired).await;
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await.1, 0, "the agent has said it");
        lose(&site, &order, "order_estimated", Fate::Failed).await;
        let until = site.app.now() + Duration::from_secs(2 * 3_600);
        let order = ok(act(&site, CREW, &order, json!({ "act": "estimate", "until": until })).await);
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await.1, 0, "the newer one is on its way");
    });
}

#[test]
fn whoever_does_not_learn_how_it_came_out_is_called_back() {
    on_both(ALL, async |db| {
        let site = listening(&db).await;
        let get = "/api/work_orders/settings";
        let mut settings = ok(site.get(get).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        settings["value"]["call_back_percent"] = 0.into();
        ok(site.put(get, settings).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        let order = at_work(&site, "13812345678").await;
        let order = ok(act(&site, CREW, &order, result(&site)).await);
        let order = ok(act(&site, SUPERVISOR, &order, json!({ "act": "approve" })).await);
        assert_eq!(owed(&db, &order).await, (0, 0, "closed"));
        lose(&site, &order, "order_result", Fate::Failed).await;
        go_on(&site).await;
        assert_eq!(owed(&db, &order).await, (0, 0, "to_call_back"));
    });
}

#[test]
fn whoever_follows_with_a_landline_is_called_as_the_master_s_customer_is() {
    on_both(ALL, async |db| {
        let site = listening(&db).await;
        let master =
            ok(file(&site, json!({ "matter": fault("0562-2123450"), "unit": CREW_1.to_string() })).await);
        let mut children = Vec::new();
        for phone in ["0562-2123456", "13812345678"] {
            children.push(ok(file(&site, json!({ "matter": fault(phone), "master": master["id"] })).await));
        }
        let master = ok(act(&site, CREW, &master, json!({ "act": "take" })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "arrive", "at": site.app.now() })).await);
        let until = site.app.now() + Duration::from_secs(3 * 3_600);
        let master = ok(act(
            &site,
            CREW,
            &master,
            json!({ "act": "estimate", "until": until, "reason": "已找到漏点" }),
        )
        .await);
        let pass_on = async || {
            let calendar = Arc::new(Calendar::china());
            crate::jobs::pass_on(site.app.clone(), calendar).await.expect("passed on");
        };
        pass_on().await;
        pass_on().await;
        assert_eq!(owed(&db, &master).await.0, 1);
        assert_eq!(owed(&db, &children[0]).await, (1, 1, "merged"));
        assert_eq!(owed(&db, &children[1]).await, (0, 0, "merged"), "a message reaches it");

        let shown = now(&site, &children[0]).await;
        let called = json!({ "act": "contact", "words": "已电话告知客户预计时间" });
        ok(act(&site, AGENT, &shown, called).await);
        assert_eq!(owed(&db, &children[0]).await, (0, 1, "merged"));

        // What came out reaches it only by telephone, too.
        let master = ok(act(&site, CREW, &master, result(&site)).await);
        let done = ok(act(&site, SUPERVISOR, &master, json!({ "act": "approve" })).await);
        assert!(["closed", "to_call_back"].contains(&done["state"].as_str().expect("a state")));
        crate::jobs::follow(site.app.clone(), Arc::new(Calendar::china())).await.expect("followed");
        assert_eq!(owed(&db, &children[0]).await, (0, 1, "to_call_back"));
        assert_eq!(owed(&db, &children[1]).await, (0, 0, "closed"));
    });
}

#[test]
fn a_machine_calls_followers_where_the_centre_wishes_so() {
    on_both(ALL, async |db| {
        let site = listening(&db).await;
        let get = "/api/work_orders/settings";
        let mut settings = ok(site.get(get).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        settings["value"]["call_landlines"] = true.into();
        ok(site.put(get, settings).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        let master =
            ok(file(&site, json!({ "matter": fault("13812345678"), "unit": CREW_1.to_string() })).await);
        let matter = fault("0562-2123456");
        let child = ok(file(&site, json!({ "matter": matter, "master": master["id"] })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "take" })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "arrive", "at": site.app.now() })).await);
        let until = site.app.now() + Duration::from_secs(3 * 3_600);
        ok(act(&site, CREW, &master, json!({ "act": "estimate", "until": until })).await);
        crate::jobs::pass_on(site.app.clone(), Arc::new(Calendar::china())).await.expect("passed on");
        let about = notices::about(&db, "work_orders", child["id"].as_str().expect("an id")).await;
        let told = about.expect("notices").into_iter().find(|one| one.template == "order_estimated");
        assert_eq!(told.map(|one| one.channel), Some(notices::Channel::Voice));
        assert_eq!(owed(&db, &child).await, (0, 0, "merged"));
        // Nobody answers the machine: somebody calls, though the customer only follows.
        lose(&site, &child, "order_estimated", Fate::Failed).await;
        go_on(&site).await;
        assert_eq!(owed(&db, &child).await, (1, 1, "merged"));
    });
}
