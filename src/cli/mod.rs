//! The command tree. Each command is thin: it opens the office, calls `app`, prints.
//!
//! Exit codes: 0 done, 1 told (something a person can mend), 2 broken (a defect or a machine
//! failure; the log has the cause) or a check that does not match, 3 not enough data. Never here: SQL, arithmetic, HTML.

mod config;
mod demo;
mod forecast;
mod import;
mod lab;
mod lab_forecast;
mod metric;
mod models;
mod plan;
mod predict;
mod progress;
mod serve;
mod train;
mod verify;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::{Error, Office, Place, Result};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::told::Kind;
use crate::log;

#[derive(Debug, Parser)]
#[command(name = "crewkeep", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    /// Without a command the pages are served.
    #[command(flatten)]
    serve: serve::Arguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Flags that stand before or after the command.
#[derive(Debug, Args)]
struct Global {
    /// Folder of the data [default: the platform's usual place]
    #[arg(long, global = true, value_name = "DIR", env = "CREWKEEP_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Settings file [default: config.toml in the data folder]
    #[arg(long, global = true, value_name = "FILE", env = "CREWKEEP_CONFIG")]
    config: Option<PathBuf>,
    /// Change one setting for this start (in the lab: one option of the model)
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages on this machine (the default)
    Serve(serve::Arguments),
    /// Load an office's CSV files, or show what they hold
    Import(import::Arguments),
    /// Load a generated office with a known law of leaving
    Demo(demo::Arguments),
    /// Train a model, test it and score everyone
    Train(train::Arguments),
    /// Score everyone with the model in use
    Predict(predict::Arguments),
    /// The registry: list, show and compare models, take one into use, roll back, in and out
    Models(models::Arguments),
    /// Check models, their folders, stored predictions and forecasts
    Verify(verify::Arguments),
    /// Show every setting, its value and where it came from
    Config(config::Arguments),
    /// Show a number of the dictionary, or list them all
    Metric(metric::Arguments),
    /// The hiring plan: who is short, where, from when, and by when to post
    Plan(plan::Arguments),
    /// Forecast a series of the office, or list them all
    Forecast(forecast::Arguments),
    /// Fit the same models on any table, for analysts
    Lab(lab::Arguments),
}

/// Runs the program; the exit code says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _closed_pipe = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("crewkeep: {}", first_line(&error)));
            if let Error::Told(told) = &error
                && !told.hint.is_empty()
            {
                say(&format!("          {}", told.hint));
            }
            ExitCode::from(code(&error))
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let global = cli.global;
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(arguments) => serve::run(&global, &arguments),
        Command::Import(arguments) => import::run(&global, &arguments),
        Command::Demo(arguments) => demo::run(&global, &arguments),
        Command::Train(arguments) => train::run(&global, &arguments),
        Command::Predict(arguments) => predict::run(&global, &arguments),
        Command::Models(arguments) => models::run(&global, &arguments),
        Command::Verify(arguments) => return verify::run(&global, &arguments),
        Command::Config(arguments) => config::run(&global, &arguments),
        Command::Metric(arguments) => metric::run(&global, &arguments),
        Command::Plan(arguments) => plan::run(&global, &arguments),
        Command::Forecast(arguments) => forecast::run(&global, &arguments),
        Command::Lab(arguments) => lab::run(&global, arguments),
    };
    done.map(|()| ExitCode::SUCCESS)
}

impl Global {
    fn dir(&self) -> Result<PathBuf> {
        Place::choose(self.data_dir.clone())
    }

    /// Settings in force; `flags` are `key=value` of the command itself.
    fn settings(&self, flags: &[String]) -> Result<Settings> {
        let file = match &self.config {
            Some(file) if !file.exists() => {
                return Err(Error::told(
                    Kind::NotFound,
                    format!("There is no settings file {}.", file.display()),
                    "Leave --config out to use the one in the data folder.",
                ));
            }
            Some(file) => file.clone(),
            None => self.dir()?.join("config.toml"),
        };
        let flags = [self.set.as_slice(), flags].concat();
        Ok(Settings::read(Some(&file), std::env::vars(), &flags)?)
    }

    /// The office with the right to write, locked against a second program.
    fn open(&self, flags: &[String]) -> Result<Office> {
        let settings = self.settings(flags)?;
        log::start(&settings.config.log_level);
        let office = Office::open(Place::lock(self.dir()?)?, settings, Clock::System)?;
        Ok(office)
    }

    /// The office for reading, beside a program that may be running.
    fn attach(&self) -> Result<Office> {
        let settings = self.settings(&[])?;
        log::start(&settings.config.log_level);
        Office::attach(Place::beside(self.dir()?), settings, Clock::System)
    }
}

fn code(error: &Error) -> u8 {
    match error {
        Error::Told(told) if told.kind == Kind::NotEnough => 3,
        Error::Told(_) => 1,
        Error::Broken { .. } => 2,
    }
}

fn first_line(error: &Error) -> String {
    match error {
        Error::Told(told) => told.message.clone(),
        Error::Broken { .. } => format!("something failed: {error}"),
    }
}

/// Prints a line of output. A reader that has left is no reason to stop serving.
fn out(line: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        say(&format!("crewkeep: the output cannot be written: {error}."));
        std::process::exit(1);
    }
}

/// Prints a line of progress or failure.
fn say(line: &str) {
    let _reader_gone = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn every_command_can_be_parsed() {
        super::Cli::command().debug_assert();
    }
}
