//! Writes models for `InterpretML` to read: `cargo run --release -p learn --example peer -- FOLDER`.
//!
//! One model fitted here, with rows to try and what it says of them, and the golden models read and
//! written again. `tests/peer/roundtrip.py` runs it and lets the peer predict.

use learn::bins::BinKind;
use learn::ebm::{Ebm, EbmOptions, fit};
use learn::frame::{Column, Frame, Value};
use learn::progress::Quiet;
use learn::rng::Rng;
use learn::{interpret, math};
use std::path::Path;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut given = std::env::args().skip(1);
    let folder = given.next().ok_or("which folder?")?;
    let folder = Path::new(&folder);
    let golden = Path::new("src/learn/fixtures/interpret");
    for name in ["binary", "regression", "wide"] {
        let model =
            interpret::from_json(&std::fs::read_to_string(golden.join(format!("{name}.json")))?)?;
        let classes: [&str; 2] = match &model.classes[..] {
            [first, second] => [first, second],
            _ => ["0", "1"],
        };
        std::fs::write(
            folder.join(format!("{name}.json")),
            interpret::to_json(&model.model, classes),
        )?;
    }
    own(folder)
}

/// A model of numbers with holes and of categories, pairs among them.
fn own(folder: &Path) -> Outcome {
    let frame = people(1500)?;
    let ebm = fit(&frame, &EbmOptions { bags: 6, ..EbmOptions::new(3, 2) }, &Quiet)?;
    std::fs::write(folder.join("own.json"), interpret::to_json(&ebm, ["stays", "leaves"]))?;
    let mut rows: Vec<Vec<Value<'_>>> = (0..80).map(|it| frame.row(it)).collect();
    for (at, bins) in ebm.bins.iter().enumerate() {
        let mut values = vec![Value::Missing, Value::Label("never met")];
        if let BinKind::Cuts(cuts) = &bins.kind {
            values = vec![Value::Missing, Value::Number(-1e300), Value::Number(1e300)];
            values.extend(cuts.iter().step_by(5).map(|it| Value::Number(*it)));
        }
        for value in values {
            let mut row = frame.row(at);
            row[at] = value;
            rows.push(row);
        }
    }
    let names: Vec<&str> = ebm.bins.iter().map(|it| it.name.as_str()).collect();
    let mut probe = names.join(",") + "\n";
    let terms: Vec<String> =
        (0..ebm.terms.len()).map(|it| ebm.term_name(it).replace(" x ", " & ")).collect();
    let mut expected = format!("score,{}\n", terms.join(","));
    for row in &rows {
        let cell = |it: &Value<'_>| match it {
            Value::Missing => String::new(),
            Value::Number(x) => format!("{x:?}"),
            Value::Label(label) => (*label).to_owned(),
        };
        probe += &(row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
        let it = explained(&ebm, row)?;
        expected += &(it.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(",") + "\n");
    }
    std::fs::write(folder.join("own_probe.csv"), probe)?;
    std::fs::write(folder.join("own_expected.csv"), expected)?;
    Ok(())
}

fn explained(ebm: &Ebm, row: &[Value<'_>]) -> learn::Result<Vec<f64>> {
    let it = ebm.explain(row)?;
    Ok(std::iter::once(it.log_odds).chain(it.terms).collect())
}

fn people(rows: usize) -> learn::Result<Frame> {
    let mut rng = Rng::new(5);
    let (mut drive, mut pay, mut trade, mut target) = (vec![], vec![], vec![], vec![]);
    let trades = ["1", "10", "2", "gas & air"];
    for _ in 0..rows {
        let (x, y, place) = (rng.normal(), (rng.normal() * 100.0).round() / 10.0, rng.below(4));
        let lift = if x > 0.0 && y > 0.0 { 1.5 } else { 0.0 };
        let z = -1.0 + 0.8 * x - 0.1 * y + 0.5 * place as f64 * x.signum() + lift;
        drive.push(x);
        pay.push(if rng.unit() < 0.1 { f64::NAN } else { y });
        trade.push(if rng.unit() < 0.05 { None } else { Some(trades[place]) });
        target.push(f64::from(u8::from(rng.unit() < math::sigmoid(z))));
    }
    let columns = vec![
        Column::continuous("drive", drive),
        Column::continuous("pay", pay),
        Column::nominal("trade", &trade),
    ];
    Frame::new(columns, target, None, (0..rows as u32).collect(), vec![0; rows])
}
