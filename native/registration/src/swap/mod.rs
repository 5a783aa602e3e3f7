//! A DLL of another installer's in whose place one of ours stands: what is to be done, decided from bytes alone.
//!
//! Three files are written, all in the folder of the DLL: `kept`, under which what stood there can still be loaded;
//! `second`, the same DLL for the other kind of processes; and at last the DLL itself, which leads to both. Where nothing
//! leads anywhere (a 32-bit DLL where one for ARM64 stood by mistake), it is the DLL alone.
//!
//! A [`Record`] has what was there. What would be there without us follows from it and from the files as
//! they are ([`Record::without_us`]), and a repair plans from that, so that it does the same as a first installation.

mod image;
mod record;
mod refusal;

pub use image::{Image, Processor, Version};
pub use record::{Journal, Kept, Record};
pub use refusal::Refusal;

use crate::field::{escape, unescape};
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// One of the files that a swap writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Under this name, what stood in the DLL's place can be loaded.
    Kept,
    /// The DLL for the other kind of processes.
    Second,
    /// The DLL.
    File,
}

impl Role {
    /// All, in the order in which they are written: what is led to is there before what leads to it.
    pub const ALL: [Role; 3] = [Role::Kept, Role::Second, Role::File];

    fn word(self) -> &'static str {
        match self {
            Role::Kept => "kept",
            Role::Second => "second",
            Role::File => "file",
        }
    }

    fn named(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Ours stands there, or stands there again.
    Add,
    /// What was there comes back.
    Remove,
    /// The files are another product's by now: they stay, and nothing is kept any more.
    Forget,
}

impl Verb {
    const WORDS: [(Verb, &str); 3] = [(Verb::Add, "add"), (Verb::Remove, "remove"), (Verb::Forget, "forget")];
}

/// One DLL and what is to be done in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// What happens.
    pub verb: Verb,
    /// What tells this installation from all others.
    pub run: String,
    /// Full path of the DLL.
    pub file: String,
    /// What the DLL must be to be replaced.
    pub from: Processor,
    /// What the DLL is where nothing is to be done.
    pub right: Option<Processor>,
    /// The lowest version of a DLL that may be replaced; none for any.
    pub lowest: Option<Version>,
    /// The highest one; none for any.
    pub highest: Option<Version>,
    /// What a DLL that is replaced must export, and nothing else.
    pub exports: Vec<String>,
    /// Full path of what is put there: a file of the package's own, in a folder of its own.
    pub new: String,
    /// Names beside the DLL of what ours leads to; none where it leads nowhere.
    pub led_to: Option<LedTo>,
    /// A name beside the DLL under which scripts leave what they replaced; empty where none is known.
    pub backup: String,
    /// What the user reads where there is no such DLL.
    pub missing: String,
}

/// What a forwarder leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedTo {
    /// The name of what stood there.
    pub kept: String,
    /// The name of the DLL for the other kind of processes.
    pub second: String,
    /// Full path of what becomes of that.
    pub source: String,
    /// What it must be.
    pub processor: Processor,
    /// What the user reads where it is not there.
    pub missing: String,
}

/// The files, as they are or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present {
    /// The DLL.
    pub file: Option<Vec<u8>>,
    /// What is under the name of what stood there.
    pub kept: Option<Vec<u8>>,
    /// What is under the name of the DLL for the other kind of processes.
    pub second: Option<Vec<u8>>,
    /// What becomes of that.
    pub source: Option<Vec<u8>>,
    /// What scripts have left.
    pub backup: Option<Vec<u8>>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the DLL is right.
    Right,
    /// Ours is put there.
    Swap {
        /// What the other files become; one that is not named stays.
        beside: Vec<(Role, Vec<u8>)>,
        /// Whether somebody has changed the DLL before us.
        adopted: bool,
    },
}

