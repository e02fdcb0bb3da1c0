//! A pair as a grid to draw: places along both features, a score with its band in each cell.
//!
//! Never shows a bin that no training row can have: unseen values, and missing ones where none are.

use super::explain::Place;
use super::{Ebm, spread};
use crate::bins::Bins;

/// A pair, ready to draw as a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Places of the left feature: real bins in order, then missing if any training row was.
    pub left: Vec<Place>,
    /// Places of the right feature, likewise.
    pub right: Vec<Place>,
    /// Cells, those of a left place together, in the order of the right places.
    pub cells: Vec<GridCell>,
}

/// One cell of a [`Grid`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridCell {
    /// Score in log-odds: what the pair adds beyond both main effects.
    pub score: f64,
    /// Lower end of the 90 % band.
    pub low: f64,
    /// Upper end of the 90 % band.
    pub high: f64,
    /// Weight of the training rows; with unit weights their number. 0: nobody was there, the score
    /// is carried over from the neighbours.
    pub weight: f64,
}

impl Ebm {
    /// The grid of a pair with all its bins. `None` for a main effect and past the end.
    pub fn grid(&self, term: usize) -> Option<Grid> {
        self.grid_of(term, usize::MAX)
    }

    /// The grid of a pair with at most `most` real bins along each feature (at least 1), for
    /// drawings: neighbours are joined to about equal weight, of categories the lightest share one
    /// place. Scores are weighted means, bands those of the means. `None` for a main effect and past
    /// the end.
    pub fn coarse_grid(&self, term: usize, most: usize) -> Option<Grid> {
        self.grid_of(term, most.max(1))
    }

    fn grid_of(&self, term: usize, most: usize) -> Option<Grid> {
        let it = self.terms.get(term)?;
        let [left, right] = it.features[..] else { return None };
        let (left, right) = (self.pair_bins[left].as_ref()?, self.pair_bins[right].as_ref()?);
        let width = right.len();
        let sum = |bins: &mut dyn Iterator<Item = usize>| bins.map(|i| it.weight[i]).sum::<f64>();
        let rows: Vec<f64> =
            (0..left.len()).map(|a| sum(&mut (a * width..(a + 1) * width))).collect();
        let cols: Vec<f64> =
            (0..width).map(|b| sum(&mut (0..left.len()).map(|a| a * width + b))).collect();
        let (left, right) = (places(left, &rows, most), places(right, &cols, most));
        let mut cells = Vec::with_capacity(left.len() * right.len());
        for (_, rows) in &left {
            for (_, cols) in &right {
                let inside = rows.iter().flat_map(|a| cols.iter().map(move |b| a * width + b));
                cells.push(self.joined(term, &inside.collect::<Vec<_>>()));
            }
        }
        let names = |it: Vec<(Place, Vec<usize>)>| it.into_iter().map(|it| it.0).collect();
        Some(Grid { left: names(left), right: names(right), cells })
    }

    /// Some cells of a term as one: weighted means, or plain ones where nobody was.
    fn joined(&self, term: usize, cells: &[usize]) -> GridCell {
        let it = &self.terms[term];
        let weight: f64 = cells.iter().map(|cell| it.weight[*cell]).sum();
        let share = |cell: usize| {
            if weight > 0.0 { it.weight[cell] / weight } else { 1.0 / cells.len() as f64 }
        };
        let mean = |scores: &[f64]| cells.iter().map(|i| share(*i) * scores[*i]).sum::<f64>();
        let bagged: Vec<f64> = it.bagged.iter().map(|it| mean(it)).collect();
        let half = self.band_quantile() * spread(&bagged) * self.band_scale;
        let score = mean(&it.scores);
        GridCell { score, low: score - half, high: score + half, weight }
    }
}

/// Places with the bins in them; `weight` per bin.
fn places(bins: &Bins, weight: &[f64], most: usize) -> Vec<(Place, Vec<usize>)> {
    let real: Vec<usize> = (1..bins.unseen()).collect();
    let groups = if bins.is_continuous() {
        neighbours(&real, weight, most)
    } else {
        heaviest(&real, weight, most)
    };
    let mut places: Vec<(Place, Vec<usize>)> =
        groups.into_iter().map(|it| (place(bins, &it), it)).collect();
    if weight[0] > 0.0 {
        places.push((Place::Missing, vec![0]));
    }
    places
}

fn place(bins: &Bins, group: &[usize]) -> Place {
    let ends = (bins.edges(group[0]), bins.edges(group[group.len() - 1]));
    if let (Some((low, _)), Some((_, high))) = ends {
        return Place::Range { low, high };
    }
    let labels: Vec<String> = group.iter().filter_map(|it| bins.label(*it)).collect();
    Place::Label(match &labels[..] {
        [first, second, _, ..] => format!("{first}, {second} and {} more", labels.len() - 2),
        few => few.join(", "),
    })
}

/// Runs of neighbouring bins of about equal weight.
fn neighbours(real: &[usize], weight: &[f64], most: usize) -> Vec<Vec<usize>> {
    let total: f64 = real.iter().map(|it| weight[*it]).sum();
    let most = most.min(real.len());
    let (mut groups, mut before) = (vec![Vec::new(); most], 0.0);
    for bin in real {
        // The middle of the bin says where it lies; with bins to spare each is alone.
        let middle = before + weight[*bin] / 2.0;
        before += weight[*bin];
        let share = if total > 0.0 { middle / total } else { 0.0 };
        let at = if most == real.len() { bin - real[0] } else { (share * most as f64) as usize };
        groups[at.min(most - 1)].push(*bin);
    }
    groups.retain(|it| !it.is_empty());
    groups
}

/// The heaviest bins alone, the others together in the last place.
fn heaviest(real: &[usize], weight: &[f64], most: usize) -> Vec<Vec<usize>> {
    if real.len() <= most {
        return real.iter().map(|it| vec![*it]).collect();
    }
    let mut order = real.to_vec();
    order.sort_by(|a, b| weight[*b].total_cmp(&weight[*a]).then(a.cmp(b)));
    let mut rest = order.split_off(most - 1);
    order.sort_unstable();
    rest.sort_unstable();
    order.into_iter().map(|it| vec![it]).chain([rest]).collect()
}
