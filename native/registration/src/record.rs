//! What is kept beside a configuration file for as long as the module is registered in it: what takes it out again.
//! Pure: texts and values.

use crate::Inverse;
use crate::field::{escape, unescape};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const FORMAT: &str = "registration 2";

/// What takes the registration out of a file again. It names no path and inserts nothing; a text that would do either is
/// not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whether the module was registered before, by somebody else's installer: we took over.
    pub adopted: bool,
    /// What the module wants that others may want, too: bits of [`job`](crate::job). A record that is without says none.
    pub wants: u32,
    /// The machines that registered it, where they share the file; else none.
    pub machines: Vec<Machine>,
    /// Who relied on sites being allowed to set `handlers` when the module came.
    pub users: Vec<String>,
    /// What takes out all that was added.
    pub inverse: Inverse,
}

/// One of the machines that share a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Machine {
    /// Its name, for people.
    pub name: String,
    /// What it keeps when it gets another name; empty where it has no such thing.
    pub id: String,
}

impl Machine {
    /// Whether both are the same machine.
    #[must_use]
    pub fn is(&self, other: &Machine) -> bool {
        match (self.id.is_empty(), other.id.is_empty()) {
            (false, false) => self.id.eq_ignore_ascii_case(&other.id),
            _ => self.name.eq_ignore_ascii_case(&other.name),
        }
    }
}

impl Record {
    /// The text of it: lines with fields between tabs, and the steps.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|field| escape(field)).collect();
            text.push_str(&(fields.join("\t") + "\n"));
        };
        line(&[FORMAT, if self.adopted { "adopted" } else { "new" }]);
        if self.wants != 0 {
            line(&["wants", &self.wants.to_string()]);
        }
        self.machines.iter().for_each(|machine| line(&["machine", &machine.name, &machine.id]));
        self.users.iter().for_each(|user| line(&["handlers used by", user]));
        text + &self.inverse.to_text()
    }

    /// Reads what [`to_text`](Self::to_text) wrote; nothing where it is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Record> {
        let (first, mut rest) = text.split_once('\n')?;
        let adopted = match first.split_once('\t')? {
            (FORMAT, "adopted") => true,
            (FORMAT, "new") => false,
            _ => return None,
        };
        let (mut wants, mut machines, mut users) = (0, Vec::new(), Vec::new());
        while let Some((line, after)) = rest.split_once('\n') {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields.as_slice() {
                ["wants", bits] => wants = bits.parse().ok()?,
                ["machine", name, id] => machines.push(Machine { name: unescape(name)?, id: unescape(id)? }),
                ["handlers used by", user] => users.push(unescape(user)?),
                _ => break,
            }
            rest = after;
        }
        let inverse = Inverse::parse(rest).ok()?;
        let is_ours = inverse.only_takes_out() && inverse.stays_in_its_sections();
        is_ours.then_some(Record { adopted, wants, machines, users, inverse })
    }
}
