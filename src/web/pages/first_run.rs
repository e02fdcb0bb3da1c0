//! First run: an office without data, and the doors through which data come.

use actix_web::HttpRequest;
use askama::Template;

use super::data::Forms;
use crate::web::parts::{StepState, StepView};
use crate::web::reply::{Reply, html};
use crate::web::shell::Shell;

#[derive(Template)]
#[template(path = "pages/first_run.html")]
struct FirstRunPage {
    shell: Shell,
    steps: Vec<StepView>,
    forms: Forms,
}

/// What `/` shows while the office has no data.
pub fn show(request: &HttpRequest) -> Reply {
    let mut shell = Shell::bare("Set up");
    shell.theme = crate::web::reply::theme(request);
    html(&FirstRunPage { shell, steps: steps(0), forms: Forms::default() })
}

/// The steps of bringing data in, the one at this place being the present one.
pub(super) fn steps(now: usize) -> Vec<StepView> {
    let state = |at: usize| match at.cmp(&now) {
        std::cmp::Ordering::Less => StepState::Done,
        std::cmp::Ordering::Equal => StepState::Now,
        std::cmp::Ordering::Greater => StepState::Todo,
    };
    ["Choose data", "Check columns", "Load"]
        .into_iter()
        .enumerate()
        .map(|(at, label)| StepView { label: label.to_owned(), state: state(at) })
        .collect()
}
