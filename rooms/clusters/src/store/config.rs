//! What a centre sets, in whole versions.

use crate::rules::Settings;

impl db::config::Config for Settings {
    const TABLE: db::config::Table = db::versions!("clusters");
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}
