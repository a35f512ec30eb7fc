//! The project's own tools: `cargo xtask tidy` (the rules of the house), `new-room NAME`, and `speech` and
//! `prompts` for what callers hear.

mod new_room;
mod speech;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(&root()),
        ["speech"] => speech::fetch(&root()),
        ["prompts"] => speech::prompts(&root()),
        ["new-room", name] => new_room::run(&root(), name),
        ["try-new-room"] => new_room::prove(&root()),
        _ => {
            eprintln!("usage: cargo xtask tidy | new-room NAME | try-new-room | speech | prompts");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
