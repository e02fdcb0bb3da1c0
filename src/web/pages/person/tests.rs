//! Person in every state: scored, not scored, gone, without a model, unknown.

use crate::app::fixture::{full, untrained};
use crate::app::people::{self, Standing};
use crate::app::person::someone_for_tests;
use crate::app::score::Verdict;
use crate::web::pages::fixture::{Answer, get};
use crate::web::pages::uid_text;

/// Addresses of people whose verdict passes.
fn addresses(wanted: fn(&Verdict) -> bool) -> Vec<String> {
    let Standing::Scored(list) = full().look(people::read).unwrap() else { panic!("no scores") };
    let rows = list.rows.iter().filter(|it| wanted(&it.person.verdict));
    rows.map(|it| format!("/people/{}", uid_text(it.person.uid))).collect()
}

/// Printed points in hundredths: base, lines, total.
fn printed(page: &Answer) -> Vec<i64> {
    let texts = page.texts(".receipt > li:not(.rh) > .v");
    let number = |it: &String| {
        let text = it.replace('−', "-").replace('+', "");
        (text.parse::<f64>().unwrap() * 100.0).round() as i64
    };
    texts.iter().map(number).collect()
}

#[test]
fn printed_points_add_up_to_the_printed_total() {
    for address in addresses(|it| matches!(it, Verdict::Scored { .. })).iter().take(15) {
        let page = get(full(), address);
        assert_eq!(page.status, 200);
        let points = printed(&page);
        let (total, parts) = points.split_last().unwrap();
        assert_eq!(parts.iter().sum::<i64>(), *total, "{address}");
        assert!(points.len() > 3);
        assert_eq!(page.text("li.total .p"), page.text(".score .p"), "{address}");
    }
}

#[test]
fn a_scored_person_has_everything_behind_the_score() {
    let address = &addresses(|it| matches!(it, Verdict::Scored { .. }))[0];
    let page = get(full(), address);
    let heads = page.texts("h2");
    for head in [
        "Receipt",
        "Twelve months, looked back",
        "Situations most alike",
        "What this cannot see",
        "Timeline",
        "Evidence",
    ] {
        assert!(heads.iter().any(|it| it == head), "no {head}: {heads:?}");
    }
    assert!(page.text("#def-level").contains("twice the base rate"));
    assert!(page.text(".seal").contains("model v1"));
    assert!(page.text("main > p.meta").contains("logged"));
    for word in ["flight risk", "will leave", "at fault"] {
        assert!(!page.body.contains(word), "{word}");
    }
    let json = get(full(), &format!("{address}.json"));
    let value: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(value["model"], "v1");
}

#[test]
fn who_is_not_scored_reads_why() {
    let Some(address) = addresses(|it| matches!(it, Verdict::NotScored(_))).into_iter().next()
    else {
        return;
    };
    let page = get(full(), &address);
    assert!(page.text("h1").ends_with("has no score yet."));
    assert!(page.texts(".receipt").is_empty() && page.texts(".score .p").is_empty());
    assert_eq!(page.text(".state h2"), "Not scored");
}

#[test]
fn neighbours_have_no_names() {
    let address = &addresses(|it| matches!(it, Verdict::Scored { .. }))[0];
    let table = get(full(), address).texts("table[class=table] tbody").join(" ");
    let Standing::Scored(list) = full().look(people::read).unwrap() else { panic!("no scores") };
    for row in &list.rows {
        assert!(!table.contains(&row.person.name) && !table.contains(&row.person.employee_no));
    }
}

#[test]
fn without_a_model_the_facts_stand() {
    let uid = untrained().look(|cx| someone_for_tests(cx, false)).unwrap();
    let page = get(untrained(), &format!("/people/{}", uid_text(uid)));
    assert_eq!(page.status, 200);
    assert_eq!(page.text(".state h2"), "No model yet");
    assert!(!page.texts(".timeline li").is_empty());
}

#[test]
fn who_has_left_has_facts_and_no_score() {
    let uid = full().look(|cx| someone_for_tests(cx, true)).unwrap();
    let page = get(full(), &format!("/people/{}", uid_text(uid)));
    assert!(page.text("h1").contains(" left on ") && page.texts(".receipt, .score .p").is_empty());
    assert!(page.texts(".timeline li").iter().any(|it| it.contains("Last day")));
}

#[test]
fn nobody_is_at_an_unknown_address() {
    for address in ["/people/x", "/people/01a21017-703c-735a-8333-a55dbc375008"] {
        assert_eq!(get(full(), address).status, 404, "{address}");
        assert_eq!(get(full(), &format!("{address}.json")).status, 404);
    }
}
