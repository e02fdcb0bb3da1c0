//! How good the model in use is: what its test measured, beside simpler ones and beside none.
//!
//! Never here: a figure without its n and its interval.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{PAGE, View as Tab, empty, nav};
use crate::app::card::{
    BASE, CalibrationCheck, Card, Contender, Difference, GROUP_EXITS_MIN, GroupCard, HorizonCard,
    LiftCard, Measures, Ranged, SizePoint, Validation, month_words,
};
use crate::app::models::{self, Before, Model, Standing, Used};
use crate::domain::count::grouped;
use crate::web::State;
use crate::web::charts::{self, Calibration, CalibrationGroup, Chart, RowBar, RowChart, Unit};
use crate::web::pages::Page;
use crate::web::parts::{ButtonView, SegLink, StateKind, StateView, TableView, ThView, Tile};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The test of the model in use.
pub const TEST: Page = Page {
    id: "model-test",
    path: "/model/test",
    title: "How good the model is",
    help: "How the model in use did on months and people it had not seen, beside simpler ones.",
    nav: None,
};

#[derive(Template)]
#[template(path = "pages/model_test.html")]
struct TestPage {
    shell: Shell,
    title: String,
    lede: String,
    nav: Vec<SegLink>,
    untested: Option<StateView>,
    tiles: Vec<Tile>,
    tested: Option<Tested>,
    before: Vec<(String, Option<(String, String)>)>,
}

/// The panels of a model that was tested.
struct Tested {
    verdict: String,
    layout: String,
    table: TableView,
    foot: String,
    calibrated: Option<String>,
    calibration: Chart,
    lift: Option<String>,
    horizons: Option<TableView>,
    size: Option<(String, RowChart)>,
    groups: Vec<(&'static str, TableView)>,
    groups_say: String,
}

/// `GET /model/test`.
pub async fn page(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, (standing, used)) =
        read(&state, &request, &TEST, |cx| Ok((models::standing(cx)?, models::used(cx)?))).await?;
    let shell = Shell { current: PAGE.id, ..shell };
    match standing {
        Standing::Trained(model) => html(&with(shell, &model, used.as_ref())),
        other => html(&empty(shell, &other)),
    }
}

fn with(shell: Shell, model: &Model, used: Option<&Used>) -> TestPage {
    let card = &model.card;
    let lede = format!(
        "Model v{}, asked about months and people it had not seen. Every figure carries the rows \
         behind it and a 95% interval by person.",
        model.seal.version
    );
    let untested = card.validation.is_none().then(|| {
        let words = card.no_validation.as_deref().unwrap_or("The reason was not kept.");
        let words = format!("{words} What the lines say was never checked on other months.");
        StateView {
            buttons: vec![ButtonView::plain("Open Train", "/train")],
            ..StateView::new(StateKind::Thin, "This model was not tested", &words)
        }
    });
    TestPage {
        shell,
        title: title(card),
        lede,
        nav: nav(Tab::Test),
        untested,
        tiles: tiles(card),
        tested: card.validation.as_ref().map(|test| tested(test, card)),
        before: compared(card, used),
    }
}

/// The order of who leaves first, in words.
fn title(card: &Card) -> String {
    let Some(test) = &card.validation else { return models::verdict(card).1 };
    match test.ebm.auc.value {
        Some(auc) => format!(
            "Of 100 pairs of one who left and one who stayed, it ranks {:.0} the right way round; \
             chance ranks 50",
            100.0 * auc
        ),
        None => models::verdict(card).1,
    }
}

fn tested(test: &Validation, card: &Card) -> Tested {
    Tested {
        verdict: models::verdict(card).1,
        layout: test.layout_words(),
        table: table(test),
        foot: if test.contenders.is_empty() {
            "An earlier version of this program tested this model alone; train again to see it \
             beside simpler ones."
                .to_owned()
        } else {
            "Difference: log loss of this model less the other's, ± one standard error by person. \
             Below 0 favours this model."
                .to_owned()
        },
        calibrated: card.calibrated.as_ref().map(CalibrationCheck::words),
        calibration: calibration(test),
        lift: test.lift.as_ref().map(|it| lift_words(it, test, card)),
        horizons: (!test.horizons.is_empty()).then(|| horizons(test)),
        size: size(test),
        groups: ["office", "trade"].iter().filter_map(|by| groups(test, by)).collect(),
        groups_say: groups_words(test),
    }
}

