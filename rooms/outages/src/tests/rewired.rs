//! The network changes under an outage: who is affected follows, is told, called and not asked, once, whatever dies when.

use customers::store::{elements, network};
use sqlx::Row as _;

use super::*;
use crate::recounting;
use crate::store::recounts;

const NETWORK: Who = (40, &["customers.read", "customers.network"]);

/// The site on which the network is kept, on the same database.
async fn office(centre: &Centre, folder: &std::path::Path) -> TestSite {
    let site =
        TestSite::new(centre.db().clone(), vec![customers::room(centre.hall.clone(), folder.to_owned())]);
    site.clock.advance(centre.now().since(site.app.now()));
    site
}

async fn move_to(office: &TestSite, element: &str, to: &str) {
    let path = format!("/api/customers/network/{element}");
    let one = office.get(&path).by(NETWORK.0, NETWORK.1).send().await;
    let act =
        json!({ "version": one.body["version"], "act": "move", "to": to, "reason": "改接至备用调压站" });
    let moved = office.post(&format!("{path}/acts"), act).by(NETWORK.0, NETWORK.1).send().await;
    assert_eq!(moved.status.as_u16(), 200, "{}", moved.show());
}

/// What is heard of is computed once nothing more has come for a moment.
async fn settles(centre: &Centre) {
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
    centre.pass(4);
    recounting::recount(centre.site.app.clone(), centre.calendar.clone()).await.expect("computed");
    jobs::tell(centre.site.app.clone(), centre.calendar.clone()).await.expect("told");
}

/// A section below the station of this district, with how many homes hang below it.
async fn section(centre: &Centre, station: &str) -> (String, i64) {
    let db = centre.db();
    let level = elements::level(db, Some(station.parse().expect("an id")), "", 500).await.expect("sections");
    for branch in level {
        let row =
            sqlx::query(BELOW).bind(branch.element.id.get()).fetch_one(db.read()).await.expect("counted");
        let many: i64 = row.get("many");
        if many > 1 {
            return (branch.element.id.to_string(), many);
        }
    }
    panic!("no section supplies two homes");
}
const BELOW: &str = "WITH RECURSIVE below(id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT e.id FROM below \
     CROSS JOIN customers_element e WHERE e.parent = below.id) SELECT COUNT(DISTINCT o.account) AS many FROM below \
     CROSS JOIN customers_point o WHERE o.element = below.id";

async fn count(db: &Db, what: &'static str) -> i64 {
    sqlx::query(what).fetch_one(db.read()).await.expect("a count").get::<i64, _>(0)
}

/// The station of the neighbours' district, and another.
async fn stations(centre: &Centre) -> (String, String) {
    let (area, ..) = neighbours();
    let ours = station(centre, &area).await.as_str().expect("an id").to_owned();
    let level = elements::level(centre.db(), None, "", 50).await.expect("stations");
    let other = level.into_iter().find(|branch| branch.element.id.to_string() != ours);
    (ours, other.expect("another station").element.id.to_string())
}

