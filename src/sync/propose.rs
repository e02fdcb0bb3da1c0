//! What a file seems to hold, and which of its columns seems to feed which of ours: a guess with
//! its reasons, for a person to settle.
//!
//! Never here: a refused column in a guess, or a guess that passes for certain.

use super::cell::{self, Unit};
use super::failure::{Failure, What};
use super::likely::{self, Name};
use super::mapping::{Feed, Mapping};
use super::name;
use super::source::Source;
use crate::domain::deny::{self, Denied};
use crate::domain::fact::{self, Column, FACTS, Fact, Kind};

/// Whether a table is known to hold a key. The first is the table, the second the key.
pub type Known<'a> = &'a dyn Fn(&'static str, &str) -> bool;

/// Below this a guess is not made.
const GUESS_MIN: f64 = 0.5;
/// From here on a guess is as good as the name itself.
pub const SURE_MIN: f64 = 0.85;
/// Candidates named for a missing column.
const NEAREST_MAX: usize = 3;
/// Values quoted for a column.
const VALUES_MAX: usize = 5;

/// What a file seems to hold.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What its rows seem to be.
    pub fact: &'static Fact,
    /// Why, as a full sentence.
    pub reason: String,
    /// One for each of the file's columns, in order.
    pub columns: Vec<Proposed>,
    /// The required columns that nothing feeds.
    pub missing: Vec<Missing>,
    headers: Vec<String>,
    file: String,
}

/// What one column of the file seems to be.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// Its header.
    pub header: String,
    /// Its first different values, at most five; none for a refused column.
    pub values: Vec<String>,
    /// What becomes of it.
    pub becomes: Use,
}

/// What becomes of a column of the file.
#[derive(Clone, Debug)]
pub enum Use {
    /// It feeds a column of ours.
    Feeds {
        /// The feed, ready for a mapping.
        feed: Feed,
        /// 0 to 1.
        confidence: f64,
        /// Why, as a full sentence.
        reason: String,
        /// Sampled values that could not be read so, at most five.
        unread: Vec<String>,
    },
    /// It is never read.
    Refused {
        /// What it is and why.
        denied: &'static Denied,
    },
    /// Nothing of ours is like it.
    LeftOut {
        /// Why, as a full sentence.
        reason: String,
    },
}

/// A required column that nothing feeds.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Our column.
    pub column: &'static Column,
    /// The file's unused columns that come nearest, the nearest first.
    pub nearest: Vec<String>,
}

impl Proposal {
    /// Whether every required column is fed.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether nothing is left to be looked at: complete, and every guess as good as a name.
    pub fn is_sure(&self) -> bool {
        let sure = |it: &Proposed| match &it.becomes {
            Use::Feeds { confidence, unread, .. } => *confidence >= SURE_MIN && unread.is_empty(),
            Use::Refused { .. } | Use::LeftOut { .. } => true,
        };
        self.is_complete() && self.columns.iter().all(sure)
    }

    /// The guess as a mapping; a failure when a required column is not fed.
    pub fn mapping(&self) -> Result<Mapping, Failure> {
        Mapping::new(self.fact, &self.headers, self.feeds().cloned().collect())
            .map_err(|it| Failure { file: self.file.clone(), ..it })
    }

    /// The feeds guessed.
    pub fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.columns.iter().filter_map(|it| match &it.becomes {
            Use::Feeds { feed, .. } => Some(feed),
            Use::Refused { .. } | Use::LeftOut { .. } => None,
        })
    }

    fn required(&self) -> usize {
        self.fact.columns.iter().filter(|it| it.required).count()
    }

    /// Share of what the fact requires, and a little for every column used.
    fn score(&self) -> f64 {
        let required = self.required().max(1) as f64;
        let fed = required - self.missing.len() as f64;
        let used = self.feeds().count() as f64 / self.columns.len().max(1) as f64;
        fed / required + used * 0.5
    }
}

