//! Searches: the elements inside `Property` and `ComplianceCheck` that look for something on the machine
//! (<https://learn.microsoft.com/windows/win32/msi/appsearch-table>).
//!
//! Each search gives its signature, which AppSearch ties to the property. Searches nest: an inner one looks in what
//! the outer one found, and its signature is that of the whole.

use super::elements::{Rule, Within};
use super::names::is_short_name;
use super::{Attributes, Compiler, GuidForms, reference};
use crate::diag::Location;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, Kind, Upgrade, fields};

pub(super) const ELEMENTS: &[Rule] = &[("ComplianceCheck", Within::Definition(compliance_check))];

/// The bit of RegLocator's Type for the 64-bit view
/// (<https://learn.microsoft.com/windows/win32/msi/reglocator-table>).
const VIEW_64_BIT: i32 = 16;
/// The signature of the drive that a compliance check looks through.
const COMPLIANCE_DRIVE: &str = "CCP_DRIVE";
/// What stands for a depth or field that was not given, in the ids of WiX.
const NOT_SET: &str = "-2147483648";

/// A search inside `Property`, whose signature goes to `signatures`; says whether it knows `element`.
pub(super) fn of_property(
    c: &mut Compiler,
    element: &Element,
    property: &str,
    signatures: &mut Vec<String>,
) -> bool {
    if element.name == "ProductSearch" {
        product_search(c, element, property);
        return true;
    }
    let Some(signature) = signature(c, element) else { return false };
    if let Some(signature) = signature {
        if property.to_uppercase() != property {
            let message = format!("property `{property}` is set by a search and must be upper-case");
            c.report.error(12, &element.at, message);
        }
        c.row("AppSearch", None, &element.at, fields![property, &signature]);
        signatures.push(signature);
    }
    true
}

/// `ComplianceCheck`: <https://docs.firegiant.com/wix/schema/wxs/compliancecheck/>.
pub(super) fn compliance_check(c: &mut Compiler, element: &Element) {
    let _ = c.attributes(element);
    let mut found: Option<String> = None;
    c.children(element, |c, child| {
        let Some(signature) = signature(c, child) else { return false };
        match (&found, signature) {
            (Some(first), Some(other)) if *first != other => {
                c.report.error(58, &child.at, "a `ComplianceCheck` has one search; move this one to its own");
            }
            (_, signature) => found = found.take().or(signature),
        }
        true
    });
    match found {
        Some(signature) => c.row("CCPSearch", None, &element.at, fields![signature]),
        None => c.report.error(57, &element.at, "`ComplianceCheck` needs a search inside; add one"),
    }
}

/// `Some` if it knows the element; inside, its signature if the element was right.
fn signature(c: &mut Compiler, element: &Element) -> Option<Option<String>> {
    Some(match element.name.as_str() {
        "ComplianceDrive" => compliance_drive(c, element),
        "ComponentSearch" => component_search(c, element),
        "DirectorySearch" => directory_search(c, element, None),
        "DirectorySearchRef" => directory_search_ref(c, element, None),
        "IniFileSearch" => ini_file_search(c, element),
        "RegistrySearch" => registry_search(c, element),
        "RegistrySearchRef" => reference(c, element, "RegLocator"),
        _ => return None,
    })
}

/// An element that only refers to a search of `kind`.
fn reference(c: &mut Compiler, element: &Element, kind: &'static str) -> Option<String> {
    let id = element.attributes.iter().find(|attribute| attribute.name == "Id").map(|id| id.value.clone());
    reference::reference(c, element, kind);
    id
}

/// A search that stands inside another one.
enum Inner {
    None,
    Directory(Option<String>),
    /// Its signature takes the place of the outer search's own.
    File(Option<String>),
}

