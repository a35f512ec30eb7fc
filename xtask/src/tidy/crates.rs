//! Rules about crates: who may depend on whom, what a room must hold, which licences may enter.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Finding, SourceFile};

/// What an engine may name: our own pure crates, and libraries that cannot touch the world.
const ENGINE_MAY: &[&str] =
    &["kernel", "audio", "acd", "ivr", "exchange", "serde", "serde_json", "jiff", "thiserror"];

/// Rooms by storey: a room may use rooms on lower storeys only.
const STOREYS: &[&[&str]] = &[
    &["audit", "people", "departments", "promises", "ivr_flows"],
    &["calls", "notices"],
    &["recordings", "customers"],
    &["floor", "interactions", "campaigns"],
    &["work_orders"],
    &["callbacks", "outages"],
    &["clusters", "complaints", "escalations", "government", "storms"],
    &["handover", "statistics"],
    &["webhooks"],
];

/// What every room holds.
const ROOM_HOLDS: &[&str] =
    &["README.md", "src/lib.rs", "ui/index.ts", "ui/messages/zh-CN.json", "ui/messages/en.json"];

pub fn check(metadata: &Value, files: &[SourceFile]) -> Result<Vec<Finding>> {
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let allowed = allowed_licences(text_of("deny.toml").context("deny.toml is missing")?)?;
    let listed = text_of("switchboard/src/rooms.rs").unwrap_or_default();
    let mut findings = in_order(listed);
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if package["source"].is_null() {
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let folder = manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/');
            let folder = folder.trim_end_matches("/Cargo.toml");
            let needs = dependencies(package);
            findings.extend(own_crate(folder, name, &needs));
            if folder.starts_with("rooms/") {
                findings.extend(room(folder, name, &paths, listed));
            }
        } else {
            findings.extend(licence(package, name, &allowed));
        }
    }
    Ok(findings)
}

/// The crates a package is built with (not those of its tests).
fn dependencies(package: &Value) -> Vec<&str> {
    let all = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|need| need["kind"] != "dev").filter_map(|need| need["name"].as_str()).collect()
}

fn own_crate(folder: &str, name: &str, needs: &[&str]) -> Vec<Finding> {
    let finding = |what: String, mend| Finding { place: format!("{folder}/Cargo.toml"), what, mend };
    let mut findings = Vec::new();
    for need in needs {
        if folder.starts_with("engines/") && !ENGINE_MAY.contains(need) {
            findings.push(finding(
                format!("an engine that names `{need}`"),
                "engines decide without touching the world: pass the value in, or ask for it by an effect",
            ));
        }
        if folder.starts_with("shell/") && storey(need).is_some() {
            findings.push(finding(format!("shell that uses the room `{need}`"), "the shell knows no room"));
        }
        if let (Some(own), Some(other)) = (storey(name), storey(need))
            && other >= own
        {
            findings.push(finding(
                format!("`{name}` uses `{need}`, which is not on a lower storey"),
                "point at the thing by its id, or let an event carry it upward; the storeys stand in xtask/src/tidy/crates.rs",
            ));
        }
    }
    findings
}

/// Rooms and their tables are listed with the lower storeys first: what a migration refers to is there before it.
fn in_order(listed: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for what in ["::room(", "::MIGRATIONS,"] {
        let named = listed.lines().filter_map(|line| {
            let (room, _) = line.trim().split_once(what)?;
            Some((room, storey(room)?))
        });
        let named: Vec<(&str, usize)> = named.collect();
        for pair in named.windows(2) {
            if let [(below, low), (room, storey)] = pair
                && storey < low
            {
                findings.push(Finding {
                    place: "switchboard/src/rooms.rs".into(),
                    what: format!("`{room}{what}` stands behind `{below}`, which is on a higher storey"),
                    mend: "list the rooms in the order of STOREYS in xtask/src/tidy/crates.rs",
                });
            }
        }
    }
    findings
}

