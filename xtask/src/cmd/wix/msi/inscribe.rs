//! `cargo xtask wix msi inscribe`: who has signed the cabinets beside a package is told in the package, with the switches of WiX's
//! own command.

use super::switches::{self, Took, Words};
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output::{self, Output};
use ancm_installer::cab;
use ancm_installer::diag::Diagnostic;
use ancm_installer::msi::{self, Stream};
use ancm_installer::release::SIGNATURES;
use ancm_installer::signature::Signature;
use ancm_installer::wix::inscribe::{cabinets_beside, inscribe};
use ancm_installer::wix::paths;
use serde::Serialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

const HELP: &str = "\
Tell in a package who has signed the cabinets beside it, so that Windows Installer takes no others: sign the cabinets first, and
the package afterwards.

Usage: cargo xtask wix msi inscribe [SWITCHES] PACKAGE.msi

  -o, -out FILE.msi   where the inscribed package goes [default: in the place of the input]
Taken and without effect here: -intermediateFolder FOLDER, -nologo, -v";

/// A certificate's bytes, at the most.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    output: &'a Path,
    /// Disks whose cabinets are signed.
    inscribed: &'a [i32],
    diagnostics: &'a [Diagnostic],
}

/// Runs `inscribe`.
///
/// # Errors
/// Switches that are wrong, a package or cabinet that cannot be read, an output that cannot be written.
pub fn run(arguments: &[OsString], console: &Console) -> Outcome {
    let Some(Words { package: input, output }) =
        switches::read("inscribe", arguments, |_, _| Ok(Took::Unknown))?
    else {
        console.print(HELP);
        return Ok(());
    };
    let target = output.unwrap_or_else(|| input.clone());
    interrupt::listen()?;
    let package = Inscription::open(&input)?;
    let mut findings = Vec::new();
    let signers = package.signers(&mut findings)?;
    let disks: Vec<i32> = signers.iter().map(|(disk, _)| *disk).collect();
    package.write(&signers, &target, &mut findings)?;
    console.diagnostics(&findings);
    if console.json() {
        console.result(&Answer {
            schema: "ancm-wix-inscribe/1",
            output: &target,
            inscribed: &disks,
            diagnostics: &findings,
        });
    }
    Ok(())
}

/// A package on the way.
struct Inscription {
    input: PathBuf,
    package: msi::Package<File>,
}

impl Inscription {
    fn open(input: &Path) -> Outcome<Inscription> {
        let (package, storages) = switches::open(input, msi::storages)?;
        if let Some(storage) = storages.first() {
            let message = format!("`{}` has the transform `{storage}` in it", input.display());
            return Err(Failure::new(Exit::Input, "wix::package", message)
                .help("such packages are not written here; inscribe it with WiX itself"));
        }
        Ok(Inscription { input: input.to_owned(), package })
    }

    /// The certificates of those who have signed cabinets, by disk.
    fn signers(&self, findings: &mut Vec<Diagnostic>) -> Outcome<Vec<(i32, Vec<u8>)>> {
        let folder = self.input.parent().unwrap_or(Path::new(""));
        let (mut signers, mut errors, mut unsigned) = (Vec::new(), Vec::new(), Vec::new());
        for (disk, name) in cabinets_beside(self.package.database()) {
            let is_name = !matches!(name.as_str(), "." | "..") && !name.contains(['/', '\\', ':', '\0']);
            let path = folder.join(&name);
            let Some(path) = Some(path).filter(|_| is_name).and_then(|path| paths::find(&path)) else {
                let message = format!("cannot find the cabinet `{name}` beside `{}`", self.input.display());
                errors.push(Diagnostic::error("WIX0258", message).help("put it there, with its signature"));
                continue;
            };
            let read = || -> Result<Option<Vec<u8>>, Box<dyn Error>> {
                let Some(bytes) = cab::signature(&mut File::open(&path)?)? else { return Ok(None) };
                Ok(Some(Signature::read(&bytes)?.certificate))
            };
            match read() {
                Ok(Some(certificate)) => signers.push((disk, certificate)),
                Ok(None) => unsigned.push(name),
                Err(problem) => {
                    let message = format!("cannot tell who has signed `{}`: {problem}", path.display());
                    errors.push(Diagnostic::error("WIX0327", message).help("sign the cabinet again"));
                }
            }
        }
        if !unsigned.is_empty() {
            let message = format!("not signed, and so not inscribed: {}", unsigned.join(", "));
            let help = "sign all cabinets beside the package before it is inscribed, or none";
            findings.push(Diagnostic::warning("WIX1122", message).help(help));
        }
        if errors.is_empty() { Ok(signers) } else { Err(Failure::of(Exit::Input, errors)) }
    }

    /// Writes the package with what there is to tell to `target`.
    fn write(mut self, signers: &[(i32, Vec<u8>)], target: &Path, findings: &mut Vec<Diagnostic>) -> Outcome {
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut out = Output::open(folder)?;
        let stage = out.stage()?;
        let unwritable = |error: &io::Error| output::failure("write", target, error);
        let mut database = self.package.database().clone();
        let mut known = BTreeMap::new();
        for (number, name) in self.package.database().streams.clone().into_keys().enumerate() {
            let path = stage.path().join(number.to_string());
            let mut stream =
                self.package.stream(&name).map_err(|error| unwritable(&io::Error::other(error)))?;
            let mut file = File::create_new(&path).map_err(|error| unwritable(&error))?;
            let length = io::copy(&mut stream, &mut file).map_err(|error| unwritable(&error))?;
            interrupt::check()?;
            if let Some(id) = name.strip_prefix("MsiDigitalCertificate.").filter(|_| length <= LONGEST) {
                known.insert(id.to_owned(), fs::read(&path).map_err(|error| unwritable(&error))?);
            }
            database.streams.insert(name, Stream::File(path));
        }
        let is_same = !inscribe(&mut database, signers, &known);
        let before = database.streams.len();
        if !is_same {
            database.streams.retain(|name, _| !SIGNATURES.contains(&name.as_str()));
        }
        if database.streams.len() < before {
            let message = "the signature of the package is left out, since what it is of has changed";
            findings.push(Diagnostic::warning("wix::signature", message).help("sign the package again"));
        }
        let mut file = out.create()?;
        if is_same {
            let copied =
                File::open(&self.input).and_then(|mut input| io::copy(&mut input, file.as_file_mut()));
            copied.map_err(|error| unwritable(&error))?;
        } else {
            msi::write(&database, NonZeroUsize::MIN, file.as_file_mut())
                .map_err(|error| unwritable(&io::Error::other(error)))?;
        }
        out.add(file, &target.file_name().unwrap_or_default().to_string_lossy());
        drop(stage);
        out.commit()
    }
}
