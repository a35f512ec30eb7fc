//! The profiles that come with the program, and what is said of bad ones.

use expect_test::expect;
use kernel::calendar::Limit::{CalendarDays, Hours, Minutes, WorkingDays};

use super::{at, calendar, promised};
use crate::{Case, Kind, Profile, Rule, Site, Step};

#[test]
fn what_comes_with_the_program_is_sound_and_survives_a_file() {
    let laws = [Profile::gbt_28583(), Profile::provincial_power(), Profile::shanghai_power()];
    for profile in Profile::all().into_iter().chain(laws) {
        assert_eq!(profile.check(), [], "{}", profile.name);
        assert!(profile.rules.iter().all(|rule| !rule.source.is_empty()), "{}", profile.name);
        let text = serde_json::to_string(&profile).expect("plain data");
        assert_eq!(serde_json::from_str::<Profile>(&text).expect("reads back"), profile);
    }
}

#[test]
fn every_matter_has_a_time_for_its_answer_or_its_work() {
    for profile in Profile::all() {
        for kind in Kind::ALL {
            for site in [Site::Urban, Site::Rural, Site::Remote] {
                let case = Case::new(kind, site);
                let step =
                    [Step::Answer, Step::Finish].into_iter().find(|step| profile.rule(&case, *step).is_ok());
                assert!(step.is_some(), "{}: {kind:?} {site:?}", profile.name);
                assert!(profile.rule(&case, Step::Dispatch).is_ok(), "{}: {kind:?}", profile.name);
            }
        }
    }
}

/// `customer / unit` of the rule that fits.
#[track_caller]
fn check(
    profile: Profile,
    case: Case,
    step: Step,
    expected: (Option<kernel::calendar::Limit>, kernel::calendar::Limit),
) {
    let rule = profile.rule(&case, step).expect("a rule fits");
    assert_eq!((rule.customer, rule.unit_limit()), (expected.0, Some(expected.1)), "{}", rule.id);
}

#[test]
fn the_utility_the_place_and_the_circumstances_decide() {
    let fault = |site| Case::new(Kind::Fault, site);
    let arrive = |profile, case, limit| check(profile, case, Step::Arrive, (Some(limit), limit));
    arrive(Profile::power_sgcc(), fault(Site::Urban), Minutes(45));
    arrive(Profile::power_sgcc(), fault(Site::Remote), Minutes(120));
    arrive(Profile::power_sgcc(), fault(Site::Remote).with("important_customer"), Minutes(30));
    arrive(Profile::gas(), fault(Site::Urban).with("leak"), Minutes(30));
    arrive(Profile::gas(), fault(Site::Rural).with("leak"), Minutes(60));
    arrive(Profile::gas(), fault(Site::Rural), Hours(4));

    let paid = || Case::new(Kind::Request, Site::Urban).with("reconnection");
    check(Profile::power_sgcc(), paid(), Step::Finish, (Some(Hours(24)), Hours(24)));
    check(Profile::power_csg(), paid(), Step::Finish, (Some(Hours(12)), Hours(12)));
    check(Profile::cable(), paid(), Step::Finish, (Some(CalendarDays(5)), CalendarDays(5)));

    // The unit has a day less, or what the table says.
    let complaint = || Case::new(Kind::Complaint, Site::Urban);
    check(Profile::power_sgcc(), complaint(), Step::Answer, (Some(WorkingDays(5)), WorkingDays(4)));
    let enquiry = Case::new(Kind::Enquiry, Site::Urban);
    check(Profile::power_sgcc(), enquiry, Step::Answer, (Some(WorkingDays(5)), WorkingDays(2)));
    check(Profile::gov12345(), complaint(), Step::Take, (None, WorkingDays(1)));
    check(Profile::gov12345(), complaint().with("emergency"), Step::Answer, (Some(Hours(2)), Hours(2)));
}

#[test]
fn a_law_goes_over_a_utilitys_promises() {
    let case = |site| Case::new(Kind::Fault, site);
    let profile = || Profile::gbt_28583().over(Profile::power_sgcc());
    check(profile(), case(Site::Urban), Step::Arrive, (Some(Minutes(60)), Minutes(60)));
    check(profile(), case(Site::Rural), Step::Arrive, (Some(Minutes(90)), Minutes(90)));
}

#[test]
fn what_is_missing_is_said() {
    let profile = Profile { name: "EMPTY".into(), rules: Vec::new() };
    let missing = profile.rule(&Case::new(Kind::Fault, Site::Rural), Step::Arrive).expect_err("no rule");
    expect![
        "the profile EMPTY has no limit for Arrive of Fault (Rural): add a rule, or one without kind and site"
    ]
    .assert_eq(&missing.to_string());
    // So is a rule that says nothing.
    let profile = Profile { rules: vec![Rule { customer: None, ..promised(Hours(1)) }], ..profile };
    let case = Case::new(Kind::Praise, Site::Rural);
    assert!(profile.start(&case, Step::Answer, at("2025-04-11T16:30"), &calendar()).is_err());
}

#[test]
fn bad_rules_are_found() {
    let rule = |id: &str, rule: Rule| Rule { id: id.into(), ..rule };
    let of = |kind| Rule { kind: Some(kind), ..promised(WorkingDays(5)) };
    let rules = vec![
        rule("none", Rule { customer: None, ..of(Kind::Praise) }),
        rule("zero", Rule { customer: Some(Hours(0)), ..of(Kind::Report) }),
        rule("longer", Rule { unit: Some(WorkingDays(6)), ..of(Kind::Opinion) }),
        rule("fault", of(Kind::Fault)),
        rule("emergency", Rule { word: Some("emergency".into()), ..of(Kind::Request) }),
        rule("all", promised(WorkingDays(5))),
        rule("late", Rule { site: Some(Site::Rural), ..of(Kind::Suggestion) }),
    ];
    let findings = Profile { name: "BAD".into(), rules }.check();
    let told: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    expect![[r#"
        none says no limit: set customer, unit, or both
        zero gives no time at all: give at least one minute
        longer gives the unit longer than the customer was promised: shorten unit
        fault is a fault or an emergency and extendable: these never are, drop extendable
        emergency is a fault or an emergency and extendable: these never are, drop extendable
        late never applies, all stands above it and fits all it fits: move it up or drop it
    "#]]
    .assert_eq(&told);
}
