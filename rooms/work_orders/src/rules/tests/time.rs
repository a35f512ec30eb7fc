//! More time: asked for by the unit while there is some, answered by whoever may give it (domain reference 3.2, rule 5).

use deadlines::Standing;

use super::*;

fn ask_for(days: u32) -> Act {
    Act::AskTime {
        by: Limit::WorkingDays(days),
        reason: "等待检定机构出具结果".into(),
        told_customer: true,
        told: "已电话告知客户需延后三天，客户同意".into(),
    }
}
fn ask() -> Act {
    ask_for(3)
}
fn extend() -> Act {
    Act::Extend { by: Limit::WorkingDays(3), reason: "同意，等待检定结果".into() }
}
fn refuse() -> Act {
    Act::RefuseTime { reason: "可先行退费，无需等待".into() }
}

/// A complaint about a bill that the crew works on.
fn bill() -> Walk {
    let mut walk = Walk::begin(matter("complaint.billing"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    walk
}

fn decided(walk: &Walk) -> Standing {
    walk.clocks(Step::DecideTime).unit().standing(walk.now)
}

#[test]
fn a_unit_asks_and_the_centre_grants_it() {
    let mut walk = bill();
    assert!(walk.may(&crew()).contains(&(Verb::AskTime, None)));
    assert!(walk.may(&supervisor()).contains(&(Verb::RefuseTime, Some(Bar::NothingToAnswer))));
    walk.after(minutes(60)).act(&crew(), ask()).expect("in time, the customer knows");
    let asked = walk.order.time_asked.clone().expect("it is open");
    assert_eq!((asked.who, asked.unit, asked.by), (Some(CREW), UNIT, Limit::WorkingDays(3)));
    expect![[r#"
        answer unit 01-10 00:00
        answer customer 01-13 00:00
        decide_time unit 01-07 00:00"#]]
    .assert_eq(&walk.runs());
    assert_eq!(walk.act(&crew(), ask()), Err(Refusal::Barred { bar: Bar::AskedAlready }));
    walk.act(&supervisor(), extend()).expect("granted");
    assert_eq!((walk.order.time_asked.clone(), decided(&walk)), (None, Standing::Kept));
    assert!(walk.runs().contains("answer customer 01-16 00:00"), "{}", walk.runs());
    assert_eq!(walk.act(&crew(), ask()), Err(Refusal::Barred { bar: Bar::ExtendedOnce }));
}

#[test]
fn told_of_it_the_customer_has_been_spoken_with() {
    let mut walk = Walk::begin(matter("complaint.service"));
    walk.act(&agent(), dispatch()).expect("sent");
    assert!(walk.runs().contains("contact customer"), "{}", walk.runs());
    walk.act(&crew(), ask()).expect("asked");
    assert!(!walk.runs().contains("contact"), "{}", walk.runs());
}

#[test]
fn who_has_told_nobody_says_why() {
    let silent = |told: &str| Act::AskTime {
        by: Limit::WorkingDays(1),
        reason: "等待配件到货".into(),
        told_customer: false,
        told: told.into(),
    };
    let mut walk = bill();
    assert_eq!(walk.act(&crew(), silent("")), Err(Refusal::BadText { field: "told", least: 4, most: 500 }));
    walk.act(&crew(), silent("今日拨打三次均无人接听")).expect("nobody was reached");
    // Whom nobody knows nobody can tell.
    let mut anonymous = matter("complaint.billing");
    anonymous.privacy = Privacy::Anonymous;
    (anonymous.contact, anonymous.customer) = (Contact::default(), None);
    let mut walk = Walk::begin(anonymous);
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), silent("")).expect("nobody to tell");
}

#[test]
fn a_refusal_says_why_and_leaves_the_time_as_it_was() {
    let mut walk = bill();
    walk.act(&crew(), ask()).expect("asked");
    assert_eq!(walk.act(&leader(), refuse()), Err(Refusal::NotAllowed));
    let before = walk.clocks(Step::Answer).clone();
    walk.act(&supervisor(), refuse()).expect("no");
    assert_eq!(walk.order.time_asked, None);
    assert_eq!((walk.clocks(Step::Answer), decided(&walk)), (&before, Standing::Kept));
    assert_eq!(walk.act(&supervisor(), refuse()), Err(Refusal::Barred { bar: Bar::NothingToAnswer }));
    walk.act(&crew(), ask()).expect("with a better reason once more");
}

#[test]
fn nobody_asks_for_what_could_not_be_given() {
    let mut leak = Walk::begin(matter("fault.leak"));
    leak.act(&agent(), dispatch()).expect("sent");
    assert_eq!(leak.act(&crew(), ask()), Err(Refusal::Barred { bar: Bar::NoMoreTime }));
    assert!(leak.may(&crew()).contains(&(Verb::AskTime, Some(Bar::NoMoreTime))), "greyed, and it says why");
    let mut walk = bill();
    let stranger = Asker { person: Some(PersonId(40)), units: [OTHER].into(), ..crew() };
    assert_eq!(walk.act(&stranger, ask()), Err(Refusal::Barred { bar: Bar::NotYourUnit }));
    assert_eq!(walk.act(&agent(), ask()), Err(Refusal::NotAllowed));
    let longer = walk.act(&crew(), ask_for(6));
    assert_eq!(longer, Err(Refusal::Clock { why: deadlines::Refusal::TooLong }), "at most the limit itself");
    walk.after(minutes(9 * 24 * 60));
    assert_eq!(walk.act(&crew(), ask()), Err(Refusal::Barred { bar: Bar::Overdue }));
}

#[test]
fn a_request_goes_with_the_unit_that_made_it() {
    let leaves: [(&str, Asker, Act); 4] = [
        ("to another unit", supervisor(), Act::Redispatch { unit: OTHER, why: "改由营业所处理".into() }),
        ("done after all", crew(), Act::GiveResult { result: outcome(start()) }),
        ("void", supervisor(), Act::Void { why: "同一事项已有工单".into() }),
        ("stands still", supervisor(), {
            let until = "2026-01-07".parse().expect("a day");
            Act::Suspend { until, reason: "等待检定机构结果".into() }
        }),
    ];
    for (why, who, act) in leaves {
        let mut walk = bill();
        walk.act(&crew(), ask()).expect("asked");
        walk.act(&who, act).expect(why);
        assert_eq!(walk.order.time_asked, None, "{why}");
        let answered = why == "stands still";
        assert_eq!(decided(&walk) == Standing::Kept, answered, "{why}: {:?}", decided(&walk));
    }
    // Somebody else of the unit goes on: it still waits.
    let mut walk = bill();
    walk.act(&crew(), ask()).expect("asked");
    walk.act(&leader(), Act::Assign { by: LEADER }).expect("handed on");
    assert!(walk.order.time_asked.is_some());
}

/// So many working days are granted: until when the customer waits then, or why not.
type Granted = (u32, Result<&'static str, deadlines::Refusal>);

/// Asked for in time, answered late: the centre gives what still lies ahead, or says no.
#[test]
fn what_the_centre_answers_late_it_grants_as_far_as_it_lies_ahead() {
    // Accepted on Monday the 5th: the unit has until the end of Friday the 9th, the customer of Monday the 12th. Asked at the end
    // of Thursday for so many working days; at most five are had. Answered so many days later, at eleven at night.
    let table: [(&str, u32, u64, &[Granted]); 5] = [
        ("in time, as asked", 3, 1, &[(3, Ok("01-16 00:00"))]),
        ("the customer's time is over, what was asked for is not", 3, 5, &[(3, Ok("01-16 00:00"))]),
        (
            "what was asked for is over, more is not",
            1,
            6,
            &[
                (1, Err(deadlines::Refusal::NotLater)),
                (2, Err(deadlines::Refusal::NotLater)),
                (3, Ok("01-16 00:00")),
            ],
        ),
        (
            "never more than the limit itself",
            1,
            6,
            &[(6, Err(deadlines::Refusal::TooLong)), (5, Ok("01-20 00:00"))],
        ),
        ("all that could be had is over", 1, 12, &[]),
    ];
    for (why, asked, days, grants) in table {
        let mut walk = bill();
        walk.after(minutes((3 * 24 + 14) * 60)).act(&crew(), ask_for(asked)).expect("in time");
        let until = walk.order.time_asked.as_ref().and_then(|asked| asked.until);
        walk.after(minutes(days * 24 * 60));
        if grants.is_empty() {
            let barred = walk.may(&supervisor()).contains(&(Verb::Extend, Some(Bar::Overdue)));
            assert!(barred, "{why}: {:?}", walk.may(&supervisor()));
        }
        for (by, wanted) in grants {
            let by = Limit::WorkingDays(*by);
            let granted = walk.act(&supervisor(), Act::Extend { by, reason: "同意，等待检定结果".into() });
            assert_eq!(granted.err(), wanted.err().map(|why| Refusal::Clock { why }), "{why}: {by:?}");
            let Ok(due) = wanted else {
                assert!(until.is_some_and(|until| until <= walk.now), "{why}: the request says until when");
                continue;
            };
            assert!(walk.runs().contains(&format!("answer customer {due}")), "{why}: {}", walk.runs());
            let late = walk.now > walk.clocks(Step::DecideTime).unit().due();
            assert_eq!(matches!(decided(&walk), Standing::Broken { .. }), late, "{why}: the answer itself");
            assert_eq!(walk.order.time_asked, None);
        }
        if grants.is_empty() {
            walk.act(&supervisor(), refuse()).expect("it can always be refused");
        }
    }
}

#[test]
fn the_answer_is_due_while_there_is_time_to_say_no() {
    let mut walk = bill();
    // Four hours before the unit's own time is over.
    walk.after(minutes((4 * 24 + 11) * 60)).act(&crew(), ask()).expect("late, but in time");
    let due = walk.order.time_asked.as_ref().map(|asked| asked.due);
    assert_eq!(due, Some(walk.clocks(Step::Answer).unit().due()));
}
