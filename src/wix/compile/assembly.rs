//! Assemblies: files that are installed to the global assembly cache, or side by side with a program
//! (<https://learn.microsoft.com/windows/win32/msi/msiassembly-table>).

use super::elements::{HostFile, Rule, Within};
use super::place::Host;
use super::{Attributes, Compiler};
use crate::source::Element;
use crate::symbol::{Assembly, Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("AssemblyName", Within::File(assembly_name))];

/// `AssemblyName`: <https://docs.firegiant.com/wix/schema/wxs/assemblyname/>.
fn assembly_name(c: &mut Compiler, element: &Element, file: &HostFile<'_>) {
    let a = c.attributes(element);
    let name = a.required("Id", a.text("Id"));
    let value = a.text("Value");
    c.no_children(element);
    let Some(name) = name else { return };
    let component = &file.host.id;
    let id = Id::section(format!("{component}/{name}"));
    c.row("MsiAssemblyName", Some(id), &element.at, fields![component, name, value]);
}

/// Reads what makes a file an assembly. `key_path` says whether the file must be its component's.
pub(super) fn of_file(
    c: &mut Compiler,
    a: &Attributes<'_>,
    element: &Element,
    host: &Host,
    (id, is_key_path): (&str, bool),
) -> Option<Assembly> {
    let kinds = [(".net", Some(true)), ("no", None), ("win32", Some(false))];
    let is_dotnet = a.choice("Assembly", &kinds).flatten();
    let [application, manifest] = ["AssemblyApplication", "AssemblyManifest"].map(|name| {
        let named = a.reference(name);
        if let Some(named) = &named {
            c.refer("File", named, a.at(name));
        }
        named
    });
    // Goes nowhere: what the file itself says counts.
    let architectures = [("msil", ()), ("x86", ()), ("x64", ()), ("arm64", ())];
    let _ = a.choice("ProcessorArchitecture", &architectures);
    let Some(is_dotnet) = is_dotnet else {
        for name in ["AssemblyApplication", "AssemblyManifest"].into_iter().filter(|name| a.has(name)) {
            a.illegal(10, name, "needs `@Assembly`; add it, or remove this");
        }
        return None;
    };
    if !is_dotnet && manifest.is_none() {
        a.illegal(10, "AssemblyManifest", "is missing: `Assembly=\"win32\"` needs it");
    }
    if !is_key_path && host.has_own_guid {
        a.illegal(38, "Assembly", "needs `KeyPath=\"yes\"` on the file");
    }
    let feature = Field::Feature(host.id.clone());
    let attributes = (!is_dotnet).then_some(1);
    let fields = fields![&host.id, feature, &manifest, &application, attributes];
    c.row("MsiAssembly", Some(Id::section(id)), &element.at, fields);
    Some(Assembly { is_dotnet, manifest, is_private: application.is_some() })
}
