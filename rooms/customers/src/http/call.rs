//! Whose call this is: the card at the agent's desk, and the customer the agent confirms.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use calls::store::search;
use exchange::DeskView;
use kernel::{CallId, ContactId, CustomerId, PersonId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::view::{self, CustomerView, Row, Sight};
use super::{mark, with_by};
use crate::permissions::CHANGE;
use crate::rules::change::learn;
use crate::rules::{Customer, Refusal};
use crate::store::{calls as kept, load, save};

/// What the handlers know of desks.
#[derive(Clone)]
pub struct AtDesk {
    pub hall: Arc<dyn Hall>,
    pub looks: Arc<Looks>,
}

/// Looks that have been written down lately: the same person at the same customer is one line in ten minutes.
#[derive(Default)]
pub struct Looks(Mutex<BTreeMap<(PersonId, CustomerId), Timestamp>>);

impl Looks {
    const SPELL: Duration = Duration::from_secs(600);

    pub fn is_new(&self, person: PersonId, customer: CustomerId, now: Timestamp) -> bool {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lately.retain(|_, at| now.since(*at) < Self::SPELL);
        lately.insert((person, customer), now).is_none()
    }
}

/// A call as it concerns this room.
struct Line {
    /// None when the caller hides it.
    number: Option<PhoneNumber>,
    /// It rings, talks, holds or is written up at the desk of whoever asks, now.
    own: bool,
}

impl AtDesk {
    /// The desk of whoever asks, if this call is there and is his own: whoever was only asked in for help sees the other
    /// agent's customer masked.
    async fn with(&self, actor: &Actor, call: CallId) -> Result<Option<DeskView>, Error> {
        let own = |desk: &DeskView| desk.agent.call == Some(call) && !desk.helps();
        Ok(self.hall.desk(actor.person).await?.filter(own))
    }

    async fn line(&self, app: &App, actor: &Actor, call: CallId) -> Result<Line, Error> {
        let desk = self.with(actor, call).await?;
        let own = desk.is_some();
        if let Some(caller) = desk.and_then(|desk| desk.agent.caller) {
            return Ok(Line { number: caller.parse().ok(), own });
        }
        // After the call the exchange has forgotten the number; the record has not.
        let record = search::one(&app.db, call).await?;
        if record.is_none() && !own {
            return Err(Error::not_found());
        }
        let other = record.map(|record| if record.direction == "out" { record.to } else { record.from });
        Ok(Line { number: other.and_then(|number| number.parse().ok()), own })
    }

    /// Whole for the customer of the call that is at one's own desk now, masked otherwise.
    pub async fn sight(
        &self,
        app: &App,
        actor: &Actor,
        call: CallId,
        customer: CustomerId,
    ) -> Result<Sight, Error> {
        if self.with(actor, call).await?.is_none() {
            return Ok(Sight::Masked);
        }
        let line = self.line(app, actor, call).await?;
        if let Some((chosen, _)) = kept::chosen(&app.db, call).await? {
            return Ok(if chosen == customer { Sight::Whole } else { Sight::Masked });
        }
        let Some(number) = line.number else { return Ok(Sight::Masked) };
        let matches = kept::by_number(&app.db, &number).await?;
        Ok(if matches.contains(&customer) { Sight::Whole } else { Sight::Masked })
    }
}

/// How sure it is whose call this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The agent said so.
    Confirmed,
    /// One customer has the number.
    One,
    /// Several have it: `choices`.
    Several,
    /// Nobody has it.
    None,
    /// The caller hides the number.
    Hidden,
}

/// When this customer was spoken with last.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LastContact {
    #[schema(value_type = String)]
    call: CallId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// The card: at most six facts, of which other rooms add theirs on the screen.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallCustomer {
    #[serde(rename = "match")]
    found: Match,
    /// Whoever asks has the call at the desk, may confirm and sees this customer whole.
    own: bool,
    number: Option<String>,
    /// The number is a contact of this customer.
    number_known: bool,
    customer: Option<CustomerView>,
    choices: Vec<Row>,
    last_contact: Option<LastContact>,
}

/// Whose call it is.
#[utoipa::path(get, path = "/api/customers/calls/{call}", tag = "customers", params(("call" = String, Path)),
    responses((status = 200, body = CallCustomer), (status = 404, body = ErrorBody)))]
