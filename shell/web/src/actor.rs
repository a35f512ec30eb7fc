//! Who is asking.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use db::Db;
use futures::future::BoxFuture;
use kernel::{GroupId, Permission, Permissions, PersonId, SessionId, Timestamp};

use crate::App;
use crate::error::Error;
use crate::guard::SESSION_COOKIE;

/// Whose request it is meant to be, where it was made some time before it is sent: on a telephone that somebody else has
/// signed in on meanwhile it must not be done in that name.
pub const PERSON: &str = "x-switchboard-person";

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    /// 工号
    pub number: String,
    pub name: String,
    pub session: SessionId,
    pub permissions: Permissions,
    /// The group this person belongs to.
    pub group: Option<GroupId>,
    /// The groups this person leads.
    pub leads: Vec<GroupId>,
}

impl Actor {
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// For a decision inside a handler that depends on more than the route.
    pub fn must(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(Error::forbidden().with("permission", permission.key)) }
    }
}

/// Knows sessions: the people room.
pub trait Doorkeeper: Send + Sync + 'static {
    /// Who holds this token, if the session lives. `active` says that this is an act of the person, which keeps the
    /// session from going idle; a background check does not.
    fn actor<'a>(
        &'a self,
        db: &'a Db,
        token: &'a str,
        now: Timestamp,
        active: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Actor>>>;
}

/// The secret of a session, from the cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(pub String);

impl Token {
    pub fn of(headers: &HeaderMap) -> Option<Token> {
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|cookies| {
            cookies.split(';').find_map(|cookie| {
                let (name, value) = cookie.trim().split_once('=')?;
                (name == SESSION_COOKIE && !value.is_empty()).then(|| Token(value.to_owned()))
            })
        })
    }
}

impl App {
    /// Who sent this request, if anybody.
    ///
    /// # Errors
    /// Refused when the request says that it is another person's ([`PERSON`]).
    pub async fn identify(&self, headers: &HeaderMap, active: bool) -> Result<Option<Actor>, Error> {
        let Some(Token(token)) = Token::of(headers) else { return Ok(None) };
        let actor = self.keeper.actor(&self.db, &token, self.clock.now(), active).await?;
        let meant = headers.get(PERSON).map(|person| person.to_str().unwrap_or_default());
        match (&actor, meant) {
            (Some(actor), Some(meant)) if meant != actor.person.to_string() => Err(Error::other_person()),
            _ => Ok(actor),
        }
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // The route's guard has put it here; public routes have no guard.
        if let Some(actor) = parts.extensions.get::<Actor>() {
            return Ok(actor.clone());
        }
        app.identify(&parts.headers, true).await?.ok_or_else(Error::sign_in_first)
    }
}

/// The other end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        Ok(ClientAddress(address.to_canonical()))
    }
}
