//! The test: what models said of later months and other people.
//!
//! Every row is predicted by models that knew neither the person nor any outcome of the tested
//! months. Never here: figures (see `measured`).

use learn::ebm::{Ebm, EbmOptions};
use learn::frame::{Column, Frame};
use learn::hazard;
use learn::validate::{self, Scored, Split};

use super::contender::CONTENDERS;
use super::course::{self, Course, Fit};
use super::kept::Kept;
use super::table::{self, Table};
use super::{FIT_FROM, TEST_FROM, ends, options};
use crate::app::progress::{Silent, stopped};
use crate::app::score::MONTHS;
use crate::app::{Error, Office, Result};
use crate::domain::calendar::Month;
use crate::domain::told::Kind;
use crate::feature::frame::clock;
use crate::store::months;

/// Parts the people are dealt into for the test: each test model learns from nine tenths of them,
/// close to the model that is kept.
const FOLDS: usize = 10;
/// Share of the months with a closed horizon that are tested on, the last ones.
const TEST_SHARE: f64 = 0.25;
/// Months left out before the test: none. A month's outcome is known on the first morning of the
/// next, which is when a model made then would be asked.
pub(super) const GAP: u32 = 0;
/// Bags of each test model: enough for its probabilities, fewer than for its bands.
const TEST_BAGS: usize = 8;
/// Shares of the people learned from in the size curve; the whole is the last.
const SHARES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];
/// Bags of each model of the size curve.
const SIZE_BAGS: usize = 2;

/// Why there is no test.
pub(super) enum Failure {
    Stopped,
    Impossible(String),
}

impl From<learn::Error> for Failure {
    fn from(error: learn::Error) -> Self {
        match error {
            learn::Error::Cancelled => Self::Stopped,
            other => Self::Impossible(format!("The data allow no test: {other}.")),
        }
    }
}

/// Tested rows and what was said of them; lists run alike.
#[derive(Default)]
pub(super) struct Trial {
    /// Position in the table's frame.
    pub(super) rows: Vec<usize>,
    /// Part of the people.
    pub(super) part: Vec<usize>,
    /// Parts there are.
    pub(super) parts: usize,
    /// Log-odds of the EBM for the month and those to come.
    pub(super) months: Vec<[f64; MONTHS]>,
    /// For each of `CONTENDERS` the chance within the default horizon.
    pub(super) contenders: [Vec<f64>; CONTENDERS.len()],
    /// The EBM with fewer people to learn from.
    pub(super) sizes: Vec<Size>,
}

/// One point of the size curve.
#[derive(Default)]
pub(super) struct Size {
    /// Share of the people.
    pub(super) share: f64,
    /// People learned from, mean over the parts.
    pub(super) people: f64,
    /// Exits among them, mean over the parts.
    pub(super) exits: f64,
    /// Chance of each row within the default horizon.
    pub(super) chances: Vec<f64>,
}

/// Rows with a known outcome, to be measured.
pub(super) struct Known {
    /// Positions in the trial.
    pub(super) at: Vec<usize>,
    /// 0 or 1.
    pub(super) target: Vec<f64>,
    /// Whose.
    pub(super) person: Vec<u32>,
}

impl Trial {
    /// The chance of the EBM within `days`, for every row.
    pub(super) fn chances(&self, days: i32) -> Vec<f64> {
        self.months.iter().map(|it| hazard::chance(it, f64::from(days))).collect()
    }

    /// The rows whose window of `days` has closed.
    pub(super) fn known(&self, table: &Table, days: i32) -> Known {
        self.known_by(table, |row| table.leaves(row, days))
    }

    /// The rows of which `outcome` is known.
    pub(super) fn known_by(&self, table: &Table, outcome: impl Fn(usize) -> Option<bool>) -> Known {
        let mut known = Known { at: Vec::new(), target: Vec::new(), person: Vec::new() };
        for (at, row) in self.rows.iter().enumerate() {
            let Some(left) = outcome(*row) else { continue };
            known.at.push(at);
            known.target.push(f64::from(u8::from(left)));
            known.person.push(table.labelled.frame.group()[*row]);
        }
        known
    }
}

impl Known {
    /// Some of them, by their places in these lists.
    pub(super) fn part(&self, places: &[usize]) -> Self {
        Self {
            at: places.iter().map(|it| self.at[*it]).collect(),
            target: places.iter().map(|it| self.target[*it]).collect(),
            person: places.iter().map(|it| self.person[*it]).collect(),
        }
    }

    /// Against chances, one for each row of the trial.
    pub(super) fn scored(&self, chances: &[f64]) -> learn::Result<Scored> {
        let said: Vec<f64> = self.at.iter().map(|at| chances[*at]).collect();
        Scored::new(&self.target, &said, None, &self.person)
    }
}

/// First month to test on, as `Month` counts: it begins the last quarter of the months up to the last
/// with a closed horizon; none without any.
pub(super) fn first_tested(table: &Table) -> Option<i32> {
    let frame = &table.labelled.frame;
    let closed = (0..frame.rows()).filter(|at| table.leaves(*at, table.horizon_days).is_some());
    let last = closed.map(|at| frame.time()[at]).max()?;
    let tested = ((f64::from(last - ends(frame).0 + 1) * TEST_SHARE) as i32).max(1);
    Some(last - tested + 1)
}

