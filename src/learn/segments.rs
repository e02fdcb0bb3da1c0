//! Kinds of situations: k-means of standardised numbers, each kind with its size and event rate.
//!
//! smartcore finds the groups; the number of groups is chosen by silhouette. Never looks at the
//! target while grouping: the rates are read off afterwards.

use crate::error::{Error, Result};
use crate::frame::{ColumnKind, Frame};
use crate::math;
use crate::rng::Rng;
use smartcore::cluster::kmeans::{KMeans, KMeansParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;
use std::collections::BTreeSet;

/// Numbers of segments tried.
pub const SEGMENTS: std::ops::RangeInclusive<usize> = 3..=6;
/// Distinct situations needed: fewer give no groups worth a name.
pub const SITUATIONS_MIN: usize = 60;
/// Features named for a segment.
const FEATURES_NAMED: usize = 3;
/// Starts of k-means for each number of segments; the tightest is kept.
const STARTS: u64 = 3;
/// Rows the groups are found on; all others go to the nearest centre.
const ROWS_MAX: usize = 2000;
/// Rows the silhouette is measured on.
const SILHOUETTE_ROWS: usize = 2000;
/// Rounds of one start.
const ROUNDS_MAX: usize = 100;
/// A standardised value is held within this, or one odd row would be a segment of its own.
const DEVIATIONS_MAX: f64 = 4.0;

/// Segments of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Segments {
    /// Columns grouped by: the numbers that vary, in frame order.
    pub features: Vec<String>,
    /// The segments, by falling event rate, then falling size.
    pub segments: Vec<Segment>,
    /// Per row the position of its segment.
    pub of_row: Vec<usize>,
    /// Simplified silhouette of the grouping, -1 to 1: how much closer rows are to their own centre
    /// than to the next one. Below about 0.2 the segments run into one another.
    pub silhouette: f64,
}

/// Rows alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Rows.
    pub rows: usize,
    /// Distinct persons among them.
    pub groups: usize,
    /// Rows with target 1.
    pub events: usize,
    /// Share of target 1, unweighted.
    pub rate: f64,
    /// Lower end of its 95 % Wilson interval, rows taken as independent.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
    /// Mean of each feature in standard deviations from the mean of all rows.
    pub centre: Vec<f64>,
    /// Mean of each feature in its own unit, known values only; NaN if none is known.
    pub units: Vec<f64>,
    /// Positions of the features in which it differs most from all rows, most first, at most three.
    pub differs: Vec<usize>,
}

/// A number column, standardised: missing values lie at the mean, odd ones at four deviations.
struct Standard {
    name: String,
    values: Vec<f64>,
}

/// Finds 3 to 6 segments of the rows. Seeded; depends on the order of the rows only through the
/// draws. Categories take no part. Errors: [`Error::AllConstant`] if no number varies,
/// [`Error::TooFewGroups`] below [`SITUATIONS_MIN`] distinct situations.
pub fn segments(frame: &Frame, seed: u64) -> Result<Segments> {
    let columns = standardised(frame);
    if columns.is_empty() {
        return Err(Error::AllConstant);
    }
    let row = |i: usize| -> Vec<f64> { columns.iter().map(|it| it.values[i]).collect() };
    let rows: Vec<Vec<f64>> = (0..frame.rows()).map(row).collect();
    let bits = |it: &Vec<f64>| it.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
    let distinct = rows.iter().map(bits).collect::<BTreeSet<_>>().len();
    if distinct < SITUATIONS_MIN {
        return Err(Error::TooFewGroups { have: distinct, need: SITUATIONS_MIN });
    }
    let rng = Rng::new(seed);
    let sample = draw(&rows, ROWS_MAX, rng.fork(0));
    let judged = draw(&rows, SILHOUETTE_ROWS, rng.fork(1));
    let mut best: Option<(f64, Vec<Vec<f64>>)> = None;
    for k in SEGMENTS {
        let Some(centres) = cluster(&sample, k, &rng)? else { continue };
        let found = silhouette(&judged, &centres);
        // The smaller number of segments keeps a tie.
        if best.as_ref().is_none_or(|it| found > it.0 + 1e-9) {
            best = Some((found, centres));
        }
    }
    let (silhouette, centres) = best.ok_or(Error::NotConverged { what: "k-means" })?;
    let nearest: Vec<usize> = rows.iter().map(|it| two_nearest(it, &centres).0).collect();
    let mut segments: Vec<(usize, Segment)> = (0..centres.len())
        .filter_map(|it| describe(frame, &columns, &nearest, it).map(|segment| (it, segment)))
        .collect();
    let order = |a: &Segment, b: &Segment| b.rate.total_cmp(&a.rate).then(b.rows.cmp(&a.rows));
    segments.sort_by(|a, b| order(&a.1, &b.1).then(a.0.cmp(&b.0)));
    let mut place = vec![0; centres.len()];
    segments.iter().enumerate().for_each(|(new, (old, _))| place[*old] = new);
    Ok(Segments {
        features: columns.into_iter().map(|it| it.name).collect(),
        of_row: nearest.into_iter().map(|it| place[it]).collect(),
        segments: segments.into_iter().map(|it| it.1).collect(),
        silhouette,
    })
}

