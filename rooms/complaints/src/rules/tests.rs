//! Levels, the committee's flow, and who has nothing to do with a case.

use std::collections::BTreeSet;

use deadlines::Kind;
use expect_test::expect;
use kernel::{CallId, PersonId, Timestamp, UnitId, WorkOrderId};
use work_orders::rules::order::{Level, Satisfaction};

use super::act::{Act, Verb};
use super::case::{Case, Cause, Exhibit, Opening, Stage, Verdict};
use super::decide::{self, Asker, Facts, OrderNow, apply, fits};
use super::follow::{OrderSeen, unheard};
use super::level::{Circumstances, Harm, Media, heard_in, propose};

mod finders;

const AGENT: PersonId = PersonId(8);
const CHAIR: PersonId = PersonId(1);
const SECOND: PersonId = PersonId(2);
const THIRD: PersonId = PersonId(3);
const CREW: UnitId = UnitId(7);
const OFFICE: UnitId = UnitId(70);

/// Of January 2026: `05 09:00`.
fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    format!("2026-01-{day}T{time}+08:00").parse().expect("a time")
}

#[track_caller]
fn level(of: Circumstances, expected: &str) {
    let proposal = propose(&of);
    assert_eq!(format!("{:?} {:?}", proposal.level, proposal.grounds), expected);
}

#[test]
fn a_level_follows_from_what_has_happened() {
    let some = Circumstances { customers: 1, ..Circumstances::default() };
    level(some, "Ordinary []");
    level(Circumstances { earlier: 1, ..some }, "Important [Repeat { count: 1 }]");
    level(Circumstances { important_customer: true, ..some }, "Important [ImportantCustomer]");
    level(Circumstances { customers: 9, ..some }, "Ordinary []");
    level(Circumstances { customers: 10, ..some }, "Important [Customers { count: 10 }]");
    level(Circumstances { customers: 50, ..some }, "Major [Customers { count: 50 }]");
    level(Circumstances { media: Some(Media::City), ..some }, "Important [CityMedia]");
    level(Circumstances { media: Some(Media::Provincial), ..some }, "Major [ProvincialMedia]");
    level(Circumstances { media: Some(Media::Central), ..some }, "Special [CentralMedia]");
    level(
        Circumstances { harm: Some(Harm::Injury), earlier: 2, ..some },
        "Major [Injury, Repeat { count: 2 }]",
    );
    level(Circumstances { harm: Some(Harm::Death), ..some }, "Special [Death]");
    level(Circumstances { mass_event: true, ..some }, "Special [MassEvent]");
    level(Circumstances { stated: Level::Major, ..some }, "Major [Stated]");
}

#[track_caller]
fn heard(content: &str, expected: &str) {
    let of = heard_in(content, Circumstances::default());
    assert_eq!(format!("{:?} {:?} {}", of.media, of.harm, of.mass_event), expected);
}

#[test]
fn what_is_denied_is_not_heard() {
    heard("抢修人员态度恶劣", "None None false");
    heard("已联系记者曝光", "Some(City) None false");
    heard("央视已经来采访", "Some(Central) None false");
    heard("老人一氧化碳中毒住院", "None Some(Injury) false");
    heard("爆燃，没有人受伤", "None None false");
    heard("小区住户联名反映", "None None true");
}

fn opening(about: Option<PersonId>) -> Opening {
    Opening {
        order: WorkOrderId(1),
        number: "20260105-0001".into(),
        kind: Kind::Complaint,
        subtype: "complaint.conduct".into(),
        area: "青岚区".into(),
        at: at("05 09:00"),
        accepted_by: Some(AGENT),
        month: "2026-01".into(),
        about,
        group: None,
        units: BTreeSet::new(),
        call: Some(CallId(5)),
        circumstances: Circumstances::default(),
        proposal: propose(&Circumstances::default()),
        contact_due: at("06 09:00"),
        answer_due: at("13 00:00"),
    }
}

fn member(person: PersonId) -> Asker {
    Asker { person, committee: true, upwards: BTreeSet::new() }
}

const WAITS: OrderNow = OrderNow { waits: true, open: true, contactable: true, unit: None };

fn facts(now: &str) -> Facts {
    Facts { now: at(now), order: WAITS, target: BTreeSet::new() }
}

/// A case as it goes on; each line says what was asked and what came of it.
struct Story {
    case: Case,
    told: Vec<String>,
}

impl Story {
    fn new(about: Option<PersonId>) -> Story {
        Story { case: Case::opened(opening(about)), told: Vec::new() }
    }

