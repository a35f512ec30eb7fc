//! Who may call what: every route of the running program is listed in `access.txt`, role by role, and then really called by
//! somebody of each role. A route that nobody has classified fails this test; `UPDATE=1` writes the list anew, to be read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Centre, Session};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const ROLES: [&str; 13] = [
    "agent",
    "group_leader",
    "shift_leader",
    "supervisor",
    "quality_inspector",
    "trainer",
    "department",
    "field_crew",
    "manager",
    "evaluator",
    "system_admin",
    "security_admin",
    "audit_admin",
];

/// `(path, method)` to who may call it, as the route itself says.
type Routes = BTreeMap<(String, String), Value>;

async fn routes(session: &Session) -> Routes {
    let document = session.get("/api/openapi.json").await.expect("the document").json;
    let mut found = Routes::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let access = operation["x-access"].clone();
            assert!(!access.is_null(), "{method} {path} does not say who may call it");
            found.insert((path.clone(), method.to_uppercase()), access);
        }
    }
    found
}

/// Whether somebody with these permissions may call it.
fn may(access: &Value, permissions: &[String]) -> bool {
    match access {
        Value::String(_) => true,
        access => access.as_array().is_some_and(|wanted| {
            wanted.iter().any(|key| key.as_str().is_some_and(|key| permissions.iter().any(|has| has == key)))
        }),
    }
}

/// The roles as they come with the house, with their permissions.
async fn permissions(admin: &Session) -> BTreeMap<String, Vec<String>> {
    let roles = admin.get("/api/people/roles").await.expect("roles").json;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default();
    roles
        .as_array()
        .expect("a list")
        .iter()
        .filter(|role| role["built_in"] == true)
        .map(|role| (text(&role["name"]), list(&role["permissions"])))
        .collect()
}

fn table(routes: &Routes, roles: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = String::from(
        "# Who may call what, with the roles that come with the house. Written by the test: UPDATE=1 cargo nextest run access\n",
    );
    for ((path, method), access) in routes {
        let who = match access.as_str() {
            Some("public") => "anybody".to_owned(),
            Some("signed_in") => "whoever is signed in".to_owned(),
            _ => ROLES.into_iter().filter(|role| may(access, &roles[*role])).collect::<Vec<_>>().join(" "),
        };
        let who = if who.is_empty() { "no role from the start" } else { &who };
        writeln!(text, "{method:6} {path}: {who}").expect("a string grows");
    }
    text
}

/// Somebody new of one role, signed in with a password of their own.
async fn somebody(centre: &Centre, admin: &Session, role: &str, number: usize) -> Session {
    let form = json!({ "number": format!("99{number:02}"), "name": "测试", "roles": [role], "queues": [], "skills": {} });
    let made = admin.post("/api/people/persons", form).await.expect("an answer");
    let temporary = made.json["temporary_password"].as_str().unwrap_or_default().to_owned();
    assert!(!temporary.is_empty(), "{role}: {} {}", made.status, made.json);
    let user = format!("99{number:02}");
    let session = Session::sign_in(centre.http, &user, &temporary).await.expect("signs in");
    let own = format!("Own-{role}-{number}-7");
    let form = json!({ "present": temporary, "new": own });
    let changed = session.ask(Method::PUT, "/api/me/password", Some(form)).await.expect("an answer");
    assert_eq!(changed.status, 204, "{}", changed.json);
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_classified_and_keeps_to_it() {
    let centre = Centre::start(PROGRAM).await.expect("the centre starts");
    let admin = centre.sign_in("3002").await.expect("the security administrator");
    let (routes, roles) = (routes(&admin).await, permissions(&admin).await);

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access.txt");
    let table = table(&routes, &roles);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &table).expect("written");
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    for line in table.lines() {
        assert!(
            known.lines().any(|known| known == line),
            "classify it in tests/access.txt (UPDATE=1): {line}"
        );
    }
    assert_eq!(known, table, "tests/access.txt lists routes that are gone");

    for (number, role) in ROLES.iter().enumerate() {
        let session = somebody(&centre, &admin, role, number).await;
        for ((path, method), access) in &routes {
            // Whoever is signed in may sign out; and then could do nothing else.
            if path == "/api/sign_out" || path == "/api/sign_in" || access == "public" {
                continue;
            }
            let method: Method = method.parse().expect("a method");
            let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
            let status =
                session.ask(method.clone(), &path.replace(['{', '}'], ""), body).await.expect(path).status;
            assert_ne!(status, 401, "{role} {method} {path}: the session has ended");
            if !may(access, &roles[*role]) {
                assert_eq!(status, 403, "{role} {method} {path} must be refused");
            }
            assert!(status < 500, "{role} {method} {path}: {status}");
        }
    }
    for ((path, method), access) in &routes {
        if access != "public" {
            let nobody = reqwest::Client::new();
            let method: Method = method.parse().expect("a method");
            let url = format!("http://{}{}", centre.http, path.replace(['{', '}'], ""));
            let status = nobody.request(method.clone(), url).send().await.expect("an answer").status();
            assert_eq!(status, 401, "{method} {path} for nobody");
        }
    }
}
