//! No model is fitted on what nobody may be judged by: the last door before every fit.
//!
//! The importer already leaves such columns out; this one holds whatever way a table came.
//! Never here: a switch to turn it off.

use super::{Error, Result};
use crate::domain::deny::first_refused;
use crate::domain::told::Kind;

/// Refuses when a column's name speaks of a protected attribute or a stand-in for one.
///
/// # Errors
/// `Invalid`, naming the column, what it is and why it is refused.
pub fn check_columns<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let Some((name, family)) = first_refused(names) else { return Ok(()) };
    Err(Error::told(
        Kind::Invalid,
        format!("No model is fitted with the column {name:?}: it looks like {}.", family.what),
        format!("Leave the column out: {}. Nothing was fitted.", family.why),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::FEATURES;

    #[test]
    fn the_features_pass_and_a_protected_column_is_named() {
        assert!(check_columns(FEATURES.iter().map(|it| it.id)).is_ok());
        let found = check_columns(["tenure_months", "birth_date"]);
        let Err(Error::Told(told)) = found else { panic!("it is refused") };
        assert!(told.message.contains("\"birth_date\"") && told.message.contains("age"));
    }
}
