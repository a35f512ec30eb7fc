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
        assert!(text.starts_with(&format!("{area}原定1月5日9:30恢复供气，因等待备件推迟至1月5日11:00")), "{text}");
        revise(&centre, &fault, at(180), "searching", "又查出一处").await;
        assert_eq!(told().await, (3, 3), "the delay is not told twice");

        revise(&centre, &fault, None, "searching", "又查出一处").await;
        let (text, _) = sent(&db, &fault, "changed", 7).await;
        assert!(text.starts_with(&format!("{area}因又查出一处自1月5日8:00停气")), "{text}");
        let to_liaison = notices::about(&db, "outages", id(&fault)).await.expect("notices");
        assert!(to_liaison.iter().all(|one| one.text.contains(&area)), "one liaison covers several: {to_liaison:?}");
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
