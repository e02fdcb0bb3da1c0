//! A term of two features as a grid people can read: at most six by six cells.
//!
//! Never here: main effects, drawing.

use learn::bins::Bins;
use learn::ebm::Ebm;
use serde::Serialize;

use super::lines::range;
use crate::app::sentences::{lower_first, title_of};
use crate::domain::count::grouped;
use crate::feature::{self, Feature};

/// Cells in one direction at most; finer bins are joined by rows.
const SPANS_MAX: usize = 6;
/// A cell with fewer rows is not spoken of.
const ROWS_MIN: u64 = 20;

/// What two features add together, beyond what each adds alone.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// Ids of its features, joined by ` x `.
    pub id: String,
    /// `Long drives with weekend share`.
    pub title: String,
    /// The features: across, rising.
    pub features: [&'static str; 2],
    /// Their names on pages.
    pub titles: [&'static str; 2],
    /// Mean absolute points over the rows learned from.
    pub importance: f64,
    /// Half of its 90% interval.
    pub importance_half: f64,
    /// What the grid says, in one sentence.
    pub finding: String,
    /// Spans of the first feature, low to high.
    pub across: Vec<Span>,
    /// Spans of the second, low to high.
    pub up: Vec<Span>,
    /// A row of cells for each span of the second feature, each in the order of the first.
    pub cells: Vec<PairCell>,
    /// Rows learned from in which either value is not known; they are in no cell.
    pub unknown_rows: u64,
}

/// A part of the values of a feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    /// `12% to 15%`.
    pub label: String,
    /// Lowest value.
    pub from: f64,
    /// Highest value.
    pub to: f64,
}

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairCell {
    /// Points beyond the two lines: the mean over its rows.
    pub points: f64,
    /// Lower end of the 90% band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Rows learned from.
    pub rows: u64,
}

/// The pair behind a term; `None` for a main effect and for features that are no longer known.
pub(super) fn pair(model: &Ebm, at: usize) -> Option<Pair> {
    let term = model.terms.get(at)?;
    let [left, right] = term.features[..] else { return None };
    let bins = |at: usize| model.pair_bins.get(at)?.as_ref();
    let (wide, tall) = (bins(left)?, bins(right)?);
    let feature = |at: usize| feature::by_id(&model.bins.get(at)?.name);
    let (first, second) = (feature(left)?, feature(right)?);
    // Weight of each real bin over all real bins of the other feature.
    let weight = |a: usize, b: usize| term.weight[a * tall.len() + b];
    let columns = parts(wide, |a| (1..tall.unseen()).map(|b| weight(a, b)).sum());
    let rows = parts(tall, |b| (1..wide.unseen()).map(|a| weight(a, b)).sum());
    let mut cells = Vec::with_capacity(columns.len() * rows.len());
    for up in &rows {
        for across in &columns {
            let places = across.iter().flat_map(|a| up.iter().map(move |b| (*a, *b)));
            let places: Vec<usize> = places.map(|(a, b)| a * tall.len() + b).collect();
            cells.push(cell(model, at, &places));
        }
    }
    let id = model.term_name(at);
    let titles = [first.title, second.title];
    let (across, up) = (spans(first, wide, &columns), spans(second, tall, &rows));
    let importance = model.importances().into_iter().find(|it| it.term == at)?;
    let all: f64 = term.weight.iter().sum();
    let inside: u64 = cells.iter().map(|it| it.rows).sum();
    Some(Pair {
        title: title_of(&id),
        id,
        features: [first.id, second.id],
        titles,
        importance: importance.mean,
        importance_half: importance.sd * model.band_quantile(),
        finding: finding(titles, &across, &up, &cells),
        across,
        up,
        cells,
        unknown_rows: (all.round() as u64).saturating_sub(inside),
    })
}

/// Real bins in neighbouring groups of about equal weight.
fn parts(bins: &Bins, weight: impl Fn(usize) -> f64) -> Vec<Vec<usize>> {
    let real: Vec<usize> = (1..bins.unseen()).collect();
    if real.len() <= SPANS_MAX {
        return real.into_iter().map(|it| vec![it]).collect();
    }
    let all: f64 = real.iter().map(|it| weight(*it)).sum();
    let (mut groups, mut before) = (vec![Vec::new(); SPANS_MAX], 0.0);
    for (at, bin) in real.iter().enumerate() {
        let own = weight(*bin);
        let middle = before + own / 2.0;
        // Without rows there is no weight to go by: about equally many bins then.
        let share = if all > 0.0 { middle / all } else { at as f64 / real.len() as f64 };
        groups[((share * SPANS_MAX as f64) as usize).min(SPANS_MAX - 1)].push(*bin);
        before += own;
    }
    groups.retain(|it| !it.is_empty());
    groups
}

