//! What files seem to hold, and mappings kept for later.
use super::*;
use crate::sync::mapping::StoredMapping;
use crate::sync::propose::{Proposal, Use, propose_all, propose_for};

const EXPORT: &str = "emp_no,hire_dt,term_dt,term_cd,zone,base_rate,home_zip,dob,svc_cd,tier\n\
    T-1047,2025-09-22,2026-03-14,VOL,North,27.40,43085,1988-04-02,REF,1\n\
    T-0933,2025-09-23,2026-03-15,INV,East,27.40,43201,1988-04-02,LAU,2\n\
    T-0934,2025-09-23,,,East,27.40,43201,1988-04-02,CK,3\n";

/// A proposal as lines: `header > column`, `header ! refused`, `header - left out`.
fn lines(proposal: &Proposal) -> Vec<String> {
    let line = |it: &crate::sync::propose::Proposed| match &it.becomes {
        Use::Feeds { feed, .. } => format!("{} > {}", it.header, feed.column.name),
        Use::Refused { denied } => format!("{} ! {}", it.header, denied.what),
        Use::LeftOut { .. } => format!("{} - left out", it.header),
    };
    proposal.columns.iter().map(line).collect()
}

#[test]
fn an_export_nobody_prepared_is_understood() {
    let proposal = propose(&source("employment_2026.csv", EXPORT), &|_, _| false).expect("known");
    assert_eq!(proposal.fact.table, "employment");
    assert_eq!(
        lines(&proposal),
        [
            "emp_no > employee_no",
            "hire_dt > hired_on",
            "term_dt > exited_on",
            "term_cd > exit_type",
            "zone - left out",
            "base_rate - left out",
            "home_zip ! home address, ZIP or coordinates",
            "dob ! age or birth date",
            "svc_cd - left out",
            "tier - left out",
        ]
    );
    assert!(proposal.is_complete() && !proposal.is_sure());
    assert!(proposal.columns[6].values.is_empty() && proposal.columns[7].values.is_empty());
    assert_eq!(proposal.columns[0].values, ["T-1047", "T-0933", "T-0934"]);
    let took = take(&source("employment_2026.csv", EXPORT));
    assert_eq!(line(&took.rows[0]), "T-1047|2025-09-22: T-1047 20353 20526 voluntary ~ ~ ~");
}

#[track_caller]
fn fact(name: &str, header: &str, row: &str, expected: &str) {
    let source = source(name, &format!("{header}\n{row}\n"));
    let proposal = propose(&source, &|_, _| false).expect("known");
    assert_eq!(proposal.fact.table, expected, "{}", proposal.reason);
}

#[test]
fn columns_speak_when_the_name_does_not() {
    fact("export.csv", "emp_id,hire_date,term_date", "1,2026-01-01,", "employment");
    fact("export.csv", "tech,effective date,hourly rate", "1,2026-01-01,25", "pay");
    fact("job_notes.csv", "id,tech,date,type,comment", "1,T,2026-01-01,job,x", "note");
    fact("jobs.csv", "nothing,like,it", "a,b,c", "job");
    fact("a.csv", "code,office,name", "a,b,c", "zone");
    fact("a.csv", "code,name,region", "a,b,c", "office");
    let source = source("holidays.csv", "holiday,greeting\nx,y\n");
    let failure = propose(&source, &|_, _| false).expect_err("unknown");
    assert!(failure.to_string().contains("does not look like any file"), "{failure}");
}

#[test]
fn contents_tell_what_names_do_not() {
    let office = crate::domain::fact::by_table("zone").expect("zone");
    let text = "code,belongs to,name\nN,DAL,North\nS,DAL,South\nE,DAL,East\n";
    let source = source("zones.csv", text);
    let known = |table: &'static str, key: &str| table == "office" && key == "DAL";
    let proposal = propose_for(office, &source, &known);
    assert_eq!(lines(&proposal)[1], "belongs to > office");
    let proposal = propose_for(office, &source, &|_, _| false);
    assert_eq!(proposal.missing.len(), 1);
    assert_eq!(proposal.missing[0].nearest, ["belongs to"]);
    let failure = proposal.mapping().expect_err("incomplete");
    assert!(failure.to_string().starts_with("zones.csv has no column for office"), "{failure}");
}

