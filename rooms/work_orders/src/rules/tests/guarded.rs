//! Who may do what to an order, and what its promises come to, where it is easily got wrong.

use super::*;
use crate::rules::order::Channel;

/// An order that a crew has done, as far as somebody may read its result.
fn done(subtype: &str) -> Walk {
    let mut walk = Walk::begin(matter(subtype));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    walk.after(minutes(60));
    let now = walk.now;
    walk.act(&crew(), Act::GiveResult { result: outcome(now) }).expect("done");
    walk
}

#[test]
fn the_customers_limit_is_not_replaced_by_the_crews_estimate() {
    let mut walk = Walk::begin(matter("fault.leak"));
    let promised = walk.moved.leading.expect("a promise").until;
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let arrived = walk.now;
    walk.act(&crew(), Act::Arrive { at: arrived, place: None }).expect("arrived");
    let until = walk.now + minutes(5 * 24 * 60);
    walk.act(&crew(), Act::Estimate { until, reason: "等待配件".into() }).expect("an estimate");
    assert_eq!(walk.moved.leading.expect("a promise").until, promised);
}

#[test]
fn what_the_customer_has_is_not_late() {
    let mut walk = done("complaint.service");
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    walk.after(minutes(30 * 24 * 60));
    let urge = Act::Urge {
        by: UrgedBy::Customer,
        words: "再问一次".into(),
        promise: String::new(),
        new_facts: true,
    };
    walk.act(&agent(), urge).expect("urged");
    assert_eq!(walk.order.supervisions, []);
}

#[test]
fn who_may_give_an_order_to_whom() {
    let to = |unit, binding| Act::Dispatch { unit, note: String::new(), binding };
    let mut walk = Walk::begin(matter("fault.no_gas"));
    let shift = Asker { powers: [Power::Dispatch].into(), ..supervisor() };
    for asker in [agent(), shift.clone()] {
        let ruled = walk.act(&asker, to(UNIT, true));
        assert_eq!(ruled, Err(Refusal::Barred { bar: Bar::RulingNeeded }), "only a supervisor rules");
    }
    walk.act(&supervisor(), to(UNIT, true)).expect("ruled");
    let on = |unit| Act::Redispatch { unit, why: "就近安排".into() };
    let both = Asker { leads: [UNIT, OTHER].into(), ..leader() };
    assert_eq!(walk.act(&both, on(OTHER)), Err(Refusal::Barred { bar: Bar::Bound }), "ruled is ruled");
    walk.act(&shift, on(OTHER)).expect("the desk may");
    let mut free = Walk::begin(matter("fault.no_gas"));
    free.act(&agent(), dispatch()).expect("sent");
    let elsewhere = free.act(&leader(), on(OTHER));
    assert_eq!(elsewhere, Err(Refusal::Barred { bar: Bar::NotYourUnit }), "no way round sending it back");
    free.act(&both, on(OTHER)).expect("among the units led");
    let about = Matter { about: Some(CREW), ..matter("complaint.conduct") };
    let mut walk = Walk::begin(about);
    walk.act(&agent(), dispatch()).expect("sent");
    assert_eq!(walk.act(&leader(), Act::Take { by: Some(CREW) }), Err(Refusal::CannotHaveIt));
}

#[test]
fn what_came_from_12345_keeps_the_utilitys_own_clocks() {
    let (_, limits) = gas();
    let rules = |channel| limits.for_channel(channel).rules(&case(), Step::Answer).count();
    assert_eq!((rules(Channel::Phone), rules(Channel::Government)), (1, 2));
    let walk = Walk::begin(sent("fault.leak"));
    assert!(walk.runs().contains("arrive customer 01-05 08:30"), "{}", walk.runs());
}

fn case() -> deadlines::Case {
    deadlines::Case::new(Kind::Complaint, deadlines::Site::Urban)
}
fn sent(subtype: &str) -> Matter {
    Matter { channel: Channel::Government, ..matter(subtype) }
}
fn limit(step: Step, until: Timestamp) -> Act {
    Act::Limit { step, until, reason: "12345 平台限时".into() }
}

