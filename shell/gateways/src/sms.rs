//! A text as the parts a telephone gets: 7-bit where every character is in the GSM alphabet, UCS-2 otherwise.
//! (3GPP TS 23.038 for the alphabets, 23.040 for the header of parts.)

/// How the octets of a part are to be read: the `data_coding` of SMPP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// The default alphabet, one octet for each septet.
    Gsm7,
    /// UTF-16, big endian.
    Ucs2,
}

impl Coding {
    pub const fn data_coding(self) -> u8 {
        match self {
            Coding::Gsm7 => 0,
            Coding::Ucs2 => 8,
        }
    }

    /// The most units of a message that stands alone, and of one part of several.
    pub const fn units(self) -> (usize, usize) {
        match self {
            Coding::Gsm7 => (GSM7_ALONE, GSM7_PART),
            Coding::Ucs2 => (UCS2_ALONE, UCS2_PART),
        }
    }
}

/// One part, without its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub coding: Coding,
    pub octets: Vec<u8>,
}

/// Units in a message that stands alone, and in a part of several: the header takes six octets.
const GSM7_ALONE: usize = 160;
const GSM7_PART: usize = 153;
const UCS2_ALONE: usize = 70;
const UCS2_PART: usize = 67;
/// The header counts parts in one octet.
const PARTS_MAX: usize = 255;

/// The code of an ASCII character in the default alphabet; two for those behind the escape.
fn gsm7(c: char) -> Option<&'static [u8]> {
    const SAME: &[u8; 128] = &{
        let mut table = [0; 128];
        let mut at = 0u8;
        while at < 128 {
            table[at as usize] = at;
            at += 1;
        }
        table
    };
    let at = usize::try_from(u32::from(c)).ok()?;
    match c {
        '@' => Some(&[0x00]),
        '$' => Some(&[0x02]),
        '_' => Some(&[0x11]),
        '^' => Some(&[0x1b, 0x14]),
        '{' => Some(&[0x1b, 0x28]),
        '}' => Some(&[0x1b, 0x29]),
        '\\' => Some(&[0x1b, 0x2f]),
        '[' => Some(&[0x1b, 0x3c]),
        '~' => Some(&[0x1b, 0x3d]),
        ']' => Some(&[0x1b, 0x3e]),
        '|' => Some(&[0x1b, 0x40]),
        '`' => None,
        '\n' | '\r' | ' '..='\u{7e}' => SAME.get(at..=at),
        _ => None,
    }
}

/// The parts of a text, one if it fits. A character is never cut in two.
pub fn parts(text: &str) -> Vec<Part> {
    let septets: Option<Vec<&'static [u8]>> = text.chars().map(gsm7).collect();
    match septets {
        Some(septets) => cut(Coding::Gsm7, septets.iter().map(|one| one.to_vec()), 1, GSM7_ALONE, GSM7_PART),
        None => {
            let units = text.chars().map(|c| {
                let mut buffer = [0u16; 2];
                c.encode_utf16(&mut buffer).iter().flat_map(|unit| unit.to_be_bytes()).collect()
            });
            cut(Coding::Ucs2, units, 2, UCS2_ALONE, UCS2_PART)
        }
    }
}

fn cut(
    coding: Coding,
    characters: impl Iterator<Item = Vec<u8>> + Clone,
    octets: usize,
    alone: usize,
    part: usize,
) -> Vec<Part> {
    let whole: usize = characters.clone().map(|character| character.len()).sum();
    let most = octets * if whole <= alone * octets { alone } else { part };
    let mut parts = vec![Part { coding, octets: Vec::new() }];
    for character in characters {
        let full = parts.last().is_none_or(|last| last.octets.len() + character.len() > most);
        if full && parts.len() == PARTS_MAX {
            break;
        }
        if full {
            parts.push(Part { coding, octets: Vec::new() });
        }
        if let Some(last) = parts.last_mut() {
            last.octets.extend(character);
        }
    }
    parts
}

/// The header that joins the parts: concatenation with a reference of 8 bits.
pub fn header(reference: u8, count: u8, number: u8) -> [u8; 6] {
    [0x05, 0x00, 0x03, reference, count, number]
}

/// A received text. What does not decode shows as a replacement mark.
pub fn read(data_coding: u8, octets: &[u8]) -> String {
    match data_coding {
        8 => {
            let units = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        3 => octets.iter().map(|octet| char::from(*octet)).collect(),
        _ => read_gsm7(octets),
    }
}

fn read_gsm7(octets: &[u8]) -> String {
    let mut out = String::new();
    let mut octets = octets.iter();
    while let Some(octet) = octets.next() {
        let pair;
        let code: &[u8] = match (octet, octets.clone().next()) {
            (0x1b, Some(second)) => {
                octets.next();
                pair = [0x1b, *second];
                &pair
            }
            _ => std::slice::from_ref(octet),
        };
        let found = ('\u{0}'..='\u{7f}').find(|c| gsm7(*c) == Some(code));
        out.push(found.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, coding: Coding, lengths: &[usize]) {
        let parts = parts(text);
        assert!(parts.iter().all(|part| part.coding == coding), "{text}");
        let unit = if coding == Coding::Ucs2 { 2 } else { 1 };
        assert_eq!(parts.iter().map(|part| part.octets.len() / unit).collect::<Vec<_>>(), lengths, "{text}");
        let whole: String = parts.iter().map(|part| read(coding.data_coding(), &part.octets)).collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn seventy_characters_stand_alone_and_then_there_are_67_in_a_part() {
        check("", Coding::Gsm7, &[0]);
        check("停电", Coding::Ucs2, &[2]);
        check(&"电".repeat(70), Coding::Ucs2, &[70]);
        check(&"电".repeat(71), Coding::Ucs2, &[67, 4]);
        check(&"电".repeat(135), Coding::Ucs2, &[67, 67, 1]);
        check(&"a".repeat(160), Coding::Gsm7, &[160]);
        check(&"a".repeat(161), Coding::Gsm7, &[153, 8]);
        check("your code: {12} @home_$", Coding::Gsm7, &[25]);
        check("a`b", Coding::Ucs2, &[3]);
    }

    /// A surrogate pair and an escaped character stay in one part.
    #[test]
    fn no_character_is_cut_in_two() {
        check(&format!("{}𠮷{}", "电".repeat(66), "电".repeat(10)), Coding::Ucs2, &[66, 12]);
        check(&format!("{}]{}", "a".repeat(152), "a".repeat(20)), Coding::Gsm7, &[152, 22]);
    }

    #[test]
    fn nonsense_is_read_without_a_panic() {
        assert_eq!(read(8, &[0xd8, 0x00, 0x41]), "\u{fffd}");
        assert_eq!(read(0, &[0x1b]), "\u{fffd}");
        assert_eq!(read(0, &[0x1b, 0x65, 0x80]), "\u{fffd}\u{fffd}");
    }
}
