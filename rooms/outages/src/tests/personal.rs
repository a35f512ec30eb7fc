//! One home is cut off for arrears: its own number hears why, and nobody else by any way into the menu.

use ivr::Answer;

use super::*;
use crate::rules::Moment;
use crate::rules::news::Waits;
use crate::rules::table::Terms;
use crate::telling::Whom;

async fn asks(centre: &Centre, key: &str, argument: &str) -> Option<Answer> {
    let asked = crate::telephone::Menus {
        calendar: centre.calendar.clone(),
        speech: Speech::none("a test"),
        shield: Default::default(),
        whose: Default::default(),
        booth: centre.booth.clone(),
    };
    let look_ups = crate::telephone::look_ups(&asked);
    let look_up = look_ups.iter().find(|one| one.key == key).expect("a look-up");
    look_up.ask(centre.site.app.clone(), argument.to_owned()).await.expect("an answer")
}

/// What customers were sent at a moment: the text and how many have it.
async fn written(db: &Db, outage: &Value, moment: &str, revision: u32) -> (String, usize) {
    let about = format!("{}:{moment}:{revision}", id(outage));
    let all = notices::about(db, "outages", &about).await.expect("notices");
    (all.first().map(|one| one.text.clone()).unwrap_or_default(), all.len())
}

/// The texts come as drafts with a new version of the program: until somebody approves them nothing is sent, and the page says so.
#[test]
fn a_text_that_nobody_has_approved_is_named_where_it_is_missed() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let draft =
            "UPDATE notices_template SET state = 'drafted' WHERE code IN ('gas_stopped', 'gas_arrears_off')";
        let mut tx = db.begin().await.expect("a change");
        sqlx::query(draft).execute(&mut *tx).await.expect("drafted");
        tx.commit().await.expect("kept");
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = Some(starts + Duration::from_secs(8 * HOUR));
        for (class, missing) in [("planned", "停气通知"), ("arrears", "欠费停气告知")] {
            let outage = centre.enter(WRITER, plan(&centre, class, &area, starts, ends).await).await;
            assert_eq!(outage["unapproved"], json!([missing]), "{class}");
        }
    });
}

#[test]
fn arrears_are_heard_by_the_debtor_s_own_number_only() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, own, other) = neighbours();
        let home = customer(SEED, own, TOWN);
        let numbers = json!({ "utility": "gas", "area": {}, "numbers": [home.account] });
        let account =
            centre.post(WRITER, "/api/outages/preview", numbers).await.body["area"]["accounts"][0].clone();
        let starts = centre.now() + Duration::from_secs(8 * 24 * HOUR);
        let mut cut =
            plan(&centre, "arrears", &area, starts, Some(starts + Duration::from_secs(24 * HOUR))).await;
        let text = format!("{}{}栋502室", home.parts.community, home.parts.building);
        cut["area"] = json!({ "text": &text, "accounts": [account] });
        let outage = centre.enter(WRITER, cut).await;
        assert_eq!(outage["counts"]["all"], 1, "{outage}");
        for (who, act) in [(WRITER, "submit"), (LEADER, "approve"), (WRITER, "publish")] {
            centre.act(who, &outage, json!({ "act": act })).await;
        }
        let ordered = json!({ "act": "set_greeting", "mode": "ordered", "words": null, "clip": null });
        let refused = centre.try_act(LEADER, &outage, ordered).await;
        assert_eq!(refused.body["code"], "outages.nobody_elses");
        centre.follow().await;
        // Of what is said to everybody nothing fits, and nobody but he is written to.
        let (first, many) = written(&db, &outage, "published", 1).await;
        assert_eq!(
            first,
            format!(
                "尊敬的客户，{text}的燃气费已逾期未缴，按合同约定将于1月13日8:00暂停供气。请在此之前通过营业厅或网上缴费渠道缴清，缴清后不再暂停。如已缴清或有疑问，请拨95598。"
            )
        );
        assert_eq!(many, 1);
        assert_eq!(
            centre.get(LEADER, &format!("/api/outages/{}", id(&outage))).await["unapproved"],
            json!([])
        );
        centre.pass(8 * 24 * HOUR);
        centre.follow().await;
        centre.follow().await;
        let (off, many) = written(&db, &outage, "started", 2).await;
        assert!(
            off.starts_with(&format!(
                "尊敬的客户，{text}因燃气费逾期未缴，按合同约定已于1月13日8:00暂停供气，请关闭灶前阀和表前阀。请通过"
            )),
            "{off}"
        );
        assert!(off.contains("缴清后我们将及时联系您恢复供气，请勿自行开阀") && many == 1, "{off}");
        let shown = centre.get(LEADER, &format!("/api/outages/{}", id(&outage))).await;
        assert_eq!(
            (&shown["state"], &shown["speaks"], &shown["texts"]),
            (&json!("in_progress"), &json!(true), &json!([]))
        );

        let mine = centre.heard(number(own).as_str()).await;
        assert!(
            mine.starts_with("own: ") && mine.contains("因费用逾期未缴") && mine.contains("缴清"),
            "{mine}"
        );
        assert!(!mine.contains("抢修"), "{mine}");
        assert_eq!((centre.heard(number(other).as_str()).await, centre.heard("").await), Default::default());
        // Who knows the account or the address, and is not the one, is not told; nor that all is well.
        let account =
            heard_of_account(&db, &centre.calendar, &home.account, centre.now()).await.expect("an answer");
        assert_eq!(account, None, "a person answers");
        for words in [&home.parts.community, &area, &format!("{area}/{}", home.parts.community)] {
            let heard = heard_of_area(&db, &centre.calendar, words, centre.now()).await.expect("an answer");
            assert_eq!(heard.segments, [], "{words}");
        }
        let none = |answer: Option<Answer>| answer.is_some_and(|one| one.value == "none");
        assert!(none(asks(&centre, "outages.places", &area).await), "the district offers no place for it");
        let place = format!("{area}/{}", home.parts.community);
        assert!(none(asks(&centre, "outages.place", &place).await));
        // Without a voice: a recorded sentence of his own.
        let said = asks(&centre, "outages", number(own).as_str()).await.expect("his own");
        let sounds = format!("{:?}", said.says.first().expect("one").sounds);
        assert!(sounds.starts_with("[Clip(recorded/interruption_arrears_off)"), "{sounds}");
        assert_eq!(asks(&centre, "outages", number(other).as_str()).await, None, "the menu as always");

        // At the desk, his record is open: the agent says the same.
        let his = customers::store::calls::by_number(&db, &number(own)).await.expect("found").remove(0);
        let desk = centre.get(AGENT, &format!("/api/outages/at_call/ca_5?customer={his}")).await;
        assert!(desk[0]["say"].as_str().is_some_and(|say| say.contains("缴清")), "{desk}");
    });
}

