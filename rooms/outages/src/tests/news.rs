//! What is news to people and what is not; when they may be woken; and who is called again.

use super::*;

async fn liaison(centre: &Centre, area: &str) {
    let liaison = json!({
        "name": "赵站长", "phone": "13800001111", "place": "青岚物业", "communities": [],
        "elements": [format!("TY-{}", area.trim_end_matches(['区', '县']))], "consent": true,
    });
    assert_eq!(centre.post(WRITER, "/api/outages/liaisons", liaison).await.status.as_u16(), 200);
}

/// What customers were sent at a moment: the text and how many have it.
async fn sent(db: &Db, outage: &Value, moment: &str, revision: u32) -> (String, usize) {
    let about = format!("{}:{moment}:{revision}", id(outage));
    let all = notices::about(db, "outages", &about).await.expect("notices");
    (all.first().map(|one| one.text.clone()).unwrap_or_default(), all.len())
}

async fn revise(centre: &Centre, outage: &Value, ends: Option<Timestamp>, crew: &str, why: &str) {
    let act = json!({ "act": "revise", "ends": ends, "cause": "equipment", "crew": crew, "why": why });
    centre.act(LEADER, outage, act).await;
    centre.follow().await;
}

/// Eight o'clock; the estimate is ten.
#[test]
fn another_crew_is_no_news_and_an_earlier_time_is_no_delay() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        liaison(&centre, &area).await;
        let eight = centre.now();
        let at = |minutes: u64| Some(eight + Duration::from_secs(minutes * 60));
        let fault = centre.fault(Some(2)).await;
        centre.follow().await;
        let first = sent(&db, &fault, "started", 1).await;
        assert!(first.1 > 100);
        let told = async || {
            let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&fault))).await;
            let many = |key: &str| told[key].as_array().map_or(0, Vec::len);
            (many("waves"), many("liaisons"))
        };
        assert_eq!(told().await, (1, 1));

        revise(&centre, &fault, at(120), "on_the_way", "已派抢修人员").await;
        revise(&centre, &fault, at(120), "working", "抢修人员到场").await;
        assert_eq!(told().await, (1, 1), "nobody is written to because a crew is there");
        assert_eq!(sent(&db, &fault, "started", 1).await, first, "and nothing is taken back");

        revise(&centre, &fault, at(90), "working", "抢修顺利").await;
        let (text, many) = sent(&db, &fault, "changed", 4).await;
        assert_eq!(
            text,
            format!(
                "{area}原定1月5日8:00至10:00的停气，因抢修顺利调整为1月5日8:00至1月5日9:30，给您带来不便，敬请谅解。"
            )
        );
        assert_eq!((many, told().await), (first.1, (2, 2)));

        revise(&centre, &fault, at(180), "working", "等待备件").await;
        let (text, _) = sent(&db, &fault, "changed", 5).await;
        assert!(
            text.starts_with(&format!("{area}原定1月5日9:30恢复供气，因等待备件推迟至1月5日11:00")),
            "{text}"
        );
        revise(&centre, &fault, at(180), "searching", "又查出一处").await;
        assert_eq!(told().await, (3, 3), "the delay is not told twice");

        revise(&centre, &fault, None, "searching", "又查出一处").await;
        let (text, _) = sent(&db, &fault, "changed", 7).await;
        assert!(
            text.starts_with(&format!(
                "{area}因又查出一处自1月5日8:00停气，恢复时间待定，有进展将及时告知。"
            )),
            "{text}"
        );
        let to_liaison = notices::about(&db, "outages", id(&fault)).await.expect("notices");
        assert!(
            to_liaison.iter().all(|one| one.text.contains(&area)),
            "one liaison covers several: {to_liaison:?}"
        );
    });
}

#[test]
fn a_plan_of_which_only_the_cause_changed_says_nothing_and_another_end_says_both() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = |hours: u64| starts + Duration::from_secs(hours * HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends(9))).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        centre.follow().await;
        revise(&centre, &outage, Some(ends(9)), "waiting", "改为设备更换").await;
        assert_eq!(sent(&db, &outage, "changed", 2).await.1, 0);
        revise(&centre, &outage, Some(ends(11)), "waiting", "工作量增加").await;
        let (text, many) = sent(&db, &outage, "changed", 3).await;
        assert!(many > 100);
        assert_eq!(
            text,
            format!(
                "{area}原定1月15日8:00至17:00的停气，因工作量增加调整为1月15日8:00至1月15日19:00，给您带来不便，敬请谅解。"
            )
        );
    });
}

