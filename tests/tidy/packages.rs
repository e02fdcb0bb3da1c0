//! What the program is built from: licences, bans, one version of what matters, and why each
//! package is there. The lists stand in `deny.toml`, so that cargo-deny reads the same ones.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::source::sources;
use super::{none, root, text};

/// Packages of which two versions would mean two of something that must be one.
const ONE_VERSION: &[&str] =
    &["libsqlite3-sys", "rusqlite", "actix-web", "tokio", "serde", "askama"];

/// What the mathematics must never reach.
const NOT_IN_LEARN: &[&str] = &["tokio", "rusqlite", "actix-web", "askama", "crewkeep"];

#[test]
fn licences_are_allowed() {
    let deny = deny();
    let allowed: BTreeSet<String> = strings(&deny["licenses"]["allow"]).into_iter().collect();
    let mut breaches = Vec::new();
    for package in packages(&metadata()) {
        let (name, licence) = (package.0, package.2);
        if !licence_passes(&licence, &allowed) {
            breaches.push(format!(
                "{name}: licence `{licence}` is not in deny.toml: take another package, or add it \
                 after reading it"
            ));
        }
    }
    none("licences are allowed", &breaches);
}

#[test]
fn banned_packages_stay_out() {
    let deny = deny();
    let bans = deny["bans"]["deny"].as_array().expect("a list of bans");
    let names: Vec<_> = bans.iter().map(|it| it["crate"].as_str().expect("a name")).collect();
    let mut breaches = Vec::new();
    for (name, version) in locked() {
        if names.contains(&name.as_str()) {
            breaches.push(format!(
                "Cargo.lock: {name} {version} is banned in deny.toml, which says why"
            ));
        }
    }
    none("banned packages stay out", &breaches);
}

#[test]
fn what_must_be_one_is_one() {
    let locked = locked();
    let mut breaches = Vec::new();
    for name in ONE_VERSION {
        let versions: Vec<_> = locked.iter().filter(|it| it.0 == *name).map(|it| &it.1).collect();
        if versions.len() != 1 {
            breaches.push(format!("Cargo.lock: {name} in versions {versions:?}, one is needed"));
        }
    }
    none("what must be one is one", &breaches);
}

#[test]
fn mathematics_needs_no_server() {
    let metadata = metadata();
    let reached = reached_by(&metadata, "learn");
    let breaches: Vec<_> = NOT_IN_LEARN
        .iter()
        .filter(|it| reached.contains(**it))
        .map(|it| format!("src/learn/Cargo.toml: learn reaches {it}: keep it in the root crate"))
        .collect();
    assert!(reached.contains("serde"), "the walk over packages found nothing");
    none("mathematics needs no server", &breaches);
}

#[test]
fn every_package_says_why_and_is_used() {
    let mut breaches = Vec::new();
    for (manifest, folders) in
        [("Cargo.toml", &["src", "tests"][..]), ("src/learn/Cargo.toml", &["src/learn"][..])]
    {
        let code: String = sources(folders).into_iter().map(|it| it.text.as_str()).collect();
        let (mut inside, mut above) = (false, String::new());
        for (at, line) in text(manifest).lines().enumerate() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| inside) {
                if !above.starts_with("# ") {
                    breaches.push(format!("{manifest}:{}: say above why {name} is there", at + 1));
                }
                let word = name.replace('-', "_");
                if !code.contains(&format!("{word}::")) && !code.contains(&format!("use {word}")) {
                    breaches
                        .push(format!("{manifest}:{}: nothing uses {name}: take it out", at + 1));
                }
            }
            line.clone_into(&mut above);
        }
    }
    none("every package says why it is there, and is used", &breaches);
}

fn deny() -> toml::Table {
    text("deny.toml").parse().expect("deny.toml is TOML")
}

fn strings(list: &toml::Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|it| it.as_str().expect("a string").to_owned()).collect()
}

/// Name and version of every package in the lock file.
fn locked() -> Vec<(String, String)> {
    let lock: toml::Table = text("Cargo.lock").parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("packages");
    let word = |it: &toml::Value, key: &str| it[key].as_str().expect("a string").to_owned();
    packages.iter().map(|it| (word(it, "name"), word(it, "version"))).collect()
}

/// What cargo knows of the packages; of this platform's only, when there is no network.
fn metadata() -> Value {
    let ask = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(root()).args(["metadata", "--format-version", "1", "--locked"]);
        let output = command.args(more).output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(output.stdout).ok_or(said)
    };
    let here = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let known = ask(&["--offline"])
        .or_else(|_| ask(&[]))
        .or_else(|_| ask(&["--offline", "--filter-platform", &here]))
        .unwrap_or_else(|said| panic!("cargo metadata: {said}"));
    serde_json::from_slice(&known).expect("cargo metadata is JSON")
}

/// Name, identity and licence of every package.
fn packages(metadata: &Value) -> Vec<(String, String, String)> {
    let word = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let list = metadata["packages"].as_array().expect("packages");
    list.iter().map(|it| (word(it, "name"), word(it, "id"), word(it, "license"))).collect()
}

/// Names of all packages that one needs when it runs (not when it is tested).
fn reached_by(metadata: &Value, start: &str) -> BTreeSet<String> {
    let names: BTreeMap<_, _> = packages(metadata).into_iter().map(|it| (it.1, it.0)).collect();
    let nodes = metadata["resolve"]["nodes"].as_array().expect("nodes");
    let needs: BTreeMap<_, _> = nodes.iter().map(|it| (it["id"].as_str().unwrap(), it)).collect();
    let mut todo: Vec<&str> =
        names.iter().filter(|it| it.1 == start).map(|it| it.0.as_str()).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = todo.pop() {
        for need in needs[id]["deps"].as_array().expect("deps") {
            let kinds = need["dep_kinds"].as_array().expect("kinds");
            let package = need["pkg"].as_str().expect("an identity");
            if kinds.iter().any(|it| it["kind"] != "dev") && reached.insert(names[package].clone())
            {
                todo.push(package);
            }
        }
    }
    reached
}

/// Whether a licence expression can be met by the allowed licences alone.
fn licence_passes(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let passes = any_of(&mut rest, allowed);
    passes && rest.is_empty()
}

fn any_of(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut passes = all_of(rest, allowed);
    while let Some(("OR" | "or", more)) = rest.split_first().map(|it| (*it.0, it.1)) {
        *rest = more;
        passes |= all_of(rest, allowed);
    }
    passes
}

fn all_of(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut passes = one(rest, allowed);
    while let Some(("AND" | "and", more)) = rest.split_first().map(|it| (*it.0, it.1)) {
        *rest = more;
        passes &= one(rest, allowed);
    }
    passes
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let Some((first, more)) = rest.split_first() else { return false };
    *rest = more;
    if *first == "(" {
        let passes = any_of(rest, allowed);
        *rest = rest.split_first().map_or(&[], |it| it.1);
        return passes;
    }
    if let [with, exception, more @ ..] = *rest
        && *with == "WITH"
    {
        *rest = more;
        let whole = format!("{first} WITH {exception}");
        // An exception only ever grants more.
        return allowed.contains(*first) || allowed.contains(&whole);
    }
    allowed.contains(*first)
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned).into();
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    ] {
        assert!(licence_passes(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR LGPL-3.0) AND MIT", "MIT )"] {
        assert!(!licence_passes(bad, &allowed), "{bad}");
    }
}
