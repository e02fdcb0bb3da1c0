//! The same model with its features in another order, for models that were fitted elsewhere.
//!
//! Never changes a score: only where features, terms and cells stand.

use super::{Ebm, Term};
use crate::error::{Error, Result};

impl Ebm {
    /// The model with its features in the order of `names`: mains in that order, then pairs. A model
    /// that has this order already comes back bit for bit.
    ///
    /// [`Error::ColumnMismatch`] unless `names` are the model's features, each once, and each has a
    /// main effect.
    pub fn arranged(&self, names: &[&str]) -> Result<Self> {
        let mismatch = |expected: &str, found: &str| {
            Err(Error::ColumnMismatch { expected: expected.to_owned(), found: found.to_owned() })
        };
        if names.len() != self.bins.len() {
            return mismatch(
                &format!("{} columns", self.bins.len()),
                &format!("{} columns", names.len()),
            );
        }
        // Old place of each new one.
        let mut from = Vec::with_capacity(names.len());
        for name in names {
            match self.bins.iter().position(|it| it.name == *name) {
                Some(at) if !from.contains(&at) => from.push(at),
                _ => return mismatch(name, "no such feature"),
            }
        }
        let mut to = vec![0; from.len()];
        from.iter().enumerate().for_each(|(new, old)| to[*old] = new);
        let key = |it: &Term| {
            let mut features: Vec<usize> = it.features.iter().map(|at| to[*at]).collect();
            features.sort_unstable();
            features
        };
        let mut order: Vec<usize> = (0..self.terms.len()).collect();
        // Pairs keep their order among themselves; mains follow their features.
        order.sort_by_key(|at| match key(&self.terms[*at])[..] {
            [one] => (0, one),
            _ => (1, 0),
        });
        for (new, name) in names.iter().enumerate() {
            let main = order.get(new).map(|at| key(&self.terms[*at]));
            if main.as_deref() != Some(&[new]) {
                return mismatch(name, "no main effect of it");
            }
        }
        let mut model = self.clone();
        model.bins = from.iter().map(|at| self.bins[*at].clone()).collect();
        model.pair_bins = from.iter().map(|at| self.pair_bins[*at].clone()).collect();
        model.terms = order.iter().map(|at| self.moved(&self.terms[*at], &to)).collect();
        for edit in &mut model.edits {
            let term = &self.terms[edit.term];
            let cells: Vec<usize> = self.places(term, &to);
            edit.term = order.iter().position(|at| *at == edit.term).unwrap_or(edit.term);
            for it in &mut edit.cells {
                it.cell = cells.iter().position(|old| *old == it.cell).unwrap_or(it.cell);
            }
        }
        Ok(model)
    }

    /// Old cell of each new one.
    fn places(&self, term: &Term, to: &[usize]) -> Vec<usize> {
        match term.features[..] {
            [a, b] if to[a] > to[b] => {
                let (rows, columns) = (self.pair_len(a), self.pair_len(b));
                (0..columns).flat_map(|j| (0..rows).map(move |i| i * columns + j)).collect()
            }
            _ => (0..term.scores.len()).collect(),
        }
    }

    fn moved(&self, term: &Term, to: &[usize]) -> Term {
        let cells = self.places(term, to);
        let take = |values: &[f64]| cells.iter().map(|it| values[*it]).collect::<Vec<f64>>();
        let mut features: Vec<usize> = term.features.iter().map(|it| to[*it]).collect();
        features.sort_unstable();
        Term {
            features,
            scores: take(&term.scores),
            sd: take(&term.sd),
            weight: take(&term.weight),
            bagged: term.bagged.iter().map(|it| take(it)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ebm::Ebm;
    use crate::frame::Value;

    const JSON: &str = include_str!("../fixtures/interpret/binary.json");

    #[test]
    fn another_order_predicts_the_same_and_back_again_is_bit_for_bit() {
        let model = crate::interpret::from_json(JSON).unwrap().model;
        let names: Vec<&str> = model.bins.iter().map(|it| it.name.as_str()).collect();
        let turned: Vec<&str> = names.iter().rev().copied().collect();
        let other = model.arranged(&turned).unwrap();
        assert!(model.terms.iter().any(|it| it.features.len() == 2), "a pair is turned over");
        for x in [-1.5, 0.0, 0.7, 3.0, 250.0] {
            let row: Vec<Value<'_>> = (0..names.len())
                .map(|at| match at % 3 {
                    0 => Value::Number(x * at as f64),
                    1 => Value::Label("a"),
                    _ => Value::Missing,
                })
                .collect();
            let back: Vec<Value<'_>> = row.iter().rev().copied().collect();
            let apart = model.predict_row(&row).unwrap().log_odds
                - other.predict_row(&back).unwrap().log_odds;
            assert!(apart.abs() < 1e-12, "{apart}");
        }
        // By their bytes: a bound that is not known is NaN, which equals nothing.
        let bytes = |it: &Ebm| crate::artifact::to_json(it).unwrap();
        assert_eq!(bytes(&model.arranged(&names).unwrap()), bytes(&model));
        assert_eq!(bytes(&other.arranged(&names).unwrap()), bytes(&model));
        assert!(model.arranged(&names[1..]).is_err());
        let twice: Vec<&str> = names.iter().map(|_| names[0]).collect();
        assert!(model.arranged(&twice).is_err());
    }
}
