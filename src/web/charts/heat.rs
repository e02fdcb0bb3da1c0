//! What two features add together, beyond what each adds alone.

use super::frame::{Unit, fixed, num, pct, short, sound};
use super::{Chart, LegendItem, Plot, Rect, Swatch, Text, legend, thin};
use crate::web::parts::{TableView, ThView};

const CELL_HEIGHT: f64 = 36.0;
/// Percent kept clear at the left for the labels of the rows.
const GUT: f64 = 17.0;
/// Cells in one direction at most, or their numbers have no room.
const CELLS_MAX: usize = 8;
/// The darkest step is at least this many points, so that next to nothing looks like it.
const DARKEST_MIN: f64 = 0.1;
const STEPS: [&str; 9] = ["h-4", "h-3", "h-2", "h-1", "h0", "h1", "h2", "h3", "h4"];

/// What [`heat`] draws.
#[derive(Debug, Clone)]
pub struct Heat<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// The sentence above.
    pub say: &'a str,
    /// What is counted, the period.
    pub note: &'a str,
    /// Name of the feature across.
    pub across: &'a str,
    /// Name of the feature that rises.
    pub up: &'a str,
    /// Labels across, from the left; at most eight.
    pub columns: &'a [String],
    /// Labels that rise, from the bottom; at most eight.
    pub rows: &'a [String],
    /// Row by row from the bottom, each from the left.
    pub cells: &'a [HeatCell],
    /// Cells with fewer cases are hatched.
    pub floor: f64,
    /// Column and row of the person looked at.
    pub mark: Option<(usize, usize)>,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatCell {
    /// Log-odds beyond the two lines.
    pub points: f64,
    /// Lower end of the 90% band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Cases.
    pub n: f64,
}

/// Classed cells with their value; hatched with n when there are too few cases.
pub fn heat(it: &Heat<'_>) -> Chart {
    let (wide, tall) = (it.columns.len(), it.rows.len());
    let fits = (2..=CELLS_MAX).contains(&wide) && (2..=CELLS_MAX).contains(&tall);
    if !fits || it.cells.len() != wide * tall || !it.cells.iter().all(HeatCell::is_sound) {
        return thin("Nothing to draw", "This pair has no grid of at least two by two steps.");
    }
    let height = tall as f64 * CELL_HEIGHT + 26.0;
    let step = (100.0 - GUT) / wide as f64;
    let solid = it.cells.iter().filter(|cell| cell.n >= it.floor);
    let darkest = solid.map(|cell| cell.points.abs()).fold(DARKEST_MIN, f64::max);
    let mut plot = Plot { height: height as u32, label: it.finding.to_owned(), ..Plot::default() };
    for (at, label) in it.columns.iter().enumerate() {
        let x = GUT + (at as f64 + 0.5) * step;
        let (x, y) = (pct(x), num(height - 6.0));
        let class = if at % 2 == 1 && wide > 4 { "mid wide" } else { "mid" };
        plot.axis.push(Text { class, x, y, text: short(label, 12) });
    }
    for row in 0..tall {
        let y = (tall - 1 - row) as f64 * CELL_HEIGHT;
        let (x, text) = ("0".to_owned(), short(&it.rows[row], 12));
        plot.axis.push(Text { class: "", x, y: num(y + 22.0), text });
        for column in 0..wide {
            let cell = &it.cells[row * wide + column];
            let is_marked = it.mark == Some((column, row));
            let place = (GUT + column as f64 * step, y, step);
            draw(&mut plot, cell, place, darkest, it.floor, is_marked);
        }
    }
    Chart {
        say: it.say.to_owned(),
        state: None,
        plot,
        legend: legend_of(it),
        note: format!("Across: {}. Rising: {}. {}", it.across, it.up, it.note),
        below: None,
        table: Some(table(it)),
    }
}

impl HeatCell {
    fn is_sound(&self) -> bool {
        [self.points, self.low, self.high, self.n].into_iter().all(sound)
    }
}

fn draw(
    plot: &mut Plot,
    cell: &HeatCell,
    (x, y, step): (f64, f64, f64),
    darkest: f64,
    floor: f64,
    is_marked: bool,
) {
    let is_thin = cell.n < floor;
    let shade = (cell.points / darkest * 4.0).round().clamp(-4.0, 4.0);
    let class = if is_thin { "hatch" } else { STEPS[(shade + 4.0) as usize] };
    let rect = |class| Rect {
        class,
        x: pct(x + 0.25),
        width: pct(step - 0.5),
        y: num(y + 1.5),
        height: num(CELL_HEIGHT - 3.0),
    };
    plot.rects.push(rect(class));
    if is_marked {
        plot.rects.push(rect("cellmark"));
    }
    let text =
        if is_thin { format!("n {}", fixed(cell.n, 0)) } else { Unit::Points.show(cell.points) };
    let (x, y) = (pct(x + step / 2.0), num(y + 22.0));
    plot.texts.push(Text { class: "mid cellv", x, y, text });
}

fn legend_of(it: &Heat<'_>) -> Vec<LegendItem> {
    let mut list = vec![
        legend("h-3", Swatch::Box, "together lower than apart"),
        legend("h3", Swatch::Box, "together higher than apart"),
    ];
    if it.cells.iter().any(|cell| cell.n < it.floor) {
        let words = format!("fewer than {} cases", fixed(it.floor, 0));
        list.push(legend("hatch", Swatch::Box, &words));
    }
    list
}

fn table(it: &Heat<'_>) -> TableView {
    let wide = it.columns.len();
    let row = |(at, cell): (usize, &HeatCell)| {
        let points = [cell.points, cell.low, cell.high].map(|it| Unit::Points.show(it));
        let [value, low, high] = points;
        let (across, up) = (it.columns[at % wide].clone(), it.rows[at / wide].clone());
        vec![across, up, value, low, high, fixed(cell.n, 0)]
    };
    TableView {
        caption: format!("{} and {}", it.across, it.up),
        caption_hidden: false,
        head: vec![
            ThView::text(it.across),
            ThView::text(it.up),
            ThView::number("Points"),
            ThView::number("90% low"),
            ThView::number("90% high"),
            ThView::number("Cases"),
        ],
        rows: it.cells.iter().enumerate().map(row).collect(),
    }
}
