//! Calls as texts: in each file, and in the manual, a ```` ```toml ```` block is a flow and each ```` ```call ````
//! block after it is one caller, with what happens written under each thing he does. `UPDATE=1` rewrites them.

mod script;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[track_caller]
fn check(path: &Path) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let told = script::run_file(&text);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, told).expect("written");
    } else if told != text {
        let expected = expect_test::expect_file![path.canonicalize().expect("exists")];
        expected.assert_eq(&told);
    }
}

#[test]
fn every_transcript_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder of transcripts") {
        check(&entry.expect("an entry").path());
        count += 1;
    }
    assert!(count > 2, "the transcripts are gone");
}

#[test]
fn the_manual_is_true() {
    check(&root().join("rooms/ivr_flows/README.md"));
}

/// The demo's flows are read from their own file; the transcript beside it is one of its calls.
#[test]
fn the_demo_has_no_findings() {
    let text = fs::read_to_string(root().join("demo/flows.toml")).expect("demo/flows.toml");
    assert_eq!(script::findings(&text), "");
}
