//! Whole loads: files in, what is in the store afterwards out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::app::fixture;
use crate::app::progress::Silent;
use crate::domain::fact::FACTS;
use crate::store::imports as kept_rows;

/// An office on 2026-11-24 and a folder for files, gone with it.
struct Desk {
    office: Office,
    files: tempfile::TempDir,
    _data: tempfile::TempDir,
}

const OFFICES: &str = "code,name\nO1,Northgate\n";
const ZONES: &str = "code,office,name\nZ1,O1,North\n";
const PEOPLE: &str = "employee_no,display_name,office,zone,trade\n\
                      T1,Ana,O1,Z1,laundry\nT2,Bo,O1,Z1,hvac\nT3,Cy,O1,Z1,cooking\n";
const PAY: &str = "employee_no,effective_on,hourly_cents\n\
                   T1,2026-01-01,3000\nT2,2026-01-01,3100\nT3,2026-01-01,3200\n";

impl Desk {
    fn empty() -> Self {
        let data = tempfile::tempdir().unwrap();
        let office = fixture::office(data.path());
        Self { office, files: tempfile::tempdir().unwrap(), _data: data }
    }

    /// Three people with pay.
    fn staffed() -> Self {
        let it = Self::empty();
        for (name, text) in [
            ("offices.csv", OFFICES),
            ("zones.csv", ZONES),
            ("technicians.csv", PEOPLE),
            ("pay.csv", PAY),
        ] {
            it.write(name, text);
        }
        let report = it.load(&it.order(None));
        assert!(report.failure().is_none(), "{report:?}");
        it
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn order(&self, file: Option<&str>) -> Order {
        let folder = self.files.path().to_owned();
        Order::of(file.map_or(folder.clone(), |it| folder.join(it)))
    }

    fn load(&self, order: &Order) -> Report {
        import(&self.office, order, &Silent).unwrap()
    }

    /// Loads one file of this text.
    fn load_text(&self, name: &str, text: &str) -> FileReport {
        self.write(name, text);
        let mut report = self.load(&self.order(Some(name)));
        assert_eq!(report.files.len(), 1);
        report.files.remove(0)
    }

    /// Rows of each table, in the order of facts.
    fn rows(&self) -> Vec<u64> {
        self.office
            .look(|cx| FACTS.iter().map(|it| Ok(kept_rows::held(cx.read, it)?.rows)).collect())
            .unwrap()
    }

    fn bad(&self, load: Uid) -> Vec<BadRow> {
        self.office.look(move |cx| bad_page(cx, load, 0)).unwrap().1
    }
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/example")
}

/// New, changed, as before, refused.
fn counts(it: &FileReport) -> [u64; 4] {
    [it.inserted, it.updated, it.unchanged, it.quarantined]
}

#[test]
fn the_example_loads_and_loading_it_again_changes_nothing() {
    let desk = Desk::empty();
    let first = desk.load(&Order::of(example()));
    let lines = |it: &FileReport| {
        let text = std::fs::read_to_string(example().join(&it.file)).unwrap();
        text.lines().count() as u64 - 1
    };
    for file in &first.files {
        assert_eq!(counts(file), [lines(file), 0, 0, 0], "{}", file.file);
        assert!(file.guesses.is_empty(), "{file:?}");
    }
    let tables: Vec<_> = first.files.iter().map(|it| it.fact).collect();
    assert_eq!(tables, FACTS.iter().map(|it| it.table).collect::<Vec<_>>());
    let rows = desk.rows();
    let again = desk.load(&Order::of(example()));
    assert!(again.files.iter().all(|it| it.skipped.is_some()), "{again:?}");
    let forced = desk.load(&Order { force: true, ..Order::of(example()) });
    assert!(forced.files.iter().all(|it| it.unchanged == it.rows && it.load.is_some()));
    assert_eq!(desk.rows(), rows);
}

#[test]
fn a_corrected_file_updates_and_the_older_one_can_come_back() {
    let desk = Desk::staffed();
    let raised = desk.load_text("pay.csv", &PAY.replace("3000", "3050"));
    assert_eq!(counts(&raised), [0, 1, 2, 0]);
    // The first file was loaded before, but since then a row of it has changed.
    let back = desk.load_text("pay.csv", PAY);
    assert_eq!(counts(&back), [0, 1, 2, 0]);
    assert!(desk.load_text("pay.csv", PAY).skipped.is_some());
}

#[test]
fn bad_rows_are_kept_aside_with_their_place() {
    let desk = Desk::staffed();
    let text = "employee_no,effective_on,hourly_cents\n\
                T1,2026-02-01,3000\nT2,someday,3100\nT9,2026-02-01,1\nT3,2026-02-01,3200\n\
                T1,2026-03-01,3000\n";
    let report = desk.load_text("pay.csv", text);
    assert_eq!(counts(&report), [3, 0, 0, 2]);
    let bad = desk.bad(report.load.unwrap());
    let short: Vec<_> =
        bad.iter().map(|it| (it.row, it.column.as_str(), it.value.as_str())).collect();
    assert_eq!(short, [(3, "effective_on", "someday"), (4, "employee_no", "T9")]);
    assert_eq!(bad[1].reason, "names no technician that was loaded");
    // Once the person is there, the same file is read again and the row finds its place.
    assert!(desk.load_text("pay.csv", text).skipped.is_some());
    desk.load_text("technicians.csv", &format!("{PEOPLE}T9,Di,O1,Z1,hvac\n"));
    assert_eq!(counts(&desk.load_text("pay.csv", text)), [1, 0, 3, 1]);
}

#[test]
fn a_file_that_is_mostly_bad_is_refused_as_a_whole() {
    let desk = Desk::staffed();
    let text = "employee_no,effective_on,hourly_cents\n\
                T1,2026-02-01,3000\nT7,2026-02-01,1\nT8,2026-02-01,1\nT2,2026-02-01,much\n";
    let rows = desk.rows();
    let report = desk.load_text("pay.csv", text);
    let why = report.failed.unwrap();
    assert!(why.contains("3 of its 4 rows cannot be used"), "{why}");
    assert!(why.contains("2: employee_no names no technician"), "{why}");
    assert!(why.contains("1: hourly_cents is not a number"), "{why}");
    assert_eq!(desk.rows(), rows);
    let forced = desk.load(&Order { force: true, ..desk.order(Some("pay.csv")) });
    assert_eq!(counts(&forced.files[0]), [1, 0, 0, 3]);
}

#[test]
fn refused_columns_are_named_and_never_kept() {
    let desk = Desk::staffed();
    let text = "emp_no,name,branch,territory,trade,Home ZIP,date_of_birth,mood\n\
                T4,Di,O1,Z1,hvac,secret-zip,secret-day,fine\n";
    let report = desk.load_text("technicians_new.csv", text);
    let refused: Vec<_> = report.refused_columns.iter().map(|it| it.header.as_str()).collect();
    assert_eq!(refused, ["Home ZIP", "date_of_birth"]);
    assert_eq!(report.left_out, ["mood"]);
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    desk.office.close();
    let bytes = std::fs::read(desk.office.place().dir().join("crewkeep.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(holds("T4") && !holds("secret-zip") && !holds("secret-day"));
}

/// Says stop after so many words.
struct Stopper(AtomicU64);

impl Tell for Stopper {
    fn say(&self, done: u64, _of: u64, _what: &str) -> bool {
        done == 0 || self.0.fetch_sub(1, Ordering::Relaxed) > 1
    }
}

#[test]
fn a_load_that_is_stopped_leaves_no_row() {
    let desk = Desk::staffed();
    let mut text = "employee_no,effective_on,hourly_cents\n".to_owned();
    for day in 0..5000 {
        let day = crate::domain::calendar::Day::parse("2010-01-01").unwrap().plus(day);
        text += &format!("T1,{day},3000\n");
    }
    desk.write("pay.csv", &text);
    let rows = desk.rows();
    let stopper = Stopper(AtomicU64::new(3));
    let error = import(&desk.office, &desk.order(Some("pay.csv")), &stopper).unwrap_err();
    assert!(error.to_string().contains("Nothing was changed"), "{error}");
    assert_eq!(desk.rows(), rows);
    assert_eq!(counts(&desk.load(&desk.order(Some("pay.csv"))).files[0])[0], 5000);
}

#[test]
fn a_settled_mapping_is_used_again() {
    let desk = Desk::staffed();
    let text = "who,start,rate\nT1,2026-04-01,33.50\n";
    desk.write("rates.csv", text);
    let order = desk.order(Some("rates.csv"));
    assert!(desk.load(&order).failure().is_some());
    let fact = fact_of("pay").unwrap();
    let pick = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let twice = pick(&["employee_no", "effective_on", "effective_on"]);
    let wrong = choose_columns(&order, "rates.csv", fact, &twice).unwrap().unwrap_err();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    let right = pick(&["employee_no", "effective_on", "hourly_cents:currency"]);
    let chosen = choose_columns(&order, "rates.csv", fact, &right).unwrap().unwrap();
    let report = desk.load(&Order { mappings: vec![chosen], ..order });
    assert_eq!(counts(&report.files[0]), [1, 0, 0, 0]);
    let later = desk.load_text("rates_may.csv", "WHO,START,RATE\nT2,2026-05-01,34\n");
    assert_eq!(counts(&later), [1, 0, 0, 0]);
}

#[test]
fn heads_that_do_not_add_up_are_told() {
    let desk = Desk::staffed();
    desk.write(
        "employment.csv",
        "employee_no,hired_on,exited_on\nT1,2025-01-06,2026-06-30\nT1,2026-02-02,\n",
    );
    desk.write(
        "workdays.csv",
        "employee_no,on_date,available_min,booked_min,paid_min,overtime_min\n\
         T1,2025-01-06,480,400,480,0\nT1,2026-11-20,480,400,480,0\n",
    );
    let report = desk.load(&desk.order(None));
    assert!(report.failure().is_none(), "{report:?}");
    assert_eq!(report.findings.len(), 1, "{report:?}");
    assert!(
        report.findings[0].detail.starts_with("North in Feb 2026: 1 at"),
        "{:?}",
        report.findings
    );
}

#[test]
fn what_was_sent_waits_and_goes_away_with_the_load() {
    let desk = Desk::empty();
    let mut upload = desk.office.begin_upload().unwrap();
    for name in ["../../evil\u{0}.csv", ".hidden", ""] {
        assert!(upload.file(name).is_err(), "{name}");
    }
    std::io::Write::write_all(
        &mut upload.file("C:\\mine\\offices.csv").unwrap(),
        OFFICES.as_bytes(),
    )
    .unwrap();
    assert!(upload.file("Offices.csv").is_err());
    let uid = desk.office.finish_upload(upload).unwrap();
    drop(desk.office.begin_upload().unwrap());
    assert_eq!(desk.office.stages().unwrap().len(), 1);
    let order = desk.office.stage(uid).unwrap().order;
    let report = desk.load(&order);
    assert_eq!(counts(&report.files[0]), [1, 0, 0, 0]);
    desk.office.end_stage(uid, &report).unwrap();
    assert!(desk.office.stages().unwrap().is_empty());
    let left = std::fs::read_dir(desk.office.place().dir().join("uploads")).unwrap().count();
    assert_eq!(left, 0);
}
