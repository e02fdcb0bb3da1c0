//! The hire-by calendar: when to post, how long hiring takes, how long a new hire needs, when needed.
//!
//! Never here: how those days were found.

use super::frame::{num, pct, short};
use super::{Chart, Dot, Plot, Rect, Seg, Swatch, Text, legend, thin};
use crate::domain::calendar::Day;
use crate::web::parts::{TableView, ThView};

/// Lines drawn at most; the page says how many there are.
pub(in crate::web) const LINES_MAX: usize = 8;
/// Percent kept clear for the names.
const NAMES: f64 = 20.0;
/// Pixels a line takes, and where the first begins.
const LINE: f64 = 41.0;
const TOP: f64 = 24.0;
/// Nothing is drawn farther than this from today.
const SPAN_MAX: i32 = 800;

/// What [`hire_by`] draws.
#[derive(Debug, Clone)]
pub struct HireBy<'a> {
    /// The finding, read aloud.
    pub finding: &'a str,
    /// Where the line of today stands.
    pub today: Day,
    /// Soonest first.
    pub lines: &'a [HireLine],
    /// `Time to fill, slowest fifth: 44 days`.
    pub fill: &'a str,
    /// `Ramp to 80% pace: 9 weeks`.
    pub ramp: &'a str,
}

/// One opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HireLine {
    /// `East, 2`.
    pub name: String,
    /// On the bar: `Post by 27 Nov`.
    pub words: String,
    /// The ad.
    pub post_by: Day,
    /// First day of work.
    pub start: Day,
    /// First day at pace.
    pub ready: Day,
    /// Needed at pace; before `ready` when the ad is late.
    pub need: Day,
    /// The rest of the table's row.
    pub cells: [String; 4],
}

/// One bar an opening: light while the ad is out, darker while the new hire learns.
pub fn hire_by(it: &HireBy<'_>) -> Chart {
    let near = |day: Day| (day.0.saturating_sub(it.today.0)).abs() <= SPAN_MAX;
    let good =
        |line: &&HireLine| [line.post_by, line.start, line.ready, line.need].into_iter().all(near);
    let lines: Vec<_> = it.lines.iter().filter(good).take(LINES_MAX).collect();
    if lines.is_empty() {
        let words = "Nobody is likely to be short within the weeks the plan looks ahead.";
        return thin("No ad to post", words);
    }
    let scale = Scale::of(it.today, &lines);
    let height = TOP + LINE * lines.len() as f64;
    let foot = num(height - 4.0);
    let mut plot = Plot { height: height as u32, label: it.finding.to_owned(), ..Plot::default() };
    let upright =
        |class, x: f64| Seg { class, x1: pct(x), x2: pct(x), y1: num(14.0), y2: foot.clone() };
    for (at, (day, name)) in scale.months().into_iter().enumerate() {
        let x = scale.at(day);
        plot.rules.push(upright("gl", x));
        let class = if at % 2 == 1 { "wide" } else { "" };
        plot.axis.push(Text { class, x: pct(x + 0.6), y: num(10.0), text: name });
    }
    plot.rules.push(upright("zero", scale.at(it.today)));
    for (at, line) in lines.iter().enumerate() {
        drawn(&mut plot, &scale, line, TOP + LINE * at as f64);
    }
    Chart {
        say: String::new(),
        state: None,
        plot,
        legend: vec![
            legend("f-raise", Swatch::Dot, "Post the ad"),
            legend("b80", Swatch::Box, it.fill),
            legend("b50", Swatch::Box, it.ramp),
            legend("ln ink", Swatch::Upright, "Needed"),
            legend("zero", Swatch::Upright, "Today"),
        ],
        note: String::new(),
        below: None,
        table: Some(table(&lines)),
    }
}

/// Days to percent: from the month of today or the first ad to half a month past the last need.
struct Scale {
    from: Day,
    to: Day,
}

impl Scale {
    fn of(today: Day, lines: &[&HireLine]) -> Self {
        let first = lines.iter().map(|it| it.post_by.min(it.need)).fold(today, Day::min);
        // What should have been posted long ago would press the rest together.
        let first = first.max(today.plus(-45)).month().first_day();
        let last = lines.iter().map(|it| it.need.max(it.ready)).fold(today, Day::max);
        Self { from: first, to: last.plus(16).max(first.plus(60)) }
    }

    fn at(&self, day: Day) -> f64 {
        let share = f64::from(day.0 - self.from.0) / f64::from(self.to.0 - self.from.0);
        NAMES + share.clamp(0.0, 1.0) * (100.0 - NAMES)
    }

    /// First days of at most about eight months, with their names; the year at each January.
    fn months(&self) -> Vec<(Day, String)> {
        let first = self.from.month();
        let count =
            (0..40).take_while(|at| first.plus(*at).first_day() < self.to.plus(-10)).count();
        let every = count.div_ceil(8).max(1);
        let month = |at: i32| {
            let month = first.plus(at);
            let day = month.first_day();
            let name = match month.short_name() {
                "Jan" => format!("Jan {}", day.year()),
                name => name.to_owned(),
            };
            (day, name)
        };
        (0..count as i32).step_by(every).map(month).collect()
    }
}

fn drawn(plot: &mut Plot, scale: &Scale, line: &HireLine, y: f64) {
    let (post, start) = (scale.at(line.post_by), scale.at(line.start));
    let (ready, need) = (scale.at(line.ready), scale.at(line.need));
    let mut rect = |class, from: f64, to: f64| {
        plot.rects.push(Rect {
            class,
            x: pct(from),
            width: pct((to - from).max(0.0)),
            y: num(y),
            height: num(20.0),
        });
    };
    rect("b80 round", post, start);
    rect("b50 round", start, ready);
    plot.segs.push(Seg {
        class: "ln ink",
        x1: pct(need),
        x2: pct(need),
        y1: num(y - 4.0),
        y2: num(y + 24.0),
    });
    plot.dots.push(Dot { class: "f-raise", x: pct(post), y: num(y + 10.0), r: "5" });
    let mut text = |class, x, text: String| {
        plot.texts.push(Text { class, x, y: num(y + 15.0), text });
    };
    text("ink2 over", "0".to_owned(), short(&line.name, 22));
    if post > 78.0 {
        text("end halo strong", pct(post - 1.4), line.words.clone());
    } else {
        text("strong", pct(post + 1.4), line.words.clone());
    }
}

fn table(lines: &[&HireLine]) -> TableView {
    let row =
        |it: &&HireLine| std::iter::once(it.name.clone()).chain(it.cells.iter().cloned()).collect();
    TableView {
        caption: "Openings, soonest first".to_owned(),
        caption_hidden: false,
        head: ["Where, how many", "Post by", "Starts", "Needed", "Needed, 80%"]
            .map(ThView::text)
            .to_vec(),
        rows: lines.iter().map(row).collect(),
    }
}
