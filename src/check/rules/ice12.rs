//! ICE12: custom actions that set folders stand on the right side of CostFinalize.

use crate::Subject;
use crate::rule::{Findings, Rule};
use crate::sequence;

/// Actions of type 35 come after CostFinalize, and those of type 51 that set a directory before it.
pub(super) const RULE: Rule = Rule {
    code: "ICE12",
    title: "actions of type 35 come after CostFinalize, and those of type 51 that set a directory before it",
    explanation: "CostFinalize resolves the folders. A property of a directory that is set after it changes nothing, and SetTargetPath (type 35) before it fails. https://learn.microsoft.com/windows/win32/msi/ice12",
    fix: "move the action to the other side of CostFinalize, or use the other type",
    example: "CustomAction: SetFolder | 51 | INSTALLDIR | x
InstallExecuteSequence: SetFolder |  | 1001",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for action in package.rows("CustomAction") {
        let (name, source) = (action.text("Action"), action.text("Source"));
        let kind = action.bits("Type") & 0x3F;
        match kind {
            35 if !package.has_table("Directory") => {
                found.error(
                    "CustomAction",
                    format!("`{name}` sets a directory, and there is no Directory table"),
                );
                continue;
            }
            35 if !package.has("Directory", source) => {
                found.error(action.at("Source"), format!("`{source}` is not in the Directory table"));
                continue;
            }
            35 => {}
            51 if package.has("Directory", source) => {}
            _ => continue,
        }
        for (table, row) in sequence::places(package, name).filter(|(table, _)| *table != "AdvtUISequence") {
            let Some(cost) = sequence::place(package, table, "CostFinalize") else {
                found.error(table, format!("`{name}` needs CostFinalize, which is not in the table"));
                continue;
            };
            let at = row.at("Sequence");
            let number = row.int("Sequence").unwrap_or(i32::MIN);
            if kind == 35 && number < cost {
                found.error(
                    at,
                    format!("`{name}` ({number}) sets a folder and must come after CostFinalize ({cost})"),
                );
            } else if kind == 51 && number > cost {
                found.error(at, format!("`{name}` ({number}) sets a directory property and must come before CostFinalize ({cost})"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn each_type_has_its_side() {
        finds(&RULE, RULE.example, &["error InstallExecuteSequence.Sequence[SetFolder]"]);
        finds(
            &RULE,
            "CustomAction: S | 35 | INSTALLDIR | x
InstallUISequence: S |  | 999",
            &["error InstallUISequence.Sequence[S]"],
        );
        finds(
            &RULE,
            "CustomAction: S | 35 | INSTALLDIR | x
InstallUISequence: S |  | 1001",
            &[],
        );
        finds(
            &RULE,
            "CustomAction: S | 307 | INSTALLDIR | x
InstallUISequence: S |  | 999",
            &[],
        );
        finds(
            &RULE,
            "CustomAction: S | 51 | OTHER | x
InstallUISequence: S |  | 2999",
            &[],
        );
        finds(&RULE, "CustomAction: S | 35 | OTHER | x", &["error CustomAction.Source[S]"]);
        finds(
            &RULE,
            "CustomAction: S | 51 | INSTALLDIR | x
InstallUISequence: S |  | 1
- InstallUISequence: CostFinalize",
            &["error InstallUISequence"],
        );
    }
}
