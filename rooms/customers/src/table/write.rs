//! Writes CSV and XLSX in which no cell is ever a formula.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use rust_xlsxwriter::{Format, Workbook};

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
    pub fn create(path: &Path) -> Result<CsvFile> {
        let mut file = BufWriter::new(File::create(path).context("creating the file")?);
        file.write_all(b"\xef\xbb\xbf")?;
        Ok(CsvFile(
            csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(file),
        ))
    }
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        self.0.write_record(cells.iter().map(|cell| inert(cell.as_ref()))).context("writing a row")
    }
    pub fn finish(mut self) -> Result<()> {
        self.0.flush().context("writing the file")
    }
}

/// Rows go to disk as they come; memory does not grow with them.
pub struct XlsxFile {
    book: Workbook,
    row: u32,
}

impl XlsxFile {
    pub fn create(name: &str, headings: &[String]) -> Result<XlsxFile> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        let bold = Format::new().set_bold();
        sheet.set_freeze_panes(1, 0)?;
        for (column, heading) in (0..).zip(headings) {
            sheet.write_string_with_format(0, column, inert(heading), &bold)?;
        }
        Ok(XlsxFile { book, row: 0 })
    }
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        self.row += 1;
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, cell) in (0..).zip(cells) {
            // A text is a text here; the apostrophe is for whoever saves it as CSV.
            sheet.write_string(self.row, column, inert(cell.as_ref()))?;
        }
        Ok(())
    }
    pub fn save(mut self, path: &Path) -> Result<()> {
        self.book.save(path).context("writing the file")
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
        let mut one = CsvFile::create(&csv).expect("created");
        one.row(&["户名"]).expect("a row");
        one.row(&["=1+1"]).expect("a row");
        one.finish().expect("written");
        let mut two = XlsxFile::create("客户", &["户名".to_owned()]).expect("created");
        two.row(&["=1+1"]).expect("a row");
        two.save(&xlsx).expect("written");
        for path in [csv, xlsx] {
            let mut rows = Vec::new();
            super::super::open(&path, &mut |row, cells| {
                rows.push((row, cells.join("|")));
                Ok(true)
            })
            .expect("read");
            assert_eq!(rows, [(1, "户名".to_owned()), (2, "'=1+1".to_owned())]);
        }
    }
}
