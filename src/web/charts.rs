//! Pictures of numbers: geometry here, tags in `templates/charts/`.
//!
//! Every function is pure: data in, a view struct out, printed with `{{ chart }}` in a page. Numbers
//! are cut to two decimals, so the output is stable byte for byte. Invariants: nothing that is not
//! finite reaches a picture; too little data gives a designed state, never a broken picture; no
//! statistics are computed here, only positions.

mod bars_fc;
mod calibration;
mod dots;
mod forecast;
mod frame;
mod heat;
mod hire_by;
mod history;
mod km;
mod lines;
mod loss;
mod receipt;
mod rows;
#[cfg(test)]
pub(crate) mod samples;
mod shape;
#[cfg(test)]
mod tests;

use askama::Template;
use askama::filters::HtmlSafe;

pub use bars_fc::{BarsFc, BarsMonth, bars_fc};
pub use calibration::{Calibration, CalibrationGroup, calibration};
pub use dots::{DotRow, Dots, FunnelStep, dots, funnel};
pub use forecast::{Forecast, ForecastStep, forecast};
pub use frame::Unit;
pub use heat::{Heat, HeatCell, heat};
pub(in crate::web) use hire_by::LINES_MAX as HIRE_LINES_MAX;
pub use hire_by::{HireBy, HireLine, hire_by};
pub use history::{
    Metric, MetricPoint, MetricStyle, ScoreHistory, ScorePoint, metric_line, score_history,
};
pub use km::{Km, KmGroup, KmStep, km};
pub use lines::{Lines, lines};
pub use loss::{Loss, LossRound, loss};
pub use receipt::{Receipt, Rounded, Term, TermGroup, points_text, receipt, round_to_sum};
pub use rows::{
    Held, Importance, Need, coverage, importance, ivl, need_have, shape_of_categories, stackbar,
};
pub use shape::{Shape, ShapeBin, ShapeMark, mini_shape, shape};

use super::parts::{StateKind, StateView, TableView};

/// A figure: sentence, picture, legend, note and table. `{{ chart }}` prints it.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/chart.svg")]
pub struct Chart {
    /// One plain sentence that says what is true; may be empty when the page says it.
    pub say: String,
    /// Shown instead of the picture when there is too little to draw.
    pub state: Option<StateView>,
    /// The picture.
    pub plot: Plot,
    /// Drawn with the same classes as the marks.
    pub legend: Vec<LegendItem>,
    /// What is across, what is up, what was left out.
    pub note: String,
    /// A table that is always open, such as numbers at risk.
    pub below: Option<TableView>,
    /// Behind "Show as table".
    pub table: Option<TableView>,
}

/// A figure made of rows of words, one bar each. `{{ chart }}` prints it.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/rows.svg")]
pub struct RowChart {
    /// One plain sentence.
    pub say: String,
    /// Shown instead of the rows.
    pub state: Option<StateView>,
    /// Name of the list, read aloud.
    pub label: String,
    /// In the order given.
    pub rows: Vec<RowBar>,
    /// Drawn with the same classes as the marks.
    pub legend: Vec<LegendItem>,
    /// Under the rows.
    pub note: String,
    /// Behind "Show as table".
    pub table: Option<TableView>,
}

/// A thumbnail of a shape with its name and a word. `{{ mini }}` prints it.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/mini.svg")]
pub struct Mini {
    /// `Long drives`.
    pub name: String,
    /// `settled`, `still moving`.
    pub word: String,
    /// Read aloud.
    pub label: String,
    /// The zero line.
    pub zero: String,
    /// The band, or nothing.
    pub area: String,
    /// The steps, or nothing.
    pub line: String,
}

impl HtmlSafe for Chart {}
impl HtmlSafe for RowChart {}
impl HtmlSafe for Mini {}

/// A percent-fluid picture: text and dots at percent x, paths in a nested stretched drawing.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// Pixels.
    pub height: u32,
    /// States the finding, for those who do not see it.
    pub label: String,
    /// Grid lines with their labels.
    pub grid: Vec<HLine>,
    /// Upright lines: today, a shift, this person.
    pub rules: Vec<Seg>,
    /// Words behind the data: x labels.
    pub axis: Vec<Text>,
    /// Bands, in the stretched drawing.
    pub areas: Vec<Path>,
    /// Lines, in the stretched drawing.
    pub lines: Vec<Path>,
    /// Bars.
    pub rects: Vec<Rect>,
    /// Whiskers.
    pub segs: Vec<Seg>,
    /// Points.
    pub dots: Vec<Dot>,
    /// Words over the data: direct labels.
    pub texts: Vec<Text>,
    /// Strips that show a value while the pointer is over them.
    pub hits: Vec<Hit>,
    /// At the top right until a strip speaks: what is up.
    pub idle: String,
}

