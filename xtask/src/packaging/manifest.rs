//! The manifest of a run: what the plan, the stage and the engine have to say of it.

use super::engine::{Engine, Kind as EngineKind};
use super::sign::OnStage;
use super::stage::Staged;
use super::verify::Made;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, hexadecimal};
use ancm_installer::native::configaction::Provenance;
use ancm_installer::payload::PayloadFile;
use ancm_installer::plan::{ActionDll, Forwarder, Package, Plan};
use ancm_installer::release::sha256;
use ancm_installer::release::{
    ActionEntry, EngineEntry, ForwarderEntry, Manifest, PackageEntry, PayloadEntry, SCHEMA,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// This program, as manifests name it.
pub const TOOL: &str = concat!("ancm-installer ", env!("CARGO_PKG_VERSION"));

/// The folder of baselines, which say what shipped and are no part of a package.
const BASELINES: &str = "baselines";

/// The folder of products, of which one is packaged.
const PRODUCTS: &str = "products";

/// What is on the stage, and what was signed there.
pub struct Stage<'s> {
    /// All of it.
    pub staged: &'s Staged,
    /// What was signed.
    pub signed: &'s OnStage,
}

/// The manifest of `packages`, made by `plan` from the authoring in the folder `wix`.
///
/// # Errors
/// The authoring cannot be read any more.
pub fn manifest(
    plan: &Plan,
    stage: &Stage<'_>,
    engine: &Engine,
    effort: Effort,
    packages: &[(&Package, Made)],
    wix: &Path,
) -> Outcome<Manifest> {
    Ok(Manifest {
        schema: SCHEMA.to_owned(),
        tool: TOOL.to_owned(),
        authoring_sha256: authoring(wix, &plan.product)?,
        product: plan.product.clone(),
        version: plan.version.value,
        stand_in: plan.payload.is_stand_in(),
        engine: EngineEntry {
            chosen: engine.chosen.to_string(),
            version: engine.version.clone(),
            reason: engine.reason.clone(),
        },
        compression_effort: (engine.chosen == EngineKind::Embedded).then(|| effort.to_string()),
        linker: stage.staged.linker.clone(),
        payload: plan.payload.files.values().map(payload).collect(),
        forwarders: plan.forwarders.iter().filter_map(|dll| forwarder(dll, stage)).collect(),
        configuration_action: Provenance::of_packages(),
        packages: packages.iter().map(|(package, made)| entry(package, made, stage.signed)).collect(),
    })
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

fn forwarder(forwarder: &Forwarder, stage: &Stage<'_>) -> Option<ForwarderEntry> {
    let (name, staged) = (&forwarder.stage_path, stage.staged);
    let built = match stage.signed.get(name) {
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

fn entry(package: &Package, made: &Made, signed: &OnStage) -> PackageEntry {
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
        signed: held.into_iter().filter_map(|name| signed.get(name)).cloned().collect(),
    }
}

/// One hash of everything in the folder `wix` that packages of `product` come from: of each file's name and bytes, in the order of names.
fn authoring(wix: &Path, product: &str) -> Outcome<String> {
    let products = wix.join(PRODUCTS);
    let fail = |path: &Path, error: &std::io::Error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::new(Exit::Input, "manifest::authoring", message)
    };
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut folders = vec![wix.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| fail(&folder, &error))? {
            let path = entry.map_err(|error| fail(&folder, &error))?.path();
            if !path.is_dir() {
                let name = path.strip_prefix(wix).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((name, path));
            } else if !path.ends_with(BASELINES) && (folder != products || path.ends_with(product)) {
                folders.push(path);
            }
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for (name, path) in files {
        let bytes = std::fs::read(&path).map_err(|error| fail(&path, &error))?;
        hash.update(format!("{name}\0{}\0", bytes.len()));
        hash.update(bytes);
    }
    Ok(hexadecimal(hash.finalize()))
}
