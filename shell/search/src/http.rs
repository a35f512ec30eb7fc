//! `GET /api/search?q=`: the best hits of each label of each source that this person may see.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Json, Query, Shown};

use crate::Search;
use crate::index::letter;
use crate::keep::State as Kept;
use crate::query::{Asked, Nearness};

/// Hits of one group.
const HITS: usize = 6;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// A name, the end of a telephone number, an account, a meter, an address, pinyin, or several of these with spaces.
    pub q: String,
}

/// Hits of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    /// The room.
    source: &'static str,
    /// What was found: a name, a number; `mixed` when parts of the question were found in different places.
    label: &'static str,
    hits: Vec<Shown>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// Per cent; while the index is built, nothing is found.
    building: Option<u8>,
    groups: Vec<Group>,
}

/// Looks through everything.
#[utoipa::path(get, path = "/api/search", tag = "search", params(SearchQuery), responses((status = 200, body = Found)))]
pub async fn search(
    State(app): State<App>,
    Extension(search): Extension<Arc<Search>>,
    actor: Actor,
    Query(query): Query<SearchQuery>,
) -> Answer<Found> {
    let mut found = Found { building: None, groups: Vec::new() };
    let Some(asked) = Asked::of(&query.q) else { return Ok(Json(found)) };
    let open = match search.state() {
        Kept::Building(percent) => {
            found.building = Some(percent);
            return Ok(Json(found));
        }
        Kept::Ready(open) => open,
    };
    let may: Vec<bool> = search.sources.iter().map(|source| actor.may(source.permission)).collect();
    let looked = search.clone();
    let hits = tokio::task::spawn_blocking(move || look(&looked, &open, &asked, &may))
        .await
        .map_err(|panic| anyhow::anyhow!("searching: {panic}"))??;
    for (at, source) in search.sources.iter().enumerate() {
        let mine: Vec<_> = hits.iter().filter(|hit| hit.source == at).collect();
        let mut ids: Vec<i64> = mine.iter().flat_map(|hit| hit.ids.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            continue;
        }
        let shown = (source.show)(app.clone(), actor.clone(), ids).await?;
        for hit in mine {
            let hits =
                hit.ids.iter().filter_map(|id| shown.iter().find(|shown| shown.id == *id).cloned()).collect();
            found.groups.push(Group { source: source.name, label: hit.label, hits });
        }
    }
    found.groups.retain(|group| !group.hits.is_empty());
    Ok(Json(found))
}

struct Hits {
    source: usize,
    label: &'static str,
    ids: Vec<i64>,
}

fn look(
    search: &Search,
    open: &crate::index::Opened,
    asked: &Asked,
    may: &[bool],
) -> anyhow::Result<Vec<Hits>> {
    let mut groups: Vec<Hits> = Vec::new();
    for (at, source) in search.sources.iter().enumerate().filter(|(at, _)| may.get(*at) == Some(&true)) {
        let mut letters = Vec::new();
        for (place, label) in source.labels.iter().enumerate() {
            let letter = letter(&search.sources, at, place);
            let own = (letter, label.kind);
            letters.push(own);
            let ids = nearest(open, |near| asked.one(&search.cutter, open.fields, own, near))?;
            match groups.iter_mut().find(|group| group.source == at && group.label == label.name) {
                Some(group) => group.ids.extend(ids),
                None => groups.push(Hits { source: at, label: label.name, ids }),
            }
        }
        if asked.is_mixed() {
            let known: Vec<i64> = groups
                .iter()
                .filter(|group| group.source == at)
                .flat_map(|group| group.ids.clone())
                .collect();
            let mut ids = nearest(open, |near| asked.mixed(&search.cutter, open.fields, &letters, near))?;
            ids.retain(|id| !known.contains(id));
            groups.insert(0, Hits { source: at, label: "mixed", ids });
        }
    }
    for group in &mut groups {
        let mut seen = std::collections::BTreeSet::new();
        group.ids.retain(|id| seen.insert(*id));
        group.ids.truncate(HITS);
    }
    Ok(groups)
}

/// What has all that was asked; if nothing has, what has most of it.
fn nearest(
    open: &crate::index::Opened,
    query: impl Fn(Nearness) -> Option<Box<dyn tantivy::query::Query>>,
) -> anyhow::Result<Vec<i64>> {
    for near in [Nearness::Whole, Nearness::Most] {
        if let Some(query) = query(near) {
            let ids = open.find(query.as_ref(), HITS)?;
            if !ids.is_empty() {
                return Ok(ids);
            }
        }
    }
    Ok(Vec::new())
}