/// Guesses what a file holds: by its name if its columns do not speak against it, else by them.
pub fn propose(source: &Source, known: Known<'_>) -> Result<Proposal, Failure> {
    let named = fact::by_file(source.stem()).map(|it| propose_for(it, source, known));
    if let Some(mut proposal) = named.clone().filter(Proposal::is_complete) {
        proposal.reason = format!("The file's name says {}.", proposal.fact.file);
        return Ok(proposal);
    }
    let mut best: Option<Proposal> = None;
    for fact in FACTS {
        let proposal = propose_for(fact, source, known);
        if best.as_ref().is_none_or(|it| proposal.score() > it.score()) {
            best = Some(proposal);
        }
    }
    match (best, named) {
        (Some(best), None) if best.missing.len() * 2 <= best.required() => Ok(best),
        (Some(mut best), Some(named)) if best.is_complete() => {
            best.reason = format!("Its name says {}, but {}", named.fact.file, best.reason);
            Ok(best)
        }
        (_, Some(mut named)) => {
            named.reason = format!("The file's name says {}.", named.fact.file);
            Ok(named)
        }
        _ => Err(Failure::new(source.name(), What::UnknownFact)),
    }
}

/// Every fact a file can feed as it is, what it holds first: a wide export may hold several.
pub fn propose_all(source: &Source, known: Known<'_>) -> Result<Vec<Proposal>, Failure> {
    let first = propose(source, known)?;
    let others = FACTS.iter().filter(|it| it.table != first.fact.table);
    let mut all: Vec<_> =
        others.map(|it| propose_for(it, source, known)).filter(Proposal::is_complete).collect();
    all.insert(0, first);
    Ok(all)
}

/// Guesses which columns feed which, when it is settled what the rows are.
pub fn propose_for(fact: &'static Fact, source: &Source, known: Known<'_>) -> Proposal {
    let headers = source.header();
    let mut guesses = guesses(fact, source, known);
    guesses.sort_by(|one, other| {
        other.confidence.total_cmp(&one.confidence).then(one.header.cmp(&other.header))
    });
    let mut chosen: Vec<Option<Guess>> = headers.iter().map(|_| None).collect();
    let mut lost: Vec<Option<&Column>> = vec![None; headers.len()];
    let mut taken = vec![false; fact.columns.len()];
    for guess in guesses {
        if chosen[guess.header].is_some() {
            continue;
        }
        if taken[guess.column] {
            lost[guess.header].get_or_insert(&fact.columns[guess.column]);
            continue;
        }
        taken[guess.column] = true;
        let header = guess.header;
        chosen[header] = Some(guess);
    }
    only_date_left(fact, source, &mut chosen, &mut taken);
    let columns = chosen.into_iter().enumerate().map(|(at, guess)| {
        let becomes = match (deny::refusal(&headers[at]), guess) {
            (Some(denied), _) => Use::Refused { denied },
            (None, Some(guess)) => feeds(fact, source, &guess),
            (None, None) => Use::LeftOut { reason: left_out(fact, lost[at]) },
        };
        let refused = matches!(becomes, Use::Refused { .. });
        let values = if refused { Vec::new() } else { first_values(source, at) };
        Proposed { header: headers[at].clone(), values, becomes }
    });
    let columns: Vec<_> = columns.collect();
    let missing = missing(fact, &columns, &taken);
    let required: Vec<_> = fact.columns.iter().filter(|it| it.required).collect();
    let fed = required.len() - missing.len();
    let reason =
        format!("its columns give {fed} of the {} needed for {}.", required.len(), fact.file);
    Proposal {
        fact,
        reason,
        columns,
        missing,
        headers: headers.to_vec(),
        file: source.name().to_owned(),
    }
}

/// One way a column could be used. Places count in the file's header and in the fact's columns.
struct Guess {
    header: usize,
    column: usize,
    confidence: f64,
    reason: String,
}

fn guesses(fact: &'static Fact, source: &Source, known: Known<'_>) -> Vec<Guess> {
    let mut guesses = Vec::new();
    for (header, text) in source.header().iter().enumerate() {
        if deny::refusal(text).is_some() {
            continue;
        }
        let read = Name::of(text);
        for (at, column) in fact.columns.iter().enumerate() {
            let named = read.means(column);
            if named.is_none() && !matches!(column.kind, Kind::OneOf(_) | Kind::Ref(_)) {
                continue;
            }
            let unit = Feed::new(text, column).unit;
            let values = source.sample().iter().map(|it| it[header].as_str());
            let content = likely::content(column, unit, values, known);
            if let Some((confidence, reason)) = likely::judge(column, named, &content)
                && confidence >= GUESS_MIN
            {
                guesses.push(Guess { header, column: at, confidence, reason });
            }
        }
    }
    guesses
}

