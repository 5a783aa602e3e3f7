//! WixToolset.Iis.wixext: <https://docs.firegiant.com/wix/schema/iis/>.

mod certificate;
mod own;
mod parts;
mod web_app_pool;
mod web_application;
mod web_dir;
mod web_dir_properties;
mod web_filter;
mod web_log;
mod web_property;
mod web_service_extension;
mod web_site;
mod web_virtual_dir;

use super::shape::Reading;
use super::{Extension, demand_action};
use crate::compile::Compiler;
use crate::diag::Location;
use crate::source::Element;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Iis.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/iis",
    files: &[
        certificate::ELEMENTS,
        web_app_pool::ELEMENTS,
        web_application::ELEMENTS,
        web_dir::ELEMENTS,
        web_dir_properties::ELEMENTS,
        web_filter::ELEMENTS,
        web_log::ELEMENTS,
        web_property::ELEMENTS,
        web_service_extension::ELEMENTS,
        web_site::ELEMENTS,
        web_virtual_dir::ELEMENTS,
    ],
    shapes: &[
        ("Certificate", &certificate::SHAPE),
        ("HttpHeader", &parts::HTTP_HEADER),
        ("MimeMap", &parts::MIME_MAP),
        ("WebAddress", &parts::WEB_ADDRESS),
        ("WebAppPool", &web_app_pool::SHAPE),
        ("WebApplicationExtension", &web_application::EXTENSION),
        ("WebApplication", &web_application::SHAPE),
        ("WebDir", &web_dir::SHAPE),
        ("WebDirProperties", &web_dir_properties::SHAPE),
        ("WebError", &parts::WEB_ERROR),
        ("WebFilter", &web_filter::SHAPE),
        ("WebLog", &web_log::SHAPE),
        ("WebProperty", &web_property::SHAPE),
        ("WebServiceExtension", &web_service_extension::SHAPE),
        ("WebVirtualDir", &web_virtual_dir::SHAPE),
        ("WebSite", &web_site::SHAPE),
    ],
};

/// WIX's number for an attribute that needs a component around its element.
const ATTRIBUTE_WITHOUT_COMPONENT: u16 = 5151;

/// The action that does nearly all of it.
const ACTION: &str = "Wix4ConfigureIIs";

fn demand_configuration(c: &mut Compiler, at: &Location) {
    demand_action(c, ACTION, at);
}

/// WIX5152 for an element that needs a component around what it is in.
fn element_without_component(c: &Compiler, element: &Element) {
    let message =
        format!("`{}` needs a component around what it is in: without one, nothing is made", element.name);
    c.report.error(5152, &element.at, message);
}

/// The site that a row is in: the element around it, or `WebSite`.
fn site_around(c: &mut Compiler, row: &mut Reading<'_>, is_needed: bool) -> Option<String> {
    let named = row.a.reference("WebSite");
    if let Some(site) = row.around.parent {
        if row.a.has("WebSite") {
            row.a.illegal(5154, "WebSite", "is the site around it; remove it");
        }
        return Some(site.to_owned());
    }
    let site = if is_needed { row.a.required("WebSite", named) } else { named };
    if let Some(site) = &site {
        c.refer("Wix4IIsWebSite", site, &row.element.at);
    }
    site
}
