//! Dependencies between packages and software tags: parts of the language now.

use crate::component::bitness;
use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[
    (Space::Dependency, "Provides", provides),
    (Space::Dependency, "Requires", requires),
    (Space::Dependency, "RequiresRef", requires),
    (Space::Tag, "Tag", tag),
    (Space::Tag, "TagRef", tag_ref),
];

/// Makes `id` an element of the language; the name stays.
fn integrate(session: &mut Session, id: Id) {
    let name = session.local(id);
    if session.converts(kinds::DEPENDENCY, id, format!("`{name}` is part of the language")) {
        session.make_plain(id, &name);
    }
}

/// Lets the extension look, as it did in WiX 3 without being told.
fn look(session: &mut Session, id: Id, attribute: &str) {
    let message = format!("`{attribute}` of the extension Dependency says that it looks, as it did in WiX 3");
    if session.tree.attribute(id, Space::Dependency, attribute).is_none()
        && session.converts(kinds::DEPENDENCY, id, message)
    {
        session.set_in(id, Space::Dependency, attribute, "yes");
    }
}

fn provides(session: &mut Session, id: Id) {
    integrate(session, id);
    if session.tree.parent(id).is_some_and(|parent| session.tree.is(parent, Space::Wix, "Component")) {
        look(session, id, "Check");
    }
}

fn requires(session: &mut Session, id: Id) {
    integrate(session, id);
    let parent = session.tree.parent(id);
    let around = parent.and_then(|parent| session.tree.parent(parent));
    if parent.is_some_and(|parent| session.local(parent) == "Provides")
        && around.is_some_and(|around| session.tree.is(around, Space::Wix, "Component"))
    {
        look(session, id, "Enforce");
    }
}

fn tag(session: &mut Session, id: Id) {
    if session.converts(kinds::TAG, id, "`Tag` is `SoftwareTag`, part of the language") {
        session.make_plain(id, "SoftwareTag");
    }
    for (name, kind) in [("Licensed", kinds::TAG_LICENSED), ("Type", kinds::TAG_TYPE)] {
        let message = format!("a software tag has no `{name}` any more");
        if session.tree.value(id, name).is_some() && session.converts(kind, id, message) {
            session.tree.unset(id, name);
        }
    }
    bitness(session, id);
}

fn tag_ref(session: &mut Session, id: Id) {
    if session.converts(kinds::TAG_REF, id, "`TagRef` is `SoftwareTagRef`, part of the language") {
        session.make_plain(id, "SoftwareTagRef");
    }
}