/// This model beside the one before it and beside none.
fn compared(card: &Card, used: Option<&Used>) -> Vec<(String, Option<(String, String)>)> {
    let mut list = Vec::new();
    if let Some(base) = card.validation.as_ref().and_then(|it| it.contender(BASE)) {
        list.push((format!("Against no model: {}", difference_words(base)), None));
    }
    list.push(match used.and_then(|it| Some((it, it.before.as_ref()?))) {
        Some((used, before)) => (
            before_words(before),
            Some((
                format!("Compare v{} and v{}", before.version, used.version),
                format!("/models/compare?a={}&b={}", before.version, used.version),
            )),
        ),
        None => ("Against the last model: none was in use before this one.".to_owned(), None),
    });
    list
}

fn before_words(it: &Before) -> String {
    let on = it.months.as_ref().map_or_else(
        || "it was not tested".to_owned(),
        |(from, to)| {
            let auc = ranged(&it.auc, 3);
            format!("AUC {auc} in its own test on {} to {}", month_words(from), month_words(to))
        },
    );
    format!(
        "Against the last model in use, v{}: {on}. Not the same rows, so not the last word.",
        it.version
    )
}

/// What the paired difference says, in words.
fn difference_words(it: &Contender) -> String {
    let Difference { value, se } = it.against;
    let way = if value < 0.0 { "lower" } else { "higher" };
    let far = if value.abs() > se { "more" } else { "no more" };
    format!(
        "its log loss is {:.4} {way} than {}, {far} than one standard error of {se:.4} (by person).",
        value.abs(),
        if it.id == BASE { "the base rate's".to_owned() } else { format!("that of {}", it.name) }
    )
}

