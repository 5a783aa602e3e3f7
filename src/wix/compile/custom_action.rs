//! `CustomAction`, `SetProperty` and `SetDirectory`.

use super::elements::{Rule, Within};
use super::reference::reference;
use super::{Attributes, Compiler, directory, sequence};
use crate::source::Element;
use crate::symbol::{Field, Id, Schedule, Sequence, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("CustomAction", Within::Definition(custom_action)),
    ("CustomActionRef", Within::Definition(|c, element| reference(c, element, "CustomAction"))),
    ("SetDirectory", Within::Definition(set_directory)),
    ("SetProperty", Within::Definition(set_property)),
];

/// The bits of the Type column
/// (<https://learn.microsoft.com/windows/win32/msi/summary-list-of-all-custom-action-types>).
pub(crate) const DLL: i32 = 1;
pub(crate) const EXE: i32 = 2;
pub(crate) const TEXT: i32 = 3;
pub(crate) const JSCRIPT: i32 = 5;
pub(crate) const VBSCRIPT: i32 = 6;
const BINARY: i32 = 0;
pub(crate) const FILE: i32 = 16;
pub(crate) const DIRECTORY: i32 = 32;
pub(crate) const PROPERTY: i32 = 48;
const CONTINUE: i32 = 64;
const ASYNC: i32 = 128;
const FIRST_SEQUENCE: i32 = 256;
pub(crate) const IN_SCRIPT: i32 = 1024;
pub(crate) const NO_IMPERSONATE: i32 = 2048;
pub(crate) const SCRIPT_64_BIT: i32 = 4096;
pub(crate) const HIDE_TARGET: i32 = 8192;
pub(crate) const TERMINAL_SERVER_AWARE: i32 = 16384;
/// Of the ExtendedType column.
pub(crate) const PATCH_UNINSTALL: i32 = 32768;

const SOURCES: [(&str, i32); 5] = [
    ("BinaryRef", BINARY),
    ("Directory", DIRECTORY),
    ("FileRef", FILE),
    ("Property", PROPERTY),
    ("Script", DIRECTORY),
];
const TARGETS: [(&str, i32); 7] = [
    ("DllEntry", DLL),
    ("Error", TEXT),
    ("ExeCommand", EXE),
    ("JScriptCall", JSCRIPT),
    ("Script", 0),
    ("Value", TEXT),
    ("VBScriptCall", VBSCRIPT),
];
pub(crate) const EXECUTE: [(&str, i32); 7] = [
    ("commit", IN_SCRIPT | 512),
    ("deferred", IN_SCRIPT),
    ("firstSequence", FIRST_SEQUENCE),
    ("immediate", 0),
    ("oncePerProcess", 512),
    ("rollback", IN_SCRIPT | 256),
    ("secondSequence", 768),
];
pub(crate) const RETURN: [(&str, i32); 4] =
    [("asyncNoWait", ASYNC | CONTINUE), ("asyncWait", ASYNC), ("check", 0), ("ignore", CONTINUE)];

