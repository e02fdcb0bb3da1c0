//! The file of the truth: what nobody outside the generator and its tests may read.
//!
//! Chances hold today's features still: `voluntary / all * (1 - exp(-all * days / 30.4375))`, where
//! `all` is the sum of the three monthly rates. So they are what the law says on that morning, not
//! what a reader of the future would say.

use std::path::Path;

use crate::domain::calendar::Day;
use crate::domain::told::Told;

use super::hazard::SHAPES;
use super::person::Person;
use super::risk::AtRisk;
use super::sheet::Sheet;

/// Horizons of the chances, in days.
pub const HORIZONS: [u32; 4] = [30, 90, 180, 365];

/// The columns, in order.
pub fn columns() -> Vec<String> {
    let mut columns = vec!["employee_no".to_owned(), "month".to_owned()];
    columns.extend(SHAPES.iter().map(|it| it.feature.to_owned()));
    columns.extend(SHAPES.iter().map(|it| format!("effect_{}", it.feature)));
    columns.push("effect_weekend_share_x_on_call_nights".to_owned());
    for name in ["log_hazard", "hazard", "involuntary_hazard", "other_hazard"] {
        columns.push(name.to_owned());
    }
    columns.extend(HORIZONS.map(|days| format!("leaves_within_{days}")));
    columns
}

pub(super) fn create(path: &Path) -> Result<Sheet, Told> {
    let columns = columns();
    let header: Vec<&str> = columns.iter().map(String::as_str).collect();
    Sheet::create(path.to_owned(), "truth", &header)
}

pub(super) fn row(sheet: &mut Sheet, person: &Person, it: &AtRisk, as_of: Day) {
    sheet.key("T", u64::from(person.number), 4).text(&as_of.month().to_string());
    for value in it.values {
        sheet.decimal(value);
    }
    for effect in it.terms.effects {
        sheet.decimal(Some(effect));
    }
    sheet.decimal(Some(it.terms.together)).decimal(Some(it.terms.log_rate));
    for rate in [it.rates.voluntary, it.rates.involuntary, it.rates.other] {
        sheet.decimal(Some(rate));
    }
    for days in HORIZONS {
        sheet.decimal(Some(it.rates.voluntary_within(f64::from(days))));
    }
    sheet.end();
}
