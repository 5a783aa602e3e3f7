//! `EventManifest`: a file that tells Windows of events.

use super::xml_file;
use crate::compile::Compiler;
use crate::compile::elements::{HostFile, Rule, Within};
use crate::compile::ext::demand_action;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("EventManifest", Within::File(event_manifest))];

/// What the manifest says of other files, by attribute of ours and of the manifest.
const FILES: [(&str, &str); 3] = [
    ("MessageFile", "messageFileName"),
    ("ParameterFile", "parameterFileName"),
    ("ResourceFile", "resourceFileName"),
];

/// <https://docs.firegiant.com/wix/schema/util/eventmanifest/>.
fn event_manifest(c: &mut Compiler, element: &Element, file: &HostFile<'_>) {
    let a = c.attributes(element);
    let names = FILES.map(|(attribute, _)| a.text(attribute));
    c.no_children(element);
    let (component, path, at) = (&file.host.id, format!("[#{}]", file.id), &element.at);
    c.row("Wix4EventManifest", None, at, fields![component, &path]);
    for ((attribute, name), value) in FILES.into_iter().zip(&names) {
        let Some(value) = value else { continue };
        let id = Id::section(format!("Config_{}{attribute}", file.id));
        let element_path = format!("/*/*/*/*[\\[]@{name}[\\]]");
        let flags = xml_file::BULK_SET_VALUE | xml_file::PRESERVE_MODIFIED_DATE;
        let fields = fields![&id, &path, element_path, name, value, flags, component, None::<i32>];
        c.row("Wix4XmlFile", Some(id), at, fields);
    }
    demand_action(c, "Wix4ConfigureEventManifestRegister", at);
    demand_action(c, "Wix4ConfigureEventManifestUnregister", at);
    if names.iter().any(Option::is_some) {
        demand_action(c, xml_file::ACTION, at);
    }
}
