//! What the platform is told: in order, at least once and kept once, whatever becomes of the way there.

use posting::{LEASE, Lines as _};

use super::*;
use crate::jobs::ByTicket;
use crate::store::tickets;

#[test]
fn a_ticket_goes_its_way_and_the_platform_knows_each_step() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        centre.does(CREW, &number, json!({ "act": "contact", "words": "已电话联系，约定下午上门" })).await;
        centre.after(600);
        centre.does(CREW, &number, centre.result()).await;
        centre.does(DESK, &number, json!({ "act": "approve" })).await;
        let close = json!({ "act": "close", "note": "市民表示满意", "satisfaction": "satisfied" });
        centre.does(DESK, &number, close).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "contacted", "result", "called_back"]);
        let told = centre.sandbox.told();
        assert!(told.iter().all(|one| one.ticket.as_deref() == Some("A1") && one.times == 1), "{told:?}");
        let result = &told[2].data;
        assert_eq!((&result["person"], &result["last"]), (&json!("抢修班 张师傅"), &json!(false)));
        assert_eq!(
            told[3].data,
            json!({ "satisfaction": "satisfied", "reached": true, "note": "市民表示满意" })
        );
        let ticket = centre.ticket().await;
        assert_eq!((&ticket["stage"], &ticket["waiting"]), (&json!("finished"), &json!(0)));
        let states: Vec<_> =
            ticket["returns"].as_array().expect("returns").iter().map(|one| &one["state"]).collect();
        assert_eq!(states, ["sent"; 4]);
        assert!(centre.site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn what_fails_is_tried_again_and_the_order_stays() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.served(&number).await;
        centre.sandbox.behave(Mood::Down { status: 500 });
        centre.tell().await;
        let ticket = centre.ticket().await;
        assert_eq!((&ticket["failures"], &ticket["waiting"]), (&json!(1), &json!(2)));
        // It is kept there, and the answer is lost.
        centre.sandbox.behave(Mood::Forgetful);
        centre.tell().await;
        assert_eq!(centre.told(), Vec::<&str>::new(), "not before its time");
        centre.after(30);
        centre.tell().await;
        assert_eq!(centre.told(), ["signed"]);
        centre.sandbox.behave(Mood::Slow { ms: 20 });
        centre.after(60);
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"]);
        assert_eq!(centre.sandbox.told()[0].times, 2, "twice under one name is once");
        assert_eq!(centre.ticket().await["waiting"], 0);
    });
}

#[test]
fn whoever_died_in_between_has_it_sent_again_under_its_name() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db.clone()).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        let id = centre.ticket().await["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let now = centre.site.app.now();
        tickets::claim(&db, id, now, now + LEASE).await.expect("asked").expect("in hand");
        centre.tell().await;
        assert_eq!(centre.told(), Vec::<&str>::new(), "somebody has it in hand");
        centre.after(LEASE.as_secs() + 1);
        centre.tell().await;
        assert_eq!(centre.told(), ["signed"]);
    });
}

#[test]
fn what_the_platform_refuses_waits_for_a_person() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.served(&number).await;
        centre.sandbox.behave(Mood::Down { status: 422 });
        centre.tell().await;
        let ticket = centre.ticket().await;
        assert_eq!((&ticket["refused"], &ticket["waiting"]), (&json!(true), &json!(2)));
        assert_eq!(ticket["detail"], "HTTP 422: {\"code\":\"sandbox_down\"}");
        let list = centre.get("/api/government/tickets?which=in_line", DESK).await;
        assert_eq!((&list["now"]["refused"], list["items"].as_array().map(Vec::len)), (&json!(1), Some(1)));
        centre.sandbox.behave(Mood::Well);
        centre.after(24 * 3_600);
        centre.tell().await;
        assert_eq!(centre.told(), Vec::<&str>::new(), "the same would be refused again");
        let line = async |number: i64, act: &str| {
            let path = format!(
                "/api/government/tickets/{}/returns/{number}/act",
                ticket["id"].as_str().expect("an id")
            );
            centre.site.post(&path, json!({ "act": act })).by(DESK.0, DESK.1).send().await
        };
        let again = line(1, "again").await;
        assert_eq!((again.status.as_u16(), &again.body["refused"]), (200, &json!(false)), "{}", again.show());
        assert_eq!(line(2, "skip").await.status, 200);
        assert_eq!(line(2, "skip").await.body["code"], "government.not_in_line");
        centre.tell().await;
        assert_eq!(centre.told(), ["signed"]);
        assert_eq!(line(2, "again").await.status, 200);
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"]);
    });
}