/// However many there are, a page of them is read, and each is found.
#[test]
fn liaisons_are_read_in_pages_and_found() {
    on_both(ALL, async |db| {
        let centre = Centre::bare(&db).await;
        for nth in 1..=7 {
            let liaison = json!({
                "name": format!("赵{nth}"), "phone": format!("1380000111{nth}"), "place": format!("青岚{}物业", nth % 3),
                "communities": [format!("百合园{nth}期")], "elements": [], "consent": true,
            });
            let added = centre.post(WRITER, "/api/outages/liaisons", liaison).await;
            assert_eq!(
                (&added.body["name"], &added.body["version"]),
                (&json!(format!("赵{nth}")), &json!(1))
            );
        }
        let page = async |who: Who, asked: &str| {
            let asked: String = asked
                .bytes()
                .map(|b| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect();
            let page = centre.get(who, &format!("/api/outages/liaisons?limit=3&{asked}")).await;
            let all = page["items"].as_array().cloned().unwrap_or_default();
            let names: Vec<_> =
                all.iter().filter_map(|one| one["name"].as_str()).map(str::to_owned).collect();
            (names.join(" "), page["next"].as_str().map(str::to_owned))
        };
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let (names, next) = page(WRITER, &format!("after={after}")).await;
            seen.push(names);
            match next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(seen, ["赵3 赵6 赵1", "赵4 赵7 赵2", "赵5"]);
        for (who, text, found) in [
            (WRITER, "赵5", "赵5"),
            (AGENT, "青岚0", "赵3 赵6"),
            (AGENT, "百合园4", "赵4"),
            (WRITER, "13800001112", "赵2"),
            (AGENT, "13800001112", ""),
            (WRITER, "communities", ""),
            (WRITER, "%25", ""),
        ] {
            assert_eq!(page(who, &format!("text={text}")).await.0, found, "{text}");
        }
    });
}

/// Announced ten days ahead, begun on the second: seen by the law, K34, the journal and everybody who was told the other day.
#[test]
fn a_plan_that_begins_early_is_told_and_counted() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = starts + Duration::from_secs(9 * HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        centre.follow().await;
        centre.pass(9 * 24 * HOUR);
        let begin = json!({ "act": "begin", "why": "施工队提前到场" });
        let refused = centre.try_act(WRITER, &outage, begin.clone()).await;
        assert_eq!((refused.status.as_u16(), &refused.body["code"]), (403, &json!("outages.moved_too_near")));
        let refused = centre.try_act(LEADER, &outage, json!({ "act": "begin" })).await;
        assert_eq!(refused.body["code"], "outages.bad_field", "{}", refused.show());
        centre.act(LEADER, &outage, begin).await;
        centre.follow().await;
        let shown = centre.get(LEADER, &format!("/api/outages/{}", id(&outage))).await;
        assert_eq!((&shown["state"], &shown["excuses"][0]["duty"]), (&json!("in_progress"), &json!("o11")));
        let (text, many) = sent(&db, &outage, "changed", 2).await;
        assert_eq!(
            text,
            format!(
                "{area}原定1月15日8:00至17:00的停气，因施工队提前到场调整为1月14日8:00至1月15日17:00，给您带来不便，敬请谅解。"
            )
        );
        assert!(many > 100);
        let period = format!("from={}&to={}", centre.now() - Duration::from_secs(24 * HOUR), ends);
        let figures = centre.get(LEADER, &format!("/api/outages/figures?{period}")).await;
        assert_eq!((&figures["planned"], &figures["in_time"]), (&json!(1), &json!(0)), "K34");
        let journal = "SELECT payload FROM db_journal WHERE room = 'outages' AND kind = 'begin'";
        let payload: String =
            sqlx::query_scalar(journal).fetch_one(db.read()).await.expect("the journal's line");
        assert!(payload.contains("施工队提前到场"), "{payload}");
    });
}

