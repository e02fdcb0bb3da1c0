//! Pages and streams over a real server: loopback, session cookie, headers, everything.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use scraper::{Html, Selector};

use super::{Sessions, State, bind, serve};
use crate::app::demo::{self, Spec};
use crate::app::fixture::office_with;
use crate::app::progress::Silent;
use crate::app::{Office, models, train};
use crate::domain::calendar::Day;
use crate::task::{Queue, Train};

/// A served office in a scratch folder.
struct Served {
    office: Office,
    queue: Queue,
    port: u16,
    cookie: String,
    handle: ServerHandle,
    _dir: tempfile::TempDir,
}

/// An answer, read to its end.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Served {
    fn empty(flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let office = office_with(dir.path(), flags);
        let queue = Queue::start(office.clone()).expect("a queue");
        let listener = bind(0, false).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let sessions = Sessions::default();
        let link = sessions.link();
        let state = State { office: office.clone(), queue: queue.clone(), sessions, port };
        let (send, ready) = mpsc::channel();
        std::thread::spawn(move || serve(state, listener, move |it| drop(send.send(it))));
        let handle = ready.recv_timeout(Duration::from_secs(20)).expect("a server");
        let mut served = Self { office, queue, port, cookie: String::new(), handle, _dir: dir };
        let opened = served.get(&format!("/open?token={link}"));
        served.cookie =
            opened.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        served
    }

    /// Small, with enough exits to train when the floor is low.
    fn demo(flags: &[&str]) -> Self {
        let served = Self::empty(flags);
        let spec = Spec {
            technicians: 60,
            years: 2,
            offices: 1,
            jobs_per_technician_year: 60,
            ..Spec::default_ending(Day::parse("2026-11-22").expect("a day"))
        };
        demo::load(&served.office, &spec, None, &Silent).expect("a demo");
        served
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    fn post(&self, path: &str) -> Answer {
        self.ask("POST", path)
    }

    fn ask(&self, method: &str, path: &str) -> Answer {
        let mut text = String::new();
        self.open(method, path).read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn open(&self, method: &str, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_mins(2))).expect("a timeout");
        let (port, cookie) = (self.port, &self.cookie);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Cookie: {cookie}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
        .expect("a request");
        stream
    }

    /// The `data:` lines of a task's stream, up to and with its end; `see` looks at each.
    fn stream(&self, task: &str, mut see: impl FnMut(&str)) -> Vec<String> {
        let mut lines = Vec::new();
        for line in BufReader::new(self.open("GET", &format!("{task}/events"))).lines() {
            let line = line.expect("a line");
            let Some(data) = line.strip_prefix("data: ") else { continue };
            see(data);
            lines.push(data.to_owned());
            if data == "[DONE]" {
                break;
            }
        }
        lines
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.queue.stop_all();
        drop(self.handle.stop(false));
    }
}

impl Answer {
    /// Where a form led to.
    #[track_caller]
    fn led_to(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header("location").to_owned()
    }

    fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        });
        found.unwrap_or_default()
    }

    #[track_caller]
    fn page(&self, status: u16) -> Html {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body.len() < 60_000, "{} bytes are too many for a page", self.body.len());
        Html::parse_document(&self.body)
    }
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).map(|it| it.text().collect::<String>().trim().to_owned()).collect()
}

#[track_caller]
fn has(page: &Html, selector: &str, words: &str) {
    let found = texts(page, selector);
    assert!(found.iter().any(|it| it.contains(words)), "{selector} lacks {words:?}: {found:?}");
}

