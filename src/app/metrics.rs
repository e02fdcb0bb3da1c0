//! The dictionary asked: every metric at once, one metric in full, rows for files and commands.
//!
//! Never here: a metric's own rules (see `metric`).

use serde::Serialize;

use super::runs::Uid;
use super::scope::Scope;
use super::{Cx, Error, Result};
use crate::domain::calendar::{Day, Month};
use crate::domain::rate::TooFew;
use crate::domain::told::Kind;
use crate::metric::{self, Ask};

pub use crate::metric::{
    By, Direction, Family, Figure, METRICS, Metric, Unit, find, format, interval, needed, sql,
};

/// What was asked of one metric.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question {
    /// First day; none for twelve months before the end.
    pub from: Option<Day>,
    /// First day after; none for the end of the data.
    pub to: Option<Day>,
    /// Broken down by what; none for the metric's first way.
    pub by: Option<By>,
    /// Only this office or zone.
    pub scope: Option<Uid>,
}

/// Every metric over the last twelve months.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// Last day with data; none in an empty office.
    pub as_of: Option<Day>,
    /// First day of the twelve months.
    pub from: Day,
    /// By family, in reading order.
    pub shelves: Vec<(Family, Vec<(&'static Metric, Figure)>)>,
}

/// One metric in full.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The metric.
    pub metric: &'static Metric,
    /// Last day with data; none in an empty office.
    pub as_of: Option<Day>,
    /// First day asked for.
    pub from: Day,
    /// First day after.
    pub to: Day,
    /// Where.
    pub scope: Scope,
    /// The number over the whole period.
    pub whole: Figure,
    /// By month, oldest first; empty when the metric has no months.
    pub months: Vec<Figure>,
    /// Broken down by what.
    pub by: By,
    /// One a group that has any exposure.
    pub groups: Vec<Figure>,
}

/// A figure as files and commands give it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The days it covers.
    pub period: String,
    /// Zone, office, technician, month or source; none for all.
    pub group: Option<String>,
    /// In the metric's unit; none when there is too little to say.
    pub value: Option<f64>,
    /// What it rests on.
    pub n: u64,
    /// Lower end of the 95% interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Last day with data.
    pub as_of: String,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_few: Option<Short>,
}

/// What there is, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Short {
    /// Observations there are.
    pub have: u64,
    /// Observations it takes.
    pub need: u64,
}

/// A metric's answer with its name, as JSON has it.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Its id.
    pub metric: &'static str,
    /// Its name on pages.
    pub title: &'static str,
    /// What its values count.
    pub unit: &'static str,
    /// In order.
    pub rows: Vec<Row>,
}

/// Every metric.
pub fn dictionary(cx: &Cx<'_>) -> Result<Dictionary> {
    let (from, to) = metric::default_period(cx.read)?;
    let mut shelves = Vec::new();
    for family in Family::ALL {
        let mut entries = Vec::new();
        for metric in METRICS.iter().copied().filter(|it| it.family == *family) {
            entries.push((metric, one(cx, metric, &Ask::whole(from, to))?));
        }
        shelves.push((*family, entries));
    }
    Ok(Dictionary { as_of: metric::last_day(cx.read)?, from, shelves })
}

/// One metric: the number, its months and one breakdown.
///
/// # Errors
/// `NotFound` for an unknown id or place, `Invalid` for a breakdown the metric has not or a period
/// that ends before it begins, `NotEnough` for one outside the data.
pub fn sheet(cx: &Cx<'_>, id: &str, question: &Question) -> Result<Sheet> {
    let metric = find(id)?;
    let scope = Scope::read(cx, question.scope)?;
    let ask = ask(cx, question, &scope)?;
    let by = question.by.unwrap_or_else(|| first_way(metric));
    let whole = one(cx, metric, &Ask { by: By::None, ..ask })?;
    let months = if metric.by.contains(&By::Month) {
        metric::compute(cx.read, metric, &Ask { by: By::Month, ..ask })?
    } else {
        Vec::new()
    };
    let groups = match by {
        By::None => vec![whole.clone()],
        By::Month => months.clone(),
        _ => named(metric::compute(cx.read, metric, &Ask { by, ..ask })?, by, &scope),
    };
    let as_of = metric::last_day(cx.read)?;
    Ok(Sheet { metric, as_of, from: ask.from, to: ask.to, scope, whole, months, by, groups })
}