#[test]
fn what_is_moved_away_leaves_an_outage_and_what_is_moved_below_joins_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let outage = centre.fault(Some(8)).await;
        centre.follow().await;
        let path = format!("/api/outages/{}", id(&outage));
        let published = centre.get(LEADER, &path).await;
        let before = published["counts"]["all"].as_i64().expect("a count");
        let (ours, theirs) = stations(&centre).await;
        let (leaves, fewer) = section(&centre, &ours).await;
        let (comes, more) = section(&centre, &theirs).await;
        let sent = count(&db, "SELECT COUNT(*) FROM notices_notice").await;
        let office = office(&centre, folder.path()).await;

        move_to(&office, &leaves, &theirs).await;
        move_to(&office, &comes, &ours).await;
        centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
        assert_eq!(centre.get(LEADER, &path).await["recounting"], true, "its page says so");
        recounting::recount(centre.site.app.clone(), centre.calendar.clone()).await.expect("not yet");
        assert_eq!(centre.get(LEADER, &path).await["counts"]["all"], before, "more may come");
        settles(&centre).await;

        let changed = centre.get(LEADER, &path).await;
        assert_eq!(changed["counts"]["all"], before - fewer + more);
        let last = changed["revisions"].as_array().expect("revisions").last().expect("one").clone();
        assert_eq!(last["moment"], "network");
        assert_eq!(last["moved"], json!({ "joined": more, "left": fewer }));
        assert_eq!((&last["why"], &last["by"]), (&json!("改接至备用调压站"), &json!("pe_18")));
        assert_eq!((&changed["said"], &changed["network_changed"]), (&json!(1), &json!(true)));
        assert_eq!((&changed["recounting"], &changed["greeting_waits"]), (&json!(false), &json!(false)));
        assert_eq!(changed["ends"], published["ends"]);

        // Only who came is told, by a wave of their own.
        let told = centre.get(AGENT, &format!("{path}/told")).await;
        let waves = told["waves"].as_array().expect("waves");
        assert_eq!(waves.len(), 2);
        assert_eq!((&waves[1]["moment"], &waves[1]["total"]), (&json!("network"), &json!(more)));
        assert_eq!(waves[1]["passed"], json!(more));
        let now_sent = count(&db, "SELECT COUNT(*) FROM notices_notice").await;
        assert_eq!(now_sent - sent, waves[1]["sent"].as_i64().expect("a count"));

        // Who left stays to be seen.
        let left = centre.get(AGENT, &format!("{path}/affected?left=true")).await;
        assert_eq!(left["affected"].as_array().expect("a page").len() as i64, fewer.min(50));

        // Nothing more happens by itself, and a change elsewhere is nobody's.
        settles(&centre).await;
        assert_eq!(centre.get(LEADER, &path).await["version"], changed["version"]);

        // Back again: who had left is told again, and nobody is affected twice.
        move_to(&office, &leaves, &ours).await;
        settles(&centre).await;
        let back = centre.get(LEADER, &path).await;
        assert_eq!(back["counts"]["all"], before + more);
        assert_eq!(back["revisions"][2]["moved"], json!({ "joined": fewer, "left": 0 }));
        let left = centre.get(AGENT, &format!("{path}/affected?left=true")).await;
        assert_eq!(left["affected"], json!([]));

        // After it only those are asked who are affected then.
        move_to(&office, &leaves, &theirs).await;
        settles(&centre).await;
        centre.pass(1_800);
        centre.act(LEADER, &outage, json!({ "act": "restore", "why": "抢修完成立即恢复" })).await;
        centre.pass(900);
        crate::asking::go_on(centre.site.app.clone(), centre.calendar.clone()).await.expect("a turn");
        let asked = count(&db, "SELECT COUNT(*) FROM outages_ask").await;
        assert_eq!(asked, before - fewer + more);

        // It is over: whoever was affected then is asked, wherever he hangs now.
        move_to(&office, &comes, &theirs).await;
        settles(&centre).await;
        let over = centre.get(LEADER, &path).await;
        assert_eq!(
            (&over["counts"]["all"], &over["recounting"]),
            (&json!(before - fewer + more), &json!(false))
        );
        assert!(centre.site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// Before it begins: important customers who are affected now are called, those who are not any more are not; whom a wave that
/// is under way has not reached is not told twice.
#[test]
fn a_plan_s_calls_and_messages_follow_the_network() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(9 * 24 * HOUR);
        let ends = starts + Duration::from_secs(6 * HOUR);
        let (ours, theirs) = stations(&centre).await;
        let (comes, more) = section(&centre, &theirs).await;
        let outage = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        let important = "INSERT INTO customers_flag (party, flag, reason, since) SELECT a.party, 'important', '', 0 \
             FROM customers_point o JOIN customers_account a ON a.id = o.account JOIN customers_element e ON e.id = o.element \
             WHERE e.parent = $1 ON CONFLICT DO NOTHING";
        let mut tx = db.begin().await.expect("a change");
        let comes_id: kernel::ElementId = comes.parse().expect("an id");
        let flagged = sqlx::query(important).bind(comes_id.get()).execute(&mut *tx).await.expect("flagged");
        tx.commit().await.expect("kept");
        assert!(flagged.rows_affected() > 0);
        centre.act(WRITER, &outage, json!({ "act": "submit" })).await;
        centre.act(LEADER, &outage, json!({ "act": "approve" })).await;
        centre.act(WRITER, &outage, json!({ "act": "publish" })).await;
        let told = format!("/api/outages/{}/told", id(&outage));
        let calls = async || centre.get(AGENT, &told).await["calls"].as_array().expect("calls").clone();
        let open = |calls: &[Value]| calls.iter().filter(|call| call["state"] == "open").count() as u64;
        let first = open(&calls().await);
        let office = office(&centre, folder.path()).await;

        // The wave has not begun: it comes to those who joined by itself, and nobody is told twice.
        move_to(&office, &comes, &ours).await;
        settles(&centre).await;
        let shown = centre.get(AGENT, &told).await;
        assert_eq!(shown["waves"].as_array().expect("waves").len(), 1, "{shown}");
        assert_eq!(shown["waves"][0]["passed"], shown["waves"][0]["total"]);
        assert!(more > 0 && open(&calls().await) > first, "seven days and one day before");

        move_to(&office, &comes, &theirs).await;
        settles(&centre).await;
        assert_eq!(open(&calls().await), first);
        assert!(calls().await.iter().any(|call| call["state"] == "not_needed"));
        move_to(&office, &comes, &ours).await;
        settles(&centre).await;
        assert!(open(&calls().await) > first, "affected again, called again");

        // A plan that nobody has been told of follows silently.
        let prepared = centre.enter(WRITER, plan(&centre, "planned", &area, starts, Some(ends)).await).await;
        move_to(&office, &comes, &theirs).await;
        settles(&centre).await;
        let after = centre.get(WRITER, &format!("/api/outages/{}", id(&prepared))).await;
        let fewer = prepared["counts"]["all"].as_i64().expect("a count") - more;
        assert_eq!((&after["counts"]["all"], &after["revisions"]), (&json!(fewer), &json!([])));
    });
}

