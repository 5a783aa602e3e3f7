//! Taking out of a source what is wrong in it.

use super::tree::children;
use crate::source::{Element, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Elements that are more than rows: others stand in them, and what is wrong with an attribute takes away that attribute.
const FRAMES: [&str; 11] = [
    "Component",
    "Directory",
    "DirectoryRef",
    "Feature",
    "File",
    "Media",
    "Package",
    "StandardDirectory",
    "SummaryInformation",
    "UI",
    "Wix",
];

/// What is wrong with an element.
#[derive(Default)]
pub(super) struct Wrong {
    /// There is an error in it.
    pub is_error: bool,
    /// Numbers of attributes with errors in them.
    pub attributes: BTreeSet<u32>,
    /// It is an action that a library has at a place that may be overridden.
    pub is_virtual: bool,
    /// A library has the same.
    pub yields: bool,
}

/// Whether an element says which products are removed; without one, the language would.
pub(super) fn removes_products(element: &Element) -> bool {
    let has = |name: &str| element.attributes.iter().any(|attribute| attribute.name == name);
    (element.name == "UpgradeVersion" && !has("OnlyDetect"))
        || element.name == "MajorUpgrade"
        || children(element)
            .filter(|child| ["Upgrade", "UpgradeVersion", "MajorUpgrade"].contains(&child.name.as_str()))
            .any(removes_products)
}

/// How many elements stand in `element`.
pub(super) fn count(element: &Element) -> u32 {
    children(element).map(|child| 1 + count(child)).sum()
}

/// Takes the attributes with these numbers out; says whether there were any.
pub(super) fn without(element: &mut Element, numbers: &BTreeSet<u32>) -> bool {
    let before = element.attributes.len();
    let mut number = 0;
    element.attributes.retain(|_| {
        number += 1;
        !numbers.contains(&number)
    });
    element.attributes.len() < before
}

/// Takes out of `element` what is wrong in it; `next` is the number of its first child. Says whether a control was taken out.
pub(super) fn prune(
    element: &mut Element,
    wrong: &BTreeMap<u32, Wrong>,
    next: &mut u32,
    changed: &mut bool,
) -> bool {
    let mut lost_control = false;
    element.children.retain_mut(|node| {
        let Node::Element(child) = node else { return true };
        let own = *next;
        *next += 1;
        let lost = prune(child, wrong, next, changed);
        let found = wrong.get(&own);
        let is_frame = FRAMES.contains(&child.name.as_str());
        let stays = match found {
            // the order of the others has changed
            _ if lost && child.name == "Dialog" => false,
            None => true,
            Some(found) if is_frame => {
                *changed |= without(child, &found.attributes);
                !found.is_error
            }
            Some(_) => false,
        };
        *changed |= !stays;
        lost_control |= !stays && child.name == "Control";
        stays
    });
    let is_empty =
        |child: &Element| ["UI", "Upgrade"].contains(&child.name.as_str()) && child.children.is_empty();
    element.children.retain(|node| !matches!(node, Node::Element(child) if is_empty(child)));
    lost_control
}
