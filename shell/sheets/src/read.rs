//! Reads XLSX and CSV row by row, within limits: a file is taken apart by whoever made it.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use calamine::{DataRef, Reader, Xlsx};
use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

/// The largest file.
pub const BYTES_MAX: u64 = 64 << 20;
/// What a spreadsheet may unpack to: a small file that grows beyond it was made to fill memory.
const UNPACKED_MAX: u64 = 1 << 30;
/// What its table of texts may unpack to, since that is held in memory.
const TEXTS_MAX: u64 = 256 << 20;
const ENTRIES_MAX: usize = 1_000;
const ROWS_MAX: usize = 2_000_000;
const COLUMNS_MAX: usize = 64;
/// Longer cells are cut off; no field is half as long.
const CELL_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Xlsx,
}

/// What is wrong with a file, for whoever sent it; the browser makes the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("it has no rows")]
    Empty,
    #[error("it has more bytes than it may")]
    TooLarge,
    #[error("it has more rows than it may")]
    TooLong,
    #[error("it unpacks to more than it may, or into too many parts")]
    Swollen,
    #[error("it is an XLS of old")]
    OldXls,
    #[error("it is neither XLSX nor CSV")]
    NoTable,
    #[error("it is damaged")]
    Damaged,
}

impl Trouble {
    pub fn code(self) -> &'static str {
        match self {
            Trouble::Empty => "empty",
            Trouble::TooLarge => "too_large",
            Trouble::TooLong => "too_long",
            Trouble::Swollen => "swollen",
            Trouble::OldXls => "old_xls",
            Trouble::NoTable => "no_table",
            Trouble::Damaged => "damaged",
        }
    }
}

/// Hands out rows, one after the other; `false` from the taker stops.
pub(crate) type Taker<'a> = &'a mut dyn FnMut(usize, Vec<String>) -> Result<bool>;

/// Reads every row with its number in the file, from 1, empty ones left out.
///
/// # Errors
/// A [`Trouble`] when it is the file; anything else is ours.
pub fn open(path: &Path, take: Taker) -> Result<Format> {
    let mut file = File::open(path).context("opening the file")?;
    ensure!(file.metadata()?.len() <= BYTES_MAX, Trouble::TooLarge);
    let mut head = [0; 4];
    let length = file.read(&mut head)?;
    if head.get(..length).is_some_and(|head| head == b"PK\x03\x04") {
        xlsx(path, take)?;
        return Ok(Format::Xlsx);
    }
    ensure!(head != [0xd0, 0xcf, 0x11, 0xe0], Trouble::OldXls);
    csv(&std::fs::read(path)?, take)?;
    Ok(Format::Csv)
}

/// What stands where a byte could not be read.
pub const UNREADABLE: char = char::REPLACEMENT_CHARACTER;

/// UTF-8 with and without a mark, UTF-16 with one, and what Excel in Chinese Windows writes otherwise: GBK. A text in UTF-8
/// with a few broken bytes stays one: read as GBK, all of it would be other words.
fn decoded(bytes: &[u8]) -> Result<String> {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if bytes.contains(&0) => bail!(Trouble::NoTable),
        _ => {
            let text = UTF_8.decode(bytes).0;
            let unreadable = text.chars().filter(|c| *c == UNREADABLE).count();
            let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count();
            if unreadable * 4 <= beyond_ascii {
                return Ok(text.into_owned());
            }
            GB18030
        }
    };
    Ok(encoding.decode(bytes).0.into_owned())
}

fn csv(bytes: &[u8], take: Taker) -> Result<()> {
    // One kind of line end, also after the last line, so that lines can be counted.
    let mut text = decoded(bytes)?.replace("\r\n", "\n");
    text.push('\n');
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    let marks = [(',', b','), (';', b';'), ('\t', b'\t')];
    let delimiter = marks.into_iter().max_by_key(|(mark, _)| count(*mark)).map_or(b',', |(_, byte)| byte);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).context(Trouble::Damaged)? {
        // The reader stands behind the row; a cell may hold line ends of its own.
        let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let behind = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let row = behind.saturating_sub(within + 1);
        ensure!(row <= ROWS_MAX, Trouble::TooLong);
        let cells: Vec<String> = record.iter().take(COLUMNS_MAX).map(cut).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) && !take(row, cells)? {
            break;
        }
    }
    Ok(())
}

fn cut(cell: &str) -> String {
    cell.chars().take(CELL_MAX).collect()
}

