//! K22, K24, K25 (domain reference 2.2). A rate with nothing below the line is none, never 0 or 100 %.

/// A share, 0 to 1.
pub fn rate(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// 工单及时率: closed on time among all that were closed in the period or were open and overdue at its end, so that nothing is
/// gained by not closing.
pub fn k22(on_time: i64, late: i64, overdue: i64) -> Option<f64> {
    rate(on_time, on_time + late + overdue)
}

/// 退单率: sent back at least once among those sent to a unit.
pub fn k24(returned: i64, dispatched: i64) -> Option<f64> {
    rate(returned, dispatched)
}

/// 催办率: urged at least once among all.
pub fn k25(urged: i64, accepted: i64) -> Option<f64> {
    rate(urged, accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k22_counts_what_is_hidden_by_not_closing() {
        assert_eq!(k22(80, 10, 10), Some(0.8));
        assert_eq!(k22(0, 0, 5), Some(0.0), "nothing closed, five overdue");
        assert_eq!(k22(0, 0, 0), None);
    }

    #[test]
    fn k24_and_k25_are_none_of_nothing() {
        assert_eq!((k24(1, 4), k24(0, 0)), (Some(0.25), None));
        assert_eq!((k25(3, 12), k25(0, 0)), (Some(0.25), None));
    }
}
