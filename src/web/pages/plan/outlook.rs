//! A forecast as the page shows it: picture, what was tried, parts, marks, how far it held.
//!
//! Never here: what a series is called in the store, anything of the plan.

use crate::app::outlook::{Outlook, Step};
use crate::domain::calendar::{Day, Month};
use crate::domain::rate::wilson;
use crate::web::charts::{self, Chart, Forecast, ForecastStep, Held, Lines, RowChart, Unit};
use crate::web::numbers::{percent, plain};
use crate::web::parts::{TableView, ThView};

/// Rows of the table of parts at most.
const PARTS_ROWS: usize = 60;

/// A series beside its forecast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// `Hours needed`.
    pub name: &'a str,
    /// `Hours booked`.
    pub known_as: &'a str,
    /// The sentence above the picture.
    pub say: &'a str,
    /// How values are written.
    pub unit: Unit,
    /// After a value: ` h`, or nothing.
    pub suffix: &'a str,
    /// Known periods by their first day; NaN where nothing is known.
    pub past: &'a [(Day, f64)],
    /// What may come.
    pub outlook: &'a Outlook,
    /// Named days of the time shown.
    pub holidays: &'a [(Day, String)],
}

/// The name of a capacity, and how much of it there is in the period that begins on a day.
pub(super) type Have<'a> = (&'a str, &'a dyn Fn(Day) -> Option<f64>);

/// The picture; `have` is the capacity at the first day of a period, with its name.
pub(super) fn chart(it: Shown<'_>, have: Option<Have<'_>>) -> Chart {
    let step = it.outlook.step;
    let at = |day: Day| have.as_ref().and_then(|it| it.1(day));
    let known = it.past.iter().map(|(day, value)| ForecastStep {
        label: label(step, *day),
        short: short(*day),
        value: Some(*value),
        bounds: None,
        have: at(*day),
    });
    let ahead = it.outlook.points.iter().map(|point| ForecastStep {
        label: label(step, Day(point.day)),
        short: short(Day(point.day)),
        value: Some(point.yhat),
        bounds: Some([0, 1, 2].map(|level| point.bounds(level))),
        have: at(Day(point.day)),
    });
    let steps: Vec<_> = known.chain(ahead).collect();
    let days: Vec<Day> = days(it).collect();
    let place = |day: Day| {
        let after = days.partition_point(|it| *it <= day);
        after.checked_sub(1).filter(|_| day.0 <= days.last().map_or(i32::MIN, |it| it.0 + 31))
    };
    let marks = it.outlook.marks.iter().filter_map(|mark| {
        let shift = mark.kind == crate::app::outlook::MarkKind::Shift;
        Some((place(Day(mark.day))?, shift, mark_name(shift, mark.by)))
    });
    let marks: Vec<_> = marks.collect();
    let named = it.holidays.iter().filter_map(|(day, name)| Some((place(*day)?, name.as_str())));
    charts::forecast(&Forecast {
        name: it.name,
        finding: &finding(it),
        say: it.say,
        note: "",
        unit: it.unit,
        suffix: it.suffix,
        period: step.word(),
        known_as: it.known_as,
        steps: &steps,
        known: it.past.len(),
        strips: if have.is_some() { 8 } else { 26 },
        capacity: have.as_ref().map(|it| it.0),
        marks: &marks,
        holidays: &named.collect::<Vec<_>>(),
    })
}

fn days(it: Shown<'_>) -> impl Iterator<Item = Day> {
    it.past.iter().map(|it| it.0).chain(it.outlook.points.iter().map(|it| Day(it.day)))
}

fn mark_name(shift: bool, by: f64) -> &'static str {
    match (shift, by < 0.0) {
        (true, true) => "level fell",
        (true, false) => "level rose",
        (false, _) => "odd",
    }
}

/// What the picture says, for those who do not see it.
fn finding(it: Shown<'_>) -> String {
    let step = it.outlook.step.word();
    let span = format!("{} {step}s known, {} ahead", it.past.len(), it.outlook.points.len());
    let Some(last) = it.outlook.points.last() else { return format!("{}: {span}.", it.name) };
    format!(
        "{} by {step}: {span}; at the end {}, between {} and {} in 80 of 100 cases.",
        it.name,
        it.unit.show(last.yhat),
        it.unit.show(last.lo80),
        it.unit.show(last.hi80)
    )
}

/// `14 Dec 2026`, or `Dec 2026` for a month.
pub(super) fn label(step: Step, day: Day) -> String {
    if step == Step::Month { day.month().words() } else { plain(day) }
}

fn short(day: Day) -> String {
    day.month().words()
}

