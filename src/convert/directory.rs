//! Directories: `TARGETDIR` is no element any more, and folders of Windows have one of their own.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::{Content, Id};
use installer_wix::is_standard_directory;

pub(crate) const RULES: &[Rule] =
    &[(Space::Wix, "Directory", directory), (Space::Wix, "DirectoryRef", directory_ref)];

fn directory(session: &mut Session, id: Id) {
    if session.tree.value(id, "Name").is_none()
        && session.tree.value(id, "LongName").is_none()
        && let Some(name) = session.tree.value(id, "ShortName")
    {
        let message = format!("a `ShortName` needs a `Name`; `{name}` is the `Name` of this directory");
        if session.converts(kinds::DIRECTORY_NAME, id, message) {
            session.tree.rename(id, "ShortName", "Name");
        }
    }
    let Some(name) = session.tree.value(id, "Id") else { return };
    if name == "TARGETDIR" {
        let message = "`TARGETDIR` is always there, and no element";
        if session.converts(kinds::TARGETDIR, id, message) {
            dissolve(session, id);
        }
        return;
    }
    let is_standard = match session.variables.values(&name) {
        Some((_, values)) => values.iter().all(|value| is_standard_directory(value)),
        None => is_standard_directory(&name),
    };
    if is_standard {
        let message = format!("`{name}` is a folder of Windows, a `StandardDirectory`");
        if session.converts(kinds::STANDARD_DIRECTORY, id, message) {
            make_standard(session, id);
        }
    } else if crate::variables::variable(&name).is_some()
        && ["Name", "LongName", "ShortName", "SourceName"]
            .iter()
            .all(|name| session.tree.value(id, name).is_none())
    {
        let message = format!("`{name}` is defined elsewhere; a folder of Windows is a `StandardDirectory`");
        let help = "if it is one, name the element so";
        session.asks(kinds::STANDARD_DIRECTORY, id, message, help);
    }
}

fn directory_ref(session: &mut Session, id: Id) {
    let Some(name) = session.tree.value(id, "Id") else { return };
    if !is_standard_directory(&name) {
        return;
    }
    if session.tree.elements(id).next().is_none() {
        let message = format!("`{name}` is referred to, and nothing stands in it");
        session.asks(kinds::EMPTY_STANDARD_REF, id, message, "refer to the directory of yours that is meant");
    } else if name == "TARGETDIR" {
        if session.converts(kinds::STANDARD_REF, id, "`TARGETDIR` is always there, and nothing refers to it")
        {
            let help =
                "check where this is installed: `TARGETDIR` is the root of a drive unless something sets it";
            session.asks(kinds::TARGETDIR_REF, id, "what stood in `TARGETDIR` stands alone now", help);
            dissolve(session, id);
        }
    } else {
        let message = format!("`{name}` is a folder of Windows, a `StandardDirectory`");
        if session.converts(kinds::STANDARD_REF, id, message) {
            make_standard(session, id);
        }
    }
}

/// Puts what stands in `TARGETDIR` into its place. What cannot stand there keeps it, as a standard directory.
fn dissolve(session: &mut Session, id: Id) {
    let stands_alone = |child: &Id| match session.tree.element(*child) {
        Some(element) => element.space == Space::Wix && matches!(element.local(), "Component" | "Directory"),
        None => true,
    };
    let has_text = |child: &Id| matches!(session.tree.content(*child), Content::Cdata(_));
    if session.tree.elements(id).any(|child| !stands_alone(&child))
        || session.tree.children(id).iter().any(has_text)
    {
        return make_standard(session, id);
    }
    for component in session.tree.named(id, "Component") {
        if session.tree.value(component, "Directory").is_none() {
            session.tree.set(component, "Directory", "TARGETDIR");
        }
    }
    session.tree.unwrap(id);
}

fn make_standard(session: &mut Session, id: Id) {
    session.tree.set_name(id, "StandardDirectory");
    let Some(element) = session.tree.element_mut(id) else { return };
    element.attributes.retain(|attribute| attribute.name == "Id" || attribute.declares());
}
