//! Rules of the look, as tests: what templates may hold, and contrast of every colour.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const CSS: &str = include_str!("../../assets/app.css");
const SPRITE: &str = include_str!("../../assets/icons.svg");

/// Ground, then what stands on it: text needs 4.5 to 1.
const TEXT: &[(&str, &[&str])] = &[
    ("canvas", &["ink", "ink-2", "ink-3", "accent", "raise", "lower", "danger"]),
    ("surface", &["ink", "ink-2", "ink-3", "accent", "raise", "lower", "danger", "high", "med"]),
    ("sunken", &["ink", "ink-2", "ink-3", "accent"]),
    ("hover", &["ink", "ink-2", "ink-3", "accent", "raise", "lower"]),
    ("accent-fill", &["on-accent"]),
    ("accent-soft", &["accent", "ink"]),
    ("raise-soft", &["raise", "ink"]),
    ("lower-soft", &["lower", "ink"]),
    ("high-soft", &["high"]),
    ("med-soft", &["med"]),
    ("low-soft", &["low"]),
    ("danger-soft", &["danger", "ink"]),
];

/// The same for marks and edges, which need 3 to 1.
const GRAPHICS: &[(&str, &[&str])] = &[
    ("canvas", &["control", "accent-fill", "ok"]),
    (
        "surface",
        &[
            "control",
            "accent-fill",
            "raise-fill",
            "lower-fill",
            "s1",
            "s2",
            "s3",
            "ok",
            "high-fill",
        ],
    ),
    ("sunken", &["control"]),
];

/// Heat steps, ink on each.
const HEAT: &[&str] = &["h-4", "h-3", "h-2", "h-1", "h1", "h2", "h3", "h4"];

/// Places outside the token layer that may name a colour: heat steps, toast, backdrop.
const LITERALS: &[&str] = &[".h-4 {", ".h1 {", ".toast {", "::backdrop", "--canvas: #fff"];

#[test]
fn colours_can_be_read_in_both_schemes() {
    let tokens = tokens();
    let mut low = Vec::new();
    for (pairs, needed) in [(TEXT, 4.5), (GRAPHICS, 3.0)] {
        for (ground, marks) in pairs {
            for mark in *marks {
                low.extend(below(&tokens, ground, mark, needed));
            }
        }
    }
    for step in HEAT {
        low.extend(below(&tokens, step, "ink", 4.5));
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

#[test]
fn colours_are_named_once() {
    let (before, rest) = CSS.split_once("@layer tokens {").unwrap();
    let (_, after) = rest.split_once("@layer base {").unwrap();
    for line in before.lines().chain(after.lines()) {
        let names_colour =
            line.contains("rgb(") || line.match_indices('#').any(|(at, _)| hex_at(line, at));
        let allowed = LITERALS.iter().any(|it| line.contains(it));
        assert!(!names_colour || allowed, "use a token: {line}");
    }
}

#[test]
fn templates_hold_no_scripts_styles_or_handlers() {
    for (path, text) in templates() {
        let at = |what: &str| format!("{}: {what}", path.display());
        for word in ["style=", "hx-on", "js:", "javascript:", "hx-confirm", "data:"] {
            assert!(!text.contains(word), "{}", at(word));
        }
        assert!(!text.contains(&open("style")), "{}", at("style element"));
        for script in text.split(&open("script")).skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(" src="), "{}", at("script without src"));
        }
        for part in text.split_whitespace().filter(|it| it.starts_with("on")) {
            let name = part.split('=').next().unwrap();
            let handler = part.contains('=')
                && name.len() > 2
                && name.bytes().all(|it| it.is_ascii_lowercase());
            assert!(!handler, "{}", at(part));
        }
    }
}

#[test]
fn pictures_have_labels_and_tables_captions() {
    for (path, text) in templates() {
        for svg in text.split(&open("svg")).skip(1) {
            let tag = svg.split('>').next().unwrap();
            let silent = tag.contains("aria-hidden=\"true\"");
            let image = tag.contains("role=\"img\"");
            assert!(
                !image || tag.contains("aria-label="),
                "{}: svg without a label",
                path.display()
            );
            let nested = tag.contains("preserveAspectRatio=\"none\"");
            assert!(silent || image || nested, "{}: svg that is neither: {tag}", path.display());
        }
        for table in text.split(&open("table")).skip(1) {
            let body = table.split(&open("/table>")).next().unwrap();
            assert!(body.contains(&open("caption")), "{}: table without a caption", path.display());
        }
        for th in text.split(&open("th ")).skip(1) {
            assert!(th.split('>').next().unwrap().contains("scope="), "{}: th", path.display());
        }
    }
}

