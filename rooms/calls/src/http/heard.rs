//! How many callers were told something before the menu, and how many asked for a person all the same.

use std::time::Duration;

use axum::extract::State;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, App, Json, Query, given};

use crate::store::heard::{self, Figures};
use crate::store::heard_course::{self, Calls, Point};

/// Subjects told of at a time.
const SUBJECTS_MAX: u32 = 200;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only this one (`ou_…`).
    pub subject: Option<String>,
    /// Told at or after this instant (RFC 3339).
    pub from: Option<String>,
    /// Told before this instant.
    pub to: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeardList {
    /// Those most heard first, 200 at the most.
    pub items: Vec<Figures>,
}

#[utoipa::path(get, path = "/api/calls/heard", tag = "calls", params(Asked),
    responses((status = 200, body = HeardList)))]
pub async fn list(State(app): State<App>, Query(asked): Query<Asked>) -> Answer<HeardList> {
    let from: Option<Timestamp> = given("from", asked.from.as_deref())?;
    let to: Option<Timestamp> = given("to", asked.to.as_deref())?;
    let from = from.unwrap_or(Timestamp::from_micros(0));
    let to = to.unwrap_or(Timestamp::MAX);
    let items = heard::figures(&app.db, asked.subject.as_deref(), from, to, SUBJECTS_MAX).await?;
    Ok(Json(HeardList { items }))
}

/// Widths of a stretch: the narrowest that draws the period in a hundred at the most.
const STEPS_S: [u32; 6] = [60, 300, 900, 3_600, 14_400, 86_400];
const STRETCHES: u64 = 100;
/// Before and after the first announcement so much is compared, or as much as there has been since.
const AROUND: Duration = Duration::from_secs(2 * 3_600);

/// Calls of all kinds before and after callers were told for the first time, in stretches of equal length.
#[derive(Debug, Serialize, ToSchema)]
pub struct Around {
    #[schema(value_type = String, format = DateTime)]
    first: Timestamp,
    seconds: u64,
    before: Calls,
    after: Calls,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeardCourse {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    step_s: u32,
    /// Those stretches in which anybody was told.
    points: Vec<Point>,
    /// Of one subject, once it was told.
    around: Option<Around>,
}

/// What callers did who had been told, over time; by default since it was told first, or in the last day.
#[utoipa::path(get, path = "/api/calls/heard/course", tag = "calls", params(Asked),
    responses((status = 200, body = HeardCourse)))]
pub async fn course(State(app): State<App>, Query(asked): Query<Asked>) -> Answer<HeardCourse> {
    let now = app.now();
    let subject = asked.subject.as_deref();
    let first = match subject {
        Some(subject) => heard_course::first(&app.db, subject).await?,
        None => None,
    };
    let from: Option<Timestamp> = given("from", asked.from.as_deref())?;
    let to: Option<Timestamp> = given("to", asked.to.as_deref())?;
    let to = to.unwrap_or(now);
    let from = from.unwrap_or_else(|| first.unwrap_or_else(|| now - Duration::from_secs(86_400))).min(to);
    let wide = to.since(from).as_secs().div_ceil(STRETCHES);
    let step_s = STEPS_S.into_iter().find(|step| u64::from(*step) >= wide).unwrap_or(86_400);
    // Stretches begin on the round minute, hour or day of the clock.
    let step = i64::from(step_s) * 1_000_000;
    let from = Timestamp::from_micros(from.as_micros() - from.as_micros().rem_euclid(step));
    let points = heard_course::course(&app.db, subject, (from, to), step_s).await?;
    let around = match first {
        None => None,
        Some(first) => {
            let by = now.since(first).min(AROUND);
            Some(Around {
                first,
                seconds: by.as_secs(),
                before: heard_course::calls(&app.db, first - by, first).await?,
                after: heard_course::calls(&app.db, first, first + by).await?,
            })
        }
    };
    Ok(Json(HeardCourse { from, to, step_s, points, around }))
}
