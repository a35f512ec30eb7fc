//! At the agent's desk: what is off or coming at the caller's address, and whether he was told.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use customers::store::calls as whose;
use db::{Entry, config};
use kernel::calendar::Calendar;
use kernel::{AccountId, CallId, CustomerId, OutageId, PhoneNumber};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Query, given};

use super::views::{OutageLine, line};
use crate::ROOM;
use crate::mentioning::{coming, was_coming};
use crate::rules::after::Said as After;
use crate::rules::greeting::{self, Voice};
use crate::rules::{Refusal, Settings, State as Stand, personal, spoken};
use crate::store::mentions::{self, Answer as Said, Mention};
use crate::store::{asks, outages};

#[derive(Debug, Deserialize, IntoParams)]
pub struct Whose {
    /// The customer whom the agent has chosen; the caller's number says it otherwise.
    customer: Option<String>,
}

/// One outage at the caller's address.
#[derive(Debug, Serialize, ToSchema)]
pub struct AtAddress {
    #[serde(flatten)]
    line: OutageLine,
    /// It begins within seven days: to be told without being asked.
    to_mention: bool,
    /// What the agent says, word for word.
    say: String,
    answer: Option<Said>,
    /// After it is back: the caller's accounts in it.
    accounts: Vec<AccountHere>,
}

/// One account of the caller in an outage that is over.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountHere {
    #[schema(value_type = String)]
    customer: CustomerId,
    #[schema(value_type = String)]
    account: AccountId,
    /// Whether he has it again, as far as is known.
    said: After,
    order_number: String,
}

async fn customers(
    app: &App,
    hall: &dyn Hall,
    actor: &Actor,
    call: CallId,
) -> Result<Vec<CustomerId>, Error> {
    if let Some((chosen, _)) = whose::chosen(&app.db, call).await? {
        return Ok(vec![chosen]);
    }
    let desk = hall.desk(actor.person).await?.filter(|desk| desk.agent.call == Some(call));
    let number = match desk.and_then(|desk| desk.agent.caller) {
        Some(number) => Some(number),
        None => {
            let record = calls::store::search::one(&app.db, call).await?;
            record.map(|record| if record.direction == "out" { record.to } else { record.from })
        }
    };
    let Some(number) = number.and_then(|number| number.parse::<PhoneNumber>().ok()) else {
        return Ok(Vec::new());
    };
    Ok(whose::by_number(&app.db, &number).await?)
}

/// What is off or coming where the caller of this call lives.
#[utoipa::path(get, path = "/api/outages/at_call/{call}", tag = "outages", params(("call" = String, Path), Whose),
    responses((status = 200, body = Vec<AtAddress>)))]
pub async fn show(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(call): Path<CallId>,
    Query(asked): Query<Whose>,
) -> Answer<Vec<AtAddress>> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar: &calendar, settings: &settings };
    let parties = match given("customer", asked.customer.as_deref())? {
        Some(customer) => vec![customer],
        None => customers(&app, hall.as_ref(), &actor, call).await?,
    };
    let said = mentions::read(&app.db, call).await?;
    let mut found = Vec::new();
    for party in parties {
        let all = outages::of_customer(&app.db, party.get()).await?;
        let ids: Vec<OutageId> = coming(all.clone(), voice.now).iter().map(|outage| outage.id).collect();
        for outage in all {
            let to_mention = ids.contains(&outage.id);
            let is_now = matches!(outage.state, Stand::InProgress | Stand::Restored);
            if found.iter().any(|one: &AtAddress| one.line.id == outage.id) || !(to_mention || is_now) {
                continue;
            }
            let (off, supply) = greeting::words_of(outage.plan.utility);
            let say = if to_mention && outage.plan.class.is_personal() {
                personal::reminder(&outage, voice)
            } else if to_mention {
                let ends = outage.ends().map_or_else(String::new, |ends| {
                    format!(
                        "，预计{}恢复{supply}",
                        spoken::until(ends, outage.starts(), voice.now, &calendar)
                    )
                });
                let at = spoken::time(outage.starts(), voice.now, &calendar);
                let area = &outage.plan.area.text;
                format!("另外提醒您，您所在的{area}{at}有{}{off}{ends}，请提前准备。", class_word(&outage))
            } else {
                greeting::text(&outage, true, voice)
            };
            let answer = said.iter().find(|one| one.outage == outage.id).and_then(|one| one.answer);
            let accounts = match outage.state {
                Stand::Restored => asks::of_party(&app.db, party, outage.id).await?,
                _ => Vec::new(),
            };
            let revision = accounts.first().map(|ask| ask.revision);
            let accounts = accounts.into_iter().filter(|ask| Some(ask.revision) == revision);
            let accounts = accounts.map(|ask| AccountHere {
                customer: ask.party,
                account: ask.account,
                said: ask.said,
                order_number: ask.order_number,
            });
            let accounts = accounts.collect();
            found.push(AtAddress { line: line(&outage, voice), to_mention, say, answer, accounts });
        }
    }
    Ok(Json(found))
}

fn class_word(outage: &crate::rules::Outage) -> &'static str {
    match outage.plan.class {
        crate::rules::Class::Planned => "计划",
        crate::rules::Class::Temporary => "临时",
        _ => "",
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionForm {
    #[schema(value_type = String)]
    outage: OutageId,
    answer: Said,
}

/// So long after a call its agent may say whether the caller was told.
const LATEST: Duration = Duration::from_secs(86_400);

/// The agent says whether the caller was told.
#[utoipa::path(put, path = "/api/outages/at_call/{call}", tag = "outages", params(("call" = String, Path)),
    request_body = MentionForm, responses((status = 200), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
    (status = 422, body = ErrorBody)))]
pub async fn mention(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(call): Path<CallId>,
    Json(form): Json<MentionForm>,
) -> Answer<serde_json::Value> {
    let now = app.now();
    let at_desk = hall.desk(actor.person).await?.is_some_and(|desk| desk.agent.call == Some(call));
    let record = calls::store::search::one(&app.db, call).await?;
    if !at_desk && record.as_ref().is_none_or(|record| record.agent != Some(actor.person)) {
        return Err(Refusal::NotYourCall.into());
    }
    let called_at = record.map_or(now, |record| record.at);
    if now.since(called_at) > LATEST {
        return Err(Refusal::CallTooOld.into());
    }
    let outage = outages::read(&app.db, form.outage).await?.ok_or_else(Error::not_found)?;
    let mut concerns = false;
    for party in customers(&app, hall.as_ref(), &actor, call).await? {
        let all = outages::of_customer(&app.db, party.get()).await?;
        concerns |= all.iter().any(|one| one.id == outage.id && was_coming(one, called_at, now));
    }
    let mut tx = app.db.begin().await?;
    let before = mentions::of(&mut tx, call).await?.into_iter().find(|one| one.outage == outage.id);
    // What is owed already is answered, though it was called off meanwhile.
    if before.is_none() && !concerns {
        return Err(Refusal::NotComing.into());
    }
    let answer = Some(form.answer);
    mentions::put(&mut tx, &Mention { call, outage: outage.id, agent: actor.person, at: now, answer })
        .await?;
    let payload = json!({ "call": call, "before": before.and_then(|one| one.answer), "after": answer });
    let (who, subject) = (Some(actor.person), outage.id.to_string());
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "mentioned", payload });
    tx.commit().await?;
    Ok(Json(json!({})))
}
