//! Who sees, finds, opens and is told what; what is asked twice; what goes with an order; on both databases.

use super::*;

/// A report of theft: who made it is confidential.
fn report() -> Value {
    let mut report = leak();
    report["subtype"] = "report.theft".into();
    report["fields"] = json!({ "reported": "3栋201，电话13700000002" });
    report["content"] = "邻居私接管道，可回电13812345678".into();
    report["call"] = kernel::CallId(7).to_string().into();
    report
}

#[test]
fn what_people_wrote_is_shown_with_its_numbers_hidden() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        let note = json!({ "act": "note", "text": "客户改用13900000001" });
        let whole = ok(act(&site, CREW, &order, note).await);
        assert_eq!(whole["steps"][3]["act"]["text"], "客户改用13900000001", "who goes there needs it");
        let urge = json!({ "act": "urge", "by": "customer", "words": "催到13900000001" });
        let masked = ok(act(&site, AGENT, &whole, urge).await);
        assert_eq!(masked["steps"][3]["act"]["text"], "客户改用139****0001");
        assert_eq!(masked["urged"][0]["words"], "催到139****0001");

        let hidden = ok(file(&site, json!({ "matter": report(), "unit": CREW_1.to_string() })).await);
        let path = format!("/api/work_orders/{}", hidden["id"].as_str().expect("an id"));
        let crew = ok(site.get(&path).by(CREW.0, CREW.1).send().await);
        assert_eq!(crew["matter"]["content"], "邻居私接管道，可回电138****5678");
        assert_eq!(crew["matter"]["fields"]["reported"], "3栋201，电话137****0002");
    });
}

#[test]
fn a_leader_sees_what_is_urged_with_the_last_words_and_whether_they_were_answered() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        ok(file(&site, json!({ "matter": report() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        let urged = async |who: Who, query: &str| {
            ok(site.get(&format!("/api/work_orders/urged{query}")).by(who.0, who.1).send().await)
        };
        assert_eq!(urged(SUPERVISOR, "").await, json!({ "items": [] }));
        let urge =
            json!({ "act": "urge", "by": "customer", "words": "催到13900000001", "promise": "两小时内回电" });
        let order = ok(act(&site, AGENT, &order, urge).await);
        let of_unit = format!("?unit={CREW_1}");
        let of_other = format!("?unit={}", kernel::UnitId(99));
        let list = urged(SUPERVISOR, &of_unit).await;
        let line = &list["items"][0];
        assert_eq!(
            (&line["number"], &line["urges"], &line["unanswered"]),
            (&order["number"], &json!(1), &json!(1))
        );
        assert_eq!(
            (&line["last"]["words"], &line["last"]["promise"], &line["last"]["answer"]),
            (&json!("催到139****0001"), &json!("两小时内回电"), &Value::Null)
        );
        assert_eq!(urged(SUPERVISOR, &of_other).await, json!({ "items": [] }));
        ok(act(&site, CREW, &order, json!({ "act": "answer_urge", "words": "已在路上" })).await);
        let list = urged(CREW, "").await;
        let line = &list["items"][0];
        assert_eq!((&line["unanswered"], &line["last"]["answer"]), (&json!(0), &json!("已在路上")));
    });
}

#[test]
fn whom_an_order_is_about_does_not_find_it_by_who_complained() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut complaint = leak();
        complaint["subtype"] = "complaint.service".into();
        complaint["fields"] = json!({ "demand": "当面道歉" });
        complaint["about"] = PersonId(AGENT.0).to_string().into();
        let order =
            ok(site.post("/api/work_orders", json!({ "matter": complaint })).by(12, AGENT.1).send().await);
        let found = async |who: i64, path: &str| {
            let body = ok(site.get(path).by(who, AGENT.1).send().await);
            body.as_array().or(body["items"].as_array()).map(Vec::len)
        };
        for path in [
            "/api/work_orders",
            "/api/work_orders?phone=13812345678",
            "/api/work_orders?customer=cu_1",
            "/api/work_orders?open=true&address=淮河中路10号3栋201",
            "/api/work_orders/alike?phone=13812345678",
        ] {
            assert_eq!((found(AGENT.0, path).await, found(12, path).await), (Some(0), Some(1)), "{path}");
        }
        let actor = |person| web::Actor {
            person: PersonId(person),
            number: "1001".into(),
            name: "某人".into(),
            session: kernel::SessionId(1),
            permissions: kernel::Permissions::of(AGENT.1.iter().copied()),
            group: None,
            leads: Vec::new(),
        };
        let source = crate::search::source();
        for (person, shown) in [(AGENT.0, 0), (12, 1)] {
            let found = (source.show)(site.app.clone(), actor(person), vec![id_of(&order).get()]).await;
            assert_eq!(found.expect("hits").len(), shown);
        }
        // Of a confidential report not even the call is looked for.
        ok(file(&site, json!({ "matter": report() })).await);
        let by_call = format!("/api/work_orders?call={}", kernel::CallId(7));
        assert_eq!(found(12, &by_call).await, Some(0));
    });
}

