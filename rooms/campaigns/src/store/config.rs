//! Settings, in versions.

use db::config::{Config, Table};

use crate::rules::Settings;

impl Config for Settings {
    const TABLE: Table = db::versions!("campaigns");
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}
