//! A row of somebody's table becomes a customer: which column is what, and what is wrong with a row. Pure.

use kernel::PhoneNumber;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::{Parts, whole};
use super::bulk::{BulkMeter, Record};
use super::{Class, Kind, NAME_MAX, Refusal, Utility, label_number, line, needed, optional, words, year};

words! {
    /// What a column can be.
    Column {
        Account = "account",
        Name = "name",
        Number = "number",
        /// A further number.
        OtherNumber = "other_number",
        Address = "address",
        Area = "area",
        Road = "road",
        Community = "community",
        Building = "building",
        Unit = "unit",
        Room = "room",
        Class = "class",
        Utility = "utility",
        Kind = "kind",
        Meter = "meter",
        MeterKind = "meter_kind",
        InstalledYear = "installed_year",
        OpenedYear = "opened_year",
        /// The code of a part of the network.
        Element = "element",
        ElementName = "element_name",
        ElementKind = "element_kind",
        /// The code of what supplies it.
        Parent = "parent",
    }
}

/// Words that headings contain; the longer ones first, since `表号` is no `号`.
const HEADINGS: &[(Column, &[&str])] = &[
    (Column::MeterKind, &["表具类型", "表型", "表类型", "表类", "meterkind", "metertype"]),
    (Column::InstalledYear, &["装表年", "安装年", "表具年份", "安装日期", "installed"]),
    (Column::OpenedYear, &["开户年", "开户日期", "立户", "opened"]),
    (Column::Meter, &["表号", "表具编号", "表具号", "表编号", "电表", "气表", "meter"]),
    (Column::Account, &["户号", "客户编号", "用户编号", "客户号", "用户号", "account", "customerno"]),
    (Column::Kind, &["客户性质", "单位个人", "customerkind", "kind"]),
    (
        Column::Class,
        &[
            "用户类别",
            "客户类别",
            "用气性质",
            "用电性质",
            "用户类型",
            "客户类型",
            "类别",
            "class",
            "category",
        ],
    ),
    (Column::Utility, &["业务", "能源", "utility"]),
    (Column::OtherNumber, &["备用电话", "其他电话", "第二电话", "电话2", "手机2", "phone2", "otherphone"]),
    (Column::Number, &["手机", "电话", "联系方式", "phone", "mobile", "tel"]),
    (Column::Name, &["户名", "姓名", "客户名称", "用户名称", "名称", "name"]),
    (Column::Area, &["行政区", "区县", "district", "area"]),
    (Column::Road, &["道路", "街道", "路名", "road", "street"]),
    (Column::Community, &["小区", "社区", "community"]),
    (Column::Building, &["楼栋", "栋", "幢", "building"]),
    (Column::Unit, &["单元", "unit"]),
    (Column::Room, &["房号", "室号", "室", "room"]),
    (Column::Address, &["地址", "address"]),
];

/// What the headings seem to say; each column is guessed once.
pub fn guess(headings: &[String]) -> Vec<Option<Column>> {
    guess_from(HEADINGS, headings)
}

/// The same by other words.
pub fn guess_from(words: &[(Column, &[&str])], headings: &[String]) -> Vec<Option<Column>> {
    let mut taken = Vec::new();
    headings
        .iter()
        .map(|heading| {
            let heading: String =
                line(heading).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
            let fits = |(column, words): &&(Column, &[&str])| {
                !taken.contains(column) && words.iter().any(|word| heading.contains(word))
            };
            let column = words.iter().find(fits).map(|(column, _)| *column);
            taken.extend(column);
            column
        })
        .collect()
}

/// Whether customers can be made of these columns.
pub fn check(columns: &[Option<Column>]) -> Result<(), Refusal> {
    let has = |column| columns.contains(&Some(column));
    if !has(Column::Account) {
        return Err(Refusal::ColumnMissing { column: "account" });
    }
    if !has(Column::Name) {
        return Err(Refusal::ColumnMissing { column: "name" });
    }
    if !has(Column::Address) && !has(Column::Road) && !has(Column::Community) {
        return Err(Refusal::ColumnMissing { column: "address" });
    }
    Ok(())
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    pub column: Column,
    pub why: Why,
    /// As it stands in the file, shortened.
    pub value: String,
}