fn storey(room: &str) -> Option<usize> {
    STOREYS.iter().position(|rooms| rooms.contains(&room))
}

fn room(folder: &str, name: &str, paths: &BTreeSet<&str>, listed: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for held in ROOM_HOLDS {
        if !paths.contains(format!("{folder}/{held}").as_str()) {
            findings.push(Finding {
                place: folder.into(),
                what: format!("no {held}"),
                mend: "every room has the same doors: see docs/a-room.md",
            });
        }
    }
    if folder != format!("rooms/{name}") {
        findings.push(Finding {
            place: folder.into(),
            what: format!("its crate is called `{name}`"),
            mend: "one capability, one word: the folder, the crate, the tables and the URL are called alike",
        });
    }
    if storey(name).is_none() {
        findings.push(Finding {
            place: folder.into(),
            what: "it stands on no storey".into(),
            mend: "add it to STOREYS in xtask/src/tidy/crates.rs",
        });
    }
    if !listed.contains(&format!("{name}::room(")) {
        findings.push(Finding {
            place: "switchboard/src/rooms.rs".into(),
            what: format!("the room `{name}` is not listed"),
            mend: "add one line for it",
        });
    }
    findings
}

fn allowed_licences(deny: &str) -> Result<BTreeSet<String>> {
    let deny: toml::Table = deny.parse().context("reading deny.toml")?;
    let allow = deny["licenses"]["allow"].as_array().context("deny.toml: licenses.allow is missing")?;
    Ok(allow.iter().filter_map(|licence| licence.as_str().map(str::to_owned)).collect())
}

/// SPDX expressions in practice are `A OR B`, `A AND B`, with brackets; every AND-part needs one allowed OR-part.
fn licence(package: &Value, name: &str, allowed: &BTreeSet<String>) -> Option<Finding> {
    let expression = package["license"].as_str().unwrap_or("none given").replace('/', " OR ");
    let plain = expression.replace(['(', ')'], " ");
    let fits = plain.split(" AND ").all(|part| part.split(" OR ").any(|one| allowed.contains(one.trim())));
    (!fits).then(|| Finding {
        place: "Cargo.lock".into(),
        what: format!("`{name}` has the licence {expression}"),
        mend: "take another crate, or add the licence to deny.toml with a reason in the commit",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_may_not_name_what_touches_the_world() {
        let told = own_crate("engines/acd", "acd", &["kernel", "tokio"]);
        assert_eq!(
            told.iter().map(|f| f.what.as_str()).collect::<Vec<_>>(),
            ["an engine that names `tokio`"]
        );
    }

    #[test]
    fn a_room_looks_only_down() {
        assert!(own_crate("rooms/floor", "floor", &["calls", "people"]).is_empty());
        assert_eq!(own_crate("rooms/people", "people", &["calls"]).len(), 1);
    }

    #[test]
    fn rooms_are_listed_from_below() {
        let told = |text: &str| in_order(text).into_iter().map(|finding| finding.what).collect::<Vec<_>>();
        assert!(told("    audit::room(),\n    calls::room(x),\n    floor::MIGRATIONS,").is_empty());
        assert_eq!(
            told("    calls::MIGRATIONS,\n    people::MIGRATIONS,"),
            ["`people::MIGRATIONS,` stands behind `calls`, which is on a higher storey"]
        );
    }

    #[test]
    fn one_allowed_licence_of_a_choice_is_enough() {
        let allowed = ["MIT".to_owned(), "ISC".to_owned()].into();
        let of = |text: &str| licence(&serde_json::json!({ "license": text }), "x", &allowed).is_none();
        assert!(of("GPL-3.0 OR MIT") && of("(MIT OR GPL-2.0) AND ISC") && of("Apache-2.0/MIT"));
        assert!(!of("MIT AND GPL-3.0") && !of("GPL-3.0"));
    }
}
