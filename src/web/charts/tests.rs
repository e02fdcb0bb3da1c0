//! Goldens, properties and broken input.

use askama::Template;
use proptest::prelude::*;
use scraper::{Html, Selector};

use super::samples::*;
use super::*;
use crate::app::score::Ahead;
use crate::web::parts::LevelView;

/// Set to anything to write the goldens anew.
const RENEW: &str = "CREWKEEP_RENEW_GOLDENS";

#[track_caller]
fn check(name: &str, drawn: &str, kept: &str) {
    sound_picture(name, drawn);
    // The sprite's address changes with every asset.
    let drawn = &drawn.replace(&crate::web::assets::url("icons.svg"), "icons.svg");
    if std::env::var_os(RENEW).is_some() {
        let file = format!("{}/src/web/charts/golden/{name}.svg", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(file, drawn).unwrap();
        return;
    }
    assert!(drawn == kept, "{name} changed; look at it, then set {RENEW}=1\n{drawn}");
}

macro_rules! goldens {
    ($($name:ident: $chart:expr;)*) => {$(
        #[test]
        fn $name() {
            let kept = include_str!(concat!("golden/", stringify!($name), ".svg"));
            check(stringify!($name), &$chart.render().unwrap(), kept);
        }
    )*};
}

goldens! {
    shape_steps: shape_sample();
    shape_mini: mini_sample();
    shape_categories: categories_sample();
    importance_rows: importance_sample();
    dots_rows: dots_sample();
    funnel_rows: funnel_sample();
    heat_pair: heat_sample();
    calibration_points: calibration_sample();
    km_two: km_sample(2);
    km_four: km_sample(4);
    loss_lines: loss_sample();
    metric_as_line: metric_sample(MetricStyle::Line);
    metric_as_bars: metric_sample(MetricStyle::Bars);
    score_year: score_sample();
    forecast_hours: forecast_sample(true);
    forecast_plain: forecast_sample(false);
    bars_fc_exits: bars_fc_sample();
    hire_by_three: hire_by_sample();
    coverage_three: coverage_sample();
    need_have_zones: need_have_sample();
    lines_three: lines_sample(3);
    lines_alone: lines_sample(1);
    shape_none: shape(&Shape { bins: &[], ..empty_shape() });
}

fn empty_shape() -> Shape<'static> {
    Shape {
        name: "Long drives",
        finding: "Shape",
        say: "",
        note: "",
        counted: "person-months",
        bins: &[],
        missing: None,
        x_words: &[],
        marks: &[],
        floor: 20.0,
        range: None,
    }
}

/// No chart may print what a browser cannot draw, whatever it was given.
#[track_caller]
fn sound_picture(name: &str, drawn: &str) {
    for word in ["NaN", "inf", "-0\"", "-0%", "−0.00 "] {
        assert!(!drawn.contains(word), "{name} prints {word}: {drawn}");
    }
    let page = Html::parse_fragment(drawn);
    let all = Selector::parse("svg.plot *, ul.bars svg *").unwrap();
    for element in page.select(&all) {
        for (key, value) in element.value().attrs() {
            let number = value.trim_end_matches('%').parse::<f64>();
            match (key, number) {
                ("width" | "height" | "r", Ok(size)) => {
                    assert!(size >= 0.0, "{name}: {key}={value}");
                }
                ("x" | "x1" | "x2" | "cx", Ok(at)) => {
                    assert!((-12.0..=112.0).contains(&at), "{name}: {key}={value}");
                }
                _ => {}
            }
        }
    }
    let state = Selector::parse(".state").unwrap();
    let plot = Selector::parse("svg[role=img], ul.bars").unwrap();
    let (states, plots) = (page.select(&state).count(), page.select(&plot).count());
    assert_eq!(states + plots, 1, "{name} is either a picture or a state: {drawn}");
}

