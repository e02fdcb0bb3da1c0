//! The pages of a model as a browser reads them: in full, with pairs, of a card of before, without a
//! model, asked for nonsense.

use std::collections::HashMap;

use askama::Template;

use super::{Asked, panels, with};
use crate::app::models::{self, Mark, Model, Pair, PairCell, Span};
use crate::app::people::{self, Standing};
use crate::app::score::Verdict;
use crate::app::{Office, fixture, registry};
use crate::web::pages::fixture::get;
use crate::web::pages::uid_text;
use crate::web::shell::Shell;

/// Most HTML of one page.
const BYTES_MAX: usize = 60_000;
const VIEWS: [&str; 3] = ["/model", "/model/test", "/model/second"];

fn model() -> Model {
    fixture::full().look(models::in_use).expect("a read").expect("a model")
}

/// Someone with a score.
fn scored(office: &Office) -> String {
    let Standing::Scored(list) = office.look(people::read).expect("a read") else {
        panic!("no scores")
    };
    let mut rows = list.rows.iter();
    let row = rows.find(|it| matches!(it.person.verdict, Verdict::Scored { .. }));
    uid_text(row.expect("someone with a score").person.uid)
}

#[test]
fn every_view_is_small_and_leads_to_the_others() {
    for address in VIEWS {
        let page = get(fixture::full(), address);
        assert_eq!(page.status, 200, "{address}: {}", page.body);
        assert!(page.body.len() < BYTES_MAX, "{address}: {} bytes", page.body.len());
        assert_eq!(page.values(".seg a[aria-current]", "href"), [address]);
        let links = page.values(".seg a", "href");
        assert_eq!(links, ["/model", "/model/test", "/model/second", "/train", "/models"]);
        for word in ["NaN", "None", "inf", "Some("] {
            let found = page.texts("main").iter().any(|it| it.split(' ').any(|it| it == word));
            assert!(!found, "{address} prints {word}");
        }
    }
}

#[test]
fn how_good_holds_everyone_on_the_same_rows() {
    let page = get(fixture::full(), "/model/test");
    let model = model();
    let test = model.card.validation.as_ref().expect("a test");
    let names = page.texts("#good tbody th");
    let expected = [
        "This model (EBM)",
        "Logistic regression",
        "Classification tree",
        "Random forest",
        "Base rate for everyone",
    ];
    assert_eq!(names, expected);
    let logistic = test.contender("logistic").expect("a contender").against;
    let cell = format!("{:.4} ± {:.4}", logistic.value.abs(), logistic.se);
    assert!(page.texts("#good td").iter().any(|it| it.ends_with(&cell)), "no {cell}");
    assert!(page.text("#good .say").contains(&models::verdict(&model.card).1));
    let horizons: Vec<String> =
        test.horizons.iter().map(|it| format!("{} days", it.days)).collect();
    assert!(horizons.len() > 2, "{horizons:?}");
    assert_eq!(page.texts("#horizons tbody th"), horizons);
    assert_eq!(page.texts("#groups table").len(), 2);
    assert_eq!(page.texts("#groups tbody th").len(), test.groups.len());
    assert_eq!(page.texts("#size .bars li").len(), test.size_curve.len());
    assert!(page.text("#size .say").starts_with("With 50% of the people to learn from"));
    assert!(page.text("#before").contains("Against no model: its log loss is"));
    assert!(page.text("#before").contains("none was in use before this one"));
}

