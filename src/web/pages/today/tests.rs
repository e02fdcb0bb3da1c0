//! Today in every state of an office.

use crate::app::fixture::{empty, full, thin, untrained};
use crate::web::pages::fixture::get;

#[test]
fn an_empty_office_is_led_to_its_data() {
    let page = get(&empty(), "/");
    assert_eq!(page.status, 200);
    assert!(page.texts(".tile").is_empty());
}

#[test]
fn without_a_model_the_numbers_stand() {
    let page = get(untrained(), "/");
    assert!(page.text("h1").ends_with("No model yet, so nobody is scored."));
    assert_eq!(page.texts(".tile").len(), 4);
    assert_eq!(page.texts(".state h2"), ["No model yet"]);
    let page = get(thin(), "/");
    assert!(page.text("h1").ends_with("Too few exits yet to score anyone."));
    assert!(page.text(".state h2").ends_with("voluntary exits; 900 needed"));
    assert!(page.text(".state .say").contains("At the pace so far about"));
}

#[test]
fn with_a_model_the_first_sentence_says_who_moved() {
    let page = get(full(), "/");
    assert!(page.text("h1").contains("moved into HIGH since"), "{}", page.text("h1"));
    assert!(page.texts(".panel, .tile").len() <= 7);
    for number in page.texts(".tile .big") {
        assert!(number.contains("n = ") || number.contains("needed"), "{number}");
    }
    assert!(page.texts(".tile pre").len() == 4, "each tile shows its SQL");
    assert_eq!(page.values("[aria-current=page]", "href")[0], "/");
    let names = page.texts("dt");
    for name in ["Data", "Checks", "Model", "Evidence", "Heads"] {
        assert!(names.iter().any(|it| it == name), "no {name}");
    }
}
