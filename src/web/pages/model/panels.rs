//! The panels of the Models page: numbers into words, tables and charts.

use super::{EvidenceView, FeatureRow, GroupView, ShapeView};
use crate::app::card::{Card, month_words};
use crate::app::models::{self, Line, Mark, Model, Pair, PairCell, Span, Step, Used};
use crate::domain::calendar::{Day, second_text};
use crate::domain::count::grouped;
use crate::domain::deny::DENIED;
use crate::web::charts::{
    self, Chart, Heat, HeatCell, Importance, RowBar, RowChart, Shape, ShapeBin, ShapeMark, Unit,
};
use crate::web::parts::SealView;

/// Steps with fewer rows are drawn grey.
const STEP_ROWS_MIN: f64 = 20.0;
/// What the honesty of the bands rests on.
pub(super) const BAND_NOTE: &str = "Bands are about 90%: in simulation they held the truth for 99% \
                                    of features without effect, 91% of weak ones, 83% of strong \
                                    ones.";

/// What moves scores most; each name leads to its shape.
pub(super) fn importance(model: &Model, person: Option<&str>) -> RowChart {
    let line = |line: &Line| Importance {
        name: line.title.to_owned(),
        href: Some(line_href(line.id, person)),
        size: line.importance,
        half: line.importance_half,
    };
    let pair = |pair: &Pair| Importance {
        name: pair.titles.join(" × "),
        href: Some(pair_href(&pair.id, person)),
        size: pair.importance,
        half: pair.importance_half,
    };
    let mut terms: Vec<Importance> = model.lines.iter().map(line).collect();
    terms.extend(model.pairs.iter().map(pair));
    terms.sort_by(|a, b| b.size.total_cmp(&a.size));
    let note = "Importance is how much a line moves scores, not how much changing it would help.";
    let chart = charts::importance("", note, &terms);
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

/// One pair as a heat map, with its neighbours by importance; none without pairs.
pub(super) fn pair(
    model: &Model,
    at: usize,
    mark: Option<&Mark>,
    person: Option<&str>,
) -> Option<ShapeView> {
    let pair = model.pairs.get(at)?;
    let place = |it: &Pair| (it.titles.join(" × "), pair_href(&it.id, person));
    Some(ShapeView {
        title: pair.title.clone(),
        what: "Points beyond the two lines: what their being together adds or takes off."
            .to_owned(),
        meta: format!("pair {} of {} by size", at + 1, model.pairs.len()),
        chart: heat(pair, mark),
        back: at.checked_sub(1).map(|it| place(&model.pairs[it])),
        next: model.pairs.get(at + 1).map(place),
    })
}

fn heat(pair: &Pair, mark: Option<&Mark>) -> Chart {
    let cell = |it: &PairCell| HeatCell {
        points: it.points,
        low: it.low,
        high: it.high,
        n: it.rows as f64,
    };
    let labels = |spans: &[Span]| spans.iter().map(|it| it.label.clone()).collect::<Vec<_>>();
    let marked = mark.and_then(|it| {
        let place = pair.cell_of(|id| it.values.get(id).map(|it| it.0))?;
        Some((place, it.name.clone()))
    });
    let own = marked.as_ref().map_or(String::new(), |it| format!(" The framed cell is {}.", it.1));
    let unknown = match pair.unknown_rows {
        0 => String::new(),
        rows => format!(" {} more have a value that is not known.", grouped(rows)),
    };
    charts::heat(&Heat {
        finding: &format!("{}. {}", pair.title, pair.finding),
        say: &pair.finding,
        note: &format!("A cell is the mean over its person-months.{unknown}{own}"),
        across: pair.titles[0],
        up: pair.titles[1],
        columns: &labels(&pair.across),
        rows: &labels(&pair.up),
        cells: &pair.cells.iter().map(cell).collect::<Vec<_>>(),
        floor: STEP_ROWS_MIN,
        mark: marked.map(|it| it.0),
    })
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
            legend: Vec::new(),
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

/// The seal in full, and where the model stands in the registry.
pub(super) fn seal_rows(model: &Model, used: Option<&Used>) -> Vec<(String, String)> {
    let it = &model.seal;
    let mut rows = vec![("Version", format!("v{}", it.version))];
    if let Some(used) = used {
        rows.push(("In use", since(used)));
        rows.push(("Expires", used.expires_on.words(0)));
    }
    rows.extend([
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
    ]);
    rows.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// `since 24 Nov 2026, by the gates`, and what holds it.
fn since(it: &Used) -> String {
    let day = it.since.map(|at| Day((at / 86_400) as i32).words(0));
    let by = it.by.as_ref().map_or(String::new(), |by| format!(", by {by}"));
    let start =
        day.map_or("since before the registry".to_owned(), |day| format!("since {day}{by}"));
    if it.held_by.is_empty() {
        return start;
    }
    format!("{start}; on probation: held by {}", it.held_by.join(", "))
}

pub(super) fn line_href(id: &str, person: Option<&str>) -> String {
    match person {
        Some(person) => format!("/model?feature={id}&person={person}#shape"),
        None => format!("/model?feature={id}#shape"),
    }
}

fn pair_href(id: &str, person: Option<&str>) -> String {
    // Ids are letters, digits and ` x ` between.
    let id = id.replace(' ', "+");
    match person {
        Some(person) => format!("/model?pair={id}&person={person}#pairs"),
        None => format!("/model?pair={id}#pairs"),
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
