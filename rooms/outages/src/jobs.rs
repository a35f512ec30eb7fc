//! What this room does by the clock: begins what was planned, tells liaisons the day before, goes on telling customers, closes.

use std::sync::Arc;
use std::time::Duration;

use db::config;
use kernel::calendar::Calendar;
use web::{App, Error};

use crate::rules::table::Terms;
use crate::rules::{Act, Asker, Moment, Outage, Settings, State};
use crate::store::{affected, outages};
use crate::{asking, picture, telling, waving, work};

/// What customers are still being asked about is looked at again after so long.
const AGAIN: Duration = Duration::from_secs(15 * 60);

/// What was planned begins when it was to begin, and what has been restored for a day is closed, unless people are still at it.
pub async fn follow(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let mut all = Ok(());
    for outage in outages::due(&app.db, app.now()).await? {
        match go_on(&app, &calendar, &outage).await {
            // Somebody was faster: the next round sees it as it is then.
            Ok(()) | Err(Error::Refused { .. }) => {}
            // One that cannot go on holds up nothing else.
            Err(Error::Failed(error)) => {
                all = Err(error.context(format!("{} does not go on", outage.number)))
            }
        }
    }
    waving::soon(&app).await?;
    all
}

async fn go_on(app: &App, calendar: &Calendar, outage: &Outage) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let act = match outage.state {
        State::Published => Act::Begin { why: String::new() },
        State::Restored if asking::is_open(&mut tx, outage.id).await? => {
            outages::postpone(&mut tx, outage, app.now() + AGAIN).await?;
            tx.commit().await?;
            return Ok(());
        }
        State::Restored => Act::Close,
        _ => return Ok(()),
    };
    let read = (outage.id, Some(outage.version));
    work::act_in(&mut tx, app, calendar, Asker::CENTRE, read, &act).await?;
    tx.commit().await?;
    picture::changed();
    Ok(())
}

/// Liaisons hear once more a day before.
pub async fn day_before(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    affected::places_missing(&mut tx).await?;
    tx.commit().await?;
    for outage in outages::starting(&app.db, now, now + Duration::from_secs(86_400)).await? {
        // Published less than a day ahead: they have just been told.
        let known =
            outage.published_at.is_some_and(|at| outage.starts().since(at) > Duration::from_secs(93_600));
        if !known {
            continue;
        }
        let mut tx = app.db.begin().await?;
        let settings = config::now::<Settings>(&mut tx).await?.value;
        let terms = Terms { now, calendar: &calendar, settings: &settings };
        if telling::tell_liaisons(&mut tx, &app, &outage, Moment::DayBefore, terms).await? > 0 {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Goes on with what customers are being told until everybody has been.
pub async fn tell(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    while waving::go_on(&app, &calendar).await? > 0 {}
    Ok(())
}
