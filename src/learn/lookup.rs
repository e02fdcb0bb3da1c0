//! A model as a table (CSV) that anyone can apply by hand: find a row per term, add the scores.
//!
//! Columns: `term`; then twice (`feature`, `kind`, `from`, `to`, `label`), the second for pairs and
//! prefixed `second_`; `score`, `low`, `high` (90% band), `rows` (weight of the training rows).
//! `kind` is `range`, `label`, `missing` or `unseen`. A range holds `from <= value < to`; an empty end is open. `unseen` holds
//! labels that stand in no other row of the term, and text where a number belongs. The first row is
//! the intercept, which always counts. Their sum is the log-odds (of a regression: the value); the
//! probability is 1 / (1 + exp(-sum)). Numbers have all their digits. Never rounds, never leaves out
//! a cell: every row of data finds exactly one row per term.

use crate::bins::{BinKind, Bins};
use crate::ebm::{Ebm, spread};
use std::fmt::Write as _;

/// Name of the first row.
pub const INTERCEPT: &str = "(intercept)";

const HEAD: &str = "term,feature,kind,from,to,label,second_feature,second_kind,second_from,\
                    second_to,second_label,score,low,high,rows\n";

/// The table as CSV (RFC 4180, lines end with a line feed).
pub fn to_csv(ebm: &Ebm) -> String {
    let mut out = HEAD.to_owned();
    let half = ebm.band_quantile() * spread(&ebm.bagged_intercept) * ebm.band_scale;
    let score = ebm.intercept;
    let rows = ebm.terms.first().map_or(0.0, |it| it.weight.iter().sum());
    line(&mut out, INTERCEPT, "", "", [score, score - half, score + half, rows]);
    for (place, term) in ebm.terms.iter().enumerate() {
        let name = ebm.term_name(place);
        let (first, second) = match term.features[..] {
            [a, b] => (ebm.pair_bins[a].as_ref(), ebm.pair_bins[b].as_ref()),
            _ => (Some(&ebm.bins[term.features[0]]), None),
        };
        let first = first.map_or_else(Vec::new, places);
        let second = second.map_or_else(|| vec![(0, String::new())], places);
        let width = second.last().map_or(1, |it| it.0 + 1);
        for (i, one) in &first {
            for (j, other) in &second {
                let cell = i * width + j;
                let (low, high) = ebm.band(place, cell);
                line(
                    &mut out,
                    &name,
                    one,
                    other,
                    [term.scores[cell], low, high, term.weight[cell]],
                );
            }
        }
    }
    out
}

fn line(out: &mut String, term: &str, one: &str, other: &str, numbers: [f64; 4]) {
    let blank = |place: &str| if place.is_empty() { ",,,,".to_owned() } else { place.to_owned() };
    let [score, low, high, rows] = numbers;
    let (one, other) = (blank(one), blank(other));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{},{one},{other},{score},{low},{high},{rows}", quoted(term));
}

/// Every bin as the five cells that describe it, a line per label; the unseen bin last.
fn places(bins: &Bins) -> Vec<(usize, String)> {
    let name = quoted(&bins.name);
    let mut out = vec![(0, format!("{name},missing,,,"))];
    match &bins.kind {
        BinKind::Cuts(cuts) => {
            for bin in 1..bins.unseen() {
                let end = |it: Option<&f64>| it.map_or(String::new(), f64::to_string);
                let from = end(bin.checked_sub(2).and_then(|it| cuts.get(it)));
                out.push((bin, format!("{name},range,{from},{},", end(cuts.get(bin - 1)))));
            }
        }
        BinKind::Categories(it) => {
            for (label, bin) in it.pairs() {
                out.push((bin, format!("{name},label,,,{}", quoted(label))));
            }
        }
    }
    out.push((bins.unseen(), format!("{name},unseen,,,")));
    out
}

