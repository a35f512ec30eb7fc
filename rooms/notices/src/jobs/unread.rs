//! Bulletins that somebody must read and has not: told once, when the time for it is over.

use std::time::Duration;

use db::Entry;
use serde_json::json;
use web::App;

use crate::BulletinUnread;
use crate::rules::bulletin::READ_WITHIN;
use crate::store::bulletins;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Tells of each bulletin once who has not read it in time.
pub async fn unread(app: App) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut late = bulletins::may_be_late(&mut tx, now - READ_WITHIN, now - DAY).await?;
    late.sort_by_key(|bulletin| bulletin.id);
    for bulletin in late {
        if !bulletins::told(&mut tx, bulletin.id, now).await? {
            continue;
        }
        let unread = bulletins::must_and_have_not(&mut tx, bulletin.id).await?;
        if unread.is_empty() {
            continue;
        }
        let (subject, kind) = (bulletin.id.to_string(), "bulletin_unread");
        let payload = json!({ "unread": unread });
        tx.journal(Entry { at: now, who: None, room: "notices", subject, kind, payload });
        tx.emit(now, &BulletinUnread { bulletin: bulletin.id, written_by: bulletin.written_by, unread })?;
    }
    tx.commit().await
}
