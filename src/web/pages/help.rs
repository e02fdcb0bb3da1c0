//! Help: words, keys, limits, what is refused, what leaves the machine, how the pages look.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Nav, Page};
use crate::app::glossary::{self, Term};
use crate::app::metrics::METRICS;
use crate::web::State;
use crate::web::reply::{Reply, html, read, see_other};
use crate::web::shell::{PaletteEntry, Shell};

/// The page.
pub const PAGE: Page = Page {
    id: "help",
    path: "/help",
    title: "Help",
    help: "What words mean, keys, what is refused, what leaves the machine, light or dark.",
    nav: Some(Nav { group: 1, icon: "info", key: 'e', tab: false }),
};

/// Sections: anchor, heading, words it is found by.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("offline", "What leaves this machine", "offline network privacy bytes internet"),
    ("not-for", "What it must not be used for", "forbidden uses discipline dismissal pay"),
    ("blind", "What it cannot see", "limits blind spots cause"),
    ("refused", "What it refuses to hold", "deny protected age sex race address columns"),
    ("look", "Look and keys", "theme dark light system keys switch off settings"),
    ("keys-map", "Keyboard", "keys shortcuts"),
    ("words", "Words", "glossary terms meaning"),
    ("metric-words", "Metrics", "dictionary numbers"),
    ("features", "What a model reads", "features inputs variables"),
];

/// What it does not know, so that nobody takes its silence for an answer.
const BLIND: &[&str] = &[
    "Offers from other employers, and what they pay.",
    "Family, health, faith, plans: nothing private is asked for or guessed.",
    "What was said in a talk and never written down.",
    "Why somebody left, beyond the reason recorded at the exit; that is one side's story.",
    "Anything before the data begin, and anything after their last day.",
    "Causes. A number that goes with leaving may be a sign of something else.",
    "A few people well. With ten technicians an interval is wide, and that is the truth.",
];

/// Uses that are ruled out.
const NOT_FOR: &[&str] = &[
    "No discipline, warning, dismissal or layoff may rest on a score, a level or a reason shown \
     here.",
    "No pay cut, demotion, worse shift or lost training either.",
    "No hiring decision about a single applicant.",
    "No pressure on a person to explain a score. It is about the work, not about guilt.",
    "A score is a reason to talk, to mend a route, a load or a pay gap. Whoever acts on it decides, \
     and is named.",
];

/// How to see for oneself that nothing is sent.
const OFFLINE: &[&str] = &[
    "Nothing, in this version: no account, no telemetry, no update check, no map, no font from \
     elsewhere. The program holds no address to send anything to.",
    "The pages answer on 127.0.0.1 only; another computer cannot open them. Browsers are told to \
     load nothing from anywhere else (Content-Security-Policy).",
    "To check: pull the network cable or switch the radio off; every page still works. Or list the \
     program's connections (ss -tnp on Linux, lsof -i on macOS, Resource Monitor on Windows): only \
     127.0.0.1 stands there.",
    "Backups and CSV files go where you put them. From then on they are in your hands.",
];

#[derive(Template)]
#[template(path = "pages/help.html")]
struct HelpPage {
    shell: Shell,
    sections: &'static [(&'static str, &'static str, &'static str)],
    offline: &'static [&'static str],
    not_for: &'static [&'static str],
    blind: &'static [&'static str],
    denied: &'static [glossary::Denied],
    themes: Vec<Choice>,
    keys: Vec<Choice>,
    words: Vec<Term>,
    metrics: Vec<(String, &'static str, &'static str)>,
    features: Vec<Term>,
}

/// One button of a switch.
struct Choice {
    value: &'static str,
    label: &'static str,
    on: bool,
}

/// `theme=dark`.
#[derive(Debug, Deserialize)]
pub struct ThemeForm {
    theme: String,
}

/// `keys=off`.
#[derive(Debug, Deserialize)]
pub struct KeysForm {
    keys: String,
}

/// `GET /help`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, ()) = read(&state, &request, &PAGE, |_| Ok(())).await?;
    html(&page(shell))
}

/// `POST /help/theme`.
pub async fn set_theme(form: web::Form<ThemeForm>) -> HttpResponse {
    let theme = ["light", "dark"].into_iter().find(|it| *it == form.theme);
    kept("theme", theme)
}

/// `POST /help/keys`.
pub async fn set_keys(form: web::Form<KeysForm>) -> HttpResponse {
    kept("keys", (form.keys == "off").then_some("off"))
}

/// Lines of the palette that lead into the page.
pub fn palette() -> Vec<PaletteEntry> {
    SECTIONS
        .iter()
        .map(|(anchor, heading, words)| PaletteEntry {
            label: (*heading).to_owned(),
            kind: "help".to_owned(),
            href: format!("{}#{anchor}", PAGE.path),
            icon: "info",
            words: (*words).to_owned(),
        })
        .collect()
}

fn page(shell: Shell) -> HelpPage {
    let theme = shell.theme.unwrap_or("system");
    let keys = if shell.single_keys { "on" } else { "off" };
    let choice = |now: &str, value, label| Choice { value, label, on: value == now };
    HelpPage {
        sections: SECTIONS,
        offline: OFFLINE,
        not_for: NOT_FOR,
        blind: BLIND,
        denied: glossary::DENIED,
        themes: vec![
            choice(theme, "system", "As the system"),
            choice(theme, "light", "Light"),
            choice(theme, "dark", "Dark"),
        ],
        keys: vec![choice(keys, "on", "On"), choice(keys, "off", "Off")],
        words: glossary::words(),
        metrics: METRICS
            .iter()
            .map(|it| (format!("/metrics/{}", it.id), it.title, it.sentence))
            .collect(),
        features: glossary::features(),
        shell,
    }
}

/// Back to the switch, with the choice kept in the browser for a year, or forgotten.
fn kept(name: &'static str, value: Option<&'static str>) -> HttpResponse {
    let age = if value.is_some() { Duration::days(365) } else { Duration::ZERO };
    let cookie = Cookie::build(name, value.unwrap_or_default())
        .path("/")
        .same_site(SameSite::Strict)
        .http_only(true)
        .max_age(age)
        .finish();
    let mut response = see_other("/help#look");
    // Only a name or value that no header can hold is refused, and these are ours.
    let _fits = response.add_cookie(&cookie);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_becomes_a_strict_cookie_or_is_forgotten() {
        let response = kept("theme", Some("dark"));
        let cookie = response.cookies().next().unwrap();
        assert_eq!((cookie.name(), cookie.value()), ("theme", "dark"));
        assert_eq!(cookie.same_site(), Some(SameSite::Strict));
        assert_eq!(response.status(), 303);
        let gone = kept("theme", None);
        let cookie = gone.cookies().next().unwrap();
        assert_eq!(cookie.max_age(), Some(Duration::ZERO));
    }

    #[test]
    fn every_section_the_palette_names_is_on_the_page() {
        let page = page(Shell::bare("Help")).render().unwrap();
        for (anchor, heading, _) in SECTIONS {
            assert!(page.contains(&format!("id=\"{anchor}\"")), "no section {anchor}");
            assert!(page.contains(heading));
        }
        for it in glossary::DENIED {
            assert!(page.contains(it.what), "{} is refused in silence", it.what);
        }
        assert!(METRICS.iter().all(|it| page.contains(it.id)));
        assert!(page.len() < 60_000, "{} bytes", page.len());
    }
}