/// Which methods answered, and how far they missed on periods they had not seen.
pub(super) fn method(it: &Outlook) -> String {
    if it.model == "naive" {
        return same_again(it);
    }
    let names: Vec<_> = it.model.split(" + ").map(|name| method_name(name, it.step)).collect();
    let made = match names.len() {
        1 => capital(&names.join("")),
        _ => format!("Average of {}", listed(&names)),
    };
    let Some(test) = &it.backtest else {
        return format!("{made}. Too few {}s to test it on some it had not seen.", it.step.word());
    };
    let rival = rival(it.step);
    let less = 1.0 - test.mase / test.naive_mase;
    let against = if !less.is_finite() {
        String::new()
    } else if less >= 0.005 {
        format!(", {} less than the simplest rival ({rival})", percent(less))
    } else if less <= -0.005 {
        format!(", {} more than the simplest rival ({rival})", percent(-less))
    } else {
        format!(", as much as the simplest rival ({rival})")
    };
    let miss = if test.smape.is_finite() {
        format!("On {}s not seen it missed by {}", it.step.word(), percent(test.smape / 100.0))
    } else {
        format!("On {}s not seen it was tested", it.step.word())
    };
    format!("{made}. {miss}{against}.")
}

/// Nothing did better than repeating what was.
fn same_again(it: &Outlook) -> String {
    let made = format!("The {}, as no method did better", rival(it.step));
    match &it.backtest {
        Some(test) if test.smape.is_finite() => {
            let missed = percent(test.smape / 100.0);
            format!("{made}. On {}s not seen it missed by {missed}.", it.step.word())
        }
        _ => format!("{made}. Too few {}s to test it on some it had not seen.", it.step.word()),
    }
}

fn rival(step: Step) -> &'static str {
    match step {
        Step::Day => "same day last week",
        Step::Week => "same week last year",
        Step::Month => "same month last year",
    }
}

/// What a method is called.
pub(super) fn method_name(name: &str, step: Step) -> String {
    match name {
        "prophet" => "Prophet".to_owned(),
        "ets" => "exponential smoothing (ETS)".to_owned(),
        "theta" => "Theta".to_owned(),
        "mstl" => "seasons taken off, then smoothed (MSTL)".to_owned(),
        "naive" => format!("the {}", rival(step)),
        "counts" => "count model (gamma-Poisson)".to_owned(),
        other => other.to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.join(""),
    }
}

/// How often the 80% bounds held, by how far ahead.
pub(super) fn coverage(it: &Outlook) -> RowChart {
    let word = it.step.word();
    let held = it.backtest.iter().flat_map(|test| &test.held).filter_map(|held| {
        let ends = wilson(held.inside as u64, held.of as u64)?;
        Some(Held {
            name: match (held.from, held.to) {
                (1, 1) => format!("Next {word}"),
                (1, to) => format!("Next {to} {word}s"),
                (from, to) if from == to => format!("{} {from}", capital(word)),
                (from, to) => format!("{}s {from} to {to}", capital(word)),
            },
            inside: held.inside,
            of: held.of,
            ends: (ends.low, ends.high),
        })
    });
    let note = format!(
        "Share of {word}s that fell inside the 80% band. Green strip: the aim, 75 to 85%. Whisker: \
         its 95% interval."
    );
    charts::coverage(&note, &held.collect::<Vec<_>>())
}

/// `held 41 of 52 times`, over everything tested.
pub(super) fn held_words(it: &Outlook) -> Option<String> {
    let held = &it.backtest.as_ref()?.held;
    let (inside, of) = held.iter().fold((0, 0), |sum, it| (sum.0 + it.inside, sum.1 + it.of));
    (of > 0).then(|| format!("80% bands held {inside} of {of} times"))
}

/// `rolling back-test, 12 origins`.
pub(super) fn tested_words(it: &Outlook) -> String {
    match it.backtest.as_ref().map(|it| it.origins) {
        None | Some(0) => "not tested".to_owned(),
        Some(1) => "rolling back-test, 1 origin".to_owned(),
        Some(n) => format!("rolling back-test, {n} origins"),
    }
}

/// What was tried, how it scored, and why it was kept or dropped.
pub(super) fn candidates(it: &Outlook) -> TableView {
    let row = |tried: &crate::app::outlook::Candidate| {
        let score = |value: Option<f64>, text: fn(f64) -> String| {
            value.filter(|it| it.is_finite()).map_or_else(|| "untested".to_owned(), text)
        };
        vec![
            capital(&method_name(&tried.name, it.step)),
            if tried.kept { "kept" } else { "dropped" }.to_owned(),
            score(tried.mase, |it| Unit::Decimal(2).show(it)),
            score(tried.coverage80, percent),
            tried.why.clone(),
        ]
    };
    TableView {
        caption: "Error on periods not seen (MASE: 1 is an average miss of the same period a \
                  season before), best first"
            .to_owned(),
        caption_hidden: false,
        head: vec![
            ThView::text("Method"),
            ThView::text("Outcome"),
            ThView::number("Error"),
            ThView::number("80% held"),
            ThView::text("Why"),
        ],
        rows: it.candidates.iter().map(row).collect(),
    }
}

