//! What callers may hear at one moment, held in memory: read whole, thrown away when an outage is changed here, and never older
//! than a second, so that a storm of callers asks the database once and each hears one wording.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use db::{Db, config};
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use tokio::sync::{Mutex, Notify};

use crate::rules::greeting::{self, Voice};
use crate::rules::{Heard, Outage, Settings};
use crate::store::outages;
use crate::store::places::{self, PlaceOf};

/// Changes made elsewhere, by another node, are seen after so long.
const FRESH: Duration = Duration::from_secs(1);
/// What begins to speak within this time is read with the rest.
const AHEAD: Duration = Duration::from_secs(5);
/// While nobody calls for so long, nothing is read beforehand: the next caller waits for a few queries.
const IDLE: Duration = Duration::from_secs(60);
/// Between a district and a place in what a caller has chosen; it is in no address.
const BETWEEN: char = '/';

/// Counts the changes of this process. What was read before one of them is not used after it.
static CHANGES: AtomicU64 = AtomicU64::new(0);
/// Rung at each of them, for whoever keeps the picture fresh.
static BELL: Notify = Notify::const_new();

/// An outage was changed, and the change is kept: whoever asks from now on is told of it.
pub fn changed() {
    CHANGES.fetch_add(1, Ordering::SeqCst);
    BELL.notify_one();
}

/// What may be heard.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub settings: Settings,
    /// The largest first.
    pub outages: Vec<Outage>,
    pub places: Vec<PlaceOf>,
    /// Districts where supply is off, also where nobody may be told of it yet.
    pub going_on: Vec<String>,
    pub districts: Vec<String>,
}

impl Picture {
    pub(crate) async fn read(db: &Db, now: Timestamp) -> anyhow::Result<Picture> {
        let outages = outages::speaking(db, now, now + AHEAD).await?;
        let shared = outages.iter().filter(|outage| !outage.plan.class.is_personal());
        let ids: Vec<OutageId> = shared.map(|outage| outage.id).collect();
        Ok(Picture {
            settings: config::read::<Settings>(db).await?.value,
            places: places::of(db, &ids).await?,
            going_on: places::going_on(db).await?,
            districts: places::districts(db).await?,
            outages,
        })
    }

    fn voice<'a>(&'a self, calendar: &'a Calendar, now: Timestamp) -> Voice<'a> {
        Voice { now, calendar, settings: &self.settings }
    }

    /// Whether anybody hears anything now.
    pub(crate) fn is_silent(&self, calendar: &Calendar, now: Timestamp) -> bool {
        !self.outages.iter().any(|outage| greeting::speaks(outage, self.voice(calendar, now)))
    }

    /// What a caller hears whose accounts are in these.
    pub(crate) fn heard(&self, own: &[OutageId], calendar: &Calendar, now: Timestamp) -> Heard {
        greeting::heard(&self.outages, own, self.voice(calendar, now))
    }

    /// What is told of these to whoever asks, and nothing where they are silent, or one customer's business.
    pub(crate) fn heard_of(&self, own: &[OutageId], calendar: &Calendar, now: Timestamp) -> Heard {
        let asked = |one: &&Outage| own.contains(&one.id) && !one.plan.class.is_personal();
        let some: Vec<Outage> = self.outages.iter().filter(asked).cloned().collect();
        greeting::heard(&some, own, self.voice(calendar, now))
    }

