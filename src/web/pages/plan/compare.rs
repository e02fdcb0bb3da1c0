//! Scenarios: describe one, keep it, hold plans side by side.
//!
//! Never here: what a scenario does to a plan.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE as PLAN, at, instead, panels, uid_asked, zone_name};
use crate::app::plan::{self, Ask, Plan, Saved, Scenario};
use crate::app::runs::Uid;
use crate::app::scope::Scope;
use crate::app::{self, Cx};
use crate::domain::calendar::{Day, Month};
use crate::domain::told::Kind;
use crate::web::State;
use crate::web::charts::Chart;
use crate::web::error::Failure;
use crate::web::pages::{self, Page, uid_of, uid_text};
use crate::web::parts::{FieldView, OptionView, Problem, StateView, TableView};
use crate::web::query::Asked;
use crate::web::reply::{Reply, html_with, read, see_other};
use crate::web::shell::Shell;

/// The page.
pub const PAGE: Page = Page {
    id: "plan_compare",
    path: "/plan/compare",
    title: "Compare scenarios",
    help: "More hires, more or less demand, shorter drives: plans held side by side.",
    nav: None,
};

/// The plan without a change.
const AS_IS: &str = "As things are";
const NAME_MAX: usize = 60;
const HIRES_MAX: u32 = 200;
/// Months ahead in which people can start.
const MONTHS: i32 = 12;

#[derive(Template)]
#[template(path = "pages/plan_compare.html")]
struct ComparePage {
    shell: Shell,
    problems: Vec<Problem>,
    lede: &'static str,
    places: Vec<OptionView>,
    choose: Option<(Vec<OptionView>, Vec<OptionView>)>,
    body: Body,
    saved: Vec<SavedView>,
    fields: (Vec<FieldView>, Vec<FieldView>),
    month: FieldView,
    months: Vec<OptionView>,
    zone: FieldView,
    zones: Vec<OptionView>,
    place: Option<String>,
}

enum Body {
    State(StateView),
    Full(Box<Full>),
}

struct Full {
    chart: Chart,
    table: TableView,
    meta: String,
}

/// A line of the list, with the dialog that asks before it goes.
struct SavedView {
    name: String,
    words: String,
    href: String,
    dialog: String,
    question: String,
    lost: String,
    delete: String,
}

/// What a scenario form sends; every field may be empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    name: String,
    hires: String,
    month: String,
    zone: String,
    demand: String,
    drive: String,
    place: String,
}

/// `GET /plan/compare`.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Reply {
    answer(&state, &request, Sent::default(), Vec::new()).await
}

/// `POST /plan/scenarios`: a form that cannot be read comes back with what is wrong.
pub async fn save(state: web::Data<State>, form: web::Form<Sent>, request: HttpRequest) -> Reply {
    let sent = form.into_inner();
    let scenario = match scenario(&sent) {
        Ok(scenario) => scenario,
        Err(problems) => return answer(&state, &request, sent, problems).await,
    };
    let uid = match plan::save(&state.office, &scenario).await {
        Ok(uid) => uid,
        Err(app::Error::Told(told)) if told.kind == Kind::Invalid => {
            let problem = Problem { field: "name".to_owned(), words: told.to_string() };
            return answer(&state, &request, sent, vec![problem]).await;
        }
        Err(error) => return Err(error.into()),
    };
    let mut path = at(PAGE.path, uid_of(&sent.place));
    path += if path.contains('?') { "&a=" } else { "?a=" };
    Ok(see_other(&(path + &uid_text(uid))))
}

/// `POST /plan/scenarios/{uid}/delete`.
pub async fn delete(state: web::Data<State>, uid: web::Path<String>) -> Reply {
    let uid = uid_of(&uid).ok_or_else(Failure::not_found)?;
    plan::delete(&state.office, uid).await?;
    Ok(see_other(PAGE.path))
}

/// What the page reads.
struct Known {
    scope: Scope,
    saved: Vec<Saved>,
    plans: app::Result<Vec<(String, Plan)>>,
    shown: [Option<Uid>; 2],
    today: Day,
}

async fn answer(state: &State, request: &HttpRequest, sent: Sent, problems: Vec<Problem>) -> Reply {
    let asked = Asked::of(request);
    let place = uid_asked(&asked, "place").or_else(|| uid_of(&sent.place));
    let wanted = [uid_asked(&asked, "a"), uid_asked(&asked, "b")];
    let (mut shell, known) =
        read(state, request, &PAGE, move |cx| known(cx, place, wanted)).await?;
    shell.current = PLAN.id;
    shell.crumbs =
        vec![(PLAN.title.to_owned(), Some(PLAN.path.to_owned())), (PAGE.title.to_owned(), None)];
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        shell.title = format!("Error: {}", PAGE.title);
        StatusCode::UNPROCESSABLE_ENTITY
    };
    html_with(status, &page(shell, known, &sent, &problems))
}

