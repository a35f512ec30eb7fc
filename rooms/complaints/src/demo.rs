//! Cases and findings of the demo: from the invented orders, by the same rules as any other.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::PersonId;
use kernel::calendar::Calendar;
use web::App;

use crate::rules::demo::{Members, life};
use crate::rules::{Case, decide};
use crate::store::cases;
use crate::store::found::{Filter, Looker, find};
use crate::{finders, hears};

const CASES: i64 = 200;

/// Opens the cases of the invented complaints and lets the members do what they have done by now, where there are none yet.
pub async fn fill(app: &App, calendar: &Calendar, members: Members) -> anyhow::Result<()> {
    let everybody = Looker { person: PersonId(0), upwards: BTreeSet::new(), groups: None };
    let all = Filter::default();
    if !find(&app.db, &everybody, &all, 1).await?.is_empty() {
        return Ok(());
    }
    hears::find_missed(app.clone(), Arc::new(calendar.clone())).await?;
    let now = app.now();
    for (nth, case) in find(&app.db, &everybody, &all, CASES).await?.into_iter().enumerate() {
        let mut tx = app.db.begin().await?;
        let mut case = case;
        for (at, who, act) in life(&case, nth, members) {
            if at > now || !decide::fits(case.stage, act.verb()) {
                break;
            }
            let next = decide::apply(&case, &act, Some(who), at);
            if !cases::save(&mut tx, &case, &next, &act, Some(who), at).await? {
                break;
            }
            case = Case { version: case.version + 1, ..next };
        }
        tx.commit().await?;
    }
    finders::look_at_results(app, calendar).await
}
