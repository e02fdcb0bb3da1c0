//! Whole files: how they are written, and what is refused.
use super::*;
use crate::domain::told::Told;
use crate::sync::source::{Delimiter, Encoding};

const ZONES: &str = "code,office,name\nN,DAL,Nör\nS,DAL,South\n";

#[track_caller]
fn refused(name: &str, bytes: &[u8], expected: &str) {
    let told = Source::from_bytes(name, bytes).expect_err("is refused");
    assert_eq!(Told::from(told).to_string(), expected);
}

#[track_caller]
fn opens(bytes: &[u8], encoding: Encoding, delimiter: Delimiter) {
    let source = Source::from_bytes("zones.csv", bytes).expect("opens");
    assert_eq!((source.encoding(), source.delimiter()), (encoding, delimiter));
    assert_eq!(source.header(), ["code", "office", "name"]);
    assert_eq!(source.rows_estimate(), 2);
    let took = take(&source);
    let lines: Vec<_> = took.rows.iter().map(line).collect();
    assert_eq!(lines, ["N: N DAL Nör", "S: S DAL South"], "{:?}", took.rejected);
}

fn utf16(text: &str, low_first: bool) -> Vec<u8> {
    let bytes = |it: u16| if low_first { it.to_le_bytes() } else { it.to_be_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_encoding_reads_alike() {
    opens(ZONES.as_bytes(), Encoding::Utf8, Delimiter::Comma);
    opens(&[b"\xef\xbb\xbf", ZONES.as_bytes()].concat(), Encoding::Utf8Bom, Delimiter::Comma);
    let marked = format!("\u{feff}{ZONES}");
    opens(&utf16(&marked, true), Encoding::Utf16Le, Delimiter::Comma);
    opens(&utf16(&marked, false), Encoding::Utf16Be, Delimiter::Comma);
    opens(&utf16(ZONES, true), Encoding::Utf16Le, Delimiter::Comma);
    let latin: Vec<u8> = ZONES.chars().map(|it| it as u8).collect();
    opens(&latin, Encoding::Windows1252, Delimiter::Comma);
}

#[test]
fn every_delimiter_and_line_end_reads_alike() {
    for (mark, delimiter) in
        [(";", Delimiter::Semicolon), ("\t", Delimiter::Tab), ("|", Delimiter::Pipe)]
    {
        opens(ZONES.replace(',', mark).as_bytes(), Encoding::Utf8, delimiter);
    }
    opens(ZONES.replace('\n', "\r\n").as_bytes(), Encoding::Utf8, Delimiter::Comma);
    opens(ZONES.replace('\n', "\r").as_bytes(), Encoding::Utf8, Delimiter::Comma);
    opens(ZONES.replace('\n', ",\n").as_bytes(), Encoding::Utf8, Delimiter::Comma);
    opens(ZONES.trim_end().as_bytes(), Encoding::Utf8, Delimiter::Comma);
}

#[test]
fn a_spreadsheet_may_name_its_delimiter() {
    let took = take(&source("zones.csv", &format!("sep=;\n{}", ZONES.replace(',', ";"))));
    assert_eq!(took.rows.len(), 2);
}

#[test]
fn the_same_content_has_the_same_hash() {
    let one = source("zones.csv", ZONES);
    assert_eq!(one.sha256().len(), 64);
    assert_eq!(one.sha256(), source("other.csv", ZONES).sha256());
    assert_eq!(one.bytes(), ZONES.len() as u64);
    let empty = crate::sync::scan::scan("x", &b""[..]).expect("scans").sha256;
    assert!(empty.starts_with("e3b0c44298fc1c14"), "{empty}");
}

#[test]
fn what_is_no_table_says_so() {
    refused(
        "jobs.xlsx",
        b"PK\x03\x04....[Content_Types].xml",
        "jobs.xlsx is not a CSV file: it is an Excel workbook. Save it as CSV, one sheet at a \
         time.",
    );
    refused(
        "jobs.csv",
        b"",
        "jobs.csv is empty. Export it again, and look at its size before you send it.",
    );
    refused(
        "jobs.csv",
        b"job_no,type\n\n,\n",
        "jobs.csv has a header row and no other rows. Export it again with its rows, or leave the \
         file out if there are none.",
    );
    refused(
        "jobs.csv",
        &[0, 159, 146, 150, 0, 1, 2, 3],
        "jobs.csv is not a CSV file: it holds bytes that are not text. Open it in the program it \
         came from and save it as CSV.",
    );
    refused(
        "pay.csv",
        b"T-1,2026-01-01,2500\nT-2,2026-01-01,2600\n",
        "pay.csv row 1 has no header row: its first line holds values. Add a first line that names \
         the columns, such as employee_no,effective_on,hourly_cents.",
    );
    refused(
        "zones.csv",
        b"code,Name,name\nN,DAL,x\n",
        "zones.csv row 1 names two columns \u{201c}name\u{201d} (columns 2 and 3). Rename or remove \
         one of them.",
    );
    let wide = (0..201).map(|it| format!("x{it}")).collect::<Vec<_>>().join(",");
    refused(
        "zones.csv",
        format!("{wide}\n1\n").as_bytes(),
        "zones.csv row 1 has 201 columns; at most 200 are read. Export only the columns \
         docs/files.md lists for this file.",
    );
}

#[test]
fn a_line_without_end_stops_the_file_not_the_machine() {
    let text = format!("{ZONES}\"E,DAL,East\n{}", "W,DAL,West\n".repeat(200_000));
    let failure = Source::from_bytes("zones.csv", text.into_bytes()).expect_err("is refused");
    assert_eq!(failure.row, Some(4));
    let many = (0..300).map(|it| format!("Z{it},DAL,Zone\n")).collect::<Vec<_>>().concat();
    let tail = "W,DAL,West\n".repeat(200_000);
    let source = source("zones.csv", &format!("{ZONES}{many}\"E,DAL,East\n{tail}"));
    let mut reader = Reader::new(&source, &mapping(&source), today()).expect("reads");
    let last = reader.by_ref().last().expect("an item").expect_err("the end is not reached");
    assert_eq!((last.row, last.column), (304, None));
    assert_eq!(reader.tally().accepted, 302);
    assert_eq!(reader.finish().expect_err("not to its end").row, Some(304));
}

#[test]
fn a_few_broken_letters_do_not_change_the_encoding() {
    let mut bytes = format!("{ZONES}E,DAL,{}\n", "é".repeat(30)).into_bytes();
    bytes.extend_from_slice(b"W,DAL,W\xffst\n");
    let source = Source::from_bytes("zones.csv", bytes).expect("opens");
    assert_eq!(source.encoding(), Encoding::Utf8);
    let took = take(&source);
    assert_eq!((took.rows.len(), took.tally.garbled), (4, 1));
}

#[test]
fn refused_columns_are_not_even_sampled() {
    let source = source("zones.csv", "code,office,name,home ZIP\nN,DAL,North,75001\n");
    assert_eq!(source.sample(), [["N", "DAL", "North", ""]]);
}

#[test]
fn endless_and_odd_files_are_refused_at_once() {
    let failure = Source::open(std::path::Path::new("/dev/zero")).expect_err("is refused");
    assert!(failure.to_string().contains("not an ordinary file"), "{failure}");
    let failure = crate::sync::scan::scan("x", std::io::repeat(0)).expect_err("is refused");
    assert!(failure.to_string().contains("not text"), "{failure}");
}

#[test]
fn a_file_that_is_gone_is_told() {
    let failure = Source::open(std::path::Path::new("/nowhere/jobs.csv")).expect_err("is gone");
    assert_eq!(failure.to_string(), "jobs.csv is not there. Check the name and the folder.");
}
