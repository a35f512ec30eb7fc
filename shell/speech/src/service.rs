//! Text becomes clips while the product runs: sentence by sentence, one at a time, by the speaker's program beside it.
//!
//! What was said once is a file named after text and voice, so it is never rendered twice, never changes, and can be
//! played by whoever knows its name. Nobody waits inside [`Speech::say`]: it answers at once with what there is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use audio::{Clip, spoken};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Notify;

use crate::manifest::RECIPE;
use crate::pack::Pack;
use crate::worker::{Order, Outcome, PROGRAM};

/// Where clips stand below the prompts folder.
pub const FOLDER: &str = "spoken";
/// Sentences that may wait to be said; a text that brings more is refused.
const WAITING_MAX: usize = 256;
/// A text with more is not an announcement.
const SENTENCES_MAX: usize = 40;
/// Clips kept on the disk; beyond it those unused for longest go. About 40 kB each.
const CLIPS_MAX: usize = 20_000;
/// The model needs about seven tenths of a second for each second of speech; a sentence has ten.
const SENTENCE_WITHIN: Duration = Duration::from_secs(60);
/// A cold disk reads the model in some seconds.
const START_WITHIN: Duration = Duration::from_secs(60);
/// After the program has died, in this time it is started again; then later and later.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// A sentence that the program has died of is not tried a third time.
const TRIES: u32 = 2;
const GIVEN_UP: &str = "the speaker's program has failed twice at it: see the log";
/// Sentences that could not be said, remembered with the reason.
const REFUSED_MAX: usize = 1_000;
/// A clip that was there is believed to be there for so long; then the disk is asked, and told that it is used.
const BELIEVED: Duration = Duration::from_secs(60);

/// A sentence as it is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spoken {
    pub clip: Clip,
    pub ms: u64,
}

/// What has become of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// In order, to be played one after the other.
    Ready(Vec<Spoken>),
    /// Soon; ask again, or use [`Speech::wait`].
    Preparing,
    /// Not here, or not this text; and why, for people.
    Unavailable(String),
}

impl Said {
    /// How long it lasts, once it is there.
    pub fn ms(&self) -> Option<u64> {
        match self {
            Said::Ready(clips) => Some(clips.iter().map(|spoken| spoken.ms).sum()),
            Said::Preparing | Said::Unavailable(_) => None,
        }
    }
}

/// How it goes, for a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// Why nothing can be said, and what to do about it.
    pub why_not: Option<String>,
    /// Sentences that wait.
    pub waiting: usize,
}

/// A clone is the same.
#[derive(Clone)]
pub struct Speech(Arc<Inner>);

struct Inner {
    /// Below it stands [`FOLDER`].
    prompts: PathBuf,
    voice: String,
    work: Mutex<Work>,
    ordered: Notify,
    done: Notify,
}

#[derive(Default)]
struct Work {
    /// Why nothing can be said at all.
    why_not: Option<String>,
    waiting: VecDeque<Sentence>,
    /// Those that wait and the one that is being said, by name.
    under_way: BTreeSet<String>,
    refused: BTreeMap<String, String>,
    /// How long clips last that were found on the disk, and when: a storm of callers does not ask it for each.
    found: BTreeMap<String, (u64, Instant)>,
}

#[derive(Clone)]
struct Sentence {
    name: String,
    text: String,
    tries: u32,
}

impl Speech {
    /// Without anything to speak with: every text is unavailable, for this reason.
    pub fn none(why: &str) -> Speech {
        Speech::new(Path::new(""), "", Some(why.to_owned()))
    }

    /// Looks for the pack and, when it is there, speaks with it. Clips are written below `prompts`.
    pub fn start(pack: &Path, prompts: &Path, voice: &str) -> Speech {
        let program = pack.join(PROGRAM);
        let found = Pack::open(pack).and_then(|_| {
            if program.is_file() {
                return Ok(());
            }
            bail!("{} is missing: run `make speech`", program.display())
        });
        let why_not = found.err().map(|why| format!("{why:#}"));
        let missing = why_not.is_some();
        let speech = Speech::new(prompts, voice, why_not);
        if !missing {
            let mut command = Command::new(program);
            command.arg(pack);
            tokio::spawn(speech.clone().work(command));
        }
        speech
    }

