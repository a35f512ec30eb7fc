//! Renders the prompts whose text or voice has changed: `prompts [PROMPTS_FOLDER [PACK_FOLDER [FLOW_FILE…]]]`.

use std::path::PathBuf;
use std::process::ExitCode;

use speech::kokoro::Speaker;
use speech::{pack, render, texts};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let prompts = arguments.next().unwrap_or_else(|| "prompts".into());
    let folder = arguments.next().unwrap_or_else(|| pack::FOLDER.into());
    let flows: Vec<PathBuf> = arguments.collect();
    let outcome = texts::read(&prompts.join("texts.toml"), &flows).and_then(|lines| {
        let mut speaker = || Speaker::open(pack::Pack::open(&folder)?);
        render::render(&prompts, &lines, &mut speaker, &mut |line| println!("{line}"))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
