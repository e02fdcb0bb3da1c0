//! The best cuts of a pair, from the histogram of its cells.
//!
//! Prefix sums give the gradient and hessian of any quadrant; every cut of one feature is tried with
//! every cut of the other. Never sees rows. The loops run over the columns of fixed width so that
//! the compiler turns them into vectors.

use super::pass::Cell;
use crate::ebm::options::EbmOptions;
use crate::rng::Rng;

/// Most slots of a feature, and the most columns of a table.
pub(crate) const WIDTH_MAX: usize = 64;

/// Occupied bins of a pair: `rows` of its left feature, `cols` of its right one. A table has
/// `width` columns, a power of two not below `cols`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) width: usize,
}

impl Size {
    pub(crate) fn new(rows: usize, cols: usize) -> Self {
        Self { rows, cols, width: cols.next_power_of_two().max(8) }
    }

    pub(crate) fn cells(self) -> usize {
        self.rows * self.width
    }
}

/// Two cuts and what each quadrant gets. Slots up to `row` and `col` are low.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cross {
    pub(crate) pair: usize,
    pub(crate) row: u8,
    pub(crate) col: u8,
    /// Low row and low column, low and high, high and low, high and high.
    pub(crate) deltas: [f64; 4],
}

impl Cross {
    /// Adds the step to a table of scores.
    pub(crate) fn apply(&self, size: Size, scores: &mut [f64]) {
        for (row, scores) in scores.chunks_exact_mut(size.width).enumerate() {
            let side = if row <= self.row as usize { 0 } else { 2 };
            let (low, high) = scores.split_at_mut(self.col as usize + 1);
            for (half, delta) in [(low, self.deltas[side]), (high, self.deltas[side + 1])] {
                for score in half {
                    *score += delta;
                }
            }
        }
    }
}

/// Which cuts are allowed: they leave every quadrant enough training rows and break no direction;
/// fixed for a pair in a bag.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Of the rows and of the columns: 1 where scores may only rise, -1 where they may only fall.
    ways: [f64; 2],
    /// Per cut of the rows: columns from the first one where the low-low quadrant is large enough,
    /// columns before the first one where low-high is not, likewise high-low and high-high.
    quadrants: Vec<[f64; 4]>,
    rows: Vec<[bool; 2]>,
    cols: Vec<[bool; 2]>,
}

impl Limits {
    /// `count` has the training rows per cell of the table; `ways` 1, -1 or 0 for rows and columns.
    pub(crate) fn new(count: &[u32], size: Size, least: u32, ways: [f64; 2]) -> Self {
        let least = u64::from(least);
        let (mut above, mut rows_low) = (vec![0_u64; size.cols], Vec::new());
        for line in count.chunks_exact(size.width) {
            let mut sum = 0;
            for (above, n) in above.iter_mut().zip(line) {
                sum += u64::from(*n);
                *above += sum;
            }
            rows_low.push(above.clone());
        }
        let (last, whole) = (size.cols - 1, above);
        let total = whole[last];
        let quadrant = |low: &Vec<u64>| {
            let first = |enough: &dyn Fn(usize) -> bool| {
                (0..last).find(|j| enough(*j)).unwrap_or(last) as f64
            };
            let (all_low, all_high) = (low[last], total - low[last]);
            [
                first(&|j| low[j] >= least),
                first(&|j| all_low - low[j] < least),
                first(&|j| whole[j] - low[j] >= least),
                first(&|j| all_high - (whole[j] - low[j]) < least),
            ]
        };
        let sides = |low: u64| [low >= least, total - low >= least];
        Self {
            ways,
            quadrants: rows_low.iter().map(quadrant).collect(),
            rows: rows_low.iter().map(|it| sides(it[last])).collect(),
            cols: whole.iter().map(|it| sides(*it)).collect(),
        }
    }
}

/// Sums of gradients and hessians over all cells up to a row and a column.
#[derive(Debug)]
pub(crate) struct Prefix {
    size: Size,
    g: Vec<f64>,
    h: Vec<f64>,
}

/// Shape of a tree with three leaves: one half is cut once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    LowRows,
    HighRows,
    LowCols,
    HighCols,
}

const TREES: [Tree; 4] = [Tree::LowRows, Tree::HighRows, Tree::LowCols, Tree::HighCols];

/// Gradient and hessian of a quadrant or a half.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    g: f64,
    h: f64,
}

impl Sums {
    fn less(self, other: Self) -> Self {
        Self { g: self.g - other.g, h: self.h - other.h }
    }

    fn gain(self, options: &EbmOptions) -> f64 {
        if self.h >= options.min_hessian { self.g * self.g / self.h } else { 0.0 }
    }

