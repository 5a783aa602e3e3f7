//! The whole plan, before anything is done: packages, files, versions, identities, forwarders, engine inputs, and
//! where each value came from.
//!
//! Pure: it reads no file and starts nothing. Its inputs are values that somebody else gathered; its output is
//! printed by `plan` and carried out by `dist`, which decide nothing themselves.

mod handler;
mod package;
mod patch;
mod swap;
mod version;

use crate::diag::Diagnostic;
use crate::id::{Arch, Dll, FileVersion, Flavour, ProductVersion, Role};
use crate::ledger::Ledger;
use crate::msi::code_page_for;
use crate::payload::Payload;
use crate::product::{Part, Product};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

pub use handler::{HandlerChoice, Kind};
pub use package::{ActionDll, EngineInputs, Forwarder, Package, PackageFile, PlannedComponent, Source};
pub use swap::Swap;
pub use version::{default_file_version, product_version};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A switch of the command line, such as `--version`.
    Flag(String),
    /// A line of the configuration.
    Config {
        /// The file as the user named it.
        file: String,
        /// Line, from 1.
        line: u32,
    },
    /// A file of the payload.
    Payload(String),
    /// Built in.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(name) => f.write_str(name),
            Origin::Config { file, line } => write!(f, "{file}:{line}"),
            Origin::Payload(path) => write!(f, "payload: {path}"),
            Origin::Default => f.write_str("default"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A value with its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// `value` from `origin`.
    pub fn new(value: T, origin: Origin) -> Sourced<T> {
        Sourced { value, origin }
    }

    /// A built-in `value`.
    pub fn default(value: T) -> Sourced<T> {
        Sourced::new(value, Origin::Default)
    }
}

/// What a plan is made from.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// What the packages are of.
    pub product: Product,
    /// Kinds of IIS to make packages for; not empty.
    pub flavours: Sourced<Vec<Flavour>>,
    /// Processors to make packages for; not empty.
    pub arches: Sourced<Vec<Arch>>,
    /// The version of the packages; by default the one that goes with the payload's.
    pub version: Option<Sourced<ProductVersion>>,
    /// The publisher in Apps & Features.
    pub manufacturer: Sourced<String>,
    /// What stands in the handler's place in the ARM64 packages.
    pub handler: Sourced<HandlerChoice>,
    /// The binaries.
    pub payload: Payload,
    /// The folder with the hand-written authoring, as the engine shall name it in its findings.
    pub wix: PathBuf,
    /// The folder that the payload, the forwarders and the generated authoring are laid out in.
    pub stage: PathBuf,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Name and version of this JSON form; it grows, and changes number when something goes.
    pub schema: &'static str,
    /// The product that they are of.
    pub product: String,
    /// The version of all packages.
    pub version: Sourced<ProductVersion>,
    /// The name of the folder that the handler is installed in: the first three fields of the version.
    pub handler_folder: String,
    /// The publisher in Apps & Features.
    pub manufacturer: Sourced<String>,
    /// The code page that the packages' texts are stored in.
    pub code_page: u32,
    /// Kinds of IIS.
    pub flavours: Sourced<Vec<Flavour>>,
    /// Processors.
    pub arches: Sourced<Vec<Arch>>,
    /// The payload and how it was found.
    pub payload: Payload,
    /// The DLLs to make; empty where no package is for ARM64.
    pub forwarders: Vec<Forwarder>,
    /// The packages, by flavour and processor.
    pub packages: Vec<Package>,
    /// What deserves a look and stops nothing.
    pub warnings: Vec<Diagnostic>,
}

/// Why there is no plan.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What is wrong with the payload or a setting.
    Inputs(Vec<Diagnostic>),
    /// What is wrong with the ledger.
    Ledger(Vec<Diagnostic>),
}

impl Refusal {
    /// What is wrong, whatever it is about.
    #[must_use]
    pub fn into_findings(self) -> Vec<Diagnostic> {
        match self {
            Refusal::Inputs(findings) | Refusal::Ledger(findings) => findings,
        }
    }
}

impl From<Vec<Diagnostic>> for Refusal {
    fn from(problems: Vec<Diagnostic>) -> Refusal {
        Refusal::Inputs(problems)
    }
}

