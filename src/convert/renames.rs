//! What of the language of WiX 3 has another name, or none, in that of WiX 4: the difference of their schemas, without
//! what has rules of its own. WiX's converter leaves all of this to its compiler, which refuses it.

use crate::kinds;
use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

/// What becomes of an attribute.
enum Becomes {
    /// One with this name.
    Named(&'static str),
    /// Nothing: it did nothing in WiX 3 any more.
    Nothing,
    /// What a person has to decide, and how.
    Question(&'static str),
}

use Becomes::{Named, Nothing, Question};

/// Elements, their attributes, and what becomes of those.
#[rustfmt::skip]
const ATTRIBUTES: &[(Space, &str, &str, Becomes)] = &[
    (Space::Wix, "Binary", "src", Named("SourceFile")),
    (Space::Wix, "Bundle", "DisableRepair", Nothing),
    (Space::Wix, "Directory", "src", Named("FileSource")),
    (Space::Wix, "DirectoryRef", "src", Named("FileSource")),
    (Space::Wix, "ExternalFile", "src", Named("Source")),
    (Space::Wix, "File", "src", Named("Source")),
    (Space::Wix, "Icon", "src", Named("SourceFile")),
    (Space::Wix, "Media", "src", Named("Layout")),
    (Space::Wix, "Merge", "src", Named("SourceFile")),
    (Space::Wix, "MsiPackage", "SuppressLooseFilePayloadGeneration", Nothing),
    (Space::Wix, "TargetImage", "src", Named("SourceFile")),
    (Space::Wix, "Text", "src", Named("SourceFile")),
    (Space::Wix, "UpgradeImage", "src", Named("SourceFile")),
    (Space::Wix, "UpgradeImage", "srcPatch", Named("SourcePatch")),
    (Space::Wix, "Verb", "Target", Question("write `TargetFile` with the id of a file, or `TargetProperty` with a property")),
    (Space::Bal, "WixManagedBootstrapperApplicationHost", "LicenseFile", Question("the license is that of the prerequisite: write `bal:PrereqLicenseFile` in its package")),
    (Space::Bal, "WixManagedBootstrapperApplicationHost", "LicenseUrl", Question("the license is that of the prerequisite: write `bal:PrereqLicenseUrl` in its package")),
    (Space::Bal, "WixManagedBootstrapperApplicationHost", "NetFxPackageId", Question("write `bal:PrereqPackage=\"yes\"` in that package")),
    (Space::Bal, "WixStandardBootstrapperApplication", "ShowFilesInUse", Question("remove it: the standard user interface shows files in use by itself")),
    (Space::Iis, "Certificate", "Overwrite", Nothing),
    (Space::PowerShell, "SnapIn", "AssemblyName", Nothing),
    (Space::Sql, "SqlScript", "BinaryKey", Named("BinaryRef")),
    (Space::Util, "RegistrySearch", "Format", Question("remove it: values come as they are, a number as `1` and not as `#1`; check the conditions with this variable")),
];

/// Elements that had a short `Name` with a `LongName` beside it: what both are called, before and now.
#[rustfmt::skip]
const LONG_NAMES: &[(&str, &str, &str, &str)] = &[
    ("CopyFile", "DestinationLongName", "DestinationName", "DestinationShortName"),
    ("Directory", "LongName", "Name", "ShortName"),
    ("Directory", "LongSource", "SourceName", "ShortSourceName"),
    ("File", "LongName", "Name", "ShortName"),
    ("FileSearch", "LongName", "Name", "ShortName"),
    ("IniFile", "LongName", "Name", "ShortName"),
    ("IniFileSearch", "LongName", "Name", "ShortName"),
    ("RemoveFile", "LongName", "Name", "ShortName"),
    ("Shortcut", "LongName", "Name", "ShortName"),
];

/// Elements that are gone, and what to do about it; a space without a name is gone as a whole.
#[rustfmt::skip]
const ELEMENTS: &[(Space, &str, &str)] = &[
    (Space::Wix, "AppData", "remove it"),
    (Space::Wix, "IgnoreModularization", "write `SuppressModularization=\"yes\"` in the element that it names"),
    (Space::Wix, "UX", "write a `BootstrapperApplication`"),
    (Space::DifxApp, "", "install the driver by `pnputil`, in a custom action: WiX 5 and later have no extension for drivers"),
    (Space::Gaming, "", "remove it: Windows 10 and later have no Games Explorer"),
    (Space::Lux, "", "move the tests of custom actions to a program of their own"),
    (Space::VisualStudio, "HelpCollection", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "HelpCollectionRef", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "HelpFile", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "HelpFileRef", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "HelpFilter", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "HelpFilterRef", "remove it: Visual Studio has no Help 2 any more"),
    (Space::VisualStudio, "PlugCollectionInto", "remove it: Visual Studio has no Help 2 any more"),
];

/// Converts what is left of WiX 3 in the element `id`.
pub(crate) fn convert(session: &mut Session, id: Id) {
    let Some(element) = session.tree.element(id) else { return };
    let (space, name) = (element.space, element.local().to_owned());
    let gone = ELEMENTS.iter().find(|row| row.0 == space && (row.1.is_empty() || row.1 == name));
    if let Some((_, _, help)) = gone {
        return session.asks(kinds::GONE, id, format!("there is no element `{name}` any more"), help);
    }
    if space == Space::Wix {
        long_names(session, id, &name);
    }
    for (_, _, attribute, becomes) in ATTRIBUTES.iter().filter(|row| (row.0, row.1) == (space, &*name)) {
        if session.tree.value(id, attribute).is_none() {
            continue;
        }
        match becomes {
            Named(new) => {
                if session.converts(kinds::RENAMED, id, format!("`{attribute}` of `{name}` is `{new}`")) {
                    session.tree.rename(id, attribute, new);
                }
            }
            Nothing => {
                let message = format!("`{attribute}` of `{name}` did nothing, and is gone");
                if session.converts(kinds::RENAMED, id, message) {
                    session.tree.unset(id, attribute);
                }
            }
            Question(help) => {
                let kind = if *attribute == "Target" { kinds::VERB_TARGET } else { kinds::GONE };
                session.asks(kind, id, format!("`{name}` has no `{attribute}` any more"), help);
            }
        }
    }
}

/// A name is the long one, and a short one stands beside it where somebody wants to choose it.
fn long_names(session: &mut Session, id: Id, name: &str) {
    for (_, old_long, long, short) in LONG_NAMES.iter().filter(|row| row.0 == name) {
        if session.tree.value(id, old_long).is_none() {
            continue;
        }
        let message = format!("`{old_long}` is `{long}`, and `{long}` beside it `{short}`");
        if session.converts(kinds::SHORT_NAMES, id, message) {
            session.tree.rename(id, long, short);
            session.tree.rename(id, old_long, long);
        }
    }
}
