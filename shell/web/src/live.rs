//! Live push: browsers name topics and always hold the newest picture of each.
//!
//! A topic is a picture, not a stream: a client that reads slowly skips pictures and never makes us keep more than one
//! per topic for it. Wire: the browser sends `{"watch":["floor.now"]}` or `{"unwatch":[…]}` and receives
//! `{"topic":"floor.now","version":12,"data":…}`, the present picture at once, or `{"refused":"floor.now"}`.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::{Permission, PersonId};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::access::Access;
use crate::error::{Error, Status};
use crate::{Actor, App, guard};

/// What a browser may watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Room and noun: `floor.now`.
    pub name: &'static str,
    pub access: TopicAccess,
}

/// Whose picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicAccess {
    /// One picture for all who may see it.
    Shared(Permission),
    /// One picture for all who have one of these.
    SharedAny(&'static [Permission]),
    /// Each person has a picture of their own, and sees only that.
    Personal,
}

impl Topic {
    pub const fn shared(name: &'static str, permission: Permission) -> Self {
        Topic { name, access: TopicAccess::Shared(permission) }
    }
    pub const fn shared_any(name: &'static str, permissions: &'static [Permission]) -> Self {
        Topic { name, access: TopicAccess::SharedAny(permissions) }
    }
    pub const fn personal(name: &'static str) -> Self {
        Topic { name, access: TopicAccess::Personal }
    }
}

const CLIENTS_MAX: usize = 10_000;
const TOPICS_PER_CLIENT_MAX: usize = 64;
/// A client that cannot take one message in this time is let go; its browser connects again.
const SEND_MAX: Duration = Duration::from_secs(15);
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENT_MAX: Duration = Duration::from_secs(60);
/// How soon somebody who was signed out stops receiving.
const CHECK_EVERY: Duration = Duration::from_secs(15);

type Key = (&'static str, Option<PersonId>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Picture {
    version: u64,
    data: Arc<str>,
}

#[derive(Default)]
struct Channel {
    version: u64,
    picture: Option<Picture>,
    watchers: HashMap<u64, Arc<Client>>,
}

/// One browser: at most one unsent picture per topic.
#[derive(Default)]
struct Client {
    unsent: Mutex<BTreeMap<Key, Picture>>,
    bell: Notify,
}

impl Client {
    fn put(&self, key: Key, picture: Picture) {
        lock(&self.unsent).insert(key, picture);
        self.bell.notify_one();
    }
    fn take(&self) -> BTreeMap<Key, Picture> {
        std::mem::take(&mut lock(&self.unsent))
    }
}

#[derive(Default)]
struct Hub {
    topics: Mutex<HashMap<&'static str, Topic>>,
    channels: Mutex<HashMap<Key, Channel>>,
    clients: AtomicUsize,
    next: AtomicU64,
}

