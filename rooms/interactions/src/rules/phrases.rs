//! What is said at which moment of a call (规范服务用语), and what is never said (忌语).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tree::words;
use super::{Refusal, Words};

const STANDARD: &str = include_str!("../../demo/phrases.toml");

/// One version of all phrases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// What 【公司】 becomes; empty is the centre's name.
    #[serde(default)]
    pub company: String,
    pub moments: Vec<Moment>,
    /// What is never said.
    #[serde(default)]
    pub never: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// `greeting`, `holding` …
    pub key: String,
    pub title: Words,
    pub texts: Vec<Words>,
}

impl Phrases {
    /// Those a centre begins with.
    pub fn standard() -> Result<Phrases, Refusal> {
        toml::from_str(STANDARD).map_err(|error| Refusal::BadFile { detail: error.to_string() })
    }

    /// As they are kept.
    pub fn checked(&self) -> Result<Phrases, Refusal> {
        let bad = |field| Refusal::BadPhrase { field };
        if self.moments.len() > 60 || self.never.len() > 200 {
            return Err(bad("moments"));
        }
        let mut moments: Vec<Moment> = Vec::new();
        for moment in &self.moments {
            let fits = (1..=40).contains(&moment.key.len())
                && moment.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && moments.iter().all(|known| known.key != moment.key)
                && moment.texts.len() <= 20;
            if !fits {
                return Err(bad("moments"));
            }
            let texts: Option<Vec<Words>> = moment.texts.iter().map(|text| words(text, 300)).collect();
            moments.push(Moment {
                key: moment.key.clone(),
                title: words(&moment.title, 40).ok_or_else(|| bad("title"))?,
                texts: texts.ok_or_else(|| bad("texts"))?,
            });
        }
        let never: Vec<String> = self.never.iter().map(|text| text.trim().to_owned()).collect();
        if never.iter().any(|text| text.is_empty() || text.chars().count() > 60) {
            return Err(bad("never"));
        }
        if self.company.chars().count() > 60 {
            return Err(bad("company"));
        }
        Ok(Phrases { company: self.company.trim().to_owned(), moments, never })
    }

    /// As this agent says them.
    pub fn filled(mut self, centre: &str, number: &str) -> Phrases {
        let company = if self.company.is_empty() { centre.to_owned() } else { self.company.clone() };
        let texts = self.moments.iter_mut().flat_map(|moment| &mut moment.texts);
        for text in texts.flat_map(|words| [&mut words.zh, &mut words.en]) {
            *text = text.replace("【公司】", &company).replace("【工号】", number);
        }
        self
    }
}
