//! The thread that writes recordings. Everything slow about disks happens here, and nothing waits for it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use audio::g711::ALAW_SILENCE;
use audio::wav::{self, HEADER_BYTES};
use exchange::line::Event;
use kernel::{RecordingId, Timestamp};

use super::seal::Sealing;
use super::tap::BLOCK_BYTES;
use super::{Mark, OPEN_DIR, file_name, open_name};
use crate::media::outbox::Outbox;

pub type Block = Box<[u8; BLOCK_BYTES]>;

/// What the media threads ask of the writer.
#[derive(Debug)]
pub enum Job {
    Start {
        recording: RecordingId,
        at: Timestamp,
        home: usize,
    },
    /// `frames` of the block count; `lost` frames before it never got here.
    Block {
        recording: RecordingId,
        lost: u64,
        data: Block,
        frames: usize,
    },
    Mark {
        recording: RecordingId,
        mark: Mark,
    },
    /// `lost`: frames at the end that never got here.
    Stop {
        recording: RecordingId,
        lost: u64,
    },
}

/// Between two looks at the queue, so that one wake-up serves many recordings and senders need not wake anybody.
const NAP: Duration = Duration::from_millis(20);
const SYNC_EVERY: Duration = Duration::from_secs(10);
const TROUBLE_EVERY: Duration = Duration::from_secs(5);

pub struct Writer {
    pub dir: PathBuf,
    pub outbox: Outbox,
    pub sealer: SyncSender<Sealing>,
    /// Empty blocks go back to the media threads.
    pub homes: Vec<SyncSender<Block>>,
    pub growing: HashMap<RecordingId, Growing>,
    /// The folder made last: a day's recordings share it.
    pub made: PathBuf,
}

/// A recording whose file grows.
pub struct Growing {
    name: String,
    home: usize,
    file: Option<Arc<File>>,
    /// In the file.
    frames: u64,
    /// To be written as silence before anything else.
    owed: u64,
    /// Lost since the last report.
    unreported: u64,
    trouble: String,
    reported: Option<Instant>,
    marks: Vec<Mark>,
    /// Marks already in the list of open recordings.
    marks_kept: usize,
    synced: Instant,
}

impl Writer {
    /// Until all senders are gone; what still grows then is sealed.
    pub fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            self.job(job);
            while let Ok(job) = jobs.try_recv() {
                self.job(job);
            }
            std::thread::sleep(NAP);
        }
        for recording in self.growing.keys().copied().collect::<Vec<_>>() {
            self.job(Job::Stop { recording, lost: 0 });
        }
    }

    fn job(&mut self, job: Job) {
        match job {
            Job::Start { recording, at, home } => {
                let mut growing = Growing::new(file_name(recording, at), home);
                growing.create(&self.dir, &mut self.made, recording, &self.outbox);
                self.growing.insert(recording, growing);
            }
            Job::Block { recording, lost, data, frames } => {
                let Some(growing) = self.growing.get_mut(&recording) else { return };
                growing.lose(lost, "the disk is too slow");
                growing.create(&self.dir, &mut self.made, recording, &self.outbox);
                let bytes = data.get(..frames * 2).unwrap_or(&data[..]);
                if let Err(error) = growing.append(bytes) {
                    growing.lose(frames as u64, &error.to_string());
                }
                growing.report(recording, &self.outbox, false);
                if growing.synced.elapsed() >= SYNC_EVERY {
                    growing.synced = Instant::now();
                    if let Some(file) = &growing.file {
                        // A busy sealer syncs with the next one.
                        let _ = self.sealer.try_send(Sealing::Sync(file.clone()));
                    }
                }
                if let Some(home) = self.homes.get(growing.home) {
                    let _ = home.try_send(data);
                }
            }
            Job::Mark { recording, mark } => {
                let Some(growing) = self.growing.get_mut(&recording) else { return };
                growing.marks.push(mark);
                growing.keep_marks(&self.dir, recording);
            }
            Job::Stop { recording, lost } => {
                let Some(mut growing) = self.growing.remove(&recording) else { return };
                growing.lose(lost, "the disk is too slow");
                growing.create(&self.dir, &mut self.made, recording, &self.outbox);
                // Silence that is owed belongs to the length.
                let _ = growing.append(&[]);
                growing.report(recording, &self.outbox, true);
                growing.keep_marks(&self.dir, recording);
                let sealing = Sealing::Seal {
                    recording,
                    name: growing.name,
                    file: growing.file,
                    frames: growing.frames,
                    marks: growing.marks,
                };
                if self.sealer.send(sealing).is_err() {
                    tracing::error!(%recording, "the sealer has ended; the recording is sealed at the next start");
                }
            }
        }
    }
}

