//! What the database promises its users, on SQLite and on PostgreSQL.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;

use crate::testdb::on_both;
use crate::{Broken, Db, Entry, Event, Kind, Migration, Migrations, Subscription, Tx};

const NOTES: Migrations = Migrations {
    room: "notes",
    files: &[Migration {
        name: "1_note.sql",
        sql: "CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL, ink {blob})",
    }],
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_secs(1_767_571_200 + second)
}

fn entry(second: i64, subject: &str) -> Entry {
    Entry {
        at: at(second),
        who: (second % 2 == 0).then_some(PersonId(7)),
        room: "notes",
        subject: subject.to_owned(),
        kind: "written",
        payload: json!({ "n": second }),
    }
}

async fn write(tx: &mut Tx, id: i64, text: &str) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO note (id, text, ink) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(text)
        .bind(None::<Vec<u8>>)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn notes(db: &Db) -> Vec<String> {
    let rows = sqlx::query("SELECT text FROM note ORDER BY id").fetch_all(db.read()).await.expect("notes");
    rows.iter().map(|row| row.get("text")).collect()
}

#[test]
fn a_change_is_kept_whole_or_not_at_all() {
    on_both(&[NOTES], async |db| {
        let mut tx = db.begin().await.expect("begin");
        write(&mut tx, 1, "dropped").await.expect("write");
        tx.journal(entry(1, "no_1"));
        drop(tx);
        let mut tx = db.begin().await.expect("begin");
        write(&mut tx, 2, "kept").await.expect("write");
        tx.journal(entry(2, "no_2"));
        tx.commit().await.expect("commit");
        assert_eq!(notes(&db).await, ["kept"]);
        assert_eq!(db.verify_journal().await.expect("verify"), Ok(1));
    });
}

#[test]
fn migrations_are_applied_once_and_never_changed() {
    on_both(&[NOTES], async |db| {
        assert_eq!(db.migrate(&[NOTES], at(0)).await.expect("again"), 0);
        let edited =
            Migrations { room: "notes", files: &[Migration { name: "1_note.sql", sql: "SELECT 1" }] };
        let error = db.migrate(&[edited], at(0)).await.expect_err("edited");
        assert!(error.to_string().contains("was changed after it had been applied"), "{error}");
        let older = Migrations { room: "notes", files: &[] };
        let error = db.migrate(&[older], at(0)).await.expect_err("older program");
        assert!(error.to_string().contains("written by a newer version"), "{error}");
    });
}

#[test]
fn the_journal_cannot_be_changed_and_a_forgery_shows() {
    on_both(&[NOTES], async |db| {
        for second in 0..5 {
            let mut tx = db.begin().await.expect("begin");
            tx.journal(entry(second, "no_1"));
            tx.journal(entry(second, "no_2"));
            tx.commit().await.expect("commit");
        }
        assert_eq!(db.verify_journal().await.expect("verify"), Ok(10));

        let forge = "UPDATE db_journal SET payload = '{}' WHERE id = 4";
        assert!(sqlx::query(forge).execute(db.write()).await.is_err(), "the journal is append-only");
        assert!(sqlx::query("DELETE FROM db_journal WHERE id = 4").execute(db.write()).await.is_err());

        // Somebody with the database's own powers takes the guard away first.
        let disarm = match db.kind() {
            Kind::Sqlite => "DROP TRIGGER db_journal_no_update; DROP TRIGGER db_journal_no_delete",
            Kind::Postgres => "DROP TRIGGER db_journal_append_only ON db_journal",
        };
        sqlx::raw_sql(disarm).execute(db.write()).await.expect("disarm");
        sqlx::query(forge).execute(db.write()).await.expect("forge");
        let broken = db.verify_journal().await.expect("verify");
        assert_eq!(broken, Err(Broken { at: kernel::JournalId(4), why: "changed" }));
        sqlx::query("DELETE FROM db_journal WHERE id = 3").execute(db.write()).await.expect("delete");
        let broken = db.verify_journal().await.expect("verify");
        assert_eq!(broken, Err(Broken { at: kernel::JournalId(3), why: "missing" }));
    });
}

