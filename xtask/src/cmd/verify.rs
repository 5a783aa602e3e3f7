//! `cargo xtask dist verify`: whether a folder is what its manifest says, and what a build would make again.

use super::dist::{self, Asked};
use super::patch;
use super::upgrade::gate;
use crate::console::{Console, counted};
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{self, gather};
use crate::interrupt;
use crate::packaging::made::{self, SUMS};
use crate::packaging::sign::Signing;
use ancm_installer::plan::Sourced;
use ancm_installer::release::{self, Manifest, PackageEntry, Part};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Flags of `dist verify`.
#[derive(Debug, Args)]
pub struct Flags {
    /// The folder of the packages [default: dist]
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Build every package again, with the settings that it was built with: it must be the same, but for signatures
    #[arg(long)]
    pub rebuild: bool,
    /// What it was built with; only --rebuild asks.
    #[command(flatten)]
    pub build: Build,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    files: usize,
    rebuilt: bool,
    packages: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    signature: String,
    signed_inside: usize,
}

/// Verifies the folder.
///
/// # Errors
/// Everything that is not as it must be.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    interrupt::listen()?;
    let folder = match &flags.folder {
        Some(folder) => folder.clone(),
        None => crate::workspace::root_or_here()?.join("dist"),
    };
    let manifest = made::read(&folder)?;
    let mut findings = Vec::new();
    let mut collect =
        |outcome: Outcome| findings.extend(outcome.err().into_iter().flat_map(|f| f.diagnostics));
    let files = made::sums(&folder)?;
    for (name, hash) in &files {
        collect(made::hash(&folder, name, hash));
    }
    let mut rows = Vec::new();
    let mut packages = Vec::new();
    for entry in &manifest.packages {
        let mut bytes = Vec::new();
        let read = made::copy(&folder, entry, &mut bytes);
        let whole = read.is_ok();
        collect(read);
        if !whole {
            continue;
        }
        match release::is_as_signed(entry, &bytes) {
            Ok(signed) => rows.push(Row {
                file: &entry.file,
                signature: signed.to_string(),
                signed_inside: entry.signed.len(),
            }),
            Err(problem) => collect(Err(Failure::new(
                Exit::Findings,
                "verify::signature",
                format!("`{}`: {problem}", entry.file),
            ))),
        }
        packages.push((entry, bytes));
    }
    if flags.rebuild && packages.len() == manifest.packages.len() {
        collect(rebuild(&flags.build, &folder, &manifest, &packages, console));
    }
    if !findings.is_empty() {
        return Err(Failure::of(Exit::Findings, findings));
    }
    if console.json() {
        let (files, rebuilt) = (files.len(), flags.rebuild);
        console.result(&Answer { schema: "ancm-verify/1", files, rebuilt, packages: rows });
        return Ok(());
    }
    for Row { file, signature, signed_inside } in &rows {
        let inside =
            if *signed_inside > 0 { format!(", {signed_inside} DLLs signed inside") } else { String::new() };
        console.print(&format!("{file}: {signature}{inside}"));
    }
    let how = if flags.rebuild { "; built again, every package is the same but for signatures" } else { "" };
    console.print(&format!("`{SUMS}` agrees with {}{how}", counted(files.len(), "file")));
    Ok(())
}

/// Builds each package again, with the DLLs that were signed in the places of those that are built, and compares.
fn rebuild(
    flags: &Build,
    folder: &Path,
    manifest: &Manifest,
    packages: &[(&PackageEntry, Vec<u8>)],
    console: &Console,
) -> Outcome {
    let mut flags = flags.clone();
    flags.given.product.get_or_insert_with(|| manifest.product.clone());
    let known = inputs::product(&flags)?;
    if known.product.name != manifest.product {
        let message = format!(
            "`{}` is of the product `{}`, not of `{}`",
            folder.display(),
            manifest.product,
            known.product.name
        );
        return Err(Failure::new(Exit::Findings, "verify::rebuild", message).help("leave out `--product`"));
    }
    let mut gathered = gather(&flags, &known.product, |out| out.to_owned(), console)?;
    let gate = Arc::new(gate::open(&gathered.root, &known)?);
    let mut findings = Vec::new();
    for (entry, bytes) in packages {
        let scratch = tempfile::tempdir().map_err(|error| {
            Failure::new(Exit::Output, "verify::scratch", format!("cannot make a temporary folder: {error}"))
        })?;
        gathered.inputs.flavours = Sourced::default(vec![entry.flavour]);
        gathered.inputs.arches = Sourced::default(vec![entry.arch]);
        gathered.out = Sourced::default(scratch.path().to_owned());
        let inside = release::inside(bytes).map_err(|error| {
            Failure::new(Exit::Findings, "verify::broken", format!("`{}`: {error}", entry.file))
        })?;
        let signed = entry
            .signed
            .iter()
            .filter_map(|file| Some((file.stage_path.clone(), inside.get(&file.after)?.clone())));
        let signed: BTreeMap<String, Vec<u8>> = signed.collect();
        let signing = Signing::Again(&signed);
        let patch = known.product.patch.as_ref();
        let built = match patch.is_some_and(|patch| patch.upgrade_code == entry.upgrade_code) {
            true => patch::build(&mut gathered, &known, &signing, console)?.manifest,
            false => {
                let gate = || Ok(gate.clone());
                dist::build(&mut gathered, &known, Asked::default(), &signing, gate, console)?.manifest
            }
        };
        let shown =
            |name: &str, manifest: &Manifest| Part { name: name.to_owned(), manifest: manifest.clone() };
        let released = shown(&folder.display().to_string(), manifest);
        findings.extend(release::differences(&released, &shown("the build of now", &built)));
        let Some(again) = built.packages.first() else { continue };
        let mut again_bytes = Vec::new();
        match made::copy(scratch.path(), again, &mut again_bytes) {
            Err(failure) => findings.extend(failure.diagnostics),
            Ok(()) => findings.extend(release::rebuilt(entry, bytes, again, &again_bytes)),
        }
        console.status("Rebuilt", &entry.file);
    }
    findings.dedup();
    if findings.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Findings, findings)) }
}
