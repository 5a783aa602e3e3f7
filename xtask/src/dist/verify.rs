//! What was made, read back: a package counts as made only when its bytes say what the plan says.

use super::stage::Staged;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::cab;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::{PackageCode, ProductCode};
use ancm_installer::msi;
use ancm_installer::native::configaction;
use ancm_installer::plan::Package;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek};

/// The kind of custom action that is an entry of a DLL in the Binary table
/// (<https://learn.microsoft.com/windows/win32/msi/custom-action-type-1>).
const DLL_IN_BINARY: i32 = 1;

/// What a package says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// SHA-256 of the file, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
    /// ProductCode.
    pub product_code: ProductCode,
    /// PackageCode.
    pub package_code: PackageCode,
}

/// SHA-256 in lower-case hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes).as_slice())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads `file` and holds it against the plan. Components that the plan does not know come from authoring that
/// somebody added: a warning, or with `locked` an error.
///
/// # Errors
/// Everything in which it differs.
pub fn verify(
    file: &mut File,
    package: &Package,
    staged: &Staged,
    locked: bool,
) -> Outcome<(Made, Vec<Diagnostic>)> {
    let broken = |what: String| {
        Failure::new(Exit::Findings, "verify::broken", format!("`{}`: {what}", package.file_name))
    };
    let io = |error: io::Error| broken(error.to_string());
    file.rewind().map_err(io)?;
    let mut hash = Sha256::new();
    let size = io::copy(file, &mut hash).map_err(io)?;
    let mut msi = msi::Package::open(&mut *file).map_err(|error| broken(error.to_string()))?;

    let mut problems = Vec::new();
    let mut strangers = Vec::new();
    components(msi.database(), package, &mut problems, &mut strangers);
    let cabinets: Vec<String> = column(msi.database(), "Media", "Cabinet").into_values().collect();
    let mut found = BTreeMap::new();
    for name in cabinets.iter().filter_map(|cabinet| cabinet.strip_prefix('#')) {
        let stream = msi.stream(name).map_err(|error| broken(error.to_string()))?;
        contents(stream, &mut found).map_err(|error| broken(format!("cabinet `{name}`: {error}")))?;
    }
    for planned in package.files() {
        let expected = staged.files.get(&planned.stage_path).map(|bytes| sha256(bytes));
        if found.get(&planned.file) != expected.as_ref() {
            problems
                .push(format!("the bytes of `{}` are not those of `{}`", planned.file, planned.stage_path));
        }
    }
    actions(&mut msi, package, &mut problems);
    let properties = column(msi.database(), "Property", "Value");
    let product_code = properties.get("ProductCode").and_then(|code| code.parse().ok());
    let package_code = msi.database().summary.revision_number.parse().ok();
    if properties.get("UpgradeCode") != Some(&package.upgrade_code.to_string()) {
        problems.push(format!("its UpgradeCode is not {}", package.upgrade_code));
    }
    let (Some(product_code), Some(package_code)) = (product_code, package_code) else {
        return Err(broken("it has no ProductCode or no PackageCode".to_owned()));
    };
    let stranger = |what: &String| {
        let message = format!("`{}`: {what} is not in the ledger", package.file_name);
        let help = "write it into `wix/identity.toml`, so that it keeps its identity in every later release";
        if locked {
            Diagnostic::error("verify::locked", message)
        } else {
            Diagnostic::warning("verify::unlocked", message)
        }
        .help(help)
    };
    let strangers: Vec<Diagnostic> = strangers.iter().map(stranger).collect();
    if !problems.is_empty() {
        let finding =
            |problem| Diagnostic::error("verify::differs", format!("`{}`: {problem}", package.file_name));
        return Err(Failure::of(Exit::Findings, problems.into_iter().map(finding).collect()));
    }
    if locked && !strangers.is_empty() {
        return Err(Failure::of(Exit::Ledger, strangers));
    }
    let sha256 = hexadecimal(hash.finalize().as_slice());
    Ok((Made { sha256, size, product_code, package_code }, strangers))
}

/// Compares ComponentIds, and the versions of key files.
fn components(
    database: &msi::Database,
    package: &Package,
    problems: &mut Vec<String>,
    strangers: &mut Vec<String>,
) {
    let mut ids = column(database, "Component", "ComponentId");
    let versions = column(database, "File", "Version");
    for planned in &package.components {
        match ids.remove(&planned.component) {
            Some(id) if id == planned.id.to_string() => {}
            Some(id) => {
                problems.push(format!("component `{}` has {id}, not {}", planned.component, planned.id))
            }
            None => problems.push(format!("component `{}` is missing", planned.component)),
        }
        let Some(file) = &planned.file else { continue };
        let version = file.version.map_or(String::new(), |version| version.to_string());
        let found = versions.get(&file.file).cloned().unwrap_or_default();
        if found != version {
            problems.push(format!("file `{}` has version `{found}`, not `{version}`", file.file));
        }
    }
    strangers.extend(ids.into_iter().map(|(key, id)| format!("component `{key}` {id}")));
}

/// Holds the DLLs with custom actions against the plan, and against what Windows Installer can run.
fn actions(msi: &mut msi::Package<&mut File>, package: &Package, problems: &mut Vec<String>) {
    let mut sources = column(msi.database(), "CustomAction", "Source");
    let dlls: BTreeSet<String> = column(msi.database(), "CustomAction", "Type")
        .into_iter()
        .filter(|(_, kind)| kind.parse::<i32>().is_ok_and(|kind| kind & 0x3F == DLL_IN_BINARY))
        .filter_map(|(action, _)| sources.remove(&action))
        .collect();
    let planned = &package.configuration_action;
    let mut found = None;
    for key in dlls {
        let mut bytes = Vec::new();
        let read = msi
            .stream(&format!("Binary.{key}"))
            .map_err(|error| error.to_string())
            .and_then(|mut stream| stream.read_to_end(&mut bytes).map_err(|error| error.to_string()));
        if let Err(error) = read {
            problems.push(format!("custom action DLL `{key}`: {error}"));
            continue;
        }
        if let Err(error) = configaction::check_machine(&bytes, package.arch) {
            problems.push(format!("custom action DLL `{key}`: {error}"));
        }
        if key == configaction::BINARY {
            found = Some(sha256(&bytes));
        }
    }
    if found.as_ref() != Some(&planned.sha256) {
        problems.push(format!(
            "the bytes of `{}` are not those of `{}`",
            configaction::BINARY,
            planned.stage_path
        ));
    }
}

/// A column of text, by the first key column.
fn column(database: &msi::Database, table: &str, name: &str) -> BTreeMap<String, String> {
    let Some(table) = database.tables.get(table) else { return BTreeMap::new() };
    let Some(index) = table.column(name) else { return BTreeMap::new() };
    let text = |cell: &msi::Cell| match cell {
        msi::Cell::Int(number) => number.to_string(),
        cell => cell.as_str().unwrap_or_default().to_owned(),
    };
    table.rows.iter().map(|row| (text(&row[0]), text(&row[index]))).collect()
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
        found.insert(name, hexadecimal(hash.finalize().as_slice()));
    }
    Ok(())
}
