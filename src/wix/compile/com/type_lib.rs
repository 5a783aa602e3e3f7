//! `TypeLib`.

use super::{Around, app_id, class, interface};
use crate::compile::place::Host;
use crate::compile::{Compiler, GuidForms, directory};
use crate::source::Element;
use crate::symbol::{Field, fields};

/// Flags with their bits (<https://learn.microsoft.com/windows/win32/api/oaidl/ne-oaidl-libflags>).
const FLAGS: [(&str, i32); 4] = [("Restricted", 1), ("Control", 2), ("Hidden", 4), ("HasDiskImage", 8)];

/// `TypeLib`: <https://docs.firegiant.com/wix/schema/wxs/typelib/>. `server` is the file that it stands in.
pub(super) fn type_lib(c: &mut Compiler, element: &Element, host: &Host, server: Option<&str>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.guid("Id", GuidForms::default()));
    let advertise = a.yes_no("Advertise").unwrap_or(false);
    let cost = a.integer("Cost", 0..=i32::MAX);
    let description = a.text("Description");
    let flags: i32 = FLAGS.iter().filter(|(name, _)| a.flag(name)).map(|(_, bit)| bit).sum();
    let language = a.required("Language", a.integer("Language", 0..=i32::from(i16::MAX)));
    let major = a.integer("MajorVersion", 0..=i32::from(u16::MAX));
    let most = if advertise { i32::from(u8::MAX) } else { i32::from(u16::MAX) };
    let minor = a.integer("MinorVersion", 0..=most);
    let resource = a.integer("ResourceId", i32::MIN..=i32::MAX);
    let help = directory::named(c, &a, "HelpDirectory", "HelpSubdirectory", None);
    let has_version = major.is_some() || minor.is_some();
    let version =
        has_version.then(|| format!("{:x}.{:x}", major.unwrap_or_default(), minor.unwrap_or_default()));
    let around = Around {
        component: host.id.clone(),
        server: server.map(str::to_owned),
        type_lib: id.clone().map(|id| (id, version.clone())),
        ..Around::default()
    };
    c.children(element, |c, child| {
        match child.name.as_str() {
            "AppId" => app_id::app_id(c, child, &around),
            "Class" => class::class(c, child, &around),
            "Interface" => interface::interface(c, child, &around),
            _ => return false,
        }
        true
    });
    let at = &element.at;
    if advertise {
        if resource.is_some() {
            a.illegal(19, "ResourceId", "cannot be used on what is advertised; remove it");
        }
        for (name, _) in FLAGS.iter().filter(|(name, _)| a.flag(name)) {
            a.illegal(35, name, "cannot be used with `Advertise=\"yes\"`; remove it");
        }
        let (Some(id), Some(language)) = (id, language) else { return };
        let version = has_version.then(|| major.unwrap_or_default() * 256 + minor.unwrap_or_default());
        let feature = Field::Feature(host.id.clone());
        let fields = fields![id, language, &host.id, version, description, help, feature, cost];
        return c.row("TypeLib", None, at, fields);
    }
    if cost.is_some() {
        a.illegal(35, "Cost", "cannot be used without `Advertise=\"yes\"`; remove it");
    }
    let Some(server) = server else {
        let message = "`TypeLib` must stand inside its `File`, unless it is advertised";
        return c.report.error(47, at, message);
    };
    let Some(version) = version else {
        let message = "`TypeLib` needs `MajorVersion` or `MinorVersion`, unless it is advertised; add one";
        return c.report.error(45, at, message);
    };
    let (Some(id), Some(language)) = (id, language) else { return };
    let key = format!("TypeLib\\{id}\\{version}");
    let mut path = format!("[#{server}]");
    if let Some(resource) = resource {
        path.push_str(&format!("\\{resource}"));
    }
    let bits = if host.is_64_bit { "win64" } else { "win32" };
    let mut value = |below: String, value: Option<String>| {
        c.class_value(&host.id, at, format!("{key}{below}"), None, value);
    };
    value(String::new(), description);
    value(format!("\\{language}\\{bits}"), Some(path));
    value("\\FLAGS".to_owned(), Some(flags.to_string()));
    if let Some(help) = help {
        value("\\HELPDIR".to_owned(), Some(format!("[{help}]")));
    }
}
