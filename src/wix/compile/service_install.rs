//! `ServiceInstall`: a Windows service.

use super::elements::{self, HostService, Rule, Within};
use super::place::Host;
use super::{Compiler, permission, service_config};
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, fields};

pub(super) const ELEMENTS: &[Rule] = &[("ServiceInstall", Within::Component(service_install))];

/// Bits of the columns ServiceType and ErrorControl
/// (<https://learn.microsoft.com/windows/win32/msi/serviceinstall-table>).
const INTERACTIVE: i32 = 0x100;
const VITAL: i32 = 0x8000;

/// Kinds of services that Windows Installer does not install (WIX0073).
const TYPES: [(&str, Option<i32>); 4] = [
    ("ownProcess", Some(0x10)),
    ("shareProcess", Some(0x20)),
    ("kernelDriver", None),
    ("systemDriver", None),
];
const STARTS: [(&str, Option<i32>); 5] =
    [("auto", Some(2)), ("demand", Some(3)), ("disabled", Some(4)), ("boot", None), ("system", None)];

/// `ServiceInstall`: <https://docs.firegiant.com/wix/schema/wxs/serviceinstall/>.
fn service_install(c: &mut Compiler, element: &Element, host: &Host) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let [account, arguments, description, display, group, password] =
        ["Account", "Arguments", "Description", "DisplayName", "LoadOrderGroup", "Password"]
            .map(|name| a.text(name));
    let erases = a.flag("EraseDescription");
    let errors = [("ignore", 0), ("normal", 1), ("critical", 3)];
    let error_control =
        a.choice("ErrorControl", &errors).unwrap_or(1) | if a.flag("Vital") { VITAL } else { 0 };
    let interactive = if a.flag("Interactive") { INTERACTIVE } else { 0 };
    let name = a.required("Name", a.text("Name"));
    let supported = |attribute: &str, choice: Option<Option<i32>>| {
        if choice == Some(None) {
            a.illegal(73, attribute, "asks for a driver, which Windows Installer does not install");
        }
        choice.flatten()
    };
    let kind = supported("Type", a.choice("Type", &TYPES)).unwrap_or(0x10) | interactive;
    let start = supported("Start", a.choice("Start", &STARTS)).unwrap_or(3);
    let Some(name) = name else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier_of_name(&name)));
    let mut dependencies: Option<String> = None;
    let around = HostService { host, id: &id.name, name: &name };
    c.open_children(element, |c, child| {
        match child.name.as_str() {
            _ if child.namespace != element.namespace => return elements::in_service(c, child, &around),
            "PermissionEx" => permission::permission_ex(c, child, &id.name, "ServiceInstall"),
            "ServiceConfig" => service_config::service_config(c, child, host, Some(&name)),
            "ServiceConfigFailureActions" => service_config::failure_actions(c, child, host, Some(&name)),
            "ServiceDependency" => {
                if let Some(dependency) = service_dependency(c, child) {
                    dependencies.get_or_insert_default().push_str(&format!("{dependency}[~]"));
                }
            }
            _ => return false,
        }
        true
    });
    let dependencies = dependencies.map(|list| format!("{list}[~]"));
    let description = if erases { Some("[~]".to_owned()) } else { description };
    let fields = fields![
        &id,
        &name,
        display,
        kind,
        start,
        error_control,
        group,
        dependencies,
        account,
        password,
        arguments,
        &host.id,
        description,
    ];
    c.row("ServiceInstall", Some(id), &element.at, fields);
}

/// `ServiceDependency`: <https://docs.firegiant.com/wix/schema/wxs/servicedependency/>. A `+` marks a group.
fn service_dependency(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let id = a.required("Id", a.text("Id"));
    let group = a.flag("Group");
    c.no_children(element);
    id.map(|id| if group { format!("+{id}") } else { id })
}
