//! The search box on a source of four people, on both databases.

use std::sync::{Arc, Mutex};

use db::testdb::on_both;
use kernel::Permission;
use serde::{Deserialize, Serialize};
use web::testing::TestSite;
use web::{Findable, Label, LabelKind, Shown, Source};

use crate::Search;

const SEE: Permission = Permission::new("folk.see", "see folk", &[]);
const LABELS: &[Label] = &[
    Label { name: "name", kind: LabelKind::Name },
    Label { name: "name", kind: LabelKind::Latin },
    Label { name: "phone", kind: LabelKind::Number },
    Label { name: "address", kind: LabelKind::Text },
];

#[derive(Serialize, Deserialize)]
struct Touched {
    id: i64,
}
impl db::Event for Touched {
    const KIND: &'static str = "folk.touched";
}

type Folk = Arc<Mutex<Vec<(i64, [&'static str; 4])>>>;

fn things(folk: &Folk, fits: impl Fn(i64) -> bool) -> Vec<Findable> {
    let folk = folk.lock().expect("the folk");
    let thing = |(id, texts): &(i64, [&str; 4])| Findable {
        id: *id,
        texts: texts.iter().enumerate().map(|(at, text)| (at, (*text).to_owned())).collect(),
    };
    folk.iter().filter(|(id, _)| fits(*id)).map(thing).collect()
}

fn source(folk: &Folk) -> Source {
    let (counted, paged, some) = (folk.clone(), folk.clone(), folk.clone());
    Source {
        name: "folk",
        permission: SEE,
        labels: LABELS,
        kinds: &["folk.touched"],
        touched: |event| Ok(event.is::<Touched>()?.into_iter().map(|touched| touched.id).collect()),
        count: Arc::new(move |_| {
            let n = counted.lock().expect("the folk").len();
            Box::pin(async move { Ok(n as i64) })
        }),
        page: Arc::new(move |_, after, _| {
            let found = things(&paged, |id| id > after);
            Box::pin(async move { Ok((found, None)) })
        }),
        some: Arc::new(move |_, ids| {
            let found = things(&some, |id| ids.contains(&id));
            Box::pin(async move { Ok(found) })
        }),
        show: Arc::new(|_, _, ids| {
            let shown = |id: i64| Shown {
                id,
                title: id.to_string(),
                detail: String::new(),
                to: String::new(),
                marks: Vec::new(),
            };
            Box::pin(async move { Ok(ids.into_iter().map(shown).collect()) })
        }),
    }
}

fn folk() -> Folk {
    Arc::new(Mutex::new(vec![
        (1, ["王芳", "wangfang wf", "15400000001", "青岚区松涛路10号晓月里3栋2单元502室"]),
        (2, ["王芳芳", "wangfangfang", "15400005678", "青岚区松涛路10号晓月里3栋2单元1101室"]),
        (3, ["欧阳晓明", "ouyangxiaoming", "15400009999", "临溪区白鹭街7号听泉苑12栋1单元502室"]),
        (4, ["晓月酒楼", "xiaoyuejiulou", "01992000004", "云麓区丹枫大道88号"]),
    ]))
}

/// `name: 1 2 | phone: 3`
async fn asked(site: &TestSite, q: &str) -> String {
    let q: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let reply = site.get(&format!("/api/search?q={q}")).by(1, &["folk.see"]).send().await;
    let groups = reply.body["groups"].as_array().cloned().unwrap_or_default();
    let group = |group: &serde_json::Value| {
        let hits = group["hits"].as_array().into_iter().flatten().filter_map(|hit| hit["title"].as_str());
        format!("{}: {}", group["label"].as_str().unwrap_or_default(), hits.collect::<Vec<_>>().join(" "))
    };
    groups.iter().map(group).collect::<Vec<_>>().join(" | ")
}

#[test]
fn people_are_found_by_what_is_known_of_them() {
    on_both(&[], async |db| {
        let dir = tempfile::tempdir().expect("a folder");
        let folk = folk();
        let mut room = crate::room(dir.path().join("search"), 0, vec![source(&folk)]);
        let job = room.jobs.remove(0);
        let site = TestSite::new(db, vec![room]);
        let early = site.get("/api/search?q=wang").by(1, &["folk.see"]).send().await;
        assert_eq!(early.body["building"], 0, "it says that it is not ready");
        (job.run)(site.app.clone()).await.expect("built");

        assert_eq!(asked(&site, "王芳").await, "name: 1 2", "the whole name first");
        assert_eq!(asked(&site, "王").await, "name: 1 2");
        assert_eq!(asked(&site, "晓月").await, "name: 4 | address: 1 2");
        assert_eq!(asked(&site, "wangf").await, "name: 1 2");
        assert_eq!(asked(&site, "WF").await, "", "initials are handed in by the room as a text of their own");
        assert_eq!(asked(&site, "5678").await, "phone: 2");
        assert_eq!(asked(&site, "154 0000 9999").await, "phone: 3");
        assert_eq!(asked(&site, "678").await, "", "three digits are too few");
        assert_eq!(asked(&site, "松涛路晓月里3栋502").await, "address: 1", "numbers must all be there");
        assert_eq!(asked(&site, "听泉苑").await, "address: 3");
        assert_eq!(asked(&site, "听全苑12栋").await, "", "one wrong character of three is too many");
        assert_eq!(asked(&site, "欧阳晓明 白鹭街").await, "mixed: 3");
        assert_eq!(asked(&site, "<script>alert(1)</script>").await, "");
        assert_eq!(asked(&site, " ").await, "");
        let stranger = site.get("/api/search?q=wang").by(2, &[]).send().await;
        assert_eq!(stranger.body["groups"], serde_json::json!([]), "not for those who may not see folk");

        // What changes is found anew, what goes is gone.
        folk.lock().expect("the folk")[0].1[0] = "赵芳";
        folk.lock().expect("the folk").remove(1);
        let mut tx = site.app.db.begin().await.expect("begin");
        for id in [1, 2] {
            tx.emit(site.app.now(), &Touched { id }).expect("emit");
        }
        tx.commit().await.expect("commit");
        (job.run)(site.app.clone()).await.expect("followed");
        assert_eq!(asked(&site, "王芳").await, "");
        assert_eq!(asked(&site, "赵芳").await, "name: 1");
    });
}

#[test]
fn an_index_is_opened_again_by_the_database_it_was_built_from() {
    on_both(&[], async |db| {
        let dir = tempfile::tempdir().expect("a folder");
        let folk = folk();
        let search = Search::new(dir.path().into(), 0, vec![source(&folk)]);
        let site = TestSite::new(db.clone(), vec![]);
        search.keep(&site.app).await.expect("built");
        drop(search);
        // The rooms are not asked again: what is not told by an event is not known.
        folk.lock().expect("the folk").clear();
        let again = Search::new(dir.path().into(), 0, vec![source(&folk)]);
        again.keep(&site.app).await.expect("opened");
        let crate::keep::State::Ready(open) = again.state() else { panic!("it is ready") };
        assert_eq!(open.documents(), 4);
        drop((again, open));
        db.new_follower("search.0.", "search.0.other").await.expect("another index took its place");
        let anew = Search::new(dir.path().into(), 0, vec![source(&folk)]);
        anew.keep(&site.app).await.expect("built anew");
        let crate::keep::State::Ready(open) = anew.state() else { panic!("it is ready") };
        assert_eq!(open.documents(), 0);
    });
}
