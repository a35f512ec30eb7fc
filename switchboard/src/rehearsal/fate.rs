//! What became of one call of somebody, with the reason.

use std::time::Duration;

use kernel::Timestamp;

/// How a call ended. Each has exactly one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Heard of his own outage before the menu and hung up, content.
    Told { estimate: bool },
    /// Heard of it and pressed 1: he will be told when supply is back.
    TellMe { estimate: bool },
    /// Nobody knew his number; he knew his own area in what everybody hears, and hung up.
    ToldAsStranger,
    /// Found out in the menu what he wanted to know.
    HelpedHimself,
    /// Hung up in the menu without having asked for anybody.
    LeftMenu,
    /// Talked with an agent.
    Served { waited: Duration, talked: Duration },
    /// Asked for an agent and hung up: after so long, at this place of the line.
    GaveUp { waited: Duration, place: usize },
    /// Was told at the door how many wait, and hung up there.
    LeftDoor { waited: Duration },
    /// Asked to be called back, kept his place, and was called: until he spoke with an agent. For the reference he has left the
    /// line (2.1 `flow_out`): he counts as one who asked, and not as connected.
    CalledBack { waited: Duration, talked: Duration },
    /// Was called back, and did not answer.
    CalledInVain { waited: Duration },
    /// Is to be called back still.
    Promised,
    /// Heard by another way that it is known, and did not call (only where the rush is assumed to fall faster).
    NeverCalled,
    /// Refused for want of lines.
    Refused,
}

impl Fate {
    /// He asked for an agent and did not get one.
    pub const fn is_lost(self) -> bool {
        matches!(self, Fate::GaveUp { .. } | Fate::LeftDoor { .. })
    }

    /// He asked for an agent, and to be called back in place of waiting.
    pub const fn asked_back(self) -> bool {
        matches!(self, Fate::CalledBack { .. } | Fate::CalledInVain { .. } | Fate::Promised)
    }

    pub const fn is_served(self) -> bool {
        matches!(self, Fate::Served { .. })
    }

    /// Informed by an announcement before the menu.
    pub const fn is_told(self) -> bool {
        matches!(self, Fate::Told { .. } | Fate::TellMe { .. } | Fate::ToldAsStranger)
    }

    /// One word of it, as tables and files write it.
    pub const fn word(self) -> &'static str {
        match self {
            Fate::Told { .. } => "听到本户停电播报后挂机",
            Fate::TellMe { .. } => "听到播报并按1订阅恢复通知",
            Fate::ToldAsStranger => "听到大面积停电播报后挂机",
            Fate::HelpedHimself => "自助办结",
            Fate::LeftMenu => "菜单中挂机",
            Fate::Served { .. } => "人工接通",
            Fate::GaveUp { .. } => "排队放弃",
            Fate::LeftDoor { .. } => "应急分流时挂机",
            Fate::CalledBack { .. } => "登记回电，已回电",
            Fate::CalledInVain { .. } => "登记回电，回电未接",
            Fate::Promised => "登记回电，尚未回电",
            Fate::NeverCalled => "已从别处得知，未再来电",
            Fate::Refused => "线路忙",
        }
    }

    /// The whole sentence.
    pub fn reason(self) -> String {
        match self {
            Fate::Told { estimate } | Fate::TellMe { estimate } => {
                let how = if estimate { "含预计送电时间" } else { "尚无预计送电时间" };
                format!("{}({how})", self.word())
            }
            Fate::Served { waited, talked } => {
                format!("等待{}秒后接通，通话{}秒", waited.as_secs(), talked.as_secs())
            }
            Fate::GaveUp { waited, place } => format!("排在第{place}位，等待{}秒后放弃", waited.as_secs()),
            Fate::LeftDoor { waited } => format!("听到排队人数，{}秒后挂机", waited.as_secs()),
            Fate::CalledBack { waited, talked } => {
                format!("登记回电，{}后接到回电，通话{}秒", span(waited), talked.as_secs())
            }
            Fate::CalledInVain { waited } => format!("登记回电，{}后回电未接", span(waited)),
            _ => self.word().to_owned(),
        }
    }
}

/// As people say it.
pub fn span(of: Duration) -> String {
    match of.as_secs() {
        seconds @ ..120 => format!("{seconds}秒"),
        seconds => format!("{}分钟", seconds.div_ceil(60)),
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub person: usize,
    /// 1 is the first.
    pub nth: u32,
    /// t0.
    pub at: Timestamp,
    /// t2.
    pub asked: Option<Timestamp>,
    pub heard: Option<Heard>,
    /// In a storm: was told at the door how many wait; was offered to be called back; stands where he stood in an earlier call.
    pub held: bool,
    pub offered: bool,
    pub stood: Option<Timestamp>,
    /// Keys pressed in the menu.
    pub keys: String,
    pub fate: Fate,
    /// Conversation and writing up.
    pub agent_time: Duration,
    pub seat: Option<usize>,
    /// Will call again at this time.
    pub again: Option<Timestamp>,
}

impl Attempt {
    /// The whole sentence, with what storm mode did before.
    pub fn reason(&self) -> String {
        let stood = if self.stood.is_some() { "回到原来的位置，" } else { "" };
        let held = if self.held && !matches!(self.fate, Fate::LeftDoor { .. }) {
            "先听排队人数，"
        } else {
            ""
        };
        format!("{stood}{held}{}", self.fate.reason())
    }
}

/// What was said before the menu.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    Own,
    General,
}
