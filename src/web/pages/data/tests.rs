//! The Data page, the look before a load and the first run, as a browser without scripts sees them.

use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, middleware, web};
use scraper::{Html, Selector};

use crate::app::fixture::office;
use crate::task::Queue;
use crate::web::{Sessions, State, error, router};

const PEOPLE: &str = "employee_no,display_name,office,zone,trade,home_zip\n\
                      T1,Ana,O1,Z1,laundry,43085\nT2,Bo,O1,Z1,plumbing,43201\nT3,Cy,O1,Z1,hvac,1\n";

/// A page as it arrived.
struct Seen {
    status: StatusCode,
    to: String,
    html: Html,
    text: String,
}

impl Seen {
    fn count(&self, selector: &str) -> usize {
        self.html.select(&Selector::parse(selector).unwrap()).count()
    }

    /// The words of the first element a selector finds.
    #[track_caller]
    fn words(&self, selector: &str) -> String {
        let found = self.html.select(&Selector::parse(selector).unwrap()).next();
        let found = found.unwrap_or_else(|| panic!("no {selector} in {}", self.text));
        found.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Asks for a page; the answer of a fresh server over the same office.
async fn ask(state: &web::Data<State>, request: TestRequest) -> Seen {
    let app = App::new()
        .app_data(state.clone())
        .configure(router::routes)
        .wrap(middleware::from_fn(error::dress));
    let service = init_service(app).await;
    let response = call_service(&service, request.to_request()).await;
    let status = response.status();
    let to = response.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Seen { status, to: to.unwrap_or_default(), html: Html::parse_document(&text), text }
}

async fn get(state: &web::Data<State>, path: &str) -> Seen {
    ask(state, TestRequest::get().uri(path)).await
}

async fn post(state: &web::Data<State>, path: &str, form: &[(&str, &str)]) -> Seen {
    ask(state, TestRequest::post().uri(path).set_form(form)).await
}

/// Sends files as a browser does.
async fn send(state: &web::Data<State>, files: &[(&str, &str)]) -> Seen {
    let mut body = String::new();
    for (name, text) in files {
        body += &format!(
            "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n"
        );
    }
    body += "--cut--\r\n";
    let request = TestRequest::post()
        .uri("/data/upload")
        .insert_header(("content-type", "multipart/form-data; boundary=cut"))
        .set_payload(body);
    ask(state, request).await
}

/// An office in a folder. Opening one waits for the store, which a request's thread may not.
async fn desk(dir: &std::path::Path) -> web::Data<State> {
    let dir = dir.to_owned();
    web::block(move || open(&dir)).await.unwrap()
}

fn open(dir: &std::path::Path) -> web::Data<State> {
    let office = office(dir);
    let queue = Queue::start(office.clone()).unwrap();
    web::Data::new(State { office, queue, sessions: Sessions::default(), port: 0 })
}

/// Presses "Load" and waits until nothing runs.
async fn load(state: &web::Data<State>, import: &str) {
    let task = post(state, &format!("{import}/load"), &[("force", "yes")]).await;
    assert!(task.to.starts_with("/tasks/"), "{}", task.text);
    while !state.queue.active().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[actix_web::test]
async fn an_empty_office_is_shown_its_doors() {
    let dir = tempfile::tempdir().unwrap();
    let state = desk(dir.path()).await;
    let first = get(&state, "/").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.count("form[action='/demo'][method=post]"), 1);
    assert_eq!(first.count("form[action='/data/upload'] input[type=file][multiple]"), 1);
    assert_eq!(first.words(".steps [aria-current=step]"), "Choose data");
    let data = get(&state, "/data").await;
    assert_eq!(data.words(".state h2"), "Nothing is loaded yet");
    assert_eq!(data.count("#loads"), 0);
}

#[actix_web::test]
async fn files_are_looked_at_settled_loaded_and_listed() {
    let dir = tempfile::tempdir().unwrap();
    let state = desk(dir.path()).await;
    let files = [
        ("offices.csv", "code,name\nO1,Northgate\n"),
        ("zones.csv", "code,office,name\nZ1,O1,North\n"),
        ("people.csv", PEOPLE),
    ];
    let import = send(&state, &files).await.to;
    assert!(import.starts_with("/data/import/"), "{import}");
    assert!(get(&state, "/data").await.text.contains(&import));

    let look = get(&state, &format!("{import}?file=people.csv")).await;
    assert_eq!(look.words(".steps [aria-current=step]"), "Check columns");
    assert!(look.text.contains("Never read") && !look.text.contains("43085"));
    assert_eq!(look.count("#m5"), 0, "a refused column offers no choice");
    assert_eq!(look.words("#m4 option[selected]"), "Trade (needed)");
    assert!(look.words("#first-rows").contains("plumbing is none of laundry"));

    let mut form = vec![("file", "people.csv"), ("holds", "technician"), ("then", "save")];
    form.extend([("m0", "employee_no"), ("m1", "display_name"), ("m2", "office"), ("m3", "zone")]);
    let wrong = post(&state, &format!("{import}/columns"), &form).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.words(".err-summary").contains("Choose which column of people.csv is Trade."));
    assert!(wrong.words("title").starts_with("Error:"));
    assert_eq!(wrong.words("#m0 option[selected]"), "Employee no (needed)", "choices are kept");
    form.push(("m4", "trade"));
    let saved = post(&state, &format!("{import}/columns"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);

    load(&state, &import).await;
    let data = get(&state, "/data").await;
    assert_eq!(data.count("#loads tbody tr"), 3);
    let line = data.words("#loads tbody tr");
    assert!(line.contains("people.csv") && line.contains("1 row"), "{line}");
    assert!(!data.text.contains(&import), "what was loaded waits no more");
    assert_eq!(get(&state, &import).await.status, StatusCode::NOT_FOUND);
    let href = Selector::parse("#loads tbody a").unwrap();
    let href = data.html.select(&href).next().unwrap().value().attr("href").unwrap().to_owned();
    let page = get(&state, &href).await;
    assert!(page.words("table tbody tr").starts_with("3 trade plumbing is none of"));
    assert!(page.text.contains("home_zip"));
    let csv = get(&state, &format!("{href}/refused.csv")).await;
    assert!(csv.text.starts_with("row,column,value,reason\r\n3,trade,plumbing,"), "{}", csv.text);
}

#[actix_web::test]
async fn a_file_nobody_knows_stops_the_load_until_it_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let state = desk(dir.path()).await;
    let files = [("offices.csv", "code,name\nO1,Northgate\n"), ("odd.csv", "a,b\n1,2\n")];
    let import = send(&state, &files).await.to;
    let stopped = post(&state, &format!("{import}/load"), &[]).await;
    assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stopped.words(".err-summary").contains("odd.csv does not look like any file"));
    let form = [("file", "odd.csv"), ("then", "leave")];
    post(&state, &format!("{import}/columns"), &form).await;
    assert!(get(&state, &import).await.words("form[action$='/load']").contains("Load 1 file"));
    load(&state, &import).await;
    assert_eq!(get(&state, "/data").await.count("#loads tbody tr"), 1);
}

