//! What if: sliders for what the office can change, and the receipt before and after.
//!
//! A plain form that asks; htmx swaps only the answer. Never here: keeping what was entered, a word
//! that promises an effect.

#[cfg(test)]
mod tests;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;

use super::super::people::{self, percent};
use super::super::{Page, uid_of};
use super::{last_day, log, panels};
use crate::app::people::reason_groups;
use crate::app::sentences::in_a_hundred;
use crate::app::whatif::{self, Lever, Sheet, Side, Standing, WhatIf};
use crate::domain::count::{counted, grouped};
use crate::domain::risk::Band;
use crate::web::State;
use crate::web::charts::{points_text, round_to_sum};
use crate::web::error::Failure;
use crate::web::numbers;
use crate::web::parts::{ButtonView, LevelView, Problem, RowView, StateKind, StateView};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html_with, read, wants_part};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "what-if",
    path: "/people/{uid}/what-if",
    title: "What if",
    help: "A person's score beside the same with other values of what the office can change.",
    nav: None,
};

/// Lines that did not move and are smaller than this stand together.
const SMALL: f64 = 0.06;
/// Decimals of printed points.
const PLACES: u32 = 2;
/// Most characters of an entry that are sent back.
const TEXT_MAX: usize = 40;

#[derive(Template)]
#[template(path = "pages/what_if.html")]
struct WhatIfPage {
    shell: Shell,
    title: String,
    lede: String,
    body: Body,
}

enum Body {
    State(Box<StateView>),
    Full(Box<Full>),
}

struct Full {
    path: String,
    meta: String,
    groups: Vec<GroupView>,
    part: String,
    ideas: Vec<RowView>,
    no_ideas: &'static str,
}

struct GroupView {
    title: &'static str,
    levers: Vec<LeverView>,
}

/// A slider with its number.
struct LeverView {
    id: &'static str,
    title: &'static str,
    words: String,
    text: String,
    ends: (String, String),
    step: String,
    unit: &'static str,
    slides: bool,
    error: Option<String>,
}

/// The answer.
#[derive(Template)]
#[template(path = "parts/_what_if.html")]
struct Part {
    path: String,
    meta: String,
    problems: Vec<Problem>,
    say: String,
    rare: Vec<String>,
    lines: Vec<LineView>,
    total: LineView,
    horizon: i32,
    chance: (String, String, String),
    range: (String, String),
    levels: (LevelView, LevelView),
    foot: String,
    changed: bool,
}

/// A row of the table.
#[derive(Default)]
struct LineView {
    title: String,
    words: String,
    before: String,
    after: String,
    difference: String,
    moved: bool,
}

/// `GET /people/{uid}/what-if`.
pub async fn show(state: web::Data<State>, uid: web::Path<String>, request: HttpRequest) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    let asked = Asked::of(&request);
    let (mut shell, sheet) = read(&state, &request, &PAGE, move |cx| {
        whatif::read(cx, uid, &|id| asked.get(id).map(str::to_owned))
    })
    .await?;
    let path = request.path();
    let status = match &sheet.standing {
        Standing::Ready(it) if !it.problems.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    if wants_part(&request)
        && let Standing::Ready(it) = &sheet.standing
    {
        return html_with(status, &part(it, path));
    }
    log(&state.office, &sheet.who.employee_no);
    let name = &sheet.who.name;
    shell.title = format!("What if, {name}");
    shell.current = people::PAGE.id;
    shell.crumbs = vec![
        (people::PAGE.title.to_owned(), Some(people::PAGE.path.to_owned())),
        (name.clone(), Some(path.trim_end_matches("/what-if").to_owned())),
        (PAGE.title.to_owned(), None),
    ];
    let (title, lede) = head(&sheet);
    html_with(status, &WhatIfPage { shell, title, lede, body: body(&sheet, path)? })
}