#[test]
fn a_file_is_opened_by_whoever_needs_it_and_that_is_written_down() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site_in(&db, folder.path()).await;
        let png = b"\x89PNG\r\n\x1a\nand so on";
        let upload = async |who: Who, matter: Value| {
            let order = ok(file(&site, json!({ "matter": matter, "unit": CREW_1.to_string() })).await);
            let path = format!("/api/work_orders/{}/attachments", order["id"].as_str().expect("an id"));
            let order =
                ok(site.upload(&format!("{path}?what=scan"), "信.png", png).by(who.0, who.1).send().await);
            format!("{path}/{}", order["attachments"][0]["id"].as_str().expect("an id"))
        };
        let opens = async |who: Who, path: &str| site.get(path).by(who.0, who.1).send().await.status.as_u16();
        let open = upload(AGENT, leak()).await;
        let codes = [opens(AGENT, &open).await, opens(CREW, &open).await, opens(SUPERVISOR, &open).await];
        assert_eq!(codes, [200, 200, 403], "a supervisor who may not see numbers whole");
        let hidden = upload(AGENT, report()).await;
        assert_eq!([opens(AGENT, &hidden).await, opens(CREW, &hidden).await], [200, 403]);
        let own = upload(CREW, report()).await;
        assert_eq!(opens(CREW, &own).await, 200, "what one has attached oneself");
        let looks =
            sqlx::query("SELECT who FROM db_journal WHERE kind = 'looked'").fetch_all(db.read()).await;
        assert_eq!(looks.expect("the journal").len(), 4, "each that was opened");
    });
}

#[test]
fn the_same_key_for_something_else_is_refused() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let one = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let other = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let asked = async |order: &Value, act: Value, token: &str| {
            let path = format!("/api/work_orders/{}/act", order["id"].as_str().expect("an id"));
            let reply =
                site.post(&path, json!({ "act": act, "token": token })).by(CREW.0, CREW.1).send().await;
            (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default().to_owned())
        };
        let note = |text: &str| json!({ "act": "note", "text": text });
        assert_eq!(asked(&one, note("已联系"), "k").await.0, 200);
        assert_eq!(asked(&one, note("已联系"), "k").await.0, 200);
        let used = (409, "work_orders.key_used".to_owned());
        assert_eq!(asked(&one, note("未联系"), "k").await, used, "other words");
        assert_eq!(asked(&other, note("已联系"), "k").await, used, "another order");
        assert_eq!(asked(&one, json!({ "act": "take" }), "k").await, used, "another act");
        let long = (422, "work_orders.too_long".to_owned());
        assert_eq!(asked(&one, note("已联系"), &"k".repeat(81)).await, long);
    });
}

