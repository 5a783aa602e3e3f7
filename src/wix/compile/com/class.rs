//! `Class` and `FileTypeMask`.

use super::{Around, agrees, icon_path, interface, prog_id};
use crate::compile::{Attributes, Compiler, GuidForms};
use crate::source::Element;
use crate::symbol::{Field, fields};
use std::collections::BTreeSet;

/// Component categories of controls (<https://learn.microsoft.com/windows/win32/api/objsafe/>).
const SAFE_FOR_INITIALIZING: &str = "{7DD95802-9882-11CF-9FA9-00AA006C42C4}";
const SAFE_FOR_SCRIPTING: &str = "{7DD95801-9882-11CF-9FA9-00AA006C42C4}";

/// What a `Class` says, read.
struct Class {
    id: String,
    contexts: Vec<String>,
    app_id: Option<String>,
    argument: Option<String>,
    description: Option<String>,
    foreign_server: Option<String>,
    handler: Option<String>,
    icon: Option<String>,
    icon_index: Option<i32>,
    server: Option<String>,
    short_path: bool,
    masks: Vec<String>,
    default_prog_id: Option<String>,
}

/// `Class`: <https://docs.firegiant.com/wix/schema/wxs/class/>.
pub(super) fn class(c: &mut Compiler, element: &Element, around: &Around) {
    const MOST: i32 = i16::MAX as i32;
    let a = c.attributes(element);
    let id = a.required("Id", a.guid("Id", GuidForms::default()));
    let own = a.yes_no("Advertise");
    let app_id = a.guid("AppId", GuidForms::default());
    let contexts = contexts(&a);
    let [argument, description, foreign_server, handler, server, threading, version] =
        ["Argument", "Description", "ForeignServer", "Handler", "Server", "ThreadingModel", "Version"]
            .map(|name| a.text(name));
    let icon = a.reference("Icon");
    let icon_index = a.integer("IconIndex", -MOST..=MOST);
    let relative = a.yes_no("RelativePath");
    let insertable = a.yes_no("Insertable").map(|yes| if yes { "Insertable" } else { "NotInsertable" });
    let [control, programmable, initializing, scripting, short_path] =
        ["Control", "Programmable", "SafeForInitializing", "SafeForScripting", "ShortPath"]
            .map(|n| a.flag(n));
    agrees(&a, own, around.advertise);
    let advertise = own.unwrap_or(false);
    if advertise && contexts.is_empty() {
        a.illegal(10, "Context", "is missing: `Advertise=\"yes\"` needs it");
    }
    if app_id.is_some() && around.app_id.is_some() {
        a.illegal(62, "AppId", "cannot be used inside an `AppId`, which is the one");
    }
    if let Some(server) = &server {
        c.refer("File", server, a.at("Server"));
    }
    let is_32_bit = |context: &String| context.ends_with("32");
    let proxy = |has: bool| if has { id.clone() } else { None };
    let proxies =
        (proxy(contexts.iter().any(|context| !is_32_bit(context))), proxy(contexts.iter().any(is_32_bit)));
    let inner = Around { proxies, ..around.clone() };
    let (mut masks, mut default_prog_id, mut is_first) = (Vec::new(), None, true);
    c.children(element, |c, child| {
        match child.name.as_str() {
            "FileTypeMask" => {
                let Some(mask) = file_type_mask(c, child) else { return true };
                if let (false, Some(id)) = (advertise, &id) {
                    let key = format!("FileType\\{id}\\{}", masks.len());
                    c.class_value(&around.component, &child.at, key, None, Some(mask.clone()));
                }
                masks.push(mask);
            }
            "Interface" => interface::interface(c, child, &inner),
            "ProgId" => {
                let around = prog_id::Around {
                    component: around.component.clone(),
                    advertise: Some(advertise),
                    class: id.clone(),
                    description: description.clone(),
                    parent: None,
                    is_first,
                };
                let prog_id = prog_id::prog_id(c, child, &around).0;
                default_prog_id = default_prog_id.take().or(prog_id);
                is_first = false;
            }
            _ => return false,
        }
        true
    });
    let Some(id) = id else { return };
    let class = Class {
        id: id.clone(),
        contexts,
        app_id,
        argument,
        description,
        foreign_server,
        handler,
        icon,
        icon_index,
        server,
        short_path,
        masks,
        default_prog_id,
    };
    if advertise {
        advertised(c, element, &a, around, &class, relative == Some(true));
    } else {
        registered(c, element, &a, around, &class);
        if relative.is_some() {
            a.illegal(61, "RelativePath", "means something on an advertised class only; remove it");
        }
    }
    let mut value = |below: String, name: Option<&str>, value: Option<String>| {
        c.class_value(&around.component, &element.at, format!("CLSID\\{id}\\{below}"), name, value);
    };
    if let Some(threading) = threading {
        let mut letters = threading.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let model: String = first.into_iter().chain(letters).collect();
        for context in &class.contexts {
            value(context.clone(), Some("ThreadingModel"), Some(model.clone()));
        }
    }
    if let Some((type_lib, _)) = &around.type_lib {
        value("TypeLib".to_owned(), None, Some(type_lib.clone()));
    }
    if version.is_some() {
        value("Version".to_owned(), None, version);
    }
    if let Some(insertable) = insertable {
        value(insertable.to_owned(), Some("*"), None);
    }
    for (set, below) in [
        (control, "Control".to_owned()),
        (programmable, "Programmable".to_owned()),
        (initializing, format!("Implemented Categories\\{SAFE_FOR_INITIALIZING}")),
        (scripting, format!("Implemented Categories\\{SAFE_FOR_SCRIPTING}")),
    ] {
        if set {
            value(below, Some("*"), None);
        }
    }
}

