//! The machine's calls about outages and escalations, over real SIP: a telephone of the town is rung, hears what it is to hear,
//! presses its keys, and what came of it is asked for over HTTP. And a leader who speaks a greeting into his own telephone.

mod telephone;

use std::time::Duration;

use kernel::{Clock as _, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Centre, Session, done, wait_for};
use web::SteadyClock;

use telephone::{Does, Telephone, clip, is_in};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(60);

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A centre whose carrier ends at this telephone, whose machine calls at any hour whom it is to call.
async fn centre(telephone: Option<&Telephone>) -> Centre {
    let centre = Centre::start(PROGRAM).await.expect("the centre starts");
    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let mut campaigns = done(leader.get("/api/campaigns/settings").await);
    campaigns["settings"]["hours"] = json!([]);
    campaigns["settings"]["tell_machines"] = json!(false);
    done(leader.ask(Method::PUT, "/api/campaigns/settings", Some(campaigns)).await);
    if let Some(telephone) = telephone {
        centre.carry_to(telephone.at).await;
    }
    centre
}

async fn switch_on(leader: &Session, what: &str) {
    let mut view = done(leader.get("/api/outages/settings").await);
    view["settings"]["machine"][what] = json!(true);
    done(leader.ask(Method::PUT, "/api/outages/settings", Some(view)).await);
}

/// A customer of the demo with gas, and the lowest thing that supplies him.
async fn home(by: &Session) -> (String, Value) {
    wait_for("a customer with gas", LONG, async || {
        let rows = done(by.get("/api/customers?utility=gas&class=residential&limit=20").await);
        for row in rows["items"].as_array().into_iter().flatten() {
            let path = format!("/api/customers/{}", text(&row["id"]));
            let whole = done(by.get(&path).await);
            let element = whole["supply"][0]["path"].as_array().and_then(|path| path.last());
            if let Some(element) = element {
                return Some((path, element.clone()));
            }
        }
        None
    })
    .await
}

fn plan(class: &str, element: &Value, starts: Timestamp) -> Value {
    let cause = if class == "planned" { "maintenance" } else { "equipment" };
    json!({
        "utility": "gas", "class": class, "cause": cause, "reason": "调压站检修",
        "area": { "text": "青岚路12号", "elements": [element["id"]], "places": [], "accounts": [] },
        "starts": starts, "ends": starts + Duration::from_secs(6 * 3_600),
    })
}

async fn act(by: &Session, outage: &str, act: Value) -> Value {
    let path = format!("/api/outages/{outage}");
    let version = done(by.get(&path).await)["version"].clone();
    done(by.post(&format!("{path}/act"), json!({ "act": act, "version": version })).await)
}

