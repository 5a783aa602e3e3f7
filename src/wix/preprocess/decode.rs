//! Bytes of a source file to text, and text to such bytes again: UTF-8 or UTF-16 by byte order mark, else what the XML
//! declaration names.

use super::limits;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Why a file cannot be read, with WiX's number.
pub(super) struct Problem {
    pub(super) number: u16,
    pub(super) message: String,
}

/// The text of the file at `path`.
pub(super) fn read(path: &Path) -> Result<String, Problem> {
    let problem = |number, message| Err(Problem { number, message });
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limits::SOURCE_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        let number = if error.kind() == std::io::ErrorKind::NotFound { 103 } else { 104 };
        return problem(number, format!("cannot read `{}`: {error}", path.display()));
    }
    if bytes.len() as u64 > limits::SOURCE_BYTES {
        let most = limits::SOURCE_BYTES >> 20;
        return problem(104, format!("not a valid source file: it is larger than {most} MiB"));
    }
    match decode(&bytes) {
        Ok((text, _)) => Ok(text),
        Err(message) => problem(104, format!("not a valid source file: {message}")),
    }
}

/// How a source file's text is kept in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8 {
        /// Whether a byte order mark stands before it.
        mark: bool,
    },
    /// UTF-16.
    Utf16 {
        /// Whether the bytes of a unit stand the greater one first.
        big_endian: bool,
        /// Whether a byte order mark stands before it.
        mark: bool,
    },
    /// What the XML declaration names.
    Declared(&'static encoding_rs::Encoding),
}

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The encoding that they say they have has no such bytes.
    #[error("it is not {0}")]
    Malformed(&'static str),
    /// An encoding that is not known.
    #[error("its encoding `{0}` is not known")]
    Unknown(String),
    /// UTF-8 is what a source has that says nothing.
    #[error("line {line} is not UTF-8; save it as UTF-8, or name its encoding in `<?xml … encoding=…?>`")]
    Utf8 {
        /// The line, from 1.
        line: usize,
    },
}

/// The text of a source file's `bytes`, without a byte order mark, and how it was kept.
///
/// # Errors
/// Why the bytes are no text.
pub fn decode(bytes: &[u8]) -> Result<(String, Encoding), DecodeError> {
    let utf16 = |bytes: &[u8], big_endian, mark| {
        let unit = if big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        match char::decode_utf16(units).collect::<Result<String, _>>() {
            Ok(text) if bytes.len().is_multiple_of(2) => Ok((text, Encoding::Utf16 { big_endian, mark })),
            _ => Err(DecodeError::Malformed("UTF-16")),
        }
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, false, true),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, true, true),
        [b'<', 0, ..] => utf16(bytes, false, false),
        [0, b'<', ..] => utf16(bytes, true, false),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok((utf8(rest)?, Encoding::Utf8 { mark: true })),
        _ => match declared(bytes) {
            Some(label) => encoding_rs::Encoding::for_label(label)
                .ok_or_else(|| DecodeError::Unknown(String::from_utf8_lossy(label).into_owned()))
                .and_then(|encoding| {
                    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
                    if malformed {
                        Err(DecodeError::Malformed(encoding.name()))
                    } else {
                        Ok((text.into_owned(), Encoding::Declared(encoding)))
                    }
                }),
            None => Ok((utf8(bytes)?, Encoding::Utf8 { mark: false })),
        },
    }
}

impl Encoding {
    /// The bytes of `text`. A character that the encoding does not have becomes a reference, as XML has them.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 { mark: false } => text.as_bytes().to_vec(),
            Encoding::Utf8 { mark: true } => ["\u{FEFF}", text].concat().into_bytes(),
            Encoding::Utf16 { big_endian, mark } => {
                let bytes = if big_endian { u16::to_be_bytes } else { u16::to_le_bytes };
                let mark = mark.then_some(0xFEFF);
                mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
            }
            Encoding::Declared(encoding) => encoding.encode(text).0.into_owned(),
        }
    }

    /// Whether the text can be read without an XML declaration.
    #[must_use]
    pub fn needs_no_declaration(self) -> bool {
        match self {
            Encoding::Utf8 { .. } => true,
            Encoding::Utf16 { mark, .. } => mark,
            Encoding::Declared(_) => false,
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<String, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            Err(DecodeError::Utf8 { line })
        }
    }
}

/// The encoding that an XML declaration at the start names, other than UTF-8.
fn declared(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.strip_prefix(b"<?xml")?;
    let head = &head[..head.windows(2).position(|pair| pair == b"?>")?];
    let at = head.windows(8).position(|word| word == b"encoding")? + 8;
    let value = head[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let label = &value[..value.iter().position(|byte| byte == quote)?];
    (!label.eq_ignore_ascii_case(b"utf-8")).then_some(label)
}
