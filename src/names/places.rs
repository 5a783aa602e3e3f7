//! Where Windows has its folders, and what Windows Installer says of the system.

use crate::folded::Folded;
use crate::sorted::precedes;
use installer_condition::Value;
use installer_id::Arch;

/// Properties that Windows Installer sets on an up-to-date Windows 11; folders as a plain installation has them. Sorted by the
/// length of their names, then by the names: most names that are asked for are no property of these, and their length says so.
const EVERYWHERE: [(&str, &str); 33] = [
    ("ACTION", "INSTALL"),
    ("AdminUser", "1"),
    ("ROOTDRIVE", r"C:\"),
    ("VersionNT", "603"),
    ("Privileged", "1"),
    ("TTCSupport", "1"),
    ("TempFolder", r"C:\Windows\Temp\"),
    ("VersionMsi", "5.00"),
    ("FontsFolder", r"C:\Windows\Fonts\"),
    ("SendToFolder", r"C:\Users\user\AppData\Roaming\Microsoft\Windows\SendTo\"),
    ("WindowsBuild", "9600"),
    ("AppDataFolder", r"C:\Users\user\AppData\Roaming\"),
    ("DesktopFolder", r"C:\Users\Public\Desktop\"),
    ("StartupFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Startup\"),
    ("WindowsFolder", r"C:\Windows\"),
    ("WindowsVolume", r"C:\"),
    ("OLEAdvtSupport", "1"),
    ("PersonalFolder", r"C:\Users\user\Documents\"),
    ("TemplateFolder", r"C:\ProgramData\Microsoft\Windows\Templates\"),
    ("FavoritesFolder", r"C:\Users\user\Favorites\"),
    ("StartMenuFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\"),
    ("AdminToolsFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Administrative Tools\"),
    ("MsiTrueAdminUser", "1"),
    ("MyPicturesFolder", r"C:\Users\user\Pictures\"),
    ("ServicePackLevel", "0"),
    ("ShellAdvtSupport", "1"),
    ("ProgramMenuFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\"),
    ("LocalAppDataFolder", r"C:\Users\user\AppData\Local\"),
    ("MsiRunningElevated", "1"),
    ("CommonAppDataFolder", r"C:\ProgramData\"),
    ("MsiNetAssemblySupport", "4.8.9032.0"),
    ("ServicePackLevelMinor", "0"),
    ("MsiWin32AssemblySupport", "6.3.26100.1"),
];

/// Those of 32-bit Windows.
const NARROW: [(&str, &str); 3] = [
    ("ProgramFilesFolder", r"C:\Program Files\"),
    ("CommonFilesFolder", r"C:\Program Files\Common Files\"),
    ("SystemFolder", r"C:\Windows\System32\"),
];

/// Those of 64-bit Windows.
const WIDE: [(&str, &str); 7] = [
    ("ProgramFilesFolder", r"C:\Program Files (x86)\"),
    ("CommonFilesFolder", r"C:\Program Files (x86)\Common Files\"),
    ("SystemFolder", r"C:\Windows\SysWOW64\"),
    ("VersionNT64", "603"),
    ("ProgramFiles64Folder", r"C:\Program Files\"),
    ("CommonFiles64Folder", r"C:\Program Files\Common Files\"),
    ("System64Folder", r"C:\Windows\System32\"),
];

/// Those that hang on the processor, whose level is as most have it.
fn of_processor(arch: Arch) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let of_system: &[_] = if arch.is_64_bit() { &WIDE } else { &NARROW };
    let own: &[_] = match arch {
        Arch::X86 => &[("Intel", "6")],
        Arch::X64 => &[("Intel", "6"), ("MsiAMD64", "6"), ("Msix64", "6")],
        Arch::Arm64 => &[("Arm64", "1")],
    };
    of_system.iter().chain(own)
}

/// Where a name stands among others.
const fn order(name: &str) -> (usize, &str) {
    (name.len(), name)
}

// the table is in that order: `standard_property` relies on it
const _: () = {
    let mut at = 1;
    while at < EVERYWHERE.len() {
        let (before, name) = (order(EVERYWHERE[at - 1].0), order(EVERYWHERE[at].0));
        assert!(before.0 < name.0 || before.0 == name.0 && precedes(before.1, name.1));
        at += 1;
    }
};

/// What the property `name` is worth before a package or a user sets it; nothing where it is not set.
#[must_use]
pub fn standard_property(arch: Arch, name: &str) -> Option<Value<'static>> {
    let known = match EVERYWHERE.binary_search_by_key(&order(name), |(other, _)| order(other)) {
        Ok(at) => Some(EVERYWHERE[at].1),
        Err(_) => of_processor(arch).find(|(other, _)| *other == name).map(|(_, text)| *text),
    };
    let of_machine = || OF_THE_MACHINE.contains(&name).then_some(Value::Found);
    known.map(Value::Known).or_else(of_machine)
}

/// Properties that Windows Installer sets to what only the machine knows
/// (<https://learn.microsoft.com/windows/win32/msi/property-reference>).
const OF_THE_MACHINE: [&str; 13] = [
    "ComputerName",
    "Date",
    "LogonUser",
    "MsiNTProductType",
    "PhysicalMemory",
    "ScreenX",
    "ScreenY",
    "SystemLanguageID",
    "Time",
    "UILevel",
    "UserLanguageID",
    "UserSID",
    "VirtualMemory",
];

/// Whether Windows itself has the folder, so that no package makes it or takes it away.
#[must_use]
pub fn is_of_windows(path: &Folded, arch: Arch) -> bool {
    let own = path.folded();
    EVERYWHERE.iter().chain(of_processor(arch)).any(|(_, folder)| {
        folder.ends_with('\\')
            && folder.len() > own.len()
            && folder.is_char_boundary(own.len())
            && folder[..own.len()].eq_ignore_ascii_case(own)
            && folder[own.len()..].starts_with('\\')
    })
}
