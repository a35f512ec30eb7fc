//! What both programs know of customers: how invented ones are called, and how a database full of them is taken over.

use std::path::Path;

use anyhow::{Context, Result};

/// The telephone of the nth invented customer (`rooms/customers`, demo).
pub fn customer_number(nth: u64) -> String {
    format!("154{:08}", nth.wrapping_mul(7_654_321).wrapping_add(12_345_678) % 100_000_000)
}

/// Copies the embedded database of one data folder to another, which is made; the program must not run on it. A million
/// customers take minutes to make.
pub fn copy_database(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in ["switchboard.db", "switchboard.db-wal"] {
        let source = from.join(file);
        if source.exists() {
            std::fs::copy(&source, to.join(file)).with_context(|| format!("copying {}", source.display()))?;
        }
    }
    Ok(())
}
