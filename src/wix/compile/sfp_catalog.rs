//! `SFPCatalog`: catalogs of system file protection, of Windows Me.

use super::Compiler;
use super::elements::{Rule, Within};
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] =
    &[("SFPCatalog", Within::Definition(|c, element| drop(sfp_catalog(c, element))))];

/// `SFPCatalog`: <https://docs.firegiant.com/wix/schema/wxs/sfpcatalog/>. Gives its name.
fn sfp_catalog(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let mut dependency = a.text("Dependency");
    let name = a.required("Name", a.short_name("Name"));
    let source = a.required("SourceFile", a.text("SourceFile"));
    c.children(element, |c, child| {
        match child.name.as_str() {
            "SFPCatalog" => {
                let inner = sfp_catalog(c, child);
                if inner.is_some() && inner == dependency {
                    a.illegal(10, "Dependency", "names the catalog inside, which is one already; remove it");
                }
                dependency = inner.or(dependency.take());
            }
            "SFPFile" => sfp_file(c, child, name.as_deref()),
            _ => return false,
        }
        true
    });
    if dependency.is_none() {
        a.required::<()>("Dependency", None);
    }
    if let (Some(name), Some(source), Some(dependency)) = (&name, source, dependency) {
        let fields = fields![name, Field::Source(source), dependency];
        c.row("SFPCatalog", Some(Id::global(&**name)), &element.at, fields);
    }
    name
}

/// `SFPFile`: <https://docs.firegiant.com/wix/schema/wxs/sfpfile/>.
fn sfp_file(c: &mut Compiler, element: &Element, catalog: Option<&str>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    c.no_children(element);
    let (Some(id), Some(catalog)) = (id, catalog) else { return };
    c.refer("File", &id, a.at("Id"));
    c.row("FileSFPCatalog", None, &element.at, fields![id, catalog]);
}
