//! How much data a model needs before it is worth fitting.
//!
//! Riley et al. 2019 (Statistics in Medicine 38:1276) for a binary outcome. It is a floor: derived
//! for regressions, while a boosted additive model can need more. Never counts person-months as
//! people: repeated rows of a person add no events.

use crate::error::{Error, Result};
use crate::math;

/// Below this number of events nothing is fitted for use.
pub const EVENTS_MIN: u64 = 40;

/// What is planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Candidate parameters: one per continuous feature, categories less one per nominal feature.
    pub parameters: u64,
    /// Share of independent units (persons, or person-years) with an event, in (0, 1).
    pub base_rate: f64,
    /// Expected Cox-Snell R squared, above 0 and below its maximum; `None` takes 15 % of the
    /// maximum, Riley's advice when nothing is known.
    pub r_squared: Option<f64>,
}

/// What Riley's criteria ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Needed {
    /// Independent units: the largest of the three criteria.
    pub units: u64,
    /// Events among them.
    pub events: u64,
    /// Units for a shrinkage of at least 0.9.
    pub by_shrinkage: u64,
    /// Units for an optimism in Nagelkerke's R squared of at most 0.05.
    pub by_optimism: u64,
    /// Units to know the base rate within 5 points.
    pub by_base_rate: u64,
    /// Largest possible Cox-Snell R squared at the base rate.
    pub r_squared_max: f64,
}

/// Whether there is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Fewer than [`EVENTS_MIN`] events: do not score anyone.
    TooFew {
        /// Events there are.
        have: u64,
        /// Events needed.
        need: u64,
    },
    /// Enough to look, fewer events than Riley's criteria: show with a caution.
    Thin {
        /// Events there are.
        have: u64,
        /// Events needed.
        need: u64,
    },
    /// Riley's criteria are met.
    Enough,
}

/// Units and events a plan needs. [`Error::Option`] if a part of the plan is out of range.
pub fn needed(plan: &Plan) -> Result<Needed> {
    let rate = plan.base_rate;
    if plan.parameters == 0 || plan.parameters > 100_000 {
        return Err(Error::Option { name: "parameters", must: "from 1 to 100000" });
    }
    if !(rate > 0.0 && rate < 1.0) {
        return Err(Error::Option { name: "base_rate", must: "above 0 and below 1" });
    }
    // Log-likelihood per unit of the base rate alone.
    let null = rate * math::ln(rate) + (1.0 - rate) * math::ln(1.0 - rate);
    let r_squared_max = 1.0 - math::exp(2.0 * null);
    let r_squared = plan.r_squared.unwrap_or(0.15 * r_squared_max);
    if !(r_squared > 0.0 && r_squared < r_squared_max) {
        return Err(Error::Option { name: "r_squared", must: "above 0 and below its maximum" });
    }
    let parameters = plan.parameters as f64;
    let at =
        |shrinkage: f64| parameters / ((shrinkage - 1.0) * math::ln(1.0 - r_squared / shrinkage));
    // R squared may not exceed the shrinkage, or the logarithm has no value.
    let by_shrinkage = up(at(f64::max(0.9, r_squared + 1e-6)));
    let by_optimism = up(at(r_squared / (r_squared + 0.05 * r_squared_max)));
    let by_base_rate = up((1.96 / 0.05) * (1.96 / 0.05) * rate * (1.0 - rate));
    let units = by_shrinkage.max(by_optimism).max(by_base_rate);
    let events = up(units as f64 * rate);
    Ok(Needed { units, events, by_shrinkage, by_optimism, by_base_rate, r_squared_max })
}

/// The verdict on a number of events (persons with an event, not rows).
pub fn verdict(events: u64, needed: &Needed) -> Verdict {
    if events < EVENTS_MIN {
        Verdict::TooFew { have: events, need: EVENTS_MIN }
    } else if events < needed.events {
        Verdict::Thin { have: events, need: needed.events }
    } else {
        Verdict::Enough
    }
}

fn up(units: f64) -> u64 {
    libm::ceil(units) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_case_comes_out() {
        // Riley et al. 2020 (BMJ 368:m441), figure 3: 24 parameters, R squared 0.288, rate 0.174.
        let plan = Plan { parameters: 24, base_rate: 0.174, r_squared: Some(0.288) };
        let needed = needed(&plan).unwrap();
        assert!((needed.r_squared_max - 0.60).abs() < 0.01, "{needed:?}");
        assert_eq!(needed.by_shrinkage, 623);
        assert!((660..=664).contains(&needed.by_optimism), "{needed:?}");
        assert_eq!(needed.by_base_rate, 221);
        assert_eq!(needed.units, needed.by_optimism);
    }

    #[test]
    fn verdicts_follow_the_floor_and_the_criteria() {
        let plan = Plan { parameters: 10, base_rate: 0.3, r_squared: Some(0.2) };
        let needed = needed(&plan).unwrap();
        assert!((390..=420).contains(&needed.units), "the product notes say about 400: {needed:?}");
        assert_eq!(verdict(24, &needed), Verdict::TooFew { have: 24, need: 40 });
        assert!(matches!(verdict(60, &needed), Verdict::Thin { have: 60, .. }));
        assert_eq!(verdict(needed.events, &needed), Verdict::Enough);
    }

    #[test]
    fn impossible_plans_are_refused() {
        let plan = Plan { parameters: 10, base_rate: 0.3, r_squared: None };
        assert!(needed(&Plan { parameters: 0, ..plan }).is_err());
        assert!(needed(&Plan { base_rate: 1.0, ..plan }).is_err());
        assert!(needed(&Plan { base_rate: f64::NAN, ..plan }).is_err());
        assert!(needed(&Plan { r_squared: Some(0.9), ..plan }).is_err());
        assert!(needed(&Plan { base_rate: 1e-9, ..plan }).is_ok());
    }
}
