//! The manifest of a run: what the plan, the stage and the engine have to say of it.

use super::made::Made;
use super::manifest::{
    ActionEntry, EngineEntry, ForwarderEntry, Manifest, PackageEntry, PayloadEntry, SCHEMA, SignedFile,
    sha256,
};
use crate::id::{Arch, hexadecimal};
use crate::native::configaction::Provenance;
use crate::payload::PayloadFile;
use crate::plan::{ActionDll, Forwarder, Package, Plan};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is on the stage: a folder with everything that the engine reads and that is not authoring.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// Files of packages, by their name below the stage.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// The linker that is to make the forwarders; none where there are none to make.
    pub linker: Option<String>,
    /// Forwarders that another linker had to make, by their name below the stage, and which.
    pub fallbacks: BTreeMap<String, String>,
    /// What was signed there, by name: hashes before and after.
    pub signed: BTreeMap<String, SignedFile>,
}

/// What a run is, besides its plan and its stage.
pub struct Run<'r> {
    /// The program that makes the packages, and its version.
    pub tool: &'r str,
    /// What turned the authoring into packages.
    pub engine: EngineEntry,
    /// How hard the embedded engine looked for small cabinets.
    pub compression_effort: Option<String>,
    /// The authoring, as [`authoring`] has it.
    pub authoring_sha256: String,
}

impl Manifest {
    /// The manifest of `packages`, made by `plan` in a `run`.
    #[must_use]
    pub fn of(plan: &Plan, staged: &Staged, run: Run<'_>, packages: &[(&Package, Made)]) -> Manifest {
        Manifest {
            schema: SCHEMA.to_owned(),
            tool: run.tool.to_owned(),
            authoring_sha256: run.authoring_sha256,
            product: plan.product.clone(),
            version: plan.version.value,
            stand_in: plan.payload.is_stand_in(),
            engine: run.engine,
            compression_effort: run.compression_effort,
            linker: staged.linker.clone(),
            payload: plan.payload.files.values().map(payload).collect(),
            forwarders: plan.forwarders.iter().filter_map(|dll| forwarder(dll, staged)).collect(),
            configuration_action: Provenance::of_packages(),
            packages: packages.iter().map(|(package, made)| entry(package, made, staged)).collect(),
        }
    }
}

/// One hash of the authoring: of each file's name and bytes, in the order of names.
#[must_use]
pub fn authoring(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update(format!("{name}\0{}\0", bytes.len()));
        hash.update(bytes);
    }
    hexadecimal(hash.finalize())
}

fn payload(file: &PayloadFile) -> PayloadEntry {
    PayloadEntry {
        role: file.role.to_string(),
        path: file.path.clone(),
        version: file.version,
        stand_in: file.stand_in,
        searches_handler_folder: file.searches_handler_folder,
        signed: file.signed.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
    }
}

fn forwarder(forwarder: &Forwarder, staged: &Staged) -> Option<ForwarderEntry> {
    let name = &forwarder.stage_path;
    let built = match staged.signed.get(name) {
        Some(signed) => signed.before.clone(),
        None => sha256(staged.files.get(name)?),
    };
    Some(ForwarderEntry {
        path: name.clone(),
        kind: forwarder.kind.to_string(),
        reason: forwarder.reason.clone(),
        version: forwarder.version,
        linker: staged.fallbacks.get(name).or(staged.linker.as_ref())?.clone(),
        sha256: built,
    })
}

fn entry(package: &Package, made: &Made, staged: &Staged) -> PackageEntry {
    let files = package.files().map(|file| &file.stage_path);
    let held: BTreeSet<&String> = files.chain([&package.configuration_action.stage_path]).collect();
    let ActionDll { arch, stage_path, size, sha256, provenance } = &package.configuration_action;
    PackageEntry {
        file: package.file_name.clone(),
        flavour: package.flavour,
        arch: package.arch,
        machine: (!package.swaps.is_empty()).then_some(Arch::Arm64),
        product_name: package.product_name.clone(),
        upgrade_code: package.upgrade_code,
        configuration_action: ActionEntry {
            arch: *arch,
            stage_path: stage_path.clone(),
            size: *size,
            sha256: sha256.clone(),
            provenance: (*provenance).to_owned(),
        },
        sha256: made.sha256.clone(),
        size: made.size,
        product_code: made.product_code,
        package_code: made.package_code,
        cabinets: made.cabinets.clone(),
        unsigned_sha256: made.unsigned_sha256.clone(),
        signed: held.into_iter().filter_map(|name| staged.signed.get(name)).cloned().collect(),
    }
}
