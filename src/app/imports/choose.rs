//! Which files an order means, what each holds, and with which mapping it is read.
//!
//! A mapping settled for this order wins over one kept from an earlier file with the same columns,
//! and that over a guess. Never here: saving.

use std::path::Path;

use super::{Chosen, Load, Order};
use crate::app::{Cx, Result};
use crate::domain::deny;
use crate::domain::fact::{self, FACTS, Fact};
use crate::domain::told::Told;
use crate::store::{facts, imports};
use crate::sync::dir;
use crate::sync::mapping::{Mapping, StoredMapping};
use crate::sync::propose::{self, Proposal, SURE_MIN, Use};
use crate::sync::source::Source;

/// A column that is never read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refused {
    /// Its header.
    pub header: String,
    /// What it is.
    pub what: String,
    /// Why it is never read.
    pub why: String,
}

/// A column whose meaning was guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Its header.
    pub header: String,
    /// The column it was taken for.
    pub column: &'static str,
    /// Why, as a full sentence.
    pub reason: String,
    /// Values that cannot be read so.
    pub unread: Vec<String>,
}

/// The files an order means.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// What can be read, in load order.
    pub(super) files: Vec<Candidate>,
    /// Left out, and why.
    pub(super) ignored: Vec<(String, String)>,
    /// Meant, and not to be read.
    pub(super) failed: Vec<(String, Told)>,
}

/// A file that can be read.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The file.
    pub(super) source: Source,
    /// What its rows are.
    pub(super) fact: &'static Fact,
    /// The mapping a person settled for it.
    pub(super) chosen: Option<StoredMapping>,
}

/// A file with the mapping it is read with.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) source: Source,
    pub(super) fact: &'static Fact,
    pub(super) mapping: Mapping,
    /// Whether it is kept for the next file with these columns.
    pub(super) keep: bool,
    pub(super) guesses: Vec<Guess>,
}

/// Lists the files of an order.
pub(super) fn list(cx: &Cx<'_>, order: &Order) -> Listed {
    let mut listed = Listed::default();
    for path in &order.paths {
        if path.is_dir() {
            folder(cx, order, path, &mut listed);
        } else {
            open(cx, order, path, &mut listed);
        }
    }
    listed.files.sort_by_key(|it| FACTS.iter().position(|fact| fact.table == it.fact.table));
    listed
}

/// Settles the mapping of a file; why not, when it cannot be.
pub(super) fn decide(
    cx: &Cx<'_>,
    order: &Order,
    file: Candidate,
) -> Result<std::result::Result<Decided, Told>> {
    let Candidate { source, fact, chosen } = file;
    if let Some(stored) = chosen {
        return Ok(match Mapping::from_stored(&stored) {
            Ok(mapping) => {
                let fact = mapping.fact();
                Ok(Decided { source, fact, mapping, keep: true, guesses: Vec::new() })
            }
            Err(failure) => Err(failure.into()),
        });
    }
    if let Some(mapping) = kept(cx, &source, Some(fact))? {
        let fact = mapping.fact();
        return Ok(Ok(Decided { source, fact, mapping, keep: false, guesses: Vec::new() }));
    }
    let proposal = propose::propose_for(fact, &source, &known(cx, &order.source));
    Ok(match proposal.mapping() {
        Ok(mapping) => {
            let (keep, guesses) = (proposal.is_sure(), guesses(&proposal));
            Ok(Decided { source, fact, mapping, keep, guesses })
        }
        Err(failure) => Err(failure.into()),
    })
}

/// The load as it will be noted, as far as it is known before a row is read.
pub(super) fn record(order: &Order, source: &Source, mapping: &Mapping) -> Load {
    let refused = refused(source.header());
    Load {
        id: 0,
        uid: [0; 16],
        source: order.source.clone(),
        file: source.name().to_owned(),
        fact: mapping.fact().table.to_owned(),
        file_hash: source.sha256().to_owned(),
        mapping: mapping.to_json(),
        rows_read: 0,
        inserted: 0,
        updated: 0,
        unchanged: 0,
        quarantined: 0,
        refused: serde_json::to_string(&refused).unwrap_or_default(),
        created_at: 0,
    }
}

/// The columns of a file that are never read.
pub(super) fn refused(headers: &[String]) -> Vec<Refused> {
    let refusal = |header: &String| {
        let denied = deny::refusal(header)?;
        let (what, why) = (denied.what.to_owned(), denied.why.to_owned());
        Some(Refused { header: header.clone(), what, why })
    };
    headers.iter().filter_map(refusal).collect()
}

/// The columns of a file that nothing uses.
pub(super) fn left_out(mapping: &Mapping, headers: &[String]) -> Vec<String> {
    let fed = |it: &String| {
        mapping.feeds().iter().any(|feed| feed.header.to_lowercase() == it.to_lowercase())
    };
    headers.iter().filter(|it| !fed(it) && deny::refusal(it).is_none()).cloned().collect()
}

