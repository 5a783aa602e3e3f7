//! One package of the plan.

use super::{Inputs, Kind, Swap};
use crate::diag::{Diagnostic, Location};
use crate::id::{Arch, ComponentId, Dll, FileVersion, Flavour, ProductVersion, Role, UpgradeCode};
use crate::ledger::{Bits, Component, Holds, KeyPath, Ledger};
use crate::native::configaction::ConfigurationAction;
use crate::payload::Payload;
use crate::product::{Edition, Part, Product, Registration, Texts};
use registration::job::{EVENT_STREAMS, HANDLERS, LOCKED, SHARED, USER};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The hand-written sources; each file is a fragment that the package refers to.
const SOURCES: [&str; 5] = ["package.wxs", "prerequisites.wxs", "registration.wxs", "ui.wxs", "upgrade.wxs"];

/// An ARM64X DLL that leads to the DLLs for ARM64 and x64 beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forwarder {
    /// The DLL that it stands in for.
    #[serde(serialize_with = "text")]
    pub dll: Dll,
    /// The name of its file without `.dll`.
    pub base_name: String,
    /// Whether it is a forwarder or the loader.
    pub kind: Kind,
    /// Why it is.
    pub reason: String,
    /// Its name below the stage folder, with `/` between names.
    pub stage_path: String,
    /// The module name, without extension, that ARM64 processes are sent to.
    pub arm64_target: String,
    /// The module name, without extension, that x64 processes are sent to.
    pub x64_target: String,
    /// Its version: just above the payload's. An uncorrected package of the same release has the payload's own DLL at
    /// the same path, and Windows Installer keeps a file of equal version.
    pub version: FileVersion,
    /// What it exports, where the DLLs that it leads to are not at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
}

impl Forwarder {
    /// The one for `part`; none where the payload lacks what it leads to.
    pub(super) fn plan(
        dll: Dll,
        part: &Part,
        kind: Kind,
        reason: String,
        payload: &Payload,
    ) -> Option<Forwarder> {
        let version = |arch| payload.files.get(&Role::Dll(dll, arch))?.version;
        let FileVersion([major, minor, build, patch]) = version(Arch::X64)?.max(version(Arch::Arm64)?);
        let name = &part.base_name;
        Some(Forwarder {
            dll,
            base_name: name.clone(),
            kind,
            reason,
            stage_path: format!("arm64x/{name}.dll"),
            arm64_target: format!("{name}_arm64"),
            x64_target: format!("{name}_x64"),
            version: FileVersion([major, minor, build, patch.wrapping_add(1)]),
            names: None,
        })
    }
}

fn text<T: std::fmt::Display, S: serde::Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(value)
}

/// Where the bytes of a packaged file come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The payload.
    Payload(Role),
    /// A forwarder of the plan.
    Forwarder(#[serde(serialize_with = "text")] Dll),
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageFile {
    /// Key in the File table.
    pub file: String,
    /// What it is.
    pub source: Source,
    /// Its name below the stage folder, with `/` between names.
    pub stage_path: String,
    /// Its version, which Windows Installer compares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<FileVersion>,
    /// Length in bytes, where it is known before the plan is carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// The DLL with a package's custom actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionDll {
    /// The processor of its code, which need not be the package's.
    pub arch: Arch,
    /// Its name below the stage folder, with `/` between names.
    pub stage_path: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The file of this project that says what it was made from.
    pub provenance: &'static str,
}

impl ActionDll {
    pub(super) fn plan(package: Arch) -> ActionDll {
        let dll = ConfigurationAction::of_package(package);
        ActionDll {
            arch: dll.arch,
            stage_path: format!("configaction/{}/configaction.dll", dll.arch),
            size: dll.bytes.len() as u64,
            sha256: dll.sha256(),
            provenance: "native/prebuilt/provenance.toml",
        }
    }
}

/// A component of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedComponent {
    /// Key in the Component table.
    pub component: String,
    /// Its ComponentId.
    pub id: ComponentId,
    /// Its key path, version filled in.
    pub key_path: KeyPath,
    /// Which half of Windows it lives in: 32 or 64.
    #[serde(serialize_with = "text")]
    pub bits: Bits,
    /// What the ledger says that it holds.
    pub holds: Holds,
    /// The event log source that it registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source: Option<String>,
    /// Its file; none where the key path is a registry value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PackageFile>,
    /// The line of the ledger that it comes from.
    pub ledger_line: u32,
}

