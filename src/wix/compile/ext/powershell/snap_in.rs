//! `SnapIn`, `FormatsFile` and `TypesFile`.

use crate::compile::Compiler;
use crate::compile::elements::{HostFile, Rule, Within};
use crate::compile::registry;
use crate::ids::RegistryRoot;
use crate::source::Element;
use crate::symbol::{Id, Kind, RegistryValue};

pub(super) const ELEMENTS: &[Rule] = &[
    ("FormatsFile", Within::File(|c, element, file| extensions_file(c, element, None, file))),
    ("SnapIn", Within::File(snap_in)),
    ("TypesFile", Within::File(|c, element, file| extensions_file(c, element, None, file))),
];

/// The key of a snap-in; its first part is the version of PowerShell.
fn key(version: &str, id: &str) -> String {
    format!("SOFTWARE\\Microsoft\\PowerShell\\{version}\\PowerShellSnapIns\\{id}")
}

/// <https://docs.firegiant.com/wix/schema/powershell/snapin/>.
fn snap_in(c: &mut Compiler, element: &Element, file: &HostFile<'_>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let [kind, description, description_indirect, vendor, vendor_indirect] =
        ["CustomSnapInType", "Description", "DescriptionIndirect", "Vendor", "VendorIndirect"]
            .map(|name| a.text(name));
    let required = a.version("RequiredPowerShellVersion").unwrap_or_else(|| "1.0".to_owned());
    let version = a.version("Version").unwrap_or_else(|| format!("!(bind.assemblyVersion.{})", file.id));
    let Some(id) = id else { return };
    c.children(element, |c, child| {
        let known = ["FormatsFile", "TypesFile"].contains(&child.name.as_str());
        if known {
            extensions_file(c, child, Some(&id), file);
        }
        known
    });
    let parts: Vec<&str> = required.split('.').collect();
    let required = format!("{}.{}", parts[0], parts.get(1).unwrap_or(&"0"));
    // PowerShell 2 has the key of 1.
    let major = if parts[0] == "2" { "1" } else { parts[0] };
    let variable = Kind::Variable { value: major.to_owned(), overridable: false };
    c.add(Some(Id::global(format!("PSVersionMajor_{id}"))), &element.at, variable);
    let bound = |what: &str| format!("!(bind.assembly{what}.{})", file.id);
    let assembly = format!(
        "{}, Version={}, Culture={}, PublicKeyToken={}",
        bound("Name"),
        bound("Version"),
        bound("Culture"),
        bound("PublicKeyToken")
    );
    let values = [
        ("ApplicationBase", Some(format!("[${}]", file.host.id))),
        ("AssemblyName", Some(assembly)),
        ("CustomPSSnapInType", kind),
        ("Description", description),
        ("DescriptionIndirect", description_indirect),
        ("ModuleName", Some(format!("[#{}]", file.id))),
        ("PowerShellVersion", Some(required)),
        ("Vendor", vendor),
        ("VendorIndirect", vendor_indirect),
        ("Version", Some(version)),
    ];
    for (name, value) in values {
        let Some(value) = value.map(RegistryValue::String) else { continue };
        let place = (RegistryRoot::LocalMachine, key(major, &id));
        registry::add(c, (place.0, &place.1), Some(name), Some(value), &file.host.id, &element.at);
    }
}

/// <https://docs.firegiant.com/wix/schema/powershell/formatsfile/>: another file of the snap-in `around`, or the file that the
/// element stands in, of a snap-in that it names.
fn extensions_file(c: &mut Compiler, element: &Element, around: Option<&str>, file: &HostFile<'_>) {
    let a = c.attributes(element);
    let (named_file, named_snap_in) = (a.text("FileId"), a.text("SnapIn"));
    c.no_children(element);
    let (file_id, snap_in) = match (named_file, named_snap_in, around) {
        (Some(file_id), _, Some(snap_in)) => (file_id, snap_in.to_owned()),
        (_, Some(snap_in), None) => (file.id.to_owned(), snap_in),
        _ => {
            let message = format!(
                "`{}` needs `@FileId` inside a `SnapIn`, and `@SnapIn` inside a `File`",
                element.name
            );
            c.report.error(5301, &element.at, message);
            return;
        }
    };
    let name = if element.name == "FormatsFile" { "Formats" } else { "Types" };
    c.refer("File", &file_id, &element.at);
    let key = key(&format!("!(wix.PSVersionMajor_{snap_in})"), &snap_in);
    let value = RegistryValue::Append(format!("[#{file_id}]"));
    let place = (RegistryRoot::LocalMachine, key.as_str());
    registry::add(c, place, Some(name), Some(value), &file.host.id, &element.at);
}
