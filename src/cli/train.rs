//! `crewkeep train`: a model, its test and everyone's scores.

use clap::Args;

use super::progress::Line;
use super::{Global, out};
use crate::app::Result;
use crate::app::card::{Measures, Ranged};
use crate::app::train::{self, Trained};
use crate::domain::count::grouped;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print the model's card as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let office = global.open(&[])?;
    let line = Line::start();
    let trained = train::train(&office, &line);
    line.clear();
    office.close();
    let trained = trained?;
    if arguments.json {
        let card = serde_json::json!({
            "version": trained.version, "card": trained.card, "in_use": trained.settled.in_use,
            "gates": trained.settled.gates,
            "bags": { "fitted": trained.bags.fitted, "taken": trained.bags.taken },
        });
        out(&card.to_string());
        return Ok(());
    }
    print(&trained);
    Ok(())
}

fn print(trained: &Trained) {
    let card = &trained.card;
    out(&format!(
        "Model v{} learned from {} months of {} people, {} exits, {} to {}.",
        trained.version,
        grouped(card.rows),
        grouped(card.people),
        grouped(card.exits),
        card.months.0,
        card.months.1
    ));
    match (&card.validation, &card.no_validation) {
        (Some(test), _) => {
            out(&format!(
                "Tested on {} to {}: {} months of {} people it had not seen, {} before an exit.",
                test.months.0,
                test.months.1,
                grouped(test.rows),
                grouped(test.people),
                grouped(test.events)
            ));
            out("                           AUC                   log loss              Brier");
            measures("EBM", &test.ebm);
            for it in &test.contenders {
                measures(&it.name, &it.measures);
            }
            out(if test.supports_model() {
                "The model beats both the base rate and the logistic regression."
            } else if test.beats_base_rate() {
                "The model beats the base rate, but not the logistic regression by one standard error."
            } else {
                "The data do not support the model: it does not beat the base rate."
            });
        }
        (None, why) => out(why.as_deref().unwrap_or("It was not tested.")),
    }
    if let Some(it) = &card.calibrated {
        out(&it.words());
    }
    if let Some(words) = trained.bags.words() {
        out(&words);
    }
    out(&trained.settled.words());
    out(&format!("{} {:.1} s.", trained.scored.words(), card.seconds));
}

fn measures(name: &str, it: &Measures) {
    out(&format!(
        "  {name:<24} {:<21} {:<21} {}",
        ranged(&it.auc, 3),
        ranged(&it.log_loss, 4),
        ranged(&it.brier, 4)
    ));
}

fn ranged(it: &Ranged, places: usize) -> String {
    match (it.value, it.low, it.high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{value:.places$} ({low:.places$}-{high:.places$})")
        }
        (Some(value), _, _) => format!("{value:.places$}"),
        _ => "-".to_owned(),
    }
}
