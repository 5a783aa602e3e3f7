//! Rows of the tables of WiX's extensions as the elements that make them. Most elements are rows and nothing else: their
//! shapes say which attribute a cell was. What is more than that stands in a file for each extension.
//!
//! Custom actions, dialogs and texts behind the elements come with the extension's library. They are proposed as if there
//! were no library, and taken out again where it gives them: see [`super::settle`].

mod cells;
mod dependency;
mod firewall;
mod http;
mod iis;
mod msmq;
mod netfx;
mod performance;
mod sql;
mod ui;
mod util;

use super::rows::Row;
use super::work::Work;
use crate::compile::ext::Extension;
use crate::compile::ext::shape::Shape;
use crate::source::Element;
use std::collections::BTreeSet;

/// An extension whose elements are to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'l> {
    /// The extension.
    pub extension: &'static Extension,
    /// What its library defines: kinds and ids.
    pub defined: &'l BTreeSet<(String, String)>,
    /// Whether a set of dialogs may be one element; otherwise each dialog is.
    pub sets: bool,
    /// Whether texts of the installation's progress may be one element.
    pub progress: bool,
}

impl Wanted<'_> {
    /// Whether the library has `id` of `kind`.
    fn defines(&self, kind: &str, id: &str) -> bool {
        self.defined.contains(&(kind.to_owned(), id.to_owned()))
    }

    /// Whether the package has the custom action `id` of the library.
    fn acts(&self, work: &Work<'_>, id: &str) -> bool {
        self.defines("CustomAction", id)
            && work.rows("CustomAction").any(|row| row.text("Action") == Some(id))
    }
}

/// What an element is more than its cells: children, attributes that stand in several columns.
/// Nothing where it has put the element where it belongs.
type More = fn(&mut Work<'_>, &'static Extension, Row<'_>, Element) -> Option<Element>;

/// By table.
const MORE: &[(&str, More)] = &[
    ("Wix4CloseApplication", util::close_application),
    ("Wix4Group", util::group),
    ("Wix4InternetShortcut", util::internet_shortcut),
    ("Wix4RestartResource", util::restart_resource),
    ("Wix4ServiceConfig", util::service_config),
    ("Wix4TouchFile", util::touch_file),
    ("Wix4XmlConfig", util::xml_config),
    ("Wix4XmlFile", util::xml_file),
    ("Wix5FirewallException", firewall::exception),
    ("Wix4HttpUrlReservation", http::url_reservation),
    ("Wix4NetFxDotNetCheck", netfx::compatibility_check),
    ("Wix4NetFxNativeImage", netfx::native_image),
    ("Wix4SqlDatabase", sql::database),
    ("Wix4SqlFileSpec", sql::file_spec),
    ("Wix4SqlScript", sql::script),
    ("Wix4SqlString", sql::script),
    ("Wix4MessageQueue", msmq::queue),
    ("Wix4IIsAppPool", iis::app_pool),
    ("Wix4IIsFilter", iis::filter),
    ("Wix4IIsHttpHeader", iis::part),
    ("Wix4IIsMimeMap", iis::part),
    ("Wix4IIsWebAddress", iis::address),
    ("Wix4IIsWebApplicationExtension", iis::application_extension),
    ("Wix4IIsWebDir", iis::of_site),
    ("Wix4IIsWebDirProperties", iis::properties),
    ("Wix4IIsWebError", iis::part),
    ("Wix4IIsWebSite", iis::web_site),
    ("Wix4IIsWebVirtualDir", iis::of_site),
];

/// Shapes whose rows say by a number which of two elements they are.
const BY_NUMBER: [&str; 1] = ["Wix6HttpCertificate"];

/// Puts the elements of `all` where they belong.
pub(super) fn elements(work: &mut Work<'_>, all: &[Wanted<'_>]) {
    for wanted in all {
        match wanted.extension.name {
            "WixToolset.Util.wixext" => util::elements(work, wanted),
            "WixToolset.Dependency.wixext" => dependency::elements(work, wanted),
            "WixToolset.DirectX.wixext" => util::directx(work, wanted),
            "WixToolset.Msmq.wixext" => msmq::elements(work, wanted.extension),
            "WixToolset.UI.wixext" => ui::elements(work, wanted),
            _ => {}
        }
        // from the inside to the outside
        for (name, shape) in wanted.extension.shapes {
            for row in work.rows(shape.table) {
                row_of(work, wanted.extension, (name, shape), row);
            }
        }
    }
}

fn row_of<'d>(
    work: &mut Work<'d>,
    extension: &'static Extension,
    (name, shape): (&str, &'static Shape),
    row: Row<'d>,
) {
    let is_one = match BY_NUMBER.contains(&shape.table) {
        true => cells::is_of(shape, row),
        false => shape.cells.len() == row.cells().len(),
    };
    let id = cells::id(shape, row);
    if !is_one || id.is_some_and(|id| work.is_covered(shape.table, id)) {
        return;
    }
    let home = cells::home(shape, row);
    let mut element = cells::told(shape, cells::of(extension, name), row);
    if let Some((_, more)) = MORE.iter().find(|(table, _)| *table == shape.table) {
        match more(work, extension, row, element) {
            Some(more) => element = more,
            None => return,
        }
    }
    if let Some(id) = id {
        let inside = work.take(shape.table, id);
        element.children.extend(inside.into_iter().map(crate::source::Node::Element));
    }
    match (home.file, home.component) {
        (Some(file), _) => work.put("File", file, element),
        (None, Some(component)) => work.put("Component", component, element),
        (None, None) => work.put("Package", "", element),
    }
}