words! {
    Why {
        Missing = "missing",
        TooLong = "too_long",
        NotANumber = "not_a_number",
        NotAnAccount = "not_an_account",
        UnknownWord = "unknown_word",
        NotAYear = "not_a_year",
        /// The file has bytes that are no letters in its encoding.
        Unreadable = "unreadable",
        /// The same account or code stands above.
        Twice = "twice",
        UnknownAccount = "unknown_account",
        UnknownElement = "unknown_element",
        /// Such a part does not hang below such another.
        DoesNotFit = "does_not_fit",
        /// It would supply itself.
        Circle = "circle",
        /// Out of service.
        Retired = "retired",
        /// The code is known as something else.
        OtherKind = "other_kind",
        /// The account is supplied with something else.
        OtherUtility = "other_utility",
    }
}

/// The customer in a row.
pub fn record(columns: &[Option<Column>], cells: &[String]) -> Result<Record, Problem> {
    let text = |column: Column| {
        let at = columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| cells.get(at)).map(|cell| line(cell)).unwrap_or_default()
    };
    let wrong =
        |column: Column, why: Why| Problem { column, why, value: text(column).chars().take(40).collect() };
    let broken = columns
        .iter()
        .zip(cells)
        .find_map(|(column, cell)| column.filter(|_| cell.contains(char::REPLACEMENT_CHARACTER)));
    if let Some(column) = broken {
        return Err(wrong(column, Why::Unreadable));
    }
    let account = text(Column::Account);
    if account.is_empty() {
        return Err(wrong(Column::Account, Why::Missing));
    }
    let account = label_number("account", &account).map_err(|_| wrong(Column::Account, Why::NotAnAccount))?;
    let name = text(Column::Name);
    if name.is_empty() {
        return Err(wrong(Column::Name, Why::Missing));
    }
    let name = needed("name", &name, NAME_MAX).map_err(|_| wrong(Column::Name, Why::TooLong))?;
    let mut numbers: Vec<PhoneNumber> = Vec::new();
    for column in [Column::Number, Column::OtherNumber] {
        // Several in one cell, as tables have it.
        let cell = text(column);
        for one in cell.split([',', '，', ';', '；', '、', '/']).map(str::trim).filter(|one| !one.is_empty())
        {
            let number = one.parse().map_err(|_| wrong(column, Why::NotANumber))?;
            if !numbers.contains(&number) && numbers.len() < 5 {
                numbers.push(number);
            }
        }
    }
    let parts = Parts {
        area: text(Column::Area),
        road: text(Column::Road),
        community: text(Column::Community),
        building: text(Column::Building),
        unit: text(Column::Unit),
        room: text(Column::Room),
    };
    let (address, parts) = whole(&text(Column::Address), &parts).map_err(|_| {
        let empty = text(Column::Address).is_empty();
        wrong(Column::Address, if empty { Why::Missing } else { Why::TooLong })
    })?;
    let class = match text(Column::Class).as_str() {
        "" => Class::Residential,
        word => class(word).ok_or_else(|| wrong(Column::Class, Why::UnknownWord))?,
    };
    let utility = match text(Column::Utility).as_str() {
        "" => Utility::Gas,
        word => utility(word).ok_or_else(|| wrong(Column::Utility, Why::UnknownWord))?,
    };
    let kind = match text(Column::Kind).to_lowercase().as_str() {
        "" if matches!(class, Class::Industrial | Class::Commercial) => Kind::Organisation,
        "" => Kind::Person,
        word if ["个人", "自然人", "person"].contains(&word) => Kind::Person,
        word if ["单位", "企业", "法人", "organisation", "organization", "company"].contains(&word) => {
            Kind::Organisation
        }
        _ => return Err(wrong(Column::Kind, Why::UnknownWord)),
    };
    let year_of = |column: Column| {
        let cell = text(column);
        // `2017`, `2017-05-01`, `2017年`, `42856` of a spreadsheet is not guessed.
        let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
        match (cell.is_empty(), digits.len()) {
            (true, _) => Ok(None),
            (false, 4) => year("year", digits.parse().ok()).map_err(|_| wrong(column, Why::NotAYear)),
            _ => Err(wrong(column, Why::NotAYear)),
        }
    };
    let meter = text(Column::Meter);
    let meter = if meter.is_empty() {
        None
    } else {
        Some(BulkMeter {
            number: label_number("meter", &meter).map_err(|_| wrong(Column::Meter, Why::NotAnAccount))?,
            kind: optional("meter_kind", &text(Column::MeterKind), 40)
                .map_err(|_| wrong(Column::MeterKind, Why::TooLong))?,
            installed_year: year_of(Column::InstalledYear)?,
        })
    };
    let opened_year = year_of(Column::OpenedYear)?;
    Ok(Record {
        kind,
        name,
        numbers,
        account,
        utility,
        class,
        address,
        parts,
        opened_year,
        meter,
        flags: Vec::new(),
    })
}

