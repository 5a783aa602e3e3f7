//! WixToolset.Dependency.wixext: attributes of elements of the language, which schedule actions.

use super::Wanted;
use crate::compile::ext::processor;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::{Element, Node};

/// Says of the first provider that is asked for whether it is looked at, and of the first one that asks.
pub(super) fn elements(work: &mut Work<'_>, wanted: &Wanted<'_>) {
    let has = |action: &str| wanted.acts(work, &format!("{action}_{}", processor(work.arch)));
    let (mut check, mut enforce) = (has("Wix4DependencyCheck"), has("Wix4DependencyRequire"));
    for row in work.rows("Wix4DependencyProvider") {
        let component = row.or_empty("Component_");
        for mut element in work.take("Component", component) {
            if element.name == "Provides" {
                if std::mem::take(&mut check) {
                    element = said(element, "Check", wanted);
                }
                let requires = element.children.iter_mut().find_map(|node| match node {
                    Node::Element(child) => Some(child),
                    Node::Text { .. } => None,
                });
                if let Some(requires) = requires
                    && std::mem::take(&mut enforce)
                {
                    *requires = said(requires.clone(), "Enforce", wanted);
                }
            }
            work.put("Component", component, element);
        }
    }
}

fn said(element: Element, name: &str, wanted: &Wanted<'_>) -> Element {
    let mut element = element.with(name, "yes");
    if let Some(attribute) = element.attributes.last_mut() {
        attribute.namespace = wanted.extension.namespace.to_owned();
    }
    element
}