/// Each part of the middle as a line, and the table in which they add up.
pub(super) fn parts(it: Shown<'_>) -> Option<(Vec<(String, Chart)>, TableView)> {
    let (outlook, known) = (it.outlook, it.past.len());
    if outlook.parts.is_empty() {
        return None;
    }
    let step = outlook.step;
    let labels: Vec<_> = days(it).map(|day| (label(step, day), short(day))).collect();
    let drawn = |part: &crate::app::outlook::Part| {
        let name = capital(part_name(&part.name));
        // Parts begin with the known periods the forecast was made from, which may be fewer.
        let skip = part.values.len().saturating_sub(labels.len());
        let pad = labels.len().saturating_sub(part.values.len());
        let values =
            std::iter::repeat_n(f64::NAN, pad).chain(part.values.iter().skip(skip).copied());
        let chart = charts::lines(&Lines {
            name: &name,
            finding: &format!("{name}: the part of the forecast, by {}", step.word()),
            unit: it.unit,
            height: 116,
            period: step.word(),
            labels: &labels,
            lines: &[(name.clone(), values.collect())],
            known,
            with_table: false,
        });
        (name, chart)
    };
    Some((outlook.parts.iter().map(drawn).collect(), adding_up(it)))
}

/// Every period ahead: the parts, and the middle they add up to.
fn adding_up(it: Shown<'_>) -> TableView {
    let outlook = it.outlook;
    let ahead = outlook.points.len();
    let first = outlook.parts.iter().map(|it| it.values.len()).max().unwrap_or(0);
    let first = first.saturating_sub(ahead);
    let row = |(at, point): (usize, &crate::app::outlook::Point)| {
        let exact: Vec<_> = outlook
            .parts
            .iter()
            .map(|part| part.values.get(first + at).copied().unwrap_or(f64::NAN))
            .collect();
        let value =
            |value: f64| if value.is_finite() { tenth(value) } else { "unknown".to_owned() };
        let sum: f64 = exact.iter().sum();
        let cells = exact.iter().map(|it| value(*it));
        std::iter::once(label(outlook.step, Day(point.day)))
            .chain(cells)
            .chain([value(sum), value(point.yhat)])
            .collect()
    };
    let names = outlook.parts.iter().map(|it| ThView::number(&capital(part_name(&it.name))));
    TableView {
        caption: format!("Parts of each {} ahead and their sum", outlook.step.word()),
        caption_hidden: false,
        head: std::iter::once(ThView::text(&capital(outlook.step.word())))
            .chain(names)
            .chain(["Sum", "Forecast"].map(ThView::number))
            .collect(),
        rows: outlook.points.iter().take(PARTS_ROWS).enumerate().map(row).collect(),
    }
}

fn tenth(value: f64) -> String {
    Unit::Decimal(1).show(value)
}

fn part_name(name: &str) -> &str {
    match name {
        "yearly" => "season of the year",
        "weekly" => "day of the week",
        "rest" => "rest, of methods without parts",
        other => other,
    }
}

/// The series and its forecast for a spreadsheet: exact numbers, ISO days.
pub(super) fn csv(past: &[(Day, f64)], outlook: &Outlook) -> String {
    let head =
        [outlook.step.word(), "known", "forecast", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95"];
    let mut text = crate::app::csv::line(head);
    let when = |day: Day| match outlook.step {
        Step::Month => Month::to_string(&day.month()),
        _ => day.to_string(),
    };
    for (day, value) in past {
        let value = if value.is_finite() { number(*value) } else { String::new() };
        text += &crate::app::csv::line([when(*day).as_str(), &value, "", "", "", "", "", "", ""]);
    }
    for point in &outlook.points {
        let bounds = (0..3).flat_map(|level| [point.bounds(level).0, point.bounds(level).1]);
        let cells: Vec<_> = [when(Day(point.day)), String::new(), number(point.yhat)]
            .into_iter()
            .chain(bounds.map(number))
            .collect();
        text += &crate::app::csv::line(cells.iter().map(String::as_str));
    }
    text
}

/// Six significant decimals at most; a minus stays a plain minus, for programs.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The same words with a capital first.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
