//! The machine calls important customers and liaisons; what it does not reach stays with people. And waves of many thousands.

use campaigns::rules::Outcome;
use ivr_flows::rules::{Change, Flow, Live, NewVersion};
use sqlx::Row as _;

use super::*;

pub(super) async fn publish(db: &Db, name: &str, now: Timestamp, id: i64) {
    let by = ivr_flows::store::By::default();
    let mut tx = db.begin().await.expect("a change");
    assert!(ivr_flows::store::add(&mut tx, kernel::FlowId(id), name, "{}", &by, now).await.expect("a flow"));
    let flow = ivr_flows::store::named(&mut tx, name).await.expect("flows").expect("the flow");
    let live = Live { version: 1, at: now, by: None, source: "{}".into() };
    let published = Flow { live: Some(live), revision: flow.revision + 1, ..flow.clone() };
    let version = NewVersion { version: 1, source: "{}".into(), note: None };
    let change =
        Change { flow: Some(published), version: Some(version), kind: "flow_published", heard: false };
    assert!(ivr_flows::store::save(&mut tx, &flow, &change, &by, now).await.expect("published"));
    tx.commit().await.expect("kept");
}

/// Whom the machine is to call.
pub(super) async fn wanted(db: &Db) -> Vec<(String, String, String)> {
    let rows =
        sqlx::query("SELECT once, number, about FROM campaigns_target WHERE state = 'waiting' ORDER BY id");
    let rows = rows.fetch_all(db.read()).await.expect("the campaign");
    rows.iter().map(|row| (row.get("once"), row.get("number"), row.get("about"))).collect()
}

pub(super) async fn comes_to(
    centre: &Centre,
    standing: &str,
    target: &(String, String, String),
    outcome: Outcome,
    key: &str,
) {
    let keys = match key {
        "" => Vec::new(),
        key => vec![calls::Pressed { node: "noted".into(), key: key.into() }],
    };
    let done = campaigns::Done {
        campaign: kernel::CampaignId(1),
        standing: Some(standing.into()),
        target: kernel::TargetId(1),
        once: target.0.clone(),
        about: target.2.clone(),
        outcome,
        keys,
        call: Some(kernel::CallId(7)),
        at: centre.now(),
        tries: 3,
    };
    let mut tx = centre.db().begin().await.expect("a change");
    tx.emit(centre.now(), &done).expect("told");
    tx.commit().await.expect("kept");
    centre.follow().await;
}

pub(super) async fn turn(centre: &Centre) {
    crate::machine::call(centre.site.app.clone(), centre.calendar.clone()).await.expect("a turn");
}

async fn switch_on(centre: &Centre) {
    let mut view = centre.get(LEADER, "/api/outages/settings").await;
    assert_eq!(view["settings"]["machine"]["important"], false, "off from the start");
    view["settings"]["machine"]["important"] = json!(true);
    view["settings"]["machine"]["liaisons"] = json!(true);
    let put = centre.site.put("/api/outages/settings", view).by(LEADER.0, LEADER.1).send().await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.show());
}

#[test]
fn the_machine_calls_important_customers_and_people_call_the_others() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        switch_on(&centre).await;
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        centre.pass(3 * 24 * HOUR);
        turn(&centre).await;
        assert_eq!(wanted(&db).await, [], "no flow is published: people call");
        publish(&db, "outage_important", centre.now(), 1).await;
        turn(&centre).await;
        turn(&centre).await;
        let put = wanted(&db).await;
        let important = outage["counts"]["important"].as_u64();
        assert_eq!(Some(put.len() as u64), important, "seven days before, each once");
        let reached = &put[0];
        comes_to(&centre, "outages_important", reached, Outcome::Reached, "1").await;
        comes_to(&centre, "outages_important", reached, Outcome::Reached, "1").await;
        comes_to(&centre, "outages_important", &put[1], Outcome::NoAnswer, "").await;
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        let of = |target: &(String, String, String)| {
            let customer = target.2.split(':').nth(1).expect("a customer").to_owned();
            let calls = told["calls"].as_array().expect("calls");
            calls
                .iter()
                .find(|one| one["customer"] == customer.as_str() && one["days"] == 7)
                .expect("it")
                .clone()
        };
        let (first, second) = (of(reached), of(&put[1]));
        assert_eq!((&first["state"], &first["machine"]), (&json!("reached"), &json!("done")));
        assert_eq!(first["attempts"].as_array().map(Vec::len), Some(1), "heard once");
        assert_eq!((&second["state"], &second["machine"]), (&json!("open"), &json!("done")));
        assert_eq!(second["attempts"][0]["note"], "自动电话3次");
        let owed = centre.get(AGENT, "/api/outages/owed").await;
        assert!(
            owed["calls"].as_array().expect("calls").iter().any(|one| one["customer"] == second["customer"])
        );
        turn(&centre).await;
        assert_eq!(wanted(&db).await.len(), put.len(), "what it has tried stays with people");
        // Called off: nobody is called about it any more.
        centre.act(LEADER, &outage, json!({ "act": "cancel", "why": "检修改期" })).await;
        assert_eq!(wanted(&db).await.len(), 2, "but for those that were told to be over above");
    });
}

