//! From figures of the dictionary to what pages print: value, interval, n, as-of, definition.
//!
//! Never here: which figure a page shows.

use super::charts::{self, MetricPoint};
use super::parts::{Definition, Tile};
use crate::app::metrics::{Figure, Metric, Unit, format, interval, needed, sql};
use crate::domain::calendar::{Day, Month};

/// A figure in the cells of a row.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// `34.2%`, or `too few`.
    pub value: String,
    /// `between 22% and 50%`, `counted`, or what is missing.
    pub interval: String,
    /// `76`.
    pub n: String,
}

/// The value with its unit, or that there is none.
pub fn value(metric: &Metric, figure: &Figure) -> String {
    figure.value.map_or_else(|| "too few".to_owned(), |value| format(metric, value))
}

/// The interval in words, or why there is none.
pub fn range(metric: &Metric, figure: &Figure) -> String {
    if let Some(few) = figure.too_few {
        return needed(metric, few);
    }
    interval(metric, figure).unwrap_or_else(|| match metric.unit {
        Unit::People | Unit::PeopleMean | Unit::Positions => "counted".to_owned(),
        _ => "no interval".to_owned(),
    })
}

/// A figure as cells.
pub fn cells(metric: &Metric, figure: &Figure) -> Cells {
    Cells { value: value(metric, figure), interval: range(metric, figure), n: whole(figure.n) }
}

/// A whole number with commas: `29,257`.
pub fn whole(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What opens behind a figure. With `sql` also the statement that ran.
pub fn definition(id: &str, metric: &Metric, figure: &Figure, with_sql: bool) -> Definition {
    Definition {
        id: format!("def-{id}"),
        title: metric.title.to_owned(),
        words: format!("{} {}", metric.sentence, metric.formula),
        value: match figure.value {
            Some(value) => format(metric, value),
            None => match figure.too_few {
                Some(few) if few.need != u64::from(metric.minimum) => needed(metric, few),
                _ => format!("not shown below n = {}", metric.minimum),
            },
        },
        interval: Some(format!("{} (95%). {}", range(metric, figure), metric.interval))
            .filter(|_| figure.low.is_some()),
        n: Some(format!("n = {}, {}", whole(figure.n), said_period(&figure.period))),
        left_out: None,
        sql: with_sql.then(|| sql(metric).to_owned()),
        as_of: plain(figure.as_of),
        href: None,
    }
}

/// A tile of a figure.
pub fn tile(id: &str, label: &str, metric: &Metric, figure: &Figure, this_year: i16) -> Tile {
    Tile {
        label: label.to_owned(),
        value: match figure.value {
            Some(value) => format(metric, value),
            None => "Too few".to_owned(),
        },
        beside: match figure.too_few {
            Some(few) => needed(metric, few),
            None => format!("n = {}", whole(figure.n)),
        },
        n_line: match figure.value {
            Some(_) => range(metric, figure),
            None => "Below its minimum a number is not shown.".to_owned(),
        },
        as_of: format!("{}. To {}", said_period(&figure.period), figure.as_of.words(this_year)),
        definition: Some(definition(id, metric, figure, true)),
    }
}

/// The scale a chart draws a metric on.
pub fn chart_unit(unit: Unit) -> charts::Unit {
    match unit {
        Unit::Percent => charts::Unit::Share,
        Unit::People | Unit::Positions | Unit::Days | Unit::Minutes => charts::Unit::Count,
        Unit::PeopleMean | Unit::Weeks | Unit::JobsPerDay | Unit::Nights | Unit::Points => {
            charts::Unit::Decimal(1)
        }
        Unit::Cents => charts::Unit::Dollars,
    }
}

/// A figure as a point of a chart.
pub fn point(metric: &Metric, figure: &Figure, label: String, short: &str) -> MetricPoint {
    let scale = if metric.unit == Unit::Cents { 0.01 } else { 1.0 };
    MetricPoint {
        label,
        short: short.to_owned(),
        value: figure.value.map(|it| it * scale),
        interval: figure.low.zip(figure.high).map(|it| (it.0 * scale, it.1 * scale)),
        n: match figure.too_few {
            Some(few) => needed(metric, few),
            None => format!("n = {}", whole(figure.n)),
        },
    }
}

/// A figure by month as a point: `Nov 2026`, `Nov`; the year also below January.
pub fn month_point(metric: &Metric, figure: &Figure) -> Option<MetricPoint> {
    let month = Month::parse(&figure.group)?;
    let short = month.short_name();
    let first = month.first_day().to_string();
    let label = match figure.period.split_once(" to ") {
        Some((from, _)) if from == first => format!("{}, so far", month.words()),
        Some(_) => format!("{}, in part", month.words()),
        None => month.words(),
    };
    Some(point(metric, figure, label, short))
}

/// A period of whole days in words: `24 Nov 2025 to 23 Nov 2026`.
pub fn period_words(from: Day, to: Day) -> String {
    format!("{} to {}", plain(from), plain(to.plus(-1)))
}

/// A figure's own period in words: `Mar 2026`, or `24 Nov 2025 to 23 Nov 2026`.
pub fn said_period(period: &str) -> String {
    match period.split_once(" to ") {
        Some((from, to)) => match (Day::parse(from), Day::parse(to)) {
            (Some(from), Some(to)) => period_words(from, to.plus(1)),
            _ => period.to_owned(),
        },
        None => Month::parse(period).map_or_else(|| period.to_owned(), Month::words),
    }
}

/// A day with its year and without its weekday: `23 Nov 2026`.
pub fn plain(day: Day) -> String {
    day.words(day.year().wrapping_add(1))
}

/// A share as words: `34%`, tenths below ten.
pub fn percent(share: f64) -> String {
    charts::Unit::Share.show(share)
}
