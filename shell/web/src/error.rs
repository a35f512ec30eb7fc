//! How a no is said: refusals with a stable code, failures logged once and never shown.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a handler returns.
pub type Answer<T> = Result<crate::Json<T>, Error>;

/// The business says no. Implemented by a room's plain enum, which serialises as
/// `#[serde(tag = "code", rename_all = "snake_case")]`: the tag becomes the code, the fields the parameters of the
/// sentence that the browser makes.
pub trait Refusal: Serialize + fmt::Display {
    /// The room: first half of the code, `people.already_locked`.
    const ROOM: &'static str;

    fn status(&self) -> Status {
        Status::Conflict
    }
}

/// The kinds of no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// 400: the request cannot be understood.
    BadRequest,
    /// 401: nobody is signed in.
    SignInFirst,
    /// 403: not this person.
    Forbidden,
    /// 404: there is no such thing, or this person may not know of it.
    NotFound,
    /// 409: not in this state, or somebody else was faster.
    Conflict,
    /// 413: too large.
    TooLarge,
    /// 422: a value is not acceptable.
    Invalid,
    /// 429: too often; try again after so many seconds.
    TooOften { retry_after_s: u64 },
    /// 503: not now.
    Unavailable,
}

impl Status {
    fn code(self) -> StatusCode {
        match self {
            Status::BadRequest => StatusCode::BAD_REQUEST,
            Status::SignInFirst => StatusCode::UNAUTHORIZED,
            Status::Forbidden => StatusCode::FORBIDDEN,
            Status::NotFound => StatusCode::NOT_FOUND,
            Status::Conflict => StatusCode::CONFLICT,
            Status::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Status::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Status::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Status::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A no, or a failure. `?` makes one from a room's refusal and from `anyhow` and `sqlx` errors.
#[derive(Debug)]
pub enum Error {
    Refused { status: Status, body: ErrorBody },
    Failed(anyhow::Error),
}

/// What the browser gets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Room and reason: the key of the sentence in the room's message files.
    #[schema(example = "people.wrong_password")]
    pub code: String,
    /// What the sentence names.
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
}

impl Error {
    /// A refusal of the web shell itself: `web.reason`.
    pub fn refused(status: Status, reason: &str) -> Self {
        Error::Refused { status, body: ErrorBody { code: format!("web.{reason}"), params: Map::new() } }
    }

    /// With one more parameter for the sentence.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Error::Refused { body, .. } = &mut self {
            body.params.insert(name.to_owned(), value.into());
        }
        self
    }

    pub fn not_found() -> Self {
        Error::refused(Status::NotFound, "not_found")
    }
    pub fn forbidden() -> Self {
        Error::refused(Status::Forbidden, "forbidden")
    }
    pub fn sign_in_first() -> Self {
        Error::refused(Status::SignInFirst, "sign_in_first")
    }
    /// The request was made by another person than who is signed in now.
    pub fn other_person() -> Self {
        Error::refused(Status::Conflict, "other_person")
    }
    /// Somebody else changed it first: load it again.
    pub fn changed_meanwhile() -> Self {
        Error::refused(Status::Conflict, "changed_meanwhile")
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        let status = refusal.status();
        let (reason, params) = match serde_json::to_value(&refusal) {
            Ok(Value::Object(mut map)) => {
                let code = map.remove("code").and_then(|code| code.as_str().map(str::to_owned));
                (code.unwrap_or_else(|| "refused".to_owned()), map)
            }
            Ok(Value::String(code)) => (code, Map::new()),
            _ => ("refused".to_owned(), Map::new()),
        };
        Error::Refused { status, body: ErrorBody { code: format!("{}.{reason}", R::ROOM), params } }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Error::Failed(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::Refused { status, body } => {
                let mut response = (status.code(), axum::Json(body)).into_response();
                if let Status::TooOften { retry_after_s } = status {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
                }
                response
            }
            Error::Failed(error) => {
                // The one place where a failure is logged.
                tracing::error!("a request failed: {error:#}");
                let body = ErrorBody { code: "web.failed".to_owned(), params: Map::new() };
                (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
            }
        }
    }
}