#[test]
fn the_machine_calls_liaisons_of_whom_there_is_no_receipt() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        switch_on(&centre).await;
        publish(&db, "outage_liaison", centre.now(), 1).await;
        let liaison = json!({
            "name": "赵站长", "phone": "13800001111", "place": "青岚物业", "communities": [],
            "elements": [format!("TY-{}", area.trim_end_matches(['区', '县']))], "consent": true,
        });
        assert_eq!(centre.post(WRITER, "/api/outages/liaisons", liaison).await.status.as_u16(), 200);
        let ends = centre.now() + Duration::from_secs(2 * HOUR);
        let fault = centre.fault(Some(2)).await;
        turn(&centre).await;
        assert_eq!(wanted(&db).await, [], "ten minutes for the receipt");
        centre.pass(601);
        turn(&centre).await;
        let put = wanted(&db).await;
        assert_eq!((put.len(), put[0].1.as_str()), (1, "13800001111"));
        let owed = centre.get(AGENT, "/api/outages/owed").await;
        assert_eq!(owed["liaisons"][0]["machine"], "calling");
        // Another message, before anybody was rung: the old one is not called about.
        let new = ends + Duration::from_secs(HOUR);
        let revise = json!({ "act": "revise", "ends": new, "cause": "equipment", "crew": "working", "why": "更换阀门" });
        centre.act(LEADER, &fault, revise).await;
        assert_eq!(wanted(&db).await, []);
        centre.pass(601);
        turn(&centre).await;
        let put = wanted(&db).await;
        comes_to(&centre, "outages_liaisons", &put[0], Outcome::Reached, "1").await;
        assert_eq!(centre.get(AGENT, "/api/outages/owed").await["liaisons"], json!([]));
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&fault))).await;
        let states: Vec<&Value> =
            told["liaisons"].as_array().expect("told").iter().map(|one| &one["state"]).collect();
        assert!(states.contains(&&json!("called")), "{told}");
    });
}

/// What cannot be read of one outage is nobody else's silence, and is called about as soon as it can be.
#[test]
fn one_call_that_cannot_be_put_in_holds_up_no_other() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        switch_on(&centre).await;
        publish(&db, "outage_important", centre.now(), 1).await;
        let starts = centre.now() + Duration::from_secs(7 * 24 * HOUR);
        let ends = starts + Duration::from_secs(HOUR);
        let mut two = Vec::new();
        for _ in 0..2 {
            let outage =
                centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
            for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
                centre.act(who, &outage, json!({ "act": act })).await;
            }
            two.push(outage);
        }
        let broken: OutageId = id(&two[0]).parse().expect("an id");
        let change = async |text: &'static str| {
            let mut tx = db.begin().await.expect("a change");
            sqlx::query(text).bind(broken.get()).execute(&mut *tx).await.expect("changed");
            tx.commit().await.expect("kept");
        };
        let about = async || -> Vec<String> {
            let all = wanted(&db).await.into_iter();
            all.map(|(.., about)| about.split(':').next().unwrap_or_default().to_owned()).collect()
        };
        let important = usize::try_from(two[1]["counts"]["important"].as_u64().expect("a count"));
        let important = important.expect("few");
        assert!(important > 0);

        change("UPDATE outages_outage SET body = '?' || body WHERE id = $1").await;
        turn(&centre).await;
        assert_eq!(about().await, vec![id(&two[1]); important], "the other one's, all of them");
        change("UPDATE outages_outage SET body = SUBSTR(body, 2) WHERE id = $1").await;
        turn(&centre).await;
        turn(&centre).await;
        let all = about().await;
        assert_eq!(all.iter().filter(|of| *of == id(&two[0])).count(), important, "with the next turn, once");
        assert_eq!(all.len(), important * 2);
    });
}

