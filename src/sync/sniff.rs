//! How a file is written: what parts its cells, and whether its first row names the columns.
//!
//! Never here: bytes (see `scan`) or what a column means (see `propose`).

use super::name;
use super::source::Delimiter;
use crate::domain::calendar::Day;
use crate::domain::fact::FACTS;

/// Lines looked at.
pub(super) const LINES: usize = 200;

/// What parts the cells, and whether a first line `sep=;` says so.
pub(super) fn delimiter(text: &str) -> (Delimiter, bool) {
    let first = text.lines().next().unwrap_or_default().trim().trim_matches('"');
    if let Some(said) = first.strip_prefix("sep=")
        && let Some(found) = Delimiter::ALL.iter().find(|it| said.as_bytes() == [it.byte()])
    {
        return (*found, true);
    }
    let mut best = (Delimiter::Comma, 0.0);
    for candidate in Delimiter::ALL {
        let score = evenness(text, *candidate);
        if score > best.1 + 1e-9 {
            best = (*candidate, score);
        }
    }
    (best.0, false)
}

/// How evenly a delimiter cuts the lines: the share of rows with as many cells as the first, plus a
/// little for more cells; 0 when it cuts nothing.
fn evenness(text: &str, delimiter: Delimiter) -> f64 {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut wanted, mut rows, mut even, mut known) = (0, 0_u32, 0_u32, 0);
    while rows < LINES as u32 && matches!(reader.read_record(&mut record), Ok(true)) {
        if rows == 0 {
            wanted = record.len();
            known = record.iter().filter(|it| is_known(it)).count();
        }
        rows += 1;
        even += u32::from(record.len() == wanted);
    }
    if wanted < 2 {
        return 0.0;
    }
    f64::from(even) / f64::from(rows) + wanted.min(50) as f64 / 1000.0 + known.min(20) as f64 / 10.0
}

/// Whether a first row names columns rather than holding values.
pub(super) fn is_header(cells: &[String]) -> bool {
    let values = cells.iter().filter(|it| is_value(it)).count();
    let known = cells.iter().filter(|it| is_known(it)).count();
    values == 0 || known > values
}

fn is_known(cell: &str) -> bool {
    let folded = name::folded(cell);
    !folded.is_empty()
        && FACTS
            .iter()
            .flat_map(|it| it.columns)
            .any(|it| it.name == folded || it.aliases.contains(&folded.as_str()))
}

fn is_value(cell: &str) -> bool {
    let cell = cell.trim().trim_start_matches(['$', '-']);
    let number = |it: char| it.is_ascii_digit() || matches!(it, '.' | ',');
    Day::parse(cell).is_some() || (!cell.is_empty() && cell.chars().all(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Delimiter) {
        assert_eq!(delimiter(text), (expected, false), "{text}");
    }

    #[test]
    fn the_evenest_cut_wins() {
        check("a,b,c\n1,2,3\n", Delimiter::Comma);
        check("a;b\n1,5;2,5\n3,5;4,5\n", Delimiter::Semicolon);
        check("job_no\ttext\n1\ta, b\n2\tc, d\n", Delimiter::Tab);
        check("code|name\nN|\"North, far\"\n", Delimiter::Pipe);
        check("code,name\n\"N;1;2\",\"a;b\"\n", Delimiter::Comma);
        check("", Delimiter::Comma);
        assert_eq!(delimiter("sep=;\na;b\n"), (Delimiter::Semicolon, true));
    }

    #[test]
    fn values_are_not_names() {
        let row = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert!(is_header(&row("employee_no,hired_on")));
        assert!(is_header(&row("svc_cd,tier")));
        assert!(!is_header(&row("E1,2026-03-01")));
        assert!(!is_header(&row("17,North")));
    }
}
