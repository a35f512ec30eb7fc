//! What leaders speak into their telephones: one row for each call that was asked for.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{AttemptId, CallId, OutageId, PersonId, RecordingId, Timestamp};
use sqlx::Row as _;

use crate::rules::outage::Clip;
use crate::rules::take::Take;

/// One call for a greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub attempt: AttemptId,
    pub outage: OutageId,
    pub who: PersonId,
    pub at: Timestamp,
    /// Of what was in force when it was asked for.
    pub revision: i64,
    pub state: Take,
    pub call: Option<CallId>,
    pub recording: Option<RecordingId>,
    pub clip: Option<Clip>,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT attempt, outage, who, at, revision, state, call, recording, clip, seconds FROM outages_voice WHERE ",
            $which
        )
    };
}
const ADD: &str =
    "INSERT INTO outages_voice (attempt, outage, who, at, revision, state) VALUES ($1, $2, $3, $4, $5, $6)";
const REMOVE: &str = "DELETE FROM outages_voice WHERE attempt = $1 AND call IS NULL";
const MOVE: &str = "UPDATE outages_voice SET state = $2, call = $3, recording = $4, clip = $5, seconds = $6 \
     WHERE attempt = $1 AND state = $7";
const ONE: &str = select!("attempt = $1");
const LAST: &str = select!("outage = $1 ORDER BY at DESC LIMIT 1");
const OPEN: &str = select!(
    "state IN ('ringing', 'recorded', 'hung_up', 'short', 'silent', 'long') AND at > $1 ORDER BY at LIMIT 100"
);

pub async fn add(tx: &mut Tx, voice: &Voice) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(voice.attempt.get()).bind(voice.outage.get()).bind(voice.who.get());
    let add = add.bind(voice.at.as_micros()).bind(voice.revision).bind(voice.state.as_str());
    add.execute(&mut **tx).await.context("asking for a greeting by telephone")?;
    Ok(())
}

/// Nobody was rung.
pub async fn remove(tx: &mut Tx, attempt: AttemptId) -> anyhow::Result<()> {
    let remove = sqlx::query(REMOVE).bind(attempt.get()).execute(&mut **tx).await;
    remove.context("taking back a call for a greeting")?;
    Ok(())
}

/// False when it has moved on meanwhile.
pub async fn save(tx: &mut Tx, voice: &Voice, before: Take) -> anyhow::Result<bool> {
    let clip = voice.clip.as_ref();
    let save = sqlx::query(MOVE)
        .bind(voice.attempt.get())
        .bind(voice.state.as_str())
        .bind(voice.call.map(CallId::get))
        .bind(voice.recording.map(RecordingId::get))
        .bind(clip.map(|clip| clip.name.clone()))
        .bind(clip.map(|clip| i64::from(clip.seconds)))
        .bind(before.as_str());
    Ok(save.execute(&mut **tx).await.context("keeping a greeting by telephone")?.rows_affected() > 0)
}

pub async fn one(tx: &mut Tx, attempt: AttemptId) -> anyhow::Result<Option<Voice>> {
    let row = sqlx::query(ONE).bind(attempt.get()).fetch_optional(&mut **tx).await;
    row.context("a greeting by telephone")?.as_ref().map(voice).transpose()
}

/// The last one asked for.
pub async fn last(db: &Db, outage: OutageId) -> anyhow::Result<Option<Voice>> {
    let row = sqlx::query(LAST).bind(outage.get()).fetch_optional(db.read()).await;
    row.context("the last greeting by telephone")?.as_ref().map(voice).transpose()
}

/// Those that go on, asked for after an instant.
pub async fn open(tx: &mut Tx, after: Timestamp) -> anyhow::Result<Vec<Voice>> {
    let rows = sqlx::query(OPEN).bind(after.as_micros()).fetch_all(&mut **tx).await;
    rows.context("greetings that are being spoken")?.iter().map(voice).collect()
}

fn voice(row: &db::Row) -> anyhow::Result<Voice> {
    let state: String = row.try_get("state")?;
    let name: Option<String> = row.try_get("clip")?;
    let seconds: Option<i64> = row.try_get("seconds")?;
    let clip =
        name.zip(seconds).map(|(name, seconds)| Clip { name, seconds: u32::try_from(seconds).unwrap_or(0) });
    Ok(Voice {
        attempt: AttemptId(row.try_get("attempt")?),
        outage: OutageId(row.try_get("outage")?),
        who: PersonId(row.try_get("who")?),
        at: Timestamp::from_micros(row.try_get("at")?),
        revision: row.try_get("revision")?,
        state: Take::of(&state).with_context(|| format!("{state:?} as a state"))?,
        call: row.try_get::<Option<i64>, _>("call")?.map(CallId),
        recording: row.try_get::<Option<i64>, _>("recording")?.map(RecordingId),
        clip,
    })
}