/// The one search (WIX0055) inside `element`, looking below what has the signature `outer`.
fn inner(c: &mut Compiler, element: &Element, outer: &str, files: Option<&Directory>) -> Inner {
    let mut inner = Inner::None;
    c.children(element, |c, child| {
        let found = match child.name.as_str() {
            "DirectorySearch" => Inner::Directory(directory_search(c, child, Some(outer))),
            "DirectorySearchRef" => Inner::Directory(directory_search_ref(c, child, Some(outer))),
            "FileSearch" if element.name != "ComplianceDrive" => {
                Inner::File(file_search(c, child, outer, files))
            }
            "FileSearchRef" if element.name != "ComplianceDrive" => {
                Inner::File(reference(c, child, "Signature"))
            }
            _ => return false,
        };
        if !matches!(inner, Inner::None) {
            let message = format!("`{}` can have one search inside; remove the others", element.name);
            c.report.error(55, &child.at, message);
        }
        inner = found;
        true
    });
    inner
}

/// The id of a search and the signature of the whole, which `inner` may change.
fn with_inner(id: Id, inner: Inner) -> (Id, Option<String>) {
    match inner {
        Inner::None => (id.clone(), Some(id.name)),
        Inner::Directory(signature) => (id, signature),
        Inner::File(Some(signature)) => (Id::section(signature.clone()), Some(signature)),
        Inner::File(None) => (id, None),
    }
}

/// The id, or one made up from what tells the search apart; none for one that is wrong.
fn identifier(a: &Attributes<'_>, prefix: &str, arguments: &[&str]) -> Option<Id> {
    if a.has("Id") { a.id("Id") } else { Some(Id::section(ids::identifier(prefix, arguments))) }
}

/// `RegistrySearch`: <https://docs.firegiant.com/wix/schema/wxs/registrysearch/>.
fn registry_search(c: &mut Compiler, element: &Element) -> Option<String> {
    use ids::RegistryRoot::{ClassesRoot, CurrentUser, LocalMachine, Users};
    let a = c.attributes(element);
    let roots = [("HKCR", ClassesRoot), ("HKCU", CurrentUser), ("HKLM", LocalMachine), ("HKU", Users)];
    let root = a.required("Root", a.choice("Root", &roots));
    let key = a.required("Key", a.text("Key"));
    let name = a.text("Name");
    let types = [("directory", (0, "Directory")), ("file", (1, "FileName")), ("raw", (2, "Raw"))];
    let kind = a.required("Type", a.choice("Type", &types));
    let bitness = [("default", None), ("always32", Some(false)), ("always64", Some(true))];
    let is_64_bit = a.choice("Bitness", &bitness).flatten().unwrap_or(c.arch.is_64_bit());
    let arguments = [
        root.map(|root| format!("{root:?}")).unwrap_or_default(),
        key.clone().unwrap_or_default(),
        name.clone().unwrap_or_default(),
        kind.map(|(_, name)| name.to_owned()).unwrap_or_default(),
        if is_64_bit { "True" } else { "False" }.to_owned(),
    ];
    let id = identifier(&a, "reg", &arguments.each_ref().map(String::as_str))?;
    let inner = inner(c, element, &id.name, None);
    let (id, signature) = with_inner(id, inner);
    let (Some(root), Some(key), Some((kind, _))) = (root, key, kind) else { return None };
    let kind = kind | if is_64_bit { VIEW_64_BIT } else { 0 };
    let fields = fields![&id, root.number(), key, name, kind];
    c.row("RegLocator", Some(id), &element.at, fields);
    signature
}

/// `ComponentSearch`: <https://docs.firegiant.com/wix/schema/wxs/componentsearch/>.
fn component_search(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let guid = a.required("Guid", a.guid("Guid", GuidForms::default()));
    let (kind, name) = a
        .choice("Type", &[("directory", (0, "Directory")), ("file", (1, "Filename"))])
        .unwrap_or((1, "Filename"));
    let id = identifier(&a, "cmp", &[guid.as_deref().unwrap_or_default(), name])?;
    let inner = inner(c, element, &id.name, None);
    let (id, signature) = with_inner(id, inner);
    let fields = fields![&id, guid?, kind];
    c.row("CompLocator", Some(id), &element.at, fields);
    signature
}

