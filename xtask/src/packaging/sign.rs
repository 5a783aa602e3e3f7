//! Signatures of a run: of what goes into packages, and then of the packages.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Output};
use crate::tool::signer;
use ancm_installer::release::sha256;
use ancm_installer::release::{self, SignCommand, SignedFile, Staged};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, Write};
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

impl Signing<'_> {
    /// Signs the images on the stage, in `folder`, that nobody has signed, and notes that there.
    ///
    /// # Errors
    /// One cannot be signed, or comes back as something else than itself with a signature.
    pub fn stage(&self, staged: &mut Staged, folder: &Path, console: &Console) -> Outcome {
        let names: Vec<String> = match self {
            Signing::None => Vec::new(),
            Signing::Command(_) => release::unsigned(&staged.files).into_iter().map(str::to_owned).collect(),
            Signing::Again(files) => {
                files.keys().filter(|name| staged.files.contains_key(*name)).cloned().collect()
            }
        };
        let scratch = tempfile::tempdir_in(folder)
            .map_err(|error| output::failure("make a folder in", folder, &error))?;
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
            let state = release::is_signed(&before, &after).map_err(|problem| changed(&name, &problem))?;
            progress.step(&format!("{name}: {state}"));
            let hashes =
                SignedFile { stage_path: name.clone(), before: sha256(&before), after: sha256(&after) };
            fs::write(folder.join(&name), &after)
                .map_err(|error| output::failure("write", &folder.join(&name), &error))?;
            staged.files.insert(name.clone(), after.into());
            staged.signed.insert(name, hashes);
        }
        if let Signing::Command(command) = self {
            progress.finish("Signed", &format!("{} DLLs with {command}", staged.signed.len()));
        }
        Ok(())
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
        release::is_signed_package(&before, &after).map_err(|problem| changed(name, &problem))?;
        let mut signed = output.create()?;
        signed.write_all(&after).map_err(|error| io(&error))?;
        Ok(Some((signed, sha256(&before))))
    }
}

fn changed(name: &str, problem: &release::NotSigned) -> Failure {
    Failure::new(Exit::Findings, "sign::changed", format!("`{name}`, signed: {problem}"))
        .help("a signature is all that may differ from what is built; nothing was written")
}