#[test]
fn the_end_of_the_journal_cannot_be_cut_off() {
    on_both(&[], async |db| {
        let mut tx = db.begin().await.expect("begin");
        tx.journal(entry(1, "no_1"));
        tx.journal(entry(2, "no_2"));
        tx.commit().await.expect("commit");
        let disarm = match db.kind() {
            Kind::Sqlite => "DROP TRIGGER db_journal_no_delete",
            Kind::Postgres => "DROP TRIGGER db_journal_append_only ON db_journal",
        };
        sqlx::raw_sql(disarm).execute(db.write()).await.expect("disarm");
        sqlx::query("DELETE FROM db_journal WHERE id = 2").execute(db.write()).await.expect("delete");
        let broken = db.verify_journal().await.expect("verify");
        assert_eq!(broken, Err(Broken { at: kernel::JournalId(2), why: "missing" }));
    });
}

#[test]
fn numbers_count_per_day_and_room() {
    on_both(&[], async |db| {
        let mut seen = Vec::new();
        for (room, day) in
            [("notes", "20260105"), ("notes", "20260105"), ("bills", "20260105"), ("notes", "20260106")]
        {
            let mut tx = db.begin().await.expect("begin");
            seen.push(tx.next_number(room, day).await.expect("number"));
            tx.commit().await.expect("commit");
        }
        let mut undone = db.begin().await.expect("begin");
        assert_eq!(undone.next_number("notes", "20260106").await.expect("number"), "20260106-0002");
        drop(undone);
        let mut tx = db.begin().await.expect("begin");
        seen.push(tx.next_number("notes", "20260106").await.expect("number"));
        tx.commit().await.expect("commit");
        assert_eq!(
            seen,
            ["20260105-0001", "20260105-0002", "20260105-0001", "20260106-0001", "20260106-0002"]
        );
    });
}

#[test]
fn many_writers_wait_for_each_other() {
    on_both(&[NOTES], async |db| {
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.begin().await?;
                    write(&mut tx, n, "x").await?;
                    tx.journal(entry(n, "no"));
                    tx.commit().await
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("task").expect("commit");
        }
        assert_eq!(notes(&db).await.len(), 20);
        assert_eq!(db.verify_journal().await.expect("verify"), Ok(20));
    });
}

#[derive(Serialize, Deserialize)]
struct Written {
    text: String,
}

impl Event for Written {
    const KIND: &'static str = "notes.written";
}

#[derive(Serialize, Deserialize)]
struct Torn;

impl Event for Torn {
    const KIND: &'static str = "notes.torn";
}

/// Copies each text; refuses "bad".
fn copier() -> Subscription {
    Subscription::new("copies.writes", &["notes.written"], |tx, event| {
        Box::pin(async move {
            if let Some(written) = event.is::<Written>()? {
                write(tx, event.id, &written.text).await?;
                anyhow::ensure!(written.text != "bad", "cannot copy this");
            }
            Ok(())
        })
    })
}

async fn emit(db: &Db, text: &str) {
    let mut tx = db.begin().await.expect("begin");
    tx.emit(at(0), &Torn).expect("emit");
    tx.emit(at(0), &Written { text: text.to_owned() }).expect("emit");
    tx.commit().await.expect("commit");
}

#[test]
fn an_event_is_handled_once_in_order_also_after_a_restart() {
    on_both(&[NOTES], async |db| {
        db.join(&[copier()]).await.expect("join");
        emit(&db, "one").await;
        emit(&db, "two").await;
        let mut undone = db.begin().await.expect("begin");
        undone.emit(at(0), &Written { text: "undone".to_owned() }).expect("emit");
        drop(undone);
        db.deliver_pending(&[copier()]).await.expect("deliver");
        db.deliver_pending(&[copier()]).await.expect("a second start hears nothing twice");
        emit(&db, "three").await;
        db.deliver_pending(&[copier()]).await.expect("deliver");
        assert_eq!(notes(&db).await, ["one", "two", "three"]);
        let glance = async |after| {
            let news = db.glance(after, &[Written::KIND]).await.expect("glance");
            (news.events.len(), news.passed, news.last)
        };
        assert_eq!(
            [glance(0).await, glance(5).await, glance(i64::MAX).await],
            [(3, 6, 6), (1, 1, 6), (0, 0, 6)]
        );
        assert_eq!(db.prune_outbox().await.expect("prune"), 6);
        assert_eq!(glance(4).await, (0, 0, 6), "gone, and to be seen that something is");
    });
}

