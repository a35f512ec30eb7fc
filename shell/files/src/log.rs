//! An append-only log of records: what was appended survives the death of the process at any instant.
//!
//! A record is `length: u32 LE | crc32: u32 LE | bytes`. Records stand in segments, files named by the position of their
//! first byte; a position counts bytes from the beginning of the log's life and never comes again. A torn last record
//! (killed in the middle of a write) is cut off when the log is opened; a damaged record in the middle is an error that
//! names its place. Appending reaches the operating system before it returns, which outlives the process; a
//! [`Syncer`] makes it outlive the machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

const HEADER: u64 = 8;
/// No record is longer; a length beyond it is damage, not data.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// A place in the log: bytes since its beginning.
pub type Position = u64;

/// The writing end. One at a time.
#[derive(Debug)]
pub struct Log {
    dir: PathBuf,
    file: File,
    /// Where the current segment begins.
    segment: Position,
    end: Position,
    segment_bytes_max: u64,
    buffer: Vec<u8>,
}

impl Log {
    /// Opens the log in `dir`, creating it, cutting off a torn last record.
    pub fn open(dir: &Path, segment_bytes_max: u64) -> Result<Log> {
        fs::create_dir_all(dir).with_context(|| format!("creating the log folder {}", dir.display()))?;
        let segment = segments(dir)?.last().copied().unwrap_or(0);
        let path = path_of(dir, segment);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("opening the log {}", path.display()))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = whole_records(&bytes);
        if let Some(cut) = bytes.get(whole..).filter(|cut| !cut.is_empty()) {
            // Power cuts can leave more than half a record; nothing is thrown away that somebody may want to look at.
            let aside = path.with_extension(format!("{whole}.cut"));
            fs::write(&aside, cut).with_context(|| format!("keeping the torn end as {}", aside.display()))?;
            file.set_len(whole as u64)
                .with_context(|| format!("cutting the torn end of {}", path.display()))?;
        }
        file.seek(SeekFrom::Start(whole as u64))?;
        let end = segment + whole as u64;
        Ok(Log {
            dir: dir.to_owned(),
            file,
            segment,
            end,
            segment_bytes_max,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Where the next record will begin.
    pub fn end(&self) -> Position {
        self.end
    }

    /// Appends all records with one write. When it fails, nothing of them is in the log.
    pub fn append<'a>(&mut self, records: impl IntoIterator<Item = &'a [u8]>) -> Result<Position> {
        self.buffer.clear();
        for record in records {
            ensure!(
                record.len() <= RECORD_BYTES_MAX,
                "a record of {} bytes is too long for the log",
                record.len()
            );
            self.buffer.extend_from_slice(&(record.len() as u32).to_le_bytes());
            self.buffer.extend_from_slice(&crc32fast::hash(record).to_le_bytes());
            self.buffer.extend_from_slice(record);
        }
        if self.buffer.is_empty() {
            return Ok(self.end);
        }
        if self.end - self.segment >= self.segment_bytes_max {
            self.roll()?;
        }
        if let Err(error) = self.file.write_all(&self.buffer) {
            // Half a write must not stand before the next record.
            let whole = self.end - self.segment;
            self.file.set_len(whole)?;
            self.file.seek(SeekFrom::Start(whole))?;
            return Err(error).context("appending to the log: is the disk full?");
        }
        self.end += self.buffer.len() as u64;
        Ok(self.end)
    }

    fn roll(&mut self) -> Result<()> {
        self.file.sync_data()?;
        let path = path_of(&self.dir, self.end);
        self.file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .with_context(|| format!("starting the log segment {}", path.display()))?;
        self.segment = self.end;
        Ok(())
    }

    /// A handle for another thread that brings what has been appended to the disk. Rolling syncs by itself.
    pub fn syncer(&self) -> Syncer {
        Syncer { dir: self.dir.clone() }
    }
}

/// Brings the log to the disk, away from the thread that appends.
#[derive(Clone, Debug)]
pub struct Syncer {
    dir: PathBuf,
}

impl Syncer {
    pub fn sync(&self) -> Result<()> {
        if let Some(segment) = segments(&self.dir)?.last() {
            File::open(path_of(&self.dir, *segment))?.sync_data()?;
        }
        Ok(())
    }
}

/// The reading end: follows the log from a position.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    position: Position,
    open: Option<(Position, File)>,
}

/// One record and the position behind it, from which reading goes on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub next: Position,
    pub bytes: Vec<u8>,
}

impl Reader {
    pub fn open(dir: &Path, position: Position) -> Reader {
        Reader { dir: dir.to_owned(), position, open: None }
    }

    pub fn position(&self) -> Position {
        self.position
    }

