//! `cargo xtask speech` fetches the speech pack and builds the program that speaks with it, `cargo xtask prompts` renders what has changed. The work is done by
//! the crate `speech`; here it is only started, so that the voice model's libraries are compiled by nobody else.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

pub fn fetch(root: &Path) -> Result<String> {
    cargo(root, &["run", "--quiet", "--package", "speech", "--bin", "speech-pack"])?;
    let build =
        ["build", "--quiet", "--release", "--package", "speech", "--features", "kokoro", "--bin", "speak"];
    cargo(root, &build)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let installed = root.join(".speech/speak");
    // Beside and renamed: a program that runs cannot be written over.
    let half = installed.with_extension("half");
    std::fs::copy(target.join("release/speak"), &half)
        .context("putting the speaker's program into the pack")?;
    std::fs::rename(&half, &installed).context("putting the speaker's program into the pack")?;
    Ok("speech: `cargo xtask prompts` can render now, and a centre started here speaks".into())
}

pub fn prompts(root: &Path) -> Result<String> {
    let build = ["run", "--quiet", "--package", "speech", "--features", "kokoro", "--bin", "prompts", "--"];
    let flows = flows(root)?;
    let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
    cargo(root, &[&build[..], &["prompts", ".speech"], &flows].concat())?;
    Ok("prompts: in line with prompts/texts.toml, the demo's flows, those of rooms and the parts of spoken numbers".into())
}

/// The demo's, and the templates that rooms bring along.
fn flows(root: &Path) -> Result<Vec<String>> {
    let mut all = vec!["demo/flows.toml".to_owned()];
    for room in std::fs::read_dir(root.join("rooms")).context("reading the rooms")? {
        let Ok(files) = std::fs::read_dir(room?.path().join("flows")) else { continue };
        for file in files {
            let path = file?.path();
            let path = path.strip_prefix(root).context("a flow of a room")?;
            all.push(path.display().to_string());
        }
    }
    all.sort();
    Ok(all)
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(arguments).current_dir(root).status().context("starting cargo")?;
    ensure!(status.success(), "it did not work; what to do stands above");
    Ok(())
}
