//! What the telephone asks: which outages a caller hears of before the menu, or by account and by area from within it.

use db::{Db, Tx, config};
use kernel::calendar::Calendar;
use kernel::{OutageId, PhoneNumber, Timestamp};

use crate::rules::greeting::{self, Voice};
use crate::rules::{Heard, Outage, Settings};
use crate::store::calls::{self, Call};
use crate::store::{outages, waves};

/// What whoever calls from this number hears before the menu: his own outages, or the largest. A number that cannot be read,
/// or is hidden (empty), is a caller whom nobody knows. Two queries over indexes where nothing is off.
pub async fn heard_by(db: &Db, calendar: &Calendar, number: &str, now: Timestamp) -> anyhow::Result<Heard> {
    let own = match number.parse::<PhoneNumber>() {
        Ok(number) => outages::speaking_to(db, number.as_str(), now).await?,
        Err(_) => Vec::new(),
    };
    if !own.is_empty() {
        // He hears nothing else, so nothing else is read.
        let heard = tell(db, calendar, Vec::new(), own.clone(), now).await?;
        if !heard.segments.is_empty() {
            return Ok(heard);
        }
    }
    let all = outages::speaking(db, now).await?;
    if all.is_empty() {
        return Ok(Heard::default());
    }
    tell(db, calendar, all, own, now).await
}

/// What a caller hears who has keyed an account's number in; none where there is no such account. Without segments: nothing is
/// known to be off there.
pub async fn heard_of_account(
    db: &Db,
    calendar: &Calendar,
    account: &str,
    now: Timestamp,
) -> anyhow::Result<Option<Heard>> {
    let Some(own) = outages::speaking_of(db, account, now).await? else { return Ok(None) };
    tell(db, calendar, Vec::new(), own, now).await.map(Some)
}

/// What a caller hears who names a district, a road or a community: every outage whose area has these words.
pub async fn heard_of_area(
    db: &Db,
    calendar: &Calendar,
    words: &str,
    now: Timestamp,
) -> anyhow::Result<Heard> {
    let words = words.trim();
    let mut all = outages::speaking(db, now).await?;
    all.retain(|outage| {
        let area = &outage.plan.area;
        let named = |text: &str| !text.is_empty() && (text.contains(words) || words.contains(text));
        area.text.contains(words)
            || area
                .places
                .iter()
                .any(|place| [&place.area, &place.road, &place.community].into_iter().any(|text| named(text)))
    });
    if words.is_empty() {
        all.clear();
    }
    let own = all.clone();
    tell(db, calendar, all, own, now).await
}

async fn tell(
    db: &Db,
    calendar: &Calendar,
    mut all: Vec<Outage>,
    own: Vec<Outage>,
    now: Timestamp,
) -> anyhow::Result<Heard> {
    let settings = config::read::<Settings>(db).await?.value;
    let ids: Vec<OutageId> = own.iter().map(|outage| outage.id).collect();
    // His own may be smaller than all that were read.
    all.retain(|outage| !ids.contains(&outage.id));
    all.extend(own);
    Ok(greeting::heard(&all, &ids, Voice { now, calendar, settings: &settings }))
}

/// Whoever has this number wants a text message when supply is back. False when that was known, or it is no number.
pub async fn tell_me(tx: &mut Tx, outage: OutageId, number: &str, now: Timestamp) -> anyhow::Result<bool> {
    let Ok(number) = number.parse::<PhoneNumber>() else { return Ok(false) };
    waves::wish(tx, outage, number.as_str(), now).await
}

/// Important customers who are to be telephoned before an instant, the most pressing first: for people now, and for whatever
/// places calls by itself.
pub async fn calls_owed(db: &Db, before: Timestamp) -> anyhow::Result<Vec<Call>> {
    calls::open(db, before).await
}
