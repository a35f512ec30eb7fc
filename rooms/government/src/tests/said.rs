//! What the platform says afterwards, and what is asked of it.

use super::*;

fn message(id: &str, kind: &str, more: Value) -> Value {
    let mut message = json!({ "message": id, "ticket": "A1", "kind": kind });
    if let (Some(message), Some(more)) = (message.as_object_mut(), more.as_object()) {
        message.extend(more.clone());
    }
    message
}

#[test]
fn urged_and_supervised_it_is_answered() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        let urge = message("m1", "urge", json!({ "words": "市民再次来电，请尽快" }));
        let early = centre.say(urge.clone()).await;
        assert_eq!(code(&early), (409, "work_orders.too_early_to_urge"));
        assert!(early.body["params"]["from"].is_string(), "when it may be: {}", early.body);
        let urge = message("m1", "urge", json!({ "words": "市民再次来电，请尽快", "new_facts": true }));
        let kept = centre.say(urge.clone()).await;
        assert_eq!(
            (kept.status, &kept.body["repeated"]),
            (200, &json!(false)),
            "what was refused was not kept"
        );
        assert_eq!(centre.say(urge).await.body["repeated"], true);
        let other = message("m1", "urge", json!({ "words": "别的话", "new_facts": true }));
        assert_eq!(code(&centre.say(other).await), (409, "government.message_used"));
        let supervise =
            message("m2", "supervise", json!({ "grade": "listed", "action": "今日内上门并答复" }));
        assert_eq!(centre.say(supervise).await.status, 200);
        centre.does(CREW, &number, json!({ "act": "answer_urge", "words": "已安排今日下午上门" })).await;
        let reply = json!({ "act": "reply_supervision", "reply": "已于今日十五时上门处理完毕" });
        centre.does(CREW, &number, reply).await;
        let order = centre.order(&number, DESK).await;
        assert_eq!(order["urged"].as_array().map(Vec::len), Some(1));
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "urge_answered", "supervision_answered"]);
        let ticket = centre.ticket().await;
        let said: Vec<_> =
            ticket["messages"].as_array().expect("messages").iter().map(|one| &one["kind"]).collect();
        assert_eq!(said.len(), 2, "{said:?}");
    });
}

#[test]
fn who_is_not_satisfied_is_served_again() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        let back = |id: &str, until: kernel::Timestamp| {
            message(id, "send_back", json!({ "why": "回访群众不满意，未真正解决", "answer_by": until }))
        };
        let early = centre.say(back("m1", centre.in_hours(24))).await;
        assert_eq!(code(&early), (409, "government.wrong_state"));
        centre.served(&number).await;
        let until = centre.in_hours(24);
        let answered = centre.say(back("m1", until)).await;
        assert_eq!(
            (answered.status, &answered.body["state"]),
            (200, &json!("dispatched")),
            "{}",
            answered.body
        );
        assert!(answered.body["answer_by"].as_str() <= Some(until.to_string().as_str()), "{}", answered.body);
        centre.hear().await;
        let ticket = centre.ticket().await;
        assert_eq!((&ticket["stage"], &ticket["sent_back"]), (&json!("signed"), &json!(1)));
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result"], "what they did themselves they are not told");
        // Reopened by ourselves they are.
        centre.does(CREW, &number, json!({ "act": "take" })).await;
        centre.after(600);
        let mut again = centre.result();
        again["result"]["action"] = json!("再次上门复查，全屋检漏合格后恢复使用");
        again["result"]["cause"] = json!("首次维修后仍有轻微渗漏");
        centre.does(CREW, &number, again).await;
        centre.does(DESK, &number, json!({ "act": "approve" })).await;
        centre.does(DESK, &number, json!({ "act": "reopen", "why": "回访客户仍不满意" })).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["signed", "result", "result", "reopened"]);
    });
}

#[test]
fn more_time_is_asked_for_and_granted() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        let granted = |id: &str| message(id, "extension_granted", json!({ "why": "情况属实" }));
        assert_eq!(code(&centre.say(granted("m1")).await), (409, "government.nothing_asked"));
        let ask = |until| json!({ "act": "ask_extension", "until": until, "reason": "等待厂家配件到货" });
        let sooner = centre.acts(ask(centre.in_hours(40))).await;
        assert_eq!(sooner.body["code"], "government.not_later");
        let until = centre.in_hours(96);
        assert_eq!(centre.acts(ask(until)).await.status, 200);
        assert_eq!(centre.acts(ask(until)).await.body["code"], "government.asked_already");
        centre.tell().await;
        assert_eq!(centre.told(), ["extension_asked"]);
        let reply = crate::sandbox::script::reply(&centre.sandbox.told()[0]).expect("the city answers");
        assert_eq!(centre.sandbox.send_message(&reply).await.expect("an answer").status, 200);
        let ticket = centre.ticket().await;
        assert_eq!(
            (&ticket["extension"]["state"], &ticket["due"]),
            (&json!("granted"), &ticket["limits"]["sign_by"])
        );
        assert_eq!(ticket["limits"]["answer_by"], json!(until));
        let order = centre.order(&number, DESK).await;
        assert_eq!(order["promised"], json!(until), "{}", order["clocks"]);
        assert_eq!(centre.acts(ask(centre.in_hours(200))).await.body["code"], "government.extended_already");
    });
}