/// A small generator, so that a failure can be repeated by its number.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    /// Mostly shares; sometimes something no chart can draw.
    fn value(&mut self) -> f64 {
        match self.below(12) {
            0 => f64::NAN,
            1 => [f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300][self.below(4) as usize],
            2 => 0.0,
            3 => 0.5,
            4 => -(self.below(1000) as f64) / 100.0,
            5 => self.below(1_000_000) as f64,
            _ => self.below(1000) as f64 / 1000.0,
        }
    }

    fn bins(&mut self, most: u64) -> Vec<ShapeBin> {
        let equal = self.below(4) == 0;
        let list = (0..self.below(most)).map(|at| ShapeBin {
            label: format!("step {at}"),
            from: if equal { 1.0 } else { at as f64 },
            to: if equal { 1.0 } else { at as f64 + 1.0 },
            points: if equal { 0.5 } else { self.value() },
            low: if equal { 0.5 } else { self.value() },
            high: if equal { 0.5 } else { self.value() },
            n: if self.below(5) == 0 { 0.0 } else { self.value() },
        });
        list.collect()
    }
}

#[test]
fn broken_input_never_gives_a_broken_picture() {
    for seed in 1..=200_u64 {
        let dice = &mut Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        shapes(seed, dice);
        groups(seed, dice);
        months(seed, dice);
        ahead(seed, dice);
        plans(seed, dice);
    }
}

fn shapes(seed: u64, dice: &mut Dice) {
    let most = [2, 3, 40, 200][dice.below(4) as usize];
    let bins = dice.bins(most);
    let marks = [ShapeMark { at: dice.value(), label: "A person".to_owned() }];
    let words = [(dice.value(), "one".to_owned()), (dice.value(), "two".to_owned())];
    let missing = dice.bins(2).first().cloned();
    let range = (dice.below(2) == 0).then(|| (dice.value(), dice.value()));
    let drawn = shape(&Shape {
        bins: &bins,
        missing: missing.as_ref(),
        x_words: &words,
        marks: &marks,
        range,
        ..empty_shape()
    });
    sound_picture(&format!("shape {seed}"), &drawn.render().unwrap());
    let mini = mini_shape("Drives", "settled", &bins, range).render().unwrap();
    sound_picture(&format!("mini {seed}"), &mini);
    let rows = shape_of_categories("Trade", "", "cases", &bins, None).render().unwrap();
    sound_picture(&format!("categories {seed}"), &rows);
    let mut row = |at: u64| DotRow {
        name: format!("\u{3c}b>{at}&"),
        at: (dice.below(4) > 0).then(|| dice.value()),
        low: (dice.below(4) > 0).then(|| dice.value()),
        high: (dice.below(4) > 0).then(|| dice.value()),
        tick: (dice.below(4) > 0).then(|| dice.value()),
        ..DotRow::default()
    };
    let rows: Vec<_> = (0..seed % 6).map(&mut row).collect();
    let base = Some(dice.value());
    let unit = [Unit::Share, Unit::Count][(seed % 2) as usize];
    let drawn = dots(&Dots { say: "", label: "l", note: "", unit, base, rows: &rows });
    sound_picture(&format!("dots {seed}"), &drawn.render().unwrap());
    let step = |_| FunnelStep { n: dice.below(50), ..FunnelStep::default() };
    let steps: Vec<_> = (0..seed % 7).map(step).collect();
    sound_picture(&format!("funnel {seed}"), &funnel("", "", &steps).render().unwrap());
    let term =
        |_| Importance { name: "x".to_owned(), href: None, size: dice.value(), half: dice.value() };
    let terms: Vec<_> = (0..seed % 7).map(term).collect();
    sound_picture(&format!("importance {seed}"), &importance("", "", &terms).render().unwrap());
}

