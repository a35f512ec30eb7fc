//! A centre is set up: what comes with the program for its house is brought in, after it was said what that does.

use super::*;

/// A centre as it is before anybody has configured anything.
fn bare(db: &Db) -> TestSite {
    TestSite::new(db.clone(), vec![room(Calendar::china(), Path::new("no folder").to_owned())])
}

async fn bring(site: &TestSite, form: Value) -> Reply {
    site.post("/api/work_orders/house", form).by(SUPERVISOR.0, SUPERVISOR.1).send().await
}

fn many(brought: &Value) -> [usize; 5] {
    let items = |key: &str| brought[key].as_array().map_or(0, Vec::len);
    let unchanged = brought["unchanged"].as_u64().and_then(|many| many.try_into().ok()).unwrap_or_default();
    [items("added"), items("changed"), unchanged, items("left"), items("gone")]
}

#[test]
fn a_power_centre_is_set_up_and_files_its_first_order_by_its_own_limits() {
    on_both(ALL, async |db| {
        let site = bare(&db);
        let matter = json!({ "kind": "fault", "subtype": "fault.low_voltage", "content": "三户没有电",
            "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" } });
        assert_eq!(
            file(&site, json!({ "matter": matter })).await.status.as_u16(),
            422,
            "nothing is offered yet"
        );

        let form = json!({ "house": "power_sgcc", "kinds": 0, "limits": 0, "dry_run": true });
        let said = ok(bring(&site, form.clone()).await);
        let [added, changed, unchanged, left, _] = many(&said["kinds"]);
        assert!(added > 30, "{added}");
        assert_eq!((changed, unchanged, left), (0, 0, 0));
        assert!(said["limits"]["gone"].to_string().contains("T-G02"), "gas has limits that power has not");
        let get = async |what: &str| {
            let path = format!("/api/work_orders/{what}");
            ok(site.get(&path).by(SUPERVISOR.0, SUPERVISOR.1).send().await)
        };
        assert_eq!(get("kinds").await["version"], 0, "so far it was only said");

        let form = json!({ "house": "power_sgcc", "kinds": 0, "limits": 0 });
        assert_eq!(ok(bring(&site, form.clone()).await), said, "what was said is what is done");
        assert_eq!(get("kinds").await["kinds"]["subtypes"].as_array().map(Vec::len), Some(added));
        assert_eq!(get("limits").await["value"]["utility"]["name"], "POWER_SGCC");
        let order = ok(file(&site, json!({ "matter": matter })).await);
        let arrive =
            order["clocks"].as_array().expect("clocks").iter().find(|clock| clock["step"] == "arrive");
        assert_eq!(arrive.map(|clock| &clock["rule"]), Some(&json!("T-P01")));
        let lines = sqlx::query(
            "SELECT payload FROM db_journal WHERE room = 'work_orders' AND kind IN ('kinds_changed', 'limits_changed')",
        );
        assert_eq!(lines.fetch_all(db.read()).await.expect("the journal").len(), 2);

        let late = bring(&site, form).await;
        assert_eq!(late.body["code"], "web.changed_meanwhile");
    });
}

#[test]
fn what_a_centre_has_changed_is_named_before_it_is_changed_back() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let form = json!({ "house": "gas", "kinds": 1, "limits": 1 });
        let said = ok(bring(&site, form).await);
        let untouched = |brought: &Value| matches!(many(brought), [0, 0, same, 0, 0] if same > 0);
        assert!(untouched(&said["kinds"]) && untouched(&said["limits"]), "all of it is there: {said}");
        let get = async || ok(site.get("/api/work_orders/kinds").by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        let mut kinds = get().await;
        assert_eq!(kinds["version"], 1, "nothing has changed");
        kinds["kinds"]["subtypes"][0]["title"]["zh"] = "燃气泄漏".into();
        let put = async |kinds: &Value| {
            site.put("/api/work_orders/kinds", kinds.clone()).by(SUPERVISOR.0, SUPERVISOR.1).send().await
        };
        ok(put(&kinds).await);
        let said = ok(bring(&site, json!({ "house": "gas", "kinds": 2, "dry_run": true })).await);
        assert_eq!(
            (&said["kinds"]["changed"][0]["code"], &said["limits"]),
            (&json!("fault.leak"), &Value::Null)
        );
        let said = ok(bring(&site, json!({ "house": "cable", "limits": 1, "dry_run": true })).await);
        assert!(many(&said["limits"])[4] > 10, "the gas limits would go: {said}");

        // A field that could not be filled in is not kept.
        let mut kinds = get().await;
        kinds["kinds"]["subtypes"][0]["fields"] =
            json!([{ "key": "how", "title": { "zh": "怎么", "en": "" }, "kind": "choice", "options": [] }]);
        assert_eq!(put(&kinds).await.body["code"], "work_orders.bad_config", "a choice of nothing");
        for bad in [json!({ "house": "water", "kinds": 2 }), json!({ "house": "gas" })] {
            assert_eq!(bring(&site, bad).await.status.as_u16() / 100, 4);
        }
        let agent = site.post("/api/work_orders/house", json!({ "house": "gas", "kinds": 2 }));
        assert_eq!(agent.by(AGENT.0, AGENT.1).send().await.status.as_u16(), 403);
    });
}
