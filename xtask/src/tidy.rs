//! The rules of the house, checked by reading the tree. Each finding says how to mend it.

mod crates;
mod text;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// One breach of a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub place: String,
    pub what: String,
    pub mend: &'static str,
}

/// A file of the project as git knows it: tracked or about to be.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

/// Checks every rule; the error lists all findings.
pub fn run(root: &Path) -> Result<String> {
    let files = read_tree(root)?;
    let metadata = metadata(root)?;
    let mut findings = text::check(&files);
    findings.extend(crates::check(&metadata, &files)?);
    findings.sort();
    if findings.is_empty() {
        return Ok(format!("tidy: {} files, nothing to mend", files.len()));
    }
    let mut told = String::new();
    for Finding { place, what, mend } in &findings {
        let _ = writeln!(told, "{place}: {what}\n    mend: {mend}");
    }
    bail!("{told}tidy: {} to mend", findings.len())
}

fn read_tree(root: &Path) -> Result<Vec<SourceFile>> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root)
        .output()
        .context("asking git for the files: is git installed and this a checkout?")?;
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
        // Binary files and deleted ones have no text to check.
        if let Ok(text) = fs::read_to_string(root.join(PathBuf::from(path))) {
            files.push(SourceFile { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

fn metadata(root: &Path) -> Result<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("asking cargo for the crates")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}