    pub(crate) fn outage(&self, id: OutageId) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.id == id)
    }

    /// Districts to choose from: those where supply is off first.
    pub(crate) fn districts(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let off = self.places.iter().map(|one| &one.district).chain(&self.going_on);
        for district in off.chain(&self.districts) {
            if !all.contains(district) {
                all.push(district.clone());
            }
        }
        all
    }

    /// Communities and roads of a district where supply is off and callers are told of it, the largest first; with what is
    /// kept when one is chosen.
    pub(crate) fn places(
        &self,
        district: &str,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        for one in self.places.iter().filter(|one| one.district == district) {
            let told = self.outage(one.outage);
            let told = told.is_some_and(|outage| greeting::speaks(outage, self.voice(calendar, now)));
            if told && !all.iter().any(|(_, place)| *place == one.place) {
                all.push((format!("{district}{BETWEEN}{}", one.place), one.place.clone()));
            }
        }
        all
    }

    /// Supply is off in this district, and not everything of it may be told: nobody hears that all is well.
    pub(crate) fn is_unsure(&self, district: &str) -> bool {
        self.going_on.iter().any(|one| one == district)
    }

    /// The outages of a place as it was chosen (`district/place`), or of whatever is named in these words.
    pub(crate) fn of_area(&self, words: &str) -> Vec<OutageId> {
        let words = words.trim();
        let chosen = words.split_once(BETWEEN);
        let mut found: Vec<OutageId> = self
            .places
            .iter()
            .filter(|one| match chosen {
                Some((district, place)) => one.district == district && one.place == place,
                None => {
                    !words.is_empty() && [&one.district, &one.place].iter().any(|name| name.contains(words))
                }
            })
            .map(|one| one.outage)
            .collect();
        if chosen.is_none() && !words.is_empty() {
            let named = |outage: &&Outage| outage.plan.area.text.contains(words);
            found.extend(self.outages.iter().filter(named).map(|outage| outage.id));
        }
        found.sort();
        found.dedup();
        found
    }
}

struct Kept {
    picture: Arc<Picture>,
    read_at: Timestamp,
    change: u64,
}

/// A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Shield {
    kept: Arc<RwLock<Option<Kept>>>,
    /// Of those who find nothing fresh one reads, and the others wait for it.
    turn: Arc<Mutex<()>>,
    /// When somebody asked last, in microseconds.
    asked: Arc<AtomicI64>,
}

impl Shield {
    /// What may be heard now: what was last read, while it is fresh and nothing has been changed since.
    pub(crate) async fn picture(&self, db: &Db, now: Timestamp) -> anyhow::Result<Arc<Picture>> {
        self.asked.store(now.as_micros(), Ordering::Relaxed);
        if let Some(picture) = self.fresh(now, FRESH) {
            return Ok(picture);
        }
        let _turn = self.turn.lock().await;
        match self.fresh(now, FRESH) {
            Some(picture) => Ok(picture),
            None => self.read(db, now).await,
        }
    }

    /// Reads it again before it has become old, and at once when something was changed, so that no caller waits for it; then
    /// waits until it is to be done again.
    pub(crate) async fn keep_fresh(&self, db: &Db, now: Timestamp) -> anyhow::Result<()> {
        // Without the turn: were this slow, callers would wait for it who could read for themselves.
        let read = if self.is_due(now) { self.read(db, now).await.map(drop) } else { Ok(()) };
        // Not rung for so long, it is looked at all the same.
        let _ = tokio::time::timeout(FRESH / 3, BELL.notified()).await;
        read
    }

    /// While nothing may be heard and nobody has called for a while, only a change is a reason to read.
    fn is_due(&self, now: Timestamp) -> bool {
        if self.fresh(now, FRESH / 2).is_some() {
            return false;
        }
        let asked = Timestamp::from_micros(self.asked.load(Ordering::Relaxed));
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let expects_callers = kept.as_ref().is_none_or(|kept| {
            !kept.picture.outages.is_empty() || kept.change != CHANGES.load(Ordering::SeqCst)
        });
        expects_callers || now.since(asked) < IDLE
    }

    async fn read(&self, db: &Db, now: Timestamp) -> anyhow::Result<Arc<Picture>> {
        // Counted before it is read: a change while it is read makes it old at once.
        let change = CHANGES.load(Ordering::SeqCst);
        let picture = Arc::new(Picture::read(db, now).await?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        // Whoever has read meanwhile may have read something newer.
        if kept.as_ref().is_none_or(|kept| (kept.change, kept.read_at) <= (change, now)) {
            *kept = Some(Kept { picture: picture.clone(), read_at: now, change });
        }
        Ok(picture)
    }

    fn fresh(&self, now: Timestamp, within: Duration) -> Option<Arc<Picture>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let unchanged = kept.change == CHANGES.load(Ordering::SeqCst);
        let young = kept.read_at <= now && now.since(kept.read_at) < within;
        (unchanged && young).then(|| kept.picture.clone())
    }
}