#[test]
fn a_platform_that_is_paused_is_told_later() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        let act = async |what: &str| {
            let list = centre.get("/api/government/platforms", ADMIN).await;
            let path = format!("/api/government/platforms/{}/act", centre.platform);
            let form = json!({ "act": what, "version": list["platforms"][0]["version"] });
            assert_eq!(centre.site.post(&path, form).by(ADMIN.0, ADMIN.1).send().await.status, 200);
        };
        act("pause").await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        centre.tell().await;
        assert_eq!(centre.told(), Vec::<&str>::new());
        act("resume").await;
        // The same in the middle of a line.
        let lines = ByTicket { app: centre.site.app.clone(), outlet: centre.outlet.clone() };
        let id = centre.ticket().await["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let now = centre.site.app.now();
        let failures = lines.claim(id, now, now + LEASE).await.expect("asked").expect("in hand");
        act("pause").await;
        posting::serve_one(&lines, id, failures, now + LEASE).await.expect("served");
        assert_eq!(centre.told(), Vec::<&str>::new());
        act("resume").await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed"]);
    });
}

#[test]
fn one_that_does_not_answer_holds_up_nobody_else() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        // Another platform that listens and never answers.
        let mute = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut form = platform(&format!("http://{}/", mute.local_addr().expect("an address")));
        form["code"] = json!("mute");
        let made = centre.site.post("/api/government/platforms", form).by(ADMIN.0, ADMIN.1).send().await;
        let secret = made.body["secret"].as_str().expect("a secret").to_owned();
        let body = centre.complaint("M1");
        let now = centre.site.app.now().as_secs();
        let signed = signed::sign(&secret, now, "0123456789abcdef", body.to_string().as_bytes());
        let call = centre.site.post("/api/government/tickets", body).header("x-switchboard-platform", "mute");
        let call = call.header("x-switchboard-timestamp", &now.to_string());
        let call = call.header("x-switchboard-nonce", "0123456789abcdef");
        let reply = call.header("x-switchboard-signature", &signed.hmac).send().await;
        let other = reply.body["order"].as_str().expect("a number").to_owned();
        let number = centre.sent(&centre.complaint("A1")).await;
        for number in [other, number] {
            centre.does(CREW, &number, json!({ "act": "take" })).await;
        }
        let sending = tokio::spawn(jobs::send(centre.site.app.clone(), centre.outlet.clone()));
        let (waits, _) = mute.accept().await.expect("called");
        for _ in 0..1_000 {
            if centre.told() == ["signed"] {
                break;
            }
            centre.get("/api/government/tickets", DESK).await;
        }
        assert_eq!(centre.told(), ["signed"]);
        sending.abort();
        drop(waits);
    });
}

#[test]
fn an_enquiry_answered_at_once_is_a_result() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let mut ticket = centre.complaint("Z1");
        ticket["category"] = json!("JF-01");
        ticket["unit"] = json!("RQ");
        let number = centre.sent(&ticket).await;
        centre.does(DESK, &number, json!({ "act": "close", "note": "已告知第二阶梯气量起算标准" })).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"]);
        let last = centre.sandbox.told().pop().expect("a result");
        assert_eq!(
            (&last.data["action"], &last.data["last"]),
            (&json!("已告知第二阶梯气量起算标准"), &json!(true))
        );
    });
}

