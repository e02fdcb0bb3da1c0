//! Numbers as receipts say them.

/// A number with at most this many decimals, trailing zeros dropped.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let short = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A share in whole percent; small ones that are not zero say so.
pub(super) fn percent(share: f64) -> String {
    if 0.0 < share && share < 0.005 {
        return "under 1%".to_owned();
    }
    format!("{}%", number(share * 100.0, 0))
}

/// A number and its noun: `1 month`, `14 months`.
pub(super) fn count(value: f64, decimals: usize, one: &str, many: &str) -> String {
    let number = number(value, decimals);
    let noun = if number == "1" { one } else { many };
    format!("{number} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(14.0, 1), "14");
        assert_eq!(number(-0.04, 1), "0");
        assert_eq!(number(100.0, 0), "100");
        assert_eq!(percent(0.336), "34%");
        assert_eq!(percent(0.001), "under 1%");
        assert_eq!(percent(0.0), "0%");
        assert_eq!(count(0.96, 1, "night", "nights"), "1 night");
    }
}
