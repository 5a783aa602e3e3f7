//! ICE63: older products are removed at one of the places where that works.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;

/// RemoveExistingProducts stands right after InstallValidate, InstallInitialize, InstallExecute or InstallFinalize.
pub(super) const RULE: Rule = Rule {
    code: "ICE63",
    title: "RemoveExistingProducts stands right after InstallValidate, InstallInitialize, InstallExecute or InstallFinalize",
    explanation: "Elsewhere, what the actions before it have queued is carried out after the older product is gone, or the removal fails with error 2613. https://learn.microsoft.com/windows/win32/msi/removeexistingproducts-action",
    fix: "move RemoveExistingProducts",
    example: "InstallExecuteSequence: RemoveExistingProducts |  | 2000",
    check,
};

const TABLE: &str = "InstallExecuteSequence";
const ACTION: &str = "RemoveExistingProducts";

fn check(package: &Subject<'_>, found: &mut Findings) {
    let Some(row) = package.find(TABLE, ACTION) else { return };
    let Some(number) = row.int("Sequence").filter(|number| *number > 0) else { return };
    let place = |action| sequence::place(package, TABLE, action);
    let after = |action| place(action).is_some_and(|other| other < number);
    // before InstallValidate, the evaluator of Windows says nothing: that the section is wrong is ICE27's
    if !after("InstallValidate") || after("InstallFinalize") {
        return;
    }
    if !after("InstallInitialize") {
        if place("InstallInitialize").is_none() {
            found.error(
                row.at("Action"),
                format!("`{ACTION}` stands before InstallFinalize, and there is no InstallInitialize"),
            );
        }
        return;
    }
    let starts = ["InstallExecute", "InstallExecuteAgain"]
        .into_iter()
        .filter_map(place)
        .filter(|other| *other < number);
    let start = starts.chain(place("InstallInitialize")).max().unwrap_or(0);
    let quiet = ["InstallInitialize", "InstallExecute", "InstallExecuteAgain", ACTION];
    let between = package.rows(TABLE).find(|row| {
        let at = row.int("Sequence").unwrap_or(0);
        at > start && at < number && !quiet.contains(&row.text("Action"))
    });
    if let Some(between) = between {
        let action = between.text("Action");
        found.warning(
            row.at("Action"),
            format!("`{action}` comes between `{ACTION}` and what it must follow"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn where_it_may_stand() {
        finds(&RULE, RULE.example, &["warning InstallExecuteSequence.Action[RemoveExistingProducts]"]);
        finds(&RULE, "InstallExecuteSequence: RemoveExistingProducts |  | 1401", &[]);
        finds(&RULE, "InstallExecuteSequence: RemoveExistingProducts |  | 1501", &[]);
        finds(&RULE, "InstallExecuteSequence: RemoveExistingProducts |  | 6601", &[]);
        finds(
            &RULE,
            "InstallExecuteSequence: RemoveExistingProducts |  | 6501
InstallExecuteSequence: InstallExecute |  | 6500",
            &[],
        );
        finds(
            &RULE,
            "InstallExecuteSequence: RemoveExistingProducts |  | 6551
InstallExecuteSequence: InstallExecuteAgain |  | 6550",
            &[],
        );
    }
}