fn groups(seed: u64, dice: &mut Dice) {
    let group = |_| CalibrationGroup {
        predicted: dice.value(),
        left: dice.value(),
        low: dice.value(),
        high: dice.value(),
        n: dice.below(3) as u32,
    };
    let list: Vec<_> = (0..seed % 9).map(group).collect();
    let drawn = calibration(&Calibration { finding: "f", say: "", groups: &list });
    sound_picture(&format!("calibration {seed}"), &drawn.render().unwrap());
    let cell = |_| HeatCell {
        points: dice.value(),
        low: dice.value(),
        high: dice.value(),
        n: dice.below(40) as f64,
    };
    let (columns, rows) = (seed % 10, 1 + seed % 9);
    let cells: Vec<_> = (0..columns * rows).map(cell).collect();
    let words = |many: u64| (0..many).map(|at| format!("step {at}")).collect::<Vec<_>>();
    let drawn = heat(&Heat {
        finding: "f",
        say: "",
        note: "",
        across: "a",
        up: "b",
        columns: &words(columns),
        rows: &words(rows),
        cells: &cells,
        floor: 20.0,
        mark: Some((seed as usize % 11, 2)),
    });
    sound_picture(&format!("heat {seed}"), &drawn.render().unwrap());
    let mut km_group = |at: u64| KmGroup {
        name: format!("group {at}"),
        words: String::new(),
        steps: (0..dice.below(60))
            .map(|_| KmStep {
                day: dice.value() * 300.0,
                share: dice.value(),
                low: dice.value(),
                high: dice.value(),
            })
            .collect(),
        at_risk: (0..dice.below(4)).map(|at| at as u32).collect(),
    };
    let list: Vec<_> = (0..seed % 6).map(&mut km_group).collect();
    let drawn = km(&Km {
        finding: "f",
        say: "",
        groups: &list,
        horizon_days: if seed.is_multiple_of(11) { f64::NAN } else { 365.0 },
        at_days: &[0, 90, 180],
    });
    sound_picture(&format!("km {seed}"), &drawn.render().unwrap());
}

fn months(seed: u64, dice: &mut Dice) {
    let mut month = |at: u64| MetricPoint {
        label: format!("month {at}"),
        short: format!("m{at}"),
        value: (dice.below(4) > 0).then(|| dice.value()),
        interval: (dice.below(3) > 0).then(|| (dice.value(), dice.value())),
        n: String::new(),
    };
    let count = [0, 1, 2, 12, 200][(seed % 5) as usize];
    let list: Vec<_> = (0..count).map(&mut month).collect();
    for style in [MetricStyle::Line, MetricStyle::Bars] {
        let unit = [Unit::Share, Unit::Count, Unit::Dollars, Unit::Decimal(1), Unit::Points];
        let drawn = metric_line(&Metric {
            name: "Metric",
            finding: "f",
            say: "",
            note: "",
            unit: unit[(seed % 5) as usize],
            style,
            months: &list,
            target: Some((dice.value(), "target")),
            marks: &[(3, "mark"), (900, "never")],
        });
        sound_picture(&format!("metric {seed}"), &drawn.render().unwrap());
    }
    let mut point = |at: u64| ScorePoint {
        label: format!("month {at}"),
        short: String::new(),
        chance: dice.value(),
        low: dice.value(),
        high: dice.value(),
    };
    let list: Vec<_> = (0..count).map(&mut point).collect();
    let base = list.first().map_or(f64::NAN, |it| it.low);
    let drawn = score_history(&ScoreHistory {
        finding: "f",
        points: &list,
        ends: "90% interval",
        base,
        marks: &[],
    });
    sound_picture(&format!("score {seed}"), &drawn.render().unwrap());
    let round = |at| LossRound { round: at * 7, seen: dice.value(), unseen: dice.value() };
    let list: Vec<_> = (0..count as u32).map(round).collect();
    let drawn = loss(&Loss { finding: "f", rounds: &list, rounds_max: (seed % 3) as u32 });
    sound_picture(&format!("loss {seed}"), &drawn.render().unwrap());
}

