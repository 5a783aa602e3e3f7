//! `Binary` and `Icon`: files that stand in the database as streams.

use super::Compiler;
use crate::wix::source::Element;
use crate::wix::symbol::{Field, fields};

/// The table's key makes up most of the stream's name, which cannot have more than 62 characters in all.
const MOST_NAME: usize = 55;

/// `Binary`: <https://docs.firegiant.com/wix/schema/wxs/binary/>.
pub(super) fn binary(c: &mut Compiler, element: &Element) {
    stream(c, element, "Binary");
}

/// `Icon`: <https://docs.firegiant.com/wix/schema/wxs/icon/>.
pub(super) fn icon(c: &mut Compiler, element: &Element) {
    stream(c, element, "Icon");
}

fn stream(c: &mut Compiler, element: &Element, table: &'static str) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let source = a.required("SourceFile", a.text("SourceFile"));
    c.no_children(element);
    let (Some(id), Some(source)) = (id, source) else { return };
    if id.name.len() > MOST_NAME {
        let length = id.name.len();
        a.illegal(13, "Id", format_args!("has {length} characters; expected at most {MOST_NAME}"));
        return;
    }
    let fields = fields![&id, Field::Source(source)];
    c.row(table, Some(id), &element.at, fields);
}
