//! Bytes of any office encoding as UTF-8 with `\n` at every line's end, in pieces.
//!
//! Never here: the whole file in memory, or more than `LINE_BYTES_MAX` handed out for one record.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

const PIECE: usize = 64 * 1024;

/// A reader that yields UTF-8 whatever the file holds. Every line ends in `\n`, the last one too.
pub(super) struct Decoded {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    out: Vec<u8>,
    out_at: usize,
    out_end: usize,
    after_cr: bool,
    last: u8,
    last_solid: u8,
    handed: u64,
    stage: Stage,
    /// Bytes handed out since the record began; whoever reads records sets it back to 0.
    pub(super) since: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Reading,
    Flushing,
    Closing,
    Done,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Decoded {
    pub(super) fn new(input: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; PIECE],
            raw_at: 0,
            raw_end: 0,
            out: vec![0; PIECE * 3 + 16],
            out_at: 0,
            out_end: 0,
            after_cr: false,
            last: b'\n',
            last_solid: b'\n',
            handed: 0,
            stage: Stage::Reading,
            since: 0,
        }
    }

    /// Whether everything was handed out and taken up to `taken`, and the file's last letter is no
    /// quotation mark.
    pub(super) fn ended_without_quote(&self, taken: u64) -> bool {
        self.stage == Stage::Done && taken == self.handed && self.last_solid != b'"'
    }

    /// Makes `out` hold something, unless the file is at its end.
    fn refill(&mut self) -> io::Result<()> {
        while self.out_at == self.out_end && self.stage != Stage::Done {
            if self.stage == Stage::Closing {
                self.stage = Stage::Done;
                if self.last != b'\n' {
                    self.out[0] = b'\n';
                    (self.out_at, self.out_end) = (0, 1);
                }
                return Ok(());
            }
            if self.stage == Stage::Reading && self.raw_at == self.raw_end {
                self.raw_end = self.input.read(&mut self.raw)?;
                self.raw_at = 0;
                if self.raw_end == 0 {
                    self.stage = Stage::Flushing;
                }
            }
            self.decode();
        }
        Ok(())
    }

    fn decode(&mut self) {
        let at_end = self.stage == Stage::Flushing;
        let source = &self.raw[self.raw_at..self.raw_end];
        let (result, read, written, _) = self.decoder.decode_to_utf8(source, &mut self.out, at_end);
        self.raw_at += read;
        self.out_at = 0;
        self.out_end = self.one_line_end(written);
        if let Some(last) = self.out[..self.out_end].last() {
            self.last = *last;
        }
        if let Some(solid) = self.out[..self.out_end].iter().rev().find(|it| **it != b'\n') {
            self.last_solid = *solid;
        }
        if at_end && result == CoderResult::InputEmpty {
            self.stage = Stage::Closing;
        }
    }

    /// Turns `\r\n` and lone `\r` into `\n` in place; how many bytes remain.
    fn one_line_end(&mut self, len: usize) -> usize {
        if !self.after_cr && !self.out[..len].contains(&b'\r') {
            return len;
        }
        let mut to = 0;
        for from in 0..len {
            let byte = self.out[from];
            if byte == b'\n' && self.after_cr {
                self.after_cr = false;
                continue;
            }
            self.after_cr = byte == b'\r';
            self.out[to] = if self.after_cr { b'\n' } else { byte };
            to += 1;
        }
        to
    }
}

impl Read for Decoded {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.since > super::LINE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "line too long"));
        }
        self.refill()?;
        let len = buf.len().min(self.out_end - self.out_at);
        buf[..len].copy_from_slice(&self.out[self.out_at..self.out_at + len]);
        self.out_at += len;
        self.since += len as u64;
        self.handed += len as u64;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &'static [u8], encoding: &'static Encoding, expected: &str) {
        let mut text = String::new();
        Decoded::new(Box::new(bytes), encoding).read_to_string(&mut text).expect("decodes");
        assert_eq!(text, expected);
    }

    #[test]
    fn every_line_ends_alike() {
        check(b"a\r\nb\rc\n\nd", encoding_rs::UTF_8, "a\nb\nc\n\nd\n");
        check(b"", encoding_rs::UTF_8, "");
        check(b"\xef\xbb\xbfa", encoding_rs::UTF_8, "a\n");
        check(b"\xff\xfea\0\r\0\n\0", encoding_rs::UTF_16LE, "a\n");
        check(b"\xfe\xff\0a", encoding_rs::UTF_16BE, "a\n");
        check(b"caf\xe9", encoding_rs::WINDOWS_1252, "caf\u{e9}\n");
        check(b"caf\xc3", encoding_rs::UTF_8, "caf\u{fffd}\n");
    }
}
