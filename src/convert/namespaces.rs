//! Namespaces: their names of WiX 4, one place for their declarations, and none that nobody uses.

use crate::kinds;
use crate::session::Session;
use crate::space::Space;
use crate::tree::{Attribute, Id, local};
use std::collections::BTreeSet;

/// Renames the namespaces that the element `id` declares.
pub(crate) fn rename(session: &mut Session, id: Id) {
    let Some(element) = session.tree.element(id) else { return };
    let declared: Vec<(String, String)> = element
        .attributes
        .iter()
        .filter(|attribute| attribute.declares())
        .map(|attribute| (attribute.name.clone(), attribute.value()))
        .collect();
    for (name, old) in declared {
        let Some(new) = Space::renamed(&old) else { continue };
        let message = match new {
            "" => format!("the namespace `{old}` is part of the language now"),
            new => format!("the namespace `{old}` is `{new}` now"),
        };
        if !session.converts(kinds::XMLNS_VALUE, id, message) {
            continue;
        }
        match new {
            "" => drop(session.tree.unset(id, &name)),
            new => session.tree.set(id, &name, new),
        }
    }
}

/// Gives the root element, which has no namespace, that of the language.
pub(crate) fn declare(session: &mut Session, root: Id) {
    let space = session.tree.element(root).map_or(Space::None, |element| element.space);
    let message = format!("the namespace is missing: `xmlns=\"{}\"`", space.uri());
    if session.converts(kinds::XMLNS_MISSING, root, message) {
        session.tree.set(root, "xmlns", space.uri());
    }
}

/// Removes what nobody uses, and moves what remains to the root. Nobody who reads a source of WiX 4 is helped by that, so
/// that it is no reason to touch one.
pub(crate) fn tidy(session: &mut Session) {
    let Some(root) = session.tree.root() else { return };
    let elements = session.tree.all_elements();
    let mut used = BTreeSet::new();
    for id in &elements {
        let Some(element) = session.tree.element(*id) else { continue };
        used.insert(element.name.split_once(':').map_or("", |(prefix, _)| prefix).to_owned());
        for attribute in element.attributes.iter().filter(|attribute| !attribute.declares()) {
            used.extend(attribute.name.split_once(':').map(|(prefix, _)| prefix.to_owned()));
        }
    }
    for id in elements {
        let Some(element) = session.tree.element(id) else { continue };
        let declared: Vec<Attribute> =
            element.attributes.iter().filter(|attribute| attribute.declares()).cloned().collect();
        for declaration in declared {
            let uri = declaration.value();
            let prefix = if declaration.name == "xmlns" { "" } else { local(&declaration.name) };
            if !used.contains(prefix) {
                let message = format!("nothing is of the namespace `{uri}`");
                if session.converts(kinds::UNUSED_NAMESPACE, id, message) {
                    session.tree.unset(id, &declaration.name);
                }
            } else if id != root && !prefix.is_empty() {
                lift(session, root, id, &declaration.name, &uri);
            }
        }
    }
}

/// Declares at `root` what `id` declares, unless the prefix means something else there.
fn lift(session: &mut Session, root: Id, id: Id, name: &str, uri: &str) {
    let there = session.tree.value(root, name).or_else(|| {
        let element = session.tree.element(root)?;
        element.attributes.iter().find(|attribute| attribute.name == name).map(Attribute::value)
    });
    let is_free = there.as_deref().is_none_or(|there| there == uri);
    if is_free
        && session.converts(
            kinds::NAMESPACE_PLACE,
            id,
            format!("the namespace `{uri}` is declared at the root"),
        )
    {
        session.tree.set(root, name, uri);
        session.tree.unset(id, name);
    }
}

/// Says which extensions have the namespaces now.
pub(crate) fn hint(session: &mut Session) {
    let Some(root) = session.tree.root() else { return };
    let elements = session.tree.all_elements();
    let spaces: BTreeSet<Space> = elements
        .into_iter()
        .filter_map(|id| session.tree.element(id))
        .flat_map(|element| {
            element
                .attributes
                .iter()
                .map(|attribute| attribute.space)
                .chain([element.space])
                .collect::<Vec<_>>()
        })
        .collect();
    for space in spaces {
        if let Some(extension) = space.extension() {
            let message = format!("what is of `{}` comes with an extension", space.uri());
            let help = format!("build with `-ext {extension}`");
            session.tells(kinds::EXTENSION, root, message, &help);
        }
    }
}
