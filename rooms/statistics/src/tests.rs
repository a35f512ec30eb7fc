//! The figures by the domain's examples; and that every number opens exactly what it counted, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use callbacks::rules::Settings;
use callbacks::rules::figures::{Group, Tally};
use db::Db;
use db::testdb::on_both;
use deadlines::{Clock, Kind, Step};
use interactions::rules::Tree;
use interactions::store::figures::Contacts;
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp, UnitId};
use promises::store::found::{self, Which};
use promises::store::report::Count;
use serde_json::json;
use sheets::testing::rows;
use web::testing::{Reply, TestSite};
use work_orders::filing::{NewOrder, accept};
use work_orders::rules::{Act, Asker};
use work_orders::store::behind::{Behind, Set, behind};
use work_orders::store::figures::{By as OrdersBy, Counts, counts};
use work_orders::store::orders;
use work_orders::work::{self, Asked};

use crate::rules::{By, Counted, Rate, table};
use crate::{MIGRATIONS, room};

const ALL: &[db::Migrations] = &[
    notices::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    calls::MIGRATIONS,
    customers::MIGRATIONS,
    interactions::MIGRATIONS,
    work_orders::MIGRATIONS,
    callbacks::MIGRATIONS,
    MIGRATIONS,
];
const READER: &[&str] = &["statistics.read", "statistics.export"];
const ORDERS: u64 = 120;

fn share(rate: Option<Rate>) -> Option<String> {
    rate?.share.map(|share| format!("{:.2}", share * 100.0))
}

#[test]
fn kpi_03_a_share_of_nothing_is_none() {
    let table = table(&Counted::default(), By::Unit, &Tree::default(), &Settings::default());
    for (figure, rate) in table.total.each() {
        assert_eq!((figure, rate.map(|rate| (rate.out_of, rate.share))), (figure, Some((0, None))));
    }
    assert_eq!((table.lines.len(), table.classes.len()), (0, 0));
}

#[test]
fn kpi_05_what_is_open_and_overdue_counts_against_its_unit() {
    let counts =
        Counts { on_time: 190, late: 6, overdue: 4, dispatched: 200, returned: 3, ..Counts::default() };
    let unit = Some(UnitId(7).to_string());
    let counted = Counted { orders: vec![(unit.clone(), counts)], ..Counted::default() };
    let table = table(&counted, By::Unit, &Tree::default(), &Settings::default());
    assert_eq!(share(table.total.k22).as_deref(), Some("95.00"));
    let line = table.lines.first().expect("the unit's line");
    assert_eq!((&line.key, share(line.figures.k24).as_deref()), (&unit, Some("1.50")));
    assert_eq!(line.figures.k19, None, "a contact belongs to no unit");
}

#[test]
fn kpi_06_who_did_not_rate_is_not_dissatisfied() {
    let tally = Tally {
        required: 520,
        completed: 510,
        tried: 515,
        reached: 500,
        very_satisfied: 140,
        satisfied: 44,
        fair: 9,
        dissatisfied: 5,
        very_dissatisfied: 2,
    };
    let group =
        Group { unit: None, kind: "complaint".into(), area: "青岚区".into(), government: false, tally };
    let counted = Counted { asked: vec![group], ..Counted::default() };
    let table = table(&counted, By::Area, &Tree::default(), &Settings::default());
    assert_eq!(share(table.total.k28).as_deref(), Some("92.00"));
    assert_eq!(share(table.total.k29).as_deref(), Some("40.00"));
    assert_eq!(table.lines.first().and_then(|line| line.key.as_deref()), Some("青岚区"));
}

#[test]
fn k23_asks_the_centre_for_sending_and_the_crew_for_arriving() {
    let count = |step, clock, kept, broken, overdue| Count {
        unit: None,
        area: "青岚区".into(),
        kind: Some(Kind::Fault),
        step,
        clock,
        kept,
        broken,
        overdue,
        withdrawn: 5,
    };
    let promises = vec![
        count(Step::Dispatch, Clock::Unit, 9, 1, 0),
        count(Step::Arrive, Clock::Customer, 6, 1, 1),
        count(Step::Arrive, Clock::Unit, 0, 8, 0),
        count(Step::Answer, Clock::Customer, 0, 3, 0),
    ];
    let counted = Counted { promises, ..Counted::default() };
    let table = table(&counted, By::Kind, &Tree::default(), &Settings::default());
    assert_eq!(table.total.k23_dispatch, Some(Rate::new(9, 10)));
    assert_eq!(table.total.k23_arrive, Some(Rate::new(6, 8)));
    assert_eq!(table.lines.first().and_then(|line| line.key.as_deref()), Some("fault"));
}

