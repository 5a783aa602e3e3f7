//! `ProgId`.

use super::{agrees, extension, icon_path};
use crate::compile::Compiler;
use crate::diag::Diagnostic;
use crate::source::Element;
use crate::symbol::{Id, fields};

/// What stands around a `ProgId`.
pub(super) struct Around {
    pub component: String,
    /// Whether what is around is advertised.
    pub advertise: Option<bool>,
    /// The class's id.
    pub class: Option<String>,
    /// The description of what is around.
    pub description: Option<String>,
    /// The `ProgId` around, of which this is the one without a version.
    pub parent: Option<String>,
    /// Whether it is the first of its class.
    pub is_first: bool,
}

impl Around {
    pub(super) fn component(component: &str) -> Around {
        Around {
            component: component.to_owned(),
            advertise: None,
            class: None,
            description: None,
            parent: None,
            is_first: false,
        }
    }
}

/// `ProgId`: <https://docs.firegiant.com/wix/schema/wxs/progid/>. Gives its id, and whether there is an `Extension`
/// inside.
pub(super) fn prog_id(c: &mut Compiler, element: &Element, around: &Around) -> (Option<String>, bool) {
    const MOST: i32 = i16::MAX as i32;
    let a = c.attributes(element);
    let id = a.required("Id", a.text("Id"));
    let own = a.yes_no("Advertise");
    let description = a.text_or_empty("Description").or_else(|| around.description.clone());
    let icon = a.reference("Icon");
    let icon_index = a.integer("IconIndex", -MOST..=MOST);
    let no_open = a.text_or_empty("NoOpen");
    agrees(&a, own, around.advertise);
    let advertise = own.or(around.advertise).unwrap_or(false);
    if around.parent.is_some() && (icon.is_some() || icon_index.is_some()) {
        c.report.error(192, &element.at, "a `ProgId` without a version cannot have an icon; remove it");
    }
    let (mut has_extension, mut is_first) = (false, true);
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Extension" => {
                extension::extension(c, child, &around.component, Some(advertise), id.as_deref());
                has_extension = true;
            }
            "ProgId" if around.parent.is_some() => {
                c.report.error(105, &child.at, "a `ProgId` inside a `ProgId` cannot have another one inside");
            }
            "ProgId" => {
                let inner = Around {
                    component: around.component.clone(),
                    advertise: Some(advertise),
                    class: around.class.clone().filter(|_| !advertise),
                    description: description.clone(),
                    parent: id.clone(),
                    is_first,
                };
                has_extension |= prog_id(c, child, &inner).1;
                is_first = false;
            }
            _ => return false,
        }
        true
    });
    let Some(id) = id else { return (None, has_extension) };
    let at = &element.at;
    if advertise {
        if let Some(icon) = &icon {
            c.refer("Icon", icon, a.at("Icon"));
        }
        let fields = fields![&id, &around.parent, &around.class, description, icon, icon_index];
        c.row("ProgId", Some(Id::global(&*id)), at, fields);
        c.ensure_table("Class", at);
    } else {
        let mut value =
            |key: String, text: Option<String>| c.class_value(&around.component, at, key, None, text);
        value(id.clone(), description);
        if let Some(class) = &around.class {
            value(format!("{id}\\CLSID"), Some(class.clone()));
            let kind = if around.parent.is_some() { "VersionIndependentProgID" } else { "ProgID" };
            if around.is_first {
                value(format!("CLSID\\{class}\\{kind}"), Some(id.clone()));
            }
            if let Some(parent) = &around.parent {
                value(format!("{id}\\CurVer"), Some(parent.clone()));
            }
        }
        if let Some(icon) = &icon {
            c.refer("File", icon, a.at("Icon"));
            let path = icon_path(icon, icon_index);
            c.class_value(&around.component, at, format!("{id}\\DefaultIcon"), None, Some(path));
        }
    }
    if no_open.is_some() {
        c.class_value(&around.component, at, id.clone(), Some("NoOpen"), no_open);
    }
    if advertise && !has_extension && around.parent.is_none() && around.class.is_none() {
        let message =
            format!("nothing installs the advertised ProgId `{id}`: it has no class and no extension");
        c.report.push(
            Diagnostic::warning("WIX1005", message)
                .at(at)
                .help("write it in a `Class`, or an `Extension` inside"),
        );
    }
    (Some(id), has_extension)
}