/// What the engine compiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngineInputs {
    /// `-arch`.
    pub arch: Arch,
    /// Source files: the hand-written ones, then the generated one.
    pub sources: Vec<PathBuf>,
    /// `-loc`.
    pub localizations: Vec<PathBuf>,
    /// `-culture`.
    pub culture: String,
    /// `-d`, by name.
    pub defines: BTreeMap<String, String>,
    /// `-b`: where relative `Source` attributes are looked for.
    pub bind_paths: Vec<PathBuf>,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    /// The kind of IIS.
    pub flavour: Flavour,
    /// The processor.
    pub arch: Arch,
    /// Its file name. The version is part of it, or caches take one release for another.
    pub file_name: String,
    /// Its name in Apps & Features; says so where the payload is the stand-in.
    pub product_name: String,
    /// The family that it belongs to.
    pub upgrade_code: UpgradeCode,
    /// Another family whose members it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_upgrade_code: Option<UpgradeCode>,
    /// Components, in the order of the ledger.
    pub components: Vec<PlannedComponent>,
    /// DLLs of another package that it puts others in the place of; empty but for a patch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub swaps: Vec<Swap>,
    /// What registers the module.
    pub configuration_action: ActionDll,
    /// What the engine compiles.
    pub engine: EngineInputs,
}

impl Package {
    /// The files, in the order of the components.
    pub fn files(&self) -> impl Iterator<Item = &PackageFile> {
        self.components.iter().filter_map(|component| component.file.as_ref())
    }
}

/// What the hand-written sources say of a product in words, and names in tables.
pub(super) fn defines_of_texts(product: &Product) -> BTreeMap<String, String> {
    let Texts { title, description, summary, comments, help_link, info_link, .. } = &product.texts;
    [
        ("Title", title),
        ("Description", description),
        ("Summary", summary),
        ("Comments", comments),
        ("HelpLink", help_link),
        ("InfoLink", info_link),
        ("Cabinet", &product.keys.cabinet),
        ("IconName", &product.keys.icon),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .into()
}

/// The bits of `Attributes` in `wix/registration.wxs`.
fn attributes(product: &Product, flavour: Flavour) -> u32 {
    let Registration { event_streams, handlers, .. } = &product.registration;
    let bit = |bit, is_set: bool| if is_set { bit } else { 0 };
    bit(LOCKED, flavour == Flavour::IisExpress)
        | bit(EVENT_STREAMS, *event_streams)
        | bit(HANDLERS, *handlers)
        | bit(SHARED, flavour == Flavour::Iis)
}

/// What all packages of a plan have in common.
pub(super) struct Setting<'a> {
    pub inputs: &'a Inputs,
    pub ledger: &'a Ledger,
    pub version: &'a ProductVersion,
    pub handler_folder: &'a str,
    pub code_page: u32,
    pub forwarders: &'a [Forwarder],
}

