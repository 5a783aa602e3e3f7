//! Where RemoveExistingProducts stands, computed from the sequence numbers.

use crate::package::{Action, Package};
use serde::Serialize;
use std::fmt;

/// The classes of SPEC §2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum ScheduleClass {
    /// Before costing: nothing of the old product is left to veto anything. Not documented by Microsoft.
    PreCost,
    /// Between InstallValidate and InstallInitialize, in a transaction of its own.
    EarlyA,
    /// After InstallInitialize, before anything is queued.
    EarlyB,
    /// After InstallExecute has registered the new components, before the new files are laid.
    Between,
    /// After InstallExecute or InstallExecuteAgain has laid the new files.
    Late,
    /// After InstallFinalize.
    LateC,
    /// Where Windows Installer fails with error 2613.
    Illegal,
    /// Nowhere: products stay side by side.
    Absent,
}

impl fmt::Display for ScheduleClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            ScheduleClass::PreCost => "before costing",
            ScheduleClass::EarlyA => "early (before InstallInitialize)",
            ScheduleClass::EarlyB => "early (after InstallInitialize)",
            ScheduleClass::Between => "after registering and before installing",
            ScheduleClass::Late => "late (after InstallExecute)",
            ScheduleClass::LateC => "late (after InstallFinalize)",
            ScheduleClass::Illegal => "at an illegal place",
            ScheduleClass::Absent => "never",
        })
    }
}

/// Where RemoveExistingProducts stands in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The class.
    pub class: ScheduleClass,
    /// The sequence number; 0 where there is no row.
    pub sequence: i32,
}

impl Schedule {
    /// Of `package`: the first row whose action is RemoveExistingProducts.
    #[must_use]
    pub fn of(package: &Package) -> Schedule {
        let place = |name: &str| package.execute.iter().find(|action| action.name == name);
        let number = |name: &str| place(name).map(|action| action.sequence);
        let Some(removal) = place("RemoveExistingProducts") else {
            return Schedule { class: ScheduleClass::Absent, sequence: 0 };
        };
        let at = removal.sequence;
        let before = |name: &str| number(name).is_some_and(|other| at < other);
        let queued = pending(&package.execute, at);
        let class = if before("CostInitialize") {
            ScheduleClass::PreCost
        } else if queued {
            ScheduleClass::Illegal
        } else if number("InstallFinalize").is_some_and(|finalize| at > finalize) {
            ScheduleClass::LateC
        } else if before("InstallInitialize") {
            ScheduleClass::EarlyA
        } else if !package.execute.iter().any(|action| action.is_queued && action.sequence < at) {
            ScheduleClass::EarlyB
        } else if number("InstallFiles").is_some_and(|files| at < files) {
            ScheduleClass::Between
        } else {
            ScheduleClass::Late
        };
        Schedule { class, sequence: at }
    }

    /// Whether the new files are in place before the old product goes.
    #[must_use]
    pub fn is_late(&self) -> bool {
        matches!(self.class, ScheduleClass::Late | ScheduleClass::LateC)
    }

    /// Whether the old product goes after costing and before the new files come.
    #[must_use]
    pub fn is_early(&self) -> bool {
        matches!(self.class, ScheduleClass::EarlyA | ScheduleClass::EarlyB | ScheduleClass::Between)
    }
}

/// Whether operations wait to be run when the sequence reaches `at`.
fn pending(execute: &[Action], at: i32) -> bool {
    let runs = |action: &&Action| {
        matches!(action.name.as_str(), "InstallExecute" | "InstallExecuteAgain" | "InstallFinalize")
    };
    let last_run = execute.iter().filter(runs).map(|a| a.sequence).filter(|s| *s < at).max().unwrap_or(0);
    execute.iter().any(|action| action.is_queued && action.sequence > last_run && action.sequence < at)
}

/// Operations of the script that waits to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Queued<'a> {
    /// A standard action.
    Standard(&'a str),
    /// IIS module rows: register, or unregister.
    Modules {
        /// Whether modules of installed components are registered.
        install: bool,
    },
    /// Rows of our own table of configurations: register, or unregister.
    Configurations {
        /// Whether modules of installed components are registered.
        install: bool,
    },
    /// Rows of the table `FileSwap`: put there, or taken back.
    Swaps {
        /// Whether the package's DLLs are put there.
        install: bool,
    },
    /// A command line that a custom action runs.
    Command(String),
}