fn seconds(count: f64) -> Duration {
    Duration::from_secs_f64(count)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_important_customer_is_rung_hears_the_notice_and_has_noted_it() {
    let (opening, long) = clip("recorded/important_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let writer = centre.sign_in("2001").await.expect("a shift leader");
    let (path, element) = home(&leader).await;
    let version = done(leader.get(&path).await)["version"].clone();
    let flag = json!({ "version": version, "act": "set_flag", "flag": "important", "reason": "医院" });
    let customer = done(leader.post(&format!("{path}/acts"), flag).await);
    let number = text(&customer["contacts"][0]["number"]).to_owned();

    switch_on(&leader, "important").await;
    let starts = SteadyClock::start().now() + Duration::from_secs(5 * 86_400);
    let outage = done(writer.post("/api/outages", plan("planned", &element, starts)).await);
    let outage = text(&outage["id"]).to_owned();
    act(&writer, &outage, json!({ "act": "submit" })).await;
    act(&leader, &outage, json!({ "act": "approve" })).await;
    act(&writer, &outage, json!({ "act": "publish" })).await;

    // As others may see it: 154****5678.
    let (_, heard) = telephone.met(|rung| format!("{}****{}", &rung[..3], &rung[7..]) == number).await;
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/interruption_coming").0), "what is coming");
    assert!(is_in(&heard, &clip("recorded/outcall_thanks").0), "and thanks");
    let call = wait_for("what came of it", LONG, async || {
        let told = done(leader.get(&format!("/api/outages/{outage}/told")).await);
        let calls = told["calls"].as_array().cloned().unwrap_or_default();
        calls.into_iter().find(|call| call["days"] == 7 && call["state"] != "open")
    })
    .await;
    assert_eq!((&call["state"], &call["machine"]), (&json!("reached"), &json!("done")));
    assert_eq!(call["attempts"][0]["note"], "自动电话：按键确认已记录");
    // The day before he is called again; today nobody else has to.
    let owed = done(leader.get("/api/outages/owed").await);
    assert_eq!(
        owed["calls"].as_array().map(|calls| calls.iter().filter(|one| one["days"] == 7).count()),
        Some(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liaison_who_cannot_be_written_to_is_rung() {
    let (opening, long) = clip("recorded/liaison_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let (_, element) = home(&leader).await;
    switch_on(&leader, "liaisons").await;
    let liaison = json!({ "name": "夜班值班室", "phone": "05622601077", "place": "青岚物业", "communities": [],
        "elements": [element["code"]], "consent": true });
    done(leader.post("/api/outages/liaisons", liaison).await);
    let now = SteadyClock::start().now();
    let outage = done(leader.post("/api/outages", plan("fault", &element, now)).await);
    let outage = text(&outage["id"]).to_owned();
    act(&leader, &outage, json!({ "act": "publish" })).await;

    let (_, heard) = telephone.met(|rung| rung == "05622601077").await;
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/interruption_until").0), "what is off");
    wait_for("that he has been called", LONG, async || {
        let told = done(leader.get(&format!("/api/outages/{outage}/told")).await);
        let liaisons = told["liaisons"].as_array().cloned().unwrap_or_default();
        liaisons.iter().any(|one| one["state"] == "called").then_some(())
    })
    .await;
    let owed = done(leader.get("/api/outages/owed").await)["liaisons"].clone();
    assert!(!owed.as_array().expect("liaisons").iter().any(|one| one["name"] == "夜班值班室"), "{owed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leads_is_rung_about_an_escalation_and_key_1_acknowledges() {
    let (opening, long) = clip("recorded/escalation_opening");
    let telephone = Telephone::in_town(vec![(long + seconds(3.0), Does::Presses('1'))]).await;
    let centre = centre(Some(&telephone)).await;
    // The new way out is in force within a second.
    tokio::time::sleep(seconds(1.5)).await;
    let agent = centre.sign_in("1001").await.expect("an agent");
    let said = json!({ "ground": "explosion", "words": "客户称楼下燃气爆炸" });
    let escalation = done(agent.post("/api/escalations", said).await);
    let (rung, heard) = telephone.met(|_| true).await;
    assert_eq!(rung, "13905620001", "who is on duty at the head");
    assert!(is_in(&heard, &opening), "the greeting");
    assert!(is_in(&heard, &clip("recorded/escalation_number").0), "its number follows");
    assert!(is_in(&heard, &clip("recorded/escalation_confirmed").0), "and that it is acknowledged");
    let manager = centre.sign_in("4001").await.expect("the manager");
    let path = format!("/api/escalations/{}", text(&escalation["id"]));
    let seen = wait_for("the acknowledgement", LONG, async || {
        let seen = done(manager.get(&path).await);
        (seen["state"] == "acknowledged").then_some(seen)
    })
    .await;
    let told = seen["turns"][0]["told"].as_array().cloned().expect("told");
    let call = told.iter().find(|one| one["by"] == "voice").expect("a call");
    assert_eq!((&call["came"], &call["tries"]), (&json!("reached"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_speaks_a_greeting_hears_it_and_it_waits_for_approval() {
    const SPOKEN: &str = "callers/06_xiaoxiao";
    let (spoken, length) = clip(SPOKEN);
    let begins = clip("recorded/greeting_speak").1 + seconds(1.2);
    let centre = centre(None).await;
    let script = vec![
        (begins, Does::Says(SPOKEN)),
        (begins + length + seconds(0.3), Does::Presses('#')),
        (begins + length * 2 + seconds(3.5), Does::Presses('1')),
    ];
    let telephone = Telephone::of(&centre, "2002", script).await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let (_, element) = home(&leader).await;
    let outage = done(leader.post("/api/outages", plan("fault", &element, SteadyClock::start().now())).await);
    let outage = text(&outage["id"]).to_owned();
    act(&leader, &outage, json!({ "act": "publish" })).await;
    let path = format!("/api/outages/{outage}/voice");
    assert_eq!(done(leader.post(&path, json!({})).await)["voice"]["state"], "ringing");

    let (rung, heard) = telephone.met(|_| true).await;
    assert_eq!(rung, "2002", "his own telephone");
    assert!(is_in(&heard, &spoken), "he hears what he has said");
    assert!(is_in(&heard, &clip("recorded/greeting_kept").0), "and that it is kept");
    let voice = wait_for("the greeting", LONG, async || {
        let voice = done(leader.get(&path).await)["voice"].clone();
        (voice["state"] == "kept").then_some(voice)
    })
    .await;
    let long = voice["clip"]["seconds"].as_f64().expect("a length");
    assert!((long - length.as_secs_f64()).abs() < 1.5, "{long} s of {length:?}");
    let whole = done(leader.get(&format!("/api/outages/{outage}")).await);
    assert!(
        whole["greeting"]["clip"].is_null(),
        "nobody hears it before it is approved: {}",
        whole["greeting"]
    );
    let name = text(&voice["clip"]["name"]).to_owned();
    let sound = leader.get(&format!("{path}/audio?clip={name}")).await.expect("an answer");
    assert_eq!((sound.status, sound.content_type.as_str()), (200, "audio/wav"));
    let approved = act(
        &leader,
        &outage,
        json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": voice["clip"] }),
    )
    .await;
    assert_eq!(approved["greeting"]["clip"]["name"], json!(name));
}
