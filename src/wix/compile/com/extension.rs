//! `Extension`, `Verb` and `MIME`: what happens with files of a kind.

use super::agrees;
use crate::compile::{Compiler, GuidForms};
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

/// What the elements inside an `Extension` must know of it.
struct Extension<'a> {
    id: &'a str,
    component: &'a str,
    prog_id: Option<&'a str>,
    advertise: bool,
}

/// `Extension`: <https://docs.firegiant.com/wix/schema/wxs/extension/>. `around` says whether the `ProgId` that it stands
/// in is advertised.
pub(super) fn extension(
    c: &mut Compiler,
    element: &Element,
    component: &str,
    around: Option<bool>,
    prog_id: Option<&str>,
) {
    let a = c.attributes(element);
    let id = a.required("Id", a.text("Id"));
    let own = a.yes_no("Advertise");
    agrees(&a, own, around);
    let advertise = own.or(around).unwrap_or(false);
    let mut content_type = a.text("ContentType");
    let extension = Extension { id: id.as_deref().unwrap_or_default(), component, prog_id, advertise };
    c.children(element, |c, child| {
        match child.name.as_str() {
            "MIME" => {
                let default = mime(c, child, &extension);
                content_type = content_type.take().or(default);
            }
            "Verb" => verb(c, child, &extension),
            _ => return false,
        }
        true
    });
    let Some(id) = id else { return };
    let at = &element.at;
    if advertise {
        let feature = Field::Feature(component.to_owned());
        let key = Id::global(format!("{id}/{component}"));
        c.row("Extension", Some(key), at, fields![id, component, prog_id, content_type, feature]);
        c.ensure_table("Verb", at);
        return;
    }
    let key = format!(".{id}");
    c.class_value(component, at, key.clone(), None, prog_id.map(str::to_owned));
    if content_type.is_some() {
        c.class_value(component, at, key, Some("Content Type"), content_type);
    }
}

/// `Verb`: <https://docs.firegiant.com/wix/schema/wxs/verb/>.
fn verb(c: &mut Compiler, element: &Element, extension: &Extension<'_>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.text("Id"));
    let [argument, command, file, property] =
        ["Argument", "Command", "TargetFile", "TargetProperty"].map(|name| a.text(name));
    let sequence = a.integer("Sequence", 1..=i32::from(i16::MAX));
    if let Some(file) = &file {
        c.refer("File", file, a.at("TargetFile"));
    }
    a.exclusive("TargetFile", "TargetProperty");
    c.no_children(element);
    let at = &element.at;
    if extension.advertise {
        for name in ["TargetFile", "TargetProperty"].into_iter().filter(|name| a.has(name)) {
            a.illegal(19, name, "cannot be used on what is advertised: the component's key path is meant");
        }
        let Some(id) = id else { return };
        return c.row("Verb", None, at, fields![extension.id, id, sequence, command, argument]);
    }
    if sequence.is_some() {
        a.illegal(35, "Sequence", "cannot be used without `Advertise=\"yes\"`; remove it");
    }
    let target = match (file, property) {
        (Some(file), _) => format!("\"[#{file}]\""),
        (None, Some(property)) => format!("\"[{property}]\""),
        (None, None) => {
            let message = "`Verb` needs `TargetFile` or `TargetProperty`, unless it is advertised; add one";
            return c.report.error(45, at, message);
        }
    };
    let Some(id) = id else { return };
    let target = argument.map_or(target.clone(), |argument| format!("{target} {argument}"));
    let prefix = extension.prog_id.map_or_else(|| format!(".{}", extension.id), str::to_owned);
    let key = format!("{prefix}\\shell\\{id}");
    if command.is_some() {
        c.class_value(extension.component, at, key.clone(), None, command);
    }
    c.class_value(extension.component, at, format!("{key}\\command"), None, Some(target));
}

/// `MIME`: <https://docs.firegiant.com/wix/schema/wxs/mime/>. Gives the content type if it is the extension's own.
fn mime(c: &mut Compiler, element: &Element, extension: &Extension<'_>) -> Option<String> {
    let a = c.attributes(element);
    let own = a.yes_no("Advertise");
    let class = a.guid("Class", GuidForms::default());
    let content_type = a.required("ContentType", a.text("ContentType"));
    let is_default = a.flag("Default");
    let advertise = own.unwrap_or(extension.advertise);
    c.no_children(element);
    let content_type = content_type?;
    let at = &element.at;
    if advertise {
        agrees(&a, Some(true), Some(extension.advertise));
        let key = Id::section(&*content_type);
        c.row("MIME", Some(key), at, fields![&content_type, extension.id, class]);
    } else {
        if is_default && extension.advertise {
            a.illegal(191, "Default", "cannot be `yes` here: the extension is advertised and this is not");
        }
        let key = format!("MIME\\Database\\Content Type\\{content_type}");
        let dotted = format!(".{}", extension.id);
        c.class_value(extension.component, at, key.clone(), Some("Extension"), Some(dotted));
        if class.is_some() {
            c.class_value(extension.component, at, key, Some("CLSID"), class);
        }
    }
    is_default.then_some(content_type)
}
