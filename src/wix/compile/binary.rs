//! `Binary` and `Icon`: files that stand in the database as streams.

use super::Compiler;
use super::elements::{Rule, Within};
use crate::diag::Diagnostic;
use crate::source::Element;
use crate::symbol::{Field, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Binary", Within::Definition(binary)),
    ("Binary", Within::Ui(binary)),
    ("Icon", Within::Definition(|c, element| drop(icon(c, element)))),
];

/// The longest name of a stream. The table's name, a dot, and the key make it up.
const MOST_STREAM: usize = 62;
/// How long an id can be that stays short enough where a merge module adds a GUID to it.
const MODULARIZED: usize = 37;

/// `Binary`: <https://docs.firegiant.com/wix/schema/wxs/binary/>.
pub(super) fn binary(c: &mut Compiler, element: &Element) {
    stream(c, element, "Binary");
}

/// `Icon`: <https://docs.firegiant.com/wix/schema/wxs/icon/>.
pub(super) fn icon(c: &mut Compiler, element: &Element) -> Option<String> {
    stream(c, element, "Icon")
}

fn stream(c: &mut Compiler, element: &Element, table: &'static str) -> Option<String> {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let source = a.required("SourceFile", a.text("SourceFile"));
    if table == "Binary" {
        // Means something in merge modules only.
        let _ = a.yes_no("SuppressModularization");
    }
    c.no_children(element);
    let (id, source) = (id?, source?);
    let (length, most) = (id.name.len(), MOST_STREAM - table.len() - 1);
    if length > most {
        a.illegal(13, "Id", format_args!("has {length} characters; expected at most {most}"));
        return None;
    }
    if c.package.is_none() && length > most - MODULARIZED {
        let message = format!("`{table}/@Id` `{}` would be too long in a merge module", id.name);
        c.report.push(
            Diagnostic::warning("WIX1000", message)
                .at(a.at("Id"))
                .help(format!("use at most {} characters in a fragment", most - MODULARIZED)),
        );
    }
    let name = id.name.clone();
    let fields = fields![&id, Field::Source(source)];
    c.row(table, Some(id), &element.at, fields);
    Some(name)
}
