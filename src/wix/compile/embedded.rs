//! `EmbeddedUI` and `EmbeddedChainer`: code in the package that shows its progress, or installs further packages.

use super::elements::{Rule, Within};
use super::reference::reference;
use super::{Attributes, Compiler, names};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Field, Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("EmbeddedChainer", Within::Definition(embedded_chainer)),
    ("EmbeddedChainerRef", Within::Definition(|c, element| reference(c, element, "MsiEmbeddedChainer"))),
    ("EmbeddedUI", Within::Ui(embedded_ui)),
];

/// Messages that an embedded UI is told of unless it says otherwise, with their bits
/// (<https://learn.microsoft.com/windows/win32/api/msi/nf-msi-msisetexternaluiw>). COMMONDATA's and a few more bits
/// are as in WiX.
#[rustfmt::skip]
pub(crate) const MESSAGES: [(&str, i32); 18] = [
    ("IgnoreFatalExit", 0x1), ("IgnoreError", 0x2), ("IgnoreWarning", 0x4), ("IgnoreUser", 0x8),
    ("IgnoreInfo", 0x10), ("IgnoreFilesInUse", 0x20), ("IgnoreResolveSource", 0x40), ("IgnoreOutOfDiskSpace", 0x80),
    ("IgnoreActionStart", 0x100), ("IgnoreActionData", 0x200), ("IgnoreProgress", 0x400), ("IgnoreCommonData", 0x800),
    ("IgnoreInitialize", 0x1000), ("IgnoreTerminate", 0x2000), ("IgnoreShowDialog", 0x4000),
    ("IgnoreRMFilesInUse", 0x0200_0000), ("IgnoreInstallStart", 0x0400_0000), ("IgnoreInstallEnd", 0x0800_0000),
];
/// The bits of the column Attributes (<https://learn.microsoft.com/windows/win32/msi/msiembeddedui-table>).
const ENTRY_POINT: i32 = 1;
const HANDLES_BASIC: i32 = 2;

/// `EmbeddedUI`: <https://docs.firegiant.com/wix/schema/wxs/embeddedui/>.
fn embedded_ui(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let file = embedded_file(&a);
    let filter = MESSAGES.iter().filter(|(name, _)| !a.flag(name)).map(|(_, bit)| bit).sum::<i32>();
    let attributes = ENTRY_POINT | if a.flag("SupportBasicUI") { HANDLES_BASIC } else { 0 };
    if let Some((_, name, _)) = file.as_ref().filter(|(_, name, _)| !name.contains('.')) {
        let problem = format_args!("is `{name}`; Windows Installer needs an extension such as `.dll`");
        a.illegal(312, "Name", problem);
    }
    c.children(element, |c, child| {
        if child.name == "EmbeddedUIResource" {
            let a = c.attributes(child);
            let file = embedded_file(&a);
            c.no_children(child);
            row(c, child, file, 0, None);
        }
        child.name == "EmbeddedUIResource"
    });
    row(c, element, file, attributes, Some(filter));
}

/// Id, name and source.
type EmbeddedFile = (Id, String, String);

fn embedded_file(a: &Attributes<'_>) -> Option<EmbeddedFile> {
    let id = a.id("Id");
    let name = a.long_name("Name");
    let source = a.required("SourceFile", a.text("SourceFile"))?;
    let name = match name {
        Some(name) => name,
        None => {
            let last = source.rsplit(['\\', '/']).next().unwrap_or_default();
            if !names::is_long_name(last) {
                a.illegal(
                    27,
                    "SourceFile",
                    format_args!("ends in `{last}`, which cannot be a file's name; add `@Name`"),
                );
                return None;
            }
            last.to_owned()
        }
    };
    let id = id.or_else(|| (!a.has("Id")).then(|| Id::section(ids::identifier_of_name(&name))));
    Some((id?, name, source))
}

fn row(
    c: &mut Compiler,
    element: &Element,
    file: Option<EmbeddedFile>,
    attributes: i32,
    filter: Option<i32>,
) {
    let Some((id, name, source)) = file else { return };
    let fields = fields![&id, name, attributes, filter, Field::Source(source)];
    c.row("MsiEmbeddedUI", Some(id), &element.at, fields);
}

/// `EmbeddedChainer`: <https://docs.firegiant.com/wix/schema/wxs/embeddedchainer/>.
fn embedded_chainer(c: &mut Compiler, element: &Element) {
    /// Attributes with the kind of what they name, and the number of the custom action type for it.
    const SOURCES: [(&str, Option<&str>, i32); 3] = [
        ("BinarySource", Some("Binary"), 0x2),
        ("FileSource", Some("File"), 0x12),
        ("PropertySource", None, 0x32),
    ];
    let a = c.attributes(element);
    let id = a.id("Id");
    let (command_line, condition) = (a.text("CommandLine"), a.text("Condition"));
    let mut found: Option<(String, i32)> = None;
    for (name, kind, number) in SOURCES {
        let Some(source) = a.reference(name) else { continue };
        if let Some(kind) = kind {
            c.refer(kind, &source, a.at(name));
        }
        if found.is_some() {
            a.illegal(36, name, "cannot be used together with another source; remove one of them");
        }
        found = Some((source, number));
    }
    c.no_children(element);
    let Some((source, number)) = found else {
        let message = "`EmbeddedChainer` needs `BinarySource`, `FileSource` or `PropertySource`; add one";
        return c.report.error(44, &element.at, message);
    };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("mec", &[&source, &number.to_string()])));
    let fields = fields![&id, condition, command_line, source, number];
    c.row("MsiEmbeddedChainer", Some(id), &element.at, fields);
}