impl Swap {
    /// The folder of the DLL.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.file.rsplit_once('\\').map_or("", |(folder, _)| folder)
    }

    /// Full path of one of the files; nothing where the swap has no such file.
    #[must_use]
    pub fn path(&self, role: Role) -> Option<String> {
        let beside = |name: &str| alloc::format!(r"{}\{name}", self.folder());
        let led_to = self.led_to.as_ref();
        match role {
            Role::File => Some(self.file.clone()),
            Role::Kept => led_to.map(|led_to| beside(&led_to.kept)),
            Role::Second => led_to.map(|led_to| beside(&led_to.second)),
        }
    }

    /// Decides, where `present` is what would be there without us.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn decide(&self, present: &Present) -> Result<Decision, Refusal> {
        let Some(file) = &present.file else { return Err(Refusal::Missing(self.missing.clone())) };
        let image = Image::parse(file).ok_or(Refusal::NotADll)?;
        if self.right == Some(image.processor) {
            return Ok(Decision::Right);
        }
        if image.processor == self.from {
            self.check(&image)?;
            let mut beside = Vec::new();
            if let Some(led_to) = &self.led_to {
                beside.push((Role::Kept, file.clone()));
                beside.push((Role::Second, self.source(led_to, present)?));
            }
            return Ok(Decision::Swap { beside, adopted: false });
        }
        let other = Refusal::Processor { is: image.processor, expected: self.from };
        let Some(led_to) = &self.led_to else { return Err(other) };
        // somebody's forwarder, with what it leads to
        if image.processor == Processor::Arm64X
            && let (Some(kept), Some(second)) = (&present.kept, &present.second)
            && let (Ok(kept), Ok(_)) = (image_of(kept, self.from), image_of(second, led_to.processor))
        {
            self.check(&kept).map_err(|refusal| refusal.of(&led_to.kept))?;
            return Ok(Decision::Swap { beside: Vec::new(), adopted: true });
        }
        if !image.processor.serves(led_to.processor) {
            return Err(other);
        }
        // the other DLL, put there by a script which keeps what was there
        let Some(bytes) = &present.backup else {
            let backup = self.backup.clone();
            return Err(Refusal::NothingKept { is: image.processor, expected: self.from, backup });
        };
        image_of(bytes, self.from)
            .and_then(|backup| self.check(&backup))
            .map_err(|refusal| refusal.of(&self.backup))?;
        self.check_exports(&image)?;
        let beside = [(Role::Kept, bytes.clone()), (Role::Second, file.clone())];
        Ok(Decision::Swap { beside: beside.into(), adopted: true })
    }

    /// What becomes the DLL for the other kind of processes.
    fn source(&self, led_to: &LedTo, present: &Present) -> Result<Vec<u8>, Refusal> {
        let Some(bytes) = &present.source else { return Err(Refusal::Missing(led_to.missing.clone())) };
        image_of(bytes, led_to.processor)
            .and_then(|image| self.check_exports(&image))
            .map_err(|refusal| refusal.of(&led_to.source))?;
        Ok(bytes.clone())
    }

    fn check(&self, image: &Image) -> Result<(), Refusal> {
        let (lowest, highest) = (self.lowest, self.highest);
        match image.version {
            None if lowest.is_some() || highest.is_some() => Err(Refusal::NoVersion),
            Some(is)
                if lowest.is_some_and(|lowest| is < lowest)
                    || highest.is_some_and(|highest| is > highest) =>
            {
                Err(Refusal::Version { is, lowest, highest })
            }
            _ => self.check_exports(image),
        }
    }

    /// What ours does not lead to, nobody would find.
    fn check_exports(&self, image: &Image) -> Result<(), Refusal> {
        let is_same = image.exports.len() == self.exports.len()
            && self.exports.iter().all(|name| image.exports.contains(name));
        if self.exports.is_empty() || is_same {
            return Ok(());
        }
        let names: Vec<&str> = image.exports.iter().map(String::as_str).collect();
        Err(Refusal::Exports { are: names.join(", "), expected: self.exports.join(", ") })
    }
}

/// The DLL that `bytes` are, which must be one for `wanted`.
fn image_of(bytes: &[u8], wanted: Processor) -> Result<Image, Refusal> {
    let image = Image::parse(bytes).ok_or(Refusal::NotADll)?;
    match image.processor.serves(wanted) {
        true => Ok(image),
        false => Err(Refusal::Processor { is: image.processor, expected: wanted }),
    }
}

/// Swaps as `CustomActionData`: a line each, [fields](crate::field) between tabs.
#[must_use]
pub fn to_text(swaps: &[&Swap]) -> String {
    let version = |version: Option<Version>| version.map_or_else(String::new, |version| version.to_string());
    let line = |swap: &&Swap| {
        let verb = Verb::WORDS.iter().find(|(verb, _)| *verb == swap.verb).map_or("", |(_, word)| word);
        let mut fields = alloc::vec![
            verb.to_owned(),
            swap.run.clone(),
            swap.file.clone(),
            swap.from.to_string(),
            swap.right.map_or_else(String::new, |right| right.to_string()),
            version(swap.lowest),
            version(swap.highest),
            swap.exports.join(";"),
            swap.new.clone(),
            swap.backup.clone(),
            swap.missing.clone(),
        ];
        if let Some(LedTo { kept, second, source, processor, missing }) = &swap.led_to {
            let more = [kept.clone(), second.clone(), source.clone(), processor.to_string(), missing.clone()];
            fields.extend(more);
        }
        fields.iter().map(|field| escape(field)).collect::<Vec<_>>().join("\t")
    };
    swaps.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads what [`to_text`] wrote; nothing where it is anything else.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<Swap>> {
    let optional = |text: &str, read: fn(&str) -> Option<Version>| match text {
        "" => Some(None),
        text => read(text).map(Some),
    };
    let swap = |line: &str| {
        let fields: Vec<String> = line.split('\t').map(unescape).collect::<Option<_>>()?;
        let (own, more) = fields.split_at_checked(11)?;
        let [verb, run, file, from, right, lowest, highest, exports, new, backup, missing] = own else {
            return None;
        };
        let led_to = match more {
            [] => None,
            [kept, second, source, processor, missing] => Some(LedTo {
                kept: kept.clone(),
                second: second.clone(),
                source: source.clone(),
                processor: Processor::named(processor)?,
                missing: missing.clone(),
            }),
            _ => return None,
        };
        Some(Swap {
            verb: Verb::WORDS.iter().find(|(_, word)| word == verb)?.0,
            run: run.clone(),
            file: file.clone(),
            from: Processor::named(from)?,
            right: if right.is_empty() { None } else { Some(Processor::named(right)?) },
            lowest: optional(lowest, Version::parse)?,
            highest: optional(highest, Version::parse)?,
            exports: exports.split(';').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect(),
            new: new.clone(),
            led_to,
            backup: backup.clone(),
            missing: missing.clone(),
        })
    };
    text.split('\n').filter(|line| !line.is_empty()).map(swap).collect()
}
