//! A PostgreSQL of a test's own that keeps what it has acknowledged, and can be killed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// How long a start with its recovery may take.
const START: Duration = Duration::from_secs(60);

/// A running server. It ends with this value.
pub struct Postgres {
    folder: TempDir,
    bin: PathBuf,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.ctl(&["--mode=immediate", "stop"]);
    }
}

impl Postgres {
    /// A new one on a socket in a scratch folder; none where PostgreSQL is not installed, unless it is required
    /// (`SWITCHBOARD_REQUIRE_PG`).
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> Result<Option<Postgres>> {
        let Some(bin) = installed() else {
            ensure!(
                std::env::var_os("SWITCHBOARD_REQUIRE_PG").is_none(),
                "PostgreSQL is not installed: apt-get install postgresql-15"
            );
            eprintln!("PostgreSQL is not installed (apt-get install postgresql-15): nothing is tried on it");
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("switchboard-pg.").tempdir()?;
        if is_root() {
            let owner = Command::new("chown").arg("postgres").arg(folder.path()).status()?;
            ensure!(owner.success(), "the folder cannot be given to postgres");
        }
        let postgres = Postgres { folder, bin };
        let data = postgres.data();
        let made = postgres.run(
            "initdb",
            &[
                &format!("--pgdata={data}"),
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
            ],
        )?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        postgres.again().await?;
        Ok(Some(postgres))
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@localhost/postgres?host={socket}")
    }

    /// `kill -9` for it and all its processes at once.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&self) -> Result<()> {
        let file = self.folder.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(&file).context("PostgreSQL does not run")?;
        let primary = text.lines().next().unwrap_or_default().trim().to_owned();
        let children = Command::new("pgrep").args(["-P", &primary]).output()?.stdout;
        let children = String::from_utf8_lossy(&children).into_owned();
        // Some of its processes may be gone by now.
        Command::new("kill").arg("-9").arg(&primary).args(children.split_whitespace()).output()?;
        Ok(())
    }

    /// Starts it, with recovery where it was killed.
    ///
    /// # Errors
    /// When it does not start within a minute.
    pub async fn again(&self) -> Result<()> {
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={}", self.folder.path().display());
        let log = format!("--log={}", self.folder.path().join("server.log").display());
        let words = ["--wait", "--silent", &log, &format!("--options={options}"), "start"];
        let begun = std::time::Instant::now();
        loop {
            // What was killed may still hold its memory for a moment.
            let started = self.ctl(&words)?;
            if started.status.success() {
                return Ok(());
            }
            ensure!(begun.elapsed() < START, "{}", String::from_utf8_lossy(&started.stderr));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn ctl(&self, words: &[&str]) -> Result<Output> {
        let data = format!("--pgdata={}", self.data());
        let words: Vec<&str> = std::iter::once(data.as_str()).chain(words.iter().copied()).collect();
        self.run("pg_ctl", &words)
    }

    /// One of its programs; as `postgres` where we are root, which it refuses.
    fn run(&self, program: &str, words: &[&str]) -> Result<Output> {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // A server that keeps our pipes would keep us waiting for their end.
        let out =
            self.folder.path().join(format!("{}.out", program.file_name().unwrap_or_default().display()));
        let (file, again) = (std::fs::File::create(&out)?, std::fs::File::options().append(true).open(&out)?);
        command.args(words).current_dir(self.folder.path()).stdin(std::process::Stdio::null());
        let status = command.stdout(file).stderr(again).status()?;
        Ok(Output { status, stdout: Vec::new(), stderr: std::fs::read(&out)? })
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// The newest that Debian has put there.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.flatten().map(|version| version.path()).max_by_key(|path| number(path))?;
    Some(newest.join("bin"))
}

fn number(path: &Path) -> u32 {
    path.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}
