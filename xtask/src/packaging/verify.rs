//! What was made, read back: a package counts as made only when its bytes say what the plan says.

use super::stage::Staged;
use crate::cmd::check::examine;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace::Known;
use ancm_installer::cab;
use ancm_installer::check::{Expected, ExpectedComponent};
use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::id::{PackageCode, ProductCode, hexadecimal};
use ancm_installer::msi;
use ancm_installer::native::configaction;
use ancm_installer::plan::{Package, PackageFile, PlannedComponent};
use ancm_installer::release::Cabinet;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek};

/// What a package says of itself.
#[derive(Clone, Debug)]
pub struct Made {
    /// SHA-256 of the file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
    /// ProductCode.
    pub product_code: ProductCode,
    /// PackageCode.
    pub package_code: PackageCode,
    /// Its cabinets.
    pub cabinets: Vec<Cabinet>,
    /// SHA-256 before it was signed; none where it is not.
    pub unsigned_sha256: Option<String>,
}

/// How the cabinets in a package are compressed.
fn cabinets(file: &mut File) -> Result<Vec<Cabinet>, String> {
    let mut package = msi::Package::open(file).map_err(|error| error.to_string())?;
    let names: Vec<String> = package.database().streams.keys().cloned().collect();
    let mut cabinets = Vec::new();
    for name in names {
        let stream = package.stream(&name).map_err(|error| error.to_string())?;
        let Ok(reader) = cab::Reader::open(stream) else { continue };
        let methods: BTreeSet<String> = reader.methods().collect();
        cabinets.push(Cabinet {
            name,
            method: Vec::from_iter(methods).join(", "),
            uncompressed: reader.files().iter().map(|file| u64::from(file.size)).sum(),
            size: reader.size(),
        });
    }
    Ok(cabinets)
}

/// Reads `file`, checks it as anybody's package, and holds it against the plan. Components that the plan does not know
/// come from authoring that somebody added: a warning, or with `locked` an error. Gives what deserves a look.
///
/// # Errors
/// Everything that is wrong with it or differs.
pub fn verify(
    file: &mut File,
    package: &Package,
    staged: &Staged,
    known: &Known,
    locked: bool,
) -> Outcome<(Made, Vec<Diagnostic>)> {
    let name = &package.file_name;
    let broken = |what: String| Failure::new(Exit::Findings, "verify::broken", format!("`{name}`: {what}"));
    let io = |error: io::Error| broken(error.to_string());
    file.rewind().map_err(io)?;
    let mut hash = Sha256::new();
    let size = io::copy(file, &mut hash).map_err(io)?;
    let examined = examine(name, file, None, std::slice::from_ref(known))?;
    let (differences, strangers) = expected(package, staged).compare(&examined.database, &examined.contents);
    if !differences.is_empty() {
        return Err(Failure::of(
            Exit::Findings,
            differences.into_iter().map(|found| named(found, name)).collect(),
        ));
    }
    let property = |wanted: &str| {
        let table = examined.database.tables.get("Property")?;
        let row = table.rows.iter().find(|row| row.first().and_then(msi::Cell::as_str) == Some(wanted))?;
        row.get(1)?.as_str().map(str::to_owned)
    };
    let product_code = property("ProductCode").and_then(|code| code.parse().ok());
    let package_code = examined.database.summary.revision_number.parse().ok();
    let (Some(product_code), Some(package_code)) = (product_code, package_code) else {
        return Err(broken("it has no ProductCode or no PackageCode".to_owned()));
    };
    let stranger = |(key, id): &(String, String)| {
        let message = format!("`{name}`: component `{key}` {id} is not in the ledger");
        let help = "write it into the product's `identity.toml`, so that it keeps its identity in every later release";
        if locked {
            Diagnostic::error("verify::locked", message)
        } else {
            Diagnostic::warning("verify::unlocked", message)
        }
        .help(help)
    };
    let strangers: Vec<Diagnostic> = strangers.iter().map(stranger).collect();
    if locked && !strangers.is_empty() {
        return Err(Failure::of(Exit::Ledger, strangers));
    }
    let sha256 = hexadecimal(hash.finalize());
    let findings = strangers.into_iter().chain(examined.findings).collect();
    let cabinets = cabinets(file).map_err(broken)?;
    Ok((Made { sha256, size, product_code, package_code, cabinets, unsigned_sha256: None }, findings))
}

/// What the plan says that is in the package.
fn expected(package: &Package, staged: &Staged) -> Expected {
    let component = |planned: &PlannedComponent| ExpectedComponent {
        component: planned.component.clone(),
        id: planned.id,
        key_file: planned.file.as_ref().map(|file| (file.file.clone(), file.version)),
    };
    // what is not on the stage cannot be what is in the package
    let sha256 = |stage_path: &str| match staged.files.get(stage_path) {
        Some(bytes) => Sha256::digest(bytes).into(),
        None => [0; 32],
    };
    let bytes = |planned: &PackageFile| (planned.file.clone(), sha256(&planned.stage_path));
    let action = sha256(&package.configuration_action.stage_path);
    Expected {
        upgrade_code: Some(package.upgrade_code),
        components: package.components.iter().map(component).collect(),
        files: package.files().map(bytes).collect(),
        binaries: [(configaction::BINARY.to_owned(), action)].into(),
    }
}

/// The finding, with the package's name.
fn named(mut finding: Diagnostic, name: &str) -> Diagnostic {
    finding.at = Some(Location { file: name.into(), line: 0, column: 0 });
    finding
}

/// SHA-256 of every file in a cabinet, by name.
pub(super) fn contents(
    cabinet: impl Read + Seek,
    found: &mut BTreeMap<String, String>,
) -> Result<(), cab::ReadError> {
    let mut reader = cab::Reader::open(cabinet)?;
    for index in 0..reader.files().len() {
        let name = reader.files()[index].name.clone();
        let mut hash = Sha256::new();
        reader.extract(index, &mut hash)?;
        found.insert(name, hexadecimal(hash.finalize()));
    }
    Ok(())
}
