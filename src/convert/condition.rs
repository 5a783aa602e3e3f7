//! Conditions: no elements any more, but attributes of what they are about.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::text::{self, Inner};
use crate::tree::Id;
use std::collections::BTreeMap;

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "Component", of_parent),
    (Space::Wix, "PermissionEx", of_parent),
    (Space::Wix, "Feature", of_feature),
    (Space::Wix, "Control", of_control),
    (Space::Wix, "Condition", alone),
];

/// Elements that had conditions of their own.
const HOSTS: [&str; 4] = ["Component", "Control", "Feature", "PermissionEx"];

/// The conditions in `id` and what they say.
fn conditions(session: &mut Session, id: Id, attribute: &str) -> Vec<(Id, Inner)> {
    let found = session.tree.named(id, "Condition");
    found
        .into_iter()
        .filter_map(|condition| Some((condition, text::known(session, condition, attribute)?)))
        .collect()
}

/// The one condition of a component or of permissions.
fn of_parent(session: &mut Session, id: Id) {
    let before = session.conversions;
    for (condition, inner) in conditions(session, id, "Condition") {
        // a second one is asked about where it stands
        if session.tree.value(id, "Condition").is_none()
            && session.converts(kinds::INNER_TEXT, id, "a `Condition` is an attribute of what it is about")
        {
            text::move_comments(session, id, &inner);
            session.tree.set(id, "Condition", &inner.text);
            session.tree.remove(condition);
        }
    }
    if session.conversions > before {
        close(session, id);
    }
}

/// Closes `id` in its start tag where nothing stands in it any more.
fn close(session: &mut Session, id: Id) {
    let children = session.tree.children(id);
    let is_bare = !children.is_empty() && children.iter().all(|child| session.tree.blank(*child).is_some());
    if is_bare {
        session.tree.empty(id);
    }
    if is_bare || children.is_empty() {
        session.tree.close(id);
    }
}

fn of_feature(session: &mut Session, id: Id) {
    if let Some(absent) = session.tree.value(id, "Absent")
        && session.converts(kinds::FEATURE_ABSENT, id, "`Absent` is `AllowAbsent`, which is yes or no")
    {
        if absent == "disallow" {
            session.tree.rename(id, "Absent", "AllowAbsent");
            session.tree.set(id, "AllowAbsent", "no");
        } else {
            session.tree.unset(id, "Absent");
        }
    }
    let advertise = session.tree.value(id, "AllowAdvertise");
    if let Some(old @ ("system" | "allow" | "disallow")) = advertise.as_deref() {
        let message = format!("`AllowAdvertise` is yes or no, no longer `{old}`");
        if session.converts(kinds::FEATURE_ADVERTISE, id, message) {
            match old {
                "disallow" => drop(session.tree.unset(id, "AllowAdvertise")),
                _ => session.tree.set(id, "AllowAdvertise", "yes"),
            }
        }
    }
    for (condition, inner) in conditions(session, id, "Level") {
        let Some(level) = session.tree.value(condition, "Level") else { continue };
        if session.converts(kinds::INNER_TEXT, condition, "the `Condition` of a feature is a `Level`") {
            text::move_comments(session, condition, &inner);
            session.tree.set_name(condition, "Level");
            session.tree.rename(condition, "Level", "Value");
            become_attribute(session, condition, &level, &inner);
        }
    }
}

/// Gives the element `condition` its text as the attribute `Condition`; its first attribute has `first`.
fn become_attribute(session: &mut Session, condition: Id, first: &str, inner: &Inner) {
    session.tree.set(condition, "Value", first);
    session.tree.set(condition, "Condition", &inner.text);
    session.tree.empty(condition);
    session.tree.close(condition);
}

/// What a control does under a condition: conditions with the same `Action` are joined.
fn of_control(session: &mut Session, id: Id) {
    let before = session.conversions;
    let mut actions: BTreeMap<String, Vec<(Id, Inner)>> = BTreeMap::new();
    let mut order = Vec::new();
    for (condition, inner) in conditions(session, id, "Condition") {
        // what is no word, a variable of the preprocessor, say, names no attribute
        let is_word = |action: &String| action.bytes().all(|byte| byte.is_ascii_alphabetic());
        let action = session.tree.value(condition, "Action");
        let Some(action) = action.filter(|action| !action.is_empty() && is_word(action)) else {
            continue;
        };
        let mut letters = action.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let name: String = first.into_iter().chain(letters).chain("Condition".chars()).collect();
        let message = format!("the `Condition` of a control is its attribute `{name}`");
        if session.converts(kinds::INNER_TEXT, id, message) {
            if !order.contains(&name) {
                order.push(name.clone());
            }
            actions.entry(name).or_default().push((condition, inner));
        }
    }
    for name in order {
        let all = actions.remove(&name).unwrap_or_default();
        let joined = match &all[..] {
            [(_, one)] => one.text.clone(),
            more => {
                more.iter().map(|(_, inner)| format!("({})", inner.text)).collect::<Vec<_>>().join(" OR ")
            }
        };
        session.tree.set(id, &name, &joined);
        for (condition, inner) in all {
            text::move_comments(session, id, &inner);
            session.tree.remove(condition);
        }
    }
    if session.conversions > before {
        close(session, id);
    }
}

/// A condition of a package, with a message: a `Launch`. Any other one stands where no condition can.
fn alone(session: &mut Session, id: Id) {
    let around = session.tree.parent(id).map(|parent| session.local(parent)).unwrap_or_default();
    let help = match &*around {
        "Component" | "PermissionEx" => {
            "put all conditions into the attribute `Condition` around, with `AND` or `OR`"
        }
        "Feature" => "the condition of a feature is a `Level` with `Value` and `Condition`",
        "Control" => {
            "write `EnableCondition`, `DisableCondition`, `ShowCondition`, `HideCondition` or `DefaultCondition`"
        }
        _ => "a condition of a package is a `Launch` with `Condition` and `Message`",
    };
    let is_mixed = text::inner(&session.tree, id).is_err();
    if is_mixed && HOSTS.contains(&&*around) {
        // asked about already
        return;
    }
    let message =
        session.tree.value(id, "Message").filter(|message| !message.is_empty() && !HOSTS.contains(&&*around));
    let Some(message) = message else {
        return session.asks(kinds::INNER_TEXT, id, "there is no element `Condition` any more", help);
    };
    let inner = match text::inner(&session.tree, id) {
        Err(()) => return text::ask_for_mixed(session, id, "Condition"),
        Ok(inner) => inner,
    };
    if session.converts(kinds::INNER_TEXT, id, "a `Condition` of a package is a `Launch`") {
        if let Some(inner) = &inner {
            text::move_comments(session, id, inner);
        }
        session.tree.set_name(id, "Launch");
        session.tree.set(id, "Message", &message);
        session.tree.set(id, "Condition", inner.as_ref().map_or("", |inner| inner.text.trim()));
        session.tree.empty(id);
        session.tree.close(id);
    }
}
