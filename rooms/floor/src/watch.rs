//! Keeps what the picture needs beside the exchange's view, and pushes the picture to whoever watches.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use calls::{Hall, store::figures, store::lines};
use exchange::Figures;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use web::App;

use crate::NOW;
use crate::rules::history::History;
use crate::rules::{Beside, Picture, QueueToday, picture};

/// Names and figures by queue are read again after this long.
const STALE: Duration = Duration::from_secs(5);

/// The floor as this room remembers it.
pub struct Watch {
    hall: Arc<dyn Hall>,
    calendar: Calendar,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    beside: Beside,
    history: History,
    read: Option<Timestamp>,
    /// Midnight of the day `beside.before` is about.
    day: Option<Timestamp>,
    /// When this process began to count.
    began: Option<Timestamp>,
}

impl Watch {
    pub fn new(hall: Arc<dyn Hall>, calendar: Calendar) -> Self {
        Watch { hall, calendar, memory: Mutex::default() }
    }

    /// The picture now.
    pub async fn picture(&self, app: &App) -> Result<Picture> {
        let now = app.now();
        self.refresh(app, now).await?;
        let view = self.hall.floor().await?;
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(picture(&view, &memory.beside, now))
    }

    /// A look every time; a picture only when somebody watches.
    pub async fn push(&self, app: &App) -> Result<()> {
        let now = app.now();
        {
            let seen = self.hall.pulse().await?;
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            memory.began.get_or_insert(now);
            memory.history.look(now, seen.waiting, &seen.today);
            memory.beside.history = memory.history.minutes();
        }
        if app.live.is_watched(NOW.name) {
            app.live.publish(NOW.name, &self.picture(app).await?)?;
        }
        Ok(())
    }

    async fn refresh(&self, app: &App, now: Timestamp) -> Result<()> {
        let midnight = self.calendar.start_of(self.calendar.civil(now).date());
        let (fresh, same_day, began) = {
            let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = memory.read.is_some_and(|read| now.since(read) < STALE);
            (fresh, memory.day == Some(midnight), memory.began.unwrap_or(now))
        };
        if fresh && same_day {
            return Ok(());
        }
        // Before this process: from the records. Since: from the exchange.
        let before = if same_day {
            None
        } else if began > midnight {
            Some(figures::between(&app.db, midnight, began).await?)
        } else {
            Some(Figures::default())
        };
        let lines = lines::all(&app.db).await?;
        let per_queue = figures::by_queue(&app.db, midnight).await?;
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = before {
            memory.beside.before = before;
            memory.day = Some(midnight);
        }
        memory.beside.queues =
            lines.queues.iter().map(|(id, queue)| (*id, queue.title().to_owned())).collect();
        let on = lines.trunks.iter().filter(|(_, trunk)| !trunk.off);
        memory.beside.trunks = on.map(|(id, trunk)| (*id, trunk.name.clone())).collect();
        let today = |(id, requests, answered)| (id, QueueToday { requests, answered });
        memory.beside.per_queue = per_queue.into_iter().map(today).collect();
        memory.read = Some(now);
        Ok(())
    }
}
