//! What would lower a score: the smallest changes of one or two features, and how sure each is.
//!
//! Every candidate is the whole row asked again, so a term of two features moves with either. Never
//! adds up differences of single terms, never leaves the ranges it is given, never says that a
//! change causes anything: it says what the model would.

use crate::ebm::{Ebm, spread};
use crate::error::{Error, Result};
use crate::frame::Value;

/// A feature that may change, and how far.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    /// Position of the feature in [`Ebm::bins`].
    pub feature: usize,
    /// Smallest value allowed.
    pub low: f64,
    /// Largest value allowed.
    pub high: f64,
    /// Proposed values have at most this many decimals, 0 to 15.
    pub decimals: u32,
    /// A change of this size costs 1, such as the standard deviation; above 0.
    pub unit: f64,
}

/// Which of the changes that one set of features allows is wanted: always the cheapest that is
/// enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// Enough lowers the log-odds by at least this.
    AtLeast(f64),
    /// Enough reaches this share, 0 to 1, of the most that the set allows; 1 is the most itself.
    Share(f64),
}

/// A change and what the model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Position of each feature that moves and its new value, in the order of the levers.
    pub moves: Vec<(usize, f64)>,
    /// Sum of the moves, each in its lever's unit.
    pub cost: f64,
    /// What it does.
    pub effect: Effect,
}

/// What a change does to the log-odds of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Log-odds after less log-odds before.
    pub log_odds: f64,
    /// Standard error of that difference. Errors that both rows share cancel in it.
    pub sd: f64,
    /// Lower end of its 90% interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Effect {
    /// Whether the change lowers the log-odds by more than it may be off.
    pub fn is_clearly_lower(&self) -> bool {
        self.high < 0.0
    }
}

/// What the model says of moving from one row to another. Each row has one value per feature, in
/// the model's order; [`Error::ColumnMismatch`] for another length.
pub fn effect(model: &Ebm, before: &[Value<'_>], after: &[Value<'_>]) -> Result<Effect> {
    let log_odds = model.predict_row(after)?.log_odds - model.predict_row(before)?.log_odds;
    let (from, to) = (model.resample(before)?.log_odds(), model.resample(after)?.log_odds());
    let apart: Vec<f64> = from.iter().zip(&to).map(|(from, to)| to - from).collect();
    let sd = spread(&apart) * model.band_scale;
    let half = model.band_quantile() * sd;
    Ok(Effect { log_odds, sd, low: log_odds - half, high: log_odds + half })
}

/// The change that each single feature allows, the one that lowers most first; then that of each
/// pair of features, likewise. Sets that cannot lower the score are left out.
///
/// Values go from one bin to another with at least `rows_min` training rows, to the value in it
/// nearest to the present one. Features without a number in this row stay as they are. The same
/// arguments give the same changes. [`Error::ColumnMismatch`] for a row of another length or a lever
/// of no feature; [`Error::Option`] for a lever without a unit.
pub fn lowering(
    model: &Ebm,
    row: &[Value<'_>],
    levers: &[Lever],
    aim: Aim,
    rows_min: u64,
) -> Result<Vec<Change>> {
    check(model, levers)?;
    let start = model.predict_row(row)?.log_odds;
    let moves: Vec<Vec<Move>> =
        levers.iter().map(|it| moves_of(model, row, it, rows_min)).collect();
    let ask = Ask { model, row, start, aim };
    let single = moves.iter().map(|it| ask.best(it, &[]));
    let mut changes = single.collect::<Result<Vec<_>>>()?;
    let singles = changes.len();
    for (at, first) in moves.iter().enumerate() {
        for second in moves[at + 1..].iter().filter(|it| !it.is_empty() && !first.is_empty()) {
            changes.push(ask.best(first, second)?);
        }
    }
    let pairs = changes.split_off(singles);
    Ok(sorted(changes).into_iter().chain(sorted(pairs)).collect())
}

fn check(model: &Ebm, levers: &[Lever]) -> Result<()> {
    if let Some(odd) = levers.iter().find(|it| it.feature >= model.bins.len()) {
        let expected = format!("one of {} features", model.bins.len());
        return Err(Error::ColumnMismatch { expected, found: odd.feature.to_string() });
    }
    if levers.iter().any(|it| it.unit.is_nan() || it.unit <= 0.0 || it.decimals > 15) {
        return Err(Error::Option { name: "lever", must: "a unit above 0, at most 15 decimals" });
    }
    Ok(())
}

/// The largest drop first; equal ones stay in the order of the levers.
fn sorted(changes: Vec<Option<Change>>) -> Vec<Change> {
    let mut found: Vec<Change> = changes.into_iter().flatten().collect();
    found.sort_by(|a, b| a.effect.log_odds.total_cmp(&b.effect.log_odds));
    found
}

/// One feature to another bin.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Move {
    feature: usize,
    value: f64,
    cost: f64,
}

