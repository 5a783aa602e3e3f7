//! What is to be done to one configuration file, and what comes of it. Pure: bytes in, bytes out.

use crate::document::encoding;
use crate::document::tree::Document;
use crate::field::{escape, unescape};
use crate::record::{Machine, Record};
use crate::rules::{access, handlers, images, scope};
use crate::{Address, Change, Edited, Error, Inverse, Step, change, edit, undo};
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
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

/// What becomes of a shared configuration that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// What was said when the module was registered; without a word, it fails the installation.
    AsBefore,
    /// It fails the installation.
    MustBeWritten,
    /// It is left to its administrator.
    MayBeLeft,
}

impl Shared {
    /// All, with the words for them.
    const WORDS: [(Shared, &str); 3] =
        [(Shared::AsBefore, "as before"), (Shared::MustBeWritten, "strict"), (Shared::MayBeLeft, "tolerant")];
}

/// One file and what is to be done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What happens.
    pub verb: Verb,
    /// The bits above.
    pub attributes: u32,
    /// What becomes of a shared configuration that cannot be written.
    pub shared: Shared,
    /// What tells this installation from all others.
    pub run: String,
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
    /// Why the module stays registered all the same.
    pub stays: Option<Stays>,
}

/// Why a module stays registered in a shared configuration when one of the machines lets it go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stays {
    /// These machines registered it, too.
    For(Vec<String>),
    /// Nobody wrote down which machines need it: another installer registered it, or this one did before the
    /// configuration was shared.
    Unknown,
}

impl Job {
    /// Whether one of the bits is set.
    #[must_use]
    pub fn has(&self, attribute: u32) -> bool {
        self.attributes & attribute != 0
    }

    /// Does it to the file's `bytes`. `record` is what stands beside the file; `machine` is this machine, where the file
    /// is shared with others.
    ///
    /// # Errors
    /// The file cannot be edited.
    pub fn make(
        &self,
        bytes: &[u8],
        record: Option<&Record>,
        machine: Option<&Machine>,
    ) -> Result<Made, Error> {
        match self.verb {
            Verb::Add => self.add(bytes, record, machine),
            // a file that cannot be read, and says nothing of the module, keeps nobody from removing it
            Verb::Remove if !self.is_mentioned(bytes) && parsed(bytes, |_| ()).is_err() => {
                Ok(unchanged(bytes, None))
            }
            Verb::Remove => self.remove(bytes, record, machine),
        }
    }

    /// Whether IIS, reading this file, looks for the DLL; `record` says that one stands beside the file. A file that
    /// cannot be read counts where it mentions the module, and so does a list that cannot, where we had been in it.
    #[must_use]
    pub fn names_the_dll(&self, bytes: &[u8], record: bool) -> bool {
        let is_ours =
            |(name, image): &(String, String)| *name == self.module || images::same(image, &self.image);
        let looked = parsed(bytes, |document| {
            let hidden = scope::at_server(document, &["globalModules"])
                .iter()
                .any(|trail| access::check_writable(document, &Address::of(document, trail)).is_err());
            (record && hidden) || change::global_modules(document).iter().any(is_ours)
        });
        looked.unwrap_or_else(|_| self.is_mentioned(bytes))
    }

    fn add(&self, bytes: &[u8], record: Option<&Record>, machine: Option<&Machine>) -> Result<Made, Error> {
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
        let edited = edit(bytes, &changes)?;
        let (was_there, users) = parsed(bytes, |document| {
            (
                change::global_module_image(document, &self.module).is_some(),
                handlers::users(document, &self.module),
            )
        })?;
        let mut record = record.cloned().unwrap_or_else(|| Record {
            adopted: was_there,
            machines: Vec::new(),
            users,
            inverse: Inverse::default(),
        });
        record.inverse = edited.inverse.clone().added_since(record.inverse);
        if let Some(machine) = machine {
            // one that has got another name is still the same
            record.machines.retain(|known| !known.is(machine));
            record.machines.push(machine.clone());
            record.machines.sort_unstable();
        }
        Ok(Made { edited, record: Some(record), stays: None })
    }

