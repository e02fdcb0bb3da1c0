//! What is known of a series: one value a period, without holes in the calendar.
//!
//! Never here: how the values were read or repaired.

use serde::{Deserialize, Deserializer, Serialize};

use super::step::Step;
use crate::error::{Error, Result};

/// What the values are, which decides what a forecast may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whole numbers from 0, few in a period (exits, hires): bounds are whole and never below 0.
    Count,
    /// Amounts from 0 (jobs, hours, money): bounds are never below 0.
    Amount,
    /// Any number.
    Real,
}

/// The known values of a series, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The step between neighbours.
    pub step: Step,
    /// First day of the first period, days since 1970-01-01.
    pub first: i32,
    /// One value a period; NaN where nothing is known (null in JSON).
    #[serde(deserialize_with = "nulls")]
    pub values: Vec<f64>,
    /// What the values are.
    pub kind: Kind,
}

impl Past {
    /// A series; an infinite value, or a negative one of a count or amount, is an error.
    pub fn new(step: Step, first: i32, values: Vec<f64>, kind: Kind) -> Result<Self> {
        let bad = |it: &f64| it.is_infinite() || (kind != Kind::Real && *it < 0.0);
        match values.iter().position(bad) {
            Some(row) => Err(Error::Value { what: "value of the series", row }),
            None => Ok(Self { step, first, values, kind }),
        }
    }

    /// Number of periods.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no period.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// First day of the period at a place; past the end too.
    pub fn day(&self, at: usize) -> i32 {
        self.step.after(self.first, i32::try_from(at).unwrap_or(i32::MAX))
    }

    /// The same series as it was known after its first `len` periods.
    #[must_use]
    pub fn until(&self, len: usize) -> Self {
        Self { values: self.values[..len.min(self.len())].to_vec(), ..*self }
    }
}

/// Numbers of JSON, in which NaN is null.
pub(super) fn nulls<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<f64>, D::Error> {
    let values = Vec::<Option<f64>>::deserialize(from)?;
    Ok(values.into_iter().map(|it| it.unwrap_or(f64::NAN)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_comes_back_from_json() {
        let past = Past::new(Step::Week, 3, vec![1.5, f64::NAN, 0.1], Kind::Amount).expect("valid");
        let text = serde_json::to_string(&past).expect("JSON");
        let back: Past = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back.values.len(), 3);
        assert!(back.values[1].is_nan() && back.values[2].to_bits() == 0.1f64.to_bits());
    }
}
