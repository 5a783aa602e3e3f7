//! `InstanceTransforms`: one package installed several times. This engine makes no transforms.

use super::elements::{Rule, Within};
use super::{Compiler, GuidForms};
use crate::wix::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[("InstanceTransforms", Within::Package(instance_transforms))];

/// `InstanceTransforms`: <https://docs.firegiant.com/wix/schema/wxs/instancetransforms/>.
fn instance_transforms(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    if let Some(property) = a.required("Property", a.reference("Property")) {
        c.refer("Property", property, a.at("Property"));
    }
    let mut instances = 0;
    c.children(element, |c, child| {
        if child.name == "Instance" {
            instances += 1;
            instance(c, child);
        }
        child.name == "Instance"
    });
    if instances > 0 {
        let message = "instance transforms are not part of this engine";
        let help = "remove `InstanceTransforms`, or build the package with WiX itself";
        c.ours("wix::instance_transforms", &element.at, message, help);
    }
}

/// `Instance`: <https://docs.firegiant.com/wix/schema/wxs/instance/>.
fn instance(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    a.required("Id", a.id("Id"));
    a.required("ProductCode", a.guid("ProductCode", GuidForms { star: true, empty: false }));
    let _ = (a.text("ProductName"), a.guid("UpgradeCode", GuidForms::default()));
    c.no_children(element);
}
