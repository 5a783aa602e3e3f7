//! Files of others that the product cannot stand beside: a search for each, and a launch condition that says why.

use super::xml::Xml;
use super::{Fragment, split};

impl Fragment<'_> {
    pub(super) fn refused(&self, xml: &mut Xml) {
        let refused = self.product.edition(self.package.flavour).map(|edition| edition.refused.as_slice());
        let system = if self.package.arch.is_64_bit() { "System64Folder" } else { "SystemFolder" };
        for (number, refused) in (1..).zip(refused.unwrap_or_default()) {
            let property = format!("REFUSED{number}");
            let (folder, name) = split(&refused.file);
            let path = format!(r"[{system}]{folder}");
            xml.within("Property", &[("Id", &property), ("Secure", "yes")], |xml| {
                let id = format!("RefusedFolder{number}");
                xml.within("DirectorySearch", &[("Id", &id), ("Path", &path)], |xml| {
                    xml.element("FileSearch", &[("Id", &format!("RefusedFile{number}")), ("Name", name)]);
                });
            });
            let condition = format!("Installed OR NOT {property}");
            xml.element("Launch", &[("Condition", &condition), ("Message", &refused.reason)]);
        }
    }
}
