//! The law of the demo: how the facts of a technician's past set the chance of leaving.
//!
//! The log of the monthly rate of leaving by choice is a base plus one shape per feature plus one
//! interaction. A missing feature adds nothing. `docs/demo.md` shows the same as a table.
//! Never read by a model, a page or a default: only the generator and the tests know it.

use learn::math;

/// Average days in a month, the unit of every rate here.
pub const MONTH_DAYS: f64 = 365.25 / 12.0;

/// The true effect of one feature on the log of the monthly rate.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Name of the feature, as in the features table.
    pub feature: &'static str,
    /// The effect at a value.
    pub effect: fn(f64) -> f64,
    /// Highest minus lowest effect over the values that occur; 0 for a feature without effect.
    pub spans: f64,
}

/// How many features there are.
pub(super) const COUNT: usize = 18;

/// Places of the features in every array here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    TenureMonths,
    MonthsSinceRaise,
    PayVsZoneMedian,
    JobsPerDay,
    DriveMinPerJob,
    LongDriveShare,
    WeekendShare,
    OnCallNights,
    OvertimeShare,
    BookingBalance,
    BookingShift,
    FirstTimeFix,
    RecallRate,
    Csat,
    TrainingHours,
    ManagerChanges,
    CrewExits,
    ScheduleChanges,
}

/// Values of the features, in the order of `SHAPES`; `None` is missing.
pub(super) type Values = [Option<f64>; COUNT];

/// Log of the monthly rate when every effect is 0.
pub(super) const BASE: f64 = -5.52;

/// Highest value of `together`.
pub const TOGETHER_SPANS: f64 = 0.9;

/// Every feature's true shape, in the order of the features table.
pub fn shapes() -> Vec<Shape> {
    SHAPES.to_vec()
}

/// The one interaction: weekend share and on-call nights, harmful only when both are high.
pub fn together(weekend_share: f64, on_call_nights: f64) -> f64 {
    let weekend = line(weekend_share, &[(0.18, 0.0), (0.30, 1.0)]);
    let on_call = line(on_call_nights, &[(2.5, 0.0), (4.5, 1.0)]);
    TOGETHER_SPANS * weekend * on_call
}

pub(super) const SHAPES: [Shape; COUNT] = [
    Shape { feature: "tenure_months", effect: tenure, spans: 1.5 },
    Shape { feature: "months_since_raise", effect: raise, spans: 0.8 },
    Shape { feature: "pay_vs_zone_median", effect: pay, spans: 1.4 },
    Shape { feature: "jobs_per_day", effect: nothing, spans: 0.0 },
    Shape { feature: "drive_min_per_job", effect: drive, spans: 1.5 },
    Shape { feature: "long_drive_share", effect: nothing, spans: 0.0 },
    Shape { feature: "weekend_share", effect: weekend, spans: 0.2 },
    Shape { feature: "on_call_nights", effect: nothing, spans: 0.0 },
    Shape { feature: "overtime_share", effect: overtime, spans: 0.6 },
    Shape { feature: "booking_balance", effect: balance, spans: 1.2 },
    Shape { feature: "booking_shift", effect: shift, spans: 0.6 },
    Shape { feature: "first_time_fix_90d", effect: nothing, spans: 0.0 },
    Shape { feature: "recall_rate_90d", effect: nothing, spans: 0.0 },
    Shape { feature: "csat_90d", effect: nothing, spans: 0.0 },
    Shape { feature: "training_hours_180d", effect: nothing, spans: 0.0 },
    Shape { feature: "manager_changes_365d", effect: managers, spans: 0.6 },
    Shape { feature: "crew_exits_90d", effect: crew, spans: 0.8 },
    Shape { feature: "schedule_changes_per_week", effect: schedule, spans: 0.6 },
];

/// The rate of leaving by choice, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) effects: [f64; COUNT],
    pub(super) together: f64,
    pub(super) log_rate: f64,
}

/// What the law says about these values.
pub(super) fn terms(values: &Values) -> Terms {
    let effects = std::array::from_fn(|at| values[at].map_or(0.0, SHAPES[at].effect));
    let pair = (values[Place::WeekendShare as usize], values[Place::OnCallNights as usize]);
    let together = match pair {
        (Some(weekend), Some(on_call)) => together(weekend, on_call),
        _ => 0.0,
    };
    let log_rate = BASE + effects.iter().sum::<f64>() + together;
    Terms { effects, together, log_rate }
}

/// Monthly rates of the three ways to leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) voluntary: f64,
    pub(super) involuntary: f64,
    pub(super) other: f64,
}

