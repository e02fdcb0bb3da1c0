//! A file as it lies there: its encoding, its delimiter, its header, its hash; and its lines.
//!
//! Never here: what a column means. Only the sample is kept in memory, never the file.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::Decoded;
use super::failure::{Failure, What};
use super::{COLUMNS_MAX, ROWS_MAX, SAMPLE_ROWS, cell, scan, sniff};
use crate::domain::{deny, fact};

/// Text decoded to find the delimiter.
const SNIFFED_BYTES: u64 = 256 * 1024;
/// Characters of a sampled cell that are kept.
const SAMPLED_CHARS: usize = 400;

/// A readable CSV file.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    input: Input,
    sha256: String,
    bytes: u64,
    lines: u64,
    encoding: Encoding,
    delimiter: Delimiter,
    names_delimiter: bool,
    header: Vec<String>,
    header_row: u64,
    sample: Vec<Vec<String>>,
}

/// How a file's letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte-order mark.
    Utf8Bom,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, what older programs write.
    Windows1252,
}

/// What parts the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

#[derive(Clone, Debug)]
enum Input {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
}

impl Source {
    /// Opens a file: reads it once for its hash and encoding, and its first rows for the rest.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::new(name, Input::Path(path.to_owned()))
    }

    /// A file that was handed over in memory, with the name it came under.
    pub fn from_bytes(name: &str, bytes: impl Into<Arc<[u8]>>) -> Result<Self, Failure> {
        Self::new(name.to_owned(), Input::Bytes(bytes.into()))
    }

    /// Its name, without folders.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its name without folders and ending: `jobs_2026` of `jobs_2026.csv`.
    pub fn stem(&self) -> &str {
        stem(&self.name)
    }

    /// SHA-256 of its bytes, in hexadecimal: the same file twice has the same.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// About how many rows it has, the header not counted; a cell that holds line breaks, or a
    /// blank line, makes it too many.
    pub fn rows_estimate(&self) -> u64 {
        self.lines.saturating_sub(self.header_row)
    }

    /// How its letters are written.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What parts its cells.
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// The names of its columns, trimmed; a column without a name is called `column 4`.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Its first rows, at most `SAMPLE_ROWS`, one text per column; refused columns are blanked.
    pub fn sample(&self) -> &[Vec<String>] {
        &self.sample
    }

    fn new(name: String, input: Input) -> Result<Self, Failure> {
        let scan = scan::scan(&name, input.open().map_err(|it| Failure::io(&name, &it))?)?;
        let mut source = Self {
            name,
            input,
            sha256: scan.sha256,
            bytes: scan.bytes,
            lines: scan.lines,
            encoding: scan.encoding,
            delimiter: Delimiter::Comma,
            names_delimiter: false,
            header: Vec::new(),
            header_row: 1,
            sample: Vec::new(),
        };
        (source.delimiter, source.names_delimiter) = sniff::delimiter(&source.beginning()?);
        source.take_header()?;
        Ok(source)
    }

    fn decoded(&self) -> Result<Decoded, Failure> {
        let input = self.input.open().map_err(|it| Failure::io(&self.name, &it))?;
        Ok(Decoded::new(input, self.encoding.coding()))
    }

    /// The first lines as text, cut at a line's end.
    fn beginning(&self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        self.decoded()?
            .take(SNIFFED_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|it| Failure::io(&self.name, &it))?;
        let end = bytes.iter().rposition(|it| *it == b'\n').map_or(bytes.len(), |it| it + 1);
        bytes.truncate(end);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads and checks the header, and keeps the first rows.
    fn take_header(&mut self) -> Result<(), Failure> {
        let mut records = Records::new(self)?;
        let mut first = loop {
            match records.read()? {
                None => return Err(Failure::new(&self.name, What::Empty)),
                Some(_) if records.is_blank() => {}
                Some(line) => {
                    self.header_row = line;
                    break records.texts();
                }
            }
        };
        for name in &mut first {
            *name = cell::clean(name, false).into_owned();
        }
        while first.last().is_some_and(String::is_empty) {
            first.pop();
        }
        self.header = first;
        self.check_header()?;
        let is_refused = |it: &usize| deny::refusal(&self.header[*it]).is_some();
        let refused: Vec<_> = (0..self.header.len()).filter(is_refused).collect();
        while self.sample.len() < SAMPLE_ROWS && records.read()?.is_some() {
            if !records.is_blank() {
                let mut texts = records.texts();
                texts.resize(self.header.len(), String::new());
                for at in &refused {
                    texts[*at].clear();
                }
                self.sample.push(texts);
            }
        }
        if self.sample.is_empty() {
            return Err(Failure::new(&self.name, What::HeaderOnly));
        }
        Ok(())
    }

    fn check_header(&mut self) -> Result<(), Failure> {
        let told = |what| Err(Failure::at(&self.name, self.header_row, what));
        if self.header.len() > COLUMNS_MAX {
            return told(What::TooManyColumns(self.header.len()));
        }
        if !sniff::is_header(&self.header) {
            let columns = fact::by_file(self.stem()).map_or(&[][..], |it| it.columns);
            let expected = columns.iter().filter(|it| it.required).map(|it| it.name);
            return told(What::NoHeader(expected.collect()));
        }
        for (at, name) in self.header.iter().enumerate() {
            let same = |it: &String| !name.is_empty() && it.to_lowercase() == name.to_lowercase();
            if let Some(before) = self.header[..at].iter().position(same) {
                return told(What::DuplicateHeader(name.clone(), before + 1, at + 1));
            }
        }
        for (at, name) in self.header.iter_mut().enumerate() {
            if name.is_empty() {
                *name = format!("column {}", at + 1);
            }
        }
        Ok(())
    }

    /// The rows below the header.
    pub(super) fn records(&self) -> Result<Records, Failure> {
        let mut records = Records::new(self)?;
        while let Some(line) = records.read()? {
            if line >= self.header_row {
                break;
            }
        }
        Ok(records)
    }
}

