//! What is to be done to one configuration file, and what comes of it. Pure: bytes in, bytes out.

use crate::apphost::field::{escape, unescape};
use crate::apphost::{self, Change, Edited, Error, Inverse};
use crate::record::Record;
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The entry of the module is locked, so that no site can take it out.
pub const LOCKED: u32 = 1;
/// Failed request tracing knows the module's area.
pub const TRACED: u32 = 2;
/// Event streams are not compressed.
pub const EVENT_STREAMS: u32 = 4;
/// Sites may set the section `handlers`.
pub const HANDLERS: u32 = 8;
/// The configuration can be a shared one (`redirection.config`); and it must be there.
pub const SHARED: u32 = 16;
/// Files that belong to a user, and must be there.
pub const USER: u32 = 32;

/// The module of ASP.NET Core 1 and 2, which reads the same section.
pub const PREDECESSOR: &str = "AspNetCoreModule";

/// The provider of failed request tracing, and the area and bit of ASP.NET Core Module in it.
const PROVIDER: (&str, &str) = ("WWW Server", "{3a2a4e84-4c21-4981-ae10-3fda0d9b0f83}");
const AREA: (&str, u32) = ("ANCM", 65536);

/// What happens to the registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It is made, or made right.
    Add,
    /// It goes.
    Remove,
}

/// One file and what is to be done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What happens.
    pub verb: Verb,
    /// The bits above.
    pub attributes: u32,
    /// Whether a shared configuration that cannot be written is left as it is.
    pub tolerant: bool,
    /// Full path of the configuration file.
    pub file: String,
    /// The module's name.
    pub module: String,
    /// The path of its DLL, environment variables unexpanded.
    pub image: String,
    /// The section that it reads; empty where there is none.
    pub section: String,
}

/// What a job makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The file, and what takes the edit back.
    pub edited: Edited,
    /// The record that stands beside the file from then on.
    pub record: Option<Record>,
}

impl Job {
    /// Whether one of the bits is set.
    #[must_use]
    pub fn has(&self, attribute: u32) -> bool {
        self.attributes & attribute != 0
    }

    /// Does it to the file's `bytes`. `record` is what stands beside the file; `machine` is this machine's name, where
    /// the file is shared with others.
    ///
    /// # Errors
    /// The file cannot be edited.
    pub fn make(&self, bytes: &[u8], record: Option<&Record>, machine: Option<&str>) -> Result<Made, Error> {
        match self.verb {
            Verb::Add => self.add(bytes, record, machine),
            Verb::Remove if !mentions(bytes, &self.module) => Ok(unchanged(bytes, None)),
            Verb::Remove => self.remove(bytes, record, machine),
        }
    }

    fn add(&self, bytes: &[u8], record: Option<&Record>, machine: Option<&str>) -> Result<Made, Error> {
        let module = || self.module.clone();
        let mut changes = alloc::vec![Change::GlobalModule { name: module(), image: self.image.clone() }];
        changes.push(Change::RootModule { name: module(), locked: self.has(LOCKED) });
        if !self.section.is_empty() {
            changes.push(Change::Section { name: self.section.clone() });
        }
        if self.has(TRACED) {
            let (provider, guid) = (PROVIDER.0.to_owned(), PROVIDER.1.to_owned());
            changes.push(Change::TraceArea { provider, guid, area: AREA.0.to_owned(), value: AREA.1 });
        }
        if self.has(EVENT_STREAMS) {
            changes.push(Change::DynamicType { mime: "text/event-stream".to_owned() });
        }
        if self.has(HANDLERS) {
            changes.push(Change::HandlersUnlocked);
        }
        let edited = apphost::edit(bytes, &changes)?;
        let mut record = match record.cloned() {
            Some(record) => {
                let inverse = edited.inverse.clone().added_since(record.inverse);
                Record { inverse, ..record }
            }
            None => Record {
                adopted: apphost::global_module_image(bytes, &self.module)?.is_some(),
                machines: Vec::new(),
                inverse: edited.inverse.clone(),
            },
        };
        if let Some(machine) = machine.filter(|machine| !record.machines.iter().any(|known| known == machine))
        {
            record.machines.push(machine.to_owned());
        }
        Ok(Made { edited, record: Some(record) })
    }

    fn remove(&self, bytes: &[u8], record: Option<&Record>, machine: Option<&str>) -> Result<Made, Error> {
        if let (Some(machine), Some(record)) = (machine, record) {
            let mut record = record.clone();
            record.machines.retain(|known| known != machine);
            if !record.machines.is_empty() {
                return Ok(unchanged(bytes, Some(record)));
            }
        }
        let undone = match record {
            Some(record) => apphost::undo(bytes, &record.inverse)?,
            None => Edited { bytes: bytes.to_vec(), inverse: Inverse::default() },
        };
        let mut changes = alloc::vec![Change::NoModule { name: self.module.clone() }];
        if !self.section.is_empty() {
            let name = self.section.clone();
            changes.push(if apphost::global_module_image(bytes, PREDECESSOR)?.is_some() {
                Change::Section { name }
            } else if record.is_none_or(|record| record.adopted) {
                Change::NoSection { name }
            } else {
                Change::SectionOfData { name }
            });
        }
        if self.has(TRACED) && record.is_none_or(|record| record.adopted) {
            changes.push(Change::NoTraceArea { provider: PROVIDER.0.to_owned(), area: AREA.0.to_owned() });
        }
        let Edited { bytes, inverse } = apphost::edit(&undone.bytes, &changes)?;
        Ok(Made { edited: Edited { bytes, inverse: inverse.then(undone.inverse) }, record: None })
    }
}

fn unchanged(bytes: &[u8], record: Option<Record>) -> Made {
    Made { edited: Edited { bytes: bytes.to_vec(), inverse: Inverse::default() }, record }
}

/// Whether `name` stands in the file at all, in UTF-8 or UTF-16: one that does not needs no reading.
fn mentions(bytes: &[u8], name: &str) -> bool {
    let utf8 = name.as_bytes();
    let utf16 = |convert: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(convert).collect::<Vec<u8>>();
    let texts = [utf8.to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
    texts.iter().any(|text| !text.is_empty() && bytes.windows(text.len()).any(|window| window == text))
}

/// Jobs as `CustomActionData`: a line each, [fields](crate::apphost::field) between tabs.
#[must_use]
pub fn to_text(jobs: &[&Job]) -> String {
    let line = |job: &&Job| {
        let verb = match job.verb {
            Verb::Add => "add",
            Verb::Remove => "remove",
        };
        let fields = [
            verb,
            &job.attributes.to_string(),
            if job.tolerant { "tolerant" } else { "strict" },
            &escape(&job.file),
            &escape(&job.module),
            &escape(&job.image),
            &escape(&job.section),
        ];
        fields.join("\t")
    };
    jobs.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads what [`to_text`] wrote; nothing where it is anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<Job>> {
    let job = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [verb, attributes, tolerant, file, module, image, section] = fields.as_slice() else {
            return None;
        };
        Some(Job {
            verb: match *verb {
                "add" => Verb::Add,
                "remove" => Verb::Remove,
                _ => return None,
            },
            attributes: attributes.parse().ok()?,
            tolerant: match *tolerant {
                "tolerant" => true,
                "strict" => false,
                _ => return None,
            },
            file: unescape(file)?,
            module: unescape(module)?,
            image: unescape(image)?,
            section: unescape(section)?,
        })
    };
    text.split('\n').filter(|line| !line.is_empty()).map(job).collect()
}
