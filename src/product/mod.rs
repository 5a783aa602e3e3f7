//! What a native IIS module consists of: its DLLs and what they export, its schema, how it is registered, where its files
//! belong, the families of its packages.
//!
//! A product is data: `wix/products/NAME/product.toml`, which this module reads. Knows no product by name, but which one is meant
//! where none is named.

mod check;
mod file;
mod values;

use crate::id::{Arch, Dll, FileVersion, Flavour, Role, UpgradeCode};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The product that is meant where none is named.
pub const DEFAULT: &str = "ancm";
/// Its description as it was when this program was built, for where no folder of products is.
pub const DEFAULT_DESCRIPTION: &str = include_str!("../../wix/products/ancm/product.toml");

/// A product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What it is called on the command line: the name of its folder.
    pub name: String,
    /// The file that it was read from, as the user named it.
    pub file: String,
    /// What its packages say of it.
    pub texts: Texts,
    /// Names that its packages have in their tables.
    pub keys: Keys,
    /// How the version of a package follows from that of its DLLs.
    pub version: VersionPolicy,
    /// How IIS's configuration names it.
    pub registration: Registration,
    /// The DLL that IIS loads.
    pub module: Part,
    /// The DLL that the module loads from a folder of its version; not every module has one.
    pub handler: Option<Part>,
    /// DLLs of the same family that applications bring themselves, by their original names.
    pub others: Vec<String>,
    /// The schema of its configuration section.
    pub schema: Option<Schema>,
    /// Event messages of the stand-in for the module, by id.
    pub messages: BTreeMap<u32, String>,
    /// The package that corrects what another installer has put on a machine.
    pub patch: Option<Patch>,
    flavours: BTreeMap<Flavour, Edition>,
}

/// What packages say of the product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of texts", rename_all = "kebab-case")]
pub struct Texts {
    /// Its name.
    pub title: String,
    /// What it does, in a sentence.
    pub description: String,
    /// What the summary information says.
    pub summary: String,
    /// What Apps & Features says.
    pub comments: String,
    /// Where help is.
    pub help_link: String,
    /// Where more is said of it.
    pub info_link: String,
    /// The publisher, where the configuration names none.
    pub manufacturer: String,
}

/// Names in the tables of the packages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of keys")]
pub struct Keys {
    /// The feature. Windows Installer takes a feature's state over by its name, so that of predecessors stays.
    pub feature: String,
    /// The cabinet.
    pub cabinet: String,
    /// The icon.
    pub icon: String,
}

/// How the version of a package follows from that of its DLLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionPolicy {
    /// Its first three fields.
    File,
    /// Microsoft's rule for modules that are built with the .NET runtime: `plan::product_version`.
    Runtime,
}

/// How IIS's configuration names the module.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `name`", rename_all = "kebab-case")]
pub struct Registration {
    /// The name in `globalModules` and `modules`.
    pub name: String,
    /// The section of `system.webServer` that it reads.
    pub section: Option<String>,
    /// Its area of failed request tracing.
    pub trace_area: Option<TraceArea>,
    /// Whether event streams must not be compressed.
    #[serde(default)]
    pub event_streams: bool,
    /// Whether sites map handlers to it in their own configuration.
    #[serde(default)]
    pub handlers: bool,
}

/// An area of failed request tracing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `name` and `value`", rename_all = "kebab-case")]
pub struct TraceArea {
    /// Its name.
    pub name: String,
    /// Its bit in the provider `WWW Server`.
    pub value: u32,
}

/// A DLL of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of its file without `.dll`.
    pub base_name: String,
    /// What its version resource says in `FileDescription`, or a part of it.
    pub description: String,
    /// What its version resource says in `OriginalFilename`, in lower case: any of them.
    pub original_names: Vec<String>,
    /// What it exports, in the order of the ordinals.
    pub exports: Vec<Export>,
    /// The first version of the module that can load this handler so that Windows looks beside it for what it needs; none
    /// where that is not known.
    pub searched_from: Option<FileVersion>,
}

/// A function that a DLL exports.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `name`, `parameters` and `code`")]
pub struct Export {
    /// Its name.
    pub name: String,
    /// How many parameters it has, of 4 bytes each on x86.
    pub parameters: u16,
    /// What tells it from the others in what its stand-in returns.
    pub code: u8,
}

/// The schema of a configuration section.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `file`", rename_all = "kebab-case")]
pub struct Schema {
    /// The name of its file.
    pub file: String,
    /// An attribute of the section that no other product's schema of the same section has.
    pub attribute: Option<String>,
}

/// A file of another product that this one cannot stand beside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with `file` and `reason`")]
pub struct Refused {
    /// Its path below System32.
    pub file: String,
    /// What the user reads where it is there: what it is, and what to do.
    pub reason: String,
}

/// The package that corrects what another installer has put on an ARM64 machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table", rename_all = "kebab-case")]
pub struct Patch {
    /// The name of its file without `.msi`; `{version}` stands for what it says.
    pub package: String,
    /// The name in Apps & Features.
    pub name: String,
    /// Its own folder below Program Files.
    pub folder: String,
    /// Its family.
    pub upgrade_code: UpgradeCode,
    /// What the user reads where there is nothing to correct.
    pub missing: String,
    /// Where all that it leads to is on the machine already; none where the payload has it.
    pub in_place: Option<InPlace>,
}

