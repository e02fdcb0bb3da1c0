//! `crewkeep config`: every setting, its value and where it came from.

use clap::Args;

use super::{Global, out};
use crate::app::Result;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<()> {
    let settings = global.settings(&[])?;
    let list = settings.list();
    if arguments.json {
        let rows: Vec<_> = list
            .iter()
            .map(|(key, value, origin, help)| {
                serde_json::json!({
                    "key": key, "value": value.trim_matches('"'),
                    "origin": origin.to_string(), "help": help,
                })
            })
            .collect();
        out(&serde_json::json!({ "data_dir": global.dir()?, "settings": rows }).to_string());
        return Ok(());
    }
    out(&format!("data folder: {}", global.dir()?.display()));
    let width = list.iter().map(|it| it.0.len() + it.1.len()).max().unwrap_or(0) + 3;
    for (key, value, origin, help) in list {
        out(&format!("{:width$}  ({origin})  {help}", format!("{key} = {value}")));
    }
    Ok(())
}
