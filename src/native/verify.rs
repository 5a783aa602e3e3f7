//! Whether a linked module is what it was meant to be. Judged only by its content: no linker's exit code says so.

use super::job::{Expected, ExpectedExport, ExpectedView};
use crate::id::FileVersion;
use crate::pe::{self, Directory, Image, Machine, Resource, ResourceId, Target, View};

/// What is wrong with a linked module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It cannot be read.
    #[error("the module is broken: {0}")]
    Broken(#[from] pe::Error),
    /// It has other views than it should. An ARM64X module without dynamic value relocations has only one.
    #[error("the module has views for {found:?}, expected {expected:?}")]
    Views {
        /// The machine of each view.
        found: Vec<Machine>,
        /// What they should be.
        expected: Vec<Machine>,
    },
    /// The export directory names another module.
    #[error("{machine} view: the export directory is that of `{found}`, expected `{expected}`")]
    ModuleName {
        /// The view.
        machine: Machine,
        /// What it names.
        found: String,
        /// What it should name.
        expected: String,
    },
    /// An export is missing, or leads elsewhere.
    #[error("{machine} view: {export} is missing, or leads elsewhere")]
    MissingExport {
        /// The view.
        machine: Machine,
        /// The export as it should be.
        export: String,
    },
    /// An export that should not be there.
    #[error("{machine} view: {export} is not expected")]
    UnexpectedExport {
        /// The view.
        machine: Machine,
        /// The export.
        export: String,
    },
    /// There is an entry point.
    #[error("{machine} view: the entry point is {entry_point:#x}, expected none")]
    EntryPoint {
        /// The view.
        machine: Machine,
        /// Its address.
        entry_point: u32,
    },
    /// It imports from other DLLs than it should.
    #[error("{machine} view: it imports from {found:?}, expected {expected:?}")]
    Imports {
        /// The view.
        machine: Machine,
        /// The DLLs that it imports from.
        found: Vec<String>,
        /// What they should be.
        expected: Vec<String>,
    },
    /// A data directory that must have content has none.
    #[error("{machine} view: {what} is missing")]
    Directory {
        /// The view.
        machine: Machine,
        /// What the directory is for.
        what: &'static str,
    },
    /// A bit of the headers is missing.
    #[error("{machine} view: {field} is {found:#06x}, expected the bits {expected:#06x}")]
    Characteristics {
        /// The view.
        machine: Machine,
        /// Which field of the headers.
        field: &'static str,
        /// Its value.
        found: u16,
        /// The bits that it must have.
        expected: u16,
    },
    /// The version is too low, or there is none.
    #[error("the file version is {}, expected at least {least}", found.map_or("missing".to_owned(), |v| v.to_string()))]
    Version {
        /// The version.
        found: Option<FileVersion>,
        /// The least that is allowed.
        least: FileVersion,
    },
    /// A resource is missing, changed, or not expected.
    #[error("the resource of type {kind}, name {name}, language {language} {problem}")]
    Resource {
        /// Its type.
        kind: ResourceId,
        /// Its name.
        name: ResourceId,
        /// Its language.
        language: u16,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The checksum is wrong.
    #[error("the checksum is {found:#010x}, expected {expected:#010x}")]
    Checksum {
        /// What the headers say.
        found: u32,
        /// What the content has.
        expected: u32,
    },
}

/// Holds `bytes`, a linked module, against `expected`.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn verify(bytes: &[u8], expected: &Expected) -> Result<(), Vec<Problem>> {
    let image = Image::parse(bytes).map_err(|error| vec![Problem::Broken(error)])?;
    let mut problems = Vec::new();

    let found: Vec<Machine> = image.views().map(|view| view.headers().machine).collect();
    let machines: Vec<Machine> = expected.views.iter().map(|view| view.machine).collect();
    if found != machines {
        problems.push(Problem::Views { found, expected: machines });
    }
    for (view, expected_view) in image.views().zip(&expected.views) {
        if let Err(error) = check_view(view, expected_view, expected, &mut problems) {
            problems.push(error.into());
        }
        if let Err(error) = check_resources(view, expected, &mut problems) {
            problems.push(error.into());
        }
    }
    match pe::checksum(bytes) {
        Ok(sum) if sum == image.native().headers().checksum => {}
        Ok(sum) => {
            let found = image.native().headers().checksum;
            problems.push(Problem::Checksum { found, expected: sum });
        }
        Err(error) => problems.push(error.into()),
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn check_view(
    view: &View<'_>,
    expected: &ExpectedView,
    module: &Expected,
    problems: &mut Vec<Problem>,
) -> Result<(), pe::Error> {
    let headers = view.headers();
    let machine = headers.machine;
    if headers.entry_point != 0 {
        problems.push(Problem::EntryPoint { machine, entry_point: headers.entry_point });
    }
    // EXECUTABLE_IMAGE | DLL, and LARGE_ADDRESS_AWARE or 32BIT_MACHINE
    let file_bits = if headers.is_pe32_plus { 0x2022 } else { 0x2102 };
    // NX_COMPAT | DYNAMIC_BASE, and HIGH_ENTROPY_VA
    let dll_bits = if headers.is_pe32_plus { 0x0160 } else { 0x0140 };
    for (field, found, expected) in [
        ("the file header's Characteristics", headers.characteristics, file_bits),
        ("DllCharacteristics", headers.dll_characteristics, dll_bits),
    ] {
        if found & expected != expected {
            problems.push(Problem::Characteristics { machine, field, found, expected });
        }
    }

    let exports = view.exports()?;
    if exports.module != module.module {
        let expected = module.module.clone();
        problems.push(Problem::ModuleName { machine, found: exports.module.clone(), expected });
    }
    let found: Vec<ExpectedExport> = exports.entries.iter().map(as_expected).collect();
    let missing = expected.exports.iter().filter(|export| !found.contains(export));
    problems.extend(missing.map(|export| Problem::MissingExport { machine, export: describe(export) }));
    let unexpected = found.iter().filter(|export| !expected.exports.contains(export));
    problems.extend(unexpected.map(|export| Problem::UnexpectedExport { machine, export: describe(export) }));

    let found = view.imports()?;
    if found != module.imports {
        problems.push(Problem::Imports { machine, found, expected: module.imports.clone() });
    }
    for (needed, directory, what) in [
        // Windows ends a process in which an exception meets a function that calls others and has none
        (expected.unwind, Directory::Exception, "the unwind data"),
        // an ARM64X module without one would have no x64 view
        (module.views.len() > 1, Directory::LoadConfig, "the load configuration"),
    ] {
        if needed && headers.directory(directory).is_none() {
            problems.push(Problem::Directory { machine, what });
        }
    }
    Ok(())
}

fn as_expected(export: &pe::Export) -> ExpectedExport {
    let forward = match &export.target {
        Target::Code(_) => None,
        // never expected, so it shows up as what it is
        Target::Data(rva) => Some(format!("the data at {rva:#x}")),
        Target::Forward(target) => Some(target.clone()),
    };
    ExpectedExport { ordinal: export.ordinal, name: export.name.clone(), forward }
}

fn describe(export: &ExpectedExport) -> String {
    let name = export.name.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default();
    match &export.forward {
        Some(target) => format!("the export{name} @{} to `{target}`", export.ordinal),
        None => format!("the export{name} @{} to code", export.ordinal),
    }
}

fn check_resources(
    view: &View<'_>,
    expected: &Expected,
    problems: &mut Vec<Problem>,
) -> Result<(), pe::Error> {
    let found = view.resources()?;
    let mut report = |resource: &Resource<'_>, problem| {
        problems.push(Problem::Resource {
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            language: resource.language,
            problem,
        });
    };
    let same_id =
        |a: &Resource<'_>, b: &Resource<'_>| (&a.kind, &a.name, a.language) == (&b.kind, &b.name, b.language);
    for resource in &expected.resources {
        match found.iter().find(|other| same_id(other, resource)) {
            None => report(resource, "is missing"),
            Some(other) if other.data != resource.data => report(resource, "has other content than expected"),
            Some(_) => {}
        }
    }
    for resource in &found {
        if !expected.resources.iter().any(|other| same_id(other, resource)) {
            report(resource, "is not expected");
        }
    }
    let version = view.version()?.and_then(|info| info.fixed).map(|fixed| fixed.file_version);
    if version.is_none_or(|version| version < expected.least_version) {
        problems.push(Problem::Version { found: version, least: expected.least_version });
    }
    Ok(())
}