#[test]
fn a_wide_export_holds_several_facts() {
    let text =
        "emp_no,hire_date,term_date,effective_date,hourly_rate\nT,2026-01-01,,2026-01-01,25\n";
    let all = propose_all(&source("people.csv", text), &|_, _| false).expect("known");
    let mut tables: Vec<_> = all.iter().map(|it| it.fact.table).collect();
    tables.sort_unstable();
    assert_eq!(tables, ["assignment", "employment", "pay"]);
}

#[test]
fn misspelled_and_lonely_columns_are_found() {
    let text = "employe_no,the big day\nT-1,2026-01-01\nT-2,2026-01-02\n";
    let employment = crate::domain::fact::by_table("employment").expect("employment");
    let proposal = propose_for(employment, &source("x.csv", text), &|_, _| false);
    assert_eq!(lines(&proposal), ["employe_no > employee_no", "the big day > hired_on"]);
}

#[test]
fn a_kept_mapping_reads_a_later_file() {
    let first = source("employment.csv", EXPORT);
    let text = mapping(&first).to_json();
    let kept = Mapping::from_json(&text).expect("reads back");
    assert_eq!(kept.to_json(), text);
    let (header, _) = EXPORT.split_once('\n').expect("lines");
    let mut names: Vec<_> = header.split(',').collect();
    names.reverse();
    let later = format!(
        "{}\n3,LAU,1988-04-02,43201,27,East,inv,2026-02-01,2026-01-01,T-5\n",
        names.join(",")
    );
    let later = source("employment_later.csv", &later);
    assert!(kept.fits(later.header()));
    let rows: Vec<_> = Reader::new(&later, &kept, today()).expect("fits").collect();
    let row = rows[0].as_ref().expect("a row");
    assert_eq!(line(row), "T-5|2026-01-01: T-5 20454 20485 involuntary ~ ~ ~");
    let other = source("employment.csv", "emp_no,hire_dt\nT,2026-01-01\n");
    let failure = Reader::new(&other, &kept, today()).expect_err("other headers");
    assert!(failure.to_string().contains("without term_dt"), "{failure}");
}

#[test]
fn a_kept_mapping_is_not_trusted() {
    let kept = |change: &dyn Fn(&mut StoredMapping)| {
        let mut stored = mapping(&source("employment.csv", EXPORT)).to_stored();
        change(&mut stored);
        Mapping::from_stored(&stored).map(|_| ()).map_err(|it| it.to_string())
    };
    assert_eq!(kept(&|_| ()), Ok(()));
    let refused = |change: &dyn Fn(&mut StoredMapping), words: &str| {
        let told = kept(change).expect_err("is refused");
        assert!(told.contains(words), "{told}");
    };
    refused(&|it| it.feeds[1].header = "dob".to_owned(), "dob is never read");
    refused(&|it| it.feeds[1].column = "salary".to_owned(), "no column salary");
    refused(&|it| it.feeds[1].column = "employee_no".to_owned(), "used twice");
    refused(&|it| it.feeds.truncate(1), "no column for hired_on");
    refused(&|it| it.version = 2, "version is 2");
    refused(&|it| it.fact = "salary".to_owned(), "no such kind of row");
    assert!(Mapping::from_json("{}").is_err());
}

/// The form as it was kept by version 1: it must always be read.
#[test]
fn the_first_form_is_still_read() {
    let text = "{\"version\":1,\"fact\":\"pay\",\"headers\":[\"emp\",\"from\",\"rate\"],\"feeds\":[\
        {\"header\":\"emp\",\"column\":\"employee_no\"},\
        {\"header\":\"from\",\"column\":\"effective_on\"},\
        {\"header\":\"rate\",\"column\":\"hourly_cents\",\"unit\":\"currency\"}]}";
    assert_eq!(Mapping::from_json(text).expect("reads").to_json(), text);
}
