//! Charts as SVG inside the page: a line for each run over the day, and the bridge of lost calls.

use std::fmt::Write as _;

const WIDE: f64 = 620.0;
const HIGH: f64 = 220.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 26.0;

/// Of each run: how the page marks it, and how it is called.
pub const MARKS: [(&str, &str); 3] = [("without", "无播报"), ("with", "有播报"), ("both", "播报+应急")];

/// A figure by half hour, of each run.
pub struct Lines<'a> {
    pub title: &'a str,
    pub unit: &'a str,
    pub runs: Vec<Vec<Option<f64>>>,
    /// From and until which half hours storm mode was on.
    pub mode: &'a [(f64, f64)],
    /// The first half hour that is shown.
    pub from: usize,
    /// The half hour in which the storm came.
    pub storm: f64,
    /// The scale ends here, or where the figures do.
    pub most: Option<f64>,
}

impl Lines<'_> {
    pub fn svg(&self) -> String {
        let found = self.runs.iter().flatten().flatten().copied().fold(0.0, f64::max);
        let (most, step) = scale(self.most.unwrap_or(found));
        let first = self.from as f64;
        let x = |nth: f64| LEFT + (nth - first) / (48.0 - first) * (WIDE - LEFT - RIGHT);
        let y = |value: f64| TOP + (1.0 - value / most) * (HIGH - TOP - BOTTOM);
        let mut out = format!(
            "<figure><figcaption>{}<small>{}</small></figcaption><svg viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" aria-label=\"{}\">",
            self.title, self.unit, self.title
        );
        for (from, until) in self.mode {
            let from = &from.max(first);
            let _ = write!(
                out,
                "<rect class=\"mode\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"><title>应急模式</title></rect>",
                x(*from),
                (x(*until) - x(*from)).max(1.0),
                HIGH - TOP - BOTTOM
            );
        }
        let mut value = 0.0;
        while value <= most + step / 2.0 {
            let at = y(value);
            let _ = write!(
                out,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDE - RIGHT,
                LEFT - 6.0,
                at + 4.0,
                short(value)
            );
            value += step;
        }
        let hours = if self.from == 0 { 3 } else { 1 };
        for hour in (self.from.div_ceil(2)..=24).step_by(hours) {
            let at = x(hour as f64 * 2.0);
            let anchor = if hour == 24 { "end" } else { "middle" };
            let _ = write!(
                out,
                "<text class=\"tick\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{hour}:00</text>",
                HIGH - 8.0
            );
        }
        let at = x(self.storm);
        let _ = write!(
            out,
            "<line class=\"storm\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/><text class=\"storm-word\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">18:10 暴雨</text>",
            HIGH - BOTTOM,
            at - 5.0,
            TOP + 0.4 * (HIGH - TOP - BOTTOM)
        );
        for ((class, name), line) in MARKS.into_iter().zip(&self.runs) {
            let mut path = String::new();
            let mut dots = String::new();
            let mut pen_up = true;
            for (nth, value) in line.iter().enumerate().skip(self.from) {
                let Some(value) = value else {
                    pen_up = true;
                    continue;
                };
                let (at, over) = (x(nth as f64 + 0.5), y(value.min(most)));
                let _ = write!(path, "{}{at:.1} {over:.1}", if pen_up { "M" } else { "L" });
                pen_up = false;
                let _ = write!(
                    dots,
                    "<circle class=\"{class}\" cx=\"{at:.1}\" cy=\"{over:.1}\" r=\"5\"><title>{:02}:{:02} {name} {}{}</title></circle>",
                    nth / 2,
                    nth % 2 * 30,
                    short(*value),
                    self.unit
                );
            }
            let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>{dots}");
        }
        out + "</svg></figure>"
    }
}

/// A round end of the scale, and the step between its lines.
fn scale(most: f64) -> (f64, f64) {
    let most = most.max(1.0);
    let power = 10_f64.powf((most / 4.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| step * 4.0 >= most);
    let step = step.unwrap_or(most / 4.0);
    ((most / step).ceil() * step, step)
}

fn short(value: f64) -> String {
    if (value - value.round()).abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// From one count down to another: what took away how many.
pub fn bridge(
    classes: [&str; 2],
    first: (&str, usize),
    steps: &[(String, i64)],
    last: (&str, usize),
) -> String {
    const ROW: f64 = 34.0;
    const NAMES: f64 = 250.0;
    const AT: f64 = 900.0;
    let most = i64::try_from(first.1.max(last.1)).unwrap_or(1).max(1);
    let x = |value: i64| NAMES + value as f64 / most as f64 * (AT - NAMES - 60.0);
    let high = ROW * (steps.len() as f64 + 2.0) + 8.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 {AT} {high}\" role=\"img\" aria-label=\"放弃的电话：{}，{}\">",
        first.0, last.0
    );
    let mut row = |nth: usize, class: &str, name: &str, from: i64, to: i64, said: &str| {
        let y = nth as f64 * ROW + 6.0;
        let (left, right) = (x(from.min(to)), x(from.max(to)));
        let _ = write!(
            out,
            "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text><rect class=\"{class}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"22\" rx=\"3\"/><text class=\"count\" x=\"{:.1}\" y=\"{:.1}\">{said}</text>",
            NAMES - 12.0,
            y + 16.0,
            (right - left).max(1.5),
            right + 8.0,
            y + 16.0
        );
    };
    let mut now = i64::try_from(first.1).unwrap_or(0);
    row(0, classes[0], first.0, 0, now, &now.to_string());
    for (nth, (name, change)) in steps.iter().enumerate() {
        let next = now + change;
        let class = if *change < 0 { "saved" } else { "worse" };
        row(nth + 1, class, name, now, next, &format!("{change:+}"));
        now = next;
    }
    row(steps.len() + 1, classes[1], last.0, 0, now, &last.1.to_string());
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_round() {
        assert_eq!(scale(100.0), (100.0, 25.0));
        assert_eq!(scale(7.0), (8.0, 2.0));
        assert_eq!(scale(412.0), (600.0, 200.0));
        assert_eq!(scale(0.0), (1.0, 0.25));
    }
}
