//! From bytes to text and back, with the encoding and the byte order mark that were there.

use crate::Error;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How the text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8.
    Utf8 { mark: bool },
    /// UTF-16, little or big endian.
    Utf16 { big: bool, mark: bool },
    /// ISO 8859-1: a byte is a character.
    Latin1,
    /// The Western code page of Windows.
    Windows1252,
}

const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// What Windows has at 0x80 to 0x9F (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WindowsBestFit/bestfit1252.txt>:
/// the five bytes without a character stand for themselves).
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}',
    '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

/// Recognizes the encoding as XML 1.0, appendix F, does, and refuses bytes that would not come back the same.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Error> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Ok((utf16(rest, false)?, Encoding::Utf16 { big: false, mark: true })),
        [0xFE, 0xFF, rest @ ..] => Ok((utf16(rest, true)?, Encoding::Utf16 { big: true, mark: true })),
        [b'<', 0, ..] => Ok((utf16(bytes, false)?, Encoding::Utf16 { big: false, mark: false })),
        [0, b'<', ..] => Ok((utf16(bytes, true)?, Encoding::Utf16 { big: true, mark: false })),
        _ => match bytes.strip_prefix(UTF8_MARK) {
            Some(rest) => Ok((utf8(rest, declared(rest))?, Encoding::Utf8 { mark: true })),
            None => by_name(bytes),
        },
    }
}

/// The text of a file without a mark, in the encoding that its declaration names.
fn by_name(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Error> {
    let name = declared(bytes);
    let is = |names: &[&str]| {
        name.as_ref().is_some_and(|name| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
    };
    let single = |character: fn(u8) -> char| Cow::Owned(bytes.iter().map(|byte| character(*byte)).collect());
    if is(&["iso-8859-1", "iso_8859-1", "latin1", "l1"]) {
        return Ok((single(char::from), Encoding::Latin1));
    }
    if is(&["windows-1252", "cp1252", "x-cp1252"]) {
        return Ok((single(windows_1252), Encoding::Windows1252));
    }
    utf8(bytes, name).map(|text| (text, Encoding::Utf8 { mark: false }))
}

fn utf8(bytes: &[u8], declared: Option<String>) -> Result<Cow<'_, str>, Error> {
    let text = core::str::from_utf8(bytes)
        .map_err(|e| Error::Encoding(alloc::format!("no UTF-8 at byte {}", e.valid_up_to())))?;
    let Some(declared) = declared else { return Ok(Cow::Borrowed(text)) };
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(&declared));
    if is(&["utf-8", "utf8"]) || (is(&["us-ascii", "ascii"]) && text.is_ascii()) {
        return Ok(Cow::Borrowed(text));
    }
    Err(Error::Encoding(match is(&["utf-16", "us-ascii", "ascii"]) {
        true => alloc::format!("it declares encoding `{declared}`, but is not in it"),
        false => alloc::format!(
            "it declares encoding `{declared}`; UTF-8, UTF-16, iso-8859-1 and windows-1252 are read"
        ),
    }))
}

fn windows_1252(byte: u8) -> char {
    WINDOWS_1252.get(usize::from(byte).wrapping_sub(0x80)).copied().unwrap_or(char::from(byte))
}

fn utf16(bytes: &[u8], big: bool) -> Result<Cow<'static, str>, Error> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Error::Encoding("UTF-16 with an odd number of bytes".to_string()));
    }
    let units =
        pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map(Cow::Owned).map_err(|_| Error::Encoding("half a UTF-16 surrogate pair".to_string()))
}

/// The encoding that the XML declaration names. The declaration itself is ASCII in every encoding of single bytes.
fn declared(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = rest.windows(2).position(|pair| pair == b"?>")?;
    let declaration = core::str::from_utf8(&rest[..end]).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name.to_string())
}

impl Encoding {
    /// The bytes of `text` as they were stored. A character that the encoding does not have, which only text from
    /// elsewhere can bring, becomes a reference to it.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() + UTF8_MARK.len());
        match self {
            Encoding::Utf8 { mark } => {
                if mark {
                    bytes.extend_from_slice(UTF8_MARK);
                }
                bytes.extend_from_slice(text.as_bytes());
            }
            Encoding::Utf16 { big, mark } => {
                let mark = mark.then_some(0xFEFF);
                for unit in mark.into_iter().chain(text.encode_utf16()) {
                    bytes.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
            }
            Encoding::Latin1 => single_bytes(text, &mut bytes, char::from),
            Encoding::Windows1252 => single_bytes(text, &mut bytes, windows_1252),
        }
        bytes
    }
}

fn single_bytes(text: &str, bytes: &mut Vec<u8>, character: fn(u8) -> char) {
    for wanted in text.chars() {
        let same = u8::try_from(u32::from(wanted)).ok().filter(|byte| character(*byte) == wanted);
        match same.or_else(|| (0x80..=0xFF).find(|byte| character(*byte) == wanted)) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(alloc::format!("&#x{:X};", u32::from(wanted)).as_bytes()),
        }
    }
}
