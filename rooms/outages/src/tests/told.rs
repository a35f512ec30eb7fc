//! Who is told of an outage, whichever way, counts once.

use std::collections::BTreeMap;
use std::time::Duration;

use customers::rules::demo::number;
use db::Db;
use db::testdb::on_both;
use kernel::{CallId, OutageId, PersonId};
use serde_json::json;

use super::{ALL, Centre, HOUR, LEADER, id, neighbours, plan};
use crate::rules::told::Way;
use crate::store::reached;

async fn told(db: &Db, outage: OutageId) -> BTreeMap<Way, i64> {
    let count = reached::count(db, &[outage]).await.expect("counted");
    count.into_iter().map(|((_, way), many)| (way, many)).collect()
}

async fn hears<E: db::Event>(centre: &Centre, event: &E) {
    let mut tx = centre.db().begin().await.expect("a change");
    tx.emit(centre.now(), event).expect("told");
    tx.commit().await.expect("kept");
    centre.db().deliver_pending(&centre.site.site.events).await.expect("heard");
}

/// So many accounts has a customer below the station of his district.
async fn accounts(centre: &Centre, outage: OutageId, nth: u64) -> i64 {
    let of = customers::store::calls::by_number(centre.db(), &number(nth)).await.expect("found");
    let all = crate::store::affected::page(centre.db(), outage, (0, kernel::AccountId(0)), 5_000).await;
    let his = all.expect("affected").into_iter().filter(|one| of.contains(&one.party)).count();
    i64::try_from(his).expect("few")
}

#[test]
fn whoever_is_told_counts_once_by_the_first_way() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, other) = neighbours();
        let ends = centre.now() + Duration::from_secs(2 * HOUR);
        let outage =
            centre.enter(LEADER, plan(&centre, "fault", &area, centre.now(), Some(ends)).await).await;
        let subject = id(&outage).to_owned();
        let of: OutageId = subject.parse().expect("an id");
        let mine = accounts(&centre, of, own).await;
        assert!(mine > 0);
        assert_eq!(accounts(&centre, of, other).await, 0, "lives elsewhere");

        // He calls and hears it to its end, twice; another one hears it who is not in it.
        for nth in [own, own, other] {
            let number = number(nth).as_str().to_owned();
            hears(&centre, &calls::AnnouncementHeard { call: CallId(1), number, subject: subject.clone() })
                .await;
        }
        assert_eq!(told(&db, of).await, BTreeMap::from([(Way::Greeting, mine)]));

        // Text messages count when they have arrived, and nobody counts twice.
        centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
        centre.follow().await;
        let sent = notices::about(&db, "outages", &format!("{subject}:started:1")).await.expect("sent");
        assert_eq!(told(&db, of).await, BTreeMap::from([(Way::Greeting, mine)]), "sent is not delivered");
        let mut tx = db.begin().await.expect("a change");
        for notice in &sent {
            let about = notices::Subject::new("outages", format!("{subject}:started:1"));
            let outcome = notices::State::Delivered;
            tx.emit(centre.now(), &notices::Done { notice: notice.id, about, outcome }).expect("told");
        }
        tx.commit().await.expect("kept");
        db.deliver_pending(&centre.site.site.events).await.expect("heard");
        let after = told(&db, of).await;
        assert_eq!(after.get(&Way::Greeting), Some(&mine));
        let messages = after.get(&Way::Message).copied().unwrap_or(0);
        assert!(messages > 0 && mine + messages <= outage["counts"]["all"].as_i64().expect("a count"));

        // An agent talked with somebody whom no message reached: whoever was not spoken with was not told.
        let all =
            crate::store::affected::page(&db, of, (0, kernel::AccountId(0)), 5_000).await.expect("affected");
        let reached = crate::store::reached::accounts(&db, of).await.expect("told");
        let left = all.iter().find(|one| !reached.contains(&one.account)).expect("somebody without a number");
        let record = |result| interactions::Completed {
            call: CallId(9),
            agent: PersonId(30),
            edition: 1,
            reason: None,
            result,
            customer: Some(left.party.to_string()),
        };
        hears(&centre, &record(Some(interactions::rules::Outcome::Silent))).await;
        assert_eq!(told(&db, of).await, after);
        hears(&centre, &record(None)).await;
        assert!(told(&db, of).await.get(&Way::Agent).is_some_and(|many| *many >= 1));
    });
}
