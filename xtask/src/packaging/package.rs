//! One package: the engine's database, written to a file.

use super::places::Places;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt::Stoppable;
use crate::output::{self, Output};
use ancm_installer::cab::Effort;
use ancm_installer::diag::Diagnostic;
use ancm_installer::msi;
use ancm_installer::plan::Package;
use ancm_installer::wix::preprocess::Options;
use ancm_installer::wix::symbol::Compression;
use ancm_installer::wix::{self, BindPath, Compat, Request};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use tempfile::NamedTempFile;

/// What all packages of a run have in common.
pub struct Setting<'s> {
    /// The project's folder.
    pub root: &'s Path,
    /// The project's identity ledger.
    pub ledger: &'s Path,
    /// The stage.
    pub stage: &'s Path,
    /// Where the packages go.
    pub output: &'s Output,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub timestamp: i64,
    /// Where details are told.
    pub console: &'s Console,
    /// Threads for one package.
    pub threads: NonZeroUsize,
    /// The WiX that the embedded engine is like.
    pub compat: Compat,
    /// How hard matches are looked for in LZX cabinets.
    pub effort: Effort,
}

/// Makes `package` with the embedded engine; gives the file, which waits under a name of its own, and what deserves a
/// look.
///
/// # Errors
/// The authoring does not compile, or the file cannot be written.
pub fn make(package: &Package, setting: &Setting<'_>) -> Outcome<(NamedTempFile, Vec<Diagnostic>)> {
    let outcome = compile(package, setting);
    let places = Places::new(package, setting.ledger, None);
    let findings = outcome.diagnostics.into_iter().map(|finding| places.known(finding)).collect();
    let Some(made) = outcome.output else { return Err(Failure::of(Exit::Compile, findings)) };
    let mut file = setting.output.create()?;
    msi::write(&made.database, setting.threads, &mut Stoppable(file.as_file_mut()))
        .map_err(|error| output::package_failure(Path::new(&package.file_name), &error))?;
    Ok((file, findings))
}

/// What the embedded engine makes of `package`.
#[must_use]
pub fn compile(package: &Package, setting: &Setting<'_>) -> wix::Outcome {
    let engine = &package.engine;
    wix::build(&Request {
        sources: engine.sources.clone(),
        libraries: Vec::new(),
        extension_libraries: Vec::new(),
        extensions: Vec::new(),
        localizations: engine.localizations.clone(),
        cultures: vec![engine.culture.clone()],
        preprocess: Options {
            defines: engine.defines.clone(),
            include_paths: Vec::new(),
            // the plan is the only input, so that two machines make the same package
            environment: BTreeMap::new(),
            arch: engine.arch,
            current_dir: setting.root.to_owned(),
            timestamp: setting.timestamp,
            compat: setting.compat,
        },
        bind_paths: engine.bind_paths.iter().cloned().map(|folder| BindPath { name: None, folder }).collect(),
        bind_variables: BTreeMap::new(),
        timestamp: setting.timestamp,
        application: concat!("ANCM installer ", env!("CARGO_PKG_VERSION")).to_owned(),
        compression: Compression::default(),
        effort: setting.effort,
        threads: setting.threads,
        legacy_registry_guids: false,
    })
}
