//! `tests/calls/*.txt`: a script of what happens, with everything the exchange asks for written under each line.
//! `UPDATE=1` rewrites.

use std::fs;
use std::path::Path;

use super::script;

#[test]
fn every_transcript_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder of transcripts") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a transcript");
        let told = script::run(&text);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, told).expect("written");
        } else if told != text {
            expect_test::expect_file![path].assert_eq(&told);
        }
        count += 1;
    }
    assert!(count > 0, "the transcripts are gone");
}
