//! Fetches the speech pack: `speech-pack [FOLDER]`.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from(speech::pack::FOLDER), PathBuf::from);
    match speech::pack::fetch(&folder, &mut |line| println!("{line}")) {
        Ok(pack) => {
            println!("The speech pack is complete: {}", pack.folder().display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
