//! How a value becomes a bin: 0 is missing, the last one unseen, the real bins lie between.
//!
//! Never looks at the target: bins depend on the values and the weights of the rows alone.

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnKind, MISSING, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Most bins a fit gives a feature, missing and unseen included: an index fits a byte.
pub const BINS_MAX: usize = 256;

/// Most bins a model may have, such as one trained elsewhere: an index fits two bytes.
pub const BINS_LIMIT: usize = 65_536;

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
    /// Labels, each in a bin; several may share one.
    Categories(Categories),
}

/// Which label lies in which real bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Categories {
    labels: Vec<String>,
    place: Vec<u16>,
    bins: usize,
}

impl Categories {
    /// One bin per label, numbered from 1 in ascending order of the labels. Labels are distinct.
    pub fn apart(mut labels: Vec<String>) -> Self {
        labels.sort_unstable();
        let place = (1..=labels.len() as u16).collect();
        Self { bins: labels.len(), labels, place }
    }

    /// Labels with their bins, numbered from 1 without a gap; `None` if a label comes twice or a
    /// bin has no label.
    pub fn shared(mut pairs: Vec<(String, usize)>) -> Option<Self> {
        pairs.sort();
        let bins = pairs.iter().map(|it| it.1).max().unwrap_or(0);
        let filled: BTreeSet<usize> = pairs.iter().map(|it| it.1).collect();
        let whole = filled.len() == bins && !filled.contains(&0) && bins < BINS_LIMIT - 1;
        if !whole || pairs.windows(2).any(|it| it[0].0 == it[1].0) {
            return None;
        }
        let place = pairs.iter().map(|it| it.1 as u16).collect();
        Some(Self { bins, labels: pairs.into_iter().map(|it| it.0).collect(), place })
    }

    /// Real bins.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Labels in ascending order, each with its bin.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, usize)> {
        self.labels.iter().zip(&self.place).map(|(label, bin)| (label.as_str(), *bin as usize))
    }

    fn bin(&self, label: &str) -> Option<usize> {
        let place = self.labels.binary_search_by(|it| it.as_str().cmp(label)).ok()?;
        Some(self.place[place] as usize)
    }
}

impl Bins {
    /// Bins of a column: at most `bins_max` in all, missing and unseen included (4 to 256).
    ///
    /// Continuous: one bin per distinct value if they fit, else about equal weight per bin, a value
    /// heavier than a bin's share standing alone; each cut is the shortest decimal in its gap.
    /// Nominal: one bin per label that occurs if they fit, else the labels with the fewest rows share
    /// the last one. `weight` gives the weight of a row; all finite.
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
                let categories = categories(labels, index, bins_max - 2);
                (BinKind::Categories(categories), f64::NAN, f64::NAN)
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
            BinKind::Categories(it) => it.bins,
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
            (Value::Label(label), BinKind::Categories(it)) => {
                it.bin(label).unwrap_or_else(|| self.unseen())
            }
            _ => self.unseen(),
        }
    }

    /// Whether a column has this feature's name and kind; [`Error::ColumnMismatch`] if not.
    pub fn check(&self, column: &Column) -> Result<()> {
        let kinds = (&column.kind, &self.kind);
        let found = match kinds {
            _ if column.name != self.name => column.name.clone(),
            (ColumnKind::Continuous(_), BinKind::Cuts(_))
            | (ColumnKind::Nominal { .. }, BinKind::Categories(_)) => return Ok(()),
            _ => "a column of the other kind".to_owned(),
        };
        Err(Error::ColumnMismatch { expected: self.name.clone(), found })
    }

    /// The bins of all rows of a column of the same name and kind.
    pub fn index(&self, column: &Column) -> Result<Vec<u16>> {
        self.check(column)?;
        Ok(match &column.kind {
            ColumnKind::Continuous(values) => {
                values.iter().map(|x| self.bin(Value::Number(*x)) as u16).collect()
            }
            ColumnKind::Nominal { labels, index } => {
                let map: Vec<u16> =
                    labels.iter().map(|it| self.bin(Value::Label(it)) as u16).collect();
                let unseen = self.unseen() as u16;
                let known = |i: &u32| map.get(*i as usize).copied().unwrap_or(unseen);
                let place = |i: &u32| if *i == MISSING { 0 } else { known(i) };
                index.iter().map(place).collect()
            }
        })
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

    /// Label of a real bin of a nominal feature; of several labels the first two and how many more.
    /// `None` for other bins.
    pub fn label(&self, bin: usize) -> Option<String> {
        let BinKind::Categories(it) = &self.kind else { return None };
        let labels: Vec<&str> = it.pairs().filter(|pair| pair.1 == bin).map(|it| it.0).collect();
        match labels[..] {
            [] => None,
            [one] => Some(one.to_owned()),
            [one, two] => Some(format!("{one}, {two}")),
            [one, two, ..] => Some(format!("{one}, {two} and {} more", labels.len() - 2)),
        }
    }
}

