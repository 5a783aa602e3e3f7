//! `UI` and what stands in it beside dialogs: texts, styles, lists, billboards.

use super::elements::{self, Rule, Within};
use super::{Compiler, dialog, property};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, GroupKind, Id, Kind, Sequence, fields};

pub(super) const ELEMENTS: &[Rule] = &[("UI", Within::Definition(ui))];

/// The greatest number of a two-byte column.
const MOST_SHORT: i32 = i16::MAX as i32;

/// `UI`: <https://docs.firegiant.com/wix/schema/wxs/ui/>.
pub(super) fn ui(c: &mut Compiler, element: &Element) {
    let id = c.attributes(element).id("Id");
    c.open_children(element, |c, child| {
        match child.name.as_str() {
            _ if child.namespace != element.namespace => return elements::in_ui(c, child),
            "BillboardAction" => billboard_action(c, child),
            "ComboBox" | "ListBox" | "ListView" => list(c, child),
            "Dialog" => dialog::dialog(c, child),
            "DialogRef" => property::reference(c, child, "Dialog"),
            "Error" => error(c, child),
            "ProgressText" => progress_text(c, child),
            "Publish" => dialog::publish(c, child, None, &mut 0),
            "RadioButtonGroup" => {
                if let Some(Button::Bitmap | Button::Icon) = radio_button_group(c, child, None) {
                    let message = "radio buttons with pictures must stand inside their `Control`";
                    c.report.error(78, &child.at, message);
                }
            }
            "TextStyle" => text_style(c, child),
            "UIText" => ui_text(c, child),
            _ => return elements::in_ui(c, child),
        }
        true
    });
    if let Some(id) = id {
        c.add(Some(id), &element.at, Kind::Group(GroupKind::Ui));
    }
}

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

/// `TextStyle`: <https://docs.firegiant.com/wix/schema/wxs/textstyle/>.
fn text_style(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let face = a.required("FaceName", a.text("FaceName"));
    let size = a.localizable_integer("Size", 0..=MOST_SHORT).unwrap_or(Field::Int(0));
    let [red, green, blue] = ["Red", "Green", "Blue"].map(|n| a.integer(n, 0..=255));
    let colour = [red, green, blue]
        .iter()
        .any(Option::is_some)
        .then(|| red.unwrap_or(0) + green.unwrap_or(0) * 0x100 + blue.unwrap_or(0) * 0x1_0000);
    let bits = [("Bold", 1), ("Italic", 2), ("Underline", 4), ("Strike", 8)];
    let bits: i32 = bits.into_iter().filter(|(name, _)| a.flag(name)).map(|(_, bit)| bit).sum();
    c.no_children(element);
    let (Some(id), Some(face)) = (id, face) else { return };
    let fields = fields![&id, face, size, colour, (bits != 0).then_some(bits)];
    c.row("TextStyle", Some(id), &element.at, fields);
}

/// `UIText`: <https://docs.firegiant.com/wix/schema/wxs/uitext/>.
fn ui_text(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let value = a.text("Value");
    let id = a.id("Id").or_else(|| {
        let generated = ids::identifier("txt", &[value.as_deref().unwrap_or_default()]);
        (!a.has("Id")).then(|| Id::section(generated))
    });
    c.no_children(element);
    let Some(id) = id else { return };
    let fields = fields![&id, value];
    c.row("UIText", Some(id), &element.at, fields);
}

/// `ProgressText`: <https://docs.firegiant.com/wix/schema/wxs/progresstext/>.
fn progress_text(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let action = a.required("Action", a.text("Action"));
    let (message, template) = (a.text("Message"), a.text("Template"));
    c.no_children(element);
    let Some(action) = action else { return };
    c.row("ActionText", None, &element.at, fields![action, message, template]);
}

/// `Error`: <https://docs.firegiant.com/wix/schema/wxs/error/>.
fn error(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let number = a.required("Id", a.integer("Id", 0..=MOST_SHORT));
    let message = a.text_or_empty("Message");
    c.no_children(element);
    let Some(number) = number else { return };
    c.row("Error", Some(Id::global(number.to_string())), &element.at, fields![number, message]);
}

/// `BillboardAction`: <https://docs.firegiant.com/wix/schema/wxs/billboardaction/>.
fn billboard_action(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let action = a.required("Id", a.reference("Id"));
    if let Some(action) = &action {
        c.refer("WixAction", format!("{}/{action}", Sequence::InstallExecute.table()), &element.at);
    }
    let mut order = 0;
    c.children(element, |c, child| {
        if child.name != "Billboard" {
            return false;
        }
        order += 1;
        billboard(c, child, action.as_deref(), order);
        true
    });
}

fn billboard(c: &mut Compiler, element: &Element, action: Option<&str>, order: i32) {
    let a = c.attributes(element);
    let feature = a.reference("Feature");
    if let Some(feature) = &feature {
        c.refer("Feature", feature, &element.at);
    }
    let id = a.id("Id").unwrap_or_else(|| {
        let arguments =
            [action.unwrap_or_default(), &order.to_string(), feature.as_deref().unwrap_or_default()];
        Id::section(ids::identifier("bil", &arguments))
    });
    c.children(element, |c, child| {
        if child.name == "Control" {
            dialog::billboard_control(c, child, &id.name);
        }
        child.name == "Control"
    });
    let Some(action) = action else { return };
    let fields = fields![&id, feature, action, order];
    c.row("Billboard", Some(id), &element.at, fields);
}