#[test]
fn second_opinions_carry_rows_people_and_intervals() {
    let (page, model) = (get(fixture::full(), "/model/second"), model());
    let tree = model.tree.expect("a tree");
    assert_eq!(page.texts("#tree tbody th").len(), tree.rules.len());
    assert!((2..=8).contains(&tree.rules.len()), "{}", tree.rules.len());
    assert_eq!(tree.rules.iter().map(|it| it.seen.rows).sum::<u64>(), tree.rows);
    assert_eq!(tree.rules.iter().map(|it| it.seen.events).sum::<u64>(), tree.events);
    for it in &tree.rules {
        let seen = &it.seen;
        assert!(seen.low <= seen.share && seen.share <= seen.high && seen.people <= seen.rows);
        // Over people: wider than rows would give.
        assert!(seen.high - seen.low > 1.0 / (seen.rows as f64), "{it:?}");
    }
    assert_eq!(page.texts("#drawn .bars li").len(), tree.nodes.len());
    assert_eq!(tree.nodes.len(), 2 * tree.rules.len() - 1);
    assert_eq!(tree.nodes[0].words, "Everyone");
    let share = tree.agreement.expect("people to compare");
    assert!(page.text("h1").contains(&format!("{:.0}% of people", 100.0 * share)));
    let kinds = model.segments.expect("kinds");
    assert_eq!(page.texts("#kinds-list .who"), {
        kinds.kinds.iter().map(|it| it.name.clone()).collect::<Vec<_>>()
    });
    assert_eq!(kinds.kinds.iter().map(|it| it.seen.rows).sum::<u64>(), kinds.rows);
    let links = page.values("#kinds-list a", "href");
    assert!(links.iter().all(|it| it.starts_with("/model?feature=")), "{links:?}");
}

#[test]
fn a_person_is_told_their_way_through_the_tree() {
    let office = fixture::full();
    let uid = scored(office);
    let page = get(office, &format!("/people/{uid}"));
    let words = page.text("#second");
    assert!(words.starts_with("Second opinion, a small tree: "), "{words}");
    assert!(words.contains(" left within 90 days (") && words.contains(" people)"), "{words}");
}

fn span(label: &str, from: f64, to: f64) -> Span {
    Span { label: label.to_owned(), from, to }
}

fn with_a_pair() -> Model {
    let cell = |points: f64, rows| PairCell { points, low: points - 0.1, high: points + 0.1, rows };
    let pair = Pair {
        id: "long_drive_share x weekend_share".to_owned(),
        title: "Long drives with weekend share".to_owned(),
        features: ["long_drive_share", "weekend_share"],
        titles: ["Long drives", "Weekend share"],
        importance: 0.09,
        importance_half: 0.04,
        finding: "Hard together: a finding.".to_owned(),
        across: vec![span("under 25%", 0.0, 0.25), span("25% and more", 0.25, 0.6)],
        up: vec![span("under 30%", 0.0, 0.3), span("30% and more", 0.3, 0.5)],
        cells: vec![cell(-0.02, 400), cell(0.01, 90), cell(0.02, 80), cell(0.3, 12)],
        unknown_rows: 7,
    };
    Model { pairs: vec![pair], ..model() }
}

#[test]
fn a_pair_is_a_heat_map_with_the_person_in_it() {
    let model = with_a_pair();
    let values: HashMap<String, (f64, String)> =
        [("long_drive_share", 0.4), ("weekend_share", 0.1)]
            .map(|(id, value)| (id.to_owned(), (value, String::new())))
            .into();
    let mark = Mark { name: "Marcus Bell".to_owned(), values };
    let view = panels::pair(&model, 0, Some(&mark), None).expect("a pair");
    let chart = view.chart.render().expect("a chart");
    assert!(chart.contains("n 12") && chart.contains("cellmark"), "{chart}");
    assert!(chart.contains("The framed cell is Marcus Bell."), "{chart}");
    assert!(chart.contains("7 more have a value that is not known"), "{chart}");
    assert!(panels::pair(&model, 1, None, None).is_none());
    let asked = Asked { pair: Some(model.pairs[0].id.clone()), ..Asked::default() };
    let page = with(Shell::bare("Models"), &model, &asked, None, None).expect("a page");
    let html = page.render().expect("a page");
    assert!(html.contains("18 lines and 1 pair") && html.contains("Long drives × Weekend share"));
    assert!(html.contains("pair=long_drive_share+x+weekend_share#pairs"));
    assert!(html.len() < BYTES_MAX, "{} bytes", html.len());
}