fn spans(feature: &Feature, bins: &Bins, groups: &[Vec<usize>]) -> Vec<Span> {
    let last = groups.len().saturating_sub(1);
    let span = |(at, group): (usize, &Vec<usize>)| {
        let (Some(first), Some(end)) = (group.first(), group.last()) else {
            return Span { label: String::new(), from: 0.0, to: 0.0 };
        };
        if let (Some((from, _)), Some((_, to))) = (bins.edges(*first), bins.edges(*end)) {
            let label = range(feature, (from, to), (at == 0, at == last));
            return Span { label, from, to };
        }
        let label = bins.label(*first).unwrap_or_default();
        Span { label, from: *first as f64, to: *end as f64 }
    };
    groups.iter().enumerate().map(span).collect()
}

/// Cells joined: the mean by rows, and its band from the same mean in every bag.
fn cell(model: &Ebm, at: usize, places: &[usize]) -> PairCell {
    let term = &model.terms[at];
    let rows: f64 = places.iter().map(|it| term.weight[*it]).sum();
    let weight = |place: usize| {
        // Cells without a row count alike, so that an empty corner still shows what is added there.
        if rows > 0.0 { term.weight[place] / rows } else { 1.0 / places.len() as f64 }
    };
    let mean = |scores: &[f64]| places.iter().map(|it| scores[*it] * weight(*it)).sum::<f64>();
    let points = mean(&term.scores);
    let bagged: Vec<f64> = term.bagged.iter().map(|it| mean(it)).collect();
    let half = match places {
        [one] => term.sd[*one],
        _ => spread(&bagged) * model.band_scale,
    } * model.band_quantile();
    PairCell { points, low: points - half, high: points + half, rows: rows.round() as u64 }
}

/// Standard deviation with divisor n - 1; 0 for fewer than two values.
fn spread(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    (square / (values.len() - 1) as f64).sqrt()
}

/// Where the two together are clear of their separate effects, most first.
fn finding(titles: [&str; 2], across: &[Span], up: &[Span], cells: &[PairCell]) -> String {
    let clear = |sign: f64| {
        let is_clear = move |it: &&(usize, &PairCell)| {
            let near = if sign > 0.0 { it.1.low } else { -it.1.high };
            it.1.rows >= ROWS_MIN && near > 0.0
        };
        let size = move |it: &(usize, &PairCell)| it.1.points * sign;
        let all = cells.iter().enumerate().filter(|it| is_clear(&it));
        all.max_by(|a, b| size(a).total_cmp(&size(b)))
    };
    let said = |(at, it): (usize, &PairCell), start: &str, verb: &str| {
        let (a, b) = (&across[at % across.len()], &up[at / across.len()]);
        format!(
            "{start}: {} {} and {} {} {verb} {:.2} points beyond the two lines ({} person-months).",
            lower_first(titles[0]),
            a.label,
            lower_first(titles[1]),
            b.label,
            it.points.abs(),
            grouped(it.rows)
        )
    };
    let hard = clear(1.0).map(|it| said(it, "Hard together", "add"));
    let easy = clear(-1.0).map(|it| said(it, "Easier together", "take off"));
    let words: Vec<String> = [hard, easy].into_iter().flatten().collect();
    if words.is_empty() {
        return format!(
            "Nothing clear beyond the two lines: the 90% band holds 0 in every cell of at least \
             {ROWS_MIN} person-months."
        );
    }
    words.join(" ")
}

impl Pair {
    /// Column and row of a person's cell; none when either value is not known.
    pub fn cell_of(&self, value: impl Fn(&str) -> Option<f64>) -> Option<(usize, usize)> {
        let place = |spans: &[Span], value: f64| {
            let after = spans.iter().skip(1).take_while(|it| it.from <= value).count();
            (!spans.is_empty()).then_some(after)
        };
        let column = place(&self.across, value(self.features[0])?)?;
        Some((column, place(&self.up, value(self.features[1])?)?))
    }
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use learn::bins::BinKind;
    use learn::ebm::{Objective, Term, Trained};

    use super::*;

    fn bins(name: &str, cuts: &[f64], max: f64) -> Bins {
        let counts = vec![10; cuts.len() + 3];
        Bins { name: name.to_owned(), kind: BinKind::Cuts(cuts.to_vec()), counts, min: 0.0, max }
    }