#[test]
fn what_follows_an_order_goes_with_it_or_goes_on_by_itself() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let first = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        site.clock.advance(Duration::from_secs(60));
        let second = ok(file(&site, json!({ "matter": leak() })).await);
        site.clock.advance(Duration::from_secs(60));
        let third = ok(file(&site, json!({ "matter": leak(), "master": second["id"] })).await);
        let follow = async || {
            let calendar = std::sync::Arc::new(Calendar::china());
            crate::jobs::follow(site.app.clone(), calendar).await.expect("looked");
            let order = orders::read(&db, id_of(&third)).await.expect("read").expect("there").order;
            (order.state, order.master)
        };
        let (to_second, to_first) = (id_of(&second), id_of(&first));
        assert_eq!(follow().await.1, Some(to_second));
        let read = async |order: &Value| {
            let path = format!("/api/work_orders/{}", order["id"].as_str().expect("an id"));
            ok(site.get(&path).by(SUPERVISOR.0, SUPERVISOR.1).send().await)
        };
        let merge = json!({ "act": "merge", "master": first["id"] });
        ok(act(&site, SUPERVISOR, &read(&second).await, merge).await);
        let merged = crate::rules::State::Merged { master: to_first };
        assert_eq!(
            follow().await,
            (merged, Some(to_first)),
            "it follows the other one, and its customer is told nothing"
        );
        ok(act(&site, SUPERVISOR, &read(&first).await, json!({ "act": "void", "why": "误登记的工单" }))
            .await);
        assert_eq!(follow().await, (crate::rules::State::ToDispatch, None));
        let alone = read(&third).await;
        assert_eq!(alone["due_step"], "dispatch");
        let told = notices::about(&db, "work_orders", third["id"].as_str().expect("an id")).await;
        assert!(told.expect("notices").iter().all(|one| one.template == "order_coming"));
        let history = steps::of(&db, id_of(&third)).await.expect("its history");
        let order = orders::read(&db, id_of(&third)).await.expect("read").expect("there").order;
        let replayed = steps::replay(order.id, &order.number, &history).expect("an acceptance");
        assert_eq!(crate::rules::Order { version: order.version, ..replayed }, order);
    });
}

#[test]
fn what_the_customer_has_is_not_pressed_and_counts_as_kept() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "arrive", "at": site.app.now() })).await);
        let order = ok(act(&site, CREW, &order, result(&site)).await);
        let order = ok(act(&site, SUPERVISOR, &order, json!({ "act": "approve" })).await);
        assert_eq!((&order["state"], &order["kept"]), (&json!("to_call_back"), &json!(true)));
        site.clock.advance(Duration::from_secs(5 * 86_400));
        crate::jobs::press(site.app.clone(), std::sync::Arc::new(Calendar::china())).await.expect("looked");
        let kept = orders::read(&db, id_of(&order)).await.expect("read").expect("there").order;
        assert_eq!(kept.supervisions, []);
        let period = "/api/work_orders/figures?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by=kind";
        let figures = ok(site.get(period).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        assert_eq!(figures["all"]["overdue"], 0);
        let long = "/api/work_orders/figures?from=2024-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by=kind";
        assert_eq!(site.get(long).by(SUPERVISOR.0, SUPERVISOR.1).send().await.status.as_u16(), 400);
    });
}

#[test]
fn nobody_of_another_unit_is_given_the_work() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        for stranger in [STRANGER.0, 99] {
            let assign = json!({ "act": "assign", "by": PersonId(stranger).to_string() });
            let reply = act(&site, CREW, &order, assign).await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body["code"]),
                (409, &json!("work_orders.cannot_have_it"))
            );
        }
    });
}

