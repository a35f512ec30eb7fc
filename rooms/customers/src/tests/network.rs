//! The supply network as people bring it in, look at it and change it, on both databases.

use db::testdb::on_both;
use serde_json::{Value, json};
use sheets::testing::rows;
use web::testing::{Reply, TestSite};

use super::{register, site, tables};
use crate::demo;

const NETWORK: &[&str] = &["customers.network", "customers.read"];
const BASE: &str = "/api/customers/network";

const ELEMENTS: &str = "设备编号,设备名称,设备类型,上级编号\n\
    PB-1,幸福里1号配变,公用配变,XL-1\n\
    XL-1,淮河线,10kV线路,BD-1\n\
    BD-1,城东变电站,变电站,\n\
    PB-2,幸福里2号配变,配变,XL-1\n\
    PB-3,无名配变,配变,XL-9\n\
    TY-1,城东调压站,调压站,\n\
    GD-1,淮河管段,管段,TY-1\n\
    LG-1,幸福里3栋立管,立管,GD-1\n";

async fn get(site: &TestSite, path: &str) -> Value {
    let reply = site.get(path).by(2, NETWORK).send().await;
    assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
    reply.body
}

async fn post(site: &TestSite, path: &str, body: Value) -> Reply {
    site.post(path, body).by(2, NETWORK).send().await
}

/// Uploads a sheet, tries it or brings it in, and says what came of it.
async fn bring(site: &TestSite, text: &str, dry: bool) -> Value {
    let imports = format!("{BASE}/imports");
    let job = site.upload(&imports, "网络.csv", text.as_bytes()).by(2, NETWORK).send().await;
    assert_eq!(job.status.as_u16(), 200, "{}", job.show());
    let path = format!("{imports}/{}", job.body["id"].as_str().expect("an id"));
    let form = json!({ "columns": job.body["columns"], "dry": dry });
    let begun = post(site, &format!("{path}/run"), form).await;
    assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
    for _ in 0..100_000 {
        let job = get(site, &path).await;
        if job["state"] != "running" {
            return job;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} does not end");
}

async fn found(site: &TestSite, code: &str) -> Value {
    let found = get(site, &format!("{BASE}?text={code}")).await;
    found["items"][0].clone()
}

fn id(element: &Value) -> &str {
    element["id"].as_str().expect("an id")
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

#[test]
fn a_sheet_of_the_network_comes_in_once_and_accounts_hang_below_it() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let tried = bring(&site, ELEMENTS, true).await;
        assert_eq!(tried["state"], "tried", "{tried}");
        assert_eq!(tried["counts"], json!({ "rows": 8, "new": 7, "changed": 0, "same": 0, "wrong": 1 }));
        let wrong = &tried["problems"][0];
        assert_eq!(
            (&wrong["row"], &wrong["column"], &wrong["why"], &wrong["value"]),
            (&json!(6), &json!("parent"), &json!("unknown_element"), &json!("XL-9"))
        );
        assert_eq!(get(&site, BASE).await["items"], json!([]), "nothing was written");

        let done = bring(&site, ELEMENTS, false).await;
        assert_eq!((&done["state"], &done["counts"]["new"]), (&json!("done"), &json!(7)));
        let again = bring(&site, ELEMENTS, false).await;
        assert_eq!((&again["counts"]["new"], &again["counts"]["same"]), (&json!(0), &json!(7)));
        let renamed = bring(&site, "编号,名称,类型\nPB-2,幸福里二号配变,配变\n", false).await;
        assert_eq!(renamed["counts"]["changed"], 1);

        let top = get(&site, BASE).await;
        assert_eq!(codes(&top["items"]), ["BD-1", "TY-1"]);
        let line = get(&site, &format!("{BASE}?parent={}", id(&top["items"][0]))).await;
        assert_eq!((codes(&line["items"]), &line["items"][0]["elements"]), (vec!["XL-1"], &json!(2)));
        assert_eq!(found(&site, "二号").await["code"], "PB-2", "it hangs where it hung");

        let wang = register(&site, "王芳", "15400000001", "33010028812").await;
        let sheet = "户号,设备编号\n33010028812,LG-1\n33010028813,LG-1\n33010028812,GD-1\n";
        let hung = bring(&site, sheet, false).await;
        assert_eq!(hung["counts"], json!({ "rows": 3, "new": 1, "changed": 0, "same": 0, "wrong": 2 }));
        let whys: Vec<&Value> = (0..2).map(|nth| &hung["problems"][nth]["why"]).collect();
        assert_eq!(whys, ["unknown_account", "twice"]);
        let power = bring(&site, "户号,设备编号\n33010028812,PB-1\n", false).await;
        assert_eq!(power["problems"][0]["why"], "other_utility", "a gas account on a transformer");

        let customer = get(&site, &format!("/api/customers/{wang}")).await;
        assert_eq!(codes(&customer["supply"][0]["path"]), ["TY-1", "GD-1", "LG-1"]);
        let station = found(&site, "TY-1").await;
        let page = get(&site, &format!("{BASE}/{}/customers", id(&station))).await;
        assert_eq!((&page["items"][0]["name"], &page["items"][0]["rank"]), (&json!("王*"), &json!(4)));
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn an_element_is_added_moved_and_retired_with_a_reason() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        bring(&site, ELEMENTS, false).await;
        let line = found(&site, "XL-1").await;
        let new = json!({ "kind": "line", "code": "XL-2", "name": "滨江线", "parent": line["parent"] });
        let second = post(&site, BASE, new.clone()).await;
        assert_eq!(second.status.as_u16(), 200, "{}", second.show());
        assert_eq!(post(&site, BASE, new).await.body["code"], "customers.code_taken");
        let odd = json!({ "kind": "riser", "code": "LG-9", "name": "立管", "parent": line["id"] });
        assert_eq!(post(&site, BASE, odd).await.body["code"], "customers.does_not_fit");
        let agent = site.post(BASE, json!({})).by(1, &["customers.read"]).send().await;
        assert_eq!(agent.status.as_u16(), 403);

        let transformer = found(&site, "PB-1").await;
        let path = format!("{BASE}/{}/acts", id(&transformer));
        let to = |version: i64, reason: &str| json!({ "act": "move", "to": second.body["id"], "reason": reason, "version": version });
        assert_eq!(post(&site, &path, to(1, " ")).await.body["code"], "customers.needs_reason");
        let moved = post(&site, &path, to(1, "负荷割接")).await;
        assert_eq!(moved.status.as_u16(), 200, "{}", moved.show());
        assert_eq!(codes(&moved.body["path"]), ["BD-1", "XL-2", "PB-1"]);
        assert_eq!(
            (&moved.body["history"][0]["kind"], &moved.body["history"][0]["payload"]["reason"]),
            (&json!("element_moved"), &json!("负荷割接"))
        );
        assert_eq!(
            post(&site, &path, to(1, "负荷割接")).await.status.as_u16(),
            409,
            "read before it was moved"
        );

        let acts = format!("{BASE}/{}/acts", id(&line));
        let retire = json!({ "act": "retire", "reason": "线路退役", "version": line["version"] });
        let still = post(&site, &acts, retire).await;
        assert_eq!(
            (&still.body["code"], &still.body["params"]["elements"]),
            (&json!("customers.still_supplies"), &json!(1))
        );
        let over = json!({ "act": "retire", "successor": second.body["id"], "reason": "线路退役", "version": line["version"] });
        let gone = post(&site, &acts, over).await;
        assert_eq!(gone.status.as_u16(), 200, "{}", gone.show());
        assert_eq!(
            (&gone.body["retired_why"], &gone.body["allowed"]),
            (&json!("线路退役"), &json!(["restore"]))
        );
        let below =
            get(&site, &format!("{BASE}?parent={}", second.body["id"].as_str().expect("an id"))).await;
        assert_eq!(codes(&below["items"]), ["PB-1", "PB-2"]);
        let named = crate::store::network::by_codes(&site.app.db, &["XL-1".into()]).await.expect("found");
        assert_eq!(named, [], "no outage is entered for what is out of service");
    });
}