/// The rows of a metric, for files and commands.
///
/// # Errors
/// As `sheet`; `NotEnough` when there is no data at all or no group has any.
pub fn answer(cx: &Cx<'_>, id: &str, question: &Question) -> Result<Answer> {
    let metric = find(id)?;
    if metric::last_day(cx.read)?.is_none() {
        return Err(Error::told(
            Kind::NotEnough,
            "There is no data yet.",
            "Import the office's files first.",
        ));
    }
    let scope = Scope::read(cx, question.scope)?;
    let by = question.by.unwrap_or(By::None);
    let ask = Ask { by, ..ask(cx, question, &scope)? };
    let figures = named(metric::compute(cx.read, metric, &ask)?, by, &scope);
    if figures.is_empty() {
        return Err(Error::told(
            Kind::NotEnough,
            format!("There is nothing to count for {} in this period.", metric.title),
            "Choose a longer period, or leave --by out.",
        ));
    }
    Ok(answer_of(metric, &figures))
}

/// Figures of a metric as files and commands give them.
pub(super) fn answer_of(metric: &'static Metric, figures: &[Figure]) -> Answer {
    Answer {
        metric: metric.id,
        title: metric.title,
        unit: unit_id(metric.unit),
        rows: figures.iter().map(row).collect(),
    }
}

/// Answers as CSV, one under the other. A cell of text that a spreadsheet would run as a formula gets an apostrophe
/// in front.
pub fn csv(answers: &[Answer]) -> Result<String> {
    let broken = |error: csv::Error| Error::broken("write CSV", error);
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record([
        "metric",
        "unit",
        "period",
        "group",
        "value",
        "n",
        "low",
        "high",
        "too_few_have",
        "too_few_need",
        "as_of",
    ])
    .map_err(broken)?;
    let number = |it: Option<f64>| it.map_or_else(String::new, |it| it.to_string());
    let whole = |it: Option<u64>| it.map_or_else(String::new, |it| it.to_string());
    for (answer, row) in answers.iter().flat_map(|it| it.rows.iter().map(move |row| (it, row))) {
        file.write_record([
            answer.metric,
            answer.unit,
            &row.period,
            &safe_cell(row.group.as_deref().unwrap_or_default()),
            &number(row.value),
            &row.n.to_string(),
            &number(row.low),
            &number(row.high),
            &whole(row.too_few.map(|it| it.have)),
            &whole(row.too_few.map(|it| it.need)),
            &row.as_of,
        ])
        .map_err(broken)?;
    }
    let bytes = file.into_inner().map_err(|error| Error::broken("write CSV", error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::broken("write CSV", error))
}

/// Text that no spreadsheet takes for a formula.
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff20}'])
    {
        return format!("'{text}");
    }
    text.to_owned()
}

/// The first day meant by `2026-03` or `2026-03-15`.
///
/// # Errors
/// `Invalid` for anything else.
pub fn first_day(text: &str) -> Result<Day> {
    let day = Day::parse(text).or_else(|| Month::parse(text).map(Month::first_day));
    day.ok_or_else(|| not_a_day(text))
}

/// The first day after the month or day meant, both included: `2026-03` runs through its end.
///
/// # Errors
/// `Invalid` for anything else.
pub fn day_after(text: &str) -> Result<Day> {
    let day = Day::parse(text).map(|it| it.plus(1));
    day.or_else(|| Month::parse(text).map(|it| it.period().to)).ok_or_else(|| not_a_day(text))
}

/// What a metric's values count, as exports name it.
pub fn unit_id(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "share",
        Unit::People | Unit::PeopleMean => "people",
        Unit::Positions => "positions",
        Unit::Days => "days",
        Unit::Weeks => "weeks",
        Unit::Minutes => "minutes",
        Unit::JobsPerDay => "jobs_per_day",
        Unit::Nights => "nights_per_4_weeks",
        Unit::Points => "points_of_5",
        Unit::Cents => "cents",
    }
}

/// The one figure over everything.
pub(super) fn one(cx: &Cx<'_>, metric: &Metric, ask: &Ask) -> Result<Figure> {
    let figures = all(cx, metric, ask)?;
    let count = figures.len();
    figures.into_iter().next().ok_or_else(|| {
        Error::broken("compute a metric", format!("{} gave {count} figures", metric.id))
    })
}

/// Every figure of a question.
pub(super) fn all(cx: &Cx<'_>, metric: &Metric, ask: &Ask) -> Result<Vec<Figure>> {
    cx.once(format!("{} {ask:?}", metric.id), || Ok(metric::compute(cx.read, metric, ask)?))
}

/// Zones by the name that tells them apart.
pub(super) fn named(mut figures: Vec<Figure>, by: By, scope: &Scope) -> Vec<Figure> {
    if by == By::Zone {
        for figure in &mut figures {
            if let Some(name) = figure.group_id.and_then(|id| scope.zone_name(id)) {
                figure.group = name;
            }
        }
        figures.sort_by(|a, b| a.group.cmp(&b.group));
    }
    figures
}

