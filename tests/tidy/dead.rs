//! Files and entries that nothing mentions.

use std::collections::BTreeSet;
use std::path::Path;

use super::source::sources;
use super::{files_below, kind, none, text};

/// A folder, the type its files declare, and the file that lists them all.
const REGISTRIES: &[(&str, &str, &str)] = &[
    ("src/metric", ": Metric =", "src/metric/mod.rs"),
    ("src/metric/series", ": Series =", "src/metric/series.rs"),
    ("src/feature", ": Feature =", "src/feature/mod.rs"),
    ("src/web/pages", ": Page =", "src/web/pages/mod.rs"),
];

#[test]
fn every_entry_is_in_its_table() {
    let mut breaches = Vec::new();
    for (folder, declares, list) in REGISTRIES {
        let listed = text(list);
        for file in sources(&[folder]) {
            for (line, declared) in file.lines().filter(|it| it.1.contains(declares)) {
                let name =
                    declared.split(declares).next().unwrap().trim().rsplit(' ').next().unwrap();
                let home = Path::new(&file.path).file_stem().unwrap().to_string_lossy();
                if !listed.contains(&format!("{home}::{name}")) && file.path != *list {
                    breaches.push(format!("{}: add {home}::{name} to {list}", file.at(line)));
                }
            }
        }
    }
    let tasks = text("src/task/mod.rs");
    for file in sources(&["src/task"]) {
        for (line, written) in file.lines() {
            let Some((_, rest)) = written.split_once("impl Task for ") else { continue };
            let name = rest.split([' ', '{', '<']).next().unwrap();
            if !tasks.contains(&format!("{name}>()")) {
                breaches.push(format!("{}: add entry::<{name}>() to TASKS", file.at(line)));
            }
        }
    }
    none("every entry is in its table", &breaches);
}

#[test]
fn every_page_has_a_route() {
    let router = text("src/web/router.rs");
    let mut breaches = Vec::new();
    for file in sources(&["src/web/pages"]) {
        for (line, literal) in file.literals.iter().filter(|it| it.1.starts_with('/')) {
            let declares =
                file.text.lines().nth(line - 1).is_some_and(|it| it.contains("path: \"/"));
            if declares && !router.contains(&format!("\"{literal}\"")) {
                breaches.push(format!("{}: add {literal} to src/web/router.rs", file.at(*line)));
            }
        }
    }
    none("every page has a route", &breaches);
}

#[test]
fn every_rust_file_is_compiled() {
    let mut breaches = Vec::new();
    let files = sources(&["src", "tests"]);
    let declared: BTreeSet<String> =
        files.iter().flat_map(|it| modules(&it.path, &it.code)).collect();
    for file in &files {
        let path = file.path.as_str();
        let roots =
            ["src/lib.rs", "src/main.rs", "src/learn/lib.rs", "tests/main.rs", "tests/bench.rs"];
        let example = path.starts_with("src/learn/examples/");
        if !roots.contains(&path) && !example && !declared.contains(path) {
            breaches.push(format!("{path}:1: no `mod` names it: add one, or delete the file"));
        }
    }
    none("every Rust file is compiled", &breaches);
}

#[test]
fn every_template_and_asset_is_used() {
    let code: String = sources(&["src"]).into_iter().map(|it| it.text.as_str()).collect();
    let templates: Vec<_> =
        files_below("templates").into_iter().map(|it| (text(&it), it)).collect();
    let assets = ["assets/app.css", "assets/VENDOR.toml"].map(text).concat();
    let mut breaches = Vec::new();
    for (_, path) in &templates {
        let name = path.strip_prefix("templates/").unwrap();
        let quoted = format!("\"{name}\"");
        let elsewhere =
            templates.iter().any(|(text, other)| other != path && text.contains(&quoted));
        if !elsewhere && !code.contains(&quoted) {
            breaches.push(format!("{path}:1: nothing renders or includes it: delete it"));
        }
    }
    for path in files_below("assets") {
        let name = path.strip_prefix("assets/").unwrap();
        let known = format!("\"{name}\"");
        if name != "VENDOR.toml" && !code.contains(&known) && !assets.contains(&known) {
            breaches.push(format!("{path}:1: nothing serves or names it: delete it"));
        }
    }
    none("every template and asset is used", &breaches);
}

#[test]
fn every_document_is_in_the_index() {
    let index = text("docs/README.md");
    let readme = text("README.md");
    let mut breaches = Vec::new();
    for path in files_below("docs").into_iter().filter(|it| it != "docs/README.md") {
        let name = path.strip_prefix("docs/").unwrap();
        let folder = name.split_once('/').map_or(name, |it| it.0);
        let linked =
            index.contains(&format!("({name})")) || index.contains(&format!("({folder}/)"));
        if !linked && !readme.contains(&path) {
            breaches.push(format!("{path}:1: add it to docs/README.md, or delete it"));
        }
    }
    none("every document is in the index", &breaches);
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut breaches = Vec::new();
    let roots = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let below = files_below("docs").into_iter().filter(|it| kind(it) == "md");
    for path in roots.into_iter().map(str::to_owned).chain(below) {
        let folder = super::root().join(&path).parent().unwrap().to_path_buf();
        let page = text(&path);
        let shown = page.lines().enumerate().filter(|it| !it.1.starts_with("<!--"));
        for (at, line) in shown {
            for link in line.split("](").skip(1).map(|it| it.split([')', '#']).next().unwrap()) {
                let local = !link.is_empty() && !link.contains("://");
                if local && !folder.join(link).exists() {
                    breaches.push(format!("{path}:{}: there is no {link}", at + 1));
                }
            }
        }
    }
    none("every link between documents leads somewhere", &breaches);
}

/// The files that the `mod` lines of a file may mean.
fn modules(path: &str, code: &str) -> Vec<String> {
    let own = path.trim_end_matches(".rs");
    let folder = match path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs" | "bench.rs")) => folder.to_owned(),
        _ => own.to_owned(),
    };
    let mut found = Vec::new();
    for line in code.lines().map(str::trim).filter(|it| it.ends_with(';')) {
        let line = line.rsplit(']').next().unwrap().trim();
        let Some(name) = line.split_once("mod ").map(|it| it.1.trim_end_matches(';')) else {
            continue;
        };
        found.push(format!("{folder}/{name}.rs"));
        found.push(format!("{folder}/{name}/mod.rs"));
    }
    found
}
