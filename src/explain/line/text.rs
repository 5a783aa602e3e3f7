//! The lines of a log, whatever wrote it: UTF-16 as `msiexec` writes it, UTF-8 as people paste it, or an ANSI code page.
//!
//! Reads in blocks and holds one line: the memory does not grow with the log. Says nothing about what a line means.

use std::io::{self, Read};

/// A line longer than this loses its tail: nothing that a line says about an installation is that long.
pub(crate) const LONGEST_LINE: usize = 64 << 10;
/// So much is read at a time.
const BLOCK: usize = 128 << 10;

/// How the text of a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Encoding {
    /// Two bytes a character, the lower one first.
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// Two bytes a character, the higher one first.
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// UTF-8, or ASCII.
    #[serde(rename = "UTF-8")]
    Utf8,
    /// Some lines are no UTF-8; they are read as Windows-1252.
    #[serde(rename = "ANSI")]
    Ansi,
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Utf8 => "UTF-8",
            Encoding::Ansi => "ANSI",
        })
    }
}

/// The lines of a log.
pub(crate) struct Lines<R> {
    source: R,
    /// What was read and not yet taken, in UTF-8 or ANSI.
    bytes: Vec<u8>,
    start: usize,
    raw: Vec<u8>,
    /// A byte of a character whose other half has not been read, or a high surrogate without its low one.
    odd: Vec<u8>,
    encoding: Option<Encoding>,
    /// The line at hand, where it had to be changed to be text.
    line: String,
    ended: bool,
    /// How many lines were taken.
    pub(crate) number: u64,
    /// How many bytes were read.
    pub(crate) read: u64,
    /// How many lines were longer than anything sensible.
    pub(crate) cut: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(source: R) -> Lines<R> {
        Lines {
            source,
            bytes: Vec::with_capacity(BLOCK * 2),
            start: 0,
            raw: vec![0; BLOCK],
            odd: Vec::new(),
            encoding: None,
            line: String::new(),
            ended: false,
            number: 0,
            read: 0,
            cut: 0,
        }
    }

    /// How the log is written, as far as it was read.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding.unwrap_or(Encoding::Utf8)
    }

    /// The next line, without its end.
    pub(crate) fn next(&mut self) -> io::Result<Option<&str>> {
        let mut looked = 0;
        let mut dropped = false;
        let end = loop {
            if let Some(at) = memchr::memchr(b'\n', &self.bytes[self.start + looked..]) {
                break self.start + looked + at;
            }
            looked = self.bytes.len() - self.start;
            if looked > LONGEST_LINE {
                // what comes before the next line break is of no use, and could be gigabytes
                self.bytes.truncate(self.start + LONGEST_LINE);
                looked = LONGEST_LINE;
                dropped = true;
            }
            if self.ended || !self.fill()? {
                if self.start == self.bytes.len() {
                    return Ok(None);
                }
                break self.bytes.len();
            }
        };
        let start = self.start;
        self.start = (end + 1).min(self.bytes.len());
        self.number += 1;
        let end = if dropped || end - start > LONGEST_LINE {
            self.cut += 1;
            end.min(start + LONGEST_LINE)
        } else {
            end
        };
        Ok(Some(without_return(self.text(start, end))))
    }

    /// The bytes of a line as text.
    fn text(&mut self, start: usize, end: usize) -> &str {
        let bytes = &self.bytes[start..end];
        // a byte that is no ASCII is rare enough to look at the line twice
        if bytes.is_ascii() && !bytes.starts_with(&[0]) {
            return std::str::from_utf8(bytes).unwrap_or_default();
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.line = text.to_owned(),
            Err(_) => {
                // a line that was cut inside a character is no sign of another encoding
                if end - start < LONGEST_LINE {
                    self.encoding = Some(Encoding::Ansi);
                }
                self.line = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
            }
        }
        // UTF-16 that went through a tool without a notion of it: every second character is none
        if self.line.contains(['\0', '\u{FFFD}']) {
            self.line.retain(|character| !matches!(character, '\0' | '\u{FFFD}'));
        }
        &self.line
    }

    /// Reads a block; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let count = loop {
            match self.source.read(&mut self.raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.read += count as u64;
        if count == 0 {
            self.ended = true;
            return Ok(false);
        }
        let mut block = &self.raw[..count];
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => {
                let (encoding, mark) = recognise(block);
                self.encoding = Some(encoding);
                block = &block[mark..];
                encoding
            }
        };
        match encoding {
            Encoding::Utf16Le => widen(&mut self.bytes, &mut self.odd, block, u16::from_le_bytes),
            Encoding::Utf16Be => widen(&mut self.bytes, &mut self.odd, block, u16::from_be_bytes),
            Encoding::Utf8 | Encoding::Ansi => self.bytes.extend_from_slice(block),
        }
        Ok(true)
    }
}

/// `text` without the carriage returns at its end.
fn without_return(text: &str) -> &str {
    match text.strip_suffix('\r') {
        Some(text) => text.trim_end_matches('\r'),
        None => text,
    }
}

/// The encoding that a log begins in, and the length of its mark.
fn recognise(block: &[u8]) -> (Encoding, usize) {
    match block {
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        _ => {
            // a log without a mark: what is mostly ASCII has its zeros all on one side
            let head = &block[..block.len().min(4096) & !1];
            let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
            let half = head.len() / 2;
            match (zeros(0), zeros(1)) {
                (even, odd) if half > 0 && odd * 10 >= half * 8 && even * 10 < half => (Encoding::Utf16Le, 0),
                (even, odd) if half > 0 && even * 10 >= half * 8 && odd * 10 < half => (Encoding::Utf16Be, 0),
                _ => (Encoding::Utf8, 0),
            }
        }
    }
}

/// Appends UTF-16 to UTF-8. `odd` holds what a block ended in the middle of.
fn widen(into: &mut Vec<u8>, odd: &mut Vec<u8>, block: &[u8], unit: fn([u8; 2]) -> u16) {
    let mut rest = block;
    while !odd.is_empty() && !rest.is_empty() {
        odd.push(rest[0]);
        rest = &rest[1..];
        let wide = odd.len() == 2 && matches!(unit([odd[0], odd[1]]), 0xD800..=0xDBFF);
        if odd.len() == 4 || (odd.len() == 2 && !wide) {
            let units: Vec<u16> = odd.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
            into.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
            odd.clear();
        }
    }
    let mut length = rest.len() & !1;
    if length >= 2 && matches!(unit([rest[length - 2], rest[length - 1]]), 0xD800..=0xDBFF) {
        length -= 2;
    }
    if odd.is_empty() {
        odd.extend_from_slice(&rest[length..]);
    }
    into.reserve(length / 2);
    let mut rest = &rest[..length];
    while !rest.is_empty() {
        let mut end = rest.len().min(256);
        if end < rest.len() && matches!(unit([rest[end - 2], rest[end - 1]]), 0xD800..=0xDBFF) {
            end += 2;
        }
        let (run, more) = rest.split_at(end);
        rest = more;
        // ASCII, nearly always: a loop that the compiler can do many characters at a time in
        let mut narrow = [0_u8; 129];
        let mut all = 0_u16;
        for (slot, pair) in narrow.iter_mut().zip(run.chunks_exact(2)) {
            let value = unit([pair[0], pair[1]]);
            all |= value;
            *slot = value.to_le_bytes()[0];
        }
        if all < 0x80 {
            into.extend_from_slice(&narrow[..run.len() / 2]);
            continue;
        }
        for character in char::decode_utf16(run.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]))) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            into.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
