//! What both programs know: where the measured one lies, how invented customers are called, and how a database full of them
//! is taken over.

pub mod served;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The telephone of the nth invented customer (`rooms/customers`, demo).
pub fn customer_number(nth: u64) -> String {
    format!("154{:08}", nth.wrapping_mul(7_654_321).wrapping_add(12_345_678) % 100_000_000)
}

/// The program that is measured: `SWITCHBOARD_PROGRAM`, or what lies beside this one, where `cargo build --release` puts both.
pub fn program() -> Result<PathBuf> {
    let program = match std::env::var_os("SWITCHBOARD_PROGRAM") {
        Some(path) => PathBuf::from(path),
        None => std::env::current_exe()?.with_file_name("switchboard"),
    };
    ensure!(
        program.is_file(),
        "{} is missing: cargo build --release --package switchboard, or make bench",
        program.display()
    );
    Ok(program)
}

/// Copies the embedded database of one data folder to another, which is made; the program must not run on it. A million
/// customers take minutes to make.
pub fn copy_database(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in ["switchboard.db", "switchboard.db-wal", "secret.key"] {
        let source = from.join(file);
        if source.exists() {
            std::fs::copy(&source, to.join(file)).with_context(|| format!("copying {}", source.display()))?;
        }
    }
    Ok(())
}