/// The plan as things are and of at most two scenarios: those asked for, else the newest.
fn known(cx: &Cx<'_>, place: Option<Uid>, wanted: [Option<Uid>; 2]) -> app::Result<Known> {
    let scope = Scope::read(cx, place)?;
    let saved = plan::list(cx)?;
    let there = |uid: &Uid| saved.iter().any(|it| it.uid == *uid);
    let mut shown: Vec<Uid> = Vec::new();
    for uid in wanted.into_iter().flatten().filter(there).chain(saved.iter().map(|it| it.uid)) {
        if shown.len() < 2 && !shown.contains(&uid) {
            shown.push(uid);
        }
    }
    let plans = plans(cx, place, &saved, &shown);
    let shown = [shown.first().copied(), shown.get(1).copied()];
    Ok(Known { scope, saved, plans, shown, today: cx.today })
}

fn plans(
    cx: &Cx<'_>,
    place: Option<Uid>,
    saved: &[Saved],
    shown: &[Uid],
) -> app::Result<Vec<(String, Plan)>> {
    let as_is = plan::plan(cx, &Ask { place, scenario: Scenario::default() })?;
    let mut plans = vec![(AS_IS.to_owned(), as_is)];
    for uid in shown {
        let Some(it) = saved.iter().find(|it| it.uid == *uid) else { continue };
        let plan = plan::plan(cx, &Ask { place, scenario: it.scenario.clone() })?;
        plans.push((it.scenario.name.clone(), plan));
    }
    Ok(plans)
}

fn page(shell: Shell, known: Known, sent: &Sent, problems: &[Problem]) -> ComparePage {
    let Known { scope, saved, plans, shown, today } = known;
    let chosen = scope.chosen.as_ref().map(|it| it.uid);
    let field = |id: &str, label: &str, hint: &str, value: &str| FieldView {
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        error: problems.iter().find(|it| it.field == id).map(|it| it.words.clone()),
        autocomplete: "off",
        ..FieldView::text(id, label, value)
    };
    ComparePage {
        lede: "The plan as things are, beside plans in which something is different.",
        places: pages::places(&scope, chosen),
        choose: (saved.len() > 2).then(|| (options(&saved, shown[0]), options(&saved, shown[1]))),
        body: match plans {
            Ok(plans) => Body::Full(Box::new(full(&plans, &scope))),
            Err(error) => Body::State(instead(error, scope.choices.is_empty())),
        },
        saved: saved.iter().map(|it| saved_view(it, &scope, chosen)).collect(),
        fields: (
            vec![
                field("name", "Name", "As it will stand above its column.", &sent.name),
                field(
                    "hires",
                    "More hires",
                    "How many people start, beyond those agreed.",
                    &sent.hires,
                ),
            ],
            vec![
                field(
                    "demand",
                    "Demand, percent more",
                    "5 for 5% more hours, −5 for 5% less.",
                    &sent.demand,
                ),
                field(
                    "drive",
                    "Longest drive, minutes",
                    "No job with a longer drive, such as 45.",
                    &sent.drive,
                ),
            ],
        ),
        month: field("month", "They start in", "", ""),
        months: months(today, &sent.month),
        zone: field("zone", "They work in", "", ""),
        zones: zones(&scope, &sent.zone),
        place: chosen.map(uid_text),
        problems: problems.to_vec(),
        shell,
    }
}

fn full(plans: &[(String, Plan)], scope: &Scope) -> Full {
    Full {
        chart: panels::short_lines(plans),
        table: panels::side_by_side(plans),
        meta: scope.words().to_owned(),
    }
}

fn options(saved: &[Saved], chosen: Option<Uid>) -> Vec<OptionView> {
    let option = |it: &Saved| OptionView {
        value: uid_text(it.uid),
        label: it.scenario.name.clone(),
        chosen: chosen == Some(it.uid),
    };
    saved.iter().map(option).collect()
}

fn saved_view(it: &Saved, scope: &Scope, place: Option<Uid>) -> SavedView {
    let uid = uid_text(it.uid);
    let mut href = at(PLAN.path, place);
    href += if href.contains('?') { "&scenario=" } else { "?scenario=" };
    SavedView {
        name: it.scenario.name.clone(),
        words: panels::changes(&it.scenario, &|uid| zone_name(scope, uid)),
        href: href + &uid,
        dialog: format!("delete-{uid}"),
        question: format!("Delete {}?", it.scenario.name),
        lost: "Its changes are forgotten. The plan as things are does not change.".to_owned(),
        delete: format!("/plan/scenarios/{uid}/delete"),
    }
}

