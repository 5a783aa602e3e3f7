//! `InstanceTransforms`: one package installed several times. This engine makes no transforms.

use super::elements::{Rule, Within};
use super::{Compiler, GuidForms};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[("InstanceTransforms", Within::Package(instance_transforms))];

/// `InstanceTransforms`: <https://docs.firegiant.com/wix/schema/wxs/instancetransforms/>.
fn instance_transforms(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let property = a.required("Property", a.reference("Property"));
    if let Some(property) = &property {
        c.refer("Property", property, a.at("Property"));
    }
    let mut instances = Vec::new();
    c.children(element, |c, child| {
        if child.name == "Instance" {
            instances.push(instance(c, child));
        }
        child.name == "Instance"
    });
    if property.is_some() && !instances.is_empty() && instances.iter().all(|right| *right) {
        let message = "instance transforms are not part of this engine";
        let help = "remove `InstanceTransforms`, or build the package with WiX itself";
        c.ours("wix::instance_transforms", &element.at, message, help);
    }
}

/// `Instance`: <https://docs.firegiant.com/wix/schema/wxs/instance/>.
/// Says whether it is right.
fn instance(c: &mut Compiler, element: &Element) -> bool {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let code = a.required("ProductCode", a.guid("ProductCode", GuidForms { star: true, empty: false }));
    let _ = (a.text("ProductName"), a.guid("UpgradeCode", GuidForms::default()));
    c.no_children(element);
    id.is_some() && code.is_some()
}