#[test]
fn files_follow_the_result_where_the_platform_wants_them() {
    on_both(ALL, async |db| {
        const JPEG: [u8; 2_000] = {
            let mut bytes = [7; 2_000];
            (bytes[0], bytes[1], bytes[2]) = (0xff, 0xd8, 0xff);
            bytes
        };
        let centre = Centre::new(db).await;
        let attach = async |number: &str| {
            let order = centre.order(number, CREW).await;
            let path = format!("/api/work_orders/{}/attachments", order["id"].as_str().expect("an id"));
            let call = centre.site.upload(&format!("{path}?what=photo"), "现场.jpg", &JPEG);
            let reply = call.by(CREW.0, CREW.1).send().await;
            assert_eq!(reply.status, 200, "{}", reply.show());
            centre.hear().await;
        };
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        attach(&number).await;
        centre.after(600);
        centre.does(CREW, &number, centre.result()).await;
        centre.does(DESK, &number, json!({ "act": "approve" })).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"], "by its name only");
        assert_eq!(centre.sandbox.told()[1].data["files"][0]["sent"], false);

        // From now on it wants them.
        let list = centre.get("/api/government/platforms", ADMIN).await;
        let mut form = list["platforms"][0].clone();
        form["mapping"]["files"] = json!(true);
        let form = json!({ "name": form["name"], "url": form["url"], "mapping": form["mapping"], "version": form["version"] });
        let path = format!("/api/government/platforms/{}", centre.platform);
        let put = centre.site.put(&path, form).by(ADMIN.0, ADMIN.1).send().await;
        assert_eq!(put.status, 200, "{}", put.show());
        let number = centre.sent(&centre.complaint("A2")).await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        attach(&number).await;
        centre.after(600);
        let mut result = centre.result();
        result["result"]["cause"] = json!("用户预约时间登记错误，上门扑空");
        result["result"]["action"] = json!("重新约定时间上门，更换软管并检漏合格");
        centre.does(CREW, &number, result).await;
        centre.does(DESK, &number, json!({ "act": "approve" })).await;
        // The answer to the first try is lost: the same bytes under the same name.
        centre.sandbox.behave(Mood::Forgetful);
        centre.tell().await;
        centre.sandbox.behave(Mood::Well);
        for _ in 0..3 {
            centre.after(60);
            centre.tell().await;
        }
        let told = centre.sandbox.told();
        let kinds: Vec<&str> = told
            .iter()
            .filter(|one| one.ticket.as_deref() == Some("A2"))
            .map(|one| one.kind.as_str())
            .collect();
        assert_eq!(kinds, ["signed", "result", "file"]);
        let file = &told.last().expect("a file").data;
        // The sandbox has compared the bytes with their hash.
        assert_eq!(
            (&file["mime"], &file["bytes"], &file["content"]),
            (&json!("image/jpeg"), &json!(2_000), &json!("…"))
        );
        assert_eq!(file["sha256"], told[told.len() - 2].data["files"][0]["sha256"]);
        assert_eq!(centre.ticket().await["waiting"], 0);
    });
}

#[test]
fn tickets_go_five_years_after_the_last_that_was_said_of_them() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let done = centre.sent(&centre.complaint("A1")).await;
        centre.served(&done).await;
        let close = json!({ "act": "close", "note": "市民表示满意", "satisfaction": "satisfied" });
        centre.does(DESK, &done, close).await;
        centre.sent(&centre.complaint("A2")).await;
        centre.tell().await;
        let numbers = async || {
            jobs::let_go(centre.site.app.clone()).await.expect("let go");
            let list = centre.get("/api/government/tickets", DESK).await;
            let items = list["items"].as_array().expect("a list").clone();
            items.iter().map(|one| one["number"].as_str().unwrap_or("?").to_owned()).collect::<Vec<_>>()
        };
        centre.after(5 * 365 * 86_400);
        assert_eq!(numbers().await.len(), 2, "not before five years with their leap days are over");
        centre.after(5 * 86_400);
        assert_eq!(numbers().await, ["A2"], "what is open stays");
        let filter = audit::store::Filter {
            room: Some("government".into()),
            kind: Some("let_go".into()),
            limit: 10,
            ..Default::default()
        };
        let lines = audit::store::lines(&centre.site.app.db, &filter);
        assert_eq!(lines.await.expect("the journal").len(), 1);
        assert!(centre.site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}