/// A bin per label that occurs; when there are more than `bins`, those with the fewest rows share
/// the last bin. Labels with equally many rows are treated alike, so names never matter.
fn categories(labels: &[String], index: &[u32], bins: usize) -> Categories {
    let mut rows = vec![0_usize; labels.len()];
    for i in index {
        if let Some(it) = rows.get_mut(*i as usize) {
            *it += 1;
        }
    }
    let mut counts: Vec<usize> = rows.iter().copied().filter(|it| *it > 0).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let few = counts.get(bins).map_or(0, |_| counts[bins - 1]);
    let named = |keep: fn(usize, usize) -> bool| -> Vec<String> {
        let pairs = labels.iter().zip(&rows).filter(|it| *it.1 > 0 && keep(*it.1, few));
        pairs.map(|it| it.0.clone()).collect()
    };
    let mut categories = Categories::apart(named(|rows, few| rows > few));
    let shared = named(|rows, few| rows <= few);
    if !shared.is_empty() {
        let bin = categories.bins + 1;
        let apart = categories.pairs().map(|(label, bin)| (label.to_owned(), bin));
        let pairs = apart.chain(shared.into_iter().map(|it| (it, bin))).collect();
        categories = Categories::shared(pairs).unwrap_or(categories);
    }
    categories
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
        assert_eq!(bins.label(2).unwrap(), "b");
        let other = Column::nominal("c", &[Some("zebra"), Some("b")]);
        assert_eq!(bins.index(&other).unwrap(), [3, 2]);
        assert!(bins.index(&Column::continuous("c", vec![1.0])).is_err());
    }

    #[test]
    fn labels_beyond_the_bins_share_the_last_one() {
        let mut many: Vec<Option<String>> = (0..9).map(|i| Some(i.to_string())).collect();
        many.extend(["3", "3", "7"].map(|it| Some(it.to_owned())));
        let bins = Bins::fit(&Column::nominal("c", &many), |_| 1.0, 8).unwrap();
        assert_eq!(bins.real(), 3, "two labels stand out, seven are alike");
        assert_eq!(bins.counts, [0, 3, 2, 7, 0]);
        assert_eq!(bins.bin(Value::Label("7")), 2);
        assert_eq!(bins.bin(Value::Label("0")), bins.bin(Value::Label("8")));
        assert_eq!(bins.label(3).unwrap(), "0, 1 and 5 more");
        assert_eq!(bins.bin(Value::Label("9")), bins.unseen());
    }

    #[test]
    fn constant_and_all_missing_columns_have_bins() {
        assert_eq!(fit(&[7.0, 7.0], 256).real(), 1);
        let none = fit(&[f64::NAN, f64::NAN], 256);
        assert_eq!(none.counts, [2, 0, 0]);
        assert!(none.min.is_nan());
    }
}
