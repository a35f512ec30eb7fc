//! The room on both databases, with a platform on a real socket: the sandbox.

use std::path::PathBuf;
use std::time::Duration;

use db::testdb::on_both;
use db::{Db, Migrations};
use departments::testing::{self, Team};
use gateways::post::Reach;
use gateways::signed;
use kernel::UnitId;
use kernel::calendar::Calendar;
use people::Sealer;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use web::testing::{Reply, TestSite};

use crate::sandbox::{Answered, Mood, Options, Sandbox};
use crate::{MIGRATIONS, Outlet, jobs, room};

mod coming;
mod said;
mod telling;

const ALL: &[Migrations] = &[
    people::MIGRATIONS,
    departments::MIGRATIONS,
    promises::MIGRATIONS,
    notices::MIGRATIONS,
    work_orders::MIGRATIONS,
    MIGRATIONS,
];
const CREW_UNIT: UnitId = UnitId(1);
const OFFICE: UnitId = UnitId(2);

/// Somebody with a number and permissions.
type Who = (i64, &'static [&'static str]);
const CREW: Who = (20, &["work_orders.handle"]);
const DESK: Who = (
    30,
    &[
        "work_orders.read",
        "work_orders.dispatch",
        "work_orders.review",
        "work_orders.extend",
        "work_orders.supervise",
        "work_orders.call_back",
        "work_orders.void",
        "government.read",
        "government.handle",
    ],
);
const ADMIN: Who = (40, &["government.configure"]);

fn outlet(reach: Reach, files: PathBuf) -> Outlet {
    Outlet::new(reach, Sealer::new(&[7; 32]).expect("a key"), files).expect("an outlet")
}

/// A centre that listens, with a platform that is set up.
struct Centre {
    site: TestSite,
    outlet: Outlet,
    sandbox: Sandbox,
    secret: String,
    platform: String,
    serving: JoinHandle<()>,
    /// Goes with the centre.
    _files: TempDir,
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

fn platform(url: &str) -> Value {
    json!({ "name": "铜官市 12345", "code": "tongguan", "url": url, "mapping": {
        "categories": [
            { "code": "GQ-01", "subtype": "fault.no_gas" },
            { "code": "FW-01", "subtype": "complaint.service" },
            { "code": "JB-01", "subtype": "report.theft" },
            { "code": "JF-01", "subtype": "enquiry.price" },
        ],
        "units": [
            { "code": "RQ", "unit": null },
            { "code": "RQ-QX", "unit": CREW_UNIT.to_string() },
            { "code": "RQ-YY", "unit": OFFICE.to_string() },
        ],
    } })
}

async fn units(db: &Db, site: &TestSite) {
    let team = |id, name, handler| Team { id, name, duties: &["fault"], areas: &[], handler };
    let teams = [team(CREW_UNIT, "抢修班", CREW.0), team(OFFICE, "营业部", 21)];
    testing::put(db, &teams, site.app.now()).await.expect("teams");
}

impl Centre {
    async fn new(db: Db) -> Centre {
        let files = tempfile::tempdir().expect("a folder");
        let outlet = outlet(Reach::Private, files.path().to_owned());
        let orders = work_orders::room(Calendar::china(), files.path().to_owned());
        let site = TestSite::new(db.clone(), vec![orders, room(outlet.clone(), Calendar::china())]);
        site.app.db.join(&site.site.events).await.expect("listening");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        units(&db, &site).await;
        let (here, centre) = port().await;
        let router = site.site.router.clone();
        let serving = tokio::spawn(async move {
            let _ = axum::serve(here, router).await;
        });
        let (there, url) = port().await;
        let form = platform(&format!("{url}/returns"));
        let made = site.post("/api/government/platforms", form).by(ADMIN.0, ADMIN.1).send().await;
        assert_eq!(made.status, 200, "{}", made.show());
        let text = |key: &str| made.body[key].as_str().expect("a text").to_owned();
        let (platform, secret) = (text("id"), text("secret"));
        let clock = site.app.clock.clone();
        let options = Options { code: "tongguan".into(), secret: secret.clone(), centre, clock };
        let sandbox = Sandbox::start(there, options).expect("a sandbox");
        Centre { site, outlet, sandbox, secret, platform, serving, _files: files }
    }

    fn in_hours(&self, hours: u64) -> kernel::Timestamp {
        self.site.app.now() + Duration::from_secs(hours * 3_600)
    }

