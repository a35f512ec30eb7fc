//! What is true of every request and answer: no other site may act for the user, nothing foreign runs in the page.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{Error, Status};

/// The cookie that carries a session.
pub const SESSION_COOKIE: &str = "switchboard";

/// `Set-Cookie` for a new session.
pub fn session_cookie(token: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// `Set-Cookie` that takes it away.
pub fn cleared_cookie() -> String {
    format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

const FIXED: &[(&str, &str)] = &[
    // Styles may be inline (the component library writes them); scripts may not.
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
         manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "microphone=(self), camera=(), geolocation=(self), payment=()"),
];

pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = if safe(request.method()) || same_site(request.headers()) {
        next.run(request).await
    } else {
        Error::refused(Status::Forbidden, "other_site").into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

fn safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers say where a request comes from: `Sec-Fetch-Site`, older ones `Origin`. What says neither is not a browser,
/// and has no cookie but its own.
pub(crate) fn same_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.is_some() && host == from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(same_site(&map), expected, "{headers:?}");
    }

    #[test]
    fn another_site_cannot_act_for_the_user() {
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true);
        check(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "null"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "http://127.0.0.1:8080")], false);
    }
}
