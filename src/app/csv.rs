//! Tables that people take away as CSV, written so that no spreadsheet runs what is in a cell.
//!
//! Never here: reading CSV (see `crate::sync`).

/// A line, with its end.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

/// A cell that a spreadsheet takes for text: a formula is told apart by an apostrophe before it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guard = if formula { "'" } else { "" };
    if formula || text.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        assert_eq!(line(["a", "b, c", "say \"no\""]), "a,\"b, c\",\"say \"\"no\"\"\"\r\n");
        assert_eq!(line(["=1+1", "@x", "-2", "2-1"]), "\"'=1+1\",\"'@x\",\"'-2\",2-1\r\n");
    }
}