#[test]
fn of_12345s_limit_and_ones_own_the_earlier_binds() {
    // The unit takes a leak within minutes, although 12345 leaves a working day for signing.
    let take = |matter: Matter| {
        let mut walk = Walk::begin(matter);
        walk.act(&agent(), dispatch()).expect("sent");
        walk.clocks(Step::Take).unit().due()
    };
    assert_eq!(take(sent("fault.leak")), take(matter("fault.leak")));
    // 12345 wants a fault answered within a day, for which the utility has promised nothing.
    let walk = Walk::begin(sent("fault.no_gas"));
    assert!(walk.runs().contains("answer customer 01-06 08:00"), "{}", walk.runs());
}

#[test]
fn a_limit_that_12345_sets_binds_until_it_is_kept() {
    let mut walk = Walk::begin(sent("complaint.service"));
    let own = walk.moved.leading.expect("a promise").until;
    let (soon, sooner) = (walk.now + minutes(600), walk.now + minutes(60));
    assert_eq!(walk.act(&supervisor(), limit(Step::Answer, soon)), Err(Refusal::NotAllowed), "not by people");
    assert_eq!(
        walk.act(&Asker::centre(), limit(Step::Review, soon)),
        Err(Refusal::NoLimit { step: Step::Review })
    );
    let past = walk.now;
    assert_eq!(
        walk.act(&Asker::centre(), limit(Step::Answer, past)),
        Err(Refusal::ImpossibleTime { field: "until" })
    );
    walk.act(&Asker::centre(), limit(Step::Answer, soon)).expect("set");
    assert_eq!(walk.moved.leading.expect("a promise").until, soon);
    walk.act(&Asker::centre(), limit(Step::Take, sooner)).expect("set");
    walk.act(&agent(), dispatch()).expect("sent");
    let taken_by = |walk: &Walk| {
        let takes = walk.promised.iter().filter(|kept| kept.step == Step::Take && kept.runs());
        takes.map(|kept| kept.clocks.unit().due()).collect::<Vec<_>>()
    };
    assert!(taken_by(&walk).contains(&sooner));
    let back = Act::SendBack { reason: ReturnReason::Insufficient, note: "地址不详需补充".into() };
    walk.act(&crew(), back).expect("sent back");
    assert_eq!(taken_by(&walk), [sooner], "no clock of 12345 stops by returning inside");
    walk.act(&supervisor(), dispatch()).expect("sent again");
    walk.act(&crew(), super::take()).expect("taken");
    assert_eq!(taken_by(&walk), []);
    // More time is granted, and then less of it.
    let later = own + minutes(3 * 24 * 60);
    walk.act(&Asker::centre(), limit(Step::Answer, later)).expect("granted");
    assert_eq!(
        walk.moved.leading.expect("a promise").until,
        own,
        "what we have promised ourselves still binds"
    );
    walk.act(&Asker::centre(), limit(Step::Answer, soon)).expect("taken back");
    assert_eq!(walk.moved.leading.expect("a promise").until, soon);
    // Served again: half of the time.
    walk.after(minutes(60));
    let now = walk.now;
    walk.act(&crew(), Act::GiveResult { result: outcome(now) }).expect("done");
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    walk.act(&Asker::centre(), Act::Reopen { why: "群众不满意".into(), automatic: true }).expect("again");
    let leading = walk.moved.leading.expect("a promise");
    assert!(leading.kept.is_none() && leading.until > walk.now, "{}", walk.runs());
}

#[test]
fn another_reviewer_takes_over() {
    let mut walk = done("complaint.service");
    walk.act(&supervisor(), Act::Review).expect("begun");
    let other = Asker { person: Some(PersonId(31)), ..supervisor() };
    let approve = || Act::Approve { note: String::new() };
    assert_eq!(walk.act(&other, approve()), Err(Refusal::Barred { bar: Bar::OtherReviewer }));
    assert!(!walk.may(&supervisor()).iter().any(|(verb, _)| *verb == Verb::Review), "one has it already");
    walk.act(&other, Act::Review).expect("taken over");
    walk.act(&other, approve()).expect("read");
}

#[test]
fn a_complaint_is_not_closed_by_who_took_it() {
    let close = || Act::Close { note: "已当场解释".into(), satisfaction: None };
    for (subtype, closed) in [
        ("complaint.service", Err(Refusal::Barred { bar: Bar::NotOnTheCall })),
        ("fault.leak", Err(Refusal::Barred { bar: Bar::NotOnTheCall })),
        ("enquiry.safety", Ok(())),
        ("praise.service", Ok(())),
    ] {
        assert_eq!(Walk::begin(matter(subtype)).act(&agent(), close()), closed, "{subtype}");
    }
    let mut judged = done("complaint.service");
    judged.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    let of_unit = Asker { units: [UNIT].into(), ..caller() };
    let close = Act::Close { note: "客户满意".into(), satisfaction: Some(Satisfaction::Satisfied) };
    assert_eq!(judged.act(&of_unit, close), Err(Refusal::Barred { bar: Bar::OwnWork }));
    let reopen = Act::Reopen { why: "客户要求重办".into(), automatic: false };
    assert_eq!(judged.act(&of_unit, reopen), Err(Refusal::Barred { bar: Bar::OwnWork }));
}

