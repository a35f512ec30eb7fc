//! The thread that makes recordings last: `fdatasync`, the hash of complete files, and their marks.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use audio::wav::HEADER_BYTES;
use exchange::line::Event;
use kernel::RecordingId;
use sha2::{Digest as _, Sha256};

use super::{Mark, Marks, marks_name, open_name};
use crate::media::outbox::Outbox;

#[derive(Debug)]
pub enum Sealing {
    /// Still growing: make the disk keep what is there.
    Sync(Arc<File>),
    /// Complete. Without a file, when it never could be made.
    Seal { recording: RecordingId, name: String, file: Option<Arc<File>>, frames: u64, marks: Vec<Mark> },
}

pub struct Sealer {
    pub dir: PathBuf,
    pub outbox: Outbox,
}

impl Sealer {
    /// Until the writer is gone.
    pub fn run(&self, jobs: &Receiver<Sealing>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Sealing::Sync(file) => {
                    if let Err(error) = file.sync_data() {
                        tracing::warn!(%error, "a growing recording could not be synced");
                    }
                }
                Sealing::Seal { recording, name, file, frames, marks } => {
                    let sealed = file
                        .ok_or_else(|| io::Error::other("the file could never be made"))
                        .and_then(|file| seal(&self.dir, recording, &name, &file, &marks));
                    match sealed {
                        Ok((bytes, sha256)) => self.outbox.send(Event::RecordingSealed {
                            recording,
                            file: name,
                            duration_ms: frames / 8,
                            bytes,
                            sha256,
                        }),
                        Err(error) => {
                            tracing::error!(%recording, %error, "a recording cannot be sealed");
                            self.outbox.send(Event::RecordingTrouble {
                                recording,
                                lost_ms: 0,
                                what: format!("cannot be sealed, will be tried at the next start: {error}"),
                            });
                        }
                    }
                }
            }
        }
    }
}

/// Syncs, hashes, writes the marks and takes the recording off the list of open ones. Returns size and SHA-256 (hex).
pub fn seal(
    dir: &Path,
    recording: RecordingId,
    name: &str,
    file: &File,
    marks: &[Mark],
) -> io::Result<(u64, String)> {
    let sealed = hash(file)?;
    if !marks.is_empty() {
        let text = serde_json::to_vec_pretty(&Marks { recording, marks: marks.to_vec() })?;
        std::fs::write(dir.join(marks_name(name)), text)?;
    }
    file.sync_data()?;
    match std::fs::remove_file(dir.join(open_name(recording))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    Ok(sealed)
}

/// Size and SHA-256 of a file, in small steps.
fn hash(file: &File) -> io::Result<(u64, String)> {
    let (mut hash, mut at) = (Sha256::new(), 0u64);
    let mut buffer = [0; 32 * 1024];
    loop {
        match file.read_at(&mut buffer, at) {
            Ok(0) => break,
            Ok(count) => {
                hash.update(&buffer[..count]);
                at += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    debug_assert!(at >= HEADER_BYTES as u64);
    Ok((at, hex::encode(hash.finalize())))
}