/// Log loss, AUC and slope at a glance.
fn tiles(card: &Card) -> Vec<Tile> {
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

fn table(test: &Validation) -> TableView {
    let row = |name: &str, it: &Measures, against: String| {
        let slope = if it.slope.value.is_some() { ranged(&it.slope, 2) } else { "none".to_owned() };
        let (auc, loss) = (ranged(&it.auc, 3), ranged(&it.log_loss, 4));
        vec![name.to_owned(), auc, loss, against, ranged(&it.brier, 4), slope]
    };
    let minus = |it: Difference| {
        let sign = if it.value < 0.0 { "−" } else { "+" };
        format!("{sign}{:.4} ± {:.4}", it.value.abs(), it.se)
    };
    let others = test.contenders.iter().map(|it| row(&it.name, &it.measures, minus(it.against)));
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
            ThView::number("Difference"),
            ThView { class: "r hide-md", ..ThView::text("Brier") },
            ThView { class: "r hide-md", ..ThView::text("Calibration slope") },
        ],
        rows: [row("This model (EBM)", &test.ebm, String::new())]
            .into_iter()
            .chain(others)
            .collect(),
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

/// What fewer people to learn from would have done.
fn size(test: &Validation) -> Option<(String, RowChart)> {
    let points: Vec<&SizePoint> = test.size_curve.iter().collect();
    let (first, last) = (points.first()?, points.last()?);
    let known = || points.iter().filter_map(|it| it.auc.low.zip(it.auc.high));
    let low = known().map(|it| it.0).fold(0.5_f64, f64::min);
    let high = known().map(|it| it.1).fold(0.5_f64, f64::max).max(low + 0.01);
    let at = |value: f64| format!("{:.2}%", 100.0 * ((value - low) / (high - low)).clamp(0.0, 1.0));
    let row = |it: &&SizePoint| {
        let dot = it.auc.value.map(|value| (at(value), "f-acc"));
        RowBar {
            name: format!("{:.0}% of the people", 100.0 * it.share),
            whisker: it.auc.low.zip(it.auc.high).map(|(low, high)| (at(low), at(high))),
            dot,
            value: it.auc.value.map_or("none".to_owned(), |value| format!("{value:.3}")),
            rest: format!("{} people, {} exits", grouped(it.people), grouped(it.exits)),
            ..RowBar::default()
        }
    };
    let half = points.iter().find(|it| (it.share - 0.5).abs() < 1e-9).unwrap_or(first);
    let worse = half.against_whole;
    let end = if worse.value > worse.se {
        "clearly worse than with all: more people would likely help still"
    } else {
        "not clearly worse than with all: more of the same would help little"
    };
    let say = format!(
        "With {:.0}% of the people to learn from ({}), log loss is {:.4} {} (± {:.4}), {end}.",
        100.0 * half.share,
        grouped(half.people),
        worse.value.abs(),
        if worse.value < 0.0 { "lower" } else { "higher" },
        worse.se
    );
    let chart = RowChart {
        say: String::new(),
        state: None,
        label: "AUC with fewer people to learn from".to_owned(),
        rows: points.iter().map(row).collect(),
        legend: Vec::new(),
        note: format!(
            "AUC with its 95% interval, from chance (0.5) at the left. The same tested rows each time; each \
             model of these has fewer bags than the one in use. The whole is {} people.",
            grouped(last.people)
        ),
        table: None,
    };
    Some((say, chart))
}

/// The error among people of each office or trade.
fn groups(test: &Validation, by: &str) -> Option<(&'static str, TableView)> {
    let inside: Vec<&GroupCard> = test.groups.iter().filter(|it| it.by == by).collect();
    if inside.is_empty() {
        return None;
    }
    let row = |it: &&GroupCard| {
        vec![
            if it.name.is_empty() { "Not known".to_owned() } else { it.name.replace('_', " ") },
            format!("{} of {}, {}", grouped(it.rows), people(it.people), grouped(it.events)),
            Unit::Share.show(it.predicted),
            share_ranged(&it.observed),
            ranged(&it.ratio, 2),
            if it.auc.value.is_some() { ranged(&it.auc, 2) } else { "too few left".to_owned() },
        ]
    };
    let (title, head) =
        if by == "office" { ("By office", "Office") } else { ("By trade", "Trade") };
    let view = TableView {
        caption: format!("Error {}; 95% intervals by person", title.to_lowercase()),
        caption_hidden: true,
        head: vec![
            ThView::text(head),
            ThView { class: "hide-md", ..ThView::text("Months, before an exit") },
            ThView::number("Predicted"),
            ThView::number("Left"),
            ThView { class: "r hide-md", ..ThView::text("Left over predicted") },
            ThView { class: "r hide-md", ..ThView::text("AUC") },
        ],
        rows: inside.iter().map(row).collect(),
    };
    Some((title, view))
}

/// Whether anyone is seen wrongly more than chance allows.
fn groups_words(test: &Validation) -> String {
    let off: Vec<String> = test
        .groups
        .iter()
        .filter_map(|it| {
            let (value, low, high) = (it.ratio.value?, it.ratio.low?, it.ratio.high?);
            let way = if value > 1.0 { "too low" } else { "too high" };
            (low > 1.0 || high < 1.0).then(|| format!("{} {way}", it.name.replace('_', " ")))
        })
        .collect();
    let all = test.groups.len();
    let end =
        format!("An order of who leaves first is told from {GROUP_EXITS_MIN} people who left on.");
    match off.len() {
        0 => format!(
            "In all {all} groups the interval of left over predicted holds 1: no group is seen \
             wrongly by more than chance allows. {end}"
        ),
        some => format!(
            "In {some} of {all} groups the interval of left over predicted leaves out 1: the chance \
             is {}. At 95%, one in twenty would by chance alone. {end}",
            off.join(", ")
        ),
    }
}

fn people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

/// `7% (5% to 9%)`.
fn share_ranged(it: &Ranged) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            let [value, low, high] = [value, low, high].map(|it| Unit::Share.show(it));
            format!("{value} ({low} to {high})")
        }
        _ => "cannot be told".to_owned(),
    }
}