/// `CustomAction`: <https://docs.firegiant.com/wix/schema/wxs/customaction/>.
pub(super) fn custom_action(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let source = source(c, &a, element);
    let target = target(c, &a, element);
    let execute = a.choice("Execute", &EXECUTE).unwrap_or(0);
    let returns = a.choice("Return", &RETURN).unwrap_or(0);
    let script_bits =
        a.choice("Bitness", &[("default", None), ("always32", Some(false)), ("always64", Some(true))]);
    let impersonate = a.yes_no("Impersonate").unwrap_or(true);
    let terminal_server_aware = a.flag("TerminalServerAware");
    let hide_target = a.flag("HideTarget");
    let extended = a.flag("PatchUninstall").then_some(PATCH_UNINSTALL);
    // Means something in merge modules only.
    let _ = a.yes_no("SuppressModularization");
    c.no_children(element);

    let (Some((source_bits, source)), Some((target_bits, target))) = (source, target) else { return };
    let is_script = [JSCRIPT, VBSCRIPT].contains(&target_bits);
    if target_bits == VBSCRIPT {
        let message = "VBScript is going away from Windows; write the action in another language";
        c.report.warning(1163, &element.at, message);
    }
    if script_bits == Some(Some(true)) && !is_script {
        a.illegal(37, "Bitness", "needs `Script`, `JScriptCall` or `VBScriptCall`; remove it");
    }
    if returns == ASYNC | CONTINUE && target_bits != EXE {
        a.illegal(38, "Return", "can be `asyncNoWait` with `ExeCommand` only");
    }
    if terminal_server_aware && execute & IN_SCRIPT == 0 {
        a.illegal(232, "TerminalServerAware", "is for deferred, rollback and commit actions only");
    }
    if source_bits == PROPERTY && target_bits == TEXT && execute & IN_SCRIPT != 0 {
        a.illegal(233, "Execute", "must be `immediate` for an action that sets a property; remove it");
    }
    let is_64_bit = is_script && script_bits.flatten().unwrap_or(c.arch.is_64_bit());
    let mut bits = source_bits | target_bits | execute | returns;
    for (set, bit) in [
        (is_64_bit, SCRIPT_64_BIT),
        (hide_target, HIDE_TARGET),
        (execute & IN_SCRIPT != 0 && !impersonate, NO_IMPERSONATE),
        (execute & IN_SCRIPT != 0 && terminal_server_aware, TERMINAL_SERVER_AWARE),
    ] {
        bits |= if set { bit } else { 0 };
    }
    let Some(id) = id else { return };
    let fields = fields![&id, bits, source, target, extended];
    c.row("CustomAction", Some(id), &element.at, fields);
}

/// Reports all but the first of the attributes in `names` that are there, with `number`; gives the first.
fn only_one<'n>(
    a: &Attributes<'_>,
    element: &Element,
    names: &'n [(&'n str, i32)],
    number: u16,
) -> Option<&'n (&'n str, i32)> {
    let mut present = element
        .attributes
        .iter()
        .filter_map(|attribute| names.iter().find(|(name, _)| *name == attribute.name));
    let first = present.next();
    for (name, _) in present {
        let first = first.map_or("", |(name, _)| name);
        a.illegal(number, name, format_args!("cannot be used together with `@{first}`; remove one of them"));
    }
    first
}

/// The type bits and the Source column; nothing where it was not or wrongly given.
fn source(c: &mut Compiler, a: &Attributes<'_>, element: &Element) -> Option<(i32, Field)> {
    let values: Vec<Option<String>> = SOURCES
        .iter()
        .map(|(name, _)| match *name {
            // Read with the target.
            "Script" => None,
            "Property" => a.text(name),
            "Directory" => directory::optional(c, a, None),
            _ => a.reference(name),
        })
        .collect();
    let Some((name, bits)) = only_one(a, element, &SOURCES, 22) else {
        if a.has("Error") {
            return Some((FILE, Field::Null));
        }
        if TARGETS.iter().any(|(name, _)| a.has(name)) {
            let names = "`BinaryRef`, `Directory`, `FileRef`, `Property`, `Script` or `Error`";
            c.report.error(44, &element.at, format!("`CustomAction` needs {names}; add one"));
        }
        return None;
    };
    if *name == "Script" {
        return Some((*bits, Field::Null));
    }
    let value =
        SOURCES.iter().zip(values).find(|((known, _), _)| known == name).and_then(|(_, value)| value)?;
    let kind = match *name {
        "BinaryRef" => Some("Binary"),
        "FileRef" => Some("File"),
        _ => None,
    };
    if let Some(kind) = kind {
        c.refer(kind, &value, a.at(name));
    }
    Some((*bits, value.into()))
}

