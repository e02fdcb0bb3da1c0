//! `card.md`: the card of a model in plain words, for whoever is shown the folder.
//!
//! Made from the row alone, so that the same row gives the same bytes. Never here: figures the card
//! does not hold.

use std::fmt::Write as _;

use super::Entry;
use crate::app::card::{Card, EditCard, Measures, Origin, Ranged, Validation, month_words};
use crate::app::gates::{self, Outcome};
use crate::domain::calendar::second_text;
use crate::domain::count::grouped;
use crate::domain::deny::DENIED;
use crate::feature;

/// Half a 90% interval over a standard error.
const Z_90: f64 = 1.644_853_626_951_472_7;

/// The card as Markdown.
pub(super) fn text(entry: &Entry) -> String {
    let mut out = String::new();
    for part in [
        what(entry),
        origin(&entry.card),
        data(&entry.card),
        tested(&entry.card),
        asked(entry),
        reads(&entry.card),
        never(),
        limits(&entry.card),
        made(entry),
    ] {
        if !part.is_empty() {
            out += &part;
            out += "\n";
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn what(entry: &Entry) -> String {
    format!(
        "# Model v{}: who may leave within {} days\n\n\
         An Explainable Boosting Machine: a start that is the same for everyone, plus one line for \
         each feature. Nothing is hidden behind the lines. It gives the chance that a technician \
         leaves by choice within {} days, from what the office's own records say of the time \
         before.\n\n\
         It is for deciding whom to talk to first and about what. It is not for deciding about \
         pay, promotion, discipline or dismissal, and it says what goes with leaving in these \
         data: **association, not proof** of a cause.\n",
        entry.record.version, entry.record.horizon_days, entry.record.horizon_days
    )
}

/// Where it comes from and what people changed; nothing of a model trained here and left as it is.
fn origin(card: &Card) -> String {
    let mut out = String::new();
    for (title, said) in [
        ("Where it comes from", card.origin.as_ref().map(Origin::sentences).unwrap_or_default()),
        ("Changed by people", card.edits.iter().map(EditCard::words).collect()),
    ] {
        if said.is_empty() {
            continue;
        }
        let lead = if out.is_empty() { "" } else { "\n" };
        let _infallible = writeln!(out, "{lead}## {title}\n");
        for it in said {
            let _infallible = writeln!(out, "* {it}");
        }
    }
    out
}

fn data(card: &Card) -> String {
    let left_out = if card.is_monthly() {
        "their month is not over in the data"
    } else {
        "their outcome is not known yet, or another kind of exit cut them short"
    };
    let mut out = format!(
        "## Learned from\n\n\
         * {} person-months of {} people, {} to {}; data to {}.\n\
         * {} voluntary exits; {} are asked for by this number of features, {} are the least.\n\
         * {} person-months were followed by an exit within the horizon ({}).\n\
         * {} person-months were left out: {left_out}.\n",
        grouped(card.rows),
        grouped(card.people),
        month_words(&card.months.0),
        month_words(&card.months.1),
        card.data_to,
        grouped(card.exits),
        grouped(card.evidence.need),
        grouped(card.evidence.floor),
        grouped(card.positive_rows),
        percent(card.base_rate),
        grouped(card.censored)
    );
    for it in &card.evidence.offices {
        let _infallible = writeln!(
            out,
            "* {} alone: {} exits of {} people; {} would be asked for.",
            it.office,
            grouped(it.have),
            grouped(it.people),
            grouped(it.need)
        );
    }
    out
}

fn tested(card: &Card) -> String {
    let Some(test) = &card.validation else {
        return format!(
            "## Tested\n\nNot tested. {} What the lines say was never checked on other months.\n",
            card.no_validation.as_deref().unwrap_or_default()
        );
    };
    let mut out = format!(
        "## Tested\n\n\
         On {} to {}, {} person-months of {} people, {} before an exit ({}). {} months before \
         them were left out, and the people were dealt into {} parts: no tested row was scored by \
         a model that had seen the person or an outcome of those months. Intervals are 95%, by \
         person.\n\n\
         | | AUC | Log loss | Brier | Calibration slope |\n|---|---|---|---|---|\n",
        month_words(&test.months.0),
        month_words(&test.months.1),
        grouped(test.rows),
        grouped(test.people),
        grouped(test.events),
        percent(test.base_rate),
        test.gap_months,
        test.folds
    );
    row(&mut out, "This model", &test.ebm);
    for it in &test.contenders {
        row(&mut out, &it.name, &it.measures);
    }
    out += &format!("\n{}\n", verdict(test));
    if !test.calibration.is_empty() {
        out += "\n| Foretold | Came | 95% | Person-months |\n|---|---|---|---|\n";
        for it in &test.calibration {
            let _infallible = writeln!(
                out,
                "| {} | {} | {} to {} | {} |",
                percent(it.predicted),
                percent(it.observed),
                percent(it.low),
                percent(it.high),
                grouped(it.rows)
            );
        }
    }
    if let Some(it) = &card.calibrated {
        let _infallible = writeln!(out, "\n{}", it.words());
    }
    if let Some(it) = &card.stability {
        let _infallible = writeln!(
            out,
            "\nFor half of {} people the same first reason comes out in at least {:.0}% of {} \
             bags, the same three in {:.0}%.",
            grouped(it.people),
            100.0 * it.top,
            it.bags,
            100.0 * it.three
        );
    }
    out + &horizons(test) + &groups(test)
}

fn horizons(test: &Validation) -> String {
    if test.horizons.is_empty() {
        return String::new();
    }
    let mut out = "\n| Days ahead | Person-months | Before an exit | Came over foretold | AUC |\n\
                   |---|---|---|---|---|\n"
        .to_owned();
    for it in &test.horizons {
        let _infallible = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            it.days,
            grouped(it.rows),
            grouped(it.events),
            ranged(&it.ratio, 2),
            ranged(&it.auc, 3)
        );
    }
    out
}

/// Error by office and trade: a model that is right for one and wrong for another is not fair.
fn groups(test: &Validation) -> String {
    if test.groups.is_empty() {
        return String::new();
    }
    let mut out = "\n## Fairness of error\n\n\
                   | Group | People | Foretold | Came | Came over foretold | AUC |\n\
                   |---|---|---|---|---|---|\n"
        .to_owned();
    for it in &test.groups {
        let _infallible = writeln!(
            out,
            "| {}, {} | {} | {} | {} | {} | {} |",
            it.name,
            it.by,
            grouped(it.people),
            percent(it.predicted),
            it.observed.value.map_or("not known".to_owned(), percent),
            ranged(&it.ratio, 2),
            ranged(&it.auc, 3)
        );
    }
    out
}

fn verdict(test: &Validation) -> &'static str {
    if test.supports_model() {
        "The data support the model: its log loss beats both the base rate and the logistic \
         regression by one standard error."
    } else if test.beats_base_rate() {
        "The simple model is enough: this one beats the base rate, but not the logistic regression \
         by one standard error."
    } else {
        "The data do not support the model: it does not beat the base rate by one standard error."
    }
}

fn row(out: &mut String, name: &str, it: &Measures) {
    let _infallible = writeln!(
        out,
        "| {name} | {} | {} | {} | {} |",
        ranged(&it.auc, 3),
        ranged(&it.log_loss, 4),
        ranged(&it.brier, 4),
        ranged(&it.slope, 2)
    );
}

fn asked(entry: &Entry) -> String {
    let mut out = format!(
        "## Gates\n\nPassed: {}, when it was decided whether to use it. \"Not checked\" is no pass: \
         the figures for it are not there.\n\n",
        gates::passed_words(&entry.gates)
    );
    for it in &entry.gates {
        let outcome = match it.outcome {
            Outcome::Pass => "passed",
            Outcome::Fail => "**failed**",
            Outcome::NotChecked => "not checked",
        };
        let _infallible = writeln!(
            out,
            "* {}: {outcome}. {} Asked: {}. Found: {}.",
            it.title, it.words, it.need, it.have
        );
    }
    out
}

fn reads(card: &Card) -> String {
    let mut out =
        "## Reads\n\nMean size in log-odds, with its 90% interval; what moves scores most first. \
         It says how much a line moves scores, not how much changing it would help.\n\n"
            .to_owned();
    let mut features: Vec<_> = card.features.iter().collect();
    features.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    for it in features {
        let known = feature::by_id(&it.id);
        let title = known.map_or(it.id.as_str(), |it| it.title);
        let sentence = known.map_or("", |it| it.sentence);
        let half = Z_90 * it.importance_sd;
        let _infallible =
            writeln!(out, "* {title} (`{}`), {:.3} ± {half:.3}. {sentence}", it.id, it.importance);
    }
    out
}

fn never() -> String {
    let mut out = "## Never reads\n\nRefused when files are loaded, never stored.\n\n".to_owned();
    for it in DENIED {
        let _infallible = writeln!(out, "* {}: {}.", it.what, it.why);
    }
    out
}

fn limits(card: &Card) -> String {
    let short = if card.evidence.have < card.evidence.need {
        "* There are fewer exits than this number of features asks for: shapes and chances are \
         rougher than they look.\n"
    } else {
        ""
    };
    format!(
        "## Limits\n\n\
         * It knows these offices and these years. Another office, another trade or a changed \
         market needs its own test.\n\
         * Bands of single lines are about 90%; they do not cover what was never recorded.\n\
         * A chance is about many people alike, not a judgement of one.\n\
         * The months tested lie before the months it is used on; times change.\n{short}"
    )
}

fn made(entry: &Entry) -> String {
    let it = &entry.record;
    let mut out = "## Made\n\nThe same data, seed and program give the same model.\n\n".to_owned();
    let card_hash = it.card_hash.as_deref().unwrap_or("not kept");
    for (name, value) in [
        ("Version", format!("v{}, kind {}", it.version, it.kind)),
        ("Trained", format!("{} UTC", second_text(it.created_at))),
        ("Program", it.code_version.clone()),
        ("Seed", it.seed.to_string()),
        ("Bags", entry.card.bags.to_string()),
        ("Parameters", format!("`{}`", it.parameters)),
        ("Training table, SHA-256", format!("`{}`", it.data_hash)),
        ("Model, SHA-256", format!("`{}`", it.artifact_hash)),
        ("Card, SHA-256", format!("`{card_hash}`")),
    ] {
        let _infallible = writeln!(out, "* {name}: {value}");
    }
    out
}

fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$} to {high:.places$})")
        }
        (Some(value), _, _) => format!("{value:.places$}, no interval"),
        _ => "cannot be told".to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}
