//! ARM64X forwarders: modules without code whose exports lead an ARM64 process to one module and an x64 process to
//! another.
//!
//! IIS on ARM64 loads one `aspnetcorev2.dll` into worker processes of both kinds
//! (<https://learn.microsoft.com/windows/arm/arm64x-build#build-an-arm64x-pure-forwarder-dll>).
//!
//! The rules:
//! * Each view forwards exactly what the module behind it exports, under the same names and ordinals. So a caller of
//!   either kind finds in the forwarder what it would find in the module itself, neither less nor more.
//! * An export without a name is forwarded by its ordinal.
//! * A variable cannot be forwarded and is refused: callers of a variable expect its address in the module that they
//!   linked against.
//! * All resources of the x64 module go in unchanged: the event log looks up its messages in the forwarder, because
//!   `EventMessageFile` names it.
//! * The version is at least that of both modules and `least_version`. The version resource is rewritten only where
//!   the x64 module's own is too low.

use super::job::{Expected, ExpectedExport, ExpectedView, LinkJob, forward_all};
use super::object::ObjectError;
use crate::id::FileVersion;
use crate::pe::{
    self, Export, Exports, FixedFileInfo, Image, Machine, Resource, ResourceId, StringTable, Target,
    Translation, VersionInfo,
};

/// A module that one view forwards to.
#[derive(Clone, Copy, Debug)]
pub struct Behind<'a> {
    /// The name of its file without `.dll`, which is what the forwards name: `aspnetcorev2_x64`.
    pub module: &'a str,
    /// The module itself.
    pub image: &'a Image<'a>,
}

/// What a forwarder is made from.
#[derive(Clone, Copy, Debug)]
pub struct Forwarder<'a> {
    /// The name of its file without `.dll`: `aspnetcorev2`.
    pub module: &'a str,
    /// What ARM64 processes get.
    pub arm64: Behind<'a>,
    /// What x64 processes get. Its resources go into the forwarder.
    pub x64: Behind<'a>,
    /// The version may not be below this, even where those of the modules are.
    pub least_version: FileVersion,
}

/// Why a forwarder cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ForwarderError {
    /// A module name that the forwards cannot hold.
    #[error(
        "`{0}` cannot be forwarded to: a module's name has letters, digits, `_` and `-` only, and no `.dll`"
    )]
    Name(String),
    /// A module could not be read.
    #[error("`{module}.dll`: {source}")]
    Image {
        /// The module's name.
        module: String,
        /// What is wrong with it.
        source: pe::Error,
    },
    /// A module is for another machine than its place asks for.
    #[error("`{module}.dll` is for {found}, expected {expected}")]
    Machine {
        /// The module's name.
        module: String,
        /// The machine in its header.
        found: Machine,
        /// The machine of the view that forwards to it.
        expected: Machine,
    },
    /// There is nothing to forward.
    #[error("`{0}.dll` exports nothing, so a forwarder to it would be of no use")]
    NoExports(String),
    /// An export is a variable.
    #[error("`{module}.dll` exports the variable `{export}`, and a variable cannot be forwarded")]
    Variable {
        /// The module's name.
        module: String,
        /// The export's name, or `#` and its ordinal.
        export: String,
    },
    /// An export's name cannot be written into a module-definition file.
    #[error(
        "`{module}.dll` exports `{export}`: a module-definition file cannot hold a name with control characters, \
         quotes or characters beyond ASCII"
    )]
    ExportName {
        /// The module's name.
        module: String,
        /// The export's name, escaped.
        export: String,
    },
    /// An object file could not be written.
    #[error("writing an object file failed: {0}")]
    Object(#[from] ObjectError),
}

impl Forwarder<'_> {
    /// What LLD needs to make the forwarder.
    ///
    /// # Errors
    /// A module behind the forwarder is broken, is for the wrong machine, or exports what cannot be forwarded.
    pub fn job(&self) -> Result<LinkJob, ForwarderError> {
        Ok(LinkJob::arm64x(self.expected()?, Vec::new(), Vec::new())?)
    }

    /// What the forwarder must be.
    pub(super) fn expected(&self) -> Result<Expected, ForwarderError> {
        check_name(self.module)?;
        let native = self.arm64.view(Machine::ARM64)?;
        let x64 = self.x64.view(Machine::AMD64)?;
        Ok(Expected {
            module: format!("{}.dll", self.module),
            views: vec![native, x64],
            imports: Vec::new(),
            least_version: self.version()?,
            resources: self.resources()?,
        })
    }

    /// The least version that is allowed: the highest of what is asked for and what the modules have.
    fn version(&self) -> Result<FileVersion, ForwarderError> {
        let [arm64, x64] = [self.arm64.version()?, self.x64.version()?];
        let versions = [arm64, x64].into_iter().flatten().filter_map(|info| Some(info.fixed?.file_version));
        Ok(versions.fold(self.least_version, FileVersion::max))
    }

    /// The x64 module's resources, with a version resource that is high enough.
    fn resources(&self) -> Result<Vec<Resource<'static>>, ForwarderError> {
        let least = self.version()?;
        let resources = self.x64.image.native().resources().map_err(|source| self.x64.error(source))?;
        let mut resources: Vec<Resource<'static>> = resources.into_iter().map(Resource::into_owned).collect();
        let mut has_version = false;
        for resource in resources.iter_mut().filter(|resource| resource.kind == ResourceId::VERSION) {
            has_version = true;
            let info = VersionInfo::parse(&resource.data).map_err(|source| self.x64.error(source))?;
            if info.fixed.is_none_or(|fixed| fixed.file_version < least) {
                resource.data = raised(info, least).to_bytes().into();
            }
        }
        if !has_version {
            resources.push(own_version(self.module, self.arm64.module, self.x64.module, least));
        }
        Ok(resources)
    }
}

