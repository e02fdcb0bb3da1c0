//! What an address asks for: the text after `?`, read and written.
//!
//! Values nobody offers are ignored; a page shows its usual view then.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::Query;

/// The pairs of an address, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pairs: BTreeMap<String, String>,
}

impl Asked {
    /// Reads a request's.
    pub fn of(request: &HttpRequest) -> Self {
        Self::parse(request.query_string())
    }

    /// Reads `a=1&b=2`; empty values count as not given.
    pub fn parse(text: &str) -> Self {
        let pairs = Query::<Vec<(String, String)>>::from_query(text);
        let pairs = pairs.map(Query::into_inner).unwrap_or_default();
        Self { pairs: pairs.into_iter().filter(|it| !it.1.trim().is_empty()).collect() }
    }

    /// A value, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(|it| it.trim())
    }

    /// The address of the same view with one value changed; an empty one is left out.
    pub fn with(&self, path: &str, name: &str, value: &str) -> String {
        let mut pairs = self.pairs.clone();
        pairs.insert(name.to_owned(), value.to_owned());
        let text: Vec<String> = pairs
            .iter()
            .filter(|it| !it.1.is_empty())
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        if text.is_empty() { path.to_owned() } else { format!("{path}?{}", text.join("&")) }
    }
}

/// A text as it may stand in an address.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|it| match it {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(it).to_string()
            }
            _ => format!("%{it:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_rest_of_the_view() {
        let asked = Asked::parse("by=zone&place=&odd=a%20b%26c");
        assert_eq!(asked.get("by"), Some("zone"));
        assert_eq!(asked.get("place"), None);
        assert_eq!(asked.with("/x", "by", ""), "/x?odd=a%20b%26c");
        assert_eq!(asked.with("/x", "by", "month"), "/x?by=month&odd=a%20b%26c");
        assert_eq!(Asked::parse("").with("/x", "by", ""), "/x");
        assert_eq!(Asked::parse("%zz&&=&a").get("a"), None);
    }
}
