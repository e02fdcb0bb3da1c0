//! Rows: what is read, what is refused, and on which line.
use super::*;
use crate::sync::preview::preview;
use crate::sync::quality::{Severity, findings};

const JOBS: &str = "job_no,employee_no,type,appliance,started_at,completed_at,drive_min,csat\n";

#[track_caller]
fn check(name: &str, text: &str, rows: &[&str], rejected: &[(u64, &str, &str, &str)]) {
    let took = take(&source(name, text));
    let lines: Vec<_> = took.rows.iter().map(line).collect();
    assert_eq!(lines, rows);
    let found: Vec<_> = took
        .rejected
        .iter()
        .map(|it| (it.row, it.column.unwrap_or("-"), it.value.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(found, rejected);
    assert_eq!(took.tally.rejected, rejected.len() as u64);
    assert_eq!(took.tally.rows, took.tally.accepted + took.tally.rejected + took.tally.duplicates);
}

#[test]
fn keys_are_made_of_typed_values() {
    check(
        "employment.csv",
        "Employee No.,Hire Date,Term Date,Term Type\nT-1,1/2/1970,n/a,\nT-1,1/3/1970,,VOLUNTARY\n",
        &["T-1|1970-01-02: T-1 1 ~ ~ ~ ~ ~", "T-1|1970-01-03: T-1 2 ~ voluntary ~ ~ ~"],
        &[],
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    check(
        "notes.csv",
        "note_no,employee_no,written_on,kind,text\r\n\r\n1,T,2026-01-01,job,\"a\r\nb\"\r\n\r\n\r\n\
         2,T,never,job,x\r\n,,,,\r\n3,T,2026-01-01,song,\"x\"\r\n",
        &["1: 1 T 20454 job ~ a\nb"],
        &[
            (7, "written_on", "never", "is not a day such as 2026-03-31 or 3/31/2026"),
            (9, "kind", "song", "is none of stay_interview, coaching, exit_interview, job"),
        ],
    );
}

#[test]
fn a_broken_row_says_what_is_broken() {
    let text = format!(
        "{JOBS}1,T,repair,hvac,2026-03-01 08:00,2026-03-01 07:59,,\n\
         2,T,repair,hvac,2026-03-01 08:00,2026-03-01,,\n\
         3,,repair,hvac,2026-03-01 08:00,,,\n\
         4,T,repair,hvac,2026-11-25 00:00,,,\n\
         5,T,repair,hvac,2026-03-01,,1500,\n\
         6,T,repair,hvac,2026-03-01,,,9,surplus\n\
         7,T,repair\n\
         8,T,repair,hvac,2026-11-24 23:00\n"
    );
    check(
        "jobs.csv",
        &text,
        &[
            "2: 2 T ~ repair hvac ~ 29539200 29538720 ~ ~ ~ ~ ~ ~ ~ ~",
            "8: 8 T ~ repair hvac ~ 29926020 ~ ~ ~ ~ ~ ~ ~ ~ ~",
        ],
        &[
            (2, "completed_at", "2026-03-01 07:59", "is before started_at (2026-03-01 08:00)"),
            (4, "employee_no", "", "is empty, and every row needs it"),
            (
                5,
                "started_at",
                "2026-11-25 00:00",
                "is after today (2026-11-24): load the row once it has happened",
            ),
            (6, "drive_min", "1500", "is outside 0 to 1440 minutes"),
            (
                7,
                "-",
                "",
                "the row has 9 cells and the header 8: a cell that holds the delimiter needs \
                 quotation marks around it",
            ),
            (8, "appliance", "", "is empty, and every row needs it"),
        ],
    );
}

#[test]
fn the_same_key_twice_is_one_row_or_a_contradiction() {
    let text = "code,office,name\nN,DAL,North\nN,DAL,North\nN,DAL,Nord\n";
    check(
        "zones.csv",
        text,
        &["N: N DAL North"],
        &[(4, "code", "N", "same key as row 2, and other contents")],
    );
    assert_eq!(take(&source("zones.csv", text)).tally.duplicates, 1);
}

#[test]
fn an_open_quotation_mark_is_found() {
    check(
        "zones.csv",
        "code,office,name\nN,DAL,North\nS,DAL,\"South\nE,DAL,East\n",
        &["N: N DAL North"],
        &[(
            3,
            "-",
            "",
            "a quotation mark is opened here and never closed: 3 lines up to the end of the file \
             could not be told apart",
        )],
    );
    check("zones.csv", "code,office,name\nS,DAL,\"South\n\"\n", &["S: S DAL South"], &[]);
}

#[test]
fn money_follows_its_header() {
    let read = |header: &str, value: &str| {
        let text = format!("employee_no,effective_on,{header}\nT,1970-01-02,\"{value}\"\n");
        let took = take(&source("pay.csv", &text));
        took.rows.first().map(line).unwrap_or_default()
    };
    assert_eq!(read("hourly_cents", "3150"), "T|1970-01-02: T 1 3150 ~");
    assert_eq!(read("Hourly Rate", "$31.505"), "T|1970-01-02: T 1 3151 ~");
}

#[test]
fn a_preview_shows_problems_in_their_cells() {
    let text = format!("{JOBS}1,T,mend,hvac,2026-03-01 08:00,2026-02-01,ten,5\n");
    let source = source("jobs.csv", &text);
    let preview = preview(&source, &mapping(&source), today()).expect("reads");
    let names: Vec<_> = preview.columns.iter().map(|it| it.name).collect();
    assert_eq!(names.join(",") + "\n", JOBS);
    let problems: Vec<_> = preview.rows[0].cells.iter().map(|it| it.problem.is_some()).collect();
    assert_eq!(problems, [false, false, true, false, false, true, true, false]);
    assert_eq!(preview.rows[0].cells[4].read, "2026-03-01 08:00");
    assert_eq!(preview.rows[0].row, 2);
}

#[track_caller]
fn finds(text: &str, severity: Severity, title: &str) {
    let source = source("jobs.csv", text);
    let mut reader = Reader::new(&source, &mapping(&source), today()).expect("reads");
    let _ = reader.by_ref().count();
    let found = findings(&reader.finish().expect("to its end"), &mapping(&source));
    let found: Vec<_> = found.iter().map(|it| (it.severity, it.title.as_str())).collect();
    assert!(found.contains(&(severity, title)), "{found:?}");
}

#[test]
fn odd_files_are_noticed() {
    let many = |row: &dyn Fn(u32) -> String| {
        JOBS.to_owned() + &(0..40).map(|it| row(it) + "\n").collect::<String>()
    };
    let job = |it: u32, day: &str, drive: &str| format!("{it},T,repair,hvac,{day},,{drive},");
    finds(
        &many(&|it| job(it, "2026-03-01", &(1000 + it * 20).to_string())),
        Severity::Stop,
        "drive_min may be seconds, not minutes",
    );
    finds(
        &many(&|it| job(it, "2026-03-01", if it == 3 { "long" } else { "20" })),
        Severity::Look,
        "drive_min holds text where numbers belong",
    );
    finds(
        &many(&|it| job(it, &format!("{}/5/2026", it % 28 + 1), "20")),
        Severity::Stop,
        "started_at seems to have the day before the month",
    );
    finds(
        &many(&|it| job(it, "2026-03-01", if it % 4 == 0 { "" } else { "20" })),
        Severity::Note,
        "drive_min is empty in 25% of the rows",
    );
    finds(
        &many(&|it| format!("{it},T,repair,hvac,2026-03-01,2026-12-01,20,")),
        Severity::Note,
        "completed_at lies ahead of today in some rows",
    );
    finds(&many(&|it| job(it, "soon", "20")), Severity::Stop, "No row can be read");
}