#[test]
fn the_unit_is_told_when_it_is_urged_pressed_and_late() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        db.join(&site.site.events).await.expect("listening");
        let mut tx = db.begin().await.expect("a change");
        let since = site.app.now();
        let people = [(CREW.0, Post::Handler, "15400000020"), (21, Post::Leader, "15400000021")];
        for (person, post, phone) in people {
            let phone = Some(phone.to_owned());
            let member = Member { unit: CREW_1, person: PersonId(person), post, phone, since };
            departments::store::put_member(&mut tx, &member).await.expect("a member");
        }
        tx.commit().await.expect("kept");
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let mut order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        for _ in 0..2 {
            site.clock.advance(Duration::from_secs(600));
            let urge = json!({ "act": "urge", "by": "customer", "words": "还没有人来，请回13812345678" });
            order = ok(act(&site, AGENT, &order, urge).await);
        }
        site.clock.advance(Duration::from_secs(3_600));
        promises::watch(site.app.clone()).await.expect("watched");
        for _ in 0..2 {
            site.app.db.deliver_pending(&site.site.events).await.expect("heard");
        }
        let told = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
        let told = told.expect("notices");
        let count = |template: &str, person: i64, words: &str| {
            let fits = |one: &&notices::Shown| {
                one.template == template && one.person == Some(PersonId(person)) && one.text.contains(words)
            };
            told.iter().filter(fits).count()
        };
        let urged = "工单20260105-0001（泄漏异味）第1次被催办：还没有人来，请回138****5678。";
        assert_eq!((count("order_urged", CREW.0, urged), count("order_urged", 21, urged)), (1, 0));
        let again = "第2次被催办";
        assert_eq!((count("order_urged", CREW.0, again), count("order_urged", 21, again)), (1, 1));
        // Half of the time gone tells nobody, a fifth left whoever has it, all of it gone the leader, too.
        assert_eq!(count("order_warned", 21, "即将超时"), 0);
        assert!(count("order_warned", CREW.0, "即将超时") > 0 && count("order_warned", 21, "已超时") > 0);
    });
}

#[test]
fn a_leak_that_nobody_has_reached_is_pressed_after_half_an_hour() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let told = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
        let told = told.expect("notices").into_iter().find(|one| one.template == "order_coming");
        expect_test::expect![
            "您报修的泄漏异味已受理，编号20260105-0001，我们将在1月5日8:30前到场。查询请拨95598。"
        ]
        .assert_eq(&told.expect("the customer is told when somebody comes").text);
        let supervisions = async || {
            let calendar = std::sync::Arc::new(Calendar::china());
            crate::jobs::press(site.app.clone(), calendar).await.expect("looked");
            orders::read(&db, id_of(&order)).await.expect("read").expect("there").order.supervisions.len()
        };
        // As a row stands that is older than the column.
        let mut tx = db.begin().await.expect("a change");
        let old = sqlx::query("UPDATE work_orders_order SET late_from = 0").execute(&mut *tx).await;
        old.expect("an older row");
        tx.commit().await.expect("kept");
        site.clock.advance(Duration::from_secs(29 * 60));
        assert_eq!(supervisions().await, 0);
        site.clock.advance(Duration::from_secs(2 * 60));
        assert_eq!((supervisions().await, supervisions().await), (1, 1));
    });
}

#[test]
fn who_has_approved_no_text_for_faults_still_says_that_it_was_accepted() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut tx = db.begin().await.expect("a change");
        let gone = sqlx::query("DELETE FROM notices_template WHERE code = 'order_coming'");
        gone.execute(&mut *tx).await.expect("no such text");
        tx.commit().await.expect("kept");
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let told = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
        assert!(told.expect("notices").iter().any(|one| one.template == "order_accepted"));
    });
}

/// The team of [`CREW_1`] can be reached: who works there, and who leads it.
async fn reachable(db: &Db, site: &TestSite) {
    let mut tx = db.begin().await.expect("a change");
    let since = site.app.now();
    for (person, post, phone) in [(CREW.0, Post::Handler, "15400000020"), (21, Post::Leader, "15400000021")] {
        let phone = Some(phone.to_owned());
        let member = Member { unit: CREW_1, person: PersonId(person), post, phone, since };
        departments::store::put_member(&mut tx, &member).await.expect("a member");
    }
    tx.commit().await.expect("kept");
}

