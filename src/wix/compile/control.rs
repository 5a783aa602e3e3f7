//! `Control`: <https://docs.firegiant.com/wix/schema/wxs/control/>.

use super::choice::Button;
use super::{Attributes, Compiler, binary, choice, event, names, property};
use crate::diag::Location;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

/// A kind of control (<https://learn.microsoft.com/windows/win32/msi/controls>).
pub(crate) struct Type {
    name: &'static str,
    /// Whether it begins disabled, as nobody can use it anyway.
    pub(crate) disabled: bool,
    /// Whether the Tab key passes it by.
    pub(crate) tab_skips: bool,
    /// The attributes for bits 16 and up of the Attributes column, in the order of the bits; empty for none.
    pub(crate) bits: &'static [&'static str],
}

const fn active(name: &'static str, bits: &'static [&'static str]) -> Type {
    Type { name, disabled: false, tab_skips: false, bits }
}

const fn passive(name: &'static str, bits: &'static [&'static str]) -> Type {
    Type { name, disabled: false, tab_skips: true, bits }
}

const fn picture(name: &'static str, bits: &'static [&'static str]) -> Type {
    Type { name, disabled: true, tab_skips: true, bits }
}

const VOLUMES: &[&str] = &["Removable", "Fixed", "Remote", "CDROM", "RAMDisk", "Floppy", "ShowRollbackCost"];
const EDIT: &[&str] = &["Multiline", "", "", "", "", "Password"];

#[rustfmt::skip]
const TYPES: [Type; 23] = [
    picture("Billboard", &[]),
    picture("Bitmap", &["Image", "", "", "", "FixedSize"]),
    active("CheckBox", &["", "PushLike", "Bitmap", "Icon", "FixedSize", "Icon16", "Icon32"]),
    active("ComboBox", &["Sorted", "ComboList", "", "", "UserLanguage"]),
    active("DirectoryCombo", VOLUMES),
    active("DirectoryList", &[]),
    active("Edit", EDIT),
    passive("GroupBox", &[]),
    active("Hyperlink", &["Transparent"]),
    picture("Icon", &["Image", "", "", "", "FixedSize", "Icon16", "Icon32"]),
    picture("Line", &[]),
    active("ListBox", &["Sorted", "", "", "", "UserLanguage"]),
    active("ListView", &["Sorted", "", "", "", "FixedSize", "Icon16", "Icon32"]),
    active("MaskedEdit", EDIT),
    active("PathEdit", EDIT),
    picture("ProgressBar", &["ProgressBlocks"]),
    active("PushButton", &["Image", "", "Bitmap", "Icon", "FixedSize", "Icon16", "Icon32", "ElevationShield"]),
    active("RadioButtonGroup", &["Image", "PushLike", "Bitmap", "Icon", "FixedSize", "Icon16", "Icon32", "", "HasBorder"]),
    active("ScrollableText", &[]),
    active("SelectionTree", &[]),
    passive("Text", &["Transparent", "NoPrefix", "NoWrap", "FormatSize", "UserLanguage"]),
    passive("VolumeCostList", VOLUMES),
    active("VolumeSelectCombo", VOLUMES),
];

/// The kind of control called `name`.
pub(crate) fn kind(name: &str) -> Option<&'static Type> {
    const ALL: &[Type] = &TYPES;
    ALL.iter().find(|kind| kind.name == name)
}

/// The bits that every control may have (<https://learn.microsoft.com/windows/win32/msi/control-attributes>).
pub(crate) const BITS: [(&str, i32); 6] = [
    ("Sunken", 4),
    ("Indirect", 8),
    ("Integer", 16),
    ("RightToLeft", 32),
    ("RightAligned", 64),
    ("LeftScroll", 128),
];
pub(crate) const VISIBLE: i32 = 1;
pub(crate) const ENABLED: i32 = 2;
pub(crate) const BITMAP: i32 = 1 << 18;
pub(crate) const ICON: i32 = 1 << 19;

/// The conditions that a control may have, and what happens where they hold.
pub(crate) const CONDITIONS: [(&str, &str); 5] = [
    ("DefaultCondition", "Default"),
    ("EnableCondition", "Enable"),
    ("DisableCondition", "Disable"),
    ("HideCondition", "Hide"),
    ("ShowCondition", "Show"),
];

/// A control, before it is known which one the Tab key goes to next.
pub(super) struct Control {
    pub(super) id: Id,
    /// The control that the Tab key goes to next.
    pub(super) next: Option<String>,
    pub(super) tab_reaches: bool,
    pub(super) default: bool,
    pub(super) cancel: bool,
    kind: &'static str,
    /// X, Y, width, height.
    place: [Field; 4],
    attributes: i32,
    property: Option<String>,
    text: Field,
    help: Option<String>,
    at: Location,
}

impl Control {
    /// Adds the control's row to `table`: Control, or BBControl, which has fewer columns.
    pub(super) fn row(self, c: &mut Compiler, table: &'static str, of: &str) {
        let [x, y, width, height] = self.place;
        let id = Id { name: format!("{of}/{}", self.id.name), access: self.id.access };
        let mut fields = fields![of, &self.id, self.kind, x, y, width, height, self.attributes];
        if table == "Control" {
            fields.push(self.property.into());
        }
        fields.push(self.text);
        if table == "Control" {
            fields.extend([self.next.into(), self.help.into()]);
        }
        c.row(table, Some(id), &self.at, fields);
    }
}

/// Reads a control of the dialog or billboard `of`, and adds the rows of all that belongs to it but its own.
pub(super) fn control(c: &mut Compiler, element: &Element, of: &str) -> Option<Control> {
    let a = c.attributes(element);
    let types = TYPES.each_ref().map(|kind| (kind.name, kind));
    let Some(kind): Option<&Type> = a.required("Type", a.choice("Type", &types)) else {
        a.leave_rest();
        return None;
    };
    let place = ["X", "Y", "Width", "Height"]
        .map(|n| a.required(n, a.localizable_integer(n, 0..=i32::from(i16::MAX))));
    let id = identifier(&a, of, &place);
    let attributes = attributes(&a, kind);
    let tab_reaches = !a.yes_no("TabSkip").unwrap_or(kind.tab_skips);
    let (default, cancel) = (a.flag("Default"), a.flag("Cancel"));
    let text = a.text("Text");
    let help = choice::help(a.text("ToolTip"), a.text("Help"));
    let property = control_property(c, &a, kind.name);
    for (name, action) in CONDITIONS {
        if let Some(condition) = a.text(name)
            && let Some(id) = &id
        {
            c.row("ControlCondition", None, &element.at, fields![of, id, action, condition]);
        }
    }
    if kind.name == "Billboard" {
        c.ensure_table("Billboard", &element.at);
    }
    let name = id.as_ref().map_or("", |id| id.name.as_str());
    let inner = children(c, element, of, name, property.clone());
    let attributes = attributes
        | match inner.buttons {
            Some(Button::Bitmap) => BITMAP,
            Some(Button::Icon) => ICON,
            Some(Button::Text) | None => 0,
        };
    let text = inner.text.unwrap_or(text.into());
    if let ("Bitmap" | "Icon", Field::Text(picture)) = (kind.name, &text)
        && names::is_identifier(picture)
    {
        c.refer("Binary", picture, &element.at);
    }
    let [Some(x), Some(y), Some(width), Some(height)] = place else { return None };
    Some(Control {
        id: id?,
        next: None,
        tab_reaches,
        default,
        cancel,
        kind: kind.name,
        place: [x, y, width, height],
        attributes,
        property,
        text,
        help,
        at: element.at.clone(),
    })
}

fn identifier(a: &Attributes<'_>, of: &str, place: &[Option<Field>; 4]) -> Option<Id> {
    if a.has("Id") {
        return a.id("Id");
    }
    let text = |field: &Option<Field>| match field {
        Some(Field::Int(number)) => number.to_string(),
        Some(Field::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let [x, y, width, height] = place.each_ref().map(text);
    Some(Id::section(ids::identifier("ctl", &[of, &x, &y, &height, &width])))
}

/// The Attributes column.
fn attributes(a: &Attributes<'_>, kind: &Type) -> i32 {
    let mut all = bits(a, &BITS, true);
    if !a.flag("Hidden") {
        all |= VISIBLE;
    }
    if !a.yes_no("Disabled").unwrap_or(kind.disabled) {
        all |= ENABLED;
    }
    let special: &[(&str, i32)] =
        &kind.bits.iter().zip(16..).map(|(name, bit)| (*name, 1 << bit)).collect::<Vec<_>>();
    all |= bits(a, special, true);
    let sizes: &[(&str, &[&str])] =
        &[("16", &["Icon16"]), ("32", &["Icon32"]), ("48", &["Icon16", "Icon32"])];
    if let Some(names) = a.choice("IconSize", sizes) {
        if !names.iter().all(|name| kind.bits.contains(name)) {
            a.illegal(38, "IconSize", format_args!("is not for a `{}`; remove it", kind.name));
        }
        all |= special.iter().filter(|(name, _)| names.contains(name)).map(|(_, bit)| bit).sum::<i32>();
    }
    all
}

/// The property that the control shows and sets; a check box has a row for its value too.
fn control_property(c: &mut Compiler, a: &Attributes<'_>, kind: &str) -> Option<String> {
    let property = a.text("Property");
    let shared = a.text("CheckBoxPropertyRef");
    let value = a.text("CheckBoxValue");
    if kind != "CheckBox" {
        return property.or(shared);
    }
    a.exclusive("Property", "CheckBoxPropertyRef");
    match (&property, &shared) {
        (None, None) => {
            let at = a.at("Property");
            c.report.error(10, at, "a check box needs `Property` or `CheckBoxPropertyRef`; add one");
        }
        (Some(property), _) => c.row("CheckBox", None, a.at("Property"), fields![property, value]),
        (None, Some(shared)) => c.refer("Property", shared, a.at("CheckBoxPropertyRef")),
    }
    property.or(shared)
}

/// What the children of a control say of the control itself.
struct Inner {
    buttons: Option<Button>,
    text: Option<Field>,
}

fn children(c: &mut Compiler, element: &Element, of: &str, control: &str, property: Option<String>) -> Inner {
    let mut inner = Inner { buttons: None, text: None };
    let mut order = 0;
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Binary" => binary::binary(c, child),
            "ComboBox" | "ListBox" | "ListView" => choice::list(c, child),
            "Property" => property::property(c, child),
            "Publish" => event::publish(c, child, Some((of, control)), &mut order),
            "RadioButtonGroup" => inner.buttons = choice::radio_button_group(c, child, property.clone()),
            "Subscribe" => event::subscribe(c, child, of, control),
            "Text" => inner.text = text(c, child),
            _ => return false,
        }
        true
    });
    inner
}

/// `Text`: the control's text, for long ones and those in files.
fn text(c: &mut Compiler, element: &Element) -> Option<Field> {
    let a = c.attributes(element);
    a.exclusive("SourceFile", "Value");
    let (file, value) = (a.text("SourceFile"), a.text("Value"));
    c.no_children(element);
    file.map(Field::TextFile).or(value.map(Field::Text))
}

/// The sum of the bits whose attribute is `yes`; or not, if not `set`.
pub(super) fn bits(a: &Attributes<'_>, bits: &[(&str, i32)], set: bool) -> i32 {
    bits.iter().filter(|(name, _)| a.flag(name) == set).map(|(_, bit)| bit).sum()
}
