//! Where Windows has its folders, and what Windows Installer says of the system.

use crate::folded::Folded;
use crate::id::Arch;

/// Properties that Windows Installer sets on an up-to-date Windows 11; folders as a plain installation has them.
pub(super) fn standard_properties(arch: Arch) -> impl Iterator<Item = (&'static str, &'static str)> {
    let wide = arch.is_64_bit();
    let narrow = [
        ("VersionNT", "603"),
        ("VersionMsi", "5.00"),
        ("WindowsBuild", "9600"),
        ("ServicePackLevel", "0"),
        ("ServicePackLevelMinor", "0"),
        ("Privileged", "1"),
        ("AdminUser", "1"),
        ("MsiTrueAdminUser", "1"),
        ("MsiRunningElevated", "1"),
        ("MsiNetAssemblySupport", "4.8.9032.0"),
        ("MsiWin32AssemblySupport", "6.3.26100.1"),
        ("OLEAdvtSupport", "1"),
        ("ShellAdvtSupport", "1"),
        ("TTCSupport", "1"),
        ("ACTION", "INSTALL"),
        ("ROOTDRIVE", r"C:\"),
        ("ProgramFilesFolder", if wide { r"C:\Program Files (x86)\" } else { r"C:\Program Files\" }),
        (
            "CommonFilesFolder",
            if wide { r"C:\Program Files (x86)\Common Files\" } else { r"C:\Program Files\Common Files\" },
        ),
        ("SystemFolder", if wide { r"C:\Windows\SysWOW64\" } else { r"C:\Windows\System32\" }),
        ("WindowsFolder", r"C:\Windows\"),
        ("WindowsVolume", r"C:\"),
        ("FontsFolder", r"C:\Windows\Fonts\"),
        ("TempFolder", r"C:\Windows\Temp\"),
        ("CommonAppDataFolder", r"C:\ProgramData\"),
        ("ProgramMenuFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\"),
        ("StartMenuFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\"),
        ("StartupFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Startup\"),
        ("AdminToolsFolder", r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Administrative Tools\"),
        ("TemplateFolder", r"C:\ProgramData\Microsoft\Windows\Templates\"),
        ("DesktopFolder", r"C:\Users\Public\Desktop\"),
        ("AppDataFolder", r"C:\Users\user\AppData\Roaming\"),
        ("LocalAppDataFolder", r"C:\Users\user\AppData\Local\"),
        ("PersonalFolder", r"C:\Users\user\Documents\"),
        ("SendToFolder", r"C:\Users\user\AppData\Roaming\Microsoft\Windows\SendTo\"),
        ("FavoritesFolder", r"C:\Users\user\Favorites\"),
        ("MyPicturesFolder", r"C:\Users\user\Pictures\"),
    ];
    let sixty_four = [
        ("VersionNT64", "603"),
        ("ProgramFiles64Folder", r"C:\Program Files\"),
        ("CommonFiles64Folder", r"C:\Program Files\Common Files\"),
        ("System64Folder", r"C:\Windows\System32\"),
    ];
    // the processor's level, as most have it
    let of_processor: &[_] = match arch {
        Arch::X86 => &[("Intel", "6")],
        Arch::X64 => &[("Intel", "6"), ("MsiAMD64", "6"), ("Msix64", "6")],
        Arch::Arm64 => &[("Arm64", "1")],
    };
    let sixty_four = sixty_four.into_iter().take(if wide { 4 } else { 0 });
    narrow.into_iter().chain(sixty_four).chain(of_processor.iter().copied())
}

/// Properties that Windows Installer sets to what only the machine knows
/// (<https://learn.microsoft.com/windows/win32/msi/property-reference>).
pub(super) const OF_THE_MACHINE: [&str; 13] = [
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
pub(super) fn is_of_windows(path: &Folded, arch: Arch) -> bool {
    let own = path.folded();
    standard_properties(arch).any(|(_, folder)| {
        folder.ends_with('\\')
            && folder.len() > own.len()
            && folder.is_char_boundary(own.len())
            && folder[..own.len()].eq_ignore_ascii_case(own)
            && folder[own.len()..].starts_with('\\')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_windows_are_always_there() {
        for there in
            [r"C:", r"c:\programdata", r"C:\Windows\System32", r"C:\Program Files (x86)\Common Files"]
        {
            assert!(is_of_windows(&Folded::path(there), Arch::X64), "{there}");
        }
        assert!(is_of_windows(&Folded::path(r"C:\Program Files"), Arch::X86));
        for not in [r"C:\ProgramData\Acme", r"C:\Program", r"D:", r"C:\Windows\System32\inetsrv"] {
            assert!(!is_of_windows(&Folded::path(not), Arch::X64), "{not}");
        }
    }
}
