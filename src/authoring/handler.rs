//! T8: the handler is installed in a folder of its version, under one ComponentId for all versions. On an upgrade
//! Windows takes the old file away and may leave the folder; Wine leaves both. An old folder is harmless while a later
//! one is there, and fatal afterwards: the shim takes the highest folder without looking into it.
//!
//! So the handler's components remove what they find of a predecessor: one search, one property, one row for each
//! file. The search runs before costing, the removal in the transaction that brings the new handler. Nothing is done
//! unless a predecessor is being replaced, and never in our own version's folder.

use super::xml::Xml;
use super::{Fragment, split};
use crate::id::{Module, Role};
use crate::ledger::{Bits, Holds, KeyPath};
use crate::plan::PlannedComponent;

/// Names that belong to one half of Windows.
struct Names {
    search: String,
    /// Folder in which a previous handler was found.
    found: String,
    /// The same, if it is to go.
    obsolete: String,
}

impl Names {
    fn new(bits: Bits) -> Names {
        let suffix = match bits {
            Bits::B32 => "32",
            Bits::B64 => "64",
        };
        Names {
            search: format!("PreviousHandler{suffix}"),
            found: format!("PREVIOUSHANDLER{suffix}"),
            obsolete: format!("OBSOLETEHANDLER{suffix}"),
        }
    }
}

impl Fragment<'_> {
    /// One search for each half of Windows that the package has a handler in.
    pub(super) fn previous_handlers(&self, xml: &mut Xml) {
        for component in self.package.components.iter().filter(|component| is_main(component)) {
            let KeyPath::File { path, .. } = &component.key_path else { continue };
            let (folder, file) = split(path);
            let (shim_folder, _) = split(folder);
            let names = Names::new(component.bits);
            xml.within("Property", &[("Id", &names.found), ("Secure", "yes")], |xml| {
                let outer = [
                    ("Id", names.search.as_str()),
                    ("Path", shim_folder),
                    ("Depth", "1"),
                    ("AssignToProperty", "yes"),
                ];
                xml.within("DirectorySearch", &outer, |xml| {
                    xml.element("FileSearch", &[("Id", &format!("{}File", names.search)), ("Name", file)]);
                });
            });
            let condition = format!(
                r#"{found} AND (OLDERVERSIONFOUND OR OLDERVERSIONFOUND_EARLIERCODE) AND NOT ({found} >< "\{version}\")"#,
                found = names.found,
                version = self.handler_folder
            );
            let value = format!("[{}]", names.found);
            let attributes = [
                ("Id", names.obsolete.as_str()),
                ("Value", &value),
                ("After", "AppSearch"),
                ("Sequence", "execute"),
                ("Condition", &condition),
            ];
            xml.element("SetProperty", &attributes);
        }
    }

    /// The removal of the predecessor of `component`'s file, where it is a handler.
    pub(super) fn remove_previous_handler(&self, xml: &mut Xml, component: &PlannedComponent) {
        let (Some(file), KeyPath::File { path, .. }) = (&component.file, &component.key_path) else { return };
        if !is_handler(component) {
            return;
        }
        let names = Names::new(component.bits);
        let row = |kind: &str| format!("{}_{kind}Previous", file.file);
        let attributes = [
            ("Id", row("Remove")),
            ("Property", names.obsolete.clone()),
            ("Name", split(path).1.to_owned()),
            ("On", "install".to_owned()),
        ];
        xml.element("RemoveFile", &attributes.each_ref().map(|(name, value)| (*name, value.as_str())));
        if is_main(component) {
            let id = row("RemoveFolder");
            xml.element("RemoveFolder", &[("Id", &id), ("Property", &names.obsolete), ("On", "install")]);
        }
    }
}

fn is_handler(component: &PlannedComponent) -> bool {
    matches!(
        component.holds,
        Holds::Payload(Role::Module(Module::Handler, _)) | Holds::Forwarder(Module::Handler)
    )
}

/// Whether the file has the name that every version has had, and that the shim loads.
fn is_main(component: &PlannedComponent) -> bool {
    let KeyPath::File { path, .. } = &component.key_path else { return false };
    let name = split(path).1;
    is_handler(component) && name.strip_suffix(".dll") == Some(Module::Handler.base_name())
}
