//! Where packages come from: .msi files and baselines.

use super::{DIST, msi_files};
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace;
use ancm_installer::diag::meant;
use ancm_installer::msi::{self, ReadError};
use ancm_installer::pools::{Dll, Dlls};
use ancm_installer::upgrade::{
    Baseline, FileFacts, Memory, Package, PackageError, Payload, TooLarge, for_each_file,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// The package that `name` stands for: an .msi file where there is one, else a baseline.
pub fn package(root: &Path, name: &str) -> Outcome<Package> {
    package_within(Memory::default(), root, name)
}

/// As [`package`]; playing it may take so much memory.
pub fn package_within(memory: Memory, root: &Path, name: &str) -> Outcome<Package> {
    either(memory, root, name).map(|(package, _)| package)
}

/// The .msi files that `dist` made.
pub fn built(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.join(DIST);
    let files = msi_files(&folder).unwrap_or_default();
    if files.is_empty() {
        let message = format!("there are no packages in `{}`", folder.display());
        return Err(Failure::new(Exit::Input, "upgrade::no_packages", message)
            .help("make them with `cargo xtask dist`, or name packages"));
    }
    Ok(files.iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

/// All baselines of a product by name.
pub fn baselines(root: &Path, product: &str) -> Outcome<BTreeMap<String, Package>> {
    names(root, product).into_iter().map(|name| Ok((name.clone(), stand_in(root, &name)?))).collect()
}

/// The package that `name` stands for, with its DLLs; a baseline has none.
pub fn package_with_dlls(root: &Path, name: &str) -> Outcome<(Package, Dlls)> {
    either(Memory::default(), root, name)
}

fn either(memory: Memory, root: &Path, name: &str) -> Outcome<(Package, Dlls)> {
    let path = Path::new(name);
    if !path.is_file() {
        return Ok((stand_in(root, name)?, Dlls::new()));
    }
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let shown = path.to_string_lossy();
    let file = File::open(path).map_err(|error| unreadable(&shown, &error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut package, dlls) = open_in(memory, &shown, &mut BufReader::new(file), Some(folder))?;
    package.name = stem;
    Ok((package, dlls))
}

/// The package in `file`, which is called `name`, and its DLLs.
pub fn open(name: &str, file: &mut (impl Read + Seek)) -> Outcome<(Package, Dlls)> {
    open_in(Memory::default(), name, file, None)
}

/// As [`open`], with the cabinets that lie beside it in `folder`.
fn open_in(
    memory: Memory,
    name: &str,
    file: &mut (impl Read + Seek),
    folder: Option<&Path>,
) -> Outcome<(Package, Dlls)> {
    let mut msi =
        msi::Package::open_if(file, |rows| memory.admits(rows)).map_err(|error| unreadable(name, &error))?;
    let (payload, dlls) = payload(name, &mut msi, folder)?;
    let package = Package::load_within(memory, name, msi.database(), &payload)
        .map_err(|error| unreadable(name, &error))?;
    Ok((package, dlls))
}

/// What the files of `msi` are, which is called `name`: those in its own cabinets, and in those beside it in `folder`.
pub fn payload(
    name: &str,
    msi: &mut msi::Package<impl Read + Seek>,
    folder: Option<&Path>,
) -> Outcome<(Payload, Dlls)> {
    let (mut payload, mut dlls) = (Payload::new(), Dlls::new());
    let visit = |key: &str, bytes: &[u8]| {
        let facts = FileFacts::of(bytes);
        if let (Some(hash), Some(dll)) = (facts.hash, Dll::read(bytes)) {
            dlls.insert(hash, dll);
        }
        payload.insert(key.to_owned(), facts);
    };
    // a cabinet is beside its package, never elsewhere; where it is missing, the report says so
    let beside = |cabinet: &str| {
        let folder = folder.filter(|_| !cabinet.contains(['/', '\\', ':']))?;
        File::open(folder.join(cabinet)).ok().map(BufReader::new)
    };
    for_each_file(msi, beside, visit).map_err(|error| unreadable(name, &error))?;
    Ok((payload, dlls))
}

fn unreadable(name: &str, error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut message = format!("cannot read `{name}`: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let too_large = match (error.downcast_ref::<ReadError>(), error.downcast_ref::<PackageError>()) {
        (Some(ReadError::Refused(reason)), _) => reason.downcast_ref::<TooLarge>(),
        (_, Some(PackageError::TooLarge(reason))) => Some(reason),
        _ => None,
    };
    match too_large {
        Some(reason) => Failure::new(Exit::Input, "upgrade::too_large", message).help(format!(
            "if you trust it, `cargo xtask upgrade --memory {}` plays it where the machine has so much",
            reason.needed()
        )),
        None => Failure::new(Exit::Input, "upgrade::unreadable", message)
            .help("name a package (.msi), or a baseline: `cargo xtask baseline list` has their names"),
    }
}

/// The folder of the baselines of a product.
pub fn folder(root: &Path, product: &str) -> PathBuf {
    workspace::product_folder(root, product).join("baselines")
}

/// The names of the baselines of a product.
pub fn names(root: &Path, product: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder(root, product)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn stand_in(root: &Path, name: &str) -> Outcome<Package> {
    let baseline = baseline(root, name)?;
    baseline.package().map_err(|error| wrong(format!("the baseline `{name}`: {error}")))
}

fn wrong(problem: String) -> Failure {
    Failure::new(Exit::Input, "upgrade::package", problem)
}

/// The baseline `name`, of any product.
pub fn baseline(root: &Path, name: &str) -> Outcome<Baseline> {
    let products = workspace::products(root);
    let path = |product: &String| folder(root, product).join(format!("{name}.toml"));
    let found = products.iter().map(path).find(|path| path.is_file());
    let Some(path) = found.filter(|_| !name.contains(['/', '\\'])) else {
        if Path::new(name).is_dir() {
            let failure = wrong(format!("`{name}` is a folder, and no package"));
            return Err(failure.help("name the .msi files in it"));
        }
        let failure = wrong(format!("`{name}` is neither a file nor a baseline"));
        return Err(match nearest(root, name) {
            Some(near) => failure.help(format!("did you mean {near}?")),
            None if workspace::products(root).is_empty() => {
                failure.help("baselines are in a clone of the project; elsewhere, name .msi files")
            }
            None => {
                failure.help("name an .msi file, or a baseline: `cargo xtask baseline list` has their names")
            }
        });
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| wrong(format!("cannot read `{}`: {error}", path.display())))?;
    Baseline::parse(name, &text).map_err(|error| wrong(format!("`{}`: {error}", path.display())))
}

/// What somebody may have meant: a package beside where a file was looked for, or a baseline.
fn nearest(root: &Path, name: &str) -> Option<String> {
    let path = Path::new(name);
    let (kind, known): (&str, Vec<String>) = if path.extension().is_some() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let files = msi_files(&folder.to_owned()).unwrap_or_default();
        ("", files.iter().map(|path| path.to_string_lossy().trim_start_matches("./").to_owned()).collect())
    } else {
        let products = workspace::products(root);
        ("the baseline ", products.iter().flat_map(|product| names(root, product)).collect())
    };
    let near = meant(name.trim_start_matches("./"), known.iter().map(String::as_str))?;
    Some(format!("{kind}`{near}`"))
}
