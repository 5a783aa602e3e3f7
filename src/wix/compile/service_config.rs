//! `ServiceConfig` and `ServiceConfigFailureActions`: how a service behaves, and what happens when it fails.

use super::elements::{Rule, Within};
use super::place::Host;
use super::{Attributes, Compiler};
use crate::diag::Diagnostic;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("ServiceConfig", Within::Component(|c, element, host| service_config(c, element, host, None))),
    (
        "ServiceConfigFailureActions",
        Within::Component(|c, element, host| failure_actions(c, element, host, None)),
    ),
];

/// Attributes with their bits of the column Event
/// (<https://learn.microsoft.com/windows/win32/msi/msiserviceconfig-table>).
const EVENTS: [(&str, i32); 3] = [("OnInstall", 1), ("OnUninstall", 2), ("OnReinstall", 4)];

/// Privileges by the names that authoring has for them
/// (<https://learn.microsoft.com/windows/win32/secauthz/privilege-constants>).
#[rustfmt::skip]
const PRIVILEGES: [(&str, &str); 39] = [
    ("assignPrimaryToken", "AssignPrimaryToken"), ("audit", "Audit"), ("backup", "Backup"),
    ("changeNotify", "ChangeNotify"), ("createGlobal", "CreateGlobal"), ("createPagefile", "CreatePagefile"),
    ("createPermanent", "CreatePermanent"), ("createSymbolicLink", "CreateSymbolicLink"),
    ("createToken", "CreateToken"), ("debug", "Debug"), ("enableDelegation", "EnableDelegation"),
    ("impersonate", "Impersonate"), ("increaseBasePriority", "IncreaseBasePriority"),
    ("increaseQuota", "IncreaseQuota"), ("increaseWorkingSet", "IncreaseWorkingSet"), ("loadDriver", "LoadDriver"),
    ("lockMemory", "LockMemory"), ("machineAccount", "MachineAccount"), ("manageVolume", "ManageVolume"),
    ("profileSingleProcess", "ProfileSingleProcess"), ("relabel", "Relabel"), ("remoteShutdown", "RemoteShutdown"),
    ("restore", "Restore"), ("security", "Security"), ("shutdown", "Shutdown"), ("syncAgent", "SyncAgent"),
    ("systemEnvironment", "SystemEnvironment"), ("systemProfile", "SystemProfile"), ("systemTime", "Systemtime"),
    ("modifySystemTime", "Systemtime"), ("takeOwnership", "TakeOwnership"), ("tcb", "Tcb"),
    ("trustedComputerBase", "Tcb"), ("timeZone", "TimeZone"), ("modifyTimeZone", "TimeZone"),
    ("trustedCredManAccess", "TrustedCredManAccess"), ("trustedCredentialManagerAccess", "TrustedCredManAccess"),
    ("undock", "Undock"), ("unsolicitedInput", "UnsolicitedInput"),
];

/// What both elements say: whose configuration it is, and when it is set.
struct Common {
    id: Id,
    name: String,
    events: i32,
}

/// Reads what both elements have. `around` is the name of the service that the element stands in.
fn common(c: &Compiler, element: &Element, a: &Attributes<'_>, around: Option<&str>) -> Option<Common> {
    let warning = Diagnostic::warning(
        "WIX1149",
        format!("`{}` does not work as documented, says Windows Installer's own documentation", element.name),
    );
    c.report.push(
        warning.at(&element.at).help("use `util:ServiceConfig`, or set it when the service is installed"),
    );
    let id = a.id("Id");
    let own = a.text("ServiceName");
    if own.is_some() && around.is_some() {
        a.illegal(62, "ServiceName", "cannot be used inside a `ServiceInstall`, whose service it is");
    }
    let own = if around.is_none() { a.required("ServiceName", own) } else { own };
    let events: i32 = EVENTS.iter().filter(|(name, _)| a.flag(name)).map(|(_, bit)| bit).sum();
    if events == 0 {
        let names = "`OnInstall`, `OnReinstall` or `OnUninstall`";
        c.report.error(44, &element.at, format!("`{}` needs {names}; add one", element.name));
    }
    let name = own.or_else(|| around.map(str::to_owned))?;
    let id = id.unwrap_or_else(|| Id::section(ids::identifier_of_name(&name)));
    Some(Common { id, name, events })
}

