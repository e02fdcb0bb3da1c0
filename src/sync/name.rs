//! Headers compared: folded to one spelling, abbreviations written out, likeness as a number.
//!
//! Never here: the cells below a header.

use crate::domain::deny;

/// Short forms offices use in headers, and what they stand for.
const SHORT: &[(&str, &str)] = &[
    ("dt", "date"),
    ("num", "no"),
    ("nbr", "no"),
    ("nr", "no"),
    ("number", "no"),
    ("id", "no"),
    ("cd", "code"),
    ("amt", "amount"),
    ("mins", "min"),
    ("minutes", "min"),
    ("minute", "min"),
    ("hrs", "hours"),
    ("hr", "hours"),
    ("emp", "employee"),
    ("tech", "technician"),
    ("mgr", "manager"),
    ("req", "requisition"),
    ("cand", "candidate"),
    ("appl", "appliance"),
    ("rev", "revenue"),
    ("ot", "overtime"),
    ("avail", "available"),
    ("eff", "effective"),
    ("termination", "term"),
    ("labour", "labor"),
    ("travel", "drive"),
    ("driving", "drive"),
    ("wo", "job"),
];

/// A header as `lower_case_words`: `Employee No.`, `employeeNo` and `EMPLOYEE-NO` are all
/// `employee_no`.
pub fn folded(header: &str) -> String {
    deny::words(header).join("_")
}

/// The words of a header with abbreviations written out.
pub fn long_words(header: &str) -> Vec<String> {
    let long = |word: String| match SHORT.iter().find(|it| it.0 == word) {
        Some((_, long)) => (*long).to_owned(),
        None => word,
    };
    deny::words(header).into_iter().map(long).collect()
}

/// How alike two folded headers are, 0 to 1.
pub fn likeness(one: &str, other: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(one, other)
}

/// Whether the amounts under this header are cents already.
pub fn holds_cents(header: &str) -> bool {
    deny::words(header).last().is_some_and(|it| it == "cents")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_fold_to_one_spelling() {
        for header in ["Employee No.", "employeeNo", "EMPLOYEE-NO", " employee_no "] {
            assert_eq!(folded(header), "employee_no", "{header}");
        }
        assert_eq!(long_words("Hire Dt").join("_"), "hire_date");
        assert!(holds_cents("Hourly Cents") && !holds_cents("hourly"));
    }
}
