//! From bytes to text and back, with the encoding and the byte order mark that were there.

use super::Error;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How the text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8.
    Utf8 { mark: bool },
    /// UTF-16, little or big endian.
    Utf16 { big: bool, mark: bool },
}

const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Recognises the encoding as XML 1.0, appendix F, does, and refuses bytes that would not come back the same.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Error> {
    let (text, encoding) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, false)?, Encoding::Utf16 { big: false, mark: true }),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, true)?, Encoding::Utf16 { big: true, mark: true }),
        [b'<', 0, ..] => (utf16(bytes, false)?, Encoding::Utf16 { big: false, mark: false }),
        [0, b'<', ..] => (utf16(bytes, true)?, Encoding::Utf16 { big: true, mark: false }),
        _ => {
            let (rest, mark) = bytes.strip_prefix(UTF8_MARK).map_or((bytes, false), |rest| (rest, true));
            let text = core::str::from_utf8(rest)
                .map_err(|e| Error::Encoding(alloc::format!("no UTF-8 at byte {}", e.valid_up_to())))?;
            (Cow::Borrowed(text), Encoding::Utf8 { mark })
        }
    };
    if let (Encoding::Utf8 { .. }, Some(declared)) = (encoding, declared(&text)) {
        let same = ["utf-8", "utf8", "us-ascii"].iter().any(|name| name.eq_ignore_ascii_case(declared));
        if !same {
            return Err(Error::Encoding(alloc::format!(
                "it declares encoding `{declared}`, but is not in it"
            )));
        }
    }
    Ok((text, encoding))
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

/// The encoding that the XML declaration names.
fn declared(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name)
}

impl Encoding {
    /// The bytes of `text` as they were stored.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
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
        }
        bytes
    }
}