/// Plans the packages.
///
/// # Errors
/// Everything that keeps them from being made: problems of the payload, roles that nothing fills
/// (`plan::missing_role`), a version that Windows Installer cannot hold (`plan::version`), an entry of the ledger that
/// does not fit (`plan::ledger`).
pub fn plan(inputs: &Inputs, ledger: &Ledger) -> Result<Plan, Refusal> {
    let product = &inputs.product;
    if product.flavours().next().is_none() {
        let message = format!("`{}` has no packages of the module itself", product.name);
        let help = format!("`cargo xtask patch --product {}` makes the one that it has", product.name);
        return Err(vec![Diagnostic::error("plan::flavour", message).help(help)].into());
    }
    let stranger = inputs.flavours.value.iter().find(|flavour| product.edition(**flavour).is_none());
    if let Some(flavour) = stranger {
        let known: Vec<String> = product.flavours().map(|flavour| flavour.to_string()).collect();
        let message =
            format!("`{}` has no packages for {flavour} ({})", product.name, inputs.flavours.origin);
        let help = format!("it has them for {}", known.join(" and "));
        return Err(vec![Diagnostic::error("plan::flavour", message).help(help)].into());
    }
    let payload = &inputs.payload;
    let mut problems = payload.problems.clone();
    let missing = payload.missing(&inputs.product, &inputs.arches.value);
    if !missing.is_empty() && problems.is_empty() {
        problems.push(missing_roles(&missing));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }

    let mut warnings = payload.warnings.clone();
    let version = version::of_packages(inputs, ledger, &mut warnings).map_err(|problem| vec![*problem])?;
    let code_page = code_page(&inputs.manufacturer).map_err(|problem| vec![*problem])?;
    let [major, minor, build] = version.value.compared();
    let handler_folder = format!("{major}.{minor}.{build}");
    let forwarders = match inputs.arches.value.contains(&Arch::Arm64) {
        true => forwarders(inputs, &mut warnings),
        false => Vec::new(),
    };
    let setting = package::Setting {
        inputs,
        ledger,
        version: &version.value,
        handler_folder: &handler_folder,
        code_page,
        forwarders: &forwarders,
    };
    if let Some(full) = forwarders.iter().find(|forwarder| forwarder.version.0[3] == 0) {
        let message = format!(
            "`{}` cannot have a version above its payload's, whose last number is the highest that there is",
            full.stage_path
        );
        let help = "Windows Installer would leave the uncorrected package's file of that version; take a later payload";
        return Err(vec![Diagnostic::error("plan::file_version", message).help(help)].into());
    }
    let mut packages = Vec::new();
    for flavour in inputs.product.flavours().filter(|flavour| inputs.flavours.value.contains(flavour)) {
        for arch in Arch::ALL.into_iter().filter(|arch| inputs.arches.value.contains(arch)) {
            packages.push(setting.package(flavour, arch).map_err(|problem| Refusal::Ledger(vec![*problem]))?);
        }
    }
    Ok(Plan {
        schema: "ancm-plan/1",
        product: inputs.product.name.clone(),
        version,
        handler_folder,
        manufacturer: inputs.manufacturer.clone(),
        code_page,
        flavours: inputs.flavours.clone(),
        arches: inputs.arches.clone(),
        payload: payload.clone(),
        forwarders,
        packages,
        warnings,
    })
}

/// The code page of the packages. All texts of theirs are ASCII, but for the publisher's name.
fn code_page(manufacturer: &Sourced<String>) -> Result<u32, Box<Diagnostic>> {
    let Sourced { value, origin } = manufacturer;
    if value.trim().is_empty() || value.chars().any(char::is_control) {
        let message = format!(
            "the manufacturer {value:?} ({origin}) is no name: it is empty, or has control characters"
        );
        return Err(Box::new(
            Diagnostic::error("plan::manufacturer", message).help("name one with `--manufacturer`"),
        ));
    }
    code_page_for(value).ok_or_else(|| {
        let none_alone = |c: &char| code_page_for(c.encode_utf8(&mut [0; 4])).is_none();
        let strangers: Vec<String> = value.chars().filter(none_alone).map(|c| format!("`{c}`")).collect();
        let why = match strangers.as_slice() {
            [] => "no single code page of Windows has all its characters".to_owned(),
            list => format!("no code page of Windows has {}", list.join(", ")),
        };
        let message = format!("the manufacturer `{value}` ({origin}) cannot be stored in a package: {why}");
        let help = "name one in the letters of one script with `--manufacturer`";
        Box::new(Diagnostic::error("plan::code_page", message).help(help))
    })
}

fn forwarders(inputs: &Inputs, warnings: &mut Vec<Diagnostic>) -> Vec<Forwarder> {
    let forwarder = |(dll, part): (Dll, &Part)| {
        let (kind, reason) = match dll {
            Dll::Module => (Kind::Forwarder, "IIS loads it so that its target is found".to_owned()),
            Dll::Handler => handler::choose(inputs, warnings),
        };
        Forwarder::plan(dll, part, kind, reason, &inputs.payload)
    };
    inputs.product.parts().filter_map(forwarder).collect()
}

fn missing_roles(missing: &[Role]) -> Diagnostic {
    let list: Vec<String> = missing.iter().map(|role| format!("`{role}`")).collect();
    let message = format!("the payload lacks {}", list.join(", "));
    Diagnostic::error("plan::missing_role", message).help(
        "every 64-bit package also holds the 32-bit DLLs, and an arm64 package the x64 ones; name the bundle, package or \
         zip file that the module is published in, add the files, or make packages for fewer processors with `--arch`",
    )
}

/// The highest version of the payload's DLLs, and the file that has it.
fn highest(payload: &Payload) -> Option<(FileVersion, &str)> {
    let versions = payload.files.values().filter_map(|file| Some((file.version?, file.path.as_str())));
    versions.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))
}
