//! The registry: what becomes of keys, and the element `Registry`, which others have taken the place of.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[(Space::Wix, "RegistryKey", key), (Space::Wix, "Registry", registry)];

fn key(session: &mut Session, id: Id) {
    let Some(action) = session.tree.value(id, "Action") else { return };
    let message =
        format!("`Action=\"{action}\"` of a key is `ForceCreateOnInstall` and `ForceDeleteOnUninstall`");
    if session.converts(kinds::REGISTRY_ACTION, id, message) {
        force(session, id, &action);
    }
}

/// Makes the attribute `Action`, which is `action`, those that say the same.
fn force(session: &mut Session, id: Id, action: &str) {
    if !matches!(action, "create" | "createAndRemoveOnUninstall") {
        session.tree.unset(id, "Action");
        return;
    }
    session.tree.rename(id, "Action", "ForceCreateOnInstall");
    session.tree.set(id, "ForceCreateOnInstall", "yes");
    if action != "create" {
        session.tree.set(id, "ForceDeleteOnUninstall", "yes");
    }
}

/// `Registry` wrote values, made keys and removed both.
fn registry(session: &mut Session, id: Id) {
    let action = session.tree.value(id, "Action");
    let action = action.as_deref().unwrap_or("write");
    let has_values = session.tree.elements(id).next().is_some();
    let (element, new_action) = match action {
        "write" if !has_values => ("RegistryValue", None),
        "append" | "prepend" if !has_values => ("RegistryValue", Some(action)),
        "createKey" => ("RegistryKey", Some("create")),
        "createKeyAndRemoveKeyOnUninstall" => ("RegistryKey", Some("createAndRemoveOnUninstall")),
        "remove" => ("RemoveRegistryValue", None),
        "removeKeyOnInstall" => ("RemoveRegistryKey", Some("removeOnInstall")),
        "removeKeyOnUninstall" => ("RemoveRegistryKey", Some("removeOnUninstall")),
        _ => {
            let message = "there is no element `Registry` any more";
            let help = "write a `RegistryKey` with `RegistryValue`s in it";
            return session.asks(kinds::REGISTRY, id, message, help);
        }
    };
    if !session.converts(kinds::REGISTRY, id, format!("`Registry` with `Action=\"{action}\"` is `{element}`"))
    {
        return;
    }
    session.tree.set_name(id, element);
    match (element, new_action) {
        ("RegistryKey", Some(action)) => force(session, id, action),
        (_, Some(action)) => session.tree.set(id, "Action", action),
        (_, None) => drop(session.tree.unset(id, "Action")),
    }
    // what was the default of a value
    if element == "RegistryValue"
        && session.tree.value(id, "Type").is_none()
        && session.tree.value(id, "Value").is_some()
    {
        session.tree.set(id, "Type", "string");
    }
}