#[test]
fn a_unit_is_told_of_each_order_that_becomes_its_own() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        reachable(&db, &site).await;
        let told = async |order: &Value| {
            let told = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
            let mut told = told.expect("notices");
            told.retain(|one| one.person.is_some());
            told.reverse();
            told
        };
        // Nobody is on duty: the leader hears it.
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let first = told(&order).await;
        let line = |one: &notices::Shown| format!("{} {} {}", one.template, one.urgent, one.text);
        expect_test::expect![
            "order_dispatched true 新派工单20260105-0001（泄漏异味）：有危险，请立即出发。最近时限1月5日8:03，请立即登录系统接单。"
        ]
        .assert_eq(&first.iter().map(line).collect::<Vec<_>>().join("\n"));
        assert_eq!(first[0].person, Some(PersonId(21)));

        let back = json!({ "act": "send_back", "reason": "insufficient", "note": "地址不详，找不到" });
        let order = ok(act(&site, CREW, &order, back).await);
        let again = json!({ "act": "dispatch", "unit": CREW_1.to_string() });
        let order = ok(act(&site, SUPERVISOR, &order, again).await);
        assert_eq!(told(&order).await.len(), 2, "sent a second time");
        let other = json!({ "act": "redispatch", "unit": CREW_2.to_string(), "why": "就近安排" });
        let order = ok(act(&site, SUPERVISOR, &order, other).await);
        assert_eq!(told(&order).await.len(), 2, "nobody of the other unit has a number");

        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        let order = ok(act(&site, CREW, &order, result(&site)).await);
        let order = ok(act(&site, SUPERVISOR, &order, json!({ "act": "approve" })).await);
        let reopen = json!({ "act": "reopen", "why": "客户称仍有异味，请回13812345678" });
        let order = ok(act(&site, CALLER, &order, reopen).await);
        let last = told(&order).await.pop().expect("told");
        assert!(last.text.contains("重办：客户称仍有异味，请回138****5678"), "{}", last.text);
    });
}

#[test]
fn of_a_fault_the_unit_is_told_at_night() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        reachable(&db, &site).await;
        let mut quiet = leak();
        quiet["subtype"] = "fault.no_gas".into();
        let mut card = leak();
        card["subtype"] = "request.card".into();
        for (matter, urgent) in [(quiet, true), (card, false)] {
            let order = ok(file(&site, json!({ "matter": matter, "unit": CREW_1.to_string() })).await);
            let told = notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await;
            let told = told.expect("notices").into_iter().find(|one| one.person.is_some());
            assert_eq!(told.map(|one| one.urgent), Some(urgent));
        }
    });
}

/// What the customer of an order was told, the oldest first.
async fn heard(db: &Db, order: &Value) -> Vec<String> {
    let told = notices::about(db, "work_orders", order["id"].as_str().expect("an id")).await;
    let mut told = told.expect("notices");
    told.retain(|one| one.person.is_none());
    told.sort_by_key(|one| one.id);
    told.into_iter().map(|one| one.text).collect()
}