    fn after(&self, seconds: u64) {
        self.site.clock.advance(Duration::from_secs(seconds));
    }

    /// A complaint under this number.
    fn complaint(&self, number: &str) -> Value {
        json!({ "ticket": number, "category": "FW-01", "unit": "RQ-QX", "title": "上门服务",
            "content": "市民反映维修人员迟到两小时且态度生硬，要求答复", "contact_name": "王芳",
            "contact_phone": "13900001234", "address": "淮河中路10号3栋502室", "area": "青岚区",
            "reply_wanted": true, "sign_by": self.in_hours(4), "contact_by": self.in_hours(24),
            "answer_by": self.in_hours(48) })
    }

    async fn send(&self, ticket: &Value) -> Answered {
        self.sandbox.send_ticket(ticket).await.expect("an answer")
    }

    /// Sends one and returns our number of it.
    async fn sent(&self, ticket: &Value) -> String {
        let answered = self.send(ticket).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
        answered.body["order"].as_str().expect("a number").to_owned()
    }

    async fn say(&self, message: Value) -> Answered {
        self.sandbox.send_message(&message).await.expect("an answer")
    }

    async fn get(&self, path: &str, who: Who) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.show());
        reply.body
    }

    async fn order(&self, number: &str, who: Who) -> Value {
        self.get(&format!("/api/work_orders/{number}"), who).await
    }

    /// Something is done to an order.
    async fn does(&self, who: Who, number: &str, act: Value) -> Value {
        let order = self.order(number, who).await;
        let path = format!("/api/work_orders/{}/act", order["id"].as_str().expect("an id"));
        let reply = self.site.post(&path, json!({ "act": act })).by(who.0, who.1).send().await;
        assert_eq!(reply.status, 200, "{}", reply.show());
        self.hear().await;
        reply.body
    }

    /// The first ticket of the list.
    async fn ticket(&self) -> Value {
        let list = self.get("/api/government/tickets", DESK).await;
        let id = list["items"][0]["id"].as_str().expect("a ticket").to_owned();
        self.get(&format!("/api/government/tickets/{id}"), DESK).await
    }

    async fn acts(&self, act: Value) -> Reply {
        let ticket = self.ticket().await;
        let path = format!("/api/government/tickets/{}/act", ticket["id"].as_str().expect("an id"));
        let form = json!({ "act": act, "version": ticket["version"] });
        self.site.post(&path, form).by(DESK.0, DESK.1).send().await
    }

    async fn hear(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    async fn tell(&self) {
        self.hear().await;
        jobs::send(self.site.app.clone(), self.outlet.clone()).await.expect("told");
    }

    /// Kinds of what the platform has been told, in the order in which it came.
    fn told(&self) -> Vec<&'static str> {
        self.sandbox.told().iter().map(|one| one.kind.as_str()).collect()
    }

    fn result(&self) -> Value {
        json!({ "act": "give_result", "result": { "cause": "派单系统延误导致迟到", "action": "当面道歉并完成维修，更换阀门",
            "done_at": self.site.app.now(), "person": "抢修班 张师傅", "told": "已当面向用户说明原因并致歉",
            "evidence": "照片两张", "substantiated": true } })
    }

    /// As far as a result that somebody has read.
    async fn served(&self, number: &str) {
        self.does(CREW, number, json!({ "act": "take" })).await;
        self.after(600);
        self.does(CREW, number, self.result()).await;
        self.does(DESK, number, json!({ "act": "approve" })).await;
    }
}

fn code(answered: &Answered) -> (u16, &str) {
    (answered.status, answered.body["code"].as_str().unwrap_or("-"))
}

