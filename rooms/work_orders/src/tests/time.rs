//! More time, as a unit asks for it and the centre answers, on both databases.

use kernel::BuiltIn;

use super::*;

/// Gives more time, and nothing else that a unit has to do with.
const GIVER: Who = (31, &["work_orders.read", "work_orders.extend"]);

async fn bill(site: &TestSite) -> Value {
    let mut complaint = leak();
    complaint["subtype"] = "complaint.billing".into();
    complaint["fields"] = json!({ "demand": "退还多收的费用" });
    let order = ok(file(site, json!({ "matter": complaint, "unit": CREW_1.to_string() })).await);
    ok(act(site, CREW, &order, json!({ "act": "take" })).await)
}

fn ask() -> Value {
    json!({ "act": "ask_time", "by": { "working_days": 2 }, "reason": "等待检定，可致电13912345678",
        "told_customer": true, "told": "已告知13812345678，客户同意" })
}

fn verbs(order: &Value) -> Vec<&str> {
    let steps = order["steps"].as_array().expect("a timeline");
    steps.iter().filter_map(|step| step["verb"].as_str()).collect()
}

async fn list(site: &TestSite, who: Who, query: &str) -> Vec<Value> {
    let reply = site.get(&format!("/api/work_orders?{query}")).by(who.0, who.1).send().await;
    ok(reply)["items"].as_array().cloned().expect("a page")
}

async fn now(site: &TestSite) -> Value {
    ok(site.get("/api/work_orders/now").by(SUPERVISOR.0, SUPERVISOR.1).send().await)
}

#[test]
fn a_request_stands_in_the_list_until_it_is_answered() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let (order, other) = (bill(&site).await, bill(&site).await);
        assert_eq!(order["more_time"], json!({ "working_days": 5 }), "what may be asked for");
        let order = ok(act(&site, CREW, &order, ask()).await);
        assert_eq!(order["time_asked"]["reason"], "等待检定，可致电13912345678", "the unit sees it whole");
        assert_eq!(order["time_asked"]["told_customer"], true);
        assert_eq!(order["due_step"], "decide_time", "it is what is due next");
        assert_eq!(order["due_since"], order["time_asked"]["at"], "and has only just begun");
        assert_eq!((&now(&site).await["time_asked"], &other["time_asked"]), (&json!(1), &Value::Null));
        let asked = list(&site, GIVER, "time_asked=true").await;
        assert_eq!(asked.len(), 1);
        assert_eq!(
            (&asked[0]["id"], &asked[0]["time_asked"]["who"]),
            (&order["id"], &json!(PersonId(CREW.0)))
        );
        assert_eq!(asked[0]["time_asked"]["reason"], "等待检定，可致电139****5678", "masked for all others");
        let own = list(&site, CREW, "of=units&open=true").await;
        assert_eq!(
            own.iter().filter(|line| !line["time_asked"].is_null()).count(),
            1,
            "its own list marks it"
        );

        let refuse = json!({ "act": "refuse_time", "reason": "可先行退费，无需等待" });
        let order = ok(act(&site, GIVER, &order, refuse).await);
        assert_eq!((&order["time_asked"], &now(&site).await["time_asked"]), (&Value::Null, &json!(0)));
        assert_eq!(list(&site, GIVER, "time_asked=true").await.len(), 0);
        let order = ok(act(&site, CREW, &order, ask()).await);
        let extend =
            json!({ "act": "extend", "by": { "working_days": 2 }, "reason": "等待检定机构出具结果" });
        let order = ok(act(&site, GIVER, &order, extend).await);
        assert_eq!((&order["time_asked"], &order["more_time"]), (&Value::Null, &Value::Null));
        assert_eq!(
            verbs(&order),
            ["accept", "dispatch", "take", "ask_time", "refuse_time", "ask_time", "extend"]
        );
        let id = id_of(&order);
        let kept = orders::read(&db, id).await.expect("read").expect("there").order;
        let history = steps::of(&db, id).await.expect("a history");
        let replayed = steps::replay(id, &kept.number, &history).expect("a beginning");
        assert_eq!(crate::rules::Order { version: kept.version, ..replayed }, kept);
    });
}

#[test]
fn only_the_unit_asks_and_only_who_may_give_it_answers() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = bill(&site).await;
        assert_eq!(
            act(&site, STRANGER, &order, ask()).await.status.as_u16(),
            404,
            "another unit sees nothing"
        );
        let reads: Who = (STRANGER.0, &["work_orders.handle", "work_orders.read"]);
        let reply = act(&site, reads, &order, ask()).await;
        assert_eq!((reply.status.as_u16(), &reply.body["params"]["bar"]), (409, &json!("not_your_unit")));
        assert_eq!(act(&site, SUPERVISOR, &order, ask()).await.status.as_u16(), 403);
        let order = ok(act(&site, CREW, &order, ask()).await);
        let refuse = || json!({ "act": "refuse_time", "reason": "可先行退费，无需等待" });
        for who in [CREW, AGENT] {
            assert_eq!(act(&site, who, &order, refuse()).await.status.as_u16(), 403);
        }
        let again = act(&site, CREW, &order, ask()).await;
        assert_eq!((again.status.as_u16(), &again.body["params"]["bar"]), (409, &json!("asked_already")));
        ok(act(&site, GIVER, &order, refuse()).await);
        let leak = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let never = act(&site, CREW, &leak, ask()).await;
        assert_eq!((never.status.as_u16(), &never.body["params"]["bar"]), (409, &json!("no_more_time")));
    });
}

