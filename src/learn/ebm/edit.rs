//! Scores changed by people: every change has a reason, can be seen and can be taken back.
//!
//! An edit moves cells of one term. The bags move along, so bands keep their width around the new
//! score: what the data left uncertain stays so. Nothing is shifted behind anyone's back: the other
//! cells keep their scores, so an edited term need no longer have the mean 0, and the intercept stays,
//! unless [`Change::keep_mean`] asks for it to move against the edit, so that the mean log-odds of the
//! training rows does not change. Never breaks the sum, never edits without a reason, and taking back
//! the last edit restores the model bit for bit.

use super::{Direction, Ebm, Term, quantise, settle, standard_errors};
use crate::artifact::score_max;
use crate::bins::Bins;
use crate::error::{Error, Result};

/// A change someone wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Position of the term.
    pub term: usize,
    /// Cells, each once, with the score each is to have. Scores are rounded to 2^-30.
    pub cells: Vec<(usize, f64)>,
    /// Whether the intercept moves so that the mean log-odds of the training rows stays.
    pub keep_mean: bool,
    /// Why and by whom.
    pub note: Note,
}

/// Why, by whom and when something was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Why; not blank.
    pub reason: String,
    /// Who; not blank.
    pub by: String,
    /// When, as the caller writes it.
    pub at: String,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Position of the term.
    pub term: usize,
    /// Cells with their scores before and after.
    pub cells: Vec<CellEdit>,
    /// Intercept before and after.
    pub intercept: (f64, f64),
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When, as the caller wrote it.
    pub at: String,
}

/// One cell of an edit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellEdit {
    /// Cell of the term.
    pub cell: usize,
    /// Score before.
    pub before: f64,
    /// Score after.
    pub after: f64,
}

impl Ebm {
    /// Whether people changed scores since the fit; [`Ebm::edits`] says which.
    pub fn is_edited(&self) -> bool {
        !self.edits.is_empty()
    }

    /// Makes a change and records it. [`Error::Edit`] says what stands against it; the model is as
    /// before then.
    pub fn edit(&mut self, mut change: Change) -> Result<()> {
        change.cells.iter_mut().for_each(|it| it.1 = settle(it.1));
        self.change(change)
    }

    fn change(&mut self, change: Change) -> Result<()> {
        let limit = score_max(self.objective);
        let Change { term, cells, keep_mean, note } = change;
        let Some(it) = self.terms.get(term) else { return refuse(format!("no term {term}")) };
        if note.reason.trim().is_empty() || note.by.trim().is_empty() {
            return refuse("an edit needs a reason and a name");
        }
        let mut edits: Vec<CellEdit> = Vec::with_capacity(cells.len());
        for (cell, after) in cells {
            let Some(before) = it.scores.get(cell).copied() else {
                return refuse(format!("{} has no cell {cell}", self.term_name(term)));
            };
            if after.is_nan() || after.abs() > limit {
                return refuse(format!("{after} is not a score from -{limit} to {limit}"));
            }
            if edits.iter().any(|it| it.cell == cell) {
                return refuse(format!("cell {cell} comes twice"));
            }
            edits.push(CellEdit { cell, before, after });
        }
        if edits.iter().all(|it| it.before == it.after) {
            return refuse("nothing would change");
        }
        let weight = |cell: usize| it.weight[cell] / it.weight.iter().sum::<f64>();
        let moved: f64 = edits.iter().map(|it| (it.after - it.before) * weight(it.cell)).sum();
        let after = if keep_mean { self.intercept - moved } else { self.intercept };
        if after.is_nan() || after.abs() > limit {
            return refuse("the intercept would leave its range");
        }
        let intercept = (self.intercept, after);
        let Note { reason, by, at } = note;
        let edit = Edit { term, cells: edits, intercept, reason, by, at };
        self.apply(&edit, |it| (it.before, it.after), intercept);
        self.edits.push(edit);
        Ok(())
    }

    /// Takes back the last edit and returns it; `None` if there is none. On the model it was made
    /// on, every bit is as before.
    pub fn undo(&mut self) -> Option<Edit> {
        let edit = self.edits.pop()?;
        let (before, after) = edit.intercept;
        self.apply(&edit, |it| (it.after, it.before), (after, before));
        Some(edit)
    }

