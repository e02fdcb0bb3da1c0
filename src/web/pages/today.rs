//! Today: one sentence on the office, who moved, four numbers, what they rest on.

#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{Nav, Page, first_run, people, uid_text};
use crate::app::metrics::{Metric, find, interval};
use crate::app::people::{List, Row, Shortage, Standing};
use crate::app::today::{self, Compared, Model, Moved, Today, Trend, Under};
use crate::domain::calendar::{Day, second_day};
use crate::domain::count::{counted, grouped};
use crate::web::State;
use crate::web::numbers;
use crate::web::parts::{ButtonView, DeltaView, RowView, StateKind, StateView, Tile};
use crate::web::reply::{Reply, html, read};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "today",
    path: "/",
    title: "Today",
    help: "What is true of the office today: who moved, the numbers of twelve months.",
    nav: Some(Nav { group: 0, icon: "today", key: 't', tab: true }),
};

#[derive(Template)]
#[template(path = "pages/today.html")]
struct TodayPage {
    shell: Shell,
    day: String,
    lead: Lead,
    lede: String,
    moved: Panel,
    tiles: Vec<Tile>,
    under: Vec<Fact>,
    note: String,
}

/// The sentence, with the part that can be pressed.
#[derive(Default)]
struct Lead {
    before: String,
    link: Option<(String, String)>,
    after: String,
}

/// Who moved, or why nobody can be named.
struct Panel {
    title: String,
    meta: String,
    state: Option<StateView>,
    rows: Vec<RowView>,
    foot: String,
}

/// A line of what lies underneath.
struct Fact {
    name: &'static str,
    words: String,
    link: Option<(String, String)>,
}

/// `GET /`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    let (shell, (it, today)) =
        read(&state, &request, &PAGE, |cx| Ok((today::read(cx)?, cx.today))).await?;
    if matches!(it.standing, Standing::NoData) {
        return first_run::show(&request);
    }
    let year = today.year();
    html(&TodayPage {
        day: today.words(year),
        lead: lead(&it, &shell.office, year),
        lede: lede(&it.trend),
        moved: panel(&it, year),
        tiles: it
            .figures
            .iter()
            .map(|(metric, figure)| numbers::tile(metric.id, label(metric), metric, figure, year))
            .collect(),
        under: facts(&it.under, today),
        note: note(&it),
        shell,
    })
}

/// What a tile is called here, where there is room for the span.
fn label(metric: &Metric) -> &'static str {
    match metric.id {
        "headcount" => "Technicians",
        "voluntary_turnover" => "Voluntary turnover, 12 months",
        "first_90_day_attrition" => "First-90-day attrition, matured",
        "regretted_turnover" => "Regretted exits, 12 months",
        _ => metric.title,
    }
}

fn lead(it: &Today, office: &str, year: i16) -> Lead {
    let are = if it.under.offices > 1 { "are" } else { "is" };
    let state = match it.trend {
        Trend::Stable(_) => format!("{office} {are} stable. "),
        Trend::More(_) => "More people leave than a year ago. ".to_owned(),
        Trend::Fewer(_) => "Fewer people leave than a year ago. ".to_owned(),
        Trend::Unknown => String::new(),
    };
    let Standing::Scored(list) = &it.standing else {
        let after = match it.standing {
            Standing::NotEnough(_) => "Too few exits yet to score anyone.",
            _ => "No model yet, so nobody is scored.",
        };
        return Lead { before: state, link: None, after: after.to_owned() };
    };
    let href = Some("/people?level=high".to_owned());
    let Some(earlier) = list.earlier else {
        let high = list.levels().high;
        let words = format!("{} {} HIGH", people_words(high as usize), is_are(high as usize));
        return Lead { before: state, link: href.map(|it| (words, it)), after: ".".to_owned() };
    };
    let moved = list.into_high().len();
    let since = format!(" moved into HIGH since {}.", last_day(earlier).words(year));
    if moved == 0 {
        return Lead { before: format!("{state}Nobody{since}"), ..Lead::default() };
    }
    Lead { before: state, link: href.map(|it| (people_words(moved), it)), after: since }
}

