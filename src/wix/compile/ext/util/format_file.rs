//! `FormatFile`: a file that is written from a stream, with properties in it replaced.

use crate::compile::Compiler;
use crate::compile::elements::{HostFile, Rule, Within};
use crate::compile::ext::demand_action;
use crate::source::Element;
use crate::symbol::fields;

pub(super) const ELEMENTS: &[Rule] = &[("FormatFile", Within::File(format_file))];

/// <https://docs.firegiant.com/wix/schema/util/formatfile/>.
fn format_file(c: &mut Compiler, element: &Element, file: &HostFile<'_>) {
    let a = c.attributes(element);
    let binary = a.required("BinaryRef", a.text("BinaryRef"));
    c.no_children(element);
    let Some(binary) = binary else { return };
    demand_action(c, "Wix4SchedFormatFiles", &element.at);
    c.refer("Binary", &binary, &element.at);
    c.row("Wix4FormatFile", None, &element.at, fields![binary, file.id]);
}
