//! The string pool being written: each text once, numbered in the order of first use, with the number of cells that
//! refer to it.

use std::collections::BTreeMap;

use super::codepage::CodePage;
use super::layout::{SHORT_STRINGS_MAX, STRINGS_MAX};

/// In the head of `_StringPool`: string references have three bytes.
pub(super) const LONG_REFERENCES: u32 = 0x8000_0000;

/// The texts of a database.
pub(super) struct Pool<'a> {
    codepage: CodePage,
    ids: BTreeMap<&'a str, u32>,
    /// By number, from 1: references, and length in bytes.
    entries: Vec<(u32, usize)>,
    data: Vec<u8>,
}

/// Why a text did not go into the pool.
pub(super) enum Refusal {
    /// The code page lacks one of its characters.
    CodePage,
    /// There are 16,777,215 others.
    Full,
}

impl<'a> Pool<'a> {
    pub(super) fn new(codepage: CodePage) -> Pool<'a> {
        Pool { codepage, ids: BTreeMap::new(), entries: Vec::new(), data: Vec::new() }
    }

    /// The number of `text`, counted as one more reference. The empty text has the number 0 and is not counted.
    pub(super) fn reference(&mut self, text: &'a str) -> Result<u32, Refusal> {
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(id) = self.ids.get(text) {
            self.entries[*id as usize - 1].0 += 1;
            return Ok(*id);
        }
        let bytes =
            self.codepage.encode(text).filter(|bytes| !bytes.contains(&0)).ok_or(Refusal::CodePage)?;
        if self.entries.len() == STRINGS_MAX {
            return Err(Refusal::Full);
        }
        self.entries.push((1, bytes.len()));
        self.data.extend_from_slice(&bytes);
        let id = u32::try_from(self.entries.len()).expect("below the limit");
        self.ids.insert(text, id);
        Ok(id)
    }

    /// Bytes of a reference.
    pub(super) fn reference_width(&self) -> usize {
        if self.entries.len() > SHORT_STRINGS_MAX { 3 } else { 2 }
    }

    /// The streams `_StringPool` and `_StringData`, for a database of code page `number`.
    pub(super) fn into_streams(self, number: u32) -> (Vec<u8>, Vec<u8>) {
        let long = if self.reference_width() == 3 { LONG_REFERENCES } else { 0 };
        let mut pool = Vec::with_capacity(4 + 4 * self.entries.len());
        pool.extend_from_slice(&(number | long).to_le_bytes());
        for (references, length) in self.entries {
            // A count that does not fit stays at its greatest value, which Windows never counts down to nothing.
            let references = u16::try_from(references).unwrap_or(u16::MAX).to_le_bytes();
            match u16::try_from(length) {
                Ok(length) => pool.extend([length.to_le_bytes(), references].as_flattened()),
                Err(_) => {
                    // A length of 0 with references: the length follows in four bytes.
                    pool.extend([[0, 0], references].as_flattened());
                    pool.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
                }
            }
        }
        (pool, self.data)
    }
}
