//! Message tables: the texts that `FormatMessage` and the event viewer look up
//! (<https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-message_resource_data>).

use super::{Error, ResourceId, View, bytes};
use std::collections::BTreeMap;

const WHAT: &str = "a message table";
const UNICODE: u16 = 1;

impl View<'_> {
    /// The first message table. `None` where there is none.
    ///
    /// # Errors
    /// The resource directory or the message table is broken.
    pub fn message_table(&self) -> Result<Option<MessageTable>, Error> {
        let resources = self.resources()?;
        let found = resources.iter().find(|resource| resource.kind == ResourceId::MESSAGE_TABLE);
        found.map(|resource| MessageTable::parse(&resource.data)).transpose()
    }
}

/// The messages of one table. Ids are those of the table: severity, facility and code together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageTable {
    /// Id to text. The message compiler ends every text with `\r\n`.
    pub messages: BTreeMap<u32, String>,
}

impl MessageTable {
    /// Reads the content of a message table resource. Texts that are not UTF-16 are read as Latin-1.
    ///
    /// # Errors
    /// The table is cut short or contradicts itself.
    pub fn parse(data: &[u8]) -> Result<MessageTable, Error> {
        let mut messages = BTreeMap::new();
        // entries of a genuine table do not overlap; without a budget, blocks that share theirs would take the square
        // of the table's length
        let mut budget = data.len();
        let blocks = bytes::u32(data, 0, WHAT)? as usize;
        for block in 0..blocks {
            let at = block.saturating_mul(12).saturating_add(4);
            let (low, high) = (bytes::u32(data, at, WHAT)?, bytes::u32(data, at + 4, WHAT)?);
            let mut entry = bytes::u32(data, at + 8, WHAT)? as usize;
            for id in low..=high {
                let length = usize::from(bytes::u16(data, entry, WHAT)?);
                let flags = bytes::u16(data, entry + 2, WHAT)?;
                if length < 4 {
                    return Err(Error::Malformed(format!(
                        "message {id:#x} has {length} bytes, expected at least 4"
                    )));
                }
                budget = budget
                    .checked_sub(length)
                    .ok_or(Error::TooMuch { what: "bytes of messages", limit: data.len() })?;
                let text = &bytes::slice(data, entry, length, WHAT)?[4..];
                let text = if flags & UNICODE != 0 {
                    bytes::utf16_until_nul(text).0
                } else {
                    text.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
                };
                messages.insert(id, text);
                entry += length;
            }
        }
        Ok(MessageTable { messages })
    }

    /// The content of a message table resource, as the message compiler writes it with `-U`: one block for each run of
    /// ids without a gap.
    ///
    /// # Panics
    /// A text has more than 32,000 UTF-16 units: `FormatMessage` takes no more than 64 KB.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut blocks: Vec<(u32, u32, usize)> = Vec::new();
        let mut texts: Vec<u8> = Vec::new();
        for (id, text) in &self.messages {
            match blocks.last_mut() {
                Some((_, high, _)) if high.checked_add(1) == Some(*id) => *high = *id,
                _ => blocks.push((*id, *id, texts.len())),
            }
            let mut entry = vec![0, 0];
            entry.extend(UNICODE.to_le_bytes());
            bytes::push_utf16(&mut entry, text);
            entry.extend([0, 0]);
            bytes::pad4(&mut entry);
            let length = u16::try_from(entry.len()).expect("a message is shorter than 64 KB");
            entry[..2].copy_from_slice(&length.to_le_bytes());
            texts.extend(entry);
        }
        let head = 4 + 12 * blocks.len();
        let mut out = (blocks.len() as u32).to_le_bytes().to_vec();
        for (low, high, offset) in blocks {
            out.extend(low.to_le_bytes());
            out.extend(high.to_le_bytes());
            out.extend(((head + offset) as u32).to_le_bytes());
        }
        out.extend(texts);
        out
    }
}