fn standardised(frame: &Frame) -> Vec<Standard> {
    let of = |column: &crate::frame::Column| {
        let ColumnKind::Continuous(values) = &column.kind else { return None };
        let known: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
        let n = known.len() as f64;
        let mean = known.iter().sum::<f64>() / n;
        let square = known.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        let sd = libm::sqrt(square / n);
        let varies = sd.is_finite() && mean.is_finite() && sd > 1e-12 * mean.abs();
        let standard = |x: &f64| {
            let z = if x.is_nan() { 0.0 } else { (x - mean) / sd };
            z.clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX) + 0.0
        };
        varies.then(|| Standard {
            name: column.name.clone(),
            values: values.iter().map(standard).collect(),
        })
    };
    frame.columns().iter().filter_map(of).collect()
}

/// At most so many rows, in their order.
fn draw(rows: &[Vec<f64>], most: usize, mut rng: Rng) -> Vec<Vec<f64>> {
    if rows.len() <= most {
        return rows.to_vec();
    }
    let mut places: Vec<usize> = (0..rows.len()).collect();
    rng.shuffle(&mut places);
    places.truncate(most);
    places.sort_unstable();
    places.into_iter().map(|it| rows[it].clone()).collect()
}

/// Centres of the tightest of some starts; `None` if none fills all segments.
fn cluster(rows: &[Vec<f64>], k: usize, rng: &Rng) -> Result<Option<Vec<Vec<f64>>>> {
    let failed = |_| Error::NotConverged { what: "k-means" };
    let matrix = DenseMatrix::from_2d_vec(&rows.to_vec()).map_err(failed)?;
    let mut best: Option<(f64, Vec<Vec<f64>>)> = None;
    for start in 0..STARTS {
        let seed = rng.fork(100 * k as u64 + start).next_u64();
        let mut parameters = KMeansParameters::default().with_k(k).with_max_iter(ROUNDS_MAX);
        parameters.seed = Some(seed);
        let found = KMeans::<f64, u32, DenseMatrix<f64>, Vec<u32>>::fit(&matrix, parameters);
        let label: Vec<u32> = found.and_then(|it| it.predict(&matrix)).map_err(failed)?;
        let Some(centres) = centres(rows, &label, k) else { continue };
        let spread: f64 = rows.iter().map(|it| two_nearest(it, &centres).1).sum();
        if best.as_ref().is_none_or(|it| spread < it.0) {
            best = Some((spread, centres));
        }
    }
    Ok(best.map(|it| it.1))
}

/// Mean of each label; `None` if one has no rows.
fn centres(rows: &[Vec<f64>], label: &[u32], k: usize) -> Option<Vec<Vec<f64>>> {
    let mut sums = vec![vec![0.0; rows[0].len()]; k];
    let mut counts = vec![0.0; k];
    for (row, label) in rows.iter().zip(label) {
        sums[*label as usize].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        counts[*label as usize] += 1.0;
    }
    for (sum, count) in sums.iter_mut().zip(&counts) {
        for it in sum.iter_mut() {
            *it /= count;
        }
    }
    counts.iter().all(|it| *it > 0.0).then_some(sums)
}

/// The nearest centre, its squared distance, and that of the next one.
fn two_nearest(row: &[f64], centres: &[Vec<f64>]) -> (usize, f64, f64) {
    let mut found = (0, f64::INFINITY, f64::INFINITY);
    for (place, centre) in centres.iter().enumerate() {
        let square: f64 = row.iter().zip(centre).map(|(x, c)| (x - c) * (x - c)).sum();
        if square < found.1 {
            found = (place, square, found.1);
        } else if square < found.2 {
            found.2 = square;
        }
    }
    found
}

/// Mean of (b - a) / b with a the distance to the own centre, b to the next (Vendramin et al. 2010).
fn silhouette(rows: &[Vec<f64>], centres: &[Vec<f64>]) -> f64 {
    let of = |row: &Vec<f64>| {
        let (_, own, next) = two_nearest(row, centres);
        if next > 0.0 { 1.0 - libm::sqrt(own / next) } else { 0.0 }
    };
    rows.iter().map(of).sum::<f64>() / rows.len() as f64
}

