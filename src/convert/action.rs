//! Custom actions and where they stand in sequences.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::text;
use crate::tree::{Content, Id};

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "CustomAction", custom_action),
    (Space::Wix, "Custom", scheduled),
    (Space::Wix, "SetProperty", scheduled),
    (Space::Wix, "Property", property),
];

/// Actions of extensions, which have a name for each processor now.
const ACTIONS: &[&str] = &[
    "ConfigureComPlusInstall",
    "ConfigureComPlusUninstall",
    "ConfigureEventManifestRegister",
    "ConfigureEventManifestUnregister",
    "ConfigureIIs",
    "ConfigurePerfmonInstall",
    "ConfigurePerfmonManifestRegister",
    "ConfigurePerfmonManifestUnregister",
    "ConfigurePerfmonUninstall",
    "ConfigureSmbInstall",
    "ConfigureSmbUninstall",
    "ConfigureUsers",
    "InstallCertificates",
    "InstallPerfCounterData",
    "InstallSqlData",
    "MessageQueuingInstall",
    "MessageQueuingUninstall",
    "NetFxExecuteNativeImageCommitInstall",
    "NetFxExecuteNativeImageCommitUninstall",
    "NetFxExecuteNativeImageInstall",
    "NetFxExecuteNativeImageUninstall",
    "NetFxScheduleNativeImage",
    "SchedSecureObjects",
    "SchedSecureObjectsRollback",
    "SchedServiceConfig",
    "SchedXmlConfig",
    "SchedXmlFile",
    "UninstallCertificates",
    "UninstallPerfCounterData",
    "UninstallSqlData",
    "VSFindInstances",
    "WixBroadcastEnvironmentChange",
    "WixBroadcastSettingChange",
    "WixCheckRebootRequired",
    "WixCloseApplications",
    "WixCreateInternetShortcuts",
    "WixDependencyCheck",
    "WixDependencyRequire",
    "WixExitEarlyWithSuccess",
    "WixFailWhenDeferred",
    "WixQueryDirectXCaps",
    "WixQueryNativeMachine",
    "WixQueryOsDirs",
    "WixQueryOsDriverInfo",
    "WixQueryOsInfo",
    "WixQueryOsWellKnownSID",
    "WixRegisterRestartResources",
    "WixRollbackInternetShortcuts",
    "WixSchedFirewallExceptionsInstall",
    "WixSchedFirewallExceptionsUninstall",
    "WixSchedHttpUrlReservationsInstall",
    "WixSchedHttpUrlReservationsUninstall",
    "WixSchedInternetShortcuts",
    "WixWaitForEvent",
    "WixWaitForEventDeferred",
];

/// The name that an action of an extension has now, for the processor of the build.
fn renamed(action: &str) -> Option<String> {
    let known = ACTIONS.iter().find(|known| **known == action)?;
    let major = if known.contains("Firewall") { 5 } else { 4 };
    Some(format!("Wix{major}{}_$(sys.BUILDARCHSHORT)", known.strip_prefix("Wix").unwrap_or(known)))
}

/// What stands after or before an action of an extension follows its new name. Whether the action itself may be moved, only
/// its extension knows.
fn scheduled(session: &mut Session, id: Id) {
    for name in ["After", "Before"] {
        let Some(old) = session.tree.value(id, name) else { continue };
        let Some(new) = renamed(&old) else { continue };
        let message = format!("`{old}` has a name for each processor, `{new}`");
        if session.converts(kinds::ACTION_SUFFIX, id, message) {
            session.tree.set(id, name, &new);
        }
    }
    let Some(old) = session.tree.value(id, "Action") else { return };
    if let Some(new) = renamed(&old).filter(|_| session.local(id) == "Custom") {
        let message = format!("`{old}` has a name for each processor, and its extension schedules it");
        let help = format!("remove this, or move the action with `Action=\"override {new}\"`");
        session.asks(kinds::ACTION_SUFFIX, id, message, &help);
    }
}

fn custom_action(session: &mut Session, id: Id) {
    for (old, new) in [("BinaryKey", "BinaryRef"), ("FileKey", "FileRef")] {
        let message = format!("`{old}` is `{new}`");
        if session.tree.value(id, old).is_some() && session.converts(kinds::ACTION_KEYS, id, message) {
            session.tree.rename(id, old, new);
        }
    }
    let binary = session.tree.value(id, "BinaryRef");
    let new_binary = match binary.as_deref() {
        Some("WixCA" | "UtilCA") => Some("Wix4UtilCA_X86"),
        Some("WixCA_x64" | "UtilCA_x64") => Some("Wix4UtilCA_X64"),
        _ => None,
    };
    if let (Some(old), Some(new)) = (binary, new_binary)
        && session.converts(kinds::WIX_CA, id, format!("the DLL `{old}` of the extension Util is `{new}`"))
    {
        session.tree.set(id, "BinaryRef", new);
    }
    for (name, prefix, old_names) in [
        ("DllEntry", "CAQuietExec", ["CAQuietExec", "CAQuietExec64"]),
        ("Property", "QtExec", ["QtExecCmdLine", "QtExec64CmdLine"]),
    ] {
        let Some(old) = session.tree.value(id, name).filter(|old| old_names.contains(&&**old)) else {
            continue;
        };
        let new = old.replacen(prefix, "WixQuietExec", 1);
        if session.converts(kinds::QUIET_EXEC, id, format!("`{old}` is `{new}`")) {
            session.tree.set(id, name, &new);
        }
    }
    script(session, id);
}

/// A script within an action, which stands in a file of its own now.
fn script(session: &mut Session, id: Id) {
    let Some(language) = session.tree.value(id, "Script") else { return };
    if text::known(session, id, "ScriptSourceFile").is_none() {
        return;
    }
    let name = session.tree.value(id, "Id").unwrap_or_default();
    // it becomes the name of a file
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if !is_name {
        let message =
            format!("a script stands in a file, and no file can be named after the action `{name}`");
        let help = "put the script into a file, and name it in `ScriptSourceFile`";
        return session.asks(kinds::INNER_TEXT, id, message, help);
    }
    let ending = match &*language {
        "jscript" => "js",
        "vbscript" => "vbs",
        _ => "txt",
    };
    let file = format!("{name}.{ending}");
    let message = format!("the script stands in a file, `{file}`, beside this one");
    if session.converts(kinds::INNER_TEXT, id, message) {
        let mut script = String::new();
        for child in session.tree.empty(id) {
            match session.tree.content(child) {
                Content::Text(raw) => script.push_str(&crate::tree::unescape(raw)),
                Content::Cdata(raw) => script.push_str(text::cdata(raw)),
                Content::Comment(_) => session.tree.put_before(id, child),
                _ => {}
            }
        }
        session.tree.close(id);
        session.tree.set(id, "ScriptSourceFile", &file);
        session.beside.push((file, script.trim().to_owned()));
    }
}

fn property(session: &mut Session, id: Id) {
    if session.tree.value(id, "Id").as_deref() == Some("QtExecCmdTimeout") {
        let message =
            "`QtExecCmdTimeout` is `WixQuietExecCmdTimeout` or `WixQuietExec64CmdTimeout`, by what it is for";
        session.asks(kinds::QUIET_EXEC_TIMEOUT, id, message, "name the one of the action that you use");
    }
}
