//! What Crewkeep refuses to hold about a person, by column name.
//!
//! Protected attributes and their proxies are never a column: the importer leaves them out and says
//! why. Never here: a way around it.

/// One family of refused columns.
#[derive(Debug)]
pub struct Denied {
    /// Words that give it away in a header, lower case; a header is split into words first.
    pub words: &'static [&'static str],
    /// What it is, for the person who reads the refusal.
    pub what: &'static str,
    /// Why it is left out.
    pub why: &'static str,
}

/// Every refused family.
pub const DENIED: &[Denied] = &[
    Denied {
        words: &["age", "birth", "birthday", "birthdate", "dob", "born"],
        what: "age or birth date",
        why: "age is protected: no score here may know it",
    },
    Denied {
        words: &["sex", "gender", "pronoun", "pronouns"],
        what: "sex or gender",
        why: "sex is protected: no score here may know it",
    },
    Denied {
        words: &["race", "ethnicity", "ethnic", "nationality", "origin", "color", "colour"],
        what: "race or origin",
        why: "race and national origin are protected: no score here may know them",
    },
    Denied {
        words: &["religion", "religious", "faith"],
        what: "religion",
        why: "religion is protected: no score here may know it",
    },
    Denied {
        words: &[
            "marital",
            "married",
            "spouse",
            "children",
            "dependents",
            "family",
            "pregnant",
            "pregnancy",
            "maternity",
            "paternity",
        ],
        what: "family situation",
        why: "family situation is protected and is nobody's business at work",
    },
    Denied {
        words: &[
            "health",
            "medical",
            "disability",
            "disabled",
            "sick",
            "illness",
            "fmla",
            "injury",
            "genetic",
            "vaccinated",
        ],
        what: "health or leave reason",
        why: "health data must not reach a score about work",
    },
    Denied {
        words: &["union", "grievance"],
        what: "union activity",
        why: "union activity is protected",
    },
    Denied {
        words: &["immigration", "visa", "citizenship", "citizen", "ssn"],
        what: "immigration status or national number",
        why: "immigration status is protected, and national numbers do not belong here",
    },
    Denied {
        words: &[
            "address",
            "street",
            "zip",
            "zipcode",
            "postcode",
            "postal",
            "latitude",
            "longitude",
            "lat",
            "lon",
            "lng",
            "geo",
            "coordinates",
        ],
        what: "home address, ZIP or coordinates",
        why: "where a person lives stands in for race and income; the zone they work in is enough",
    },
    Denied {
        words: &["photo", "picture", "portrait", "image"],
        what: "photo",
        why: "a face says nothing about work",
    },
];

/// The family a header falls into, if it is refused. `Date_of_Birth`, `birthDate` and `home ZIP`
/// are recognised; `stage`, `average` and `package` are not refused for the `age` inside them.
pub fn refusal(header: &str) -> Option<&'static Denied> {
    let words = words(header);
    DENIED.iter().find(|it| words.iter().any(|word| it.words.contains(&word.as_str())))
}

/// The first of some column names that is refused, with its family.
pub fn first_refused<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> Option<(&'a str, &'static Denied)> {
    names.into_iter().find_map(|name| Some((name, refusal(name)?)))
}

/// A header cut into lower-case words at anything that is not a letter, and at camel-case humps.
pub fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for letter in header.chars() {
        let hump = letter.is_uppercase() && before_lower;
        if hump || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before_lower = letter.is_lowercase();
    }
    words.retain(|it| !it.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_by_word_not_by_letters() {
        for header in ["Age", "date_of_birth", "birthDate", "Home ZIP", "home_lat", "Gender", "DOB"]
        {
            assert!(refusal(header).is_some(), "{header}");
        }
        for header in ["stage", "average_drive", "package", "employee_no", "zone", "platform"] {
            assert!(refusal(header).is_none(), "{header}");
        }
    }
}
