//! `StandardDirectory`, `Directory`, `DirectoryRef`, and directories written inline as paths.

use super::elements::{self, Rule, Within};
use super::place::{Place, folder_path};
use super::{Attributes, Compiler, GuidForms, symbol_path};
use crate::diag::Location;
use crate::ids;
use crate::source::Element;
use crate::standard;
use crate::symbol::{Directory, Id, Kind};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Directory", Within::Definition(|c, element| directory(c, element, &Place::default()))),
    ("DirectoryRef", Within::Definition(directory_ref)),
    ("StandardDirectory", Within::Definition(standard_directory)),
];

/// Where a component or file goes whose author does not say.
const DEFAULT: &str = "INSTALLFOLDER";

/// `StandardDirectory`: <https://docs.firegiant.com/wix/schema/wxs/standarddirectory/>.
pub(super) fn standard_directory(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let Some(id) = id else { return };
    if !standard::is_directory(&id) {
        let known: Vec<&str> = standard::directories().collect();
        a.illegal(21, "Id", format_args!("is `{id}`; expected one of {}", known.join(", ")));
        return;
    }
    c.refer("Directory", &id, &element.at);
    let place = Place { directory: Some(id), ..Place::default() };
    c.children(element, |c, child| in_directory(c, child, &place));
}

/// `DirectoryRef`: <https://docs.firegiant.com/wix/schema/wxs/directoryref/>.
pub(super) fn directory_ref(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let disk = a.integer("DiskId", 1..=i32::from(i16::MAX));
    let source = a.text("FileSource").map(|source| folder_path(&source)).unwrap_or_default();
    let Some(id) = id else { return };
    if standard::is_directory(&id) {
        let message =
            format!("`{id}` is a standard directory; write `StandardDirectory` instead of `DirectoryRef`");
        c.report.warning(5436, &element.at, message);
    }
    c.refer("Directory", &id, &element.at);
    let place = Place { directory: Some(id), disk, source, parent: None };
    c.children(element, |c, child| in_directory(c, child, &place));
}

/// `Directory`: <https://docs.firegiant.com/wix/schema/wxs/directory/>.
pub(super) fn directory(c: &mut Compiler, element: &Element, around: &Place) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let guid_seed = a.guid("ComponentGuidGenerationSeed", GuidForms::default());
    let disk = a.integer("DiskId", 1..=i32::from(i16::MAX)).or(around.disk);
    let name = name_or_same(&a, "Name", true).unwrap_or_else(|| ".".to_owned());
    let short_name = a.short_name("ShortName");
    let source_name = name_or_same(&a, "SourceName", false);
    let short_source_name = a.short_name("ShortSourceName");
    for (short, long, value) in
        [("ShortName", "Name", Some(&name)), ("ShortSourceName", "SourceName", source_name.as_ref())]
    {
        a.only_with(short, long);
        if a.has(short) && value.is_some_and(|value| value == ".") {
            a.illegal(35, short, format_args!("cannot be used with `@{long}` `.`, the parent itself"));
        }
    }
    let source = match a.text("FileSource") {
        Some(source) => folder_path(&source),
        None => format!("{}{}\\", around.source, source_name.as_ref().unwrap_or(&name)),
    };
    let parent = around.directory.clone();
    if let Some(id) = id.as_ref().filter(|id| standard::is_directory(&id.name) && source_name.is_none()) {
        let message = format!("`{0}` is a standard directory; write `StandardDirectory Id=\"{0}\"`", id.name);
        c.report.warning(5437, &element.at, message);
    }
    let id = id.unwrap_or_else(|| {
        let names = [Some(&name), short_name.as_ref(), source_name.as_ref(), short_source_name.as_ref()];
        Id::section(generated_id(parent.as_deref(), names))
    });
    let place = Place { directory: Some(id.name.clone()), disk, source, parent: None };
    c.children(element, |c, child| in_directory(c, child, &place));
    let kind = Directory { parent, name, short_name, source_name, short_source_name, guid_seed };
    c.add(Some(id), &element.at, Kind::Directory(kind));
}

/// What may stand in a directory. Says whether it knows `element`.
fn in_directory(c: &mut Compiler, element: &Element, place: &Place) -> bool {
    match element.name.as_str() {
        "Directory" => {
            directory(c, element, place);
            return true;
        }
        "SymbolPath" => {
            symbol_path::symbol_path(c, element);
            return true;
        }
        _ => {}
    }
    elements::in_place(c, element, place)
}

/// A name, or `.` for the parent itself.
fn name_or_same(a: &Attributes<'_>, name: &str, path: bool) -> Option<String> {
    if a.is(name, ".") {
        a.text(name)
    } else if path {
        a.relative_path(name)
    } else {
        a.long_name(name)
    }
}

fn generated_id(parent: Option<&str>, names: [Option<&String>; 4]) -> String {
    let [name, short, source, short_source] = names.map(|name| name.map_or("", String::as_str));
    ids::identifier("d", &[parent.unwrap_or_default(), name, short, source, short_source])
}

/// The directory that an element's `Directory` and `Subdirectory` say; `inherited` where they say nothing, and
/// `INSTALLFOLDER` where nothing is inherited either.
pub(super) fn place(c: &mut Compiler, a: &Attributes<'_>, inherited: Option<String>) -> String {
    if inherited.is_none() && !a.has("Directory") {
        c.refer("Directory", DEFAULT, a.at("Directory"));
    }
    optional(c, a, inherited.or_else(|| Some(DEFAULT.to_owned()))).unwrap_or_else(|| DEFAULT.to_owned())
}

/// The directory that an element's `Directory` and `Subdirectory` say; `inherited` where they say nothing.
pub(super) fn optional(c: &mut Compiler, a: &Attributes<'_>, inherited: Option<String>) -> Option<String> {
    named(c, a, "Directory", "Subdirectory", inherited)
}

/// The directory that the attributes `name` and `below` say; `inherited` where they say nothing.
pub(super) fn named(
    c: &mut Compiler,
    a: &Attributes<'_>,
    name: &str,
    below: &str,
    inherited: Option<String>,
) -> Option<String> {
    let authored = a.reference(name);
    if let Some(directory) = &authored {
        c.refer("Directory", directory, a.at(name));
    }
    let path = a.relative_path(below);
    let directory = authored.or(inherited);
    match (directory, path) {
        (Some(directory), Some(path)) => Some(inline(c, &directory, &path, a.at(below))),
        (None, Some(_)) => {
            a.illegal(37, below, format_args!("needs `@{name}`"));
            None
        }
        (directory, None) => directory,
    }
}

/// The id of the directory `path` below `parent`, which the section defines if it does not yet.
fn inline(c: &mut Compiler, parent: &str, path: &str, at: &Location) -> String {
    let key = (parent.to_owned(), path.to_owned());
    if let Some(id) = c.inline_directories.get(&key) {
        return id.clone();
    }
    let (id, kind) = below(parent, path);
    c.inline_directories.insert(key, id.name.clone());
    let name = id.name.clone();
    c.add(Some(id), at, kind);
    name
}

/// The directory `path` below `parent`, with the id that its place gives it.
pub(crate) fn below(parent: &str, path: &str) -> (Id, Kind) {
    let path = path.to_owned();
    let id = Id::section(generated_id(Some(parent), [Some(&path), None, None, None]));
    let directory = Directory {
        parent: Some(parent.to_owned()),
        name: path,
        short_name: None,
        source_name: None,
        short_source_name: None,
        guid_seed: None,
    };
    (id, Kind::Directory(directory))
}