/// What "stable" rests on.
fn lede(trend: &Trend) -> String {
    let (it, end) = match trend {
        Trend::Unknown => return String::new(),
        Trend::Stable(it) => (it, "the intervals overlap, so no clear change"),
        Trend::More(it) => (it, "the intervals do not overlap: clearly more"),
        Trend::Fewer(it) => (it, "the intervals do not overlap: clearly fewer"),
    };
    let Compared { now, then } = it;
    let Ok(metric) = find(today::TREND) else {
        return String::new();
    };
    let said = |figure| {
        let value = numbers::value(metric, figure);
        interval(metric, figure).map_or_else(|| value.clone(), |range| format!("{value} ({range})"))
    };
    format!(
        "Voluntary turnover: {} in twelve months, {} in the twelve before; {end}.",
        said(now),
        said(then)
    )
}

fn panel(it: &Today, year: i16) -> Panel {
    let empty = |title: &str, state: StateView| Panel {
        title: title.to_owned(),
        meta: String::new(),
        state: Some(state),
        rows: Vec::new(),
        foot: String::new(),
    };
    match &it.standing {
        Standing::Scored(list) => moved(list, &it.moved, year),
        Standing::NotEnough(shortage) => empty("Who may leave", not_enough(*shortage)),
        _ => empty("Who may leave", no_model()),
    }
}

fn moved(list: &List, moved: &[Moved], year: i16) -> Panel {
    let (into, out) = (list.into_high().len(), list.out_of_high().len());
    let scored = list.rows.iter().filter(|it| it.chance().is_some()).count();
    let Some(earlier) = list.earlier else {
        return Panel {
            title: "Moved since four weeks ago".to_owned(),
            meta: String::new(),
            state: Some(StateView::new(
                StateKind::Thin,
                "Nothing to compare with yet",
                "The data do not reach four weeks back. People has everyone's score of today.",
            )),
            rows: Vec::new(),
            foot: String::new(),
        };
    };
    let left_out = (into + out).saturating_sub(moved.len());
    let others = match left_out {
        0 => "Nobody else moved into or out of HIGH.".to_owned(),
        1 => "One more person moved into or out of HIGH.".to_owned(),
        n => format!("{n} more people moved into or out of HIGH."),
    };
    Panel {
        title: "Moved since four weeks ago".to_owned(),
        meta: format!("{into} in, {out} out; of {scored} scored"),
        state: moved.is_empty().then(|| {
            StateView::new(
                StateKind::Empty,
                "Nobody moved into or out of HIGH",
                "That is a finding. People has everyone's score and the change in points.",
            )
        }),
        rows: moved.iter().map(row).collect(),
        foot: format!(
            "{others} Both days scored by model v{} and today's rule: {} and {}.",
            list.version,
            last_day(earlier).words(year),
            last_day(list.as_of).words(year)
        ),
    }
}

fn row(it: &Moved) -> RowView {
    let href = format!("/people/{}", uid_text(it.row.person.uid));
    let why = match (&it.by, &it.row.main) {
        (Some((then, now)), _) => {
            format!("{}: {}. Four weeks ago: {}.", now.title, now.beside, then.words)
        }
        (None, Some(main)) => format!("Scored anew. {}: {}.", main.title, main.beside),
        (None, None) => String::new(),
    };
    RowView {
        who: it.row.person.name.clone(),
        level: Some(people::level(&it.row.person.verdict)),
        why,
        delta: delta(&it.row),
        button: Some(ButtonView::plain("Open receipt", &href).small()),
        href: Some(href),
        end: None,
    }
}

fn delta(row: &Row) -> Option<DeltaView> {
    let (before, now) = (row.before?.0, row.chance()?);
    let points = (100.0 * (now - before)).round() as i32;
    Some(DeltaView::between(&people::percent(before), &people::percent(now), points))
}

/// Too few exits for a model.
pub(super) fn not_enough(it: Shortage) -> StateView {
    let pace = match it.months {
        Some(months) => format!("At the pace so far about {}.", counted(months, "more month")),
        None => "Nobody has left of their own will in these data.".to_owned(),
    };
    let words = format!(
        "A score needs people who left, to learn from. {pace} Loading earlier years or other \
         offices helps at once. Turnover and every metric work without a model."
    );
    StateView {
        buttons: vec![
            ButtonView::primary("Load more data", "/data"),
            ButtonView::plain("Open Turnover", "/turnover"),
        ],
        ..StateView::new(
            StateKind::Thin,
            &format!("{} voluntary exits; {} needed", it.have, it.need),
            &words,
        )
    }
}