    fn leaf(self, options: &EbmOptions) -> f64 {
        if self.h >= options.min_hessian { -self.g / self.h * options.learning_rate } else { 0.0 }
    }
}

impl Prefix {
    pub(crate) fn new() -> Self {
        let cells = WIDTH_MAX * WIDTH_MAX;
        Self { size: Size::new(1, 1), g: vec![0.0; cells], h: vec![0.0; cells] }
    }

    /// Sums up a histogram of p and h; `events` has the weight of events per cell.
    pub(crate) fn fill(&mut self, hist: &[Cell], events: &[f64], size: Size) {
        self.size = size;
        match size.width {
            8 => self.fill_wide::<8>(hist, events),
            16 => self.fill_wide::<16>(hist, events),
            32 => self.fill_wide::<32>(hist, events),
            _ => self.fill_wide::<64>(hist, events),
        }
    }

    fn fill_wide<const W: usize>(&mut self, hist: &[Cell], events: &[f64]) {
        let (mut above_g, mut above_h) = ([0.0; W], [0.0; W]);
        let given = lines::<W, _>(hist).iter().zip(lines::<W, _>(events));
        let out = lines_mut::<W>(&mut self.g).iter_mut().zip(lines_mut::<W>(&mut self.h));
        for ((cells, events), (out_g, out_h)) in given.zip(out).take(self.size.rows) {
            let (mut g, mut h) = (0.0, 0.0);
            for j in 0..W {
                g += cells[j][0] - events[j];
                h += cells[j][1];
                out_g[j] = g;
                out_h[j] = h;
            }
            for j in 0..W {
                above_g[j] += out_g[j];
                above_h[j] += out_h[j];
            }
            (*out_g, *out_h) = (above_g, above_h);
        }
    }

    fn at(&self, row: usize, col: usize) -> Sums {
        let cell = row * self.size.width + col;
        Sums { g: self.g[cell], h: self.h[cell] }
    }

    fn total(&self) -> Sums {
        self.at(self.size.rows - 1, self.size.cols - 1)
    }

    /// Low and high rows at a cut.
    fn rows(&self, row: usize) -> [Sums; 2] {
        let low = self.at(row, self.size.cols - 1);
        [low, self.total().less(low)]
    }

    fn cols(&self, col: usize) -> [Sums; 2] {
        let low = self.at(self.size.rows - 1, col);
        [low, self.total().less(low)]
    }

    fn quadrants(&self, row: usize, col: usize) -> [Sums; 4] {
        let (low, [left, right], [top, _]) = (self.at(row, col), self.rows(row), self.cols(col));
        let high_low = top.less(low);
        [low, left.less(low), high_low, right.less(high_low)]
    }

    /// Gain of the best pair of cuts into four quadrants; negative infinity without a legal one.
    /// The measure of FAST (Lou et al. 2013).
    pub(crate) fn strength(&self, limits: &Limits, options: &EbmOptions) -> f64 {
        let best = self.sweep::<true, false>(limits, options);
        let best = best.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        best - self.total().gain(options)
    }

    /// The best tree with three leaves and its gain; without a legal one, one value for all cells.
    /// Exact ties are broken evenly.
    pub(crate) fn best(
        &self,
        pair: usize,
        limits: &Limits,
        options: &EbmOptions,
        rng: &mut Rng,
    ) -> (f64, Cross) {
        let columns = if limits.ways == [0.0; 2] {
            self.sweep::<false, false>(limits, options)
        } else {
            self.sweep::<false, true>(limits, options)
        };
        let best = columns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parent = self.total().gain(options);
        if best == f64::NEG_INFINITY || best <= parent {
            let deltas = [self.total().leaf(options); 4];
            return (0.0, Cross { pair, row: 0, col: 0, deltas });
        }
        let col = drawn(columns.iter().map(|it| *it == best), rng);
        let edge = self.edge(col, limits, options);
        let found = (0..self.size.rows - 1).flat_map(|row| {
            let line = self.line(row, limits, options);
            let trees = line.trees::<true>(self.at(row, col), edge, col as f64);
            trees.map(|it| it == best)
        });
        let place = drawn(found, rng);
        let row = place / TREES.len();
        let deltas = self.leaves(TREES[place % TREES.len()], row, col, options);
        (best - parent, Cross { pair, row: row as u8, col: col as u8, deltas })
    }