/// A number that so many notices of the room were made for, in a state or in any.
async fn notices_to(db: &Db, number: &str, state: &str) -> i64 {
    let text = "SELECT COUNT(*) FROM notices_notice WHERE room = 'outages' AND recipient = $1 AND ($2 = '' OR state = $2)";
    sqlx::query(text).bind(number).bind(state).fetch_one(db.read()).await.expect("a count").get(0)
}

/// Who hangs below an element, with a mobile number: account, customer, number.
async fn homes(db: &Db, element: &str) -> Vec<(i64, i64, String)> {
    let text = "SELECT DISTINCT a.id, a.party, c.number FROM customers_point o JOIN customers_account a ON a.id = o.account \
         JOIN customers_contact c ON c.party = a.party JOIN customers_element e ON e.id = o.element \
         WHERE (e.id = $1 OR e.parent = $1) AND c.preferred = 1 AND c.number LIKE '1__________' ORDER BY a.id";
    let element: kernel::ElementId = element.parse().expect("an id");
    let rows = sqlx::query(text).bind(element.get()).fetch_all(db.read()).await.expect("homes");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// The section below a station from which most can be written to.
async fn crowded(db: &Db, station: &str) -> (String, Vec<(i64, i64, String)>) {
    let level = elements::level(db, Some(station.parse().expect("an id")), "", 500).await.expect("sections");
    let mut most = (String::new(), Vec::new());
    for branch in level {
        let element = branch.element.id.to_string();
        let homes = homes(db, &element).await;
        if homes.len() > most.1.len() {
            most = (element, homes);
        }
    }
    most
}

async fn give(db: &Db, account: i64, party: i64) {
    let mut tx = db.begin().await.expect("a change");
    let give = sqlx::query("UPDATE customers_account SET party = $1 WHERE id = $2").bind(party).bind(account);
    give.execute(&mut *tx).await.expect("given");
    tx.commit().await.expect("kept");
}

/// What has not gone out to those who left is taken back; not from who has it, nor from who has another home in it.
#[test]
fn who_leaves_an_outage_is_not_told_of_it_any_more() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (_, own, _) = neighbours();
        let (ours, theirs) = stations(&centre).await;
        let (leaves, gone) = crowded(&db, &ours).await;
        let [(_, stays, two_homes), (_, _, was_told), (_, _, queued), ..] = gone.as_slice() else {
            panic!("{gone:?}")
        };
        // One of those who leave has another home that stays.
        let account = network_accounts(&db, own).await;
        let kept = crate::store::affected::accounts(&db, &[account]).await.expect("found");
        assert!(gone.iter().all(|(account, ..)| *account != kept[0].0.get()));
        give(&db, kept[0].0.get(), *stays).await;
        centre.fault(Some(8)).await;
        centre.follow().await;
        let mut tx = db.begin().await.expect("a change");
        let out = "UPDATE notices_notice SET state = 'delivered' WHERE recipient = $1";
        sqlx::query(out).bind(was_told).execute(&mut *tx).await.expect("delivered");
        tx.commit().await.expect("kept");
        let waiting = count(&db, "SELECT COUNT(*) FROM notices_notice WHERE state = 'queued'").await;

        let office = office(&centre, folder.path()).await;
        move_to(&office, &leaves, &theirs).await;
        settles(&centre).await;
        assert_eq!(notices_to(&db, queued, "cancelled").await, 1);
        assert_eq!(notices_to(&db, was_told, "delivered").await, 1);
        assert_eq!(notices_to(&db, two_homes, "queued").await, 1);
        let mobile: std::collections::BTreeSet<&str> =
            gone.iter().map(|(.., number)| number.as_str()).collect();
        let withdrawn = i64::try_from(mobile.len() - 2).expect("few");
        assert_eq!(
            count(&db, "SELECT COUNT(*) FROM notices_notice WHERE state = 'cancelled'").await,
            withdrawn
        );
        let still = count(&db, "SELECT COUNT(*) FROM notices_notice WHERE state = 'queued'").await;
        assert_eq!(still, waiting - withdrawn, "nobody else's");
        let lines = "SELECT COUNT(*) FROM db_journal WHERE room = 'notices' AND kind = 'cancelled'";
        assert_eq!(count(&db, lines).await, withdrawn);

        // Back again: who had not been told is, who had been is not told twice.
        move_to(&office, &leaves, &ours).await;
        settles(&centre).await;
        assert_eq!(notices_to(&db, queued, "queued").await, 1);
        assert_eq!(notices_to(&db, was_told, "").await, 1);
        assert_eq!(notices_to(&db, two_homes, "").await, 1);
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// Two homes of one person, of which the second joins: one message at each stage, whichever wave comes first.
#[test]
fn who_has_two_homes_is_told_once_at_each_stage() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (_, own, _) = neighbours();
        let (ours, theirs) = stations(&centre).await;
        let (comes, new) = crowded(&db, &theirs).await;
        let [(second, ..), (_, _, stranger), ..] = new.as_slice() else { panic!("{new:?}") };
        let his = number(own);
        let party = customers::store::calls::by_number(&db, &his).await.expect("found").remove(0);
        give(&db, *second, party.get()).await;
        let outage = centre.fault(Some(8)).await;
        centre.follow().await;
        assert_eq!(notices_to(&db, his.as_str(), "").await, 1);
        let office = office(&centre, folder.path()).await;
        move_to(&office, &comes, &ours).await;
        settles(&centre).await;
        assert_eq!((notices_to(&db, his.as_str(), "").await, notices_to(&db, stranger, "").await), (1, 1));

        // The next stage: another estimate, once for both homes.
        let new = centre.now() + Duration::from_secs(9 * HOUR);
        let revise = json!({ "act": "revise", "ends": new, "cause": "equipment", "crew": "working", "why": "更换阀门" });
        centre.act(LEADER, &outage, revise).await;
        centre.follow().await;
        let told = async |number: &str| notices_to(&db, number, "queued").await;
        assert_eq!(
            (told(his.as_str()).await, told(stranger).await),
            (1, 1),
            "the new one; the old one is taken back"
        );
        // Away and here again while that holds: nobody hears it twice.
        move_to(&office, &comes, &theirs).await;
        settles(&centre).await;
        assert_eq!((told(his.as_str()).await, told(stranger).await), (1, 0));
        move_to(&office, &comes, &ours).await;
        settles(&centre).await;
        assert_eq!((told(his.as_str()).await, told(stranger).await), (1, 1));
    });
}