/// Texts of its own for cable television; a centre that has not approved them yet goes on with those it has.
#[test]
fn a_cable_customer_reads_of_a_signal_and_never_of_electricity() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (area, ..) = neighbours();
        let starts = centre.now() + Duration::from_secs(10 * 24 * HOUR);
        let ends = Some(starts + Duration::from_secs(8 * HOUR));
        let mut cable = plan(&centre, "planned", &area, starts, ends).await;
        (cable["utility"], cable["area"]) = (
            json!("cable"),
            json!({ "text": "青岚区梧桐苑", "places": [{ "area": "青岚区", "road": "", "community": "梧桐苑", "buildings": "" }] }),
        );
        let entered = centre.enter(WRITER, cable).await;
        let outage: OutageId = id(&entered).parse().expect("an id");
        let outage = outages::read(&db, outage).await.expect("read").expect("there");
        let told = async |moment: Moment, liaison: bool, turn: u32| {
            let settings = Settings::default();
            let terms = Terms { now: centre.now(), calendar: &centre.calendar, settings: &settings };
            let waits = Waits { liaison, wished: false };
            let whom = Whom { phone: "13812345678", name: "王女士", waits, loud: centre.now() };
            let once = format!("test.{turn}.{}.{liaison}", moment.as_str());
            let about = notices::Subject::new("outages", outage.id);
            let message = crate::telling::notice(&outage, moment, whom, about, once, terms);
            let mut tx = db.begin().await.expect("a change");
            let sent = notices::send(&mut tx, centre.now(), centre.site.app.id(), &message).await;
            let sent = sent.expect("asked").expect("there is a text");
            tx.commit().await.expect("kept");
            notices::store::read(&db, sent).await.expect("read").expect("there").text
        };
        let strange = |text: &str| text.replace("有线电视", "").contains(['电', '气']);
        for moment in [Moment::Published, Moment::Started, Moment::Restored, Moment::Cancelled] {
            for liaison in [false, true] {
                let text = told(moment, liaison, 1).await;
                assert!(text.contains("有线电视信号") && !strange(&text), "{text}");
            }
        }
        let texts = entered["texts"].as_array().expect("for the website and others");
        for text in texts {
            let text = text["body"].as_str().expect("a text").replace("咨询电话", "");
            assert!(text.contains("有线电视信号中断") && !strange(&text), "{text}");
        }
        let draft = async |like: &str| {
            let mut tx = db.begin().await.expect("a change");
            let draft = sqlx::query("UPDATE notices_template SET state = 'drafted' WHERE code LIKE $1");
            draft.bind(like).execute(&mut *tx).await.expect("drafted");
            tx.commit().await.expect("kept");
            centre.get(LEADER, &format!("/api/outages/{}", id(&entered))).await["unapproved"].clone()
        };
        assert_eq!(draft("cable_%").await, json!([]), "something is sent");
        assert!(told(Moment::Published, false, 2).await.contains("停电"), "as before");
        assert_eq!(draft("outage_%").await, json!(["有线电视计划中断通知", "恢复有线电视信号"]));
    });
}
