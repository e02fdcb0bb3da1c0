//! Folders, the example files and their documentation.
use std::collections::HashSet;
use std::path::Path;

use super::*;
use crate::domain::fact::{FACTS, Kind};
use crate::sync::dir::list;
use crate::sync::docs;
use crate::sync::quality::{Severity, findings};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

#[test]
fn the_example_is_read_without_a_single_rejection() {
    let listing = list(&Path::new(DOCS).join("example"), &|_, _| false).expect("lists");
    assert!(listing.ignored.is_empty() && listing.failed.is_empty(), "{listing:?}");
    let tables: Vec<_> = listing.files.iter().map(|it| it.fact.table).collect();
    let all: Vec<_> = FACTS.iter().map(|it| it.table).collect();
    assert_eq!(tables, all, "one file for each fact, in load order");
    let mut keys: HashSet<(&str, String)> = HashSet::new();
    for file in &listing.files {
        let took = take(&file.source);
        assert!(took.rejected.is_empty(), "{:?} {:?}", file.path, took.rejected);
        let expected: Vec<_> = file.fact.columns.iter().map(|it| it.name).collect();
        assert_eq!(file.source.header(), expected, "{:?}", file.path);
        assert!(took.tally.columns.iter().all(|it| it.empty < it.column.help.len() as u64));
        keys.extend(took.rows.iter().map(|it| (file.fact.table, it.key.clone())));
        for row in &took.rows {
            for (column, cell) in file.fact.columns.iter().zip(&row.cells) {
                if let (Kind::Ref(table), Cell::Text(key)) = (column.kind, cell) {
                    assert!(keys.contains(&(table, key.clone())), "{table} {key}");
                }
            }
        }
        let worst = findings(&took.tally, &mapping(&file.source));
        assert!(worst.iter().all(|it| it.severity == Severity::Note), "{worst:?}");
    }
}

#[test]
fn a_folder_says_what_it_leaves_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("writes");
    put("jobs_2026.csv", "job_no,tech,type,appliance,start\n1,T,repair,hvac,2026-01-01\n");
    put("jobs_2025.csv", "job_no,tech,type,appliance,start\n2,T,repair,hvac,2025-01-01\n");
    put("people.csv", "emp_id,hire_date\nT,2025-01-01\n");
    put("zones.tsv", "code\toffice\tname\nN\tDAL\tNorth\n");
    put("pay.csv", "");
    put("budget.csv", "month,amount\nJan,5\n");
    put("readme.md", "hello");
    put("jobs.xlsx", "PK");
    put("~$jobs.csv", "x");
    std::fs::create_dir(dir.path().join("old")).expect("a folder");
    let listing = list(dir.path(), &|_, _| false).expect("lists");
    let names: Vec<_> = listing.files.iter().map(|it| it.source.name()).collect();
    assert_eq!(names, ["zones.tsv", "people.csv", "jobs_2025.csv", "jobs_2026.csv"]);
    let failed: Vec<_> = listing.failed.iter().map(|it| it.file.as_str()).collect();
    assert_eq!(failed, ["pay.csv"]);
    let ignored: Vec<_> = listing.ignored.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(ignored, ["budget.csv", "jobs.xlsx", "old", "readme.md", "~$jobs.csv"]);
    assert!(listing.ignored.iter().all(|it| it.reason.ends_with('.')), "{:?}", listing.ignored);
    assert!(list(&dir.path().join("gone"), &|_, _| false).is_err());
}

/// `UPDATE=1 cargo test --lib sync` writes the tables anew.
#[test]
fn the_documentation_is_made_of_the_facts() {
    let path = Path::new(DOCS).join("files.md");
    let text = std::fs::read_to_string(&path).expect("docs/files.md");
    let prose = text.split(docs::BEGINS).next().unwrap_or_default();
    let expected = format!("{prose}{}", docs::markdown());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, expected).expect("writes");
    } else {
        assert!(text == expected, "docs/files.md is stale: run UPDATE=1 cargo test --lib sync");
    }
}
