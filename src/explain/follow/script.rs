//! The operations of the script: what an installation really does to the machine.

use super::disk::Disk;
use crate::line::fields::field;
use crate::story::Session;

/// The place that operations speak of without naming it, and what waits for the line that names it.
#[derive(Default)]
pub(super) struct Place {
    folder: String,
    key: String,
    removal: Option<(String, String, u64)>,
}

/// The registry roots that operations name by number.
fn hive(root: &str) -> &str {
    match root {
        "-2147483648" => "HKCR",
        "-2147483647" => "HKCU",
        "-2147483646" => "HKLM",
        "-2147483645" => "HKU",
        other => other,
    }
}

impl Place {
    /// Takes an operation.
    pub(super) fn operation(
        &mut self,
        name: &str,
        arguments: &str,
        session: &mut Session,
        disk: &mut Disk,
        line: u64,
    ) {
        self.settle(session.id, disk);
        let get = |field_name| field(arguments, field_name).unwrap_or("");
        match name {
            "SetTargetFolder" => get("Folder").clone_into(&mut self.folder),
            "ComponentRegister" => {
                let pseudo = get("ProductKey").starts_with("{00000000-");
                if !pseudo {
                    let shared = get("SharedDllRefCount") == "2";
                    disk.register(get("KeyPath"), get("ComponentId"), shared, session.id, line);
                }
                count(session, "components registered");
            }
            "ComponentUnregister" => count(session, "components unregistered"),
            "FileRemove" => {
                self.removal = Some((get("FileName").to_owned(), get("ComponentId").to_owned(), line));
                count(session, "files removed");
            }
            "FileCopy" => count(session, "files considered"),
            "RegOpenKey" => {
                let view = if get("BinaryType") == "1" { "64" } else { "32" };
                self.key.clear();
                for part in [hive(get("Root")), view, "\\", get("Key")] {
                    self.key.push_str(part);
                }
            }
            "RegAddValue" => {
                disk.value_written(&self.key, get("Name"), session.id, line);
                count(session, "registry values written");
            }
            "RegRemoveValue" => {
                disk.value_removed(&self.key, get("Name"), session.id, line);
                count(session, "registry values removed");
            }
            "ServiceInstall" => {
                disk.service_made(get("Name"), session.id, line);
                count(session, "services installed");
            }
            "ServiceControl" if get("Action") == "8" => {
                disk.service_deleted(get("Name"), session.id, line);
                count(session, "services deleted");
            }
            "ProductInfo" => {
                let named = |value: &str| (!value.is_empty()).then(|| value.to_owned());
                session.product_code = named(get("ProductKey")).or_else(|| session.product_code.take());
                session.name = named(get("ProductName")).or_else(|| session.name.take());
                if let Ok(packed) = get("Version").parse::<u32>() {
                    let version = format!("{}.{}.{}", packed >> 24, (packed >> 16) & 0xFF, packed & 0xFFFF);
                    session.version.get_or_insert(version);
                }
            }
            _ => {}
        }
    }

    /// Takes `RemoveFiles: File: a, Directory: d`, which says where the last removal was.
    pub(super) fn removal_named(&mut self, file: &str, folder: &str, session: u32, disk: &mut Disk) {
        if let Some((name, component, line)) = self.removal.take() {
            let long = name.rsplit('|').next().unwrap_or(&name);
            if long.eq_ignore_ascii_case(file) {
                disk.removed(
                    &format!("{}\\{file}", folder.trim_end_matches('\\')),
                    &component,
                    session,
                    line,
                );
            } else {
                self.removal = Some((name, component, line));
            }
        }
    }

    /// Takes a removal for one in the folder that was set last, where nothing said otherwise.
    pub(super) fn settle(&mut self, session: u32, disk: &mut Disk) {
        if let Some((name, component, line)) = self.removal.take()
            && !self.folder.is_empty()
        {
            let long = name.rsplit('|').next().unwrap_or(&name);
            disk.removed(
                &format!("{}\\{long}", self.folder.trim_end_matches('\\')),
                &component,
                session,
                line,
            );
        }
    }
}

fn count(session: &mut Session, what: &str) {
    if let Some(count) = session.operations.get_mut(what) {
        *count += 1;
    } else {
        session.operations.insert(what.to_owned(), 1);
    }
}

/// The rule behind a file decision, by the reason's words; they differ between builds of Windows Installer.
pub(super) fn rule(decision: &str, reason: &str) -> &'static str {
    let reason = reason.to_ascii_lowercase();
    let has = |words: &str| reason.contains(words);
    match decision.starts_with("Won't") || decision.starts_with("Wont") {
        false if has("no existing file") => "S07",
        false if has("lower version") => "A24",
        false if has("reinstallmode") => "S10",
        false if has("corrupt") || has("checksum") => "A30",
        false if has("hash doesn't match") || has("hash does not match") => "A28",
        false if has("unversioned") => "A25",
        true if has("higher version") => "A24",
        true if has("equal version") => "A26",
        true if has("modified") && !has("unmodified") => "A27",
        true if has("hash match") => "A28",
        true if has("is versioned") || has("existing file versioned") => "A25",
        _ => "",
    }
}
