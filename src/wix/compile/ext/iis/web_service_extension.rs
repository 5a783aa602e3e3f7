//! `WebServiceExtension`: a program that the server may run.

use super::ACTION;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Shape, nothing_more};

pub(super) const ELEMENTS: &[Rule] = &[("WebServiceExtension", Within::ComponentRow(&SHAPE))];

/// <https://docs.firegiant.com/wix/schema/iis/webserviceextension/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsWebServiceExtension",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Needed(&Cell::Text("File")),
        Cell::Text("Description"),
        Cell::Text("Group"),
        Cell::Bits(0, &[("Allow", 1, true), ("UIDeletable", 2, true)]),
    ],
    id: Some(("iwe", |row| vec![row.component().to_owned(), row.text(2)])),
    actions: &[ACTION],
    also: nothing_more,
};
