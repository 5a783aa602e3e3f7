//! Which conversion belongs to which element, and the walk that carries them out: an element first, then what stands in it,
//! and what came into it on the way.

use crate::rule::Rule;
use crate::session::Session;
use crate::tree::{Content, Id};
use crate::{
    action, bundle, component, condition, custom_table, dependency, dialog, directory, kinds, namespaces,
    package, reference, registry, renames, text,
};
use std::collections::BTreeSet;

/// The conversions of every file. Whoever adds a file adds a line.
const FILES: &[&[Rule]] = &[
    action::RULES,
    bundle::RULES,
    component::RULES,
    condition::RULES,
    custom_table::RULES,
    dependency::RULES,
    dialog::RULES,
    directory::RULES,
    package::RULES,
    reference::RULES,
    registry::RULES,
];

/// Converts everything in `parent`.
pub(crate) fn convert(session: &mut Session, parent: Id) {
    let mut seen = BTreeSet::new();
    loop {
        let waiting: Vec<Id> =
            session.tree.children(parent).into_iter().filter(|child| seen.insert(*child)).collect();
        if waiting.is_empty() {
            return;
        }
        for child in waiting {
            // what stood beside it may have taken it away
            if session.tree.parent(child) != Some(parent) {
                continue;
            }
            if session.tree.element(child).is_some() {
                element(session, child);
                convert(session, child);
            }
        }
    }
}

fn element(session: &mut Session, id: Id) {
    namespaces::rename(session, id);
    let Some(element) = session.tree.element(id) else { return };
    let (space, name) = (element.space, element.local().to_owned());
    for (_, _, convert) in FILES.iter().copied().flatten().filter(|rule| (rule.0, rule.1) == (space, &*name))
    {
        convert(session, id);
    }
    text::to_attribute(session, id);
    renames::convert(session, id);
}

/// Gives localized strings their new sign, before anything moves.
pub(crate) fn localize(session: &mut Session) {
    for id in session.tree.all() {
        match session.tree.content(id) {
            Content::Text(_) | Content::Cdata(_) => localized_text(session, id),
            Content::Element(_) => localized_attributes(session, id),
            _ => {}
        }
    }
}

fn localized_text(session: &mut Session, id: Id) {
    let (Content::Text(raw) | Content::Cdata(raw)) = session.tree.content(id) else { return };
    let Some(new) = localized(raw) else { return };
    let message = "a localized string is `!(loc.Name)`, no longer `$(loc.Name)`";
    if session.converts(kinds::LOC_PREFIX_IN_TEXT, id, message)
        && let Content::Text(raw) | Content::Cdata(raw) = session.tree.content_mut(id)
    {
        *raw = new;
    }
}

fn localized_attributes(session: &mut Session, id: Id) {
    let Some(element) = session.tree.element(id) else { return };
    let news: Vec<_> = element.attributes.iter().map(|attribute| localized(&attribute.raw)).collect();
    for (index, new) in news.into_iter().enumerate() {
        let Some(new) = new else { continue };
        let message = "a localized string is `!(loc.Name)`, no longer `$(loc.Name)`";
        if session.converts(kinds::LOC_PREFIX_IN_ATTRIBUTE, id, message)
            && let Some(element) = session.tree.element_mut(id)
        {
            element.attributes[index].raw = new;
        }
    }
}

/// `text` with `!(loc.Name)` for `$(loc.Name)`, if there is one; `$$` stands for a dollar sign.
fn localized(text: &str) -> Option<String> {
    const OLD: &str = "$(loc.";
    let mut new = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(OLD) {
        let (before, found) = rest.split_at(at);
        let name = &found[OLD.len()..];
        let dollars = before.len() - before.trim_end_matches('$').len();
        let is_name = !name.starts_with('.') && name[..].find(')').is_some_and(|end| end > 0);
        new.push_str(before);
        new.push_str(if dollars % 2 == 0 && is_name { "!(loc." } else { OLD });
        rest = name;
    }
    new.push_str(rest);
    (new != text).then_some(new)
}
