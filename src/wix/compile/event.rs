//! What controls do: `Publish` and `Subscribe`.

use super::names::is_identifier;
use super::{Compiler, sequence};
use crate::source::Element;
use crate::symbol::fields;

/// `Publish`: <https://docs.firegiant.com/wix/schema/wxs/publish/>. `of` is the dialog and the control it stands in;
/// `order` the last one used there.
pub(super) fn publish(c: &mut Compiler, element: &Element, of: Option<(&str, &str)>, order: &mut i32) {
    let a = c.attributes(element);
    let condition = a.text("Condition").unwrap_or_else(|| "1".to_owned());
    let event = a.text("Event").map(|event| upper_first(&event));
    let property = a.text("Property").map(|property| format!("[{property}]"));
    let value = a.text("Value");
    *order += 1;
    *order = a.integer("Order", 0..=i32::MAX).unwrap_or(*order);
    let (dialog, control) = match of {
        Some((dialog, control)) => {
            for name in ["Dialog", "Control"] {
                if a.reference(name).is_some() {
                    a.illegal(62, name, "is not for a `Publish` inside its control; remove it");
                }
            }
            (Some(dialog.to_owned()), Some(control.to_owned()))
        }
        None => {
            let dialog = a.required("Dialog", a.reference("Dialog"));
            if let Some(dialog) = &dialog {
                c.refer("Dialog", dialog, &element.at);
            }
            (dialog, a.required("Control", a.reference("Control")))
        }
    };
    c.no_children(element);
    a.exclusive("Event", "Property");
    if event.is_none() && property.is_none() {
        c.report.error(44, &element.at, "`Publish` needs `Event` or `Property`; add one");
    }
    // A property without a value is emptied.
    let value =
        if event.is_some() { a.required("Value", value) } else { Some(value.unwrap_or("{}".to_owned())) };
    if let (Some(event), Some(value)) = (&event, &value) {
        let runs_action = event == "DoAction" && !value.contains('[') && !sequence::is_standard(value);
        if runs_action {
            c.refer("CustomAction", value, &element.at);
        }
        let opens = ["NewDialog", "SpawnDialog", "SpawnWaitDialog", "SelectionBrowse"];
        if opens.contains(&event.as_str()) && is_identifier(value) {
            c.refer("Dialog", value, &element.at);
        }
    }
    if let (Some(dialog), Some(control), Some(event), Some(value)) =
        (dialog, control, event.or(property), value)
    {
        let fields = fields![dialog, control, event, value, condition, *order];
        c.row("ControlEvent", None, &element.at, fields);
    }
}

/// `Subscribe`: <https://docs.firegiant.com/wix/schema/wxs/subscribe/>.
pub(super) fn subscribe(c: &mut Compiler, element: &Element, dialog: &str, control: &str) {
    let a = c.attributes(element);
    let event = a.required("Event", a.reference("Event"));
    let attribute = a.required("Attribute", a.reference("Attribute"));
    c.no_children(element);
    let (Some(event), Some(attribute)) = (event, attribute) else { return };
    let fields = fields![dialog, control, upper_first(&event), upper_first(&attribute)];
    c.row("EventMapping", None, &element.at, fields);
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
