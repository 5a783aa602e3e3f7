//! Elements that only schedule a custom action: `QueryWindowsDirectories` and its like.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::demand_action;
use crate::source::Element;

/// The action behind each element.
pub(crate) const ACTIONS: [(&str, &str); 12] = [
    ("BroadcastEnvironmentChange", "Wix4BroadcastEnvironmentChange"),
    ("BroadcastSettingChange", "Wix4BroadcastSettingChange"),
    ("CheckRebootRequired", "Wix4CheckRebootRequired"),
    ("ExitEarlyWithSuccess", "Wix4ExitEarlyWithSuccess"),
    ("FailWhenDeferred", "Wix4FailWhenDeferred"),
    ("QueryNativeMachine", "Wix4QueryNativeMachine"),
    ("QueryWindowsDirectories", "Wix4QueryOsDirs"),
    ("QueryWindowsDriverInfo", "Wix4QueryOsDriverInfo"),
    ("QueryWindowsSuiteInfo", "Wix4QueryOsInfo"),
    ("QueryWindowsWellKnownSIDs", "Wix4QueryOsWellKnownSID"),
    ("WaitForEvent", "Wix4WaitForEvent"),
    ("WaitForEventDeferred", "Wix4WaitForEventDeferred"),
];

pub(super) const ELEMENTS: &[Rule] = &[
    ("BroadcastEnvironmentChange", Within::Definition(action)),
    ("BroadcastEnvironmentChange", Within::Ui(action)),
    ("BroadcastSettingChange", Within::Definition(action)),
    ("BroadcastSettingChange", Within::Ui(action)),
    ("CheckRebootRequired", Within::Definition(action)),
    ("CheckRebootRequired", Within::Ui(action)),
    ("ExitEarlyWithSuccess", Within::Definition(action)),
    ("ExitEarlyWithSuccess", Within::Ui(action)),
    ("FailWhenDeferred", Within::Definition(action)),
    ("FailWhenDeferred", Within::Ui(action)),
    ("QueryNativeMachine", Within::Definition(action)),
    ("QueryNativeMachine", Within::Ui(nothing)),
    ("QueryWindowsDirectories", Within::Definition(action)),
    ("QueryWindowsDirectories", Within::Ui(action)),
    ("QueryWindowsDriverInfo", Within::Definition(action)),
    ("QueryWindowsDriverInfo", Within::Ui(action)),
    ("QueryWindowsSuiteInfo", Within::Definition(action)),
    ("QueryWindowsSuiteInfo", Within::Ui(action)),
    ("QueryWindowsWellKnownSIDs", Within::Definition(action)),
    ("QueryWindowsWellKnownSIDs", Within::Ui(action)),
    ("WaitForEvent", Within::Definition(action)),
    ("WaitForEvent", Within::Ui(action)),
    ("WaitForEventDeferred", Within::Definition(action)),
    ("WaitForEventDeferred", Within::Ui(action)),
];

fn action(c: &mut Compiler, element: &Element) {
    // It has no attributes.
    drop(c.attributes(element));
    c.no_children(element);
    if let Some((_, action)) = ACTIONS.iter().find(|(name, _)| *name == element.name) {
        demand_action(c, action, &element.at);
    }
}

/// As WiX, which takes the element there and does nothing with it.
fn nothing(c: &mut Compiler, element: &Element) {
    let message = format!("`{}` does nothing inside a `UI`", element.name);
    let finding = crate::diag::Diagnostic::warning("wix::without-effect", message).at(&element.at);
    c.report.push(finding.help("move it into the `Package` or a `Fragment`"));
}
