//! Rust files as the rules see them: comments and literals told apart from code.
//!
//! A scanner, not a parser: it knows comments, strings, raw strings and characters, which is what
//! keeps a rule from tripping over a word in a sentence.

use std::sync::LazyLock;

use super::{files_below, kind, text};

/// One Rust file.
pub(super) struct Source {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    /// As written.
    pub(super) text: String,
    /// Without comments and without what stands in literals; lines stay where they are.
    pub(super) code: String,
    /// What stands in string literals, and on which line each begins.
    pub(super) literals: Vec<(usize, String)>,
}

/// Every Rust file below these folders.
pub(super) fn sources(folders: &[&str]) -> Vec<&'static Source> {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let paths = ["src", "tests"].iter().flat_map(|it| files_below(it));
        paths.filter(|it| kind(it) == "rs").map(|path| Source::new(&path, text(&path))).collect()
    });
    let below = |path: &str| folders.iter().any(|it| path.starts_with(&format!("{it}/")));
    let found: Vec<_> = ALL.iter().filter(|it| below(&it.path)).collect();
    assert!(!found.is_empty(), "no Rust file below {folders:?}");
    found
}

impl Source {
    fn new(path: &str, text: String) -> Self {
        let (code, literals) = scan(&text);
        Self { path: path.to_owned(), text, code, literals }
    }

    /// The layer: the folder or file right below `src`.
    pub(super) fn module(&self) -> &str {
        let rest = self.path.strip_prefix("src/").unwrap_or(&self.path);
        rest.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// Whether it holds tests only: those build scratch offices from the ground up, so layers do not
    /// bind them.
    pub(super) fn is_test(&self) -> bool {
        ["/tests.rs", "/fixture.rs"].iter().any(|it| self.path.ends_with(it))
            || self.path.contains("/tests/")
    }

    /// `path:line`, for a report.
    pub(super) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }

    /// Lines of code, counted from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

/// The line a byte stands on, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].bytes().filter(|it| *it == b'\n').count() + 1
}

/// Splits a text into code (the rest blanked) and literals.
fn scan(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some((head, tail, length)) = string(text, at) {
            literals.push((line_of(text, at), text[at + head..at + length - tail].to_owned()));
            length
        } else {
            character(rest).unwrap_or(0)
        };
        for byte in code[at..at + length].iter_mut().filter(|it| **it != b'\n') {
            *byte = b' ';
        }
        at += length.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    (String::from_utf8(code).expect("whole characters are blanked"), literals)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match &bytes[at..bytes.len().min(at + 2)] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// Length of the opening, of the closing and of the whole of a string literal that begins here.
fn string(text: &str, at: usize) -> Option<(usize, usize, usize)> {
    let rest = &text[at..];
    let in_word = text[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_');
    if in_word && !rest.starts_with('"') {
        return None;
    }
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|it| {
        rest.strip_prefix(it).is_some_and(|it| it.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].bytes().take_while(|it| *it == b'#').count();
    let head = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        let length = rest[head..].find(&end).map_or(rest.len(), |it| head + it + end.len());
        return Some((head, end.len(), length));
    }
    if hashes > 0 {
        return None;
    }
    let mut escaped = false;
    for (offset, byte) in rest.bytes().enumerate().skip(head) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((head, 1, offset + 1)),
            _ => {}
        }
    }
    None
}

/// Length of a character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let kind = escape.chars().next()?;
        let after = kind.len_utf8();
        return Some(2 + after + escape[after..].find('\'')? + 1);
    }
    let first = body.chars().next()?;
    body[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

#[test]
fn code_is_told_from_words() {
    let text = "let a = \"x // \\\" y\"; // crate::z\nlet b = r#\"SELECT \"1\"\"#; /* a /* b */ c */ f::<'a>('\\'', '\"', b'x');\n";
    let (code, literals) = scan(text);
    assert_eq!(code.lines().count(), 2);
    assert!(!code.contains("crate") && !code.contains("SELECT") && code.contains("f::<'a>("));
    let expected = [(1, "x // \\\" y".to_owned()), (2, "SELECT \"1\"".to_owned())];
    assert_eq!(literals, expected);
}
