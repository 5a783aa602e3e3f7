//! What a site, or a directory of one, has once: its web application and its properties, named by it or inside of it.

use super::{web_application, web_dir_properties};
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::ext::shape::Reading;
use crate::source::Element;

/// Where a row has them.
pub(super) struct Own {
    /// The column of the web application.
    pub(super) application: usize,
    /// The column of the properties.
    pub(super) properties: usize,
    /// WiX's number for properties that are both named and inside.
    pub(super) both: u16,
}

impl Own {
    /// Takes `child`, if it is one of them; tells whether it is.
    pub(super) fn take(
        &self,
        c: &mut Compiler,
        child: &Element,
        row: &mut Reading<'_>,
        (element, host): (&Element, Option<&Host>),
    ) -> bool {
        match child.name.as_str() {
            "WebApplication" => {
                if row.has(self.application) {
                    let message = "the web application is named by `@WebApplication` already; remove one";
                    c.report.error(5155, &child.at, message);
                }
                row.cells[self.application] = web_application::web_application(c, child).into();
            }
            "WebDirProperties" => {
                let properties = web_dir_properties::web_dir_properties(c, child, host);
                if row.has(self.properties) {
                    let message =
                        "`@DirProperties` and `WebDirProperties` cannot be used together; remove one";
                    c.report.error(self.both, &element.at, message);
                }
                row.cells[self.properties] = properties.into();
            }
            _ => return false,
        }
        true
    }
}
