//! The files of a result, for platforms that want them: each is a telling of its own behind the result, signed like all others.

use serde_json::{Value, json};
use work_orders::rules::order::Attachment;

use super::{Telling, Told};

/// The largest file that is sent, in bytes; larger ones are named only.
pub const FILE_MAX: u64 = 5 << 20;

pub fn fits(file: &Attachment) -> bool {
    file.bytes <= FILE_MAX
}

/// Those that are sent and are not among what was sent before. The bytes are put in when it goes out: a file never changes.
pub fn tellings(files: &[Attachment], before: &[String]) -> Vec<Telling> {
    let new = files.iter().filter(|file| {
        let id = file.id.to_string();
        fits(file) && !before.iter().any(|body| body.contains(&id))
    });
    let telling = |file: &Attachment| Telling {
        kind: Told::File,
        data: json!({ "file": file.id, "what": file.what, "mime": file.mime, "bytes": file.bytes, "sha256": file.hash }),
    };
    new.map(telling).collect()
}

/// Whether it is a result with files.
pub fn names_any(telling: &Telling) -> bool {
    let named = telling.data.get("files").and_then(Value::as_array);
    telling.kind == Told::Result && named.is_some_and(|named| !named.is_empty())
}

/// A result says of each of its files whether it comes after it.
pub fn announce(telling: &mut Telling, files: &[Attachment], wanted: bool) {
    let Some(named) = telling.data.get_mut("files").and_then(Value::as_array_mut) else { return };
    for (named, file) in named.iter_mut().zip(files) {
        if let Some(named) = named.as_object_mut() {
            named.insert("file".into(), json!(file.id));
            named.insert("sent".into(), json!(wanted && fits(file)));
        }
    }
}

/// What goes out: what was kept, with the file's bytes; null when it is not there any more. The same each time.
pub fn with_content(body: &str, bytes: Option<&[u8]>) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    if let Some(data) = body.get_mut("data").and_then(Value::as_object_mut) {
        data.insert("content".into(), bytes.map(base64).map_or(Value::Null, Value::String));
    }
    body.to_string()
}

/// RFC 4648, with padding.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let at = |place: usize| u32::from(part.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4_usize {
            let six = (bits >> (18 - 6 * place)) & 63;
            let letter = LETTERS.get(six as usize).copied().unwrap_or(b'=');
            text.push(char::from(if place > part.len() { b'=' } else { letter }));
        }
    }
    text
}

/// Back again; none of what is not base64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), text);
            assert_eq!(from_base64(text).as_deref(), Some(plain.as_bytes()));
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base64(&base64(&all)), Some(all));
    }
}
