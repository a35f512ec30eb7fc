//! Who left a queue without having been served, and where he stood, as a new process reads it out of the records: what the
//! exchange of the process before had in memory (`engines/exchange/src/footing.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use exchange::Stood;
use kernel::Timestamp;

/// One call in which somebody asked for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub number: String,
    /// t2 of this call.
    pub at: Timestamp,
    pub connected: bool,
    /// When he hung up while waiting, or was cut off; none for whoever left another way.
    pub left: Option<Timestamp>,
}

/// Those who stood in a queue and left it at most `within` ago. Whoever came back in time had his place again, so that he stands
/// where he stood first, however often he called; whoever was connected has none.
///
/// `kept`: the places of call backs that are still owed.
pub fn stood(mut asked: Vec<Asked>, kept: Vec<Stood>, within: Duration, now: Timestamp) -> Vec<Stood> {
    asked.sort_by_key(|asked| asked.at);
    let mut known: BTreeMap<String, Stood> = BTreeMap::new();
    for Asked { number, at, connected, left } in asked {
        let before = known.remove(&number).filter(|before| at.since(before.left) <= within);
        if let Some(left) = left.filter(|_| !connected) {
            let requested = before.map_or(at, |before| before.requested);
            known.insert(number.clone(), Stood { number, requested, left });
        }
    }
    for place in kept {
        let known = known.entry(place.number.clone()).or_insert_with(|| place.clone());
        known.requested = known.requested.min(place.requested);
        known.left = known.left.max(place.left);
    }
    known.into_values().filter(|stood| now.since(stood.left) <= within).collect()
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn whoever_left_unserved_and_not_long_ago_stands_where_he_stood_first() {
        let start = TestClock::monday_morning().now();
        let minute = |minute: u64| start + Duration::from_secs(60 * minute);
        let call = |number: &str, at: u64, connected: bool, left: Option<u64>| Asked {
            number: number.to_owned(),
            at: minute(at),
            connected,
            left: left.map(minute),
        };
        let asked = vec![
            // Hung up twice and came back in time.
            call("1", 0, false, Some(4)),
            call("1", 9, false, Some(30)),
            // Came back too late: from then on he stands where he stood then.
            call("2", 0, false, Some(4)),
            call("2", 20, false, Some(31)),
            // Got through afterwards; before; was called back; left too long ago.
            call("3", 20, false, Some(28)),
            call("3", 29, true, None),
            call("4", 20, true, None),
            call("4", 26, false, Some(29)),
            call("5", 25, false, None),
            call("6", 2, false, Some(20)),
        ];
        let told = |stood: &Stood| {
            let minutes = |at: Timestamp| at.since(start).as_secs() / 60;
            (stood.number.clone(), minutes(stood.requested), minutes(stood.left))
        };
        // Asked to be called back, and called once more and hung up; asked too long ago.
        let asked_back = [("2", 20, 21), ("7", 1, 23), ("8", 1, 20)];
        let asked_back = asked_back.map(|(number, requested, left)| Stood {
            number: number.to_owned(),
            requested: minute(requested),
            left: minute(left),
        });
        let found = stood(asked, asked_back.to_vec(), Duration::from_secs(600), minute(32));
        let expected = [("1", 0, 30), ("2", 20, 31), ("4", 26, 29), ("7", 1, 23)]
            .map(|(number, requested, left)| (number.to_owned(), requested, left));
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
    }
}
