//! `Property`, `Launch`, `WixVariable`, `EnsureTable`, and elements that only refer to something.

use super::elements::{Rule, Within};
use super::names::is_identifier;
use super::reference::reference;
use super::{Compiler, search};
use crate::diag::Location;
use crate::source::Element;
use crate::symbol::{Access, Id, Kind, Property, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("EnsureTable", Within::Definition(ensure_table)),
    ("Launch", Within::Definition(launch)),
    ("Property", Within::Definition(property)),
    ("Property", Within::Ui(property)),
    ("PropertyRef", Within::Definition(|c, element| reference(c, element, "Property"))),
    ("PropertyRef", Within::Ui(|c, element| reference(c, element, "Property"))),
    ("UIRef", Within::Definition(|c, element| reference(c, element, "WixUI"))),
    ("UIRef", Within::Ui(|c, element| reference(c, element, "WixUI"))),
    ("WixVariable", Within::Definition(variable)),
];

/// `Property`: <https://docs.firegiant.com/wix/schema/wxs/property/>.
pub(super) fn property(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let property = Property {
        value: a.text("Value"),
        admin: a.flag("Admin"),
        secure: a.flag("Secure"),
        hidden: a.flag("Hidden"),
    };
    // Means something in merge modules only.
    let _ = a.yes_no("SuppressModularization");
    let complies = a.flag("ComplianceCheck");
    let Some(id) = id else {
        c.no_children(element);
        return;
    };
    if ["SecureCustomProperties", "AdminProperties", "MsiHiddenProperties"].contains(&id.name.as_str()) {
        let problem = format_args!("cannot be `{}`: it is made from the flags of all properties", id.name);
        a.illegal(70, "Id", problem);
    }
    if id.name == "ErrorDialog"
        && let Some(dialog) = &property.value
    {
        c.refer("Dialog", dialog, &element.at);
    }
    if property.secure && id.name.to_uppercase() != id.name {
        let problem = format_args!("is `{}`; only an upper-case property can be secure", id.name);
        a.illegal(11, "Id", problem);
    }
    let searches = c.section.symbols.len();
    let mut signatures = Vec::new();
    c.children(element, |c, child| search::of_property(c, child, &id.name, &mut signatures));
    if complies && signatures.is_empty() {
        a.illegal(69, "ComplianceCheck", "needs a search inside the property; add one");
    }
    for signature in signatures.iter().filter(|_| complies) {
        c.row("CCPSearch", Some(Id::section(signature)), &element.at, fields![signature]);
    }
    let useless =
        property == Property::default() && c.section.symbols.len() == searches && element.children.is_empty();
    if useless {
        let message = format!("property `{}` has no value, no flag and no search: it does nothing", id.name);
        c.report.warning(1006, &element.at, message);
        return;
    }
    if let Some(name) = property.value.as_deref().and_then(first_property) {
        is_not_replaced(c, &id.name, name, &element.at);
    }
    c.add(Some(id), &element.at, Kind::Property(property));
}

/// Warns of `[reference]` in the value of `property`.
pub(super) fn is_not_replaced(c: &Compiler, property: &str, reference: &str, at: &Location) {
    let message = format!(
        "property `{property}` has `[{reference}]` in its value, which is not replaced; use `SetProperty` for that"
    );
    c.report.warning(1077, at, message);
}

/// The first `[Property]` in a text.
pub(super) fn first_property(text: &str) -> Option<&str> {
    text.split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(name, _)| name)
        .find(|n| is_identifier(n))
}

/// `Launch`: <https://docs.firegiant.com/wix/schema/wxs/launch/>.
pub(super) fn launch(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let condition = a.required("Condition", a.text("Condition"));
    let message = a.required("Message", a.text("Message"));
    c.no_children(element);
    let (Some(condition), Some(message)) = (condition, message) else { return };
    c.row("LaunchCondition", None, &element.at, fields![condition, message]);
}

/// `WixVariable`: <https://docs.firegiant.com/wix/schema/wxs/wixvariable/>.
pub(super) fn variable(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let value = a.required("Value", a.text_or_empty("Value"));
    let overridable = a.flag("Overridable");
    c.no_children(element);
    let (Some(mut id), Some(value)) = (id, value) else { return };
    if overridable {
        id.access = Access::Virtual;
    }
    c.add(Some(id), &element.at, Kind::Variable { value, overridable });
}

/// `EnsureTable`: <https://docs.firegiant.com/wix/schema/wxs/ensuretable/>.
pub(super) fn ensure_table(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    c.no_children(element);
    if let Some(id) = id {
        c.ensure_table(&id, &element.at);
    }
}
