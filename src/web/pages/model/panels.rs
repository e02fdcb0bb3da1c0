//! The panels of the Models page: numbers into words, tables and charts.

use super::{EvidenceView, FeatureRow, GroupView, ShapeView, TestView};
use crate::app::card::{
    CalibrationCheck, Card, Difference, HorizonCard, LiftCard, Measures, Ranged, Validation,
    month_words,
};
use crate::app::models::{self, Line, Mark, Model, Step};
use crate::domain::calendar::second_text;
use crate::domain::count::grouped;
use crate::domain::deny::DENIED;
use crate::web::charts::{
    self, Calibration, CalibrationGroup, Chart, Importance, RowBar, RowChart, Shape, ShapeBin,
    ShapeMark, Unit,
};
use crate::web::parts::{SealView, StateKind, StateView, TableView, ThView, Tile};

/// Steps with fewer rows are drawn grey.
const STEP_ROWS_MIN: f64 = 20.0;
/// What the honesty of the bands rests on.
pub(super) const BAND_NOTE: &str = "Bands are about 90%: in simulation they held the truth for 99% \
                                    of features without effect, 91% of weak ones, 83% of strong \
                                    ones.";

/// Log loss, AUC and slope at a glance.
pub(super) fn tiles(model: &Model) -> Vec<Tile> {
    let card = &model.card;
    let Some(test) = &card.validation else { return Vec::new() };
    let n = format!("{} months, {} before an exit", grouped(test.rows), grouped(test.events));
    let (first, last) = (month_words(&test.months.0), month_words(&test.months.1));
    let as_of = format!("Tested on {first} to {last}");
    let tile = |label: &str, it: &Ranged, beside: &str| {
        it.value.map(|value| Tile {
            label: label.to_owned(),
            value: format!("{value:.2}"),
            beside: beside.to_owned(),
            n_line: format!("{}; {n}", between(it, 2)),
            as_of: as_of.clone(),
            definition: None,
        })
    };
    let lift = test.lift.as_ref().and_then(|it| {
        let value = it.lift.value?;
        Some(Tile {
            label: "Exits among the highest scores".to_owned(),
            value: format!("{value:.1} ×"),
            beside: "the average".to_owned(),
            n_line: format!("{}; {} highest months", between(&it.lift, 1), grouped(it.k)),
            as_of: as_of.clone(),
            definition: None,
        })
    });
    let auc = tile("Order of who leaves first (AUC)", &test.ebm.auc, "0.5 is chance");
    let slope = tile("Calibration slope", &test.ebm.slope, "1 is right");
    [auc, lift, slope].into_iter().flatten().collect()
}

/// What moves scores most; each name leads to its shape.
pub(super) fn importance(model: &Model, person: Option<&str>) -> RowChart {
    let term = |line: &Line| Importance {
        name: line.title.to_owned(),
        href: Some(line_href(line.id, person)),
        size: line.importance,
        half: line.importance_half,
    };
    let note = "Importance is how much a line moves scores, not how much changing it would help.";
    let chart = charts::importance("", note, &model.lines.iter().map(term).collect::<Vec<_>>());
    // Its rows are words and numbers already.
    RowChart { table: None, ..chart }
}

/// One line, with its neighbours by importance.
pub(super) fn shape(
    model: &Model,
    at: usize,
    mark: Option<&Mark>,
    person: Option<&str>,
) -> ShapeView {
    let line = &model.lines[at];
    let place = |it: &Line| (it.title.to_owned(), line_href(it.id, person));
    ShapeView {
        title: line.title.to_owned(),
        what: line.what.to_owned(),
        meta: format!("line {} of {} by size", at + 1, model.lines.len()),
        chart: drawn(line, mark, &model.card),
        back: at.checked_sub(1).map(|it| place(&model.lines[it])),
        next: model.lines.get(at + 1).map(place),
    }
}