/// `IniFileSearch`: <https://docs.firegiant.com/wix/schema/wxs/inifilesearch/>.
fn ini_file_search(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let name = a.required("Name", a.long_name("Name"));
    let short = a.short_name("ShortName");
    let section = a.required("Section", a.text("Section"));
    let key = a.required("Key", a.text("Key"));
    let field = a.integer("Field", 0..=i32::from(i16::MAX));
    let kind = a.choice("Type", &[("directory", 0), ("file", 1), ("raw", 2)]).unwrap_or(1);
    let number = field.map_or(NOT_SET.to_owned(), |field| field.to_string());
    let texts = [&name, &section, &key].map(|text| text.as_deref().unwrap_or_default());
    let [n, s, k] = texts;
    let id = identifier(&a, "ini", &[n, s, k, &number, &kind.to_string()])?;
    let inner = inner(c, element, &id.name, None);
    let (id, signature) = with_inner(id, inner);
    let name = Field::Name { long: name?, short, salt: vec!["IniFileSearch".to_owned()] };
    let fields = fields![&id, name, section?, key?, field, kind];
    c.row("IniLocator", Some(id), &element.at, fields);
    signature
}

/// What a `FileSearch` must know of the `DirectorySearch` around it.
struct Directory {
    depth: i32,
    assign_to_property: bool,
}

/// `DirectorySearch`: <https://docs.firegiant.com/wix/schema/wxs/directorysearch/>.
fn directory_search(c: &mut Compiler, element: &Element, outer: Option<&str>) -> Option<String> {
    let a = c.attributes(element);
    let path = a.text("Path");
    let depth = a.integer("Depth", 0..=i32::from(i16::MAX));
    let assign_to_property = a.flag("AssignToProperty");
    let number = depth.map_or(NOT_SET.to_owned(), |depth| depth.to_string());
    let id = identifier(&a, "dir", &[path.as_deref().unwrap_or_default(), &number])?;
    let directory = Directory { depth: depth.unwrap_or(0), assign_to_property };
    let inner = inner(c, element, &id.name, Some(&directory));
    if assign_to_property && matches!(inner, Inner::Directory(_)) {
        a.illegal(155, "AssignToProperty", "belongs on the innermost search; move it there");
    }
    let (row, signature) = match inner {
        Inner::None => (id.name.clone(), Some(id.name)),
        // The file search made the row of the folder; this one is the file's.
        Inner::File(Some(file)) if assign_to_property => (file, Some(id.name)),
        Inner::File(signature) | Inner::Directory(signature) => (id.name, signature),
    };
    locator(c, &row, outer, path, depth, &element.at);
    signature
}

/// `DirectorySearchRef`: <https://docs.firegiant.com/wix/schema/wxs/directorysearchref/>.
fn directory_search_ref(c: &mut Compiler, element: &Element, outer: Option<&str>) -> Option<String> {
    let a = c.attributes(element);
    let path = a.text("Path");
    let parent = a.reference("Parent");
    if parent.is_some() && outer.is_some() {
        a.illegal(106, "Parent", "cannot be used inside another search, which is the parent; remove it");
    }
    let outer = outer.map(str::to_owned).or(parent).unwrap_or_default();
    let path = path.unwrap_or_default();
    let id = identifier(&a, "dsr", &[&outer, &path])?;
    c.refer("DrLocator", key(&id.name, &outer, &path), &element.at);
    let inner = inner(c, element, &id.name, None);
    with_inner(id, inner).1
}

/// `ComplianceDrive`: <https://docs.firegiant.com/wix/schema/wxs/compliancedrive/>.
fn compliance_drive(c: &mut Compiler, element: &Element) -> Option<String> {
    let _ = c.attributes(element);
    match inner(c, element, COMPLIANCE_DRIVE, None) {
        Inner::Directory(signature) | Inner::File(signature) => signature,
        Inner::None => {
            c.report.error(57, &element.at, "`ComplianceDrive` needs a search inside; add one");
            None
        }
    }
}

fn key(signature: &str, parent: &str, path: &str) -> String {
    format!("{signature}/{parent}/{path}")
}