#[test]
fn nobody_urges_in_the_centres_name_and_texts_have_an_end() {
    let mut walk = Walk::begin(matter("fault.no_gas"));
    let urge =
        |by, promise: &str| Act::Urge {
            by, words: "尽快".into(), promise: promise.into(), new_facts: true
        };
    assert_eq!(walk.act(&agent(), urge(UrgedBy::System, "")), Err(Refusal::NotAllowed));
    let long = "长".repeat(501);
    let bad = |field| Err(Refusal::BadText { field, least: 0, most: 500 });
    assert_eq!(walk.act(&agent(), urge(UrgedBy::Agent, &long)), bad("promise"));
    assert_eq!(walk.act(&agent(), Act::Dispatch { unit: UNIT, note: long, binding: false }), bad("note"));
    for _ in 0..2 {
        walk.after(minutes(10)).act(&agent(), urge(UrgedBy::Agent, "")).expect("urged");
    }
    assert_eq!(
        walk.order.matter.urgency,
        crate::rules::order::Urgency::Important,
        "the second time it matters more"
    );
}

#[test]
fn each_supervision_is_answered_by_itself_and_owed_beyond_the_end() {
    let press = || Act::Supervise {
        grade: Grade::Daily,
        reason: SupervisionReason::Ordered,
        action: "说明原因".into(),
    };
    let reply = || Act::ReplySupervision { reply: "已安排专人今日处理".into() };
    let mut walk = Walk::begin(matter("fault.no_gas"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&supervisor(), press()).expect("pressed");
    walk.after(minutes(60)).act(&supervisor(), press()).expect("and again");
    let running = |walk: &Walk| walk.runs().matches("answer_supervision").count();
    walk.act(&crew(), reply()).expect("answered once");
    assert_eq!(running(&walk), 1, "the other is still owed");
    walk.act(&crew(), take()).expect("taken");
    let done = walk.now;
    walk.act(&crew(), Act::GiveResult { result: outcome(done) }).expect("done");
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    assert_eq!(running(&walk), 1, "nobody has answered it by approving the result");
    walk.act(&crew(), reply()).expect("answered");
    assert_eq!(running(&walk), 0);
}

#[test]
fn after_a_reopening_something_new_is_done() {
    let mut walk = done("complaint.service");
    let first = walk.now;
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    let reopen = Act::Reopen { why: "客户称没有人道歉".into(), automatic: false };
    walk.after(minutes(60)).act(&supervisor(), reopen).expect("again");
    walk.act(&crew(), take()).expect("taken");
    walk.after(minutes(60));
    let before = walk.act(&crew(), Act::GiveResult { result: outcome(first) });
    assert_eq!(
        before,
        Err(Refusal::ImpossibleTime { field: "done_at" }),
        "done before it was taken up again"
    );
    let now = walk.now;
    let again = walk.act(&crew(), Act::GiveResult { result: outcome(now) });
    assert_eq!(again, Err(Refusal::Template { number: "20260105-0001".into() }), "the same words");
    let other = Outcome {
        cause: "上次未当面说明".into(),
        action: "班长上门道歉并留下联系方式".into(),
        ..outcome(now)
    };
    walk.act(&crew(), Act::GiveResult { result: other }).expect("something else");
}

#[test]
fn who_goes_on_early_gives_back_the_days_that_are_left() {
    let mut walk = Walk::begin(matter("request.card"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let promised = walk.moved.leading.expect("a promise").until;
    let until = walk.calendar.civil(walk.now).date().saturating_add(jiff::Span::new().days(9));
    walk.act(&supervisor(), Act::Suspend { until, reason: "等待用户补交材料".into() }).expect("stands still");
    assert!(walk.moved.leading.expect("a promise").until > promised);
    walk.act(&crew(), Act::Resume).expect("goes on the same day");
    assert_eq!(walk.moved.leading.expect("a promise").until, promised);
}

#[test]
fn a_reconnection_is_answered_within_a_day_of_being_done() {
    let (kinds, limits) = of(House::PowerSgcc);
    let subtype = kinds.subtypes.iter().find(|one| one.tags.iter().any(|tag| tag == "reconnection"));
    let subtype = subtype.expect("a reconnection").clone();
    let mut reconnect = matter(&subtype.code);
    let fields = subtype.fields.iter().filter(|field| field.required);
    reconnect.fields = fields.map(|field| (field.key.clone(), "2026-01-05T08:00".to_owned())).collect();
    let (settings, calendar) = (Settings::default(), Calendar::china());
    let book = walk::Book { kinds: &kinds, limits: &limits, settings: &settings, calendar: &calendar };
    let named = (WorkOrderId(1), "20260105-0001".to_owned());
    let mut walk = walk::Walk::begin(book, named, reconnect, Some(AGENT), (start(), None)).expect("complete");
    let owed = |walk: &walk::Walk<'_>| walk.promised.iter().filter(|kept| kept.step == Step::Answer).count();
    let before = owed(&walk);
    walk.act(&supervisor(), &dispatch()).expect("sent");
    walk.act(&crew(), &take()).expect("taken");
    walk.act(&crew(), &Act::GiveResult { result: outcome(start()) }).expect("done");
    assert_eq!((before, owed(&walk)), (0, 1));
}

fn urge() -> Act {
    let (words, promise) = ("还没有人来".into(), String::new());
    Act::Urge { by: UrgedBy::Customer, words, promise, new_facts: false }
}

/// Whoever does it arrives so long after the report, and is done half an hour later.
fn mended(subtype: &str, arrival: Duration) -> Walk {
    let mut walk = Walk::begin(matter(subtype));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let at = walk.after(arrival).now;
    walk.act(&crew(), Act::Arrive { at, place: None }).expect("arrived");
    let done = walk.after(minutes(30)).now;
    walk.act(&crew(), Act::GiveResult { result: outcome(done) }).expect("done");
    walk
}

#[test]
fn a_leak_is_late_when_nobody_is_there_though_its_end_is_a_day_away() {
    let mut walk = Walk::begin(matter("fault.leak"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    assert_eq!(walk.moved.late_from, Some(start() + minutes(30)));
    assert_eq!(walk.moved.leading.expect("a promise").until, start() + minutes(24 * 60));
    let mut early = Walk::begin(matter("fault.leak"));
    early.act(&agent(), dispatch()).expect("sent");
    early.after(minutes(29)).act(&agent(), urge()).expect("urged");
    assert_eq!(early.order.supervisions, []);
    walk.after(minutes(31)).act(&agent(), urge()).expect("urged");
    assert_eq!(walk.order.supervisions.len(), 1, "after the deadline the first urge is a supervision");
}

#[test]
fn of_whom_the_arrival_was_late_everybody_is_called_back() {
    let approved = |arrival: Duration| {
        let mut walk = mended("fault.no_gas", arrival);
        walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
        (walk.order.state.word(), walk.moved.leading.and_then(|leading| leading.kept))
    };
    assert_eq!(approved(minutes(60)), ("closed", Some(true)), "not one of the sample");
    assert_eq!(approved(minutes(4 * 60 + 1)), ("to_call_back", Some(true)), "mended in time, and come late");
}

#[test]
fn what_is_done_in_time_is_not_late_while_somebody_reads_it() {
    let mut walk = Walk::begin(matter("fault.leak"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let done = walk.after(minutes(20)).now;
    walk.act(&crew(), Act::GiveResult { result: outcome(done) }).expect("done");
    assert_eq!(walk.moved.late_from, None);
    walk.after(minutes(60));
    let refused = Act::RefuseResult { why: "没有到场照片".into() };
    walk.act(&supervisor(), refused).expect("read");
    assert_eq!(walk.moved.late_from, Some(start() + minutes(30)), "nobody has been there after all");
}

#[test]
fn what_is_taken_up_again_is_late_by_what_is_promised_anew() {
    let mut walk = mended("fault.leak", minutes(45));
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    assert_eq!(walk.moved.late_from, Some(start() + minutes(30)), "they came late");
    let again = walk.after(minutes(15)).now;
    walk.act(&caller(), Act::Reopen { why: "客户称仍有异味".into(), automatic: false }).expect("again");
    let due = walk.moved.leading.expect("promised anew").until;
    assert_eq!((walk.moved.late_from, due), (Some(due), again + minutes(12 * 60)));
}

#[test]
fn a_later_time_needs_a_reason_and_an_earlier_one_is_taken() {
    let mut walk = Walk::begin(matter("fault.no_gas"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let at = walk.after(minutes(60)).now;
    walk.act(&crew(), Act::Arrive { at, place: None }).expect("arrived");
    let estimate = |hours: u64, reason: &str| Act::Estimate {
        until: start() + minutes(hours * 60),
        reason: reason.to_owned(),
    };
    let no_reason = Err(Refusal::Clock { why: deadlines::Refusal::NoReason });
    assert_eq!(walk.act(&crew(), estimate(25, " ")), no_reason, "promised within 24 hours");
    walk.act(&crew(), estimate(5, "")).expect("in time");
    assert_eq!(walk.act(&crew(), estimate(6, "")), no_reason, "the customer counts on what was named");
    walk.act(&crew(), estimate(6, "等待配件")).expect("says why");
    walk.act(&crew(), estimate(3, "")).expect("earlier than was named");
    walk.act(&crew(), estimate(3, "")).expect("the same again");
    assert!(walk.runs().contains("finish customer 01-05 11:00"), "{}", walk.runs());
    assert!(!walk.runs().contains("finish customer 01-05 14:00"), "{}", walk.runs());
    assert_eq!(walk.moved.late_from, Some(start() + minutes(3 * 60)));
}

#[test]
fn one_answer_ends_the_ladder_however_many_grades_were_reached() {
    let mut walk = Walk::begin(matter("fault.leak"));
    walk.act(&agent(), dispatch()).expect("sent");
    let press =
        |grade| Act::Supervise {
            grade, reason: SupervisionReason::Unanswered, action: "请立即处理".into()
        };
    assert_eq!(walk.order.unanswered(), None);
    walk.act(&supervisor(), press(Grade::Daily)).expect("pressed");
    walk.after(minutes(60)).act(&supervisor(), press(Grade::Listed)).expect("pressed");
    let due = walk.order.supervisions.last().expect("the second").due;
    assert_eq!(walk.order.unanswered(), Some((Grade::Listed, due)));
    walk.act(&crew(), Act::ReplySupervision { reply: "十分钟内到场处理".into() }).expect("answered");
    assert_eq!(walk.order.unanswered(), None);
    walk.after(minutes(60)).act(&supervisor(), press(Grade::Summoned)).expect("pressed");
    assert_eq!(walk.order.unanswered(), None, "there is nothing above it");
}

#[test]
fn who_cannot_be_sent_a_message_is_to_be_called() {
    let landline = Contact { name: "王小明".into(), phone: "0562-2123456".into() };
    let mut walk = Walk::begin(Matter { contact: landline, ..matter("fault.no_gas") });
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    let at = walk.after(minutes(60)).now;
    walk.act(&crew(), Act::Arrive { at, place: None }).expect("arrived");
    let estimate =
        |hours: u64| Act::Estimate { until: start() + minutes(hours * 60), reason: "等待配件".into() };
    walk.act(&crew(), estimate(5)).expect("in time");
    walk.act(&crew(), estimate(6)).expect("later");
    let owed = |walk: &Walk| {
        let untold = |kept: &&promises::Kept| kept.rule == super::super::clocks::UNTOLD;
        walk.promised.iter().filter(untold).filter(|kept| kept.clocks.unit().is_running()).count()
    };
    assert_eq!(owed(&walk), 1, "{}", walk.runs());
    walk.act(&agent(), Act::Contact { words: "已电话告知客户新的时间".into() }).expect("called");
    assert_eq!(owed(&walk), 0);
    let done = walk.after(minutes(30)).now;
    let silent = Outcome { told: String::new(), ..outcome(done) };
    walk.act(&crew(), Act::GiveResult { result: silent }).expect("done");
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    assert_eq!(walk.order.state.word(), "to_call_back", "nobody has told how it came out");

    let mut mobile = Walk::begin(matter("fault.no_gas"));
    mobile.act(&agent(), dispatch()).expect("sent");
    mobile.act(&crew(), take()).expect("taken");
    let at = mobile.after(minutes(60)).now;
    mobile.act(&crew(), Act::Arrive { at, place: None }).expect("arrived");
    mobile.act(&crew(), estimate(5)).expect("in time");
    assert_eq!(owed(&mobile), 0);
}
