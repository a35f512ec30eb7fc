//! The web shell: what a room gives to be reachable, who is asking, what they may, and how a no is said.
//!
//! A room hands over a [`Room`]; its [`Routes`] cannot be registered without naming who may call them. [`Site::build`]
//! puts the rooms together. Handlers take [`Actor`] and `State<App>` and answer [`Answer`].

mod access;
mod actor;
mod app;
mod asked;
mod chance;
mod clock;
mod download;
mod ending;
mod error;
mod extract;
mod guard;
mod live;
mod look_up;
mod page;
mod room;
mod settings;
mod site;
mod source;
pub mod testing;
#[cfg(test)]
mod tests;
mod throttle;
mod upload;

pub use access::{Access, Listed, Routes};
pub use actor::{Actor, ClientAddress, Doorkeeper, PERSON, Token};
pub use app::App;
pub use asked::{Grouped, Period, bad_query, given, pair, place, placed, word};
pub use chance::{Chance, OsChance, TestChance};
pub use clock::SteadyClock;
pub use download::download;
pub use ending::{Ending, Hold};
pub use error::{Answer, Error, ErrorBody, Refusal, Status};
pub use extract::{Json, Path, Query};
pub use guard::{SESSION_COOKIE, cleared_cookie, session_cookie};
pub use live::{Live, Topic, TopicAccess};
pub use look_up::LookUp;
pub use page::{Page, PageQuery, page_size};
pub use room::{Job, Room};
pub use settings::Setting;
pub use site::Site;
pub use source::{Findable, Label, LabelKind, Shown, Source};
pub use throttle::{Throttle, Throttled};
pub use upload::{Uploaded, upload_error, upload_to};
pub use utoipa_axum::routes;
