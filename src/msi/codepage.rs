//! Code pages, by the numbers that Windows gives them.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

/// A code page that texts can be stored in.
#[derive(Clone, Copy, Debug)]
pub(super) enum CodePage {
    /// 0: ASCII, the same on every machine.
    Neutral,
    /// Any other.
    Encoding(&'static Encoding),
}

/// Whether every character of `text` is in the code page `number`. A code page that is not known has all: what is wrong
/// with it is for others to say.
#[must_use]
pub fn can_encode(number: u32, text: &str) -> bool {
    text.is_ascii() || CodePage::new(number).is_none_or(|page| page.encode(text).is_some())
}

impl CodePage {
    /// The code page of a number; nothing for one that is not known.
    pub(super) fn new(number: u32) -> Option<CodePage> {
        let encoding = match number {
            0 => return Some(CodePage::Neutral),
            874 => WINDOWS_874,
            932 => SHIFT_JIS,
            936 => GBK,
            949 => EUC_KR,
            950 => BIG5,
            1250 => WINDOWS_1250,
            1251 => WINDOWS_1251,
            1252 => WINDOWS_1252,
            1253 => WINDOWS_1253,
            1254 => WINDOWS_1254,
            1255 => WINDOWS_1255,
            1256 => WINDOWS_1256,
            1257 => WINDOWS_1257,
            1258 => WINDOWS_1258,
            65001 => UTF_8,
            _ => return None,
        };
        Some(CodePage::Encoding(encoding))
    }

    /// The bytes of `text`; nothing if the code page lacks one of its characters.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        if text.is_ascii() {
            return Some(text.as_bytes().to_vec());
        }
        let CodePage::Encoding(encoding) = self else { return None };
        let (bytes, _, unmappable) = encoding.encode(text);
        (!unmappable).then(|| bytes.into_owned())
    }

    /// The bytes of `text`, with `?` for each character that the code page lacks, as Windows' own conversion does.
    pub(super) fn encode_folded(self, text: &str) -> Vec<u8> {
        let encoded = |character: char| self.encode(character.encode_utf8(&mut [0; 4])).unwrap_or(vec![b'?']);
        self.encode(text).unwrap_or_else(|| text.chars().flat_map(encoded).collect())
    }

    /// The text of `bytes`; bytes that mean nothing become U+FFFD. Neutral text that is not ASCII is read as
    /// Windows-1252, for lack of better knowledge.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        // most texts are ASCII, which every code page has at its place
        if bytes.is_ascii()
            && let Ok(text) = str::from_utf8(bytes)
        {
            return text.to_owned();
        }
        let encoding = match self {
            CodePage::Neutral => WINDOWS_1252,
            CodePage::Encoding(encoding) => encoding,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// The code pages that Windows has for the languages of the world, Western European first. UTF-8 is not among them:
/// Windows Installer takes it for a database, and not for its summary information
/// (<https://learn.microsoft.com/windows/win32/msi/code-page-handling-of-imported-and-exported-tables>).
const ANSI: [u32; 14] = [1252, 1250, 1251, 1253, 1254, 1257, 1255, 1256, 1258, 874, 932, 936, 949, 950];

/// The first ANSI code page that has all characters of `text`, Western European where several do; nothing where none
/// has them all.
#[must_use]
pub fn code_page_for(text: &str) -> Option<u32> {
    ANSI.into_iter().find(|number| CodePage::new(*number).is_some_and(|page| page.encode(text).is_some()))
}
