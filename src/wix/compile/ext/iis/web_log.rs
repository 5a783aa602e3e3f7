//! `WebLog`: how a site's log is written.

use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Shape};

pub(super) const ELEMENTS: &[Rule] = &[("WebLog", Within::DefinitionRow(&SHAPE))];

/// <https://docs.firegiant.com/wix/schema/iis/weblog/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebLog",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Word(
            "Type",
            &[
                ("IIS", "Microsoft IIS Log File Format"),
                ("NCSA", "NCSA Common Log File Format"),
                ("none", "none"),
                ("ODBC", "ODBC Logging"),
                ("W3C", "W3C Extended Log File Format"),
            ],
            None,
        )),
    ],
    id: Some(("", |_| Vec::new())),
    actions: &[],
    also: |_, row| {
        row.a.required("Id", row.id.as_ref());
    },
};
