//! Files as people write them, with what they are told.

use expect_test::{Expect, expect};

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
