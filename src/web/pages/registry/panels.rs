//! The panels of the Registry: models into words and tables.

use super::{ChangeLine, CheckView, GateLine, PromoteView, VersionLine};
use crate::app::card::{BASE, Card, Difference, Ranged};
use crate::app::gates::{self, Gate, Outcome};
use crate::app::registry::{Comparison, Entry, Scores, State};
use crate::app::verify::Report;
use crate::domain::calendar::{Day, second_day, second_text};
use crate::domain::count::{counted, grouped};
use crate::web::pages::uid_text;
use crate::web::parts::{FieldView, OptionView, TableView, ThView};

/// Makes a date name its year.
const NO_YEAR: i16 = 0;
/// Faults shown.
const FAULTS_MAX: usize = 6;

/// What is used now, as the head of the page.
pub(super) fn title(used: Option<&Entry>) -> String {
    let Some(it) = used else { return "No model is in use".to_owned() };
    let since = it
        .record
        .promoted_at
        .map_or(String::new(), |at| format!(" since {}", second_day(at).words(NO_YEAR)));
    let how = if it.on_probation() { ", on probation" } else { "" };
    format!("Model v{} is in use{since}{how}", it.record.version)
}

pub(super) fn lede(entries: &[Entry]) -> String {
    let candidates = entries.iter().filter(|it| it.record.state == State::Candidate).count();
    let waiting = match candidates {
        0 => String::new(),
        1 => " One candidate waits.".to_owned(),
        more => format!(" {more} candidates wait."),
    };
    format!(
        "Every training is kept here. A new model takes the place of the one in use when it passes \
         every gate; else it stays a candidate until a person decides.{waiting}"
    )
}

/// What must be said of a model before anything else.
pub(super) fn notes(it: &Entry, today: Day, expires_days: i32) -> Vec<String> {
    let probation = it.on_probation().then(|| {
        format!(
            "It is in use on probation: held by {}. Take its scores with care until a model passes.",
            gates::held_by(&it.gates).join(", ")
        )
    });
    let used = it.record.state == State::InUse;
    // That it has expired stands at the head of every page already.
    let again = it.train_again_on(expires_days);
    let soon = (used && today >= again && today < it.expires_on(expires_days)).then(|| {
        format!(
            "A new training is advised since {}: this model expires on {}.",
            again.words(NO_YEAR),
            it.expires_on(expires_days).words(NO_YEAR)
        )
    });
    [probation, soon].into_iter().flatten().collect()
}

/// One model of the list.
pub(super) fn line(it: &Entry, used: Option<&Entry>) -> VersionLine {
    let record = &it.record;
    let test = it.card.validation.as_ref();
    let base = test.and_then(|it| it.contender(BASE)).map(|it| it.against);
    let other = used.filter(|used| used.record.version != record.version);
    VersionLine {
        name: format!("v{}", record.version),
        href: format!("/models/{}", record.version),
        trained: format!("{} UTC", second_text(record.created_at)),
        state: record.state.title(),
        icon: icon(record.state),
        on: record.state == State::InUse,
        data_to: record.as_of.words(NO_YEAR),
        learned: format!("{} months, {} exits", grouped(it.card.rows), grouped(it.card.exits)),
        auc: test.map_or("not tested".to_owned(), |it| ranged(&it.ebm.auc, 2)),
        gain: base.map_or("not known".to_owned(), difference),
        gates: gates::passed_words(&it.gates),
        held: gates::held_by(&it.gates).join(", "),
        compare: other
            .map(|used| format!("/models/compare?a={}&b={}", used.record.version, record.version)),
    }
}

fn icon(state: State) -> &'static str {
    match state {
        State::InUse => "check",
        State::Candidate => "clock",
        State::Retired => "minus",
    }
}

/// What the last check found.
pub(super) fn check(at: i64, report: &Report) -> CheckView {
    let shown = report.faults.iter().take(FAULTS_MAX);
    let faults: Vec<_> =
        shown.map(|it| (it.at.clone(), it.found.clone(), it.remedy.clone())).collect();
    CheckView {
        words: report.words(),
        at: format!("{} UTC", second_text(at)),
        repaired: report.repaired.clone(),
        more: report.fault_count.saturating_sub(faults.len() as u64),
        faults,
        sound: report.is_sound(),
    }
}

/// Versions to choose from, for the two sides of a comparison.
pub(super) fn choices(
    entries: &[Entry],
    a: Option<&Entry>,
    b: Option<&Entry>,
) -> (Vec<OptionView>, Vec<OptionView>) {
    let a = a.map(|it| it.record.version);
    let newest = entries.iter().map(|it| it.record.version).find(|it| Some(*it) != a);
    let b = b.map(|it| it.record.version).or(newest);
    let options = |chosen: Option<u32>| {
        let option = |it: &Entry| OptionView {
            value: it.record.version.to_string(),
            label: format!("v{}, {}", it.record.version, it.record.state.title().to_lowercase()),
            chosen: chosen == Some(it.record.version),
        };
        entries.iter().map(option).collect()
    };
    (options(a), options(b))
}

