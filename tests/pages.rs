//! Every page, fetched from the running program and read as a browser would, in every state of an
//! office: without data, with facts only, with too little to learn from, and in full.
//!
//! The crawl starts at `/` and follows every link of the program's own, so a page that nothing leads
//! to is not a page, and a link that leads nowhere is found.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use scraper::{ElementRef, Html, Selector};

use crate::office::Office;

/// Addresses read in one crawl; filters and sort orders make more than anyone needs.
const PAGES_MAX: usize = 160;
/// Addresses that differ in their query only.
const SAME_PATH_MAX: usize = 6;
/// Details of one kind, such as people.
const SAME_KIND_MAX: usize = 4;
/// Most HTML of one page.
const BYTES_MAX: usize = 260 * 1024;

#[test]
fn an_office_without_data() {
    crawl(&Office::new());
}

#[test]
fn an_office_with_facts_only() {
    let office = Office::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example");
    office.done(&["import", example]);
    crawl(&office);
}

#[test]
fn an_office_with_too_little_to_learn_from() {
    let office = Office::new();
    office.done(&["demo", "--technicians", "8", "--years", "1", "--offices", "1"]);
    let refused = office.run(&["train"]);
    assert_eq!(refused.status.code(), Some(3), "not enough data is exit code 3");
    crawl(&office);
}

#[test]
fn an_office_in_full() {
    let office = Office::new();
    office.done(&["demo", "--technicians", "90", "--years", "3", "--offices", "2"]);
    office.done(&["train"]);
    let seen = crawl(&office);
    for page in [
        "/people",
        "/hiring",
        "/plan",
        "/plan/series",
        "/plan/compare",
        "/turnover",
        "/model",
        "/train",
        "/data",
        "/metrics",
        "/help",
    ] {
        assert!(seen.contains(page), "nothing leads to {page}");
    }
    assert!(seen.iter().any(|it| it.starts_with("/people/")), "nothing leads to a person");
}

/// Reads pages until no new address turns up; gives the paths read.
#[track_caller]
fn crawl(office: &Office) -> BTreeSet<String> {
    let server = office.serve();
    let mut connection = server.connect().unwrap();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut read = BTreeSet::new();
    let mut problems = Vec::new();
    while let Some(address) = waiting.pop_front() {
        if read.len() > PAGES_MAX {
            break;
        }
        let answer = connection.get(&address).unwrap();
        let path = address.split('?').next().unwrap_or_default().to_owned();
        read.insert(path.clone());
        if answer.status != 200 {
            problems.push(format!("{address}: status {}", answer.status));
            continue;
        }
        let policy = answer.header("content-security-policy").unwrap_or_default();
        if !policy.contains("default-src 'none'") || policy.contains("unsafe") {
            problems.push(format!("{address}: the policy is {policy:?}"));
        }
        let html = answer.header("content-type").is_some_and(|it| it.starts_with("text/html"));
        if !html {
            continue;
        }
        let page = Html::parse_document(&answer.body);
        problems
            .extend(check(&page, &answer.body).into_iter().map(|it| format!("{address}: {it}")));
        for link in links(&page) {
            let kind = kind_of(&link);
            let count = kinds.entry(kind.clone()).or_default();
            let most = if kind.contains('*') { SAME_KIND_MAX } else { SAME_PATH_MAX };
            if *count < most && known.insert(link.clone()) {
                *count += 1;
                waiting.push_back(link);
            }
        }
    }
    assert!(problems.is_empty(), "{} pages read\n{}", read.len(), problems.join("\n"));
    read
}

/// What every page owes its reader.
fn check(page: &Html, body: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            problems.push(what.to_owned());
        }
    };
    must(all(page, "h1").len() == 1, "not exactly one h1");
    must(all(page, "main").len() == 1, "not exactly one main");
    must(all(page, "html[lang]").len() == 1, "no language");
    must(all(page, "[style], style").is_empty(), "inline style");
    must(all(page, "script:not([src])").is_empty(), "inline script");
    must(all(page, "table:not(:has(caption))").is_empty(), "a table without caption");
    must(all(page, "svg[role=img]:not([aria-label])").is_empty(), "a picture without words");
    must(all(page, "form[method=post]:not([action])").is_empty(), "a form that posts nowhere");
    must(body.len() <= BYTES_MAX, &format!("{} bytes of HTML", body.len()));
    for word in ["NaN", "None", "inf%", "Some(", "{{", "}}", "undefined"] {
        let text: String = page.root_element().text().collect();
        must(!text.split_whitespace().any(|it| it == word), &format!("prints {word}"));
    }
    let mut ids = BTreeSet::new();
    for it in all(page, "[id]") {
        let id = it.attr("id").unwrap_or_default();
        must(ids.insert(id.to_owned()), &format!("the id {id} twice"));
    }
    for it in all(page, "[popovertarget]") {
        let id = it.attr("popovertarget").unwrap_or_default();
        must(ids.contains(id), &format!("opens {id}, which is not there"));
    }
    for it in all(page, "a[href^='#']") {
        let id = it.attr("href").unwrap_or_default().trim_start_matches('#');
        must(ids.contains(id), &format!("jumps to {id}, which is not there"));
    }
    for it in all(page, "input:not([type=hidden]), select, textarea") {
        let labelled = it.attr("aria-label").is_some()
            || it.attr("id").is_some_and(|id| !all(page, &format!("label[for='{id}']")).is_empty())
            || it.ancestors().filter_map(ElementRef::wrap).any(|up| up.value().name() == "label");
        must(labelled, &format!("a field without label: {}", it.html()));
    }
    problems
}

fn links(page: &Html) -> Vec<String> {
    let all = all(page, "a[href]");
    let own = all.iter().filter_map(|it| it.attr("href")).filter(|it| it.starts_with('/'));
    own.map(|it| it.split('#').next().unwrap_or(it).to_owned())
        .filter(|it| !it.starts_with("/static/"))
        .collect()
}

/// The address with identities and names cut out, so that one of each kind stands for all.
fn kind_of(address: &str) -> String {
    let path = address.split('?').next().unwrap_or(address);
    let parts = path.split('/').map(|it| if it.len() >= 32 { "*" } else { it });
    parts.collect::<Vec<_>>().join("/")
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}
