//! A small file as one text, whatever office encoding it is in, and what parts its cells.
//!
//! Never here: files of any size (see `source`), what a column means.

use std::io::{Cursor, Read};

use super::decode::Decoded;
use super::failure::Failure;
use super::{scan, sniff};

/// A table as text: UTF-8, every line ending in `\n`, no byte-order mark, no line `sep=;`.
#[derive(Debug)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The byte that parts the cells.
    pub delimiter: u8,
}

/// Reads bytes in UTF-8, UTF-16 or Windows-1252; what is no text is refused with what it is instead.
pub fn read(name: &str, bytes: &[u8]) -> Result<Text, Failure> {
    let found = scan::scan(name, bytes)?;
    let mut decoded = Decoded::new(Box::new(Cursor::new(bytes.to_vec())), found.encoding.coding());
    let (mut whole, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        // The guard against endless lines is for files of any size; this one is in memory already.
        decoded.since = 0;
        match decoded.read(&mut piece).map_err(|it| Failure::io(name, &it))? {
            0 => break,
            len => whole.extend_from_slice(&piece[..len]),
        }
    }
    let text = String::from_utf8_lossy(&whole).into_owned();
    let (delimiter, is_named) = sniff::delimiter(&text);
    let text = match text.split_once('\n') {
        Some((_, rest)) if is_named => rest.to_owned(),
        _ => text,
    };
    Ok(Text { text, delimiter: delimiter.byte() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str, delimiter: u8) {
        let found = read("t.csv", bytes).unwrap();
        assert_eq!((found.text.as_str(), found.delimiter), (text, delimiter));
    }

    #[test]
    fn any_office_encoding_becomes_the_same_text() {
        check(b"a,b\r\n1,2", "a,b\n1,2\n", b',');
        check("\u{feff}a;b\n1;2\n".as_bytes(), "a;b\n1;2\n", b';');
        let wide: Vec<u8> =
            "\u{feff}a\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, "a\tb\n1\t2\n", b'\t');
        check(b"sep=;\na;b\n1;2\n", "a;b\n1;2\n", b';');
        check(b"caf\xe9,b\n1,2\n", "caf\u{e9},b\n1,2\n", b',');
        check(b"", "", b',');
        assert!(read("t.pdf", b"%PDF-1.7").unwrap_err().to_string().contains("is a PDF"));
    }
}
