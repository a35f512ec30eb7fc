//! K19 to K29 (domain reference 2.2) from what was counted. A share of nothing is no share, never 0 or 100 %.

use std::collections::BTreeMap;

use callbacks::rules::Settings;
pub use callbacks::rules::figures::Rate;
use callbacks::rules::figures::{self as asked, Group};
use deadlines::{Clock, Step};
use interactions::rules::{Tree, Words};
use interactions::store::figures::Contacts;
use promises::rules::word;
use promises::store::report::Count;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::store::figures::{self as orders, Counts};

/// What the lines of the table stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Unit,
    Kind,
    Area,
}

impl By {
    pub fn orders(self) -> orders::By {
        match self {
            By::Unit => orders::By::Unit,
            By::Kind => orders::By::Kind,
            By::Area => orders::By::Area,
        }
    }
    fn asked(self) -> asked::By {
        match self {
            By::Unit => asked::By::Unit,
            By::Kind => asked::By::Kind,
            By::Area => asked::By::Area,
        }
    }
}

/// The figures of one line; those that are not told apart by what the line stands for are absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// 直接答复率
    pub k19: Option<Rate>,
    /// 一次解决率
    pub k20: Option<Rate>,
    /// 重复来电率
    pub k21: Option<Rate>,
    /// 工单及时率
    pub k22: Option<Rate>,
    /// 派单及时率
    pub k23_dispatch: Option<Rate>,
    /// 到场及时率
    pub k23_arrive: Option<Rate>,
    /// 退单率
    pub k24: Option<Rate>,
    /// 催办率
    pub k25: Option<Rate>,
    /// 回访率
    pub k26: Option<Rate>,
    /// 回访成功率
    pub k27: Option<Rate>,
    /// 满意率
    pub k28: Option<Rate>,
    /// 参评率
    pub k29: Option<Rate>,
}

impl Figures {
    /// By the word of each, in their order.
    pub fn each(&self) -> [(&'static str, Option<Rate>); 12] {
        let Figures { k19, k20, k21, k22, k23_dispatch, k23_arrive, k24, k25, k26, k27, k28, k29 } = *self;
        [
            ("k19", k19),
            ("k20", k20),
            ("k21", k21),
            ("k22", k22),
            ("k23_dispatch", k23_dispatch),
            ("k23_arrive", k23_arrive),
            ("k24", k24),
            ("k25", k25),
            ("k26", k26),
            ("k27", k27),
            ("k28", k28),
            ("k29", k29),
        ]
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Line {
    /// A unit's id, a kind, an area; absent where there is none.
    pub key: Option<String>,
    #[serde(flatten)]
    pub figures: Figures,
}

/// The contacts about one class of reasons.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClassLine {
    /// The code of the class.
    pub code: String,
    pub title: Words,
    pub k19: Rate,
    pub k20: Rate,
    pub k21: Rate,
}

/// What the rooms below have counted of a period.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// By reason.
    pub contacts: Vec<(String, Contacts)>,
    pub orders: Vec<(Option<String>, Counts)>,
    pub promises: Vec<Count>,
    pub asked: Vec<Group>,
}

/// The whole page.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Table {
    pub total: Figures,
    pub lines: Vec<Line>,
    /// What customers called about: contacts belong to no unit and no area.
    pub classes: Vec<ClassLine>,
}

pub fn table(counted: &Counted, by: By, tree: &Tree, settings: &Settings) -> Table {
    let mut lines: BTreeMap<Option<String>, Figures> = BTreeMap::new();
    for (key, counts) in &counted.orders {
        of_orders(lines.entry(key.clone()).or_default(), *counts);
    }
    for (key, figures) in asked::lines(&counted.asked, by.asked(), settings) {
        of_asked(lines.entry(key).or_default(), figures);
    }
    let key = |count: &Count| match by {
        By::Unit => count.unit.map(|unit| unit.to_string()),
        By::Kind => count.kind.as_ref().map(word),
        By::Area => Some(count.area.clone()).filter(|area| !area.is_empty()),
    };
    let mut promises: BTreeMap<Option<String>, Vec<&Count>> = BTreeMap::new();
    for count in counted.promises.iter().filter(|count| is_k23(count)) {
        promises.entry(key(count)).or_default().push(count);
    }
    for (key, of) in promises {
        of_promises(lines.entry(key).or_default(), of.into_iter());
    }
    let mut total = Figures::default();
    of_contacts(&mut total, counted.contacts.iter().map(|(_, contacts)| *contacts).sum());
    of_orders(&mut total, counted.orders.iter().map(|(_, counts)| *counts).sum());
    of_promises(&mut total, counted.promises.iter());
    of_asked(&mut total, asked::figures(counted.asked.iter(), settings));
    let lines = lines.into_iter().map(|(key, figures)| Line { key, figures }).collect();
    Table { total, lines, classes: classes(&counted.contacts, tree) }
}

fn of_contacts(figures: &mut Figures, contacts: Contacts) {
    figures.k19 = Some(Rate::new(contacts.direct, contacts.contacts));
    figures.k20 = Some(Rate::new(contacts.solved, contacts.contacts));
    figures.k21 = Some(Rate::new(contacts.repeated, contacts.contacts));
}

fn of_orders(figures: &mut Figures, counts: Counts) {
    figures.k22 = Some(Rate::new(counts.on_time, counts.on_time + counts.late + counts.overdue));
    figures.k24 = Some(Rate::new(counts.returned, counts.dispatched));
    figures.k25 = Some(Rate::new(counts.urged, counts.accepted));
}

fn of_asked(figures: &mut Figures, asked: asked::Figures) {
    (figures.k26, figures.k27) = (Some(asked.k26), Some(asked.k27));
    (figures.k28, figures.k29) = (Some(asked.k28), Some(asked.k29));
}

/// Sending an order to a unit is the centre's affair; when somebody is on site was promised to the customer.
const K23: [(Step, Clock); 2] = [(Step::Dispatch, Clock::Unit), (Step::Arrive, Clock::Customer)];

fn is_k23(count: &Count) -> bool {
    K23.contains(&(count.step, count.clock))
}

fn of_promises<'a>(figures: &mut Figures, counts: impl Iterator<Item = &'a Count> + Clone) {
    let rate = |which: (Step, Clock)| {
        let of = counts.clone().filter(|count| (count.step, count.clock) == which);
        let (kept, due) = of.fold((0, 0), |(kept, due), count| {
            (kept + count.kept, due + count.kept + count.broken + count.overdue)
        });
        Some(Rate::new(kept, due))
    };
    (figures.k23_dispatch, figures.k23_arrive) = (rate(K23[0]), rate(K23[1]));
}

fn classes(contacts: &[(String, Contacts)], tree: &Tree) -> Vec<ClassLine> {
    let mut classes: BTreeMap<&str, Vec<Contacts>> = BTreeMap::new();
    for (reason, counted) in contacts {
        let class = tree.path(reason).first().map_or(reason.as_str(), |class| class.code.as_str());
        classes.entry(class).or_default().push(*counted);
    }
    let line = |(code, counted): (&str, Vec<Contacts>)| {
        let sum: Contacts = counted.into_iter().sum();
        let mut figures = Figures::default();
        of_contacts(&mut figures, sum);
        let title = tree.path(code).first().map(|class| class.title.clone()).unwrap_or_default();
        let rate = |rate: Option<Rate>| rate.unwrap_or_default();
        ClassLine {
            code: code.to_owned(),
            title,
            k19: rate(figures.k19),
            k20: rate(figures.k20),
            k21: rate(figures.k21),
        }
    };
    classes.into_iter().map(line).collect()
}
