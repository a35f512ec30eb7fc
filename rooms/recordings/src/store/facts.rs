//! Facts about recordings become rows, in the transaction that keeps the place in the log.

use anyhow::{Context, Result};
use db::{Entry, Tx};
use exchange::Fact;
use exchange::fact::What;
use kernel::RecordingId;

const STARTED: &str = "INSERT INTO recordings_recordings (id, call, file, started_at, lost_ms, held) \
     VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (id) DO NOTHING";
const SEALED: &str = "UPDATE recordings_recordings SET sealed_at = $2, file = $3, duration_ms = $4, bytes = $5, \
     sha256 = $6 WHERE id = $1";
const TROUBLE: &str = "UPDATE recordings_recordings SET lost_ms = lost_ms + $2 WHERE id = $1";
const MARKED: &str =
    "INSERT INTO recordings_marks (recording, position, mark, offset_ms) VALUES ($1, $2, $3, $4)";

/// Takes facts in, each with the place in the log behind it.
pub async fn take(tx: &mut Tx, facts: &[(u64, Fact)]) -> Result<()> {
    for (position, fact) in facts {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let at = fact.at.as_micros();
        let entry = |recording: RecordingId, kind, payload| Entry {
            at: fact.at,
            who: None,
            room: "recordings",
            subject: recording.to_string(),
            kind,
            payload,
        };
        let query = match &fact.what {
            What::RecordingStarted { call, recording, file } => {
                sqlx::query(STARTED).bind(recording.get()).bind(call.get()).bind(file).bind(at)
            }
            What::RecordingSealed { recording, file, duration_ms, bytes, sha256 } => {
                let payload =
                    serde_json::json!({ "duration_ms": duration_ms, "bytes": bytes, "sha256": sha256 });
                tx.journal(entry(*recording, "sealed", payload));
                sqlx::query(SEALED)
                    .bind(recording.get())
                    .bind(at)
                    .bind(file)
                    .bind(count(*duration_ms))
                    .bind(count(*bytes))
                    .bind(sha256)
            }
            What::RecordingTrouble { recording, lost_ms, what } => {
                let payload = serde_json::json!({ "lost_ms": lost_ms, "what": what });
                tx.journal(entry(*recording, "trouble", payload));
                sqlx::query(TROUBLE).bind(recording.get()).bind(count(*lost_ms))
            }
            What::RecordingMarked { recording, mark, offset_ms } => sqlx::query(MARKED)
                .bind(recording.get())
                .bind(count(*position))
                .bind(calls::rules::word(mark))
                .bind(count(*offset_ms)),
            _ => continue,
        };
        query.execute(&mut **tx).await.context("keeping what is known of a recording")?;
    }
    Ok(())
}
