//! A CSV file of any kind as columns: numbers, categories, missing values, a target of 0 and 1 or
//! of numbers.
//!
//! Read twice, row by row: once to learn what each column is, once to keep it. Never here: the whole
//! file in memory, a guess at what an office's column means (see `crate::sync`), a fit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use learn::frame::{Column, ColumnKind, MISSING};

use super::super::{Error, Result};
use super::invalid;
use crate::domain::count::counted;
use crate::domain::near::nearest;
use crate::domain::told::Kind;

/// Columns read at most.
const COLUMNS_MAX: usize = 10_000;
/// Distinct values of a target that are told apart while looking; more is no two-class target.
const VALUES_MAX: usize = 1000;
/// Values, names or keys listed in a message.
const LISTED: usize = 8;
/// Cells that mean "no value", in any case, beside an empty one.
const NOTHING: [&str; 4] = ["na", "n/a", "nan", "null"];
/// Pairs of values of which the second counts as 1 without being asked.
const KNOWN_PAIRS: [(&str, &str); 3] = [("0", "1"), ("false", "true"), ("no", "yes")];
/// Below this share of cells without a number, text in a column is likely a slip and is named.
const SLIP_SHARE: f64 = 0.1;

/// What was read.
#[derive(Debug)]
pub(super) struct Table {
    /// The columns but for the target, in file order.
    pub(super) columns: Vec<Column>,
    /// 1 where the target is the positive value, 0 elsewhere; or numbers.
    pub(super) target: Vec<f64>,
    /// The value of the target that counts as 1; `None` for a target of numbers.
    pub(super) positive: Option<String>,
    /// What the reader should know of how the file was taken.
    pub(super) notes: Vec<String>,
}

/// What a first look at every row found.
struct Look {
    names: Vec<String>,
    rows: u64,
    columns: Vec<Seen>,
}

/// The cells of one column.
#[derive(Default)]
struct Seen {
    numbers: u64,
    texts: u64,
    /// First cell that is neither missing nor a number, with its row.
    text: Option<(u64, String)>,
    /// First row without a value.
    missing: Option<u64>,
}

/// A column on its way in.
enum Kept {
    Numbers(Vec<f64>),
    Labels { places: BTreeMap<String, u32>, index: Vec<u32> },
}

/// Reads a file with a header row. `positive` names the value of the target that counts as 1.
pub(super) fn read(file: &Path, target: &str, positive: Option<&str>) -> Result<Table> {
    let mut values = BTreeMap::new();
    let look = look(file, target, &mut values)?;
    let place = look.names.iter().position(|it| it == target).unwrap_or(0);
    let mut notes = Vec::new();
    check_target(file, target, &look, place)?;
    let positive = if positive.is_none() && values.len() > 2 && look.columns[place].is_number() {
        notes
            .push(format!("{target} takes {}, all numbers: predicted as a number.", many(&values)));
        None
    } else {
        Some(choose(target, &values, positive, &mut notes)?)
    };
    notes.extend(slips(&look, place));
    let (columns, target) = keep(file, &look, place, positive.as_deref())?;
    Ok(Table { columns, target, positive, notes })
}

/// The columns a model wants, by name, in its order: numbers where it says so, else categories. Other
/// columns of the file are passed by.
pub(super) fn wanted(file: &Path, wanted: &[(String, bool)]) -> Result<Vec<Column>> {
    let mut reader = open(file)?;
    let names = header(file, &mut reader)?;
    let place = |name: &String| names.iter().position(|it| it == name);
    let missing: Vec<&str> =
        wanted.iter().filter(|it| place(&it.0).is_none()).map(|it| it.0.as_str()).collect();
    if let [first, rest @ ..] = missing.as_slice() {
        let near = nearest(first, names.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |it| format!("Did you mean `{it}`? "));
        let many = if rest.is_empty() { "a column" } else { "columns" };
        let message = format!(
            "{} lacks {many} the model wants: {}.",
            file.display(),
            listed(missing.iter().copied())
        );
        let hint = format!("{near}Its columns are {}.", listed(names.iter().map(String::as_str)));
        return Err(Error::told(Kind::NotFound, message, hint));
    }
    let places: Vec<usize> = wanted.iter().filter_map(|it| place(&it.0)).collect();
    let mut kept: Vec<Kept> = wanted.iter().map(|it| Kept::begin(it.1)).collect();
    let mut slip = None;
    let rows = each(file, &mut reader, |row, record| {
        for ((kept, at), (name, is_number)) in kept.iter_mut().zip(&places).zip(wanted) {
            let cell = record.get(*at).unwrap_or_default().trim();
            if slip.is_none() && *is_number && !is_missing(cell) && number(cell).is_none() {
                slip = Some((row, name.clone(), cell.chars().take(40).collect::<String>()));
            }
            kept.take(cell);
        }
    })?;
    if let Some((row, name, cell)) = slip {
        return Err(invalid(
            format!(
                "{}, row {row}, column {name}: \u{201c}{cell}\u{201d} is no finite number, which the \
                 model wants there.",
                file.display()
            ),
            "Mend the cell, or leave it empty.",
        ));
    }
    if rows == 0 {
        return Err(no_rows(file));
    }
    Ok(wanted.iter().zip(kept).map(|(it, kept)| kept.column(&it.0)).collect())
}

