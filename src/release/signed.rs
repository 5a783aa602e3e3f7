//! What was signed, held against what was built.

use super::manifest::PackageEntry;
use super::package_signature::{SIGNATURE, SIGNATURES, package_signature};
use super::sha256;
use crate::diag::Diagnostic;
use crate::msi;
use crate::pe::{Signed, authenticode};
use crate::upgrade::{PayloadError, for_each_file};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek};

/// Why a file is not what was built, with a signature: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no package.
    #[error(transparent)]
    Package(#[from] msi::ReadError),
    /// What is in it cannot be read.
    #[error(transparent)]
    Files(#[from] PayloadError),
    /// It has no signature.
    #[error("it has no signature")]
    Unsigned,
    /// Its signature is not right.
    #[error("{0}")]
    Wrong(Signed),
    /// An image with more than a signature.
    #[error("more than a signature was added to it")]
    Changed,
    /// A package with more than a signature.
    #[error("it differs in more than the signature: {0}")]
    Differs(String),
    /// A package without a file that was signed for it.
    #[error("it holds no file with the SHA-256 {sha256} of the signed `{stage_path}`")]
    Lacks {
        /// The signed file's hash.
        sha256: String,
        /// What it was called.
        stage_path: String,
    },
}

/// Whether the image `signed` is `before` with an Authenticode signature and nothing else changed.
///
/// # Errors
/// What else it is.
pub fn is_signed(before: &[u8], signed: &[u8]) -> Result<Signed, NotSigned> {
    let state = authenticode::read(&mut Cursor::new(signed))?;
    match &state {
        Signed::Unsigned => return Err(NotSigned::Unsigned),
        Signed::Wrong { .. } => return Err(NotSigned::Wrong(state)),
        Signed::Signed { .. } | Signed::Unverified { .. } => {}
    }
    match (authenticode::without_signature(before), authenticode::without_signature(signed)) {
        (Some(one), Some(two)) if one == two => Ok(state),
        _ => Err(NotSigned::Changed),
    }
}

/// Whether the package `signed` is `before` with a signature and nothing else changed.
///
/// # Errors
/// What else it is.
pub fn is_signed_package(before: &[u8], signed: &[u8]) -> Result<Signed, NotSigned> {
    if let Some(first) = differences(before, signed)?.into_iter().next() {
        return Err(NotSigned::Differs(first));
    }
    right(package_signature(Cursor::new(signed))?)
}

/// What the signature of the package `bytes` says, which holds every file that was signed for it.
///
/// # Errors
/// It is not right, or one of those files is not in it.
pub fn is_as_signed(entry: &PackageEntry, bytes: &[u8]) -> Result<Signed, NotSigned> {
    // what is no installer package goes no further
    let inside = inside(bytes)?;
    let signed = right(package_signature(Cursor::new(bytes))?)?;
    match entry.signed.iter().find(|file| !inside.contains_key(&file.after)) {
        Some(file) => {
            Err(NotSigned::Lacks { sha256: file.after.clone(), stage_path: file.stage_path.clone() })
        }
        None => Ok(signed),
    }
}

/// What keeps the package `bytes` from being the one that was built `again`, which is `built`, and a signature.
#[must_use]
pub fn rebuilt(entry: &PackageEntry, bytes: &[u8], again: &PackageEntry, built: &[u8]) -> Vec<Diagnostic> {
    let differs = |what: String| {
        Diagnostic::error("verify::rebuild", format!("`{}` is not what is built again: {what}", entry.file))
            .help("was it built from this commit and payload, with these settings? if so, do not publish it")
    };
    let unsigned = entry.unsigned_sha256.as_ref().unwrap_or(&entry.sha256);
    let mut findings = Vec::new();
    if *unsigned != again.sha256 {
        findings.push(differs(format!("SHA-256 {} before it was signed, now {}", unsigned, again.sha256)));
    }
    if entry.unsigned_sha256.is_some() {
        match differences(built, bytes) {
            Ok(found) => findings.extend(found.into_iter().map(|place| differs(format!("{place} differs")))),
            Err(problem) => findings.push(differs(problem.to_string())),
        }
    }
    findings
}

/// The files that a package installs and the programs of its custom actions, by SHA-256.
///
/// # Errors
/// It is no package, or what is in it cannot be read.
pub fn inside(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, NotSigned> {
    let mut package = msi::Package::open(Cursor::new(bytes))?;
    let mut found = BTreeMap::new();
    let mut visit = |_: &str, file: &[u8]| drop(found.insert(sha256(file), file.to_vec()));
    for_each_file(&mut package, |_| None::<io::Empty>, &mut visit)?;
    let binaries = |name: &str| name.starts_with("Binary.");
    let streams = streams(&mut package, binaries)?;
    found.extend(streams.into_values().map(|file| (sha256(&file), file)));
    Ok(found)
}

fn right(state: Signed) -> Result<Signed, NotSigned> {
    match state {
        Signed::Wrong { .. } => Err(NotSigned::Wrong(state)),
        state => Ok(state),
    }
}

/// Where two packages differ in anything but their signatures.
fn differences(before: &[u8], signed: &[u8]) -> Result<Vec<String>, NotSigned> {
    let (mut before, mut signed) =
        (msi::Package::open(Cursor::new(before))?, msi::Package::open(Cursor::new(signed))?);
    if !signed.database().streams.contains_key(SIGNATURE) {
        return Err(NotSigned::Unsigned);
    }
    let found = msi::compare(before.database(), signed.database());
    let mut differences: Vec<String> = found.iter().map(ToString::to_string).collect();
    let is_content = |name: &str| !SIGNATURES.contains(&name);
    let (one, two) = (streams(&mut before, is_content)?, streams(&mut signed, is_content)?);
    let names = one.keys().chain(two.keys()).filter(|name| one.get(*name) != two.get(*name));
    differences.extend(names.map(|name| format!("the stream `{}`", name.escape_debug())));
    Ok(differences)
}

/// The streams that are `wanted`, by name.
fn streams<R: Read + Seek>(
    package: &mut msi::Package<R>,
    wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, NotSigned> {
    let names: Vec<String> = package.database().streams.keys().filter(|name| wanted(name)).cloned().collect();
    let mut found = BTreeMap::new();
    for name in names {
        let mut bytes = Vec::new();
        package.stream(&name)?.read_to_end(&mut bytes)?;
        found.insert(name, bytes);
    }
    Ok(found)
}
