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
        let encoding = match self {
            CodePage::Neutral => WINDOWS_1252,
            CodePage::Encoding(encoding) => encoding,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neutral_is_ascii_only() {
        let neutral = CodePage::new(0).expect("known");
        assert_eq!(neutral.encode("plain").as_deref(), Some(&b"plain"[..]));
        assert_eq!(neutral.encode("Größe"), None);
    }

    #[test]
    fn what_does_not_fit_is_folded() {
        let western = CodePage::new(1252).expect("known");
        assert_eq!(western.encode_folded("Größe 日本 €"), b"Gr\xf6\xdfe ?? \x80");
        assert_eq!(western.decode(b"Gr\xf6\xdfe"), "Größe");
        assert!(CodePage::new(437).is_none());
    }
}
