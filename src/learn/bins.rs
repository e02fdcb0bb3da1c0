//! How a value becomes a bin: 0 is missing, the last one unseen, the real bins lie between.
//!
//! Never looks at the target: bins depend on the values and the weights of the rows alone.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind, MISSING, Value};
use std::collections::BTreeMap;

/// Most bins a feature may have, missing and unseen included: an index fits a byte.
pub const BINS_MAX: usize = 256;

/// The bins of one feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Name of the column.
    pub name: String,
    /// Where the real bins begin and end.
    pub kind: BinKind,
    /// Training rows per bin, missing and unseen included; the unseen bin has none.
    pub counts: Vec<u64>,
    /// Smallest value seen; NaN for nominal features and if all were missing.
    pub min: f64,
    /// Largest value seen; NaN likewise.
    pub max: f64,
}

/// The real bins.
#[derive(Clone, Debug, PartialEq)]
pub enum BinKind {
    /// Strictly ascending cuts; k cuts make k + 1 bins. A value at or above a cut lies right of it.
    Cuts(Vec<f64>),
    /// One bin per label, in ascending order of the labels.
    Categories(Vec<String>),
}

impl Bins {
    /// Bins of a column: at most `bins_max` in all, missing and unseen included (4 to 256).
    ///
    /// Continuous: one bin per distinct value if they fit, else about equal weight per bin, a value
    /// heavier than a bin's share standing alone; each cut is the shortest decimal in its gap.
    /// Nominal: one bin per label that occurs. `weight` gives the weight of a row; all finite.
    pub fn fit(column: &Column, weight: impl Fn(usize) -> f64, bins_max: usize) -> Result<Self> {
        if !(4..=BINS_MAX).contains(&bins_max) {
            return Err(Error::Option { name: "bins_max", must: "from 4 to 256" });
        }
        let (kind, min, max) = match &column.kind {
            ColumnKind::Continuous(values) => {
                let runs = distinct(values, weight);
                let end = |run: Option<&(f64, f64)>| run.map_or(f64::NAN, |it| it.0);
                (BinKind::Cuts(cuts(&runs, bins_max - 2)), end(runs.first()), end(runs.last()))
            }
            ColumnKind::Nominal { labels, index } => {
                let mut used = vec![false; labels.len()];
                for i in index {
                    if let Some(it) = used.get_mut(*i as usize) {
                        *it = true;
                    }
                }
                let pairs = labels.iter().zip(&used).filter(|it| *it.1);
                let mut present: Vec<String> = pairs.map(|it| it.0.clone()).collect();
                present.sort_unstable();
                if present.len() > bins_max - 2 {
                    let (have, max) = (present.len(), bins_max - 2);
                    let column = column.name.clone();
                    return Err(Error::TooManyCategories { column, have, max });
                }
                (BinKind::Categories(present), f64::NAN, f64::NAN)
            }
        };
        let mut bins = Self { name: column.name.clone(), kind, counts: Vec::new(), min, max };
        bins.counts = vec![0; bins.len()];
        for bin in bins.index(column)? {
            bins.counts[bin as usize] += 1;
        }
        Ok(bins)
    }

    /// Bins in all, missing and unseen included; from 2 to 256.
    pub fn len(&self) -> usize {
        self.real() + 2
    }

    /// Never: the missing and the unseen bin always exist.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Real bins: `1..=real()`.
    pub fn real(&self) -> usize {
        match &self.kind {
            BinKind::Cuts(cuts) => cuts.len() + 1,
            BinKind::Categories(labels) => labels.len(),
        }
    }

    /// Whether the real bins have an order.
    pub fn is_continuous(&self) -> bool {
        matches!(self.kind, BinKind::Cuts(_))
    }

    /// The bin for values never met: a label that did not occur, or a label where a number belongs.
    pub fn unseen(&self) -> usize {
        self.len() - 1
    }

    /// The bin of a value. NaN and [`Value::Missing`] give 0; infinities the outermost real bins.
    pub fn bin(&self, value: Value<'_>) -> usize {
        match (value, &self.kind) {
            (Value::Missing, _) => 0,
            (Value::Number(x), _) if x.is_nan() => 0,
            (Value::Number(x), BinKind::Cuts(cuts)) => 1 + cuts.partition_point(|cut| *cut <= x),
            (Value::Label(label), BinKind::Categories(labels)) => {
                match labels.binary_search_by(|it| it.as_str().cmp(label)) {
                    Ok(place) => 1 + place,
                    Err(_) => self.unseen(),
                }
            }
            _ => self.unseen(),
        }
    }