/// The words of `Context`, each once (WIX0060).
fn contexts(a: &Attributes<'_>) -> Vec<String> {
    let text = a.text("Context").unwrap_or_default();
    let contexts: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    for context in contexts.iter().filter(|context| !seen.insert(context.as_str())) {
        a.illegal(60, "Context", format_args!("has `{context}` twice"));
    }
    contexts
}

/// Rows of the Class table (<https://learn.microsoft.com/windows/win32/msi/class-table>).
fn advertised(
    c: &mut Compiler,
    element: &Element,
    a: &Attributes<'_>,
    around: &Around,
    class: &Class,
    relative: bool,
) {
    if around.server.is_some() || class.server.is_some() {
        let what = if class.server.is_some() {
            "cannot be used"
        } else {
            "is the file around the class, which cannot be"
        };
        a.illegal(
            35,
            "Server",
            format_args!("{what} with `Advertise=\"yes\"`: the component's key path serves"),
        );
    }
    a.exclusive("ForeignServer", "Advertise");
    let app_id = class.app_id.as_ref().or(around.app_id.as_ref());
    if let Some(app_id) = app_id {
        c.refer("AppId", app_id, &element.at);
    }
    if let Some(icon) = &class.icon {
        c.refer("Icon", icon, a.at("Icon"));
    }
    let masks = (!class.masks.is_empty()).then(|| class.masks.join(";"));
    for context in &class.contexts {
        let fields = fields![
            &class.id,
            context,
            &around.component,
            &class.default_prog_id,
            &class.description,
            app_id,
            &masks,
            &class.icon,
            class.icon_index,
            &class.handler,
            &class.argument,
            Field::Feature(around.component.clone()),
            relative.then_some(1),
        ];
        c.row("Class", None, &element.at, fields);
    }
}

/// Registry values (<https://learn.microsoft.com/windows/win32/com/clsid-key-hklm>).
fn registered(c: &mut Compiler, element: &Element, a: &Attributes<'_>, around: &Around, class: &Class) {
    match (&around.server, &class.server, &class.foreign_server) {
        (None, None, None) => {
            c.report.error(44, &element.at, "`Class` needs `ForeignServer` or `Server`; add one");
        }
        (Some(_), _, Some(_)) => {
            a.illegal(62, "ForeignServer", "cannot be used inside a `File`, which is the server")
        }
        (None, Some(_), Some(_)) => a.exclusive("ForeignServer", "Server"),
        _ => {}
    }
    if class.app_id.is_some() {
        a.illegal(35, "AppId", "needs `Advertise=\"yes\"`; otherwise write the class inside its `AppId`");
    }
    let file = around.server.as_ref().or(class.server.as_ref());
    let mark = if class.short_path { "!" } else { "#" };
    let at = &element.at;
    let key = format!("CLSID\\{}", class.id);
    for context in &class.contexts {
        let server = if context.starts_with("InprocServer") {
            if class.argument.is_some() {
                a.illegal(35, "Argument", format_args!("cannot be used with the context `{context}`"));
            }
            match file {
                Some(file) => Some(format!("[{mark}{file}]")),
                None => class.foreign_server.clone(),
            }
        } else if context.starts_with("LocalServer") {
            let path = match file {
                Some(file) if class.short_path => Some(format!("[!{file}]")),
                Some(file) => Some(format!("\"[#{file}]\"")),
                None => class.foreign_server.clone(),
            };
            match (&path, &class.argument) {
                (_, None) => path,
                (path, Some(argument)) => Some(format!("{} {argument}", path.as_deref().unwrap_or_default())),
            }
        } else {
            let expected = "`InprocServer`, `InprocServer32`, `LocalServer` or `LocalServer32`";
            a.illegal(21, "Context", format_args!("is `{context}`; expected {expected}"));
            None
        };
        c.class_value(&around.component, at, format!("{key}\\{context}"), None, server);
        if let Some(icon) = &class.icon {
            c.refer("File", icon, a.at("Icon"));
            let path = icon_path(icon, class.icon_index);
            c.class_value(&around.component, at, format!("{key}\\DefaultIcon"), None, Some(path));
        }
    }
    if let Some(app_id) = &around.app_id {
        c.class_value(&around.component, at, key.clone(), Some("AppID"), Some(app_id.clone()));
    }
    if let Some(description) = &class.description {
        c.class_value(&around.component, at, key.clone(), None, Some(description.clone()));
    }
    let handlers: &[(&str, &str)] = match class.handler.as_deref() {
        None => &[],
        Some("1") => &[("InprocHandler", "ole2.dll")],
        Some("2") => &[("InprocHandler32", "ole32.dll")],
        Some("3") => &[("InprocHandler", "ole2.dll"), ("InprocHandler32", "ole32.dll")],
        Some(other) => &[("InprocHandler32", other)],
    };
    for (below, handler) in handlers {
        c.class_value(&around.component, at, format!("{key}\\{below}"), None, Some((*handler).to_owned()));
    }
}

/// `FileTypeMask`: <https://docs.firegiant.com/wix/schema/wxs/filetypemask/>. Gives `offset,length,mask,value`.
fn file_type_mask(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let mask = a.required("Mask", a.text("Mask"));
    let offset = a.required("Offset", a.integer("Offset", 0..=i32::MAX));
    let value = a.required("Value", a.text("Value"));
    c.no_children(element);
    let (mask, offset, value) = (mask?, offset?, value?);
    if mask.len() != value.len() {
        c.report.error(54, &element.at, "`Mask` and `Value` of a `FileTypeMask` must be of one length");
        return None;
    }
    Some(format!("{offset},{},{mask},{value}", mask.len() / 2))
}
