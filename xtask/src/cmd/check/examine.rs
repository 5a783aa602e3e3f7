//! A package file, opened and asked everything.

use crate::exit::{Exit, Failure, Outcome};
use crate::workspace::Known;
use ancm_installer::check::{self, Contents};
use ancm_installer::diag::{Diagnostic, Location, Severity};
use ancm_installer::identity::{self, Identities};
use ancm_installer::msi::{self, Database};
use ancm_installer::upgrade::{Package, Payload};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

/// A package with what was found in it.
pub struct Examined {
    /// Its tables.
    pub database: Database,
    /// Its files.
    pub contents: Contents,
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// Whether it is of a product that is known.
    pub ours: bool,
}

/// Examines `file`, which is called `name`. Cabinets that are not in it are looked for in `folder`. Where it is of a
/// product of `known`, its identities are held against the ledger.
///
/// # Errors
/// It is no package, or too broken to be read.
pub fn examine(
    name: &str,
    file: &mut (impl Read + Seek),
    folder: Option<&Path>,
    known: &[Known],
) -> Outcome<Examined> {
    let mut package = msi::Package::open(file).map_err(|error| unreadable(name, &error))?;
    let container = msi::inspect(&mut package).map_err(|error| unreadable(name, &error))?;
    let beside = |cabinet: &str| beside(folder, cabinet);
    let contents = Contents::read(&mut package, beside).with_container(container);
    let mut findings = check::check(package.database(), package.validation(), &contents);
    let mut ours = false;
    for known in known {
        let (family, conflicts) = identities(name, package.database(), known);
        ours |= family;
        findings.extend(conflicts);
    }
    let at = Location { file: name.into(), line: 0, column: 0 };
    let placed = |mut finding: Diagnostic| {
        match finding.at.take() {
            None => finding.at = Some(at.clone()),
            // what is said of the ledger is said of the package, too
            Some(ledger) => {
                finding.at = Some(at.clone());
                finding.related.push((ledger, "the ledger".to_owned()));
            }
        }
        finding
    };
    let findings = findings.into_iter().map(placed).collect();
    Ok(Examined { database: package.into_database(), contents, findings, ours })
}

/// Opens the cabinet `name` beside a package, never elsewhere.
fn beside(folder: Option<&Path>, name: &str) -> io::Result<BufReader<File>> {
    let folder = folder.ok_or_else(|| io::Error::other("it is not in the package"))?;
    if name.contains(['/', '\\', ':']) {
        return Err(io::Error::other("its name is a path, and a cabinet lies beside its package"));
    }
    File::open(folder.join(name)).map(BufReader::new)
}

/// Whether the package is of the product, and what then contradicts the ledger.
fn identities(name: &str, database: &Database, known: &Known) -> (bool, Vec<Diagnostic>) {
    // what the upgrade simulator cannot read has findings of its own
    let Ok(package) = Package::load(name, database, &Payload::new()) else { return (false, Vec::new()) };
    let Known { product, ledger } = known;
    let identities = Identities::of(&package, ledger, product);
    let Some(flavour) = identities.flavour else { return (false, Vec::new()) };
    let import = identity::import(ledger, &identities, flavour, None, false);
    let conflicts = import.conflicts.into_iter().map(|mut conflict| {
        conflict.severity = Severity::Error;
        conflict.help = Some("a path keeps the id that shipped for it; the ledger says which".to_owned());
        conflict
    });
    (true, conflicts.collect())
}

/// The failure to read `name`, with its causes.
pub fn unreadable(name: &str, error: &dyn std::error::Error) -> Failure {
    let mut message = format!("cannot read `{name}`: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    Failure::new(Exit::Input, "check::unreadable", message)
        .help("name an installer package (.msi); `cargo xtask wix build` makes one of sources")
}