#[actix_web::test]
async fn what_cannot_be_taken_comes_back_with_words() {
    let dir = tempfile::tempdir().unwrap();
    let state = desk(dir.path()).await;
    let gone = post(&state, "/data/path", &[("path", "/nowhere/a&b")]).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(gone.words(".err-summary a[href='#path']").contains("/nowhere/a&b is not there."));
    assert_eq!(gone.count("#path[aria-invalid=true][value='/nowhere/a&b']"), 1);
    let none = send(&state, &[("", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.words(".err-summary").contains("Choose at least one file."));
    let twice = send(&state, &[("a.csv", "x\n"), ("A.csv", "y\n")]).await;
    assert!(twice.words(".err-summary").contains("Two files are called A.csv."));
    assert!(state.office.stages().unwrap().is_empty());
    let left = std::fs::read_dir(dir.path().join("uploads")).unwrap().count();
    assert_eq!(left, 0, "a failed upload leaves nothing");
}

#[actix_web::test]
async fn what_waits_is_told_apart_and_what_nobody_can_read_does_not_wait() {
    let dir = tempfile::tempdir().unwrap();
    let state = desk(dir.path()).await;
    let text = "code,name\nO1,Northgate\n";
    send(&state, &[("offices.csv", text), ("more.csv", text)]).await;
    let waiting = get(&state, "/data").await.words("ul.rows li");
    assert!(waiting.contains("more.csv, offices.csv"), "{waiting}");
    assert!(waiting.contains("2 files, 46 bytes, sent "), "{waiting}");
    let none = send(&state, &[("notes.pdf", "%PDF\n")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = none.words(".err-summary");
    assert!(words.contains("There is nothing here that can be read. notes.pdf"), "{words}");
    assert_eq!(state.office.stages().unwrap().len(), 1);
}
