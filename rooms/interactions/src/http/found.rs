//! Lists of records, and a caller's earlier ones.

use db::config;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use calls::store::search;
use kernel::{CallId, PersonId, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, Json, Page, Query, bad_query, given, placed, word};

use super::records::listed;
use super::views::{RecordView, scope};
use crate::permissions::READ;
use crate::rules::{Record, Tree};
use crate::store::figures::{self, Behind, Set};
use crate::store::found::{self, Filter};

const HISTORY_MAX: i64 = 20;

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// An agent's id.
    pub agent: Option<String>,
    /// The code of a reason.
    pub reason: Option<String>,
    /// `answered`, `order`, `call_back`, `wrong_number`, `silent`, `nuisance`
    pub result: Option<String>,
    /// `draft` or `complete`
    pub state: Option<String>,
    /// Only what is still to be completed after its call.
    #[serde(default)]
    pub overdue: bool,
    /// Those behind a figure of the period `from` to `to`: `contacts`, `direct`, `solved`, `repeated`. Only `class` narrows
    /// them down.
    pub set: Option<String>,
    /// Together with `set`: the code of a reason, with everything below it.
    pub class: Option<String>,
    /// Begun at or after this instant (RFC 3339).
    pub from: Option<String>,
    /// Begun before this instant.
    pub to: Option<String>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Earlier {
    /// The call that goes on.
    pub call: String,
    /// Its customer, where that is known.
    pub customer: Option<String>,
}

impl Search {
    pub(super) fn filter(&self) -> Result<Filter, Error> {
        Ok(Filter {
            agent: given("agent", self.agent.as_deref())?,
            reason: self.reason.clone().filter(|text| !text.is_empty()),
            result: word("result", self.result.as_deref())?,
            state: word("state", self.state.as_deref())?,
            overdue: self.overdue,
            from: given("from", self.from.as_deref())?,
            to: given("to", self.to.as_deref())?,
            before: self.place()?,
        })
    }

    fn place(&self) -> Result<Option<(Timestamp, CallId, PersonId)>, Error> {
        Ok(match self.before.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let mut parts = text.split('~');
                let at = parts.next().and_then(|at| at.parse().ok()).ok_or_else(|| bad_query("before"))?;
                let call = parts.next().and_then(|id| id.parse().ok()).ok_or_else(|| bad_query("before"))?;
                let agent = parts.next().and_then(|id| id.parse().ok()).ok_or_else(|| bad_query("before"))?;
                Some((Timestamp::from_micros(at), call, agent))
            }
        })
    }

    fn behind(&self, set: Set, tree: &Tree) -> Result<Behind, Error> {
        let period =
            |field, text: &Option<String>| given(field, text.as_deref())?.ok_or_else(|| bad_query(field));
        let class = self.class.as_deref().filter(|class| !class.is_empty());
        Ok(Behind {
            set,
            from: period("from", &self.from)?,
            to: period("to", &self.to)?,
            reasons: class.map(|class| tree.below(class).into_iter().collect()),
            before: self.place()?,
        })
    }
}

/// Where the page after this record begins.
pub(super) fn place(record: &Record) -> (Timestamp, CallId, PersonId) {
    (record.at, record.call, record.agent)
}

/// The newest records first.
#[utoipa::path(get, path = "/api/interactions", tag = "interactions", params(Search),
    responses((status = 200, body = Page<RecordView>)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Answer<Page<RecordView>> {
    let limit = i64::from(web::page_size(search.limit));
    let most = limit + 1;
    let found = match word::<Set>("set", search.set.as_deref())? {
        // Figures are everybody's.
        Some(_) if !actor.may(READ) => return Err(Error::forbidden()),
        Some(set) => {
            let tree = config::read::<Tree>(&app.db).await?.value;
            figures::behind(&app.db, &search.behind(set, &tree)?, most).await?
        }
        None => found::find(&app.db, &search.filter()?, &scope(&actor), most).await?,
    };
    let Page { items, next } =
        Page::of(found, limit, |record| format!("{}~{}", placed(record.at, record.call), record.agent));
    Ok(Json(Page { items: views(&app, &actor, items).await?, next }))
}

/// Earlier records of whoever is on a call: by customer where that is known, else by number. For those who are on it, and for
/// those who see everybody's.
#[utoipa::path(get, path = "/api/interactions/history", tag = "interactions", params(Earlier),
    responses((status = 200, body = Vec<RecordView>)))]
pub async fn history(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Query(asked): Query<Earlier>,
) -> Answer<Vec<RecordView>> {
    let call: CallId = asked.call.parse().map_err(|_| bad_query("call"))?;
    let desk = hall.desk(actor.person).await?.filter(|desk| desk.agent.call == Some(call));
    let found = search::one(&app.db, call).await?;
    let took_part = match &found {
        Some(found) => {
            let segments = search::stretches(&app.db, call).await?;
            calls::http::records::took_part(actor.person, found, &segments)
        }
        None => false,
    };
    if desk.is_none() && !took_part && !actor.may(READ) {
        return Err(Error::not_found());
    }
    let number = match found {
        Some(found) if found.direction == "out" => found.to,
        Some(found) => found.from,
        None => desk.and_then(|desk| desk.agent.caller).unwrap_or_default(),
    };
    let customer = asked.customer.as_deref().filter(|id| !id.is_empty());
    let found = found::history(&app.db, call, customer, &number, HISTORY_MAX).await?;
    Ok(Json(views(&app, &actor, found).await?))
}

async fn views(app: &App, actor: &Actor, found: Vec<Record>) -> anyhow::Result<Vec<RecordView>> {
    let tree = config::read::<Tree>(&app.db).await?.value;
    Ok(found.into_iter().map(|record| listed(record, actor, &tree)).collect())
}
