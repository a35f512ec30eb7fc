//! Files as people write them, with what they are told.

use expect_test::{Expect, expect};

use fastrand::Rng;

use super::*;

fn check(text: &str, told: Expect) {
    let got = match read(text) {
        Ok(spec) => format!("fits: {} queues, {} agents", spec.queues.len(), spec.agents.len()),
        Err(troubles) => troubles.to_string(),
    };
    told.assert_eq(&got);
}

const SMALL: &str = r#"
[centre]
name = "铜官燃气客户服务热线"
[[trunk]]
name = "carrier"
from = ["127.0.0.0/8"]
[[number]]
did = "95598"
flow = "hotline"
[[queue]]
name = "general"
priority = 5
[[agent]]
number = "1001"
name = "演示一"
queues = ["general"]
password = "secret-1001"
[[flow]]
name = "hotline"
steps = [ { say = "您好", voice = "recorded/welcome.wav" }, { queue = "general" } ]
"#;

#[test]
fn the_smallest_centre_fits_and_is_written_back() {
    check(SMALL, expect!["fits: 1 queues, 1 agents"]);
    let spec = read(SMALL).expect("fits");
    let again = read(&write(&spec).expect("written")).expect("fits again");
    assert_eq!(spec, again);
}

#[test]
fn every_error_names_its_line_and_the_remedy() {
    check(
        "[[queue]]\nname = \"a\"\ncolour = \"red\"\n",
        expect![
            "line 3: unknown field `colour`, expected one of `name`, `title`, `off`, `priority`, `danger`, `age_s`, `ring_s`, `wrap_up_s`, `wrap_up_hard_s`, `choose`, `callers_max`, `skills`, `full`, `unstaffed`, `waited`, `waited_s`, `announce_s`, `announce_number`, `rating`, `callback_key`, `menu_key`, `music`, `greeting`, `callback_offer`, `callback_taken`, `closing`, `voicemail_greeting`, `voicemail_s`; correct this entry (docs/centre-file.md has every key)"
        ],
    );
    check(
        "[[queue]\nname = \"a\"\n",
        expect![
            "line 1: unclosed array table, expected `]`; correct this entry (docs/centre-file.md has every key)"
        ],
    );
    check(
        "[[queue]]\nname = \"general\"\nfull = \"queue:other\"\n\n[[agent]]\nnumber = \"1\"\nname = \"x\"\nqueues = [\"genral\"]\n",
        expect![[r#"
            line 1: the queue general sends callers to the queue "other", which is not in this file; write one of "general", or add a [[queue]]
            line 5: the agent 1 serves the queue "genral", which is not in this file; do you mean "general"?"#]],
    );
    check(
        "[[number]]\ndid = \"95598\"\nflow = \"hotline\"\n",
        expect![[
            r#"line 1: the number 95598 leads to the flow "hotline", which is not in this file; add a [[flow]] with this name"#
        ]],
    );
    check(
        "[[trunk]]\nname = \"c\"\n[[trunk]]\nname = \"c\"\nfrom = [\"10.0.0.0/40\"]\n",
        expect![[r#"
        line 1: no call can come in by the trunk c; add `from` (addresses) or `register`, `username` and `password`
        line 3: the trunk "c" stands here a second time; merge the two, or rename one
        line 3: the trunk c: "10.0.0.0/40" is not a range of addresses: write 192.0.2.0/24, 192.0.2.7 or fd00::/8; correct `from`"#]],
    );
    check(
        "[[queue]]\nname = \"a\"\nfull = \"shout\"\n",
        expect![[
            r#"line 3: "shout" is not an answer to a caller: write "message", "voicemail", "callback" or "queue:NAME"; correct this entry (docs/centre-file.md has every key)"#
        ]],
    );
    check(
        "[centre]\ntime_zone = \"Asia/Peking\"\n",
        expect![[
            r#"line 1: there is no time zone "Asia/Peking"; write one of the IANA names, like Asia/Shanghai"#
        ]],
    );
}

/// What stands between ```toml and ``` in a text.
fn examples(text: &str) -> impl Iterator<Item = &str> {
    text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next())
}

#[test]
fn the_examples_of_the_manual_are_one_file_that_fits() {
    let manual = include_str!("../../../docs/centre-file.md");
    check(&examples(manual).collect::<String>(), expect!["fits: 2 queues, 2 agents"]);
}

#[test]
fn the_manual_has_every_key() {
    let manual = include_str!("../../../docs/centre-file.md");
    for kind in ["centre", "trunk", "number", "queue", "group", "agent", "dial", "flow"] {
        let brackets = if kind == "centre" { format!("[{kind}]") } else { format!("[[{kind}]]") };
        let Err(told) = toml::from_str::<CentreFile>(&format!("{brackets}\nno_such_key = 1\n")) else {
            panic!("{kind} takes any key");
        };
        // "… expected one of `name`, `title`": the names between the backticks, after the wrong one.
        for key in told.message().split('`').skip(3).step_by(2) {
            assert!(manual.contains(&format!("`{key}`")), "docs/centre-file.md: {kind} has the key {key}");
        }
    }
}

/// Lines doubled, lost and exchanged, values put in place of others. `make fuzz` looks further.
#[test]
fn damaged_files_are_refused_with_reasons_or_written_back_as_they_were_read() {
    const VALUES: &[&str] = &[
        "0",
        "-1",
        "99999999999",
        "true",
        "\"\"",
        "\"top\"",
        "[]",
        "{}",
        "\"9\"",
        "1.5",
        "[[flow]]",
        "\"",
        "热",
    ];
    let seeds = [
        include_str!("../../../fuzz/seeds/kinds.toml"),
        include_str!("../../../demo/flows.toml"),
        include_str!("../../tests/peers/hotline.toml"),
    ];
    let names = ivr::Names {
        queues: [("general".to_owned(), kernel::QueueId(1)), ("business".to_owned(), kernel::QueueId(2))]
            .into(),
        prompts: None,
        look_ups: None,
        time_zone: jiff::tz::TimeZone::UTC,
        holidays: kernel::calendar::Holidays::default(),
    };
    let mut dice = Rng::with_seed(1);
    let (mut fit, mut refused) = (0, 0);
    for round in 0..1_500 {
        let seed = seeds[round % seeds.len()];
        let mut lines: Vec<String> = seed.lines().map(str::to_owned).collect();
        for _ in 0..dice.usize(..4) {
            let (one, other) = (dice.usize(..lines.len()), dice.usize(..lines.len()));
            match dice.usize(..5) {
                0 => drop(lines.remove(one)),
                1 => lines.insert(other, lines[one].clone()),
                2 => lines.swap(one, other),
                3 => {
                    let key = lines[one].split('=').next().unwrap_or_default().to_owned();
                    lines[one] = format!("{key}= {}", VALUES[dice.usize(..VALUES.len())]);
                }
                _ => {
                    let at = dice.usize(..lines[one].chars().count().max(1));
                    lines[one] = lines[one].chars().take(at).collect();
                }
            }
        }
        let text = lines.join("\n");
        match read(&text) {
            Ok(spec) => {
                fit += 1;
                let written = write(&spec).expect("what was read can be written");
                assert_eq!(read(&written).as_ref(), Ok(&spec), "{text}\n-- written --\n{written}");
                for flow in &spec.flows {
                    ivr::compile(flow, kernel::FlowId(1), 1, &names);
                }
            }
            Err(troubles) => {
                refused += 1;
                assert!(troubles.0.iter().all(|t| t.line >= 1 && !t.what.is_empty() && !t.remedy.is_empty()));
            }
        }
    }
    assert!(fit > 100 && refused > 100, "{fit} {refused}");
}
