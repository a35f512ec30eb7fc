//! Agents tell callers of what is coming at their address without being asked (O5, K33).

use customers::store::calls as whose;
use db::{Emitted, Tx};
use futures::future::BoxFuture;
use interactions::BeforeComplete;
use interactions::rules::{Draft, Outcome};
use kernel::{CallId, CustomerId, Timestamp};
use web::App;

use crate::rules::limits::is_coming;
use crate::rules::told::Contact;
use crate::rules::{Outage, Refusal, State};
use crate::store::mentions::{self, Answer as Said, Mention};
use crate::store::{asks, outages, reached};

/// Published, and beginning within seven days.
pub fn coming(outages: Vec<Outage>, now: Timestamp) -> Vec<Outage> {
    let mut all = outages;
    all.retain(|outage| outage.state == State::Published && is_coming(outage.starts(), now));
    all
}

/// It was coming while the call went on: what was told in it is written down a little later.
pub fn was_coming(outage: &Outage, called_at: Timestamp, now: Timestamp) -> bool {
    is_coming(outage.starts(), called_at) || is_coming(outage.starts(), now)
}

fn nobody_was_spoken_with(result: Outcome) -> bool {
    matches!(result, Outcome::WrongNumber | Outcome::Silent | Outcome::Nuisance)
}

/// A record was completed: if something was coming at the caller's address, he should have been told.
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<interactions::Completed>()? else { return Ok(()) };
    let customer = done.customer.as_deref().and_then(|id| id.parse::<CustomerId>().ok());
    let (Some(customer), 1) = (customer, done.edition) else { return Ok(()) };
    let all = outages::of_party(tx, customer.get()).await?;
    let answers = mentions::of(tx, done.call).await?;
    let spoken = !done.result.is_some_and(nobody_was_spoken_with);
    for outage in &all {
        let in_progress = outage.state == State::InProgress;
        if in_progress {
            asks::called(tx, outage.id, customer, event.at).await?;
        }
        let answer = answers.iter().find(|one| one.outage == outage.id).and_then(|one| one.answer);
        let said = answer.map(|answer| answer != Said::NotApplicable);
        let contact = Contact::Talked { in_progress: in_progress && spoken, said };
        reached::by_customer(tx, outage.id, customer, contact, event.at).await?;
    }
    // Who did not speak could not be told.
    for outage in coming(all, event.at).into_iter().filter(|_| spoken) {
        let mention =
            Mention { call: done.call, outage: outage.id, agent: done.agent, at: event.at, answer: None };
        mentions::owe(tx, &mention).await?;
    }
    Ok(())
}

/// Handed to `interactions` by the wiring: a record is completed only after the agent has said whether the caller was told.
pub struct AskFirst;

impl BeforeComplete for AskFirst {
    fn may<'a>(
        &'a self,
        app: &'a App,
        call: CallId,
        draft: &'a Draft,
    ) -> BoxFuture<'a, Result<(), web::Error>> {
        Box::pin(async move {
            if draft.result.is_some_and(nobody_was_spoken_with) {
                return Ok(());
            }
            let named = draft.customer.as_deref().and_then(|id| id.parse::<CustomerId>().ok());
            let customer = match named {
                Some(customer) => customer,
                None => match whose::chosen(&app.db, call).await? {
                    Some((customer, _)) => customer,
                    None => return Ok(()),
                },
            };
            let coming = coming(outages::of_customer(&app.db, customer.get()).await?, app.now());
            if coming.is_empty() {
                return Ok(());
            }
            let said = mentions::read(&app.db, call).await?;
            let answered =
                |outage: &Outage| said.iter().any(|one| one.outage == outage.id && one.answer.is_some());
            match coming.iter().find(|outage| !answered(outage)) {
                Some(outage) => Err(Refusal::TellFirst { area: outage.plan.area.text.clone() }.into()),
                None => Ok(()),
            }
        })
    }
}