/// A segment as it is told; `None` without rows.
fn describe(
    frame: &Frame,
    columns: &[Standard],
    nearest: &[usize],
    place: usize,
) -> Option<Segment> {
    let rows: Vec<usize> = (0..nearest.len()).filter(|row| nearest[*row] == place).collect();
    if rows.is_empty() {
        return None;
    }
    let n = rows.len() as f64;
    let events = rows.iter().filter(|row| frame.target()[**row] > 0.5).count();
    let (low, high) = math::wilson(events as f64, n, math::normal_quantile(0.975));
    let mean = |it: &Standard| rows.iter().map(|row| it.values[*row]).sum::<f64>() / n;
    let centre: Vec<f64> = columns.iter().map(mean).collect();
    let in_units = |it: &Standard| {
        let column = frame.columns().iter().find(|column| column.name == it.name)?;
        let ColumnKind::Continuous(values) = &column.kind else { return None };
        let known = || rows.iter().map(|row| values[*row]).filter(|x| !x.is_nan());
        Some(known().sum::<f64>() / known().count() as f64)
    };
    let units = columns.iter().map(|it| in_units(it).unwrap_or(f64::NAN)).collect();
    let mut differs: Vec<usize> = (0..centre.len()).collect();
    differs.sort_by(|a, b| centre[*b].abs().total_cmp(&centre[*a].abs()).then(a.cmp(b)));
    differs.truncate(FEATURES_NAMED);
    let groups = rows.iter().map(|row| frame.group()[*row]).collect::<BTreeSet<_>>().len();
    let rate = events as f64 / n;
    Some(Segment { rows: rows.len(), groups, events, rate, low, high, centre, units, differs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Column;

    /// Four blobs in two of three numbers, with rates of their own; the third number is noise.
    fn frame(rows: usize, seed: u64) -> Frame {
        let mut rng = Rng::new(seed);
        let spots = [(0.0, 0.0, 0.1), (10.0, 0.0, 0.8), (0.0, 300.0, 0.3), (10.0, 300.0, 0.5)];
        let mut numbers: [Vec<f64>; 3] = Default::default();
        let (mut target, mut group) = (Vec::new(), Vec::new());
        for row in 0..rows {
            let (x, y, rate) = spots[row % 4];
            numbers[0].push(if row % 50 == 0 { f64::NAN } else { x + rng.normal() });
            numbers[1].push(y + 20.0 * rng.normal());
            numbers[2].push(rng.normal() * 0.01);
            target.push(f64::from(u8::from(rng.unit() < rate)));
            group.push((row / 8) as u32);
        }
        let [x, y, noise] = numbers;
        let columns = vec![
            Column::continuous("x", x),
            Column::continuous("y", y),
            Column::continuous("noise", noise),
            Column::continuous("flat", vec![2.0; rows]),
            Column::nominal("zone", &vec![Some("a"); rows]),
        ];
        Frame::new(columns, target, None, group, vec![0; rows]).unwrap()
    }

    #[test]
    fn blobs_are_found_and_told_by_rate() {
        let frame = frame(800, 1);
        let found = segments(&frame, 7).unwrap();
        assert_eq!(found.features, ["x", "y", "noise"]);
        assert_eq!(found.segments.len(), 4, "silhouette {}", found.silhouette);
        assert!(found.segments.windows(2).all(|it| it[0].rate >= it[1].rate));
        assert_eq!(found.segments.iter().map(|it| it.rows).sum::<usize>(), 800);
        let riskiest = &found.segments[0];
        assert!(riskiest.low < 0.8 && riskiest.high > 0.8, "{riskiest:?}");
        assert!((riskiest.units[0] - 10.0).abs() < 0.5 && riskiest.units[1].abs() < 10.0);
        assert!(riskiest.centre[0] > 0.8 && riskiest.centre[1] < -0.8);
        assert!(riskiest.differs[..2].iter().all(|it| *it < 2), "noise differs least");
        assert_eq!(riskiest.groups, 100, "every person has rows in every blob");
        for (segment, it) in found.segments.iter().enumerate() {
            let rows = found.of_row.iter().filter(|of| **of == segment).count();
            assert_eq!(rows, it.rows);
        }
    }

    #[test]
    fn a_seed_gives_the_same_segments() {
        let frame = frame(300, 2);
        assert_eq!(segments(&frame, 1), segments(&frame, 1));
    }

    #[test]
    fn thin_data_are_told() {
        let few = frame(40, 3);
        assert_eq!(segments(&few, 1), Err(Error::TooFewGroups { have: 40, need: 60 }));
        let rows: Vec<usize> = (0..600).map(|row| row % 30).collect();
        let repeated = few.take(&rows).unwrap();
        let found = segments(&repeated, 1);
        assert!(matches!(found, Err(Error::TooFewGroups { have: 30, .. })), "rows repeat");
        let flat = vec![Column::continuous("flat", vec![2.0; 100])];
        let flat = Frame::new(flat, vec![0.0; 100], None, vec![0; 100], vec![0; 100]).unwrap();
        assert_eq!(segments(&flat, 1), Err(Error::AllConstant));
    }

    #[test]
    fn heavy_ties_are_no_obstacle() {
        let column = |of: fn(usize) -> usize| (0..500).map(|row| of(row) as f64).collect();
        let columns = vec![
            Column::continuous("mostly nothing", column(|row| if row < 440 { 0 } else { row })),
            Column::continuous("two", column(|row| row % 2)),
        ];
        let target = (0..500).map(|row| f64::from(u8::from(row % 5 == 0))).collect();
        let frame = Frame::new(columns, target, None, (0..500).collect(), vec![0; 500]).unwrap();
        let found = segments(&frame, 4).unwrap();
        assert!(SEGMENTS.contains(&found.segments.len()));
        assert!(found.segments.iter().all(|it| it.rows > 0));
    }
}
