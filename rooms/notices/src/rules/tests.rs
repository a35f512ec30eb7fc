//! The rules by example.

use std::collections::BTreeMap;

use kernel::calendar::Calendar;
use kernel::{NoticeId, PersonId, Timestamp};

use super::gate::{Gate, Known, Quiet, Settings, gate};
use super::settle::{Answer, Receipt, abandoned, answered, back_off, received};
use super::template::{self, Draft, Field, Stage, Template, TemplateAct};
use super::{
    Act, Channel, Class, Kept, LANGUAGE, Recipient, Refusal, State, Subject, Urgency, address, allowed,
};

fn at(text: &str) -> Timestamp {
    format!("2026-01-{text}+08:00").parse().expect("a time")
}

fn notice() -> Kept {
    Kept {
        id: NoticeId(1),
        once: "k".into(),
        template: "t".into(),
        language: LANGUAGE.into(),
        template_version: 1,
        class: Class::Service,
        channel: Channel::Sms,
        recipient: "13812345678".into(),
        customer: None,
        person: None,
        subject: String::new(),
        text: "您好".into(),
        about: Subject::new("work_orders", "wo_1"),
        urgency: Urgency::Normal,
        state: State::Queued,
        why: String::new(),
        detail: String::new(),
        attempts: 0,
        next_at: at("05T08:00"),
        lease_until: None,
        reference: 1,
        created_by: None,
        created_at: at("05T08:00"),
        handed_at: None,
        sent_at: None,
        done_at: None,
        expires_at: at("08T08:00"),
        version: 1,
    }
}

#[track_caller]
fn goes(notice: &Kept, known: Known, now: &str, expected: Gate) {
    let shown = gate(notice, known, &Settings::default(), &Calendar::china(), at(now));
    assert_eq!(shown, expected, "{now}");
}

#[test]
fn a_normal_notice_waits_for_the_end_of_quiet_hours_and_an_urgent_one_does_not() {
    let known = Known::default();
    goes(&notice(), known, "05T08:00:00", Gate::Send);
    goes(&notice(), known, "05T11:59:59.9", Gate::Send);
    goes(&notice(), known, "05T12:00:00", Gate::Wait(at("05T14:00")));
    goes(&notice(), known, "05T13:59:59.5", Gate::Wait(at("05T14:00")));
    goes(&notice(), known, "05T14:00:00", Gate::Send);
    goes(&notice(), known, "05T21:00:01", Gate::Wait(at("06T08:00")));
    goes(&notice(), known, "06T03:30:00", Gate::Wait(at("06T08:00")));
    goes(&notice(), known, "06T07:59:00", Gate::Wait(at("06T08:00")));
    let urgent = Kept { urgency: Urgency::Urgent, ..notice() };
    goes(&urgent, Known { today: 99, consent: Some(false) }, "06T03:30:00", Gate::Send);
    let mail = Kept { channel: Channel::Mail, ..notice() };
    goes(&mail, known, "06T03:30:00", Gate::Send);
}

#[test]
fn who_does_not_want_it_or_had_enough_gets_nothing() {
    let morning = "05T09:00";
    let known = |consent, today| Known { consent, today };
    goes(&notice(), known(Some(false), 0), morning, Gate::Suppress("not_wanted"));
    goes(&notice(), known(None, 9), morning, Gate::Send);
    goes(&notice(), known(None, 10), morning, Gate::Suppress("too_many"));
    let advert = Kept { class: Class::Marketing, ..notice() };
    goes(&advert, known(None, 0), morning, Gate::Suppress("not_wanted"));
    goes(&advert, known(Some(true), 0), morning, Gate::Send);
    goes(&advert, known(Some(true), 1), morning, Gate::Suppress("too_many"));
    goes(&notice(), known(None, 0), "08T08:00", Gate::Expire);
    // The cap is that of the day on which it goes out.
    goes(&notice(), known(None, 10), "05T22:00", Gate::Wait(at("06T08:00")));
}

/// Whoever has the work is told of it, also in a storm; at night only what may not wait.
#[test]
fn our_own_people_know_no_cap() {
    let crew = Kept { person: Some(PersonId(7)), ..notice() };
    goes(&crew, Known { today: 99, consent: Some(false) }, "05T09:00", Gate::Send);
    goes(&crew, Known::default(), "05T22:10", Gate::Wait(at("06T08:00")));
    let advert = Kept { class: Class::Marketing, ..crew };
    goes(&advert, Known { today: 1, consent: Some(true) }, "05T09:00", Gate::Suppress("too_many"));
}

/// The night in which the clock is turned forward is an hour shorter, the other one longer.
#[test]
fn quiet_hours_end_by_the_clock_on_the_wall() {
    let zone = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let calendar = Calendar::new(zone, kernel::calendar::Holidays::china());
    let check = |at: &str, until: &str| {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(Settings::default().loud_from(&calendar, time(at)), time(until), "{at}");
    };
    check("2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00");
    check("2026-10-24T22:30:12+02:00", "2026-10-25T08:00:00+01:00");
    check("2026-10-25T09:00:00+01:00", "2026-10-25T09:00:00+01:00");
}

