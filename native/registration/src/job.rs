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
/// Event streams are not compressed.
pub const EVENT_STREAMS: u32 = 4;
/// Sites may set the section `handlers`.
pub const HANDLERS: u32 = 8;
/// The configuration can be a shared one (`redirection.config`); and it must be there.
pub const SHARED: u32 = 16;
/// Files that belong to a user, and must be there.
pub const USER: u32 = 32;

/// What several modules may have use for.
const COMMON: u32 = EVENT_STREAMS | HANDLERS;

/// The module of ASP.NET Core 1 and 2, which reads the same section.
pub const PREDECESSOR: &str = "AspNetCoreModule";

/// The provider of failed request tracing that has the areas of modules.
const PROVIDER: (&str, &str) = ("WWW Server", "{3a2a4e84-4c21-4981-ae10-3fda0d9b0f83}");

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
    /// Its area of failed request tracing.
    pub area: Option<Area>,
}

/// An area of failed request tracing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its bit.
    pub value: u32,
}

/// A record of another module's beside the same file.
pub type Beside = (String, Record);

/// What a job makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The file, and what takes the edit back.
    pub edited: Edited,
    /// The record that stands beside the file from then on.
    pub record: Option<Record>,
    /// Why the module stays registered all the same.
    pub stays: Option<Stays>,
    /// Records of other modules, as they are from then on: what they have use for, too, goes with the last of them.
    pub heirs: Vec<Beside>,
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
        self.make_beside(bytes, record, machine, &[])
    }

    /// The same where other modules have their records beside the file.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn make_beside(
        &self,
        bytes: &[u8],
        record: Option<&Record>,
        machine: Option<&Machine>,
        others: &[Beside],
    ) -> Result<Made, Error> {
        match self.verb {
            Verb::Add => self.add(bytes, record, machine),
            // a file that cannot be read, and says nothing of the module, keeps nobody from removing it
            Verb::Remove if !self.is_mentioned(bytes) && parsed(bytes, |_| ()).is_err() => {
                Ok(unchanged(bytes, None))
            }
            Verb::Remove => self.remove(bytes, record, machine, others),
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
        if let Some(Area { name, value }) = &self.area {
            let (provider, guid) = (PROVIDER.0.to_owned(), PROVIDER.1.to_owned());
            changes.push(Change::TraceArea { provider, guid, area: name.clone(), value: *value });
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
            wants: 0,
            machines: Vec::new(),
            users,
            inverse: Inverse::default(),
        });
        record.wants = self.attributes & COMMON;
        record.inverse = edited.inverse.clone().added_since(record.inverse);
        if let Some(machine) = machine {
            // one that has got another name is still the same
            record.machines.retain(|known| !known.is(machine));
            record.machines.push(machine.clone());
            record.machines.sort_unstable();
        }
        Ok(Made { edited, record: Some(record), stays: None, heirs: Vec::new() })
    }

    fn remove(
        &self,
        bytes: &[u8],
        record: Option<&Record>,
        machine: Option<&Machine>,
        others: &[Beside],
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
        let (undone, heirs) = match record {
            Some(record) => {
                let (inverse, heirs) = self.undoing(bytes, record, others)?;
                (undo(bytes, &inverse)?, heirs)
            }
            None => (unchanged(bytes, None).edited, Vec::new()),
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
        let is_all_ours = self.is_mentioned(bytes) && record.is_none_or(|record| record.adopted);
        if let Some(area) = self.area.as_ref().filter(|_| is_all_ours) {
            changes.push(Change::NoTraceArea { provider: PROVIDER.0.to_owned(), area: area.name.clone() });
        }
        let Edited { bytes, inverse } = edit(&undone.bytes, &changes)?;
        let edited = Edited { bytes, inverse: inverse.then(undone.inverse) };
        Ok(Made { edited, record: None, stays: None, heirs })
    }

    /// What the record takes out of the file as it is. What several modules have use for goes with the last of them: it
    /// passes to the record of one that stays, or is left where one has come since that has no record of ours.
    fn undoing(
        &self,
        bytes: &[u8],
        record: &Record,
        others: &[Beside],
    ) -> Result<(Inverse, Vec<Beside>), Error> {
        let (users, there) = parsed(bytes, |document| {
            (handlers::users(document, &self.module), change::global_modules(document))
        })?;
        // one by one: what sorts a list needs functions of the C runtime
        let mut known = BTreeSet::new();
        known.extend(&record.users);
        // what a module with a record of ours wants stands there
        let is_asked = |user: &str| others.iter().any(|(module, _)| handlers::module(user) == Some(module));
        let newcomers = users.iter().filter(|user| !known.contains(user) && !is_asked(user));
        let newcomers: Vec<&String> = newcomers.collect();
        let mut inverse = record.inverse.clone();
        let mut heirs: Vec<Beside> = Vec::new();
        for (bit, is_of) in [(HANDLERS, is_of_handlers as fn(&Step) -> bool), (EVENT_STREAMS, is_of_streams)]
        {
            let steps: Vec<Step> = inverse.steps().iter().filter(|step| is_of(step)).cloned().collect();
            let wants = |(module, other): &&Beside| {
                other.wants & bit != 0
                    && *module != self.module
                    && there.iter().any(|(name, _)| name == module)
            };
            let is_needed = match bit {
                HANDLERS => !newcomers.is_empty(),
                _ => newcomers.iter().any(|user| handlers::streams(user)),
            };
            let heir = heirs.iter().chain(others).find(wants).filter(|_| !steps.is_empty()).cloned();
            if let Some((module, mut heir)) = heir {
                heir.inverse = heir.inverse.and_also(steps);
                heirs.retain(|(known, _)| *known != module);
                heirs.push((module, heir));
            } else if !is_needed {
                continue;
            }
            inverse = inverse.without(is_of);
        }
        Ok((inverse, heirs))
    }

    /// Whether the module's name stands in the file at all, in an encoding of single bytes or in UTF-16.
    fn is_mentioned(&self, bytes: &[u8]) -> bool {
        let name = &self.module;
        let utf16 = |convert: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(convert).collect::<Vec<u8>>();
        let texts = [name.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
        texts.iter().any(|text| !text.is_empty() && bytes.windows(text.len()).any(|window| window == text))
    }
}

/// Whether a step locks `handlers` again.
fn is_of_handlers(step: &Step) -> bool {
    let Step::Set { element, .. } = step else { return false };
    element.0.last().is_some_and(|hop| hop.key.as_ref().is_some_and(|(_, name)| name == "handlers"))
}

/// Whether a step takes out a rule of compression.
fn is_of_streams(step: &Step) -> bool {
    let Step::Remove { parent, entry, .. } = step else { return false };
    let rules = parent.0.last().is_some_and(|hop| hop.element == "dynamicTypes");
    rules && entry.key.as_ref().is_some_and(|(attribute, _)| attribute == "mimeType")
}

fn parsed<T>(bytes: &[u8], look: impl FnOnce(&Document) -> T) -> Result<T, Error> {
    let (text, _) = encoding::decode(bytes)?;
    Ok(look(&Document::parse(&text)?))
}

fn unchanged(bytes: &[u8], record: Option<Record>) -> Made {
    let edited = Edited { bytes: bytes.to_vec(), inverse: Inverse::default() };
    Made { edited, record, stays: None, heirs: Vec::new() }
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
            &job.area.as_ref().map_or_else(String::new, |area| escape(&area.name)),
            &job.area.as_ref().map_or_else(String::new, |area| area.value.to_string()),
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
        let [verb, attributes, shared, run, file, module, image, section, area, value] = fields.as_slice()
        else {
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
            area: match (unescape(area)?, *value) {
                (name, "") if name.is_empty() => None,
                (name, value) => Some(Area { name, value: value.parse().ok()? }),
            },
        })
    };
    text.split('\n').filter(|line| !line.is_empty()).map(job).collect()
}