fn class(word: &str) -> Option<Class> {
    let word = word.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|one| word.contains(one));
    match () {
        () if has(&["cng", "车用", "加气"]) => Some(Class::Cng),
        () if has(&["居民", "民用", "住宅", "residential", "household"]) && !word.contains('非') => {
            Some(Class::Residential)
        }
        () if has(&["工业", "industrial"]) => Some(Class::Industrial),
        () if has(&["商业", "公福", "公服", "非居民", "commercial", "business"]) => {
            Some(Class::Commercial)
        }
        () => None,
    }
}

fn utility(word: &str) -> Option<Utility> {
    let word = word.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|one| word.contains(one));
    match () {
        () if has(&["气", "gas"]) => Some(Utility::Gas),
        () if has(&["视", "cable"]) => Some(Utility::Cable),
        () if has(&["电", "power", "electric"]) => Some(Utility::Power),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn headings_are_guessed_in_chinese_and_english() {
        let shown = |headings: &[&str]| {
            let guessed = guess(&texts(headings));
            guessed.iter().map(|column| column.map_or("-", Column::as_str)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            shown(&[
                "序号",
                "用户编号",
                "户名",
                "联系电话",
                "备用电话",
                "用气地址",
                "用户类别",
                "表具编号",
                "表型"
            ]),
            "- account name number other_number address class meter meter_kind"
        );
        assert_eq!(
            shown(&["Account No.", "Name", "Mobile", "Address", "Meter"]),
            "account name number address meter"
        );
        assert_eq!(shown(&["地址", "地址"]), "address -");
        assert_eq!(
            check(&guess(&texts(&["户名", "地址"]))),
            Err(Refusal::ColumnMissing { column: "account" })
        );
    }

    #[test]
    fn a_row_is_a_customer_or_says_what_is_wrong() {
        let columns = guess(&texts(&["户号", "户名", "电话", "地址", "类别", "表号", "安装年"]));
        let row = |cells: &[&str]| {
            record(&columns, &texts(cells))
                .map_err(|p| format!("{} {} {}", p.column.as_str(), p.why.as_str(), p.value))
        };
        let good = row(&[
            "33000001",
            " 王芳 ",
            "154 0000 0001、15400000002",
            "青岚区松涛路1号",
            "民用",
            "G17001",
            "2017-05-01",
        ])
        .expect("a customer");
        assert_eq!((good.name.as_str(), good.numbers.len(), good.class), ("王芳", 2, Class::Residential));
        assert_eq!(good.meter.expect("a meter").installed_year, Some(2017));
        assert_eq!(row(&["", "王芳", "", "地址"]), Err("account missing ".into()));
        assert_eq!(row(&["=1+1", "王芳", "", "地址"]), Err("account not_an_account =1+1".into()));
        assert_eq!(row(&["33000001", "王芳", "无", "地址"]), Err("number not_a_number 无".into()));
        assert_eq!(row(&["33000001", "王芳", "", "地址", "外星"]), Err("class unknown_word 外星".into()));
        assert_eq!(row(&["33000001", "王芳"]), Err("address missing ".into()));
        assert_eq!(row(&["33000001", "\u{202e}\u{200b}", "", "地址"]), Err("name missing ".into()));
        let formula = row(&["33000001", "=cmd|' /C calc'!A0", "", "地址"])
            .expect("a name is a text, whatever it looks like");
        assert_eq!(formula.name, "=cmd|' /C calc'!A0");
    }
}