/// Adds a row of DrLocator.
fn locator(
    c: &mut Compiler,
    signature: &str,
    parent: Option<&str>,
    path: Option<String>,
    depth: Option<i32>,
    at: &Location,
) {
    let id = Id::global(key(signature, parent.unwrap_or_default(), path.as_deref().unwrap_or_default()));
    c.row("DrLocator", Some(id), at, fields![signature, parent, path, depth]);
}

/// `FileSearch`: <https://docs.firegiant.com/wix/schema/wxs/filesearch/>.
fn file_search(
    c: &mut Compiler,
    element: &Element,
    outer: &str,
    directory: Option<&Directory>,
) -> Option<String> {
    let a = c.attributes(element);
    let (name, short) = (a.long_name("Name"), a.short_name("ShortName"));
    let versions = [a.text("MinVersion"), a.text("MaxVersion")];
    let sizes = ["MinSize", "MaxSize"].map(|name| a.integer(name, 0..=i32::MAX));
    let [after, before] = ["MinDate", "MaxDate"].map(|name| a.date(name));
    let languages = a.text("Languages");
    let id = if a.has("Id") { a.id("Id") } else { Some(Id::section(outer)) };
    c.no_children(element);
    match (&name, &short) {
        (None, None) => {
            a.required("Name", None::<String>);
        }
        (Some(name), Some(_)) if is_short_name(name) => {
            a.illegal(38, "Name", "is a short name already; remove `@ShortName`");
        }
        (Some(_), Some(_)) => {
            let message =
                "the installer may not find a file by `Name` and `ShortName` both; remove `@ShortName`";
            c.report.warning(1043, &element.at, message);
        }
        _ => {}
    }
    let (id, name) = (id?, name.or(short)?);
    let same = id.name == outer;
    let gets_folder = directory.is_some_and(|directory| directory.assign_to_property);
    if gets_folder && same {
        c.report.error(313, &element.at, "`FileSearch` needs an `Id` of its own here; add one");
    }
    if !gets_folder && !same && directory.is_some_and(|directory| directory.depth > 1) {
        let message =
            "with `Depth` above 1, the `FileSearch` must have no `Id` or that of its `DirectorySearch`";
        c.report.error(303, &element.at, message);
    }
    if !same {
        // The folder and the file change places where the property gets the folder.
        let (child, parent) = if gets_folder { (outer, &*id.name) } else { (&*id.name, outer) };
        locator(c, child, Some(parent), None, None, &element.at);
    }
    let ([least, most], [small, big]) = (versions, sizes);
    let fields = fields![&id, name, least, most, small, big, after, before, languages];
    let signature = id.name.clone();
    c.row("Signature", Some(id), &element.at, fields);
    Some(signature)
}

/// `ProductSearch`: <https://docs.firegiant.com/wix/schema/wxs/productsearch/>.
fn product_search(c: &mut Compiler, element: &Element, property: &str) {
    /// Bits of the Upgrade table's Attributes.
    const BITS: [(&str, bool, i32); 3] =
        [("IncludeMinimum", true, 256), ("IncludeMaximum", false, 512), ("ExcludeLanguages", false, 1024)];
    const ONLY_DETECT: i32 = 2;
    let a = c.attributes(element);
    let code = a.required("UpgradeCode", a.guid("UpgradeCode", GuidForms::default()));
    let (minimum, maximum, language) = (a.text("Minimum"), a.text("Maximum"), a.text("Language"));
    let set = |(name, default, _): &(&str, bool, i32)| a.yes_no(name).unwrap_or(*default);
    let attributes = BITS.iter().filter(|bit| set(bit)).map(|(.., bit)| bit).sum::<i32>() | ONLY_DETECT;
    c.no_children(element);
    if !a.has("Minimum") && !a.has("Maximum") {
        c.report.error(44, &element.at, "`ProductSearch` needs `Minimum` or `Maximum`; add one");
    }
    let Some(code) = code else { return };
    let property = property.to_owned();
    let upgrade = Upgrade { code, minimum, maximum, language, attributes, remove: None, property };
    c.add(None, &element.at, Kind::Upgrade(upgrade));
}
