//! The demo utility's customers, invented from a seed. No name, address or number is anybody's: given names and places are
//! put together from syllables, numbers lie where nobody has one.

use fastrand::Rng;
use kernel::PhoneNumber;

use super::address::Parts;
use super::bulk::{BulkMeter, Record};
use super::{Class, FlagKind, Kind, Utility};

/// 157,474 residential, 50 industrial, 380 commercial, 1,902 vehicles.
pub const CUSTOMERS: u64 = 159_806;
/// Accounts are numbered from here.
pub const FIRST_ACCOUNT: u64 = 3_300_000_001;
const INDUSTRIAL: u64 = 50;
const COMMERCIAL: u64 = 380;
const CNG: u64 = 1_902;

const FAMILY: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余",
    "潘", "杜", "戴", "夏", "钟", "汪", "田", "任", "姜", "范", "方", "石", "欧阳", "上官", "单",
];
const GIVEN: &[&str] = &[
    "安", "柏", "辰", "澄", "丹", "帆", "芳", "枫", "涵", "昊", "河", "荷", "恒", "虹", "华", "嘉", "建",
    "江", "洁", "静", "军", "岚", "兰", "磊", "莉", "丽", "林", "玲", "梅", "敏", "明", "宁", "平", "琪",
    "强", "勤", "清", "晴", "荣", "锐", "森", "珊", "松", "涛", "婷", "薇", "文", "溪", "霞", "晓", "欣",
    "雪", "燕", "洋", "怡", "英", "勇", "雨", "玉", "远", "云", "志", "竹",
];
const AREAS: &[&str] = &["青岚区", "临溪区", "云麓区", "石渡县"];
const PLACE: &[&str] = &[
    "松涛", "晓月", "鹤鸣", "芦荻", "丹枫", "白鹭", "听泉", "竹影", "栖云", "枕流", "映雪", "拂柳", "观澜",
    "望舒", "采薇", "揽翠", "凝露", "知秋", "漱玉", "扶摇",
];
const ROAD: &[&str] = &["路", "街", "大道", "巷"];
const COMMUNITY: &[&str] = &["里", "苑", "园", "家园", "新村", "花园", "小区", "坊"];
const TRADE: &[&str] = &["酒楼", "宾馆", "学校", "医院", "浴场", "食品店", "超市", "幼儿园"];
const WORKS: &[&str] = &["机械厂", "陶瓷厂", "玻璃厂", "食品厂", "铸造厂", "印染厂"];
const METERS: &[&str] = &["IC卡表 G2.5", "物联网表 G2.5", "膜式表 G2.5", "IC卡表 G4"];

/// The mobile number of the `nth` customer. No operator has numbers that begin with 154, so none of these can ring.
pub fn number(nth: u64) -> PhoneNumber {
    // Odd and no multiple of 5: different customers have different numbers.
    let spread = (nth.wrapping_mul(7_654_321).wrapping_add(12_345_678)) % 100_000_000;
    known(&format!("154{spread:08}"))
}

/// The number of a caller who is nobody's customer.
pub fn stranger(nth: u64) -> PhoneNumber {
    number(50_000_000 + nth % 1_000_000)
}

/// How many of `total` belong to a class, in the shares of the utility that S004 describes.
pub fn share(class: Class, total: u64) -> u64 {
    let of = |part: u64| (total * part + CUSTOMERS / 2) / CUSTOMERS;
    match class {
        Class::Industrial => of(INDUSTRIAL),
        Class::Commercial => of(COMMERCIAL),
        Class::Cng => of(CNG),
        Class::Residential => total - of(INDUSTRIAL) - of(COMMERCIAL) - of(CNG),
    }
}