    /// Two features of `FEATURES` and their pair: `points` fills its real cells, the first feature
    /// outside; each of four bags says a tenth more or less; 30 rows a cell.
    pub(in crate::app) fn model(
        points: impl Fn(usize, usize) -> f64,
        cuts: (&[f64], &[f64]),
    ) -> Ebm {
        let own = [bins("long_drive_share", &[0.2], 0.6), bins("weekend_share", &[0.3], 0.5)];
        let pair = [bins("long_drive_share", cuts.0, 0.6), bins("weekend_share", cuts.1, 0.5)];
        let (wide, tall) = (pair[0].len(), pair[1].len());
        let real = |a: usize, b: usize| (1..wide - 1).contains(&a) && (1..tall - 1).contains(&b);
        let places = || (0..wide).flat_map(|a| (0..tall).map(move |b| (a, b)));
        let scores: Vec<f64> =
            places().map(|(a, b)| if real(a, b) { points(a, b) } else { 0.0 }).collect();
        let weight = places().map(|(a, b)| if real(a, b) { 30.0 } else { 1.0 }).collect();
        let bag = |by: f64| scores.iter().map(|it| it * by).collect::<Vec<_>>();
        let bagged: Vec<Vec<f64>> = [0.9, 1.1, 0.9, 1.1].map(bag).into();
        let sd = scores.iter().map(|it| it.abs() * 0.115).collect();
        let main = |feature: usize| Term {
            features: vec![feature],
            scores: vec![0.0, -0.1, 0.1, 0.0],
            sd: vec![0.0; 4],
            weight: vec![10.0; 4],
            bagged: vec![vec![0.0; 4]; 4],
        };
        let both = Term { features: vec![0, 1], scores, sd, weight, bagged };
        Ebm {
            edits: Vec::new(),
            objective: Objective::LogLoss,
            bins: own.into(),
            pair_bins: pair.map(Some).into(),
            terms: vec![main(0), main(1), both],
            intercept: -3.0,
            bagged_intercept: vec![-3.0; 4],
            band_scale: 1.0,
            trained: Trained {
                rows: 120,
                groups: 10,
                events: 12,
                base_rate: 0.1,
                seed: 1,
                steps: vec![1; 4],
            },
        }
    }

    #[test]
    fn a_pair_is_a_grid_with_spans_counts_and_a_sentence() {
        let at = |a: usize, b: usize| if (a, b) == (2, 2) { 0.3 } else { -0.02 * (a + b) as f64 };
        let model = model(at, (&[0.25], &[0.3]));
        assert!(pair(&model, 0).is_none(), "a main effect is no pair");
        let it = pair(&model, 2).expect("a pair");
        assert_eq!(it.id, "long_drive_share x weekend_share");
        assert_eq!(it.title, "Long drives with weekend share");
        let labels: Vec<&str> = it.across.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, ["under 25%", "25% and more"]);
        assert_eq!(it.cells.len(), 4);
        assert_eq!((it.cells[3].points, it.cells[3].rows), (0.3, 30));
        assert!(it.cells[3].low > 0.0 && it.cells[3].high < 0.45, "{:?}", it.cells[3]);
        assert_eq!(it.unknown_rows, 12, "sixteen cells, four of them real");
        assert!(
            it.finding.starts_with(
                "Hard together: long drives 25% and more and weekend share 30% and more add 0.30 \
                 points beyond the two lines (30 person-months)."
            ),
            "{}",
            it.finding
        );
        let value = |id: &str| Some(if id == "weekend_share" { 0.3 } else { 0.1 });
        assert_eq!(it.cell_of(value), Some((0, 1)));
        assert_eq!(it.cell_of(|_| None), None);
    }

    #[test]
    fn many_bins_are_joined_and_a_flat_pair_is_called_nothing() {
        let cuts: Vec<f64> = (1..20).map(|it| f64::from(it) * 0.02).collect();
        let model = model(|_, _| 0.0, (&cuts, &[0.3]));
        let it = pair(&model, 2).expect("a pair");
        assert_eq!((it.across.len(), it.up.len(), it.cells.len()), (6, 2, 12));
        assert_eq!(it.cells.iter().map(|it| it.rows).sum::<u64>(), 20 * 2 * 30);
        assert!(it.across.windows(2).all(|it| (it[0].to - it[1].from).abs() < 1e-12), "no gap");
        assert!(it.finding.starts_with("Nothing clear"), "{}", it.finding);
    }

    #[test]
    fn lines_are_found_by_their_feature_not_by_their_place() {
        let mut model = model(|_, _| 0.1, (&[0.25], &[0.3]));
        model.terms.rotate_right(1);
        let said = super::super::said(&model, &crate::app::card::Card::default());
        let ids: Vec<&str> = said.0.iter().map(|it| it.id).collect();
        assert_eq!(ids, ["long_drive_share", "weekend_share"]);
        assert_eq!(said.1.len(), 1);
    }
}