impl Setting<'_> {
    pub(super) fn package(&self, flavour: Flavour, arch: Arch) -> Result<Package, Box<Diagnostic>> {
        let product = &self.inputs.product;
        let edition = product.edition(flavour).expect("the plan asks for flavours of the product only");
        let upgrade_code = edition.upgrade_codes[&arch];
        let components: Result<Vec<PlannedComponent>, Box<Diagnostic>> =
            self.ledger.components(flavour, arch).map(|component| self.component(component)).collect();
        let stand_in = self.inputs.payload.is_stand_in();
        let file_name = edition
            .package
            .replace("{arch}", &arch.to_string())
            .replace("{version}", &self.version.to_string());
        let mut package = Package {
            flavour,
            arch,
            file_name: format!("{file_name}{}.msi", if stand_in { "_standin" } else { "" }),
            product_name: format!(
                "{}{}",
                edition.name,
                if stand_in { " (STAND-IN, not for use)" } else { "" }
            ),
            upgrade_code,
            earlier_upgrade_code: edition.earlier_upgrade_codes.get(&arch).copied(),
            components: components?,
            swaps: Vec::new(),
            configuration_action: ActionDll::plan(arch),
            engine: EngineInputs {
                arch,
                sources: Vec::new(),
                localizations: vec![self.inputs.wix.join("en-us.wxl")],
                culture: "en-US".to_owned(),
                defines: BTreeMap::new(),
                // what a product has of its own goes before what all have
                bind_paths: vec![
                    self.inputs.wix.join("products").join(&product.name),
                    self.inputs.wix.clone(),
                    self.inputs.stage.clone(),
                ],
            },
        };
        package.engine.sources = SOURCES.iter().map(|name| self.inputs.wix.join(name)).collect();
        package.engine.sources.push(self.inputs.stage.join(format!("components-{flavour}-{arch}.wxs")));
        package.engine.defines = self.defines(&package, edition);
        Ok(package)
    }

    fn component(&self, component: &Component) -> Result<PlannedComponent, Box<Diagnostic>> {
        let source = match component.holds {
            Holds::Payload(role) => Some(Source::Payload(role)),
            Holds::Forwarder(dll) => Some(Source::Forwarder(dll)),
            Holds::Discoverability | Holds::Provider | Holds::Other => None,
        };
        let file = match (&component.key_path, source) {
            (KeyPath::File { file, .. }, Some(source)) => Some(self.file(file, source)),
            (KeyPath::Registry { .. }, None) => None,
            _ => {
                let message = format!("component `{}` cannot hold `{}`", component.key, component.holds);
                let at = Location { file: self.ledger.file.as_str().into(), line: component.line, column: 1 };
                return Err(Diagnostic::error("plan::ledger", message).at(&at).into());
            }
        };
        Ok(PlannedComponent {
            component: component.key.clone(),
            id: component.id,
            key_path: component.key_path.with_version(self.handler_folder),
            bits: component.bits,
            holds: component.holds,
            event_source: component.event_source.clone(),
            file,
            ledger_line: component.line,
        })
    }

    fn file(&self, key: &str, source: Source) -> PackageFile {
        let (stage_path, version, size) = match source {
            Source::Payload(role) => {
                let file = self.inputs.payload.files.get(&role);
                let stage_path = match role {
                    Role::Dll(dll, arch) => {
                        let part = self.inputs.product.part(dll);
                        format!("{arch}/{}", part.map(Part::file_name).unwrap_or_default())
                    }
                    Role::Schema => {
                        let schema = self.inputs.product.schema.as_ref();
                        schema.map(|schema| schema.file.clone()).unwrap_or_default()
                    }
                };
                (stage_path, file.and_then(|file| file.version), file.map(|file| file.size))
            }
            Source::Forwarder(dll) => {
                let forwarder = self.forwarders.iter().find(|forwarder| forwarder.dll == dll);
                let stage_path = forwarder.map(|forwarder| forwarder.stage_path.clone()).unwrap_or_default();
                (stage_path, forwarder.map(|forwarder| forwarder.version), None)
            }
        };
        PackageFile { file: key.to_owned(), source, stage_path, version, size }
    }

    /// What the hand-written sources say of every product.
    fn defines(&self, package: &Package, edition: &Edition) -> BTreeMap<String, String> {
        let product = &self.inputs.product;
        let mut defines = defines_of_texts(product);
        let own: BTreeMap<String, String> = [
            ("Feature", product.keys.feature.clone()),
            ("ProviderFeature", edition.provider_feature.clone()),
            ("Module", product.registration.name.clone()),
            ("Image", product.image(package.flavour).unwrap_or_default()),
            ("Attributes", attributes(product, package.flavour).to_string()),
            ("UserAttributes", (attributes(product, package.flavour) | USER).to_string()),
            ("Flavour", package.flavour.to_string()),
            ("ProductName", package.product_name.clone()),
            ("Manufacturer", self.inputs.manufacturer.value.clone()),
            ("CodePage", self.code_page.to_string()),
            ("Version", self.version.to_string()),
            ("HandlerFolder", self.handler_folder.to_owned()),
            ("UpgradeCode", package.upgrade_code.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        defines.extend(own);
        let mut add = |name: &str, value: Option<String>| {
            defines.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("EarlierUpgradeCode", package.earlier_upgrade_code.map(|code| code.to_string()));
        add("Section", product.registration.section.clone());
        let area = product.registration.trace_area.as_ref();
        add("TraceArea", area.map(|area| area.name.clone()));
        add("TraceValue", area.map(|area| area.value.to_string()));
        let main = |part: &Part, bits| {
            let end = format!(r"\{}", part.file_name());
            let is_it = |component: &&PlannedComponent| {
                component.bits == bits && component.key_path.text().ends_with(&end)
            };
            package.components.iter().find(is_it)
        };
        let native = if package.arch.is_64_bit() { Bits::B64 } else { Bits::B32 };
        let key = |found: Option<&PlannedComponent>| found.map(|component| component.component.clone());
        add("ModuleComponent", key(main(&product.module, native)));
        add("ModuleComponent32", key(main(&product.module, Bits::B32)));
        let handler = product.handler.as_ref().and_then(|handler| main(handler, native)?.file.as_ref());
        add("HandlerFile", handler.map(|file| file.file.clone()));
        defines
    }
}
