//! Who may name whom.

use super::none;
use super::source::{Source, line_of, sources};

/// A module and what it may name of this project. A path with `::` opens only that part.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("clock", &["domain"]),
    ("log", &["domain"]),
    ("store", &["domain", "clock"]),
    ("sync", &["domain"]),
    ("demo", &["domain", "learn::rng", "learn::math"]),
    ("metric", &["domain", "store", "learn"]),
    ("feature", &["domain", "store", "learn"]),
    ("app", &["domain", "config", "clock", "store", "sync", "demo", "metric", "feature", "learn"]),
    ("task", &["domain", "clock", "app"]),
    ("web", &["domain", "config", "app", "task"]),
    ("cli", &["domain", "config", "clock", "log", "app", "task", "web"]),
    ("main", &["cli"]),
];

/// Packages that belong to certain modules, because naming them elsewhere would move a concern.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "metric", "feature"]),
    ("sqlite_vec", &["store"]),
    ("csv", &["sync", "demo", "app"]),
    ("encoding_rs", &["sync"]),
    ("toml", &["config", "web"]),
    ("jiff", &["clock", "domain"]),
    ("directories", &["app"]),
    ("clap", &["cli"]),
    ("webbrowser", &["cli"]),
    ("tracing_subscriber", &["log"]),
    ("actix_web", &["web"]),
    ("actix_multipart", &["web"]),
    ("askama", &["web"]),
    ("rust_embed", &["web"]),
    ("futures_util", &["web"]),
    ("tokio", &["store", "task", "web", "cli"]),
    ("serde", &["config", "sync", "app", "task", "web", "cli"]),
    ("serde_json", &["store", "sync", "app", "task", "web", "cli"]),
];

/// What to do instead, for the breaches people are likeliest to make.
const REMEDIES: &[(&str, &str, &str)] = &[
    ("web", "store", "ask app for it"),
    ("cli", "store", "ask app for it"),
    ("task", "store", "ask app for it"),
    ("web", "metric", "let app re-export or compute it"),
    ("web", "feature", "let app re-export or compute it"),
    ("web", "learn", "let app turn it into values to show"),
    ("sync", "store", "yield rows; app saves them"),
    ("demo", "store", "write files; app imports them like everybody's"),
    ("metric", "feature", "move what both need into domain or store"),
    ("feature", "metric", "move what both need into domain or store"),
    ("app", "task", "take a `Tell` and let task call app"),
    ("domain", "store", "domain holds words only; pass values in"),
];

#[test]
fn imports_point_one_way() {
    let mut breaches = Vec::new();
    for file in product() {
        let from = file.module();
        let Some((_, allowed)) = LAYERS.iter().find(|it| it.0 == from) else {
            breaches.push(format!("{}: {from} is no layer: add it to LAYERS", file.at(1)));
            continue;
        };
        for (line, path) in named(file) {
            let to = path.split("::").next().unwrap();
            let layer = to == "learn" || LAYERS.iter().any(|it| it.0 == to);
            let open = allowed.iter().any(|it| *it == to || path.starts_with(it));
            if layer && to != from && !open {
                let at = file.at(line);
                breaches.push(format!("{at}: {from} may not use {path}: {}", remedy(from, to)));
            }
        }
    }
    none("imports point one way (see the table in ARCHITECTURE.md)", &breaches);
}

#[test]
fn packages_stay_at_home() {
    let mut breaches = Vec::new();
    for file in product() {
        for (package, homes) in HOMES {
            for (line, path) in paths(&file.code, package) {
                if !homes.contains(&file.module()) {
                    let homes = homes.join(", ");
                    let (at, from) = (file.at(line), file.module());
                    breaches.push(format!(
                        "{at}: {from} may not use {package}::{path}: it belongs to {homes}"
                    ));
                }
            }
        }
    }
    none("a package stays in the layers it serves", &breaches);
}