/// The type bits and the Target column; nothing where it was not or wrongly given.
fn target(c: &mut Compiler, a: &Attributes<'_>, element: &Element) -> Option<(i32, Field)> {
    let script = a.choice("Script", &[("jscript", JSCRIPT), ("vbscript", VBSCRIPT)]);
    let file = a.text("ScriptSourceFile");
    let texts: Vec<Option<String>> = TARGETS
        .iter()
        .map(|(name, _)| match *name {
            "Script" => None,
            "DllEntry" | "Error" => a.text(name),
            _ => a.text_or_empty(name),
        })
        .collect();
    let Some((name, bits)) = only_one(a, element, &TARGETS, 23) else {
        let names = "`DllEntry`, `Error`, `ExeCommand`, `JScriptCall`, `Script`, `Value` or `VBScriptCall`";
        c.report.error(44, &element.at, format!("`CustomAction` needs {names}; add one"));
        return None;
    };
    if *name == "Script" {
        let file = a.required("ScriptSourceFile", file)?;
        return Some((script?, Field::TextFile(file)));
    }
    a.only_with("ScriptSourceFile", "Script");
    if ["JScriptCall", "VBScriptCall"].contains(name) {
        a.exclusive(name, "Directory");
    }
    if *name == "Value"
        && !a.has("Property")
        && !a.has("Directory")
        && (a.has("BinaryRef") || a.has("FileRef"))
    {
        a.illegal(37, name, "needs `@Property` or `@Directory`; add one, or remove `@Value`");
    }
    let text = TARGETS.iter().zip(texts).find(|((known, _), _)| known == name).and_then(|(_, text)| text)?;
    if *name == "Error" && text.parse::<i32>().is_ok() {
        c.refer("Error", &text, a.at(name));
    }
    Some((*bits, if text.is_empty() { Field::Null } else { text.into() }))
}

/// Which sequences `@Sequence` means, and the type bits that come with it.
const BOTH: &[Sequence] = &[Sequence::InstallUi, Sequence::InstallExecute];
const SEQUENCES: [(&str, (&[Sequence], i32)); 4] = [
    ("both", (BOTH, 0)),
    ("execute", (&[Sequence::InstallExecute], 0)),
    ("first", (BOTH, FIRST_SEQUENCE)),
    ("ui", (&[Sequence::InstallUi], 0)),
];

/// `SetProperty`: <https://docs.firegiant.com/wix/schema/wxs/setproperty/>.
pub(super) fn set_property(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let (before, after) = (a.reference("Before"), a.reference("After"));
    a.exclusive("After", "Before");
    if !a.has("Before") && !a.has("After") {
        c.report.error(45, &element.at, "`SetProperty` needs `Before` or `After`; add one");
    }
    let schedule = before.map(Schedule::Before).or(after.map(Schedule::After));
    let value = a.text_or_empty("Value");
    set(c, &a, element, PROPERTY, value, schedule);
}

/// `SetDirectory`: <https://docs.firegiant.com/wix/schema/wxs/setdirectory/>.
pub(super) fn set_directory(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    if a.has("Id")
        && let Some(attribute) = element.attributes.iter().find(|attribute| attribute.name == "Id")
    {
        c.refer("Directory", &attribute.value, &attribute.at);
    }
    let value = a.text("Value");
    set(c, &a, element, DIRECTORY, value, Some(Schedule::After("CostFinalize".to_owned())));
}

fn set(
    c: &mut Compiler,
    a: &Attributes<'_>,
    element: &Element,
    source_bits: i32,
    value: Option<String>,
    schedule: Option<Schedule>,
) {
    let id = a.required("Id", a.reference("Id"));
    let value = a.required("Value", value);
    let action = a.reference("Action").or_else(|| Some(format!("Set{}", id.as_ref()?)));
    let condition = a.text("Condition");
    let (sequences, bits) = a.choice("Sequence", &SEQUENCES).unwrap_or((BOTH, 0));
    c.no_children(element);
    let (Some(id), Some(value), Some(action), Some(schedule)) = (id, value, action, schedule) else { return };
    if let Schedule::Before(other) | Schedule::After(other) = &schedule
        && *other == action
    {
        c.report.error(181, &element.at, format!("action `{action}` cannot run before or after itself"));
    }
    let value = if value.is_empty() { Field::Null } else { value.into() };
    let fields = fields![&action, source_bits | TEXT | bits, id, value, None::<i32>];
    c.row("CustomAction", Some(Id::global(&action)), &element.at, fields);
    for one in sequences {
        sequence::schedule(c, &action, *one, condition.as_ref(), schedule.clone(), &element.at);
    }
}
