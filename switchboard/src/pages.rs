//! What is not the API: the browser's program, and SIP over WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use telephony::Telephony;
use web::App;

/// The largest SIP message a browser may send.
const SIP_BYTES_MAX: usize = 64 * 1024;

/// How soon the softphone of somebody who has signed out goes.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// The router behind everything that does not begin with `/api`.
pub fn router(telephony: Telephony) -> Router {
    // A debug build reads the files from the disk and would press each anew for whoever asks, for seconds, on a thread that calls
    // need; a release holds them pressed.
    let pressed = !cfg!(debug_assertions);
    let files = memory_serve::load!()
        .index_file(Some("/index.html"))
        .fallback(Some("/index.html"))
        .fallback_status(StatusCode::OK)
        .enable_brotli(pressed)
        .enable_gzip(pressed)
        .into_router::<()>();
    Router::new()
        .route("/sip", get(sip).with_state(telephony))
        // A file that is gone must not be answered with the page: an old tab would take it for a script.
        .route("/assets/{*gone}", get(|| std::future::ready(StatusCode::NOT_FOUND)))
        .merge(files)
}

/// SIP over WebSocket for whoever is signed in on the web, in that person's name and no other.
async fn sip(
    State(telephony): State<Telephony>,
    Extension(app): Extension<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: axum::http::HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "SIP over WebSocket is for our own pages\n").into_response();
    }
    match app.identify(&headers, true).await {
        Ok(Some(actor)) if !actor.may(calls::permissions::ANSWER) => {
            (StatusCode::FORBIDDEN, "you have no calls to answer\n").into_response()
        }
        Ok(Some(actor)) => upgrade
            .protocols(["sip"])
            .max_message_size(SIP_BYTES_MAX)
            .max_frame_size(SIP_BYTES_MAX)
            .on_upgrade(move |socket| async move {
                let ended = session_ends(app, headers);
                telephony.web_socket(socket, peer, actor.number, ended).await;
            }),
        Ok(None) => (StatusCode::UNAUTHORIZED, "sign in first\n").into_response(),
        Err(error) => error.into_response(),
    }
}

/// Until the session these headers carry is over.
async fn session_ends(app: App, headers: axum::http::HeaderMap) {
    loop {
        tokio::time::sleep(CHECK_EVERY).await;
        // A database that cannot be asked ends no call.
        if let Ok(None) = app.identify(&headers, false).await {
            return;
        }
    }
}

/// The page that opens the socket must be ours: another site's page would carry the cookie too.
fn same_origin(headers: &axum::http::HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        _ => false,
    }
}