/// The process dies after the change was heard of, and once more while it computes.
#[test]
fn what_was_heard_of_is_computed_whatever_dies() {
    on_both(ALL, async |db| {
        let (area, ..) = neighbours();
        let folder = tempfile::tempdir().expect("a folder");
        let centre = Centre::open(&db).await;
        let now = centre.now();
        let ends = now + Duration::from_secs(8 * HOUR);
        // Found in two ways: below a station, and by the district's name.
        let mut both = plan(&centre, "fault", &area, now, Some(ends)).await;
        let (_, _, stranger) = neighbours();
        let account = (customers::rules::demo::FIRST_ACCOUNT + stranger).to_string();
        let named = crate::store::affected::accounts(&db, &[account]).await.expect("found");
        both["area"]["accounts"] = json!([named[0].0]);
        let outage = centre.enter(LEADER, both).await;
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        let path = format!("/api/outages/{}", id(&outage));
        let before = centre.get(LEADER, &path).await["counts"]["all"].as_i64().expect("a count");
        let (ours, theirs) = stations(&centre).await;
        let (leaves, fewer) = section(&centre, &ours).await;
        move_to(&office(&centre, folder.path()).await, &leaves, &theirs).await;
        let at = centre.now();
        drop(centre);

        let centre = Centre::again(&db, at);
        centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
        drop(centre);
        let centre = Centre::again(&db, at + Duration::from_secs(10));
        let due = recounts::due(&db, centre.now(), 10).await.expect("read");
        assert_eq!(due.len(), 1);
        let mut tx = db.begin().await.expect("a change");
        assert!(recounts::take(&mut tx, &due[0]).await.expect("taken"));
        tx.rollback().await.expect("died");

        settles(&centre).await;
        let after = centre.get(LEADER, &path).await;
        assert_eq!(after["counts"]["all"], before - fewer, "who is named by account stays");
        assert_eq!(after["revisions"][1]["moved"], json!({ "joined": 0, "left": fewer }));
        assert!(recounts::due(&db, centre.now(), 10).await.expect("read").is_empty());
    });
}

