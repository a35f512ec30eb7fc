//! Lists of call-backs, how many wait, and the figures K26 to K29.

use db::config;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use kernel::calendar::Calendar;
use kernel::{Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Actor, Answer, App, Error, Grouped, Json, Page, Period, Query, bad_query, given, place, placed, word,
};

use super::views::{TaskLine, line};
use crate::asking::{self, Person};
use crate::permissions::READ;
use crate::rules::figures::{self, By, Figures};
use crate::rules::{Hours, Settings, Task};
use crate::store::found::{self, Filter, Set};

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `mine`: what I may ask about now, the most urgent first; `open`: all that is open, the next due first. Behind the
    /// figures, the newest first: `required`, `completed`, `tried`, `reached`, `rated`, `satisfied`, `unsatisfied`,
    /// `doubted`. `open` if not given.
    pub set: Option<String>,
    /// A unit's id, or `none` for orders that no unit had.
    pub unit: Option<String>,
    pub kind: Option<String>,
    /// Behind the figures: an area, or `none`.
    pub area: Option<String>,
    /// Came to be asked at or after this instant (RFC 3339), and before that.
    pub from: Option<String>,
    pub to: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

impl Search {
    fn filter(&self, person: i64) -> Result<Filter, Error> {
        let unit = match self.unit.as_deref() {
            Some("none") => Some(None),
            unit => given::<UnitId>("unit", unit)?.map(Some),
        };
        word::<deadlines::Kind>("kind", self.kind.as_deref())?;
        Ok(Filter {
            unit,
            kind: self.kind.clone().filter(|kind| !kind.is_empty()),
            area: self
                .area
                .clone()
                .filter(|area| !area.is_empty())
                .map(|area| if area == "none" { String::new() } else { area }),
            from: given("from", self.from.as_deref())?,
            to: given("to", self.to.as_deref())?,
            person,
            after: place("after", self.after.as_deref())?,
        })
    }
}

/// Call-backs, a page at a time.
#[utoipa::path(get, path = "/api/callbacks", tag = "callbacks", params(Search),
    responses((status = 200, body = Page<TaskLine>)))]
pub async fn list(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Answer<Page<TaskLine>> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let hours = Hours { calendar: &calendar, settings: &settings };
    let limit = i64::from(web::page_size(search.limit));
    let filter = search.filter(actor.person.get())?;
    let show = |tasks: Vec<Task>, by_due: bool| {
        let key = |task: &Task| placed(if by_due { task.due } else { task.since }, task.order);
        Json(Page::of(tasks, limit, key).map(|task| line(&task, app.now(), hours)))
    };
    let set = match search.set.as_deref().filter(|set| !set.is_empty()).unwrap_or("open") {
        "mine" => {
            let person = Person::of(&app, &actor).await?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let mine = asking::queue(&app, &calendar, &person, most).await?;
            return Ok(show(mine, true));
        }
        "open" => return Ok(show(found::open(&app.db, &filter, limit + 1).await?, true)),
        "required" => Set::Required,
        "completed" => Set::Completed,
        "tried" => Set::Tried,
        "reached" => Set::Reached,
        "rated" => Set::Rated,
        "satisfied" => {
            Set::Satisfied { fair: settings.fair_counts, fair_government: settings.fair_counts_government }
        }
        "unsatisfied" => Set::Unsatisfied,
        "doubted" => Set::Doubted,
        _ => return Err(bad_query("set")),
    };
    if !actor.may(READ) {
        return Err(Error::forbidden());
    }
    Ok(show(found::find(&app.db, set, &filter, limit + 1).await?, false))
}

/// How many wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    open: i64,
    overdue: i64,
    /// Taken by somebody just now.
    claimed: i64,
    /// Within the hours in which customers may be called.
    hours_open: bool,
    /// When the hours begin next; now, if they are.
    #[schema(value_type = String, format = DateTime)]
    hours_from: Timestamp,
}

/// How many wait, and whether customers may be called now.
#[utoipa::path(get, path = "/api/callbacks/now", tag = "callbacks", responses((status = 200, body = Waiting)))]
pub async fn now(State(app): State<App>, Extension(calendar): Extension<Arc<Calendar>>) -> Answer<Waiting> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let hours = Hours { calendar: &calendar, settings: &settings };
    let now = app.now();
    let (open, overdue, claimed) = found::now(&app.db, now).await?;
    Ok(Json(Waiting { open, overdue, claimed, hours_open: hours.open(now), hours_from: hours.opens(now) }))
}

/// The figures of one unit, kind or area.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FiguresLine {
    unit: Option<String>,
    kind: Option<String>,
    area: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    total: Figures,
    lines: Vec<FiguresLine>,
}

/// K26 to K29 of those who came to be asked in a period. Each number opens its list: `?set=…` with the same period.
#[utoipa::path(get, path = "/api/callbacks/figures", tag = "callbacks", params(Period, Grouped),
    responses((status = 200, body = FiguresView)))]
pub async fn figures(
    State(app): State<App>,
    Query(period): Query<Period>,
    Query(grouped): Query<Grouped>,
) -> Answer<FiguresView> {
    let (from, to) = period.read()?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let groups = found::groups(&app.db, from, to).await?;
    let by = word("by", grouped.by.as_deref())?.unwrap_or(By::Unit);
    let line = |(key, figures)| match by {
        By::Unit => FiguresLine { unit: key, figures, ..FiguresLine::default() },
        By::Kind => FiguresLine { kind: key, figures, ..FiguresLine::default() },
        By::Area => FiguresLine { area: key, figures, ..FiguresLine::default() },
    };
    let lines = figures::lines(&groups, by, &settings).into_iter().map(line).collect();
    Ok(Json(FiguresView { total: figures::figures(groups.iter(), &settings), lines }))
}
