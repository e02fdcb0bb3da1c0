//! What the palette finds beyond the pages it lists: numbers and words, by what is typed.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;

use super::{help, metrics};
use crate::web::reply::{Reply, html};
use crate::web::shell::PaletteEntry;

/// Most lines at once.
const FOUND_MAX: usize = 8;

#[derive(Template)]
#[template(path = "parts/_palette_found.html")]
struct Found {
    entries: Vec<PaletteEntry>,
}

/// `GET /palette?q=`: lines for the list; every word typed must occur.
pub(in crate::web) async fn found(asked: web::Query<HashMap<String, String>>) -> Reply {
    let typed = asked.get("q").map(|it| it.to_lowercase()).unwrap_or_default();
    let typed: Vec<&str> = typed.split_whitespace().collect();
    let fits = |it: &PaletteEntry| {
        let text = format!("{} {} {}", it.label, it.kind, it.words).to_lowercase();
        !typed.is_empty() && typed.iter().all(|word| text.contains(word))
    };
    let all = metrics::palette().into_iter().chain(help::palette());
    html(&Found { entries: all.filter(fits).take(FOUND_MAX).collect() })
}
