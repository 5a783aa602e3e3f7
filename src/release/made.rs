//! What was made, read back: a package counts as made only when its bytes say what the plan says.

use super::manifest::Cabinet;
use crate::cab;
use crate::check::{Contents, Expected, ExpectedComponent};
use crate::diag::{Diagnostic, Location};
use crate::id::{PackageCode, ProductCode, hexadecimal};
use crate::msi::{self, Database};
use crate::native::configaction;
use crate::plan::{Package, PackageFile, PlannedComponent};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::sync::Arc;

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

/// Why a package is not made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The file cannot be read back.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no package.
    #[error(transparent)]
    Package(#[from] msi::ReadError),
    /// It is nobody's.
    #[error("it has no ProductCode or no PackageCode")]
    NoCodes,
    /// It says something else than the plan.
    #[error("it is not what was planned")]
    Differs(Vec<Diagnostic>),
}

impl Made {
    /// Holds `file` against the plan of the `package`, which is made of the files `staged`; `database` and `contents` are
    /// what was read in it. Gives the components, with their ids, that the plan does not know: they come from authoring
    /// that somebody added.
    ///
    /// # Errors
    /// It cannot be read, or says something else.
    pub fn read(
        file: &mut (impl Read + Seek),
        package: &Package,
        staged: &BTreeMap<String, Arc<[u8]>>,
        database: &Database,
        contents: &Contents,
    ) -> Result<(Made, Vec<(String, String)>), NotMade> {
        file.rewind()?;
        let mut hash = Sha256::new();
        let size = io::copy(file, &mut hash)?;
        let (differences, strangers) = expected(package, staged).compare(database, contents);
        if !differences.is_empty() {
            let at = Location { file: package.file_name.as_str().into(), line: 0, column: 0 };
            let named = |found: Diagnostic| found.at(&at);
            return Err(NotMade::Differs(differences.into_iter().map(named).collect()));
        }
        let property = |wanted: &str| {
            let table = database.tables.get("Property")?;
            let row =
                table.rows.iter().find(|row| row.first().and_then(msi::Cell::as_str) == Some(wanted))?;
            row.get(1)?.as_str().map(str::to_owned)
        };
        let product_code = property("ProductCode").and_then(|code| code.parse().ok());
        let package_code = database.summary.revision_number.parse().ok();
        let (Some(product_code), Some(package_code)) = (product_code, package_code) else {
            return Err(NotMade::NoCodes);
        };
        let (sha256, cabinets) = (hexadecimal(hash.finalize()), cabinets(file)?);
        let made = Made { sha256, size, product_code, package_code, cabinets, unsigned_sha256: None };
        Ok((made, strangers))
    }
}

/// How the cabinets in a package are compressed.
fn cabinets(file: &mut (impl Read + Seek)) -> Result<Vec<Cabinet>, msi::ReadError> {
    let mut package = msi::Package::open(file)?;
    let names: Vec<String> = package.database().streams.keys().cloned().collect();
    let mut cabinets = Vec::new();
    for name in names {
        let Ok(reader) = cab::Reader::open(package.stream(&name)?) else { continue };
        let methods: BTreeSet<String> = reader.methods().collect();
        cabinets.push(Cabinet {
            method: Vec::from_iter(methods).join(", "),
            uncompressed: reader.files().iter().map(|file| u64::from(file.size)).sum(),
            size: reader.size(),
            name,
        });
    }
    Ok(cabinets)
}

/// What the plan says that is in the package.
fn expected(package: &Package, staged: &BTreeMap<String, Arc<[u8]>>) -> Expected {
    let component = |planned: &PlannedComponent| ExpectedComponent {
        component: planned.component.clone(),
        id: planned.id,
        key_file: planned.file.as_ref().map(|file| (file.file.clone(), file.version)),
    };
    // what is not on the stage cannot be what is in the package
    let sha256 = |stage_path: &str| match staged.get(stage_path) {
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