/// The `nth` of `total` customers; the same for the same seed, whichever were made before.
pub fn customer(seed: u64, nth: u64, total: u64) -> Record {
    let mut rng = Rng::with_seed(seed ^ nth.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (industrial, commercial) = (share(Class::Industrial, total), share(Class::Commercial, total));
    let class = match nth {
        nth if nth < industrial => Class::Industrial,
        nth if nth < industrial + commercial => Class::Commercial,
        nth if nth < industrial + commercial + share(Class::Cng, total) => Class::Cng,
        _ => Class::Residential,
    };
    let kind = match class {
        Class::Industrial | Class::Commercial => Kind::Organisation,
        Class::Residential | Class::Cng => Kind::Person,
    };
    let mut numbers = vec![number(nth)];
    // Some live with relatives, or let a flat: two records name the same number.
    if class == Class::Residential && nth.is_multiple_of(40) {
        numbers.push(number(nth + 1));
    }
    if kind == Kind::Organisation {
        // 0199 is nobody's area.
        numbers.insert(0, known(&format!("0199{:07}", 2_000_000 + nth % 1_000_000)));
    }
    let parts = home(&mut rng, class, nth);
    let name = match kind {
        Kind::Person => person(&mut rng),
        Kind::Organisation => {
            let words = if class == Class::Industrial { WORKS } else { TRADE };
            format!("{}{}{}", pick(&mut rng, PLACE), pick(&mut rng, PLACE), pick(&mut rng, words))
        }
    };
    let installed = i64::from(rng.u16(2010..=2026));
    let meter = (class != Class::Cng).then(|| BulkMeter {
        number: format!("G{:02}{:07}", installed % 100, nth + 1),
        kind: match class {
            Class::Residential => pick(&mut rng, METERS).to_owned(),
            Class::Commercial => format!("罗茨表 G{}", [16, 25, 40][rng.usize(..3)]),
            Class::Industrial | Class::Cng => format!("涡轮表 G{}", [100, 160, 250][rng.usize(..3)]),
        },
        installed_year: Some(installed),
    });
    Record {
        kind,
        name,
        numbers,
        account: (FIRST_ACCOUNT + nth).to_string(),
        utility: Utility::Gas,
        class,
        address: parts.text(),
        parts,
        opened_year: Some(installed - i64::from(rng.u8(..5))),
        meter,
        flags: flags(&mut rng, class),
    }
}

fn flags(rng: &mut Rng, class: Class) -> Vec<(FlagKind, String)> {
    let mut flags = Vec::new();
    let mut maybe = |per_mille: u32, flag: FlagKind, reason: &str| {
        if rng.u32(..1_000) < per_mille {
            flags.push((flag, reason.to_owned()));
        }
    };
    match class {
        Class::Industrial => maybe(400, FlagKind::Important, "连续生产，停气须提前协商"),
        Class::Commercial => maybe(60, FlagKind::Important, "公共服务单位"),
        Class::Residential => {
            maybe(25, FlagKind::Elderly, "独居，听力不好");
            maybe(1, FlagKind::LifeSupport, "家有生命支持设备");
        }
        Class::Cng => {}
    }
    maybe(8, FlagKind::Danger, "曾发生接头漏气，已整改");
    flags.sort_by_key(|(flag, _)| *flag);
    flags
}

fn home(rng: &mut Rng, class: Class, nth: u64) -> Parts {
    let area = pick(rng, AREAS).to_owned();
    let road = format!("{}{}{}号", pick(rng, PLACE), pick(rng, ROAD), rng.u16(1..400));
    match class {
        Class::Residential => Parts {
            area,
            road,
            community: format!("{}{}", pick(rng, PLACE), pick(rng, COMMUNITY)),
            building: rng.u8(1..=40).to_string(),
            unit: rng.u8(1..=4).to_string(),
            room: format!("{}{:02}", rng.u8(1..=33), rng.u8(1..=4)),
        },
        Class::Cng => {
            Parts { area, road, community: format!("{}加气站", pick(rng, PLACE)), ..Parts::default() }
        }
        Class::Commercial | Class::Industrial => Parts {
            area,
            road,
            community: format!("{}园区{}号院", pick(rng, PLACE), nth + 1),
            ..Parts::default()
        },
    }
}

fn person(rng: &mut Rng) -> String {
    let mut name = pick(rng, FAMILY).to_owned();
    name.push_str(pick(rng, GIVEN));
    if rng.u8(..10) < 7 {
        name.push_str(pick(rng, GIVEN));
    }
    name
}

fn pick(rng: &mut Rng, of: &[&'static str]) -> &'static str {
    of.get(rng.usize(..of.len().max(1))).copied().unwrap_or_default()
}

/// Ours, so it is one.
fn known(text: &str) -> PhoneNumber {
    text.parse().unwrap_or_else(|bad| panic!("an invented number: {bad}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_classes_are_those_of_the_utility() {
        let shares = |total| Class::ALL.iter().map(|class| share(*class, total)).collect::<Vec<_>>();
        assert_eq!(shares(CUSTOMERS), [157_474, 380, 50, 1_902]);
        assert_eq!(shares(1_200_000), [1_182_490, 2_853, 375, 14_282]);
        let industrial =
            (0..100).filter(|nth| customer(1, *nth, CUSTOMERS).class == Class::Industrial).count();
        assert_eq!(industrial, 50);
    }

    #[test]
    fn the_same_seed_makes_the_same_customer() {
        assert_eq!(customer(7, 5_000, CUSTOMERS), customer(7, 5_000, CUSTOMERS));
        assert_ne!(customer(7, 5_000, CUSTOMERS), customer(8, 5_000, CUSTOMERS));
        let numbers: BTreeSet<_> = (0..20_000).map(number).collect();
        assert_eq!(numbers.len(), 20_000, "numbers are everybody's own");
        assert!(numbers.iter().all(|number| number.is_mobile() && number.as_str().starts_with("154")));
    }

    #[test]
    fn an_address_comes_apart_as_it_was_made() {
        for nth in [3_000, 40_000, 159_805] {
            let made = customer(7, nth, CUSTOMERS);
            assert_eq!(crate::rules::address::take_apart(&made.address), made.parts, "{}", made.address);
        }
    }
}
