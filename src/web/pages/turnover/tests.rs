//! The page on real rows: full, thin and empty.

use crate::store::fixture::{IntoCell, Scratch, day};
use crate::store::rollups;
use crate::web::fixture::{get, sound, words};

/// Forty people, ten of whom leave by choice on day 99; one works on the last day.
fn office() -> Scratch {
    let it = Scratch::office();
    for number in 0..40 {
        let (no, zone) = (format!("T{number:02}"), if number % 2 == 0 { "Z1" } else { "Z2" });
        it.hire(&no, zone, "2025-09-01");
        let hired = day("2025-09-01");
        let last = hired.plus(99);
        let mut values: Vec<(&str, &dyn IntoCell)> =
            vec![("employee_no", &no), ("hired_on", &hired), ("hire_source", &"referral")];
        if number < 10 {
            values.extend([("exited_on", &last as &dyn IntoCell), ("exit_type", &"voluntary")]);
            values.push(("exit_reason", &"long drives"));
        }
        it.put("employment", &values);
    }
    for on in ["2025-09-01", "2026-11-23"] {
        let values: [(&str, &dyn IntoCell); 6] = [
            ("employee_no", &"T39"),
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

#[test]
fn a_full_page_says_what_is_true_first() {
    let it = office();
    let html = sound(&get(&it, "/turnover"));
    let head = words(&html, "h1").remove(0);
    assert!(head.starts_with("10 exits in twelve months with 30 people on average"), "{head}");
    assert!(head.contains("turnover is") && head.contains("between"), "{head}");
    let svgs = words(&html, "svg.plot");
    assert_eq!(svgs.len(), 2);
    let table = words(&html, "#tenure table th");
    assert!(table.contains(&"Everyone".to_owned()), "{table:?}");
    assert_eq!(words(&html, "#reasons tbody th"), ["long drives"]);
    assert!(words(&html, "#heads tbody td").iter().any(|it| it == "adds up"));
    assert!(words(&html, ".note.stop").is_empty());
    let current = words(&html, "main .seg a[aria-current]");
    assert_eq!(current, ["All exits", "Average heads", "Everyone"]);
}

#[test]
fn switches_live_in_the_address() {
    let it = office();
    let html = sound(&get(&it, "/turnover?exits=voluntary&curves=zone&over=start"));
    let current = words(&html, "main .seg a[aria-current]");
    assert_eq!(current, ["Voluntary", "By zone"]);
    assert!(words(&html, "h1")[0].contains("voluntary turnover"));
    let note = words(&html, "#tenure .note").remove(0);
    assert!(note.contains("log-rank p"), "{note}");
    assert!(words(&html, "#tenure .legend li").len() == 3);
    // The filter keeps them.
    assert_eq!(words(&html, "form.filters input[type=hidden]").len(), 3);
    sound(&get(&it, "/turnover?exits=nonsense&curves=&place=x"));
}

#[test]
fn thin_data_names_what_is_missing() {
    let it = Scratch::office();
    it.hire("T1", "Z1", "2026-08-03");
    it.put(
        "workday",
        &[
            ("employee_no", &"T1"),
            ("on_date", &day("2026-11-20")),
            ("available_min", &480),
            ("booked_min", &400),
            ("paid_min", &480),
            ("overtime_min", &0),
        ],
    );
    it.store.write(|tx| rollups::rebuild(tx, None)).unwrap();
    let html = sound(&get(&it, "/turnover?curves=source"));
    assert!(words(&html, "h1")[0].contains("too few for a rate"), "{:?}", words(&html, "h1"));
    let states = words(&html, ".state h2");
    assert_eq!(
        states,
        ["Not twelve months of data yet", "No source has enough exits for a curve", "Nobody left"]
    );
    assert!(words(&html, "svg.plot").is_empty());
}

#[test]
fn an_empty_office_gets_a_first_step() {
    let it = Scratch::empty();
    let html = sound(&get(&it, "/turnover"));
    assert_eq!(words(&html, ".state h2"), ["Nobody to count yet"]);
    assert_eq!(words(&html, ".state .btn"), ["Open Data"]);
}

#[test]
fn heads_that_do_not_add_up_are_said_at_the_top() {
    let it = office();
    let hired = day("2026-03-02");
    it.put("employment", &[("employee_no", &"T39"), ("hired_on", &hired)]);
    let html = sound(&get(&it, "/turnover"));
    let note = words(&html, ".note.stop").remove(0);
    assert!(note.starts_with("Heads do not add up for Everyone; Northgate; Lakes."), "{note}");
    assert!(words(&html, "#heads tbody td").iter().any(|it| it == "off by −1"));
}
