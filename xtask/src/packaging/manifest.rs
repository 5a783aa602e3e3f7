//! The manifest of a run, and the authoring that it was made from.

use super::engine::{Engine, Kind as EngineKind};
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::cab::Effort;
use ancm_installer::plan::{Package, Plan};
use ancm_installer::release::{self, EngineEntry, Made, Manifest, Run, Staged};
use std::collections::BTreeMap;
use std::path::Path;

/// This program, as manifests name it.
pub const TOOL: &str = concat!("ancm-installer ", env!("CARGO_PKG_VERSION"));

/// The folder of baselines, which say what shipped and are no part of a package.
const BASELINES: &str = "baselines";

/// The folder of products, of which one is packaged.
const PRODUCTS: &str = "products";

/// The manifest of `packages`, made by `plan` from the authoring in the folder `wix`.
///
/// # Errors
/// The authoring cannot be read any more.
pub fn manifest(
    plan: &Plan,
    staged: &Staged,
    engine: &Engine,
    effort: Effort,
    packages: &[(&Package, Made)],
    wix: &Path,
) -> Outcome<Manifest> {
    let run = Run {
        tool: TOOL,
        engine: EngineEntry {
            chosen: engine.chosen.to_string(),
            version: engine.version.clone(),
            reason: engine.reason.clone(),
        },
        compression_effort: (engine.chosen == EngineKind::Embedded).then(|| effort.to_string()),
        authoring_sha256: release::authoring(&authoring(wix, &plan.product)?),
    };
    Ok(Manifest::of(plan, staged, run, packages))
}

/// Everything in the folder `wix` that packages of `product` come from, by name.
fn authoring(wix: &Path, product: &str) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let products = wix.join(PRODUCTS);
    let fail = |path: &Path, error: &std::io::Error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::new(Exit::Input, "manifest::authoring", message)
    };
    let mut files = BTreeMap::new();
    let mut folders = vec![wix.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| fail(&folder, &error))? {
            let path = entry.map_err(|error| fail(&folder, &error))?.path();
            if !path.is_dir() {
                let name = path.strip_prefix(wix).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).map_err(|error| fail(&path, &error))?);
            } else if !path.ends_with(BASELINES) && (folder != products || path.ends_with(product)) {
                folders.push(path);
            }
        }
    }
    Ok(files)
}
