//! How long things may be, how a file begins, and that nothing is said twice.

use std::collections::HashMap;

use super::none;
use super::source::{Source, line_of, sources};

/// Lines of a file.
const FILE_LINES_MAX: usize = 600;
/// Lines of a function, from `fn` to its closing brace.
const FN_LINES_MAX: usize = 70;
/// Lines of code that may stand the same in two places.
const TWIN_LINES_MAX: usize = 14;
/// Files that are one long table, where a cut would only hide half of it.
const LONG_TABLES: &[&str] = &["src/domain/fact.rs"];

#[test]
fn files_can_be_read_in_one_go() {
    let mut breaches = Vec::new();
    for file in sources(&["src", "tests"]) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES_MAX && !LONG_TABLES.contains(&file.path.as_str()) {
            breaches.push(format!(
                "{}: {lines} lines, {FILE_LINES_MAX} at most: split it by what it speaks of",
                file.at(lines)
            ));
        }
    }
    none("files can be read in one go", &breaches);
}

#[test]
fn functions_fit_a_screen() {
    let mut breaches = Vec::new();
    for file in sources(&["src", "tests"]) {
        for (line, name, lines) in functions(file) {
            if lines > FN_LINES_MAX {
                breaches.push(format!(
                    "{}: {name} has {lines} lines, {FN_LINES_MAX} at most: pull the parts out",
                    file.at(line)
                ));
            }
        }
    }
    none("functions fit a screen", &breaches);
}

#[test]
fn files_say_what_they_are() {
    let mut breaches = Vec::new();
    for file in sources(&["src", "tests"]) {
        // A single line that only calls another module says it all by itself.
        if !file.text.starts_with("//! ") && file.code.lines().count() > 5 {
            breaches
                .push(format!("{}: begin with `//!`: what it is, what it must not do", file.at(1)));
        }
    }
    none("files say what they are", &breaches);
}

#[test]
fn nothing_is_said_twice() {
    let files = sources(&["src", "tests"]);
    let mut seen: HashMap<Vec<&str>, String> = HashMap::new();
    let mut breaches = Vec::new();
    for file in files {
        let lines: Vec<_> = file
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim()))
            .filter(|(_, line)| line.len() > 3 && !line.starts_with("//") && !is_import(line))
            .collect();
        let mut passed = 0;
        for (at, twin) in lines.windows(TWIN_LINES_MAX).enumerate() {
            let words = twin.iter().map(|it| it.1).collect();
            let here = file.at(twin[0].0);
            match seen.get(&words) {
                Some(_) if at < passed => {}
                Some(first) => {
                    passed = at + TWIN_LINES_MAX;
                    breaches.push(format!("{here}: the same as {first}: make it one function"));
                }
                None => {
                    seen.insert(words, here);
                }
            }
        }
    }
    none("nothing is said twice", &breaches);
}

fn is_import(line: &str) -> bool {
    ["use ", "pub use ", "mod ", "pub mod ", "#["].iter().any(|it| line.starts_with(it))
}

/// Line, name and length of every function with a body.
fn functions(file: &Source) -> Vec<(usize, String, usize)> {
    let code = &file.code;
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts = code[..at].ends_with(|it: char| it.is_whitespace() || it == '(');
        let name = code[at + 3..].split(|it: char| !(it.is_alphanumeric() || it == '_')).next();
        let name = name.unwrap_or_default();
        let Some(end) = body_end(&code[at..]) else { continue };
        if starts && !name.is_empty() {
            let lines = line_of(code, at + end) - line_of(code, at) + 1;
            found.push((line_of(code, at), name.to_owned(), lines));
        }
    }
    found
}

/// Where the body of a function that begins here ends; none for a declaration.
fn body_end(code: &str) -> Option<usize> {
    let open = code.find(['{', ';']).filter(|at| code.as_bytes()[*at] == b'{')?;
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