/// A figure as a row.
pub fn row(figure: &Figure) -> Row {
    Row {
        period: figure.period.clone(),
        group: Some(figure.group.clone()).filter(|it| !it.is_empty()),
        value: figure.value,
        n: figure.n,
        low: figure.low,
        high: figure.high,
        as_of: figure.as_of.to_string(),
        too_few: figure.too_few.map(|TooFew { have, need }| Short { have, need }),
    }
}

fn ask(cx: &Cx<'_>, question: &Question, scope: &Scope) -> Result<Ask> {
    let (usual_from, usual_to) = metric::default_period(cx.read)?;
    let to = question.to.unwrap_or(usual_to);
    let from = match (question.from, question.to) {
        (Some(from), _) => from,
        (None, None) => usual_from,
        (None, Some(to)) => metric::year_before(to),
    };
    inside(cx, from, to)?;
    if from >= to {
        return Err(Error::told(
            Kind::Invalid,
            format!("The period ends ({}) before it begins ({from}).", to.plus(-1)),
            "Choose an earlier first or a later last month.",
        ));
    }
    let at = scope.at();
    Ok(Ask { by: By::None, zone: at.zone, office: at.office, ..Ask::whole(from, to) })
}

/// Refuses a period without a day inside the data, and says where they lie.
fn inside(cx: &Cx<'_>, from: Day, to: Day) -> Result<()> {
    let (first, last) = (metric::first_day(cx.read)?, metric::last_day(cx.read)?);
    let what = match (first, last) {
        (_, Some(last)) if from > last => format!("There are no data after {last}."),
        (Some(first), _) if to <= first => format!("There are no data before {first}."),
        _ => return Ok(()),
    };
    let hint = match (first, last) {
        (Some(first), Some(last)) => format!("Choose a period within {first} to {last}."),
        _ => "Choose an earlier period.".to_owned(),
    };
    Err(Error::told(Kind::NotEnough, what, hint))
}

/// What a page breaks a metric down by unless asked: zones, else the first way there is.
fn first_way(metric: &Metric) -> By {
    if metric.by.contains(&By::Zone) {
        return By::Zone;
    }
    metric.by.iter().copied().find(|it| *it != By::None).unwrap_or(By::None)
}

fn not_a_day(text: &str) -> Error {
    Error::told(
        Kind::Invalid,
        format!("`{text}` is neither a month nor a day."),
        "Write it as 2026-03 or 2026-03-15.",
    )
}

impl From<metric::Error> for Error {
    fn from(error: metric::Error) -> Self {
        match error {
            metric::Error::Told(told) => Self::Told(told),
            metric::Error::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixture;

    #[track_caller]
    fn refused(id: &'static str, from: Option<&str>, to: Option<&str>) -> (Kind, String) {
        let question = Question {
            from: from.map(|it| first_day(it).unwrap()),
            to: to.map(|it| day_after(it).unwrap()),
            ..Question::default()
        };
        let said = fixture::untrained().look(move |cx| answer(cx, id, &question));
        match said {
            Err(Error::Told(told)) => (told.kind, told.to_string()),
            other => panic!("{id}: {other:?}"),
        }
    }

    #[test]
    fn periods_outside_the_data_are_refused_with_their_ends() {
        let first = fixture::untrained().look(|cx| Ok(metric::first_day(cx.read)?)).unwrap();
        let first = first.unwrap();
        for id in ["turnover", "weekend_share", "hires"] {
            for (from, to, kind, words) in [
                (Some("2027-01"), None, Kind::NotEnough, "no data after 2026-11-23".to_owned()),
                (Some("2027-01"), Some("2027-03"), Kind::NotEnough, "after 2026-11-23".to_owned()),
                (None, Some("2021-01"), Kind::NotEnough, format!("no data before {first}")),
                (Some("2026-03"), Some("2026-01"), Kind::Invalid, "before it begins".to_owned()),
            ] {
                let (found, said) = refused(id, from, to);
                assert_eq!(found, kind, "{said}");
                assert!(said.contains(&words), "{said}");
            }
        }
    }

    #[test]
    fn the_longest_period_is_the_data() {
        let question = Question {
            from: Some(first_day("1000-01").unwrap()),
            to: Some(day_after("9999-12").unwrap()),
            ..Question::default()
        };
        let office = fixture::untrained();
        let first = office.look(|cx| Ok(metric::first_day(cx.read)?)).unwrap().unwrap();
        for id in ["turnover", "weekend_share"] {
            let answer = office.look(move |cx| answer(cx, id, &question)).unwrap();
            assert_eq!(answer.rows[0].period, format!("{first} to 2026-11-23"));
            assert!(answer.rows[0].value.is_some());
        }
    }
}