fn ahead(seed: u64, dice: &mut Dice) {
    let count = [0, 1, 2, 30, 200][(seed % 5) as usize];
    let equal = dice.below(4) == 0;
    let mut step = |at: usize| ForecastStep {
        label: format!("step {at}"),
        short: format!("s{at}"),
        value: (dice.below(8) > 0).then(|| if equal { 5.0 } else { dice.value() }),
        bounds: (dice.below(4) > 0)
            .then(|| [0; 3].map(|_| if equal { (5.0, 5.0) } else { (dice.value(), dice.value()) })),
        have: (dice.below(3) > 0).then(|| dice.value()),
    };
    let steps: Vec<_> = (0..count).map(&mut step).collect();
    let known = dice.below(count as u64 + 3) as usize;
    let drawn = forecast(&Forecast {
        name: "Jobs",
        finding: "f",
        say: "",
        note: "",
        unit: [Unit::Share, Unit::Count, Unit::Dollars, Unit::Decimal(1)][(seed % 4) as usize],
        suffix: " h",
        period: "week",
        known_as: "Jobs",
        steps: &steps,
        known,
        strips: 26,
        capacity: (seed.is_multiple_of(2)).then_some("people you have"),
        marks: &[(3, true, "shift"), (4, true, "shift"), (7, false, "odd"), (1000, true, "never")],
        holidays: &[(0, "New Year"), (1, "Christmas"), (5000, "never")],
    });
    sound_picture(&format!("forecast {seed}"), &drawn.render().unwrap());
    let labels: Vec<_> = steps.iter().map(|it| (it.label.clone(), it.short.clone())).collect();
    let mut line = |at: u64| {
        let many = dice.below(count as u64 + 4);
        (format!("line {at}"), (0..many).map(|_| dice.value()).collect::<Vec<_>>())
    };
    let drawn = lines(&Lines {
        name: "Trend",
        finding: "f",
        unit: Unit::Decimal(1),
        height: 110,
        period: "week",
        labels: &labels,
        lines: &(0..seed % 6).map(&mut line).collect::<Vec<_>>(),
        known,
        with_table: true,
    });
    sound_picture(&format!("lines {seed}"), &drawn.render().unwrap());
}

fn plans(seed: u64, dice: &mut Dice) {
    let count = [0, 1, 2, 12, 200][(seed % 5) as usize];
    let mut month = |at: u64| BarsMonth {
        label: format!("month {at}"),
        short: format!("m{at}"),
        value: dice.value(),
        band: (dice.below(2) == 0).then(|| (dice.value(), dice.value())),
    };
    let months: Vec<_> = (0..count).map(&mut month).collect();
    let drawn = bars_fc(&BarsFc { name: "Exits", finding: "f", say: "", months: &months });
    sound_picture(&format!("bars {seed}"), &drawn.render().unwrap());
    let mut held = |at: u64| Held {
        name: format!("row {at}"),
        inside: dice.below(30) as usize,
        of: dice.below(30) as usize,
        ends: (dice.value(), dice.value()),
    };
    let rows: Vec<_> = (0..seed % 5).map(&mut held).collect();
    sound_picture(&format!("coverage {seed}"), &coverage("", &rows).render().unwrap());
    let mut need = |at: u64| Need {
        name: format!("zone {at}"),
        href: None,
        have: [0; 3].map(|_| dice.value()),
        need: [0; 3].map(|_| dice.value()),
        short: "1 to 2".to_owned(),
        today: 3,
    };
    let rows: Vec<_> = (0..seed % 7).map(&mut need).collect();
    let drawn = need_have("in 13 weeks", &rows).render().unwrap();
    sound_picture(&format!("need {seed}"), &drawn);
    let mut day = || {
        let far = [1_i64, 40, 400, 90_000, 4_000_000_000][dice.below(5) as usize];
        let days = 20_780 + (dice.below(2000) as i64 - 1000) * far / 1000;
        crate::domain::calendar::Day(i32::try_from(days).unwrap_or(i32::MAX))
    };
    let line = |at: u64| HireLine {
        name: format!("zone {at}"),
        words: "Post now".to_owned(),
        post_by: day(),
        start: day(),
        ready: day(),
        need: day(),
        cells: [""; 4].map(str::to_owned),
    };
    let rows: Vec<_> = (0..seed % 20).map(line).collect();
    let today = crate::domain::calendar::Day(20_780);
    let drawn = hire_by(&HireBy { finding: "f", today, lines: &rows, fill: "", ramp: "" });
    sound_picture(&format!("hire by {seed}"), &drawn.render().unwrap());
}

#[test]
fn what_a_forecast_says_on_hover_is_in_its_table() {
    let it = forecast_sample(true);
    let rows = it.table.map(|it| it.rows).unwrap_or_default();
    assert!(rows.len() > 40 && rows.len() == it.plot.hits.len());
    for hit in &it.plot.hits {
        let (label, _) = hit.text.split_once(": ").unwrap();
        let row = rows.iter().find(|row| row[0] == label);
        assert!(row.is_some_and(|row| hit.text.contains(&row[1])), "{}", hit.text);
    }
    assert_eq!(rows[0][0], "week 105", "ahead first");
}