#[test]
fn whoever_waits_for_a_crew_hears_when_it_will_be_over() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut fault = leak();
        fault["subtype"] = "fault.no_gas".into();
        let master = ok(file(&site, json!({ "matter": fault, "unit": CREW_1.to_string() })).await);
        site.clock.advance(Duration::from_secs(60));
        let mut quiet = fault.clone();
        quiet["reply_wanted"] = false.into();
        let child = ok(file(&site, json!({ "matter": quiet, "master": master["id"] })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "take" })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "arrive", "at": site.app.now() })).await);
        let estimate = |hours: i64, reason: &str| {
            let until = site.app.now() + Duration::from_secs(3_600 * hours.unsigned_abs());
            json!({ "act": "estimate", "until": until, "reason": reason })
        };
        let pass_on = async || {
            crate::jobs::pass_on(site.app.clone(), std::sync::Arc::new(Calendar::china()))
                .await
                .expect("passed on")
        };
        let refused = act(&site, CREW, &master, estimate(26, "")).await;
        assert_eq!(refused.body["params"]["why"], "no_reason", "{}", refused.show());
        let master = ok(act(&site, CREW, &master, estimate(3, "已找到漏点")).await);
        pass_on().await;
        let master = ok(act(&site, CREW, &master, estimate(26, "等待厂家发运调压器")).await);
        // Before the first has been told to everybody something newer is said.
        let master = ok(act(&site, CREW, &master, estimate(2, "")).await);
        pass_on().await;
        pass_on().await;
        expect_test::expect![[r#"
            您报修的无气已受理，编号20260105-0001，我们将在1月5日12:00前到场。查询请拨95598。
            您反映的无气（编号20260105-0001）正在处理，预计1月5日11:01前完成。查询请拨95598。
            您反映的无气（编号20260105-0001）因等待厂家发运调压器，原定1月5日11:01办结，现调整至1月6日10:01。未能按时办结，深表歉意。查询请拨95598。
            您反映的无气（编号20260105-0001）正在处理，预计1月5日10:01前完成。查询请拨95598。"#]]
        .assert_eq(&heard(&db, &master).await.join("\n"));
        let master = ok(act(&site, CREW, &master, result(&site)).await);
        ok(act(&site, SUPERVISOR, &master, json!({ "act": "approve" })).await);
        let calendar = std::sync::Arc::new(Calendar::china());
        crate::jobs::follow(site.app.clone(), calendar).await.expect("followed");
        expect_test::expect![[r#"
            您报修的无气已受理，编号20260105-0002，我们将在1月5日12:01前到场。查询请拨95598。
            您反映的无气（编号20260105-0002）正在处理，预计1月5日11:01前完成。查询请拨95598。
            您反映的无气（编号20260105-0002）正在处理，预计1月5日10:01前完成。查询请拨95598。
            您反映的无气（编号20260105-0002）已处理：更换密封圈并保压十分钟，压降为零。如有疑问请拨95598。"#]]
        .assert_eq(&heard(&db, &child).await.join("\n"));
    });
}

#[test]
fn hundreds_who_joined_in_are_told_one_batch_after_the_other() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut fault = leak();
        fault["subtype"] = "fault.no_gas".into();
        let master = ok(file(&site, json!({ "matter": fault, "unit": CREW_1.to_string() })).await);
        let mut children = Vec::new();
        for nth in 0..3 {
            fault["contact"]["phone"] = format!("1381234500{nth}").into();
            children.push(ok(file(&site, json!({ "matter": fault, "master": master["id"] })).await));
        }
        let master = ok(act(&site, CREW, &master, json!({ "act": "take" })).await);
        let master = ok(act(&site, CREW, &master, json!({ "act": "arrive", "at": site.app.now() })).await);
        let until = site.app.now() + Duration::from_secs(3_600);
        ok(act(&site, CREW, &master, json!({ "act": "estimate", "until": until })).await);
        let step = async || {
            let passed = crate::store::passed::any(&db).await.expect("read").expect("on its way");
            let mut tx = db.begin().await.expect("a change");
            let next = orders::following(&mut tx, passed.master, passed.told_to, 1).await.expect("read");
            let to = next.first().map(|kept| kept.order.id);
            assert!(crate::store::passed::go_on(&mut tx, &passed, to).await.expect("gone on"));
            assert!(!crate::store::passed::go_on(&mut tx, &passed, to).await.expect("once"));
            tx.commit().await.expect("kept");
            to
        };
        assert_eq!(step().await, Some(id_of(&children[0])));
        crate::jobs::pass_on(site.app.clone(), std::sync::Arc::new(Calendar::china()))
            .await
            .expect("passed on");
        let mut heard_of = Vec::new();
        for child in &children {
            heard_of.push(heard(&db, child).await.len());
        }
        assert_eq!(heard_of, [1, 2, 2], "the first was told before, as far as is known");
        assert_eq!(crate::store::passed::any(&db).await.expect("read"), None);
    });
}

