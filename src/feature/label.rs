//! What a model learns to foresee: does this technician leave of their own will within the month?
//! And what it is tested on: within a horizon?
//!
//! The only place that looks forwards from `as_of`. Never here: a guess about a window that has not
//! closed.

use crate::domain::calendar::Day;

pub use crate::store::months::ExitType;

/// The horizons offered, in days.
pub const HORIZONS: [i32; 4] = [30, 90, 180, 365];

/// Whether the person leaves of their own will in the calendar month that begins on `as_of`, from
/// 28 to 31 days: the label of the hazard, exactly one person-month for each exit.
///
/// Another kind of exit in the month counts as no: the hazard is cause-specific, and the person was
/// at risk of leaving by choice until then. `None`, censored: the month is not over in the data (also
/// when an exit has already been seen), or the exit lies before `as_of`.
pub fn leaves_in_month(as_of: Day, data_to: Day, exit: Option<(Day, ExitType)>) -> Option<bool> {
    let end = as_of.month().plus(1).first_day();
    if end > data_to.plus(1) {
        return None;
    }
    match exit {
        Some((on, _)) if on < as_of => None,
        Some((on, kind)) => Some(on < end && kind == ExitType::Voluntary),
        None => Some(false),
    }
}

/// Whether the person leaves of their own will in `[as_of, as_of + horizon_days)`.
///
/// `None`, censored: the data end before the window does (also when an exit has already been seen:
/// else the last months would hold only those who left), or another kind of exit cut it short, or
/// the exit lies before `as_of`. `data_to` is the last day with data, `exit` the end of the spell.
pub fn label(
    as_of: Day,
    horizon_days: i32,
    data_to: Day,
    exit: Option<(Day, ExitType)>,
) -> Option<bool> {
    let end = as_of.plus(horizon_days);
    if end > data_to.plus(1) {
        return None;
    }
    match exit {
        Some((on, _)) if on < as_of => None,
        Some((on, kind)) if on < end => (kind == ExitType::Voluntary).then_some(true),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::ExitType::{Involuntary, Other, Voluntary};
    use super::*;

    #[track_caller]
    fn check(
        as_of: &str,
        horizon: i32,
        data_to: &str,
        exit: Option<(&str, ExitType)>,
        expected: Option<bool>,
    ) {
        let day = |text| Day::parse(text).expect("an ISO date");
        let exit = exit.map(|(on, kind)| (day(on), kind));
        assert_eq!(label(day(as_of), horizon, day(data_to), exit), expected, "{as_of} {exit:?}");
    }

    #[test]
    fn each_exit_counts_in_exactly_one_month() {
        let day = |text: &str| Day::parse(text).expect("an ISO date");
        let months = ["2026-01-01", "2026-02-01", "2026-03-01"].map(day);
        let labels = |exit: Option<(&str, ExitType)>, data_to: &str| {
            let exit = exit.map(|(on, kind)| (day(on), kind));
            months.map(|it| leaves_in_month(it, day(data_to), exit))
        };
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(labels(None, "2026-12-31"), [no, no, no]);
        assert_eq!(labels(Some(("2026-01-31", Voluntary)), "2026-12-31"), [yes, None, None]);
        assert_eq!(labels(Some(("2026-02-01", Voluntary)), "2026-12-31"), [no, yes, None]);
        assert_eq!(labels(Some(("2026-02-28", Voluntary)), "2026-12-31"), [no, yes, None]);
        // The office's decision: at risk until then, and not an exit by choice.
        assert_eq!(labels(Some(("2026-02-10", Involuntary)), "2026-12-31"), [no, no, None]);
        assert_eq!(labels(Some(("2026-02-10", Other)), "2026-12-31"), [no, no, None]);
        // March ends on the 31st: a day less and it is not over.
        assert_eq!(labels(None, "2026-03-31"), [no, no, no]);
        assert_eq!(labels(Some(("2026-03-02", Voluntary)), "2026-03-30"), [no, no, None]);
    }

    #[test]
    fn leaving_inside_the_window_counts_first_day_in_last_day_out() {
        check("2026-01-01", 90, "2026-12-31", None, Some(false));
        check("2026-01-01", 90, "2026-12-31", Some(("2026-01-01", Voluntary)), Some(true));
        check("2026-01-01", 90, "2026-12-31", Some(("2026-03-31", Voluntary)), Some(true));
        check("2026-01-01", 90, "2026-12-31", Some(("2026-04-01", Voluntary)), Some(false));
        check("2026-01-01", 90, "2026-12-31", Some(("2025-12-31", Voluntary)), None);
    }

    #[test]
    fn february_has_its_own_length() {
        check("2024-02-01", 30, "2026-12-31", Some(("2024-03-01", Voluntary)), Some(true));
        check("2024-02-01", 30, "2026-12-31", Some(("2024-03-02", Voluntary)), Some(false));
        check("2025-02-01", 30, "2026-12-31", Some(("2025-03-02", Voluntary)), Some(true));
        check("2025-02-01", 30, "2026-12-31", Some(("2025-03-03", Voluntary)), Some(false));
        check("2024-01-01", 365, "2026-12-31", Some(("2024-12-30", Voluntary)), Some(true));
        check("2024-01-01", 365, "2026-12-31", Some(("2024-12-31", Voluntary)), Some(false));
    }

    #[test]
    fn an_open_window_is_censored_never_a_negative() {
        // 90 days from 1 September are over when 29 November is in the data.
        check("2026-09-01", 90, "2026-11-29", None, Some(false));
        check("2026-09-01", 90, "2026-11-28", None, None);
        check("2026-09-01", 90, "2026-11-28", Some(("2026-09-05", Voluntary)), None);
        check("2026-09-01", 365, "2026-11-28", Some(("2026-09-05", Involuntary)), None);
    }

    #[test]
    fn other_exits_censor_inside_the_window_only() {
        check("2026-01-01", 90, "2026-12-31", Some(("2026-02-01", Involuntary)), None);
        check("2026-01-01", 90, "2026-12-31", Some(("2026-02-01", Other)), None);
        check("2026-01-01", 30, "2026-12-31", Some(("2026-02-01", Involuntary)), Some(false));
    }
}
