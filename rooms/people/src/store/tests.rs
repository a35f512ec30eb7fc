//! People kept and found again, on both databases.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use db::Db;
use db::testdb::on_both;
use kernel::time::TestClock;
use kernel::{IdMint, QueueId};
use web::{App, TestChance};

use crate::{Keeper, MIGRATIONS, PutAgent, agents, phones, put_agent, start};

async fn app(db: Db) -> App {
    start(&db, &[]).await.expect("roles");
    let mut app = App::new(
        db,
        Arc::new(TestClock::monday_morning()),
        Arc::new(IdMint::new(0)),
        Arc::new(Keeper::default()),
    );
    app.chance = Arc::new(TestChance::default());
    app
}

#[test]
fn the_same_file_twice_changes_nothing() {
    on_both(&[MIGRATIONS], async |db| {
        let app = app(db).await;
        let mut put = PutAgent {
            number: "1001".to_owned(),
            name: "演示一".to_owned(),
            queues: BTreeMap::from([(QueueId(2), 1), (QueueId(3), 2)]),
            skills: BTreeMap::from([("gas".to_owned(), 5)]),
            password: Some("1001".to_owned()),
            contact: Some("sip:1001@127.0.0.1:7001".to_owned()),
            ready: true,
            wrap_up: Some(Duration::ZERO),
            ..PutAgent::default()
        };
        let (id, changed) = put_agent(&app, "realm", &put).await.expect("put");
        assert!(changed);
        assert_eq!(put_agent(&app, "realm", &put).await.expect("again"), (id, false));
        put.name = "演示二".to_owned();
        assert_eq!(put_agent(&app, "realm", &put).await.expect("renamed"), (id, true));
        put.password = None;
        assert_eq!(put_agent(&app, "realm", &put).await.expect("without"), (id, false), "the password stays");

        let [agent] = agents(&app.db).await.expect("agents").try_into().expect("one");
        assert_eq!((agent.person, agent.name.as_str(), agent.ready), (id, "演示二", true));
        assert_eq!(agent.queues, put.queues);
        assert_eq!(agent.skills, put.skills);
        assert_eq!(agent.wrap_up, Some(Duration::ZERO));
        let [phone] = phones(&app.db).await.expect("phones").try_into().expect("one");
        assert_eq!(phone.contact.as_deref(), Some("sip:1001@127.0.0.1:7001"));
        let digest = phone.digest.expect("kept");
        assert_eq!((digest.md5, digest.sha256), crate::secrets::digest_a1("1001", "realm", "1001"));
        assert_eq!(app.db.verify_journal().await.expect("verify"), Ok(2));
    });
}