    /// Makes a main effect of a continuous feature rise or fall: isotonic regression of its real
    /// bins, weighted by rows, recorded as one edit. The weighted mean of the term stays; bins
    /// without rows are kept between their neighbours; the missing bin is free. Returns how many
    /// bins changed; none and no edit if the term already goes that way.
    pub fn monotonize(&mut self, term: usize, direction: Direction, note: Note) -> Result<usize> {
        let one = self.terms.get(term).filter(|it| it.features.len() == 1);
        let Some(it) = one.filter(|it| self.bins[it.features[0]].is_continuous()) else {
            return refuse(format!("term {term} is no main effect of a continuous feature"));
        };
        let cells = isotonic(it, &self.bins[it.features[0]], direction);
        let changed = cells.len();
        if changed > 0 {
            self.change(Change { term, cells, keep_mean: false, note })?;
        }
        Ok(changed)
    }

    fn apply(&mut self, edit: &Edit, ends: impl Fn(&CellEdit) -> (f64, f64), to: (f64, f64)) {
        let scale = self.band_scale;
        let term = &mut self.terms[edit.term];
        for it in &edit.cells {
            let (from, to) = ends(it);
            term.scores[it.cell] = to;
            let shift = quantise(to - from);
            term.bagged.iter_mut().for_each(|bag| bag[it.cell] += shift);
        }
        term.sd = standard_errors(&term.bagged, scale);
        self.intercept = to.1;
        let shift = quantise(to.1 - to.0);
        self.bagged_intercept.iter_mut().for_each(|it| *it += shift);
    }

    /// Whether the recorded edits lead to the present scores. [`Error::Artifact`] if not.
    pub(crate) fn check_edits(&self) -> Result<()> {
        let mut scores = std::collections::BTreeMap::new();
        let mut intercept = self.intercept;
        let limit = score_max(self.objective);
        for (place, edit) in self.edits.iter().enumerate().rev() {
            let wrong = |what: &str| Err(Error::Artifact { why: format!("edit {place} {what}") });
            let Some(term) = self.terms.get(edit.term) else { return wrong("is of no term") };
            if edit.reason.trim().is_empty() || edit.by.trim().is_empty() || edit.cells.is_empty() {
                return wrong("lacks a reason, a name or cells");
            }
            for it in &edit.cells {
                let Some(score) = term.scores.get(it.cell) else { return wrong("is of no cell") };
                let now = scores.insert((edit.term, it.cell), it.before).unwrap_or(*score);
                if now != it.after || it.before.is_nan() || it.before.abs() > limit {
                    return wrong(&format!("does not lead to the score of cell {}", it.cell));
                }
            }
            let (before, after) = edit.intercept;
            if after != intercept || before.is_nan() || before.abs() > limit {
                return wrong("does not lead to the intercept");
            }
            intercept = before;
        }
        Ok(())
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(Error::Edit { why: why.into() })
}

/// The cells that change when the real bins go one way: pool adjacent violators.
fn isotonic(term: &Term, bins: &Bins, direction: Direction) -> Vec<(usize, f64)> {
    let sign = if direction == Direction::Rising { 1.0 } else { -1.0 };
    let real = 1..bins.unseen();
    // Level, weight, first bin past the block.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for bin in real.clone().filter(|it| term.weight[*it] > 0.0) {
        let mut block = (sign * term.scores[bin], term.weight[bin], bin + 1);
        while let Some(before) = blocks.pop_if(|it| it.0 > block.0) {
            let weight = before.1 + block.1;
            block.0 = (before.0 * before.1 + block.0 * block.1) / weight;
            block.1 = weight;
        }
        blocks.push(block);
    }
    let mut cells = Vec::new();
    let mut floor = f64::NEG_INFINITY;
    for bin in real {
        let block = blocks.iter().find(|it| bin < it.2);
        let level = block.map_or(f64::INFINITY, |it| it.0);
        let score = sign * term.scores[bin];
        let held = term.weight[bin] > 0.0;
        // Between two blocks a bin without rows may keep its score if it does not break the order.
        let to = if held { level } else { score.max(floor).min(level) };
        let to = if to == score { to } else { settle(to) }.max(floor);
        floor = to;
        if to != score {
            cells.push((bin, sign * to));
        }
    }
    cells
}
