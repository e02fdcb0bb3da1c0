//! The facts an office's systems hold, as one table: what each file holds, column by column.
//!
//! From `FACTS` follow the file reader, the proposed column mapping, the insert statements, the
//! demo's files, the import page and `docs/files.md`. Adding a fact is one entry here and one table
//! in a migration. Never here: SQL, file reading, or a column that `super::deny` refuses.

/// What a cell may hold. Everything is kept as a whole number or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most this many characters.
    Text(usize),
    /// One of these words (lower case; case and blanks in the file do not matter).
    OneOf(&'static [&'static str]),
    /// A calendar day; kept as days since 1970.
    Day,
    /// A wall-clock time; kept as minutes since 1970.
    Minute,
    /// A duration in minutes, 0 to 1,440.
    Minutes,
    /// A duration in hours with decimals; kept as minutes.
    Hours,
    /// Money; kept as cents. A header ending in `_cents` holds cents, any other holds currency.
    Cents,
    /// A whole number in an inclusive range.
    Int(i64, i64),
    /// yes/no, true/false, 1/0, y/n; kept as 1/0.
    Bool,
    /// The key of a row of another table (or, for `recall_of`, of this one).
    Ref(&'static str),
}

/// One column of a fact.
#[derive(Debug)]
pub struct Column {
    /// Its name in files.
    pub name: &'static str,
    /// Its name in the store.
    pub sql: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Whether a row without it is quarantined.
    pub required: bool,
    /// Other headers that mean the same, lower case, words joined by `_`.
    pub aliases: &'static [&'static str],
    /// One sentence for the person who prepares the file.
    pub help: &'static str,
}

/// One kind of fact: a file outside, a table inside.
#[derive(Debug)]
pub struct Fact {
    /// Table name.
    pub table: &'static str,
    /// File stem: `jobs` for `jobs.csv`.
    pub file: &'static str,
    /// What one row is.
    pub one_row: &'static str,
    /// Columns whose values, joined by `|`, are the row's `source_key`. A single key column that
    /// is listed in `columns` with `sql: "source_key"` has no column of its own.
    pub key: &'static [&'static str],
    /// The columns, in file order.
    pub columns: &'static [Column],
    /// Pairs `(earlier, later)` of columns: a row whose later day precedes the earlier is quarantined.
    pub order: &'static [(&'static str, &'static str)],
}

/// A cell as read: typed, not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing given.
    Null,
    /// A number, day, minute, cents or flag.
    Int(i64),
    /// Text, a word of a `OneOf`, or the key of a referred row.
    Text(String),
}

/// A row as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The natural key, joined by `|`.
    pub key: String,
    /// One cell for each of the fact's columns, in order.
    pub cells: Vec<Cell>,
}

/// Kinds of leaving.
pub const EXIT_TYPES: &[&str] = &["voluntary", "involuntary", "other"];
/// Kinds of job.
pub const JOB_TYPES: &[&str] = &["repair", "install", "maintenance", "recall", "warranty"];
/// Trades and appliance families.
pub const TRADES: &[&str] = &["laundry", "refrigeration", "cooking", "hvac"];
/// Kinds of note.
pub const NOTE_KINDS: &[&str] = &["stay_interview", "coaching", "exit_interview", "job"];

const fn column(name: &'static str, sql: &'static str, kind: Kind, help: &'static str) -> Column {
    Column { name, sql, kind, required: true, aliases: &[], help }
}

const fn optional(name: &'static str, sql: &'static str, kind: Kind, help: &'static str) -> Column {
    Column { name, sql, kind, required: false, aliases: &[], help }
}

#[expect(clippy::needless_pass_by_value, reason = "a constant is made of constants")]
const fn also(column: Column, aliases: &'static [&'static str]) -> Column {
    Column { aliases, ..column }
}

const EMPLOYEE_NO: Column = also(
    column("employee_no", "technician_id", Kind::Ref("technician"), "The technician's number."),
    &[
        "employee",
        "employee_id",
        "employee_number",
        "emp_no",
        "emp_id",
        "tech_id",
        "tech",
        "technician",
        "technician_id",
        "technician_no",
        "worker_id",
        "badge",
    ],
);

