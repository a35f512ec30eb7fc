//! Tickets come: each is an order once, whoever it is about, and what does not fit is said field by field.

use kernel::{BuiltIn, PersonId};

use super::*;

#[test]
fn a_ticket_is_one_order_however_often_it_comes() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let ticket = centre.complaint("TG2026-001");
        let first = centre.send(&ticket).await;
        assert_eq!(first.status, 200, "{}", first.body);
        assert_eq!((&first.body["order"], &first.body["repeated"]), (&json!("20260105-0001"), &json!(false)));
        assert_eq!(first.body["answer_by"], json!(centre.in_hours(48)), "their limit is the earlier");
        // Again, much later: its limits are over, and it is the same.
        centre.after(72 * 3_600);
        let again = centre.send(&ticket).await;
        assert_eq!((&again.body["order"], &again.body["repeated"]), (&first.body["order"], &json!(true)));
        let mut other = ticket;
        other["content"] = json!("市民补充说维修人员损坏了地板");
        let changed = centre.send(&other).await;
        assert_eq!(code(&changed), (409, "government.ticket_changed"));
        assert_eq!(changed.body["params"]["order"], first.body["order"]);

        let order = centre.order("20260105-0001", DESK).await;
        assert_eq!(
            (&order["state"], &order["matter"]["channel"]),
            (&json!("dispatched"), &json!("government"))
        );
        assert_eq!(order["matter"]["fields"]["demand"], "市民反映维修人员迟到两小时且态度生硬，要求答复");
        let clocks = order["clocks"].as_array().expect("clocks");
        let theirs: Vec<_> =
            clocks.iter().filter(|clock| clock["rule"] == "12345").map(|clock| &clock["step"]).collect();
        assert_eq!(theirs, ["take", "contact", "contact", "answer", "answer"], "{clocks:?}");
        let list = centre.get("/api/government/tickets?which=open", DESK).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["now"]["overdue"], 1);
    });
}

#[test]
fn what_is_wrong_is_said_field_by_field() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let faults = async |ticket: Value| {
            let answered = centre.send(&ticket).await;
            assert_eq!(code(&answered), (422, "government.incomplete"), "{}", answered.body);
            let faults = answered.body["params"]["faults"].as_array().expect("faults").clone();
            let shown = |fault: &Value| {
                format!("{} {}", fault["field"].as_str().unwrap_or(""), fault["why"].as_str().unwrap_or(""))
            };
            faults.iter().map(shown).collect::<Vec<_>>()
        };
        let bad = json!({ "ticket": "A 1", "content": "短", "contact_phone": 139, "urgent": "yes",
            "sign_by": "tomorrow", "site": "moon", "fields": { "demand": 7 }, "colour": "red",
            "title": "零\u{0}字节" });
        assert_eq!(
            faults(bad).await,
            [
                "sign_by not_time",
                "ticket bad_characters",
                "category missing",
                "title bad_characters",
                "content too_short",
                "contact_phone not_text",
                "site unknown",
                "urgent not_boolean",
                "fields.demand not_text",
                "colour no_such_field"
            ]
        );
        let with = |change: &dyn Fn(&mut Value)| {
            let mut ticket = centre.complaint("A1");
            change(&mut ticket);
            ticket
        };
        type Spoil<'a> = &'a dyn Fn(&mut Value);
        let cases: [(Spoil<'_>, &[&str]); 6] = [
            (&|ticket| ticket["category"] = json!("ZZ-99"), &["category unknown"]),
            (&|ticket| ticket["unit"] = json!("XX"), &["unit unknown"]),
            (&|ticket| ticket["contact_phone"] = json!("not a number"), &["contact_phone bad_phone"]),
            (&|ticket| ticket["sign_by"] = json!("2025-01-01T00:00:00Z"), &["sign_by past"]),
            (&|ticket| ticket["answer_by"] = json!("2026-01-05T01:00:00Z"), &["answer_by before_sign_by"]),
            (&|ticket| ticket["concerned_staff"] = json!("9999"), &["concerned_staff unknown"]),
        ];
        for (change, expected) in cases {
            assert_eq!(faults(with(change)).await, expected);
        }
        // A fault needs a place.
        let nowhere = with(&|ticket| {
            ticket["category"] = json!("GQ-01");
            ticket["address"] = json!("");
        });
        assert_eq!(faults(nowhere).await, ["address missing"]);
        let list = centre.get("/api/government/tickets", DESK).await;
        assert_eq!(list["items"], json!([]), "nothing of it was kept");
    });
}