/// The mapping kept from an earlier file with these columns. A file whose name says what it holds
/// takes no mapping for anything else.
pub(super) fn kept(
    cx: &Cx<'_>,
    source: &Source,
    proposed: Option<&'static Fact>,
) -> Result<Option<Mapping>> {
    let named = fact::by_file(source.stem()).map(|it| it.table);
    let first = proposed.into_iter();
    let others = FACTS.iter().filter(|it| proposed.is_none_or(|first| first.table != it.table));
    for fact in first.chain(others) {
        if named.is_some() && named == proposed.map(|it| it.table) && named != Some(fact.table) {
            continue;
        }
        for json in imports::mappings(cx.read, fact.table)? {
            // A mapping of an older program that no longer holds is passed over.
            if let Ok(mapping) = Mapping::from_json(&json)
                && mapping.fits(source.header())
            {
                return Ok(Some(mapping));
            }
        }
    }
    Ok(None)
}

/// Whether the store holds a key, for guesses; a store that fails knows nothing.
pub(super) fn known<'a>(
    cx: &'a Cx<'_>,
    source: &'a str,
) -> impl Fn(&'static str, &str) -> bool + 'a {
    move |table, key| facts::has(cx.read, table, source, key).unwrap_or(false)
}

/// What a person settled for a file: a mapping, or none to leave it out.
pub(super) fn chosen_for<'a>(order: &'a Order, source: &Source) -> Option<&'a Chosen> {
    let meant = |it: &&Chosen| match (&it.file, &it.mapping) {
        (Some(name), _) => name == source.name(),
        (None, Some(stored)) => {
            Mapping::from_stored(stored).is_ok_and(|it| it.fits(source.header()))
        }
        (None, None) => false,
    };
    order.mappings.iter().find(meant)
}

fn folder(cx: &Cx<'_>, order: &Order, path: &Path, listed: &mut Listed) {
    let listing = match dir::list(path, &known(cx, &order.source)) {
        Ok(listing) => listing,
        Err(failure) => {
            let name = failure.file.clone();
            return listed.failed.push((name, failure.into()));
        }
    };
    for found in listing.files {
        place(order, found.source, found.fact, listed);
    }
    for failure in listing.failed {
        listed.failed.push((failure.file.clone(), failure.into()));
    }
    for ignored in listing.ignored {
        // What no guess can tell, a person or an earlier file may have.
        let source = Source::open(&path.join(&ignored.name)).ok();
        match source.and_then(|it| settled(cx, order, it)) {
            Some((source, fact)) => place(order, source, fact, listed),
            None => listed.ignored.push((ignored.name, ignored.reason)),
        }
    }
}

fn open(cx: &Cx<'_>, order: &Order, path: &Path, listed: &mut Listed) {
    let source = match Source::open(path) {
        Ok(source) => source,
        Err(failure) => {
            let name = failure.file.clone();
            return listed.failed.push((name, failure.into()));
        }
    };
    match propose::propose(&source, &known(cx, &order.source)) {
        Ok(proposal) => place(order, source, proposal.fact, listed),
        Err(failure) => match settled(cx, order, source) {
            Some((source, fact)) => place(order, source, fact, listed),
            None => listed.failed.push((failure.file.clone(), failure.into())),
        },
    }
}

/// What a file holds according to a person or an earlier file, when no guess can be made.
fn settled(cx: &Cx<'_>, order: &Order, source: Source) -> Option<(Source, &'static Fact)> {
    let chosen = chosen_for(order, &source).and_then(|it| it.mapping.as_ref());
    let fact = match chosen {
        Some(stored) => fact::by_table(&stored.fact),
        None => kept(cx, &source, None).ok().flatten().map(|it| it.fact()),
    };
    fact.map(|it| (source, it))
}

fn place(order: &Order, source: Source, fact: &'static Fact, listed: &mut Listed) {
    let chosen = chosen_for(order, &source);
    if chosen.is_some_and(|it| it.mapping.is_none()) {
        let reason = "It was left out by choice.".to_owned();
        return listed.ignored.push((source.name().to_owned(), reason));
    }
    let chosen = chosen.and_then(|it| it.mapping.clone());
    let fact = chosen.as_ref().and_then(|it| fact::by_table(&it.fact)).unwrap_or(fact);
    listed.files.push(Candidate { source, fact, chosen });
}

fn guesses(proposal: &Proposal) -> Vec<Guess> {
    let guess = |it: &propose::Proposed| match &it.becomes {
        Use::Feeds { feed, confidence, reason, unread }
            if *confidence < SURE_MIN || !unread.is_empty() || !feed.words.is_empty() =>
        {
            Some(Guess {
                header: it.header.clone(),
                column: feed.column.name,
                reason: reason.clone(),
                unread: unread.clone(),
            })
        }
        _ => None,
    };
    proposal.columns.iter().filter_map(guess).collect()
}