fn drawn(line: &Line, mark: Option<&Mark>, card: &Card) -> Chart {
    let bins: Vec<ShapeBin> = ends(&line.steps).iter().map(bin).collect();
    let range = range(&bins);
    let is_near = |it: &&ShapeBin| range.0 <= it.low && it.high <= range.1;
    let unknown = line.missing.as_ref().map(|it| bin(&(it, it.from, it.to)));
    let missing = unknown.as_ref().filter(is_near);
    let far = unknown.as_ref().filter(|it| !is_near(it)).map_or(String::new(), |it| {
        format!(
            " A value that is not known ({} person-months) lies outside this picture: {} points, \
             between {} and {}.",
            grouped(it.n as u64),
            Unit::Points.show(it.points),
            Unit::Points.show(it.low),
            Unit::Points.show(it.high)
        )
    });
    let place = mark.and_then(|it| Some((it, it.values.get(line.id)?)));
    let marks =
        place.map(|(it, (at, text))| ShapeMark { at: *at, label: format!("{}, {text}", it.name) });
    let note = format!(
        "Points are log-odds against everyone's start. Grey bars count person-months, {} in all, \
         {} to {}. {BAND_NOTE}{far}",
        grouped(card.rows),
        month_words(&card.months.0),
        month_words(&card.months.1)
    );
    charts::shape(&Shape {
        name: line.title,
        finding: &format!("{}. {}", line.title, line.finding),
        say: &line.finding,
        note: &note,
        counted: "person-months",
        bins: &bins,
        missing,
        x_words: &x_words(line, &bins),
        marks: marks.as_slice(),
        floor: STEP_ROWS_MIN,
        range: Some(range),
    })
}

/// Lowest and highest points drawn: every step and zero, with a little room.
fn range(bins: &[ShapeBin]) -> (f64, f64) {
    let ends = bins.iter().flat_map(|it| [it.low, it.high]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |it, end| (it.0.min(end), it.1.max(end)));
    let room = 0.06 * (high - low).max(0.1);
    (low - room, high + room)
}

/// The outermost steps reach to single values far out: drawn no wider than the inside allows.
fn ends(steps: &[Step]) -> Vec<(&Step, f64, f64)> {
    let mut drawn: Vec<_> = steps.iter().map(|it| (it, it.from, it.to)).collect();
    let n = drawn.len();
    if n >= 4 {
        let inside = steps[n - 2].to - steps[1].from;
        let most = inside * 0.15;
        drawn[0].1 = drawn[0].1.max(steps[0].to - most);
        drawn[n - 1].2 = drawn[n - 1].2.min(steps[n - 1].from + most);
    }
    // A step of one single value has no width of its own.
    let whole = drawn.last().map_or(1.0, |it| it.2) - drawn.first().map_or(0.0, |it| it.1);
    let least = if whole > 0.0 { whole / 40.0 } else { 1.0 };
    if let Some(last) = drawn.last_mut() {
        last.2 = last.2.max(last.1 + least);
    }
    drawn
}

fn bin((step, from, to): &(&Step, f64, f64)) -> ShapeBin {
    ShapeBin {
        label: step.label.clone(),
        from: *from,
        to: *to,
        points: step.points,
        low: step.low,
        high: step.high,
        n: step.rows as f64,
    }
}

/// Words along x: where steps begin, about a sixth of the way apart, and the median.
fn x_words(line: &Line, bins: &[ShapeBin]) -> Vec<(f64, String)> {
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return Vec::new() };
    let apart = (last.to - first.from) / 6.0;
    let mut words: Vec<(f64, String)> = Vec::new();
    for (bin, step) in bins.iter().zip(&line.steps) {
        let far = words.last().is_none_or(|it| bin.from - it.0 >= apart);
        if far && last.to - bin.from > apart * 0.6 {
            words.push((bin.from, step.begins.clone()));
        }
    }
    if let Some((at, text)) = &line.median {
        // The word at the left edge reaches to its right only.
        let room = |it: &(f64, String)| if it.0 <= first.from { 1.5 } else { 1.1 };
        words.retain(|it| (it.0 - at).abs() >= apart * room(it));
        words.push((*at, format!("{text}, median")));
        words.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    words
}

/// How it was tested and what came out, beside the simple model and the base rate.
pub(super) fn test(model: &Model) -> TestView {
    let card = &model.card;
    let Some(test) = &card.validation else {
        let words = card.no_validation.as_deref().unwrap_or("The reason was not kept.");
        let words = format!("{words} What the lines say was never checked on other months.");
        return TestView {
            layout: String::new(),
            untested: Some(StateView::new(StateKind::Thin, "This model was not tested", &words)),
            table: None,
            comparisons: Vec::new(),
            horizons: None,
            calibrated: None,
            calibration: None,
            lift: None,
        };
    };
    TestView {
        layout: test.layout_words(),
        untested: None,
        table: Some(table(test)),
        comparisons: test.contenders.iter().map(|it| against(&it.name, it.against)).collect(),
        horizons: (!test.horizons.is_empty()).then(|| horizons(test)),
        calibrated: card.calibrated.as_ref().map(CalibrationCheck::words),
        calibration: Some(calibration(test)),
        lift: test.lift.as_ref().map(|it| lift_words(it, test, card)),
    }
}

