//! What stands in `UI` beside dialogs: texts, styles, lists.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, flags};
use crate::source::Element;
use std::collections::BTreeMap;

/// Rows of TextStyle, UIText, ActionText and Error, and lists that no control shows.
pub(super) fn texts(work: &mut Work<'_>) {
    for row in work.rows("TextStyle") {
        let color = row.int("Color");
        let part = |shift: u32| color.map(|color| (color >> shift) & 0xff);
        let style = element("TextStyle")
            .with("Id", row.text("TextStyle"))
            .with("FaceName", row.text("FaceName"))
            .with("Size", row.int("Size"))
            .with("Red", part(0))
            .with("Green", part(8))
            .with("Blue", part(16));
        let bits = [("Bold", 1), ("Italic", 2), ("Underline", 4), ("Strike", 8)];
        work.put("UI", "", flags(style, row.or_zero("StyleBits"), &bits));
    }
    for row in work.rows("UIText") {
        work.put("UI", "", element("UIText").with("Id", row.text("Key")).with("Value", row.text("Text")));
    }
    for row in work.rows("ActionText") {
        let text = element("ProgressText")
            .with("Action", row.text("Action"))
            .with("Message", row.text("Description"))
            .with("Template", row.text("Template"));
        work.put("UI", "", text);
    }
    for row in work.rows("Error") {
        let error = element("Error").with("Id", row.int("Error")).with("Message", row.text("Message"));
        work.put("UI", "", error);
    }
}

/// Lists by the property that their controls set.
pub(super) type Lists = BTreeMap<(&'static str, String), Element>;

/// Rows of ComboBox, ListBox, ListView and RadioButton. `pictures` says what the buttons of a property's group show where
/// that is no text: `Bitmap` or `Icon`.
pub(super) fn lists(work: &mut Work<'_>, pictures: &BTreeMap<&str, &'static str>) -> Lists {
    let mut lists = Lists::new();
    for table in ["ComboBox", "ListBox", "ListView"] {
        for (property, rows) in in_order(work, table) {
            let items = rows.into_iter().map(|row| {
                element("ListItem")
                    .with("Value", row.text("Value"))
                    .with("Text", row.text("Text"))
                    .with("Icon", row.text("Binary_"))
            });
            let list = element(table).with("Property", property).holding(items);
            lists.insert((table, property.to_owned()), list);
        }
    }
    for (property, rows) in in_order(work, "RadioButton") {
        let shows = pictures.get(property).copied().unwrap_or("Text");
        let buttons = rows.into_iter().map(|row| {
            let button = element("RadioButton")
                .with("Value", row.text("Value"))
                .with("X", row.int("X"))
                .with("Y", row.int("Y"))
                .with("Width", row.int("Width"))
                .with("Height", row.int("Height"))
                .with(shows, row.text("Text"));
            help(button, row.text("Help"))
        });
        let group = element("RadioButtonGroup").with("Property", property).holding(buttons);
        lists.insert(("RadioButtonGroup", property.to_owned()), group);
    }
    lists
}

/// The rows of each property in their order.
fn in_order<'d>(work: &Work<'d>, table: &str) -> BTreeMap<&'d str, Vec<Row<'d>>> {
    let mut all: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows(table) {
        all.entry(row.or_empty("Property")).or_default().push(row);
    }
    all.values_mut().for_each(|rows| rows.sort_by_key(|row| row.or_zero("Order")));
    all
}

/// `element` with the two texts of a Help column.
pub(super) fn help(element: Element, cell: Option<&str>) -> Element {
    let Some((tip, help)) = cell.map(|cell| cell.split_once('|').unwrap_or((cell, ""))) else {
        return element;
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    element.with("ToolTip", some(tip)).with("Help", some(help))
}
