//! Before an order is filed: the fortieth caller of a district is not sent a crew of his own.

use work_orders::filing::{NewOrder, accept};
use work_orders::rules::Asker;
use work_orders::store::orders;

use super::*;

#[test]
fn a_report_of_what_is_known_follows_the_order_of_the_work_on_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (_, own, other) = neighbours();
        let party =
            async |nth| customers::store::calls::by_number(&db, &number(nth)).await.expect("found").remove(0);
        let (here, there) = (party(own).await, party(other).await);
        let known = async |query: String| centre.get(AGENT, &format!("/api/outages/known?{query}")).await;
        assert_eq!(known(format!("customer={here}")).await, json!([]), "nothing is off yet");

        let outage = centre.fault(Some(4)).await;
        centre.follow().await;
        let found = known(format!("customer={here}")).await;
        assert_eq!((&found[0]["number"], &found[0]["order"]), (&outage["number"], &Value::Null));
        assert!(found[0]["ends"].is_string(), "the caller hears until when");
        assert_eq!(
            known(format!("customer={there}")).await,
            json!([]),
            "who lives elsewhere has something else"
        );

        let master = centre.post(LEADER, &format!("/api/outages/{}/order", id(&outage)), json!({})).await;
        assert_eq!(master.status.as_u16(), 200, "{}", master.show());
        let address = customer(SEED, own, TOWN).parts.text();
        let phone = number(own);
        for query in [format!("customer={here}"), format!("address={address}"), format!("phone={phone}")] {
            let found = known(query.clone()).await;
            assert_eq!(found[0]["order"]["id"], master.body["order"], "{query}");
        }
        let matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": "家里没有气", "address": address,
            "contact": { "name": "王小明", "phone": "13812345678" } });
        let new = NewOrder {
            matter: serde_json::from_value(matter).expect("a matter"),
            unit: None,
            master: master.body["order"].as_str().and_then(|id| id.parse().ok()),
            answered: None,
            appointment: None,
            token: None,
        };
        let order = accept(&centre.site.app, &centre.calendar, &Asker::centre(), new).await.expect("filed");
        let kept = orders::read(&db, order).await.expect("read").expect("there");
        assert_eq!((kept.order.state.word(), kept.order.state.unit()), ("merged", None), "no second crew");
        assert_eq!(known("address=没有这个地方".to_owned()).await, json!([]));
        assert_eq!(known(String::new()).await, json!([]));
    });
}