fn head(sheet: &Sheet) -> (String, String) {
    let name = &sheet.who.name;
    let Standing::Ready(it) = &sheet.standing else {
        return (format!("{name} has no score to ask about."), String::new());
    };
    let title = format!("What if {name}'s work were different?");
    let lede = format!(
        "Today {} within {} days, between {} and {}. Move what the office can change, within what \
         the model has seen, and read what goes with it in past data.",
        percent(it.before.chance),
        it.horizon_days,
        percent(it.before.low),
        percent(it.before.high)
    );
    (title, lede)
}

fn body(sheet: &Sheet, path: &str) -> Result<Body, Failure> {
    let state = |kind, title: &str, words: &str, button| {
        let buttons = vec![button];
        Body::State(Box::new(StateView { buttons, ..StateView::new(kind, title, words) }))
    };
    let person = || ButtonView::plain("Back to the person", path.trim_end_matches("/what-if"));
    Ok(match &sheet.standing {
        Standing::Ready(it) => Body::Full(Box::new(full(it, path)?)),
        Standing::Left(on) => state(
            StateKind::Empty,
            "No score for someone who has left",
            &format!("The last day was {}. Nobody is scored after it.", numbers::plain(*on)),
            person(),
        ),
        Standing::NoModel => state(
            StateKind::Thin,
            "No model yet",
            "A training on this machine ends with everyone's score. Then values can be moved.",
            ButtonView::primary("Open Train", "/train"),
        ),
        Standing::NotScored(why) => state(
            StateKind::Thin,
            "Not scored",
            &format!("{why} Without a score there is nothing to compare other values with."),
            person(),
        ),
    })
}

fn full(it: &WhatIf, path: &str) -> Result<Full, Failure> {
    let group = |title: &'static str| {
        let own = it.levers.iter().filter(|it| it.feature.group.title() == title);
        let levers: Vec<LeverView> = own.map(|lever| lever_view(it, lever)).collect();
        (!levers.is_empty()).then_some(GroupView { title, levers })
    };
    let part = part(it, path).render();
    Ok(Full {
        path: path.to_owned(),
        meta: format!("{} of them", it.levers.len()),
        groups: reason_groups().into_iter().filter_map(group).collect(),
        part: part.map_err(|error| crate::app::Error::broken("render a part", error))?,
        ideas: panels::ideas(&it.lowering, path),
        no_ideas: panels::NO_IDEAS,
    })
}

fn lever_view(it: &WhatIf, lever: &Lever) -> LeverView {
    let problem = it.problems.iter().find(|problem| problem.0 == lever.feature.id);
    LeverView {
        id: lever.feature.id,
        title: lever.feature.title,
        words: lever.words.clone(),
        text: lever.text.chars().take(TEXT_MAX).collect(),
        ends: lever.ends.clone(),
        step: whatif::step(lever.feature),
        unit: whatif::unit(lever.feature),
        slides: !lever.now.is_empty(),
        error: problem.map(|it| it.1.clone()),
    }
}