#[test]
fn k23_is_told_apart_by_area_as_the_figures_of_orders_are() {
    let count = |area: &str, kept, broken| Count {
        unit: Some(UnitId(7)),
        area: area.into(),
        kind: Some(Kind::Fault),
        step: Step::Arrive,
        clock: Clock::Customer,
        kept,
        broken,
        overdue: 0,
        withdrawn: 0,
    };
    let orders = vec![(Some("青岚区".to_owned()), Counts { on_time: 9, late: 1, ..Counts::default() })];
    let promises = vec![count("青岚区", 3, 1), count("", 1, 1), count("青岚区", 1, 0)];
    let counted = Counted { orders, promises, ..Counted::default() };
    let table = table(&counted, By::Area, &Tree::default(), &Settings::default());
    let lines: Vec<_> =
        table.lines.iter().map(|line| (line.key.as_deref(), line.figures.k23_arrive)).collect();
    assert_eq!(lines, [(None, Some(Rate::new(1, 2))), (Some("青岚区"), Some(Rate::new(4, 5)))]);
    let line = table.lines.last().expect("the area's line");
    assert_eq!(line.figures.k22, Some(Rate::new(9, 10)), "on one line with what else is known of it");
}

#[test]
fn contacts_are_told_apart_by_the_class_of_their_reason() {
    let gas = interactions::rules::seed::demo("gas").expect("a demo").expect("good");
    let one = Contacts { contacts: 4, direct: 2, solved: 3, repeated: 1 };
    let contacts = vec![("G020101".to_owned(), one), ("G020102".to_owned(), one), ("gone".to_owned(), one)];
    let counted = Counted { contacts, ..Counted::default() };
    let table = table(&counted, By::Unit, &gas, &Settings::default());
    let shown: Vec<_> = table.classes.iter().map(|line| (line.code.as_str(), line.k20)).collect();
    assert_eq!(shown.last(), Some(&("gone", Rate::new(3, 4))), "its reason is no longer in the tree");
    assert_eq!(shown.first().map(|(_, rate)| *rate), Some(Rate::new(6, 8)));
    assert_eq!(share(table.total.k19).as_deref(), Some("50.00"));
}

/// A centre with invented orders of thirty days.
async fn filled(db: &Db, folder: &std::path::Path) -> TestSite {
    let site = TestSite::new(db.clone(), vec![room(folder.to_owned())]);
    departments::put_demo(&site.app, &BTreeMap::new()).await.expect("an organisation");
    work_orders::put_demo(&site.app, "gas").await.expect("kinds");
    let people = ([PersonId(1), PersonId(2)], PersonId(3));
    let rest = |_| std::future::ready(());
    let calendar = Calendar::china();
    work_orders::demo::fill(&site.app, &calendar, (ORDERS, 30), 7, (&people.0, people.1), rest)
        .await
        .expect("orders");
    site
}

/// A fault that was repaired in time: since then its promise has passed, and its customer is still to be called back.
async fn repaired_in_time(site: &TestSite) {
    let (calendar, asker) = (Calendar::china(), Asker::centre());
    let matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": "早上起来灶具点不着火", "area": "青岚区",
        "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" }, "reply_wanted": true });
    let unit = departments::all(&site.app.db).await.expect("units").first().map(|unit| unit.id);
    let new = NewOrder {
        matter: serde_json::from_value(matter).expect("a matter"),
        unit,
        master: None,
        answered: None,
        appointment: None,
        token: None,
    };
    let order = accept(&site.app, &calendar, &asker, new).await.expect("filed");
    let crew = Asker { person: Some(PersonId(20)), units: unit.into_iter().collect(), ..asker.clone() };
    let result = json!({ "cause": "表前阀被误关", "action": "打开表前阀并逐一试火，全部正常", "done_at": site.app.now(), "person": "抢修一班 张师傅" });
    for (who, act) in [
        (&crew, json!({ "act": "take" })),
        (&crew, json!({ "act": "arrive", "at": site.app.now() })),
        (&crew, json!({ "act": "give_result", "result": result })),
        (&asker, json!({ "act": "approve" })),
    ] {
        let act: Act = serde_json::from_value(act).expect("an act");
        let asked = Asked { order, version: None, act, token: None };
        work::act(&site.app, &calendar, who, asked).await.expect("done");
    }
    site.clock.advance(std::time::Duration::from_secs(3 * 86_400));
    let kept = orders::read(&site.app.db, order).await.expect("read").expect("there");
    let passed = kept.beside.promised.is_some_and(|(_, until)| until < site.app.now());
    assert_eq!((kept.order.state.word(), kept.beside.kept, passed), ("to_call_back", Some(true), true));
}

