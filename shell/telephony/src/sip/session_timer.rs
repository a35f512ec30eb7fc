//! Session timers (RFC 4028): who refreshes a call and when it counts as dead. Only arithmetic; time is given elsewhere.

use std::time::Duration;

/// Shorter intervals than this are forbidden by RFC 4028 §4.
pub const LEAST: u32 = 90;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refresher {
    Us,
    Them,
}

/// What was agreed for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Agreed {
    pub interval_s: u32,
    pub refresher: Refresher,
}

impl Agreed {
    /// When to act after the last refresh: half the interval to refresh, or a little before its end to hang up.
    pub fn deadline(self) -> Duration {
        let interval = u64::from(self.interval_s);
        match self.refresher {
            Refresher::Us => Duration::from_secs(interval / 2),
            Refresher::Them => Duration::from_secs(interval - 32.min(interval / 3)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ours {
    pub interval_s: u32,
    pub least_s: u32,
}

/// The Session-Expires, Min-SE and Supported of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Theirs {
    pub supported: bool,
    pub expires: Option<(u32, Option<Role>)>,
    pub least_s: Option<u32>,
}

/// `refresher=uac` or `refresher=uas`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Uac,
    Uas,
}

/// Reads `1800;refresher=uac`.
pub fn parse_expires(value: &str) -> Option<(u32, Option<Role>)> {
    let mut parts = value.split(';');
    let seconds = delta_seconds(parts.next()?)?;
    let role = parts.find_map(|p| {
        let (name, value) = p.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("refresher") {
            return None;
        }
        match value.trim() {
            v if v.eq_ignore_ascii_case("uac") => Some(Role::Uac),
            v if v.eq_ignore_ascii_case("uas") => Some(Role::Uas),
            _ => None,
        }
    });
    Some((seconds, role))
}

/// Digits only; more than fit count as the largest (RFC 3261 §20.19 lets long ones be treated so).
pub fn delta_seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX))
}

/// The interval they asked for is too short: 422 with this Min-SE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooSmall(pub u32);

/// We answer an INVITE or UPDATE: what goes into our 200.
pub fn as_uas(theirs: Theirs, ours: Ours) -> Result<Agreed, TooSmall> {
    match theirs.expires {
        Some((seconds, _)) if seconds < ours.least_s && theirs.supported => Err(TooSmall(ours.least_s)),
        Some((seconds, role)) => {
            let interval_s = seconds.min(ours.interval_s.max(theirs.least_s.unwrap_or(0))).max(LEAST);
            let refresher = match role {
                Some(Role::Uas) => Refresher::Us,
                Some(Role::Uac) => Refresher::Them,
                None if theirs.supported => Refresher::Them,
                None => Refresher::Us,
            };
            Ok(Agreed { interval_s, refresher })
        }
        None => {
            let interval_s = ours.interval_s.max(theirs.least_s.unwrap_or(0)).max(LEAST);
            let refresher = if theirs.supported { Refresher::Them } else { Refresher::Us };
            Ok(Agreed { interval_s, refresher })
        }
    }
}

/// They answered our INVITE or UPDATE. A far end that knows nothing of timers is refreshed by us, so that a dead one
/// is noticed all the same.
pub fn as_uac(theirs: Theirs, asked_s: u32) -> Agreed {
    match theirs.expires {
        Some((seconds, role)) => Agreed {
            interval_s: seconds.clamp(LEAST, asked_s.max(LEAST)),
            refresher: if role == Some(Role::Uas) { Refresher::Them } else { Refresher::Us },
        },
        None => Agreed { interval_s: asked_s.max(LEAST), refresher: Refresher::Us },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Ours = Ours { interval_s: 1_800, least_s: 90 };

    fn theirs(supported: bool, expires: Option<&str>, least_s: Option<u32>) -> Theirs {
        Theirs { supported, expires: expires.and_then(parse_expires), least_s }
    }

    #[test]
    fn as_the_called_side_we_follow_the_table_of_rfc_4028() {
        let check = |t: Theirs| as_uas(t, OURS).map(|a| (a.interval_s, a.refresher));
        assert_eq!(check(theirs(true, Some("1200;refresher=uac"), None)), Ok((1_200, Refresher::Them)));
        assert_eq!(check(theirs(true, Some("1200;refresher=uas"), None)), Ok((1_200, Refresher::Us)));
        assert_eq!(check(theirs(true, Some("1200"), None)), Ok((1_200, Refresher::Them)));
        assert_eq!(check(theirs(true, None, None)), Ok((1_800, Refresher::Them)));
        assert_eq!(check(theirs(false, None, None)), Ok((1_800, Refresher::Us)));
        assert_eq!(check(theirs(true, Some("60"), None)), Err(TooSmall(90)));
        assert_eq!(
            check(theirs(true, Some("86400"), None)),
            Ok((1_800, Refresher::Them)),
            "we may shorten it"
        );
        assert_eq!(
            check(theirs(true, Some("7200"), Some(3_600))),
            Ok((3_600, Refresher::Them)),
            "not below their Min-SE"
        );
    }

    #[test]
    fn as_the_calling_side_we_take_what_they_chose() {
        let check = |t: Theirs| (as_uac(t, 1_800).interval_s, as_uac(t, 1_800).refresher);
        assert_eq!(check(theirs(true, Some("900;refresher=uas"), None)), (900, Refresher::Them));
        assert_eq!(check(theirs(true, Some("900;refresher=uac"), None)), (900, Refresher::Us));
        assert_eq!(check(theirs(false, None, None)), (1_800, Refresher::Us));
        assert_eq!(
            check(theirs(true, Some("1;refresher=uas"), None)),
            (90, Refresher::Them),
            "never under the least"
        );
    }

    #[test]
    fn the_refresher_acts_at_half_time_and_the_other_a_little_before_the_end() {
        let deadline = |interval_s, refresher| Agreed { interval_s, refresher }.deadline().as_secs();
        assert_eq!(deadline(1_800, Refresher::Us), 900);
        assert_eq!(deadline(1_800, Refresher::Them), 1_768);
        assert_eq!(deadline(90, Refresher::Them), 60);
    }

    #[test]
    fn odd_numbers_are_read_without_wrapping() {
        assert_eq!(delta_seconds("4294967296"), Some(u32::MAX));
        assert_eq!(delta_seconds("-1"), None);
        assert_eq!(delta_seconds(""), None);
        assert_eq!(parse_expires("90 ; Refresher=UAS"), Some((90, Some(Role::Uas))));
    }
}
