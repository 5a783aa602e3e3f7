//! What is chosen from: lists and radio buttons.

use super::{Compiler, property};
use crate::source::Element;
use crate::symbol::fields;

/// The greatest number of a two-byte column.
const MOST_SHORT: i32 = i16::MAX as i32;

/// `ComboBox`, `ListBox`, `ListView`: <https://docs.firegiant.com/wix/schema/wxs/combobox/>.
pub(super) fn list(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let property = a.required("Property", a.reference("Property"));
    let mut order = 0;
    c.children(element, |c, child| {
        match child.name.as_str() {
            "ListItem" => list_item(c, child, &element.name, property.as_deref(), &mut order),
            "Property" => property::property(c, child),
            _ => return false,
        }
        true
    });
}

fn list_item(c: &mut Compiler, element: &Element, list: &str, property: Option<&str>, order: &mut i32) {
    let a = c.attributes(element);
    let value = a.required("Value", a.text("Value"));
    let text = a.text("Text");
    let icon = a.reference("Icon");
    c.no_children(element);
    if icon.is_some() && list != "ListView" {
        a.illegal(56, "Icon", "is for items of a `ListView` only");
    }
    if let Some(icon) = &icon {
        c.refer("Binary", icon, &element.at);
    }
    let (Some(property), Some(value)) = (property, value) else { return };
    *order += 1;
    let mut fields = fields![property, *order, value, text];
    if list == "ListView" {
        fields.push(icon.into());
    }
    c.row(list.to_owned(), None, &element.at, fields);
}

/// What a radio button shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Button {
    Text,
    Bitmap,
    Icon,
}

/// `RadioButtonGroup`: <https://docs.firegiant.com/wix/schema/wxs/radiobuttongroup/>. `property` is that of the
/// control it stands in. Gives what the buttons show.
pub(super) fn radio_button_group(
    c: &mut Compiler,
    element: &Element,
    property: Option<String>,
) -> Option<Button> {
    let a = c.attributes(element);
    let own = a.reference("Property");
    if let Some(own) = &own {
        c.refer("Property", own, &element.at);
    }
    let property = own.or(property);
    if property.is_none() {
        a.required("Property", None::<String>);
    }
    let (mut order, mut shows) = (0, None);
    c.children(element, |c, child| {
        if child.name != "RadioButton" {
            return false;
        }
        let button = radio_button(c, child, property.as_deref(), &mut order);
        if shows.is_some() && button.is_some() && shows != button {
            let message = "the buttons of a group must all show texts, bitmaps or icons";
            c.report.error(77, &child.at, message);
        }
        shows = shows.or(button);
        true
    });
    shows
}

fn radio_button(
    c: &mut Compiler,
    element: &Element,
    property: Option<&str>,
    order: &mut i32,
) -> Option<Button> {
    let a = c.attributes(element);
    let value = a.required("Value", a.text("Value"));
    let [x, y, width, height] =
        ["X", "Y", "Width", "Height"].map(|n| a.required(n, a.localizable_integer(n, 0..=MOST_SHORT)));
    a.exclusive("Bitmap", "Icon");
    a.exclusive("Bitmap", "Text");
    a.exclusive("Icon", "Text");
    let shown = [
        (Button::Bitmap, a.reference("Bitmap")),
        (Button::Icon, a.reference("Icon")),
        (Button::Text, a.text("Text")),
    ];
    let shown = shown.into_iter().find_map(|(button, text)| Some((button, text?)));
    if let Some((Button::Bitmap | Button::Icon, picture)) = &shown {
        c.refer("Binary", picture, &element.at);
    }
    let help = help(a.text("ToolTip"), a.text("Help"));
    c.no_children(element);
    let (button, text) = shown.unzip();
    if let (Some(property), Some(value), Some(x), Some(y), Some(width), Some(height)) =
        (property, value, x, y, width, height)
    {
        *order += 1;
        let fields = fields![property, *order, value, x, y, width, height, text, help];
        c.row("RadioButton", None, &element.at, fields);
    }
    button
}

/// The Help column: tool tip and help with `|` between, which must be there even if one of them is not
/// (<https://learn.microsoft.com/windows/win32/msi/control-table>).
pub(super) fn help(tool_tip: Option<String>, help: Option<String>) -> Option<String> {
    if tool_tip.is_none() && help.is_none() {
        return None;
    }
    Some(format!("{}|{}", tool_tip.unwrap_or_default(), help.unwrap_or_default()))
}
