//! check::secret_in_log: passwords stay out of logs.

use crate::Subject;
use crate::rule::{Findings, Rule, cell};
use std::collections::BTreeMap;

/// A property that holds a password is hidden from logs, and so is what it is copied to.
pub(super) const RULE: Rule = Rule {
    code: "check::secret_in_log",
    title: "a property that holds a password is hidden from logs, and so is what it is copied to",
    explanation: "A verbose log has every property and the data of every custom action, but for properties in MsiHiddenProperties and actions with the bit 0x2000. https://learn.microsoft.com/windows/win32/msi/preventing-confidential-information-from-being-written-into-the-log-file",
    fix: "name the property in MsiHiddenProperties; give the action that copies it the bit 0x2000, and name the property that it sets, too",
    example: "ServiceInstall: S | Relay |  | 16 | 2 | 1 |  |  | [ACCOUNT] | [SERVICEPASSWORD] |  | App",
    check,
};

/// `Control.Attributes`: what is typed is shown as asterisks.
const PASSWORD_INPUT: i32 = 0x0020_0000;
/// `CustomAction.Type`: the target is not logged.
const HIDE_TARGET: i32 = 0x2000;
const SET_PROPERTY: i32 = 51;

fn check(package: &Subject<'_>, found: &mut Findings) {
    let hidden = package.property("MsiHiddenProperties").unwrap_or_default();
    let is_hidden = |name: &str| hidden.split(';').any(|known| known.trim() == name);
    // the properties that hold passwords, each with the place that shows it
    let mut secrets = BTreeMap::new();
    for control in package.rows("Control").filter(|row| row.bits("Attributes") & PASSWORD_INPUT != 0) {
        secrets.entry(control.text("Property")).or_insert_with(|| control.at("Property"));
    }
    for service in package.rows("ServiceInstall") {
        for name in properties(service.text("Password")) {
            secrets.entry(name).or_insert_with(|| service.at("Password"));
        }
    }
    secrets.remove("");
    for (name, place) in &secrets {
        if !is_hidden(name) {
            found.warning(place.clone(), format!("`{name}` holds a password, and verbose logs have it"));
        }
        if package.property(name).is_some_and(|value| !value.is_empty()) {
            let place = cell("Property", "Value", &[name]);
            found
                .warning(place, format!("`{name}` holds a password, which whoever has the package can read"));
        }
    }
    for action in package.rows("CustomAction").filter(|row| row.bits("Type") & 0x3F == SET_PROPERTY) {
        let (name, to) = (action.text("Action"), action.text("Source"));
        let Some(secret) = properties(action.text("Target")).find(|name| secrets.contains_key(name)) else {
            continue;
        };
        if action.bits("Type") & HIDE_TARGET == 0 {
            found.warning(
                action.at("Type"),
                format!("`{name}` copies the password in `{secret}`, and logs have its target"),
            );
        }
        if !is_hidden(to) {
            found.warning(
                action.at("Source"),
                format!("`{name}` copies the password in `{secret}` to `{to}`, which logs have"),
            );
        }
    }
}

/// The properties that a formatted text names.
fn properties(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn passwords_of_services_and_dialogs() {
        finds(&RULE, RULE.example, &["warning ServiceInstall.Password[S]"]);
        let hidden = format!("{}\nProperty: MsiHiddenProperties | OTHER;SERVICEPASSWORD", RULE.example);
        finds(&RULE, &hidden, &[]);
        finds(
            &RULE,
            &format!("{hidden}\nProperty: SERVICEPASSWORD | 1234"),
            &["warning Property.Value[SERVICEPASSWORD]"],
        );
        let edit = "Control: Dialog | Edit | Edit | 0 | 0 | 10 | 10 | 2097155 | PASSWORD |  |  |";
        finds(&RULE, edit, &["warning Control.Property[Dialog/Edit]"]);
        finds(&RULE, &edit.replace("2097155", "3"), &[]);
    }

    #[test]
    fn what_a_password_is_copied_to() {
        let hidden = format!("{}\nProperty: MsiHiddenProperties | SERVICEPASSWORD", RULE.example);
        let copied = format!("{hidden}\nCustomAction: Copy | 51 | Act | /p [SERVICEPASSWORD] /x");
        finds(&RULE, &copied, &["warning CustomAction.Type[Copy]", "warning CustomAction.Source[Copy]"]);
        let careful =
            copied.replace("| 51 |", "| 8243 |").replace("| SERVICEPASSWORD\n", "| SERVICEPASSWORD;Act\n");
        finds(&RULE, &careful, &[]);
    }
}
