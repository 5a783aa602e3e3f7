//! Signatures of a run: of what goes into packages, and then of the packages.

use super::stage::Staged;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Output};
use crate::tool::signer;
use ancm_installer::msi;
use ancm_installer::pe::Signed;
use ancm_installer::release::sha256;
use ancm_installer::release::{self, SignCommand, SignedFile};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Where signatures come from.
pub enum Signing<'s> {
    /// From nowhere.
    None,
    /// From a command.
    Command(&'s SignCommand),
    /// From files that were signed before, by their name on the stage: the way to build a signed package again.
    Again(&'s BTreeMap<String, Vec<u8>>),
}

/// What was signed on the stage: hashes before and after, by name.
pub type OnStage = BTreeMap<String, SignedFile>;

impl Signing<'_> {
    /// Signs the images on the stage, in `folder`, that nobody has signed.
    ///
    /// # Errors
    /// One cannot be signed, or comes back as something else than itself with a signature.
    pub fn stage(&self, staged: &mut Staged, folder: &Path, console: &Console) -> Outcome<OnStage> {
        let names: Vec<String> = match self {
            Signing::None => Vec::new(),
            Signing::Command(_) => release::unsigned(&staged.files).into_iter().map(str::to_owned).collect(),
            Signing::Again(files) => {
                files.keys().filter(|name| staged.files.contains_key(*name)).cloned().collect()
            }
        };
        let scratch = tempfile::tempdir_in(folder)
            .map_err(|error| output::failure("make a folder in", folder, &error))?;
        let mut record = OnStage::new();
        let progress = console.progress("signing", names.len() as u64);
        for name in names {
            let before = staged.files[&name].clone();
            let after = match self {
                Signing::None => continue,
                Signing::Command(command) => {
                    let file = name.rsplit('/').next().unwrap_or(&name);
                    signer::sign(command, file, &before, scratch.path())?
                }
                Signing::Again(files) => files[&name].clone(),
            };
            let state = release::is_signed(&before, &after).map_err(|problem| {
                Failure::new(Exit::Findings, "sign::changed", format!("`{name}`, signed: {problem}"))
                    .help("a signature is all that may differ from what is built; nothing was written")
            })?;
            progress.step(&format!("{name}: {state}"));
            let hashes =
                SignedFile { stage_path: name.clone(), before: sha256(&before), after: sha256(&after) };
            fs::write(folder.join(&name), &after)
                .map_err(|error| output::failure("write", &folder.join(&name), &error))?;
            staged.files.insert(name.clone(), after.into());
            record.insert(name, hashes);
        }
        if let Signing::Command(command) = self {
            progress.finish("Signed", &format!("{} DLLs with {command}", record.len()));
        }
        Ok(record)
    }

    /// Signs the package `file`, called `name`; gives the signed file and the hash before. Nothing where packages are not
    /// signed.
    ///
    /// # Errors
    /// It cannot be signed, or comes back as another package.
    pub fn package(
        &self,
        name: &str,
        file: &mut NamedTempFile,
        output: &Output,
        folder: &Path,
    ) -> Outcome<Option<(NamedTempFile, String)>> {
        let Signing::Command(command) = self else { return Ok(None) };
        let io = |error: &std::io::Error| output::failure("write", Path::new(name), error);
        let mut before = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut before)).map_err(|error| io(&error))?;
        let scratch = tempfile::tempdir_in(folder)
            .map_err(|error| output::failure("make a folder in", folder, &error))?;
        let after = signer::sign(command, name, &before, scratch.path())?;
        let fail = |problem: String| {
            Failure::new(Exit::Findings, "sign::changed", format!("`{name}`, signed: {problem}"))
                .help("a signature is all that may differ from what is built; nothing was written")
        };
        match differences(&before, &after).map_err(fail)?.as_slice() {
            [] => {}
            [first, ..] => return Err(fail(format!("it differs in more than the signature: {first}"))),
        }
        let state =
            release::package_signature(Cursor::new(&after)).map_err(|error| fail(error.to_string()))?;
        if let Signed::Wrong { .. } = state {
            return Err(fail(state.to_string()));
        }
        let mut signed = output.create()?;
        signed.write_all(&after).map_err(|error| io(&error))?;
        Ok(Some((signed, sha256(&before))))
    }
}

/// Where two packages differ in anything but their signatures.
///
/// # Errors
/// One is no package, or `signed` has no signature.
pub fn differences(before: &[u8], signed: &[u8]) -> Result<Vec<String>, String> {
    let open = |bytes| msi::Package::open(Cursor::new(bytes)).map_err(|error| error.to_string());
    let (mut before, mut signed) = (open(before)?, open(signed)?);
    if !signed.database().streams.contains_key(release::SIGNATURE) {
        return Err("it has no signature".to_owned());
    }
    let found = msi::compare(before.database(), signed.database());
    let mut differences: Vec<String> = found.iter().map(ToString::to_string).collect();
    let (one, two) = (contents(&mut before)?, contents(&mut signed)?);
    let names = one.keys().chain(two.keys()).filter(|name| one.get(*name) != two.get(*name));
    differences.extend(names.map(|name| format!("the stream `{}`", name.escape_debug())));
    Ok(differences)
}

/// SHA-256 of every stream that is no signature.
fn contents<R: Read + Seek>(package: &mut msi::Package<R>) -> Result<BTreeMap<String, String>, String> {
    let names: Vec<String> = package.database().streams.keys().cloned().collect();
    let mut found = BTreeMap::new();
    for name in names.into_iter().filter(|name| !release::SIGNATURES.contains(&name.as_str())) {
        let mut bytes = Vec::new();
        let mut stream = package.stream(&name).map_err(|error| error.to_string())?;
        stream.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        found.insert(name, sha256(&bytes));
    }
    Ok(found)
}
