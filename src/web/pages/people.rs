//! People: everyone's chance in one table, filtered, sorted and taken away by address.

#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Nav, Page, today, uid_text};
use crate::app::audit::{self, Act};
use crate::app::people::{self, Filter, Levels, List, Row, Sort, Standing, reason_groups};
use crate::app::score::Verdict;
use crate::app::{Error, export};
use crate::domain::calendar::{MONTH_DAYS, months_over};
use crate::domain::count::counted;
use crate::domain::risk::Band;
use crate::domain::told::Kind;
use crate::web::State;
use crate::web::charts;
use crate::web::error::Failure;
use crate::web::numbers;
use crate::web::parts::{
    ButtonView, DeltaView, IvlView, LevelView, OptionView, PagerView, StackbarView, StateKind,
    StateView, ThView,
};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html, read, wants_part};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "people",
    path: "/people",
    title: "People",
    help: "Everyone's chance of leaving, with the main reason; filter, sort, take away.",
    nav: Some(Nav { group: 0, icon: "people", key: 'p', tab: true }),
};

/// People on one page.
const ROWS: usize = 30;

/// Levels a person may choose: value in addresses, label.
const LEVELS: [(&str, &str); 5] = [
    ("high", "HIGH"),
    ("high,medium", "HIGH and MEDIUM"),
    ("medium", "MEDIUM"),
    ("low", "LOW"),
    ("none", "Not scored"),
];

#[derive(Template)]
#[template(path = "pages/people.html")]
struct PeoplePage {
    shell: Shell,
    lede: String,
    body: Body,
}

/// The list, or why there is none.
enum Body {
    Without(StateView),
    Full(Box<Full>),
}

struct Full {
    stale: Option<String>,
    stack: StackbarView,
    rule: String,
    text: String,
    sort: Option<String>,
    selects: Vec<Select>,
    part: Part,
}

/// A choice of the filter.
struct Select {
    id: &'static str,
    label: &'static str,
    options: Vec<OptionView>,
}

/// What a filter changes; returned alone to htmx.
#[derive(Template)]
#[template(path = "parts/_people.html")]
struct Part {
    count: String,
    export: String,
    clear: Option<String>,
    empty: Option<StateView>,
    head: Head,
    lines: Vec<Line>,
    scale: String,
    foot: String,
    pager: PagerView,
}

struct Head {
    name: ThView,
    zone: ThView,
    tenure: ThView,
    chance: ThView,
    change: ThView,
}

/// A person in the table.
struct Line {
    name: String,
    href: String,
    number: String,
    place: String,
    tenure: String,
    level: LevelView,
    ivl: Option<IvlView>,
    chance: Option<(String, String)>,
    delta: Option<DeltaView>,
    reason: String,
    next: String,
}

/// `GET /people`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let (shell, standing) = read(&state, &request, &PAGE, people::read).await?;
    let list = match standing {
        Standing::Scored(list) => list,
        without => {
            let lede = "Everyone's chance of leaving stands here once there is a model.";
            let body = Body::Without(instead(&without));
            return html(&PeoplePage { shell, lede: lede.to_owned(), body });
        }
    };
    let part = part(&list, &asked);
    if wants_part(&request) {
        return html(&part);
    }
    let lede = lede(&list);
    let body = Body::Full(Box::new(full(&list, &asked, part)));
    html(&PeoplePage { shell, lede, body })
}

/// `GET /people.csv`.
pub async fn download(state: web::Data<State>, request: HttpRequest) -> Reply {
    let asked = Asked::of(&request);
    let (filter, sort) = (filter(&asked), sort(&asked));
    let (text, count) = state
        .office
        .page(move |cx| match people::read(cx)? {
            Standing::Scored(list) => {
                let rows = list.pick(&filter, sort);
                let count = rows.len();
                Ok((export::csv(&list, rows.into_iter()), count))
            }
            _ => Err(Error::told(Kind::NotEnough, "Nobody is scored yet.", "Train a model first.")),
        })
        .await?;
    let act = Act::Exported(request.query_string().to_owned(), count);
    audit::record(&state.office, act).await.map_err(Failure::from)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", "attachment; filename=\"people.csv\""))
        .body(text))
}

fn instead(standing: &Standing) -> StateView {
    match standing {
        Standing::NotEnough(shortage) => today::not_enough(*shortage),
        Standing::NoData => StateView {
            buttons: vec![ButtonView::primary("Load data", "/data")],
            ..StateView::new(
                StateKind::Empty,
                "Nobody here yet",
                "It will hold everyone's chance of leaving with the reasons. It needs the office's \
                 technicians, their employment and their jobs.",
            )
        },
        _ => today::no_model(),
    }
}

