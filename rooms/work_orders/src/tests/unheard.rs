//! An order that is sent where nobody hears it: those above are told why, and it is seen until the unit has it.

use super::*;

async fn lead(db: &Db, unit: UnitId, person: i64, phone: &str) {
    let mut tx = db.begin().await.expect("a change");
    let (person, since, phone) = (PersonId(person), kernel::Timestamp::from_secs(1), Some(phone.to_owned()));
    let member = Member { unit, person, post: Post::Leader, phone, since };
    departments::store::put_member(&mut tx, &member).await.expect("a leader");
    tx.commit().await.expect("kept");
}

async fn branch(db: &Db) -> UnitId {
    let mut tx = db.begin().await.expect("a change");
    let unit = unit(UnitId(90), None, departments::Kind::Branch, "RX");
    departments::store::add(&mut tx, &unit).await.expect("a unit");
    tx.commit().await.expect("kept");
    unit.id
}

async fn shown(site: &TestSite, order: &Value) -> Value {
    let path = format!("/api/work_orders/{}", order["id"].as_str().expect("an id"));
    ok(site.get(&path).by(SUPERVISOR.0, SUPERVISOR.1).send().await)["unheard"].clone()
}

async fn dispatched(db: &Db, order: &Value) -> Vec<(Option<i64>, String)> {
    let about = notices::about(db, "work_orders", order["id"].as_str().expect("an id")).await;
    let sent = about.expect("notices").into_iter().filter(|one| one.template == "order_dispatched");
    sent.map(|one| (one.person.map(PersonId::get), one.text)).collect()
}

async fn nobody(db: &Db) -> usize {
    crate::store::unheard::nobody(db).await.expect("counted").unheard
}

#[test]
fn an_order_that_nobody_hears_of_is_seen_until_the_unit_takes_it() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let filed = async || ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let lost = filed().await;
        let unheard = shown(&site, &lost).await;
        assert_eq!((&unheard["hears"], &unheard["told"]), (&json!("nobody"), &json!([])));
        assert_eq!(nobody(&db).await, 1);

        let centre = branch(&db).await;
        lead(&db, centre, 70, "13812340070").await;
        let passed = filed().await;
        let unheard = shown(&site, &passed).await;
        assert_eq!((&unheard["hears"], &unheard["told"]), (&json!("centre"), &json!([PersonId(70)])));
        let told = dispatched(&db, &passed).await;
        assert!(
            told.len() == 1 && told[0].0 == Some(70) && told[0].1.contains("承办单位无人值班"),
            "{told:?}"
        );
        assert_eq!(nobody(&db).await, 1, "only the first");

        ok(act(&site, CREW, &lost, json!({ "act": "take" })).await);
        assert_eq!((shown(&site, &lost).await, nobody(&db).await), (Value::Null, 0));

        // Who leads the unit hears it, and nothing is to be seen.
        lead(&db, CREW_1, 71, "13812340071").await;
        let heard = filed().await;
        assert_eq!(shown(&site, &heard).await, Value::Null);
        assert_eq!(
            dispatched(&db, &heard).await.iter().map(|(person, _)| *person).collect::<Vec<_>>(),
            [Some(71)]
        );
    });
}

#[test]
fn an_order_that_is_sent_elsewhere_is_heard_there() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        lead(&db, CREW_2, 71, "13812340071").await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        assert_eq!(shown(&site, &order).await["hears"], "nobody");
        let again = json!({ "act": "redispatch", "unit": CREW_2, "why": "原单位无人值班" });
        ok(act(&site, SUPERVISOR, &order, again).await);
        assert_eq!((shown(&site, &order).await, nobody(&db).await), (Value::Null, 0));
        let again = ok(file(&site, json!({ "matter": leak() })).await);
        let to = json!({ "act": "dispatch", "unit": CREW_1, "note": "", "binding": false });
        ok(act(&site, SUPERVISOR, &again, to).await);
        assert_eq!(shown(&site, &again).await["hears"], "nobody", "sent by hand, too");
    });
}