fn moves_of(model: &Ebm, row: &[Value<'_>], lever: &Lever, rows_min: u64) -> Vec<Move> {
    let Some(Value::Number(now)) = row.get(lever.feature).copied() else { return Vec::new() };
    let bins = &model.bins[lever.feature];
    if !now.is_finite() || !bins.is_continuous() {
        return Vec::new();
    }
    let scale = libm::pow(10.0, f64::from(lever.decimals));
    let home = bins.bin(Value::Number(now));
    let to = |bin: usize| {
        let (low, high) = bins.edges(bin)?;
        // The outermost bins hold whatever lies beyond them; the lever says how far to go.
        let low = if bin == 1 { lever.low } else { low.max(lever.low) };
        let high = if bin + 1 == bins.unseen() { lever.high } else { high.min(lever.high) };
        let mut steps =
            if bin < home { libm::floor(high * scale) } else { libm::ceil(low * scale) };
        if bin < home && bins.bin(Value::Number(steps / scale)) > bin {
            // The upper end of a bin belongs to the next one.
            steps -= 1.0;
        }
        // Adding zero turns -0.0 into 0.0.
        let value = steps / scale + 0.0;
        let fits = low <= value && value <= high && bins.bin(Value::Number(value)) == bin;
        let moves = steps != libm::round(now * scale);
        let cost = (value - now).abs() / lever.unit;
        (fits && moves).then_some(Move { feature: lever.feature, value, cost })
    };
    let real = (1..bins.unseen()).filter(|bin| *bin != home && bins.counts[*bin] >= rows_min);
    real.filter_map(to).collect()
}

struct Ask<'a> {
    model: &'a Ebm,
    row: &'a [Value<'a>],
    start: f64,
    aim: Aim,
}

