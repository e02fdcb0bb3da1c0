//! Kept rows as the table a model learns from, and one row as the cells it scores.
//!
//! Columns are features, in the order asked for; a person is a group, a month is a time. Rows whose
//! label is censored are left out and counted, never called negatives.

use learn::ebm::Direction;
use learn::frame::{Column, Frame, Value};

use super::label::leaves_in_month;
use super::{FEATURES, Feature};
use crate::domain::calendar::Day;
use crate::store::months::{KeptRow, MonthRow};

/// The labelled rows as a frame, and which rows they are.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Features, 0/1 targets, technicians as groups, months (as `Month` counts) as times.
    pub frame: Frame,
    /// Position in the given rows of each row of the frame.
    pub rows: Vec<usize>,
    /// Rows left out: their month is not over in the data.
    pub censored: usize,
}

/// Labels rows by their own month and makes the frame of the labelled ones, in the given order: the
/// person-months of a discrete-time hazard.
///
/// `data_to` is the last day with data; `features` become the columns. Fails with
/// `learn::Error::Empty` when no row is labelled.
pub fn frame(kept: &[KeptRow], features: &[&Feature], data_to: Day) -> learn::Result<Labelled> {
    let labelled: Vec<(usize, bool)> = kept
        .iter()
        .enumerate()
        .filter_map(|(at, it)| Some((at, leaves_in_month(it.row.as_of, data_to, it.exit)?)))
        .collect();
    let rows: Vec<usize> = labelled.iter().map(|it| it.0).collect();
    let row = |at: &usize| &kept[*at].row;
    let column = |feature: &&Feature| {
        let values = rows.iter().map(|at| value(row(at), feature).unwrap_or(f64::NAN));
        Column::continuous(feature.id, values.collect())
    };
    let frame = Frame::new(
        features.iter().map(column).collect(),
        labelled.iter().map(|it| f64::from(u8::from(it.1))).collect(),
        None,
        rows.iter().map(|at| row(at).technician_id as u32).collect(),
        rows.iter().map(|at| row(at).month_no).collect(),
    )?;
    Ok(Labelled { frame, censored: kept.len() - rows.len(), rows })
}

/// The way each feature's shape may go, where one is known: no data then teach the opposite.
///
/// A value that is not known keeps a step of its own, bound by nothing.
pub fn directions(features: &[&Feature]) -> Vec<Option<Direction>> {
    let direction = |it: &&Feature| match it.direction? {
        super::Direction::Raises => Some(Direction::Rising),
        super::Direction::Lowers => Some(Direction::Falling),
    };
    features.iter().map(direction).collect()
}

/// The place of the one feature that advances by a month each month, come what may: tenure. Others
/// that count time begin anew (a raise, a course), so a look ahead holds them as they are.
pub fn clock() -> usize {
    FEATURES.iter().position(|it| it.id == CLOCK).unwrap_or_default()
}

/// Id of that feature.
const CLOCK: &str = "tenure_months";

/// The cells of one row, in the order of `features`: what a model scores.
pub fn cells(row: &MonthRow, features: &[&Feature]) -> Vec<Value<'static>> {
    let cell = |it: &&Feature| value(row, it).map_or(Value::Missing, Value::Number);
    features.iter().map(cell).collect()
}

/// A row's value of a feature.
pub fn value(row: &MonthRow, feature: &Feature) -> Option<f64> {
    let at = FEATURES.iter().position(|it| it.id == feature.id)?;
    row.values[at]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::by_id;
    use crate::store::months::{ExitType, FEATURE_COUNT};

    fn kept(id: i64, as_of: &str, drive: Option<f64>, exit: Option<(&str, ExitType)>) -> KeptRow {
        let day = |text| Day::parse(text).expect("an ISO date");
        let as_of = day(as_of);
        let mut values = [None; FEATURE_COUNT];
        (values[0], values[4]) = (Some(id as f64), drive);
        let row = MonthRow {
            technician_id: id,
            employment_id: id,
            month_no: as_of.month().0,
            as_of,
            zone_id: 1,
            office_id: 1,
            values,
        };
        KeptRow { id: id * 10, row, exit: exit.map(|(on, kind)| (day(on), kind)) }
    }

    #[test]
    fn censored_rows_are_left_out_and_counted() {
        let rows = [
            kept(1, "2026-01-01", Some(30.0), None),
            kept(2, "2026-01-01", None, Some(("2026-01-20", ExitType::Voluntary))),
            kept(3, "2026-01-01", Some(31.0), Some(("2026-01-20", ExitType::Involuntary))),
            kept(4, "2026-07-01", Some(32.0), None),
        ];
        let features = ["drive_min_per_job", "tenure_months"].map(|it| by_id(it).unwrap());
        let data_to = Day::parse("2026-06-30").unwrap();
        let it = frame(&rows, &features, data_to).unwrap();
        assert_eq!((it.rows, it.censored), (vec![0, 1, 2], 1));
        assert_eq!(it.frame.target(), [0.0, 1.0, 0.0]);
        assert_eq!(it.frame.group(), [1, 2, 3]);
        assert_eq!(it.frame.time(), [2026 * 12; 3]);
        assert_eq!(it.frame.row(0), [Value::Number(30.0), Value::Number(1.0)]);
        assert_eq!(it.frame.row(1), [Value::Missing, Value::Number(2.0)]);
        assert_eq!(cells(&rows[1].row, &features), it.frame.row(1));
        let none = frame(&rows[3..], &features, data_to);
        assert_eq!(none.map(|it| it.censored), Err(learn::Error::Empty));
    }

    #[test]
    fn directions_follow_the_features_and_the_clock_has_none() {
        let found = directions(FEATURES);
        let of = |id: &str| found[FEATURES.iter().position(|it| it.id == id).unwrap()];
        assert_eq!(of("drive_min_per_job"), Some(Direction::Rising));
        assert_eq!(of("pay_vs_zone_median"), Some(Direction::Falling));
        assert_eq!(FEATURES[clock()].id, CLOCK);
        assert_eq!(found[clock()], None, "the first months are not the last");
    }
}