#[test]
fn mathematics_knows_no_trade() {
    const WORDS: &[&str] = &["technician", "employee", "rusqlite", "actix", "tokio", "crewkeep"];
    let mut breaches = Vec::new();
    for file in sources(&["src/learn"]) {
        for (at, line) in file.text.lines().enumerate() {
            let line = line.to_lowercase();
            for word in WORDS.iter().filter(|it| line.contains(**it)) {
                let at = file.at(at + 1);
                breaches.push(format!("{at}: learn says {word}: speak of rows and groups"));
            }
        }
    }
    none("learn has never heard of a technician", &breaches);
}

/// The table that people read is the table that is checked.
#[test]
fn the_table_of_layers_is_the_written_one() {
    let written = super::text("ARCHITECTURE.md");
    for (module, allowed) in LAYERS {
        let allowed = match allowed {
            [] => "nothing of ours".to_owned(),
            names => names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "),
        };
        let start = format!("| `{module}` | {allowed} |");
        assert!(written.contains(&start), "ARCHITECTURE.md lacks the row: {start}");
    }
}

/// Files of the root crate; `lib.rs` is only the map.
fn product() -> Vec<&'static Source> {
    let mut files = sources(&["src"]);
    files.retain(|it| !it.path.starts_with("src/learn/") && it.path != "src/lib.rs");
    files.retain(|it| !it.is_test());
    files
}

/// Every path into this project that a file names, with its line: `domain::rate`, `learn::rng`.
fn named(file: &Source) -> Vec<(usize, String)> {
    let mut found = paths(&file.code, "crate");
    found.extend(paths(&file.code, "crewkeep"));
    let learn = paths(&file.code, "learn");
    found.extend(learn.into_iter().map(|(line, path)| (line, format!("learn::{path}"))));
    found.extend(climbs(file));
    found
}

/// What follows `root::`, group by group: `crate::{a, b::c}` names `a` and `b::c`.
fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let start = format!("{root}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | ':' | '$')) {
            continue;
        }
        let line = line_of(code, at);
        let rest = &code[at + start.len()..];
        let items = rest.strip_prefix('{').map_or_else(|| vec![rest], group);
        found.extend(items.into_iter().map(|it| (line, head(it))).filter(|it| !it.1.is_empty()));
    }
    found
}

/// The items of `{a, b::{c, d}}`, after its opening brace.
fn group(rest: &str) -> Vec<&str> {
    let (mut depth, mut from, mut items) = (0, 0, Vec::new());
    for (at, it) in rest.char_indices() {
        match it {
            '{' => depth += 1,
            ',' if depth == 0 => {
                items.push(&rest[from..at]);
                from = at + 1;
            }
            '}' if depth == 0 => {
                items.push(&rest[from..at]);
                return items;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items
}

/// The path an item begins with: `a::b` of ` a::b::{c, d}`.
fn head(item: &str) -> String {
    let item = item.trim_start();
    let end = item.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == ':'));
    item[..end.unwrap_or(item.len())].trim_end_matches(':').to_owned()
}

/// Names reached by climbing out of the own folder with `super::`.
fn climbs(file: &Source) -> Vec<(usize, String)> {
    let steps = file.path.trim_end_matches("/mod.rs").trim_end_matches(".rs").matches('/').count();
    let inner = file.code.find("\nmod tests {").unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for depth in steps..steps + 2 {
        let climb = "super::".repeat(depth);
        for (line, path) in paths(&file.code, climb.trim_end_matches("::")) {
            let inside = file.code.lines().take(line - 1).map(|it| it.len() + 1).sum::<usize>();
            let needed = steps + usize::from(inside > inner);
            if depth == needed && !path.starts_with("super") {
                found.push((line, path));
            }
        }
    }
    found
}

fn remedy(from: &str, to: &str) -> &'static str {
    REMEDIES
        .iter()
        .find(|it| it.0 == from && it.1 == to)
        .map_or("move what both need into a lower layer, or call it from a higher one", |it| it.2)
}

#[test]
fn groups_and_single_paths_are_seen() {
    let code = "use crate::{a, b::{c, d}, e::f};\nfn g() { crate::h::i() } pub(crate) fn j() {}";
    let seen: Vec<_> = paths(code, "crate").into_iter().map(|it| it.1).collect();
    assert_eq!(seen, ["a", "b", "e::f", "h::i"]);
}