#[test]
fn one_that_cannot_be_handled_keeps_nobody_before_it_from_being_handled_once() {
    on_both(&[NOTES], async |db| {
        db.join(&[copier()]).await.expect("join");
        for text in ["one", "two", "bad", "three"] {
            emit(&db, text).await;
        }
        db.deliver_pending(&[copier()]).await.expect_err("refused");
        assert_eq!(notes(&db).await, ["one", "two"], "handled together, and again without the third");
        for _ in 1..8 {
            db.deliver_pending(&[copier()]).await.expect_err("refused");
        }
        db.deliver_pending(&[copier()]).await.expect("put aside, the next is delivered");
        assert_eq!(notes(&db).await, ["one", "two", "three"]);
    });
}

#[test]
fn an_event_that_cannot_be_handled_is_put_aside() {
    on_both(&[NOTES], async |db| {
        db.join(&[copier()]).await.expect("join");
        emit(&db, "bad").await;
        emit(&db, "good").await;
        for _ in 0..8 {
            db.deliver_pending(&[copier()]).await.expect_err("refused");
        }
        db.deliver_pending(&[copier()]).await.expect("put aside, the next is delivered");
        assert_eq!(notes(&db).await, ["good"], "what a failed handler wrote is undone");
        let row =
            sqlx::query("SELECT name, why FROM db_outbox_parked").fetch_one(db.read()).await.expect("parked");
        assert_eq!(row.get::<String, _>("name"), "copies.writes");
        assert_eq!(row.get::<String, _>("why"), "cannot copy this");
    });
}

#[test]
fn many_listen_and_each_event_concerns_a_few() {
    on_both(&[NOTES], async |db| {
        const EVENTS: i64 = 260;
        let none_of_mine = |name| {
            Subscription::new(name, &["notes.never"], |_, _| {
                Box::pin(async { anyhow::bail!("this was not asked for") })
            })
        };
        let mut all = vec![copier()];
        all.extend(["a.listens", "b.listens", "c.listens"].map(none_of_mine));
        db.join(&all).await.expect("join");
        // More than are read at once.
        for _ in 0..EVENTS / 2 {
            emit(&db, "one").await;
        }
        let heard = async |name: &str| {
            let place = sqlx::query("SELECT heard FROM db_outbox_reader WHERE name = $1").bind(name);
            place.fetch_one(db.read()).await.expect("a place").get::<i64, _>("heard")
        };
        let all_heard = async {
            while heard("copies.writes").await < EVENTS {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            ended = db.deliver(&all) => panic!("{ended:?}"),
            in_time = tokio::time::timeout(std::time::Duration::from_secs(60), all_heard) => {
                in_time.expect("all is heard");
            }
        }
        assert_eq!(heard("a.listens").await, 0, "whom nothing concerns has written nothing");
        assert_eq!(notes(&db).await.len() as i64, EVENTS / 2);
    });
}

#[test]
fn whoever_has_readers_of_his_own_waits_for_nobody() {
    on_both(&[NOTES], async |db| {
        let own = db.with_own_readers(2).await.expect("readers");
        let mut others = Vec::new();
        while others.len() < db.read().options().get_max_connections() as usize {
            others.push(db.read().acquire().await.expect("a connection"));
        }
        let answer = tokio::time::timeout(std::time::Duration::from_secs(60), notes(&own)).await;
        assert_eq!(answer.expect("answered"), Vec::<String>::new());
        let write = "INSERT INTO note (id, text) VALUES (1, 'a')";
        assert_eq!(sqlx::query(write).execute(own.read()).await.is_err(), db.kind() == Kind::Sqlite);
        own.close_readers().await;
    });
}

#[tokio::test]
async fn an_address_that_is_no_database_says_what_to_write() {
    let error = Db::open("mysql://here/there").await.expect_err("mysql").to_string();
    assert!(error.contains("give a file path, sqlite:PATH or postgres://"), "{error}");
    let options = crate::Options { wait_max: std::time::Duration::from_millis(50), ..Default::default() };
    let nobody = "postgres://me:secret@127.0.0.1:1/none";
    let error = Db::open_with(nobody, &options).await.expect_err("nobody there");
    let text = format!("{error:#}");
    assert!(text.contains("opening PostgreSQL on 127.0.0.1") && !text.contains("secret"), "{text}");
}
