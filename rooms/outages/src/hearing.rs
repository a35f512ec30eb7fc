//! What the telephone asks: which outages a caller hears of before the menu, or by account and by area from within it.

use std::time::Duration;

use db::{Db, Tx};
use kernel::calendar::Calendar;
use kernel::{OutageId, PhoneNumber, Timestamp};

use crate::picture::Picture;
use crate::rules::{Heard, Outage, State};
use crate::store::calls::{self, Call};
use crate::store::{outages, waves};
use crate::telling;
use crate::whose::Whose;

/// Whose outages they are is asked of the database. Where that takes longer he hears what everybody hears.
const OWN_WITHIN: Duration = Duration::from_millis(200);

/// What whoever calls from this number hears before the menu: his own outages, or the largest. A number that cannot be read,
/// or is hidden (empty), is a caller whom nobody knows.
pub async fn heard_by(db: &Db, calendar: &Calendar, number: &str, now: Timestamp) -> anyhow::Result<Heard> {
    let picture = Picture::read(db, now).await?;
    heard_by_in((&picture, &Whose::default()), db, calendar, number, now).await
}

/// The same in a picture that was read before. No query at all while nothing is off.
pub(crate) async fn heard_by_in(
    (picture, whose): (&Picture, &Whose),
    db: &Db,
    calendar: &Calendar,
    number: &str,
    now: Timestamp,
) -> anyhow::Result<Heard> {
    if picture.is_silent(calendar, now) {
        return Ok(Heard::default());
    }
    let own = match number.parse::<PhoneNumber>() {
        Ok(number) => {
            let own = whose.outages(db, number.as_str(), now);
            match tokio::time::timeout(OWN_WITHIN, own).await {
                Ok(own) => own?,
                Err(_) => {
                    tracing::warn!(
                        "whose outages they are is not known in time: a caller hears of the largest"
                    );
                    Vec::new()
                }
            }
        }
        Err(_) => Vec::new(),
    };
    tell(picture, db, own, calendar, now).await
}

/// What a caller hears who has keyed an account's number in; none where there is no such account, and where it was cut off for what
/// its customer owes or did: whoever knows the number is not told. Without segments: nothing is known to be off there.
pub async fn heard_of_account(
    db: &Db,
    calendar: &Calendar,
    account: &str,
    now: Timestamp,
) -> anyhow::Result<Option<Heard>> {
    let picture = Picture::read(db, now).await?;
    heard_of_account_in(&picture, db, calendar, account, now).await
}

pub(crate) async fn heard_of_account_in(
    picture: &Picture,
    db: &Db,
    calendar: &Calendar,
    account: &str,
    now: Timestamp,
) -> anyhow::Result<Option<Heard>> {
    let Some(all) = outages::speaking_of(db, account, now).await? else { return Ok(None) };
    if all.is_empty() {
        return Ok(Some(Heard::default()));
    }
    let own: Vec<OutageId> =
        all.into_iter().filter(|(_, class)| !class.is_personal()).map(|(id, _)| id).collect();
    if own.is_empty() {
        return Ok(None);
    }
    tell(picture, db, own, calendar, now).await.map(Some)
}

/// What a caller hears who has chosen a place (`district/place`), or names a district, a road or a community: every outage there.
pub async fn heard_of_area(
    db: &Db,
    calendar: &Calendar,
    words: &str,
    now: Timestamp,
) -> anyhow::Result<Heard> {
    let picture = Picture::read(db, now).await?;
    Ok(picture.heard_of(&picture.of_area(words), calendar, now))
}

/// His own, or the largest. One that is too small for the picture is read for him.
async fn tell(
    picture: &Picture,
    db: &Db,
    own: Vec<OutageId>,
    calendar: &Calendar,
    now: Timestamp,
) -> anyhow::Result<Heard> {
    let mut others: Vec<Outage> = Vec::new();
    for id in own.iter().filter(|id| picture.outage(**id).is_none()) {
        others.extend(outages::read(db, *id).await?);
    }
    if others.is_empty() {
        return Ok(picture.heard(&own, calendar, now));
    }
    let mut whole = picture.clone();
    whole.outages.extend(others);
    Ok(whole.heard(&own, calendar, now))
}

/// Whoever has this number wants a text message when supply is back; where it is back already he gets it now. False when that was
/// known, it is no number, or there is no such outage.
pub async fn tell_me(tx: &mut Tx, outage: OutageId, number: &str, now: Timestamp) -> anyhow::Result<bool> {
    let Ok(number) = number.parse::<PhoneNumber>() else { return Ok(false) };
    // Held, so that whoever restores it, and the wave that tells, are done or see the wish.
    let Some(of) = outages::hold(tx, outage).await? else { return Ok(false) };
    if !waves::wish(tx, outage, number.as_str(), now).await? {
        return Ok(false);
    }
    if matches!(of.state, State::Restored | State::Closed) {
        waves::go_on_late(tx, outage, telling::revision(&of)).await?;
    }
    Ok(true)
}

/// Important customers who are to be telephoned before an instant, the most pressing first: for people now, and for whatever
/// places calls by itself.
pub async fn calls_owed(db: &Db, before: Timestamp) -> anyhow::Result<Vec<Call>> {
    calls::open(db, before).await
}
