//! ICE27: actions are known, and stand in their order.

use crate::Subject;
use crate::data::{self, Action, Order};
use crate::rule::{Findings, Rule};
use crate::sequence::{self, Section};
use crate::subject::Row;
use std::collections::BTreeMap;

/// Every action is known, stands in its section of the sequence and on the right side of the actions that it depends on.
pub(super) const RULE: Rule = Rule {
    code: "ICE27",
    title: "every action is known, stands in its section of the sequence and on the right side of the actions that it depends on",
    explanation: "A sequence has the sections search, costing, selection, execution and what follows; standard actions need what others before them did. https://learn.microsoft.com/windows/win32/msi/ice27",
    fix: "move the action to where it belongs; the suggested sequences of Microsoft and WiX have every standard action in its place",
    example: "InstallExecuteSequence: InstallFiles |  | 1450",
    check,
};

/// The tables that have sections.
const SECTIONED: [&str; 5] = [
    "AdvtExecuteSequence",
    "AdminUISequence",
    "AdminExecuteSequence",
    "InstallUISequence",
    "InstallExecuteSequence",
];

fn check(package: &Subject<'_>, found: &mut Findings) {
    let actions: BTreeMap<&str, Action> = data::actions().map(|action| (action.name, action)).collect();
    for table in SECTIONED.into_iter().filter(|table| package.has_table(table)) {
        sections(package, table, &actions, found);
        orders(package, table, found);
    }
}

fn sections(package: &Subject<'_>, table: &str, actions: &BTreeMap<&str, Action>, found: &mut Findings) {
    let mut rows: Vec<Row<'_>> = package.rows(table).collect();
    rows.sort_by_key(|row| row.int("Sequence"));
    let mut section = Section::Search;
    let mut works = false;
    for row in rows {
        let name = row.text("Action");
        let number = row.int("Sequence");
        if number.is_some_and(|number| number == 0 || number < -4) {
            found.error(
                row.at("Sequence"),
                format!("`{name}` has sequence {}, which means nothing", number.unwrap_or(0)),
            );
        }
        let Some(action) = actions.get(name) else {
            if !package.has("CustomAction", name) && !package.has("Dialog", name) {
                found.error(
                    row.at("Action"),
                    format!("`{name}` is neither a standard action nor a custom action nor a dialog"),
                );
            }
            continue;
        };
        if number.is_none_or(|number| number <= 0) {
            continue;
        }
        section = match name {
            "CostInitialize" => Section::Costing,
            "CostFinalize" => Section::Selection,
            "InstallValidate" => Section::Execution,
            _ => section,
        };
        if action.sections & section as i32 == 0 {
            let (now, right) = (Section::named(section as i32), Section::named(action.sections));
            found.error(
                row.at("Sequence"),
                format!("`{name}` stands in the section {now}, and belongs into {right}"),
            );
        }
        if name == "InstallFinalize" {
            if !works {
                found.error(
                    row.at("Action"),
                    "`InstallFinalize` has nothing before it that it could carry out",
                );
            }
            section = Section::PostExecution;
        } else if section == Section::Execution && name != "InstallValidate" {
            works = true;
        }
    }
    if works && !package.has(table, "InstallFinalize") {
        found.error(table, "`InstallFinalize` is missing, and there are actions that it has to carry out");
    }
}

fn orders(package: &Subject<'_>, table: &str, found: &mut Findings) {
    for Order { action, dependent, after, optional } in data::orders() {
        let Some(row) = package.find(table, action) else { continue };
        let Some(number) = row.int("Sequence").filter(|number| *number > 0) else { continue };
        match sequence::place(package, table, dependent) {
            None if after && !optional => {
                found.error(
                    row.at("Sequence"),
                    format!("`{action}` must come after `{dependent}`, which is missing"),
                );
            }
            Some(other) if after && number < other => {
                found.error(
                    row.at("Sequence"),
                    format!("`{action}` ({number}) must come after `{dependent}` ({other})"),
                );
            }
            Some(other) if !after && number > other => {
                found.error(
                    row.at("Sequence"),
                    format!("`{action}` ({number}) must come before `{dependent}` ({other})"),
                );
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
    fn sections_and_orders() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Sequence[RemoveFiles]"]);
        finds(
            &RULE,
            "InstallExecuteSequence: RemoveExistingProducts |  | 1100",
            &["error InstallExecuteSequence.Sequence[RemoveExistingProducts]"],
        );
        finds(
            &RULE,
            "InstallExecuteSequence: InstallFiles |  | 6700",
            &["error InstallExecuteSequence.Sequence[InstallFiles]"],
        );
        finds(
            &RULE,
            "InstallUISequence: AppSearch |  | 850",
            &[
                "error InstallUISequence.Sequence[AppSearch]",
                "error InstallUISequence.Sequence[AppSearch]",
                "error InstallUISequence.Sequence[CostInitialize]",
            ],
        );
        finds(&RULE, "InstallUISequence: Nobody |  | 850", &["error InstallUISequence.Action[Nobody]"]);
        finds(
            &RULE,
            "InstallUISequence: ExecuteAction |  | -7",
            &["error InstallUISequence.Sequence[ExecuteAction]"],
        );
        finds(&RULE, "- InstallExecuteSequence: InstallFinalize", &["error InstallExecuteSequence"]);
        finds(
            &RULE,
            "InstallExecuteSequence: BindImage |  | 4100
- InstallExecuteSequence: InstallFiles",
            &["error InstallExecuteSequence.Sequence[BindImage]"],
        );
        finds(
            &RULE,
            "InstallUISequence: MyDialog |  | 1299
Dialog: MyDialog | 50 | 50 | 370 | 270 | 3 | Welcome | Next",
            &[],
        );
    }
}
