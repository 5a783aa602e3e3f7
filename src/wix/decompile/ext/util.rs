//! WixToolset.Util.wixext; what it has of performance counters stands in [`super::performance`].

use super::cells::{bits, of, set, word};
use super::{Wanted, performance};
use crate::compile::ext::util::{ACTIONS, GROUP_BITS};
use crate::compile::ext::{Extension, processor};
use crate::compile::permission::{GENERIC, STANDARD, specific};
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// What permissions may stand in.
const OBJECTS: [&str; 4] = ["CreateFolder", "File", "Registry", "ServiceInstall"];

/// Elements that are no row, or in other rows.
pub(super) fn elements(work: &mut Work<'_>, wanted: &Wanted<'_>) {
    let extension = wanted.extension;
    actions(work, wanted, &ACTIONS);
    for row in work.rows("Wix4SecureObject") {
        let Some(table) = OBJECTS.into_iter().find(|table| row.text("Table") == Some(table)) else {
            continue;
        };
        let permission = of(extension, "PermissionEx")
            .with("Domain", row.text("Domain"))
            .with("User", row.text("User"))
            .with("Inheritable", (row.or_zero("Attributes") == 0).then_some("no"));
        let permission = rights(permission, row.or_zero("Permission"), table);
        work.put(table, row.or_empty("SecureObject"), permission);
    }
    for row in work.rows("Wix4FileSharePermissions") {
        let permission = of(extension, "FileSharePermission").with("User", row.text("User_"));
        let permission = rights(permission, row.or_zero("Permissions"), "CreateFolder");
        work.put("Wix4FileShare", row.or_empty("FileShare_"), permission);
    }
    for (table, whose, of_what, parent) in [
        ("Wix4UserGroup", "User_", "Group_", "Wix4User"),
        ("Wix6GroupGroup", "Child_", "Parent_", "Wix4Group"),
    ] {
        for row in work.rows(table) {
            let group = of(extension, "GroupRef").with("Id", row.text(of_what));
            work.put(parent, row.or_empty(whose), group);
        }
    }
    for row in work.rows("Wix4FormatFile") {
        let format = of(extension, "FormatFile").with("BinaryRef", row.text("Binary_"));
        work.put("File", row.or_empty("File_"), format);
    }
    event_manifests(work, extension);
    performance::categories(work, extension);
}

/// `GetCapabilities`.
pub(super) fn directx(work: &mut Work<'_>, wanted: &Wanted<'_>) {
    actions(work, wanted, &[("GetCapabilities", "Wix4QueryDirectXCaps")]);
}

fn actions(work: &mut Work<'_>, wanted: &Wanted<'_>, actions: &[(&str, &str)]) {
    for (name, action) in actions {
        if wanted.acts(work, &format!("{action}_{}", processor(work.arch))) {
            work.put("Package", "", of(wanted.extension, name));
        }
    }
}

/// `element` with the rights that are bits of `number`.
fn rights(element: Element, number: i32, table: &str) -> Element {
    let number = number.cast_unsigned();
    let names = [(0, specific(table)), (16, &STANDARD[..]), (28, &GENERIC[..])];
    let names = names.into_iter().flat_map(|(first, names)| names.iter().zip(first..));
    let set = names.filter(|(name, bit)| number & (1 << bit) != 0 && **name != "FileAllRights");
    set.fold(element, |element, (name, _)| element.flag(name, true))
}

/// `EventManifest`: what the manifest says of other files are rows of Wix4XmlFile.
fn event_manifests(work: &mut Work<'_>, extension: &'static Extension) {
    for row in work.rows("Wix4EventManifest") {
        let Some(file) = row.text("File").and_then(|file| file.strip_prefix("[#")?.strip_suffix(']')) else {
            continue;
        };
        let mut manifest = of(extension, "EventManifest");
        for attribute in ["MessageFile", "ParameterFile", "ResourceFile"] {
            let id = format!("Config_{file}{attribute}");
            if let Some(said) = work.rows("Wix4XmlFile").find(|row| row.text("XmlFile") == Some(&id)) {
                manifest = manifest.with(attribute, said.text("Value"));
                work.cover("Wix4XmlFile", &id);
            }
        }
        work.put("File", file, manifest);
    }
}

/// Milliseconds are seconds.
pub(super) fn close_application(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    Some(set(element, "Timeout", row.int("Timeout").map(|time| (time / 1000).to_string())))
}

/// A second table has what WiX 6 added.
pub(super) fn group(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let id = row.text("Group");
    let Some(more) = work.rows("Wix6Group").find(|more| more.text("Group_") == id) else {
        return Some(element);
    };
    let element = element.with("Comment", more.text("Comment"));
    Some(bits(element, more.or_zero("Attributes"), 0, GROUP_BITS))
}

/// The name says what kind of file it is; Windows Installer removes it.
pub(super) fn internet_shortcut(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let (ending, kind) = if row.or_zero("Attributes") & 1 != 0 { (".url", "url") } else { (".lnk", "link") };
    let name = row.or_empty("Name");
    work.cover("RemoveFile", row.or_empty("InternetShortcut"));
    let element = set(element, "Name", Some(name.strip_suffix(ending).unwrap_or(name).to_owned()));
    let element =
        set(element, "IconIndex", row.int("IconIndex").filter(|at| *at != 0).map(|at| at.to_string()));
    Some(element.with("Type", kind))
}

/// What the resource is, is a number.
pub(super) fn restart_resource(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let name = word(&[("Path", 1), ("ProcessName", 2), ("ServiceName", 3)], row.or_zero("Attributes"));
    Some(element.with(name.unwrap_or("Path"), row.text("Resource")))
}

/// A service that is new stands around it.
pub(super) fn service_config(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    if row.or_zero("NewService") == 0 {
        return Some(element);
    }
    let is_it = |install: &Row<'_>| {
        install.text("Name") == row.text("ServiceName")
            && install.text("Component_") == row.text("Component_")
    };
    let install = work.rows("ServiceInstall").find(is_it)?;
    work.put("ServiceInstall", install.or_empty("ServiceInstall"), set(element, "ServiceName", None));
    None
}

/// Without any time it is when something is installed.
pub(super) fn touch_file(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    const EVER: i32 = 1 | 2 | 4;
    Some(if row.or_zero("Attributes") & EVER == 0 { element.with("OnInstall", "no") } else { element })
}

/// What is done stands in the flags.
pub(super) fn xml_config(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let flags = row.or_zero("Flags");
    let element = element.with("Action", word(&[("create", 0x10), ("delete", 0x20)], flags & 0x30));
    let element = element.with("Node", word(&[("element", 1), ("value", 2), ("document", 4)], flags & 7));
    Some(element.with("On", word(&[("install", 0x100), ("uninstall", 0x200)], flags & 0x300)))
}

/// The same.
pub(super) fn xml_file(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let flags = row.or_zero("Flags");
    let actions = &[("setValue", 0), ("createElement", 1), ("deleteValue", 2), ("bulkSetValue", 4)];
    let element = element.with("Action", word(actions, flags & 7));
    Some(element.with("SelectionLanguage", (flags & 0x100 != 0).then_some("XPath")))
}
