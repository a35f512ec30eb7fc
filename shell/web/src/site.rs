//! The rooms put together: one router, one API document, one list of jobs.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use db::{Migrations, Subscription};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::access::{Access, Listed};
use crate::error::Error;
use crate::{App, Job, Room, guard, live};

/// The largest body of a request that does not ask for more.
const BODY_MAX: usize = 1024 * 1024;

/// How long the end waits for what is in hand: longer than a gateway takes to answer.
const IN_HAND_MAX: Duration = Duration::from_secs(35);

/// Everything the rooms handed over, ready to be served.
pub struct Site {
    pub app: App,
    pub router: Router,
    pub openapi: OpenApi,
    pub routes: Vec<Listed>,
    pub jobs: Vec<Job>,
    pub events: Vec<Subscription>,
}

impl Site {
    /// `pages` serves what is not the API: the browser's program.
    pub fn build(mut app: App, rooms: Vec<Room>, pages: Option<Router>) -> Site {
        app.permissions = rooms.iter().flat_map(|room| room.permissions).copied().collect::<Vec<_>>().into();
        let mut router = OpenApiRouter::with_openapi(
            OpenApiBuilder::new()
                .info(
                    InfoBuilder::new()
                        .title("Switchboard")
                        .version(env!("CARGO_PKG_VERSION"))
                        .description(Some(
                            "`x-access` says who may call: public, signed_in, or one of these permissions. \
                             Errors are `{code, params}`.",
                        ))
                        .build(),
                )
                .build(),
        );
        let (mut routes, mut jobs, mut events) = (own_routes(), Vec::new(), Vec::new());
        for room in rooms {
            app.live.register(&room.topics);
            router = router.merge(room.routes.router);
            routes.extend(room.routes.listed);
            jobs.extend(room.jobs);
            events.extend(room.events);
        }
        let (api, openapi) = router.split_for_parts();
        let document: Arc<str> = openapi.to_json().unwrap_or_default().into();
        let json = [(header::CONTENT_TYPE, "application/json")];
        let mut router = api
            .route("/api/openapi.json", get(move || ready((json, document.to_string()))))
            .route("/api/live", get(live::connect))
            // An old page asking for a route that is gone must get an error, not the page again.
            .route("/api/{*rest}", axum::routing::any(|| ready(Error::not_found())))
            .route("/healthz", get(|| ready("ok\n")))
            .route("/readyz", get(ready_to_serve))
            .route("/metrics", get(metrics));
        if let Some(pages) = pages {
            router = router.fallback_service(pages);
        }
        let small_json =
            |_: StatusCode, _: axum::http::Version, headers: &HeaderMap, _: &axum::http::Extensions| {
                headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
            };
        let router = router
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .layer(CompressionLayer::new().compress_when(small_json))
            .layer(from_fn(guard::guard))
            .layer(from_fn(measure))
            .layer(axum::Extension(app.clone()))
            .with_state(app.clone());
        Site { app, router, openapi, routes, jobs, events }
    }

    /// The migrations of these rooms, in order, for [`db::Db::migrate`].
    pub fn migrations(rooms: &[Room]) -> Vec<Migrations> {
        rooms.iter().map(|room| room.migrations).collect()
    }

    /// Answers requests, runs jobs and delivers events until `stop`; then lets requests in progress finish, and what
    /// holds the [`crate::Ending`] up.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let mut background = JoinSet::new();
        for job in self.jobs {
            let app = self.app.clone();
            background.spawn(async move {
                let mut ticker = tokio::time::interval(job.every);
                ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                loop {
                    ticker.tick().await;
                    let begun = Instant::now();
                    if let Err(error) = (job.run)(app.clone()).await {
                        tracing::error!(job = job.name, "a job failed: {error:#}");
                    }
                    metrics::histogram!("job_seconds", "job" => job.name)
                        .record(begun.elapsed().as_secs_f64());
                }
            });
        }
        let (db, events) = (self.app.db.clone(), self.events);
        // Subscribed before the first request, so that no event is missed.
        db.join(&events).await?;
        background.spawn(async move {
            while let Err(error) = db.deliver(&events).await {
                tracing::error!("events cannot be delivered: {error:#}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let ending = self.app.ending.clone();
        let begins = ending.clone();
        let stop = async move {
            stop.await;
            begins.begin();
        };
        axum::serve(listener, service).with_graceful_shutdown(stop).await?;
        if tokio::time::timeout(IN_HAND_MAX, ending.settled()).await.is_err() {
            tracing::warn!("what was in hand is cut off after {IN_HAND_MAX:?}");
        }
        background.shutdown().await;
        Ok(())
    }
}

/// What the web shell itself serves.
fn own_routes() -> Vec<Listed> {
    // Health, readiness and the API's description are asked for by machines that have no sign-in.
    let public = ["/api/openapi.json", "/healthz", "/readyz", "/metrics"];
    let list = public.map(|path| Listed { method: "GET", path: path.to_owned(), access: Access::Public });
    let live = Listed { method: "GET", path: "/api/live".to_owned(), access: live::ACCESS };
    list.into_iter().chain([live]).collect()
}

async fn ready_to_serve(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!("not ready: {error:#}");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// For the machine itself and private networks only: figures say much about a centre.
async fn metrics(State(app): State<App>, request: Request) -> Response {
    let near = match request.extensions().get::<ConnectInfo<SocketAddr>>() {
        None => true,
        Some(ConnectInfo(from)) => match from.ip().to_canonical() {
            std::net::IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
            std::net::IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
        },
    };
    match &app.metrics {
        Some(render) if near => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render()).into_response()
        }
        _ => Error::not_found().into_response(),
    }
}

async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let route = route.unwrap_or_else(|| "page".to_owned());
    let status = response.status().as_u16().to_string();
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route, "status" => status)
        .record(begun.elapsed().as_secs_f64());
    response
}