    fn act(&mut self, when: &str, who: &Asker, act: Act) -> &mut Story {
        self.act_with(facts(when), when, who, act)
    }

    fn act_with(&mut self, facts: Facts, when: &str, who: &Asker, act: Act) -> &mut Story {
        let verb = act.verb().key();
        let outcome = match decide::decide(&self.case, &act, who, &facts) {
            Ok(change) => {
                self.case = change.case;
                let order = change.order.map(|act| format!(", order: {}", act.verb().key()));
                format!("{}{}", self.case.stage.word(), order.unwrap_or_default())
            }
            Err(refusal) => format!("refused: {refusal}"),
        };
        let late = if self.case.late { " (late)" } else { "" };
        self.told.push(format!("{when} {} {verb} -> {outcome}{late}", who.person.get()));
        self
    }

    fn hear(&mut self, when: &str, act: Act) -> &mut Story {
        let verb = act.verb().key();
        self.case = apply(&self.case, &act, None, at(when));
        self.told.push(format!("{when} - {verb} -> {}", self.case.stage.word()));
        self
    }
}

fn liaise() -> Act {
    Act::Liaise { words: "已致电客户说明受理".into() }
}
fn investigate() -> Act {
    Act::Investigate {
        verdict: Verdict::Substantiated, words: "录音显示话务员打断客户并抢先挂机".into()
    }
}
fn reassign() -> Act {
    Act::Reassign { unit: OFFICE, why: "由客户服务中心核查".into() }
}
fn feed_back() -> Act {
    Act::FeedBack { customer: "已向客户致歉并说明处理".into(), unit: "已告知班组".into() }
}
fn analyse() -> Act {
    let (lesson, measure) = ("情绪管理不足".into(), "纳入班前会案例".into());
    Act::Analyse { cause: Cause::Attitude, lesson, measure }
}
fn set(level: Level) -> Act {
    Act::SetLevel { level, why: "按标准核定".into() }
}
fn review(agrees: bool) -> Act {
    Act::Review { agrees, words: "结论依据充分，同意".into() }
}
fn done(when: &str) -> Act {
    Act::HeardDone { at: at(when), satisfaction: Some(Satisfaction::Satisfied) }
}

