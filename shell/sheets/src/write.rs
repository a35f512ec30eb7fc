//! Writes CSV and XLSX in which no cell is ever a formula.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rust_xlsxwriter::{Format, Workbook};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sheet holds little more.
pub(crate) const ROWS_MAX: u64 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Csv,
    Xlsx,
}

impl FileKind {
    pub(crate) fn ending(self) -> &'static str {
        match self {
            FileKind::Csv => "csv",
            FileKind::Xlsx => "xlsx",
        }
    }
    pub(crate) fn mime(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv; charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A file of either kind.
pub enum Sheet {
    Csv(Box<CsvFile>),
    Xlsx(Box<XlsxFile>),
}

impl Sheet {
    /// # Errors
    /// When the file cannot be made.
    pub fn create<S: AsRef<str>>(kind: FileKind, path: &Path, name: &str, headings: &[S]) -> Result<Sheet> {
        Ok(match kind {
            FileKind::Csv => {
                let mut file = CsvFile::create(path)?;
                file.row(headings)?;
                Sheet::Csv(Box::new(file))
            }
            FileKind::Xlsx => Sheet::Xlsx(Box::new(XlsxFile::create(path, name, headings)?)),
        })
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        match self {
            Sheet::Csv(file) => file.row(cells),
            Sheet::Xlsx(file) => file.row(cells),
        }
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(self) -> Result<()> {
        match self {
            Sheet::Csv(file) => file.finish(),
            Sheet::Xlsx(file) => file.finish(),
        }
    }
}

/// A cell that a spreadsheet would compute is made a text: an apostrophe before it.
pub fn inert(cell: &str) -> String {
    let first = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}', '\u{feff}']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|' | '%') => {
            format!("'{cell}")
        }
        _ => cell.to_owned(),
    }
}

/// UTF-8 with its mark: without it Excel in Chinese Windows takes it for GBK.
pub struct CsvFile(csv::Writer<BufWriter<File>>);

impl CsvFile {
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> Result<CsvFile> {
        let mut file = BufWriter::new(File::create(path).context("creating the file")?);
        file.write_all(b"\xef\xbb\xbf")?;
        Ok(CsvFile(
            csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(file),
        ))
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| inert(cell.as_ref()))).context("writing a row")
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self) -> Result<()> {
        self.0.flush().context("writing the file")
    }
}

/// Rows go to disk as they come, beside the file; memory does not grow with them.
pub struct XlsxFile {
    book: Workbook,
    path: PathBuf,
    row: u32,
}

impl XlsxFile {
    /// # Errors
    /// When the file cannot be begun.
    pub fn create<S: AsRef<str>>(path: &Path, name: &str, headings: &[S]) -> Result<XlsxFile> {
        let mut book = Workbook::new();
        // Personal data does not stand in a folder that everybody reads, not even for a moment.
        book.set_tempdir(path.parent().unwrap_or(Path::new(".")))?;
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        let bold = Format::new().set_bold();
        sheet.set_freeze_panes(1, 0)?;
        for (column, heading) in (0..).zip(headings) {
            sheet.write_string_with_format(0, column, inert(heading.as_ref()), &bold)?;
        }
        Ok(XlsxFile { book, path: path.to_owned(), row: 0 })
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        self.row += 1;
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, cell) in (0..).zip(cells) {
            // A text is a text here; the apostrophe is for whoever saves it as CSV. A cell holds 32,767 characters.
            let text: String = inert(cell.as_ref()).chars().take(32_000).collect();
            sheet.write_string(self.row, column, text)?;
        }
        Ok(())
    }
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self) -> Result<()> {
        self.book.save(&self.path).context("writing the file")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u{feff}=1", "＝1", "|cmd", "%0A"] {
            assert_eq!(inert(cell), format!("'{cell}"));
        }
        for cell in ["王芳", "33-1", "", "'=1", "a=1"] {
            assert_eq!(inert(cell), cell);
        }
    }

    #[test]
    fn what_is_written_is_read_again_as_text() {
        let dir = tempfile::tempdir().expect("a folder");
        let (csv, xlsx) = (dir.path().join("a.csv"), dir.path().join("a.xlsx"));
        for (kind, path) in [(FileKind::Csv, &csv), (FileKind::Xlsx, &xlsx)] {
            let mut file = Sheet::create(kind, path, "客户", &["户名"]).expect("created");
            file.row(&["=1+1"]).expect("a row");
            file.finish().expect("written");
        }
        assert_eq!(
            std::fs::read_dir(dir.path()).expect("the folder").count(),
            2,
            "nothing is left beside them"
        );
        for path in [csv, xlsx] {
            let mut rows = Vec::new();
            crate::open(&path, &mut |row, cells| {
                rows.push((row, cells.join("|")));
                Ok(true)
            })
            .expect("read");
            assert_eq!(rows, [(1, "户名".to_owned()), (2, "'=1+1".to_owned())]);
        }
    }
}
