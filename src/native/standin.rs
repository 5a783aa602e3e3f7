//! The stand-in payload: DLLs that have the exports, the resources and the machines of a product's, and do nothing; here
//! what the product says becomes [`LinkJob`]s.
//!
//! Every export returns a failing `HRESULT` that no Windows component uses and that says where it comes from. With
//! stand-ins a machine without the product's binaries can build, install and test all packages. They must never pass for
//! the real ones: the file description says stand-in, and no text names the real maker.

use super::forwarder::dll_info;
use super::job::{Expected, ExpectedExport, ExpectedView, LinkJob};
use super::object::{Function, ObjectError, code_object};
use crate::id::{Arch, Dll, FileVersion};
use crate::pe::{
    FixedFileInfo, Machine, MessageTable, Resource, ResourceId, StringTable, Translation, VersionInfo,
};
use crate::product::{Export, Part, Product};
use std::collections::BTreeMap;

const ENGLISH: u16 = 0x409;
const UTF_16: u16 = 1200;

/// Who makes stand-ins, and on what terms.
const STRINGS: [(&str, &str); 2] =
    [("CompanyName", "ancm-installer project"), ("LegalCopyright", "MIT OR Apache-2.0")];

/// A schema for the section of `product` that describes nothing; none where it reads no section. IIS does not ask it: a
/// stand-in is refused before.
#[must_use]
pub fn schema(product: &Product) -> Option<String> {
    let section = product.section()?;
    let attribute = product.schema.as_ref().and_then(|schema| schema.attribute.as_deref());
    let attribute = attribute.map_or(String::new(), |name| {
        format!("    <attribute name=\"{name}\" type=\"string\" defaultValue=\"\" />\n")
    });
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Stand-in for the schema of {section}. -->\n<configSchema>\n  \
         <sectionSchema name=\"{section}\">\n{attribute}  </sectionSchema>\n</configSchema>\n"
    ))
}

/// What the export called `name` of the stand-in for `part` returns on `arch`: 0xA0ACnaaa, where n is the export's code
/// and aaa the processor. `None` where the DLL has no such export.
#[must_use]
pub fn result(part: &Part, name: &str, arch: Arch) -> Option<u32> {
    part.exports.iter().find(|export| export.name == name).map(|export| result_of(export, arch))
}

fn result_of(export: &Export, arch: Arch) -> u32 {
    let processor = match arch {
        Arch::X86 => 0x086,
        Arch::X64 => 0x064,
        Arch::Arm64 => 0xA64,
    };
    0xA0AC_0000 | u32::from(export.code) << 12 | processor
}

/// What LLD needs to make the stand-in for the DLL `dll` of `product` on `arch` with `version` as its file and product
/// version; nothing where the product has no such DLL.
///
/// # Errors
/// An object file could not be written.
pub fn job(
    product: &Product,
    dll: Dll,
    arch: Arch,
    version: FileVersion,
) -> Option<Result<LinkJob, ObjectError>> {
    let part = product.part(dll)?;
    let functions: Vec<Function<'_>> = part
        .exports
        .iter()
        .map(|export| Function {
            name: &export.name,
            parameters: export.parameters,
            result: result_of(export, arch),
        })
        .collect();
    let exports = (1..)
        .zip(&part.exports)
        .map(|(ordinal, export)| ExpectedExport { ordinal, name: Some(export.name.clone()), forward: None })
        .collect();
    let file_name = part.file_name();
    let mut resources = Vec::new();
    if dll == Dll::Module && !product.messages.is_empty() {
        resources.push(resource(ResourceId::MESSAGE_TABLE, messages(product).to_bytes()));
    }
    let what = match dll {
        Dll::Module => format!("{}: not the real module", part.description),
        Dll::Handler => format!("{} request handler: not the real handler", part.description),
    };
    let mut strings: BTreeMap<String, String> =
        STRINGS.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    strings.extend([
        ("FileDescription".to_owned(), format!("Stand-in for the {what}, serves no request ({arch})")),
        ("FileVersion".to_owned(), version.to_string()),
        ("InternalName".to_owned(), file_name.clone()),
        ("OriginalFilename".to_owned(), file_name.clone()),
        ("ProductName".to_owned(), format!("Stand-in for the {}", product.texts.title)),
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
    Some(code_object(arch, &functions).map(|object| LinkJob::single(object, expected)))
}

fn resource(kind: ResourceId, data: Vec<u8>) -> Resource<'static> {
    Resource { kind, name: ResourceId::Number(1), language: ENGLISH, data: data.into() }
}

fn messages(product: &Product) -> MessageTable {
    let message = |(id, text): (&u32, &String)| (*id, format!("{text}\r\n"));
    MessageTable { messages: product.messages.iter().map(message).collect() }
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
