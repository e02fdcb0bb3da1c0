//! Pages asked for in tests: the real routes over a test's office, read as a browser would.
//!
//! Never outside tests.

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use scraper::{Html, Selector};

use crate::app::Office;
use crate::task::Queue;
use crate::web::{Sessions, State, error, router};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    page: Html,
}

/// Asks for an address.
pub(crate) fn get(office: &Office, address: &str) -> Answer {
    ask(office, address, &[])
}

/// Asks for an address with headers of its own.
pub(crate) fn ask(office: &Office, address: &str, headers: &[(&'static str, &str)]) -> Answer {
    let queue = Queue::start(office.clone()).expect("a queue");
    let sessions = Sessions::default();
    let state = web::Data::new(State { office: office.clone(), queue, sessions, port: 0 });
    let answer = actix_web::rt::System::new().block_on(async {
        let app = App::new().app_data(state.clone()).configure(router::routes);
        let service = init_service(app.wrap(from_fn(error::dress))).await;
        let mut request = TestRequest::get().uri(address);
        for header in headers {
            request = request.insert_header(*header);
        }
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        let body = String::from_utf8(body.to_vec()).expect("text");
        Answer { status, headers, page: Html::parse_document(&body), body }
    });
    state.queue.stop_all();
    answer
}

impl Answer {
    /// Texts of the elements a selector finds, white space folded.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        let text = |it: scraper::ElementRef<'_>| {
            it.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        self.page.select(&selector).map(text).collect()
    }

    /// Text of the first element a selector finds.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap_or_else(|| panic!("no {selector}"))
    }

    /// An attribute of every element a selector finds.
    pub(crate) fn values(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        let all = self.page.select(&selector);
        all.filter_map(|it| it.value().attr(name).map(str::to_owned)).collect()
    }
}
