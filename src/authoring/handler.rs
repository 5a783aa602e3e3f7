//! T8: the handler is installed in a folder of its version, under one ComponentId for all versions, so that upgrades leave
//! old folders behind. Each folder that has such folders is a row of the table `AncmHandlerFolder`; `wix/upgrade.wxs` says
//! what becomes of it.

use super::xml::Xml;
use super::{Fragment, split};
use crate::id::{Dll, Role};
use crate::ledger::{Bits, Holds, KeyPath};
use crate::plan::PlannedComponent;

const TABLE: &str = "AncmHandlerFolder";
/// What stands in the names of handlers beside the main one on ARM64.
const PROCESSORS: [&str; 2] = ["arm64", "x64"];

impl Fragment<'_> {
    /// A row for each half of Windows that the package has a handler in.
    pub(super) fn handler_folders(&self, xml: &mut Xml) {
        let Some(handler) = &self.product.handler else { return };
        let base = &handler.base_name;
        let is_main = |component: &&PlannedComponent| is_main(component, &handler.file_name());
        xml.within("CustomTableRef", &[("Id", TABLE)], |xml| {
            for component in self.package.components.iter().filter(is_main) {
                let KeyPath::File { path, .. } = &component.key_path else { continue };
                let (version_folder, _) = split(path);
                let (folder, _) = split(version_folder);
                let key = match component.bits {
                    Bits::B32 => "Handlers32",
                    Bits::B64 => "Handlers64",
                };
                let beside = PROCESSORS.map(|processor| format!("{base}_{processor}.dll"));
                let files = format!("{base}.dll;{}", beside.join(";"));
                let cells = [
                    ("HandlerFolder", key),
                    ("Component_", component.component.as_str()),
                    ("Folder", folder),
                    ("Kept", self.handler_folder),
                    ("Files", &files),
                ];
                xml.within("Row", &[], |xml| {
                    for (column, value) in cells {
                        xml.element("Data", &[("Column", column), ("Value", value)]);
                    }
                });
            }
        });
    }
}

fn is_handler(component: &PlannedComponent) -> bool {
    matches!(component.holds, Holds::Payload(Role::Dll(Dll::Handler, _)) | Holds::Forwarder(Dll::Handler))
}

/// Whether the file has the name that every version has had, and that the module loads.
fn is_main(component: &PlannedComponent, file_name: &str) -> bool {
    let KeyPath::File { path, .. } = &component.key_path else { return false };
    is_handler(component) && split(path).1 == file_name
}