/// Every fact, in the order files are loaded: what is referred to comes first.
pub const FACTS: &[Fact] = &[
    Fact {
        table: "office",
        file: "offices",
        one_row: "a place",
        key: &["code"],
        columns: &[
            also(
                column("code", "source_key", Kind::Text(40), "Short code of the office."),
                &["office", "office_code", "office_id", "branch"],
            ),
            also(
                column("name", "name", Kind::Text(120), "Name people use."),
                &["office_name", "branch_name"],
            ),
            optional("region", "region", Kind::Text(120), "Region it reports to."),
            optional(
                "timezone",
                "timezone",
                Kind::Text(60),
                "Its time zone, such as America/Chicago.",
            ),
            optional(
                "currency",
                "currency",
                Kind::Text(3),
                "Currency of its money columns, such as USD.",
            ),
        ],
        order: &[],
    },
    Fact {
        table: "zone",
        file: "zones",
        one_row: "a dispatch area of an office",
        key: &["code"],
        columns: &[
            also(
                column(
                    "code",
                    "source_key",
                    Kind::Text(40),
                    "Short code of the zone, unique over all offices.",
                ),
                &["zone", "zone_code", "zone_id", "territory"],
            ),
            also(
                column("office", "office_id", Kind::Ref("office"), "Code of its office."),
                &["office_code", "branch"],
            ),
            also(
                column("name", "name", Kind::Text(120), "Name people use."),
                &["zone_name", "territory_name"],
            ),
        ],
        order: &[],
    },
    Fact {
        table: "technician",
        file: "technicians",
        one_row: "a person",
        key: &["employee_no"],
        columns: &[
            also(
                column(
                    "employee_no",
                    "source_key",
                    Kind::Text(40),
                    "The number the office knows the person by.",
                ),
                EMPLOYEE_NO.aliases,
            ),
            also(
                column("display_name", "display_name", Kind::Text(120), "Name shown on pages."),
                &["name", "full_name", "employee_name", "technician_name", "tech_name"],
            ),
            also(
                column("office", "office_id", Kind::Ref("office"), "Code of the home office."),
                &["office_code", "home_office", "branch"],
            ),
            also(
                column("zone", "zone_id", Kind::Ref("zone"), "Code of the home zone."),
                &["zone_code", "home_zone", "territory"],
            ),
            also(
                column("trade", "trade", Kind::OneOf(TRADES), "What the person repairs most."),
                &["skill", "specialty", "department"],
            ),
            also(
                optional("level", "level", Kind::Int(1, 9), "Pay or skill grade, 1 to 9."),
                &["grade", "tech_level"],
            ),
            also(
                optional(
                    "rehire_eligible",
                    "rehire_eligible",
                    Kind::Bool,
                    "Whether the office would hire the person again.",
                ),
                &["rehire"],
            ),
        ],
        order: &[],
    },
    Fact {
        table: "employment",
        file: "employment",
        one_row: "one spell of employment of a technician; a rehire has several",
        key: &["employee_no", "hired_on"],
        columns: &[
            EMPLOYEE_NO,
            also(
                column("hired_on", "hired_on", Kind::Day, "First day of the spell."),
                &["hire_date", "start_date", "date_hired", "hired"],
            ),
            also(
                optional(
                    "exited_on",
                    "exited_on",
                    Kind::Day,
                    "Last day of the spell; empty while employed.",
                ),
                &["exit_date", "term_date", "termination_date", "end_date", "left_on", "last_day"],
            ),
            also(
                optional(
                    "exit_type",
                    "exit_type",
                    Kind::OneOf(EXIT_TYPES),
                    "voluntary, involuntary or other.",
                ),
                &["term_type", "termination_type"],
            ),
            also(
                optional("exit_reason", "exit_reason", Kind::Text(200), "Reason as recorded."),
                &["term_reason", "termination_reason", "reason"],
            ),
            also(
                optional(
                    "regretted",
                    "regretted",
                    Kind::Bool,
                    "Whether the office regrets the exit, fixed at the exit.",
                ),
                &["regrettable"],
            ),
            also(
                optional(
                    "hire_source",
                    "hire_source",
                    Kind::Text(80),
                    "Where the person came from.",
                ),
                &["source", "recruiting_source"],
            ),
        ],
        order: &[("hired_on", "exited_on")],
    },
    Fact {
        table: "assignment",
        file: "assignments",
        one_row: "who a technician works for and where, from a day on",
        key: &["employee_no", "from_on"],
        columns: &[
            EMPLOYEE_NO,
            also(
                column("from_on", "from_on", Kind::Day, "First day of the assignment."),
                &["from", "start_date", "effective_date"],
            ),
            also(
                optional("to_on", "to_on", Kind::Day, "Last day; empty while it lasts."),
                &["to", "end_date"],
            ),
            also(
                optional("manager_no", "manager_no", Kind::Text(40), "The manager's number."),
                &["manager", "manager_id", "supervisor", "supervisor_id"],
            ),
            also(
                optional("zone", "zone_id", Kind::Ref("zone"), "Code of the zone worked in."),
                &["zone_code", "territory"],
            ),
            also(optional("crew", "crew", Kind::Text(40), "Crew or team."), &["team"]),
        ],
        order: &[("from_on", "to_on")],
    },
    Fact {
        table: "pay",
        file: "pay",
        one_row: "a pay rate from a date on",
        key: &["employee_no", "effective_on"],
        columns: &[
            EMPLOYEE_NO,
            also(
                column("effective_on", "effective_on", Kind::Day, "First day of the rate."),
                &["effective_date", "from", "from_on"],
            ),
            also(
                column(
                    "hourly_cents",
                    "hourly_cents",
                    Kind::Cents,
                    "Hourly rate in cents (or currency under another header).",
                ),
                &["hourly", "hourly_rate", "pay_rate", "rate", "wage"],
            ),
            also(optional("plan", "plan", Kind::Text(80), "Pay plan."), &["pay_plan"]),
        ],
        order: &[],
    },
    Fact {
        table: "workday",
        file: "workdays",
        one_row: "a technician's day",
        key: &["employee_no", "on_date"],
        columns: &[
            EMPLOYEE_NO,
            also(column("on_date", "on_day", Kind::Day, "The day."), &["date", "work_date", "day"]),
            also(
                column(
                    "available_min",
                    "available_min",
                    Kind::Minutes,
                    "Minutes open for booking.",
                ),
                &["available", "available_minutes"],
            ),
            also(
                column("booked_min", "booked_min", Kind::Minutes, "Minutes booked."),
                &["booked", "booked_minutes"],
            ),
            also(
                column("paid_min", "paid_min", Kind::Minutes, "Minutes paid."),
                &["paid", "paid_minutes"],
            ),
            also(
                column("overtime_min", "overtime_min", Kind::Minutes, "Minutes of overtime."),
                &["overtime", "ot_min", "overtime_minutes"],
            ),
            also(
                optional("on_call", "on_call", Kind::Bool, "Whether the night after was on call."),
                &["oncall"],
            ),
            also(
                optional(
                    "start_changed",
                    "start_changed",
                    Kind::Bool,
                    "Whether the start time was changed at short notice.",
                ),
                &["schedule_changed"],
            ),
        ],
        order: &[],
    },
    Fact {
        table: "job",
        file: "jobs",
        one_row: "a dispatched repair",
        key: &["job_no"],
        columns: &[
            also(
                column("job_no", "source_key", Kind::Text(40), "Number of the job."),
                &["job", "job_id", "job_number", "ticket", "work_order", "wo_no"],
            ),
            EMPLOYEE_NO,
            also(
                optional(
                    "zone",
                    "zone_id",
                    Kind::Ref("zone"),
                    "Code of the zone; the technician's when empty.",
                ),
                &["zone_code", "territory"],
            ),
            also(
                column(
                    "type",
                    "type",
                    Kind::OneOf(JOB_TYPES),
                    "repair, install, maintenance, recall or warranty.",
                ),
                &["job_type", "kind"],
            ),
            also(
                column(
                    "appliance",
                    "appliance",
                    Kind::OneOf(TRADES),
                    "laundry, refrigeration, cooking or hvac.",
                ),
                &["appliance_type", "product"],
            ),
            also(
                optional("booked_at", "booked_at", Kind::Minute, "When it was booked."),
                &["booked", "created_at", "created_on"],
            ),
            also(
                column("started_at", "started_at", Kind::Minute, "When work began."),
                &["started", "start", "arrived_at", "dispatch_date", "job_date"],
            ),
            also(
                optional(
                    "completed_at",
                    "completed_at",
                    Kind::Minute,
                    "When it was finished; empty when it was not.",
                ),
                &["completed", "finished_at", "completed_on", "completion_date"],
            ),
            also(
                optional("drive_min", "drive_min", Kind::Minutes, "Minutes driven to it."),
                &["drive", "drive_minutes", "drive_time", "travel_min", "travel_time"],
            ),
            also(
                optional("labor_min", "labor_min", Kind::Minutes, "Minutes of work."),
                &["labor", "labour_min", "labor_minutes", "work_min"],
            ),
            also(
                optional("billable_min", "billable_min", Kind::Minutes, "Minutes billed."),
                &["billable", "billable_minutes", "sold_min"],
            ),
            also(
                optional(
                    "revenue_cents",
                    "revenue_cents",
                    Kind::Cents,
                    "Revenue in cents (or currency under another header).",
                ),
                &["revenue", "total", "amount", "invoice_total"],
            ),
            also(
                optional(
                    "convertible",
                    "convertible",
                    Kind::Bool,
                    "Whether it could have been sold.",
                ),
                &[],
            ),
            also(optional("converted", "converted", Kind::Bool, "Whether it was sold."), &["sold"]),
            also(
                optional(
                    "recall_of",
                    "recall_of_id",
                    Kind::Ref("job"),
                    "Number of the job it goes back to.",
                ),
                &["original_job", "recall_job", "parent_job"],
            ),
            also(
                optional("csat", "csat", Kind::Int(1, 5), "Customer's answer, 1 to 5."),
                &["rating", "score", "satisfaction"],
            ),
        ],
        order: &[("started_at", "completed_at")],
    },
    Fact {
        table: "training",
        file: "training",
        one_row: "a finished course",
        key: &["employee_no", "completed_on", "course"],
        columns: &[
            EMPLOYEE_NO,
            also(
                column("completed_on", "completed_on", Kind::Day, "Day it was finished."),
                &["completed", "completion_date", "date"],
            ),
            also(
                column("course", "course", Kind::Text(160), "Name of the course."),
                &["course_name", "class"],
            ),
            also(
                column("hours", "training_min", Kind::Hours, "Hours it took."),
                &["duration_hours", "training_hours"],
            ),
            also(
                optional("certification", "certification", Kind::Text(160), "Certificate gained."),
                &["cert"],
            ),
        ],
        order: &[],
    },
    Fact {
        table: "requisition",
        file: "requisitions",
        one_row: "an opening",
        key: &["requisition_no"],
        columns: &[
            also(
                column("requisition_no", "source_key", Kind::Text(40), "Number of the opening."),
                &["requisition", "req_no", "req_id", "requisition_id"],
            ),
            also(
                column("opened_on", "opened_on", Kind::Day, "Day it was opened."),
                &["opened", "open_date"],
            ),
            also(
                optional("approved_on", "approved_on", Kind::Day, "Day it was approved."),
                &["approved", "approval_date"],
            ),
            also(
                optional(
                    "closed_on",
                    "closed_on",
                    Kind::Day,
                    "Day it was closed; empty while open.",
                ),
                &["closed", "close_date"],
            ),
            also(
                column("positions", "positions", Kind::Int(1, 500), "People wanted."),
                &["openings", "headcount"],
            ),
            also(
                column("office", "office_id", Kind::Ref("office"), "Code of the office."),
                &["office_code", "branch"],
            ),
            also(
                optional("zone", "zone_id", Kind::Ref("zone"), "Code of the zone."),
                &["zone_code", "territory"],
            ),
        ],
        order: &[("opened_on", "closed_on")],
    },
    Fact {
        table: "candidate",
        file: "candidates",
        one_row: "one application",
        key: &["candidate_no"],
        columns: &[
            also(
                column("candidate_no", "source_key", Kind::Text(40), "Number of the application."),
                &["candidate", "candidate_id", "application_id"],
            ),
            also(
                column(
                    "requisition_no",
                    "requisition_id",
                    Kind::Ref("requisition"),
                    "Number of the opening.",
                ),
                &["requisition", "req_no", "req_id", "requisition_id"],
            ),
            also(
                optional(
                    "hire_source",
                    "hire_source",
                    Kind::Text(80),
                    "Where the person came from.",
                ),
                &["source", "recruiting_source"],
            ),
            also(
                column("applied_on", "applied_on", Kind::Day, "Day of the application."),
                &["applied", "application_date"],
            ),
            also(
                optional("screened_on", "screened_on", Kind::Day, "Day of the first talk."),
                &["screened"],
            ),
            also(
                optional("interviewed_on", "interviewed_on", Kind::Day, "Day of the interview."),
                &["interviewed"],
            ),
            also(
                optional("offered_on", "offered_on", Kind::Day, "Day of the offer."),
                &["offered", "offer_date"],
            ),
            also(
                optional("accepted_on", "accepted_on", Kind::Day, "Day the offer was accepted."),
                &["accepted"],
            ),
            also(
                optional("declined_on", "declined_on", Kind::Day, "Day the offer was declined."),
                &["declined"],
            ),
            also(
                optional("started_on", "started_on", Kind::Day, "First day of work."),
                &["started", "start_date"],
            ),
            also(
                optional(
                    "employee_no",
                    "technician_id",
                    Kind::Ref("technician"),
                    "The technician the person became.",
                ),
                EMPLOYEE_NO.aliases,
            ),
        ],
        order: &[
            ("applied_on", "offered_on"),
            ("offered_on", "accepted_on"),
            ("accepted_on", "started_on"),
        ],
    },
    Fact {
        table: "note",
        file: "notes",
        one_row: "a text about a technician's work",
        key: &["note_no"],
        columns: &[
            also(
                column("note_no", "source_key", Kind::Text(40), "Number of the note."),
                &["note_id", "id"],
            ),
            EMPLOYEE_NO,
            also(
                column("written_on", "written_on", Kind::Day, "Day it was written."),
                &["date", "written", "created_on"],
            ),
            also(
                column(
                    "kind",
                    "kind",
                    Kind::OneOf(NOTE_KINDS),
                    "stay_interview, coaching, exit_interview or job.",
                ),
                &["type", "note_type"],
            ),
            also(
                optional(
                    "author_role",
                    "author_role",
                    Kind::Text(80),
                    "Role of the writer, never a name.",
                ),
                &["author", "role"],
            ),
            also(
                column("text", "text", Kind::Text(8000), "The note."),
                &["note", "body", "comment"],
            ),
        ],
        order: &[],
    },
];