fn lede(list: &List) -> String {
    let scored = list.rows.iter().filter(|it| it.chance().is_some()).count();
    format!(
        "Chance of leaving within {} days, for {scored} of {}. The dashed line is the base rate, \
         {}. A level starts a conversation; it may not be used for discipline, pay cuts or \
         dismissal.",
        list.horizon_days,
        counted(list.rows.len() as u64, "technician"),
        tenth(list.rule.base_rate),
    )
}

fn full(list: &List, asked: &Asked, part: Part) -> Full {
    let Levels { high, medium, low, none } = list.levels();
    let counts = [
        ("f-high", "HIGH", high),
        ("f-med", "MEDIUM", medium),
        ("f-low", "LOW", low),
        ("f-none", "Not scored", none),
    ];
    let behind = list.data_to.0 - list.as_of.plus(-1).0;
    Full {
        stale: (behind > 0).then(|| {
            format!(
                "These scores are of {}; the data go {} further. Scoring everyone again takes \
                 seconds.",
                list.as_of.plus(-1).words(list.data_to.year()),
                counted(behind as u64, "day")
            )
        }),
        stack: charts::stackbar("technicians", &counts),
        rule: list.rule.words(),
        text: asked.get("q").unwrap_or_default().to_owned(),
        sort: asked.get("sort").map(str::to_owned),
        selects: selects(list, asked),
        part,
    }
}

fn selects(list: &List, asked: &Asked) -> Vec<Select> {
    let [offices, zones, trades] = list.choices();
    let select = |id: &'static str,
                  label: &'static str,
                  all: &str,
                  values: Vec<(String, String)>| {
        let chosen = asked.get(id).unwrap_or_default();
        let first =
            OptionView { value: String::new(), label: all.to_owned(), chosen: chosen.is_empty() };
        let rest = values.into_iter().map(|(value, label)| OptionView {
            chosen: value == chosen,
            value,
            label,
        });
        Select { id, label, options: std::iter::once(first).chain(rest).collect() }
    };
    let same = |all: Vec<String>| all.into_iter().map(|it| (it.clone(), it)).collect::<Vec<_>>();
    let owned = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
    let levels = LEVELS.iter().map(owned).collect();
    let groups = reason_groups().into_iter().map(|it| (it.to_owned(), it.to_owned())).collect();
    let mut selects = Vec::new();
    if offices.len() > 1 {
        selects.push(select("office", "Office", "All offices", same(offices)));
    }
    selects.push(select("zone", "Zone", "All zones", same(zones)));
    if trades.len() > 1 {
        selects.push(select("trade", "Trade", "All trades", same(trades)));
    }
    selects.push(select("level", "Level", "Any level", levels));
    selects.push(select("reason", "Main reason", "Any reason", groups));
    selects
}

fn filter(asked: &Asked) -> Filter {
    let of = |name: &str| asked.get(name).map(str::to_owned);
    let level = |word: &str| match word {
        "none" => Some(None),
        word => Band::parse(&word.to_uppercase()).map(Some),
    };
    Filter {
        text: asked.get("q").unwrap_or_default().to_owned(),
        office: of("office"),
        zone: of("zone"),
        trade: of("trade"),
        levels: asked
            .get("level")
            .map_or_else(Vec::new, |it| it.split(',').filter_map(level).collect()),
        reason: of("reason"),
    }
}

fn sort(asked: &Asked) -> Sort {
    Sort::parse(asked.get("sort").unwrap_or_default())
}

fn part(list: &List, asked: &Asked) -> Part {
    let (filter, sort) = (filter(asked), sort(asked));
    let rows = list.pick(&filter, sort);
    let pages = rows.len().div_ceil(ROWS).max(1);
    let page = asked.get("page").and_then(|it| it.parse().ok()).unwrap_or(1).clamp(1, pages);
    let from = (page - 1) * ROWS;
    let shown = &rows[from..rows.len().min(from + ROWS)];
    let to_page = |page: usize| asked.with("/people", "page", &page.to_string());
    let filtered = filter != Filter::default();
    let several = list.choices()[0].len() > 1;
    Part {
        count: if filtered {
            format!("{} of {} match", rows.len(), list.rows.len())
        } else {
            counted(list.rows.len() as u64, "technician")
        },
        export: asked.with("/people.csv", "page", ""),
        clear: filtered.then(|| match asked.get("sort") {
            Some(sort) => Asked::default().with("/people", "sort", sort),
            None => "/people".to_owned(),
        }),
        empty: rows.is_empty().then(|| {
            let words = "Take a filter away, or look for part of a name or number.";
            StateView::new(StateKind::Empty, "Nobody matches", words)
        }),
        head: head(asked, sort),
        lines: shown.iter().map(|it| line(list, it, several)).collect(),
        scale: "0 to 60%".to_owned(),
        foot: format!(
            "Bars are 90% intervals: wide bars mean few similar people. Model v{}, data to {}.",
            list.version,
            numbers::plain(list.as_of.plus(-1))
        ),
        pager: PagerView {
            words: match shown.len() {
                0 => String::new(),
                count => format!("{} to {} of {}", from + 1, from + count, rows.len()),
            },
            back: (page > 1).then(|| to_page(page - 1)),
            next: (page < pages).then(|| to_page(page + 1)),
        },
    }
}

