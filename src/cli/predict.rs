//! `crewkeep predict`: everyone's chance of leaving, with the reasons that add up to it.

use clap::Args;

use super::{Global, out};
use crate::app::progress::Silent;
use crate::app::score::{self, Person, Verdict};
use crate::app::{Result, export};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print JSON, with every term of every score
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let office = global.attach()?;
    score::score(&office, &Silent)?;
    let scores = office.look(score::latest)?;
    if arguments.json {
        out(&export::scores(&scores).to_string());
        return Ok(());
    }
    out(&format!(
        "As of {}, model v{}, chance of leaving within {} days:",
        scores.as_of, scores.version, scores.horizon_days
    ));
    for person in &scores.people {
        out(&line(person));
    }
    Ok(())
}

fn line(person: &Person) -> String {
    let who = format!("{:<10} {:<24}", person.employee_no, person.name);
    match &person.verdict {
        Verdict::Scored { probability, low, high, band, reasons, .. } => {
            let most = reasons.strongest(true).map_or("", |it| it.feature.as_str());
            format!(
                "{who} {:>5.1}% ({:.1} to {:.1}%)  {:<6}  {most}",
                100.0 * probability,
                100.0 * low,
                100.0 * high,
                band.word()
            )
        }
        Verdict::NotScored(why) => format!("{who} not scored: {why}"),
    }
}