impl Rates {
    /// `skill` is the person's own, about -1 to 1: the office lets go mostly early and of the unskilled.
    pub(super) fn new(log_rate: f64, tenure_months: f64, skill: f64) -> Self {
        let early = line(tenure_months, &[(0.0, 0.012), (3.0, 0.012), (6.0, 0.0)]);
        let involuntary = 0.004 + early * math::exp(-0.7 * skill);
        Self { voluntary: math::exp(log_rate), involuntary, other: 0.001 }
    }

    pub(super) fn total(self) -> f64 {
        self.voluntary + self.involuntary + self.other
    }

    /// The chance of leaving by choice within this many days if every rate stayed as it is.
    pub(super) fn voluntary_within(self, days: f64) -> f64 {
        let total = self.total();
        self.voluntary / total * (1.0 - math::exp(-total * days / MONTH_DAYS))
    }
}

fn nothing(_: f64) -> f64 {
    0.0
}

/// Rises to a cliff between months 3 and 6, then declines for years.
fn tenure(months: f64) -> f64 {
    line(
        months,
        &[(0.0, 0.2), (2.5, 0.3), (3.5, 0.9), (6.0, 0.9), (9.0, 0.35), (24.0, 0.0), (60.0, -0.6)],
    )
}

fn raise(months: f64) -> f64 {
    line(months, &[(12.0, 0.0), (24.0, 0.8)])
}

fn pay(ratio: f64) -> f64 {
    line(ratio, &[(0.85, 0.7), (1.15, -0.7)])
}

/// Flat to a knee, steep to 50 minutes, then nearly flat again.
fn drive(minutes: f64) -> f64 {
    line(minutes, &[(40.0, 0.0), (44.0, 0.2), (50.0, 1.4), (60.0, 1.5)])
}

fn weekend(share: f64) -> f64 {
    line(share, &[(0.0, 0.0), (0.4, 0.2)])
}

fn overtime(share: f64) -> f64 {
    line(share, &[(0.02, 0.0), (0.16, 0.6)])
}

/// Too little to do and too much to do are both harmful.
fn balance(ratio: f64) -> f64 {
    line(ratio, &[(0.5, 1.0), (0.65, 0.0), (0.95, 0.0), (1.12, 1.2)])
}

fn shift(distance: f64) -> f64 {
    line(distance, &[(0.03, 0.0), (0.12, 0.6)])
}

fn managers(changes: f64) -> f64 {
    line(changes, &[(0.0, 0.0), (1.0, 0.3), (2.0, 0.6)])
}

fn crew(exits: f64) -> f64 {
    line(exits, &[(0.0, 0.0), (1.0, 0.35), (2.0, 0.8)])
}

fn schedule(per_week: f64) -> f64 {
    line(per_week, &[(0.2, 0.0), (1.4, 0.6)])
}

/// Straight between the points, flat outside.
fn line(x: f64, points: &[(f64, f64)]) -> f64 {
    let Some(next) = points.iter().position(|point| x < point.0) else {
        return points.last().map_or(0.0, |point| point.1);
    };
    let Some(before) = next.checked_sub(1) else {
        return points[0].1;
    };
    let ((x0, y0), (x1, y1)) = (points[before], points[next]);
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_what_the_shapes_span() {
        for shape in shapes() {
            let effects: Vec<f64> =
                (0..=60_000).map(|step| (shape.effect)(f64::from(step) / 500.0)).collect();
            let high = effects.iter().copied().fold(f64::MIN, f64::max);
            let low = effects.iter().copied().fold(f64::MAX, f64::min);
            assert!((high - low - shape.spans).abs() < 1e-9, "{} {}", shape.feature, high - low);
        }
        assert!((together(0.4, 8.0) - TOGETHER_SPANS).abs() < 1e-12);
        assert!(together(0.4, 0.0).abs() < 1e-12 && together(0.0, 8.0).abs() < 1e-12);
    }

    #[test]
    fn a_missing_feature_adds_nothing() {
        assert!((terms(&[None; COUNT]).log_rate - BASE).abs() < 1e-12);
        let mut values = [None; COUNT];
        values[Place::DriveMinPerJob as usize] = Some(55.0);
        let terms = terms(&values);
        let sum = BASE + terms.effects.iter().sum::<f64>() + terms.together;
        assert!((terms.log_rate - sum).abs() < 1e-12 && terms.log_rate > BASE + 1.2);
    }

    #[test]
    fn chances_grow_with_the_horizon_and_leave_room_for_other_exits() {
        let rates = Rates::new(-3.0, 4.0, 0.0);
        let chances = [30.0, 90.0, 180.0, 365.0].map(|days| rates.voluntary_within(days));
        assert!(chances.is_sorted() && chances[3] < rates.voluntary / rates.total());
    }
}
