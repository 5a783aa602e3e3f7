//! ICE75: actions in installed files come after costing.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;

/// A custom action whose code is an installed file comes after CostFinalize.
pub(super) const RULE: Rule = Rule {
    code: "ICE75",
    title: "a custom action whose code is an installed file comes after CostFinalize",
    explanation: "Where a file is, is known from CostFinalize on. https://learn.microsoft.com/windows/win32/msi/ice75",
    fix: "move the action behind CostFinalize, or put its code into the Binary table",
    example: "CustomAction: Run | 18 | app.exe | x
InstallExecuteSequence: Run |  | 850",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for action in
        package.rows("CustomAction").filter(|row| matches!(row.bits("Type") & 0x3F, 17 | 18 | 21 | 22))
    {
        let name = action.text("Action");
        for (table, row) in sequence::places(package, name) {
            match sequence::place(package, table, "CostFinalize") {
                None => found.error(
                    row.at("Sequence"),
                    format!("`{name}` runs an installed file, and `{table}` has no CostFinalize"),
                ),
                Some(cost) if row.int("Sequence").is_some_and(|number| number < cost) => {
                    found.error(
                        row.at("Sequence"),
                        format!("`{name}` runs an installed file before CostFinalize ({cost})"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn before_costing() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Sequence[Run]"]);
        finds(
            &RULE,
            "CustomAction: Run | 18 | app.exe | x
InstallExecuteSequence: Run |  | 6650",
            &[],
        );
        finds(
            &RULE,
            "CustomAction: Run | 17 | app.exe | x
InstallUISequence: Run |  | 1650
- InstallUISequence: CostFinalize",
            &["error InstallUISequence.Sequence[Run]"],
        );
    }
}
