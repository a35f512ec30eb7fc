//! What is to be recorded: the lines of `prompts/texts.toml`, what flows say, and the parts of spoken numbers.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// One clip to be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its path below the prompts folder, without extension.
    pub name: String,
    /// What is said; `重{chong2}` gives a reading.
    pub text: String,
    pub voice: String,
    /// What it is about, for who chooses among many.
    pub about: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    folder: String,
    voices: Vec<String>,
    /// Each text in all voices; otherwise in `voices_each` of them by turns.
    #[serde(default)]
    every_voice: bool,
    voices_each: Option<usize>,
    texts: BTreeMap<String, Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    About { text: String, about: String },
}

/// The voice of the centre: greetings, menus and spoken numbers sound like one person.
pub const CENTRE_VOICE: &str = "zf_xiaobei";

/// Everything to be recorded: what the flow files say, the parts of numbers, the groups of `texts`.
pub fn read(texts: &Path, flows: &[PathBuf]) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for path in flows {
        lines.extend(in_flows(&text_of(path)?).with_context(|| format!("in {}", path.display()))?);
    }
    lines.extend(audio::spoken::parts().iter().map(|(name, text)| in_centre_voice(name, text)));
    lines.extend(parse(&text_of(texts)?).with_context(|| format!("in {}", texts.display()))?);
    merge(lines)
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn in_centre_voice(name: &str, text: &str) -> Line {
    Line { name: name.to_owned(), text: text.to_owned(), voice: CENTRE_VOICE.into(), about: None }
}

fn in_flows(text: &str) -> anyhow::Result<Vec<Line>> {
    let file: ivr::FlowFile = toml::from_str(text)?;
    Ok(file
        .flow
        .iter()
        .flat_map(|flow| flow.prompts())
        .map(|(name, text)| in_centre_voice(name, text))
        .collect())
}

/// A name may come twice when the text is the same.
fn merge(lines: Vec<Line>) -> anyhow::Result<Vec<Line>> {
    let mut merged: Vec<Line> = Vec::with_capacity(lines.len());
    let mut places = HashMap::new();
    for line in lines {
        match places.get(&line.name).and_then(|at: &usize| merged.get(*at)) {
            Some(other) if *other == line => {}
            Some(other) => bail!(
                "{} has two texts: {:?} and {:?}; give one of them another name",
                line.name,
                other.text,
                line.text
            ),
            None => {
                places.insert(line.name.clone(), merged.len());
                merged.push(line);
            }
        }
    }
    Ok(merged)
}

fn parse(text: &str) -> anyhow::Result<Vec<Line>> {
    let file: File = toml::from_str(text)?;
    let mut lines = Vec::new();
    for group in file.group {
        ensure!(!group.voices.is_empty(), "the group {} names no voice", group.folder);
        let count = group.voices.len();
        let each = if group.every_voice { count } else { group.voices_each.unwrap_or(1).clamp(1, count) };
        for (at, (slug, text)) in group.texts.into_iter().enumerate() {
            let (text, about) = match text {
                Text::Plain(text) => (text, None),
                Text::About { text, about } => (text, Some(about)),
            };
            for voice in group.voices.iter().cycle().skip(at % count).take(each) {
                let name = match (count, voice.split_once('_')) {
                    (1, _) => format!("{}/{slug}", group.folder),
                    (_, short) => {
                        format!("{}/{slug}_{}", group.folder, short.map_or(voice.as_str(), |(_, name)| name))
                    }
                };
                lines.push(Line { name, text: text.clone(), voice: voice.clone(), about: about.clone() });
            }
        }
    }
    Ok(lines)
}

/// The text without the readings in braces.
pub fn plain(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| {
            let keep = !inside && *c != '{';
            inside = match c {
                '{' => true,
                '}' => false,
                _ => inside,
            };
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: expect_test::Expect) {
        let lines = parse(text).map_or_else(
            |error| format!("{error:#}"),
            |lines| {
                lines.iter().map(|line| format!("{} {} {}\n", line.name, line.voice, line.text)).collect()
            },
        );
        expect.assert_eq(&lines);
    }

    #[test]
    fn one_voice_needs_no_mention_in_the_name() {
        check(
            "[[group]]\nfolder = 'recorded'\nvoices = ['zf_a']\n[group.texts]\nwelcome = '您好'",
            expect_test::expect![[r#"
                recorded/welcome zf_a 您好
            "#]],
        );
    }

    #[test]
    fn voices_take_turns() {
        check(
            "[[group]]\nfolder = 'callers'\nvoices = ['zf_a', 'zm_b', 'zm_c']\nvoices_each = 2
             [group.texts]\n01 = '一'\n02 = { text = '二', about = 'x' }",
            expect_test::expect![[r#"
                callers/01_a zf_a 一
                callers/01_b zm_b 一
                callers/02_b zm_b 二
                callers/02_c zm_c 二
            "#]],
        );
    }

    #[test]
    fn a_group_without_a_voice_is_refused() {
        check(
            "[[group]]\nfolder = 'x'\nvoices = []\n[group.texts]",
            expect_test::expect!["the group x names no voice"],
        );
    }

    #[test]
    fn a_flow_names_its_prompts_and_one_name_has_one_text() {
        let flow = |text: &str| {
            let say = format!("{{ say = \"{text}\", voice = \"recorded/welcome.wav\" }}");
            in_flows(&format!("[[flow]]\nname = 'f'\nsteps = [{say}, {{ queue = 'q' }}]")).expect("a flow")
        };
        assert_eq!(flow("您好"), [in_centre_voice("recorded/welcome", "您好")]);
        assert_eq!(merge([flow("您好"), flow("您好")].concat()).map(|lines| lines.len()).ok(), Some(1));
        let error = merge([flow("您好"), flow("再见")].concat()).expect_err("two texts").to_string();
        assert!(error.contains("give one of them another name"), "{error}");
    }

    #[test]
    fn readings_are_not_part_of_the_text() {
        assert_eq!(plain("重{chong2}听请按九"), "重听请按九");
    }
}