/// Where rooms put their pictures. A clone is the same.
#[derive(Clone, Default)]
pub struct Live(Arc<Hub>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Live {
    pub(crate) fn register(&self, topics: &[Topic]) {
        lock(&self.0.topics).extend(topics.iter().map(|topic| (topic.name, *topic)));
    }

    /// The new picture of a shared topic.
    pub fn publish<T: Serialize>(&self, topic: &'static str, data: &T) -> anyhow::Result<()> {
        self.put((topic, None), data)
    }

    /// The new picture of one person's topic.
    pub fn publish_to<T: Serialize>(
        &self,
        person: PersonId,
        topic: &'static str,
        data: &T,
    ) -> anyhow::Result<()> {
        self.put((topic, Some(person)), data)
    }

    /// Whether anybody watches: for pictures that are dear to draw.
    pub fn is_watched(&self, topic: &'static str) -> bool {
        lock(&self.0.channels).get(&(topic, None)).is_some_and(|channel| !channel.watchers.is_empty())
    }

    /// Whether this person has ever watched the topic: from then on the picture must not grow old, for it is what the
    /// next browser gets first.
    pub fn was_watched_by(&self, person: PersonId, topic: &'static str) -> bool {
        lock(&self.0.channels).contains_key(&(topic, Some(person)))
    }

    /// Browsers connected now.
    pub fn clients(&self) -> usize {
        self.0.clients.load(Ordering::Relaxed)
    }

    fn put<T: Serialize>(&self, key: Key, data: &T) -> anyhow::Result<()> {
        let data: Arc<str> = serde_json::to_string(data)?.into();
        let mut channels = lock(&self.0.channels);
        let channel = channels.entry(key).or_default();
        channel.version += 1;
        let picture = Picture { version: channel.version, data };
        for watcher in channel.watchers.values() {
            watcher.put(key, picture.clone());
        }
        channel.picture = Some(picture);
        Ok(())
    }

    /// The key under which this person may watch the topic.
    fn key(&self, topic: &str, actor: &Actor) -> Option<Key> {
        let topic = *lock(&self.0.topics).get(topic)?;
        match topic.access {
            TopicAccess::Shared(permission) => actor.may(permission).then_some((topic.name, None)),
            TopicAccess::SharedAny(permissions) => {
                permissions.iter().any(|one| actor.may(*one)).then_some((topic.name, None))
            }
            TopicAccess::Personal => Some((topic.name, Some(actor.person))),
        }
    }

    fn watch(&self, id: u64, client: &Arc<Client>, key: Key) {
        let mut channels = lock(&self.0.channels);
        let channel = channels.entry(key).or_default();
        channel.watchers.insert(id, client.clone());
        if let Some(picture) = &channel.picture {
            client.put(key, picture.clone());
        }
    }

    fn unwatch(&self, id: u64, client: &Client, key: &Key) {
        if let Some(channel) = lock(&self.0.channels).get_mut(key) {
            channel.watchers.remove(&id);
        }
        lock(&client.unsent).remove(key);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(default)]
    watch: Vec<String>,
    #[serde(default)]
    unwatch: Vec<String>,
}

pub(crate) const ACCESS: Access = Access::SignedIn;

/// `GET /api/live`
pub(crate) async fn connect(State(app): State<App>, headers: HeaderMap, request: Request) -> Response {
    // A handshake is a GET, which the guard lets pass; a page of another site must not open one.
    if !guard::same_site(&headers) {
        return Error::refused(Status::Forbidden, "other_site").into_response();
    }
    let actor = match app.identify(&headers, false).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return Error::sign_in_first().into_response(),
        Err(error) => return error.into_response(),
    };
    let upgrade = match axum::RequestExt::extract_parts::<WebSocketUpgrade>(&mut { request }).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if app.live.clients() >= CLIENTS_MAX {
        return Error::refused(Status::Unavailable, "too_many_clients").into_response();
    }
    upgrade.max_message_size(16 * 1024).max_frame_size(16 * 1024).on_upgrade(move |socket| async move {
        let live = app.live.clone();
        live.0.clients.fetch_add(1, Ordering::Relaxed);
        let client = Arc::new(Client::default());
        let id = live.0.next.fetch_add(1, Ordering::Relaxed);
        let mut keys = BTreeMap::new();
        serve(&app, socket, actor, id, &client, &mut keys, headers).await;
        for key in keys.values() {
            live.unwatch(id, &client, key);
        }
        live.0.clients.fetch_sub(1, Ordering::Relaxed);
    })
}

