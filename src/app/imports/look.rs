//! What the files of an order hold, for a person to settle before anything is saved.
//!
//! Never here: saving.

use std::path::{Path, PathBuf};

use super::choose::{self, Candidate};
use super::load::loaded_before;
use super::{Chosen, Order, Preview, StoredMapping};
use crate::app::{Cx, Error, Result};
use crate::domain::deny;
use crate::domain::fact::{Column, FACTS, Fact, Kind as Holds};
use crate::domain::told::{Kind, Told};
use crate::sync::cell::Unit;
use crate::sync::mapping::{Feed, Mapping};
use crate::sync::preview::preview;
use crate::sync::propose::{self, Proposal, SURE_MIN};
use crate::sync::source::Source;

/// What the files of an order hold.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// In the order they will be loaded; those nobody knows come last.
    pub files: Vec<FileLook>,
    /// What is no file of rows, and why.
    pub ignored: Vec<(String, String)>,
}

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct FileLook {
    /// Its name.
    pub name: String,
    /// About how many rows it has.
    pub rows: u64,
    /// How it is written: `UTF-8, comma`.
    pub written: String,
    /// What its rows are, if that is known.
    pub fact: Option<&'static Fact>,
    /// Why, as a full sentence.
    pub reason: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnLook>,
    /// Needed columns that nothing feeds, each with the file's columns that come nearest.
    pub missing: Vec<(&'static str, Vec<String>)>,
    /// The mapping it would be loaded with.
    pub mapping: Option<StoredMapping>,
    /// Whether a person or an earlier file settled that mapping.
    pub settled: bool,
    /// Whether a person left the file out.
    pub left_out: bool,
    /// When it was loaded, if loading it again would change nothing.
    pub before: Option<String>,
    /// Its first rows as they would be read.
    pub preview: Option<Preview>,
    /// Why it cannot be loaded as it is.
    pub failed: Option<Told>,
}

/// One column of a file.
#[derive(Clone, Debug)]
pub struct ColumnLook {
    /// Its header.
    pub header: String,
    /// Its first values; none for a refused one.
    pub values: Vec<String>,
    /// What becomes of it.
    pub becomes: Use,
}

/// What becomes of a column.
#[derive(Clone, Debug)]
pub enum Use {
    /// It feeds one of ours.
    Feeds {
        /// The choice: see `ColumnOption::value`.
        choice: String,
        /// 0 to 1; none when it was settled before.
        confidence: Option<f64>,
        /// Whether it needs no second look.
        sure: bool,
        /// Why, as a full sentence.
        reason: String,
        /// Values that cannot be read so.
        unread: Vec<String>,
    },
    /// It is never read.
    Refused {
        /// What it is.
        what: &'static str,
        /// Why.
        why: &'static str,
    },
    /// It is not used.
    LeftOut {
        /// Why, as a full sentence.
        reason: String,
    },
}

/// One thing a column may be chosen for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnOption {
    /// As sent: the column's name, for money with its unit.
    pub value: String,
    /// As shown.
    pub label: String,
}

/// What is wrong with a choice of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceProblem {
    /// Place of the column at fault; none when one is missing.
    pub column: Option<usize>,
    /// What to do about it.
    pub words: String,
}

/// A file to look at as something else than it seems to be.
#[derive(Clone, Debug)]
pub struct Take {
    /// Its name.
    pub file: String,
    /// What its rows are.
    pub fact: &'static Fact,
}

impl Look {
    /// Why nothing of it can be read; none when a person can go on with some file.
    pub fn hopeless(&self) -> Option<Told> {
        if self.files.iter().any(|it| !it.written.is_empty()) {
            return None;
        }
        let failed = self.files.iter().find_map(|it| it.failed.as_ref().map(|told| &told.message));
        let ignored = self.ignored.first().map(|(name, why)| format!("{name}: {why}"));
        let why = failed.cloned().or(ignored).unwrap_or_default();
        Some(Told::new(
            Kind::Invalid,
            format!("There is nothing here that can be read. {why}").trim().to_owned(),
            "Nothing was kept. Take CSV files such as technicians.csv and jobs.csv; docs/files.md \
             lists them.",
        ))
    }
}

