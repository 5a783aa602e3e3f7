//! What a log tells, in order: installations, what they did, and what stands near a failure. Plain data; bounded, whatever the
//! size of the log.

use super::line::Topic;
use super::line::text::Encoding;
use serde::Serialize;
use std::collections::BTreeMap;

/// A list that stops growing: what comes later is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bounded<T> {
    /// What was kept, in order.
    pub items: Vec<T>,
    /// How many more there were.
    pub left_off: u64,
    #[serde(skip)]
    limit: usize,
}

impl<T> Bounded<T> {
    pub(super) fn new(limit: usize) -> Bounded<T> {
        Bounded { items: Vec::new(), left_off: 0, limit }
    }

    pub(super) fn push(&mut self, item: T) {
        if self.items.len() < self.limit {
            self.items.push(item);
        } else {
            self.left_off += 1;
        }
    }

    /// As [`Bounded::push`], but it is the oldest that goes.
    pub(super) fn push_late(&mut self, item: T) {
        if self.items.len() >= self.limit {
            self.items.remove(0);
            self.left_off += 1;
        }
        self.items.push(item);
    }
}

/// A line that says something about why an installation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Its number, from 1.
    pub line: u64,
    /// What kind of saying it is.
    pub kind: EvidenceKind,
    /// The error's number, where it has one; the exit code, for what a custom action returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Who says it: a product, a custom action.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// What it says, shortened where it is long.
    pub text: String,
}

/// The kinds of [`Evidence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// An error of Windows Installer, with a number.
    Error,
    /// `Note: 1: …`, an error that the engine notes for itself.
    Note,
    /// A message for the user without a number: a launch condition, for example.
    Message,
    /// What a custom action wrote.
    Output,
    /// A .NET exception of a custom action.
    Exception,
    /// What a custom action returned.
    Returned,
    /// An engine line about policy, sources, files in use and the like.
    Engine(Topic),
}

/// An action that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionRun {
    /// Its name.
    pub name: String,
    /// The line where it begins.
    pub line: u64,
    /// Milliseconds from the beginning of the installation; nothing where the log tells no time.
    pub start: Option<u64>,
    /// How long it took, in milliseconds.
    pub duration: Option<u64>,
    /// What it returned; nothing for an action of the script, and one that did not end.
    pub value: Option<u32>,
    /// Whether the script ran it, after it was queued.
    pub deferred: bool,
}

/// What made an installation fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The action that failed first.
    pub action: String,
    /// The action of the script that it was executing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred: Option<String>,
    /// The operation of the script that was at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The line that says so.
    pub line: u64,
    /// What it returned.
    pub value: u32,
    /// What stands before it and belongs to it, oldest first.
    pub evidence: Vec<Evidence>,
}

/// A failure that did not stop the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// The line.
    pub line: u64,
    /// What failed.
    pub what: String,
    /// Why it did not matter.
    pub why: &'static str,
}

/// What was decided about a file when it was its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDecision {
    /// The line.
    pub line: u64,
    /// The path.
    pub path: String,
    /// Whether the package's file was written.
    pub written: bool,
    /// The rule, as `cargo xtask upgrade` has it (`A24`); empty for a reason that is not known.
    pub rule: &'static str,
    /// The reason, in the log's words.
    pub reason: String,
}

/// A component that was asked for and not installed, or that was removed in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentState {
    /// The line.
    pub line: u64,
    /// Its key.
    pub name: String,
    /// Before.
    pub installed: String,
    /// What was asked for.
    pub request: String,
    /// What was done.
    pub action: String,
}

/// A custom action with what it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomAction {
    /// Its name, or its entry point.
    pub name: String,
    /// The line where it begins.
    pub line: u64,
    /// What it wrote, the last lines.
    pub output: Vec<String>,
}

/// What an installation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Something is installed; also where the log does not say what.
    Install,
    /// A product is removed.
    Removal,
    /// A product is removed because another one takes its place.
    UpgradeRemoval,
    /// A product is repaired.
    Repair,
    /// A patch is applied or removed.
    Patch,
    /// A product that is there already is asked for again.
    Maintenance,
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Purpose::Install => "installation",
            Purpose::Removal => "removal",
            Purpose::UpgradeRemoval => "removal for an upgrade",
            Purpose::Repair => "repair",
            Purpose::Patch => "patch",
            Purpose::Maintenance => "maintenance",
        })
    }
}

