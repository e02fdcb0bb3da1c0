//! Other people's files in, our rows out: an office's CSV exports become typed rows.
//!
//! Reading order: `source` opens a file and finds out how it is written, `propose` guesses what its
//! columns mean, `mapping` is that guess once a person agreed, `read` turns lines into rows or says
//! why not, `quality` and `preview` show what came of it. `dir` does so for a folder.
//! Never here: the store, SQL, the clock, HTML. `app` saves the rows and passes in the day.

pub mod cell;
mod decode;
pub mod dir;
pub mod docs;
pub mod failure;
mod likely;
pub mod mapping;
pub mod name;
mod plan;
pub mod preview;
pub mod propose;
pub mod quality;
pub mod read;
mod scan;
mod sniff;
pub mod source;
pub mod tally;
pub mod text;

#[cfg(test)]
mod tests;

/// Columns a file may have; more is a sign that it is not a table.
pub const COLUMNS_MAX: usize = 200;
/// Bytes one line may have, quoted line breaks included.
pub const LINE_BYTES_MAX: u64 = 1 << 20;
/// Rows one file may have.
pub const ROWS_MAX: u64 = 4_000_000;
/// Rows looked at before a mapping is proposed.
pub const SAMPLE_ROWS: usize = 200;
/// Rows shown before a file is loaded.
pub const PREVIEW_ROWS: usize = 20;
/// Characters of a cell that are quoted back in a rejection, a sample or a preview.
pub const QUOTED_CHARS: usize = 80;

/// The first `QUOTED_CHARS` characters, with an ellipsis when there were more.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
