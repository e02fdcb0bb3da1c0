//! One pass over a file's bytes: its hash, its size, its encoding, and whether it is text at all.
//!
//! Never here: the meaning of any line.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

use super::failure::{Failure, What};
use super::source::Encoding;

const PIECE: usize = 256 * 1024;
const HEAD: usize = 64 * 1024;
const SAVE: &str = "Open it in the program it came from and save it as CSV.";

/// What one pass over the bytes tells.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) lines: u64,
    pub(super) encoding: Encoding,
}

/// Reads everything once, in pieces.
pub(super) fn scan(file: &str, mut input: impl Read) -> Result<Scan, Failure> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut head = Vec::with_capacity(HEAD);
    let mut utf8 = Utf8::default();
    let (mut bytes, mut newlines, mut returns, mut last) = (0, 0, 0, b'\n');
    loop {
        let len = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(len) => len,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::io(file, &error)),
        };
        let part = &piece[..len];
        if head.len() < HEAD {
            let room = HEAD - head.len();
            head.extend_from_slice(&part[..len.min(room)]);
            refuse(file, &head)?;
            if head.len() == HEAD && head.contains(&0) && unicode_16(&head).is_none() {
                return Err(binary(file));
            }
        }
        hash.update(part);
        utf8.take(part);
        bytes += len as u64;
        newlines += count(part, b'\n');
        returns += count(part, b'\r');
        last = part[len - 1];
    }
    let encoding = unicode_16(&head).unwrap_or_else(|| utf8.encoding(&head));
    not_text(file, &head, encoding)?;
    let ended = matches!(last, b'\n' | b'\r' | 0);
    let lines = newlines.max(returns) + u64::from(!ended);
    Ok(Scan { sha256: hexadecimal(&hash.finalize()), bytes, lines, encoding })
}

fn count(part: &[u8], wanted: u8) -> u64 {
    part.iter().map(|it| u64::from(*it == wanted)).sum()
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |it: u8| char::from_digit(u32::from(it), 16).unwrap_or('0');
    bytes.iter().flat_map(|it| [digit(it >> 4), digit(it & 15)]).collect()
}

/// How much of the bytes is UTF-8, piece by piece.
#[derive(Debug, Default)]
struct Utf8 {
    carry: Vec<u8>,
    wrong: u64,
    wide: u64,
}

impl Utf8 {
    fn take(&mut self, part: &[u8]) {
        if self.carry.is_empty() && part.is_ascii() {
            return;
        }
        let mut whole = std::mem::take(&mut self.carry);
        whole.extend_from_slice(part);
        let mut rest = whole.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.wide += wide(text.as_bytes());
                    return;
                }
                Err(error) => {
                    let (good, after) = rest.split_at(error.valid_up_to());
                    self.wide += wide(good);
                    let Some(skip) = error.error_len() else {
                        self.carry = after.to_vec();
                        return;
                    };
                    self.wrong += 1;
                    rest = &after[skip..];
                }
            }
        }
    }

    /// Mostly right UTF-8 with a few broken places is UTF-8; anything else is Windows-1252.
    fn encoding(&self, head: &[u8]) -> Encoding {
        if head.starts_with(b"\xef\xbb\xbf") {
            return Encoding::Utf8Bom;
        }
        let wrong = self.wrong + u64::from(!self.carry.is_empty());
        if wrong == 0 || self.wide > 10 * wrong { Encoding::Utf8 } else { Encoding::Windows1252 }
    }
}

fn wide(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|it| **it >= 0xc2).count() as u64
}

/// UTF-16 by its mark, or by the zero in every other byte.
fn unicode_16(head: &[u8]) -> Option<Encoding> {
    if head.starts_with(b"\xff\xfe") {
        return Some(Encoding::Utf16Le);
    }
    if head.starts_with(b"\xfe\xff") {
        return Some(Encoding::Utf16Be);
    }
    let pairs: Vec<_> = head.chunks_exact(2).take(2048).collect();
    let first = pairs.iter().filter(|it| it[0] == 0).count();
    let second = pairs.iter().filter(|it| it[1] == 0).count();
    if pairs.len() >= 4 && second * 10 > pairs.len() * 7 && first * 10 < pairs.len() {
        Some(Encoding::Utf16Le)
    } else if pairs.len() >= 4 && first * 10 > pairs.len() * 7 && second * 10 < pairs.len() {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Refuses what announces itself as something else.
fn refuse(file: &str, head: &[u8]) -> Result<(), Failure> {
    let tell = |found, hint| Err(Failure::new(file, What::NotText(found, hint)));
    let known: &[(&[u8], &str)] = &[
        (b"\xd0\xcf\x11\xe0", "it is an old Excel workbook"),
        (b"%PDF", "it is a PDF"),
        (b"PAR1", "it is a Parquet file"),
        (b"SQLite format 3", "it is a SQLite database"),
        (b"\x89PNG", "it is a picture"),
        (b"\xff\xd8\xff", "it is a picture"),
    ];
    let packed: &[&[u8]] = &[b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\x28\xb5\x2f\xfd"];
    if head.starts_with(b"PK\x03\x04") {
        let workbook = [&b"[Content_Types]"[..], b"xl/", b"docProps/"];
        return if workbook.iter().any(|it| head.windows(it.len()).any(|at| at == *it)) {
            tell("it is an Excel workbook", "Save it as CSV, one sheet at a time.")
        } else {
            tell("it is a ZIP archive", "Unpack it, and give the CSV files in it.")
        };
    }
    if let Some((_, found)) = known.iter().find(|it| head.starts_with(it.0)) {
        return tell(found, SAVE);
    }
    if packed.iter().any(|it| head.starts_with(it)) {
        return tell("it is compressed", "Unpack it, and give the CSV file in it.");
    }
    Ok(())
}

/// Refuses what is not text, by its first bytes.
fn not_text(file: &str, head: &[u8], encoding: Encoding) -> Result<(), Failure> {
    let tell = |found, hint| Err(Failure::new(file, What::NotText(found, hint)));
    let (text, _) = encoding.coding().decode_with_bom_removal(head);
    let odd = text.chars().filter(|it| is_odd(*it)).count();
    if text.contains('\0') || odd * 50 > text.chars().count() {
        return Err(binary(file));
    }
    let start = text.trim_start();
    if start.starts_with('<') {
        return tell("it is a web page or XML", SAVE);
    }
    if start.starts_with("{\"") || start.starts_with("[{") {
        return tell("it is JSON", SAVE);
    }
    Ok(())
}

fn binary(file: &str) -> Failure {
    Failure::new(file, What::NotText("it holds bytes that are not text", SAVE))
}

fn is_odd(letter: char) -> bool {
    letter == '\u{fffd}'
        || (letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}'))
}
