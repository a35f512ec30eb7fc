//! What a room lets people find with the one search box: the index asks the room for texts, and for what a hit shows.

use std::sync::Arc;

use db::Emitted;
use futures::future::BoxFuture;
use kernel::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Actor, App};

/// How a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// A short name: by its beginning, by two characters in a row, by pinyin and initials (handed in as [`LabelKind::Latin`]).
    Name,
    /// Pinyin, initials, anything typed in Latin letters: by its beginning.
    Latin,
    /// Something numbered: by its beginning and by its end, from four characters on.
    Number,
    /// An address, a title: by words and by two characters in a row; numbers in it must all be there.
    Text,
}

/// One kind of text of a source; hits are grouped by it. Labels with the same name are one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub name: &'static str,
    pub kind: LabelKind,
}

/// One thing as the index takes it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findable {
    pub id: i64,
    /// Place of the label in [`Source::labels`], and the text.
    pub texts: Vec<(usize, String)>,
}

/// One hit as it is shown: masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shown {
    #[serde(skip)]
    pub id: i64,
    pub title: String,
    pub detail: String,
    /// The page it leads to.
    pub to: String,
    /// Keys of words in the room's messages, such as a class or a flag.
    pub marks: Vec<String>,
}

type Asked<T> = BoxFuture<'static, anyhow::Result<T>>;
type Page = dyn Fn(App, i64, i64) -> Asked<(Vec<Findable>, Option<i64>)> + Send + Sync;
type Some = dyn Fn(App, Vec<i64>) -> Asked<Vec<Findable>> + Send + Sync;
type Count = dyn Fn(App) -> Asked<i64> + Send + Sync;
type Show = dyn Fn(App, Actor, Vec<i64>) -> Asked<Vec<Shown>> + Send + Sync;

/// One room's things.
#[derive(Clone)]
pub struct Source {
    /// The room.
    pub name: &'static str,
    pub permission: Permission,
    pub labels: &'static [Label],
    /// The events after which things are taken in anew, and which things these are.
    pub kinds: &'static [&'static str],
    pub touched: fn(&Emitted) -> anyhow::Result<Vec<i64>>,
    /// About how many there are, for the progress.
    pub count: Arc<Count>,
    /// Things with an id above this one, at most so many looked at; and where to go on, if there are more.
    pub page: Arc<Page>,
    /// These things anew; who is not among the answers is no longer to be found.
    pub some: Arc<Some>,
    /// What these hits show to this person.
    pub show: Arc<Show>,
}
