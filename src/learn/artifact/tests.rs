//! What goes out comes back; what is damaged is refused; what is big stays small.

use super::*;
use crate::ebm::{Change, Note};
use crate::frame::Value;
use crate::rng::Rng;
use crate::sample;

fn note() -> Note {
    Note { reason: "the van broke down".into(), by: "Ada".into(), at: "2026-05-04".into() }
}

/// Pairs of both kinds, an edit, a label with a quote.
fn small() -> Ebm {
    let frame = sample::people(600, 3, 1);
    let mut ebm = sample::with_pairs(&sample::fitted(&frame, 3, 16), &frame, &[(0, 2), (1, 3)], 8);
    ebm.edit(Change { term: 0, cells: vec![(2, 0.25)], keep_mean: true, note: note() }).unwrap();
    ebm
}

#[test]
fn pairs_edits_and_objectives_come_back_bit_for_bit() {
    let frame = sample::people(300, 3, 2);
    for objective in [Objective::LogLoss, Objective::Squared] {
        let ebm = Ebm { objective, ..small() };
        let json = to_json(&ebm).unwrap();
        let back = from_json(&json).unwrap();
        assert_eq!(ebm.terms, back.terms);
        // A nominal feature has no range, and NaN is not NaN: compare what is written of it.
        let told = |it: &Ebm| format!("{:?} {:?} {:?}", it.bins, it.pair_bins, it.edits);
        assert_eq!(told(&ebm), told(&back));
        assert_eq!(ebm.bagged_intercept, back.bagged_intercept);
        let (one, other) = (ebm.predict(frame.columns()), back.predict(frame.columns()));
        for (a, b) in one.unwrap().iter().zip(&other.unwrap()) {
            assert_eq!(a.log_odds.to_bits(), b.log_odds.to_bits());
            assert_eq!(a.sd.to_bits(), b.sd.to_bits());
        }
        assert_eq!(json, to_json(&back).unwrap());
    }
}

#[test]
fn labels_that_share_a_bin_and_numbers_of_no_grid_come_back() {
    let mut ebm = small();
    let shared =
        [("1", 2), ("10", 1), ("2", 2), ("é\u{1F6E0}", 3)].map(|it| (it.0.to_owned(), it.1));
    let kind = crate::bins::Categories::shared(shared.into()).unwrap();
    ebm.bins[3].kind = crate::bins::BinKind::Categories(kind);
    ebm.bins[3].counts = vec![1, 2, 3, 4, 0];
    let term = &mut ebm.terms[3];
    term.scores = vec![0.1, 1.0 / 3.0, -1e-12, 2.0, 0.5];
    term.weight = vec![0.25, 1.0 / 7.0, 3.0, 0.0, 0.0];
    term.bagged = vec![vec![0.1, 0.2, 0.3, 0.4, 0.5]; 3];
    term.sd = crate::ebm::standard_errors(&term.bagged, ebm.band_scale);
    let back = from_json(&to_json(&ebm).unwrap()).unwrap();
    assert_eq!((&ebm.terms, &ebm.bins[3].kind), (&back.terms, &back.bins[3].kind));
    assert_eq!(back.bins[3].bin(Value::Label("2")), 2);
}

#[test]
fn a_model_of_format_1_is_read_for_ever() {
    use Value::{Label, Missing, Number};
    let ebm = from_json(include_str!("../fixtures/artifact/v1.json")).unwrap();
    let rows = [
        (
            ["-1.8227", "-1.4955", "-1.0335", "0.9581", "2.5", "south"],
            -2.348_861_201_733_763_3,
            1.856_287_324_795_970_8,
        ),
        (
            ["0.3835", "2.2169", "0.2167", "-1.5663", "2.5", "north"],
            -0.487_120_787_465_553_4,
            0.968_858_912_421_917_9,
        ),
        (["1e9", "", "", "-1e9", "0", "moon"], 0.555_831_312_835_175_1, 1.297_033_415_046_323_4),
    ];
    for (row, log_odds, sd) in rows {
        let value = |(at, it): (usize, &&'static str)| match it.parse() {
            _ if it.is_empty() => Missing,
            Ok(x) if at < 5 => Number(x),
            _ => Label(it),
        };
        let row: Vec<Value<'_>> = row.iter().enumerate().map(value).collect();
        let it = ebm.predict_row(&row).unwrap();
        assert_eq!((it.log_odds, it.sd), (log_odds, sd));
    }
    let again = from_json(&to_json(&ebm).unwrap()).unwrap();
    assert_eq!(ebm.terms, again.terms);
    assert_eq!(ebm.trained, again.trained);
}

