//! What a key, a reason or an order says of why somebody calls.

use super::{Says, Settings};

/// Ask for a person, for the menu above, for the same again: these say nothing.
const NEUTRAL: &[&str] = &["0", "9", "*", "8"];

/// Of the keys of a call, as `node:key node:key`.
pub fn of_keys(keys: Option<&str>, settings: &Settings) -> Says {
    let mut says = Says::Nothing;
    for pressed in keys.unwrap_or_default().split_whitespace() {
        if settings.keys.iter().any(|key| key == pressed) {
            return Says::NoSupply;
        }
        let neutral = settings.neutral_keys.iter().any(|key| key == pressed)
            || pressed.rsplit(':').next().is_some_and(|key| NEUTRAL.contains(&key));
        if !neutral {
            says = Says::Other;
        }
    }
    says
}

/// Of the reason of a record.
pub fn of_reason(reason: Option<&str>, settings: &Settings) -> Says {
    match reason {
        None => Says::Nothing,
        Some(reason) if settings.reasons.iter().any(|begin| reason.starts_with(begin)) => Says::NoSupply,
        Some(_) => Says::Other,
    }
}

/// Of the sub-type of an order.
pub fn of_order(subtype: &str, settings: &Settings) -> Says {
    let says = settings.subtypes.iter().any(|begin| subtype.starts_with(begin));
    if says { Says::NoSupply } else { Says::Other }
}

/// A road without the numbers of its houses: 松涛路12号 stands on 松涛路.
pub fn road(text: &str) -> &str {
    let mut end = text.char_indices().filter(|(_, c)| matches!(c, '路' | '街' | '道' | '巷' | '弄'));
    let end = end.next_back().map(|(at, c)| at + c.len_utf8());
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_why_somebody_calls() {
        let settings = Settings::default();
        let says = |keys| of_keys(keys, &settings);
        assert_eq!(says(None), Says::Nothing);
        assert_eq!(says(Some("top:2 repair:0")), Says::Nothing, "a person, whatever it is about");
        assert_eq!(says(Some("top:2 repair:1")), Says::NoSupply);
        assert_eq!(says(Some("top:3 fees:1")), Says::Other);
        assert_eq!(says(Some("top:3 fees:9 top:5")), Says::NoSupply, "the last word counts");
    }

    #[test]
    fn reasons_and_orders_say_so_by_how_they_begin() {
        let settings = Settings::default();
        assert_eq!(of_reason(Some("G010201"), &settings), Says::NoSupply);
        assert_eq!(of_reason(Some("G0301"), &settings), Says::Other);
        assert_eq!(of_reason(None, &settings), Says::Nothing);
        assert_eq!(of_order("fault.no_gas", &settings), Says::NoSupply);
        assert_eq!(of_order("fault.meter", &settings), Says::Other);
    }

    #[test]
    fn a_road_is_named_without_its_houses() {
        assert_eq!(road("松涛路12号"), "松涛路");
        assert_eq!(road("晓月大道388号"), "晓月大道");
        assert_eq!(road("幸福里"), "");
    }
}
