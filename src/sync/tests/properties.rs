//! Properties: no bytes make it panic, and what is written reads back.
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::minute_text;
use crate::domain::fact::{FACTS, Fact, Kind};
use crate::sync::preview::preview;
use crate::sync::propose::propose_for;
use crate::sync::quality::findings;

/// Whatever happens, it happens without a panic.
fn read_all(name: &str, bytes: Vec<u8>) {
    let Ok(source) = Source::from_bytes(name, bytes) else { return };
    for fact in FACTS {
        let Ok(mapping) = propose_for(fact, &source, &|_, _| true).mapping() else { continue };
        let _ = preview(&source, &mapping, today());
        let Ok(mut reader) = Reader::new(&source, &mapping, today()) else { continue };
        let _ = reader.by_ref().count();
        let _ = findings(reader.tally(), &mapping);
    }
}

/// A cell as a careful export would write it, and what it must read as.
fn written(kind: Kind, seed: i64, text: &str) -> (String, Cell) {
    let within = |from: i64, to: i64| from + seed.rem_euclid(to - from + 1);
    match kind {
        Kind::Text(max) => {
            // Cut to fit, a text may end in a blank, which no reader keeps.
            let text = text.chars().take(max).collect::<String>().trim_end().to_owned();
            let cell = if text.is_empty() { Cell::Null } else { Cell::Text(text.clone()) };
            (text, cell)
        }
        Kind::Ref(_) => (format!("K{seed}"), Cell::Text(format!("K{seed}"))),
        Kind::OneOf(options) => {
            let word = options[seed.rem_euclid(options.len() as i64) as usize];
            (word.to_uppercase().replace('_', " "), Cell::Text(word.to_owned()))
        }
        // All within one day, so that no order rule is broken.
        Kind::Day => ("2026-03-01".to_owned(), Cell::Int(20_513)),
        Kind::Minute => (minute_text(29_538_720 + 5), Cell::Int(29_538_725)),
        Kind::Minutes => (within(0, 1440).to_string(), Cell::Int(within(0, 1440))),
        Kind::Hours => {
            let minutes = within(0, 120_000);
            (format!("{}:{:02}", minutes / 60, minutes % 60), Cell::Int(minutes))
        }
        Kind::Cents => (
            within(-10_000_000_000, 10_000_000_000).to_string(),
            Cell::Int(within(-10_000_000_000, 10_000_000_000)),
        ),
        Kind::Int(from, to) => (within(from, to).to_string(), Cell::Int(within(from, to))),
        Kind::Bool => (["no", "yes"][within(0, 1) as usize].to_owned(), Cell::Int(within(0, 1))),
    }
}

fn file(fact: &Fact, delimiter: u8, rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(fact.columns.iter().map(|it| it.name)).expect("writes");
    for row in rows {
        writer.write_record(row).expect("writes");
    }
    writer.into_inner().expect("flushes")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_all("jobs.csv", bytes);
    }

    #[test]
    fn nothing_after_a_header_makes_it_panic(
        fact in 0..FACTS.len(),
        tail in prop::collection::vec(prop_oneof![
            Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'-'), Just(b'/'), Just(b':'),
            Just(b' '), Just(0xc3_u8), Just(0xff_u8), b'0'..=b'9', b'a'..=b'z',
        ], 0..400),
    ) {
        let mut bytes = file(&FACTS[fact], b',', &[]);
        bytes.extend_from_slice(&tail);
        read_all(FACTS[fact].file, bytes);
    }

    #[test]
    fn a_written_row_reads_back_equal(
        fact in 0..FACTS.len(),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        seeds in prop::collection::vec((any::<u32>(), "[A-Za-z][ -~éß]{0,30}[a-z]"), 17),
    ) {
        let fact = &FACTS[fact];
        let cells: Vec<_> = fact.columns.iter().zip(&seeds)
            .map(|(column, (seed, text))| written(column.kind, i64::from(*seed), text))
            .collect();
        let row: Vec<String> = cells.iter().map(|it| it.0.clone()).collect();
        let bytes = file(fact, delimiter, &[row]);
        let source = Source::from_bytes(&format!("{}.csv", fact.file), bytes).expect("opens");
        let took = take(&source);
        prop_assert_eq!(&took.rejected, &Vec::new());
        let expected: Vec<_> = cells.into_iter().map(|it| it.1).collect();
        prop_assert_eq!(&took.rows[0].cells, &expected);
    }
}