#[test]
fn quiet_hours_leave_some_time() {
    let with = |spans: &[(&str, &str)]| {
        let quiet = spans.iter().map(|(from, to)| Quiet { from: (*from).into(), to: (*to).into() }).collect();
        Settings { quiet, ..Settings::default() }.checked()
    };
    assert!(with(&[]).is_ok());
    assert!(with(&[("08:00", "21:00"), ("20:30", "07:59")]).is_ok());
    assert_eq!(with(&[("08:00", "21:00"), ("20:30", "08:00")]), Err(Refusal::NeverLoud));
    for bad in ["8:00", "24:00", "12:60", "", "+1:00", "１２:00"] {
        assert!(matches!(with(&[(bad, "21:00")]), Err(Refusal::BadTime { .. })), "{bad}");
    }
}

#[test]
fn addresses_are_read_strictly() {
    let to = |phone: &str, mail: &str| Recipient {
        phone: Some(phone.into()),
        mail: Some(mail.into()),
        ..Recipient::default()
    };
    assert_eq!(address(Channel::Sms, &to("+86 138-1234-5678", "")), Ok("13812345678".into()));
    for bad in ["", "95598", "0562-2123456", "abc"] {
        assert_eq!(address(Channel::Sms, &to(bad, "")), Err(Refusal::NotAMobile), "{bad}");
    }
    assert_eq!(address(Channel::Mail, &to("", " Lisi@163.com ")), Ok("lisi@163.com".into()));
    for bad in ["", "lisi", "a@b", "a b@c.cn", "a@c.cn\r\nBcc: x@y.cn", "<a@c.cn>", "a@c..cn", ".a@c.cn"] {
        assert_eq!(address(Channel::Mail, &to("", bad)), Err(Refusal::BadMail), "{bad}");
    }
}

fn draft(body: &str, keys: &[&str]) -> Draft {
    let field =
        |key: &&str| Field { key: (*key).into(), label: "标签".into(), example: "例".into(), most: 10 };
    Draft {
        name: "通知".into(),
        class: Class::Service,
        urgent: false,
        subject: String::new(),
        body: body.into(),
        fields: keys.iter().map(field).collect(),
    }
}

#[test]
fn fields_are_declared_and_filled() {
    let fill = |body: &str, values: &[(&str, &str)]| {
        let values: BTreeMap<String, String> =
            values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        template::filled(body, &draft(body, &["a", "b"]).fields, &values)
    };
    assert_eq!(fill("因{a}推迟至{b}。", &[("a", "检修"), ("b", "8:00")]), Ok("因检修推迟至8:00。".into()));
    assert_eq!(fill("{a}", &[]), Err(Refusal::MissingValue { field: "a".into() }));
    assert_eq!(fill("{a} { b} {", &[("a", "x")]), Ok("x { b} {".into()));
    // A value brings no field, no signature, no line and no turned writing.
    assert_eq!(fill("{a}", &[("a", "{b}【x】\n\u{202e}y")]), Ok("{b}x y".into()));
    assert_eq!(
        fill("{a}", &[("a", "12345678901")]),
        Err(Refusal::ValueTooLong { field: "a".into(), most: 10 })
    );
    assert_eq!(template::checked(&draft("{a}", &[])), Err(Refusal::NotDeclared { field: "a".into() }));
    assert_eq!(template::checked(&draft("x", &["a"])), Err(Refusal::NotUsed { field: "a".into() }));
    assert_eq!(template::checked(&draft(" ", &[])), Err(Refusal::BadText { most: 1_000 }));
    assert_eq!(template::signed("您好".into(), "铜官燃气"), "【铜官燃气】您好");
    assert_eq!(template::signed("【铜官】您好".into(), "铜官燃气"), "【铜官】您好");
}

#[test]
fn words_that_end_advertisements() {
    for word in ["T", "td", "N", "r", " 退订 ", "退订。", "TD！！", "R."] {
        assert!(super::heard::wants_no_more(word), "{word}");
    }
    for word in ["", "。", "还是没电", "退订吗", "不退订", "1", "TDX"] {
        assert!(!super::heard::wants_no_more(word), "{word}");
    }
}

#[test]
fn a_gateways_reason_names_nobody() {
    let check = |words: &str, shown: &str| assert_eq!(super::heard::hidden(words), shown);
    check("550 5.1.1 <lisi@163.com>: no such user", "550 5.1.1 <l***@163.com>: no such user");
    check("mailbox lisi@163.com, full.", "mailbox l***@163.com, full.");
    check("no route to 138 1234 5678 (busy)", "no route to 138****5678 (busy)");
    check("+86-138-1234-5678", &format!("+{}", kernel::mask::phone("8613812345678")));
    check("0x14 message queue full, UNDELIV 027", "0x14 message queue full, UNDELIV 027");
    check("", "");
}

