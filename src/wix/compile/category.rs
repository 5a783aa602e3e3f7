//! `Category`: a component that others find by a GUID and a qualifier
//! (<https://learn.microsoft.com/windows/win32/msi/qualified-components>).

use super::elements::{Rule, Within};
use super::place::Host;
use super::{Compiler, GuidForms};
use crate::source::Element;
use crate::symbol::{Field, fields};

pub(super) const ELEMENTS: &[Rule] = &[("Category", Within::Component(category))];

/// `Category`: <https://docs.firegiant.com/wix/schema/wxs/category/>.
fn category(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.required("Id", a.guid("Id", GuidForms::default()));
    let data = a.text("AppData");
    let feature = a.reference("Feature");
    let qualifier = a.required("Qualifier", a.text("Qualifier"));
    c.no_children(element);
    if let Some(feature) = &feature {
        c.refer("Feature", feature, a.at("Feature"));
    }
    let (Some(id), Some(qualifier)) = (id, qualifier) else { return };
    let feature = feature.map_or_else(|| Field::Feature(host.id.clone()), Field::Text);
    c.row("PublishComponent", None, &element.at, fields![id, qualifier, &host.id, data, feature]);
}