fn table(test: &Validation) -> TableView {
    let row = |name: &str, it: &Measures| {
        let slope = if it.slope.value.is_some() { ranged(&it.slope, 2) } else { "none".to_owned() };
        let (auc, loss) = (ranged(&it.auc, 3), ranged(&it.log_loss, 4));
        vec![name.to_owned(), auc, loss, ranged(&it.brier, 4), slope]
    };
    let others = test.contenders.iter().map(|it| row(&it.name, &it.measures));
    TableView {
        caption: format!(
            "{} person-months of {} people, {} before an exit; 95% intervals by person",
            grouped(test.rows),
            grouped(test.people),
            grouped(test.events)
        ),
        caption_hidden: false,
        head: vec![
            ThView::text("Model"),
            ThView::number("AUC"),
            ThView::number("Log loss"),
            ThView { class: "r hide-md", ..ThView::text("Brier") },
            ThView { class: "r hide-md", ..ThView::text("Calibration slope") },
        ],
        rows: [row("This model (EBM)", &test.ebm)].into_iter().chain(others).collect(),
    }
}

/// The same model asked about nearer and farther ends.
fn horizons(test: &Validation) -> TableView {
    let share = |value: Option<f64>| value.map_or("?".to_owned(), |it| Unit::Share.show(it));
    let row = |it: &HorizonCard| {
        vec![
            format!("{} days", it.days),
            format!("{}, {} before an exit", grouped(it.rows), grouped(it.events)),
            share(Some(it.predicted)),
            share(it.observed.value),
            ranged(&it.ratio, 2),
            ranged(&it.auc, 3),
        ]
    };
    TableView {
        caption: "One model, four horizons: tested person-months whose window has closed; 95% \
                  intervals by person"
            .to_owned(),
        caption_hidden: false,
        head: vec![
            ThView::text("Within"),
            ThView { class: "hide-md", ..ThView::text("Person-months") },
            ThView::number("Predicted"),
            ThView::number("Left"),
            ThView { class: "r hide-md", ..ThView::text("Left over predicted") },
            ThView::number("AUC"),
        ],
        rows: test.horizons.iter().map(row).collect(),
    }
}

fn against(whom: &str, it: Difference) -> String {
    let (size, se) = (it.value.abs(), it.se);
    let way = if it.value < 0.0 { "higher" } else { "lower" };
    let far = if size > se { "more" } else { "no more" };
    format!(
        "{whom}: its log loss is {size:.4} {way} than this one's, {far} than one standard error of \
         {se:.4} (by person)."
    )
}

fn calibration(test: &Validation) -> Chart {
    let groups: Vec<CalibrationGroup> = test
        .calibration
        .iter()
        .map(|it| CalibrationGroup {
            predicted: it.predicted,
            left: it.observed,
            low: it.low,
            high: it.high,
            n: it.rows as u32,
        })
        .collect();
    let share = |value: f64| Unit::Share.show(value);
    let say = test.calibration.iter().max_by(|a, b| a.predicted.total_cmp(&b.predicted)).map_or(
        String::new(),
        |it| {
            let inside = it.low <= it.predicted && it.predicted <= it.high;
            let end = if inside { "within what chance allows" } else { "more than chance allows" };
            format!(
                "Of the {} months with the highest scores, given {} on average, {} were followed \
                 by an exit: {end}.",
                grouped(it.rows),
                share(it.predicted),
                share(it.observed)
            )
        },
    );
    charts::calibration(&Calibration { finding: &say, say: &say, groups: &groups })
}