/// Unpacks everything into nowhere and counts: sizes written in the file may lie.
fn unpacks_within(path: &Path, texts_max: u64, unpacked_max: u64) -> Result<()> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?)).context(Trouble::Damaged)?;
    ensure!(archive.len() <= ENTRIES_MAX, Trouble::Swollen);
    let mut total = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).context(Trouble::Damaged)?;
        let name = entry.name().context(Trouble::Damaged)?.into_owned();
        let texts = name.ends_with("sharedStrings.xml") || name.ends_with("styles.xml");
        let most = if texts { texts_max } else { unpacked_max };
        let size = io::copy(&mut entry.take(most + 1), &mut io::sink()).context(Trouble::Damaged)?;
        total += size;
        ensure!(size <= most && total <= unpacked_max, Trouble::Swollen);
    }
    Ok(())
}

fn xlsx(path: &Path, take: Taker) -> Result<()> {
    unpacks_within(path, TEXTS_MAX, UNPACKED_MAX)?;
    let bytes = std::fs::read(path)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).context(Trouble::Damaged)?;
    let sheet = book.sheet_names().first().cloned().context(Trouble::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).context(Trouble::Damaged)?;
    let mut at: u32 = 0;
    let mut row: Vec<String> = Vec::new();
    let mut hand = |at: u32, row: Vec<String>| -> Result<bool> {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(true);
        }
        take(at as usize + 1, row)
    };
    while let Some(cell) = cells.next_cell().context(Trouble::Damaged)? {
        let (line, column) = cell.get_position();
        ensure!((line as usize) < ROWS_MAX, Trouble::TooLong);
        ensure!(line >= at, Trouble::Damaged);
        if line > at {
            if !hand(at, std::mem::take(&mut row))? {
                return Ok(());
            }
            at = line;
        }
        let column = column as usize;
        if column >= COLUMNS_MAX {
            continue;
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = text(cell.get_value());
        }
    }
    hand(at, row)?;
    Ok(())
}

/// A cell as its text. Of a formula the value that was saved with it is taken; nothing is ever computed.
fn text(value: &DataRef) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // Account and telephone numbers that a spreadsheet took for amounts.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(date) => moment(date.to_ymd_hms_milli()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cut(text),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A day, a day with its time, or a time alone, which a spreadsheet keeps as a part of its day 0.
fn moment((year, month, day, hour, minute, _, _): (u16, u8, u8, u8, u8, u8, u16)) -> String {
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (year, hour, minute) {
        (..=1899, ..) => format!("{hour:02}:{minute:02}"),
        (_, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn rows(bytes: &[u8]) -> Result<Vec<(usize, String)>> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(bytes)?;
        let mut found = Vec::new();
        open(file.path(), &mut |row, cells| {
            found.push((row, cells.join("|")));
            Ok(true)
        })?;
        Ok(found)
    }

    #[test]
    fn a_csv_is_read_in_every_usual_encoding() {
        let text = "户号;户名\r\n33000001;\"王;芳\"\r\n\r\n33000002;李雷\r\n";
        let told =
            [(1, "户号|户名".to_owned()), (2, "33000001|王;芳".to_owned()), (4, "33000002|李雷".to_owned())];
        assert_eq!(rows(text.as_bytes()).expect("UTF-8"), told);
        assert_eq!(rows(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).expect("with a mark"), told);
        assert_eq!(rows(&GB18030.encode(text).0).expect("GBK"), told);
        let wide: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&wide).expect("UTF-16"), told);
    }

    #[test]
    fn days_and_times_are_told_apart() {
        assert_eq!(moment((2026, 1, 5, 0, 0, 0, 0)), "2026-01-05");
        assert_eq!(moment((2026, 1, 5, 20, 30, 0, 0)), "2026-01-05 20:30");
        assert_eq!(moment((1899, 12, 31, 8, 0, 0, 0)), "08:00");
    }

    #[test]
    fn what_was_made_to_break_readers_does_not() {
        assert!(rows(b"").expect("nothing").is_empty());
        assert!(rows(b"PK\x03\x04 and then nothing").is_err());
        assert!(rows(b"\xd0\xcf\x11\xe0 an old one").is_err_and(|why| why.is::<Trouble>()));
        assert_eq!(rows(b"a,\"b\nc,d").expect("an open quote").len(), 1);
        assert!(rows(&[0, 1, 2, 255, 254, 10, 0]).is_err(), "no text has zeroes");
        let long = rows("x".repeat(5_000_000).as_bytes()).expect("one long cell");
        assert_eq!(long[0].1.len(), CELL_MAX);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = zip::ZipWriter::new(&mut bytes);
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("xl/sharedStrings.xml", options).expect("a part");
        writer.write_all(&vec![b' '; 4 << 20]).expect("written");
        writer.finish().expect("packed");
        let bytes = bytes.into_inner();
        assert!(bytes.len() < 64 << 10, "it is small");
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(&bytes).expect("written");
        unpacks_within(file.path(), 5 << 20, 5 << 20).expect("within the limits");
        assert!(
            unpacks_within(file.path(), 3 << 20, 5 << 20)
                .is_err_and(|why| why.downcast_ref() == Some(&Trouble::Swollen))
        );
    }
}
