//! The words of files, taken from a room's message files: the same as on its screens, in the language of whoever asked.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Language {
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

/// Keys with dots, as screens write them.
#[derive(Clone, Debug, Default)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// From a room's two message files.
    ///
    /// # Errors
    /// When the file is no JSON.
    pub fn read(language: Language, chinese: &str, english: &str) -> Result<Words> {
        let messages = match language {
            Language::Chinese => chinese,
            Language::English => english,
        };
        let tree: Value = serde_json::from_str(messages).context("a message file")?;
        let mut words = BTreeMap::new();
        flatten(String::new(), tree, &mut words);
        Ok(Words(words))
    }

    /// The key itself, where there is no word.
    pub fn get(&self, key: &str) -> String {
        self.0.get(key).map_or_else(|| key.to_owned(), Clone::clone)
    }
}

fn flatten(path: String, tree: Value, words: &mut BTreeMap<String, String>) {
    match tree {
        Value::Object(map) => {
            for (key, below) in map {
                flatten(if path.is_empty() { key } else { format!("{path}.{key}") }, below, words);
            }
        }
        Value::String(text) => {
            words.insert(path, text);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_its_key() {
        let chinese = r#"{ "title": "客户", "class": { "cng": "车用 CNG" } }"#;
        let words = Words::read(Language::Chinese, chinese, "").expect("messages");
        assert_eq!(
            (words.get("class.cng"), words.get("class.moon")),
            ("车用 CNG".into(), "class.moon".into())
        );
        let words = Words::read(Language::English, "", r#"{ "title": "Customers" }"#).expect("messages");
        assert_eq!(words.get("title"), "Customers");
    }
}
