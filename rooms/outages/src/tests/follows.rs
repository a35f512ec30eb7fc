//! What the clock does comes when it is due, whatever else is waiting, and is not done where people are still at it.

use super::*;
use crate::rules::{Class, Outage, Plan};
use crate::store::liaisons::{self, Covers, Liaison};

fn outage_id(outage: &Value) -> OutageId {
    id(outage).parse().expect("an id")
}

async fn state(centre: &Centre, outage: &Value) -> Value {
    centre.get(AGENT, &format!("/api/outages/{}", id(outage))).await["state"].clone()
}

#[test]
fn a_plan_begins_however_many_drafts_are_overdue_before_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let area = neighbours().0;
        let starts = centre.now() + Duration::from_secs(3 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        let read = outages::read(&db, outage_id(&outage)).await.expect("read").expect("there");
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        // Drafts that nobody published, each overdue since five minutes after it was entered.
        let settings = Settings::default();
        let (now, calendar) = (centre.now(), &centre.calendar);
        let terms = crate::rules::table::Terms { now, calendar, settings: &settings };
        let mut tx = db.begin().await.expect("a change");
        for nth in 0..201 {
            let plan = Plan { class: Class::Fault, ..read.plan.clone() };
            let draft = Outage { id: centre.site.app.id(), number: format!("D{nth}"), plan, ..read.clone() };
            outages::add(&mut tx, &draft, terms).await.expect("entered");
        }
        tx.commit().await.expect("kept");
        centre.pass(3 * 24 * HOUR);
        centre.follow().await;
        assert_eq!(state(&centre, &outage).await, "in_progress");
    });
}

#[test]
fn whoever_serves_is_told_however_many_have_retired() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let area = neighbours().0;
        let code = format!("TY-{}", area.trim_end_matches(['区', '县']));
        let station = network::by_codes(centre.db(), &[code]).await.expect("found").remove(0).id;
        let one = |nth: i64, retired_at: Option<Timestamp>, valid_until: Option<Timestamp>| Liaison {
            id: nth,
            name: format!("信息员{nth}"),
            phone: "13800001111".into(),
            place: if nth > 2_000 { "乙物业" } else { "丙物业" }.into(),
            covers: Covers { elements: vec![station], communities: Vec::new(), consent: true },
            valid_until,
            retired_at,
            version: 1,
        };
        let now = centre.now();
        let mut tx = db.begin().await.expect("a change");
        for nth in 0..2_100 {
            let (retired, until) = if nth % 2 == 0 { (Some(now), None) } else { (None, Some(now)) };
            liaisons::add(&mut tx, &one(nth + 2_001, retired, until)).await.expect("kept");
        }
        for nth in [1, 2, 9_000] {
            liaisons::add(&mut tx, &one(nth, None, None)).await.expect("kept");
        }
        tx.commit().await.expect("kept");
        let outage = centre.fault(Some(2)).await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        assert_eq!(told["liaisons"].as_array().map(Vec::len), Some(3), "{told}");
        let of = centre.get(AGENT, &format!("/api/outages/elements/{station}")).await;
        assert_eq!(of["liaisons"].as_array().map(Vec::len), Some(2_103), "who serves, and who did");
    });
}