/// Nobody knows yet when it is back: a sentence of its own says so, to customers and to whoever puts it up.
#[test]
fn an_unknown_end_is_said_as_people_say_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        liaison(&centre, &area).await;
        let mut fault = plan(&centre, "fault", &area, centre.now(), None).await;
        (fault["cause"], fault["reason"]) = (json!("unknown"), json!("突发故障"));
        let fault = centre.enter(LEADER, fault).await;
        centre.act(LEADER, &fault, json!({ "act": "publish" })).await;
        centre.follow().await;
        let says = format!("{area}因突发故障自1月5日8:00停气，恢复时间待定，有进展将及时告知。请关闭灶前阀");
        let (text, _) = sent(&db, &fault, "started", 1).await;
        assert!(text.starts_with(&says), "{text}");
        let says =
            format!("赵站长您好，{area}因突发故障自1月5日8:00停气，恢复时间待定，有进展将及时告知，请在楼道");
        let (text, _) = to_liaison(&db, &fault).await;
        assert!(text.starts_with(&says), "{text}");
        let known = published(&centre, "temporary", centre.now() + Duration::from_secs(30 * HOUR), 6).await;
        let (text, _) = to_liaison(&db, &known).await;
        assert!(text.contains("自1月6日14:00停气，预计1月6日20:00恢复供气，请在楼道"), "{text}");
    });
}

/// What the liaison was sent last, and how many messages that were.
async fn to_liaison(db: &Db, outage: &Value) -> (String, usize) {
    let all = notices::about(db, "outages", id(outage)).await.expect("notices");
    (all.first().map(|one| one.text.clone()).unwrap_or_default(), all.len())
}

/// Whether the texts may wake anybody.
async fn may_wake(db: &Db, yes: i64) {
    let mut tx = db.begin().await.expect("a change");
    let set = sqlx::query("UPDATE notices_template SET urgent = $1").bind(yes);
    set.execute(&mut *tx).await.expect("set");
    tx.commit().await.expect("kept");
}

async fn published(centre: &Centre, class: &str, starts: Timestamp, hours: u64) -> Value {
    let (area, ..) = neighbours();
    let ends = starts + Duration::from_secs(hours * HOUR);
    let outage = centre.enter(WRITER, plan(centre, class, &area, starts, Some(ends)).await).await;
    for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (LEADER, "publish")] {
        centre.act(who, &outage, json!({ "act": act, "why": "抢修需要" })).await;
    }
    centre.follow().await;
    outage
}

#[test]
fn at_night_only_what_cannot_wait_is_urgent() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, _) = neighbours();
        liaison(&centre, &area).await;
        // Ten in the evening.
        centre.pass(14 * HOUR);
        let (night, hours) = (centre.now(), |hours: u64| Duration::from_secs(hours * HOUR));
        let urgent = async |outage: &Value, moment: &str, revision: u32| {
            let about = format!("{}:{moment}:{revision}", id(outage));
            let all = notices::about(&db, "outages", &about).await.expect("notices");
            assert!(!all.is_empty(), "{moment}");
            all.iter().filter(|one| one.urgent).count() == all.len()
        };

        // A text that is not to wake anybody: no receipt can come before the morning.
        may_wake(&db, 0).await;
        let plan = published(&centre, "planned", night + hours(240), 6).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&plan))).await;
        let eight_ten = night + hours(10) + Duration::from_secs(600);
        assert_eq!(told["liaisons"][0]["call_at"], json!(eight_ten));
        may_wake(&db, 1).await;
        let plan = published(&centre, "planned", night + hours(240), 6).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&plan))).await;
        assert_eq!(told["liaisons"][0]["call_at"], json!(night + Duration::from_secs(600)));
        assert!(!urgent(&plan, "published", 1).await, "in ten days: in the morning");
        let soon = published(&centre, "temporary", night + hours(9), 3).await;
        assert!(urgent(&soon, "published", 1).await, "at seven tomorrow");

        // The plan is moved to tomorrow morning, and called off.
        let act = json!({ "act": "revise", "starts": night + hours(11), "ends": night + hours(15), "cause": "equipment",
            "crew": "waiting", "why": "天气原因" });
        centre.act(LEADER, &plan, act).await;
        centre.follow().await;
        assert!(urgent(&plan, "changed", 2).await);
        centre.act(LEADER, &plan, json!({ "act": "cancel", "why": "检修改期" })).await;
        centre.follow().await;
        assert!(urgent(&plan, "cancelled", 2).await);

        // Supply is back in the middle of the night: nobody is woken but who asked for it.
        let fault = centre.fault(Some(2)).await;
        centre.follow().await;
        assert!(urgent(&fault, "started", 1).await);
        let of: OutageId = id(&fault).parse().expect("an id");
        let mut tx = db.begin().await.expect("a change");
        for phone in [number(own).as_str(), "13911112222"] {
            assert!(tell_me(&mut tx, of, phone, centre.now()).await.expect("kept"));
        }
        tx.commit().await.expect("kept");
        centre.pass(1_800);
        centre.act(LEADER, &fault, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
        centre.follow().await;
        let woken = "SELECT recipient FROM notices_notice WHERE template = 'gas_restored' AND urgent = 1 \
             AND about LIKE $1 ORDER BY recipient";
        let rows = sqlx::query(woken).bind(format!("{of}:%")).fetch_all(db.read()).await.expect("notices");
        let rows: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, "recipient")).collect();
        let mut wished = vec!["13911112222".to_owned(), number(own).as_str().to_owned()];
        wished.sort();
        assert_eq!(rows, wished);
    });
}

