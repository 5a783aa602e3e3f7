//! The answer: each resource's fate, with the chain of events that led there.

use super::engine::{Ending, Fired, Schedule};
use super::findings::Finding;
use super::journal::Event;
use super::machine::Resource;
use super::package::Package;
use super::rules::Confidence;
use crate::id::Arch;
use crate::id::ProductCode;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What became of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As a clean install of the new package leaves it.
    PresentNew,
    /// There, but not as the new package brings it.
    PresentOld,
    /// Gone, although an installed product owns it.
    Missing,
    /// There, although nobody owns it any more.
    LeftBehind,
    /// The entry of an IIS module, left pointing at a DLL that is gone.
    Dangling,
}

impl Verdict {
    /// Whether somebody's thing does not work any more.
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(self, Verdict::Missing | Verdict::Dangling)
    }

    /// The higher, the worse.
    pub(super) fn badness(self) -> u8 {
        match self {
            Verdict::PresentNew => 0,
            Verdict::LeftBehind => 1,
            Verdict::PresentOld => 2,
            Verdict::Missing => 3,
            Verdict::Dangling => 4,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::PresentNew => "present-new",
            Verdict::PresentOld => "present-old",
            Verdict::Missing => "MISSING",
            Verdict::LeftBehind => "left-behind",
            Verdict::Dangling => "DANGLING",
        })
    }
}

/// One step of the way to an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether it was done to the resource; else it was decided about a component that owns or owned it.
    pub direct: bool,
    /// What happened.
    pub event: Arc<Event>,
}

/// The keys of the components that own a resource, in order.
pub type Owners = Arc<[Arc<str>]>;

/// The fate of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The resource.
    pub resource: Resource,
    /// What became of it.
    pub verdict: Verdict,
    /// How sure; [`Confidence::D`] means that it is uncertain.
    pub confidence: Confidence,
    /// The product that owns it, or owned it.
    pub owner: ProductCode,
    /// The new package's components that own it, by key.
    pub new_components: Owners,
    /// Whether `msiexec /f` brings it back; only asked for what is missing.
    pub repairable: bool,
    /// Whether the authoring asks for it: NeverOverwrite keeps what is there.
    pub by_design: bool,
    /// What happened to it in the new package's run, oldest first.
    pub chain: Vec<Link>,
}

impl Outcome {
    /// Whether the outcome rests on something that is not known of Windows, or of the old package.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.confidence == Confidence::D
    }
}

/// The answer in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Headline {
    /// Windows Installer refuses the new package; the machine is as before.
    Refused,
    /// Something that an installed product owns is gone.
    Regression,
    /// Something hangs on what is not known of Windows or of the machine.
    Uncertain,
    /// The old product stays installed beside the new one.
    SideBySide,
    /// Something is still the old one.
    Stale,
    /// Everything is as the new package brings it.
    Ok,
}

impl Headline {
    /// Every one, worst first.
    pub const ALL: [Headline; 6] = [
        Headline::Refused,
        Headline::Regression,
        Headline::Uncertain,
        Headline::SideBySide,
        Headline::Stale,
        Headline::Ok,
    ];
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Headline::Refused => "REFUSED",
            Headline::Regression => "REGRESSION",
            Headline::Uncertain => "UNCERTAIN",
            Headline::SideBySide => "SIDE BY SIDE",
            Headline::Stale => "STALE",
            Headline::Ok => "OK",
        })
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Report {
    /// Names of the packages, by product.
    pub names: BTreeMap<ProductCode, String>,
    /// The packages that were installed before, oldest first.
    pub old: Vec<ProductCode>,
    /// The new package.
    pub new: ProductCode,
    /// Where the new package removes old ones.
    pub schedule: Schedule,
    /// How its run ended.
    pub ending: Ending,
    /// Earlier installs of the chain that failed.
    pub earlier_failures: Vec<(ProductCode, Ending)>,
    /// Products that were removed.
    pub removed: Vec<ProductCode>,
    /// Products that stay beside the new one.
    pub beside: Vec<ProductCode>,
    /// Of those, the ones that the new package looks like a release of.
    pub kin_beside: Vec<ProductCode>,
    /// Whether products were installed and none of them went.
    pub nothing_replaced: bool,
    /// The machine's processor.
    pub machine: Arch,
    /// What was assumed of the machine.
    pub assumptions: Vec<String>,
    /// What happened afterwards, in words.
    pub later: Vec<String>,
    /// Whether a bundle removed the old packages at the end.
    pub bundle: bool,
    /// Whether Windows must be restarted.
    pub restart: bool,
    /// Every resource of the new package, and those of others that changed.
    pub outcomes: Vec<Outcome>,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
    /// Custom actions that ran, or would have.
    pub fired: Vec<Fired>,
    /// What is not simulated, by package.
    pub not_simulated: BTreeMap<ProductCode, Vec<String>>,
}

impl Report {
    /// The answer in a word.
    #[must_use]
    pub fn headline(&self) -> Headline {
        let any = |wanted: &dyn Fn(&Outcome) -> bool| self.outcomes.iter().any(wanted);
        match () {
            () if self.ending != Ending::Done => Headline::Refused,
            () if any(&|o| o.verdict.is_loss() && !o.is_uncertain()) => Headline::Regression,
            () if any(&|o| o.verdict != Verdict::LeftBehind && o.is_uncertain()) => Headline::Uncertain,
            () if !self.kin_beside.is_empty() || self.nothing_replaced => Headline::SideBySide,
            () if any(&|o| o.verdict == Verdict::PresentOld && !o.by_design) => Headline::Stale,
            () => Headline::Ok,
        }
    }

    /// The fate of `resource`.
    #[must_use]
    pub fn outcome(&self, resource: &Resource) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.resource == *resource)
    }

    /// Whether something that an installed product owns is, or may be, gone.
    #[must_use]
    pub fn is_regression(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.verdict.is_loss())
    }
}

/// A package's name in a report.
pub(super) fn name_of(package: &Package) -> &str {
    package.properties.get("ProductName").map_or(package.name.as_str(), String::as_str)
}