/// A cell, in quotes where it must be.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Frame, Value};
    use crate::interpret;
    use crate::sample;

    /// Applies a table as a person would: text alone, no bins.
    struct Table(Vec<Vec<String>>);

    impl Table {
        fn sum(&self, names: &[&str], row: &[Value<'_>]) -> f64 {
            let number = |it: &str| it.parse::<f64>().unwrap();
            let mut sum = number(&self.0[1][11]);
            let mut terms: Vec<&String> = self.0[2..].iter().map(|it| &it[0]).collect();
            terms.dedup();
            for term in terms {
                let rows = self.0[2..].iter().filter(|it| it[0] == *term);
                let known = |side: usize, label: &str| {
                    rows.clone().any(|it| it[side + 1] == "label" && it[side + 4] == label)
                };
                let holds = |it: &Vec<String>, side: usize| {
                    let Some(at) = names.iter().position(|name| *name == it[side]) else {
                        return it[side].is_empty();
                    };
                    let numeric = rows.clone().any(|it| it[side + 1] == "range");
                    match (it[side + 1].as_str(), row[at]) {
                        ("missing", it) => it == Value::Missing,
                        ("range", Value::Number(x)) => {
                            (it[side + 2].is_empty() || x >= number(&it[side + 2]))
                                && (it[side + 3].is_empty() || x < number(&it[side + 3]))
                        }
                        ("label", Value::Label(label)) => it[side + 4] == label,
                        ("unseen", Value::Label(label)) => numeric || !known(side, label),
                        _ => false,
                    }
                };
                let fitting: Vec<&Vec<String>> =
                    rows.clone().filter(|it| holds(it, 1) && holds(it, 6)).collect();
                assert_eq!(fitting.len(), 1, "{term} {row:?}");
                sum += number(&fitting[0][11]);
            }
            sum
        }
    }

    fn check(ebm: &Ebm, rows: &[Vec<Value<'_>>]) {
        let csv = to_csv(ebm);
        let table = Table(interpret::tests::table(&csv));
        assert!(table.0.iter().all(|it| it.len() == 15));
        let names: Vec<&str> = ebm.bins.iter().map(|it| it.name.as_str()).collect();
        for row in rows {
            let sum = table.sum(&names, row);
            assert!((sum - ebm.predict_row(row).unwrap().log_odds).abs() < 1e-9, "{row:?}");
        }
    }

    #[test]
    fn the_table_applied_by_hand_gives_the_log_odds() {
        let frame: Frame = sample::people(400, 3, 6);
        let ebm = sample::fitted(&frame, 3, 12);
        let ebm = sample::with_pairs(&ebm, &frame, &[(0, 2), (1, 3)], 6);
        let mut rows: Vec<Vec<Value<'_>>> = (0..60).map(|it| frame.row(it)).collect();
        let BinKind::Cuts(cuts) = &ebm.bins[0].kind else { panic!("x0 is continuous") };
        for cut in cuts {
            let below = f64::from_bits(cut.to_bits() - 1);
            for x in [*cut, below, -cut] {
                let mut row = frame.row(1);
                row[0] = Value::Number(x);
                rows.push(row);
            }
        }
        rows.push(vec![Value::Missing; 4]);
        rows.push(vec![
            Value::Label("text"),
            Value::Number(1e300),
            Value::Number(-1e300),
            Value::Label("moon"),
        ]);
        check(&ebm, &rows);
    }

    #[test]
    fn shared_labels_have_a_line_each() {
        let frame = sample::people(400, 2, 7);
        let mut ebm = sample::fitted(&frame, 3, 8);
        let pairs = [("drains", 1), ("gas", 2), ("heat, air", 2), ("\"roof\"", 1)];
        let pairs = pairs.map(|it| (it.0.to_owned(), it.1)).to_vec();
        ebm.bins[2].kind = BinKind::Categories(crate::bins::Categories::shared(pairs).unwrap());
        let term = &mut ebm.terms[2];
        for it in [&mut term.scores, &mut term.weight, &mut term.sd] {
            it.drain(3..5);
        }
        term.bagged.iter_mut().for_each(|it| drop(it.drain(3..5)));
        let labels = ["drains", "gas", "heat, air", "\"roof\"", "roof", "(unseen)"];
        let row = |label| vec![Value::Number(0.1), Value::Missing, Value::Label(label)];
        check(&ebm, &labels.map(row));
        assert_eq!(to_csv(&ebm).matches("trade,label,").count(), 4);
    }

    #[test]
    fn a_table_of_an_imported_model_says_the_same() {
        let json = include_str!("fixtures/interpret/regression.json");
        let ebm = interpret::from_json(json).unwrap().model;
        let label = |grade, level| {
            vec![
                Value::Number(20.0),
                Value::Label("gas"),
                Value::Missing,
                Value::Number(40.0),
                Value::Label(grade),
                Value::Number(1.0),
                Value::Label(level),
                Value::Number(0.0),
            ]
        };
        check(&ebm, &[label("10", "low"), label("2", "high"), label("x", ""), label("", "middle")]);
    }
}