    /// One cut of each feature, drawn evenly over the edges of slots; four leaves, or one value for
    /// all cells where four would break a direction.
    pub(crate) fn random(
        &self,
        pair: usize,
        limits: &Limits,
        options: &EbmOptions,
        rng: &mut Rng,
    ) -> Cross {
        let row = rng.below(self.size.rows - 1);
        let col = rng.below(self.size.cols - 1);
        let mut deltas = self.quadrants(row, col).map(|it| it.leaf(options));
        let ([ll, lh, hl, hh], [down, right]) = (deltas, limits.ways);
        let keeps = goes(down, ll, hl) && goes(down, lh, hh);
        if !(keeps && goes(right, ll, lh) && goes(right, hl, hh)) {
            deltas = [self.total().leaf(options); 4];
        }
        Cross { pair, row: row as u8, col: col as u8, deltas }
    }

    fn leaves(&self, tree: Tree, row: usize, col: usize, options: &EbmOptions) -> [f64; 4] {
        let leaf = |it: Sums| it.leaf(options);
        let [ll, lh, hl, hh] = self.quadrants(row, col).map(leaf);
        let ([rows_low, rows_high], [cols_low, cols_high]) =
            (self.rows(row).map(leaf), self.cols(col).map(leaf));
        match tree {
            Tree::LowRows => [ll, lh, rows_high, rows_high],
            Tree::HighRows => [rows_low, rows_low, hl, hh],
            Tree::LowCols => [ll, cols_high, hl, cols_high],
            Tree::HighCols => [cols_low, lh, cols_low, hh],
        }
    }

    /// Per column the highest sum of leaf gains over all rows and trees; negative infinity where no
    /// cut is legal. With `CROSS` the sum over four quadrants instead; with `WAYS` directions hold.
    fn sweep<const CROSS: bool, const WAYS: bool>(
        &self,
        limits: &Limits,
        options: &EbmOptions,
    ) -> [f64; WIDTH_MAX] {
        let mut best = [f64::NEG_INFINITY; WIDTH_MAX];
        match self.size.width {
            8 => self.sweep_wide::<8, CROSS, WAYS>(limits, options, &mut best),
            16 => self.sweep_wide::<16, CROSS, WAYS>(limits, options, &mut best),
            32 => self.sweep_wide::<32, CROSS, WAYS>(limits, options, &mut best),
            _ => self.sweep_wide::<64, CROSS, WAYS>(limits, options, &mut best),
        }
        best
    }

    fn sweep_wide<const W: usize, const CROSS: bool, const WAYS: bool>(
        &self,
        limits: &Limits,
        options: &EbmOptions,
        out: &mut [f64; WIDTH_MAX],
    ) {
        let mut edges = Edges::<W>::new();
        (0..self.size.cols - 1).for_each(|col| edges.put(col, self.edge(col, limits, options)));
        let mut best = [f64::NEG_INFINITY; W];
        let sums = lines::<W, _>(&self.g).iter().zip(lines::<W, _>(&self.h));
        for (row, (g, h)) in sums.enumerate().take(self.size.rows - 1) {
            self.line(row, limits, options).sweep::<W, CROSS, WAYS>(g, h, &edges, &mut best);
        }
        out[..W].copy_from_slice(&best);
    }

    fn line(&self, row: usize, limits: &Limits, options: &EbmOptions) -> Line {
        let least = options.min_hessian;
        let [low, high] = self.rows(row);
        let gains = [half(low, limits.rows[row][0], least), half(high, limits.rows[row][1], least)];
        Line { low, high, gains, limits: limits.quadrants[row], ways: limits.ways, least }
    }

    fn edge(&self, col: usize, limits: &Limits, options: &EbmOptions) -> Edge {
        let least = options.min_hessian;
        let [low, high] = self.cols(col);
        let gains = [half(low, limits.cols[col][0], least), half(high, limits.cols[col][1], least)];
        Edge { low, gains }
    }
}

/// What a cut of the rows fixes for all columns.
#[derive(Clone, Copy, Debug)]
struct Line {
    low: Sums,
    high: Sums,
    gains: [f64; 2],
    limits: [f64; 4],
    ways: [f64; 2],
    least: f64,
}

/// What a cut of the columns fixes for all rows.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    low: Sums,
    gains: [f64; 2],
}

/// The edges of all columns, apart by kind so that they load as vectors.
struct Edges<const W: usize> {
    g: [f64; W],
    h: [f64; W],
    low: [f64; W],
    high: [f64; W],
    place: [f64; W],
}

impl<const W: usize> Edges<W> {
    fn new() -> Self {
        let none = [f64::NEG_INFINITY; W];
        let place = std::array::from_fn(|j| j as f64);
        Self { g: [0.0; W], h: [0.0; W], low: none, high: none, place }
    }

    fn put(&mut self, col: usize, it: Edge) {
        (self.g[col], self.h[col]) = (it.low.g, it.low.h);
        [self.low[col], self.high[col]] = it.gains;
    }

