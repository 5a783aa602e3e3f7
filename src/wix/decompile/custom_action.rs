//! `CustomAction`.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, choice, flags};
use crate::compile::custom_action::{
    DIRECTORY, DLL, EXE, EXECUTE, FILE, HIDE_TARGET, IN_SCRIPT, JSCRIPT, NO_IMPERSONATE, PATCH_UNINSTALL,
    PROPERTY, RETURN, SCRIPT_64_BIT, TERMINAL_SERVER_AWARE, TEXT, VBSCRIPT,
};
use crate::source::Element;

/// Bits that say how an action is run, and when its result is waited for.
const EXECUTE_BITS: i32 = 0x100 | 0x200 | IN_SCRIPT;
const RETURN_BITS: i32 = 0x40 | 0x80;

/// Rows of CustomAction.
pub(super) fn custom_actions(work: &mut Work<'_>) {
    for row in work.rows("CustomAction") {
        let action = custom_action(work, row);
        work.put("Package", "", action);
    }
}

fn custom_action(work: &mut Work<'_>, row: Row<'_>) -> Element {
    let bits = row.or_zero("Type");
    let (from, what) = (bits & 0x30, bits & 0x7);
    let (source, target) = (row.text("Source"), row.or_empty("Target"));
    let is_script = what == JSCRIPT || what == VBSCRIPT;
    let action = element("CustomAction").with("Id", row.text("Action"));
    let action = match (from, what, source) {
        (FILE, TEXT, None) => action.with("Error", target),
        (DIRECTORY, _, None) if is_script => {
            let language = if what == JSCRIPT { "jscript" } else { "vbscript" };
            let file = work.layout.text("CustomAction", row.or_empty("Action"));
            if let Some((path, named)) = &file {
                work.texts.insert(named.clone(), (path.clone(), target.to_owned()));
            }
            action.with("Script", language).with("ScriptSourceFile", file.map(|(_, named)| named))
        }
        _ => {
            let name = match from {
                FILE => "FileRef",
                DIRECTORY => "Directory",
                PROPERTY => "Property",
                _ => "BinaryRef",
            };
            let entry = match what {
                DLL => "DllEntry",
                EXE => "ExeCommand",
                JSCRIPT => "JScriptCall",
                VBSCRIPT => "VBScriptCall",
                _ => "Value",
            };
            action.with(name, source).with(entry, target)
        }
    };
    let is_64_bit = bits & SCRIPT_64_BIT != 0;
    let bitness = if is_64_bit { "always64" } else { "always32" };
    let immediate = [("immediate", 0)];
    let execute: Vec<(&str, i32)> =
        immediate.into_iter().chain(EXECUTE.into_iter().filter(|(_, bits)| *bits != 0)).collect();
    let check = [("check", 0)];
    let returns: Vec<(&str, i32)> =
        check.into_iter().chain(RETURN.into_iter().filter(|(_, bits)| *bits != 0)).collect();
    let action = action
        .with("Execute", choice(&execute, &(bits & EXECUTE_BITS)))
        .with("Return", choice(&returns, &(bits & RETURN_BITS)))
        .with("Bitness", (is_script && is_64_bit != work.arch.is_64_bit()).then_some(bitness))
        .with("Impersonate", (bits & NO_IMPERSONATE != 0).then_some("no"));
    flags(action, bits, &[("HideTarget", HIDE_TARGET), ("TerminalServerAware", TERMINAL_SERVER_AWARE)])
        .flag("PatchUninstall", row.or_zero("ExtendedType") & PATCH_UNINSTALL != 0)
}
