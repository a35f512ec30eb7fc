//! Reasons, phrases and settings, in versions.

use db::config::{Config, Table};

use crate::rules::phrases::Phrases;
use crate::rules::{Settings, Tree};

const TABLE: Table = db::versions!("interactions");

impl Config for Tree {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "reasons";
    fn initial() -> anyhow::Result<Self> {
        Ok(Tree::default())
    }
}

impl Config for Phrases {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "phrases";
    fn initial() -> anyhow::Result<Self> {
        Ok(Phrases::standard()?)
    }
}

impl Config for Settings {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}
