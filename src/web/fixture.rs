//! Pages asked the way a browser does, over a scratch office, for tests.
//!
//! Never outside tests.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use scraper::{Html, Selector};

use super::{Sessions, State, error, router};
use crate::app::{Office, Place};
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::fixture::{Scratch, day};
use crate::task::Queue;

/// The answer to `GET path`.
pub(crate) fn get(it: &Scratch, path: &str) -> (StatusCode, String) {
    let noon = i64::from(day("2026-11-24").0) * 86_400 + 43_200;
    let settings = Settings::read(None, std::iter::empty(), &[]).unwrap();
    let place = Place::beside(it.path().to_owned());
    let office = Office::attach(place, settings, Clock::Fixed(noon)).unwrap();
    let queue = Queue::start(office.clone()).unwrap();
    let state = State { office, queue, sessions: Sessions::default(), port: 0 };
    actix_web::rt::System::new().block_on(async move {
        let app = App::new()
            .app_data(web::Data::new(state))
            .configure(router::routes)
            .wrap(from_fn(error::dress));
        let service = init_service(app).await;
        let response = call_service(&service, TestRequest::get().uri(path).to_request()).await;
        let status = response.status();
        let body = read_body(response).await;
        (status, String::from_utf8(body.to_vec()).unwrap())
    })
}

/// A page that is there and keeps the rules every page keeps.
#[track_caller]
pub(crate) fn sound(answer: &(StatusCode, String)) -> Html {
    let (status, text) = answer;
    assert_eq!(*status, StatusCode::OK, "{text}");
    for word in [" style=", "NaN", "inf%", "hx-on", " onclick"] {
        assert!(!text.contains(word), "the page prints {word}");
    }
    let html = Html::parse_document(text);
    let mut ids = BTreeMap::new();
    for element in html.select(&select("[id]")) {
        *ids.entry(element.value().id().unwrap().to_owned()).or_insert(0) += 1;
    }
    let twice: Vec<_> = ids.iter().filter(|it| *it.1 > 1).collect();
    assert!(twice.is_empty(), "ids used twice: {twice:?}");
    for (selector, attribute) in [("[popovertarget]", "popovertarget"), ("label[for]", "for")] {
        for element in html.select(&select(selector)) {
            let id = element.value().attr(attribute).unwrap();
            assert!(ids.contains_key(id), "nothing is called {id}");
        }
    }
    for link in html.select(&select("main a[href^='#']")) {
        let id = &link.value().attr("href").unwrap()[1..];
        assert!(ids.contains_key(id), "no place {id}");
    }
    assert_eq!(html.select(&select("h1")).count(), 1);
    for table in html.select(&select("table")) {
        assert!(table.select(&select("caption")).next().is_some(), "a table without a caption");
    }
    html
}

/// All words of what a selector finds, each with single spaces.
pub(crate) fn words(html: &Html, selector: &str) -> Vec<String> {
    let one = |it: scraper::ElementRef<'_>| {
        it.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    html.select(&select(selector)).map(one).collect()
}

fn select(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}
