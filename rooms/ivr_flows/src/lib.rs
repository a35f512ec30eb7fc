//! Flows: what a caller hears and can choose. Drafts, checks, versions, called numbers, prompts.
//!
//! The binary calls [`room`], and [`published`] to configure the exchange, at start and on [`FlowsPublished`];
//! `switchboard apply` calls [`put_flow`], [`put_number`] and [`put_prompt`], `export` [`export`].

#![forbid(unsafe_code)]

mod centre;
mod http;
pub mod permissions;
mod published;
pub mod rules;
pub mod store;
mod templates;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use db::Migrations;
use utoipa_axum::router::UtoipaMethodRouterExt;
use web::{Room, Routes, routes};

pub use centre::{Centre, HousePrompt, Queues, clip_of, house_prompts};
pub use permissions::{EDIT, PERMISSIONS, PUBLISH, READ};
pub use published::{NewPrompt, Published, export, numbers, published, put_clip, put_flow, put_number};
pub use rules::Refusal;
pub use store::{By, FlowsPublished};
pub use templates::Template;

pub const MIGRATIONS: Migrations = db::migrations!("ivr_flows", ["20261121_1_flows.sql"]);

/// Room for the other fields of an upload.
const FORM_BYTES: usize = 64 * 1024;

/// The manifest.
pub fn room(centre: Centre) -> Room {
    let upload_max = rules::prompt::FILE_BYTES_MAX as usize + FORM_BYTES;
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::flows::list))
            .permit(READ, routes!(http::flows::get))
            .permit(READ, routes!(http::flows::version))
            .permit(READ, routes!(http::flows::check))
            .permit(EDIT, routes!(http::flows::create))
            .permit(EDIT, routes!(http::flows::save_draft))
            .permit(PUBLISH, routes!(http::flows::publish))
            .permit(PUBLISH, routes!(http::flows::roll_back))
            .permit(PUBLISH, routes!(http::flows::delete))
            .permit(READ, routes!(http::templates::list))
            .permit(READ, routes!(http::numbers::list))
            .permit(PUBLISH, routes!(http::numbers::bind))
            .permit(PUBLISH, routes!(http::numbers::release))
            .permit(READ, routes!(http::prompts::list))
            .permit(READ, routes!(http::prompts::audio))
            .permit(EDIT, routes!(http::prompts::upload).layer(DefaultBodyLimit::max(upload_max)))
            .permit(EDIT, routes!(http::prompts::delete))
            .permit(READ, routes!(http::speech::state))
            .permit(READ, routes!(http::speech::look_ups))
            .permit(EDIT, routes!(http::speech::speak))
            .with(centre),
        ..Room::new("ivr_flows", MIGRATIONS)
    }
}
