//! Kaplan-Meier: how long things last when some have not ended yet.
//!
//! Never here: groups, dates, SQL.

use crate::domain::rate::{Z95, wilson_ends};

/// How long one was followed, and whether the end was seen.
pub(super) type Followed = (f64, bool);

/// One step of the curve: just after `time`, this share remains.
struct Step {
    time: f64,
    share: f64,
    /// Greenwood's sum up to here: the variance of the logarithm of `share`.
    greenwood: f64,
}

/// Share not ended before `at`, with its 95% ends. Greenwood's variance is turned into the number
/// of people it is worth and that into Wilson's interval, which also holds when nobody or everybody
/// has gone. `None` without anyone.
pub(super) fn survival(followed: &mut [Followed], at: f64) -> Option<(f64, f64, f64)> {
    if followed.is_empty() {
        return None;
    }
    let all = followed.iter().filter(|it| it.0 >= at || it.1).count().max(1) as f64;
    let steps = steps(followed);
    let last = steps.iter().take_while(|it| it.time < at).last();
    let (share, greenwood) = last.map_or((1.0, 0.0), |it| (it.share, it.greenwood));
    let variance = share * share * greenwood;
    let worth =
        if variance > 0.0 && variance.is_finite() { share * (1.0 - share) / variance } else { all };
    let (low, high) = wilson_ends(share, worth);
    Some((share, low, high))
}

/// Time by which half have ended, with the times at which the 95% band of the curve (on the
/// log-log scale) crosses one half; the upper one is infinite when it never does. `None` when the
/// curve stays above one half.
pub(super) fn median_time(followed: &mut [Followed]) -> Option<(f64, f64, f64)> {
    let steps = steps(followed);
    let crossing = |share: fn(&Step) -> f64| steps.iter().find(|it| share(it) <= 0.5);
    let value = crossing(|it| it.share)?.time;
    let low = crossing(|it| band(it).0).map_or(value, |it| it.time);
    let high = crossing(|it| band(it).1).map_or(f64::INFINITY, |it| it.time);
    Some((value, low, high))
}

fn band(step: &Step) -> (f64, f64) {
    if step.share <= 0.0 {
        return (0.0, 0.0);
    }
    let log = step.share.ln();
    let spread = (Z95 * step.greenwood.sqrt() / log.abs()).exp();
    ((log * spread).exp(), (log / spread).exp())
}

/// The curve. Sorts `followed`; at the same time ends come before those merely no longer followed.
fn steps(followed: &mut [Followed]) -> Vec<Step> {
    followed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let (mut share, mut greenwood) = (1.0, 0.0);
    let mut steps = Vec::new();
    let mut at = 0;
    while at < followed.len() {
        let time = followed[at].0;
        let same = followed[at..].iter().take_while(|it| it.0.total_cmp(&time).is_eq()).count();
        let ended = followed[at..at + same].iter().filter(|it| it.1).count() as f64;
        let risk = (followed.len() - at) as f64;
        if ended > 0.0 {
            share *= 1.0 - ended / risk;
            greenwood += ended / (risk * (risk - ended));
            steps.push(Step { time, share, greenwood });
        }
        at += same;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_censoring_it_is_wilson() {
        let mut followed: Vec<Followed> = (1..=11).map(|it| (f64::from(it), true)).collect();
        let (share, low, high) = survival(&mut followed, 6.0).unwrap();
        // Five of eleven ended before 6: six remain, and 1 - (21 to 72%) is 28 to 79%.
        assert!((share - 6.0 / 11.0).abs() < 1e-12, "{share}");
        assert!((low - 0.280).abs() < 1e-3 && (high - 0.787).abs() < 1e-3, "{low} {high}");
        let mut stayed = vec![(200.0, false); 10];
        let (share, low, high) = survival(&mut stayed, 180.0).unwrap();
        assert!((share - 1.0).abs() < 1e-12 && (low - 0.722).abs() < 1e-3, "{low}");
        assert!((high - 1.0).abs() < 1e-12);
        assert!(survival(&mut [], 1.0).is_none());
    }

    #[test]
    fn the_textbook_case() {
        // Freireich's 6-MP arm (Collett): 21 patients, S(10) = 0.753, S(22) = 0.538, S(23) = 0.448,
        // Greenwood error at 10 weeks 0.0963; the median is 23 weeks, its upper limit open.
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
        let cut = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        let mut followed: Vec<Followed> = ended.iter().map(|it| (f64::from(*it), true)).collect();
        followed.extend(cut.iter().map(|it| (f64::from(*it), false)));
        let steps = steps(&mut followed);
        let at_10 = &steps[2];
        assert!((at_10.share - 0.7529).abs() < 1e-4, "{}", at_10.share);
        assert!((at_10.share * at_10.greenwood.sqrt() - 0.0963).abs() < 1e-4);
        let (median, low, high) = median_time(&mut followed).unwrap();
        assert!((median - 23.0).abs() < 1e-12 && (low - 13.0).abs() < 1e-12, "{median} {low}");
        assert!(high.is_infinite());
        assert!(median_time(&mut [(5.0, false); 9]).is_none());
    }
}
