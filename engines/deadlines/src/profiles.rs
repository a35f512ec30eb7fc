//! The profiles that come with the program: power, gas, cable, the government hotline, and laws to lay over them.
//!
//! Numbers and their sources are those of the domain reference 3.3, whose row is each rule's id. A centre copies a
//! profile and changes it: every number here is a default.

use kernel::calendar::Limit::{self, CalendarDays, Hours, Minutes, WorkingDays};

use crate::matter::EMERGENCY;
use crate::matter::Kind::{self, Complaint, Enquiry, Fault, Opinion, Praise, Report, Request, Suggestion};
use crate::matter::Since::{self, Arrived, Booked, Dispatched, Done, Interrupted, Paid, ResultEntered};
use crate::matter::Site::{self, Remote, Rural, Urban};
use crate::matter::Step::{
    self, Answer, AnswerSupervision, Arrive, CallBack, Contact, Dispatch, EnterArrival, EnterResult,
    Estimate, Finish, Leave, Review, Take,
};
use crate::profile::{Profile, Rule, a_day_less};

const PROMISES_2022: &str = "State Grid, ten promises, text of 2022-23";
const PROMISES_2011: &str = "State Grid, ten promises, text of 2011";
const TICKETS: &str = "State Grid, limits of service requests";
const PRACTICE: &str = "practice of the field, not verified";
const GAS_COMPANIES: &str = "published promises of gas companies";
const GAS_REGULATION: &str = "Urban Gas Regulation, art. 29";
const CABLE_REGULATION: &str = "a provincial cable-television regulation";
const HOTLINE_REGULATIONS: &str = "12345 regulations of Jinan, art. 24, and Weifang, art. 20";
const DEFAULT: &str = "default of this program";

/// A promise to the customer; the unit's limit follows from it.
fn promised(id: &str, kind: Kind, step: Step, limit: Limit, source: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        step,
        kind: Some(kind),
        word: None,
        site: None,
        since: Since::Accepted,
        customer: Some(limit),
        unit: None,
        extendable: kind != Fault && a_day_less(limit) != limit,
        source: source.to_owned(),
    }
}

/// A limit the customer does not know of.
fn inside(id: &str, kind: Option<Kind>, step: Step, limit: Limit, since: Since) -> Rule {
    let rule = promised(id, Fault, step, limit, PRACTICE);
    Rule { kind, since, customer: None, unit: Some(limit), ..rule }
}

impl Rule {
    fn word(self, word: &str) -> Rule {
        let extendable = self.extendable && word != EMERGENCY;
        Rule { word: Some(word.to_owned()), extendable, ..self }
    }
    fn site(self, site: Site) -> Rule {
        Rule { site: Some(site), ..self }
    }
    fn since(self, since: Since) -> Rule {
        Rule { since, ..self }
    }
    fn unit(self, limit: Limit) -> Rule {
        Rule { unit: Some(limit), ..self }
    }
    fn any_kind(self) -> Rule {
        Rule { kind: None, ..self }
    }
    fn source(self, source: &str) -> Rule {
        Rule { source: source.to_owned(), ..self }
    }
    /// More time may be asked for, though the limit is not one of several working days.
    fn extendable(self) -> Rule {
        Rule { extendable: true, ..self }
    }
}

/// The steps between us and the unit, the same for every utility.
fn steps_inside() -> Vec<Rule> {
    vec![
        inside("dispatch-fault", Some(Fault), Dispatch, Minutes(2), Since::Accepted),
        inside("dispatch", None, Dispatch, Minutes(20), Since::Accepted),
        inside("take-fault", Some(Fault), Take, Minutes(3), Dispatched),
        inside("leave-fault", Some(Fault), Leave, Minutes(5), Dispatched),
        inside("enter-arrival", None, EnterArrival, Minutes(5), Arrived),
        inside("estimate-fault", Some(Fault), Estimate, Minutes(20), Arrived),
        inside("enter-result-fault", Some(Fault), EnterResult, Minutes(5), Done),
        inside("review", None, Review, Minutes(30), ResultEntered),
        inside("call-back-emergency", None, CallBack, Hours(24), ResultEntered).word(EMERGENCY),
        inside("call-back", None, CallBack, WorkingDays(1), ResultEntered),
        inside("supervision-fault", Some(Fault), AnswerSupervision, Hours(24), Since::Accepted)
            .source(DEFAULT),
        inside("supervision", None, AnswerSupervision, WorkingDays(2), Since::Accepted).source(DEFAULT),
    ]
}

fn profile(name: &str, rules: Vec<Rule>) -> Profile {
    let mut rules = rules;
    rules.extend(steps_inside());
    Profile { name: name.to_owned(), rules }
}

