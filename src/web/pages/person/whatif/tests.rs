//! What if in every state, with every kind of entry.

use crate::app::fixture::{full, untrained};
use crate::app::people::{self, Standing};
use crate::app::person::someone_for_tests;
use crate::app::score::Verdict;
use crate::web::pages::fixture::{Answer, ask, get};
use crate::web::pages::uid_text;

/// The what-if page of the people whose verdict passes.
fn addresses(wanted: fn(&Verdict) -> bool) -> Vec<String> {
    let Standing::Scored(list) = full().look(people::read).unwrap() else { panic!("no scores") };
    let rows = list.rows.iter().filter(|it| wanted(&it.person.verdict));
    rows.map(|it| format!("/people/{}/what-if", uid_text(it.person.uid))).collect()
}

fn first() -> String {
    addresses(|it| matches!(it, Verdict::Scored { .. })).remove(0)
}

/// Printed points of a column of the table, in hundredths; the total is the last.
fn column(page: &Answer, at: usize) -> Vec<i64> {
    let texts = page.texts(&format!("#result tbody td:nth-child({at})"));
    let number = |it: &String| (it.replace('−', "-").parse::<f64>().ok(), it.contains('%'));
    let numbers = texts.iter().map(number).take_while(|it| !it.1);
    numbers.map(|it| (it.0.unwrap() * 100.0).round() as i64).collect()
}

#[test]
fn both_sides_add_up_as_printed_and_so_does_the_difference() {
    let address = first();
    for query in ["", "?weekend_share=40", "?drive_min_per_job=30&overtime_share=20"] {
        let page = get(full(), &format!("{address}{query}"));
        assert_eq!(page.status, 200, "{query}");
        let (before, after) = (column(&page, 2), column(&page, 3));
        for all in [&before, &after] {
            let (total, parts) = all.split_last().unwrap();
            assert_eq!(parts.iter().sum::<i64>(), *total, "{query}");
        }
        let text = page.text("main").to_lowercase();
        assert!(text.contains("an association, not proof"));
        for word in ["flight risk", "will leave", "at fault", "proves"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn every_slider_is_something_the_office_can_change() {
    let page = get(full(), &first());
    let names = page.values("form input[type=number]", "name");
    assert!(names.contains(&"long_drive_share".to_owned()) && names.len() >= 8, "{names:?}");
    for id in ["tenure_months", "csat_90d", "crew_exits_90d", "first_time_fix_90d"] {
        assert!(!names.contains(&id.to_owned()), "{id}");
    }
    assert!(page.values("form input[type=range]", "name").is_empty(), "one entry a feature");
    assert_eq!(
        page.text("#result p.say"),
        "Nothing is changed yet: both sides are the score as it \
                                            stands."
    );
}

#[test]
fn an_entry_out_of_range_comes_back_with_its_words() {
    let address = format!("{}?weekend_share=500&jobs_per_day=%22%3E%3C", first());
    let page = get(full(), &address);
    assert_eq!(page.status, 422);
    assert_eq!(page.texts(".err-summary li").len(), 2);
    assert_eq!(page.values("#weekend_share", "value"), ["500"], "the entry is kept");
    assert_eq!(page.values("#weekend_share", "aria-invalid"), ["true"]);
    assert_eq!(page.values("#jobs_per_day", "value"), ["\"><"], "and is only text");
    assert!(page.text(".err-summary").contains("Weekend share: choose a value from 0 to"));
    let part = ask(full(), &address, &[("hx-request", "true")]);
    assert_eq!((part.status, part.texts("h1").len()), (422, 0));
    assert_eq!(part.texts(".err-summary li").len(), 2);
}

#[test]
fn htmx_gets_the_answer_alone() {
    let address = first();
    let most = get(full(), &address).values("#drive_min_per_job", "max").remove(0);
    let asked = format!("{address}?drive_min_per_job={most}");
    let part = ask(full(), &asked, &[("hx-request", "true")]);
    assert_eq!(part.status, 200);
    assert!(part.texts("h1").is_empty() && part.texts("form").is_empty());
    assert!(
        part.text("#result p.say").starts_with("In past data this value goes with a chance of")
    );
}

#[test]
fn hostile_addresses_are_answered() {
    let address = first();
    let long = "9".repeat(3000);
    for query in [
        "%zz&&=&a",
        "weekend_share=%00",
        "weekend_share[]=1&weekend_share=2&weekend_share=",
        "__proto__=1&tenure_months=-1e308",
        "weekend_share=%F0%9F%92%A5",
        "weekend_share=1e400",
        &format!("weekend_share={long}"),
    ] {
        let page = get(full(), &format!("{address}?{query}"));
        assert!(matches!(page.status, 200 | 422), "{query}: {}", page.status);
        assert_eq!(page.texts("h1").len(), 1);
    }
}

#[test]
fn proposed_changes_lead_here_and_hold() {
    for address in addresses(|it| matches!(it, Verdict::Scored { .. })).iter().take(8) {
        let person = get(full(), address.trim_end_matches("/what-if"));
        assert!(person.values("#lower a", "href").contains(address), "the page is linked");
        let links = person.values("#lower .rows a", "href");
        for (link, promised) in links.iter().zip(person.texts("#lower .rows .why")) {
            let page = get(full(), link);
            assert_eq!(page.status, 200, "{link}");
            let say = page.text("#result p.say");
            let chance = promised.split("→ ").nth(1).unwrap().split(',').next().unwrap();
            assert!(say.contains(&format!(" with a chance of {chance} ")), "{promised} | {say}");
        }
        let none = person.texts("#lower .body p.say").join(" ");
        assert_eq!(links.is_empty(), none.starts_with("Nothing within reach"), "{address}");
    }
}

#[test]
fn without_a_score_there_is_nothing_to_compare() {
    let gone = full().look(|cx| someone_for_tests(cx, true)).unwrap();
    let page = get(full(), &format!("/people/{}/what-if", uid_text(gone)));
    assert_eq!((page.status, page.texts("form.panel").len()), (200, 0));
    assert!(page.text(".state h2").contains("left"));
    let uid = untrained().look(|cx| someone_for_tests(cx, false)).unwrap();
    let page = get(untrained(), &format!("/people/{}/what-if?weekend_share=x", uid_text(uid)));
    assert_eq!(page.text(".state h2"), "No model yet");
    for address in addresses(|it| matches!(it, Verdict::NotScored(_))) {
        assert_eq!(get(full(), &address).text(".state h2"), "Not scored");
    }
    for address in ["/people/x/what-if", "/people/01a21017-703c-735a-8333-a55dbc375008/what-if"] {
        assert_eq!(get(full(), address).status, 404, "{address}");
    }
}
