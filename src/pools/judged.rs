//! The pools of a machine with one package on it.

use super::{Dlls, Pool, Presumed, Verdict, judge, presumed};
use crate::diag::Diagnostic;
use crate::id::Arch;
use crate::plan::HandlerChoice;
use crate::product::Product;
use crate::upgrade::{Ending, Folded, Package, Perturbation, Scenario};
use serde::Serialize;

/// What became of the pools.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// The package.
    pub package: String,
    /// The machine's processor.
    pub machine: Arch,
    /// Its pools.
    pub pools: Vec<Pool>,
    /// What no package brings, and the package is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presumed: Vec<Presumed>,
}

/// Why there are no pools to judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A patch for another machine.
    #[error("`{package}` corrects ARM64 machines, and refuses one for {machine}")]
    Machine {
        /// The package.
        package: String,
        /// The machine that was asked for.
        machine: Arch,
    },
    /// The installation fails.
    #[error("`{package}` would not install: error {error}: {reason}")]
    Fails {
        /// The package.
        package: String,
        /// Windows Installer's number.
        error: u32,
        /// Why.
        reason: String,
    },
    /// Another product.
    #[error("`{package}` does not install the {title}")]
    NoModule {
        /// The package.
        package: String,
        /// What it should install.
        title: String,
        /// Where that belongs, below Program Files.
        folders: Vec<String>,
    },
}

impl Judged {
    /// The pools of a machine of `machine`, or of the package's processor, with `over` and then `package`.
    ///
    /// # Errors
    /// The package would not be installed there, or is not of the product.
    pub fn of(
        over: Vec<&Package>,
        package: &Package,
        machine: Option<Arch>,
        dlls: &Dlls,
        product: &Product,
    ) -> Result<Judged, Refused> {
        let name = || package.name.clone();
        // a patch is for x64, and corrects ARM64 machines
        let is_patch = package.components.iter().any(|component| !component.swaps.is_empty());
        if let Some(machine) = machine.filter(|machine| is_patch && *machine != Arch::Arm64) {
            return Err(Refused::Machine { package: name(), machine });
        }
        let mut scenario = Scenario::chain(over, package);
        scenario.arch = machine.or_else(|| is_patch.then_some(Arch::Arm64));
        let mut played = scenario.play();
        let is_missing = |it: &Presumed| !played.before.files.contains_key(&Folded::path(&it.path));
        let mut presumed = if is_patch { presumed(product) } else { Vec::new() };
        presumed.retain(is_missing);
        if !presumed.is_empty() {
            let there =
                |it: &Presumed| Perturbation::ForeignFile(it.path.clone(), Some(it.version), Some(it.arch));
            scenario.perturbations = presumed.iter().map(there).collect();
            played = scenario.play();
        }
        if let Ending::Failed { error, reason, .. } = &played.run.ending {
            return Err(Refused::Fails { package: name(), error: *error, reason: reason.clone() });
        }
        let pools = judge(&played.engine.machine, dlls, product);
        if pools.is_empty() {
            let editions = product.flavours().filter_map(|flavour| product.edition(flavour));
            let folders = editions.map(|edition| edition.folder.clone()).collect();
            return Err(Refused::NoModule { package: name(), title: product.texts.title.clone(), folders });
        }
        Ok(Judged { package: name(), machine: played.engine.machine.arch, pools, presumed })
    }

    /// What speaks against letting the package out: errors for what would certainly not start, and warnings for what is
    /// uncertain, or fails out-of-process because the user `chose` the handler against the plan's advice.
    #[must_use]
    pub fn findings(&self, chosen: HandlerChoice) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for pool in &self.pools {
            let is_wanted = chosen == HandlerChoice::Forwarder && pool.module.verdict == Verdict::Starts;
            for (what, finding) in pool.findings() {
                let is_wanted = is_wanted && what != "module";
                let reason = finding.steps.last().map_or("", String::as_str);
                let message = format!("`{}`: {pool}: {reason}", self.package);
                match finding.verdict {
                    Verdict::Starts => {}
                    Verdict::Uncertain => findings.push(Diagnostic::warning("pools::uncertain", message)),
                    Verdict::Fails if is_wanted => {
                        findings.push(Diagnostic::warning("pools::fails", message));
                    }
                    Verdict::Fails => findings.push(Diagnostic::error("pools::fails", message)),
                }
            }
        }
        findings
    }
}