impl Input {
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path) => {
                // A pipe or a device might never end.
                if !std::fs::metadata(path)?.is_file() {
                    return Err(std::io::Error::other("it is not an ordinary file"));
                }
                Box::new(File::open(path)?)
            }
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

impl Encoding {
    /// Its name, as people know it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with a byte-order mark",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }

    pub(super) fn coding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 | Self::Utf8Bom => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

impl Delimiter {
    /// Every delimiter that is looked for, the likeliest first.
    pub const ALL: &'static [Self] = &[Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// Its name, as people know it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "vertical bar",
        }
    }

    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// A file's name without its ending.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |it| it.0)
}

/// The lines of a file, one record at a time, with bounded memory.
#[derive(Debug)]
pub(super) struct Records {
    name: String,
    csv: csv::Reader<Decoded>,
    /// The record read last.
    pub(super) record: csv::StringRecord,
    count: u64,
    names_delimiter: bool,
    spans: u64,
}

impl Records {
    fn new(source: &Source) -> Result<Self, Failure> {
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(source.delimiter.byte())
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(source.decoded()?);
        Ok(Self {
            name: source.name.clone(),
            csv,
            record: csv::StringRecord::new(),
            count: 0,
            names_delimiter: source.names_delimiter,
            spans: 1,
        })
    }

    /// Reads the next record; the line it begins on, 1 being the first of the file.
    pub(super) fn read(&mut self) -> Result<Option<u64>, Failure> {
        loop {
            let before = self.csv.position().line();
            self.csv.get_mut().since = 0;
            match self.csv.read_record(&mut self.record) {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                Err(error) => return Err(self.broken(before, error)),
            }
            self.count += 1;
            if self.count == 1 && self.names_delimiter {
                continue;
            }
            if self.count > ROWS_MAX {
                return Err(Failure::at(&self.name, before, What::TooManyRows));
            }
            return Ok(Some(self.begins(before)));
        }
    }

    /// Where the record just read begins: blank lines before it belong to nobody.
    fn begins(&mut self, before: u64) -> u64 {
        let after = self.csv.position().line();
        if after == before + 1 {
            self.spans = 1;
            return before;
        }
        let inside = self.record.as_slice().bytes().filter(|it| *it == b'\n').count() as u64;
        self.spans = inside + 1;
        let closed = u64::from(!self.never_closed());
        after.saturating_sub(inside + closed).max(before)
    }

    /// Whether the record ended only because the file did, inside a quoted cell: every line ends
    /// in a line break, so one at the end of the last cell was swallowed.
    pub(super) fn never_closed(&self) -> bool {
        self.record.iter().next_back().is_some_and(|it| it.ends_with('\n'))
            && self.csv.get_ref().ended_without_quote(self.csv.position().byte())
    }

    /// How many lines the record spans.
    pub(super) fn spans(&self) -> u64 {
        self.spans
    }

    /// Whether no cell holds anything.
    pub(super) fn is_blank(&self) -> bool {
        self.record.iter().all(|it| it.trim().is_empty())
    }

    fn texts(&self) -> Vec<String> {
        let short = |it: &str| it.trim().chars().take(SAMPLED_CHARS).collect();
        self.record.iter().take(COLUMNS_MAX + 1).map(short).collect()
    }

    fn broken(&self, line: u64, error: csv::Error) -> Failure {
        match error.into_kind() {
            csv::ErrorKind::Io(it) if it.kind() == ErrorKind::FileTooLarge => {
                Failure::at(&self.name, line, What::LineTooLong)
            }
            csv::ErrorKind::Io(it) => Failure::io(&self.name, &it),
            it => Failure::at(&self.name, line, What::Unreadable(format!("{it:?}"))),
        }
    }
}