#[test]
fn few_things_have_a_scale_of_whole_numbers() {
    let month = BarsMonth { label: "Nov 2026".to_owned(), value: 1.0, ..BarsMonth::default() };
    let it = bars_fc(&BarsFc { name: "Exits", finding: "f", say: "", months: &[month] });
    let words: Vec<_> = it.plot.grid.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(words, ["0", "1"]);
}

#[test]
fn a_receipt_adds_up_as_printed() {
    let it = receipt_sample();
    let hundredths =
        |text: &str| -> i64 { text.replace('−', "-").replace(['+', '.'], "").parse().unwrap() };
    let lines = it.groups.iter().flat_map(|group| &group.lines).chain(&it.small);
    let sum = hundredths(&it.base.points) + lines.map(|it| hundredths(&it.points)).sum::<i64>();
    assert_eq!(sum, hundredths(&it.total.points));
    assert_eq!(it.groups[0].lines[0].name, "Long drives");
    assert_eq!(it.small.unwrap().name, "7 small terms");
}

#[test]
fn an_interval_that_is_not_a_number_is_not_drawn() {
    assert!(ivl(f64::NAN, 0.1, 0.2, &LevelView::Low, 0.08).is_none());
    let it = ivl(0.9, 0.7, 2.0, &LevelView::High, 0.08).unwrap();
    assert_eq!((it.x.as_str(), it.width.as_str(), it.mark.as_str()), ("100%", "0.5%", "98.5%"));
}

#[test]
fn an_empty_bar_has_no_parts_to_draw() {
    let it = stackbar("technicians", &[("f-high", "HIGH", 0), ("f-low", "LOW", 0)]);
    assert!(it.parts.iter().all(|part| part.width == "0%"));
}

#[test]
fn numbers_are_written_one_way() {
    let cases = [
        (Unit::Share.show(0.314), "31%"),
        (Unit::Share.show(0.084), "8.4%"),
        (Unit::Share.show(0.0999), "10%"),
        (Unit::Points.show(-0.004), "0.00"),
        (Unit::Points.show(-0.18), "−0.18"),
        (Unit::Count.show(1_204_377.0), "1,204,377"),
        (Unit::Dollars.show(-4900.4), "−$4,900"),
        (Unit::Decimal(1).show(12.25), "12.2"),
    ];
    for (shown, expected) in cases {
        assert_eq!(shown, expected);
    }
}

proptest! {
    #[test]
    fn rounded_parts_add_up(values in prop::collection::vec(-9.0..9.0_f64, 0..40)) {
        let it = round_to_sum(&values, 2);
        prop_assert_eq!(it.parts.iter().sum::<i64>(), it.total);
        let exact = values.iter().map(|value| value * 100.0).sum::<f64>();
        prop_assert!((it.total as f64 - exact).abs() <= 0.5 + 1e-6);
        for (part, value) in it.parts.iter().zip(&values) {
            prop_assert!((*part as f64 - value * 100.0).abs() <= 1.0);
        }
    }

    #[test]
    fn receipts_of_any_terms_add_up(
        base in -4.0..1.0_f64,
        points in prop::collection::vec(-1.5..1.5_f64, 0..30),
    ) {
        let terms = points.iter().map(|points| Term {
            name: "x".to_owned(), href: None, words: String::new(), points: *points, half: 0.1,
        });
        let groups = [TermGroup { name: "g".to_owned(), terms: terms.collect() }];
        let ahead = Ahead::default();
        let it = receipt(&Receipt {
            say: "", base, base_words: "", ahead: &ahead, days: 90, groups: &groups, seal: None,
        });
        let cents = |text: &str| text.replace('−', "-").replace(['+', '.'], "").parse::<i64>().unwrap();
        let lines = it.groups.iter().flat_map(|group| &group.lines).chain(&it.small);
        let sum = cents(&it.base.points) + lines.map(|line| cents(&line.points)).sum::<i64>();
        prop_assert_eq!(sum, cents(&it.total.points));
    }
}
