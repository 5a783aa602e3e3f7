//! What a machine would hold after an upgrade, and why.
//!
//! One engine runs the old package, then the new one, on a model of a machine, by the documented rules of Windows
//! Installer; each rule carries how sure it is. Reads packages and baselines; never our own plan, so that it can
//! contradict us. Touches no real machine.

use installer_cab as cab;
use installer_diag as diag;
use installer_id as id;
use installer_msi as msi;
use installer_names as names;
use installer_pe as pe;

mod answer;
mod baseline;
mod cells;
mod elsewhere;
mod engine;
mod findings;
mod intended;
mod journal;
mod judge;
mod kin;
mod late;
mod machine;
pub mod matrix;
mod modules;
mod package;
mod picture;
mod report;
mod rules;
mod scenario;
mod worlds;

pub use baseline::{Baseline, BaselineError};
pub use engine::{
    Decision, Doubt, Ending, Engine, Fired, Options, ReinstallMode, Run, Schedule, ScheduleClass, World,
    decide, veto,
};
pub use findings::{Finding, KINDS, Kind, explain};
pub use installer_condition::{Condition, ConditionError, Lookup, Truth, Value};
pub use installer_names::{Folded, RegistryName, View};
pub use journal::{Deed, Doer, Event, Journal, Subject};
pub use machine::{
    Client, Clients, DiskFile, Machine, Pending, Product, RecordedKeyPath, Resource, Swapped, Written,
};
pub use package::{
    Action, Component, ComponentAttributes, Configuration, CustomAction, Directory, DuplicateFile,
    Environment, Feature, Few, File, FileFacts, InRegistry, KeyPath, Memory, MoveFile, Named, Package,
    PackageError, Payload, PayloadError, Registry, RemoveFile, RemoveRegistry, Search, ServiceControl,
    Shortcut, Swap, TooLarge, Upgrade, for_each_file, for_each_file_in, read_payload,
};
pub use report::{Headline, Link, Outcome, Report, Verdict};
pub use rules::{Confidence, Rule};
pub use scenario::{FOREIGN_PRODUCT, Perturbation, Played, Scenario, Then};