/// `ServiceConfig`: <https://docs.firegiant.com/wix/schema/wxs/serviceconfig/>.
pub(super) fn service_config(c: &mut Compiler, element: &Element, host: &Host, service: Option<&str>) {
    let a = c.attributes(element);
    let common = common(c, element, &a, service);
    // What is none of the words is a formatted text.
    let word = |name: &str, words: &[(&str, &str)]| {
        let text = a.text(name)?;
        Some(words.iter().find(|(word, _)| *word == text).map_or(text, |(_, value)| (*value).to_owned()))
    };
    let delayed = word("DelayedAutoStart", &[("no", "0"), ("yes", "1")]);
    let failure_words = [("failedToStop", "0"), ("failedToStopOrReturnedError", "1")];
    let failure = word("FailureActionsWhen", &failure_words);
    let sid = word("ServiceSid", &[("none", "0"), ("restricted", "3"), ("unrestricted", "1")]);
    let shutdown = a.text_or_empty("PreShutdownDelay").filter(|delay| !delay.is_empty());
    let mut privileges: Option<String> = None;
    c.children(element, |c, child| {
        if child.name == "RequiredPrivilege"
            && let Some(privilege) = required_privilege(c, child)
        {
            privileges = Some(match privileges.take() {
                Some(before) => format!("{before}[~]{privilege}"),
                None => privilege,
            });
        }
        child.name == "RequiredPrivilege"
    });
    let settings =
        [("DS", 3, delayed), ("FA", 4, failure), ("SS", 5, sid), ("RP", 6, privileges), ("PD", 7, shutdown)];
    if settings.iter().all(|(.., value)| value.is_none()) {
        let message = "`ServiceConfig` needs `DelayedAutoStart`, `FailureActionsWhen`, `PreShutdownDelay`, \
                       `ServiceSid` or a `RequiredPrivilege`; add one";
        c.report.error(44, &element.at, message);
    }
    let Some(Common { id, name, events }) = common else { return };
    for (suffix, number, value) in settings {
        let Some(value) = value else { continue };
        let id = Id { name: format!("{}.{suffix}", id.name), access: id.access };
        let fields = fields![&id, &name, events, number, value, &host.id];
        c.row("MsiServiceConfig", Some(id), &element.at, fields);
    }
}

/// `RequiredPrivilege`: <https://docs.firegiant.com/wix/schema/wxs/requiredprivilege/>.
fn required_privilege(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let name = a.required("Name", a.text("Name"));
    c.no_children(element);
    let name = name?;
    let known = PRIVILEGES.iter().find(|(word, _)| *word == name);
    Some(known.map_or(name, |(_, privilege)| format!("Se{privilege}Privilege")))
}

/// `ServiceConfigFailureActions`: <https://docs.firegiant.com/wix/schema/wxs/serviceconfigfailureactions/>.
pub(super) fn failure_actions(c: &mut Compiler, element: &Element, host: &Host, service: Option<&str>) {
    const ACTIONS: [(&str, &str); 4] =
        [("none", "0"), ("restartComputer", "2"), ("restartService", "1"), ("runCommand", "3")];
    let a = c.attributes(element);
    let common = common(c, element, &a, service);
    let reset = a.integer("ResetPeriod", 0..=i32::MAX);
    // `[~]` stands for an empty text, which a cell cannot have.
    let [message, command] =
        ["RebootMessage", "Command"].map(|name| a.text_or_empty(name).unwrap_or_else(|| "[~]".to_owned()));
    let (mut actions, mut delays): (Vec<String>, Vec<String>) = Default::default();
    c.children(element, |c, child| {
        if child.name == "Failure" {
            let a = c.attributes(child);
            let action = a.required("Action", a.text("Action"));
            let delay = a.required("Delay", a.text("Delay"));
            c.no_children(child);
            if let (Some(action), Some(delay)) = (action, delay) {
                let known = ACTIONS.iter().find(|(word, _)| *word == action);
                actions.push(known.map_or(action, |(_, number)| (*number).to_owned()));
                delays.push(delay);
            }
        }
        child.name == "Failure"
    });
    let Some(Common { id, name, events }) = common else { return };
    let list = |list: Vec<String>| (!list.is_empty()).then(|| list.join("[~]"));
    let fields = fields![&id, name, events, reset, message, command, list(actions), list(delays), &host.id];
    c.row("MsiServiceConfigFailureActions", Some(id), &element.at, fields);
}