    /// Up to `records_max` records that are there now; none when the end is reached.
    pub fn read(&mut self, records_max: usize) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        while records.len() < records_max {
            match self.read_one()? {
                Some(record) => records.push(record),
                None if self.next_segment()? => {}
                None => break,
            }
        }
        Ok(records)
    }

    fn read_one(&mut self) -> Result<Option<Record>> {
        let position = self.position;
        let Some((segment, file)) = self.current()? else { return Ok(None) };
        let (segment, mut header) = (*segment, [0u8; HEADER as usize]);
        if !read_whole(file, &mut header)? {
            file.seek(SeekFrom::Start(position.saturating_sub(segment)))?;
            return Ok(None);
        }
        let (length, crc) = parse_header(&header);
        ensure!(
            length <= RECORD_BYTES_MAX,
            "the log is damaged at {}: a record of {length} bytes",
            self.position
        );
        let mut bytes = vec![0u8; length];
        let Some((_, file)) = self.open.as_mut() else { return Ok(None) };
        if !read_whole(file, &mut bytes)? {
            file.seek(SeekFrom::Start(self.position - segment))?;
            return Ok(None);
        }
        if crc32fast::hash(&bytes) != crc {
            bail!("the log is damaged at {}: the checksum does not fit", self.position);
        }
        self.position += HEADER + length as u64;
        Ok(Some(Record { next: self.position, bytes }))
    }

    fn current(&mut self) -> Result<Option<&mut (Position, File)>> {
        if self.open.is_none() {
            let all = segments(&self.dir)?;
            let Some(segment) = all.iter().rev().find(|start| **start <= self.position).or(all.first())
            else {
                return Ok(None);
            };
            self.position = self.position.max(*segment);
            let mut file = File::open(path_of(&self.dir, *segment))?;
            file.seek(SeekFrom::Start(self.position - segment))?;
            self.open = Some((*segment, file));
        }
        Ok(self.open.as_mut())
    }

    /// True when the segment that begins exactly here has been opened.
    fn next_segment(&mut self) -> Result<bool> {
        let already = self.open.as_ref().is_some_and(|(segment, _)| *segment == self.position);
        if already || !path_of(&self.dir, self.position).exists() {
            return Ok(false);
        }
        self.open = Some((self.position, File::open(path_of(&self.dir, self.position))?));
        Ok(true)
    }
}

/// Deletes the segments that lie wholly before `position`.
pub fn forget_before(dir: &Path, position: Position) -> Result<usize> {
    let all = segments(dir)?;
    let mut gone = 0;
    for pair in all.windows(2) {
        if let [segment, next] = pair
            && *next <= position
        {
            fs::remove_file(path_of(dir, *segment))?;
            gone += 1;
        }
    }
    Ok(gone)
}

fn path_of(dir: &Path, segment: Position) -> PathBuf {
    dir.join(format!("{segment:020}.log"))
}

fn segments(dir: &Path) -> Result<Vec<Position>> {
    let mut found: Vec<Position> = fs::read_dir(dir)
        .with_context(|| format!("reading the log folder {}", dir.display()))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".log")?.parse().ok())
        .collect();
    found.sort_unstable();
    Ok(found)
}

fn parse_header(header: &[u8; HEADER as usize]) -> (usize, u32) {
    let [a, b, c, d, e, f, g, h] = *header;
    (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]))
}

/// How many bytes at the front are whole, undamaged records.
fn whole_records(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(header) = bytes.get(at..at + HEADER as usize).and_then(|h| h.try_into().ok()) {
        let (length, crc) = parse_header(header);
        let start = at + HEADER as usize;
        match bytes.get(start..start.saturating_add(length)) {
            Some(record) if length <= RECORD_BYTES_MAX && crc32fast::hash(record) == crc => {
                at = start + length
            }
            _ => break,
        }
    }
    at
}

/// False when the file ends before the buffer is full.
fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(records: &[Record]) -> Vec<String> {
        records.iter().map(|record| String::from_utf8_lossy(&record.bytes).into_owned()).collect()
    }

    fn append(log: &mut Log, texts: &[&str]) -> Result<Position> {
        log.append(texts.iter().map(|text| text.as_bytes()))
    }

    #[test]
    fn a_reader_follows_the_writer_over_segments() -> Result<()> {
        let dir = tempfile::tempdir()?;
        let mut log = Log::open(dir.path(), 30)?;
        let mut reader = Reader::open(dir.path(), 0);
        assert!(reader.read(10)?.is_empty());
        append(&mut log, &["one", "two", "three"])?;
        assert_eq!(texts(&reader.read(2)?), ["one", "two"]);
        append(&mut log, &["four"])?;
        append(&mut log, &["five"])?;
        assert_eq!(texts(&reader.read(10)?), ["three", "four", "five"]);
        assert_eq!(reader.position(), log.end());
        assert!(segments(dir.path())?.len() > 1);
        assert_eq!(forget_before(dir.path(), log.end())?, segments(dir.path())?.len().max(1));
        assert!(reader.read(10)?.is_empty());
        append(&mut log, &["six"])?;
        assert_eq!(texts(&reader.read(10)?), ["six"]);
        Ok(())
    }

    #[test]
    fn a_torn_end_is_cut_off_at_every_length() -> Result<()> {
        let dir = tempfile::tempdir()?;
        let mut log = Log::open(dir.path(), 1 << 20)?;
        append(&mut log, &["kept"])?;
        let kept = log.end();
        append(&mut log, &["torn by a kill"])?;
        let whole = fs::read(path_of(dir.path(), 0))?;
        for length in kept as usize..whole.len() {
            fs::write(path_of(dir.path(), 0), whole.get(..length).unwrap_or_default())?;
            let mut log = Log::open(dir.path(), 1 << 20)?;
            assert_eq!(log.end(), kept);
            append(&mut log, &["next"])?;
            assert_eq!(texts(&Reader::open(dir.path(), 0).read(10)?), ["kept", "next"]);
        }
        Ok(())
    }

    #[test]
    fn damage_in_the_middle_is_told_with_its_place() -> Result<()> {
        let dir = tempfile::tempdir()?;
        let mut log = Log::open(dir.path(), 1 << 20)?;
        append(&mut log, &["one", "two"])?;
        let mut bytes = fs::read(path_of(dir.path(), 0))?;
        if let Some(byte) = bytes.get_mut(9) {
            *byte ^= 1;
        }
        fs::write(path_of(dir.path(), 0), bytes)?;
        let told = Reader::open(dir.path(), 0).read(10).map_err(|error| error.to_string());
        assert_eq!(told, Err("the log is damaged at 0: the checksum does not fit".to_owned()));
        Ok(())
    }
}