/// A leader reads before he publishes a fault what callers hear then: that it is off, and no plan.
#[test]
fn a_fault_is_read_before_it_is_published_as_it_will_be_heard() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let outage = centre.enter(LEADER, plan(&centre, "fault", &area, centre.now(), None).await).await;
        let text =
            |outage: &Value| outage["greeting"]["general"]["text"].as_str().expect("a text").to_owned();
        let read = text(&outage);
        assert!(!read.contains("将于今天早上八点停气") && !read.contains("将于今天上午八点停气"), "{read}");
        let published = centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        assert_eq!(text(&published), read);
        let website = published["texts"][3]["body"].as_str().expect("a text");
        assert!(website.contains("恢复时间待定") && !website.contains("预计待定"), "{website}");
    });
}

/// Accounts that a sheet hangs elsewhere are the same.
#[test]
fn a_sheet_that_connects_homes_elsewhere_is_heard_of() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (_, own, _) = neighbours();
        let outage = centre.fault(None).await;
        let path = format!("/api/outages/{}", id(&outage));
        let before = centre.get(LEADER, &path).await["counts"]["all"].as_i64().expect("a count");
        let folder = tempfile::tempdir().expect("a folder");
        let office = office(&centre, folder.path()).await;
        let (_, theirs) = stations(&centre).await;
        let code =
            network::by_ids(&db, &[theirs.parse().expect("an id")]).await.expect("found")[0].code.clone();
        let account = customers::rules::demo::FIRST_ACCOUNT + own;
        let sheet = format!("户号,设备编号\n{account},{code}\n");
        let imports = "/api/customers/network/imports";
        let put = office.upload(imports, "挂接.csv", sheet.as_bytes()).by(NETWORK.0, NETWORK.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        let job = format!("{imports}/{}", put.body["id"].as_str().expect("an id"));
        let form = json!({ "columns": put.body["columns"], "dry": false });
        let begun = office.post(&format!("{job}/run"), form).by(NETWORK.0, NETWORK.1).send().await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        loop {
            let now = office.get(&job).by(NETWORK.0, NETWORK.1).send().await;
            match now.body["state"].as_str() {
                Some("running") => tokio::task::yield_now().await,
                state => {
                    break assert_eq!((state, &now.body["counts"]["changed"]), (Some("done"), &json!(1)));
                }
            }
        }
        settles(&centre).await;
        assert_eq!(centre.get(LEADER, &path).await["counts"]["all"], before - 1);
    });
}