/// One column of a file as text, trimmed, a text a row.
pub(super) fn texts(file: &Path, column: &str) -> Result<Vec<String>> {
    let mut reader = open(file)?;
    let names = header(file, &mut reader)?;
    let place = find(file, &names, column)?;
    let mut found = Vec::new();
    each(file, &mut reader, |_, record| {
        found.push(record.get(place).unwrap_or_default().trim().to_owned());
    })?;
    Ok(found)
}

/// Whether a cell means "no value".
pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || NOTHING.iter().any(|it| it.eq_ignore_ascii_case(cell))
}

fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|it: &f64| it.is_finite())
}

/// A target value as it is compared: `1.0` and `1` are one value.
fn canonical(cell: &str) -> String {
    number(cell).map_or_else(|| cell.to_owned(), |it| (it + 0.0).to_string())
}

fn look(file: &Path, target: &str, values: &mut BTreeMap<String, u64>) -> Result<Look> {
    let mut reader = open(file)?;
    let names = header(file, &mut reader)?;
    let place = find(file, &names, target)?;
    let mut columns: Vec<Seen> = names.iter().map(|_| Seen::default()).collect();
    let rows = each(file, &mut reader, |row, record| {
        for (seen, cell) in columns.iter_mut().zip(record) {
            seen.take(row, cell.trim());
        }
        let cell = record.get(place).unwrap_or_default().trim();
        if !is_missing(cell) && values.len() <= VALUES_MAX {
            *values.entry(canonical(cell)).or_default() += 1;
        }
    })?;
    if rows == 0 {
        return Err(no_rows(file));
    }
    Ok(Look { names, rows, columns })
}

pub(super) fn no_rows(file: &Path) -> Error {
    Error::told(
        Kind::NotEnough,
        format!("{} has a header row and no other rows.", file.display()),
        "Give a file with one row for each case.",
    )
}

impl Seen {
    fn take(&mut self, row: u64, cell: &str) {
        if is_missing(cell) {
            self.missing = self.missing.or(Some(row));
        } else if number(cell).is_some() {
            self.numbers += 1;
        } else {
            self.texts += 1;
            if self.text.is_none() {
                self.text = Some((row, cell.chars().take(40).collect()));
            }
        }
    }

    fn is_number(&self) -> bool {
        self.texts == 0
    }
}

fn check_target(file: &Path, target: &str, look: &Look, place: usize) -> Result<()> {
    if let Some(row) = look.columns[place].missing {
        return Err(invalid(
            format!("{}: the target {target} has no value in row {row}.", file.display()),
            "Fill it, or take the rows without a target out of the file (and out of the folds file).",
        ));
    }
    if look.names.len() < 2 {
        return Err(invalid(
            format!("{} has no column beside the target {target}.", file.display()),
            "Give a table with at least one column to learn from.",
        ));
    }
    Ok(())
}

