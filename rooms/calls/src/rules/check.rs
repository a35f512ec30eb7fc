//! Whether a queue, a trunk and the dial rules can be taken over as somebody has filled them in. Pure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{DialRule, Queue, Refusal, Trunk};

/// How files, flows and addresses call it; never changed afterwards.
pub fn name(name: &str) -> Result<(), Refusal> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let good = (1..=40).contains(&name.len()) && name.bytes().all(fits);
    if good { Ok(()) } else { Err(Refusal::BadName { name: name.to_owned() }) }
}

/// `known` are the names of all queues.
pub fn queue(queue: &Queue, known: &BTreeSet<&str>) -> Result<(), Refusal> {
    name(&queue.name)?;
    range("priority", u32::from(queue.priority), 1, 9)?;
    range("ring_s", queue.ring_s, 1, 300)?;
    range("wrap_up_s", queue.wrap_up_s, 0, 3_600)?;
    range("wrap_up_hard_s", queue.wrap_up_hard_s, 0, 7_200)?;
    range("callers_max", queue.callers_max, 1, 5_000)?;
    range("waited_s", queue.waited_s, 1, 3_600)?;
    range("announce_s", queue.announce_s, 0, 3_600)?;
    range("voicemail_s", queue.voicemail_s, 5, 600)?;
    if let Some(age) = queue.age_s {
        range("age_s", age, 0, 3_600)?;
    }
    for level in queue.skills.values() {
        range("skills", u32::from(*level), 1, 9)?;
    }
    if queue.wrap_up_hard_s < queue.wrap_up_s {
        return Err(Refusal::HardBeforeSoft);
    }
    for other in queue.points_at() {
        if other == queue.name {
            return Err(Refusal::PointsAtItself);
        }
        if !known.contains(other) {
            return Err(Refusal::NoSuchQueue { name: other.to_owned() });
        }
    }
    Ok(())
}

pub fn trunk(trunk: &Trunk) -> Result<(), Refusal> {
    name(&trunk.name)?;
    range("max_calls", trunk.max_calls, 1, 100_000)?;
    for address in &trunk.from {
        if !is_range(address) {
            return Err(Refusal::BadAddress { address: address.clone() });
        }
    }
    for uri in [&trunk.register, &trunk.out].into_iter().flatten() {
        let host = uri.strip_prefix("sip:").or_else(|| uri.strip_prefix("sips:"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            return Err(Refusal::BadUri { uri: uri.clone() });
        }
    }
    let missing = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    if trunk.register.is_some() && (missing(&trunk.username) || missing(&trunk.password)) {
        return Err(Refusal::SignInMissing);
    }
    if trunk.from.is_empty() && trunk.register.is_none() {
        return Err(Refusal::NoWayIn);
    }
    Ok(())
}

/// `trunks` are the names of all trunks.
pub fn dial_rules(rules: &[DialRule], trunks: &BTreeSet<&str>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for DialRule { prefix, trunk } in rules {
        let digits = prefix.strip_prefix('+').unwrap_or(prefix);
        if prefix.len() > 20 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::BadPrefix { prefix: prefix.clone() });
        }
        if !seen.insert(prefix.as_str()) {
            return Err(Refusal::PrefixTwice { prefix: prefix.clone() });
        }
        if let Some(name) = trunk.as_ref().filter(|name| !trunks.contains(name.as_str())) {
            return Err(Refusal::NoSuchTrunk { name: name.clone() });
        }
    }
    Ok(())
}

fn range(field: &'static str, value: u32, least: u32, most: u32) -> Result<(), Refusal> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(Refusal::OutOfRange { field, least, most }) }
}

/// `192.0.2.7`, `192.0.2.0/24`, `fd00::/8`.
fn is_range(text: &str) -> bool {
    let (net, prefix) = text.split_once('/').map_or((text, None), |(net, prefix)| (net, Some(prefix)));
    let Ok(net) = net.parse::<IpAddr>() else { return false };
    let widest = if net.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok_and(|bits| bits <= widest))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn say(checked: Result<(), Refusal>, expected: Expect) {
        expected.assert_eq(&checked.map_or_else(|refusal| refusal.to_string(), |()| "good".to_owned()));
    }

    #[test]
    fn a_queue_says_what_does_not_fit() {
        let known = BTreeSet::from(["repair", "emergency"]);
        let queue = |json: &str| queue(&serde_json::from_str(json).expect("a queue"), &known);
        say(queue(r#"{"name":"repair","full":"queue:emergency"}"#), expect!["good"]);
        say(
            queue(r#"{"name":"报修"}"#),
            expect![[r#""报修" is no name: 1 to 40 of the letters a to z, digits, - and _"#]],
        );
        say(queue(r#"{"name":"repair","ring_s":0}"#), expect!["ring_s is 1 to 300"]);
        say(
            queue(r#"{"name":"repair","wrap_up_s":60,"wrap_up_hard_s":30}"#),
            expect!["after-call work would end before its soft limit"],
        );
        say(
            queue(r#"{"name":"repair","waited":"queue:repair"}"#),
            expect!["a queue cannot send callers to itself"],
        );
        say(queue(r#"{"name":"repair","full":"queue:nobody"}"#), expect!["there is no queue nobody"]);
    }

    #[test]
    fn a_trunk_says_what_does_not_fit() {
        let trunk = |json: &str| trunk(&serde_json::from_str(json).expect("a trunk"));
        say(trunk(r#"{"name":"carrier","from":["192.0.2.0/24","fd00::/8"]}"#), expect!["good"]);
        say(
            trunk(r#"{"name":"carrier","register":"sip:a.example","username":"u","password":"p"}"#),
            expect!["good"],
        );
        say(trunk(r#"{"name":"carrier"}"#), expect!["no call can come in by this trunk"]);
        say(
            trunk(r#"{"name":"carrier","from":["192.0.2.0/33"]}"#),
            expect![[r#""192.0.2.0/33" is neither an address nor a range of addresses"#]],
        );
        say(
            trunk(r#"{"name":"carrier","register":"a.example"}"#),
            expect![[r#""a.example" is not a SIP address"#]],
        );
        say(
            trunk(r#"{"name":"carrier","register":"sip:a.example","username":"u"}"#),
            expect!["a trunk that registers needs a user name and a password"],
        );
    }

    #[test]
    fn dial_rules_say_what_does_not_fit() {
        let trunks = BTreeSet::from(["carrier"]);
        let rule = |prefix: &str, trunk: Option<&str>| DialRule {
            prefix: prefix.into(),
            trunk: trunk.map(Into::into),
        };
        let rules = |rules: &[DialRule]| dial_rules(rules, &trunks);
        say(
            rules(&[rule("", Some("carrier")), rule("00", None), rule("+86", Some("carrier"))]),
            expect!["good"],
        );
        say(rules(&[rule("1a", None)]), expect![[r#""1a" is not the beginning of a telephone number"#]]);
        say(rules(&[rule("1", None), rule("1", None)]), expect![[r#"the prefix "1" stands there twice"#]]);
        say(rules(&[rule("1", Some("other"))]), expect!["there is no trunk other"]);
    }
}
