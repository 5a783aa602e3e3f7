//! `Dialog`, and the controls of dialogs and billboards.

use super::Compiler;
use super::control::{Control, bits, control};
use crate::localization::{Change, Localization};
use crate::source::Element;
use crate::symbol::{Field, Kind, Symbol, fields};

/// The bits of the Attributes column (<https://learn.microsoft.com/windows/win32/msi/dialog-style-bits>) that an
/// attribute sets.
pub(crate) const BITS: [(&str, i32); 8] = [
    ("SystemModal", 8),
    ("KeepModeless", 16),
    ("TrackDiskSpace", 32),
    ("CustomPalette", 64),
    ("RightToLeft", 128),
    ("RightAligned", 256),
    ("LeftScroll", 512),
    ("ErrorDialog", 65536),
];
/// Those that an attribute takes away.
pub(crate) const CLEARED_BITS: [(&str, i32); 3] = [("Hidden", 1), ("Modeless", 2), ("NoMinimize", 4)];

/// `Dialog`: <https://docs.firegiant.com/wix/schema/wxs/dialog/>.
pub(super) fn dialog(c: &mut Compiler, element: &Element) {
    const MOST: i32 = i16::MAX as i32;
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let [x, y] = ["X", "Y"].map(|name| a.integer(name, 0..=100).unwrap_or(50));
    let [width, height] = ["Width", "Height"].map(|name| a.integer(name, 0..=MOST).unwrap_or(0));
    let title = a.text("Title");
    let attributes = bits(&a, &BITS, true) + bits(&a, &CLEARED_BITS, false);
    let mut controls = Controls::default();
    let name = id.as_ref().map_or("", |id| &id.name);
    c.children(element, |c, child| {
        if child.name == "Control"
            && let Some(control) = control(c, child, name)
        {
            controls.add(control);
        }
        child.name == "Control"
    });
    if !c.report.has_errors() && controls.first.is_none() {
        let message = format!("dialog `{name}` has no control that the Tab key reaches");
        let help =
            "mark one that is not a text or picture without `TabSkip=\"yes\"`, or any with `TabSkip=\"no\"`";
        c.report.push(crate::diag::Diagnostic::error("WIX0052", message).at(&element.at).help(help));
    }
    let Controls { list, first, default, cancel, .. } = controls;
    for control in list {
        control.row(c, "Control", name);
    }
    let Some(id) = id else { return };
    let fields = fields![&id, x, y, width, height, attributes, title, first, default, cancel];
    c.row("Dialog", Some(id), &element.at, fields);
}

/// The controls of a dialog, in a ring for the Tab key.
#[derive(Default)]
struct Controls {
    list: Vec<Control>,
    first: Option<String>,
    /// The last control in the ring so far.
    last: Option<usize>,
    default: Option<String>,
    cancel: Option<String>,
}

impl Controls {
    fn add(&mut self, control: Control) {
        let name = control.id.name.clone();
        if control.default {
            self.default = Some(name.clone());
        }
        if control.cancel {
            self.cancel = Some(name.clone());
        }
        let reached = control.tab_reaches;
        self.list.push(control);
        if !reached {
            return;
        }
        if let Some(last) = self.last.replace(self.list.len() - 1) {
            self.list[last].next = Some(name.clone());
        }
        let first = self.first.get_or_insert(name.clone()).clone();
        if first != name
            && let Some(last) = self.list.last_mut()
        {
            last.next = Some(first);
        }
    }
}

/// A `Control` of a billboard, which the Tab key cannot reach.
pub(super) fn billboard_control(c: &mut Compiler, element: &Element, billboard: &str) {
    let Some(control) = control(c, element, billboard) else { return };
    if control.tab_reaches {
        let message =
            format!("control `{}` cannot stand in a billboard: the Tab key would reach it", control.id.name);
        c.report.error(74, &element.at, message);
    }
    control.row(c, "BBControl", billboard);
}

/// Changes the dialogs and controls that the localization has other places and texts for.
pub(crate) fn localize(symbols: &mut [Symbol], localization: &Localization) {
    for symbol in symbols {
        let Kind::Row { table, fields } = &mut symbol.kind else { continue };
        let text = |field: Option<&Field>| match field {
            Some(Field::Text(text)) => text.clone(),
            _ => String::new(),
        };
        match table.as_ref() {
            "Dialog" => {
                if let Some(change) = localization.change(&text(fields.first()), "") {
                    // The columns: Dialog, HCentering, VCentering, Width, Height, Attributes, Title, ...
                    apply(change, fields, 1, 5, 6, 4);
                }
            }
            "Control" => {
                if let Some(change) = localization.change(&text(fields.first()), &text(fields.get(1))) {
                    // The columns: Dialog_, Control, Type, X, Y, Width, Height, Attributes, Property, Text, ...
                    apply(change, fields, 3, 7, 9, 1);
                }
            }
            _ => {}
        }
    }
}

/// Applies `change` to a row: `place` is the column of X, followed by Y, width and height. The style bits of a
/// dialog are `scale` times those of a control.
fn apply(change: &Change, fields: &mut [Field], place: usize, attributes: usize, text: usize, scale: i32) {
    for (offset, number) in [change.x, change.y, change.width, change.height].into_iter().enumerate() {
        if let Some(number) = number {
            fields[place + offset] = number.into();
        }
    }
    if let Field::Int(bits) = &mut fields[attributes] {
        *bits |= change.attributes * scale;
    }
    if let Some(new) = change.text.as_ref().filter(|text| !text.is_empty()) {
        fields[text] = new.into();
    }
}