/// The value that counts as 1.
fn choose(
    target: &str,
    values: &BTreeMap<String, u64>,
    wanted: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<String> {
    let listed = listed(values.keys().map(String::as_str));
    if values.len() == 1 {
        return Err(Error::told(
            Kind::NotEnough,
            format!(
                "The target {target} is {listed} in every row: there is nothing to tell apart."
            ),
            "Choose a target that takes two values.",
        ));
    }
    if let Some(wanted) = wanted {
        let wanted = canonical(wanted.trim());
        return if values.contains_key(&wanted) || values.len() > VALUES_MAX {
            Ok(wanted)
        } else {
            Err(invalid(
                format!("The target {target} is never {wanted}."),
                format!("Its values are {listed}."),
            ))
        };
    }
    let mut keys = values.keys();
    if let (Some(one), Some(other), None) = (keys.next(), keys.next(), keys.next()) {
        let of = |(no, yes): &(&str, &str)| {
            let fits = |a: &str, b: &str| a.eq_ignore_ascii_case(no) && b.eq_ignore_ascii_case(yes);
            let forth = fits(one, other).then(|| other.clone());
            forth.or_else(|| fits(other, one).then(|| one.clone()))
        };
        return match KNOWN_PAIRS.iter().find_map(of) {
            Some(positive) => {
                notes.push(format!("{target} = {positive} counts as 1."));
                Ok(positive)
            }
            None => Err(invalid(
                format!("The target {target} is {one} or {other}: which of them counts as 1?"),
                format!("Say `--positive '{other}'` or `--positive '{one}'`."),
            )),
        };
    }
    Err(invalid(
        format!(
            "The target {target} takes {} ({listed}); lab fit tells two classes apart, or predicts \
             a number.",
            many(values)
        ),
        "Say with `--positive VALUE` which value counts as 1, all others as 0.",
    ))
}

fn many(values: &BTreeMap<String, u64>) -> String {
    if values.len() > VALUES_MAX {
        format!("more than {VALUES_MAX} values")
    } else {
        counted(values.len() as u64, "value")
    }
}

/// Columns that would be numbers but for a few cells.
fn slips(look: &Look, target: usize) -> Vec<String> {
    let slip = |(place, seen): (usize, &Seen)| {
        let (row, cell) = seen.text.as_ref().filter(|_| place != target)?;
        let share = seen.texts as f64 / (seen.texts + seen.numbers) as f64;
        (share < SLIP_SHARE).then(|| {
            format!(
                "{} is read as categories: {} not a number, such as \u{201c}{cell}\u{201d} in row \
                 {row}.",
                look.names[place],
                if seen.texts == 1 {
                    "1 cell is".into()
                } else {
                    format!("{} cells are", seen.texts)
                },
            )
        })
    };
    look.columns.iter().enumerate().filter_map(slip).collect()
}

fn keep(
    file: &Path,
    look: &Look,
    target: usize,
    positive: Option<&str>,
) -> Result<(Vec<Column>, Vec<f64>)> {
    let mut reader = open(file)?;
    header(file, &mut reader)?;
    let mut kept: Vec<Kept> = look.columns.iter().map(|it| Kept::begin(it.is_number())).collect();
    let mut found = Vec::new();
    let rows = each(file, &mut reader, |_, record| {
        for (place, (kept, cell)) in kept.iter_mut().zip(record).enumerate() {
            let cell = cell.trim();
            if place == target {
                found.push(match positive {
                    Some(positive) => f64::from(u8::from(canonical(cell) == positive)),
                    // Not a number only if the file changed meanwhile; the frame refuses that.
                    None => number(cell).unwrap_or(f64::NAN),
                });
            } else {
                kept.take(cell);
            }
        }
    })?;
    if rows != look.rows {
        return Err(invalid(
            format!("{} changed while it was read.", file.display()),
            "Wait until it is written, then ask again.",
        ));
    }
    let pairs = look.names.iter().zip(kept).enumerate().filter(|it| it.0 != target);
    Ok((pairs.map(|(_, (name, kept))| kept.column(name)).collect(), found))
}

impl Kept {
    fn begin(is_number: bool) -> Self {
        let labels = Self::Labels { places: BTreeMap::new(), index: Vec::new() };
        if is_number { Self::Numbers(Vec::new()) } else { labels }
    }

    fn take(&mut self, cell: &str) {
        match self {
            Self::Numbers(values) => values.push(number(cell).unwrap_or(f64::NAN)),
            Self::Labels { index, .. } if is_missing(cell) => index.push(MISSING),
            Self::Labels { places, index } => {
                let next = places.len() as u32;
                // Asked first, so that a known label is not copied for every row.
                let place = match places.get(cell) {
                    Some(place) => *place,
                    None => *places.entry(cell.to_owned()).or_insert(next),
                };
                index.push(place);
            }
        }
    }

    /// Labels are put in their alphabetical order.
    fn column(self, name: &str) -> Column {
        let kind = match self {
            Self::Numbers(values) => ColumnKind::Continuous(values),
            Self::Labels { places, mut index } => {
                let mut ranks = vec![0; places.len()];
                for (rank, place) in places.values().enumerate() {
                    ranks[*place as usize] = rank as u32;
                }
                for it in index.iter_mut().filter(|it| **it != MISSING) {
                    *it = ranks[*it as usize];
                }
                ColumnKind::Nominal { labels: places.into_keys().collect(), index }
            }
        };
        Column { name: name.to_owned(), kind }
    }
}

fn open(file: &Path) -> Result<csv::Reader<BufReader<File>>> {
    let kind = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    if !kind.is_file() {
        // A pipe cannot be read twice.
        return Err(invalid(
            format!("{} is not an ordinary file.", file.display()),
            "Give the path of a CSV file.",
        ));
    }
    let open = || File::open(file).map_err(|error| unreadable(file, &error));
    let mut first = Vec::new();
    let beginning = BufReader::new(open()?).take(1 << 20);
    let line = { beginning }.read_until(b'\n', &mut first);
    line.map_err(|error| unreadable(file, &error))?;
    let mut builder = csv::ReaderBuilder::new();
    Ok(builder.delimiter(delimiter(&first)).from_reader(BufReader::new(open()?)))
}

/// What parts the names of the first line: the sign that occurs most, a comma if none does.
fn delimiter(line: &[u8]) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some(it) = counts.iter_mut().find(|it| it.0 == *byte && !quoted) {
            it.1 += 1;
        }
    }
    counts.iter().rev().max_by_key(|it| it.1).map_or(b',', |it| it.0)
}