/// The fact kept in this table.
pub fn by_table(table: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|it| it.table == table)
}

/// The fact read from a file of this stem (`jobs`, also `Jobs_2026`): the longest stem that the
/// file's name begins with, singular or plural.
pub fn by_file(stem: &str) -> Option<&'static Fact> {
    let stem = stem.to_lowercase();
    FACTS
        .iter()
        .filter(|it| stem.starts_with(it.file) || stem.starts_with(it.table))
        .max_by_key(|it| it.file.len())
}

#[cfg(test)]
mod tests {
    use super::super::deny;
    use super::*;

    #[test]
    fn facts_refer_only_to_facts_above_them() {
        for (at, fact) in FACTS.iter().enumerate() {
            for column in fact.columns {
                if let Kind::Ref(table) = column.kind {
                    assert!(
                        FACTS[..=at].iter().any(|it| it.table == table),
                        "{} {}",
                        fact.table,
                        column.name
                    );
                }
                assert!(column.help.ends_with('.'), "{} {}", fact.table, column.name);
                assert!(deny::refusal(column.name).is_none(), "{} is refused", column.name);
            }
            for key in fact.key {
                assert!(fact.columns.iter().any(|it| it.name == *key && it.required), "{key}");
            }
            for (earlier, later) in fact.order {
                assert!(
                    [earlier, later].iter().all(|it| fact.columns.iter().any(|c| c.name == **it))
                );
            }
        }
    }

    #[test]
    fn files_are_known_by_their_name() {
        assert_eq!(by_file("jobs").map(|it| it.table), Some("job"));
        assert_eq!(by_file("Jobs_2026-11").map(|it| it.table), Some("job"));
        assert_eq!(by_file("technician").map(|it| it.table), Some("technician"));
        assert_eq!(by_file("holidays").map(|it| it.table), None);
    }
}
