//! Old formats stay readable, and no damage to a file is more than an error.

use super::*;
use crate::frame::Value;
use crate::rng::Rng;

/// A model kept in format 1: three features, one of them nominal, two bags.
const V1: &str = include_str!("../fixtures/artifact_v1.json");

/// Rows and the log-odds the program gave when the fixture was written.
fn known() -> [([Value<'static>; 3], f64); 3] {
    [
        ([Value::Number(0.5), Value::Missing, Value::Label("north")], KNOWN[0]),
        ([Value::Number(-1.5), Value::Number(2.0), Value::Label("south")], KNOWN[1]),
        ([Value::Missing, Value::Number(-0.25), Value::Label("nowhere")], KNOWN[2]),
    ]
}

const KNOWN: [f64; 3] =
    [-0.190_839_401_205_915_8, -1.398_231_368_299_056_4, -0.343_285_329_346_850_3];

#[test]
fn format_1_is_read_and_says_what_it_said() {
    let ebm = from_json(V1).expect("format 1");
    for (row, log_odds) in known() {
        let told = ebm.explain(&row).expect("a row").log_odds;
        assert_eq!(told.to_bits(), log_odds.to_bits(), "{told:?}");
    }
}

#[test]
fn a_damaged_file_is_an_error_and_never_a_panic() {
    let mut rng = Rng::new(11);
    let (mut refused, mut read) = (0, 0);
    for _ in 0..4000 {
        let mut bytes = V1.as_bytes().to_vec();
        for _ in 0..=rng.below(3) {
            damage(&mut bytes, &mut rng);
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        match from_json(&text) {
            Err(Error::Artifact { why }) => {
                assert!(!why.is_empty());
                refused += 1;
            }
            Err(other) => panic!("a damaged file is an artifact's error: {other}"),
            Ok(ebm) => {
                read += 1;
                // What is read in spite of the damage must be safe to use.
                for (row, _) in known() {
                    if let Ok(told) = ebm.explain(&row) {
                        assert!(told.log_odds.is_finite() && told.probability.is_finite());
                    }
                }
            }
        }
    }
    assert!(refused > 2000, "{refused} refused, {read} read");
}

/// Flips a bit, cuts, repeats, or puts a number where it hurts.
fn damage(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.below(bytes.len());
    let end = (at + 1 + rng.below(40)).min(bytes.len());
    match rng.below(5) {
        0 => bytes[at] ^= 1 << rng.below(7),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        3 => bytes.truncate(at.max(1)),
        _ => {
            let numbers = [
                "1e308",
                "-1e308",
                "1e-320",
                "9223372036854775807",
                "-9223372036854775808",
                "-1",
                "0",
                "null",
                "[]",
            ];
            let digits = |it: &u8| it.is_ascii_digit() || b"-.e".contains(it);
            let from = (0..=at).rev().take_while(|it| digits(&bytes[*it])).last().unwrap_or(at);
            let to =
                (at..bytes.len()).take_while(|it| digits(&bytes[*it])).last().unwrap_or(at) + 1;
            bytes.splice(from..to, numbers[rng.below(numbers.len())].bytes());
        }
    }
}