fn part(it: &WhatIf, path: &str) -> Part {
    let problem =
        |it: &(&'static str, String)| Problem { field: it.0.to_owned(), words: it.1.clone() };
    let computed = it.problems.is_empty();
    let (lines, total) = lines(it);
    Part {
        path: path.to_owned(),
        meta: format!("model v{}, on data to {}", it.version, numbers::plain(last_day(it.as_of))),
        problems: it.problems.iter().map(problem).collect(),
        say: say(it),
        rare: it.levers.iter().filter(|_| computed).filter_map(|it| it.rare.clone()).collect(),
        lines,
        total,
        horizon: it.horizon_days,
        chance: (
            percent(it.before.chance),
            percent(it.after.chance),
            points_of(it.before.chance, it.after.chance),
        ),
        range: (range(it.before), range(it.after)),
        levels: (level(it.before.band), level(it.after.band)),
        foot: format!(
            "Points are log-odds. The model learned from {} of {}.",
            counted(it.rows, "person-month"),
            if it.people == 1 {
                "1 person".to_owned()
            } else {
                format!("{} people", grouped(it.people))
            }
        ),
        changed: !computed || it.levers.iter().any(|it| it.moved),
    }
}

/// The answer in one sentence.
fn say(it: &WhatIf) -> String {
    if !it.problems.is_empty() {
        return "Nothing was computed: the entries above need another value.".to_owned();
    }
    let moved = it.levers.iter().filter(|it| it.moved).count();
    if moved == 0 {
        return "Nothing is changed yet: both sides are the score as it stands.".to_owned();
    }
    let effect = &it.effect;
    let difference = it.after.chance - it.before.chance;
    let way = if difference < 0.0 { "less" } else { "more" };
    let sure = if effect.low <= 0.0 && effect.high >= 0.0 {
        " The difference is within its own uncertainty."
    } else {
        ""
    };
    let points = |it: f64| points_text((100.0 * it).round() as i64);
    format!(
        "In past data {} with a chance of {} (between {} and {}): {} {way} than today's {}. In \
         log-odds: {} (between {} and {}).{sure}",
        if moved == 1 { "this value goes".to_owned() } else { format!("these {moved} values go") },
        percent(it.after.chance),
        percent(it.after.low),
        percent(it.after.high),
        in_a_hundred(difference),
        percent(it.before.chance),
        points(effect.log_odds),
        points(effect.low),
        points(effect.high)
    )
}

/// The table: office average, what moved, the rest by size, small ones together; and the total.
/// Both columns add up as printed, and so does each row.
fn lines(it: &WhatIf) -> (Vec<LineView>, LineView) {
    let is_small = |line: &&whatif::Compared| {
        line.words.1.is_none() && !line.moved() && line.before.abs() < SMALL
    };
    let small: Vec<_> = it.lines.iter().filter(is_small).collect();
    let rest: f64 = small.iter().map(|it| it.before).sum();
    let listed: Vec<_> = it.lines.iter().filter(|it| !is_small(it)).collect();
    let column = |own: fn(&whatif::Compared) -> f64| {
        let mut values = vec![it.intercept];
        values.extend(listed.iter().map(|it| own(it)));
        values.push(rest);
        values
    };
    let (before, after) = (column(|it| it.before), column(|it| it.after));
    let total_of = |all: &[f64]| round_to_sum(all, PLACES);
    let (from, to) = (total_of(&before), total_of(&after));
    let view = |at: usize, title: &str, words: String| {
        let (a, b) = (from.parts[at], to.parts[at]);
        LineView { moved: before[at].to_bits() != after[at].to_bits(), ..row(title, words, a, b) }
    };
    let mut lines = vec![view(0, "Office average", "where everyone starts".to_owned())];
    for (at, line) in listed.iter().enumerate() {
        let words = match &line.words.1 {
            Some(then) => format!("{} → {then}", line.words.0),
            None => line.words.0.clone(),
        };
        lines.push(view(at + 1, &line.title, words));
    }
    if !small.is_empty() {
        let title = counted(small.len() as u64, "small line");
        lines.push(view(listed.len() + 1, &title, "as they are".to_owned()));
    }
    (lines, row("Total", String::new(), from.total, to.total))
}

fn row(title: &str, words: String, from: i64, to: i64) -> LineView {
    LineView {
        title: title.to_owned(),
        words,
        before: points_text(from),
        after: points_text(to),
        difference: points_text(to - from),
        moved: false,
    }
}

fn points_of(from: f64, to: f64) -> String {
    let points = (100.0 * (to - from)).round() as i64;
    match points {
        0 => "0 points".to_owned(),
        1 => "+1 point".to_owned(),
        -1 => "−1 point".to_owned(),
        2.. => format!("+{points} points"),
        _ => format!("−{} points", points.unsigned_abs()),
    }
}

fn range(it: Side) -> String {
    format!("{} to {}", percent(it.low), percent(it.high))
}

fn level(band: Band) -> LevelView {
    match band {
        Band::High => LevelView::High,
        Band::Medium => LevelView::Medium,
        Band::Low => LevelView::Low,
    }
}
