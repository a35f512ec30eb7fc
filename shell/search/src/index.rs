//! The index on disk: four fields, written by one writer, read by everybody. All of it blocks: callers use blocking threads.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tantivy::collector::TopDocs;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::query::Query;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{RawTokenizer, TextAnalyzer, WhitespaceTokenizer};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};
use web::{Findable, Source};

use crate::terms::{self, Cutter, Terms};

/// Changed whenever fields or terms change: an index of another version is thrown away and built anew.
const VERSION: u32 = 1;
/// For the writer, in bytes.
const MEMORY: usize = 96 << 20;

/// Segments of fewer things count as equally small when it is decided which are merged. What is kept twice a second is small;
/// with the library's 10,000 a thing is written anew at every eighth keeping until so many have come together.
const SMALL: u32 = 500;

/// Kept with each commit.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    version: u32,
    /// Whose place in the outbox this index is.
    follower: String,
    /// The labels of all sources, in order: their letters are part of every term.
    labels: Vec<String>,
}

#[derive(Clone, Copy)]
pub struct Fields {
    /// Source and id: by it a thing is taken out.
    key: Field,
    id: Field,
    /// Looked for by their beginning.
    pub heads: Field,
    pub content: Field,
}

/// An open index.
pub struct Opened {
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    pub fields: Fields,
    pub follower: String,
    labels: Vec<String>,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexed = |tokenizer: &str, option| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option),
        )
    };
    let fields = Fields {
        key: schema.add_text_field("key", STRING),
        id: schema.add_i64_field("id", FAST | STORED),
        heads: schema.add_text_field("heads", indexed("whole", IndexRecordOption::Basic)),
        content: schema.add_text_field("content", indexed("spaces", IndexRecordOption::WithFreqs)),
    };
    (schema.build(), fields)
}

fn labels(sources: &[Source]) -> Vec<String> {
    let of = |source: &Source| {
        source
            .labels
            .iter()
            .map(|label| format!("{}.{}:{:?}", source.name, label.name, label.kind))
            .collect::<Vec<_>>()
    };
    sources.iter().flat_map(of).collect()
}

/// The letter of a source's label.
pub fn letter(sources: &[Source], source: usize, label: usize) -> char {
    let before: usize = sources.iter().take(source).map(|source| source.labels.len()).sum();
    u32::try_from(before + label).ok().and_then(|at| char::from_u32(u32::from('A') + at)).unwrap_or('?')
}

impl Opened {
    /// The index of these sources, if the folder holds one.
    pub fn at(folder: &Path, sources: &[Source]) -> Result<Option<Opened>> {
        if !folder.join("meta.json").is_file() {
            return Ok(None);
        }
        let index = Index::open_in_dir(folder).context("opening the search index")?;
        let note = index.load_metas()?.payload.and_then(|text| serde_json::from_str::<Note>(&text).ok());
        let (schema, fields) = schema();
        match note {
            Some(note)
                if note.version == VERSION && note.labels == labels(sources) && index.schema() == schema =>
            {
                Ok(Some(Opened::with(index, fields, note.follower, note.labels)?))
            }
            _ => Ok(None),
        }
    }

    /// An empty index; what was in the folder is gone.
    pub fn create(folder: &Path, sources: &[Source], follower: String) -> Result<Opened> {
        if folder.exists() {
            std::fs::remove_dir_all(folder).with_context(|| format!("clearing {}", folder.display()))?;
        }
        std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let (schema, fields) = schema();
        let index = Index::create_in_dir(folder, schema).context("creating the search index")?;
        Opened::with(index, fields, follower, labels(sources))
    }

    fn with(index: Index, fields: Fields, follower: String, labels: Vec<String>) -> Result<Opened> {
        index.tokenizers().register("whole", TextAnalyzer::from(RawTokenizer::default()));
        index.tokenizers().register("spaces", TextAnalyzer::from(WhitespaceTokenizer::default()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let writer = index.writer_with_num_threads(1, MEMORY).context("writing the search index")?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_layer_size(SMALL);
        writer.set_merge_policy(Box::new(merging));
        Ok(Opened { reader, writer: Mutex::new(writer), fields, follower, labels })
    }

    /// Takes things in; `new` says that none of them can be there already.
    pub fn put(
        &self,
        cutter: &Cutter,
        sources: &[Source],
        source: usize,
        things: &[Findable],
        new: bool,
    ) -> Result<()> {
        let Some(from) = sources.get(source) else { return Ok(()) };
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for thing in things {
            let key = format!("{}:{}", from.name, thing.id);
            if !new {
                writer.delete_term(Term::from_field_text(self.fields.key, &key));
            }
            let mut terms = Terms::default();
            for (label, text) in &thing.texts {
                if let Some(kind) = from.labels.get(*label).map(|label| label.kind) {
                    terms::of(cutter, letter(sources, source, *label), kind, text, &mut terms);
                }
            }
            let mut document = TantivyDocument::default();
            document.add_text(self.fields.key, key);
            document.add_i64(self.fields.id, thing.id);
            for head in &terms.heads {
                document.add_text(self.fields.heads, head);
            }
            document.add_text(self.fields.content, terms.content.join(" "));
            writer.add_document(document)?;
        }
        Ok(())
    }

    /// Takes things out.
    pub fn remove(&self, source: &Source, ids: &[i64]) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            writer.delete_term(Term::from_field_text(self.fields.key, &format!("{}:{id}", source.name)));
        }
    }

    /// Keeps what was put and removed, and shows it.
    pub fn commit(&self) -> Result<()> {
        let note = Note { version: VERSION, follower: self.follower.clone(), labels: self.labels.clone() };
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut commit = writer.prepare_commit().context("keeping the search index")?;
        commit.set_payload(&serde_json::to_string(&note)?);
        commit.commit().context("keeping the search index")?;
        self.reader.reload().context("showing the search index")?;
        Ok(())
    }

    /// The ids of the best hits.
    pub fn find(&self, query: &dyn Query, limit: usize) -> Result<Vec<i64>> {
        let searcher = self.reader.searcher();
        let hits =
            searcher.search(query, &TopDocs::with_limit(limit).order_by_score()).context("searching")?;
        let mut ids = Vec::with_capacity(hits.len());
        for (_, address) in hits {
            let segment = searcher.segment_reader(address.segment_ord);
            let column = segment.fast_fields().i64("id").context("the search index's ids")?;
            ids.extend(column.first(address.doc_id));
        }
        Ok(ids)
    }

    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }
}
