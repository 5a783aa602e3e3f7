//! ICE77: deferred actions stand between InstallInitialize and InstallFinalize.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;

/// Deferred custom actions stand between InstallInitialize and InstallFinalize.
pub(super) const RULE: Rule = Rule {
    code: "ICE77",
    title: "deferred custom actions stand between InstallInitialize and InstallFinalize",
    explanation: "Only there is a script into which they can be written. https://learn.microsoft.com/windows/win32/msi/ice77",
    fix: "move the action between the two",
    example: "CustomAction: Act | 1025 | x | y
InstallExecuteSequence: Act |  | 1450",
    check,
};

/// `CustomAction.Type`: in the script.
const IN_SCRIPT: i32 = 0x400;

fn check(package: &Subject<'_>, found: &mut Findings) {
    for action in package.rows("CustomAction").filter(|row| row.bits("Type") & IN_SCRIPT != 0) {
        let name = action.text("Action");
        for (table, row) in sequence::places(package, name) {
            let start = sequence::place(package, table, "InstallInitialize");
            let end = sequence::place(package, table, "InstallFinalize");
            let ends = [("InstallInitialize", start), ("InstallFinalize", end)];
            for (missing, _) in ends.into_iter().filter(|(_, place)| place.is_none()) {
                found.error(
                    row.at("Sequence"),
                    format!("`{name}` is deferred, and `{table}` has no {missing}"),
                );
            }
            let (Some(start), Some(end), Some(number)) = (start, end, row.int("Sequence")) else { continue };
            if number <= start || number >= end {
                found.error(row.at("Sequence"), format!("`{name}` ({number}) is deferred, and not between InstallInitialize ({start}) and InstallFinalize ({end})"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn outside_the_script() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Sequence[Act]"]);
        finds(
            &RULE,
            "CustomAction: Act | 1025 | x | y
InstallExecuteSequence: Act |  | 6599",
            &[],
        );
        finds(
            &RULE,
            "CustomAction: Act | 1025 | x | y
InstallExecuteSequence: Act |  | 6600",
            &["error InstallExecuteSequence.Sequence[Act]"],
        );
        finds(
            &RULE,
            "CustomAction: Act | 1025 | x | y
InstallUISequence: Act |  | 1200",
            &["error InstallUISequence.Sequence[Act]", "error InstallUISequence.Sequence[Act]"],
        );
    }
}