impl Growing {
    fn new(name: String, home: usize) -> Growing {
        Growing {
            name,
            home,
            file: None,
            frames: 0,
            owed: 0,
            unreported: 0,
            trouble: String::new(),
            reported: None,
            marks: Vec::new(),
            marks_kept: 0,
            synced: Instant::now(),
        }
    }

    /// Makes the file unless it is there; tried again with each block.
    fn create(&mut self, dir: &Path, made: &mut PathBuf, recording: RecordingId, outbox: &Outbox) {
        if self.file.is_some() {
            return;
        }
        match self.try_create(dir, made, recording) {
            Ok(file) => {
                self.file = Some(Arc::new(file));
                outbox.send(Event::RecordingStarted { recording, file: self.name.clone() });
            }
            Err(error) => {
                made.clear();
                self.trouble = format!("{}: {error}", dir.join(&self.name).display());
            }
        }
    }

    fn try_create(&self, dir: &Path, made: &mut PathBuf, recording: RecordingId) -> io::Result<File> {
        let path = dir.join(&self.name);
        let day = path.parent().unwrap_or(dir);
        if made != day {
            std::fs::create_dir_all(day)?;
            std::fs::create_dir_all(dir.join(OPEN_DIR))?;
            day.clone_into(made);
        }
        // The list first: a file that nobody knows of would never be sealed.
        let mut list = File::create(dir.join(open_name(recording)))?;
        list.write_all(format!("{}\n", self.name).as_bytes())?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        file.write_all_at(&wav::header(0), 0)?;
        Ok(file)
    }

    fn lose(&mut self, frames: u64, what: &str) {
        if frames > 0 {
            self.owed += frames;
            self.unreported += frames;
            if self.file.is_some() {
                what.clone_into(&mut self.trouble);
            }
        }
    }

    /// Writes what is owed, then `data`, then the header.
    fn append(&mut self, data: &[u8]) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Err(io::Error::new(io::ErrorKind::NotFound, self.trouble.clone()));
        };
        let silence = [ALAW_SILENCE; BLOCK_BYTES];
        while self.owed > 0 {
            let frames = self.owed.min(silence.len() as u64 / 2);
            file.write_all_at(&silence[..frames as usize * 2], HEADER_BYTES as u64 + self.frames * 2)?;
            self.frames += frames;
            self.owed -= frames;
        }
        if !data.is_empty() {
            file.write_all_at(data, HEADER_BYTES as u64 + self.frames * 2)?;
            self.frames += data.len() as u64 / 2;
        }
        file.write_all_at(&wav::header(self.frames), 0)
    }

    /// Tells of losses, not more often than every few seconds.
    fn report(&mut self, recording: RecordingId, outbox: &Outbox, last: bool) {
        if self.unreported == 0 || (!last && self.reported.is_some_and(|at| at.elapsed() < TROUBLE_EVERY)) {
            return;
        }
        self.reported = Some(Instant::now());
        let lost_ms = std::mem::take(&mut self.unreported) / 8;
        tracing::error!(%recording, lost_ms, what = self.trouble, "part of a recording is lost");
        outbox.send(Event::RecordingTrouble { recording, lost_ms, what: self.trouble.clone() });
    }

    fn keep_marks(&mut self, dir: &Path, recording: RecordingId) {
        if self.marks_kept == self.marks.len() || self.file.is_none() {
            return;
        }
        let mut lines = String::new();
        for mark in &self.marks[self.marks_kept..] {
            if let Ok(line) = serde_json::to_string(mark) {
                lines.push_str(&line);
                lines.push('\n');
            }
        }
        let list = OpenOptions::new().append(true).open(dir.join(open_name(recording)));
        match list.and_then(|mut list| list.write_all(lines.as_bytes())) {
            Ok(()) => self.marks_kept = self.marks.len(),
            Err(error) => tracing::warn!(%recording, %error, "a mark would not survive a crash"),
        }
    }
}
