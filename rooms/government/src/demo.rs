//! The platform that the demo's town plays.

use std::collections::BTreeMap;

use kernel::{PlatformId, UnitId};
use web::App;

use crate::Outlet;
use crate::http::platforms::put_in;
use crate::rules::Mapping;
use crate::rules::platform::{Addressee, Category, Form};
use crate::sandbox::{DEMO_CODE, DEMO_SECRET, script};
use crate::store::platforms;

/// Sets the platform of the demo up, unless there is one already: what somebody changed in the demo stays changed. `url` is
/// where the town hears us.
pub async fn put_demo(app: &App, outlet: &Outlet, url: &str) -> anyhow::Result<()> {
    if !platforms::list(&app.db).await?.is_empty() {
        return Ok(());
    }
    let units: BTreeMap<String, UnitId> =
        departments::all(&app.db).await?.into_iter().map(|unit| (unit.code, unit.id)).collect();
    let addressee = |code: &str, unit: Option<&str>| Addressee {
        code: code.to_owned(),
        unit: unit.and_then(|unit| units.get(unit).copied()),
    };
    let categories = script::CATEGORIES
        .iter()
        .map(|(code, subtype)| Category { code: (*code).to_owned(), subtype: (*subtype).to_owned() });
    let mapping = Mapping {
        categories: categories.collect(),
        other: Some("opinion.service".to_owned()),
        units: vec![
            addressee("TG-RQ", None),
            addressee("TG-RQ-QX", Some("QX")),
            addressee("TG-RQ-KF", Some("KF")),
            addressee("TG-RQ-YY", Some("YY")),
        ],
        files: true,
    };
    let form =
        Form {
            name: "12345 演示平台".to_owned(), code: DEMO_CODE.to_owned(), url: url.to_owned(), mapping
        };
    let id: PlatformId = app.id();
    let sealed = outlet.seal(app.chance.as_ref(), id, DEMO_SECRET)?;
    put_in(app, id, form, sealed, None)
        .await
        .map_err(|refused| anyhow::anyhow!("the demo's platform was refused: {refused:?}"))
}
