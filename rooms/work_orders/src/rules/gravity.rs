//! What the words of a matter say of media, harm, crowds and explosions. Pure; whoever reads it decides.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who has reported about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    City,
    Provincial,
    Central,
}

/// Who has come to harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Harm {
    Injury,
    Death,
}

/// What was found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    pub media: Option<Media>,
    pub harm: Option<Harm>,
    /// 群体性事件
    pub mass_event: bool,
    /// Something has exploded, and is not only feared to.
    pub explosion: bool,
}

const CENTRAL: &[&str] = &["央视", "中央电视台", "新华社", "人民日报", "焦点访谈"];
const PROVINCIAL: &[&str] = &["省电视台", "省台", "卫视", "省报"];
const CITY: &[&str] = &["电视台", "记者", "媒体", "报社", "曝光", "抖音", "微博", "热搜"];
const DEATH: &[&str] = &["死亡", "身亡", "去世", "遇难"];
const INJURY: &[&str] = &["受伤", "烧伤", "烫伤", "炸伤", "住院", "送医", "煤气中毒", "一氧化碳中毒"];
const MASS: &[&str] = &["群体性", "聚集", "联名", "集体上访"];
const EXPLOSION: &[&str] = &["爆炸", "爆燃", "闪爆"];
/// Directly before a word these say that it was not so.
const NOT: &[char] = &['没', '未', '无', '非', '不'];
/// And these, that it is only thought of.
const FEARED: &[&str] = &["怕", "担心", "会不会", "防", "以免", "小心", "可能"];

/// A word that is denied does not count.
pub fn heard(content: &str) -> Heard {
    let says = |words: &[&str]| words.iter().any(|word| said(content, word, |_| true));
    let media = [(CENTRAL, Media::Central), (PROVINCIAL, Media::Provincial), (CITY, Media::City)];
    let harm = [(DEATH, Harm::Death), (INJURY, Harm::Injury)];
    let happened = |before: &str| !FEARED.iter().any(|word| before.contains(word));
    Heard {
        media: media.into_iter().find(|(words, _)| says(words)).map(|(_, media)| media),
        harm: harm.into_iter().find(|(words, _)| says(words)).map(|(_, harm)| harm),
        mass_event: says(MASS),
        explosion: EXPLOSION.iter().any(|word| said(content, word, happened)),
    }
}

/// Whether the word is said anywhere, not denied, and after what `fits`: the four characters before it.
fn said(content: &str, word: &str, fits: impl Fn(&str) -> bool) -> bool {
    content.match_indices(word).any(|(at, _)| {
        let before = content.get(..at).unwrap_or_default();
        let denied = before.chars().rev().take(3).any(|c| NOT.contains(&c));
        let near = before.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        !denied && fits(before.get(near..).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_unless_it_is_denied_or_only_feared() {
        let show = |text: &str| {
            let Heard { media, harm, mass_event, explosion } = heard(text);
            format!("{media:?} {harm:?} {mass_event} {explosion}")
        };
        assert_eq!(show("楼下爆炸了，有人受伤"), "None Some(Injury) false true");
        assert_eq!(show("厨房闪爆，没有人受伤"), "None None false true");
        assert_eq!(show("一直闻到气味，怕爆炸"), "None None false false");
        assert_eq!(show("担心会不会爆炸"), "None None false false");
        assert_eq!(show("没有爆炸"), "None None false false");
        assert_eq!(show("省电视台记者已到现场，居民聚集"), "Some(Provincial) None true false");
    }
}
