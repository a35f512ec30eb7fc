//! Customers: the list, one of them whole or masked, what is done to one.

use axum::Extension;
use axum::extract::State;
use kernel::{AccountId, CallId, CustomerId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, PageQuery, Path, Query};

use super::call::AtDesk;
use super::view::{self, CustomerView, Row, Sight};
use super::{look, mark, with_by};
use crate::permissions::{CHANGE, MERGE};
use crate::rules::change::{Act, NewCustomer, decide, register};
use crate::rules::network::Kept;
use crate::rules::{self, Class, FlagKind, Refusal, TEXT_MAX, Utility};
use crate::store::find::{self, FOUND_MAX, Filter, Happened, Note};
use crate::store::moves::MoveLine;
use crate::store::{elements, load, moves, save};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Name or its beginning, pinyin, initials, the last digits of a number, an account's or meter's number.
    pub text: Option<String>,
    pub class: Option<Class>,
    pub utility: Option<Utility>,
    pub flag: Option<FlagKind>,
    #[serde(default)]
    pub archived: bool,
    pub after: Option<String>,
    pub limit: Option<u32>,
}

impl ListQuery {
    pub fn filter(&self) -> Filter {
        Filter {
            text: self.text.as_ref().map(|text| text.chars().take(64).collect()),
            class: self.class,
            utility: self.utility,
            flag: self.flag,
            archived: self.archived,
            before: self.after.as_deref().and_then(|after| after.parse().ok()),
        }
    }
}

/// Customers, the newest first; masked.
#[utoipa::path(get, path = "/api/customers", tag = "customers", params(ListQuery),
    responses((status = 200, body = Page<Row>)))]
pub async fn list(State(app): State<App>, Query(query): Query<ListQuery>) -> Answer<Page<Row>> {
    let filter = query.filter();
    let page = PageQuery { after: None, limit: query.limit };
    let limit = if filter.text.is_some() { FOUND_MAX } else { page.limit() };
    let ids = find::page(&app.db, &filter, limit).await?;
    let customers = load::some(&app.db, &ids).await?;
    let rows = customers.iter().map(|customer| view::row(customer, Sight::Masked)).collect();
    Ok(Json(Page::of(rows, limit, |row: &Row| row.id.to_string())))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneQuery {
    /// The call at one's own desk on which this customer is spoken with: then nothing is masked.
    #[param(value_type = Option<String>)]
    pub call: Option<CallId>,
}

/// A customer with what was written down about him.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeView {
    #[serde(flatten)]
    pub customer: CustomerView,
    pub notes: Vec<Note>,
    pub history: Vec<Happened>,
    pub moves: Vec<MoveLine>,
    /// What supplies his accounts, where that is known.
    pub supply: Vec<SupplyView>,
}

/// What supplies an account, from where it comes in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupplyView {
    #[schema(value_type = String)]
    pub account: AccountId,
    pub path: Vec<Kept>,
}

/// One customer.
#[utoipa::path(get, path = "/api/customers/{id}", tag = "customers", params(("id" = String, Path), OneQuery),
    responses((status = 200, body = WholeView), (status = 404, body = ErrorBody)))]
pub async fn one(
    State(app): State<App>,
    Extension(desk): Extension<AtDesk>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Query(query): Query<OneQuery>,
) -> Answer<WholeView> {
    let sight = match query.call {
        Some(call) => desk.sight(&app, &actor, call, id).await?,
        None => Sight::Masked,
    };
    if sight == Sight::Masked && desk.looks.is_new(actor.person, id, app.now()) {
        // Looking at somebody who is not on the line is written down, once in ten minutes.
        let mut tx = app.db.begin().await?;
        let reason = query.call.map(|call| call.to_string());
        tx.journal(look(&app, &actor, id, "masked", reason).into());
        tx.commit().await?;
    }
    Ok(Json(answer(&app, id, sight).await?))
}

/// What is shown of one customer after any act.
pub(super) async fn answer(app: &App, id: CustomerId, sight: Sight) -> Result<WholeView, Error> {
    let customer = load::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let mut notes = find::notes(&app.db, id).await?;
    if sight == Sight::Masked {
        for note in &mut notes {
            note.text = kernel::mask::in_text(&note.text);
        }
    }
    let accounts: Vec<AccountId> = customer.accounts.iter().map(|account| account.id).collect();
    let supply = elements::supply(&app.db, &accounts).await?;
    Ok(WholeView {
        supply: supply.into_iter().map(|(account, path)| SupplyView { account, path }).collect(),
        customer: view::whole(customer, sight),
        notes,
        history: find::history(&app.db, id).await?,
        moves: moves::of(&app.db, id).await?,
    })
}

/// Registers somebody.
#[utoipa::path(post, path = "/api/customers", tag = "customers", request_body = NewCustomer,
    responses((status = 200, body = WholeView), (status = 422, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<NewCustomer>) -> Answer<WholeView> {
    let change = with_by(&app, &actor, |by| register(&form, by))?;
    let mut tx = app.db.begin().await?;
    save::change(&mut tx, None, &change, mark(&app, &actor)).await?;
    tx.commit().await?;
    Ok(Json(answer(&app, change.after.id, Sight::Whole).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ActForm {
    /// Of the customer as it was read.
    version: i64,
    /// The call at one's own desk: then the answer is not masked.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    #[serde(flatten)]
    act: Act,
}

/// Does something with one customer: `{"version":1,"act":"set_flag","flag":"elderly","reason":"…"}`.
#[utoipa::path(post, path = "/api/customers/{id}/acts", tag = "customers", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = WholeView), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    Extension(desk): Extension<AtDesk>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Json(form): Json<ActForm>,
) -> Answer<WholeView> {
    actor.must(if matches!(form.act, Act::Archive { .. } | Act::Restore) { MERGE } else { CHANGE })?;
    let sight = match form.call {
        Some(call) => desk.sight(&app, &actor, call, id).await?,
        None => Sight::Masked,
    };
    let mut tx = app.db.begin().await?;
    let mut before = load::for_change(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    before.version = form.version;
    let change = with_by(&app, &actor, |by| decide(&before, &form.act, by))?;
    save::change(&mut tx, Some(&before), &change, mark(&app, &actor)).await?;
    tx.commit().await?;
    Ok(Json(answer(&app, id, sight).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskForm {
    reason: String,
}

/// The customer whole, once; who, when and why is in the journal.
#[utoipa::path(post, path = "/api/customers/{id}/unmask", tag = "customers", params(("id" = String, Path)),
    request_body = UnmaskForm, responses((status = 200, body = WholeView), (status = 422, body = ErrorBody)))]
pub async fn unmask(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Json(form): Json<UnmaskForm>,
) -> Answer<WholeView> {
    let reason = rules::needed("reason", &form.reason, TEXT_MAX).map_err(|_| Refusal::NeedsReason)?;
    let mut tx = app.db.begin().await?;
    load::for_change(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    // Written before it is shown.
    tx.journal(look(&app, &actor, id, "whole", Some(reason)).into());
    tx.commit().await?;
    Ok(Json(answer(&app, id, Sight::Whole).await?))
}