/// A module whose DLLs for x64 and ARM64 are on the machine, and not ours to bring.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table", rename_all = "kebab-case")]
pub struct InPlace {
    /// The path of the x64 DLL below System32.
    pub file: String,
    /// The version of the forwarder that is put there. No DLL of a higher one is replaced.
    pub version: FileVersion,
    /// The path of the ARM64 DLL below Program Files.
    pub native: String,
    /// What the user reads where that is not there.
    pub native_missing: String,
    /// A name beside the x64 DLL under which scripts keep it when they put the ARM64 DLL in its place.
    pub backup: Option<String>,
}

/// What packages for one kind of IIS have of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The name of a package's file without `.msi`; `{arch}` and `{version}` stand for what they say.
    pub package: String,
    /// The name in Apps & Features.
    pub name: String,
    /// The module's folder below Program Files.
    pub folder: String,
    /// The 8.3 name of the folder's second name, where it is not left to the engine.
    pub short_name: Option<String>,
    /// The event log source.
    pub event_source: String,
    /// The registry key below `HKLM` by which other installers find the module.
    pub discovery_key: Option<String>,
    /// The keys of the dependency provider; the first is the one that new packages count on.
    pub providers: BTreeMap<Arch, Vec<String>>,
    /// The feature of the dependency provider.
    pub provider_feature: String,
    /// The family that a package belongs to.
    pub upgrade_codes: BTreeMap<Arch, UpgradeCode>,
    /// Another family that packages for the same machine have been in.
    pub earlier_upgrade_codes: BTreeMap<Arch, UpgradeCode>,
    /// Where one of these is, nothing is installed.
    pub refused: Vec<Refused>,
}

impl Product {
    /// What its packages for `flavour` have of their own; none where it has no such packages.
    #[must_use]
    pub fn edition(&self, flavour: Flavour) -> Option<&Edition> {
        self.flavours.get(&flavour)
    }

    /// The kinds of IIS that it has packages for.
    pub fn flavours(&self) -> impl Iterator<Item = Flavour> {
        self.flavours.keys().copied()
    }

    /// The families of all its packages, earlier ones and that of its patch too.
    pub fn families(&self) -> impl Iterator<Item = UpgradeCode> {
        let editions = self.flavours.values().flat_map(Edition::families);
        editions.chain(self.patch.iter().map(|patch| patch.upgrade_code))
    }

    /// The DLL; none where the product has no such DLL.
    #[must_use]
    pub fn part(&self, dll: Dll) -> Option<&Part> {
        match dll {
            Dll::Module => Some(&self.module),
            Dll::Handler => self.handler.as_ref(),
        }
    }

    /// Its DLLs, the module first.
    pub fn parts(&self) -> impl Iterator<Item = (Dll, &Part)> {
        Dll::ALL.into_iter().filter_map(|dll| Some((dll, self.part(dll)?)))
    }

    /// What a package for `arch` needs: its own DLLs, the schema, on a 64-bit machine the 32-bit DLLs for 32-bit
    /// application pools, and on ARM64 the x64 DLLs for emulated ones.
    #[must_use]
    pub fn needed_by(&self, arch: Arch) -> Vec<Role> {
        let arches: &[Arch] = match arch {
            Arch::X86 => &[Arch::X86],
            Arch::X64 => &[Arch::X86, Arch::X64],
            Arch::Arm64 => &[Arch::X86, Arch::X64, Arch::Arm64],
        };
        let dlls = self.parts().flat_map(|(dll, _)| arches.iter().map(move |arch| Role::Dll(dll, *arch)));
        dlls.chain(self.schema.iter().map(|_| Role::Schema)).collect()
    }

    /// The path of the module's DLL as IIS's configuration has it: worker processes of either bitness expand it, each to
    /// its own folder.
    #[must_use]
    pub fn image(&self, flavour: Flavour) -> Option<String> {
        let folder = &self.edition(flavour)?.folder;
        let file = self.module.file_name();
        Some(match flavour {
            Flavour::Iis => format!(r"%ProgramFiles%\{folder}\{file}"),
            // the variable is the folder of iisexpress.exe, which is the first name of `folder`
            Flavour::IisExpress => {
                format!(r"%IIS_BIN%\{}\{file}", folder.split_once('\\').map_or("", |(_, rest)| rest))
            }
        })
    }

    /// The whole name of the section that it reads.
    #[must_use]
    pub fn section(&self) -> Option<String> {
        self.registration.section.as_ref().map(|section| format!("system.webServer/{section}"))
    }
}

impl Part {
    /// The name of its file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.dll", self.base_name)
    }
}

impl Edition {
    /// The families of its packages, earlier ones too.
    pub fn families(&self) -> impl Iterator<Item = UpgradeCode> {
        self.upgrade_codes.values().chain(self.earlier_upgrade_codes.values()).copied()
    }
}