/// Data, but no model.
pub(super) fn no_model() -> StateView {
    StateView {
        buttons: vec![
            ButtonView::primary("Open Train", "/train"),
            ButtonView::plain("Open Turnover", "/turnover"),
        ],
        ..StateView::new(
            StateKind::Thin,
            "No model yet",
            "There are exits enough to learn from. A training takes a minute or so on this \
             machine and ends with everyone's score. The numbers below need no model.",
        )
    }
}

fn facts(it: &Under, today: Day) -> Vec<Fact> {
    let year = today.year();
    let mut facts = Vec::new();
    let mut add = |name, words, link: Option<(&str, &str)>| {
        let link = link.map(|(text, href)| (text.to_owned(), href.to_owned()));
        facts.push(Fact { name, words, link });
    };
    if let Some((from, to)) = it.data {
        let days = today.0 - to.0;
        let age = match days {
            ..=1 => String::new(),
            days => format!(", {days} days ago"),
        };
        add("Data", format!("{} to {}{age}", numbers::plain(from), to.words(year)), None);
    }
    let look = match it.findings {
        (0, 0) => "Nothing odd".to_owned(),
        (0, notes) => counted(notes as u64, "note"),
        (look, _) => format!("{} to look at", counted(look as u64, "finding")),
    };
    add("Checks", look, Some(("Open Data", "/data")));
    match &it.model {
        Some(model) => {
            add("Model", model_words(model, it, today), None);
            let from = counted(it.offices as u64, "office");
            add("Evidence", format!("{}; from {from}", model.card.evidence.words()), None);
        }
        None => add("Model", "None yet.".to_owned(), Some(("Open Train", "/train"))),
    }
    if let Some(heads) = &it.heads {
        let words = format!(
            "{} + {} hired − {} gone {}{} {}",
            heads.start,
            heads.hires,
            heads.exits,
            transfers(heads.transfers_net),
            if heads.holds { "=" } else { "is not" },
            heads.end
        );
        let adds = match (heads.holds, it.heads_wrong) {
            (true, 0) => "; adds up".to_owned(),
            (_, n) => format!("; {} where it does not", counted(n as u64, "finding")),
        };
        add("Heads", format!("{words}{adds}"), Some(("See", "/turnover#heads")));
    }
    facts
}

fn transfers(net: i64) -> String {
    match net {
        0 => String::new(),
        1.. => format!("+ {net} moved in "),
        _ => format!("− {} moved out ", -net),
    }
}

fn model_words(model: &Model, it: &Under, today: Day) -> String {
    let trained = second_day(model.created_at);
    let age = match today.0 - trained.0 {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    let behind = it.data.map_or(0, |(_, to)| to.0 - model.learned_to.0);
    let learned = match behind {
        ..=0 => "on all data there are".to_owned(),
        days => format!("without the last {}", counted(days as u64, "day")),
    };
    format!("v{}, trained {age} {learned}", model.version)
}

/// What may be said of the model, or of its absence.
fn note(it: &Today) -> String {
    let Some(model) = &it.under.model else { return String::new() };
    let Some(test) = &model.card.validation else {
        let why = model.card.no_validation.as_deref().unwrap_or_default();
        return format!("The model was not tested. {why}");
    };
    let auc = test.ebm.auc;
    let (Some(value), Some(low), Some(high)) = (auc.value, auc.low, auc.high) else {
        return String::new();
    };
    let verdict = if test.supports_model() {
        "It beats the base rate and a logistic regression."
    } else if test.beats_base_rate() {
        "It beats the base rate, and does about as well as a logistic regression."
    } else {
        "It does not beat the base rate: take its levels with great care."
    };
    format!(
        "Tested on {} people in months it had not seen ({} to {}), it ranks someone who left above \
         someone who stayed {} of 100 times (between {} and {}). {verdict}",
        grouped(test.people),
        test.months.0,
        test.months.1,
        (100.0 * value).round(),
        (100.0 * low).round(),
        (100.0 * high).round()
    )
}

/// The last day of the facts used for a score as of a day.
fn last_day(as_of: Day) -> Day {
    as_of.plus(-1)
}

fn people_words(count: usize) -> String {
    const WORDS: [&str; 10] =
        ["Nobody", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
    match (WORDS.get(count), count) {
        (_, 0) => "Nobody".to_owned(),
        (_, 1) => "One person".to_owned(),
        (Some(word), _) => format!("{word} people"),
        (None, count) => format!("{} people", grouped(count as u64)),
    }
}

fn is_are(count: usize) -> &'static str {
    if count < 2 { "is" } else { "are" }
}