    fn remove(
        &self,
        bytes: &[u8],
        record: Option<&Record>,
        machine: Option<&Machine>,
    ) -> Result<Made, Error> {
        if let (Some(machine), true) = (machine, self.names_the_dll(bytes, record.is_some())) {
            let knows = record.is_some_and(|record| !record.adopted && !record.machines.is_empty());
            let mut record = record.cloned();
            let others = record.as_mut().map(|record| {
                record.machines.retain(|known| !known.is(machine));
                record.machines.iter().map(|machine| machine.name.clone()).collect::<Vec<_>>()
            });
            let others = others.unwrap_or_default();
            if !knows || !others.is_empty() {
                let stays = Some(if others.is_empty() { Stays::Unknown } else { Stays::For(others) });
                return Ok(Made { stays, ..unchanged(bytes, record) });
            }
        }
        let undone = match record {
            Some(record) => undo(bytes, &self.undoing(bytes, record)?)?,
            None => unchanged(bytes, None).edited,
        };
        let mut changes = alloc::vec![
            Change::NoModule { name: self.module.clone() },
            Change::NoImage { image: self.image.clone() },
        ];
        if !self.section.is_empty() {
            let name = self.section.clone();
            changes.push(if crate::global_module_image(bytes, PREDECESSOR)?.is_some() {
                Change::Section { name }
            } else if record.is_none_or(|record| record.adopted) && self.is_mentioned(bytes) {
                Change::NoSection { name }
            } else {
                Change::SectionOfData { name }
            });
        }
        if self.has(TRACED) && self.is_mentioned(bytes) && record.is_none_or(|record| record.adopted) {
            changes.push(Change::NoTraceArea { provider: PROVIDER.0.to_owned(), area: AREA.0.to_owned() });
        }
        let Edited { bytes, inverse } = edit(&undone.bytes, &changes)?;
        let edited = Edited { bytes, inverse: inverse.then(undone.inverse) };
        Ok(Made { edited, record: None, stays: None })
    }

    /// What the record takes out of the file as it is: `handlers` stays open where somebody has come since who may rely
    /// on it.
    fn undoing(&self, bytes: &[u8], record: &Record) -> Result<Inverse, Error> {
        let users = parsed(bytes, |document| handlers::users(document, &self.module))?;
        let mut known = BTreeSet::new();
        known.extend(&record.users);
        if users.iter().all(|user| known.contains(user)) {
            return Ok(record.inverse.clone());
        }
        let of_handlers = |step: &Step| {
            let Step::Set { element, .. } = step else { return false };
            element.0.last().is_some_and(|hop| hop.key.as_ref().is_some_and(|(_, name)| name == "handlers"))
        };
        Ok(record.inverse.without(of_handlers))
    }

    /// Whether the module's name stands in the file at all, in an encoding of single bytes or in UTF-16.
    fn is_mentioned(&self, bytes: &[u8]) -> bool {
        let name = &self.module;
        let utf16 = |convert: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(convert).collect::<Vec<u8>>();
        let texts = [name.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
        texts.iter().any(|text| !text.is_empty() && bytes.windows(text.len()).any(|window| window == text))
    }
}

fn parsed<T>(bytes: &[u8], look: impl FnOnce(&Document) -> T) -> Result<T, Error> {
    let (text, _) = encoding::decode(bytes)?;
    Ok(look(&Document::parse(&text)?))
}

fn unchanged(bytes: &[u8], record: Option<Record>) -> Made {
    Made { edited: Edited { bytes: bytes.to_vec(), inverse: Inverse::default() }, record, stays: None }
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
            Shared::WORDS.iter().find(|(shared, _)| *shared == job.shared).map_or("", |(_, word)| word),
            &escape(&job.run),
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
        let [verb, attributes, shared, run, file, module, image, section] = fields.as_slice() else {
            return None;
        };
        Some(Job {
            verb: match *verb {
                "add" => Verb::Add,
                "remove" => Verb::Remove,
                _ => return None,
            },
            attributes: attributes.parse().ok()?,
            shared: Shared::WORDS.iter().find(|(_, word)| word == shared)?.0,
            run: unescape(run)?,
            file: unescape(file)?,
            module: unescape(module)?,
            image: unescape(image)?,
            section: unescape(section)?,
        })
    };
    text.split('\n').filter(|line| !line.is_empty()).map(job).collect()
}
