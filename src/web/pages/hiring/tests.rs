//! The hiring page in every state of an office, filtered, sorted, in part and as a file.

use crate::app::fixture::{empty, full, untrained};
use crate::store::fixture::{IntoCell, Scratch, day};
use crate::store::rollups;
use crate::web::fixture as raw;
use crate::web::pages::fixture::{ask, get};

const BYTES_MAX: usize = 60_000;

/// An office with a day of work and people, without requisitions.
fn office() -> Scratch {
    let it = Scratch::office();
    it.hire("T1", "Z1", "2026-10-05");
    for on in ["2025-01-06", "2026-11-23"] {
        let values: [(&str, &dyn IntoCell); 6] = [
            ("employee_no", &"T1"),
            ("on_date", &day(on)),
            ("available_min", &480),
            ("booked_min", &400),
            ("paid_min", &480),
            ("overtime_min", &0),
        ];
        it.put("workday", &values);
    }
    it.store.write(|tx| rollups::rebuild(tx, None)).unwrap();
    it
}

fn requisition(it: &Scratch, no: &str, opened: &str, positions: i32) {
    it.put(
        "requisition",
        &[
            ("requisition_no", &no),
            ("opened_on", &day(opened)),
            ("positions", &positions),
            ("office", &"O1"),
            ("zone", &"Z1"),
        ],
    );
}

fn candidate(it: &Scratch, no: &str, source: &str, applied: &str) {
    it.put(
        "candidate",
        &[
            ("candidate_no", &no),
            ("requisition_no", &"R1"),
            ("hire_source", &source),
            ("applied_on", &day(applied)),
        ],
    );
}

#[test]
fn without_requisitions_it_says_what_it_will_hold() {
    let page = get(&empty(), "/hiring");
    assert_eq!((page.status, page.text(".state h2").as_str()), (200, "No requisitions yet"));
    assert!(page.values(".state a", "href").contains(&"/data".to_owned()));
    let html = raw::sound(&raw::get(&office(), "/hiring"));
    assert_eq!(raw::words(&html, ".state h2"), ["No requisitions yet"]);
    assert!(!raw::words(&html, "aside .count").iter().any(|it| it == "0"), "nothing to count");
}

#[test]
fn one_requisition_and_one_candidate_are_enough_for_a_page() {
    let it = office();
    requisition(&it, "R1", "2026-11-02", 2);
    let html = raw::sound(&raw::get(&it, "/hiring"));
    let head = raw::words(&html, "h1").remove(0);
    assert!(head.starts_with("2 positions are open, none late."), "{head}");
    assert!(head.ends_with("Too little is known to tell sources apart."), "{head}");
    let cells = raw::words(&html, "#openings tbody td");
    assert!(cells.iter().any(|it| it.starts_with("No date yet")), "{cells:?}");
    assert!(cells.iter().any(|it| it == "Not told yet"), "{cells:?}");
    candidate(&it, "C1", "\u{3c}script>alert(1)", "2026-11-03");
    let answer = raw::get(&it, "/hiring");
    assert!(!answer.1.contains("\u{3c}script>alert"), "a name is text");
    let html = raw::sound(&answer);
    assert_eq!(raw::words(&html, "#starters tbody th a"), ["T1"]);
    let checks = raw::words(&html, "#starters tbody td");
    assert_eq!(checks[0], "Fri 4 Dec60-day check-in");
}

#[test]
fn hostile_sources_stay_text_and_leave_the_page_light() {
    let it = office();
    requisition(&it, "=R1\"\u{3c}b>", "2026-11-02", 1);
    requisition(&it, "R1", "2026-01-05", 900_000);
    for number in 0..240 {
        let source = match number % 80 {
            0 => "=HYPERLINK(\"http://x\")".to_owned(),
            1 => "\u{3c}img src=x onerror=alert(1)>".to_owned(),
            2 => "\u{202e}\u{1f600}".repeat(20),
            other => format!("source number {other} with a name longer than any column is wide"),
        };
        candidate(&it, &format!("C{number}"), &source, "2026-02-02");
    }
    let answer = raw::get(&it, "/hiring?sort=-hired&by=zone&period=all");
    assert!(answer.1.len() < BYTES_MAX, "{} bytes", answer.1.len());
    assert!(!answer.1.contains("\u{3c}img") && !answer.1.contains("\u{3c}b>\""), "names are text");
    let html = raw::sound(&answer);
    assert!(raw::words(&html, "#funnel footer")[0].contains("70 more stand in the exported file"));
    let (status, text) = raw::get(&it, "/hiring.csv");
    assert_eq!(status, 200);
    assert!(text.contains("'=HYPERLINK"), "a spreadsheet must not run it");
}

