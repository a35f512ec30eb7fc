//! A centre put in, written back and put in again is the same centre, on both databases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use db::Db;
use db::testdb::on_both;
use futures::FutureExt as _;
use ivr_flows::rules::source;
use kernel::calendar::Calendar;
use kernel::time::TestClock;
use kernel::{FlowId, IdMint, QueueId};
use web::App;

use super::{apply, export};
use crate::store::{Folders, flows_centre};
use crate::{demo, rooms};

/// The room of flows with its files in this folder.
fn flows(folder: &Path) -> ivr_flows::Centre {
    let folders = Folders::open(folder).expect("folders");
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prompts");
    flows_centre(&folders, &prompts, Calendar::china(), speech::Speech::none("a test"))
        .expect("the flows' room")
}

#[test]
fn the_demo_comes_back_as_it_was_put_in() {
    on_both(rooms::MIGRATIONS, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let flows = flows(folder.path());
        let clock = Arc::new(TestClock::monday_morning());
        let app = App::new(db.clone(), clock, Arc::new(IdMint::new(0)), Arc::new(people::Keeper::default()));

        // Hashing forty passwords is slow, and not what this is about.
        let mut spec = demo::spec().expect("the demo");
        spec.agents.iter_mut().for_each(|agent| agent.password = None);
        let done = apply::apply(&app, "realm", &flows, &spec).await.expect("put in");
        assert_eq!((done.agents, done.changed), (58, 58));
        assert!(done.kept.is_empty(), "there was nothing before");
        let mut back = export::spec(&db).await.expect("written back");
        let again = apply::apply(&app, "realm", &flows, &back).await.expect("put in again");
        assert_eq!(again.changed, 0, "the second time changes nothing");

        spec.agents.iter_mut().for_each(|agent| agent.roles.sort());
        for spec in [&mut spec, &mut back] {
            spec.queues.sort_by(|a, b| a.name.cmp(&b.name));
            spec.groups.sort_by(|a, b| a.name.cmp(&b.name));
            spec.agents.sort_by(|a, b| a.number.cmp(&b.number));
            spec.flows.sort_by(|a, b| a.name.cmp(&b.name));
            spec.numbers.sort_by(|a, b| a.did.cmp(&b.did));
        }
        assert_eq!(spec, back);

        // What a file leaves out stays, and is told.
        let file =
            "[[queue]]\nname = \"new\"\n[[agent]]\nnumber = \"1001\"\nname = \"张颖\"\nqueues = [\"new\"]\n";
        let small = crate::centre::read(file).expect("fits");
        let done = apply::apply(&app, "realm", &flows, &small).await.expect("put in");
        let kept: Vec<String> = done.kept.iter().map(|kept| kept.chars().take(40).collect()).collect();
        assert_eq!(
            kept,
            [
                "trunks carrier",
                "numbers 12345, 95598, 96777",
                "queues billing, business, complaints, em",
                "groups 抢险组, 早班一组, 早班二组",
                "agents 1002, 1003, 1004, 1005, 1006, 100",
                "flows callback_survey, emergency_line, e",
            ]
        );
        assert_eq!(export::spec(&db).await.expect("written back").centre, back.centre, "the name stays");
    });
}

/// Whoever switches a call of the machine on finds its flow: in the demo, and to be made in any other centre.
#[test]
fn flows_that_rooms_ask_for_are_in_the_demo_and_can_be_published_as_they_come() {
    on_both(rooms::MIGRATIONS, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let flows = flows(folder.path());
        let queues =
            |_: Db| async { anyhow::Ok(BTreeMap::from([("general".to_owned(), QueueId(1))])) }.boxed();
        let flows = ivr_flows::Centre { queues: Arc::new(queues), ..flows };
        let names = flows.names(&db).await.expect("the names");
        for template in flows.templates.iter() {
            let draft = template.draft(&names);
            let checked = source::check(&draft, Some(template.name), FlowId(1), 1, &names);
            assert!(checked.flow.is_some() && checked.findings.is_empty(), "{:#?}", checked.findings);
        }
        let outages = outages::rules::Settings::default();
        let wanted = [
            outages.voice_flow,
            outages.machine.flow,
            outages.machine.liaison_flow,
            outages.asking.flow,
            escalations::rules::Settings::default().calls.flow,
            callbacks::rules::Settings::default().machine.flow,
        ];
        let demo = demo::spec().expect("the demo").flows;
        for name in wanted {
            assert!(flows.templates.iter().any(|template| template.name == name), "no template of {name}");
            assert!(demo.iter().any(|flow| flow.name == name), "the demo has no {name}");
        }
    });
}
