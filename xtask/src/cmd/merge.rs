//! `cargo xtask dist merge`: what several runners made becomes one release.

use super::ci;
use crate::console::{Console, counted};
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::interrupt;
use crate::output::Output;
use crate::packaging::made;
use ancm_installer::release::{self, Part};
use clap::Args;
use std::path::PathBuf;

/// Flags of `dist merge`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Folders that `dist --package` wrote into
    #[arg(value_name = "FOLDER", required = true)]
    pub folders: Vec<PathBuf>,
    /// What the complete set is, and where it goes.
    #[command(flatten)]
    pub build: Build,
}

/// Joins the folders.
///
/// # Errors
/// A part is missing, incomplete, changed, or not of the same build as the others; then nothing is written.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    interrupt::listen()?;
    let (wanted, out) = ci::wanted(&flags.build)?;
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for folder in &flags.folders {
        match made::read(folder) {
            Ok(manifest) => parts.push(Part { name: folder.display().to_string(), manifest }),
            Err(failure) => findings.extend(failure.diagnostics),
        }
    }
    if !findings.is_empty() {
        return Err(Failure::of(Exit::Input, findings));
    }
    let manifest = release::merge(&parts, &wanted).map_err(|findings| Failure::of(Exit::Input, findings))?;
    let mut output = Output::open(&out)?;
    for package in &manifest.packages {
        interrupt::check()?;
        let has = |(_, part): &(&PathBuf, &Part)| part.manifest.packages.contains(package);
        let pair = flags.folders.iter().zip(&parts).find(has);
        let (folder, _) = pair.expect("the merged packages are those of the parts");
        let mut file = output.create()?;
        match made::copy(folder, package, file.as_file_mut()) {
            Ok(()) => output.add(file, &package.file),
            Err(failure) => findings.extend(failure.diagnostics),
        }
    }
    if !findings.is_empty() {
        return Err(Failure::of(Exit::Input, findings));
    }
    made::describe(&manifest, &mut output)?;
    output.commit()?;
    let packages = counted(manifest.packages.len(), "package");
    console.status("Merged", &format!("{packages} of {}", counted(flags.folders.len(), "folder")));
    if console.json() {
        console.result(&manifest);
    } else {
        for package in &manifest.packages {
            console.print(&out.join(&package.file).display().to_string());
        }
    }
    Ok(())
}