/// Looks at every file of an order. `take` shows one of them as another kind of row.
pub fn look(cx: &Cx<'_>, order: &Order, take: Option<&Take>) -> Result<Look> {
    let listed = choose::list(cx, order);
    let mut look = Look::default();
    let mut unknown = Vec::new();
    for file in listed.files {
        look.files.push(known(cx, order, file, take)?);
    }
    for (name, told) in listed.failed {
        unknown.push((name, told));
    }
    for (name, reason) in listed.ignored {
        if find(order, &name).is_some_and(|it| Source::open(&it).is_ok()) {
            unknown.push((name, Told::new(Kind::Invalid, reason, "")));
        } else {
            look.ignored.push((name, reason));
        }
    }
    for (name, told) in unknown {
        let file = strange(cx, order, &name, told, take)?;
        look.files.push(file);
    }
    Ok(look)
}

/// What the columns of a fact may be chosen for, in the fact's order.
pub fn options(fact: &Fact) -> Vec<ColumnOption> {
    let mut options = Vec::new();
    for column in fact.columns {
        let needed = if column.required { " (needed)" } else { "" };
        let label = words(column.name);
        if column.kind == Holds::Cents {
            let label = label.trim_end_matches(" cents");
            for (unit, shown) in [("currency", "31.50"), ("cents", "3150")] {
                options.push(ColumnOption {
                    value: format!("{}:{unit}", column.name),
                    label: format!("{label}, such as {shown}{needed}"),
                });
            }
        } else {
            let value = column.name.to_owned();
            options.push(ColumnOption { value, label: format!("{label}{needed}") });
        }
    }
    options
}

