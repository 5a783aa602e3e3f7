//! The rules of Windows Installer that the simulation applies, each with how sure it is.
//!
//! A: Microsoft's documentation or a Windows log says so. B: experts or overwhelming practice. C: follows from A and B.
//! D: contested or unknown; whatever rests on it is reported as uncertain.
//!
//! A rule with a number that is not here is not modelled: what the UI sequence finds for the execute sequence (A01; U033
//! says where that matters), Windows' protection of its own files (A22) and rows of type libraries, classes and the like,
//! which a report names as not simulated, conditions that are asked again by a reinstall only (A42), the folders of a
//! removed component beyond those that it made (A50), and the two entries in Apps & Features before the old one goes
//! (A58).

use serde::Serialize;
use std::fmt;

/// How sure a rule is; a chain is as sure as its weakest rule, the greatest value here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Confidence {
    /// Documented by Microsoft, or seen in a Windows log.
    A,
    /// Said by experts, or practised everywhere.
    B,
    /// Derived.
    C,
    /// Contested or unknown.
    D,
}

impl Confidence {
    /// Where the knowledge comes from.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Confidence::A => "documented by Microsoft, or seen in a log of Windows",
            Confidence::B => "said by experts, or practised everywhere",
            Confidence::C => "follows from what is documented or practised",
            Confidence::D => "contested or unknown",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

macro_rules! rules {
    ($($name:ident $confidence:ident $statement:literal;)+) => {
        /// A rule, by its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Rule {
            $(#[doc = $statement] $name,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Rule] = &[$(Rule::$name),+];

            /// How sure it is.
            #[must_use]
            pub fn confidence(self) -> Confidence {
                match self { $(Rule::$name => Confidence::$confidence,)+ }
            }

            /// What it says.
            #[must_use]
            pub fn statement(self) -> &'static str {
                match self { $(Rule::$name => $statement,)+ }
            }
        }
    };
}

rules! {
    A02 A "FindRelatedProducts and RemoveExistingProducts act on a first install only";
    A03 A "an upgrade is found by UpgradeCode, version range and inclusive bits";
    A04 A "only three fields of ProductVersion count";
    A05 A "the language list and its exclusive bit narrow the upgrade";
    A06 A "no upgrade crosses per-user and per-machine";
    A07 A "the detection property must be public, secure and unique";
    A08 A "RemoveExistingProducts with queued operations before it fails with error 2613";
    A09 A "what a failure rolls back depends on where RemoveExistingProducts stands";
    A10 B "RemoveExistingProducts before costing works, although undocumented";
    A11 A "the old product is removed with its own cached package";
    A12 A "the nested removal has UPGRADINGPRODUCTCODE and the Remove column's features";
    A13 A "OnlyDetect rows remove nothing";
    A14 A "component states are fixed when costing ends";
    A15 A "queued operations run at InstallExecute and InstallFinalize";
    A16 A "a component is not installed where its key file has a higher version on the disk";
    A17 A "a component with an unversioned key file is not installed over a versioned one";
    A18 A "that veto goes by path, not by ComponentId";
    A19 A "the veto holds for the whole component, which is registered all the same";
    A20 B "an equal version is not vetoed";
    A21 A "NeverOverwrite keeps a component from being installed where its key path exists";
    A23 A "an assembly identity that the global cache has is not installed again";
    A24 A "the higher file version wins";
    A25 A "a versioned file replaces an unversioned one, never the reverse";
    A26 A "at equal versions the languages decide, else the file on the disk stays";
    A27 A "an unversioned file that was modified after its creation is user data and stays";
    A28 A "an unversioned file whose hash matches is not copied";
    A29 A "a companion file follows its parent";
    A30 A "REINSTALLMODE changes the file rules, on first installs too";
    A31 A "Windows 11 24H2 on ARM64 replaces older runtime libraries below its own folder only, whatever the mode";
    A32 A "the key path is a file, a registry value or the folder";
    A33 B "a component whose key path is missing counts as absent, so its removal does nothing";
    A34 A "removal deletes what its component owns, whoever wrote it";
    A35 A "a component is shared, and stays, while another product is a client of its ComponentId at the same key path, whatever further clients there are elsewhere (About shared components)";
    A36 B "removal ignores file versions";
    A37 D "a component whose other clients all have other key paths loses its files only";
    A38 A "a permanent component is never removed";
    A39 A "a component without ComponentId is never registered and never removed";
    A40 B "a file whose SharedDLLs count stays above zero is kept";
    A41 D "a component with the Shared bit may survive in its highest version";
    A43 A "the 64-bit bit selects folders and registry view";
    A44 B "registry values are removed by name, whatever their data";
    A45 A "RemoveFile deletes without counting clients";
    A46 A "a duplicate goes with its component";
    A47 A "MoveFile acts on install only";
    A48 A "ServiceControl bits start, stop and delete services on install and on removal";
    A49 A "prefixes of an environment variable's name say when it is written and removed";
    A51 A "features take over the state that they had in the old product";
    A52 B "a file in use is replaced or deleted at the next start of Windows";
    A53 B "removal before installing, a file in use and an equal version: the restart deletes the file";
    A54 C "commit actions of the nested removal run at the outer commit";
    A55 B "a bundle removes the old package after the new chain is complete";
    A56 A "a reference to a component that is not installed is blank";
    S01 A "a condition of the component, evaluated at CostFinalize, decides whether it is enabled";
    S02 A "a feature's level and the command line decide whether it is installed";
    S03 A "a launch condition that does not hold ends the install";
    S04 A "the same ProductCode in another package is refused with error 1638";
    S05 A "a custom action of type 19 ends the install with its error";
    S06 D "a condition depends on the machine; searches are taken to find what they look for";
    S07 A "InstallFiles writes a file that is not there";
    S08 A "values, services and the like of an installed component are written";
    S09 B "a module stays in applicationHost.config unless its file's component is absent or removed";
    A57 B "registering a type library with a lower minor version unregisters the higher one";
    S10 A "REINSTALLMODE with `a` overwrites all files";
    S11 B "a file without a version keeps no component from being installed, edited or not";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
