//! `cargo xtask new-room NAME`: the scaffold of a room, which compiles and passes its tests; `try-new-room` proves it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What stands for the room's name in the template.
const PLACEHOLDER: &str = "room_name";

/// The files of a new room: where, and what. They are no modules of this crate, so they are kept as texts.
const TEMPLATE: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("new_room/template/Cargo.toml.txt")),
    ("README.md", include_str!("new_room/template/README.md.txt")),
    ("migrations/first_migration", include_str!("new_room/template/migration.sql.txt")),
    ("src/lib.rs", include_str!("new_room/template/lib.rs.txt")),
    ("src/permissions.rs", include_str!("new_room/template/permissions.rs.txt")),
    ("src/rules.rs", include_str!("new_room/template/rules.rs.txt")),
    ("src/store.rs", include_str!("new_room/template/store.rs.txt")),
    ("src/http.rs", include_str!("new_room/template/http.rs.txt")),
    ("src/tests.rs", include_str!("new_room/template/tests.rs.txt")),
    ("ui/index.ts", include_str!("new_room/template/index.ts.txt")),
    ("ui/messages/en.json", include_str!("new_room/template/en.json.txt")),
    ("ui/messages/zh-CN.json", include_str!("new_room/template/zh-CN.json.txt")),
];

/// Where a room is listed: the file, the text before which it goes in, and what goes in.
const LISTS: &[(&str, &str, &str)] = &[
    ("Cargo.toml", "audit = { path = \"rooms/audit\" }", "room_name = { path = \"rooms/room_name\" }\n"),
    ("switchboard/Cargo.toml", "audit.workspace = true", "room_name.workspace = true\n"),
    ("switchboard/src/rooms.rs", "        people::room(", "        room_name::room(),\n"),
    ("switchboard/src/rooms.rs", "    people::MIGRATIONS,", "    room_name::MIGRATIONS,\n"),
    ("xtask/src/tidy/crates.rs", "\"audit\", \"people\"", "\"room_name\", "),
    (".config/nextest.toml", "people|audit|", "room_name|"),
];

pub fn run(root: &Path, name: &str) -> Result<String> {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    ensure!(plain, "a room's name is lower case letters, digits and underscores, like `work_orders`");
    let folder = root.join("rooms").join(name);
    ensure!(!folder.exists(), "rooms/{name} is there already");
    // All lists are read before anything is written: half a room would be worse than none.
    let mut listed: Vec<(&str, String)> = Vec::new();
    for (file, before, line) in LISTS {
        let at = match listed.iter().position(|(known, _)| known == file) {
            Some(at) => at,
            None => {
                let text = fs::read_to_string(root.join(file)).with_context(|| format!("reading {file}"))?;
                listed.push((file, text));
                listed.len() - 1
            }
        };
        if let Some((_, text)) = listed.get_mut(at) {
            *text = enlist(text, before, &line.replace(PLACEHOLDER, name))
                .with_context(|| format!("{file}: mend LISTS in xtask/src/new_room.rs"))?;
        }
    }
    write_room(&folder, name, &format!("{}_1_item.sql", today()?))?;
    for (file, text) in listed {
        fs::write(root.join(file), text).with_context(|| format!("writing {file}"))?;
    }
    command(root, "cargo", &["update", "--quiet", "--workspace", "--offline"])?;
    command(root, "cargo", &["fmt", "--package", "xtask", "--package", "switchboard", "--package", name])?;
    Ok(format!(
        "rooms/{name} is there and listed. Next: its README, then its rules (docs/a-room.md), then its page (docs/a-screen.md)"
    ))
}

/// Lets a scaffold compile and pass its tests, in a scratch workspace that holds nothing else and uses the real crates.
pub fn prove(root: &Path) -> Result<String> {
    const NAME: &str = "scaffold";
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let target = std::path::absolute(target)?;
    let scratch = target.join("new-room");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).context("deleting the last try")?;
    }
    write_room(&scratch.join("rooms").join(NAME), NAME, "20260105_1_item.sql")?;
    let real = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(scratch.join("Cargo.toml"), alone(&real, NAME, root)?)?;
    for file in ["Cargo.lock", "rustfmt.toml"] {
        fs::copy(root.join(file), scratch.join(file)).with_context(|| format!("copying {file}"))?;
    }
    command(&scratch, "cargo", &["update", "--quiet", "--workspace", "--offline"])?;
    command(&scratch, "cargo", &["fmt", "--check", "--package", NAME])?;
    let target = target.display().to_string();
    command(
        &scratch,
        "cargo",
        &["test", "--quiet", "--package", NAME, "--offline", "--target-dir", &target],
    )?;
    fs::remove_dir_all(&scratch).context("deleting the scaffold")?;
    Ok("new-room: the scaffold compiles and passes its tests".into())
}

fn write_room(folder: &Path, name: &str, migration: &str) -> Result<()> {
    for (file, text) in TEMPLATE {
        let path = folder.join(file.replace("first_migration", migration));
        fs::create_dir_all(path.parent().context("a file in a folder")?)?;
        let text = text.replace(PLACEHOLDER, name).replace("first_migration", migration);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// `text` with `line` before `before`, which must stand there exactly once.
fn enlist(text: &str, before: &str, line: &str) -> Result<String> {
    let mut parts = text.splitn(3, before);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(head), Some(tail), None) => Ok(format!("{head}{line}{before}{tail}")),
        _ => anyhow::bail!("`{}` does not stand there exactly once", before.trim()),
    }
}

/// The real workspace's manifest with one room as its only member, and our own crates where they really are.
fn alone(manifest: &str, name: &str, root: &Path) -> Result<String> {
    let mut manifest: toml::Table = manifest.parse().context("reading Cargo.toml")?;
    let workspace =
        manifest.get_mut("workspace").and_then(toml::Value::as_table_mut).context("[workspace]")?;
    workspace.insert("members".into(), toml::Value::Array(vec![format!("rooms/{name}").into()]));
    let needs = workspace.get_mut("dependencies").and_then(toml::Value::as_table_mut);
    for (_, need) in needs.context("[workspace.dependencies]")?.iter_mut() {
        if let Some(toml::Value::String(path)) = need.get_mut("path") {
            *path = root.join(&*path).display().to_string();
        }
    }
    Ok(manifest.to_string())
}

/// As migrations are named.
fn today() -> Result<String> {
    let output = Command::new("date").arg("+%Y%m%d").output().context("asking for the date")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn command(folder: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program).args(arguments).current_dir(folder).status();
    let status = status.with_context(|| format!("starting {program}"))?;
    ensure!(status.success(), "`{program} {}` did not work; what to do stands above", arguments.join(" "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_a_place_for_a_new_room() {
        for (file, before, line) in LISTS {
            let text = fs::read_to_string(crate::root().join(file)).expect("a file of the project");
            let longer = enlist(&text, before, &line.replace(PLACEHOLDER, "orders"));
            assert!(longer.expect(file).contains("orders"), "{file}");
        }
    }

    #[test]
    fn a_room_is_called_by_one_plain_word() {
        for bad in ["", "Orders", "work-orders", "../x", "1st", "people"] {
            assert!(run(&crate::root(), bad).is_err(), "{bad}");
        }
    }
}
