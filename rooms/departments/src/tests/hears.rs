//! Whoever a message finds: of the unit, of those above it, at the top; and that it is said where nobody is.

use std::time::Duration;

use kernel::DutyId;

use super::*;
use crate::rules::roster::{Duty, Stretch};
use crate::{Hears, reach};

/// A branch with a department and its team, and another branch.
async fn organisation(site: &TestSite) -> [Value; 4] {
    let branch = added(site, "FG", "branch", &Value::Null).await;
    let department = added(site, "WX", "department", &branch).await;
    let team = added(site, "B1", "team", &department).await;
    let centre = added(site, "RX", "branch", &Value::Null).await;
    [branch, department, team, centre]
}

async fn heard(site: &TestSite, unit: &Value) -> (Hears, Vec<i64>) {
    let mut tx = site.app.db.begin().await.expect("a change");
    let reach = reach(&mut tx, id(unit), None, site.app.now()).await.expect("whom");
    (reach.hears, reach.hands.iter().map(|(person, _)| person.get()).collect())
}

async fn on_duty(site: &TestSite, unit: &Value, person: i64, phone: Option<&str>) {
    let now = site.app.now();
    let stretch = Stretch {
        id: DutyId(person),
        unit: id(unit),
        person: PersonId(person),
        duty: Duty::First,
        from: now,
        to: now + Duration::from_secs(3_600),
        phone: phone.map(str::to_owned),
        reason: None,
        changed_at: now,
        version: 1,
    };
    let mut tx = site.app.db.begin().await.expect("a change");
    crate::store::roster::add(&mut tx, &stretch).await.expect("on duty");
    tx.commit().await.expect("kept");
}

#[test]
fn what_is_sent_to_a_unit_without_anybody_climbs_until_somebody_hears() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![plain_room()]);
        let [branch, department, team, centre] = organisation(&site).await;
        assert_eq!(heard(&site, &team).await, (Hears::Nobody, vec![]));
        join(&site, &team, 10, "handler").await;
        assert_eq!(heard(&site, &team).await, (Hears::Nobody, vec![]), "whoever works there is not told");

        join(&site, &centre, 1, "leader").await;
        assert_eq!(heard(&site, &team).await, (Hears::Centre, vec![1]), "another branch, at the top");
        join(&site, &branch, 2, "leader").await;
        assert_eq!(heard(&site, &team).await, (Hears::Above, vec![2]));
        // A leader without a number hears nothing: it goes on upwards.
        let silent =
            format!("/api/departments/units/{}/members/{}", department.as_str().expect("an id"), PersonId(3));
        site.put(&silent, json!({ "post": "leader" })).by(1, ALL).send().await;
        assert_eq!(heard(&site, &team).await, (Hears::Above, vec![2]));
        on_duty(&site, &department, 4, Some("13905620004")).await;
        assert_eq!(heard(&site, &team).await, (Hears::Above, vec![4]), "the roster of the unit above");
        assert_eq!(heard(&site, &department).await, (Hears::Unit, vec![4]));

        let path = format!("/api/departments/units/{}", team.as_str().expect("an id"));
        let whole = site.get(&path).by(1, ALL).send().await;
        assert_eq!(whole.body["hears"], json!({ "hears": "above", "people": [PersonId(4)] }));

        on_duty(&site, &team, 10, Some("13905620010")).await;
        assert_eq!(heard(&site, &team).await, (Hears::Unit, vec![10]));
        site.clock.advance(Duration::from_secs(2 * 3_600));
        assert_eq!(heard(&site, &team).await, (Hears::Above, vec![2]), "nobody is on duty any more");
    });
}