/// The names of the columns; one without a name is called `column 4`.
pub(super) fn header<R: Read>(file: &Path, reader: &mut csv::Reader<R>) -> Result<Vec<String>> {
    let record = reader.byte_headers().map_err(|error| broken(file, 0, &error))?.clone();
    let mut names = Vec::with_capacity(record.len());
    for (place, cell) in record.iter().enumerate() {
        let name = std::str::from_utf8(cell).ok().filter(|it| !it.contains('\0'));
        let name = name.ok_or_else(|| not_text(file, "its first line"))?.trim();
        let stand_in = || format!("column {}", place + 1);
        names.push(if name.is_empty() { stand_in() } else { name.to_owned() });
    }
    if names.is_empty() {
        return Err(Error::told(
            Kind::NotEnough,
            format!("{} is empty.", file.display()),
            "Give a CSV file whose first line names the columns.",
        ));
    }
    if names.len() > COLUMNS_MAX {
        return Err(invalid(
            format!("{} has {} columns.", file.display(), names.len()),
            format!("At most {COLUMNS_MAX} are read."),
        ));
    }
    let mut seen = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        if let Some(before) = seen.insert(name, place + 1) {
            return Err(invalid(
                format!(
                    "{} names two columns \u{201c}{name}\u{201d} (columns {before} and {}).",
                    file.display(),
                    place + 1
                ),
                "Give each column a name of its own.",
            ));
        }
    }
    Ok(names)
}

/// The place of a column, or the names it may have been meant to be.
pub(super) fn find(file: &Path, names: &[String], wanted: &str) -> Result<usize> {
    names.iter().position(|it| it == wanted).ok_or_else(|| {
        let hint = match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => format!("Did you mean `{near}`? "),
            None => String::new(),
        };
        let listed = listed(names.iter().map(String::as_str));
        let message = format!("{} has no column {wanted}.", file.display());
        Error::told(Kind::NotFound, message, format!("{hint}Its columns are {listed}."))
    })
}

/// Calls for each row, counted from 1; returns the number of rows.
pub(super) fn each<R: Read>(
    file: &Path,
    reader: &mut csv::Reader<R>,
    mut take: impl FnMut(u64, &csv::StringRecord),
) -> Result<u64> {
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    while reader.read_record(&mut record).map_err(|error| broken(file, row + 1, &error))? {
        row += 1;
        take(row, &record);
    }
    Ok(row)
}

fn broken(file: &Path, row: u64, error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, pos } => {
            let line = pos.as_ref().map_or(row + 1, csv::Position::line);
            invalid(
                format!(
                    "{}, row {row} (line {line}): {}, but the header has {expected_len}.",
                    file.display(),
                    counted(*len, "cell")
                ),
                "Look for a missing quotation mark or a comma inside a number there.",
            )
        }
        csv::ErrorKind::Utf8 { .. } => not_text(file, &format!("row {row}")),
        csv::ErrorKind::Io(error) => unreadable(file, error),
        _ => invalid(
            format!("{}, row {row}: {error}.", file.display()),
            "Save it as a CSV file and try again.",
        ),
    }
}

fn not_text(file: &Path, place: &str) -> Error {
    invalid(
        format!("{}: {place} is not UTF-8 text.", file.display()),
        "Save the table as \u{201c}CSV UTF-8\u{201d} and try again.",
    )
}

pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::told(
            Kind::NotFound,
            format!("There is no file {}.", file.display()),
            "Look at its name and folder.",
        ),
        _ => Error::told(
            Kind::Machine,
            format!("{} cannot be read: {error}.", file.display()),
            "Choose a file you may read.",
        ),
    }
}

/// Names or values for a message, the first few of them.
fn listed<'a>(mut names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let first: Vec<&str> = names.by_ref().take(LISTED).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", first.join(", "))
}