/// A forwarder to DLLs that are not at hand: what they must export is known, and asked of them where they are.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The name of its file without `.dll`.
    pub module: &'a str,
    /// What both views export, in the order of the ordinals from 1.
    pub names: &'a [String],
    /// The module that ARM64 processes get, without `.dll`.
    pub arm64: &'a str,
    /// The module that x64 processes get, without `.dll`.
    pub x64: &'a str,
    /// Its version.
    pub version: FileVersion,
}

impl Named<'_> {
    /// What LLD needs to make the forwarder. It has a version, and no other resource.
    ///
    /// # Errors
    /// A name that a forward cannot hold.
    pub fn job(&self) -> Result<LinkJob, ForwarderError> {
        [self.module, self.arm64, self.x64].into_iter().try_for_each(check_name)?;
        if self.names.is_empty() {
            return Err(ForwarderError::NoExports(self.x64.to_owned()));
        }
        let view = |machine, target: &str| {
            let export = |(ordinal, name): (u32, &String)| ExpectedExport {
                ordinal,
                name: Some(name.clone()),
                forward: Some(format!("{target}.{name}")),
            };
            ExpectedView { machine, exports: (1..).zip(self.names).map(export).collect(), unwind: false }
        };
        let expected = Expected {
            module: format!("{}.dll", self.module),
            views: vec![view(Machine::ARM64, self.arm64), view(Machine::AMD64, self.x64)],
            imports: Vec::new(),
            least_version: self.version,
            resources: vec![own_version(self.module, self.arm64, self.x64, self.version)],
        };
        Ok(LinkJob::arm64x(expected, Vec::new(), Vec::new())?)
    }
}

/// A version resource for a forwarder to modules that have none, or that are not at hand.
fn own_version(module: &str, arm64: &str, x64: &str, version: FileVersion) -> Resource<'static> {
    const ENGLISH: u16 = 0x409;
    const UTF_16: u16 = 1200;
    let file = format!("{module}.dll");
    let description = format!("ARM64X forwarder to {arm64}.dll and {x64}.dll");
    let strings = [
        ("FileDescription", description),
        ("FileVersion", version.to_string()),
        ("InternalName", file.clone()),
        ("OriginalFilename", file),
        ("ProductVersion", version.to_string()),
    ];
    let info = VersionInfo {
        fixed: Some(FixedFileInfo { product_version: version, ..dll_info(version) }),
        tables: vec![StringTable {
            key: format!("{ENGLISH:04x}{UTF_16:04x}"),
            strings: strings.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        }],
        translations: vec![Translation { language: ENGLISH, code_page: UTF_16 }],
    };
    let data = info.to_bytes().into();
    Resource { kind: ResourceId::VERSION, name: ResourceId::Number(1), language: ENGLISH, data }
}

/// The numbers of a DLL's version resource, product version left at 0.
pub(super) fn dll_info(version: FileVersion) -> FixedFileInfo {
    FixedFileInfo {
        file_version: version,
        flags_mask: 0x3F,
        os: 0x0004_0004, // VOS_NT_WINDOWS32
        file_type: 2,    // VFT_DLL
        ..FixedFileInfo::default()
    }
}

/// `info` with the file version `least`; the product version is raised too where it is lower.
fn raised(mut info: VersionInfo, least: FileVersion) -> VersionInfo {
    let fixed = info.fixed.get_or_insert_with(|| dll_info(least));
    fixed.file_version = least;
    fixed.product_version = fixed.product_version.max(least);
    for (name, value) in info.tables.iter_mut().flat_map(|table| &mut table.strings) {
        if name == "FileVersion" {
            *value = least.to_string();
        }
    }
    info
}

fn check_name(module: &str) -> Result<(), ForwarderError> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if module.is_empty() || !module.chars().all(good) {
        return Err(ForwarderError::Name(module.to_owned()));
    }
    Ok(())
}

impl Behind<'_> {
    fn error(&self, source: pe::Error) -> ForwarderError {
        ForwarderError::Image { module: self.module.to_owned(), source }
    }

    fn version(&self) -> Result<Option<VersionInfo>, ForwarderError> {
        self.image.native().version().map_err(|source| self.error(source))
    }

    /// The view of the forwarder that leads here.
    fn view(&self, machine: Machine) -> Result<ExpectedView, ForwarderError> {
        check_name(self.module)?;
        let module = self.module.to_owned();
        let found = self.image.machine();
        if found != machine {
            return Err(ForwarderError::Machine { module, found, expected: machine });
        }
        let exports = self.image.native().exports().map_err(|source| self.error(source))?;
        self.check_exports(&exports)?;
        let mut exports = forward_all(&exports, self.module);
        exports.sort();
        Ok(ExpectedView { machine, exports, unwind: false })
    }

    fn check_exports(&self, exports: &Exports) -> Result<(), ForwarderError> {
        let module = self.module.to_owned();
        if exports.entries.is_empty() {
            return Err(ForwarderError::NoExports(module));
        }
        for export in &exports.entries {
            if matches!(export.target, Target::Data(_)) {
                return Err(ForwarderError::Variable { module, export: label(export) });
            }
            let in_definition = |c: char| c.is_ascii_graphic() && c != '"' || c == ' ';
            if export.name.as_ref().is_some_and(|name| name.is_empty() || !name.chars().all(in_definition)) {
                let export = label(export).escape_debug().to_string();
                return Err(ForwarderError::ExportName { module, export });
            }
        }
        Ok(())
    }
}

/// An export's name, or `#` and its ordinal.
pub(super) fn label(export: &Export) -> String {
    export.name.clone().unwrap_or_else(|| format!("#{}", export.ordinal))
}
