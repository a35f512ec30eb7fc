//! An address and its parts: `铜官区淮河中路10号幸福里3栋2单元502室`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, line};

/// What an address consists of, as far as it is known. Numbers stand without the word behind them: `3` for 3栋.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Parts {
    /// 区、县
    pub area: String,
    /// Road with its number.
    pub road: String,
    /// 小区 or the name of the place.
    pub community: String,
    /// 栋、幢
    pub building: String,
    /// 单元
    pub unit: String,
    /// 室
    pub room: String,
}

pub const ADDRESS_MAX: usize = 120;

impl Parts {
    /// Written out; empty when nothing is known.
    pub fn text(&self) -> String {
        let mut text = format!("{}{}{}", self.area, self.road, self.community);
        for (part, word) in [(&self.building, "栋"), (&self.unit, "单元"), (&self.room, "室")] {
            if !part.is_empty() {
                text.push_str(part);
                text.push_str(word);
            }
        }
        text
    }

    /// The same with everything visible, on one line.
    pub fn clean(&self) -> Parts {
        let Parts { area, road, community, building, unit, room } = self;
        let [area, road, community, building, unit, room] =
            [area, road, community, building, unit, room].map(|part| line(part).chars().take(40).collect());
        Parts { area, road, community, building, unit, room }
    }
}

/// The whole text of an address that is to be kept, from its text or from its parts.
pub fn whole(text: &str, parts: &Parts) -> Result<(String, Parts), Refusal> {
    let parts = parts.clean();
    let written = line(text);
    let text = if written.is_empty() { parts.text() } else { written };
    if text.is_empty() || text.chars().count() > ADDRESS_MAX {
        return Err(Refusal::BadField { field: "address", most: ADDRESS_MAX });
    }
    let parts = if parts == Parts::default() { take_apart(&text) } else { parts };
    Ok((text, parts))
}

/// Takes an address apart, from both ends; what is left in the middle is the community.
pub fn take_apart(text: &str) -> Parts {
    let text: String = line(text).chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = text.as_str();
    let mut parts = Parts::default();
    if let Some((room, before)) = tail(rest, &["室", "号房"]) {
        (parts.room, rest) = (room, before);
    }
    if let Some((unit, before)) = tail(rest, &["单元"]) {
        (parts.unit, rest) = (unit, before);
    }
    if let Some((building, before)) = tail(rest, &["栋", "幢", "号楼", "座"]) {
        (parts.building, rest) = (building, before);
    }
    // A city or county before the district belongs to the area.
    let mut area = 0;
    for (at, c) in rest.char_indices() {
        let end = at + c.len_utf8();
        if matches!(c, '省' | '市' | '县')
            || (c == '区' && !rest.get(..at).unwrap_or_default().ends_with('小'))
        {
            // 小区 and 社区 are places to live in.
            if rest.get(..at).unwrap_or_default().ends_with('社') {
                break;
            }
            area = end;
        }
        if matches!(c, '路' | '街' | '道' | '巷')
            || rest.get(..end).is_some_and(|head| head.chars().count() > 12)
        {
            break;
        }
    }
    parts.area = rest.get(..area).unwrap_or_default().to_owned();
    rest = rest.get(area..).unwrap_or_default();
    if let Some(road) = rest
        .find(['路', '街', '道', '巷', '弄'])
        .and_then(|at| rest[at..].chars().next().map(|c| at + c.len_utf8()))
    {
        let number: usize =
            rest.get(road..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
        let after = road + number;
        let end = match rest.get(after..) {
            Some(tail) if number > 0 && tail.starts_with('号') => after + '号'.len_utf8(),
            _ => road,
        };
        parts.road = rest.get(..end).unwrap_or_default().to_owned();
        rest = rest.get(end..).unwrap_or_default();
    }
    parts.community = rest.to_owned();
    parts
}

/// `…3栋` is `3` and what stands before it.
fn tail<'a>(text: &'a str, words: &[&str]) -> Option<(String, &'a str)> {
    let before = words.iter().find_map(|word| text.strip_suffix(word))?;
    let kept = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
    let number = before.get(kept.len()..).unwrap_or_default();
    (!number.is_empty()).then(|| (number.to_owned(), kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str) {
        let Parts { area, road, community, building, unit, room } = take_apart(text);
        assert_eq!([area, road, community, building, unit, room].join("|"), shown, "{text}");
    }

    #[test]
    fn an_address_is_taken_apart() {
        check("铜官区淮河中路10号幸福里3栋2单元502室", "铜官区|淮河中路10号|幸福里|3|2|502");
        check("铜官区幸福小区3幢502室", "铜官区||幸福小区|3||502");
        check("义安区长江路88号", "义安区|长江路88号||||");
        check("某省某市郊区桥南社区12号楼A-1室", "某省某市郊区||桥南社区|12||A-1");
        check("幸福里", "||幸福里|||");
        check("", "|||||");
    }

    #[test]
    fn the_parts_make_the_text() {
        let parts = take_apart("铜官区淮河中路10号幸福里3栋2单元502室");
        assert_eq!(whole("", &parts).expect("an address").0, "铜官区淮河中路10号幸福里3栋2单元502室");
        assert_eq!(
            whole("", &Parts::default()),
            Err(Refusal::BadField { field: "address", most: ADDRESS_MAX })
        );
    }
}