#[test]
fn a_card_of_before_renders_and_says_what_is_not_there() {
    let office = fixture::two_models();
    let used = office.look(models::in_use).expect("a read").expect("a model").seal.version;
    office.store.write(move |tx| registry::age_card_for_tests(tx, used)).expect("an old card");
    for address in VIEWS {
        assert_eq!(get(&office, address).status, 200, "{address}");
    }
    let page = get(&office, "/model/second");
    assert!(page.text("#tree h2").contains("No tree kept with this model"));
    assert!(page.text("#kinds h2").contains("No kinds of situations kept"));
    let page = get(&office, "/model/test");
    assert_eq!(page.texts("#good tbody th"), ["This model (EBM)"]);
    assert!(page.text("#groups .say").contains("Train again"));
    assert!(page.texts("#horizons").is_empty() && page.texts("#size").is_empty());
    let uid = scored(&office);
    assert!(get(&office, &format!("/people/{uid}")).texts("#second").is_empty());
}

#[test]
fn without_a_model_every_view_says_what_to_do() {
    for address in VIEWS {
        let page = get(fixture::untrained(), address);
        assert_eq!(page.text("h1"), "No model yet", "{address}");
        assert_eq!(page.values("form[action='/train'] button", "type"), ["submit"], "{address}");
        let page = get(fixture::thin(), address);
        assert!(page.text(".state.thin h2").contains("900 needed"), "{address}");
        assert!(page.texts("form[action='/train']").is_empty(), "{address}");
    }
}

#[test]
fn nonsense_in_an_address_is_not_found_and_never_echoed() {
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E";
    for address in [
        format!("/model?feature={evil}"),
        format!("/model?pair={evil}"),
        "/model?feature=".to_owned(),
        "/model?pair=tenure_months".to_owned(),
    ] {
        let page = get(fixture::full(), &address);
        assert_eq!(page.status, 404, "{address}");
        assert!(!page.body.contains(concat!("<", "script>alert")), "{address}");
    }
    for address in [format!("/model?person={evil}"), format!("/model/test?{evil}={evil}")] {
        let page = get(fixture::full(), &address);
        assert_eq!(page.status, 200, "{address}");
        assert!(!page.body.contains("alert(1)"), "{address}");
    }
}

#[test]
fn the_export_holds_lines_pairs_and_second_opinions() {
    let answer = get(fixture::full(), "/model.json");
    let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let model = &json["model"];
    assert_eq!(json["format"], 2);
    assert_eq!(model["lines"].as_array().map(Vec::len), Some(18));
    assert!(model["pairs"].is_array());
    let rule = &model["tree"]["rules"][0];
    for key in ["words", "rows", "people", "events", "share", "low", "high"] {
        assert!(!rule[key].is_null(), "tree.rules[].{key}");
    }
    for key in ["depth", "words", "rows", "share", "leaf"] {
        assert!(!model["tree"]["nodes"][0][key].is_null(), "tree.nodes[].{key}");
    }
    let kind = &model["segments"]["kinds"][0];
    for key in ["name", "rows", "people", "events", "share", "low", "high", "differs"] {
        assert!(!kind[key].is_null(), "segments.kinds[].{key}");
    }
    let contenders = model["card"]["validation"]["contenders"].as_array().map(Vec::len);
    assert_eq!(contenders, Some(4));
    let pair = serde_json::to_value(&with_a_pair().pairs[0]).expect("JSON");
    let document = include_str!("../../../../docs/model.md");
    let keys = pair.as_object().expect("an object").keys();
    for key in keys.chain(model.as_object().expect("an object").keys()) {
        assert!(
            document.contains(&format!("`{key}")) || document.contains(&format!(".{key}")),
            "docs/model.md lacks {key}"
        );
    }
}
