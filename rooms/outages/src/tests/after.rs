//! Supply is back: customers are asked until it is known, and who is still without gets an order, once, whatever dies when.

use customers::store::load;
use kernel::{CallId, PersonId, WorkOrderId};
use notices::Subject;
use sqlx::Row as _;
use work_orders::store::orders;

use super::*;
use crate::http::without::{WithoutForm, still_without};
use crate::rules::after::{Said, Stage};
use crate::store::afters::{self, After};
use crate::store::asks::{self, Ask};
use crate::{asking, filing};

/// A fault that was restored a quarter of an hour ago.
async fn restored(centre: &Centre) -> Value {
    let (_, own, _) = neighbours();
    let now = centre.now();
    let outage = centre.fault(Some(2)).await;
    let wish = number(own).as_str().to_owned();
    let mut tx = centre.db().begin().await.expect("a change");
    tell_me(&mut tx, id(&outage).parse().expect("an id"), &wish, now).await.expect("kept");
    tx.commit().await.expect("kept");
    centre.pass(1_800);
    centre.act(LEADER, &outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
    centre.pass(900);
    outage
}

fn outage_id(outage: &Value) -> OutageId {
    id(outage).parse().expect("an id")
}

async fn round(centre: &Centre, outage: &Value) -> After {
    afters::read_last(centre.db(), outage_id(outage)).await.expect("a round").expect("there")
}

async fn turn(centre: &Centre) {
    asking::go_on(centre.site.app.clone(), centre.calendar.clone()).await.expect("a turn");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

async fn of(centre: &Centre, after: &After, said: Said) -> Vec<Ask> {
    asks::page(centre.db(), after, said, (-1, kernel::AccountId(0)), 5_000).await.expect("asked")
}

/// Somebody writes back to what he was asked.
async fn writes(centre: &Centre, ask: &Ask, text: &str) {
    all_write(centre, std::slice::from_ref(ask), text).await;
}

async fn all_write(centre: &Centre, asks: &[Ask], text: &str) {
    let mut tx = centre.db().begin().await.expect("a change");
    for ask in asks {
        tx.emit(centre.now(), &reply(ask, text)).expect("told");
    }
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

fn reply(ask: &Ask, text: &str) -> notices::Reply {
    let about = Subject::new("outages", format!("{}:asked:{}", ask.outage, ask.revision));
    notices::Reply {
        phone: ask.number.clone(),
        text: text.into(),
        notice: ask.notice.as_ref().and_then(|id| id.parse().ok()),
        about: Some(about),
    }
}

async fn tells<E: db::Event>(centre: &Centre, event: &E) {
    let mut tx = centre.db().begin().await.expect("a change");
    tx.emit(centre.now(), event).expect("told");
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

async fn count(db: &Db, what: &'static str) -> i64 {
    let row = sqlx::query(what).fetch_one(db.read()).await.expect("a count");
    row.get::<i64, _>(0)
}

const ORDERS: &str = "SELECT COUNT(*) FROM work_orders_order";
const ASKING: &str = "SELECT COUNT(*) FROM notices_notice WHERE template = 'gas_asked'";

#[test]
fn customers_are_asked_until_it_is_known_that_everybody_has_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = restored(&centre).await;
        turn(&centre).await;
        let after = round(&centre, &outage).await;
        assert_eq!((after.stage, after.wave, after.open), (Stage::Asking, 1, false));
        let asked = of(&centre, &after, Said::Asked).await;
        assert!(asked.len() > 50 && asked.iter().all(|ask| ask.order.is_none()));
        assert_eq!(asked[0].ord, 0, "who wished to be told is asked before all others");
        assert!(asked.iter().any(|ask| ask.ord == 1), "and important customers");
        let mut numbers: Vec<&str> = asked.iter().map(|ask| ask.number.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(count(&db, ASKING).await as usize, numbers.len(), "each number once");
        let path = format!("/api/outages/{}/after", id(&outage));
        let shown = centre.get(AGENT, &path).await;
        assert_eq!((&shown["stage"], &shown["allowed"]), (&json!("asking"), &json!([])));
        assert_eq!(shown["elements"][0]["known"], "open");

        // Everybody has it but one.
        all_write(&centre, &asked[1..], "1").await;
        turn(&centre).await;
        writes(&centre, &asked[0], " 2。").await;
        // The gateway says it twice.
        writes(&centre, &asked[0], "2").await;
        turn(&centre).await;
        turn(&centre).await;
        let after = round(&centre, &outage).await;
        let without = of(&centre, &after, Said::No).await;
        assert_eq!(without.len(), 1);
        assert_eq!(count(&db, ORDERS).await, 1, "one order, however often it is said");
        let order =
            orders::read(&db, without[0].order.expect("an order")).await.expect("read").expect("there");
        assert_eq!(order.order.matter.subtype, "fault.no_gas");
        assert!(
            order.order.matter.content.contains("短信回复反映家中仍未恢复"),
            "{}",
            order.order.matter.content
        );
        assert_eq!(order.order.matter.contact.phone, without[0].number);
        let shown = centre.get(LEADER, &path).await;
        assert_eq!(shown["elements"][0]["known"], "without", "the worst stands first");
        assert_eq!(shown["without"][0]["order_number"], json!(order.order.number));
        assert_eq!(shown["without"][0]["phone"].as_str().map(|phone| phone.contains("****")), Some(true));

        // The crew has been there: what was missing is not missing any more.
        let closed = work_orders::Changed {
            order: order.order.id,
            number: order.order.number.clone(),
            kind: order.order.matter.kind,
            verb: "close".into(),
            from: "to_call_back".into(),
            to: "closed".into(),
            unit: None,
            important: false,
            children: false,
        };
        tells(&centre, &closed).await;
        turn(&centre).await;
        // Who says nothing within the hour is silent, and others are asked.
        for _ in 0..6 {
            centre.pass(3_700);
            let after = round(&centre, &outage).await;
            all_write(&centre, &of(&centre, &after, Said::Asked).await, "有气了").await;
            turn(&centre).await;
        }
        let after = round(&centre, &outage).await;
        assert_eq!(after.stage, Stage::Sure);
        let tally = centre.get(LEADER, &path).await["total"].clone();
        assert_eq!((&tally["no"], &tally["mended"], &tally["asked"]), (&json!(0), &json!(1), &json!(0)));
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// A death at any place is a transaction that is not kept: the same again, and nothing twice.
#[test]
fn a_death_between_asking_and_knowing_asks_nobody_twice() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let app = &centre.site.app;
        let outage = restored(&centre).await;
        for step in 0..40 {
            let Some(due) = afters::due(&db, app.now()).await.expect("due").into_iter().next() else { break };
            // Whatever was written is gone with the process, at each place.
            for _ in 0..2 {
                let mut tx = db.begin().await.expect("a change");
                let next = asking::stepped(&mut tx, app, &centre.calendar, &due).await.expect("a step");
                assert!(next.is_some(), "step {step}");
                assert!(afters::save(&mut tx, &next.expect("a step")).await.expect("kept"));
                drop(tx);
            }
            asking::step(app, &centre.calendar, &due).await.expect("a step");
            // Another node that read the same place keeps nothing.
            asking::step(app, &centre.calendar, &due).await.expect("a step");
        }
        let after = round(&centre, &outage).await;
        let asked = of(&centre, &after, Said::Asked).await;
        assert!(asked.iter().all(|ask| ask.wave == 1 && ask.steps.len() == 1), "each was asked once");
        let mut numbers: Vec<&str> = asked.iter().map(|ask| ask.number.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(count(&db, ASKING).await as usize, numbers.len());
        let total: i64 =
            asks::read_tallies(&db, &after).await.expect("tallies").iter().map(|one| one.all()).sum();
        assert_eq!(json!(total), outage["counts"]["all"], "each account is written down once");

        // The same of the order.
        writes(&centre, &asked[0], "2").await;
        let ask = asks::to_file(&db).await.expect("to file").remove(0);
        let customer = load::one(&db, ask.party).await.expect("read");
        for _ in 0..2 {
            let mut tx = db.begin().await.expect("a change");
            filing::file_in(&mut tx, app, &centre.calendar, &ask, customer.as_ref(), None)
                .await
                .expect("filed");
            drop(tx);
        }
        assert_eq!(count(&db, ORDERS).await, 0);
        for _ in 0..2 {
            filing::file(app, &centre.calendar, &ask, None).await.expect("filed");
        }
        assert_eq!(count(&db, ORDERS).await, 1);
    });
}

#[test]
fn an_order_of_who_is_still_without_follows_that_of_the_fault() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = restored(&centre).await;
        let path = format!("/api/outages/{}/order", id(&outage));
        assert_eq!(
            centre.post(LEADER, &path, json!({ "number": "20250101-0001" })).await.body["code"],
            "outages.no_such_order"
        );
        let master = centre.post(LEADER, &path, json!({})).await;
        assert_eq!(master.status.as_u16(), 200, "{}", master.show());
        let again = centre.post(LEADER, &path, json!({})).await;
        assert_eq!(again.body["order"], master.body["order"], "filed once");
        let master: WorkOrderId = master.body["order"].as_str().expect("an id").parse().expect("an id");
        turn(&centre).await;
        let after = round(&centre, &outage).await;
        let waits = of(&centre, &after, Said::Asked).await.remove(0);
        // A caller says so, and the agent marks it; twice is once.
        let form = WithoutForm::new(waits.outage, waits.account, waits.party);
        let agent = PersonId(AGENT.0);
        let mark = async || {
            still_without(&centre.site.app, &centre.calendar, agent, CallId(9), &form).await.expect("marked")
        };
        let (first, second) = (mark().await, mark().await);
        assert_eq!((first.order, first.said), (second.order, Said::No));
        let order = orders::read(&db, first.order.expect("an order")).await.expect("read").expect("there");
        assert_eq!(order.order.state.word(), "merged");
        assert_eq!(order.order.matter.call, Some(CallId(9)));
        let (children, many) = orders::children(&db, master, 10).await.expect("children");
        assert_eq!((children.len(), many), (1, 1));
        // Answers the text message afterwards: known, and no second order.
        writes(&centre, &waits, "2").await;
        turn(&centre).await;
        assert_eq!(count(&db, ORDERS).await, 2);
        let outside = WithoutForm::new(waits.outage, kernel::AccountId(1), waits.party);
        let refused = still_without(&centre.site.app, &centre.calendar, agent, CallId(9), &outside).await;
        assert!(refused.is_err());
    });
}