/// A line from edge to edge.
#[derive(Debug, Clone)]
pub struct HLine {
    /// `gl`, `zero`.
    pub class: &'static str,
    /// Pixels.
    pub y: String,
    /// Pixels of the label's base line.
    pub text_y: String,
    /// At the left, above the line.
    pub text: String,
}

/// A straight line in percent and pixels.
#[derive(Debug, Clone)]
pub struct Seg {
    /// `link`, `ax`, `ptline`, `whisk`.
    pub class: &'static str,
    /// Percent.
    pub x1: String,
    /// Percent.
    pub x2: String,
    /// Pixels.
    pub y1: String,
    /// Pixels.
    pub y2: String,
}

/// Words in the picture.
#[derive(Debug, Clone)]
pub struct Text {
    /// `mid`, `end`, `halo`, `strong`, `wide`, together.
    pub class: &'static str,
    /// Percent.
    pub x: String,
    /// Pixels.
    pub y: String,
    /// Escaped by the template.
    pub text: String,
}

/// A line or an area in a drawing 1000 wide.
#[derive(Debug, Clone)]
pub struct Path {
    /// `ln`, `ln b`, `bandA`.
    pub class: &'static str,
    /// `x,y x,y`.
    pub points: String,
}

/// A bar.
#[derive(Debug, Clone)]
pub struct Rect {
    /// `dens`, `f-acc`.
    pub class: &'static str,
    /// Percent.
    pub x: String,
    /// Percent.
    pub width: String,
    /// Pixels.
    pub y: String,
    /// Pixels.
    pub height: String,
}

/// A point.
#[derive(Debug, Clone)]
pub struct Dot {
    /// `pt`, `pt b`, `pt ink`.
    pub class: &'static str,
    /// Percent.
    pub x: String,
    /// Pixels.
    pub y: String,
    /// Pixels.
    pub r: &'static str,
}

/// A strip over one x step; needs no script.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Percent.
    pub x: String,
    /// Percent.
    pub width: String,
    /// Percent: where the rule stands.
    pub rule: String,
    /// Pixels: its top.
    pub y1: String,
    /// Pixels: its foot.
    pub y2: String,
    /// On the rule.
    pub dots: Vec<Dot>,
    /// One line; repeats a row of the table.
    pub text: String,
}

/// A word of the legend with its swatch.
#[derive(Debug, Clone)]
pub struct LegendItem {
    /// Class of the mark.
    pub class: &'static str,
    /// What the swatch looks like.
    pub swatch: Swatch,
    /// What it stands for.
    pub text: String,
}

/// How a mark looks in a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swatch {
    /// A line.
    Line,
    /// A filled box.
    Box,
    /// A thin filled bar.
    Bar,
    /// A dot.
    Dot,
    /// A line that stands.
    Upright,
}

/// A row: words, a bar or a dot with whiskers, a number.
#[derive(Debug, Clone, Default)]
pub struct RowBar {
    /// At the left.
    pub name: String,
    /// Makes the name a link.
    pub href: Option<String>,
    /// Class, left end and width of a bar.
    pub bar: Option<(&'static str, String, String)>,
    /// Left end and width of a band; a bar over it is drawn thin, a track behind it full.
    pub band: Option<(String, String)>,
    /// Whether the whole width is shown as the scale.
    pub track: bool,
    /// Ends of the interval.
    pub whisker: Option<(String, String)>,
    /// Centre and class of a dot.
    pub dot: Option<(String, &'static str)>,
    /// A second value, as a tick.
    pub tick: Option<String>,
    /// Zero, when the scale has two sides; or everyone's value.
    pub zero: Option<String>,
    /// Bold, at the right.
    pub value: String,
    /// After it: `±0.06`.
    pub rest: String,
}

/// A figure that says why it is not drawn.
fn thin(title: &str, words: &str) -> Chart {
    instead(StateView::new(StateKind::Thin, title, words))
}

/// A figure with a state in its place.
pub fn instead(state: StateView) -> Chart {
    Chart {
        say: String::new(),
        state: Some(state),
        plot: Plot::default(),
        legend: Vec::new(),
        note: String::new(),
        below: None,
        table: None,
    }
}

fn legend(class: &'static str, swatch: Swatch, text: &str) -> LegendItem {
    LegendItem { class, swatch, text: text.to_owned() }
}
