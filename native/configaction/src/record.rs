//! What is kept beside a configuration file: the record of what we added, and, while an installation runs, the journal
//! that a rollback needs. Pure: texts and values.

use crate::apphost::Inverse;
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const FORMAT: &str = "registration 1";

/// What takes the registration out of a file again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whether the module was registered before, by somebody else's installer: we took over.
    pub adopted: bool,
    /// The machines that registered it, where they share the file; else none.
    pub machines: Vec<String>,
    /// What takes out all that was added.
    pub inverse: Inverse,
}

impl Record {
    /// The text of it: a line of its own, fields between tabs, and the steps.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut fields = alloc::vec![FORMAT, if self.adopted { "adopted" } else { "new" }];
        fields.extend(self.machines.iter().map(String::as_str));
        fields.join("\t") + "\n" + &self.inverse.to_text()
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing where it is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Record> {
        let (first, steps) = text.split_once('\n')?;
        let mut fields = first.split('\t');
        if fields.next()? != FORMAT {
            return None;
        }
        let adopted = match fields.next()? {
            "adopted" => true,
            "new" => false,
            _ => return None,
        };
        let machines = fields.map(ToOwned::to_owned).collect();
        Some(Record { adopted, machines, inverse: Inverse::parse(steps).ok()? })
    }
}

/// What takes back an installation that fails: of the file and of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What takes back the edits of this installation.
    pub inverse: Inverse,
    /// The record's text as it was before.
    pub record: Option<String>,
}

/// Between the steps and the record; no step begins so.
const RECORD: &str = "record before";

impl Journal {
    /// The journal after a further edit in the same installation.
    #[must_use]
    pub fn and_then(self, later: Inverse) -> Journal {
        Journal { inverse: later.then(self.inverse), record: self.record }
    }

    /// The text of it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = self.inverse.to_text();
        if let Some(record) = &self.record {
            text.push_str(RECORD);
            text.push('\n');
            text.push_str(record);
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing where it is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Journal> {
        let separator = alloc::format!("\n{RECORD}\n");
        let (steps, record) = match text.split_once(&separator) {
            Some((steps, record)) => (alloc::format!("{steps}\n"), Some(record.to_string())),
            None => (text.to_string(), None),
        };
        Some(Journal { inverse: Inverse::parse(&steps).ok()?, record })
    }
}
