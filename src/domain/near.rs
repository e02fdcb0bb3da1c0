//! The known name a mistyped one was likely meant to be.
//!
//! Never here: what names are for.

/// Below this likeness, of 1, nothing is named: a wild guess is worse than none.
const LIKE_MIN: f64 = 0.8;

/// The known name nearest to this one, compared whole and by its last part (`server.port`: `port`);
/// none when nothing is near.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let like = |it: &str| {
        let it = it.to_lowercase();
        let whole = strsim::jaro_winkler(&it, &name);
        // By its last part a name is near, by the whole of it nearer.
        let last = 0.99 * strsim::jaro_winkler(last(&it), last(&name));
        whole.max(last)
    };
    let known = known.map(|it| (like(it), it)).filter(|it| it.0 >= LIKE_MIN);
    known.max_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1)
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_by_its_whole_or_its_last_part() {
        let near = |name| nearest(name, ["server.port", "log.level", "train.seed"].into_iter());
        assert_eq!(near("server.prot"), Some("server.port"));
        assert_eq!(near("port"), Some("server.port"));
        assert_eq!(near("web.prot"), Some("server.port"));
        assert_eq!(near("LEVEL"), Some("log.level"));
        assert_eq!(near("blue"), None);
        assert_eq!(near(""), None);
    }
}
