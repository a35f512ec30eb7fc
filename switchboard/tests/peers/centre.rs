//! A whole centre: the program itself, with a centre file put in by `apply` and looked at by its API.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::network::CENTRE;

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const WEB: &str = "http://127.0.0.1:8080";

pub struct Centre {
    pub folder: PathBuf,
    web: reqwest::Client,
    child: tokio::process::Child,
}

impl Centre {
    /// Everything lies in the folder; `settings` are further lines of `switchboard.toml`.
    pub async fn start(folder: &Path, centre: &str, settings: &str) -> Centre {
        let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prompts");
        let (data, file) = (folder.join("data"), folder.join("centre.toml"));
        std::fs::write(&file, centre).expect("written");
        let applied = Command::new(PROGRAM)
            .arg("apply")
            .arg(&file)
            .arg("--data")
            .arg(&data)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .output()
            .expect("the program runs");
        assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        let settings = format!(
            "data = {data:?}\nhttp = \"127.0.0.1:8080\"\nsip = \"{CENTRE}:5060\"\nrtp = \"20000-20999\"\n\
             prompts = {prompts:?}\n{settings}\n"
        );
        std::fs::write(folder.join("switchboard.toml"), settings).expect("written");
        let log = std::fs::File::create(folder.join("log")).expect("a log");
        let child = tokio::process::Command::new(PROGRAM)
            .args(["serve", "--config"])
            .arg(folder.join("switchboard.toml"))
            .env("SWITCHBOARD_LOG", "info,rsipstack=warn,sqlx=warn,telephony=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program runs");
        let web = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let centre = Centre { folder: folder.to_owned(), web, child };
        let mut tries = 0;
        while centre.web.get(format!("{WEB}/readyz")).send().await.is_err() {
            assert!(tries < 400, "the centre does not start\n{}", centre.log());
            tries += 1;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let form = json!({ "user": "2002", "password": "supervisor-2002" });
        let answer =
            centre.web.post(format!("{WEB}/api/sign_in")).json(&form).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}\n{}", centre.log());
        centre
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.web.get(format!("{WEB}/api/{path}")).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {answer:?}\n{}", self.log());
        answer.json().await.expect("JSON")
    }

    /// An agent does something at the desk.
    pub async fn at_desk(&self, number: &str, act: Value) {
        let agent = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let form = json!({ "user": number, "password": format!("agent-{number}") });
        let answer = agent.post(format!("{WEB}/api/sign_in")).json(&form).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}\n{}", self.log());
        let answer = agent.post(format!("{WEB}/api/calls/desk")).json(&act).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{act}: {answer:?}\n{}", self.log());
    }

    /// The records of so many calls when all of them are complete.
    pub async fn records(&self, calls: usize) -> Vec<Value> {
        for _ in 0..200 {
            let page = self.get("calls?limit=200").await;
            let items = page["items"].as_array().expect("a list");
            if items.len() == calls && items.iter().all(|call| call["ended"].is_string()) {
                return items.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not {calls} complete records: {:#}\n{}", self.get("calls").await, self.log());
    }

    /// A sealed recording as 16-bit WAV, stereo.
    pub async fn recording(&self, id: &str) -> Vec<u8> {
        for _ in 0..200 {
            if self.get(&format!("recordings/{id}")).await["sealed"] == true {
                let sound = self.web.get(format!("{WEB}/api/recordings/{id}/audio")).send().await;
                return sound.expect("an answer").bytes().await.expect("sound").to_vec();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{id} is not sealed\n{}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// It dies without a word.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it ran");
    }

    /// Asked to stop, it stops.
    pub async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().is_ok_and(|status| status.success()));
        let status = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        let log = self.log();
        assert!(status.expect("it stops in time").expect("its status").success(), "{log}");
        assert!(!log.contains("panicked"), "{log}");
    }
}
