//! The stand-in payload: modules that have the exports, the resources and the machines of the ASP.NET Core Module, and
//! do nothing. `native/standin` says in readable text what is in them; here it becomes [`LinkJob`]s.
//!
//! Must never pass for the real module: the file description says stand-in, and no text names Microsoft as the maker.

use super::forwarder::dll_info;
use super::job::{Expected, ExpectedExport, ExpectedView, LinkJob};
use super::object::{Function, ObjectError, code_object};
use crate::id::{Arch, Dll, FileVersion};
use crate::pe::{
    FixedFileInfo, Machine, MessageTable, Resource, ResourceId, StringTable, Translation, VersionInfo,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The schema file that goes with the modules.
pub const SCHEMA: &str = include_str!("../../native/standin/aspnetcore_schema_v2.xml");
/// The file name of [`SCHEMA`].
pub const SCHEMA_NAME: &str = "aspnetcore_schema_v2.xml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    strings: BTreeMap<String, String>,
    module: Contents,
    handler: Contents,
    messages: BTreeMap<String, String>,
}

/// What is in one module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    description: String,
    exports: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    parameters: u16,
    code: u8,
}

const ENGLISH: u16 = 0x409;
const UTF_16: u16 = 1200;

fn description() -> Description {
    toml::from_str(include_str!("../../native/standin/standin.toml")).expect("a test reads the file")
}

impl Description {
    fn contents(&self, module: Dll) -> &Contents {
        match module {
            Dll::Module => &self.module,
            Dll::Handler => &self.handler,
        }
    }
}

/// What the export called `name` of `module` returns on `arch`: a failing `HRESULT` that no Windows component uses
/// (`native/standin/standin.toml` says how it is made up). `None` where the module has no such export.
#[must_use]
pub fn result(module: Dll, name: &str, arch: Arch) -> Option<u32> {
    let description = description();
    let exports = &description.contents(module).exports;
    exports.iter().find(|export| export.name == name).map(|export| export.result(arch))
}

/// What LLD needs to make the stand-in for `module` on `arch` with `version` as its file and product version.
///
/// # Errors
/// An object file could not be written.
pub fn job(module: Dll, arch: Arch, version: FileVersion) -> Result<LinkJob, ObjectError> {
    let description = description();
    let contents = description.contents(module);
    let functions: Vec<Function<'_>> = contents
        .exports
        .iter()
        .map(|export| Function {
            name: &export.name,
            parameters: export.parameters,
            result: export.result(arch),
        })
        .collect();
    let exports = (1..)
        .zip(&contents.exports)
        .map(|(ordinal, export)| ExpectedExport { ordinal, name: Some(export.name.clone()), forward: None })
        .collect();
    let file_name = format!("{}.dll", module.base_name());
    let mut resources = Vec::new();
    if module == Dll::Module {
        resources.push(resource(ResourceId::MESSAGE_TABLE, messages(&description).to_bytes()));
    }
    let mut strings = description.strings.clone();
    strings.extend([
        ("FileDescription".to_owned(), format!("{} ({arch})", contents.description)),
        ("FileVersion".to_owned(), version.to_string()),
        ("InternalName".to_owned(), file_name.clone()),
        ("OriginalFilename".to_owned(), file_name.clone()),
        ("ProductVersion".to_owned(), version.to_string()),
    ]);
    resources.push(resource(ResourceId::VERSION, version_info(version, strings).to_bytes()));
    let expected = Expected {
        module: file_name,
        views: vec![ExpectedView { machine: Machine::from(arch), exports, unwind: false }],
        imports: Vec::new(),
        resources,
        least_version: version,
    };
    Ok(LinkJob::single(code_object(arch, &functions)?, expected))
}

impl Entry {
    fn result(&self, arch: Arch) -> u32 {
        let processor = match arch {
            Arch::X86 => 0x086,
            Arch::X64 => 0x064,
            Arch::Arm64 => 0xA64,
        };
        0xA0AC_0000 | u32::from(self.code) << 12 | processor
    }
}

fn resource(kind: ResourceId, data: Vec<u8>) -> Resource<'static> {
    Resource { kind, name: ResourceId::Number(1), language: ENGLISH, data: data.into() }
}

fn messages(description: &Description) -> MessageTable {
    let message =
        |(id, text): (&String, &String)| (id.parse().expect("a test reads the file"), format!("{text}\r\n"));
    MessageTable { messages: description.messages.iter().map(message).collect() }
}

fn version_info(version: FileVersion, strings: BTreeMap<String, String>) -> VersionInfo {
    VersionInfo {
        fixed: Some(FixedFileInfo { product_version: version, ..dll_info(version) }),
        tables: vec![StringTable {
            key: format!("{ENGLISH:04x}{UTF_16:04x}"),
            strings: strings.into_iter().collect(),
        }],
        translations: vec![Translation { language: ENGLISH, code_page: UTF_16 }],
    }
}
