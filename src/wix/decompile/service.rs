//! `ServiceInstall`, `ServiceControl` and how services are configured.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::Work;
use crate::source::Element;

/// The number 0, or words for others, of an attribute that takes either.
type Words = &'static [(&'static str, &'static str)];

/// Rows of ServiceInstall, ServiceControl, MsiServiceConfig and MsiServiceConfigFailureActions.
pub(super) fn services(work: &mut Work<'_>) {
    for row in work.rows("ServiceInstall") {
        let install = install(work, row);
        work.put("Component", row.or_empty("Component_"), install);
    }
    for row in work.rows("ServiceControl") {
        let events = row.or_zero("Event");
        let when = |install: i32, uninstall: i32| match (events & install != 0, events & uninstall != 0) {
            (true, true) => Some("both"),
            (true, false) => Some("install"),
            (false, true) => Some("uninstall"),
            (false, false) => None,
        };
        let arguments =
            parts(row.text("Arguments")).map(|argument| element("ServiceArgument").with("Value", argument));
        let control = element("ServiceControl")
            .with("Id", row.text("ServiceControl"))
            .with("Name", row.text("Name"))
            .with("Start", when(0x01, 0x10))
            .with("Stop", when(0x02, 0x20))
            .with("Remove", when(0x08, 0x80))
            .with("Wait", row.int("Wait").map(|wait| if wait == 0 { "no" } else { "yes" }))
            .holding(arguments);
        work.put("Component", row.or_empty("Component_"), control);
    }
    for row in work.rows("MsiServiceConfig") {
        work.put("Component", row.or_empty("Component_"), config(row));
    }
    for row in work.rows("MsiServiceConfigFailureActions") {
        work.put("Component", row.or_empty("Component_"), failure_actions(row));
    }
}

/// The parts of a list with `[~]` between.
fn parts(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.into_iter().flat_map(|list| list.split("[~]")).filter(|part| !part.is_empty())
}

fn install(work: &mut Work<'_>, row: Row<'_>) -> Element {
    const INTERACTIVE: i32 = 0x100;
    const VITAL: i32 = 0x8000;
    let id = row.or_empty("ServiceInstall");
    let kind = row.or_zero("ServiceType");
    let errors = row.or_zero("ErrorControl");
    let description = row.text("Description");
    let dependencies = parts(row.text("Dependencies")).map(|name| match name.strip_prefix('+') {
        Some(group) => element("ServiceDependency").with("Id", group).flag("Group", true),
        None => element("ServiceDependency").with("Id", name),
    });
    let word = |number: i32, words: &[(i32, &'static str)]| {
        words.iter().find(|(known, _)| *known == number).map(|(_, word)| *word)
    };
    element("ServiceInstall")
        .with("Id", id)
        .with("Name", row.text("Name"))
        .with("DisplayName", row.text("DisplayName"))
        .with("Description", description.filter(|text| *text != "[~]"))
        .flag("EraseDescription", description == Some("[~]"))
        .with("Type", word(kind & !INTERACTIVE, &[(0x10, "ownProcess"), (0x20, "shareProcess")]))
        .flag("Interactive", kind & INTERACTIVE != 0)
        .with("Start", word(row.or_zero("StartType"), &[(2, "auto"), (3, "demand"), (4, "disabled")]))
        .with("ErrorControl", word(errors & !VITAL, &[(0, "ignore"), (1, "normal"), (3, "critical")]))
        .flag("Vital", errors & VITAL != 0)
        .with("LoadOrderGroup", row.text("LoadOrderGroup"))
        .with("Account", row.text("StartName"))
        .with("Password", row.text("Password"))
        .with("Arguments", row.text("Arguments"))
        .holding(dependencies.collect::<Vec<_>>())
        .holding(work.take("ServiceInstall", id))
}

/// What both kinds of configuration have. `id` is the attribute's, from which rows get theirs.
fn common(name: &str, id: &str, row: Row<'_>) -> Element {
    let events = row.or_zero("Event");
    element(name)
        .with("Id", id)
        .with("ServiceName", row.text("Name"))
        .flag("OnInstall", events & 1 != 0)
        .flag("OnUninstall", events & 2 != 0)
        .flag("OnReinstall", events & 4 != 0)
}

/// `ServiceConfig`: the language gives a row for each thing that it says, and adds two letters to the id.
fn config(row: Row<'_>) -> Element {
    let id = row.or_empty("MsiServiceConfig");
    let id = id.rsplit_once('.').map_or(id, |(id, _)| id);
    let config = common("ServiceConfig", id, row);
    let argument = row.or_empty("Argument");
    let said = |words: Words| {
        words.iter().find(|(known, _)| *known == argument).map_or(argument, |(_, word)| *word).to_owned()
    };
    match row.or_zero("ConfigType") {
        3 => config.with("DelayedAutoStart", said(&[("0", "no"), ("1", "yes")])),
        4 => config
            .with("FailureActionsWhen", said(&[("0", "failedToStop"), ("1", "failedToStopOrReturnedError")])),
        5 => config.with("ServiceSid", said(&[("0", "none"), ("3", "restricted"), ("1", "unrestricted")])),
        6 => {
            config.holding(argument.split("[~]").map(|name| element("RequiredPrivilege").with("Name", name)))
        }
        _ => config.with("PreShutdownDelay", argument),
    }
}

fn failure_actions(row: Row<'_>) -> Element {
    const ACTIONS: [&str; 4] = ["none", "restartService", "restartComputer", "runCommand"];
    let text = |column: &str| match row.text(column) {
        Some("[~]") => None,
        text => Some(text.unwrap_or_default()),
    };
    let actions = row.or_empty("Actions").split("[~]");
    let failures =
        actions.zip(row.or_empty("DelayActions").split("[~]")).filter(|(action, _)| !action.is_empty());
    let failures = failures.map(|(action, delay)| {
        let word = action.parse::<usize>().ok().and_then(|number| ACTIONS.get(number)).copied();
        element("Failure").with("Action", word.unwrap_or(action)).with("Delay", delay)
    });
    common("ServiceConfigFailureActions", row.or_empty("MsiServiceConfigFailureActions"), row)
        .with("ResetPeriod", row.int("ResetPeriod"))
        .with("RebootMessage", text("RebootMessage"))
        .with("Command", text("Command"))
        .holding(failures)
}