#[test]
fn a_text_is_approved_by_somebody_else() {
    let (author, other) = (PersonId(1), PersonId(2));
    let drafted = Template {
        code: "t".into(),
        language: LANGUAGE.into(),
        version: 1,
        stage: Stage::Drafted,
        draft: draft("您好", &[]),
        written_by: Some(author),
        written_at: at("05T08:00"),
        reviewed_by: None,
        reviewed_at: None,
        revision: 1,
    };
    let act = |template: &Template, act, who| template::decide(template, act, who, at("05T09:00"));
    assert_eq!(act(&drafted, TemplateAct::Approve, author), Err(Refusal::OwnText));
    let approved = act(&drafted, TemplateAct::Approve, other).expect("approved");
    assert_eq!((approved.stage, approved.reviewed_by), (Stage::Approved, Some(other)));
    assert!(act(&approved, TemplateAct::Approve, other).is_err());
    let retired = act(&approved, TemplateAct::Retire, author).expect("retired");
    assert_eq!((retired.stage, retired.reviewed_by), (Stage::Retired, Some(other)));
    assert_eq!(template::allowed(&retired, other), []);
    assert_eq!(template::allowed(&drafted, author), [TemplateAct::Retire]);
}

#[test]
fn what_the_gateway_says_settles_a_notice() {
    let sending = Kept { state: State::Sending, attempts: 1, lease_until: Some(at("05T09:03")), ..notice() };
    let now = at("05T09:00");
    let after = |answer: Answer, attempts| {
        let next = answered(&Kept { attempts, ..sending.clone() }, &answer, 3, now);
        (next.state, next.why)
    };
    let not_sent = |again| Answer::NotSent { again, why: "throttled".into() };
    assert_eq!(after(Answer::Accepted, 1), (State::Sent, String::new()));
    assert_eq!(after(not_sent(true), 1), (State::Queued, "retry".into()));
    assert_eq!(after(not_sent(true), 3), (State::Failed, "too_often".into()));
    assert_eq!(after(not_sent(false), 1), (State::Failed, "refused".into()));
    assert_eq!(after(Answer::Unknown { why: "cut".into() }, 1), (State::Unknown, "unknown".into()));
    assert_eq!(abandoned(&sending, now).state, State::Unknown);
    // A gateway that is down: no attempt, however many there were.
    let down = |after| {
        let answer = Answer::Down { after, why: "no connection".into() };
        let next = answered(&Kept { attempts: 3, ..sending.clone() }, &answer, 3, now);
        (next.state, next.why, next.attempts, next.next_at.since(now).as_secs(), next.handed_at)
    };
    assert_eq!(down(None), (State::Queued, "gateway".into(), 2, 5, None));
    assert_eq!(down(Some(std::time::Duration::from_secs(15))).3, 15);
    // Taken back, or sent again by a person, while it was under way.
    let closed = |state, answer: Answer| {
        let notice = Kept { state, why: super::NOT_AGAIN.into(), ..sending.clone() };
        let next = answered(&notice, &answer, 3, now);
        (next.state, next.why)
    };
    let not_again = |state| (state, super::NOT_AGAIN.to_owned());
    assert_eq!(closed(State::Sending, not_sent(true)), not_again(State::Cancelled));
    assert_eq!(closed(State::Unknown, not_sent(false)), not_again(State::Cancelled));
    assert_eq!(closed(State::Sending, Answer::Unknown { why: String::new() }), not_again(State::Unknown));
    assert_eq!(closed(State::Sending, Answer::Accepted), (State::Sent, String::new()));
    assert_eq!([1, 2, 3, 50].map(|n| back_off(n).as_secs()), [30, 60, 120, 3_600]);
}

#[test]
fn receipts_settle_what_was_sent_and_what_nobody_knew() {
    use Receipt::{Delivered, Expired, Undeliverable};
    let check = |state, parts: &[Option<Receipt>], expected: Option<State>| {
        let next = received(&Kept { state, ..notice() }, parts, "", at("05T09:00"));
        assert_eq!(next.map(|next| next.state), expected, "{state:?} {parts:?}");
    };
    check(State::Sent, &[Some(Delivered)], Some(State::Delivered));
    check(State::Sent, &[Some(Delivered), None], None);
    check(State::Sent, &[None, Some(Undeliverable)], Some(State::Failed));
    check(State::Sent, &[Some(Expired)], Some(State::Expired));
    check(State::Unknown, &[Some(Delivered)], Some(State::Delivered));
    check(State::Queued, &[Some(Delivered)], None);
    check(State::Delivered, &[Some(Undeliverable)], None);
    check(State::Sent, &[], None);
}

#[test]
fn what_may_be_sent_again() {
    let may = |state, why: &str| allowed(&Kept { state, why: why.into(), ..notice() });
    assert_eq!(may(State::Queued, ""), [Act::Cancel]);
    assert_eq!(may(State::Unknown, "unknown"), [Act::Resend]);
    assert_eq!(may(State::Unknown, super::SENT_AGAIN), [], "once is enough");
    assert_eq!(may(State::Unknown, super::NOT_AGAIN), [Act::Resend]);
    assert_eq!(may(State::Sending, ""), []);
    assert_eq!(may(State::Suppressed, ""), [], "who did not want it does not get it by a button");
}
