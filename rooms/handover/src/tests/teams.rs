//! Teams that hand over by themselves: each its own, and nothing is nobody's.

use std::collections::{BTreeMap, BTreeSet};

use db::testdb::on_both;
use escalations::rules::Ground;
use escalations::rules::Settings as Ladder;
use escalations::rules::escalation::{Matter, Reason};
use escalations::work::{New, raise};
use kernel::{GroupId, Timestamp};
use people::store::groups::add_group;

use super::*;
use crate::rules::{Scope, Team};

const FIRST: i64 = 7;
const SECOND: i64 = 8;
/// Has no shift of its own.
const THIRD: i64 = 9;

impl Centre {
    async fn group(&self, id: i64, name: &str) {
        let group = people::rules::Group {
            id: GroupId(id),
            name: name.to_owned(),
            leader: None,
            people: 0,
            version: 1,
        };
        let mut tx = self.site.app.db.begin().await.expect("a change");
        assert!(add_group(&mut tx, &group).await.expect("a group"));
        tx.commit().await.expect("kept");
    }

    /// Somebody who takes orders, in a group or in none.
    async fn person(&self, id: i64, group: Option<i64>) {
        let person =
            people::Person::new(PersonId(id), &format!("{}", 5_000 + id), "坐席", kernel::BuiltIn::Agent);
        let person = people::Person { group: group.map(GroupId), ..person.expect("somebody") };
        let mut tx = self.site.app.db.begin().await.expect("a change");
        assert!(people::store::insert(&mut tx, &person).await.expect("a person"));
        tx.commit().await.expect("kept");
    }

    async fn move_to(&self, id: i64, group: Option<i64>) {
        let mut tx = self.site.app.db.begin().await.expect("a change");
        let (person, _) = people::store::by_id(&mut tx, PersonId(id)).await.expect("read").expect("somebody");
        let person = people::Person { group: group.map(GroupId), ..person };
        assert!(people::store::update(&mut tx, &person).await.expect("moved"));
        tx.commit().await.expect("kept");
    }