    fn new(prompts: &Path, voice: &str, why_not: Option<String>) -> Speech {
        Speech(Arc::new(Inner {
            prompts: prompts.to_owned(),
            voice: voice.to_owned(),
            work: Mutex::new(Work { why_not, ..Work::default() }),
            ordered: Notify::new(),
            done: Notify::new(),
        }))
    }

    pub fn state(&self) -> State {
        let work = self.lock();
        State { why_not: work.why_not.clone(), waiting: work.under_way.len() }
    }

    /// The clips of this text, or what is in their way. A text that is not there yet is begun.
    pub async fn say(&self, text: &str) -> Said {
        let sentences = spoken::sentences(&spoken::reading(text));
        if sentences.is_empty() {
            return Said::Unavailable("there is nothing to say".into());
        }
        if sentences.len() > SENTENCES_MAX {
            return Said::Unavailable(format!("{} sentences: at most {SENTENCES_MAX}", sentences.len()));
        }
        let mut clips = Vec::new();
        let mut missing = Vec::new();
        for text in sentences {
            let name = self.name(&text);
            match self.there(&name).await {
                Some(spoken) => clips.push(spoken),
                None => missing.push(Sentence { name, text, tries: 0 }),
            }
        }
        if missing.is_empty() {
            return Said::Ready(clips);
        }
        self.order(missing)
    }

    /// The same, and waits at most so long for it.
    pub async fn wait(&self, text: &str, within: Duration) -> Said {
        let ready = async {
            loop {
                let done = self.0.done.notified();
                tokio::pin!(done);
                // Registered before looking, so that no end is missed.
                done.as_mut().enable();
                match self.say(text).await {
                    Said::Preparing => done.await,
                    said => return said,
                }
            }
        };
        tokio::time::timeout(within, ready).await.unwrap_or(Said::Preparing)
    }

    fn order(&self, sentences: Vec<Sentence>) -> Said {
        let mut work = self.lock();
        if let Some(why) = &work.why_not {
            return Said::Unavailable(why.clone());
        }
        if let Some(why) = sentences.iter().find_map(|sentence| work.refused.get(&sentence.name)) {
            return Said::Unavailable(why.clone());
        }
        if work.waiting.len() + sentences.len() > WAITING_MAX {
            let waiting = work.waiting.len();
            return Said::Unavailable(format!("{waiting} sentences are waiting: try again later"));
        }
        for sentence in sentences {
            if work.under_way.insert(sentence.name.clone()) {
                work.waiting.push_back(sentence);
            }
        }
        drop(work);
        self.0.ordered.notify_one();
        Said::Preparing
    }