/// OUT-03 with another start: seven days and one day before the new one, late ones marked, and at once to whoever knows the old.
#[test]
fn out_03_calls_are_owed_again_for_another_start() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let day = |day: u64| centre.site.app.now() + Duration::from_secs((day - 5) * 24 * HOUR);
        let (start, twentieth, thirtieth) = (day(27), day(20), day(30));
        let six = |at: Timestamp| at + Duration::from_secs(10 * HOUR);
        let (sixteenth, nineteenth, seven, one) = (six(day(16)), six(day(19)), six(day(23)), six(day(29)));
        let outage = published(&centre, "planned", start, 6).await;
        let path = format!("/api/outages/{}", id(&outage));
        let calls = async || {
            let told = centre.get(AGENT, &format!("{path}/told")).await;
            told["calls"].as_array().expect("calls").clone()
        };
        let all = calls().await;
        let (knows, other) = (all[0]["customer"].clone(), all[1]["customer"].clone());
        let of = |all: &[Value], who: &Value, days: i64| {
            let found = all.iter().find(|call| call["customer"] == *who && call["days"] == days);
            found.map(|call| {
                let tried = call["attempts"].as_array().map_or(0, Vec::len);
                (call["state"].clone(), call["due"].clone(), call["late"].clone(), tried)
            })
        };
        let open =
            |due: Timestamp, late: bool, tried: usize| Some((json!("open"), json!(due), json!(late), tried));
        for days in [7, 1] {
            let path = format!("{path}/calls/{}/{days}", knows.as_str().expect("a customer"));
            let reached = centre.post(AGENT, &path, json!({ "outcome": "reached", "version": 1 })).await;
            assert_eq!(reached.status.as_u16(), 200, "{}", reached.show());
        }
        centre.pass(11 * 24 * HOUR);
        let move_to = async |starts: Timestamp, cause: &str| {
            let ends = starts + Duration::from_secs(6 * HOUR);
            let act = json!({ "act": "revise", "starts": starts, "ends": ends, "cause": cause, "crew": "waiting",
                "why": "天气原因" });
            centre.act(LEADER, &outage, act).await;
        };
        // On the 16th it becomes the 20th.
        move_to(twentieth, "maintenance").await;
        let all = calls().await;
        let soon = centre.now() + Duration::from_secs(1_800);
        assert_eq!(of(&all, &knows, -2), open(soon, false, 0), "at once");
        assert_eq!(
            of(&all, &knows, 7).map(|one| one.0),
            Some(json!("reached")),
            "that call is the one at once"
        );
        assert_eq!(of(&all, &knows, 1), open(nineteenth, false, 1), "and again on the day before");
        assert_eq!(of(&all, &other, 7), open(sixteenth, true, 0), "today, late");
        assert_eq!(of(&all, &other, 1), open(nineteenth, false, 0));
        assert_eq!(of(&all, &other, -2), None, "he knew nothing that is not so");

        // And then the 30th.
        move_to(thirtieth, "maintenance").await;
        let all = calls().await;
        assert_eq!(of(&all, &knows, -2).map(|one| one.0), Some(json!("not_needed")), "the next says it");
        assert_eq!(of(&all, &knows, -3), open(soon, false, 0));
        assert_eq!(of(&all, &knows, 7), open(seven, false, 1));
        for (who, tried) in [(&knows, 1), (&other, 0)] {
            assert_eq!(of(&all, who, 1), open(one, false, tried));
        }
        assert_eq!(of(&all, &other, 7), open(seven, false, 0));

        // Only why: nobody is called for that. Called off: whoever knows of it is, and nobody else.
        move_to(thirtieth, "equipment").await;
        assert_eq!(calls().await.len(), all.len());
        centre.act(LEADER, &outage, json!({ "act": "cancel", "why": "检修取消" })).await;
        let all = calls().await;
        let left: Vec<(&Value, &Value)> = all
            .iter()
            .filter(|call| call["state"] == "open")
            .map(|call| (&call["customer"], &call["days"]))
            .collect();
        assert_eq!(left, [(&knows, &json!(-4))]);
    });
}