    /// From the next shift on these groups hand over by themselves.
    async fn teams(&self, groups: &[i64]) {
        let mut form = self.get(EARLY, "/api/handover/settings").await;
        form["settings"]["teams"] = groups.iter().map(|group| json!(GroupId(*group))).collect();
        let put = self.site.put("/api/handover/settings", form).by(EARLY.0, EARLY.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
    }

    async fn order_by(&self, person: i64) -> String {
        let who: Who = (person, AGENT.1);
        let matter = json!({ "kind": "fault", "subtype": "fault.leak", "content": "厨房闻到煤气味，越来越浓",
            "area": "青岚区", "address": format!("淮河中路{person}号"), "danger": true,
            "contact": { "name": "王小明", "phone": "13812345678" }, "fields": { "reported": "3栋201" } });
        let form = json!({ "matter": matter, "unit": CREW_1.to_string() });
        let reply = self.post(who, "/api/work_orders", form).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    /// The records of this shift by team: 0 is the centre's.
    async fn records(&self) -> BTreeMap<i64, String> {
        let now = crate::store::records::current(&self.site.app.db, self.site.app.now()).await.expect("read");
        now.iter().map(|one| (one.scope.team().map_or(0, GroupId::get), one.id.to_string())).collect()
    }
}

#[test]
fn each_team_hands_over_its_own_and_sees_its_own_first() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        people::start(&db, &[]).await.expect("the roles");
        centre.group(FIRST, "客服一组").await;
        centre.group(SECOND, "客服二组").await;
        for (person, group) in [(101, Some(FIRST)), (102, Some(SECOND)), (103, None)] {
            centre.person(person, group).await;
        }
        let nobody = json!([GroupId(99)]);
        let mut form = centre.get(EARLY, "/api/handover/settings").await;
        form["settings"]["teams"] = nobody;
        let put = centre.site.put("/api/handover/settings", form).by(EARLY.0, EARLY.1).send().await;
        assert_eq!(code(&put), (422, "handover.bad_settings"), "there is no such group");
        centre.teams(&[FIRST, SECOND]).await;
        assert_eq!(centre.records().await.len(), 1, "this shift ends as it began");
        centre.later(8 * 60).await;
        let records = centre.records().await;
        assert_eq!(records.keys().copied().collect::<Vec<_>>(), [0, FIRST, SECOND]);
        let (one, two) = (centre.order_by(101).await, centre.order_by(102).await);
        let alone = centre.order_by(103).await;
        for (team, order) in [(FIRST, &one), (SECOND, &two), (0, &alone)] {
            let shown = centre.show(EARLY, &records[&team]).await;
            assert_eq!(orders(&shown), [order.as_str()]);
            assert_eq!(
                (&shown["left"]["orders"][0]["open"], &shown["left"]["orders"][0]["rest"]),
                (&json!(1), &json!(0))
            );
        }
        let own = |group: i64| {
            let call = centre.site.get("/api/handover/now").by_of(EARLY.0, group, EARLY.1);
            async { call.send().await.body }
        };
        let now = own(SECOND).await;
        assert_eq!(
            (&now["current"]["number"], &now["team"]["name"]),
            (&json!("2026-01-05 中班 客服二组"), &json!("客服二组"))
        );
        assert_eq!(now["teams"].as_array().expect("teams").len(), 3);
        assert_eq!(own(THIRD).await["team"], Value::Null, "who has no team sees the centre's");
        let asked = centre.get(EARLY, &format!("/api/handover/now?team={}", GroupId(FIRST))).await;
        assert_eq!(asked["current"]["id"], json!(records[&FIRST]));

        // One team signs: nothing of the other's is on its record, nor gone from the other's.
        centre.later(7 * 60 + 30).await;
        centre.sign_out(EARLY, &records[&FIRST]).await;
        centre.accept_all(LATE, &records[&FIRST]).await;
        centre.act(LATE, &records[&FIRST], json!({ "act": "sign_in" })).await;
        assert_eq!(orders(&centre.show(EARLY, &records[&SECOND]).await), [two]);
        // The others are late: each tells of itself.
        centre.later(50).await;
        centre.run(&["promises.watch", "promises.watch", "handover.alarms"]).await;
        let late = centre.get(EARLY, "/api/handover/now").await;
        let late: Vec<(&Value, &Value)> = late["teams"]
            .as_array()
            .expect("teams")
            .iter()
            .map(|one| (&one["team"]["name"], &one["late"]))
            .collect();
        let (yes, no) = (json!(true), json!(false));
        assert_eq!(late, [(&Value::Null, &yes), (&json!("客服一组"), &no), (&json!("客服二组"), &yes)]);
        let all = centre.get(EARLY, "/api/handover?limit=2").await;
        let rest = centre
            .get(EARLY, &format!("/api/handover?limit=50&after={}", all["next"].as_str().expect("more")))
            .await;
        assert_eq!(rest["items"].as_array().expect("a list").len(), 5, "seven in all");
        let of_two = centre.get(EARLY, &format!("/api/handover?team={}", GroupId(SECOND))).await;
        assert_eq!(of_two["items"].as_array().expect("a list").len(), 2);

        // The log is each team's own, and is written for it.
        let log = async |handover: &str| {
            let page = centre.get(LATE, &format!("/api/handover/log?handover={handover}")).await;
            let lines = page["items"].as_array().expect("a list").iter();
            lines.map(|line| line["what"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(log(&records[&SECOND]).await, ["accepted", "dispatch"]);
        assert_eq!(log(&records[&FIRST]).await, ["accepted", "dispatch", "signed_out", "signed_in"]);
        let next = centre.records().await;
        let note = json!({ "text": "二组耳机两副送修", "handover": next[&SECOND] });
        assert_eq!(centre.post(EARLY, "/api/handover/log", note).await.status.as_u16(), 200);
        assert!(log(&next[&SECOND]).await.contains(&"note".to_owned()));
        assert!(!log(&next[&0]).await.contains(&"note".to_owned()));
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// Whatever the groups are, who is moved where, and who hands over by itself: each order is on exactly one record.
#[test]
fn nothing_is_on_two_records_or_on_none() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        people::start(&db, &[]).await.expect("the roles");
        // What a round leaves open stays open in the next, with other groups.
        for seed in 0..4_u64 {
            let mut chance = fastrand::Rng::with_seed(seed);
            let base = i64::try_from(seed).expect("small") * 100;
            let groups: Vec<i64> = (1..=4).map(|n| base + n).collect();
            for group in &groups {
                centre.group(*group, &format!("{group}组")).await;
            }
            let any = |chance: &mut fastrand::Rng| {
                (chance.u8(..) > 60).then(|| groups[chance.usize(..groups.len())])
            };
            let crowd: Vec<i64> = (10..18).map(|n| base + n).collect();
            for person in &crowd {
                let group = any(&mut chance);
                centre.person(*person, group).await;
            }
            let apart: Vec<i64> = groups.iter().copied().filter(|_| chance.bool()).collect();
            centre.teams(&apart).await;
            centre.later(8 * 60).await;
            for _ in 0..12 {
                let person = crowd[chance.usize(..crowd.len())];
                centre.order_by(person).await;
                if chance.u8(..) < 80 {
                    let group = any(&mut chance);
                    centre.move_to(person, group).await;
                }
            }
            // By somebody whom nobody knows here.
            centre.order_by(base + 50).await;
            let open = work_orders::store::found::Filter { open: true, ..Default::default() };
            let all = work_orders::store::found::find(&db, &open, 500).await.expect("found");
            let mut all: Vec<String> = all.iter().map(|kept| kept.order.id.to_string()).collect();
            all.sort();
            let records = centre.records().await;
            assert_eq!(records.len(), apart.len() + 1, "seed {seed}");
            let mut listed = Vec::new();
            for record in records.values() {
                listed.extend(orders(&centre.show(EARLY, record).await));
            }
            listed.sort();
            assert_eq!(listed, all, "seed {seed}");
        }
    });
}

#[test]
fn scopes_share_everything_out() {
    for seed in 0..2_000_u64 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let teams: BTreeSet<i64> = (0..chance.usize(..8)).map(|_| chance.i64(1..12)).collect();
        let teams = teams.into_iter().map(|id| Team { id: GroupId(id), name: format!("{id}") });
        let scopes = Scope::all(teams.collect());
        for team in (0..12).map(|id| (id > 0).then_some(GroupId(id))) {
            let having = scopes.iter().filter(|scope| scope.has(team)).count();
            assert_eq!(having, 1, "seed {seed}, {team:?}");
        }
    }
}

#[test]
fn what_somebody_above_was_called_for_is_handed_over_with_whom_it_waits_for() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let early = centre.current().await;
        let (now, calendar) = (centre.site.app.now(), Calendar::china());
        let raised = async |area: &str, concerns: Option<PersonId>, at: Timestamp| {
            let reason =
                Reason { ground: Ground::ManyReports, at, by: None, words: String::new(), count: Some(50) };
            let matter = Matter::Area { area: area.into() };
            let new = New { matter, reason, agent: None, unit: None, concerns };
            let mut tx = db.begin().await.expect("a change");
            let mut ids = || centre.site.app.id::<kernel::NoticeId>().get();
            let ladder = Ladder::default();
            let id = raise(&mut tx, new, (&ladder, &calendar), &mut ids, at).await.expect("begun");
            tx.commit().await.expect("kept");
            id.to_string()
        };
        let open = raised("青岚区", None, now).await;
        let about_early = raised("望江区", Some(PersonId(EARLY.0)), now).await;
        let seen = centre.show(LATE, &early).await;
        let listed: BTreeSet<String> = orders(&seen).into_iter().collect();
        assert_eq!(listed, BTreeSet::from([open.clone(), about_early]));
        let item = &seen["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|item| item["about"] == json!(open))
            .expect("it");
        assert_eq!(
            (&item["why"][0], &item["matter"]["of"], &item["matter"]["state"]),
            (&json!("escalated"), &json!("escalation"), &json!("unheard"))
        );
        assert_eq!(
            (&item["matter"]["waits_for"], &item["matter"]["ground"]),
            (&Value::Null, &json!("many_reports")),
            "nobody was there"
        );
        assert_eq!(
            orders(&centre.show(EARLY, &early).await),
            [open],
            "what is about oneself one does not see"
        );
    });
}
