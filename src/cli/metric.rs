//! `crewkeep metric`: a number of the dictionary, as a table or as JSON.

use clap::Args;

use super::{Global, out};
use crate::app::metrics::{self, Answer, By, METRICS, Metric, Question, Row, Short, find};
use crate::app::{Error, Result};
use crate::domain::rate::TooFew;
use crate::domain::told::Kind;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Id of the metric; without it all are listed
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// First month or day, included [default: twelve months before the end]
    #[arg(long, value_name = "YYYY-MM[-DD]")]
    from: Option<String>,
    /// Last month (through its end) or day, included [default: the last day with data]
    #[arg(long, value_name = "YYYY-MM[-DD]")]
    to: Option<String>,
    /// Break down by zone, technician, month, office or source, where the metric can be
    #[arg(long, value_name = "WAY")]
    by: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let Some(id) = arguments.id.clone() else {
        out(&if arguments.json { list_json() } else { list_text() });
        return Ok(());
    };
    // Said before the store is opened: a slip of the pen needs no data.
    let metric = find(&id)?;
    let question = question(arguments)?;
    let office = global.attach()?;
    let answer = office.look(move |cx| metrics::answer(cx, &id, &question))?;
    out(&if arguments.json { json(&answer)? } else { text(metric, &answer) });
    Ok(())
}

fn question(arguments: &Arguments) -> Result<Question> {
    let by = arguments.by.as_deref().map(|text| {
        By::parse(text).ok_or_else(|| {
            Error::told(
                Kind::Invalid,
                format!("A metric cannot be broken down by `{text}`."),
                "Choose zone, technician, month, office or source.",
            )
        })
    });
    Ok(Question {
        from: arguments.from.as_deref().map(metrics::first_day).transpose()?,
        to: arguments.to.as_deref().map(metrics::day_after).transpose()?,
        by: by.transpose()?,
        scope: None,
    })
}

fn json(answer: &Answer) -> Result<String> {
    serde_json::to_string(answer).map_err(|error| Error::broken("write JSON", error))
}

fn list_json() -> String {
    let rows: Vec<_> = METRICS
        .iter()
        .map(|it| {
            serde_json::json!({
                "metric": it.id, "title": it.title, "unit": metrics::unit_id(it.unit),
                "by": it.by.iter().map(|by| by.id()).collect::<Vec<_>>(),
            })
        })
        .collect();
    serde_json::Value::from(rows).to_string()
}

fn list_text() -> String {
    let rows: Vec<_> =
        METRICS.iter().map(|it| vec![it.id.to_owned(), it.title.to_owned()]).collect();
    aligned(&rows, 2)
}

/// A heading, then one line a group: name, period, value, interval, n.
fn text(metric: &Metric, answer: &Answer) -> String {
    let grouped = answer.rows.iter().any(|it| it.group.is_some());
    let mut rows = vec![head(grouped)];
    rows.extend(answer.rows.iter().map(|it| cells(metric, it, grouped)));
    let as_of = answer.rows.first().map_or("", |it| it.as_of.as_str());
    let left = 1 + usize::from(grouped);
    format!("{}, as of {as_of}\n{}", metric.title, aligned(&rows, left))
}

fn head(grouped: bool) -> Vec<String> {
    let all = ["group", "period", "value", "95% interval", "n"];
    all.iter().skip(usize::from(!grouped)).map(|it| (*it).to_owned()).collect()
}

fn cells(metric: &Metric, row: &Row, grouped: bool) -> Vec<String> {
    let end = |it: f64| metrics::format(metric, it);
    let interval = match (row.low, row.high) {
        (Some(low), Some(high)) => format!("{} to {}", end(low), end(high)),
        (Some(low), None) => format!("at least {}", end(low)),
        _ => String::new(),
    };
    let value = match (row.value, row.too_few) {
        (Some(value), _) => metrics::format(metric, value),
        (None, Some(Short { have, need })) => {
            format!("too few: {}", metrics::needed(metric, TooFew { have, need }))
        }
        (None, None) => "too few".to_owned(),
    };
    let mut cells = Vec::new();
    if grouped {
        cells.push(row.group.clone().unwrap_or_default());
    }
    cells.extend([row.period.clone(), value, interval, row.n.to_string()]);
    cells
}

/// Columns two spaces apart, the first `left` ones flush left, the others flush right.
fn aligned(rows: &[Vec<String>], left: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let long = |at: usize| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(long).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            if at < left { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = Row {
            period: "2026-03".to_owned(),
            group: Some("Lakes".to_owned()),
            value: Some(0.342),
            n: 76,
            low: Some(0.2235),
            high: Some(0.5013),
            as_of: "2026-11-23".to_owned(),
            too_few: None,
        };
        let thin = Row {
            group: Some("N".to_owned()),
            value: None,
            n: 3,
            low: None,
            high: None,
            too_few: Some(Short { have: 3, need: 10 }),
            ..row.clone()
        };
        vec![row, thin]
    }

    fn answer(rows: Vec<Row>) -> Answer {
        Answer { metric: "turnover", title: "Turnover", unit: "share", rows }
    }

    #[test]
    fn json_has_these_keys_in_this_order() {
        assert_eq!(
            json(&answer(rows())).unwrap(),
            r#"{"metric":"turnover","title":"Turnover","unit":"share","rows":[{"period":"2026-03","group":"Lakes","value":0.342,"n":76,"low":0.2235,"high":0.5013,"as_of":"2026-11-23"},{"period":"2026-03","group":"N","value":null,"n":3,"low":null,"high":null,"as_of":"2026-11-23","too_few":{"have":3,"need":10}}]}"#
        );
    }

    #[test]
    fn text_is_aligned() {
        let metric = find("turnover").unwrap();
        assert_eq!(
            text(metric, &answer(rows())),
            "Turnover, as of 2026-11-23\n\
             group  period                     value    95% interval   n\n\
             Lakes  2026-03                    34.2%  22.4% to 50.1%  76\n\
             N      2026-03  too few: 3 of 10 needed                   3"
        );
        let one = Row { group: None, ..rows().remove(0) };
        assert_eq!(
            text(metric, &answer(vec![one])),
            "Turnover, as of 2026-11-23\n\
             period   value    95% interval   n\n\
             2026-03  34.2%  22.4% to 50.1%  76"
        );
    }

    #[test]
    fn the_list_names_every_metric() {
        assert_eq!(list_text().lines().count(), METRICS.len());
        let listed: serde_json::Value = serde_json::from_str(&list_json()).unwrap();
        assert_eq!(listed.as_array().map(Vec::len), Some(METRICS.len()));
    }
}
