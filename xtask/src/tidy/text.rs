//! Rules that a look at the text can check.

use super::{Finding, SourceFile};

const LINES_MAX: usize = 800;
const KERNEL_LINES_MAX: usize = 2_000;

/// Words of the business that have no place in `shell/`.
const BUSINESS_WORDS: &[&str] =
    &["complaint", "work_order", "outage", "tariff", "invoice", "roster", "satisfaction"];

/// Marks of unfinished work, and of tests that do not test. Written in halves so that this file does not find itself.
const UNFINISHED: &[(&str, &str)] = &[
    (concat!("todo", "!("), "finish it, or leave it out"),
    (concat!("unimplemented", "!("), "finish it, or leave it out"),
    (concat!("TO", "DO"), "finish it, or write an issue"),
    (concat!("FIX", "ME"), "mend it, or write an issue"),
    (concat!("#[ign", "ore"), "mend the test, or delete it with a reason in the commit"),
    (concat!("test.sk", "ip("), "mend the test, or delete it with a reason in the commit"),
    (concat!("it.sk", "ip("), "mend the test, or delete it with a reason in the commit"),
    (concat!("describe.sk", "ip("), "mend the test, or delete it with a reason in the commit"),
    (concat!("dangerously", "SetInnerHTML"), "render text, never markup that came from outside"),
];

pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut kernel_lines = 0;
    for file in files {
        let lines = file.text.lines().count();
        if file.path.starts_with("kernel/src/") {
            kernel_lines += lines;
        }
        if !is_source(&file.path) {
            continue;
        }
        if lines > LINES_MAX {
            findings.push(Finding {
                place: file.path.clone(),
                what: format!("{lines} lines"),
                mend: "a file has one subject: split it",
            });
        }
        for (at, line) in file.text.lines().enumerate() {
            for (mark, mend) in UNFINISHED {
                if line.contains(mark) {
                    findings.push(Finding {
                        place: format!("{}:{}", file.path, at + 1),
                        what: format!("`{mark}`"),
                        mend,
                    });
                }
            }
        }
        if file.path.starts_with("shell/") && file.path.ends_with(".rs") {
            findings.extend(business_words(file));
        }
        if is_room_rule(&file.path) {
            findings.extend(impure_rules(file));
        }
        if file.path.ends_with(".rs") && file.path.contains("/src/") && !file.text.starts_with("//!") {
            findings.push(Finding {
                place: file.path.clone(),
                what: "no opening sentence".into(),
                mend: "begin the file with `//!` and one sentence of what it is about",
            });
        }
    }
    if kernel_lines > KERNEL_LINES_MAX {
        findings.push(Finding {
            place: "kernel".into(),
            what: format!("{kernel_lines} lines"),
            mend: "the kernel stays under 2,000 lines: move what fewer than three crates need to where it is needed",
        });
    }
    findings
}

fn is_source(path: &str) -> bool {
    [".rs", ".ts", ".tsx", ".css"].iter().any(|end| path.ends_with(end)) && !path.ends_with(".gen.ts")
}

fn is_room_rule(path: &str) -> bool {
    path.starts_with("rooms/") && (path.contains("/src/rules/") || path.ends_with("/src/rules.rs"))
}

fn business_words(file: &SourceFile) -> Vec<Finding> {
    let lower = file.text.to_lowercase();
    let found = BUSINESS_WORDS.iter().filter(|word| lower.contains(**word));
    found
        .map(|word| Finding {
            place: file.path.clone(),
            what: format!("the business word `{word}`"),
            mend: "shell/ touches the world and knows no business: move the code to its room, or use a neutral word",
        })
        .collect()
}

fn impure_rules(file: &SourceFile) -> Vec<Finding> {
    const IMPURE: &[&str] =
        &["crate::store", "crate::http", "super::store", "super::http", "sqlx", "axum", "tokio::"];
    let found = IMPURE.iter().filter(|import| file.text.contains(**import));
    found
        .map(|import| Finding {
            place: file.path.clone(),
            what: format!("`{import}` in a rule"),
            mend: "rules are pure: take values as arguments and let store and http do the touching",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let files = [SourceFile { path: path.into(), text: format!("//! A file.\n{text}") }];
        check(&files).into_iter().map(|finding| format!("{}: {}", finding.place, finding.what)).collect()
    }

    #[test]
    fn each_rule_finds_its_breach() {
        assert_eq!(
            told("shell/db/src/lib.rs", "fn bill_complaint() {}"),
            ["shell/db/src/lib.rs: the business word `complaint`"]
        );
        assert_eq!(
            told("rooms/calls/src/rules.rs", "use crate::store;"),
            ["rooms/calls/src/rules.rs: `crate::store` in a rule"]
        );
        let mark = concat!("TO", "DO");
        assert_eq!(told("web/src/a.ts", &format!("// {mark}: later")), [format!("web/src/a.ts:2: `{mark}`")]);
        assert_eq!(told("engines/acd/src/a.rs", &"\n".repeat(800)), ["engines/acd/src/a.rs: 801 lines"]);
        assert!(told("rooms/calls/src/rules.rs", "use kernel::Timestamp;").is_empty());
    }
}