#[test]
fn a_telephone_without_a_network_asks_once() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = bill(&site).await;
        let path = format!("/api/work_orders/{}/act", order["id"].as_str().expect("an id"));
        for _ in 0..2 {
            let form = json!({ "act": ask(), "token": "t-1" });
            ok(site.post(&path, form).by(CREW.0, CREW.1).send().await);
        }
        let order = ok(site.get(&path.replace("/act", "")).by(CREW.0, CREW.1).send().await);
        assert_eq!(verbs(&order).iter().filter(|verb| **verb == "ask_time").count(), 1);
    });
}

#[test]
fn who_may_give_time_is_called_before_it_is_too_late_and_the_unit_hears_the_answer() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        db.join(&site.site.events).await.expect("listening");
        people::start(&db, crate::permissions::PERMISSIONS).await.expect("the roles");
        let mut tx = db.begin().await.expect("a change");
        let giver = people::Person::new(PersonId(GIVER.0), "1031", "值班长", BuiltIn::ShiftLeader);
        assert!(people::store::insert(&mut tx, &giver.expect("a person")).await.expect("added"));
        let since = site.app.now();
        for (unit, person, phone) in [(CREW_1, CREW.0, "15400000020"), (CREW_2, GIVER.0, "15400000031")] {
            let phone = Some(phone.to_owned());
            let member = Member { unit, person: PersonId(person), post: Post::Handler, phone, since };
            departments::store::put_member(&mut tx, &member).await.expect("a member");
        }
        tx.commit().await.expect("kept");
        let order = ok(act(&site, CREW, &bill(&site).await, ask()).await);
        let told = async |template: &str| {
            promises::watch(site.app.clone()).await.expect("watched");
            for _ in 0..2 {
                site.app.db.deliver_pending(&site.site.events).await.expect("heard");
            }
            let all = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
            let mut all = all.expect("notices");
            all.retain(|one| one.template == template);
            all.into_iter().map(|one| (one.person, one.text)).collect::<Vec<_>>()
        };
        assert_eq!(told("order_time_asked").await, [], "there is time");
        site.clock.advance(Duration::from_secs(33 * 3_600));
        let waits = "工单20260105-0001（营业收费投诉）申请延期，请于1月6日24:00前登录系统批准或驳回：等待检定，可致电139****5678。";
        assert_eq!(told("order_time_asked").await, [(Some(PersonId(GIVER.0)), waits.to_owned())]);
        let order = ok(site
            .get(&format!("/api/work_orders/{}", order["number"].as_str().expect("a number")))
            .by(GIVER.0, GIVER.1)
            .send()
            .await);
        ok(act(&site, GIVER, &order, json!({ "act": "refuse_time", "reason": "可先行退费，无需等待" }))
            .await);
        let no = "工单20260105-0001（营业收费投诉）的延期申请未批准，可先行退费，无需等待。";
        assert_eq!(told("order_time_answered").await, [(Some(PersonId(CREW.0)), no.to_owned())]);
        site.clock.advance(Duration::from_secs(20 * 3_600));
        assert_eq!(told("order_time_asked").await.len(), 1, "what was answered pages nobody");
    });
}

#[test]
fn of_the_invented_orders_one_asks_for_more_time() {
    on_both(ALL, async |db| {
        let calendar = Calendar::china();
        let site = TestSite::new(db.clone(), vec![room(calendar.clone(), Path::new("no folder").to_owned())]);
        crate::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        let office =
            Team {
                id: CREW_1, name: "营业所", duties: &["request", "opinion"], areas: &[], handler: CREW.0
            };
        testing::put(&db, &[office], site.app.now()).await.expect("a team");
        let people = (&[PersonId(AGENT.0)][..], PersonId(SUPERVISOR.0));
        let made = crate::demo::fill(&site.app, &calendar, (400, 30), 1, people, |_| async {}).await;
        assert_eq!(made.expect("invented"), 400);
        let asked = list(&site, GIVER, "time_asked=true").await;
        assert_eq!((asked.len(), &now(&site).await["time_asked"]), (1, &json!(1)));
        assert_eq!(asked[0]["due_step"], "decide_time");
        assert!(asked[0]["time_asked"]["until"].is_string());
    });
}
