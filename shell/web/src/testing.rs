//! For rooms' HTTP tests: a real site on a fresh database, a clock that stands still, and users as values.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use db::Db;
use futures::future::BoxFuture;
use kernel::time::TestClock;
use kernel::{GroupId, IdMint, Permissions, PersonId, SessionId, Timestamp};
use serde_json::Value;
use tower::ServiceExt;

use crate::{Actor, App, Doorkeeper, Room, SESSION_COOKIE, Site, TestChance};

/// Believes whatever the token says: `PERSON:permission,permission`, or `PERSON@GROUP:…`.
struct Credulous;

impl Doorkeeper for Credulous {
    fn actor<'a>(
        &'a self,
        _: &'a Db,
        token: &'a str,
        _: Timestamp,
        _: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Actor>>> {
        let actor = token.split_once(':').and_then(|(person, permissions)| {
            let (person, group) = person.split_once('@').unwrap_or((person, ""));
            let person: i64 = person.parse().ok()?;
            let permissions = permissions.split(',').filter(|key| !key.is_empty()).map(str::to_owned);
            Some(Actor {
                person: PersonId(person),
                number: format!("{}", 1000 + person),
                name: format!("Person {person}"),
                session: SessionId(person),
                permissions: Permissions::of(permissions),
                group: group.parse().ok().map(GroupId),
                leads: Vec::new(),
            })
        });
        Box::pin(std::future::ready(Ok(actor)))
    }
}

/// A site under test.
pub struct TestSite {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub site: Site,
}

impl TestSite {
    /// On a database that has these rooms' tables already (`db::testdb`); users are believed ([`Call::by`]).
    pub fn new(db: Db, rooms: Vec<Room>) -> Self {
        TestSite::with_keeper(db, rooms, Arc::new(Credulous))
    }

    /// With real sessions.
    pub fn with_keeper(db: Db, rooms: Vec<Room>, keeper: Arc<dyn Doorkeeper>) -> Self {
        let clock = Arc::new(TestClock::monday_morning());
        let mut app = App::new(db, clock.clone(), Arc::new(IdMint::new(0)), keeper);
        app.chance = Arc::new(TestChance::default());
        let site = Site::build(app, rooms, None);
        TestSite { app: site.app.clone(), clock, site }
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }
    pub fn post(&self, path: &str, body: Value) -> Call {
        Call { body: Some(body), ..self.call(Method::POST, path) }
    }
    pub fn put(&self, path: &str, body: Value) -> Call {
        Call { body: Some(body), ..self.call(Method::PUT, path) }
    }
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
    /// A form with one file in the field `file`, as a browser sends it.
    pub fn upload(&self, path: &str, name: &str, file: &[u8]) -> Call {
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let form = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let call = self.call(Method::POST, path).header("content-type", "multipart/form-data; boundary=edge");
        Call { raw: Some(form), ..call }
    }
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call {
            router: self.site.router.clone(),
            method,
            path: path.to_owned(),
            body: None,
            raw: None,
            headers: HeaderMap::new(),
        }
    }

    /// Calls every route as nobody and as somebody without permissions, and returns what was let in that should not
    /// have been. The list must be empty.
    pub async fn open_doors(&self) -> Vec<String> {
        let mut open = Vec::new();
        for route in &self.site.routes {
            let method: Method = route.method.parse().unwrap_or(Method::GET);
            let path = route.path.replace(['{', '}'], "");
            let nobody = self.call(method.clone(), &path).send().await.status;
            let expected = route.access != crate::Access::Public;
            if expected != (nobody == StatusCode::UNAUTHORIZED) && expected {
                open.push(format!("{} {}: nobody got {nobody}", route.method, route.path));
            }
            if matches!(route.access, crate::Access::Permit(_) | crate::Access::PermitAny(_)) {
                let powerless = self.call(method, &path).by(1, &[]).send().await.status;
                if powerless != StatusCode::FORBIDDEN {
                    open.push(format!("{} {}: a powerless person got {powerless}", route.method, route.path));
                }
            }
        }
        open
    }
}

/// A request being made.
pub struct Call {
    router: Router,
    method: Method,
    path: String,
    body: Option<Value>,
    /// Sent instead of `body`, as it is.
    raw: Option<Vec<u8>>,
    headers: HeaderMap,
}

impl Call {
    /// As this person with these permissions; only without real sessions.
    pub fn by(self, person: i64, permissions: &[&str]) -> Self {
        self.cookie(&format!("{person}:{}", permissions.join(",")))
    }
    /// By this person of this group.
    pub fn by_of(self, person: i64, group: i64, permissions: &[&str]) -> Self {
        self.cookie(&format!("{person}@{group}:{}", permissions.join(",")))
    }
    /// With this session.
    pub fn cookie(self, token: &str) -> Self {
        self.header("cookie", &format!("{SESSION_COOKIE}={token}"))
    }
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }

    pub async fn send(self) -> Reply {
        let mut request = Request::new(match (self.raw, &self.body) {
            (Some(raw), _) => Body::from(raw),
            (None, Some(body)) => Body::from(body.to_string()),
            (None, None) => Body::empty(),
        });
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().unwrap_or_default();
        *request.headers_mut() = self.headers;
        if self.body.is_some() {
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        let response = match self.router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status: parts.status, headers: parts.headers, body, bytes: bytes.into() }
    }
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    /// The body as it came, for files.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// Status and body as text, for inline snapshots.
    pub fn show(&self) -> String {
        let body = match &self.body {
            Value::String(text) => text.clone(),
            body => serde_json::to_string_pretty(body).unwrap_or_default(),
        };
        format!("{}\n{body}\n", self.status.as_u16())
    }

    /// The session that a sign-in set.
    pub fn session(&self) -> Option<String> {
        let cookie = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        let value = cookie.strip_prefix(SESSION_COOKIE)?.strip_prefix('=')?.split(';').next()?;
        (!value.is_empty()).then(|| value.to_owned())
    }
}