/// Tests on the last quarter of the months.
pub(super) fn run(
    office: &Office,
    table: &Table,
    course: &Course<'_>,
) -> std::result::Result<Trial, Failure> {
    let frame = &table.labelled.frame;
    let short = || Failure::Impossible("The months are too few to test on later ones.".to_owned());
    let first = first_tested(table).ok_or_else(short)?;
    let whole = validate::time_split(frame, first - 1, GAP).map_err(|_empty| short())?;
    let seed = office.config().train_seed;
    let splits = validate::out_of_person(frame, &whole, FOLDS, seed)?;
    let mut trial = Trial {
        parts: splits.len(),
        sizes: SHARES.map(|share| Size { share, ..Size::default() }).into(),
        ..Trial::default()
    };
    let (test_options, size_options) = (options(office, TEST_BAGS), size_options(office));
    let mut work = 0.0;
    for split in &splits {
        let rows = split.train.len();
        let sizes = SHARES.map(|share| ((rows as f64 * share) as usize, &size_options));
        for (rows, options) in [(rows, &test_options)].into_iter().chain(sizes) {
            course.plan(rows, options);
            work += course::work(rows, options);
        }
    }
    course.stage(TEST_FROM, FIT_FROM, work);
    for (part, split) in splits.iter().enumerate() {
        trial.add(office, table, split, part, course)?;
    }
    for it in &mut trial.sizes {
        (it.people, it.exits) = (it.people / splits.len() as f64, it.exits / splits.len() as f64);
    }
    Ok(trial)
}

impl Trial {
    fn add(
        &mut self,
        office: &Office,
        table: &Table,
        split: &Split,
        part: usize,
        course: &Course<'_>,
    ) -> learn::Result<()> {
        let frame = &table.labelled.frame;
        let days = [f64::from(table.horizon_days)];
        let (train, test) = (frame.take(&split.train)?, frame.take(&split.test)?);
        let what = format!("Testing on later months, part {} of {}", part + 1, self.parts);
        let name = format!("test-{part}");
        let fit = Fit { name: &name, what: &what, rows: &split.train, shows: true };
        let model = course.fit(&fit, &train, &options(office, TEST_BAGS))?;
        self.months.extend(months_of(&model, test.columns())?);
        let seed = office.config().train_seed;
        for (said, it) in self.contenders.iter_mut().zip(CONTENDERS) {
            let hazards = (it.fit)(&train, seed)?;
            said.extend(hazard::chances(test.columns(), clock(), &days, hazards)?.swap_remove(0));
        }
        for it in &mut self.sizes {
            let what = format!("{what}, with {:.0}% of the people", 100.0 * it.share);
            let name = format!("size-{part}-{:.0}", 100.0 * it.share);
            let fit = Fit { name: &name, what: &what, rows: &split.train, shows: false };
            it.add(&train, test.columns(), days, office, (course, &fit))?;
        }
        self.rows.extend(&split.test);
        self.part.resize(self.rows.len(), part);
        Ok(())
    }
}

impl Size {
    fn add(
        &mut self,
        train: &Frame,
        test: &[Column],
        days: [f64; 1],
        office: &Office,
        (course, fit): (&Course<'_>, &Fit<'_>),
    ) -> learn::Result<()> {
        let seed = office.config().train_seed;
        let part = train.take(&validate::part_of_people(train, self.share, seed)?)?;
        let model = course.fit(fit, &part, &size_options(office))?;
        let hazards = |columns: &[Column]| model.probabilities(columns);
        self.chances.extend(hazard::chances(test, clock(), &days, hazards)?.swap_remove(0));
        self.people += part.groups().len() as f64;
        self.exits += part.events() as f64;
        Ok(())
    }
}

/// Main effects only: how much people add is told by them, in half the time.
fn size_options(office: &Office) -> EbmOptions {
    EbmOptions { pairs: 0, ..options(office, SIZE_BAGS) }
}

/// Log-odds of each row for its month and those to come, tenure advancing.
pub(super) fn months_of(model: &Ebm, columns: &[Column]) -> learn::Result<Vec<[f64; MONTHS]>> {
    let mut rows = vec![[0.0; MONTHS]; columns.first().map_or(0, Column::len)];
    for month in 0..MONTHS {
        let later = hazard::advanced(columns, clock(), month as f64)?;
        for (row, log_odds) in rows.iter_mut().zip(model.log_odds(&later)?) {
            row[month] = log_odds;
        }
    }
    Ok(rows)
}

/// What the test models said of each row they were tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRow {
    /// Number the office knows the person by.
    pub employee_no: String,
    /// The month whose first morning was looked at.
    pub month: Month,
    /// Chance given to an exit within the default horizon.
    pub probability: f64,
    /// Whether there was one.
    pub left: bool,
}

/// The test of a training over again, row by row: what `Validation` sums up. Same data, same rows.
///
/// # Errors
/// As [`super::train`]; `NotEnough` when the data allow no test.
pub fn test_rows(office: &Office) -> Result<Vec<TestRow>> {
    let days = office.config().score_horizon_days;
    let (table, numbers) =
        office.look(move |cx| Ok((table::read(cx, days)?, months::employee_numbers(cx.read)?)))?;
    let trial =
        run(office, &table, &Course::new(&Silent, Kept::default())).map_err(
            |failure| match failure {
                Failure::Stopped => stopped(),
                Failure::Impossible(why) => Error::told(Kind::NotEnough, why, ""),
            },
        )?;
    let (known, chances) = (trial.known(&table, days), trial.chances(days));
    let row = |(at, target): (&usize, &f64)| {
        let it = &table.row(trial.rows[*at]).row;
        TestRow {
            employee_no: numbers.get(&it.technician_id).cloned().unwrap_or_default(),
            month: Month(it.month_no),
            probability: chances[*at],
            left: *target > 0.5,
        }
    };
    Ok(known.at.iter().zip(&known.target).map(row).collect())
}