#[test]
fn an_ordinary_complaint_goes_its_way() {
    let mut story = Story::new(Some(AGENT));
    let chair = member(CHAIR);
    story
        .act("05 09:05", &chair, analyse())
        .act("05 09:10", &chair, Act::Accept)
        .act("05 09:20", &chair, investigate())
        .act("05 10:00", &chair, liaise())
        .act("05 10:05", &chair, reassign())
        .act("07 10:00", &chair, investigate())
        .act("07 10:01", &chair, review(true))
        .act("07 11:00", &chair, feed_back())
        .hear("08 10:00", done("08 10:00"))
        .act("08 11:00", &chair, feed_back())
        .act("09 09:00", &chair, analyse())
        .act("09 09:01", &chair, set(Level::Ordinary))
        .act("09 09:02", &chair, analyse())
        .act("09 09:03", &chair, liaise());
    expect![[r#"
        05 09:05 1 analyse -> refused: a case that is new cannot have this done to it
        05 09:10 1 accept -> accepted
        05 09:20 1 investigate -> refused: a case that is accepted cannot have this done to it
        05 10:00 1 liaise -> contacted, order: contact
        05 10:05 1 reassign -> assigned, order: dispatch
        07 10:00 1 investigate -> investigated
        07 10:01 1 review -> refused: not by you, not now: NoReviewNeeded
        07 11:00 1 feed_back -> refused: a case that is investigated cannot have this done to it
        08 10:00 - heard_done -> called_back
        08 11:00 1 feed_back -> fed_back
        09 09:00 1 analyse -> refused: not by you, not now: LevelFirst
        09 09:01 1 set_level -> fed_back
        09 09:02 1 analyse -> closed
        09 09:03 1 liaise -> refused: a case that is closed cannot have this done to it"#]]
    .assert_eq(&story.told.join("\n"));
}

#[test]
fn a_grave_one_is_reviewed_by_two_who_have_not_investigated_it() {
    let mut story = Story::new(None);
    let (chair, second, third) = (member(CHAIR), member(SECOND), member(THIRD));
    story
        .act("05 09:10", &chair, Act::Accept)
        .act("05 09:11", &chair, set(Level::Major))
        .act("05 10:00", &chair, liaise())
        .act("05 10:05", &chair, reassign())
        .act("06 10:00", &chair, investigate())
        .act("06 10:01", &chair, review(true))
        .act("06 11:00", &second, review(false))
        .act("07 10:00", &chair, investigate())
        .hear("07 12:00", done("07 12:00"))
        .act("07 13:00", &second, review(true))
        .act("07 13:01", &second, review(true))
        .act("07 14:00", &chair, feed_back())
        .act("07 15:00", &chair, analyse())
        .act("07 16:00", &third, review(true))
        .act("07 17:00", &chair, analyse());
    expect![[r#"
        05 09:10 1 accept -> accepted
        05 09:11 1 set_level -> accepted
        05 10:00 1 liaise -> contacted, order: contact
        05 10:05 1 reassign -> assigned, order: dispatch
        06 10:00 1 investigate -> investigated
        06 10:01 1 review -> refused: not by you, not now: OwnConclusion
        06 11:00 2 review -> assigned
        07 10:00 1 investigate -> investigated
        07 12:00 - heard_done -> called_back
        07 13:00 2 review -> called_back
        07 13:01 2 review -> refused: not by you, not now: Agreed
        07 14:00 1 feed_back -> fed_back
        07 15:00 1 analyse -> refused: not by you, not now: ReviewFirst
        07 16:00 3 review -> fed_back
        07 17:00 1 analyse -> closed"#]]
    .assert_eq(&story.told.join("\n"));
}

#[test]
fn nobody_whom_it_is_about_touches_it_and_the_unit_it_is_about_never_has_it() {
    let mut story = Story::new(Some(AGENT));
    let chair = member(CHAIR);
    let of_crew = Asker { upwards: BTreeSet::from([CREW]), ..member(SECOND) };
    let involve = |units: Vec<UnitId>, persons: Vec<PersonId>| Act::Involve {
        persons,
        units,
        why: "录音中客户指名抢修一班".into(),
    };
    let to_crew = Facts { target: BTreeSet::from([CREW, UnitId(6)]), ..facts("05 10:10") };
    story
        .act("05 09:00", &member(AGENT), Act::Accept)
        .act("05 09:01", &Asker { committee: false, ..chair.clone() }, Act::Accept)
        .act("05 09:02", &chair, Act::Accept)
        .act("05 09:03", &of_crew, liaise())
        .hear("05 09:04", Act::HeardUnit { unit: Some(CREW) })
        .act("05 09:05", &of_crew, involve(vec![CREW], Vec::new()))
        .act("05 09:06", &chair, involve(Vec::new(), vec![CHAIR]))
        .act("05 09:07", &chair, involve(vec![CREW], Vec::new()))
        .act("05 09:08", &of_crew, liaise())
        .act("05 09:09", &chair, liaise())
        .act_with(to_crew, "05 10:10", &chair, Act::Reassign { unit: CREW, why: "照常办理".into() })
        .act_with(
            Facts { order: OrderNow { waits: false, unit: Some(CREW), ..WAITS }, ..facts("05 10:11") },
            "05 10:11",
            &chair,
            reassign(),
        );
    expect![[r#"
        05 09:00 8 accept -> refused: it is about you, or about your unit
        05 09:01 1 accept -> refused: this is the committee's work
        05 09:02 1 accept -> accepted
        05 09:03 2 liaise -> contacted, order: contact
        05 09:04 - heard_unit -> assigned
        05 09:05 2 involve -> refused: it is about you, or about your unit
        05 09:06 1 involve -> refused: it is about you, or about your unit
        05 09:07 1 involve -> contacted
        05 09:08 2 liaise -> refused: it is about you, or about your unit
        05 09:09 1 liaise -> contacted, order: contact
        05 10:10 1 reassign -> refused: the complaint is about this unit or one above it
        05 10:11 1 reassign -> assigned, order: redispatch"#]]
    .assert_eq(&story.told.join("\n"));
    assert_eq!(decide::allowed(&story.case, &of_crew, WAITS), []);
}

#[test]
fn what_is_done_after_its_time_stays_on_record() {
    let mut story = Story::new(None);
    let chair = member(CHAIR);
    story.act("05 09:10", &chair, Act::Accept).act("06 09:01", &chair, liaise());
    expect![[r#"
        05 09:10 1 accept -> accepted
        06 09:01 1 liaise -> contacted, order: contact (late)"#]]
    .assert_eq(&story.told.join("\n"));
}

#[test]
fn a_case_learns_from_its_order_what_it_does_not_know_yet() {
    let case = Case::opened(opening(None));
    let seen = OrderSeen {
        customers: 1,
        gone: false,
        unit: Some(OFFICE),
        contacted: Some(at("05 12:00")),
        done: Some(at("06 12:00")),
        satisfaction: None,
        contact_due: None,
        answer_due: Some(at("15 00:00")),
    };
    let heard = |case: &Case, seen: &OrderSeen| {
        unheard(case, seen).iter().map(|act| act.verb().key()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(heard(&case, &seen), "heard_due heard_contact heard_unit heard_done");
    let knows = unheard(&case, &seen).iter().fold(case, |case, act| apply(&case, act, None, at("06 12:00")));
    assert_eq!(heard(&knows, &seen), "");
    assert_eq!(heard(&knows, &OrderSeen { done: None, ..seen }), "heard_reopened");
    assert_eq!(heard(&knows, &OrderSeen { gone: true, ..seen }), "heard_gone");
    // The order has gone all the way: accepting it leads straight to the investigation.
    assert_eq!(apply(&knows, &Act::Accept, Some(CHAIR), at("06 13:00")).stage, Stage::Assigned);
}

#[test]
fn what_is_proposed_follows_how_many_have_reported_it() {
    let of = |customers| OrderSeen {
        customers,
        gone: false,
        unit: None,
        contacted: None,
        done: None,
        satisfaction: None,
        contact_due: None,
        answer_due: None,
    };
    let hears = |case: &Case, customers| {
        let heard = unheard(case, &of(customers));
        heard.iter().fold(case.clone(), |case, act| apply(&case, act, None, at("06 12:00")))
    };
    let says = |case: &Case| format!("{:?}, proposed {:?}", case.level, case.opening.proposal.level);
    let few = hears(&Case::opened(opening(None)), 9);
    assert_eq!(says(&few), "Ordinary, proposed Ordinary");
    let ten = hears(&few, 10);
    assert_eq!(says(&ten), "Important, proposed Important");
    assert_eq!(unheard(&ten, &of(10)), [], "nothing new");
    assert_eq!(unheard(&ten, &of(4)), [], "who has reported it has");
    // A member's word stays, and what would be proposed is seen beside it.
    let accepted = apply(&ten, &Act::Accept, Some(CHAIR), at("06 13:00"));
    let confirmed = apply(&accepted, &set(Level::Important), Some(CHAIR), at("06 13:01"));
    assert_eq!(says(&hears(&confirmed, 50)), "Important, proposed Major");
    let gone = apply(&ten, &Act::HeardGone, None, at("06 13:00"));
    assert_eq!(unheard(&gone, &of(50)), [], "a case that is over learns nothing");
}

/// Whatever happens in whatever order, an open case has a deadline, and a grave one is never closed unreviewed.
#[test]
fn no_path_leaves_a_case_without_deadline() {
    let acts = || {
        vec![
            Act::Accept,
            liaise(),
            reassign(),
            Act::AddEvidence { exhibit: Exhibit::Words { text: "现场照片已核对".into() } },
            set(Level::Special),
            investigate(),
            review(true),
            review(false),
            feed_back(),
            analyse(),
            Act::HeardUnit { unit: Some(CREW) },
            Act::HeardUnit { unit: None },
            Act::HeardContact { at: at("05 12:00") },
            done("06 12:00"),
            Act::HeardReopened,
            Act::HeardMore { customers: 50 },
            Act::Involve { persons: Vec::new(), units: vec![CREW], why: "涉及抢修一班".into() },
        ]
    };
    // Every sequence of a thousand drawn by a fixed rule.
    for seed in 0..200_u64 {
        let mut draw = seed;
        let mut case = Case::opened(opening(None));
        for turn in 0..60 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let acts = acts();
            let act = &acts[usize::try_from(draw >> 33).unwrap_or(0) % acts.len()];
            let who = member(PersonId(1 + i64::try_from((draw >> 20) % 3).unwrap_or(0)));
            case = if act.verb().is_heard() {
                apply(&case, act, None, at("06 12:00"))
            } else {
                decide::decide(&case, act, &who, &facts("06 12:00")).map_or(case, |change| change.case)
            };
            assert_eq!(case.due().is_some(), case.stage.is_open(), "seed {seed} turn {turn}");
            assert!(case.stage != Stage::Closed || case.reviewed(), "seed {seed} turn {turn}");
            assert!(
                case.stage != Stage::Assigned || !case.misdirected() || case.done.is_some(),
                "seed {seed} turn {turn}"
            );
        }
    }
}

#[test]
fn every_stage_has_something_to_do_until_it_is_over() {
    let some = |stage: Stage| Verb::ALL.iter().any(|verb| !verb.is_heard() && fits(stage, *verb));
    for stage in Stage::ALL {
        assert_eq!(some(stage), stage.is_open(), "{stage:?}");
    }
}
