//! The errors of Windows Installer by number: what happened, what it usually comes from, what to do.
//!
//! Numbers and meaning: <https://learn.microsoft.com/windows/win32/msi/windows-installer-error-messages>. Causes and cures
//! are those that public threads about such logs came to.

/// What is known of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: u32,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What it usually comes from.
    pub cause: &'static str,
    /// What to do next.
    pub help: &'static str,
    /// How much it says about why an installation failed: 3 is a cause, 2 a symptom near it, 1 what follows from another
    /// failure, 0 noise.
    pub weight: u8,
}

const fn known(
    number: u32,
    weight: u8,
    title: &'static str,
    cause: &'static str,
    help: &'static str,
) -> Known {
    Known { number, title, cause, help, weight }
}

const RIGHTS: &str = "LocalSystem or the user lacks rights there, or security software holds it";
const RIGHTS_HELP: &str = "check the permissions of that place for SYSTEM and Administrators, close what uses it, try once with security software paused";
const AUTHORING: &str = "a mistake in the package's authoring, not of this machine";
const AUTHORING_HELP: &str =
    "report it to the package's vendor with this log; `cargo xtask check` finds most such mistakes";
const MEDIA: &str = "the package or its cabinet is damaged, incomplete, or was moved away from the package";
const MEDIA_HELP: &str =
    "download or copy the package again, with every file that came beside it, to a local folder";

