//! For rooms' tests: what stands in a file that was sent.

use std::io::Write as _;

/// Every row's cells, as this crate reads them.
pub fn rows(file: &[u8]) -> Vec<Vec<String>> {
    let mut kept = tempfile::NamedTempFile::new().expect("a file");
    kept.write_all(file).expect("written");
    let mut rows = Vec::new();
    crate::open(kept.path(), &mut |_, cells| {
        rows.push(cells);
        Ok(true)
    })
    .expect("a table");
    rows
}
