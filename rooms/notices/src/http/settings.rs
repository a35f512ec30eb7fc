//! Quiet hours, caps, the signature, and who wants which messages.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Is;
use db::{Entry, config};
use kernel::{PersonId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Query};

use crate::Ways;
use crate::rules::gate::Settings;
use crate::rules::{self, Channel, Class, Recipient, Refusal};
use crate::store::consents::{self, Consent};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsForm {
    version: i64,
    settings: Settings,
    /// Told, and not asked: text messages go out and say of nobody whose they are.
    #[serde(default)]
    unsigned: bool,
}

impl SettingsForm {
    fn of(settings: Settings, version: i64, ways: &Ways) -> SettingsForm {
        let unsigned = settings.signature.is_empty() && ways.of(Channel::Sms).is_some();
        SettingsForm { version, settings, unsigned }
    }
}

#[utoipa::path(get, path = "/api/notices/settings", tag = "notices", responses((status = 200, body = SettingsForm)))]
pub async fn get(Is(app): Is<App>, Extension(ways): Extension<Arc<Ways>>) -> Answer<SettingsForm> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsForm::of(found.value, found.version, &ways)))
}

/// A new version of all settings.
#[utoipa::path(put, path = "/api/notices/settings", tag = "notices", request_body = SettingsForm,
    responses((status = 200, body = SettingsForm), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    Is(app): Is<App>,
    Extension(ways): Extension<Arc<Ways>>,
    actor: Actor,
    Json(form): Json<SettingsForm>,
) -> Answer<SettingsForm> {
    let settings = form.settings.checked()?;
    let (at, who) = (app.now(), Some(actor.person));
    let mut tx = app.db.begin().await?;
    let config::Versioned { version, value: before } = config::now::<Settings>(&mut tx).await?;
    if version != form.version || !config::put(&mut tx, &settings, version, who, at).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": version + 1, "before": before, "after": settings });
    let (subject, kind) = ("settings".to_owned(), "settings_changed");
    tx.journal(Entry { at, who, room: "notices", subject, kind, payload });
    tx.commit().await?;
    Ok(Json(SettingsForm::of(settings, version + 1, &ways)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// Masked.
    recipient: String,
    class: Class,
    granted: bool,
    /// `reply`: the customer wrote back that it is enough; otherwise what a person wrote down.
    source: String,
    #[schema(value_type = Option<String>)]
    who: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> Self {
        let channel = if consent.recipient.contains('@') { Channel::Mail } else { Channel::Sms };
        ConsentView {
            recipient: rules::masked(channel, &consent.recipient),
            class: consent.class,
            granted: consent.granted,
            source: consent.source,
            who: consent.who,
            at: consent.at,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// A whole number or mail address; the latest if absent.
    recipient: Option<String>,
}

/// What was said about messages, latest first.
#[utoipa::path(get, path = "/api/notices/consents", tag = "notices", params(Whose),
    responses((status = 200, body = Vec<ConsentView>)))]
pub async fn consents(Is(app): Is<App>, Query(whose): Query<Whose>) -> Answer<Vec<ConsentView>> {
    let whose = whose.recipient.unwrap_or_default();
    let recipient =
        whose.parse::<PhoneNumber>().map_or_else(|_| whose.trim().to_lowercase(), |phone| phone.to_string());
    let found = consents::consents(&app.db, &recipient, 100).await?;
    Ok(Json(found.into_iter().map(ConsentView::from).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentForm {
    /// A mobile number or a mail address.
    recipient: String,
    class: Class,
    granted: bool,
    /// How the recipient said so.
    source: String,
}

/// Writes down what a recipient wants.
#[utoipa::path(post, path = "/api/notices/consents", tag = "notices", request_body = ConsentForm,
    responses((status = 200, body = ConsentView), (status = 422, body = ErrorBody)))]
pub async fn consent(Is(app): Is<App>, actor: Actor, Json(form): Json<ConsentForm>) -> Answer<ConsentView> {
    let to =
        Recipient { phone: Some(form.recipient.clone()), mail: Some(form.recipient), ..Recipient::default() };
    let mail = rules::address(Channel::Mail, &to);
    let recipient = mail.or_else(|_: Refusal| rules::address(Channel::Sms, &to))?;
    let (at, source) = (app.now(), rules::why(&form.source)?);
    let consent =
        Consent { recipient, class: form.class, granted: form.granted, source, who: Some(actor.person), at };
    let mut tx = app.db.begin().await?;
    consents::set_consent(&mut tx, &consent).await?;
    let view = ConsentView::from(consent);
    let payload = json!({ "recipient": view.recipient, "class": view.class, "granted": view.granted, "source": view.source });
    tx.journal(Entry {
        at,
        who: Some(actor.person),
        room: "notices",
        subject: "consent".into(),
        kind: "consent_set",
        payload,
    });
    tx.commit().await?;
    Ok(Json(view))
}
