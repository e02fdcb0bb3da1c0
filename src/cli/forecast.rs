//! `crewkeep forecast`: a series of the office ahead, as a table or as JSON.

use clap::Args;
use serde_json::{Value, json};

use super::progress::Line;
use super::{Global, out};
use crate::app::outlook::{self, Ask, Point, SERIES, View, find, format};
use crate::app::{Error, Result};
use crate::domain::calendar::Day;
use crate::domain::told::Kind;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Id of the series; without it all are listed
    #[arg(value_name = "SERIES")]
    series: Option<String>,
    /// Only this zone, by its name [default: everywhere]
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
    /// Only this office, by its name
    #[arg(long, value_name = "NAME")]
    office: Option<String>,
    /// Only this appliance family, where the series is kept by it
    #[arg(long, value_name = "NAME")]
    appliance: Option<String>,
    /// day, week or month [default: month]
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Periods ahead [default: 28 days, 26 weeks or 12 months]
    #[arg(long, value_name = "N")]
    horizon: Option<usize>,
    /// auto, prophet, ets, theta, mstl, naive or counts
    #[arg(long, value_name = "NAME", default_value = "auto")]
    model: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let Some(id) = arguments.series.as_deref() else {
        out(&if arguments.json { list_json() } else { list_text() });
        return Ok(());
    };
    // Said before the store is opened: a slip of the pen needs no data.
    let series = find(id)?;
    let ask = Ask {
        step: arguments.step.as_deref().map(outlook::step).transpose()?,
        appliance: arguments.appliance.as_deref().map(outlook::appliance).transpose()?,
        ahead: horizon(arguments.horizon)?,
        choice: outlook::choice(&arguments.model)?,
        ..Ask::of(series.id)
    };
    let office = global.attach()?;
    let (in_office, zone) = (arguments.office.clone(), arguments.zone.clone());
    let place = office.look(move |cx| outlook::place(cx, in_office.as_deref(), zone.as_deref()))?;
    let line = Line::start();
    let view = outlook::answer(&office, &Ask { place, ..ask }, &line);
    line.clear();
    let view = view?;
    out(&if arguments.json { json(&view).to_string() } else { text(&view) });
    Ok(())
}

fn horizon(asked: Option<usize>) -> Result<usize> {
    match asked {
        None => Ok(0),
        Some(ahead) if (1..=outlook::AHEAD_MAX).contains(&ahead) => Ok(ahead),
        Some(ahead) => Err(Error::told(
            Kind::Invalid,
            format!("A horizon of {ahead} periods makes no sense."),
            format!("Choose 1 to {}.", outlook::AHEAD_MAX),
        )),
    }
}

fn list_json() -> String {
    let rows = SERIES.iter().map(|it| {
        json!({
            "series": it.id, "title": it.title, "unit": it.unit, "metric": it.metric,
            "steps": it.steps.iter().map(|step| step.word()).collect::<Vec<_>>(),
            "by_appliance": it.by_appliance,
        })
    });
    Value::from(rows.collect::<Vec<_>>()).to_string()
}

fn list_text() -> String {
    let width = SERIES.iter().map(|it| it.id.len()).max().unwrap_or(0);
    let lines = SERIES.iter().map(|it| format!("{:width$}  {}", it.id, it.sentence));
    lines.collect::<Vec<_>>().join("\n")
}

/// The keys of `crewkeep lab forecast`, and what the office knows besides.
fn json(view: &View) -> Value {
    let it = &view.outlook;
    let points = it.points.iter().map(|point| {
        json!({
            "time": Day(point.day).to_string(), "yhat": point.yhat,
            "lo50": point.lo50, "hi50": point.hi50, "lo80": point.lo80, "hi80": point.hi80,
            "lo95": point.lo95, "hi95": point.hi95,
        })
    });
    let marks = view.marks.iter().map(
        |mark| json!({ "time": mark.day.to_string(), "kind": mark.kind, "words": mark.words }),
    );
    json!({
        "series": view.series.id, "title": view.series.title, "unit": view.series.unit,
        "place": view.place, "appliance": view.appliance, "step": view.step.word(),
        "as_of": view.as_of.to_string(), "n": it.n, "data_hash": view.data_hash,
        "model": it.model, "points": points.collect::<Vec<_>>(), "backtest": it.backtest,
        "candidates": it.candidates, "marks": marks.collect::<Vec<_>>(), "notes": it.notes,
        "sentence": view.sentence, "fit_ms": view.fit_ms,
    })
}

fn text(view: &View) -> String {
    let it = &view.outlook;
    let mut lines = vec![
        format!(
            "{}, {}, by {}, as of {}: from {} {}s with {}",
            view.series.title,
            view.place,
            view.step.word(),
            view.as_of,
            it.n,
            view.step.word(),
            it.model
        ),
        view.sentence.clone(),
        String::new(),
    ];
    lines.extend(table(view));
    lines.push(String::new());
    lines.extend(view.held.clone());
    if let Some(test) = &it.backtest {
        lines.push(format!(
            "Mean error {:.2} of the scale, seasonal naive {:.2}, from {} origins.",
            test.mase, test.naive_mase, test.origins
        ));
    }
    for candidate in &it.candidates {
        let kept = if candidate.kept { "kept" } else { "dropped" };
        let mase = candidate.mase.map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
        lines.push(format!("  {:<8} {kept:<7} {mase:>5}  {}", candidate.name, candidate.why));
    }
    lines.extend(view.marks.iter().map(|it| it.words.clone()));
    lines.extend(it.notes.iter().cloned());
    lines.join("\n")
}

fn table(view: &View) -> Vec<String> {
    let mut rows = vec![["", "expected", "80% between", "95% between"].map(str::to_owned)];
    let number = |value: f64| format(view.series, value);
    let bounds = |(low, high)| format!("{} and {}", number(low), number(high));
    let row = |point: &Point| {
        [
            outlook::period(view.step, Day(point.day)),
            number(point.yhat),
            bounds(point.bounds(1)),
            bounds(point.bounds(2)),
        ]
    };
    rows.extend(view.outlook.points.iter().map(row));
    let wide = |at: usize| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let widths = [wide(0), wide(1), wide(2), wide(3)];
    let line = |it: &[String; 4]| {
        let cell = |at: usize| format!("{:>width$}", it[at], width = widths[at]);
        format!("{:<width$}  {}  {}  {}", it[0], cell(1), cell(2), cell(3), width = widths[0])
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_every_series() {
        assert_eq!(list_text().lines().count(), SERIES.len());
        let listed: Value = serde_json::from_str(&list_json()).unwrap();
        assert_eq!(listed.as_array().map(Vec::len), Some(SERIES.len()));
    }

    #[test]
    fn a_horizon_is_bounded() {
        assert_eq!(horizon(None).unwrap(), 0);
        assert_eq!(horizon(Some(6)).unwrap(), 6);
        assert!(horizon(Some(0)).is_err() && horizon(Some(9999)).is_err());
    }
}