#[test]
fn without_data_models_and_train_say_what_to_do_first() {
    let served = Served::empty(&[]);
    let page = served.get("/model").page(200);
    has(&page, "h1", "No model yet");
    has(&page, ".state h2", "There is no data to learn from");
    assert!(texts(&page, "main form").is_empty(), "nothing to train on");
    let page = served.get("/train").page(200);
    has(&page, ".state h2", "There is no data to learn from");
    has(&page, ".state h2", "Nothing has run yet");
    has(&page, "form[action='/demo'] button", "Look at the demo office");
    assert_eq!(served.get("/model.json").status, 404);
    assert_eq!(served.post("/train").status, 422);
    assert_eq!(served.post("/score").status, 422);
    assert_eq!(served.get("/tasks/01a2102d-9866-765b-90dc-6fff02255b2d").status, 404);
}

#[test]
fn head_is_answered_like_get_without_a_body_and_other_methods_are_refused() {
    let served = Served::empty(&[]);
    for path in ["/", "/people", "/model", "/help", "/health"] {
        let (head, get) = (served.ask("HEAD", path), served.get(path));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
    assert_eq!(served.ask("HEAD", "/nowhere").status, 404);
    for (method, path, allowed) in
        [("DELETE", "/people", "GET"), ("GET", "/score", "POST"), ("HEAD", "/events", "GET")]
    {
        let answer = served.ask(method, path);
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(answer.header("allow").contains(allowed), "{}", answer.head);
    }
}

#[test]
fn below_the_floor_training_is_refused_with_what_is_missing() {
    let served = Served::demo(&["score.exits_min=5000"]);
    let page = served.get("/model").page(200);
    has(&page, ".state.thin h2", "5,000 needed for a model");
    has(&page, ".state.thin p", "At the present pace");
    let answer = served.post("/train");
    let page = answer.page(422);
    has(&page, "title", "Error: Train");
    has(&page, ".state.thin h2", "5,000 needed");
    assert!(texts(&page, "form[action='/train']").is_empty());
    assert_eq!(served.post("/demo").status, 409);
    assert!(served.queue.active().is_empty());
}

#[test]
fn a_training_is_watched_to_its_end_and_shown() {
    let served = Served::demo(&["score.exits_min=10", "train.outer_bags=3"]);
    let page = served.get("/model").page(200);
    has(&page, "form[action='/train'] button", "Train a model");
    let task = served.post("/train").led_to();
    let mut live = String::new();
    let lines = served.stream(&task, |data| {
        if data.contains("running") && live.is_empty() {
            live = served.get(&task).body;
        }
    });
    assert_eq!(lines.last().map(String::as_str), Some("[DONE]"));
    let last: serde_json::Value =
        serde_json::from_str(&lines[lines.len() - 2]).expect("JSON before the end");
    assert_eq!((&last["state"], &last["percent"]), (&"done".into(), &100.into()), "{last}");
    assert!(live.contains("sse-connect=\"/events?topics=task:"), "{live}");
    assert!(live.contains("http-equiv=\"refresh\""), "without scripts the page loads itself anew");
    let page = served.get(&task).page(200);
    has(&page, "a.btn.primary", "Open the model");
    has(&page, ".tasklist .done", "Score everyone");
    has(&page, "section h2", "Gates of model v1");
    has(&page, "section footer a[href='/models/1']", "Registry");
    assert!(!served.get(&task).body.contains("sse-swap=\"task-"), "nothing more will come");
    model_pages(&served);
    let page = served.get("/train").page(200);
    has(&page, ".rows .who", "Train a model");
    has(&page, "form[action='/demo/remove'] button", "Remove the demo");
    assert_eq!(served.post("/demo/remove").status, 303);
    has(&served.get("/model").page(200), ".state h2", "There is no data");
}

fn model_pages(served: &Served) {
    let page = served.get("/model").page(200);
    let model = served.office.look(models::in_use).expect("a read").expect("a model");
    has(&page, "h1", &models::verdict(&model.card).1);
    has(&page, ".page-head .lede", "Model v1 adds 18 lines");
    assert_eq!(texts(&page, "ul.bars[aria-label='What moves scores most'] li").len(), 18);
    has(&page, "#shape h2", model.lines[0].title);
    has(&page, "#shape .say", &model.lines[0].finding);
    has(&page, "#shape .datatable caption", "values");
    has(&page, "dt", "Home address, ZIP or coordinates");
    has(&page, ".seal", "seed 42");
    let page = served.get("/model/test").page(200);
    if model.card.validation.is_some() {
        for name in ["This model (EBM)", "Logistic regression", "Base rate for everyone"] {
            has(&page, "#good th", name);
        }
        has(&page, "#good .body", "seen neither the person");
    } else {
        has(&page, "#good .state.thin h2", "This model was not tested");
    }
    let other = &model.lines[5];
    let page = served.get(&format!("/model?feature={}", other.id)).page(200);
    has(&page, "#shape h2", other.title);
    assert_eq!(served.get("/model?feature=shoe_size").status, 404);
    let export = served.get("/model.json");
    let json: serde_json::Value = serde_json::from_str(&export.body).expect("JSON");
    assert_eq!(json["format"], 2);
    assert_eq!(json["model"]["lines"].as_array().map(Vec::len), Some(18));
    assert_eq!(json["model"]["seal"]["model_hash"], model.seal.model_hash.as_str());
}

#[test]
fn a_training_that_is_stopped_keeps_no_model_and_can_go_on() {
    let served = Served::demo(&["score.exits_min=10", "train.outer_bags=200"]);
    let uid = served.queue.ask(&Train {}).expect("a task");
    let task = format!("/tasks/{}", super::pages::uid_text(uid));
    let mut stopped = false;
    let lines = served.stream(&task, |data| {
        if !stopped && data.contains("\"running\"") {
            assert_eq!(served.post(&format!("{task}/stop")).status, 303);
            stopped = true;
        }
    });
    assert_eq!(lines.last().map(String::as_str), Some("[DONE]"));
    assert!(lines[lines.len() - 2].contains("\"cancelled\""), "{lines:?}");
    assert!(served.office.look(models::in_use).expect("a read").is_none(), "a model was kept");
    let page = served.get(&task).page(200);
    has(&page, "main", "Stopped. Nothing was changed.");
    has(&page, "form button", "Go on");
    let again = served.post(&format!("{task}/again")).led_to();
    assert_ne!(again, task);
    assert_eq!(served.post(&format!("{again}/stop")).status, 303);
}

#[test]
fn a_page_hears_its_topics_and_nothing_else() {
    let served = Served::empty(&[]);
    let uid = served.queue.ask(&Train {}).expect("a task");
    let text = super::pages::uid_text(uid);
    let mut lines =
        BufReader::new(served.open("GET", &format!("/events?topics=tasks,task:{text},chat:7")))
            .lines()
            .map_while(Result::ok)
            .filter_map(|it| it.strip_prefix("event: ").map(str::to_owned));
    assert_eq!(lines.next().as_deref(), Some("tasks"));
    let names: Vec<String> = lines.by_ref().take(3).collect();
    assert_eq!(names[0], format!("task-{text}-loss"));
    assert_eq!(names[1], format!("task-{text}-shapes"));
    assert_eq!(names[2], format!("task-{text}"));
}

#[test]
fn an_untested_model_says_so() {
    // A year of one office: enough to fit; whether it can be tested is for the data to say.
    let served = Served::empty(&["score.exits_min=10", "train.outer_bags=2"]);
    let spec = Spec {
        technicians: 150,
        years: 1,
        offices: 1,
        jobs_per_technician_year: 40,
        ..Spec::default_ending(Day::parse("2026-11-22").expect("a day"))
    };
    demo::load(&served.office, &spec, None, &Silent).expect("a demo");
    let trained = train::train(&served.office, &Silent).expect("a model");
    let page = served.get("/model/test").page(200);
    if trained.card.validation.is_none() {
        has(&page, "h1", "This model was not tested");
        has(&page, "#good .state.thin h2", "This model was not tested");
        assert!(texts(&page, ".tile").is_empty(), "nothing was measured");
    } else {
        has(&page, "#good table caption", "95% intervals by person");
    }
}
