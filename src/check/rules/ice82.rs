//! ICE82: products are registered, and actions have numbers of their own.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;
use std::collections::BTreeMap;

/// All or none of the four actions that register the product are there, and no two actions have one number.
pub(super) const RULE: Rule = Rule {
    code: "ICE82",
    title: "all or none of the four actions that register the product are there, and no two actions have one number",
    explanation: "RegisterUser, RegisterProduct, PublishFeatures and PublishProduct together make a product known. Which of two actions with one number runs first is not defined. https://learn.microsoft.com/windows/win32/msi/ice82",
    fix: "add the missing actions; give each action its own number",
    example: "- InstallExecuteSequence: RegisterUser",
    check,
};

const TABLE: &str = "InstallExecuteSequence";
const REGISTERING: [&str; 4] = ["PublishFeatures", "PublishProduct", "RegisterProduct", "RegisterUser"];
/// The tables whose numbers are looked at.
const NUMBERED: [&str; 5] = [
    "InstallExecuteSequence",
    "InstallUISequence",
    "AdminExecuteSequence",
    "AdminUISequence",
    "AdvtExecuteSequence",
];

fn check(package: &Subject<'_>, found: &mut Findings) {
    if package.has_table(TABLE) {
        let there: Vec<&str> = REGISTERING.into_iter().filter(|action| package.has(TABLE, action)).collect();
        if there.is_empty() {
            found.warning(TABLE, format!("none of {} is there", REGISTERING.join(", ")));
        } else if there.len() < REGISTERING.len() {
            for row in there.iter().filter_map(|action| package.find(TABLE, action)) {
                found.error(
                    row.at("Action"),
                    format!("`{}` is there without all of {}", row.text("Action"), REGISTERING.join(", ")),
                );
            }
        }
        if let (Some(row), Some(patch)) =
            (package.find(TABLE, "DuplicateFiles"), sequence::place(package, TABLE, "PatchFiles"))
            && row.int("Sequence").is_some_and(|number| number <= patch)
        {
            found.warning(
                row.at("Sequence"),
                "`DuplicateFiles` copies files before `PatchFiles` patches them",
            );
        }
    }
    for table in NUMBERED {
        let mut numbers: BTreeMap<i32, usize> = BTreeMap::new();
        for number in package.rows(table).filter_map(|row| row.int("Sequence")) {
            *numbers.entry(number).or_default() += 1;
        }
        for row in package.rows(table) {
            let Some(number) = row.int("Sequence").filter(|number| numbers.get(number) > Some(&1)) else {
                continue;
            };
            found.warning(
                row.at("Sequence"),
                format!("`{}` shares the number {number} with another action", row.text("Action")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn registration_and_numbers() {
        finds(
            &RULE,
            RULE.example,
            &[
                "error InstallExecuteSequence.Action[PublishFeatures]",
                "error InstallExecuteSequence.Action[PublishProduct]",
                "error InstallExecuteSequence.Action[RegisterProduct]",
            ],
        );
        finds(
            &RULE,
            "- InstallExecuteSequence: RegisterUser
- InstallExecuteSequence: RegisterProduct
- InstallExecuteSequence: PublishFeatures
- InstallExecuteSequence: PublishProduct",
            &["warning InstallExecuteSequence"],
        );
        finds(
            &RULE,
            "InstallUISequence: FileCost |  | 800",
            &[
                "warning InstallUISequence.Sequence[CostInitialize]",
                "warning InstallUISequence.Sequence[FileCost]",
            ],
        );
        finds(
            &RULE,
            "InstallExecuteSequence: DuplicateFiles |  | 4050
InstallExecuteSequence: PatchFiles |  | 4090",
            &["warning InstallExecuteSequence.Sequence[DuplicateFiles]"],
        );
    }
}
