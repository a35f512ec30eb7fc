//! Whoever was cut off for what he owes or did is told so himself, in words of his own; nobody else is.

use super::*;
use crate::rules::Moment;
use crate::rules::personal::{message, messages};
use crate::rules::recorded::{self, sounds};

/// One home, from eight in the morning of 2025-07-20.
fn cut(class: Class, cause: Cause) -> Outage {
    let mut plan = plan(class, "2025-07-20 08:00", Some("2025-07-21 08:00"));
    (plan.area.text, plan.cause, plan.reason) = ("铜官区幸福小区3栋502室".into(), cause, "欠费停电".into());
    after(
        &draft(plan, "2025-07-01 09:00", 1),
        &[
            ("2025-07-01 09:05", WRITER, Act::Submit),
            ("2025-07-01 09:10", LEADER, Act::Approve { why: String::new() }),
            ("2025-07-01 09:15", WRITER, publish()),
        ],
    )
}

fn begun(outage: &Outage) -> Outage {
    after(outage, &[("2025-07-20 08:00", Asker::CENTRE, Act::Begin { why: String::new() })])
}

#[test]
fn the_debtor_hears_of_no_crew_and_no_amount() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let say = |outage: &Outage, now: &str| text(outage, true, voice(now, &calendar, &settings));
    let (arrears, breach) = (cut(Class::Arrears, Cause::Arrears), cut(Class::Breach, Cause::Breach));
    let off = begun(&arrears);
    assert_eq!(off.crew(), Crew::Waiting, "nobody repairs it");
    let paid = after(&off, &[("2025-07-20 15:00", WRITER, Act::Restore { at: None, why: String::new() })]);
    let lines = [
        say(&arrears, "2025-07-20 07:00"),
        say(&off, "2025-07-20 09:00"),
        say(&off, "2025-07-22 09:00"),
        say(&paid, "2025-07-20 15:01"),
        say(&breach, "2025-07-20 07:00"),
        say(&begun(&breach), "2025-07-20 09:00"),
    ];
    expect![[r#"
        您所在的铜官区幸福小区三栋五百零二室因费用逾期未缴，将于今天早上八点停电。请您在此之前通过营业厅或网上缴费渠道缴清，以免停电。如已办理或有疑问，请转人工服务。
        您所在的铜官区幸福小区三栋五百零二室因费用逾期未缴，已于今天早上八点停电。请您通过营业厅或网上缴费渠道缴清，缴清后将及时为您恢复供电。如已办理或有疑问，请转人工服务。
        您所在的铜官区幸福小区三栋五百零二室因费用逾期未缴，已于七月二十日早上八点停电。请您通过营业厅或网上缴费渠道缴清，缴清后将及时为您恢复供电。如已办理或有疑问，请转人工服务。
        您所在的铜官区幸福小区三栋五百零二室已于今天下午三点恢复供电。如您家仍无电，请先检查总开关，仍无电请转人工服务。
        您所在的铜官区幸福小区三栋五百零二室因使用情况与合同约定不符，将于今天早上八点停电。请您在此之前按要求整改，以免停电。如已办理或有疑问，请转人工服务。
        您所在的铜官区幸福小区三栋五百零二室因使用情况与合同约定不符，已于今天早上八点停电。请您按要求整改，经确认后将及时为您恢复供电。如已办理或有疑问，请转人工服务。
    "#]]
    .assert_eq(&format!("{}\n", lines.join("\n")));
    let at = voice("2025-07-20 09:00", &calendar, &settings);
    let clips = |outage: &Outage, own| {
        let all = sounds(outage, own, at);
        let name = |one: &audio::Sound| match one {
            audio::Sound::Clip(clip) => {
                Some(clip.name().to_owned()).filter(|name| name.starts_with("recorded/"))
            }
            _ => None,
        };
        all.iter().filter_map(name).collect::<Vec<_>>().join(" ").replace("recorded/interruption_", "")
    };
    assert_eq!(clips(&arrears, true), "arrears_coming arrears_todo");
    assert_eq!(
        (clips(&off, true), clips(&begun(&breach), true)),
        ("arrears_off".into(), "breach_off".into())
    );
    for outage in [&arrears, &off, &breach] {
        assert_eq!(sounds(outage, false, at), [], "nobody else's business");
        assert_eq!(recorded::notice(outage, at), sounds(outage, true, at), "and no end is promised");
    }
    let works = |class, now| {
        let mut works = plan(class, "2025-07-20 08:00", Some("2025-07-20 17:00"));
        works.cause = Cause::Construction;
        let begun = Outage { plan: works, ..begun(&planned()) };
        sounds(&begun, true, voice(now, &calendar, &settings)).first().cloned()
    };
    let clip =
        |name: &str| Some(audio::Sound::Clip(audio::Clip::new(&format!("recorded/interruption_{name}"))));
    assert_eq!(works(Class::Planned, "2025-07-20 09:00"), clip("planned_until"));
    assert_eq!(works(Class::Temporary, "2025-07-20 17:01"), clip("temporary_late"));
    assert_eq!(works(Class::Fault, "2025-07-20 09:00"), clip("until"));
    assert_eq!(sounds(&paid, true, voice("2025-07-20 15:01", &calendar, &settings)).len(), 1);
}

/// Another end is no news to him: supply comes back when he has paid.
#[test]
fn the_debtor_is_written_to_in_words_of_his_own() {
    let (arrears, breach) = (cut(Class::Arrears, Cause::Arrears), cut(Class::Breach, Cause::Breach));
    assert_eq!(messages(&arrears), ["outage_arrears", "outage_soon", "outage_arrears_off"]);
    assert_eq!(messages(&begun(&arrears)), ["outage_arrears_off"]);
    assert_eq!(messages(&breach), ["outage_breach", "outage_breach_off"]);
    let mut gas = arrears.clone();
    gas.plan.utility = Utility::Gas;
    assert_eq!(messages(&gas), ["gas_arrears", "gas_soon", "gas_arrears_off"]);
    assert_eq!(message(&arrears, Moment::Cancelled), None);
    assert_eq!(message(&planned(), Moment::Published), None);

    let another = |starts: Option<&str>, ends: &str| Act::Revise {
        starts: starts.map(at),
        ends: Some(at(ends)),
        next_news: None,
        cause: Cause::Arrears,
        crew: Crew::Waiting,
        why: "客户申请".into(),
    };
    let end = after(&arrears, &[("2025-07-02 09:00", WRITER, another(None, "2025-07-23 08:00"))]);
    assert_eq!((arrears.news(), end.revision(), end.news()), (1, 2, 1));
    let later = another(Some("2025-07-22 08:00"), "2025-07-23 08:00");
    assert_eq!(after(&arrears, &[("2025-07-02 09:00", WRITER, later)]).news(), 2);
}

#[test]
fn nobody_else_hears_of_it_or_reads_it() {
    let (calendar, settings) = (Calendar::china(), Settings { many: 1, ..Settings::default() });
    let at = voice("2025-07-20 09:00", &calendar, &settings);
    let mut off = begun(&cut(Class::Arrears, Cause::Arrears));
    off.counts.all = 5_000;
    assert!(heard(std::slice::from_ref(&off), &[], at).segments.is_empty(), "however many are affected");
    assert_eq!(heard(std::slice::from_ref(&off), &[off.id], at).segments.len(), 1, "his own number");
    assert_eq!(ready(&off, at), []);
    let set = |mode| Act::SetGreeting { mode, words: None, clip: None };
    assert_eq!(refused(&off, "2025-07-20 09:00", LEADER, &set(Mode::Ordered)), Refusal::NobodyElses);
    assert_eq!(
        after(&off, &[("2025-07-20 09:00", LEADER, set(Mode::Off))]).greeting.mode,
        Mode::Off,
        "he may be told nothing"
    );
    // One that was ordered as a fault, and is what it is only since.
    off.greeting.mode = Mode::Ordered;
    assert!(heard(&[off], &[], at).segments.is_empty());
}

#[test]
fn what_was_cut_off_for_construction_is_no_repair() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let mut temporary = plan(Class::Temporary, "2025-07-20 08:00", Some("2025-07-20 17:00"));
    temporary.cause = Cause::Construction;
    let begun = begun(&after(
        &draft(temporary, "2025-07-18 09:00", 500),
        &[
            ("2025-07-18 09:05", WRITER, Act::Submit),
            ("2025-07-18 09:10", LEADER, Act::Approve { why: String::new() }),
            ("2025-07-18 09:15", WRITER, publish()),
        ],
    ));
    assert_eq!(
        text(&begun, false, voice("2025-07-20 08:01", &calendar, &settings)),
        "铜官区幸福小区三至八栋因施工，于今天早上八点停电，工作人员正在施工，预计下午五点恢复供电。如您在上述区域，请耐心等候。"
    );
}
