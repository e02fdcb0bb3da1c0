//! Which file column feeds which column of a fact, once settled; and its stored form.
//!
//! A column that `deny` refuses can be in no mapping, not even in one edited by hand.
//! Never here: guessing (see `propose`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{self, Unit};
use super::failure::{Failure, What};
use super::name;
use crate::domain::deny;
use crate::domain::fact::{self, Column, Fact, Kind};

/// A settled mapping. Every required column is fed, no column twice, and no header is refused.
#[derive(Clone, Debug)]
pub struct Mapping {
    fact: &'static Fact,
    headers: Vec<String>,
    feeds: Vec<Feed>,
}

/// One file column that feeds one column of the fact.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The file's header, as written.
    pub header: String,
    /// What it feeds.
    pub column: &'static Column,
    /// How its amounts are written.
    pub unit: Unit,
    /// The file's own words for those of a `OneOf`: `VOL` to `voluntary`.
    pub words: BTreeMap<String, &'static str>,
}

impl Feed {
    /// A feed with the unit its header tells and no words of its own.
    pub fn new(header: &str, column: &'static Column) -> Self {
        let unit = match column.kind {
            Kind::Cents if name::holds_cents(header) => Unit::Cents,
            Kind::Cents => Unit::Currency,
            _ => Unit::Plain,
        };
        Self { header: header.to_owned(), column, unit, words: BTreeMap::new() }
    }
}

impl Mapping {
    /// Settles a mapping for a file with these headers, or says what is wrong with it.
    pub fn new(fact: &'static Fact, headers: &[String], feeds: Vec<Feed>) -> Result<Self, Failure> {
        let told = |why: String| Err(Failure::new(fact.file, What::BadMapping(why)));
        for (at, feed) in feeds.iter().enumerate() {
            if let Some(denied) = deny::refusal(&feed.header) {
                return told(format!("{} is never read: {}", feed.header, denied.why));
            }
            if !fact.columns.iter().any(|it| it.name == feed.column.name) {
                return told(format!("{} has no column {}", fact.file, feed.column.name));
            }
            if place(headers, &feed.header).is_none() {
                return told(format!("the file has no column {}", feed.header));
            }
            let twice = |it: &Feed| it.column.name == feed.column.name || it.header == feed.header;
            if feeds[..at].iter().any(twice) {
                return told(format!("{} is used twice", feed.header));
            }
        }
        let fed = |it: &&Column| feeds.iter().any(|feed| feed.column.name == it.name);
        let missing: Vec<_> =
            fact.columns.iter().filter(|it| it.required && !fed(it)).map(|it| it.name).collect();
        if !missing.is_empty() {
            return Err(Failure::new(fact.file, What::MissingColumns(fact.table, missing)));
        }
        Ok(Self { fact, headers: headers.to_vec(), feeds })
    }

    /// What the rows are.
    pub fn fact(&self) -> &'static Fact {
        self.fact
    }

    /// The headers of the file it was made for, in order.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Its feeds, in no particular order.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// Whether it can be used for a later file: the same headers, in any order and case.
    pub fn fits(&self, headers: &[String]) -> bool {
        headers.len() == self.headers.len()
            && headers.iter().all(|it| place(&self.headers, it).is_some())
    }

    /// For each column of the fact, the feed and its place in a file with these headers.
    pub(super) fn places(
        &self,
        file: &str,
        headers: &[String],
    ) -> Result<Vec<Option<(usize, &Feed)>>, Failure> {
        if !self.fits(headers) {
            let lacks = |of: &[String], has: &[String]| -> Vec<String> {
                of.iter().filter(|it| place(has, it).is_none()).cloned().collect()
            };
            let (gone, new) = (lacks(&self.headers, headers), lacks(headers, &self.headers));
            return Err(Failure::new(file, What::OtherHeaders(gone, new)));
        }
        let find = |column: &Column| {
            let feed = self.feeds.iter().find(|it| it.column.name == column.name)?;
            Some((place(headers, &feed.header)?, feed))
        };
        Ok(self.fact.columns.iter().map(find).collect())
    }

    /// The form in which it is kept.
    pub fn to_stored(&self) -> StoredMapping {
        let feeds = self.feeds.iter().map(|feed| StoredFeed {
            header: feed.header.clone(),
            column: feed.column.name.to_owned(),
            unit: match feed.unit {
                Unit::Plain => None,
                Unit::Cents => Some("cents".to_owned()),
                Unit::Currency => Some("currency".to_owned()),
            },
            words: feed.words.iter().map(|it| (it.0.clone(), (*it.1).to_owned())).collect(),
        });
        StoredMapping {
            version: 1,
            fact: self.fact.table.to_owned(),
            headers: self.headers.clone(),
            feeds: feeds.collect(),
        }
    }

    /// Takes up a kept mapping, checking it as if it came from a stranger.
    pub fn from_stored(stored: &StoredMapping) -> Result<Self, Failure> {
        let told = |why: String| Failure::new(&stored.fact, What::BadMapping(why));
        if stored.version != 1 {
            return Err(told(format!("its version is {}, not 1", stored.version)));
        }
        let fact = fact::by_table(&stored.fact)
            .ok_or_else(|| told("there is no such kind of row".to_owned()))?;
        let feeds = stored.feeds.iter().map(|it| feed_from(fact, it).map_err(told));
        Self::new(fact, &stored.headers, feeds.collect::<Result<_, _>>()?)
    }

    /// The kept form as JSON text, the same text for the same mapping.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.to_stored()).unwrap_or_default()
    }

    /// Takes up a mapping from `to_json`'s text.
    pub fn from_json(text: &str) -> Result<Self, Failure> {
        let stored: StoredMapping = serde_json::from_str(text)
            .map_err(|it| Failure::new("mapping", What::BadMapping(it.to_string())))?;
        Self::from_stored(&stored)
    }
}

/// A mapping as kept: a promise to the past, apart from the type in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredMapping {
    /// 1.
    pub version: u32,
    /// Table of the fact.
    pub fact: String,
    /// All headers of the file it was made for.
    pub headers: Vec<String>,
    /// What feeds what.
    pub feeds: Vec<StoredFeed>,
}

/// A feed as kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFeed {
    /// The file's header.
    pub header: String,
    /// The fact's column.
    pub column: String,
    /// `cents` or `currency`, for money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The file's words and ours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
}

fn feed_from(fact: &'static Fact, stored: &StoredFeed) -> Result<Feed, String> {
    let column = fact
        .columns
        .iter()
        .find(|it| it.name == stored.column)
        .ok_or_else(|| format!("{} has no column {}", fact.file, stored.column))?;
    let unit = match stored.unit.as_deref() {
        None => Feed::new(&stored.header, column).unit,
        Some("cents") => Unit::Cents,
        Some("currency") => Unit::Currency,
        Some(other) => return Err(format!("{other} is no unit")),
    };
    let options = if let Kind::OneOf(options) = column.kind { options } else { &[] };
    let mut words = BTreeMap::new();
    for (theirs, ours) in &stored.words {
        let word = cell::word_of(ours, options)
            .ok_or_else(|| format!("{ours} is none of {}", options.join(", ")))?;
        words.insert(theirs.clone(), word);
    }
    Ok(Feed { header: stored.header.clone(), column, unit, words })
}

/// Where a header stands among others; case does not matter.
pub(super) fn place(headers: &[String], header: &str) -> Option<usize> {
    headers.iter().position(|it| it == header).or_else(|| {
        let header = header.to_lowercase();
        headers.iter().position(|it| it.to_lowercase() == header)
    })
}