#[test]
fn a_ticket_that_is_not_ours_goes_back_or_stays_for_good() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        let hand =
            |reason: &str| json!({ "act": "hand_back", "reason": reason, "note": "该路段由邻市公司供气" });
        assert_eq!(centre.acts(hand("not_ours")).await.status, 200);
        assert_eq!(centre.acts(json!({ "act": "sign" })).await.body["code"], "government.asked_already");
        centre.tell().await;
        let told = centre.sandbox.told();
        assert_eq!(told[0].data, json!({ "reason": "not_ours", "note": "该路段由邻市公司供气" }));
        let reply = crate::sandbox::script::reply(&told[0]).expect("the city answers");
        assert_eq!(centre.sandbox.send_message(&reply).await.expect("an answer").status, 200);
        assert_eq!(centre.acts(hand("duplicate")).await.body["code"], "government.bound");
        let order = centre.order(&number, DESK).await;
        assert_eq!(order["state"], "dispatched", "no clock stops by handing back");

        let mut second = centre.complaint("A2");
        second["content"] = json!("市民反映同一问题，与前一工单重复");
        let number = centre.sent(&second).await;
        assert_eq!(centre.acts(hand("duplicate")).await.status, 200);
        let mut granted = message("m9", "hand_back_granted", json!({}));
        granted["ticket"] = json!("A2");
        assert_eq!(centre.say(granted).await.status, 200);
        centre.tell().await;
        assert_eq!(centre.order(&number, DESK).await["state"], "void");
        assert_eq!(centre.ticket().await["stage"], "handed_back");
        assert_eq!(centre.told(), ["hand_back", "hand_back"], "that it is void they know");
        let mut late = message("m10", "urge", json!({ "words": "请尽快" }));
        late["ticket"] = json!("A2");
        assert_eq!(code(&centre.say(late).await), (409, "government.over"));
    });
}

#[test]
fn what_is_cancelled_is_void_and_what_is_void_is_told() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        let cancel = message("m1", "cancel", json!({ "why": "市民撤回诉求" }));
        assert_eq!(centre.say(cancel).await.status, 200);
        assert_eq!(centre.order(&number, DESK).await["state"], "void");
        let mut second = centre.complaint("A2");
        second["ticket"] = json!("A2");
        let number = centre.sent(&second).await;
        centre.does(DESK, &number, json!({ "act": "void", "why": "系统联调测试工单" })).await;
        centre.tell().await;
        assert_eq!(centre.told(), ["voided"], "nothing of theirs disappears without their knowing");
        let unknown =
            centre.say(json!({ "message": "m2", "ticket": "A9", "kind": "cancel", "why": "市民撤回" })).await;
        assert_eq!(code(&unknown), (404, "government.no_such_ticket"));
    });
}

#[test]
fn a_message_says_what_its_kind_needs() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let number = centre.sent(&centre.complaint("A1")).await;
        for (kind, more, fault) in [
            ("", json!({}), "kind missing"),
            ("greet", json!({}), "kind unknown"),
            ("urge", json!({}), "words missing"),
            ("supervise", json!({ "action": "今日内办结", "grade": "high" }), "grade unknown"),
            ("addition", json!({ "text": "补充", "why": "x" }), "why no_such_field"),
        ] {
            let answered = centre.say(message("m1", kind, more)).await;
            assert_eq!(code(&answered), (422, "government.incomplete"), "{kind}");
            let faults = answered.body["params"]["faults"].as_array().expect("faults");
            let shown = |fault: &Value| {
                format!("{} {}", fault["field"].as_str().unwrap_or(""), fault["why"].as_str().unwrap_or(""))
            };
            assert!(faults.iter().map(shown).any(|shown| shown == fault), "{kind}: {faults:?}");
        }
        let addition = message("m1", "addition", json!({ "text": "市民补充：还有地板被刮伤" }));
        assert_eq!(centre.say(addition).await.status, 200);
        let steps = centre.order(&number, DESK).await["steps"].to_string();
        assert!(steps.contains("12345 补充：市民补充：还有地板被刮伤"), "{steps}");
    });
}