#[test]
fn silence_ends_in_a_leader_s_decision() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let outage = restored(&centre).await;
        let path = format!("/api/outages/{}/after", id(&outage));
        // Nobody answers, wave after wave; at noon nobody is asked.
        for _ in 0..30 {
            turn(&centre).await;
            centre.pass(6 * HOUR);
        }
        turn(&centre).await;
        let shown = centre.get(LEADER, &path).await;
        assert_eq!(
            (&shown["stage"], &shown["allowed"]),
            (&json!("stuck"), &json!(["more", "close"])),
            "{shown}"
        );
        assert!(shown["total"]["silent"].as_i64() > Some(50));
        let after = round(&centre, &outage).await;
        assert!(of(&centre, &after, Said::Silent).await.iter().all(|ask| ask.steps.len() == 2));
        assert_eq!(centre.get(LEADER, "/api/outages/now").await["stuck"], 1);
        let more = json!({ "act": "more", "waves": shown["waves"] });
        assert_eq!(centre.post(AGENT, &path, more.clone()).await.status.as_u16(), 403);
        assert_eq!(centre.post(LEADER, &path, more.clone()).await.status.as_u16(), 200);
        assert_eq!(centre.post(LEADER, &path, more).await.body["code"], "web.changed_meanwhile");
        turn(&centre).await;
        let close = |why: &str| json!({ "act": "close", "why": why });
        assert_eq!(centre.post(LEADER, &path, close("")).await.body["code"], "outages.bad_field");
        let closed = centre.post(LEADER, &path, close("物业已逐户确认")).await;
        assert_eq!(
            (&closed.body["stage"], &closed.body["why"]),
            (&json!("closed"), &json!("物业已逐户确认"))
        );
        // It goes off again, and comes back: everybody is asked anew.
        let resumed = centre.try_act(LEADER, &outage, json!({ "act": "resume", "why": "再次泄压" })).await;
        if resumed.status.as_u16() == 200 {
            centre.act(LEADER, &outage, json!({ "act": "restore", "why": "立即恢复" })).await;
            centre.pass(900);
            turn(&centre).await;
            assert_eq!(round(&centre, &outage).await.ended_at, None);
        }
    });
}

