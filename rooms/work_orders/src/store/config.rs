//! Sub-types, limits and settings, in versions.

use db::config::{Config, Table};
use deadlines::Profile;

use crate::rules::Kinds;
use crate::rules::settings::{Limits, Settings};

pub const TABLE: Table = db::versions!("work_orders");

impl Config for Kinds {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "kinds";
    fn initial() -> anyhow::Result<Self> {
        Ok(Kinds::default())
    }
}

impl Config for Limits {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "limits";
    fn initial() -> anyhow::Result<Self> {
        Ok(Limits::of(Profile::gas()))
    }
}

impl Config for Settings {
    const TABLE: Table = TABLE;
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}