impl Ask<'_> {
    /// The wanted change among one move of the first list and, if there are any, one of the second.
    fn best(&self, first: &[Move], second: &[Move]) -> Result<Option<Change>> {
        let mut row = self.row.to_vec();
        let mut all = Vec::with_capacity(first.len() * second.len().max(1));
        for a in first {
            row[a.feature] = Value::Number(a.value);
            if second.is_empty() {
                all.push((self.drop_at(&row)?, a.cost, [Some(a), None]));
            }
            for b in second {
                row[b.feature] = Value::Number(b.value);
                all.push((self.drop_at(&row)?, a.cost + b.cost, [Some(a), Some(b)]));
            }
        }
        let most = all.iter().map(|it| it.0).fold(0.0, f64::max);
        let enough = match self.aim {
            Aim::AtLeast(drop) => drop,
            Aim::Share(share) => share * most,
        };
        let wanted = all.iter().filter(|it| it.0 > 0.0 && it.0 >= enough);
        let Some(best) = wanted.min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.total_cmp(&a.0))) else {
            return Ok(None);
        };
        let moves = best.2.iter().flatten().map(|it| (it.feature, it.value)).collect();
        Ok(Some(self.change(moves, best.1)?))
    }

    fn drop_at(&self, row: &[Value<'_>]) -> Result<f64> {
        Ok(self.start - self.model.predict_row(row)?.log_odds)
    }

    fn change(&self, moves: Vec<(usize, f64)>, cost: f64) -> Result<Change> {
        let mut row = self.row.to_vec();
        for (feature, value) in &moves {
            row[*feature] = Value::Number(*value);
        }
        Ok(Change { effect: effect(self.model, self.row, &row)?, moves, cost })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ebm::{EbmOptions, fit};
    use crate::frame::{Column, Frame};
    use crate::progress::Quiet;
    use crate::rng::Rng;

    /// x0 raises, x1 lowers, x2 does nothing.
    fn model() -> Ebm {
        let mut rng = Rng::new(5);
        let (mut columns, mut target) = (vec![Vec::new(); 3], Vec::new());
        for _ in 0..3000 {
            let x: [f64; 3] = std::array::from_fn(|_| rng.unit());
            let chance = crate::math::sigmoid(4.0 * (x[0] - 0.5) - 3.0 * (x[1] - 0.5) - 1.0);
            target.push(f64::from(u8::from(rng.unit() < chance)));
            columns.iter_mut().zip(x).for_each(|(column, x)| column.push(x));
        }
        let columns = columns.into_iter().enumerate();
        let columns = columns.map(|(i, it)| Column::continuous(format!("x{i}"), it)).collect();
        let groups = (0..3000).map(|it| it / 10).collect();
        let frame = Frame::new(columns, target, None, groups, vec![0; 3000]).unwrap();
        let options = EbmOptions { bags: 6, bins_max: 20, ..EbmOptions::new(1, 1) };
        fit(&frame, &options, &Quiet).unwrap()
    }

    fn lever(feature: usize, low: f64, high: f64) -> Lever {
        Lever { feature, low, high, decimals: 2, unit: 0.29 }
    }

    const ROW: [Value<'static>; 3] = [Value::Number(0.9), Value::Number(0.2), Value::Number(0.5)];

    #[test]
    fn changes_lower_within_their_ranges_and_cost_what_they_move() {
        let model = model();
        let levers = [lever(0, 0.3, 0.9), lever(1, 0.2, 0.7), lever(2, 0.0, 1.0)];
        let found = lowering(&model, &ROW, &levers, Aim::Share(1.0), 20).unwrap();
        let singles = found.iter().take_while(|it| it.moves.len() == 1).count();
        assert!((2..=3).contains(&singles) && found.len() > singles);
        assert_eq!(found[0].moves[0].0, 0, "x0 moves the score most");
        assert!(found[..singles].is_sorted_by(|a, b| a.effect.log_odds <= b.effect.log_odds));
        for it in &found {
            let mut row = ROW.to_vec();
            let mut cost = 0.0;
            for (feature, value) in &it.moves {
                let lever = &levers[*feature];
                assert!((lever.low..=lever.high).contains(value), "{value}");
                assert_eq!((value * 100.0).round() / 100.0, *value, "two decimals");
                let Value::Number(now) = row[*feature] else { panic!("a number") };
                cost += (value - now).abs() / lever.unit;
                row[*feature] = Value::Number(*value);
            }
            let drop = model.predict_row(&row).unwrap().log_odds
                - model.predict_row(&ROW).unwrap().log_odds;
            assert_eq!(it.effect.log_odds.to_bits(), drop.to_bits(), "the whole row was asked");
            assert!((it.cost - cost).abs() < 1e-12 && it.effect.log_odds < 0.0);
        }
        let most = |feature: usize| {
            found.iter().find(|it| it.moves.len() == 1 && it.moves[0].0 == feature).unwrap()
        };
        assert!(most(0).effect.is_clearly_lower() && most(1).effect.is_clearly_lower());
        assert_eq!(found, lowering(&model, &ROW, &levers, Aim::Share(1.0), 20).unwrap());
    }

    #[test]
    fn enough_is_reached_by_the_cheapest_change() {
        let model = model();
        let levers = [lever(0, 0.0, 0.9)];
        let of = |aim| lowering(&model, &ROW, &levers, aim, 20).unwrap();
        let (half, most) = (of(Aim::Share(0.5)), of(Aim::Share(1.0)));
        assert!(half[0].cost < most[0].cost);
        assert!(half[0].effect.log_odds <= 0.5 * most[0].effect.log_odds);
        let little = of(Aim::AtLeast(0.2));
        assert!(little[0].effect.log_odds <= -0.2 && little[0].cost <= half[0].cost);
        assert!(of(Aim::AtLeast(50.0)).is_empty(), "more than the model can say");
    }

    #[test]
    fn what_cannot_move_stays() {
        let model = model();
        let mut row = ROW.to_vec();
        row[0] = Value::Missing;
        let levers = [lever(0, 0.0, 1.0), lever(1, 0.2, 0.2)];
        assert!(lowering(&model, &row, &levers, Aim::Share(1.0), 0).unwrap().is_empty());
        let rare = lowering(&model, &ROW, &[lever(0, 0.0, 1.0)], Aim::Share(1.0), 1_000_000);
        assert!(rare.unwrap().is_empty(), "no bin has that many rows");
        assert!(lowering(&model, &ROW[..2], &levers, Aim::Share(1.0), 0).is_err());
        assert!(lowering(&model, &ROW, &[lever(9, 0.0, 1.0)], Aim::Share(1.0), 0).is_err());
        let free = Lever { unit: 0.0, ..lever(0, 0.0, 1.0) };
        assert!(lowering(&model, &ROW, &[free], Aim::Share(1.0), 0).is_err());
    }

    #[test]
    fn no_change_has_no_effect_and_no_error() {
        let it = effect(&model(), &ROW, &ROW).unwrap();
        assert_eq!((it.log_odds, it.sd, it.low, it.high), (0.0, 0.0, 0.0, 0.0));
        assert!(!it.is_clearly_lower());
    }
}
