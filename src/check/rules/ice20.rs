//! ICE20: a package with dialogs has the standard ones.

use crate::Subject;
use crate::rule::cell;
use crate::rule::{Findings, Rule};
use crate::subject::Row;

/// A package with dialogs has those that Windows Installer itself shows.
pub(super) const RULE: Rule = Rule {
    code: "ICE20",
    title: "a package with dialogs has those that Windows Installer itself shows",
    explanation: "Windows Installer shows the dialogs FilesInUse and the one that ErrorDialog names by itself, and the sequences -1, -2 and -3 at the end of a run; where the package has dialogs and lacks these, a user sees nothing, or a bare message box. https://learn.microsoft.com/windows/win32/msi/ice20",
    fix: "add what is named; or set LIMITUI, if the package is to have no dialogs",
    example: "Dialog: Welcome | 50 | 50 | 370 | 270 | 3 | Welcome | Next",
    check,
};

/// What the buttons of an error dialog say to Windows Installer, and the names that they must have
/// (<https://learn.microsoft.com/windows/win32/msi/error-dialog>).
const BUTTONS: [(&str, &str); 7] = [
    ("ErrorAbort", "A"),
    ("ErrorCancel", "C"),
    ("ErrorIgnore", "I"),
    ("ErrorNo", "N"),
    ("ErrorOk", "O"),
    ("ErrorRetry", "R"),
    ("ErrorYes", "Y"),
];

/// `Dialog.Attributes`: an error dialog.
const ERROR_DIALOG: i32 = 65_536;

fn check(package: &Subject<'_>, found: &mut Findings) {
    if !package.has_table("Dialog") || package.property("LIMITUI").is_some() {
        return;
    }
    files_in_use(package, found);
    error_dialog(package, found);
    for (number, dialog) in [(-1, "Exit"), (-2, "UserExit"), (-3, "FatalError")] {
        for table in
            ["AdminUISequence", "InstallUISequence"].into_iter().filter(|table| package.has_table(table))
        {
            let mut rows = package.rows(table).filter(|row| row.int("Sequence") == Some(number));
            let known = |row: Row<'_>| {
                let action = row.text("Action");
                package.has("Dialog", action) || package.has("CustomAction", action)
            };
            if !rows.any(known) {
                found.error(table, format!("there is no dialog or action for {dialog} (sequence {number})"));
            }
        }
    }
}

fn files_in_use(package: &Subject<'_>, found: &mut Findings) {
    if !package.has("Dialog", "FilesInUse") {
        found.error("Dialog", "there is no dialog `FilesInUse`");
        return;
    }
    let place = || cell("Dialog", "Dialog", &["FilesInUse"]);
    if !package.has_table("ListBox") {
        found.error(place(), "the dialog `FilesInUse` needs the ListBox table");
    }
    let controls = || package.rows("Control").filter(|row| row.text("Dialog_") == "FilesInUse");
    if !controls().any(|row| row.text("Type") == "ListBox" && row.text("Property") == "FileInUseProcess") {
        found.error(
            place(),
            "the dialog `FilesInUse` has no ListBox control with the property `FileInUseProcess`",
        );
    }
    let buttons = ["Exit", "Ignore", "Retry"];
    let has = |argument: &&str| buttons_of(package, "FilesInUse", argument).next().is_some();
    if !buttons.iter().all(has) {
        found.error(place(), "the dialog `FilesInUse` needs buttons that end it with Exit, Ignore and Retry");
    }
}

/// The buttons of `dialog` that end it with `argument`.
fn buttons_of<'a>(
    package: &Subject<'a>,
    dialog: &'a str,
    argument: &'a str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let buttons: Vec<&str> = package
        .rows("Control")
        .filter(|row| row.text("Dialog_") == dialog && row.text("Type") == "PushButton")
        .map(|row| row.text("Control"))
        .collect();
    package
        .rows("ControlEvent")
        .filter(move |row| {
            let ends = row.text("Event") == "EndDialog" && row.text("Argument") == argument;
            row.text("Dialog_") == dialog && ends && buttons.contains(&row.text("Control_"))
        })
        .map(|row| row.text("Control_"))
}

fn error_dialog(package: &Subject<'_>, found: &mut Findings) {
    let Some(name) = package.property("ErrorDialog") else {
        found.error("Property", "the property `ErrorDialog` does not name a dialog for errors");
        return;
    };
    let dialog = package.find("Dialog", name).filter(|row| row.text("Control_First") == "ErrorText");
    let Some(dialog) = dialog else {
        let message = format!("there is no dialog `{name}` whose first control is `ErrorText`");
        found.error(cell("Property", "Value", &["ErrorDialog"]), message);
        return;
    };
    let place = || dialog.at("Dialog");
    if dialog.bits("Attributes") & ERROR_DIALOG == 0 {
        found.error(place(), format!("the dialog `{name}` for errors lacks the bit {ERROR_DIALOG}"));
    }
    for (argument, button) in BUTTONS {
        let mut buttons = buttons_of(package, name, argument).peekable();
        if buttons.peek().is_none() {
            found.error(place(), format!("the dialog `{name}` has no button for {argument}"));
        } else if !buttons.any(|found| found == button) {
            found.error(
                place(),
                format!("the button for {argument} of the dialog `{name}` is not called `{button}`"),
            );
        }
    }
    let icon = |row: &Row<'_>| row.text("Dialog_") == name && row.text("Control") == "ErrorIcon";
    for control in package.rows("Control").filter(icon).filter(|row| row.text("Type") != "Icon") {
        found.error(control.at("Type"), "the control `ErrorIcon` is no icon");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn what_is_missing_is_named_one_by_one() {
        finds(
            &RULE,
            RULE.example,
            &[
                "error Dialog",
                "error Property",
                "error AdminUISequence",
                "error InstallUISequence",
                "error AdminUISequence",
                "error InstallUISequence",
                "error AdminUISequence",
                "error InstallUISequence",
            ],
        );
        finds(
            &RULE,
            "Dialog: Welcome | 50 | 50 | 370 | 270 | 3 | Welcome | Next
Property: LIMITUI | 1",
            &[],
        );
    }

    #[test]
    fn an_error_dialog_needs_its_bit_and_its_buttons() {
        let rows = "Dialog: Err | 50 | 50 | 370 | 270 | 3 | x | ErrorText\nProperty: ErrorDialog | Err\nControl: Err | Yes | PushButton | 1 | 1 | 1 | 1 | 3\nControlEvent: Err | Yes | EndDialog | ErrorYes | 1\nControl: Err | ErrorIcon | Text | 1 | 1 | 1 | 1 | 3";
        let found = crate::example::Example::new(rows).findings(&RULE);
        assert_eq!(found.iter().filter(|f| *f == "error Dialog.Dialog[Err]").count(), 8, "{found:?}");
        assert!(found.contains(&"error Control.Type[Err/ErrorIcon]".to_owned()));
    }
}