pub async fn show(
    State(app): State<App>,
    Extension(desk): Extension<AtDesk>,
    actor: Actor,
    Path(call): Path<CallId>,
) -> Answer<CallCustomer> {
    let line = desk.line(&app, &actor, call).await?;
    Ok(Json(card(&app, call, &line).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    #[schema(value_type = String)]
    customer: CustomerId,
    /// The number of the call becomes a contact of the customer, or is verified again.
    #[serde(default)]
    learn: bool,
}

/// The agent says whose call it is.
#[utoipa::path(put, path = "/api/customers/calls/{call}", tag = "customers", params(("call" = String, Path)),
    request_body = Choice, responses((status = 200, body = CallCustomer), (status = 403, body = ErrorBody)))]
pub async fn choose(
    State(app): State<App>,
    Extension(desk): Extension<AtDesk>,
    actor: Actor,
    Path(call): Path<CallId>,
    Json(choice): Json<Choice>,
) -> Answer<CallCustomer> {
    let line = desk.line(&app, &actor, call).await?;
    if !line.own {
        return Err(Refusal::NotYourCall.into());
    }
    let mark = mark(&app, &actor);
    let mut tx = app.db.begin().await?;
    let customer = load::for_change(&mut tx, choice.customer).await?.ok_or_else(Error::not_found)?;
    if customer.merged_into.is_some() {
        return Err(Refusal::IsMerged.into());
    }
    let number = line.number.as_ref().map_or("", PhoneNumber::as_str);
    kept::choose(&mut tx, call, customer.id, number, mark).await?;
    let mut told = false;
    if choice.learn {
        actor.must(CHANGE)?;
        let number = line.number.as_ref().ok_or(Refusal::NumberHidden)?;
        if let Some(change) = with_by(&app, &actor, |by| learn(&customer, number, call, by))? {
            save::change(&mut tx, Some(&customer), &change, mark).await?;
            told = true;
        }
    }
    if !told {
        save::tell(&mut tx, mark, customer.id, "on_the_line", serde_json::json!({ "call": call }))?;
    }
    tx.commit().await?;
    Ok(Json(card(&app, call, &line).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dialled {
    /// One of the customer's numbers; the preferred one when it is left out.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
}

/// Calls a customer from the desk of whoever asks. The page may show the number masked; once it rings it is the agent's own
/// call, and whole.
#[utoipa::path(post, path = "/api/customers/{id}/dial", tag = "customers", params(("id" = String, Path)),
    request_body = Dialled, responses((status = 200), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn dial(
    State(app): State<App>,
    Extension(desk): Extension<AtDesk>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Json(form): Json<Dialled>,
) -> Answer<serde_json::Value> {
    let customer = load::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let contact = match form.contact {
        Some(wanted) => customer.contacts.iter().find(|contact| contact.id == wanted),
        None => customer.preferred(),
    };
    let number = contact.ok_or_else(Error::not_found)?.number.as_str().to_owned();
    calls::http::desk::dial(desk.hall.as_ref(), &actor, number).await?;
    Ok(Json(serde_json::json!({})))
}

async fn card(app: &App, call: CallId, line: &Line) -> Result<CallCustomer, Error> {
    let sight = if line.own { Sight::Whole } else { Sight::Masked };
    let mut answer = CallCustomer {
        found: if line.number.is_some() { Match::None } else { Match::Hidden },
        own: line.own,
        number: line.number.as_ref().map(|number| sight.phone(number.as_str())),
        number_known: false,
        customer: None,
        choices: Vec::new(),
        last_contact: None,
    };
    let customer = if let Some((chosen, _)) = kept::chosen(&app.db, call).await? {
        answer.found = Match::Confirmed;
        load::one(&app.db, chosen).await?
    } else if let Some(number) = &line.number {
        let mut matches = load::some(&app.db, &kept::by_number(&app.db, number).await?).await?;
        match matches.len() {
            0 => None,
            1 => {
                answer.found = Match::One;
                matches.pop()
            }
            _ => {
                answer.found = Match::Several;
                answer.choices = matches.iter().map(|customer| view::row(customer, sight)).collect();
                None
            }
        }
    } else {
        None
    };
    if let Some(customer) = customer {
        answer.number_known = has(&customer, line.number.as_ref());
        answer.last_contact =
            kept::last(&app.db, customer.id, call).await?.map(|(call, at)| LastContact { call, at });
        answer.customer = Some(view::whole(customer, sight));
    }
    Ok(answer)
}

fn has(customer: &Customer, number: Option<&PhoneNumber>) -> bool {
    number.is_some_and(|number| customer.contacts.iter().any(|contact| contact.number == *number))
}
