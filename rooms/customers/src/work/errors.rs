//! Rows that could not be taken: all in a file, the first few for the page.

use std::path::Path;

use anyhow::Result;
use sheets::CsvFile;

use crate::rules::columns::{Problem, Why};
use crate::rules::job::Wrong;

/// Shown on the page; who needs more fetches the file.
const SHOWN: usize = 30;

pub struct Errors {
    file: CsvFile,
    pub first: Vec<Wrong>,
    pub many: u64,
}

impl Errors {
    pub fn create(path: &Path) -> Result<Errors> {
        let mut file = CsvFile::create(path)?;
        file.row(&["行号 row", "列 column", "原因 reason", "内容 value", "怎么办 what to do"])?;
        Ok(Errors { file, first: Vec::new(), many: 0 })
    }

    pub fn add(&mut self, row: usize, problem: Problem) -> Result<()> {
        let (why, todo) = told(problem.why);
        self.file.row(&[&row.to_string(), problem.column.as_str(), why, &problem.value, todo])?;
        self.many += 1;
        if self.first.len() < SHOWN {
            self.first.push(Wrong { row, problem });
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Vec<Wrong>> {
        self.file.finish()?;
        Ok(self.first)
    }
}

/// For the error file, which is read in a spreadsheet and has both languages.
fn told(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::Missing => ("缺少 missing", "补上这一格 fill the cell"),
        Why::TooLong => ("太长 too long", "缩短 make it shorter"),
        Why::NotANumber => (
            "不是电话号码 not a telephone number",
            "3 到 20 位数字，固定电话带区号 3 to 20 digits, landlines with area code",
        ),
        Why::NotAnAccount => (
            "编号不对 not a number of ours",
            "4 到 32 位字母、数字或连字符 4 to 32 letters, digits or hyphens",
        ),
        Why::UnknownWord => (
            "不认识的词 unknown word",
            "类别写居民、商业、工业、CNG，设备写变电站、线路、配变、调压站、管段、立管、前端、光节点、放大器 write one of these",
        ),
        Why::NotAYear => ("不是年份 not a year", "写四位年份 write four digits"),
        Why::Unreadable => {
            ("有读不出的字符 unreadable characters", "改正，另存为 UTF-8 再传 mend it, save as UTF-8")
        }
        Why::Twice => ("上面已有 it stands above", "只留一行 keep one row"),
        Why::UnknownAccount => (
            "没有这个户号，或已销户 no such account",
            "核对户号，或先导入客户 check it, or bring the customer in first",
        ),
        Why::UnknownElement => (
            "没有这个设备 no such element",
            "核对编号，或先导入这个设备；上级也要在表里或已在系统里 check the code, or bring it in first",
        ),
        Why::DoesNotFit => (
            "上级类型不对 it does not hang below such a part",
            "变电站→线路→配变，调压站→管段→立管，前端→光节点→放大器 mind this order",
        ),
        Why::Circle => ("上级绕回自己 it would supply itself", "改正上级编号 correct the code above"),
        Why::Retired => {
            ("设备已停用 out of service", "换成在用的设备，或先恢复使用 name another, or restore it first")
        }
        Why::OtherKind => (
            "编号已是另一类设备 the code is another kind of part",
            "核对编号和类型；系统里的类型见内容 check code and kind",
        ),
        Why::OtherUtility => (
            "户号和设备不是同一业务 the account has another utility",
            "电、气、有线的户挂在各自的网上 each below its own network",
        ),
    }
}