pub(super) fn version_title(it: &Entry) -> String {
    let state = match it.record.state {
        State::InUse if it.on_probation() => "in use, on probation",
        State::InUse => "in use",
        State::Candidate => "a candidate",
        State::Retired => "retired",
    };
    format!("Model v{}, {state}", it.record.version)
}

/// One gate.
pub(super) fn gate(it: &Gate) -> GateLine {
    let (icon, outcome) = match it.outcome {
        Outcome::Pass => ("check", "Passed"),
        Outcome::Fail => ("stop", "Failed"),
        Outcome::NotChecked => ("minus", "Not checked"),
    };
    GateLine {
        title: it.title.clone(),
        icon,
        outcome,
        words: it.words.clone(),
        have: it.have.clone(),
        need: it.need.clone(),
    }
}

/// The form under a model that is not in use.
pub(super) fn promote(
    it: &Entry,
    used: Option<&Entry>,
    sent: Option<(String, String)>,
) -> Option<PromoteView> {
    if it.record.state == State::InUse {
        return None;
    }
    let version = it.record.version;
    let held = gates::held_by(&it.gates);
    let place = used.map_or("Everyone is then scored with it.".to_owned(), |used| {
        format!(
            "It takes the place of v{}, and everyone is scored with it. You can go back at any \
             time.",
            used.record.version
        )
    });
    let words = if held.is_empty() {
        place
    } else {
        format!("It is held by: {}. {place}", held.join(", "))
    };
    let (value, error) = sent.map_or((String::new(), None), |(value, error)| (value, Some(error)));
    let label = if held.is_empty() { "Why, if you like" } else { "Why use it all the same" };
    Some(PromoteView {
        action: format!("/models/{version}/promote"),
        retire: (it.record.state == State::Candidate).then(|| format!("/models/{version}/retire")),
        words,
        held: !held.is_empty(),
        reason: FieldView {
            hint: Some("Kept with the model, with who and when.".to_owned()),
            error,
            ..FieldView::text("reason", label, &value)
        },
    })
}

/// The figures of a card in short.
pub(super) fn card_figures(it: &Entry) -> Vec<(String, String)> {
    let card = &it.card;
    let mut rows = vec![
        ("Learned from".to_owned(), learned(card)),
        ("Months".to_owned(), format!("{} to {}", card.months.0, card.months.1)),
    ];
    if let Some(test) = &card.validation {
        let n = format!(
            "{} person-months of {} people, {} before an exit",
            grouped(test.rows),
            grouped(test.people),
            grouped(test.events)
        );
        rows.push(("Tested on".to_owned(), format!("{} to {}, {n}", test.months.0, test.months.1)));
        for (name, figure, places) in [
            ("AUC", &test.ebm.auc, 3),
            ("Log loss", &test.ebm.log_loss, 4),
            ("Brier", &test.ebm.brier, 4),
            ("Calibration slope", &test.ebm.slope, 2),
        ] {
            rows.push((name.to_owned(), ranged(figure, places)));
        }
        for it in &test.contenders {
            let name = format!("Log loss against {}", it.name.to_lowercase());
            rows.push((name, difference(it.against)));
        }
    } else {
        let why = card.no_validation.clone().unwrap_or_default();
        rows.push(("Tested".to_owned(), format!("Not tested. {why}")));
    }
    rows
}

fn learned(card: &Card) -> String {
    format!(
        "{} person-months of {} people, {}",
        grouped(card.rows),
        grouped(card.people),
        counted(card.exits, "voluntary exit")
    )
}

