//! check::unsafe_action: what runs as the system trusts no property.

use crate::Subject;
use crate::form;
use crate::rule::{Findings, Rule};

/// No action that runs as the system takes its program or script from a property.
pub(super) const RULE: Rule = Rule {
    code: "check::unsafe_action",
    title: "no action that runs as the system takes its program or script from a property",
    explanation: "Who starts the installation sets public properties on the command line; a program or script that a property names, run as the system, is theirs. A working folder from a public property has its DLLs loaded. https://learn.microsoft.com/windows/win32/msi/securecustomproperties",
    fix: "put the code into the Binary table or an installed file",
    example: "CustomAction: Act | 3122 | PROGRAM | /x",
    check,
};

/// `CustomAction.Type`: deferred, and as the system.
const AS_SYSTEM: i32 = 0xC00;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for action in package.rows("CustomAction").filter(|row| row.bits("Type") & AS_SYSTEM == AS_SYSTEM) {
        let (name, source, target) = (action.text("Action"), action.text("Source"), action.text("Target"));
        let public = |property: &str| !property.is_empty() && !property.chars().any(char::is_lowercase);
        match action.bits("Type") & 0x3F {
            50 | 53 | 54 if public(source) => {
                found.error(
                    action.at("Source"),
                    format!("`{name}` runs as the system what the public property `{source}` names"),
                );
            }
            50 | 53 | 54 => {
                found.warning(
                    action.at("Source"),
                    format!("`{name}` runs as the system what the property `{source}` names"),
                );
            }
            34 => {
                let program = target
                    .trim_start()
                    .trim_start_matches('"')
                    .strip_prefix('[')
                    .and_then(|rest| rest.split_once(']'));
                let Some((property, _)) = program.filter(|(inside, _)| form::is_identifier(inside)) else {
                    continue;
                };
                if public(property) && !package.has("Directory", property) {
                    found.error(
                        action.at("Target"),
                        format!("`{name}` runs as the system what the public property `{property}` names"),
                    );
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn programs_from_properties() {
        finds(&RULE, RULE.example, &["error CustomAction.Source[Act]"]);
        finds(&RULE, "CustomAction: Act | 3122 | Program | /x", &["warning CustomAction.Source[Act]"]);
        finds(&RULE, "CustomAction: Act | 50 | PROGRAM | /x", &[]);
        finds(
            &RULE,
            r#"CustomAction: Act | 3106 | INSTALLDIR | "[TOOL]" /x"#,
            &["error CustomAction.Target[Act]"],
        );
        finds(&RULE, r#"CustomAction: Act | 3106 | INSTALLDIR | "[INSTALLDIR]app.exe" /x"#, &[]);
        finds(&RULE, "CustomAction: Act | 3106 | INSTALLDIR | [#app.exe] /x", &[]);
    }
}