#[test]
fn only_what_the_platform_has_signed_is_read() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let body = centre.complaint("A1").to_string();
        let now = centre.site.app.now().as_secs();
        let post = async |code: &str, secret: &str, at: i64, nonce: &str, body: &str| {
            let signed = signed::sign(secret, at, nonce, body.as_bytes());
            let value: Value = serde_json::from_str(body).unwrap_or(Value::Null);
            let call = centre.site.post("/api/government/tickets", value);
            let call = call.header("x-switchboard-platform", code);
            let call = call.header("x-switchboard-timestamp", &at.to_string());
            let call =
                call.header("x-switchboard-nonce", nonce).header("x-switchboard-signature", &signed.hmac);
            let reply = call.send().await;
            (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or("ok").to_owned())
        };
        let no = (403, "government.not_believed".to_owned());
        let (nonce, secret) = ("0123456789abcdef", centre.secret.as_str());
        assert_eq!(post("tongguan", "guessed", now, nonce, &body).await, no);
        assert_eq!(post("nobody", secret, now, nonce, &body).await, no);
        assert_eq!(post("tongguan", secret, now - 301, nonce, &body).await, no);
        assert_eq!(post("tongguan", secret, now, "short", &body).await, no);
        assert_eq!(post("tongguan", secret, now, nonce, &body).await, (200, "ok".into()));
        assert_eq!(post("tongguan", secret, now, nonce, &body).await, no, "each request once");
        let unsigned = centre.site.post("/api/government/tickets", json!({})).send().await;
        assert_eq!(unsigned.status, 403);
        let huge = format!("{{\"content\":\"{}\"}}", "x".repeat(70_000));
        assert_eq!(post("tongguan", secret, now, "fedcba9876543210", &huge).await.0, 413);

        let path = format!("/api/government/platforms/{}/act", centre.platform);
        let pause = json!({ "act": "pause", "version": 1 });
        assert_eq!(centre.site.post(&path, pause).by(ADMIN.0, ADMIN.1).send().await.status, 200);
        let paused = centre.send(&centre.complaint("A2")).await;
        assert_eq!(code(&paused), (503, "government.paused"));
    });
}

#[test]
fn who_is_reported_is_not_sent_the_report() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let mut ticket = centre.complaint("JB1");
        ticket["category"] = json!("JB-01");
        ticket["unit"] = json!("RQ-QX");
        ticket["concerned_unit"] = json!("RQ-QX");
        let number = centre.sent(&ticket).await;
        let order = centre.order(&number, DESK).await;
        assert_eq!(order["state"], "accepted", "not to the unit that it is about");
        assert_eq!(order["matter"]["privacy"], "confidential");
        let steps = order["steps"].to_string();
        assert!(steps.contains("请勿派往该单位") && steps.contains("抢修班"), "{steps}");
        // Somebody sends it there all the same.
        centre.does(DESK, &number, json!({ "act": "dispatch", "unit": CREW_UNIT.to_string() })).await;
        let seen = centre.ticket().await;
        assert_eq!((&seen["conflict"], &seen["confidential"]), (&json!(true), &json!(true)));
        let of_crew = centre.order(&number, CREW).await;
        let shown = of_crew.to_string();
        assert!(
            !shown.contains("13900001234") && !shown.contains("王芳"),
            "who reported stays hidden: {shown}"
        );
        centre
            .does(DESK, &number, json!({ "act": "redispatch", "unit": OFFICE.to_string(), "why": "回避" }))
            .await;
        centre.does((21, CREW.1), &number, json!({ "act": "take" })).await;
        centre.tell().await;
        let seen = centre.ticket().await;
        assert_eq!(centre.told(), ["signed"]);
        assert_eq!(seen["returns"][0]["body"], Value::Null, "nor is what was told shown");
    });
}

#[test]
fn nobody_has_to_say_who_he_is() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let mut ticket = centre.complaint("N1");
        ticket["anonymous"] = json!(true);
        ticket["contact_phone"] = Value::Null;
        let number = centre.sent(&ticket).await;
        centre.served(&number).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"]);
        let last = centre.sandbox.told().pop().expect("a result");
        assert_eq!(last.data["last"], true, "nobody can be called back");
        assert_eq!(centre.ticket().await["stage"], "finished");
    });
}

#[test]
fn whoever_a_ticket_is_about_does_not_see_it() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db.clone()).await;
        people::start(&db, &[]).await.expect("the roles");
        let mut tx = db.begin().await.expect("a change");
        let agent = people::Person::new(PersonId(DESK.0), "1030", "某人", BuiltIn::Agent).expect("a person");
        assert!(!agent.phone, "an engineer or a driver has none in the hall");
        assert!(people::store::insert(&mut tx, &agent).await.expect("added"));
        let gone = people::Person::new(PersonId(77), "1077", "离职人", BuiltIn::Agent).expect("a person");
        let gone = people::Person { state: people::State::Left, ..gone };
        assert!(people::store::insert(&mut tx, &gone).await.expect("added"));
        tx.commit().await.expect("kept");
        let mut ticket = centre.complaint("A1");
        ticket["concerned_staff"] = json!("1077");
        let left = centre.send(&ticket).await;
        assert_eq!(code(&left), (422, "government.incomplete"), "nobody of ours any more");
        ticket["concerned_staff"] = json!("1030");
        centre.sent(&ticket).await;
        let other: Who = (DESK.0 + 1, DESK.1);
        let seen = centre.get("/api/government/tickets", other).await["items"][0].clone();
        let text = |key: &str| seen[key].as_str().expect("a text").to_owned();
        assert_eq!(centre.get("/api/government/tickets", DESK).await["items"], json!([]));
        let (ticket, order) = (text("id"), text("order"));
        for path in [format!("/api/government/tickets/{ticket}"), format!("/api/government/of/{order}")] {
            assert_eq!(centre.get(&path, other).await["number"], "A1");
            assert_eq!(centre.site.get(&path).by(DESK.0, DESK.1).send().await.status, 404);
        }
    });
}
