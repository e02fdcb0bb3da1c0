//! The Registry's pages and forms over two models, behind the real guard.

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use scraper::{Html, Selector};

use crate::app::{Office, fixture, registry};
use crate::task::Queue;
use crate::web::{Sessions, State, error, guard, router};

const PORT: u16 = 8787;

struct Answer {
    status: u16,
    location: String,
    page: Html,
    body: String,
}

/// Asks as a browser does that opened the printed link; `from` is the origin of a form.
fn ask(office: &Office, method: &Method, address: &str, form: &str, from: &str) -> Answer {
    ask_as(office, method, address, "application/x-www-form-urlencoded", form, from)
}

fn ask_as(
    office: &Office,
    method: &Method,
    address: &str,
    kind: &str,
    form: &str,
    from: &str,
) -> Answer {
    let queue = Queue::start(office.clone()).expect("a queue");
    let sessions = Sessions::default();
    let cookie = sessions.open(&sessions.link()).expect("a session");
    let state = web::Data::new(State { office: office.clone(), queue, sessions, port: PORT });
    let answer = actix_web::rt::System::new().block_on(async {
        let app = App::new().app_data(state.clone()).configure(router::routes);
        let app = app.wrap(from_fn(error::dress)).wrap(from_fn(guard::check));
        let service = init_service(app).await;
        let request = TestRequest::default()
            .method(method.clone())
            .uri(address)
            .insert_header(("host", format!("127.0.0.1:{PORT}")))
            .insert_header(("origin", from))
            .insert_header(("content-type", kind))
            .cookie(cookie)
            .set_payload(form.to_owned());
        let response = call_service(&service, request.to_request()).await;
        let status = response.status().as_u16();
        let location = response.headers().get("location").and_then(|it| it.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        let body = String::from_utf8(body.to_vec()).expect("text");
        Answer { status, location, page: Html::parse_document(&body), body }
    });
    state.queue.stop_all();
    answer
}

fn get(office: &Office, address: &str) -> Answer {
    ask(office, &Method::GET, address, "", &own())
}

fn post(office: &Office, address: &str, form: &str) -> Answer {
    ask(office, &Method::POST, address, form, &own())
}

fn own() -> String {
    format!("http://127.0.0.1:{PORT}")
}

#[track_caller]
fn has(answer: &Answer, selector: &str, words: &str) {
    let selector = Selector::parse(selector).expect("a selector");
    let found: Vec<String> = answer
        .page
        .select(&selector)
        .map(|it| it.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert!(found.iter().any(|it| it.contains(words)), "no {words:?} in {found:?}");
}

fn used(office: &Office) -> u32 {
    office.look(registry::in_use).expect("a read").expect("a model in use").record.version
}

/// Two models where the one that is not in use is held by a gate.
fn held() -> (Office, u32) {
    let office = fixture::two_models();
    let other = 3 - used(&office);
    office.store.write(move |tx| registry::fail_quality_for_tests(tx, other)).expect("a change");
    (office, other)
}

#[test]
fn the_list_says_what_is_used_and_leads_on() {
    let office = fixture::two_models();
    let answer = get(&office, "/models");
    assert_eq!(answer.status, 200, "{}", answer.body);
    has(&answer, "h1", &format!("Model v{} is in use", used(&office)));
    has(&answer, ".chip.on", "In use");
    has(&answer, "#verify", "Nothing was checked yet");
    assert_eq!(post(&office, "/models/verify", "").status, 303);
    crate::app::verify::verify(&office, &crate::app::progress::Silent).expect("a check");
    has(&get(&office, "/models"), "#verify .say", "All match: 2 models, 8 files");
    let empty = get(&fixture::empty(), "/models");
    has(&empty, ".state h2", "No model has been trained yet");
    has(&empty, "h1", "No model is in use");
}

#[test]
fn one_version_shows_its_gates_and_its_files() {
    let office = fixture::two_models();
    let answer = get(&office, "/models/1");
    assert_eq!(answer.status, 200, "{}", answer.body);
    has(&answer, "#gates .who", "Calibration");
    has(&answer, "dt", "Model, SHA-256");
    let card = get(&office, "/models/1/card.md");
    assert!(card.body.starts_with("# Model v1"), "{}", card.body);
    let model = get(&office, "/models/1/model.json");
    assert!(learn_reads(&model.body), "the artifact comes as it is kept");
    for address in ["/models/9", "/models/x", "/models/1/passwd", "/models/compare?a=1&b=9"] {
        assert_eq!(get(&office, address).status, 404, "{address}");
    }
}

fn learn_reads(text: &str) -> bool {
    learn::artifact::from_json(text).is_ok()
}

#[test]
fn two_models_are_compared() {
    let office = fixture::two_models();
    let answer = get(&office, "/models/compare?a=1&b=2");
    assert_eq!(answer.status, 200, "{}", answer.body);
    has(&answer, "h1", "Models v1 and v2");
    has(&answer, "main", "people scored by both");
    has(&answer, "main", "They learned from the same table.");
    assert_eq!(get(&office, "/models/compare").status, 200, "without versions too");
}

#[test]
fn a_form_from_elsewhere_changes_nothing() {
    let (office, other) = held();
    let before = used(&office);
    for address in [format!("/models/{other}/promote"), "/models/rollback".to_owned()] {
        let foreign = "http://evil.example";
        let answer = ask(&office, &Method::POST, &address, "reason=please", foreign);
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    assert_eq!(used(&office), before);
}

#[test]
fn a_held_model_needs_a_reason_and_what_was_written_stays() {
    let (office, other) = held();
    let before = used(&office);
    let address = format!("/models/{other}/promote");
    let answer = post(&office, &address, "reason=++");
    assert_eq!(answer.status, 422, "{}", answer.body);
    has(&answer, "title", &format!("Error: Model v{other}"));
    has(&answer, ".err-summary a[href='#reason']", "Say why this model should be used");
    has(&answer, "#use .note.warn", "held by: Quality");
    let long = "long ".repeat(101);
    let answer = post(&office, &address, &format!("reason={}", long.replace(' ', "+")));
    assert_eq!(answer.status, 422);
    has(&answer, "textarea#reason", "long long");
    assert_eq!(used(&office), before, "nothing was changed");

    let answer = post(&office, &address, "reason=the+old+one+misses+winter");
    assert_eq!((answer.status, answer.location.as_str()), (303, "/models"), "{}", answer.body);
    assert_eq!(used(&office), other);
    let page = get(&office, &format!("/models/{other}"));
    has(&page, "dd", "the old one misses winter");
    has(&page, ".note.warn", "on probation");
    assert_eq!(post(&office, &address, "reason=again").status, 409);

    has(&get(&office, "/models"), "#rollback", &format!("v{before} was in use before"));
    assert_eq!(post(&office, "/models/rollback", "reason=").status, 303);
    assert_eq!(used(&office), before);
    assert_eq!(post(&office, &format!("/models/{before}/retire"), "reason=").status, 409);
}

/// Sends a file by the form that brings a model.
fn bring(office: &Office, name: &str, text: &str, from: &str) -> Answer {
    let body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"model-file\"; filename=\"{name}\"\r\n\
         content-type: application/json\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let kind = "multipart/form-data; boundary=edge";
    ask_as(office, &Method::POST, "/models/bring", kind, &body, from)
}

#[test]
fn a_model_is_brought_and_taken_along() {
    let office = fixture::two_models();
    let model = get(&office, "/models/1/model.json").body;
    let answer = bring(&office, "model.json", &model, "http://evil.example");
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(office.look(registry::list).expect("a list").len(), 2, "nothing was kept");

    let answer = bring(&office, "model.json", &model, &own());
    assert_eq!((answer.status, answer.location.as_str()), (303, "/models/3"), "{}", answer.body);
    let page = get(&office, "/models/3");
    has(&page, "h1", "Model v3, a candidate");
    has(&page, "#origin", "It was brought here from elsewhere.");
    has(&page, "#origin", "Tested on this office's rows, parts of which it has seen");
    has(&page, "#gates .why", "not tested here");

    let damaged = bring(&office, "half.json", &model[..model.len() / 2], &own());
    assert_eq!(damaged.status, 422, "{}", damaged.body);
    has(&damaged, ".err-summary a[href='#model-file']", "half.json cannot be read as JSON");
    has(&damaged, "#model-file-error", "damaged");
    let none = bring(&office, "", "", &own());
    has(&none, "#model-file-error", "Choose the file of a model.");

    let table = get(&office, "/models/1/lookup.csv");
    assert!(table.body.starts_with("term,feature"), "{}", table.body);
    let form = get(&office, "/models/1/interpret.json");
    assert!(learn::interpret::from_json(&form.body).is_ok());
    let unsaid = bring(&office, "interpret.json", &form.body, &own());
    has(&unsaid, "#model-file-error", "does not say within what time");
}