#[test]
fn icons_named_in_templates_are_in_the_sprite() {
    for (path, text) in templates() {
        let by_macro = text.split("icon(\"").skip(1).map(|it| it.split('"').next().unwrap());
        let by_address = text.split("icons }}#").skip(1).map(|it| it.split('"').next().unwrap());
        for name in by_macro.chain(by_address).filter(|it| !it.contains("{{")) {
            let known = SPRITE.contains(&format!("id=\"{name}\""));
            assert!(known, "{}: no symbol {name} in icons.svg", path.display());
        }
    }
}

#[test]
fn the_name_is_spelled_in_one_place() {
    for (path, text) in templates() {
        assert!(!text.contains(super::shell::PRODUCT), "{}: use shell.product()", path.display());
    }
}

#[test]
fn printed_pages_keep_the_rules_too() {
    let page = super::gallery::page(None);
    for word in [" style=", " onclick", "hx-on", "NaN"] {
        assert!(!page.contains(word), "the gallery prints {word}");
    }
    let html = scraper::Html::parse_document(&page);
    let all = scraper::Selector::parse("[id]").unwrap();
    let mut seen = BTreeMap::new();
    for element in html.select(&all) {
        *seen.entry(element.value().id().unwrap().to_owned()).or_insert(0) += 1;
    }
    let twice: Vec<_> = seen.iter().filter(|it| *it.1 > 1).collect();
    assert!(twice.is_empty(), "ids used twice: {twice:?}");
    let targets = scraper::Selector::parse("[popovertarget]").unwrap();
    for element in html.select(&targets) {
        let id = element.value().attr("popovertarget").unwrap();
        assert!(seen.contains_key(id), "nothing opens for {id}");
    }
}

/// The start of a tag; spelled so because no Rust file may hold one.
fn open(name: &str) -> String {
    format!("{}{name}", '<')
}

fn templates() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    walk(&Path::new(ROOT).join("templates"), &mut found);
    assert!(found.len() > 5);
    found
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Name of a token or heat step, and its colour in the light and the dark scheme.
fn tokens() -> BTreeMap<String, [[f64; 3]; 2]> {
    let mut found = BTreeMap::new();
    let pieces: Vec<_> = CSS.split("light-dark(#").collect();
    for pair in pieces.windows(2) {
        let colours = pair[1].split(')').next().unwrap();
        if let (Some(name), Some((light, dark))) = (name_before(pair[0]), colours.split_once(", #"))
        {
            found.entry(name).or_insert([rgb(light), rgb(dark)]);
        }
    }
    found
}

/// The token, or the class of the rule, that the text before a colour ends in.
fn name_before(text: &str) -> Option<String> {
    let (start, _) = text.rsplit_once(':')?;
    let head = start.rsplit(['{', ';', '\n']).next()?.trim();
    if let Some(token) = head.strip_prefix("--") {
        return Some(token.to_owned());
    }
    let (rule, _) = start.rsplit_once('{')?;
    Some(rule.trim_end().rsplit(['.', ' ']).next()?.to_owned())
}

fn rgb(hex: &str) -> [f64; 3] {
    let channel = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    [channel(0), channel(2), channel(4)]
}

fn below(
    tokens: &BTreeMap<String, [[f64; 3]; 2]>,
    ground: &str,
    mark: &str,
    needed: f64,
) -> Vec<String> {
    let find = |name: &str| *tokens.get(name).unwrap_or_else(|| panic!("no colour {name}"));
    let (ground_colours, mark_colours) = (find(ground), find(mark));
    let scheme = |at: usize| {
        let ratio = contrast(ground_colours[at], mark_colours[at]);
        let name = ["light", "dark"][at];
        (ratio < needed).then(|| format!("{mark} on {ground}, {name}: {ratio:.2}, needs {needed}"))
    };
    (0..2).filter_map(scheme).collect()
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        |it: f64| if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn hex_at(line: &str, at: usize) -> bool {
    let digits = line[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
    matches!(digits, 3 | 4 | 6 | 8)
}
