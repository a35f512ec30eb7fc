//! 投诉本人: the caller complains about the agent on the line. The agent writes it down in one step, and can neither change
//! nor withdraw it: work orders bar whom an order is about.

use std::time::Duration;

use calls::Hall;
use calls::store::search::{self, Found};
use deadlines::Kind;
use kernel::calendar::Calendar;
use kernel::phone::PhoneNumber;
use kernel::{CallId, WorkOrderId};
use web::{Actor, App, Error};
use work_orders::filing::{self, NewOrder};
use work_orders::rules::order::{Channel, Contact, Emotion, Matter, Privacy};
use work_orders::rules::{Kinds, Subtype};
use work_orders::store::orders;
use work_orders::work;

use crate::rules::{Refusal, text};

/// A call may be over for so many hours when its complaint is written down.
const AFTER_H: u64 = 24;
/// The longest key of a page, in bytes.
const TOKEN_MAX: usize = 80;
/// The sub-type for how somebody has behaved; where a centre has another word, its first one of complaints.
const CONDUCT: &str = "complaint.conduct";

/// What the caller says.
#[derive(Clone, Debug)]
pub struct Said {
    /// None: the call the agent is on.
    pub call: Option<CallId>,
    pub words: String,
    pub emotion: Emotion,
    /// Asked again with the same, it is the same order.
    pub token: Option<String>,
}

/// Files it; the answer is the order's number, for the agent to read aloud.
///
/// # Errors
/// [`Refusal::NoCall`] when the agent is on no call and has talked in none that is named.
pub async fn raise(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    actor: &Actor,
    said: Said,
) -> Result<(WorkOrderId, String), Error> {
    text(&said.words, "words", 4, 500)?;
    let token = token(said.token)?;
    let (call, record) = own_call(app, hall, actor, said.call).await?;
    let kinds = db::config::read::<Kinds>(&app.db).await?.value;
    let subtype = conduct(&kinds).ok_or(Refusal::Unknown { what: "subtype" })?;
    let words = said.words.trim().to_owned();
    let number = match record.direction.as_str() {
        "in" => record.from,
        _ => record.to,
    };
    let records = interactions::store::records::of_call(&app.db, call).await?;
    let customer = records.into_iter().find_map(|record| record.draft.customer);
    // Whoever withholds the number is anonymous; it is recorded all the same.
    let known = number.parse::<PhoneNumber>().is_ok();
    let required = subtype.fields.iter().filter(|field| field.required);
    let matter = Matter {
        kind: subtype.kind,
        subtype: subtype.code.clone(),
        channel: Channel::Phone,
        content: words.clone(),
        fields: required.map(|field| (field.key.clone(), words.clone())).collect(),
        site: deadlines::Site::Urban,
        urgency: Default::default(),
        danger: false,
        privacy: if known { Privacy::Open } else { Privacy::Anonymous },
        emotion: said.emotion,
        level: Default::default(),
        reply_wanted: known,
        contact: Contact { name: String::new(), phone: if known { number } else { String::new() } },
        customer,
        important_customer: false,
        address: String::new(),
        area: String::new(),
        call: Some(call),
        about: Some(actor.person),
    };
    let asker = work::asker(app, actor).await?;
    let new = NewOrder { matter, unit: None, master: None, answered: None, appointment: None, token };
    let id = filing::accept(app, calendar, &asker, new).await?;
    let kept = orders::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok((id, kept.order.number))
}

/// A key of the page's own. One that cannot be kept is refused: dropped, the same would be filed twice.
fn token(token: Option<String>) -> Result<Option<String>, Refusal> {
    match token.filter(|token| !token.is_empty()) {
        Some(long) if long.len() > TOKEN_MAX => {
            Err(Refusal::BadText { field: "token", least: 1, most: TOKEN_MAX })
        }
        token => Ok(token),
    }
}

fn conduct(kinds: &Kinds) -> Option<&Subtype> {
    let mut live = kinds.subtypes.iter().filter(|one| one.kind == Kind::Complaint && !one.retired);
    kinds.find(CONDUCT).filter(|one| !one.retired).or_else(|| live.next())
}

/// The call this agent is on, or one of the last day in which this agent has talked.
async fn own_call(
    app: &App,
    hall: &dyn Hall,
    actor: &Actor,
    named: Option<CallId>,
) -> Result<(CallId, Found), Error> {
    let on = hall.desk(actor.person).await?.and_then(|desk| desk.agent.call);
    let call = named.or(on).ok_or(Refusal::NoCall)?;
    let record = search::one(&app.db, call).await?.ok_or(Refusal::NoCall)?;
    let recent = record.at + Duration::from_secs(AFTER_H * 3_600) >= app.now();
    let talked = || async {
        let stretches = search::stretches(&app.db, call).await?;
        anyhow::Ok(stretches.iter().any(|stretch| stretch.agent == Some(actor.person)))
    };
    let own = on == Some(call) || record.agent == Some(actor.person) || talked().await?;
    if own && recent { Ok((call, record)) } else { Err(Refusal::NoCall.into()) }
}