    fn at(&self, col: usize) -> Edge {
        let low = Sums { g: self.g[col], h: self.h[col] };
        Edge { low, gains: [self.low[col], self.high[col]] }
    }
}

impl Line {
    fn sweep<const W: usize, const CROSS: bool, const WAYS: bool>(
        self,
        g: &[f64; W],
        h: &[f64; W],
        edges: &Edges<W>,
        best: &mut [f64; W],
    ) {
        for j in 0..W {
            let (corner, edge) = (Sums { g: g[j], h: h[j] }, edges.at(j));
            let gain = if CROSS {
                let [a, b, c, d] = self.quadrants(corner, edge, edges.place[j]);
                (a + b) + (c + d)
            } else {
                let [a, b, c, d] = self.trees::<WAYS>(corner, edge, edges.place[j]);
                larger(larger(a, b), larger(c, d))
            };
            best[j] = larger(gain, best[j]);
        }
    }

    /// Gains of the four quadrants; negative infinity for one that is too small.
    #[inline]
    fn quadrants(self, corner: Sums, edge: Edge, place: f64) -> [f64; 4] {
        let high_low = edge.low.less(corner);
        let limits = self.limits;
        [
            legal(corner, self.least, place >= limits[0]),
            legal(self.low.less(corner), self.least, place < limits[1]),
            legal(high_low, self.least, place >= limits[2]),
            legal(self.high.less(high_low), self.least, place < limits[3]),
        ]
    }

    /// Sum of the gains of the leaves of each tree, in the order of [`TREES`]; negative infinity for
    /// a tree that breaks a direction.
    #[inline]
    fn trees<const WAYS: bool>(self, corner: Sums, edge: Edge, place: f64) -> [f64; 4] {
        let [ll, lh, hl, hh] = self.quadrants(corner, edge, place);
        let mut gains = [
            (ll + lh) + self.gains[1],
            (hl + hh) + self.gains[0],
            (ll + hl) + edge.gains[1],
            (lh + hh) + edge.gains[0],
        ];
        if WAYS {
            for (gain, keeps) in gains.iter_mut().zip(self.keep_ways(corner, edge)) {
                *gain = if keeps { *gain } else { f64::NEG_INFINITY };
            }
        }
        gains
    }

    /// Whether the leaves of each tree go the ways of its features. A sum of such steps does too, so
    /// main effects and pair together keep every direction.
    #[inline]
    fn keep_ways(self, corner: Sums, edge: Edge) -> [bool; 4] {
        let leaf = |it: Sums| -it.g / it.h;
        let high_low = edge.low.less(corner);
        let (ll, lh) = (leaf(corner), leaf(self.low.less(corner)));
        let (hl, hh) = (leaf(high_low), leaf(self.high.less(high_low)));
        let (top, bottom) = (leaf(self.low), leaf(self.high));
        let all = Sums { g: self.low.g + self.high.g, h: self.low.h + self.high.h };
        let (left, right) = (leaf(edge.low), leaf(all.less(edge.low)));
        let down = |a, b| goes(self.ways[0], a, b);
        let along = |a, b| goes(self.ways[1], a, b);
        [
            down(ll, bottom) & down(lh, bottom) & along(ll, lh),
            down(top, hl) & down(top, hh) & along(hl, hh),
            along(ll, right) & along(hl, right) & down(ll, hl),
            along(left, lh) & along(left, hh) & down(lh, hh),
        ]
    }
}

/// Whether a step from one value to the next goes a way: 1 up, -1 down, 0 any.
#[inline]
fn goes(way: f64, from: f64, to: f64) -> bool {
    way * (to - from) >= 0.0
}

/// Gain of a leaf, without a branch: a loop over it becomes vectors.
#[inline]
fn legal(sums: Sums, least: f64, enough: bool) -> f64 {
    let gain = sums.g * sums.g / sums.h;
    let gain = if enough { gain } else { f64::NEG_INFINITY };
    if sums.h >= least { gain } else { f64::NEG_INFINITY }
}

fn half(sums: Sums, enough: bool, least: f64) -> f64 {
    legal(sums, least, enough)
}

#[inline]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Place of one of the true items, each as likely; the first without randomness if there is one
/// only.
fn drawn(items: impl Iterator<Item = bool>, rng: &mut Rng) -> usize {
    let (mut found, mut equals) = (0, 0);
    for (place, _) in items.enumerate().filter(|it| it.1) {
        equals += 1;
        if equals == 1 || rng.below(equals) == 0 {
            found = place;
        }
    }
    found
}

fn lines<const W: usize, T>(cells: &[T]) -> &[[T; W]] {
    cells.as_chunks().0
}

fn lines_mut<const W: usize>(cells: &mut [f64]) -> &mut [[f64; W]] {
    cells.as_chunks_mut().0
}