/// When one required day is missing and one unused column holds days, they belong together.
fn only_date_left(
    fact: &'static Fact,
    source: &Source,
    chosen: &mut [Option<Guess>],
    taken: &mut [bool],
) {
    let dated = |it: &Column| it.required && matches!(it.kind, Kind::Day | Kind::Minute);
    let mut open = (0..taken.len()).filter(|it| !taken[*it] && dated(&fact.columns[*it]));
    let (Some(column), None) = (open.next(), open.next()) else { return };
    let holds_days = |at: &usize| {
        let values = source.sample().iter().map(|it| it[*at].as_str());
        let free = chosen[*at].is_none() && deny::refusal(&source.header()[*at]).is_none();
        free && likely::content(&fact.columns[column], Unit::Plain, values, &|_, _| false).all()
    };
    let mut days = (0..chosen.len()).filter(holds_days);
    if let (Some(header), None) = (days.next(), days.next()) {
        let name = fact.columns[column].name;
        let reason = format!("It is the only column of days left, and {name} needs one.");
        taken[column] = true;
        chosen[header] = Some(Guess { header, column, confidence: GUESS_MIN, reason });
    }
}

fn feeds(fact: &'static Fact, source: &Source, guess: &Guess) -> Use {
    let column = &fact.columns[guess.column];
    let (feed, unread) = feed(source, guess.header, column);
    let mut reason = guess.reason.clone();
    if !feed.words.is_empty() {
        let pairs = feed.words.iter().map(|(theirs, ours)| format!("{theirs} as {ours}"));
        let pairs: Vec<_> = pairs.take(VALUES_MAX).collect();
        reason = format!("{reason} It reads {}.", pairs.join(", "));
    }
    Use::Feeds { feed, confidence: guess.confidence, reason, unread }
}

/// A feed from the file's column at this place, as a person chose it: with its unit and with the
/// file's own words as far as they can be guessed; and at most five sampled values it cannot read.
pub fn feed(source: &Source, header: usize, column: &'static Column) -> (Feed, Vec<String>) {
    let name = source.header().get(header).map_or("", String::as_str);
    let mut feed = Feed::new(name, column);
    let mut unread: Vec<String> = Vec::new();
    for value in source.sample().iter().filter_map(|it| it.get(header)).map(String::as_str) {
        if value.is_empty() || cell::parse(column.kind, false, feed.unit, value).is_ok() {
            continue;
        }
        if let Kind::OneOf(options) = column.kind
            && let Some(word) = likely::short_for(value, options)
        {
            feed.words.insert(value.to_owned(), word);
        } else if unread.len() < VALUES_MAX && !unread.iter().any(|it| it == value) {
            unread.push(value.to_owned());
        }
    }
    (feed, unread.iter().map(|it| super::cut(it)).collect())
}

fn left_out(fact: &Fact, lost: Option<&Column>) -> String {
    match lost {
        Some(column) => format!("Another column fits {} better.", column.name),
        None => format!("No column of {} is called anything like it.", fact.file),
    }
}

fn first_values(source: &Source, at: usize) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in source.sample().iter().map(|it| &it[at]).filter(|it| !it.is_empty()) {
        let value = super::cut(value);
        if !values.contains(&value) {
            values.push(value);
        }
        if values.len() == VALUES_MAX {
            break;
        }
    }
    values
}

fn missing(fact: &'static Fact, columns: &[Proposed], taken: &[bool]) -> Vec<Missing> {
    let open = fact.columns.iter().zip(taken).filter(|it| it.0.required && !it.1);
    let missing = open.map(|(column, _)| {
        let left = columns.iter().filter(|it| matches!(it.becomes, Use::LeftOut { .. }));
        let mut near: Vec<_> = left
            .map(|it| {
                let folded = name::folded(&it.header);
                let names = std::iter::once(&column.name).chain(column.aliases);
                let like = names.map(|it| name::likeness(&folded, it)).fold(0.0, f64::max);
                (like, it.header.clone())
            })
            .collect();
        near.sort_by(|one, other| other.0.total_cmp(&one.0));
        let nearest = near.into_iter().take(NEAREST_MAX).map(|it| it.1).collect();
        Missing { column, nearest }
    });
    missing.collect()
}