    /// The bins of all rows of a column of the same name and kind.
    pub fn index(&self, column: &Column) -> Result<Vec<u8>> {
        let mismatch = |found: String| Error::ColumnMismatch { expected: self.name.clone(), found };
        if column.name != self.name {
            return Err(mismatch(column.name.clone()));
        }
        match (&column.kind, &self.kind) {
            (ColumnKind::Continuous(values), BinKind::Cuts(_)) => {
                Ok(values.iter().map(|x| self.bin(Value::Number(*x)) as u8).collect())
            }
            (ColumnKind::Nominal { labels, index }, BinKind::Categories(_)) => {
                let map: Vec<u8> =
                    labels.iter().map(|it| self.bin(Value::Label(it)) as u8).collect();
                let unseen = self.unseen() as u8;
                let known = |i: &u32| map.get(*i as usize).copied().unwrap_or(unseen);
                let place = |i: &u32| if *i == MISSING { 0 } else { known(i) };
                Ok(index.iter().map(place).collect())
            }
            _ => Err(mismatch("a column of the other kind".to_owned())),
        }
    }

    /// Lower and upper end of a real bin of a continuous feature; the outermost ends are the
    /// smallest and largest value seen. `None` for other bins.
    pub fn edges(&self, bin: usize) -> Option<(f64, f64)> {
        let BinKind::Cuts(cuts) = &self.kind else { return None };
        if bin == 0 || bin >= self.unseen() {
            return None;
        }
        let low = if bin == 1 { self.min } else { cuts[bin - 2] };
        let high = cuts.get(bin - 1).copied().unwrap_or(self.max);
        Some((low, high))
    }

    /// Label of a real bin of a nominal feature. `None` for other bins.
    pub fn label(&self, bin: usize) -> Option<&str> {
        match &self.kind {
            BinKind::Categories(labels) if bin > 0 => labels.get(bin - 1).map(String::as_str),
            _ => None,
        }
    }
}

/// Distinct numbers in ascending order, each with its weight. Does not depend on the row order.
fn distinct(values: &[f64], weight: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
    let known = values.iter().enumerate().filter(|it| !it.1.is_nan());
    // Adding zero turns -0.0 into 0.0.
    let mut pairs: Vec<(f64, f64)> = known.map(|(row, x)| (*x + 0.0, weight(row))).collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut runs: Vec<(f64, f64)> = Vec::new();
    for (x, w) in pairs {
        match runs.last_mut() {
            Some(run) if run.0 == x => run.1 += w,
            _ => runs.push((x, w)),
        }
    }
    runs
}

/// Cuts that give at most `bins` bins of about equal weight.
fn cuts(runs: &[(f64, f64)], bins: usize) -> Vec<f64> {
    if runs.len() <= bins {
        return runs.windows(2).map(|it| short_between(it[0].0, it[1].0)).collect();
    }
    let mut left: f64 = runs.iter().map(|it| it.1).sum();
    let (mut bins_left, mut inside) = (bins as f64, 0.0);
    let mut cuts = Vec::with_capacity(bins - 1);
    for i in 0..runs.len() {
        let share = left / bins_left;
        // Close the bin before a run that would overshoot by more than stopping here undershoots.
        let overshoots = inside > 0.0 && (inside + runs[i].1 - share) > (share - inside);
        if overshoots && bins_left > 1.0 {
            cuts.push(short_between(runs[i - 1].0, runs[i].0));
            left -= inside;
            bins_left -= 1.0;
            inside = 0.0;
        }
        inside += runs[i].1;
    }
    cuts
}

/// The decimal with the fewest digits in `(low, high]`, closest to the middle among its equals.
///
/// `low < high`. Falls back to `high`, which is always right because cuts belong to the right.
pub(crate) fn short_between(low: f64, high: f64) -> f64 {
    let middle = low + (high - low) / 2.0;
    let top = libm::floor(libm::log10(high.abs().max(low.abs()).max(1e-300))) as i32 + 1;
    for power in (top - 17..=top).rev() {
        if !(-22..=22).contains(&power) {
            continue;
        }
        // Both scales are exact powers of ten, so the quotient is the double nearest the decimal.
        let scale = TEN[power.unsigned_abs() as usize];
        let (up, down) = if power >= 0 { (scale, 1.0) } else { (1.0, scale) };
        let steps = libm::round(middle / up * down);
        for step in [steps, steps + 1.0, steps - 1.0] {
            let cut = step * up / down;
            if cut > low && cut <= high {
                return cut + 0.0;
            }
        }
    }
    high
}

const TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Weight of each bin over rows: binned values and the weight of a row.
pub(crate) fn weights(bins: &Bins, index: &[u8], weight: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; bins.len()];
    for (bin, w) in index.iter().zip(weight) {
        sums[*bin as usize] += w;
    }
    sums
}

/// Bins of every column, names unique by construction of the frame.
pub(crate) fn fit_all(
    columns: &[Column],
    weight: impl Fn(usize) -> f64,
    bins_max: usize,
) -> Result<Vec<Bins>> {
    columns.iter().map(|it| Bins::fit(it, &weight, bins_max)).collect()
}

/// Positions of names, for callers that look features up by name.
pub fn positions(bins: &[Bins]) -> BTreeMap<&str, usize> {
    bins.iter().enumerate().map(|(i, it)| (it.name.as_str(), i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(values: &[f64], max: usize) -> Bins {
        Bins::fit(&Column::continuous("x", values.to_vec()), |_| 1.0, max).unwrap()
    }

    #[test]
    fn few_values_are_cut_between_neighbours_at_short_decimals() {
        let bins = fit(&[3.0, 1.0, f64::NAN, 2.0, 2.0], 256);
        assert_eq!(bins.kind, BinKind::Cuts(vec![2.0, 3.0]));
        assert_eq!(bins.counts, [1, 1, 2, 1, 0]);
        assert_eq!((bins.min, bins.max), (1.0, 3.0));
        assert_eq!(bins.bin(Value::Number(2.0)), 2, "a value at a cut lies right of it");
        assert_eq!(bins.bin(Value::Number(1.999)), 1);
        assert_eq!(bins.bin(Value::Number(f64::NEG_INFINITY)), 1);
        assert_eq!(bins.bin(Value::Number(1e300)), 3);
        assert_eq!(bins.bin(Value::Missing), 0);
        assert_eq!(bins.bin(Value::Label("a")), bins.unseen());
        assert_eq!(bins.edges(2), Some((2.0, 3.0)));
        assert_eq!(bins.edges(0), None);
    }

    #[test]
    fn cuts_read_well() {
        assert_eq!(short_between(0.123_456, 0.129_999), 0.127);
        assert_eq!(short_between(-1.0, 1.0), 0.0);
        assert_eq!(short_between(1234.0, 1300.0), 1300.0);
        assert_eq!(short_between(0.1, 0.2), 0.2);
        assert_eq!(short_between(1.0, 1.0 + f64::EPSILON), 1.0 + f64::EPSILON);
        let tiny = short_between(1e-300, 2e-300);
        assert!(tiny > 1e-300 && tiny <= 2e-300);
    }

    #[test]
    fn many_values_share_the_weight() {
        let values: Vec<f64> = (0..10_000).map(|i| f64::from(i * i)).collect();
        let bins = fit(&values, 34);
        assert_eq!(bins.real(), 32);
        assert!(bins.counts[1..33].iter().all(|n| (300..330).contains(n)), "{:?}", bins.counts);
    }

    #[test]
    fn a_heavy_value_stands_alone() {
        let mut values = vec![0.5; 900];
        values.extend((0..100).map(|i| f64::from(i) + 1.0));
        values.extend((0..100).map(|i| -f64::from(i) - 1.0));
        let bins = fit(&values, 10);
        let heavy = bins.bin(Value::Number(0.5));
        assert_eq!(bins.counts[heavy], 900);
        assert!(bins.real() <= 8 && bins.real() > 3);
    }

    #[test]
    fn labels_are_found_and_strangers_are_unseen() {
        let column = Column::nominal("c", &[Some("b"), None, Some("a"), Some("b")]);
        let bins = Bins::fit(&column, |_| 1.0, 256).unwrap();
        assert_eq!(bins.counts, [1, 1, 2, 0]);
        assert_eq!(bins.bin(Value::Label("a")), 1);
        assert_eq!(bins.bin(Value::Label("zebra")), 3);
        assert_eq!(bins.label(2), Some("b"));
        let other = Column::nominal("c", &[Some("zebra"), Some("b")]);
        assert_eq!(bins.index(&other).unwrap(), [3, 2]);
        assert!(bins.index(&Column::continuous("c", vec![1.0])).is_err());
        let many: Vec<Option<String>> = (0..9).map(|i| Some(i.to_string())).collect();
        assert!(Bins::fit(&Column::nominal("c", &many), |_| 1.0, 8).is_err());
    }

    #[test]
    fn constant_and_all_missing_columns_have_bins() {
        assert_eq!(fit(&[7.0, 7.0], 256).real(), 1);
        let none = fit(&[f64::NAN, f64::NAN], 256);
        assert_eq!(none.counts, [2, 0, 0]);
        assert!(none.min.is_nan());
    }
}