#[test]
fn a_full_page_says_what_is_true_first() {
    let page = get(full(), "/hiring");
    assert_eq!(page.status, 200);
    assert!(page.body.len() < BYTES_MAX, "{} bytes", page.body.len());
    let head = page.text("h1");
    for words in ["open", "slowest stage is", "ources"] {
        assert!(head.contains(words), "{head}");
    }
    let count = page.texts("aside .nav a[href='/hiring'] .count");
    let open: usize = count[0].parse().unwrap();
    let meta = page.text("#openings .meta");
    assert!(meta.starts_with(&format!("{open} position")), "{meta} {count:?}");
    assert_eq!(
        page.texts("#openings tbody td:last-child").len(),
        page.texts("#openings tbody tr").len()
    );
    assert_eq!(page.texts("#stages .bars li").len(), 6);
    assert!(page.text("#starters footer").ends_with("Opening a person by name is logged."));
    let people = page.values("#starters tbody th a", "href");
    assert!(people.iter().all(|it| it.starts_with("/people/")) && !people.is_empty());
    assert_eq!(get(full(), &people[0]).status, 200);
    for link in page.values("#stages .bars a", "href") {
        assert_eq!(get(full(), &link).status, 200, "{link}");
    }
}

#[test]
fn filters_sorting_and_parts_live_in_the_address() {
    let page = get(untrained(), "/hiring?period=all");
    let names = |page: &crate::web::pages::fixture::Answer| page.texts("#funnel tbody th");
    let usual = names(&page);
    assert_eq!(usual[0], "All sources");
    let sorted = get(untrained(), "/hiring?period=all&sort=source");
    assert!(names(&sorted)[1..].is_sorted(), "{:?}", names(&sorted));
    assert_eq!(sorted.values("#funnel th[aria-sort]", "aria-sort"), ["ascending"]);
    assert!(sorted.values("form.filters input[name=sort]", "value").contains(&"source".to_owned()));
    let place = page.values("#place option", "value").into_iter().nth(1).unwrap();
    let one = get(untrained(), &format!("/hiring?place={place}&by=zone&period=all"));
    assert_eq!(one.status, 200);
    assert_eq!(one.texts("#time .seg a[aria-current]"), ["By zone"]);
    let nobody = "/hiring?place=00000000-0000-7000-8000-000000000000";
    assert_eq!(get(untrained(), nobody).status, 404);
    let part = ask(untrained(), "/hiring?period=24", &[("hx-request", "true")]);
    assert!(part.texts("aside").is_empty() && part.texts("#hiring h1").len() == 1);
    assert_eq!(part.values("#period option[selected]", "value"), ["24"]);
    let odd = get(untrained(), "/hiring?period=x&by=%00&sort=--&place=y");
    assert_eq!(odd.status, 200, "values nobody offers are ignored");
}

#[test]
fn the_file_holds_every_metric_of_the_page() {
    let file = get(untrained(), "/hiring.csv?period=all");
    assert_eq!(file.status, 200);
    let head = file.body.lines().next().unwrap();
    assert!(head.starts_with("metric,unit,period,group,value"), "{head}");
    for id in ["open_positions", "funnel_hired", "time_to_fill_p80", "offer_acceptance"] {
        assert!(file.body.lines().any(|it| it.starts_with(id)), "{id}");
    }
    assert!(file.body.lines().any(|it| it.starts_with("funnel_hired") && it.contains("referral")));
}