/// 30 features of 256 bins, 14 bags, 10 pairs of 32 x 32 bins.
#[test]
fn a_large_model_stays_below_200_kilobytes() {
    let frame = sample::people(12_000, 29, 3);
    let ebm = sample::fitted(&frame, 14, 256);
    let mains = to_json(&ebm).unwrap();
    let pairs: Vec<(usize, usize)> = (0..10).map(|it| (it, it + 10)).collect();
    let ebm = sample::with_pairs(&ebm, &frame, &pairs, 32);
    let all = to_json(&ebm).unwrap();
    assert_eq!(from_json(&all).unwrap().terms, ebm.terms);
    assert!(mains.len() < 100_000 && all.len() < 200_000, "{} and {}", mains.len(), all.len());
}

/// Loading must end with a model or a refusal; a model it yields must predict.
fn survives(json: &str) -> bool {
    match from_json(json) {
        Err(Error::Artifact { why }) => {
            assert!(!why.is_empty());
            false
        }
        Err(it) => panic!("{it} is no refusal of a stored model"),
        Ok(ebm) => {
            let row = vec![Value::Missing; ebm.bins.len()];
            let it = ebm.explain(&row).unwrap();
            assert!(it.log_odds.is_finite());
            to_json(&ebm).unwrap();
            true
        }
    }
}

#[test]
fn damaged_models_are_refused_never_a_panic() {
    let texts =
        [to_json(&small()).unwrap(), include_str!("../fixtures/artifact/v1.json").to_owned()];
    let mut rng = Rng::new(1);
    for text in &texts {
        let bytes = text.as_bytes();
        for end in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            assert!(!survives(&text[..end]), "cut off at {end}");
        }
        for _ in 0..1500 {
            let mut damaged = bytes.to_vec();
            for _ in 0..=rng.below(3) {
                let at = rng.below(damaged.len());
                match rng.below(4) {
                    0 => damaged[at] ^= 1 << rng.below(7),
                    1 => damaged[at] = b"0123456789-eE.\"[]{},:"[rng.below(21)],
                    2 => drop(damaged.remove(at)),
                    _ => damaged.insert(at, b"09A/=-,"[rng.below(7)]),
                }
            }
            survives(&String::from_utf8_lossy(&damaged));
        }
    }
}

#[test]
fn every_number_may_be_anything() {
    let text = to_json(&small()).unwrap();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    let odd = [
        "-1",
        "1e308",
        "18446744073709551615",
        "9007199254740993",
        "0",
        "null",
        "[]",
        "\"\"",
        "0.5",
    ];
    let mut paths = Vec::new();
    leaves(&whole, &mut String::new(), &mut paths);
    for path in paths.iter().filter(|it| *it != "/seed") {
        for it in odd {
            let mut damaged = whole.clone();
            *damaged.pointer_mut(path).unwrap() = serde_json::from_str(it).unwrap();
            survives(&damaged.to_string());
        }
    }
}

fn leaves(value: &serde_json::Value, path: &mut String, out: &mut Vec<String>) {
    let length = path.len();
    let children: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Array(it) => {
            it.iter().enumerate().map(|(i, it)| (i.to_string(), it)).collect()
        }
        serde_json::Value::Object(it) => it.iter().map(|(key, it)| (key.clone(), it)).collect(),
        _ => Vec::new(),
    };
    out.push(path.clone());
    for (key, child) in children {
        path.push('/');
        path.push_str(&key);
        leaves(child, path, out);
        path.truncate(length);
    }
}

#[test]
fn refusals_say_what_and_where() {
    let text = to_json(&small()).unwrap();
    let why = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        from_json(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(why("\"format\":2", "\"format\":7").contains("format 7 is newer"));
    assert!(why("\"format\":2", "\"format\":0").contains("no format 0"));
    assert!(why("[0,2]", "[2,0]").contains("features [2, 0]"));
    assert!(why("\"bags\":3", "\"bags\":4").contains("steps"));
    assert!(why(",0.25]", ",0.5]").contains("does not lead to"));
    assert!(why("\"Ada\"", "\"\"").contains("lacks a reason"));
    assert!(why("\"x1\"", "\"x0\"").contains("x0 comes twice"));
    assert!(why("drains", "gas").contains("label of trade"));
    assert!(why("\"log_loss\"", "\"cox\"").contains("line 1 column"));
    assert!(why("\"edits\"", "\"edit\"").contains("edit"));
}

#[test]
fn a_small_text_asks_for_little_memory() {
    let bomb = super::pack::pack(&vec![0; 1 << 20]);
    assert!(bomb.len() < 5000);
    let text = to_json(&small()).unwrap();
    let stored: v2::StoredEbmV2 = serde_json::from_str(&text).unwrap();
    let counts = v2::StoredEbmV2 { counts: bomb.clone(), ..stored.clone() };
    assert!(matches!(Ebm::try_from(counts), Err(Error::Artifact { .. })));
    let mut cuts = stored;
    cuts.features[0].pair = Some(v2::StoredBinsV2::Cuts(format!("2^0:{bomb}")));
    assert!(matches!(Ebm::try_from(cuts), Err(Error::Artifact { .. })));
}
