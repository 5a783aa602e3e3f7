//! `UI` and what stands in it beside dialogs: texts, styles, lists, billboards.

use super::choice::{self, Button};
use super::elements::{self, Rule, Within};
use super::reference::reference;
use super::{Compiler, dialog, event};
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
            "ComboBox" | "ListBox" | "ListView" => choice::list(c, child),
            "Dialog" => dialog::dialog(c, child),
            "DialogRef" => reference(c, child, "Dialog"),
            "Error" => error(c, child),
            "ProgressText" => progress_text(c, child),
            "Publish" => event::publish(c, child, None, &mut 0),
            "RadioButtonGroup" => {
                if let Some(Button::Bitmap | Button::Icon) = choice::radio_button_group(c, child, None) {
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