/// Every error that is known, by number.
#[rustfmt::skip]
pub const ERRORS: &[Known] = &[
    known(1101, 3, "a file could not be opened", MEDIA, MEDIA_HELP),
    known(1301, 3, "a file cannot be created: a folder has its name", "a folder stands where the package brings a file", "rename or remove the folder"),
    known(1302, 3, "the disk with the source is wanted", MEDIA, MEDIA_HELP),
    known(1303, 3, "a folder may not be accessed", RIGHTS, RIGHTS_HELP),
    known(1304, 3, "a file could not be written", RIGHTS, RIGHTS_HELP),
    known(1305, 3, "a file could not be read", "the file is not there for the Windows Installer service, is on a network drive of the user, or is damaged", "copy the package to a local folder such as C:\\Temp and start it from there"),
    known(1306, 3, "a file is in use by another application", "a program has it open", "close the program that has it open, or restart Windows, and try again"),
    known(1307, 3, "there is not enough disk space", "the disk is full", "free space and try again"),
    known(1308, 3, "a source file was not found", MEDIA, MEDIA_HELP),
    known(1309, 3, "a file could not be read", MEDIA, MEDIA_HELP),
    known(1310, 3, "a file could not be written", RIGHTS, RIGHTS_HELP),
    known(1311, 3, "a source file (cabinet) was not found", MEDIA, MEDIA_HELP),
    known(1312, 3, "a folder cannot be created: a file has its name", "a file stands where the package brings a folder", "rename or remove the file"),
    known(1313, 3, "a volume is not available", "the drive of the destination is not there", "choose another folder"),
    known(1314, 3, "a path is not available", "the path is not reachable for the Windows Installer service", "choose a local folder"),
    known(1315, 3, "a folder may not be written to", RIGHTS, RIGHTS_HELP),
    known(1316, 3, "the package under its recorded name was not found", "the installed product was installed from a package of another file name or folder, and this run (repair, minor upgrade or removal) looks for it under that name; the words \"the specified account already exists\" are a misread number", "give the package the name in the line above and start it again, or remove the old product first with its own package (Microsoft's Program Install and Uninstall troubleshooter does so when the package is lost)"),
    known(1317, 3, "a folder could not be created", RIGHTS, RIGHTS_HELP),
    known(1318, 2, "a folder could not be removed", RIGHTS, RIGHTS_HELP),
    known(1320, 3, "a path is too long", "the path is longer than 260 characters", "choose a folder with a shorter path"),
    known(1321, 3, "a file may not be changed", RIGHTS, RIGHTS_HELP),
    known(1322, 3, "a path is not valid", "a folder's name has characters that a path may not have", "choose another folder"),
    known(1323, 3, "a folder's name is not valid", "a property holds something that is no path", "choose another folder"),
    known(1324, 3, "a path has a character that is not valid", "a property holds something that is no path", "choose another folder"),
    known(1325, 3, "a short file name is not valid", "a user folder in the registry points nowhere (a network share that is gone)", "correct the path below HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders"),
    known(1326, 2, "the security of a file could not be read", RIGHTS, RIGHTS_HELP),
    known(1327, 3, "a drive is not valid", "a folder of the user or of the package is on a drive that does not exist (now)", "connect the drive, or correct the path in User Shell Folders"),
    known(1328, 3, "a patch could not be applied to a file", "the file is not the one that the patch was made for", "repair the product first"),
    known(1329, 3, "a cabinet is not signed or its signature is not there", MEDIA, MEDIA_HELP),
    known(1330, 3, "the signature of a cabinet is not valid", "the cabinet is damaged, or the machine cannot check its certificate (old roots, wrong clock)", "download the package again; update Windows' root certificates"),
    known(1331, 3, "a file in a cabinet is damaged", MEDIA, MEDIA_HELP),
    known(1332, 3, "a file in a cabinet is damaged", MEDIA, MEDIA_HELP),
    known(1334, 3, "a file is missing in a cabinet", MEDIA, MEDIA_HELP),
    known(1335, 3, "a cabinet is damaged", MEDIA, MEDIA_HELP),
    known(1336, 3, "a temporary file could not be made", "the temporary folder is not there, full, or not writable", "check %TEMP% and C:\\Windows\\Temp"),
    known(1401, 3, "a registry key could not be created", RIGHTS, RIGHTS_HELP),
    known(1402, 2, "a registry key could not be opened", "the key's permissions are broken, or it belongs to another account (system error 5)", "give SYSTEM and Administrators full control of the key (and its subkeys) that the line names"),
    known(1403, 3, "a registry value could not be deleted", RIGHTS, RIGHTS_HELP),
    known(1404, 3, "a registry key could not be deleted", RIGHTS, RIGHTS_HELP),
    known(1405, 3, "a registry value could not be read", RIGHTS, RIGHTS_HELP),
    known(1406, 3, "a registry value could not be written", "the key's permissions are broken, or security software guards it", "give SYSTEM and Administrators full control of the key that the line names, or pause what guards it"),
    known(1407, 3, "a registry value could not be listed", RIGHTS, RIGHTS_HELP),
    known(1500, 3, "another installation runs", "another product is being installed, or one hangs or was interrupted", "let it finish, end a hanging msiexec.exe, or restart Windows"),
    known(1501, 3, "the secured data cannot be read", RIGHTS, "start the installation as an administrator"),
    known(1601, 2, "not enough disk space or service not reachable", "the Windows Installer service cannot be reached", "restart the Windows Installer service"),
    known(1602, 1, "cancelled", "the user cancelled", "start it again"),
    known(1603, 1, "a file is in use, or the installation failed", "a fatal error, whose reason stands before it", "look at what stands before it"),
    known(1604, 0, "in use", "a file is in use", "restart Windows"),
    known(1605, 3, "not enough space", "the disk is full", "free space"),
    known(1606, 3, "a network location could not be reached", "a folder of the user or of the package is on a network place that is not there", "correct the path in User Shell Folders (HKCU and HKLM), or connect the network"),
    known(1607, 0, "files are in use", "programs have them open", "close the programs"),
    known(1608, 3, "no qualifying product was found", "the upgrade or the compliance check found nothing", "install the product that it upgrades first"),
    known(1609, 3, "an account is not valid", "the account in the package's permissions does not exist here (a group's name in another language)", AUTHORING_HELP),
    known(1610, 2, "a restart is needed first", "an earlier installation waits for a restart", "restart Windows and try again"),
    known(1612, 3, "the source is not available", "the cached package in C:\\Windows\\Installer is gone (cleaned away), and so is the place that it was installed from", "start the original package of that version again (same file name), then upgrade; or Microsoft's Program Install and Uninstall troubleshooter"),
    known(1618, 3, "another installation runs", "the Windows Installer takes one at a time", "wait for the other one, or restart Windows"),
    known(1619, 3, "the package could not be opened", "the path is wrong, or the Windows Installer service (LocalSystem) cannot reach it: a mapped drive, a subst drive, an encrypted or protected folder", "copy the package to a local folder such as C:\\Temp and start it from there"),
    known(1620, 3, "the package could not be opened, or is no package", "the download is incomplete or damaged", "download it again"),
    known(1624, 3, "a transform could not be applied", "the transform is missing or for another package", "check TRANSFORMS on the command line"),
    known(1625, 3, "the installation is forbidden by policy", "policy (DisableMsi, software restriction, AppLocker), or a standard user started something that needs administrator rights: since the Windows updates of August 2025 also repairs of per-machine products, which ask for a credential", "start it from an elevated prompt, or have the administrator allow it; vendors: no self-repair that a standard user sets off (advertised shortcuts, missing key paths below the user's profile)"),
    known(1635, 3, "the patch could not be opened", "the patch file or its cached copy in C:\\Windows\\Installer is missing", "restore the missing file; for SQL Server with the FindSQLInstalls script"),
    known(1636, 3, "the patch is not valid", MEDIA, MEDIA_HELP),
    known(1638, 3, "another version of the product is installed under the same ProductCode", "the package has the ProductCode of the installed product and another package code: no major upgrade, and a minor upgrade needs REINSTALL", "remove the installed one first; vendors: a new ProductCode for each release"),
    known(1642, 3, "the patch does not apply to what is installed", "the product that the patch is for is not installed, is in another version, or has the patch already", "install the version that the patch is for, or a patch for the installed version"),
    known(1701, 3, "a product key is not valid", "the entered key is wrong", "enter the right key"),
    known(1702, 1, "a restart is needed before configuring", "an earlier installation waits for a restart", "restart Windows"),
    known(1703, 1, "a restart is needed", "files were in use", "restart Windows"),
    known(1704, 3, "an earlier installation is suspended", "an installation was interrupted and waits to go on or to be rolled back", "let Windows Installer undo it when it asks, or delete C:\\Windows\\Installer\\inprogressinstallinfo.ipi after a restart"),
    known(1705, 3, "an earlier installation is in progress", "an installation was interrupted", "complete or roll back the other installation"),
    known(1706, 3, "no valid source was found", "the package that the product was installed from cannot be found any more", "start the original package of that version again (same file name), or restore C:\\Windows\\Installer"),
    known(1707, 0, "installed", "", ""),
    known(1708, 0, "the installation failed", "", ""),
    known(1709, 0, "", "", ""),
    known(1711, 2, "the installation information could not be written", "the disk is full", "free space"),
    known(1712, 1, "files could not be restored", "rollback was not complete", "restart Windows"),
    known(1713, 1, "a required product could not be installed", "a nested installation failed", "look at the nested installation's log"),
    known(1714, 2, "the older version could not be removed", "the removal of the old product failed; the system error says why (1612: its cached package is gone)", "remove the old version with its own package, or with Microsoft's Program Install and Uninstall troubleshooter; then install the new one"),
    known(1715, 0, "", "", ""),
    known(1716, 0, "", "", ""),
    known(1717, 0, "", "", ""),
    known(1718, 3, "policy rejected a file", "software restriction policy or AppLocker, or there was not enough memory to check a large file", "have the administrator allow the package"),
    known(1719, 3, "the Windows Installer service could not be reached", "the service is disabled or not registered", "check the service `msiserver`; restart Windows"),
    known(1720, 3, "a script custom action failed", "the script of the package failed: often a component that it creates is missing or blocked (WMI, antivirus, PowerShell), and its line number tells where", "see what the script creates in that line; report it to the vendor"),
    known(1721, 3, "a program of the package could not be started", "the program is not there, is blocked, or is for another processor", "see whether the program at that path exists and starts by hand"),
    known(1722, 3, "a program of the package ended with an error", "the program that the custom action starts returned something other than 0", "run the command in the line by hand from an elevated prompt, and look at that program's own log"),
    known(1723, 3, "a DLL of the package could not be run", "the DLL of a custom action, or one that it needs, is missing, for another processor, or blocked by security software", "check the processor of the package against the machine (ARM64 and x64), pause security software; vendors: link the runtime statically"),
    known(1724, 0, "removed", "", ""),
    known(1725, 0, "", "", ""),
    known(1726, 0, "", "", ""),
    known(1727, 0, "", "", ""),
    known(1728, 0, "configured", "", ""),
    known(1729, 1, "the configuration failed", "", ""),
    known(1730, 3, "administrator rights are needed to remove it", "a standard user cannot remove a per-machine product", "do it as an administrator"),
    known(1731, 3, "the source package does not match", "the package at the source is another one than the cached one", "start the right package"),
    known(1901, 2, "a file could not be registered as a shortcut", RIGHTS, RIGHTS_HELP),
    known(1902, 2, "a shortcut could not be removed", RIGHTS, RIGHTS_HELP),
    known(1903, 1, "a file is deleted at the next start of Windows", "it was in use", "restart Windows"),
    known(1904, 3, "a module failed to register", "a DLL's own registration failed: a DLL that it needs is missing, or a runtime", "install the runtime that it needs (Visual C++); see whether `regsvr32` says more"),
    known(1905, 2, "a module failed to unregister", "a DLL's own code failed", "remove its registration by hand"),
    known(1906, 2, "a font could not be cached", RIGHTS, RIGHTS_HELP),
    known(1907, 3, "a font could not be registered", RIGHTS, RIGHTS_HELP),
    known(1909, 2, "a shortcut could not be created", "the folder of the shortcut or its target is not there", RIGHTS_HELP),
    known(1910, 2, "a shortcut could not be removed", "the shortcut is not where it was put", RIGHTS_HELP),
    known(1911, 3, "a type library could not be registered", "a DLL that it needs is missing", "install the runtime that it needs"),
    known(1913, 3, "an .ini file could not be changed", RIGHTS, RIGHTS_HELP),
    known(1914, 2, "a file could not be replaced at restart", RIGHTS, RIGHTS_HELP),
    known(1918, 3, "an ODBC driver could not be installed", "the driver's DLL or one that it needs is missing", "install the runtime that it needs"),
    known(1920, 3, "a service failed to start", "the service's program ended or did not answer in time: a missing DLL or runtime, its configuration, its account, a port in use. Rights are rarely the reason, whatever the message says", "while the message is on the screen, start the service or its program by hand; look into Event Viewer (System: Service Control Manager 7000, 7009, 7023, 7038; Application) and into the service's own log"),
    known(1921, 3, "a service could not be stopped", "the service hangs or refuses", "stop or end the service by hand and try again"),
    known(1922, 3, "a service could not be deleted", "something has it open (services.msc), or it is marked for deletion", "close services.msc and Task Manager, or restart Windows"),
    known(1923, 3, "a service could not be installed", "it exists already or is marked for deletion, its account is wrong, or rights are missing", "close services.msc, restart Windows, check the account (name, password, the right to log on as a service)"),
    known(1924, 3, "environment variables could not be updated", RIGHTS, RIGHTS_HELP),
    known(1925, 3, "rights are missing to install for all users", "the installation runs without elevation: silent (/qn) from a prompt that is not elevated, or with ALLUSERS=1 by a standard user", "start it from an elevated prompt, or install per user if the package can"),
    known(1926, 3, "the security of an object could not be set", RIGHTS, RIGHTS_HELP),
    known(1927, 3, "COM+ is not installed", "COM+ services are missing or damaged", "repair COM+"),
    known(1928, 3, "a COM+ application failed to register", "COM+ services are damaged", "repair COM+"),
    known(1930, 2, "the description of a service could not be changed", RIGHTS, RIGHTS_HELP),
    known(1931, 3, "a protected file of Windows would have to be updated", "Windows protects the file", "update Windows instead"),
    known(1933, 2, "a protected file of Windows cannot be updated", "Windows protects the file", "update Windows instead"),
    known(1935, 3, "an assembly could not be installed", "the .NET or side-by-side assembly cache refused it (HRESULT in the line): a damaged .NET Framework, security software, a registry quota (0x80070005, 0x800736B3 …)", "repair the .NET Framework, run `sfc /scannow`, pause security software"),
    known(1936, 3, "an assembly has the wrong name", AUTHORING, AUTHORING_HELP),
    known(1937, 3, "an assembly could not be installed: it is not signed with a strong name", AUTHORING, AUTHORING_HELP),
    known(1938, 3, "an assembly could not be installed: its signature is not valid", AUTHORING, AUTHORING_HELP),
    known(1939, 2, "a service could not be configured", "the service does not exist or rights are missing", RIGHTS_HELP),
    known(1940, 2, "a service could not be configured", "not supported by this Windows", AUTHORING_HELP),
    known(1944, 2, "the security of a service could not be set", "an account does not exist here", AUTHORING_HELP),
    known(1946, 0, "a property of a shortcut could not be set", "", ""),
    known(2103, 3, "a folder's path could not be resolved", "a folder of the user's profile is not there", "see User Shell Folders"),
    known(2203, 2, "a database file could not be opened", "the Windows Installer service (or the user) cannot open the file: rights to C:\\Windows\\Installer or the temporary folder, a drive that SYSTEM does not see, a damaged package", "check the rights of SYSTEM, Administrators and the user to %TEMP%, C:\\Windows\\Temp and C:\\Windows\\Installer; copy the package to a local folder"),
    known(2205, 0, "", "", ""),
    known(2228, 0, "", "", ""),
    known(2262, 0, "", "", ""),
    known(2265, 0, "", "", ""),
    known(2318, 0, "a file is not there", "", ""),
    known(2329, 1, "a file could not be removed", "it is in use", "restart Windows"),
    known(2349, 3, "a copy was resumed and failed", "a file in use could not be replaced", "close what uses it, or restart Windows"),
    known(2350, 3, "a file could not be copied", "FDI, the unpacker of cabinets, failed", MEDIA_HELP),
    known(2352, 3, "a cabinet could not be read", MEDIA, MEDIA_HELP),
    known(2356, 3, "a cabinet in the package was not found", MEDIA, MEDIA_HELP),
    known(2502, 2, "the installation script could not run", "the installation was not marked as begun: InstallFinalize without InstallInitialize having succeeded, because C:\\Windows\\Temp or the user's temporary folder may not be written to", "give the user, SYSTEM and Administrators full control of %TEMP% and C:\\Windows\\Temp, or start `msiexec /i` from an elevated prompt"),
    known(2503, 3, "the installation script could not run", "the installation was not marked as begun: C:\\Windows\\Temp, or the temporary folder of the user whose rights the package runs with, may not be read or written to", "give the user, SYSTEM and Administrators full control of %TEMP% and C:\\Windows\\Temp, or start `msiexec /i` from an elevated prompt"),
    known(2602, 3, "a row of the File table has no medium", AUTHORING, AUTHORING_HELP),
    known(2611, 3, "an action could not be evaluated", AUTHORING, AUTHORING_HELP),
    known(2613, 3, "RemoveExistingProducts stands at an illegal place", "the action is between queued operations", "move it behind InstallValidate, InstallInitialize, InstallExecute or InstallFinalize (ICE63)"),
    known(2616, 3, "a companion file's parent is missing", AUTHORING, AUTHORING_HELP),
    known(2705, 3, "the Directory table is not a tree", AUTHORING, AUTHORING_HELP),
    known(2709, 3, "a component is not in the Component table", AUTHORING, AUTHORING_HELP),
    known(2711, 3, "a feature is not in the Feature table", "ADDLOCAL, REMOVE or an action names a feature that the package does not have", "correct the feature's name on the command line; vendors: in the authoring"),
    known(2715, 3, "a file is not in the File table", AUTHORING, AUTHORING_HELP),
    known(2716, 3, "no sub-component name could be made", "very many components", AUTHORING_HELP),
    known(2718, 3, "a custom action's source is not there", AUTHORING, AUTHORING_HELP),
    known(2720, 3, "a nested installation cannot be opened", AUTHORING, AUTHORING_HELP),
    known(2721, 3, "a custom action is not in the Binary table", AUTHORING, AUTHORING_HELP),
    known(2723, 3, "a custom action has an unsupported type", AUTHORING, AUTHORING_HELP),
    known(2725, 3, "a table is not valid", AUTHORING, AUTHORING_HELP),
    known(2727, 0, "", "", ""),
    known(2732, 3, "the folder manager is not started", "an action runs before CostInitialize", AUTHORING_HELP),
    known(2737, 3, "a custom action failed to load", "a runtime that it needs is missing", "install the runtime that it needs"),
    known(2738, 3, "VBScript is not available for a custom action", "Windows has VBScript as an optional feature since 11 24H2, and it can be removed or unregistered (also by \"debloating\" tools, or by security software that registered its own)", "add it: `Add-WindowsCapability -Online -Name VBSCRIPT~~~~`, or register it again with `regsvr32 vbscript.dll`; vendors: do without VBScript"),
    known(2739, 3, "JScript is not available for a custom action", "the script engine is not registered", "register it again: `regsvr32 jscript.dll` in the folder of the package's processor"),
    known(2744, 3, "a program of a custom action could not be found", AUTHORING, AUTHORING_HELP),
    known(2753, 3, "a file of a custom action is not installed", "the custom action runs a file of the package whose component was not installed: vetoed by a higher version on the disk, not selected, or not there yet", "see the components whose action is Null above; `cargo xtask upgrade` predicts it"),
    known(2755, 3, "the Windows Installer service could not open the package", "the package is on a drive that the service does not see: a mapped, subst, RAM or encrypted drive (error 110 or 3)", "copy the package to a local folder such as C:\\Temp and start it from there"),
    known(2756, 3, "a property that is no folder is used as one", AUTHORING, AUTHORING_HELP),
    known(2762, 3, "a deferred action is outside of the transaction", "the action stands before InstallInitialize or after InstallFinalize", AUTHORING_HELP),
    known(2765, 3, "an assembly has no name", AUTHORING, AUTHORING_HELP),
    known(2769, 1, "a custom action left handles open", AUTHORING, AUTHORING_HELP),
    known(2771, 3, "a patch asks for a feature that is not there", "the feature is not installed", "add the feature first"),
    known(2803, 1, "no dialog view record", AUTHORING, AUTHORING_HELP),
    known(2826, 1, "a control does not fit its dialog", "", ""),
    known(2835, 2, "a control was not found on its dialog", AUTHORING, AUTHORING_HELP),
    known(2836, 1, "a dialog is wrong", "", ""),
    known(2867, 1, "an error dialog is wrong", "", ""),
    known(2869, 2, "the error dialog has no error style", "the package could not show an error; the error stands before this, often a lack of rights", "look at what stands before; start it from an elevated prompt"),
    known(2877, 1, "a control is wrong", "", ""),
    known(2896, 2, "an action of a dialog failed", "a custom action behind a button failed", "see what stands before"),
    known(2898, 0, "", "", ""),
    known(2908, 3, "a component could not be registered", RIGHTS, RIGHTS_HELP),
    known(2911, 1, "a folder could not be removed", RIGHTS, RIGHTS_HELP),
    known(2932, 3, "a script could not be run", "the disk is full", "free space"),
];

/// What is known of error `number`.
#[must_use]
pub fn error(number: u32) -> Option<&'static Known> {
    let at = ERRORS.partition_point(|known| known.number < number);
    ERRORS.get(at).filter(|known| known.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_cause_comes_with_a_cure() {
        assert!(ERRORS.windows(2).all(|pair| pair[0].number < pair[1].number));
        for known in ERRORS.iter().filter(|known| known.weight >= 2) {
            assert!(
                !known.title.is_empty() && !known.cause.is_empty() && !known.help.is_empty(),
                "{}",
                known.number
            );
        }
    }
}
