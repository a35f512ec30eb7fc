//! `cargo xtask new-room NAME`: the scaffold of a room, which compiles and passes its tests.

use std::path::Path;

use anyhow::{Result, ensure};

pub fn run(root: &Path, name: &str) -> Result<String> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    ensure!(plain, "a room's name is lower case letters and underscores, like `work_orders`");
    ensure!(!root.join("rooms").join(name).exists(), "rooms/{name} is there already");
    anyhow::bail!("the scaffold follows the shape of the first room")
}