async fn serve(
    app: &App,
    mut socket: WebSocket,
    mut actor: Actor,
    id: u64,
    client: &Arc<Client>,
    keys: &mut BTreeMap<String, Key>,
    headers: HeaderMap,
) {
    let mut ping = interval(PING_EVERY);
    let mut check = interval(CHECK_EVERY);
    for ticker in [&mut ping, &mut check] {
        ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticker.reset();
    }
    let mut heard = Instant::now();
    loop {
        let mut out = Vec::new();
        tokio::select! {
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                heard = Instant::now();
                match message {
                    Message::Text(text) => out = obey(app, &actor, id, client, keys, &text),
                    Message::Close(_) => return,
                    _ => {}
                }
            }
            () = client.bell.notified() => out = client.take().into_iter().map(written).collect(),
            _ = ping.tick() => {
                if heard.elapsed() > SILENT_MAX || !send(&mut socket, Message::Ping(Default::default())).await {
                    return;
                }
            }
            _ = check.tick() => match app.identify(&headers, false).await {
                Ok(Some(now)) => {
                    actor = now;
                    keys.retain(|topic, key| {
                        let may = app.live.key(topic, &actor).is_some();
                        if !may {
                            app.live.unwatch(id, client, key);
                        }
                        may
                    });
                }
                // A failing database does not sign people out.
                Err(_) => {}
                Ok(None) => {
                    send(&mut socket, Message::Text(r#"{"signed_out":true}"#.into())).await;
                    return;
                }
            },
        }
        for text in out {
            if !send(&mut socket, Message::Text(text.into())).await {
                return;
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SEND_MAX, socket.send(message)).await, Ok(Ok(())))
}

fn written(((topic, _), picture): (Key, Picture)) -> String {
    format!(r#"{{"topic":"{topic}","version":{},"data":{}}}"#, picture.version, picture.data)
}

fn obey(
    app: &App,
    actor: &Actor,
    id: u64,
    client: &Arc<Client>,
    keys: &mut BTreeMap<String, Key>,
    text: &str,
) -> Vec<String> {
    let Ok(wish) = serde_json::from_str::<Wish>(text) else {
        return vec![r#"{"refused":null}"#.to_owned()];
    };
    for topic in wish.unwatch {
        if let Some(key) = keys.remove(&topic) {
            app.live.unwatch(id, client, &key);
        }
    }
    let mut out = Vec::new();
    for topic in wish.watch.into_iter().take(TOPICS_PER_CLIENT_MAX) {
        match app.live.key(&topic, actor) {
            Some(key) if keys.len() < TOPICS_PER_CLIENT_MAX => {
                keys.insert(topic, key);
                app.live.watch(id, client, key);
            }
            _ => out.push(serde_json::json!({ "refused": topic }).to_string()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Permissions, SessionId};

    const WATCH: Permission = Permission::new("floor.watch", "see the floor", &[]);

    fn somebody(person: i64, permissions: &[&'static str]) -> Actor {
        Actor {
            person: PersonId(person),
            number: "1001".to_owned(),
            name: "演示一".to_owned(),
            session: SessionId(1),
            permissions: Permissions::of(permissions.iter().copied()),
            group: None,
            leads: Vec::new(),
        }
    }

    fn texts(client: &Client) -> Vec<String> {
        client.take().into_iter().map(written).collect()
    }

    #[test]
    fn a_slow_client_gets_the_newest_picture_and_no_queue() {
        let live = Live::default();
        live.register(&[Topic::shared("floor.now", WATCH)]);
        let client = Arc::new(Client::default());
        let key = live.key("floor.now", &somebody(1, &["floor.watch"])).expect("may");
        live.publish("floor.now", &0).expect("publish");
        live.watch(1, &client, key);
        assert_eq!(texts(&client), [r#"{"topic":"floor.now","version":1,"data":0}"#], "at once");
        for n in 1..=1_000 {
            live.publish("floor.now", &n).expect("publish");
        }
        assert_eq!(texts(&client), [r#"{"topic":"floor.now","version":1001,"data":1000}"#]);
        live.unwatch(1, &client, &key);
        live.publish("floor.now", &7).expect("publish");
        assert!(texts(&client).is_empty());
        assert!(!live.is_watched("floor.now"));
    }

    #[test]
    fn a_personal_topic_is_seen_by_its_person_only() {
        let live = Live::default();
        live.register(&[Topic::personal("calls.desk"), Topic::shared("floor.now", WATCH)]);
        let [one, two] = [1, 2].map(|person| {
            let client = Arc::new(Client::default());
            live.watch(person, &client, live.key("calls.desk", &somebody(person as i64, &[])).expect("own"));
            client
        });
        live.publish_to(PersonId(1), "calls.desk", &"for one").expect("publish");
        assert_eq!(texts(&one), [r#"{"topic":"calls.desk","version":1,"data":"for one"}"#]);
        assert!(texts(&two).is_empty());
        assert_eq!(live.key("floor.now", &somebody(1, &[])), None, "no permission");
        assert_eq!(live.key("floor.then", &somebody(1, &[])), None, "no such topic");
        const EITHER: &[Permission] = &[WATCH, Permission::new("floor.direct", "order", &[])];
        live.register(&[Topic::shared_any("floor.changed", EITHER)]);
        let may = |permissions| live.key("floor.changed", &somebody(1, permissions)).is_some();
        assert_eq!(
            [&["floor.watch"], &["floor.direct"], &["floor.none"]].map(|one| may(one)),
            [true, true, false]
        );
    }
}
