//! What a `deliver_sm` says: a receipt, in the words of appendix B and in optional parameters, or a text from a telephone.

use super::pdu::{Address, ESM_HEADER, ESM_KIND, ESM_RECEIPT, Sm, TON_INTERNATIONAL, tag};
use crate::{Fate, Incoming, sms};

/// `None` for what says nothing in the end: a message is on its way, or nobody knows.
pub fn incoming(sm: &Sm) -> Option<Incoming> {
    let payload = sm.option(tag::MESSAGE_PAYLOAD).filter(|_| sm.text.is_empty());
    let octets = payload.unwrap_or(&sm.text);
    if sm.esm_class & ESM_KIND == ESM_RECEIPT {
        return receipt(sm, &String::from_utf8_lossy(octets));
    }
    let text = if sm.esm_class & ESM_HEADER != 0 {
        let header = octets.first().map_or(0, |length| usize::from(*length) + 1);
        octets.get(header..).unwrap_or_default()
    } else {
        octets
    };
    Some(Incoming::Text { from: number(&sm.source), text: sms::read(sm.data_coding, text) })
}

/// An international number is written as one.
fn number(address: &Address) -> String {
    let digits = !address.number.is_empty() && address.number.bytes().all(|byte| byte.is_ascii_digit());
    if address.ton == TON_INTERNATIONAL && digits {
        format!("+{}", address.number)
    } else {
        address.number.clone()
    }
}

fn receipt(sm: &Sm, words: &str) -> Option<Incoming> {
    let option = sm.option(tag::RECEIPTED_MESSAGE_ID).map(|id| {
        let id = id.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(id).into_owned()
    });
    let id = option.or_else(|| word(words, "id:").map(str::to_owned)).filter(|id| !id.is_empty());
    let by_option = sm.option(tag::MESSAGE_STATE).and_then(<[u8]>::first).and_then(|state| match state {
        2 => Some(Fate::Delivered),
        3 => Some(Fate::Expired),
        4 => Some(Fate::Deleted),
        5 => Some(Fate::Undeliverable),
        8 => Some(Fate::Rejected),
        _ => None,
    });
    let stat = word(words, "stat:").unwrap_or_default();
    let by_word = match stat.to_ascii_uppercase().as_str() {
        "DELIVRD" => Some(Fate::Delivered),
        "EXPIRED" => Some(Fate::Expired),
        "DELETED" => Some(Fate::Deleted),
        "UNDELIV" => Some(Fate::Undeliverable),
        "REJECTD" => Some(Fate::Rejected),
        _ => None,
    };
    let reference = sm.option(tag::USER_MESSAGE_REFERENCE).and_then(|value| value.try_into().ok());
    let fate = by_word.or(by_option)?;
    let error = word(words, "err:").filter(|error| fate != Fate::Delivered && !error.is_empty());
    Some(Incoming::Receipt {
        id: id?,
        reference: reference.map(u16::from_be_bytes),
        to: number(&sm.source),
        fate,
        error: error.map_or(String::new(), |error| format!("{stat} {error}")),
    })
}

/// The word behind a key, up to the next space.
fn word<'a>(words: &'a str, key: &str) -> Option<&'a str> {
    let at = words.match_indices(key).map(|(at, _)| at);
    // `id:` is also the end of other keys: it stands at the beginning or behind a space.
    let own = at.into_iter().find(|at| *at == 0 || words.as_bytes().get(at - 1) == Some(&b' '))?;
    words.get(own + key.len()..)?.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Option<(&str, Fate, &str)>) {
        let sm = Sm { esm_class: ESM_RECEIPT, text: words.as_bytes().to_vec(), ..Sm::default() };
        let told = incoming(&sm).map(|incoming| match incoming {
            Incoming::Receipt { id, fate, error, .. } => (id, fate, error),
            other => panic!("{other:?}"),
        });
        assert_eq!(told, expected.map(|(id, fate, error)| (id.to_owned(), fate, error.to_owned())));
    }

    #[test]
    fn receipts_in_the_words_of_centres() {
        let rest = "sub:001 dlvrd:001 submit date:2601050900 done date:2601050901";
        check(&format!("id:0a1b {rest} stat:DELIVRD err:000 text:xx"), Some(("0a1b", Fate::Delivered, "")));
        check(
            &format!("id:7 {rest} stat:UNDELIV err:027 text:"),
            Some(("7", Fate::Undeliverable, "UNDELIV 027")),
        );
        check(&format!("id:7 {rest} stat:EXPIRED err:"), Some(("7", Fate::Expired, "")));
        check(&format!("id:7 {rest} stat:REJECTD err:1"), Some(("7", Fate::Rejected, "REJECTD 1")));
        check(&format!("id:7 {rest} stat:ACCEPTD err:000"), None);
        check(&format!("id:7 {rest} stat:ENROUTE err:000"), None);
        check("stat:DELIVRD", None);
        check("", None);
    }

    #[test]
    fn an_international_number_is_written_as_one() {
        let from = |ton, number: &str| {
            let source = Address { ton, npi: 1, number: number.into() };
            match incoming(&Sm { source, ..Sm::default() }) {
                Some(Incoming::Text { from, .. }) => from,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(from(1, "8613812345678"), "+8613812345678");
        assert_eq!(from(1, "+8613812345678"), "+8613812345678");
        assert_eq!(from(0, "13812345678"), "13812345678");
        assert_eq!(from(5, "CENTRE"), "CENTRE");
    }

    #[test]
    fn a_reply_is_read_without_its_header() {
        let octets = [&sms::header(1, 2, 1)[..], &[0x59, 0x7d]].concat();
        let sm = Sm { esm_class: ESM_HEADER, data_coding: 8, text: octets, ..Sm::default() };
        assert_eq!(incoming(&sm), Some(Incoming::Text { from: String::new(), text: "好".into() }));
        let short = Sm { esm_class: ESM_HEADER, text: vec![200], ..Sm::default() };
        assert_eq!(incoming(&short), Some(Incoming::Text { from: String::new(), text: String::new() }));
    }
}
