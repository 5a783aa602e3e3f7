//! `Shortcut` and its properties.

use super::elements::{Rule, Within};
use super::place::Host;
use super::{Compiler, binary, directory};
use crate::diag::Diagnostic;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "Shortcut",
        Within::Component(|c, element, host| shortcut(c, element, host, Target::Directory(&host.directory))),
    ),
    (
        "Shortcut",
        Within::Folder(|c, element, host, folder| shortcut(c, element, host, Target::Created(folder))),
    ),
    (
        "Shortcut",
        Within::File(|c, element, file| {
            shortcut(c, element, file.host, Target::File { id: file.id, is_key_path: file.is_key_path });
        }),
    ),
];

/// What a shortcut leads to that does not say so itself.
#[derive(Clone, Copy)]
enum Target<'a> {
    /// The directory of the component that it stands in.
    Directory(&'a str),
    /// The folder of the `CreateFolder` that it stands in.
    Created(&'a str),
    /// The file that it stands in.
    File { id: &'a str, is_key_path: bool },
}

/// `Shortcut`: <https://docs.firegiant.com/wix/schema/wxs/shortcut/>.
fn shortcut(c: &mut Compiler, element: &Element, host: &Host, default: Target<'_>) {
    const MOST: i32 = i16::MAX as i32;
    let in_component = matches!(default, Target::Directory(_));
    let a = c.attributes(element);
    let id = a.id("Id");
    let advertise = a.flag("Advertise");
    let [arguments, description, description_dll, display_dll, target] =
        ["Arguments", "Description", "DescriptionResourceDll", "DisplayResourceDll", "Target"]
            .map(|name| a.text(name));
    let [description_id, display_id, hotkey] =
        ["DescriptionResourceId", "DisplayResourceId", "Hotkey"].map(|name| a.integer(name, 0..=MOST));
    let mut icon = a.reference("Icon");
    if let Some(icon) = &icon {
        c.refer("Icon", icon, a.at("Icon"));
    }
    let icon_index = a.integer("IconIndex", -MOST..=MOST);
    let name = a.required("Name", a.long_name("Name"));
    let short = a.short_name("ShortName");
    let show = a.choice("Show", &[("normal", 1), ("maximized", 3), ("minimized", 7)]);
    if advertise {
        a.exclusive("Target", "Advertise");
    }
    for kind in ["DescriptionResource", "DisplayResource"] {
        let (dll, number) = (format!("{kind}Dll"), format!("{kind}Id"));
        for (one, other) in [(&dll, &number), (&number, &dll)] {
            if a.has(one) && !a.has(other) {
                a.illegal(10, one, format_args!("needs `@{other}`; add it, or remove `@{one}`"));
            }
        }
    }
    let around = in_component.then(|| host.directory.clone());
    if around.is_none() && !a.has("Directory") {
        let message = format!(
            "`Shortcut/@Directory` is missing: a shortcut that stands in a `{}` has no folder of its own",
            if matches!(default, Target::File { .. }) { "File" } else { "CreateFolder" }
        );
        c.report.error(274, &element.at, message);
    }
    let folder = directory::named(c, &a, "Directory", "Subdirectory", around);
    let working = directory::named(c, &a, "WorkingDirectory", "WorkingSubdirectory", None);
    if !in_component && target.is_some() {
        a.illegal(62, "Target", "cannot be used here: the target is what the shortcut stands in");
    }
    let id = id.unwrap_or_else(|| {
        let name = name.as_deref().map(ids::lower).unwrap_or_default();
        Id::section(ids::identifier("sct", &[folder.as_deref().unwrap_or_default(), &name]))
    });
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Icon" => icon = binary::icon(c, child).or(icon.take()),
            "ShortcutProperty" => shortcut_property(c, child, &id.name),
            _ => return false,
        }
        true
    });
    if let (true, Target::File { is_key_path: false, .. } | Target::Created(_)) = (advertise, default) {
        let message = format!("the advertised shortcut `{}` leads to the key path of its component", id.name);
        c.report.push(
            Diagnostic::warning("WIX1113", message).at(&element.at).help(
                "if that is what you want, write it in the `Component`; else make its file the key path",
            ),
        );
    }
    let target: Field = match (advertise, target, default) {
        (true, ..) => Field::Feature(host.id.clone()),
        (false, Some(target), _) => target.into(),
        (false, None, Target::Directory(id) | Target::Created(id)) => format!("[{id}]").into(),
        (false, None, Target::File { id, .. }) => format!("[#{id}]").into(),
    };
    let (Some(long), Some(folder)) = (name, folder) else { return };
    let salt = vec!["Shortcut".to_owned(), host.id.clone(), folder.clone()];
    let fields = fields![
        &id,
        folder,
        Field::Name { long, short, salt },
        &host.id,
        target,
        arguments,
        description,
        hotkey,
        icon,
        icon_index,
        show,
        working,
        display_dll,
        display_id,
        description_dll,
        description_id,
    ];
    c.row("Shortcut", Some(id), &element.at, fields);
}

/// `ShortcutProperty`: <https://docs.firegiant.com/wix/schema/wxs/shortcutproperty/>.
fn shortcut_property(c: &mut Compiler, element: &Element, shortcut: &str) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let key = a.required("Key", a.text("Key"));
    let value = a.required("Value", a.text("Value"));
    c.no_children(element);
    let (Some(key), Some(value)) = (key, value) else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("scp", &[shortcut, &ids::upper(&key)])));
    let fields = fields![&id, shortcut, key, value];
    c.row("MsiShortcutProperty", Some(id), &element.at, fields);
}
