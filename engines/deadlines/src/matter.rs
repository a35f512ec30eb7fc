//! What a promise is about: the kind of matter, what makes it special, where it is, and the step that is owed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The eight kinds of work order (domain reference 3.1). Urging is an act upon one of them, not a kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 故障报修
    Fault,
    /// 业务咨询
    Enquiry,
    /// 投诉
    Complaint,
    /// 举报
    Report,
    /// 意见
    Opinion,
    /// 建议
    Suggestion,
    /// 表扬
    Praise,
    /// 服务申请
    Request,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Fault,
        Kind::Enquiry,
        Kind::Complaint,
        Kind::Report,
        Kind::Opinion,
        Kind::Suggestion,
        Kind::Praise,
        Kind::Request,
    ];
}

/// How far away the place is (站点类别). Where it is not known take `Urban`, which has the shortest limits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    /// 城区
    Urban,
    /// 农村
    Rural,
    /// 特殊边远
    Remote,
}

/// What somebody has been promised will be done, or must do inside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The order is sent to the unit (派单).
    Dispatch,
    /// The unit takes the order (接单); a 12345 ticket is signed for (签收).
    Take,
    /// The crew is on its way.
    Leave,
    /// Somebody is on site (到场).
    Arrive,
    /// The crew has written down when it arrived.
    EnterArrival,
    /// The crew says until when it will take.
    Estimate,
    /// Supply is there again, or the thing applied for is done.
    Finish,
    /// The unit has written the result (回单).
    EnterResult,
    /// The result has been read and approved (审核).
    Review,
    /// The customer has been spoken with for the first time.
    Contact,
    /// The customer has the result (答复).
    Answer,
    /// The customer has been asked afterwards (回访).
    CallBack,
    /// The unit has answered whoever presses it (督办回复).
    AnswerSupervision,
    /// The incoming shift has verified what it is handed, and both have signed (交接签字).
    SignHandover,
    /// Somebody whose turn it is has seen an escalation (确认上报).
    Acknowledge,
    /// Whoever may give more time has answered the unit that asked for it (延期审批).
    DecideTime,
}

/// From when the time counts. The room knows these instants; the engine is told the one a rule names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The matter was accepted; of several reports of one fault the earliest.
    #[default]
    Accepted,
    /// The order was sent to the unit.
    Dispatched,
    /// Somebody arrived on site.
    Arrived,
    /// The work was done.
    Done,
    /// The result was written.
    ResultEntered,
    /// The customer paid.
    Paid,
    /// The customer booked.
    Booked,
    /// A planned interruption began.
    Interrupted,
}

/// The word that forbids more time whatever the kind.
pub(crate) const EMERGENCY: &str = "emergency";

/// The matter a limit is looked up for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Case {
    pub kind: Kind,
    /// Sub-type and circumstances in the words of the centre's configuration: `leak`, `meter`, `important_customer`.
    #[serde(default)]
    pub words: BTreeSet<String>,
    pub site: Site,
}

impl Case {
    pub fn new(kind: Kind, site: Site) -> Self {
        Case { kind, words: BTreeSet::new(), site }
    }

    /// Whether more time is out of the question.
    pub fn is_urgent(&self) -> bool {
        self.kind == Kind::Fault || self.words.contains(EMERGENCY)
    }

    /// The same matter with one more circumstance.
    pub fn with(mut self, word: &str) -> Self {
        self.words.insert(word.to_owned());
        self
    }
}
