//! What may not stand on a line, and where it may.

use super::source::{Source, sources};
use super::{kind, none};

/// Words that only a statement begins or joins with.
const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "DROP TABLE ",
    "PRAGMA ",
    "WITH RECURSIVE ",
];

#[test]
fn sql_lives_beside_the_store() {
    let homes = ["store", "metric", "feature"];
    let rule = |file: &Source, literal: &str| {
        let statement = SQL.iter().any(|it| starts_a_word(literal, it));
        let breach = statement && !file.is_test() && !homes.contains(&file.module());
        breach.then_some("SQL outside store, metric, feature: put a function there and call it")
    };
    none("SQL lives beside the store", &in_literals(&product(), rule));
}

#[test]
fn tags_live_in_templates() {
    let rule = |_: &Source, literal: &str| {
        let tag = literal.match_indices('<').any(|(at, _)| {
            let rest = literal[at + 1..].trim_start_matches('/');
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            let after = rest[name.len()..].chars().next();
            name.starts_with(|it: char| it.is_ascii_lowercase())
                && matches!(after, Some(' ' | '>' | '/') | None)
        });
        tag.then_some("a tag in Rust: put it into a template under templates/")
    };
    none("tags live in templates", &in_literals(&sources(&["src"]), rule));
}

#[test]
fn one_file_reads_the_clock() {
    const READERS: &[&str] = &[
        "SystemTime::now",
        "Instant::now",
        "Zoned::now",
        "Timestamp::now",
        "Utc::now",
        "Local::now",
    ];
    let rule = |file: &Source, line: &str| {
        let reader = READERS.iter().find(|it| line.contains(**it));
        let measures = file.path.ends_with("/speed.rs");
        let home = file.path == "src/clock.rs" || measures;
        reader.filter(|_| !home).map(|_| "take a Clock or a Stopwatch: crate::clock reads the time")
    };
    none("one file reads the clock", &in_code(&sources(&["src"]), rule));
}

#[test]
fn output_is_the_command_lines() {
    const PRINTS: &[&str] = &["println!", "print!(", "eprintln!", "eprint!("];
    let rule = |file: &Source, line: &str| {
        let prints = PRINTS.iter().any(|it| line.contains(it));
        let home = file.module() == "cli" || file.path.starts_with("src/learn/examples/");
        let test = file.path.contains("/tests");
        (prints && !home && !test).then_some("log with tracing, or let cli print it")
    };
    none("only the command line prints", &in_code(&sources(&["src"]), rule));
}

#[test]
fn nothing_is_left_for_later() {
    const WORDS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
    let mut breaches = in_code(&sources(&["src", "tests"]), |_, line| {
        let left = ["dbg!(", "todo!(", "unimplemented!("].iter().any(|it| line.contains(it));
        left.then_some("finish it or take it out")
    });
    let texts = ["src", "templates", "assets", "docs"].iter().flat_map(|it| super::files_below(it));
    for path in texts.filter(|it| written_by_us(it)) {
        for (at, line) in super::text(&path).lines().enumerate() {
            if WORDS.iter().any(|it| whole_word(line, it)) {
                breaches
                    .push(format!("{path}:{}: finish it, or say plainly what is missing", at + 1));
            }
        }
    }
    none("nothing is left for later", &breaches);
}

#[test]
fn exceptions_give_their_reason() {
    let mut breaches = Vec::new();
    for file in sources(&["src", "tests"]) {
        for (line, text) in file.lines() {
            if text.contains("#[allow(") || text.contains("#![allow(") {
                let at = file.at(line);
                breaches.push(format!("{at}: use #[expect(lint, reason = \"...\")]"));
            }
        }
        for (at, _) in file.code.match_indices("[expect(") {
            let attribute = file.code[at..].split(")]").next().unwrap();
            if !attribute.contains("reason =") {
                let at = file.at(super::source::line_of(&file.code, at));
                breaches.push(format!("{at}: say why: #[expect(lint, reason = \"...\")]"));
            }
        }
    }
    none("exceptions give their reason", &breaches);
}

/// Files of the root crate.
fn product() -> Vec<&'static Source> {
    let mut files = sources(&["src"]);
    files.retain(|it| !it.path.starts_with("src/learn/"));
    files
}

fn written_by_us(path: &str) -> bool {
    matches!(kind(path), "rs" | "html" | "css" | "svg" | "md" | "sql") || path == "assets/app.js"
}

fn in_code(files: &[&Source], rule: impl Fn(&Source, &str) -> Option<&'static str>) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in files {
        for (line, text) in file.lines() {
            if let Some(remedy) = rule(file, text) {
                breaches.push(format!("{}: {remedy}", file.at(line)));
            }
        }
    }
    breaches
}

fn in_literals(
    files: &[&Source],
    rule: impl Fn(&Source, &str) -> Option<&'static str>,
) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in files {
        for (line, literal) in &file.literals {
            if let Some(remedy) = rule(file, literal) {
                breaches.push(format!("{}: {remedy}", file.at(*line)));
            }
        }
    }
    breaches
}

fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

fn whole_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(char::is_alphanumeric)
            && !text[at + word.len()..].starts_with(char::is_alphanumeric)
    })
}