/// The demo's outage that is over: known here, without there, silent elsewhere, with orders that follow that of the work.
#[test]
fn the_demo_shows_what_customers_have_answered() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let people = (PersonId(WRITER.0), PersonId(LEADER.0));
        let app = &centre.site.app;
        assert!(crate::demo::fill(app, &centre.calendar, people, true).await.expect("the demo"));
        assert!(!crate::demo::fill(app, &centre.calendar, people, true).await.expect("the demo"), "once");
        filing::file_all(app, &centre.calendar).await.expect("filed");
        let now = centre.get(LEADER, "/api/outages").await;
        let over = now["outages"].as_array().expect("outages").iter().find(|one| one["state"] == "restored");
        let over = over.expect("one that is over");
        let shown = centre.get(LEADER, &format!("/api/outages/{}/after", id(over))).await;
        let total = &shown["total"];
        assert!(total["yes"].as_i64() > Some(0) && total["no"].as_i64() > Some(0), "{total}");
        assert_eq!(shown["elements"][0]["known"], "without");
        let orders = count(&db, ORDERS).await;
        assert_eq!(
            Some(orders),
            total["no"].as_i64().map(|no| no + 1),
            "each an order, and the one of the work"
        );
        assert_eq!(shown["without"][0]["trouble"], "");
    });
}

