//! check::rollback_order: a rollback action is written before what it takes back.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;
use std::collections::BTreeMap;

/// A rollback action comes before the deferred actions of its own code.
pub(super) const RULE: Rule = Rule {
    code: "check::rollback_order",
    title: "a rollback action comes before the deferred actions of its own code",
    explanation: "Windows Installer runs, backwards, the rollback actions that stand in the script before the action that failed; one behind the action that it should take back does not run when that action fails. https://learn.microsoft.com/windows/win32/msi/rollback-custom-actions",
    fix: "give the rollback action a smaller number than the deferred action that it takes back",
    example: "CustomAction: Do | 3073 | code.dll | Do
CustomAction: Undo | 3329 | code.dll | Undo
InstallExecuteSequence: Do |  | 4001
InstallExecuteSequence: Undo |  | 4002",
    check,
};

/// `CustomAction.Type`: in the script; when it is rolled back; when it is committed.
const IN_SCRIPT: i32 = 0x400;
const ROLLBACK: i32 = 0x100;
const COMMIT: i32 = 0x200;

fn check(package: &Subject<'_>, found: &mut Findings) {
    // the last deferred action of each code, and the rollback actions
    let mut last: BTreeMap<(&str, &str), (i32, &str)> = BTreeMap::new();
    let mut rollbacks = Vec::new();
    for action in package.rows("CustomAction").filter(|row| row.bits("Type") & IN_SCRIPT != 0) {
        let (name, code, bits) = (action.text("Action"), action.text("Source"), action.bits("Type"));
        for (table, row) in sequence::places(package, name) {
            let Some(number) = row.int("Sequence") else { continue };
            if bits & ROLLBACK != 0 {
                rollbacks.push((table, code, name, number, row));
            } else if bits & COMMIT == 0 {
                let known = last.entry((table, code)).or_insert((number, name));
                *known = (*known).max((number, name));
            }
        }
    }
    for (table, code, name, number, row) in rollbacks {
        if let Some((deferred, of)) = last.get(&(table, code)).filter(|(deferred, _)| *deferred < number) {
            let message = format!(
                "`{name}` ({number}) takes nothing back: every deferred action of `{code}` is before it, the last one `{of}` \
                 ({deferred})"
            );
            found.warning(row.at("Sequence"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn behind_what_it_takes_back() {
        finds(&RULE, RULE.example, &["warning InstallExecuteSequence.Sequence[Undo]"]);
        let before = RULE.example.replace("4002", "4000");
        finds(&RULE, &before, &[]);
        // that of other code, and one that another deferred action follows
        finds(&RULE, &RULE.example.replace("Undo | 3329 | code.dll", "Undo | 3329 | other.dll"), &[]);
        let more = "CustomAction: Next | 3073 | code.dll | Next\nInstallExecuteSequence: Next |  | 4003";
        finds(&RULE, &format!("{}\n{more}", RULE.example), &[]);
        // at commit nothing is taken back any more
        finds(&RULE, &RULE.example.replace("Do | 3073", "Do | 3585"), &[]);
    }
}