    /// Named after what is said and how: the same sentence is the same file.
    fn name(&self, text: &str) -> String {
        let mut hash = Sha256::new();
        for part in [RECIPE.to_string().as_str(), &self.0.voice, text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hash = hex::encode(hash.finalize());
        format!("{FOLDER}/{}", hash.get(..32).unwrap_or(&hash))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.prompts.join(format!("{name}.wav"))
    }

    async fn there(&self, name: &str) -> Option<Spoken> {
        let found = self.lock().found.get(name).copied();
        if let Some((ms, at)) = found
            && at.elapsed() < BELIEVED
        {
            return Some(Spoken { clip: Clip::new(name), ms });
        }
        let file = tokio::fs::File::open(self.file(name)).await.ok()?;
        let bytes = file.metadata().await.ok()?.len();
        // Those that are used stay when there are too many.
        let file = file.into_std().await;
        let _ = tokio::task::spawn_blocking(move || {
            file.set_times(std::fs::FileTimes::new().set_accessed(std::time::SystemTime::now()))
        })
        .await;
        let ms = bytes.saturating_sub(audio::wav::HEADER_BYTES as u64) / 8;
        self.lock().found.insert(name.to_owned(), (ms, Instant::now()));
        Some(Spoken { clip: Clip::new(name), ms })
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.0.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says one sentence after the other, for as long as the product runs.
    async fn work(self, command: Command) {
        let mut program = Program { command, running: None };
        let mut rest = FIRST_REST;
        loop {
            let next = self.lock().waiting.pop_front();
            let Some(mut sentence) = next else {
                self.0.ordered.notified().await;
                continue;
            };
            let order = Order {
                text: sentence.text.clone(),
                voice: self.0.voice.clone(),
                file: self.file(&sentence.name),
            };
            match program.say(&order).await {
                Ok(Outcome::Said { .. }) => {
                    rest = FIRST_REST;
                    self.lock().under_way.remove(&sentence.name);
                    self.sweep().await;
                }
                Ok(Outcome::Refused { why }) => self.refuse(&sentence, why),
                Ok(Outcome::Here) | Err(_) if sentence.tries + 1 >= TRIES => {
                    program.stop().await;
                    self.refuse(&sentence, GIVEN_UP.into());
                    rest = self.pause(rest).await;
                }
                Ok(Outcome::Here) => program.stop().await,
                Err(failure) => {
                    tracing::warn!("the speaker's program has failed and is started again: {failure:#}");
                    program.stop().await;
                    sentence.tries += 1;
                    self.lock().waiting.push_front(sentence);
                    rest = self.pause(rest).await;
                }
            }
            self.0.done.notify_waiters();
        }
    }

    async fn pause(&self, rest: Duration) -> Duration {
        tokio::time::sleep(rest).await;
        (rest * 2).min(LONGEST_REST)
    }

    fn refuse(&self, sentence: &Sentence, why: String) {
        tracing::warn!(text = sentence.text, "a sentence cannot be said: {why}");
        let mut work = self.lock();
        work.under_way.remove(&sentence.name);
        if work.refused.len() >= REFUSED_MAX {
            work.refused.pop_first();
        }
        work.refused.insert(sentence.name.clone(), why);
    }

    /// Removes the clips unused for longest when there are too many.
    async fn sweep(&self) {
        let folder = self.0.prompts.join(FOLDER);
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, CLIPS_MAX)).await;
        match swept {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(_)) => self.lock().found.clear(),
            Ok(Err(failure)) => tracing::warn!("spoken clips cannot be tidied: {failure:#}"),
        }
    }
}

/// How many have gone.
fn sweep(folder: &Path, clips_max: usize) -> anyhow::Result<usize> {
    let mut clips = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        clips.push((entry.metadata()?.accessed()?, entry.path()));
    }
    let too_many = clips.len().saturating_sub(clips_max);
    if too_many > 0 {
        clips.sort();
        for (_, clip) in clips.iter().take(too_many) {
            std::fs::remove_file(clip).with_context(|| format!("removing {}", clip.display()))?;
        }
    }
    Ok(too_many)
}

/// The speaker's program, running or to be started.
struct Program {
    command: Command,
    running: Option<Running>,
}

struct Running {
    child: Child,
    orders: ChildStdin,
    outcomes: Lines<BufReader<ChildStdout>>,
}

impl Program {
    async fn say(&mut self, order: &Order) -> anyhow::Result<Outcome> {
        if let Some(folder) = order.file.parent() {
            tokio::fs::create_dir_all(folder)
                .await
                .with_context(|| format!("making {}", folder.display()))?;
        }
        if self.running.is_none() {
            self.running = Some(self.start().await?);
        }
        let Some(running) = self.running.as_mut() else { bail!("it does not run") };
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        running.orders.write_all(&line).await.context("giving it a sentence")?;
        outcome(&mut running.outcomes, SENTENCE_WITHIN).await
    }

    async fn start(&mut self) -> anyhow::Result<Running> {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("starting the speaker's program: run `make speech`")?;
        let orders = child.stdin.take().context("its input")?;
        let mut outcomes = BufReader::new(child.stdout.take().context("its output")?).lines();
        match outcome(&mut outcomes, START_WITHIN).await? {
            Outcome::Here => Ok(Running { child, orders, outcomes }),
            other => bail!("it began with {other:?}"),
        }
    }

    async fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill().await;
        }
    }
}

async fn outcome(outcomes: &mut Lines<BufReader<ChildStdout>>, within: Duration) -> anyhow::Result<Outcome> {
    let line = tokio::time::timeout(within, outcomes.next_line()).await.context("it does not answer")??;
    serde_json::from_str(&line.context("it has ended")?).context("an answer that cannot be read")
}

#[cfg(test)]
mod tests;
