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
    cargo(root, &[&build[..], &["prompts", ".speech", "demo/flows.toml"]].concat())?;
    Ok("prompts: in line with prompts/texts.toml, demo/flows.toml and the parts of spoken numbers".into())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(arguments).current_dir(root).status().context("starting cargo")?;
    ensure!(status.success(), "it did not work; what to do stands above");
    Ok(())
}