/// What it was made from and when it was used.
pub(super) fn made(it: &Entry, expires_days: i32) -> Vec<(String, String)> {
    let record = &it.record;
    let mut rows = vec![
        ("Trained", format!("{} UTC", second_text(record.created_at))),
        ("Data to", record.as_of.words(NO_YEAR)),
        ("Expires", it.expires_on(expires_days).words(NO_YEAR)),
        ("Train again from", it.train_again_on(expires_days).words(NO_YEAR)),
    ];
    if let (Some(at), Some(by)) = (record.promoted_at, &record.promoted_by) {
        let why = record.reason.as_deref().filter(|it| !it.is_empty());
        let why = why.map_or(String::new(), |it| format!(": {it}"));
        rows.push(("Taken into use", format!("{} UTC by {by}{why}", second_text(at))));
    }
    rows.extend([
        ("Model, SHA-256", record.artifact_hash.clone()),
        ("Card, SHA-256", record.card_hash.clone().unwrap_or("not kept".to_owned())),
        ("Data, SHA-256", record.data_hash.clone()),
        ("Seed", record.seed.to_string()),
        ("Program", format!("Version {}", record.code_version)),
    ]);
    rows.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

pub(super) fn compare_lede(it: &Comparison) -> String {
    let same = if it.a.record.data_hash == it.b.record.data_hash {
        "They learned from the same table."
    } else {
        "They learned from different tables, and each was tested on its own months: small \
         differences between figures say nothing."
    };
    format!(
        "v{} is {}, v{} is {}. {same}",
        it.a.record.version,
        it.a.record.state.title().to_lowercase(),
        it.b.record.version,
        it.b.record.state.title().to_lowercase()
    )
}

fn head(it: &Comparison, first: &str) -> Vec<ThView> {
    vec![
        ThView::text(first),
        ThView::number(&format!("v{}", it.a.record.version)),
        ThView::number(&format!("v{}", it.b.record.version)),
    ]
}

/// Figures of both tests; none when one was not tested.
pub(super) fn figures(it: &Comparison) -> Option<TableView> {
    let row = |figure: &crate::app::registry::Figure| {
        let shown = |it: &Ranged| ranged(it, figure.places);
        vec![figure.name.to_owned(), shown(&figure.a), shown(&figure.b)]
    };
    (!it.figures.is_empty()).then(|| TableView {
        caption: "Figures of both models, each on its own test".to_owned(),
        caption_hidden: true,
        head: head(it, "Figure, 95% by person"),
        rows: it.figures.iter().map(row).collect(),
    })
}

/// Lines of both.
pub(super) fn lines(it: &Comparison) -> TableView {
    let size = |it: Option<(f64, f64)>| {
        it.map_or("absent".to_owned(), |it| format!("{:.2} ± {:.2}", it.0, it.1))
    };
    TableView {
        caption: "Average size of each line in both models".to_owned(),
        caption_hidden: true,
        head: head(it, "Line"),
        rows: it.lines.iter().map(|it| vec![it.title.clone(), size(it.a), size(it.b)]).collect(),
    }
}

/// What they were made from where it differs.
pub(super) fn made_differently(it: &Comparison) -> Option<TableView> {
    (!it.made.is_empty()).then(|| TableView {
        caption: "What the two were made from, where it differs".to_owned(),
        caption_hidden: true,
        head: head(it, "Made from"),
        rows: it.made.iter().map(|it| vec![it.0.clone(), short(&it.1), short(&it.2)]).collect(),
    })
}

pub(super) fn scores_words(it: &Scores) -> String {
    let order = it.correlation.map_or(String::new(), |rank| {
        format!(" The rank correlation of their chances is {rank:.3}; 1 is the same order.")
    });
    let changed = match it.changed {
        0 => "no one has another level".to_owned(),
        n => format!(
            "{} {} another level, {} of them higher",
            grouped(n as u64),
            if n == 1 { "has" } else { "have" },
            grouped(it.higher as u64)
        ),
    };
    format!(
        "Of {} people scored by both on data to {}, {changed} with the second.{order}",
        grouped(it.people as u64),
        it.as_of.plus(-1).words(NO_YEAR)
    )
}

pub(super) fn changes(it: &Scores) -> Vec<ChangeLine> {
    let said =
        |it: (f64, crate::domain::risk::Band)| format!("{:.0}% {}", 100.0 * it.0, it.1.word());
    it.changes
        .iter()
        .map(|it| ChangeLine {
            name: it.name.clone(),
            href: format!("/people/{}", uid_text(it.uid)),
            number: it.employee_no.clone(),
            a: said(it.a),
            b: said(it.b),
        })
        .collect()
}

pub(super) fn changes_meta(it: &Scores) -> String {
    if it.changed > it.changes.len() {
        format!("the {} largest of {}", it.changes.len(), grouped(it.changed as u64))
    } else {
        grouped(it.changed as u64)
    }
}

/// `−0.0213 ± 0.0051`, the sign of numbers.
fn difference(it: Difference) -> String {
    let sign = if it.value < 0.0 { "−" } else { "+" };
    format!("{sign}{:.4} ± {:.4}", it.value.abs(), it.se)
}

fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$} to {high:.places$})").replace('-', "−")
        }
        _ => "cannot be told".to_owned(),
    }
}

fn short(text: &str) -> String {
    match (text.get(..4), text.get(text.len().saturating_sub(4)..)) {
        (Some(start), Some(end)) if text.len() == 64 => format!("{start}…{end}"),
        _ => text.to_owned(),
    }
}