fn lift_words(it: &LiftCard, test: &Validation, card: &Card) -> String {
    let share = |value: Option<f64>| value.map_or("?".to_owned(), |it| Unit::Share.show(it));
    let lift = it.lift.value.map_or(String::new(), |value| {
        format!(", {value:.1} times the {} of all months", Unit::Share.show(test.base_rate))
    });
    format!(
        "With time for {} interviews in four weeks, the {} highest scores of the tested months \
         held {:.0} exits: {} ({} to {}){lift}.",
        grouped(card.capacity),
        grouped(it.k),
        it.hits,
        share(it.rate.value),
        share(it.rate.low),
        share(it.rate.high)
    )
}

/// Exits there are, exits the lines ask for, the floor.
pub(super) fn evidence(model: &Model) -> EvidenceView {
    let it = &model.card.evidence;
    let most = it.have.max(it.need).max(it.floor).max(1) as f64;
    let bar = |name: &str, class: &'static str, value: u64, rest: &str| RowBar {
        name: name.to_owned(),
        bar: Some((class, "0".to_owned(), format!("{:.2}%", 100.0 * value as f64 / most))),
        value: grouped(value),
        rest: rest.to_owned(),
        ..RowBar::default()
    };
    let words = models::evidence_words(&model.card);
    EvidenceView {
        words: words.clone(),
        meter: RowChart {
            say: String::new(),
            state: None,
            label: "Voluntary exits: there are, asked for, least".to_owned(),
            rows: vec![
                bar("There are", "f-acc", it.have, "exits"),
                bar("Asked for", "f-imp", it.need, "by the lines"),
                bar("Least", "f-imp", it.floor, "to score anyone"),
            ],
            note: format!(
                "People are counted, not months. Data {} to {}. {}",
                month_words(&model.card.months.0),
                month_words(&model.card.months.1),
                it.local_words()
            ),
            table: None,
        },
    }
}

/// What the model reads.
pub(super) fn groups() -> Vec<GroupView> {
    let row =
        |(id, title): (&'static str, &'static str)| FeatureRow { title, href: line_href(id, None) };
    models::read_features()
        .into_iter()
        .map(|(title, features)| GroupView {
            title,
            features: features.into_iter().map(row).collect(),
        })
        .collect()
}

/// What no model here may read, and why.
pub(super) fn refused() -> Vec<(String, String)> {
    DENIED.iter().map(|it| (sentence(it.what), sentence(it.why))).collect()
}

/// At the foot of the page.
pub(super) fn seal(model: &Model) -> SealView {
    SealView {
        when: format!("{} UTC", second_text(model.seal.trained_at)),
        model: format!("v{}", model.seal.version),
        model_hash: short(&model.seal.model_hash),
        data_hash: short(&model.seal.data_hash),
        stability: format!("seed {}, {} bags", model.seal.seed, model.card.bags),
        verify: Some("/models#verify".to_owned()),
    }
}

/// The seal in full.
pub(super) fn seal_rows(model: &Model) -> Vec<(String, String)> {
    let it = &model.seal;
    [
        ("Version", format!("v{}", it.version)),
        ("Trained", format!("{} UTC, in {:.1} s", second_text(it.trained_at), model.card.seconds)),
        (
            "In use since",
            it.in_use_since.map_or("not known".to_owned(), |at| format!("{} UTC", second_text(at))),
        ),
        ("Data to", it.data_day().words(0)),
        ("Says who may leave within", format!("{} days", it.horizon_days)),
        ("Model, SHA-256", it.model_hash.clone()),
        ("Data, SHA-256", it.data_hash.clone()),
        ("Seed", it.seed.to_string()),
        ("Program", format!("Version {}", it.code_version)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

fn line_href(id: &str, person: Option<&str>) -> String {
    match person {
        Some(person) => format!("/model?feature={id}&person={person}#shape"),
        None => format!("/model?feature={id}#shape"),
    }
}

/// `0.776 (0.751 to 0.801)`; the point alone when no interval could be had is not shown.
fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$} to {high:.places$})")
        }
        _ => "cannot be told".to_owned(),
    }
}

fn between(it: &Ranged, places: usize) -> String {
    match (it.low, it.high) {
        (Some(low), Some(high)) => format!("between {low:.places$} and {high:.places$}"),
        _ => "no interval".to_owned(),
    }
}

fn short(hash: &str) -> String {
    match (hash.get(..4), hash.get(hash.len().saturating_sub(4)..)) {
        (Some(start), Some(end)) if hash.len() > 8 => format!("{start}…{end}"),
        _ => hash.to_owned(),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |it| it.to_uppercase().chain(letters).collect())
}
