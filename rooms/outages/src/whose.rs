//! Whose outages they are, asked for many callers in one query.

use db::{Db, Together};
use kernel::{OutageId, Timestamp};

use crate::store::outages;

/// A clone is the same.
#[derive(Clone)]
pub(crate) struct Whose(Together<(String, Timestamp), Vec<OutageId>>);

impl Default for Whose {
    fn default() -> Whose {
        Whose(Together::new(|db, asked: Vec<(String, Timestamp)>| {
            Box::pin(async move {
                let now = asked.iter().map(|(_, now)| *now).max().unwrap_or_default();
                let numbers: Vec<&str> = asked.iter().map(|(number, _)| number.as_str()).collect();
                let found = outages::speaking_to(&db, &numbers, now).await?;
                // Several may call from one number.
                Ok(numbers.iter().map(|number| found.get(*number).cloned().unwrap_or_default()).collect())
            })
        }))
    }
}

impl Whose {
    /// Those of this number's accounts that speak now, the largest first.
    pub(crate) async fn outages(
        &self,
        db: &Db,
        number: &str,
        now: Timestamp,
    ) -> anyhow::Result<Vec<OutageId>> {
        self.0.ask(db, (number.to_owned(), now)).await
    }
}
