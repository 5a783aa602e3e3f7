//! `manifest.json` and `SHA256SUMS`: what was made, for those who publish it. No times, no paths of this machine.

use super::engine::{Engine, Kind as EngineKind};
use super::stage::Staged;
use super::verify::{Made, sha256};
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, FileVersion, Flavour, UpgradeCode};
use ancm_installer::native::configaction::Provenance;
use ancm_installer::payload::PayloadFile;
use ancm_installer::plan::{ActionDll, Kind, Package, Plan};
use serde::Serialize;

/// The manifest.
#[derive(Debug, Serialize)]
pub struct Manifest<'m> {
    schema: &'static str,
    version: String,
    /// Whether the packages are made of stand-ins and must not be used.
    stand_in: bool,
    engine: &'m Engine,
    /// How hard the embedded engine looked for small cabinets; the bytes depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    compression_effort: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linker: Option<&'m str>,
    payload: Vec<&'m PayloadFile>,
    forwarders: Vec<Forwarder<'m>>,
    /// How the DLLs with the custom actions were made, which come ready made.
    configuration_action: Provenance,
    packages: Vec<Entry<'m>>,
}

#[derive(Debug, Serialize)]
struct Forwarder<'m> {
    path: &'m str,
    kind: Kind,
    reason: &'m str,
    version: FileVersion,
    /// The linker that made it; where that is not the one of the manifest, that one made none that is right.
    linker: &'m str,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct Entry<'m> {
    file: &'m str,
    flavour: Flavour,
    arch: Arch,
    product_name: &'m str,
    upgrade_code: UpgradeCode,
    configuration_action: &'m ActionDll,
    #[serde(flatten)]
    made: &'m Made,
}

impl<'m> Manifest<'m> {
    /// The manifest of `packages`, made by `plan`.
    #[must_use]
    pub fn new(
        plan: &'m Plan,
        staged: &'m Staged,
        engine: &'m Engine,
        effort: Effort,
        packages: &'m [(&'m Package, Made)],
    ) -> Self {
        let forwarder = |forwarder: &'m ancm_installer::plan::Forwarder| {
            let bytes = staged.files.get(&forwarder.stage_path)?;
            Some(Forwarder {
                path: &forwarder.stage_path,
                kind: forwarder.kind,
                reason: &forwarder.reason,
                version: forwarder.version,
                linker: staged.fallbacks.get(&forwarder.stage_path).or(staged.linker.as_ref())?,
                sha256: sha256(bytes),
            })
        };
        let entry = |(package, made): &'m (&'m Package, Made)| Entry {
            file: &package.file_name,
            flavour: package.flavour,
            arch: package.arch,
            product_name: &package.product_name,
            upgrade_code: package.upgrade_code,
            configuration_action: &package.configuration_action,
            made,
        };
        Manifest {
            schema: "ancm-manifest/1",
            version: plan.version.value.to_string(),
            stand_in: plan.payload.is_stand_in(),
            engine,
            compression_effort: (engine.chosen == EngineKind::Embedded).then(|| effort.to_string()),
            linker: staged.linker.as_deref(),
            payload: plan.payload.files.values().collect(),
            forwarders: plan.forwarders.iter().filter_map(forwarder).collect(),
            configuration_action: Provenance::of_packages(),
            packages: packages.iter().map(entry).collect(),
        }
    }

    /// As `sha256sum --check` reads it.
    #[must_use]
    pub fn checksums(&self) -> String {
        let mut lines: Vec<String> =
            self.packages.iter().map(|entry| format!("{}  {}\n", entry.made.sha256, entry.file)).collect();
        lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
        lines.concat()
    }
}