/// What State Grid and Southern Grid have in common.
fn power() -> Vec<Rule> {
    let of_2022 = |id, kind, step, limit| promised(id, kind, step, limit, PROMISES_2022);
    let ticket = |id, kind, step, limit| promised(id, kind, step, limit, TICKETS);
    let practice = |id, kind, limit| promised(id, kind, Answer, limit, PRACTICE);
    vec![
        inside("T-P04", Some(Fault), Dispatch, Minutes(5), Since::Accepted).word("important_customer"),
        promised("T-P04", Fault, Arrive, Minutes(30), "a city's rule for important customers")
            .word("important_customer"),
        of_2022("T-P01", Fault, Arrive, Minutes(45)).site(Urban),
        of_2022("T-P01", Fault, Arrive, Minutes(90)).site(Rural),
        of_2022("T-P01", Fault, Arrive, Minutes(120)).site(Remote),
        of_2022("T-P02", Fault, Finish, Hours(3)).site(Urban).since(Arrived),
        of_2022("T-P02", Fault, Finish, Hours(4)).since(Arrived),
        of_2022("T-P05", Complaint, Contact, Hours(24)),
        of_2022("T-P06", Complaint, Answer, WorkingDays(5)),
        promised("T-P18", Enquiry, Answer, WorkingDays(3), "Shanghai electricity regulation, art. 25")
            .word("outage"),
        promised("T-P19", Enquiry, Answer, WorkingDays(5), "Shanghai electricity regulation, art. 27")
            .word("bill"),
        ticket("T-P20", Enquiry, Contact, WorkingDays(1)).word("web"),
        promised("T-P08", Enquiry, Answer, WorkingDays(5), "Henan electricity regulation, art. 16")
            .unit(WorkingDays(2)),
        practice("T-P09", Report, WorkingDays(10)),
        practice("T-P09", Opinion, WorkingDays(10)),
        practice("T-P09", Suggestion, WorkingDays(10)),
        practice("T-P10", Praise, WorkingDays(4)).unit(WorkingDays(4)),
        ticket("T-P11", Request, Answer, WorkingDays(1)).word("reconnection").since(Done),
        ticket("T-P12", Request, Arrive, Hours(24)).word("appliance_damage"),
        ticket("T-P12", Request, Answer, WorkingDays(1)).word("appliance_damage").since(Done),
        ticket("T-P13", Request, Answer, WorkingDays(5)).word("meter").unit(WorkingDays(4)),
        ticket("T-P14", Request, Answer, WorkingDays(5)).word("reading").unit(WorkingDays(4)),
        of_2022("T-P17", Request, Finish, WorkingDays(5)).word("connection_resident"),
        of_2022("T-P17", Request, Finish, WorkingDays(6)).word("connection_low_voltage"),
        of_2022("T-P17", Request, Finish, WorkingDays(22)).word("connection_high_voltage"),
        of_2022("T-P17", Request, Finish, WorkingDays(32)).word("connection_high_voltage_dual"),
        ticket("T-P15", Request, Answer, WorkingDays(5)),
    ]
}

impl Profile {
    /// `POWER_SGCC`: State Grid's promises of 2022-23.
    pub fn power_sgcc() -> Profile {
        let mut rules = vec![
            promised("T-P11", Request, Finish, Hours(24), PROMISES_2011).word("reconnection").since(Paid),
        ];
        rules.extend(power());
        profile("POWER_SGCC", rules)
    }

    /// `POWER_CSG`: as State Grid's, reconnection after payment within 12 hours.
    pub fn power_csg() -> Profile {
        let mut rules = vec![
            promised("T-P11", Request, Finish, Hours(12), "Southern Grid, promises")
                .word("reconnection")
                .since(Paid),
        ];
        rules.extend(power());
        profile("POWER_CSG", rules)
    }

    /// `GAS`: town gas.
    pub fn gas() -> Profile {
        let company = |id, kind, step, limit| promised(id, kind, step, limit, GAS_COMPANIES);
        let rules = vec![
            inside("T-G02", Some(Fault), Leave, Minutes(3), Dispatched).word("leak").source(GAS_COMPANIES),
            company("T-G02", Fault, Arrive, Minutes(30)).word("leak").site(Urban),
            company("T-G02", Fault, Arrive, Minutes(60)).word("leak"),
            company("T-G05", Fault, Finish, Hours(24)).word("planned").since(Interrupted),
            company("T-G03", Fault, Arrive, Hours(4)),
            company("T-G03", Fault, Finish, Hours(24)),
            promised("T-G06", Enquiry, Answer, WorkingDays(5), GAS_REGULATION),
            company("T-G07", Complaint, Contact, WorkingDays(1)),
            company("T-G07", Complaint, Answer, WorkingDays(5)),
            company("T-G09", Request, Finish, CalendarDays(3)).word("turn_on").since(Booked).extendable(),
            company("T-G10", Request, Finish, CalendarDays(7)).word("installation").since(Paid).extendable(),
            company("T-G11", Request, Answer, CalendarDays(3)).word("alteration").since(Booked).extendable(),
            company("T-G11", Request, Finish, CalendarDays(7)).word("alteration").since(Paid).extendable(),
            company("T-G12", Request, Arrive, CalendarDays(5)).word("meter").since(Booked).extendable(),
            company("T-G13", Request, Arrive, Hours(24)).word("reading"),
            promised("T-G14", Request, Finish, WorkingDays(3), "Jinan gas regulation, art. 28")
                .word("rename"),
            promised("T-G15", Request, Finish, Hours(24), "Zibo gas regulation, arts. 17 and 25")
                .word("reconnection")
                .since(Paid),
            promised("T-G16", Request, Finish, WorkingDays(2), "Zhengzhou gas regulation, art. 30")
                .word("resume"),
        ];
        let rules = rules.into_iter().chain(answers_by_default()).collect();
        profile("GAS", rules)
    }