/// One run of Windows Installer for one product, its client's and its service's part together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Its number in the log, from 1.
    pub id: u32,
    /// The session that it runs inside of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Its first and last lines.
    pub lines: (u64, u64),
    /// What it is about.
    pub purpose: Purpose,
    /// The package, or the ProductCode, that the engine was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The product's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its ProductCode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// The exit code; nothing where the log ends before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<u32>,
    /// Whether the user stopped it.
    pub cancelled: bool,
    /// Whether only the client's part is in the log.
    pub client_only: bool,
    /// Whether the log is a verbose one, here.
    pub verbose: bool,
    /// How long it took, in milliseconds.
    pub duration: u64,
    /// The first failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The action that was at work last, where none is known to have failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_action: String,
    /// Whether the service gave up before it began.
    pub refused: bool,
    /// What was said last, where no action is known to have failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<Evidence>,
    /// Errors and messages anywhere in it.
    pub messages: Bounded<Evidence>,
    /// Failures that did not stop it.
    pub ignored: Bounded<Ignored>,
    /// Actions, in order.
    pub actions: Bounded<ActionRun>,
    /// What was decided about files.
    pub files: Bounded<FileDecision>,
    /// Components that were not installed because of a higher version on the disk, with the line.
    pub vetoed: Bounded<(String, u64)>,
    /// Components that stay because another product uses them, with the line.
    pub spared: Bounded<(String, u64)>,
    /// Components whose action is not what was asked for.
    pub components: Bounded<ComponentState>,
    /// How many components have which action.
    pub component_actions: BTreeMap<String, u64>,
    /// Older products that were found.
    pub found: Bounded<String>,
    /// What FindRelatedProducts skipped, with the line.
    pub skipped: Bounded<(String, u64)>,
    /// What waits for a restart of Windows, with the line.
    pub restarts: Bounded<(String, u64)>,
    /// Custom actions with their output.
    pub custom_actions: Bounded<CustomAction>,
    /// Messages of our own registration, with the line.
    pub registration: Bounded<(String, u64)>,
    /// Messages of our own swaps of DLLs, with the line.
    pub swaps: Bounded<(String, u64)>,
    /// Properties.
    pub properties: BTreeMap<String, String>,
    /// How many files and registry values were written and removed by operations of the script.
    pub operations: BTreeMap<String, u64>,
}

impl Session {
    pub(super) fn new(id: u32, parent: Option<u32>, line: u64) -> Session {
        Session {
            id,
            parent,
            lines: (line, line),
            purpose: if parent.is_some() { Purpose::UpgradeRemoval } else { Purpose::Install },
            package: None,
            name: None,
            version: None,
            product_code: None,
            result: None,
            cancelled: false,
            client_only: false,
            verbose: false,
            duration: 0,
            failure: None,
            last_action: String::new(),
            refused: false,
            last: Vec::new(),
            messages: Bounded::new(48),
            ignored: Bounded::new(24),
            actions: Bounded::new(1500),
            files: Bounded::new(1500),
            vetoed: Bounded::new(500),
            spared: Bounded::new(500),
            components: Bounded::new(500),
            component_actions: BTreeMap::new(),
            found: Bounded::new(40),
            skipped: Bounded::new(40),
            restarts: Bounded::new(100),
            custom_actions: Bounded::new(200),
            registration: Bounded::new(200),
            swaps: Bounded::new(200),
            properties: BTreeMap::new(),
            operations: BTreeMap::new(),
        }
    }

    /// A name for people.
    #[must_use]
    pub fn title(&self) -> String {
        let package = || {
            let package = self.package.as_deref().or(self.product_code.as_deref())?;
            Some(package.rsplit(['\\', '/']).next().unwrap_or(package).to_owned())
        };
        match (&self.name, &self.version) {
            (Some(name), Some(version)) if !name.contains(version.as_str()) => format!("{name} {version}"),
            (Some(name), _) => name.clone(),
            (None, _) => package().unwrap_or_else(|| "an unnamed product".to_owned()),
        }
    }

    /// Whether it succeeded; nothing where the log does not tell.
    #[must_use]
    pub fn succeeded(&self) -> Option<bool> {
        self.result.map(super::known::codes::is_success)
    }
}

/// A package of a bundle, as Burn's log has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BundlePackage {
    /// Its id.
    pub id: String,
    /// The line where it is applied, or planned.
    pub line: u64,
    /// What is done with it.
    pub action: String,
    /// The result, where it was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<u32>,
    /// Its own log, which has the reason of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// One run of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bundle {
    /// Its first and last lines.
    pub lines: (u64, u64),
    /// Its name.
    pub name: String,
    /// Burn's version.
    pub engine: String,
    /// What it was asked to do.
    pub action: String,
    /// Its packages.
    pub packages: Vec<BundlePackage>,
    /// Errors, oldest first.
    pub errors: Bounded<Evidence>,
    /// The place in `errors` of the first one of the failure that ended it.
    #[serde(skip)]
    pub(super) first: Option<usize>,
    /// The package that was at work then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_package: Option<String>,
    /// What came of it; nothing where the log ends before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<u32>,
    /// Conditions that did not hold, and messages of the user interface about them, with the line.
    pub conditions: Bounded<(String, u64)>,
    /// Packages that the application tried again.
    pub retries: u64,
}

/// How much of a log was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Lines with something on them.
    pub lines: u64,
    /// Lines of a known kind.
    pub known: u64,
    /// Lines that go on with a message or belong to what a custom action wrote.
    pub continued: u64,
    /// The rest.
    pub unknown: u64,
    /// Some of the rest, with their numbers.
    pub samples: Bounded<(String, u64)>,
}

/// A whole log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    /// How it is written.
    pub encoding: Encoding,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its lines.
    pub lines: u64,
    /// Lines that were too long to be read whole.
    pub cut: u64,
    /// How much was understood.
    pub coverage: Coverage,
    /// Installations, in order.
    pub sessions: Vec<Session>,
    /// Installations that were let go of because there are too many; all of them succeeded, unless there were too many of the
    /// others.
    pub sessions_left_off: u64,
    /// Bundles, in order.
    pub bundles: Vec<Bundle>,
    /// What is wrong, the reason of a failure first.
    pub findings: Vec<super::finding::Finding>,
}