/// The coming months by their first day; the next one is chosen unless another was sent.
fn months(today: Day, sent: &str) -> Vec<OptionView> {
    let next = today.month().plus(1);
    let option = |ahead: i32| {
        let month = next.plus(ahead);
        let value = month.to_string();
        OptionView { chosen: value == sent, value, label: month.words() }
    };
    (0..MONTHS).map(option).collect()
}

/// Zones only: a new hire works in one, or where the need is.
fn zones(scope: &Scope, sent: &str) -> Vec<OptionView> {
    let shared = OptionView {
        value: String::new(),
        label: "Where needed most".to_owned(),
        chosen: sent.is_empty(),
    };
    let zone = |it: &crate::app::scope::Choice| OptionView {
        value: uid_text(it.uid),
        label: it.name.clone(),
        chosen: uid_text(it.uid) == sent,
    };
    let zones = scope.choices.iter().filter(|it| it.zone);
    std::iter::once(shared).chain(zones.map(zone)).collect()
}

/// Reads the form; says everything that is wrong with it at once.
fn scenario(sent: &Sent) -> Result<Scenario, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |field: &str, words: &str| {
        problems.push(Problem { field: field.to_owned(), words: words.to_owned() });
    };
    let name = sent.name.trim();
    match name.chars().count() {
        0 => wrong("name", "Give it a name."),
        1..=NAME_MAX => {}
        _ => wrong("name", "A name has at most 60 letters."),
    }
    let mut scenario = Scenario { name: name.to_owned(), ..Scenario::default() };
    let text = sent.hires.trim();
    match text.parse::<u32>() {
        _ if text.is_empty() => {}
        Ok(0) => {}
        Ok(count @ 1..=HIRES_MAX) => match Month::parse(&sent.month) {
            Some(month) => {
                scenario.hires.push((month.first_day(), count, uid_of(&sent.zone)));
            }
            None => wrong("month", "Choose the month in which they start."),
        },
        _ => wrong("hires", "More hires is a whole number from 0 to 200."),
    }
    match decimal(&sent.demand) {
        Ok(None) => {}
        Ok(Some(percent)) if (-90.0..=300.0).contains(&percent) => {
            scenario.demand_factor = 1.0 + percent / 100.0;
        }
        _ => wrong("demand", "Demand is a percentage from −90 to 300."),
    }
    match decimal(&sent.drive) {
        Ok(None) => {}
        Ok(Some(cap)) if (5.0..=300.0).contains(&cap) => scenario.drive_cap_min = Some(cap),
        _ => wrong("drive", "The longest drive is a number of minutes from 5 to 300."),
    }
    let same = (scenario.demand_factor - 1.0).abs() < 1e-9 || scenario.demand_factor == 0.0;
    if problems.is_empty() && scenario.hires.is_empty() && same && scenario.drive_cap_min.is_none()
    {
        problems.push(Problem {
            field: "hires".to_owned(),
            words: "Change at least one thing: hires, demand or the longest drive.".to_owned(),
        });
    }
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

/// A number as people type it: `5`, `5%`, `−5`, `4,5` is refused.
fn decimal(text: &str) -> Result<Option<f64>, std::num::ParseFloatError> {
    let text = text.trim().trim_end_matches('%').trim_end().replace('−', "-");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, hires: &str, demand: &str, drive: &str) -> Sent {
        let text = str::to_owned;
        Sent {
            name: text(name),
            hires: text(hires),
            month: text("2027-03"),
            demand: text(demand),
            drive: text(drive),
            ..Sent::default()
        }
    }

    #[test]
    fn a_form_becomes_a_scenario() {
        let it = scenario(&sent(" March ", "3", "−5%", "45")).unwrap();
        assert_eq!(it.name, "March");
        assert_eq!(it.hires, [(Day::parse("2027-03-01").unwrap(), 3, None)]);
        assert!((it.demand_factor - 0.95).abs() < 1e-12);
        assert_eq!(it.drive_cap_min, Some(45.0));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let fields = |it: &Sent| -> Vec<String> {
            scenario(it).unwrap_err().into_iter().map(|it| it.field).collect()
        };
        assert_eq!(fields(&sent("", "many", "much", "1")), ["name", "hires", "demand", "drive"]);
        assert_eq!(fields(&sent("x", "", "", "")), ["hires"], "nothing changed");
        assert_eq!(fields(&sent("x", "0", "0", "")), ["hires"], "nothing changed");
        assert_eq!(fields(&sent(&"x".repeat(61), "1", "NaN", "inf")), ["name", "demand", "drive"]);
        let no_month = Sent { month: String::new(), ..sent("x", "1", "", "") };
        assert_eq!(fields(&no_month), ["month"]);
    }
}