fn head(asked: &Asked, sort: Sort) -> Head {
    // The first press sorts the way most people want, the second the other way.
    let th = |label: &str, class: &'static str, first: Sort, second: Sort| {
        let (to, now) = match sort {
            it if it == first => (second, Some(direction(first))),
            it if it == second => (first, Some(direction(second))),
            _ => (first, None),
        };
        let address = asked.with("/people", "sort", to.id());
        let address = Asked::parse(address.split_once('?').map_or("", |it| it.1));
        ThView {
            label: label.to_owned(),
            href: Some(address.with("/people", "page", "")),
            sort: now,
            class,
        }
    };
    Head {
        name: th("Name", "", Sort::Name, Sort::Name),
        zone: th("Zone", "hide-lg", Sort::Zone, Sort::Zone),
        tenure: th("Here for", "hide-lg", Sort::Tenure, Sort::TenureDown),
        chance: th("Chance", "", Sort::Chance, Sort::ChanceUp),
        change: th("4 weeks", "r hide-md", Sort::Change, Sort::Change),
    }
}

fn direction(sort: Sort) -> &'static str {
    if sort.id().starts_with('-') { "descending" } else { "ascending" }
}

fn line(list: &List, row: &Row, several: bool) -> Line {
    let it = &row.person;
    let level = level(&it.verdict);
    let (ivl, chance) = match &it.verdict {
        Verdict::Scored { probability, low, high, .. } => (
            charts::ivl(*probability, *low, *high, &level, list.rule.base_rate),
            Some((percent(*probability), format!("{} to {}", whole(*low), whole(*high)))),
        ),
        Verdict::NotScored(_) => (None, None),
    };
    let reason = match (&it.verdict, &row.main) {
        (Verdict::NotScored(why), _) => why.clone(),
        (_, Some(main)) => format!("{}: {}", main.title, main.words),
        (_, None) => "Nothing raises the score".to_owned(),
    };
    Line {
        name: it.name.clone(),
        href: format!("/people/{}", uid_text(it.uid)),
        number: it.employee_no.clone(),
        place: if several { format!("{}, {}", it.office, it.zone) } else { it.zone.clone() },
        tenure: row.tenure_days.map_or_else(String::new, tenure),
        level,
        ivl,
        chance,
        delta: row.change().map(|it| DeltaView::points((100.0 * it).round() as i32)),
        reason,
        next: row.second.as_ref().map_or_else(String::new, |it| it.title.clone()),
    }
}

/// The badge of a verdict.
pub(super) fn level(verdict: &Verdict) -> LevelView {
    match verdict {
        Verdict::Scored { band: Band::High, .. } => LevelView::High,
        Verdict::Scored { band: Band::Medium, .. } => LevelView::Medium,
        Verdict::Scored { band: Band::Low, .. } => LevelView::Low,
        Verdict::NotScored(why) => LevelView::NotScored(why.clone()),
    }
}

/// A chance in whole percent; never 0 or 100.
pub(super) fn percent(chance: f64) -> String {
    match (100.0 * chance).round() as i64 {
        ..=0 => "under 1%".to_owned(),
        100.. => "over 99%".to_owned(),
        whole => format!("{whole}%"),
    }
}

/// A share with one decimal: `8.4%`.
pub(super) fn tenth(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn whole(chance: f64) -> String {
    format!("{:.0}", 100.0 * chance)
}

/// Time since a hire, short: `1 y 2 m`, `5 m`, `12 days`.
pub(super) fn tenure(days: i32) -> String {
    let months = months_over(f64::from(days) / MONTH_DAYS);
    match (months / 12, months % 12) {
        (0, 0) => counted(days.max(0) as u64, "day"),
        (0, months) => format!("{months} m"),
        (years, 0) => format!("{years} y"),
        (years, months) => format!("{years} y {months} m"),
    }
}