/// O9: seven days before, and again half an hour before.
#[test]
fn arrears_are_told_again_half_an_hour_before() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let own = neighbours().1;
        let account = network_accounts(&db, own).await;
        let found = crate::store::affected::accounts(&db, &[account]).await.expect("accounts");
        let starts = centre.now() + Duration::from_secs(8 * 24 * HOUR);
        let ends = starts + Duration::from_secs(24 * HOUR);
        let plan = json!({
            "utility": "gas", "class": "arrears", "cause": "arrears", "reason": "欠费", "starts": starts, "ends": ends,
            "area": { "text": "您家", "elements": [], "places": [], "accounts": [found[0].0] },
        });
        let outage = centre.enter(WRITER, plan).await;
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        centre.pass(8 * 24 * HOUR - 1_860);
        centre.follow().await;
        let soon = format!("{}:soon:1", id(&outage));
        assert_eq!(notices::about(&db, "outages", &soon).await.expect("notices").len(), 0);
        centre.pass(120);
        centre.follow().await;
        centre.follow().await;
        let told = notices::about(&db, "outages", &soon).await.expect("notices");
        assert_eq!(told.len(), 1, "once");
        assert!(told[0].urgent && told[0].text.starts_with("再次提醒"), "{}", told[0].text);
    });
}

/// More than twenty thousand: in batches, each kept with its place; cut off anywhere, nobody is told twice and nobody left out.
#[test]
fn a_wave_of_many_thousands_goes_on_where_it_was() {
    const MANY: i64 = 20_500;
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let ends = centre.now() + Duration::from_secs(2 * HOUR);
        let outage =
            centre.enter(LEADER, plan(&centre, "fault", &area, centre.now(), Some(ends)).await).await;
        let own = outage["counts"]["all"].as_i64().expect("a count");
        let mut tx = db.begin().await.expect("a change");
        // Behind the district's own: accounts without a number, of whom there is nothing to send.
        sqlx::query(
            "INSERT INTO outages_affected (outage, rank, account, party, class) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL \
             SELECT i + 1 FROM n WHERE i < $2) SELECT CAST($1 AS BIGINT), 4, i, -i, 'residential' FROM n",
        )
        .bind(id(&outage).parse::<OutageId>().expect("an id").get())
        .bind(MANY)
        .execute(&mut *tx)
        .await
        .expect("many");
        tx.commit().await.expect("kept");
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let app = &centre.site.app;
        for _ in 0..3 {
            crate::waving::go_on(app, &centre.calendar).await.expect("a batch");
            // A death in the middle of the next.
            let wave = waves::open(&db).await.expect("waves").remove(0);
            let mut tx = db.begin().await.expect("a change");
            let next = waves::next(&mut tx, &wave, 100).await.expect("the next").pop().expect("somebody");
            let far = waves::Wave { rank: next.rank, account: next.account, ..wave.clone() };
            assert!(waves::advance(&mut tx, &wave, &far).await.expect("moved"));
            drop(tx);
        }
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        assert_eq!((&told["waves"][0]["passed"], &told["waves"][0]["total"]), (&json!(300), &json!(own)));
        jobs::tell(app.clone(), centre.calendar.clone()).await.expect("told");
        let told = centre.get(AGENT, &format!("/api/outages/{}/told", id(&outage))).await;
        let wave = &told["waves"][0];
        assert_eq!(wave["passed"], json!(own + MANY));
        assert!(!wave["done_at"].is_null());
        let row = sqlx::query("SELECT COUNT(*) FROM notices_notice WHERE template = 'gas_fault'");
        let sent: i64 = row.fetch_one(db.read()).await.expect("a count").get(0);
        let row =
            sqlx::query("SELECT COUNT(DISTINCT recipient) FROM notices_notice WHERE template = 'gas_fault'");
        let numbers: i64 = row.fetch_one(db.read()).await.expect("a count").get(0);
        assert!(sent > 100);
        assert_eq!(sent, numbers, "each number once");
    });
}
