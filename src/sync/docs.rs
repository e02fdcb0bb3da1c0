//! The tables of `docs/files.md`, from the table of facts.
//!
//! Never here: a sentence about a column that is not in the table of facts.

use std::fmt::Write as _;

use crate::domain::deny::DENIED;
use crate::domain::fact::{FACTS, Fact, Kind};

/// The heading the generated part begins with.
pub const BEGINS: &str = "## The files, column by column";

/// The generated part of `docs/files.md`, from its heading to the end of the file.
pub fn markdown() -> String {
    let mut text = format!("{BEGINS}\n\nIn the order they are loaded.\n");
    for fact in FACTS {
        text.push_str(&of_fact(fact));
    }
    text.push_str(
        "\n## What is never read\n\n| Columns about | Why | Words that give them away |\n",
    );
    text.push_str("|---|---|---|\n");
    for denied in DENIED {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| {} | {} | {} |", denied.what, denied.why, denied.words.join(", "));
    }
    text
}

fn of_fact(fact: &Fact) -> String {
    let mut text = format!("\n### {}.csv\n\nOne row is {}.", fact.file, fact.one_row);
    let key: Vec<_> = fact.key.iter().map(|it| format!("`{it}`")).collect();
    let _ = write!(text, " Told apart by {}.", key.join(", "));
    for (earlier, later) in fact.order {
        let _ = write!(text, " `{later}` may not precede `{earlier}`.");
    }
    text.push_str(
        "\n\n| Column | Holds | Needed | What it is | Also called |\n|---|---|---|---|---|\n",
    );
    for column in fact.columns {
        let needed = if column.required { "yes" } else { "" };
        let also: Vec<_> = column.aliases.iter().map(|it| format!("`{it}`")).collect();
        let _ = writeln!(
            text,
            "| `{}` | {} | {needed} | {} | {} |",
            column.name,
            holds(column.kind),
            column.help,
            also.join(", ")
        );
    }
    text
}

/// What a kind of column holds, in words.
pub fn holds(kind: Kind) -> String {
    match kind {
        Kind::Text(max) => format!("text, at most {max} characters"),
        Kind::OneOf(options) => format!("one of {}", options.join(", ")),
        Kind::Day => "day".to_owned(),
        Kind::Minute => "day and time".to_owned(),
        Kind::Minutes => "minutes, 0 to 1440".to_owned(),
        Kind::Hours => "hours, such as 2.5 or 2:30".to_owned(),
        Kind::Cents => "money".to_owned(),
        Kind::Int(from, to) => format!("whole number, {from} to {to}"),
        Kind::Bool => "yes or no".to_owned(),
        Kind::Ref(table) => match FACTS.iter().find(|it| it.table == table) {
            Some(fact) => format!("`{}` of {}.csv", fact.key.join(", "), fact.file),
            None => format!("key of {table}"),
        },
    }
}