#[test]
fn important_customers_come_first_and_every_page_goes_on_where_the_last_one_ended() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        demo::fill(&site.app, 700, 5, |_| std::future::ready(())).await.expect("customers");
        let top = get(&site, BASE).await;
        let station = &top["items"][0];
        let view = get(&site, &format!("{BASE}/{}", id(station))).await;
        let all = view["below"]["all"].as_u64().expect("a count");
        assert!(all > 100, "{view}");
        let mut seen: Vec<(i64, String)> = Vec::new();
        let mut after = String::new();
        loop {
            let page = get(&site, &format!("{BASE}/{}/customers?after={after}", id(station))).await;
            for one in page["items"].as_array().expect("a page") {
                let account = one["account"].as_str().expect("an account").to_owned();
                seen.push((one["rank"].as_i64().expect("a rank"), account));
            }
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => break,
            }
        }
        assert!(seen.iter().map(|(rank, _)| *rank).is_sorted(), "those first who must be told first");
        let elderly = seen.iter().filter(|(rank, _)| *rank == 3).count() as u64;
        assert_eq!(view["below"]["elderly"], json!(elderly));
        let many = seen.len() as u64;
        seen.sort();
        seen.dedup_by(|a, b| a.1 == b.1);
        assert_eq!((many, seen.len() as u64), (all, all), "everybody, and nobody twice");
    });
}

#[test]
fn the_network_goes_out_as_a_sheet_that_comes_in_again() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        bring(&site, ELEMENTS, false).await;
        let form = json!({ "format": "csv", "which": "elements" });
        let begun = post(&site, &format!("{BASE}/exports"), form).await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        let path = format!("{BASE}/exports/{}", begun.body["id"].as_str().expect("an id"));
        for _ in 0..100_000 {
            if get(&site, &path).await["state"] != "running" {
                break;
            }
            tokio::task::yield_now().await;
        }
        let file = site.get(&format!("{path}/file")).by(2, NETWORK).send().await;
        assert_eq!(file.status.as_u16(), 200);
        let name = "attachment; filename=\"network-elements.csv\"";
        assert_eq!(file.headers["content-disposition"], name);
        assert_eq!(rows(&file.bytes).len(), 8, "seven elements below their headings");
        let text = String::from_utf8(file.bytes.to_vec()).expect("a text");
        let again = bring(&site, &text, false).await;
        assert_eq!((&again["counts"]["same"], &again["counts"]["wrong"]), (&json!(7), &json!(0)), "{again}");
    });
}
