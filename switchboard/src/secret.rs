//! The key that seals secrets in the database: a file in the data folder, made at the first start, readable by the service only.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use people::{KEY_BYTES, Sealer};
use web::App;

use crate::store::Folders;

/// Reads the key, or makes one where nothing has been sealed yet; then seals what an earlier version left open.
///
/// # Errors
/// When the key is missing, damaged or another one, with what to do.
pub async fn sealer(folders: &Folders, app: &App) -> Result<Sealer> {
    let path = folders.secret_key();
    let remedy = format!(
        "put {} back from the backup; if it is lost, `switchboard new-key` makes another one and takes everybody's second \
         factor away, who then set it up anew, and the secrets of webhooks and of platforms of 12345, which are made anew",
        path.display()
    );
    let key = match std::fs::read_to_string(&path) {
        Ok(text) => {
            open_to_others(&path)?;
            read(&text)
                .with_context(|| format!("{} is no key of 64 hexadecimal digits: {remedy}", path.display()))?
        }
        Err(missing) if missing.kind() == ErrorKind::NotFound => {
            let people = people::sealed(&app.db).await?;
            let others = webhooks::sealed(&app.db).await? + government::sealed(&app.db).await?;
            ensure!(
                people == 0 && others == 0,
                "the key {} is missing, and the second factors of {people} people and {others} secrets shared with other \
                 systems are sealed with it: {remedy}",
                path.display()
            );
            make(&path, app)?
        }
        Err(failure) => return Err(failure).with_context(|| format!("reading {}", path.display())),
    };
    let sealer = Sealer::new(&key)?;
    let newly = people::seal_all(&app.db, &sealer, app.chance.as_ref())
        .await
        .with_context(|| format!("{} is not the key of this database: {remedy}", path.display()))?;
    if newly > 0 {
        tracing::info!("the second factors of {newly} people, kept open until now, are sealed");
    }
    Ok(sealer)
}

/// What is gone with a lost key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Who sign in with their password alone.
    pub people: usize,
    /// Subscriptions that pause until they have a new secret.
    pub webhooks: u64,
    /// Platforms of 12345 that are neither believed nor told until they have one.
    pub platforms: u64,
}

/// A new key instead of a lost one.
pub async fn renew(folders: &Folders, app: &App) -> Result<Forgotten> {
    let path = folders.secret_key();
    // First what is sealed: with the old key gone and their secrets still sealed, nobody could sign in.
    let people = people::forget_second_factors(app).await?;
    let mut tx = app.db.begin().await?;
    let webhooks = webhooks::forget_secrets(&mut tx).await?;
    let platforms = government::forget_secrets(&mut tx).await?;
    let now = app.now();
    if webhooks + platforms > 0 {
        let payload = serde_json::json!({ "webhooks": webhooks, "platforms": platforms });
        let (room, subject, kind) = ("webhooks", "secret.key".to_owned(), "secrets_forgotten");
        tx.journal(db::Entry { at: now, who: None, room, subject, kind, payload });
    }
    tx.commit().await?;
    let forgotten = Forgotten { people, webhooks, platforms };
    match std::fs::remove_file(&path) {
        Err(failure) if failure.kind() != ErrorKind::NotFound => {
            return Err(failure).with_context(|| format!("taking {} away", path.display()));
        }
        _ => make(&path, app)?,
    };
    Ok(forgotten)
}

fn make(path: &Path, app: &App) -> Result<[u8; KEY_BYTES]> {
    let mut key = [0u8; KEY_BYTES];
    app.chance.fill(&mut key)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    writeln!(file, "{}", hex::encode(key))
        .and_then(|()| file.sync_all())
        .with_context(|| format!("writing {}", path.display()))?;
    tracing::info!(
        "{} is made: it belongs into the backup, and beside no copy of the database",
        path.display()
    );
    Ok(key)
}

fn read(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0u8; KEY_BYTES];
    hex::decode_to_slice(text.trim(), &mut key).ok()?;
    Some(key)
}

/// A copy made by hand is easily readable by all.
fn open_to_others(path: &Path) -> Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!("{} could be read by other users of this machine; now it cannot", path.display());
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .with_context(|| format!("closing {} to others", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use db::testdb::on_both;
    use kernel::time::TestClock;
    use kernel::{IdMint, PersonId};

    use super::*;

    async fn has_secret(app: &App, text: Option<&str>) {
        let mut tx = app.db.begin().await.expect("begun");
        let update = sqlx::query("UPDATE people_person SET totp_secret = $1").bind(text);
        update.execute(&mut *tx).await.expect("written");
        tx.commit().await.expect("kept");
    }

    #[test]
    fn the_key_is_made_once_and_missed_when_it_is_gone() {
        on_both(&[people::MIGRATIONS, webhooks::MIGRATIONS, government::MIGRATIONS], async |db| {
            let folder = tempfile::tempdir().expect("a folder");
            let folders = Folders::open(folder.path()).expect("folders");
            let clock = Arc::new(TestClock::monday_morning());
            let app = App::new(db, clock, Arc::new(IdMint::new(0)), Arc::new(people::Keeper::default()));
            people::start(&app.db, &[]).await.expect("roles");
            let put = people::PutAgent { number: "1001".into(), name: "李雷".into(), ..Default::default() };
            let person: PersonId = people::put_agent(&app, "realm", &put).await.expect("put in").0;
            let path = folders.secret_key();

            sealer(&folders, &app).await.expect("made");
            let text = std::fs::read_to_string(&path).expect("a key");
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
            has_secret(&app, Some("GEZDGNBVGY3TQOJQ")).await;
            sealer(&folders, &app).await.expect("the same");
            assert_eq!(people::sealed(&app.db).await.expect("counted"), 1);

            let told = async || format!("{:#}", sealer(&folders, &app).await.expect_err("no key"));
            std::fs::remove_file(&path).expect("lost");
            let missing = told().await;
            assert!(missing.contains("is missing") && missing.contains("new-key"), "{missing}");
            assert!(!path.exists(), "no other is made in its place");
            std::fs::write(&path, "0".repeat(64)).expect("another");
            let other = told().await;
            assert!(
                other.contains("not the key of this database") && other.contains(&person.to_string()),
                "{other}"
            );
            std::fs::write(&path, "not a key").expect("damaged");
            assert!(told().await.contains("64 hexadecimal digits"));
            std::fs::write(&path, &text).expect("back");
            sealer(&folders, &app).await.expect("back from the backup");
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);

            let forgotten = Forgotten { people: 1, webhooks: 0, platforms: 0 };
            assert_eq!(renew(&folders, &app).await.expect("renewed"), forgotten);
            assert_ne!(std::fs::read_to_string(&path).expect("a key"), text);
            sealer(&folders, &app).await.expect("the new one");
        });
    }
}