/// A column's name in words: `Hired on`.
pub fn words(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// Makes a mapping of a person's choices, one for each column of the file; empty for not used.
pub fn choose_columns(
    order: &Order,
    file: &str,
    fact: &'static Fact,
    choices: &[String],
) -> Result<std::result::Result<Chosen, Vec<ChoiceProblem>>> {
    let gone = || Error::told(Kind::NotFound, format!("{file} is not there any more."), "");
    let source = Source::open(&find(order, file).ok_or_else(gone)?).map_err(Told::from)?;
    let mut feeds: Vec<Feed> = Vec::new();
    let mut problems = Vec::new();
    for (at, choice) in choices.iter().enumerate().take(source.header().len()) {
        let header = &source.header()[at];
        let Some((column, unit)) = column_of(fact, choice) else { continue };
        if deny::refusal(header).is_some() {
            continue;
        }
        if let Some(twin) = feeds.iter().find(|it| it.column.name == column.name) {
            let name = words(column.name);
            let words = format!("{} and {header} cannot both be {name}: keep one.", twin.header);
            problems.push(ChoiceProblem { column: Some(at), words });
            continue;
        }
        let (mut feed, _) = propose::feed(&source, at, column);
        feed.unit = unit.unwrap_or(feed.unit);
        feeds.push(feed);
    }
    let fed = |it: &&Column| feeds.iter().any(|feed| feed.column.name == it.name);
    for column in fact.columns.iter().filter(|it| it.required && !fed(it)) {
        let words = format!("Choose which column of {file} is {}.", words(column.name));
        problems.push(ChoiceProblem { column: None, words });
    }
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let mapping = Mapping::new(fact, source.header(), feeds).map_err(Told::from)?;
    Ok(Ok(Chosen { file: Some(file.to_owned()), mapping: Some(mapping.to_stored()) }))
}

/// A file whose rows are known.
fn known(cx: &Cx<'_>, order: &Order, file: Candidate, take: Option<&Take>) -> Result<FileLook> {
    let taken = take.filter(|it| it.file == file.source.name()).map(|it| it.fact);
    let fact = taken.unwrap_or(file.fact);
    let mut proposal = propose::propose_for(fact, &file.source, &choose::known(cx, &order.source));
    if let Ok(by_name) = propose::propose(&file.source, &choose::known(cx, &order.source))
        && by_name.fact.table == fact.table
    {
        proposal.reason = by_name.reason;
    }
    let chosen = file.chosen.filter(|it| it.fact == fact.table);
    let settled = match chosen {
        Some(stored) => Mapping::from_stored(&stored).ok().map(|it| (it, "You chose it.")),
        None => choose::kept(cx, &file.source, Some(fact))?
            .filter(|it| it.fact().table == fact.table)
            .map(|it| (it, "As in an earlier file with these columns.")),
    };
    describe(cx, order, &file.source, &proposal, settled.as_ref())
}

/// A file that no guess can tell, or that was left out.
fn strange(
    cx: &Cx<'_>,
    order: &Order,
    name: &str,
    told: Told,
    take: Option<&Take>,
) -> Result<FileLook> {
    let source = find(order, name).and_then(|it| Source::open(&it).ok());
    let Some(source) = source else {
        return Ok(FileLook { name: name.to_owned(), failed: Some(told), ..FileLook::default() });
    };
    let left_out = choose::chosen_for(order, &source).is_some_and(|it| it.mapping.is_none());
    if let Some(take) = take.filter(|it| it.file == name) {
        let proposal = propose::propose_for(take.fact, &source, &choose::known(cx, &order.source));
        return Ok(FileLook { left_out, ..describe(cx, order, &source, &proposal, None)? });
    }
    Ok(FileLook {
        rows: source.rows_estimate(),
        written: written(&source),
        name: name.to_owned(),
        left_out,
        failed: Some(told),
        ..FileLook::default()
    })
}

fn describe(
    cx: &Cx<'_>,
    order: &Order,
    source: &Source,
    proposal: &Proposal,
    settled: Option<&(Mapping, &'static str)>,
) -> Result<FileLook> {
    let mapping = match settled {
        Some((mapping, _)) => Some(mapping.clone()),
        None => proposal.mapping().ok(),
    };
    let mut look = FileLook {
        name: source.name().to_owned(),
        rows: source.rows_estimate(),
        written: written(source),
        fact: Some(proposal.fact),
        reason: proposal.reason.clone(),
        columns: proposal.columns.iter().map(|it| column(it, settled)).collect(),
        settled: settled.is_some(),
        mapping: mapping.as_ref().map(Mapping::to_stored),
        ..FileLook::default()
    };
    let Some(mapping) = mapping else {
        look.missing =
            proposal.missing.iter().map(|it| (it.column.name, it.nearest.clone())).collect();
        return Ok(look);
    };
    let load = choose::record(order, source, &mapping);
    look.before = loaded_before(cx.read, &load, proposal.fact)?;
    match preview(source, &mapping, cx.today) {
        Ok(preview) => look.preview = Some(preview),
        Err(failure) => look.failed = Some(failure.into()),
    }
    Ok(look)
}

fn column(it: &propose::Proposed, settled: Option<&(Mapping, &'static str)>) -> ColumnLook {
    let becomes = match (&it.becomes, settled) {
        (propose::Use::Refused { denied }, _) => {
            Use::Refused { what: denied.what, why: denied.why }
        }
        (_, Some((mapping, reason))) => {
            let lower = it.header.to_lowercase();
            let feed = mapping.feeds().iter().find(|feed| feed.header.to_lowercase() == lower);
            let reason = (*reason).to_owned();
            match feed {
                Some(feed) => Use::Feeds {
                    choice: choice(feed),
                    confidence: None,
                    sure: true,
                    reason,
                    unread: Vec::new(),
                },
                None => Use::LeftOut { reason },
            }
        }
        (propose::Use::Feeds { feed, confidence, reason, unread }, None) => Use::Feeds {
            choice: choice(feed),
            confidence: Some(*confidence),
            sure: *confidence >= SURE_MIN && unread.is_empty(),
            reason: reason.clone(),
            unread: unread.clone(),
        },
        (propose::Use::LeftOut { reason }, None) => Use::LeftOut { reason: reason.clone() },
    };
    ColumnLook { header: it.header.clone(), values: it.values.clone(), becomes }
}

fn choice(feed: &Feed) -> String {
    match feed.unit {
        Unit::Plain => feed.column.name.to_owned(),
        Unit::Cents => format!("{}:cents", feed.column.name),
        Unit::Currency => format!("{}:currency", feed.column.name),
    }
}

fn column_of(fact: &'static Fact, choice: &str) -> Option<(&'static Column, Option<Unit>)> {
    let (name, unit) = match choice.split_once(':') {
        Some((name, "cents")) => (name, Some(Unit::Cents)),
        Some((name, _)) => (name, Some(Unit::Currency)),
        None => (choice, None),
    };
    fact.columns.iter().find(|it| it.name == name).map(|it| (it, unit))
}

/// Where a file of this name lies.
fn find(order: &Order, name: &str) -> Option<PathBuf> {
    order.paths.iter().find_map(|path| {
        if path.is_dir() {
            // A name may not climb out of its folder.
            let plain = Path::new(name).file_name().is_some_and(|it| it == name);
            let inside = path.join(name);
            return (plain && inside.is_file()).then_some(inside);
        }
        path.file_name().is_some_and(|it| it.to_string_lossy() == name).then(|| path.clone())
    })
}

fn written(source: &Source) -> String {
    format!("{}, {}", source.encoding().words(), source.delimiter().words())
}

/// The fact of a table's name, as sent by a form.
pub fn fact_of(table: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|it| it.table == table)
}
