//! A recording is found, heard, held and let go; on both databases, over HTTP.

use std::time::Duration;

use calls::Growing;
use db::testdb::on_both;
use exchange::Fact;
use exchange::fact::{Mark, Party, What};
use exchange::line::EndCause;
use kernel::time::{Clock, TestClock};
use kernel::{CallId, LegId, PersonId, QueueId, RecordingId};
use web::testing::TestSite;

use crate::{Config, MIGRATIONS, room, rules::retention, store::rows};

fn script() -> Vec<(u64, Fact)> {
    let (call, agent, recording) = (CallId(100), PersonId(7), RecordingId(50));
    let start = TestClock::monday_morning().now();
    let whats = [
        What::CallArrived {
            call,
            leg: LegId(1),
            trunk: None,
            from: "13812345678".into(),
            to: "95598".into(),
        },
        What::CallAnswered { call },
        What::AgentRequested { call, queue: QueueId(3), urgent: false },
        What::Connected { call, agent, leg: LegId(2) },
        What::RecordingStarted { call, recording, file: "2026/a.wav".into() },
        What::RecordingMarked { recording, mark: Mark::HoldStarted, offset_ms: 40 },
        What::Parted { call, agent, by: Party::Agent },
        What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd },
        What::AfterCallEnded { call, agent, expired: false },
        What::RecordingSealed {
            recording,
            file: "2026/a.wav".into(),
            duration_ms: 100,
            bytes: 1_658,
            sha256: "ab".into(),
        },
    ];
    let fact = |(place, what): (usize, What)| {
        (place as u64 + 1, Fact { at: start + Duration::from_secs(place as u64), what })
    };
    whats.into_iter().enumerate().map(fact).collect()
}

#[test]
fn a_recording_is_found_heard_held_and_let_go() {
    on_both(&[calls::MIGRATIONS, MIGRATIONS], async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("2026")).expect("a folder");
        let mut file = audio::wav::header(800).to_vec();
        file.extend([0x80, 0xd5].repeat(800));
        let path = folder.path().join("2026/a.wav");
        std::fs::write(&path, file).expect("a file");
        let mut growing = Growing::default();
        let mut tx = db.begin().await.expect("tx");
        growing.take(&mut tx, &script()).await.expect("calls");
        crate::take(&mut tx, &script()).await.expect("recordings");
        tx.commit().await.expect("kept");

        let config = Config::new(folder.path().to_owned());
        let site = TestSite::new(db.clone(), vec![room(config.clone())]);
        let inspector = (9, &["recordings.play", "recordings.hold", "calls.read"][..]);
        let list = site.get("/api/recordings?number=5678").by(inspector.0, inspector.1).send().await;
        let items = list.body["items"].clone();
        assert_eq!(
            (items[0]["from"].as_str(), items[0]["duration_ms"].as_i64()),
            (Some("138****5678"), Some(100))
        );
        let id = items[0]["id"].as_str().expect("an id").to_owned();

        let one = site.get(&format!("/api/recordings/{id}")).by(inspector.0, inspector.1).send().await.body;
        assert_eq!(one["marks"], serde_json::json!([{ "kind": "hold_started", "offset_ms": 40 }]));
        let wave = site
            .get(&format!("/api/recordings/{id}/waveform"))
            .by(inspector.0, inspector.1)
            .send()
            .await
            .body;
        assert_eq!(wave["duration_ms"], 100);
        let sound =
            site.get(&format!("/api/recordings/{id}/audio")).by(inspector.0, inspector.1).send().await;
        assert_eq!(
            (sound.status.as_u16(), sound.headers["content-length"].to_str().ok()),
            (200, Some("3244"))
        );

        // Somebody else's agent does not learn that it exists; the agent who spoke hears it.
        assert_eq!(
            site.get(&format!("/api/recordings/{id}/audio"))
                .by(8, &["recordings.play_own"])
                .send()
                .await
                .status,
            404
        );
        assert_eq!(
            site.get(&format!("/api/recordings/{id}/audio"))
                .by(7, &["recordings.play_own"])
                .send()
                .await
                .status,
            200
        );
        assert_eq!(site.get(&format!("/api/recordings/{id}/audio")).send().await.status, 401);

        let hold = serde_json::json!({ "held": true, "why": "投诉 20260105-0001" });
        assert_eq!(
            site.post(&format!("/api/recordings/{id}/hold"), hold)
                .by(inspector.0, inspector.1)
                .send()
                .await
                .status,
            200
        );
        site.clock.advance(retention::KEPT * 2);
        assert_eq!(crate::jobs::let_go(&site.app, &config).await.expect("a round"), 0, "held");
        let hold = serde_json::json!({ "held": false, "why": "结案" });
        site.post(&format!("/api/recordings/{id}/hold"), hold).by(inspector.0, inspector.1).send().await;
        assert_eq!(crate::jobs::let_go(&site.app, &config).await.expect("a round"), 1);
        assert!(!path.exists());
        let row = rows::one(&db, RecordingId(50)).await.expect("query").expect("the row stays");
        assert!(row.deleted.is_some());
    });
}
