//! What the sandbox does by itself: invented tickets, and what a city answers to what it is told.

use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Value, json};

use super::Heard;
use crate::rules::Told;

/// Its categories and what they are at a gas company.
pub const CATEGORIES: &[(&str, &str)] = &[
    ("GQ-01", "fault.no_gas"),
    ("GQ-02", "fault.pressure"),
    ("GQ-03", "fault.leak"),
    ("FW-01", "complaint.service"),
    ("FW-02", "complaint.billing"),
    ("JF-01", "enquiry.price"),
    ("YW-01", "request.turn_on"),
    ("YW-02", "request.meter_test"),
    ("JB-01", "report.theft"),
    ("JY-01", "suggestion.service"),
];

/// Category, unit, title, what was said.
const SAID: &[(&str, &str, &str, &str)] = &[
    ("GQ-01", "TG-RQ-QX", "小区停气", "市民反映早上七点起家中无气，物业称未接到通知，请尽快核实并恢复供气。"),
    ("FW-01", "TG-RQ", "营业厅服务", "市民反映在营业厅排队近一小时，窗口人员解释不清，要求改进并答复。"),
    ("JF-01", "TG-RQ-YY", "阶梯气价咨询", "市民咨询本年度第二阶梯气量起算标准，请予解答。"),
    ("GQ-02", "TG-RQ-QX", "灶火偏小", "市民反映做饭高峰灶火偏小，邻居家中同样情况，要求上门检查。"),
    ("FW-02", "TG-RQ", "气费异常", "市民反映本月气费是上月三倍，家中用气没有变化，要求核查表具和账单。"),
    ("YW-01", "TG-RQ-KF", "新房通气", "市民称新房已验收三周，多次预约通气未果，要求安排上门点火。"),
    ("JB-01", "TG-RQ", "疑似窃气", "市民举报某餐馆私接燃气管道，夜间作业，要求查处并为举报人保密。"),
    ("JY-01", "TG-RQ", "缴费提醒", "市民建议在欠费停气前增加一次电话提醒，方便老年用户。"),
    ("YW-02", "TG-RQ-YY", "要求校表", "市民怀疑燃气表走快，要求校验并书面答复结果。"),
];
const ROADS: &[(&str, &str)] =
    &[("青岚区", "淮河中路"), ("临溪区", "人民路"), ("青岚区", "长江西路"), ("临溪区", "湖滨路")];
const NAMES: &[&str] = &["王芳", "李建国", "欧阳晓明", "张敏", "刘洋"];

/// A ticket; the same number for the same moment. Nobody of them exists.
pub fn invented(now: Timestamp, seed: u64) -> Value {
    let mut dice = fastrand::Rng::with_seed(seed);
    let (category, unit, title, content) = SAID[dice.usize(..SAID.len())];
    let (area, road) = ROADS[dice.usize(..ROADS.len())];
    let hours = |hours: u64| now + Duration::from_secs(hours * 3_600);
    let urgent = category == "GQ-01";
    json!({
        "ticket": format!("TG{}", now.as_millis()),
        "category": category,
        "unit": unit,
        "title": title,
        "content": content,
        "contact_name": NAMES[dice.usize(..NAMES.len())],
        "contact_phone": format!("1390000{:04}", dice.u32(..10_000)),
        "address": format!("{road}{}号{}栋{}室", dice.u32(1..200), dice.u32(1..20), dice.u32(101..900)),
        "area": area,
        "urgent": urgent,
        "confidential": category == "JB-01",
        "reply_wanted": true,
        "sign_by": hours(if urgent { 1 } else { 4 }),
        "contact_by": hours(if urgent { 2 } else { 24 }),
        "answer_by": hours(if urgent { 24 } else { 5 * 24 }),
    })
}

/// What the city says to what it is told, if anything.
pub fn reply(heard: &Heard) -> Option<Value> {
    let ticket = heard.ticket.as_deref()?;
    let message =
        |kind: &str| json!({ "message": format!("re-{}", heard.id), "ticket": ticket, "kind": kind });
    let with = |mut message: Value, field: &str, value: Value| {
        message[field] = value;
        message
    };
    match heard.kind {
        Told::ExtensionAsked => {
            let granted = with(message("extension_granted"), "until", heard.data["until"].clone());
            Some(with(granted, "why", json!("情况属实")))
        }
        Told::HandBack if heard.data["reason"] == "not_ours" => {
            let refused = with(message("hand_back_refused"), "why", json!("经核实属贵单位职责"));
            Some(with(refused, "binding", json!(true)))
        }
        Told::HandBack => Some(message("hand_back_granted")),
        Told::CalledBack => {
            let rating = heard.data["satisfaction"].as_str().unwrap_or_default();
            let unhappy = matches!(rating, "dissatisfied" | "very_dissatisfied");
            unhappy.then(|| with(message("send_back"), "why", json!("回访群众不满意，请重新办理")))
        }
        _ => None,
    }
}