/// Whatever was set before, nobody is written to by "our company".
#[test]
fn the_demo_writes_in_its_company_s_name() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let kept = async || config::read::<Settings>(&db).await.expect("settings").value;
        let put = async |settings: &Settings, before: i64| {
            let mut tx = db.begin().await.expect("a change");
            assert!(config::put(&mut tx, settings, before, None, centre.now()).await.expect("kept"));
            tx.commit().await.expect("kept");
        };
        put(&Settings { many: 300, ..Settings::default() }, 0).await;
        let unnamed = async || centre.get(LEADER, "/api/outages/settings").await["unnamed"].clone();
        assert_eq!(unnamed().await, true, "leaders see so on every page");
        crate::demo::settings(&centre.site.app, true).await.expect("the demo's");
        let named = kept().await;
        assert_eq!(unnamed().await, false);
        assert_eq!((named.company.as_str(), named.many, named.machine.important), ("铜官燃气", 300, false));
        put(&Settings { company: "青岚燃气".into(), ..named }, 2).await;
        crate::demo::settings(&centre.site.app, true).await.expect("the demo's");
        assert_eq!(kept().await.company, "青岚燃气", "somebody's own name stays");

        let (area, ..) = neighbours();
        let outage = centre.enter(LEADER, plan(&centre, "fault", &area, centre.now(), None).await).await;
        let published = centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let texts = published["texts"].to_string();
        assert!(texts.contains("青岚燃气") && !texts.contains("本公司"), "{texts}");
    });
}