fn period(site: &TestSite) -> (Timestamp, Timestamp) {
    let now = site.app.now();
    (now - std::time::Duration::from_secs(20 * 86_400), now)
}

#[test]
fn every_number_opens_what_it_counted() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = filled(&db, folder.path()).await;
        repaired_in_time(&site).await;
        let (now, (from, to)) = (site.app.now(), period(&site));
        let mut seen = BTreeSet::new();
        for by in [OrdersBy::Unit, OrdersBy::Kind, OrdersBy::Area] {
            for (key, counts) in counts(&db, by, from, to, now).await.expect("counted") {
                let asked = |set| {
                    let mut asked = Behind { set, from, to, unit: None, kind: None, area: None, after: None };
                    match by {
                        OrdersBy::Unit => asked.unit = Some(key.as_deref().and_then(|id| id.parse().ok())),
                        OrdersBy::Kind => asked.kind = key.as_deref().and_then(promises::rules::parse),
                        OrdersBy::Area => asked.area = Some(key.clone().unwrap_or_default()),
                    }
                    asked
                };
                let numbers = [
                    (Set::Accepted, counts.accepted),
                    (Set::Answered, counts.answered),
                    (Set::Dispatched, counts.dispatched),
                    (Set::Returned, counts.returned),
                    (Set::Urged, counts.urged),
                    (Set::Reopened, counts.reopened),
                    (Set::Supervised, counts.supervised),
                    (Set::OnTime, counts.on_time),
                    (Set::Late, counts.late),
                    (Set::Overdue, counts.overdue),
                    (Set::Owed, counts.on_time + counts.late + counts.overdue),
                ];
                for (set, number) in numbers {
                    let found = behind(&db, &asked(set), now, 1_000).await.expect("found");
                    assert_eq!((set, &key, found.len() as i64), (set, &key, number));
                    if number > 0 {
                        seen.insert(format!("{set:?}"));
                    }
                }
            }
        }
        assert!(seen.len() >= 6, "the invented orders have something of most: {seen:?}");
        let mut areas = BTreeSet::new();
        for count in promises::store::report::due(&db, from, to, now).await.expect("counted") {
            let filter = found::Filter {
                unit: count.unit,
                centre: count.unit.is_none(),
                area: Some(count.area.clone()),
                kind: count.kind,
                step: Some(count.step),
                clock: Some(count.clock),
                from: Some(from),
                to: Some(to),
                ..found::Filter::default()
            };
            let due =
                async |which| found::find(&db, which, &filter, 1_000).await.expect("found").len() as i64;
            assert_eq!((due(Which::Kept).await, &count), (count.kept, &count));
            let whole = count.kept + count.broken + count.overdue;
            assert_eq!((due(Which::Due { by: now }).await, &count), (whole, &count));
            if count.step == Step::Arrive && count.kept > 0 {
                areas.insert(count.area);
            }
        }
        assert!(areas.len() > 1, "arrivals are told apart by where they were: {areas:?}");
    });
}

async fn get(site: &TestSite, path: &str) -> Reply {
    site.get(path).by(1, READER).send().await
}

#[test]
fn the_page_and_its_file_say_the_same() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = filled(&db, folder.path()).await;
        let (from, to) = period(&site);
        let page = get(&site, &format!("/api/statistics?from={from}&to={to}&by=kind")).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.show());
        let k25 = &page.body["total"]["k25"];
        assert!(k25["out_of"].as_i64().is_some_and(|accepted| accepted > 50), "{k25}");
        assert_eq!(page.body["lines"][0]["k19"], json!(null));
        let form = json!({ "format": "xlsx", "from": from, "to": to, "by": "kind" });
        let begun = site.post("/api/statistics/exports", form).by(1, READER).send().await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        let path = format!("/api/statistics/exports/{}", begun.body["id"].as_str().expect("an id"));
        while get(&site, &path).await.body["state"] == "running" {
            tokio::task::yield_now().await;
        }
        let file = rows(&get(&site, &format!("{path}/file")).await.bytes);
        assert_eq!(file[0], ["统计对象", "代号", "指标", "分子", "分母", "比率"]);
        let urged = file.iter().find(|row| row[0] == "合计" && row[1] == "K25").expect("K25 of all");
        assert_eq!(
            (&urged[2], urged[3].parse().ok(), urged[4].parse().ok()),
            (&"催办率".to_owned(), k25["of"].as_i64(), k25["out_of"].as_i64())
        );
        assert!(file.iter().any(|row| row[0] == "故障报修" && row[1] == "K22"));
        let bad = get(&site, "/api/statistics?from=yesterday&to=now").await;
        assert_eq!((bad.status.as_u16(), &bad.body["code"]), (400, &json!("web.bad_query")));
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}