#[test]
fn no_door_is_open() {
    on_both(ALL, async |db| {
        let site =
            TestSite::new(db, vec![room(outlet(Reach::Public, "no folder".into()), Calendar::china())]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn the_secret_is_shown_once_and_the_old_one_is_believed_for_a_day() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let list = centre.get("/api/government/platforms", ADMIN).await;
        let one = &list["platforms"][0];
        assert_eq!((&one["has_secret"], &one["old_until"]), (&json!(true), &Value::Null));
        assert!(!list.to_string().contains("gvsec_") && !list.to_string().contains("sealed1"), "{list}");
        let path = format!("/api/government/platforms/{}/act", centre.platform);
        let form = json!({ "act": "new_secret", "version": one["version"] });
        let made = centre.site.post(&path, form).by(ADMIN.0, ADMIN.1).send().await;
        assert_ne!(made.body["secret"].as_str().expect("shown"), centre.secret);
        centre.sent(&centre.complaint("A1")).await;
        let mut late = centre.complaint("A2");
        centre.after(24 * 3_600 + 1);
        late["answer_by"] = json!(centre.in_hours(48));
        for field in ["sign_by", "contact_by"] {
            late[field] = Value::Null;
        }
        let refused = centre.send(&late).await;
        assert_eq!(code(&refused), (403, "government.not_believed"));
        // What we tell is signed with the new one at once.
        let ticket = centre.ticket().await;
        assert_eq!(ticket["number"], "A1");
        assert_eq!(centre.acts(json!({ "act": "sign" })).await.status, 200);
        centre.tell().await;
        assert_eq!((centre.told(), centre.sandbox.doubted()), (Vec::new(), 1));
        assert_eq!(centre.ticket().await["detail"], "HTTP 401: {\"code\":\"not_believed\"}");
    });
}

#[test]
fn what_does_not_fit_is_not_set_up() {
    on_both(ALL, async |db| {
        let site =
            TestSite::new(db, vec![room(outlet(Reach::Public, "no folder".into()), Calendar::china())]);
        work_orders::put_demo(&site.app, "gas").await.expect("sub-types");
        let form = |change: &dyn Fn(&mut Value)| {
            let mut form =
                json!({ "name": "市 12345", "code": "city", "url": "https://12345.example.cn/in" });
            change(&mut form);
            form
        };
        type Spoil<'a> = &'a dyn Fn(&mut Value);
        let cases: [(Spoil<'_>, &str); 7] = [
            (&|form| form["name"] = json!(" "), "government.bad_name"),
            (&|form| form["code"] = json!("市"), "government.bad_code"),
            (&|form| form["url"] = json!("https://10.0.0.8/in"), "government.url_private"),
            (&|form| form["url"] = json!("http://12345.example.cn/in"), "government.url_not_secure"),
            (&|form| form["mapping"] = json!({ "other": "no.such" }), "government.bad_mapping"),
            (
                &|form| form["mapping"] = json!({ "units": [{ "code": "RQ", "unit": "un_9" }] }),
                "government.bad_mapping",
            ),
            (
                &|form| {
                    let one = json!({ "code": "A", "subtype": "fault.no_gas" });
                    form["mapping"] = json!({ "categories": [one, one] });
                },
                "government.bad_mapping",
            ),
        ];
        for (change, expected) in cases {
            let reply = site.post("/api/government/platforms", form(change)).by(1, ADMIN.1).send().await;
            assert_eq!((reply.status.as_u16(), reply.body["code"].as_str()), (422, Some(expected)));
        }
        let good = site.post("/api/government/platforms", form(&|_| {})).by(1, ADMIN.1).send().await;
        assert_eq!(good.status, 200, "{}", good.show());
        let again = site.post("/api/government/platforms", form(&|_| {})).by(1, ADMIN.1).send().await;
        assert_eq!(again.body["code"], "government.code_taken");
    });
}

#[test]
fn a_trial_says_what_came_of_it() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db).await;
        let path = format!("/api/government/platforms/{}/test", centre.platform);
        let trial = async || centre.site.post(&path, json!({})).by(ADMIN.0, ADMIN.1).send().await.body;
        assert_eq!(trial().await["taken"], true);
        centre.sandbox.behave(Mood::Down { status: 500 });
        let failed = trial().await;
        assert_eq!((&failed["taken"], &failed["status"]), (&json!(false), &json!(500)));
        assert_eq!(centre.told(), ["test"]);
    });
}

#[test]
fn without_their_key_secrets_are_made_anew() {
    on_both(ALL, async |db| {
        let centre = Centre::new(db.clone()).await;
        assert_eq!(crate::sealed(&db).await.expect("counted"), 1);
        let mut tx = db.begin().await.expect("a change");
        assert_eq!(crate::forget_secrets(&mut tx).await.expect("forgotten"), 1);
        tx.commit().await.expect("kept");
        assert_eq!(crate::sealed(&db).await.expect("counted"), 0);
        let refused = centre.send(&centre.complaint("A1")).await;
        assert_eq!(code(&refused), (403, "government.not_believed"));
        let list = centre.get("/api/government/platforms", ADMIN).await;
        assert_eq!(list["platforms"][0]["has_secret"], false);
    });
}
