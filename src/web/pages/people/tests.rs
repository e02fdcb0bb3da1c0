//! People in every state of an office, filtered, sorted, in parts and as a file.

use crate::app::fixture::{empty, full, stale, thin, untrained};
use crate::web::pages::fixture::{ask, get};

#[test]
fn without_scores_it_says_what_to_do() {
    for (office, title) in [(&empty(), "Nobody here yet"), (untrained(), "No model yet")] {
        let page = get(office, "/people");
        assert_eq!((page.status, page.text(".state h2").as_str()), (200, title));
        assert!(page.texts("table").is_empty());
    }
    assert!(get(thin(), "/people").text(".state h2").ends_with("needed"));
    assert_eq!(get(untrained(), "/people.csv").status, 422);
}

#[test]
fn every_chance_has_its_interval_level_and_reason() {
    let page = get(full(), "/people");
    let rows = page.texts("tbody tr");
    assert_eq!(rows.len(), 30, "a page of people");
    assert_eq!(page.texts("tbody .level").len(), 30);
    let chances = page.texts("tbody .tight b");
    assert_eq!(page.texts("tbody .tight .muted").len(), 30);
    assert_eq!(page.values("tbody .ivl", "aria-label").len(), chances.len());
    assert!(page.text("section.stack").contains("among the"), "the rule is shown");
    assert!(page.values("nav.right a", "href")[0].contains("page=2"));
    let sorted: Vec<String> = page.values("th[aria-sort]", "aria-sort");
    assert_eq!(sorted, ["descending"]);
}

#[test]
fn filters_live_in_the_address() {
    let all = get(full(), "/people");
    let first = all.text("tbody th a");
    let page = get(full(), &format!("/people?q={}", first.replace(' ', "%20")));
    assert!(page.texts("tbody tr").len() < 5 && page.text("tbody th a") == first);
    let high = get(full(), "/people?level=high&sort=name");
    assert!(high.texts("tbody .level").iter().all(|it| it == "HIGH"));
    assert!(high.texts("tbody th a").is_sorted());
    assert!(high.values("a.btn", "href").iter().any(|it| it == "/people.csv?level=high&sort=name"));
    let none = get(full(), "/people?q=nobody-has-this-name");
    assert_eq!(none.text(".state h2"), "Nobody matches");
    assert_eq!(get(full(), "/people?page=999&sort=odd&level=odd").status, 200);
}

#[test]
fn htmx_gets_the_table_alone() {
    let part = ask(full(), "/people?level=low", &[("hx-request", "true")]);
    assert!(part.texts("h1").is_empty() && part.texts("section#people table").len() == 1);
    let boosted = [("hx-request", "true"), ("hx-boosted", "true")];
    assert_eq!(ask(full(), "/people", &boosted).texts("h1").len(), 1);
}

#[test]
fn what_is_taken_away_is_on_record() {
    let file = get(full(), "/people.csv?level=low,medium");
    assert_eq!(file.status, 200);
    assert!(file.headers.get("content-type").unwrap().to_str().unwrap().starts_with("text/csv"));
    let lines = file.body.lines().count();
    assert!(lines > 20 && !file.body.contains(",HIGH,"));
    let last = full().look(crate::app::audit::last_for_tests).unwrap();
    let wanted = format!("people.export {} people level=low,medium", lines - 1);
    assert!(last.contains(&wanted), "{last:?}");
}

#[test]
fn scores_older_than_the_data_say_so() {
    let page = get(stale(), "/people");
    assert!(page.text(".note.warn").contains("the data go 10 days further"));
    let person = page.values("tbody th a", "href").swap_remove(0);
    assert!(get(stale(), &person).text(".note.warn").contains("the data go on to"));
    assert!(get(stale(), "/").texts("dd").iter().any(|it| it.contains("without the last 10 days")));
    assert!(get(full(), "/people").texts(".note.warn").is_empty());
}
