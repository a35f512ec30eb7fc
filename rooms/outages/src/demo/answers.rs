//! What customers of the demo have answered after an outage that is over: one element is known, one has somebody without, one is
//! silent, and of the others answers are awaited.

use std::time::Duration;

use anyhow::Result;
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use web::App;

use crate::answering::answered;
use crate::asking::{self, keep, with};
use crate::rules::after::{Answer, How, Said, Stage, What};
use crate::store::afters::{self, After};
use crate::store::asks::{self, Ask};

const MINUTE: Duration = Duration::from_secs(60);
/// Looked at below one element.
const PAGE: i64 = 12;

/// Writes them down, as of the minutes after supply was `back`.
pub(super) async fn put(app: &App, calendar: &Calendar, outage: OutageId, back: Timestamp) -> Result<()> {
    for _ in 0..50 {
        match afters::read_last(&app.db, outage).await? {
            Some(after) if after.stage == Stage::Listing => asking::step(app, calendar, &after).await?,
            _ => break,
        }
    }
    let mut tx = app.db.begin().await?;
    let Some(after) = afters::last(&mut tx, outage).await? else { return Ok(()) };
    for (nth, tally) in asks::tallies(&mut tx, &after).await?.iter().enumerate() {
        let some = asks::next(&mut tx, &after, tally.element, PAGE, false).await?;
        for (place, ask) in some.into_iter().enumerate() {
            let at = back + MINUTE * 16;
            let asked = Ask {
                said: Said::Asked,
                how: Some(How::Sms),
                wave: 1,
                asked_at: Some(at),
                due: Some(app.now() + MINUTE * 60),
                ..ask
            };
            let asked = with(asked, at, What::Asked, "");
            let later = at + MINUTE * u32::try_from(place % 9 + 2).unwrap_or(2);
            let said = |answer, how, note| answered(&asked, answer, (how, None), note, later);
            let next = match (nth % 4, place) {
                (1, 0) => said(Answer::No, How::Sms, "2"),
                (1, 1) => said(Answer::No, How::Call, ""),
                (2, 2..) => {
                    let silent = Ask { said: Said::Silent, due: None, ..asked.clone() };
                    Some(with(silent, at + MINUTE * 60, What::Silent, ""))
                }
                (3, 1..) => None,
                (_, 4) => said(Answer::Yes, How::Call, ""),
                (_, 6) => said(Answer::Yes, How::Sms, "有气了，谢谢"),
                _ => said(Answer::Yes, How::Sms, "1"),
            };
            keep(&mut tx, next.unwrap_or(asked)).await?;
        }
    }
    let asking = After { wave: 1, ..after };
    if afters::save(&mut tx, &asking).await? {
        tx.commit().await?;
    }
    Ok(())
}