#[test]
fn a_supervision_that_is_ignored_climbs_grade_by_grade_to_those_above() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let since = site.app.now();
        let mut tx = db.begin().await.expect("a change");
        // A branch, a department in it, and its team; each is led by somebody with a number.
        let kinds = [departments::Kind::Branch, departments::Kind::Department, departments::Kind::Team];
        for (nth, kind) in (0..).zip(kinds) {
            let above = (nth > 0).then(|| UnitId(49 + nth));
            let unit = unit(UnitId(50 + nth), above, kind, &format!("L{nth}"));
            departments::store::add(&mut tx, &unit).await.expect("a unit");
            let (person, phone) = (PersonId(60 + nth), Some(format!("1540000006{nth}")));
            let member = Member { unit: unit.id, person, post: Post::Leader, phone, since };
            departments::store::put_member(&mut tx, &member).await.expect("a leader");
        }
        tx.commit().await.expect("kept");
        let press = async || {
            let calendar = std::sync::Arc::new(Calendar::china());
            crate::jobs::press(site.app.clone(), calendar).await.expect("looked");
        };
        let filed =
            async || ok(file(&site, json!({ "matter": leak(), "unit": UnitId(52).to_string() })).await);
        let (ignored, answered) = (filed().await, filed().await);
        site.clock.advance(Duration::from_secs(31 * 60));
        press().await;
        let path = format!("/api/work_orders/{}/act", answered["id"].as_str().expect("an id"));
        let reply = json!({ "act": "reply_supervision", "reply": "车辆途中故障，已另派车" });
        let crew: Who = (62, CREW.1);
        ok(site.post(&path, json!({ "act": reply })).by(crew.0, crew.1).send().await);
        for _ in 0..3 {
            site.clock.advance(Duration::from_secs(24 * 3_600 + 60));
            press().await;
            press().await;
        }
        let grades = async |order: &Value| {
            let kept = orders::read(&db, id_of(order)).await.expect("read").expect("there").order;
            kept.supervisions
                .iter()
                .map(|one| format!("{:?} {:?}", one.grade, one.reason))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            grades(&ignored).await,
            ["Daily Overdue", "Listed Unanswered", "Summoned Unanswered"],
            "once each"
        );
        assert_eq!(grades(&answered).await, ["Daily Overdue"]);
        let told = notices::about(&db, "work_orders", ignored["id"].as_str().expect("an id")).await;
        let mut told = told.expect("notices");
        told.retain(|one| one.template == "order_supervised");
        let heard = |words: &str| {
            let fits = told.iter().filter(|one| one.text.contains(words));
            fits.filter_map(|one| one.person.map(PersonId::get)).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(heard("已超时"), [62].into(), "who leads the team");
        assert_eq!(
            heard("日常督办逾期未答复，升级为挂牌督办"),
            [61, 62].into(),
            "and who leads the department"
        );
        assert_eq!(heard("挂牌督办逾期未答复，升级为约谈督办"), [60, 62].into(), "and who leads the branch");
    });
}

#[test]
fn a_centre_may_leave_it_at_one_supervision() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let get = "/api/work_orders/settings";
        let mut settings = ok(site.get(get).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        settings["value"]["raise_unanswered"] = false.into();
        ok(site.put(get, settings).by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        for _ in 0..3 {
            site.clock.advance(Duration::from_secs(2 * 86_400));
            let calendar = std::sync::Arc::new(Calendar::china());
            crate::jobs::press(site.app.clone(), calendar).await.expect("looked");
        }
        let kept = orders::read(&db, id_of(&order)).await.expect("read").expect("there").order;
        assert_eq!(kept.supervisions.len(), 1);
    });
}
