//! `cargo xtask dist verify`: whether a folder is what its manifest says, and what a build would make again.

use super::dist::{self, Asked};
use super::patch;
use super::upgrade::Gate;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::inputs::{self, gather};
use crate::interrupt;
use crate::packaging::made::{self, SUMS};
use crate::packaging::sign::{Signing, differences};
use ancm_installer::diag::Diagnostic;
use ancm_installer::msi;
use ancm_installer::pe::Signed;
use ancm_installer::plan::Sourced;
use ancm_installer::release::sha256;
use ancm_installer::release::{self, Manifest, PackageEntry, Part};
use ancm_installer::upgrade::for_each_file;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
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
        match state(entry, &bytes) {
            Ok(signature) => {
                rows.push(Row { file: &entry.file, signature, signed_inside: entry.signed.len() })
            }
            Err(failure) => collect(Err(failure)),
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
    console.print(&format!("{} files are as `{SUMS}` says{how}", files.len()));
    Ok(())
}

/// What the package's signature says, where what is in it is what the manifest says was signed.
fn state(entry: &PackageEntry, bytes: &[u8]) -> Outcome<String> {
    let fail =
        |what: String| Failure::new(Exit::Findings, "verify::signature", format!("`{}`: {what}", entry.file));
    // what is no installer package goes no further
    let inside = inside(bytes).map_err(fail)?;
    let signed = release::package_signature(Cursor::new(bytes)).map_err(|error| fail(error.to_string()))?;
    if let Signed::Wrong { .. } = signed {
        return Err(fail(signed.to_string()));
    }
    for file in &entry.signed {
        if !inside.contains_key(&file.after) {
            let message = format!(
                "it holds no file with the SHA-256 {} of the signed `{}`",
                file.after, file.stage_path
            );
            return Err(fail(message));
        }
    }
    Ok(signed.to_string())
}

/// The files that a package installs and the programs of its custom actions, by SHA-256.
fn inside(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut package = msi::Package::open(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    let mut visit = |_: &str, file: &[u8]| drop(found.insert(sha256(file), file.to_vec()));
    for_each_file(&mut package, |_| None::<std::io::Empty>, &mut visit).map_err(|error| error.to_string())?;
    let streams: Vec<String> = package.database().streams.keys().cloned().collect();
    for name in streams.iter().filter(|name| name.starts_with("Binary.")) {
        let mut file = Vec::new();
        let mut stream = package.stream(name).map_err(|error| error.to_string())?;
        stream.read_to_end(&mut file).map_err(|error| error.to_string())?;
        found.insert(sha256(&file), file);
    }
    Ok(found)
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
    flags.product.get_or_insert_with(|| manifest.product.clone());
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
    let gate = Arc::new(Gate::open(&gathered.root, &known)?);
    let mut findings = Vec::new();
    for (entry, bytes) in packages {
        let scratch = tempfile::tempdir().map_err(|error| {
            Failure::new(Exit::Output, "verify::scratch", format!("cannot make a temporary folder: {error}"))
        })?;
        gathered.inputs.flavours = Sourced::default(vec![entry.flavour]);
        gathered.inputs.arches = Sourced::default(vec![entry.arch]);
        gathered.out = Sourced::default(scratch.path().to_owned());
        let inside = inside(bytes).map_err(|error| {
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
        findings.extend(compare(entry, bytes, again, scratch.path()));
        console.status("Rebuilt", &entry.file);
    }
    findings.dedup();
    if findings.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Findings, findings)) }
}

/// What keeps a package from being the one that was built `again`, and a signature.
fn compare(entry: &PackageEntry, bytes: &[u8], again: &PackageEntry, folder: &Path) -> Vec<Diagnostic> {
    let differs = |what: String| {
        Diagnostic::error("verify::rebuild", format!("`{}` is not what is built again: {what}", entry.file))
            .help("was it built from this commit and payload, with these settings? if so, do not publish it")
    };
    let unsigned = entry.unsigned_sha256.as_ref().unwrap_or(&entry.sha256);
    let mut findings = Vec::new();
    if *unsigned != again.sha256 {
        findings.push(differs(format!("SHA-256 {} before it was signed, now {}", unsigned, again.sha256)));
    }
    if entry.unsigned_sha256.is_none() {
        return findings;
    }
    let mut built = Vec::new();
    let compared = match made::copy(folder, again, &mut built) {
        Err(failure) => return failure.diagnostics,
        Ok(()) => differences(&built, bytes),
    };
    match compared {
        Ok(found) => findings.extend(found.into_iter().map(|place| differs(format!("{place} differs")))),
        Err(problem) => findings.push(differs(problem)),
    }
    findings
}
