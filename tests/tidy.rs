//! The rules of the house, as tests. `ARCHITECTURE.md` says why; each failure says what to do.
//!
//! Every rule reads all files and reports every breach at once, as `file:line: what, and remedy`.

mod dead;
mod layers;
mod lines;
mod packages;
mod shape;
mod source;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The folder of `Cargo.toml`: the one cargo runs the tests in, so that a built binary can be
/// pointed at another copy.
fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = std::env::var_os("CARGO_MANIFEST_DIR");
        here.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
    });
    &ROOT
}

/// A file of the project as text.
fn text(path: &str) -> String {
    let full = root().join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// Every file below a folder, relative to the root, in order; what tools leave behind is passed by.
fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|it| it.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && !matches!(&*name, "node_modules" | "shots" | "target") {
            walk(&path, found);
        } else if path.is_file() {
            found.push(relative(&path));
        }
    }
}

/// What kind of file a path names: what follows its last dot.
fn kind(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |it| it.1)
}

fn relative(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).unwrap().components().collect();
    path.to_string_lossy().replace('\\', "/")
}

/// Fails with every breach; a rule that finds none says nothing.
#[track_caller]
fn none(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n{}\n({} in all)", breaches.join("\n"), breaches.len());
}