    /// `CABLE`: cable television.
    pub fn cable() -> Profile {
        let law = |id, kind, step, limit| promised(id, kind, step, limit, CABLE_REGULATION);
        let rules = vec![
            law("T-C02", Fault, Finish, Hours(48)).word("major").site(Urban),
            law("T-C02", Fault, Finish, Hours(72)).word("major"),
            law("T-C01", Fault, Finish, Hours(24)),
            law("T-C04", Request, Finish, CalendarDays(10)).word("installation").site(Urban).extendable(),
            law("T-C04", Request, Finish, CalendarDays(15)).word("installation").extendable(),
            law("T-C05", Request, Finish, CalendarDays(5)).word("reconnection").extendable(),
            promised("T-C08", Complaint, Contact, WorkingDays(1), DEFAULT),
            promised("T-C08", Complaint, Answer, WorkingDays(5), DEFAULT),
            promised("enquiry", Enquiry, Answer, WorkingDays(5), DEFAULT),
        ];
        let rules = rules.into_iter().chain(answers_by_default()).collect();
        profile("CABLE", rules)
    }

    /// `GOV12345`: tickets of the government hotline, which is answered as well as the caller.
    pub fn gov12345() -> Profile {
        let any = |id, step, limit, source| promised(id, Complaint, step, limit, source).any_kind();
        let second_hand = "a secondary source";
        let rules = vec![
            any("T-V02", Answer, Hours(2), second_hand).word(EMERGENCY),
            any("T-V03", Answer, Hours(24), second_hand).word("supply"),
            any("T-V01", Answer, WorkingDays(5), HOTLINE_REGULATIONS),
            Rule { customer: None, ..any("T-V06", Take, WorkingDays(1), second_hand).unit(WorkingDays(1)) },
        ];
        // A government ticket is signed for within a working day, whatever it is about.
        let rules = rules.into_iter().chain(steps_inside().into_iter().filter(|rule| rule.step != Take));
        Profile { name: "GOV12345".to_owned(), rules: rules.collect() }
    }

    /// GB/T 28583-2012, to lay over a power profile: on site in town within 60 minutes.
    pub fn gbt_28583() -> Profile {
        let source = "GB/T 28583-2012";
        let rules = vec![promised("T-P03", Fault, Arrive, Minutes(60), source).site(Urban)];
        Profile { name: "GBT_28583".to_owned(), rules }
    }

    /// A provincial electricity regulation, to lay over a power profile: on site within 1, 2 and 4 hours, complaints
    /// answered within 5 working days.
    pub fn provincial_power() -> Profile {
        let law =
            |step, kind, limit| promised("T-P03a", kind, step, limit, "a provincial electricity regulation");
        let rules = vec![
            law(Arrive, Fault, Hours(1)).site(Urban),
            law(Arrive, Fault, Hours(2)).site(Rural),
            law(Arrive, Fault, Hours(4)).site(Remote),
            law(Answer, Complaint, WorkingDays(5)),
        ];
        Profile { name: "PROVINCIAL_POWER".to_owned(), rules }
    }

    /// Shanghai's electricity regulation, art. 13, to lay over a power profile: on site within 60 minutes inside the
    /// outer ring, 90 outside.
    pub fn shanghai_power() -> Profile {
        let law =
            |limit| promised("T-P03a", Fault, Arrive, limit, "Shanghai electricity regulation, art. 13");
        let rules = vec![law(Minutes(60)).site(Urban), law(Minutes(90))];
        Profile { name: "SHANGHAI_POWER".to_owned(), rules }
    }

    /// All utilities' profiles, without the laws.
    pub fn all() -> Vec<Profile> {
        vec![
            Profile::power_sgcc(),
            Profile::power_csg(),
            Profile::gas(),
            Profile::cable(),
            Profile::gov12345(),
        ]
    }
}

/// What gas and cable have no rule of their own for is answered as power answers it.
fn answers_by_default() -> Vec<Rule> {
    let answer = |id, kind, days| promised(id, kind, Answer, WorkingDays(days), DEFAULT);
    vec![
        answer("report", Report, 10),
        answer("opinion", Opinion, 10),
        answer("suggestion", Suggestion, 10),
        answer("praise", Praise, 4),
        answer("request", Request, 5),
    ]
}
