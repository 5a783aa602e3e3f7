//! Where packages come from: .msi files and baselines.

use super::{DIST, msi_files};
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::msi;
use ancm_installer::upgrade::{Baseline, Package, read_payload};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// The package that `name` stands for: an .msi file where there is one, else a baseline.
pub fn package(root: &Path, name: &str) -> Outcome<Package> {
    let path = Path::new(name);
    if path.is_file() { read(path) } else { stand_in(root, name) }
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

/// All baselines by name.
pub fn baselines(root: &Path) -> Outcome<BTreeMap<String, Package>> {
    names(root).into_iter().map(|name| Ok((name.clone(), stand_in(root, &name)?))).collect()
}

/// Opens an .msi file and looks at its files' bytes.
fn read(path: &Path) -> Outcome<Package> {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let file = File::open(path).map_err(|error| unreadable(&stem, &error))?;
    open(&stem, &mut BufReader::new(file))
}

/// The package in `file`, which is called `name`.
pub fn open(name: &str, file: &mut (impl Read + Seek)) -> Outcome<Package> {
    let mut msi = msi::Package::open(file).map_err(|error| unreadable(name, &error))?;
    let payload = read_payload(&mut msi).map_err(|error| unreadable(name, &error))?;
    Package::load(name, msi.database(), &payload).map_err(|error| unreadable(name, &error))
}

fn unreadable(name: &str, error: &dyn std::error::Error) -> Failure {
    let mut message = format!("cannot read `{name}`: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    Failure::new(Exit::Input, "upgrade::unreadable", message)
}

/// The folder of the baselines.
pub fn folder(root: &Path) -> PathBuf {
    root.join("wix/baselines")
}

/// The names of the baselines.
pub fn names(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder(root)).into_iter().flatten().flatten();
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

/// The baseline `name`.
pub fn baseline(root: &Path, name: &str) -> Outcome<Baseline> {
    let path = folder(root).join(format!("{name}.toml"));
    if name.contains(['/', '\\']) || !path.is_file() {
        let known = names(root);
        let closeness = |other: &str| strsim::jaro_winkler(other, name);
        let near = known.iter().max_by(|a, b| closeness(a).total_cmp(&closeness(b)));
        let failure = wrong(format!("`{name}` is neither a file nor a baseline"));
        return Err(match near {
            Some(near) => failure.help(format!("did you mean the baseline `{near}`?")),
            None => failure,
        });
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|error| wrong(format!("cannot read `{}`: {error}", path.display())))?;
    Baseline::parse(name, &text).map_err(|error| wrong(format!("`{}`: {error}", path.display())))
}
