//! What goes wrong on real machines: each tried on the program itself, each told in words, nothing
//! lost.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::office::{Office, run_at, text};

/// Runs a command that must be refused with exit code 1; gives what was said.
#[track_caller]
fn told(dir: &Path, arguments: &[&str]) -> String {
    let output = run_at(dir, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}\n{}\n{said}", text(&output.stdout));
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_damaged_file_is_left_as_it_is() {
    let office = Office::new();
    fs::create_dir_all(office.path()).unwrap();
    let file = office.path().join("crewkeep.db");
    let garbage = "this is no database, ".repeat(500);
    fs::write(&file, &garbage).unwrap();
    for command in [&["serve", "--no-browser"][..], &["metric", "turnover"], &["train"]] {
        let said = told(&office.path(), command);
        assert!(said.contains("crewkeep.db") && said.contains("damaged"), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), garbage);
}

#[test]
fn a_file_cut_short_is_told() {
    let office = Office::new();
    office.done(&["import", example().as_str()]);
    let file = office.path().join("crewkeep.db");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 3]).unwrap();
    let output = office.run(&["metric", "headcount"]);
    let said = text(&output.stderr);
    assert!(output.status.code().is_some_and(|it| it > 0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_folder_without_data_is_told() {
    let office = Office::new();
    for command in ["metric", "predict"] {
        let said =
            told(&office.path(), &[command, "turnover"][..2 - usize::from(command == "predict")]);
        assert!(said.contains("There is no data in"), "{said}");
    }
}

#[test]
fn a_file_where_the_folder_should_be_is_told() {
    let office = Office::new();
    fs::write(office.path(), "in the way").unwrap();
    let said = told(&office.path(), &["serve", "--no-browser"]);
    assert!(said.contains("cannot be written") && said.contains("--data-dir"), "{said}");
}

#[test]
fn a_second_program_is_sent_to_the_first() {
    let office = Office::new();
    let server = office.serve();
    let said = told(&office.path(), &["serve", "--no-browser"]);
    assert!(said.contains("already running") && said.contains(&server.host), "{said}");
    let said = told(&office.path(), &["import", example().as_str()]);
    assert!(said.contains("already running"), "{said}");
    assert_eq!(server.get("/help").unwrap().status, 200, "the first goes on");
}

#[test]
fn a_port_that_is_taken_is_told_when_it_was_asked_for() {
    let office = Office::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = told(&office.path(), &["serve", "--no-browser", "--port", &port]);
    assert!(said.contains(&port) && said.contains("--port"), "{said}");
}

#[test]
fn files_that_are_no_csv_are_told_and_leave_nothing() {
    let office = Office::new();
    let files = tempfile::tempdir().unwrap();
    let cases: [(&str, &[u8], &str); 5] = [
        ("jobs.csv", b"PK\x03\x04\x14\0\x06\0xl/workbook.xml", "CSV"),
        ("pay.csv", b"", "empty"),
        ("zones.csv", b"code,office,name\n", "no other rows"),
        ("offices.csv", b"code,code,name\nA,B,C\n", "two columns"),
        ("workdays.csv", &[0xff; 4096], ""),
    ];
    for (name, bytes, word) in cases {
        let path = files.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = office.run(&["import", path.to_str().unwrap()]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(name) && said.contains(word), "{name}: {said}");
    }
    let empty = office.run(&["metric", "headcount"]);
    assert_eq!(empty.status.code(), Some(3), "nothing was loaded: {}", text(&empty.stderr));
}

#[test]
fn models_that_cannot_be_used_are_told_and_leave_nothing() {
    let office = Office::new();
    office.done(&["import", example().as_str()]);
    let files = tempfile::tempdir().unwrap();
    let half = files.path().join("half.json");
    fs::write(&half, "{\"format\":2,\"objective\":").unwrap();
    let said = told(&office.path(), &["models", "import", half.to_str().unwrap()]);
    assert!(
        said.contains("half.json cannot be read as JSON") && said.contains("damaged"),
        "{said}"
    );
    let golden = "/src/learn/fixtures/interpret/binary.json";
    let foreign = format!("{}{golden}", env!("CARGO_MANIFEST_DIR"));
    let said = told(&office.path(), &["models", "import", &foreign, "--monthly"]);
    assert!(said.contains("it lacks tenure_months"), "{said}");
    let said = told(&office.path(), &["models", "import", &foreign, "--as", "json"]);
    assert!(said.contains("no form `json`"), "{said}");
    told(&office.path(), &["models", "import", "/there/is/none.json"]);
    told(&office.path(), &["models", "merge", "1", &foreign]);
    assert!(office.done(&["models", "list"]).contains("No model has been trained yet"));
}

#[test]
fn a_browser_that_leaves_stops_nothing() {
    let office = Office::new();
    let server = office.serve();
    for _ in 0..20 {
        // Opens the live stream, reads a little, leaves.
        let mut stream = std::net::TcpStream::connect(&server.host).unwrap();
        let request = format!(
            "GET /events HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n",
            server.host, server.cookie
        );
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut some = [0; 64];
        assert!(stream.read(&mut some).unwrap() > 0);
    }
    assert_eq!(server.get("/help").unwrap().status, 200);
}

#[test]
fn a_full_disk_loses_nothing_that_was_saved() {
    let Some(disk) = Disk::mount("size=24m") else { return };
    let data = disk.0.path().join("data");
    let saved = run_at(&data, &["import", &example()]);
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved.stderr));
    let before = text(&run_at(&data, &["metric", "headcount", "--json"]).stdout);

    let files = tempfile::tempdir().unwrap();
    let mut jobs = String::from("job_no,employee_no,type,appliance,started_at\n");
    for number in 0..400_000 {
        jobs += &format!("X{number},T-101,repair,laundry,2026-03-02 08:15\n");
    }
    fs::write(files.path().join("jobs.csv"), jobs).unwrap();
    let output = run_at(&data, &["import", files.path().to_str().unwrap()]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("disk") && said.contains("space"), "{said}");

    let after = text(&run_at(&data, &["metric", "headcount", "--json"]).stdout);
    assert_eq!(before, after, "what was saved is as it was");
}

#[test]
fn a_read_only_disk_is_told() {
    let Some(disk) = Disk::mount("size=24m") else { return };
    let data = disk.0.path().join("data");
    assert_eq!(run_at(&data, &["import", &example()]).status.code(), Some(0));
    assert!(disk.remount("ro"), "the disk can be made read-only");
    let said = told(&data, &["serve", "--no-browser"]);
    assert!(said.contains("cannot be written") && said.contains("--data-dir"), "{said}");
}

/// A small disk of its own, where this may be had (root on Linux); elsewhere the test says so.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(options: &str) -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(disk.0.path())
            .status();
        if done.is_ok_and(|it| it.success()) {
            return Some(disk);
        }
        // No small disk can be had without root: nothing to try here.
        None
    }

    fn remount(&self, how: &str) -> bool {
        let options = format!("remount,{how}");
        let done = Command::new("mount").args(["-o", &options]).arg(self.0.path()).status();
        done.is_ok_and(|it| it.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _still_used = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn example() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example").to_owned()
}
