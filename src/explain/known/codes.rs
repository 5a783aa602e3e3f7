//! Numbers in words: what Windows Installer, Windows and Burn mean by them, and what one does about it.
//!
//! Sources: <https://learn.microsoft.com/windows/win32/msi/error-codes>,
//! <https://learn.microsoft.com/windows/win32/msi/windows-installer-error-messages>,
//! <https://learn.microsoft.com/windows/win32/msi/logging-of-action-return-values>, and the `winerror.h` of the Windows
//! SDK; the advice is what public threads came to.

/// What the engine returned (exit code of `msiexec`, `MainEngineThread is returning`), in words; nothing for a number that is not one of its.
#[must_use]
pub fn exit_code(code: u32) -> Option<&'static str> {
    Some(match code {
        0 => "success",
        13 => "the data is invalid",
        87 => "a parameter is wrong",
        110 => "the package cannot be opened by the Windows Installer service",
        120 => "the function is not valid on this platform",
        259 => "nothing more to do",
        1157 => "a DLL that is needed is not there",
        1259 => "stopped by the application compatibility database",
        1601 => "the Windows Installer service cannot be reached",
        1602 => "the user cancelled",
        1603 => "a fatal error; the log has the reason",
        1604 => "suspended, incomplete",
        1605 => "the product is not installed, for this user at least",
        1606 => "the feature id is not registered",
        1607 => "the component id is not registered",
        1608 => "unknown property",
        1609 => "the handle is in an invalid state",
        1610 => "the product's configuration data is corrupt",
        1611 => "the component qualifier is missing",
        1612 => {
            "the installation source is not available: the cached package is gone, and so is the original"
        }
        1613 => "the package needs a newer Windows Installer",
        1614 => "the product is uninstalled",
        1618 => "another installation is already running",
        1619 => "the package could not be opened",
        1620 => "the package could not be opened, or is no Windows Installer package",
        1621 => "the user interface could not be started",
        1622 => "the log file could not be opened",
        1623 => "the language of the package is not supported",
        1624 => "a transform could not be applied",
        1625 => "forbidden by policy, or administrator rights are missing",
        1626 => "the function could not be executed",
        1627 => "the function failed while it was executed",
        1628 => "an invalid or unknown table",
        1629 => "the data has the wrong type",
        1630 => "data of this type is not supported",
        1631 => "the Windows Installer service failed to start",
        1632 => "the temporary folder is full or cannot be written to",
        1633 => "the package does not support this processor",
        1634 => "the component is not used on this machine",
        1635 => "the patch package could not be opened",
        1636 => "the patch package is not valid",
        1637 => "the patch needs a newer Windows Installer",
        1638 => "another version of this product is already installed, under the same ProductCode",
        1639 => "the command line is wrong",
        1640 => "not permitted from a Terminal Services session",
        1641 => "success; a restart has begun",
        1642 => "the patch does not apply: the product it is for, in the version it is for, is not installed",
        1643 => "the patch is not permitted by policy",
        1644 => "a customization is not permitted by policy",
        1645 => "not permitted from a Remote Desktop connection",
        1646 => "the patch cannot be removed",
        1647 => "the patch is not applied to this product",
        1648 => "no valid order was found for the set of patches",
        1649 => "removal of a patch is forbidden by policy",
        1650 => "the patch's XML is invalid",
        1651 => "a managed product must be patched by an administrator",
        1652 => "not possible in safe mode",
        1653 => "rollback is disabled, and a multi-package transaction needs it",
        1654 => "the application does not run on this processor",
        3010 => "success; a restart of Windows is needed to complete it",
        _ => return None,
    })
}

/// Whether an exit code means that all went well.
#[must_use]
pub fn is_success(code: u32) -> bool {
    matches!(code, 0 | 1641 | 3010 | 259)
}

/// What an action returned, in words (`Return value 3`).
#[must_use]
pub fn return_value(value: u32) -> &'static str {
    match value {
        0 => "not called, or nothing to do",
        1 => "done",
        2 => "cancelled by the user",
        3 => "failed",
        4 => "suspended",
        5 => "finished early",
        6 => "bad handle state",
        7 => "invalid data",
        8 => "another installation runs",
        _ => "unknown",
    }
}

/// A Win32 error or HRESULT, in words, with what it usually comes from; nothing for an unknown one.
#[must_use]
pub fn system_error(code: u32) -> Option<&'static str> {
    // HRESULT_FROM_WIN32 and the storage facility hide a number that is known without them
    let bare = match code {
        0x8007_0000..=0x8007_FFFF => code & 0xFFFF,
        other => other,
    };
    if (1600..=1660).contains(&bare) || bare == 3010 {
        return exit_code(bare);
    }
    Some(match bare {
        1 => "incorrect function: the program itself said that it failed",
        2 => "the file was not found",
        3 => "the path was not found",
        5 => "access denied: rights are missing, or security software or policy blocks it",
        8 => "not enough memory",
        13 => "the data is invalid",
        14 => "not enough storage",
        21 => "the device is not ready",
        32 => "another process is using the file",
        33 => "another process has locked a part of the file",
        39 => "the disk is full",
        50 => "not supported",
        53 => "the network path was not found",
        64 | 59 | 1231 => "the network is not reachable",
        87 => "a parameter is wrong",
        112 => "there is not enough space on the disk",
        110 => "the file cannot be opened",
        123 => "the name of a file or folder is not valid",
        126 => "a module (DLL) was not found, or one that it needs",
        127 => "a procedure was not found in a DLL",
        145 => "the folder is not empty",
        183 => "it exists already",
        193 => "not a program for this processor",
        203 => "an environment option was not found",
        225 => "blocked: the file contains a virus or unwanted software",
        229 | 232 | 233 | 109 => "the pipe to the other process was closed: that process ended",
        258 => "waited in vain",
        267 => "the folder's name is not valid",
        317 => "no message for the number",
        577 => "the signature of the file cannot be verified",
        740 => "administrator rights are needed",
        997 => "still going on",
        1008 => "there is no such token",
        1053 => "the service did not answer in time",
        1056 => "the service already runs",
        1058 => "the service is disabled",
        1060 => "the service does not exist",
        1061 => "the service cannot take orders now",
        1062 => "the service does not run",
        1063 => "the service did not connect to the service controller",
        1064 => "the service threw an exception",
        1066 => "the service ended with an error of its own",
        1067 => "the process ended unexpectedly",
        1068 => "a service that it depends on could not be started",
        1069 => "the service's account could not log on",
        1072 => "the service is marked for deletion; a restart, or closing services.msc, completes that",
        1073 => "the service already exists",
        1114 => "a DLL failed to initialize",
        1117 => "an I/O device error",
        1154 => "a DLL that is needed is damaged or for another Windows",
        1157 => "a DLL that is needed is not there",
        1168 => "an element was not found",
        1219 => "conflicting credentials for the network",
        1223 => "the user cancelled",
        1226 => "a quota is exceeded",
        1260 => "blocked by group policy (software restriction)",
        1307 | 1308 => "this account may not own it",
        1314 => "a privilege is missing",
        1316 => {
            "the account exists already; from the engine: the package under its recorded name is not there"
        }
        1326 => "the user name or password is wrong",
        1332 => "the name of an account is not known on this machine",
        1385 => "the account lacks the right to log on in this manner",
        1392 => "the file or folder is corrupted and unreadable",
        1398 => "the clocks of two machines differ",
        1460 => "it timed out",
        1717 | 1722 => "the RPC server is not available",
        1753 => {
            "no endpoint is available: a service that is needed does not run (for the firewall: Windows Defender Firewall, `MpsSvc`, is stopped or disabled)"
        }
        1921 => "a link in the path leads nowhere or in a circle",
        4448 => "the driver could not be loaded",
        12007 => "the server's name could not be resolved: no network, DNS or proxy",
        12002 => "the download timed out",
        12029 => "the server could not be reached: no network, firewall or proxy",
        12030 => "the connection to the server was closed",
        12037 => "the server's certificate has a wrong date",
        12038 => "the server's certificate is for another name",
        12045 => "the server's certificate is signed by an authority that this machine does not know",
        12057 => "revocation of the server's certificate could not be checked",
        12152 => "the server's answer makes no sense",
        12157 | 12175 => "no secure channel to the server: TLS 1.2 is off, or its certificate is not trusted",
        other => return hresult(other),
    })
}

fn hresult(code: u32) -> Option<&'static str> {
    Some(match code {
        0x8000_4005 => "unspecified failure",
        0x8000_4004 => "aborted",
        0x8000_4001 => "not implemented",
        0x8000_4002 => "no such interface",
        0x8000_4003 => "an invalid pointer",
        0x8000_FFFF => "catastrophic failure",
        0x8002_000A => "out of the range of a type: a version with a field above 65535, for example",
        0x8003_0002 => "the file was not found",
        0x8003_0003 => "the path was not found",
        0x8003_0005 => "access denied",
        0x8003_001D | 0x8003_0019 => "a disk error",
        0x8003_0020 => "in use by another program",
        0x8003_0050 => "the file is no compound file, such as an .msi is: damaged, or not fully downloaded",
        0x8003_0070 => "the disk is full",
        0x8004_0154 => "a COM class is not registered",
        0x8004_0155 => "a COM interface is not registered",
        0x8007_0000 => "no reason given",
        0x8008_0005 => "a COM server could not be started",
        0x8009_0016 => "the keyset does not exist: the user profile is not loaded",
        0x8009_0345 => {
            "the computer must be trusted for delegation: no user key container for this logon (a remote session without a profile)"
        }
        0x8009_1007 => "the hash of a file is not the expected one: a damaged or exchanged download",
        0x8009_2026 => "the security settings do not allow it",
        0x800A_01AD => "a script could not create an object: the component is not registered",
        0x800B_0001 => "the trust provider is not known",
        0x800B_0100 => "the file has no signature",
        0x800B_0101 => "a certificate has expired, or the clock is wrong",
        0x800B_0109 => "the signature ends in a root certificate that this machine does not trust",
        0x800B_010A => "the certificate chain could not be built to a trusted root",
        0x800B_0110 => "the certificate is not valid for this use",
        0x8009_6010 => "the signature does not match the bytes: the file was changed or is damaged",
        0x800F_0203 | 0x800F_020B | 0x800F_0219 | 0x800F_0244 => "a driver setup error",
        0x800F_0247 | 0xE000_0247 => {
            "a problem with the driver store, or the driver's signature is not trusted"
        }
        0xE000_0242 | 0x800F_0242 => "the publisher of the driver is not trusted yet",
        0xE000_0246 => "an installer of this device cannot work now; restart Windows",
        0xE000_024B | 0x800F_024B => "the driver's files and its signed catalog do not match",
        0x800F_081F | 0x800F_0906 | 0x800F_0907 | 0x800F_0950 => {
            "the files of a Windows feature (such as .NET Framework 3.5) are not available; policy or no Windows Update"
        }
        0x8013_1040 | 0x8013_1044 => "the manifest of an assembly does not match the reference",
        0x8013_1047 => "an assembly's name is not valid",
        0x8013_1500..=0x8013_15FF => "a .NET exception",
        0x8013_1700 => "the .NET Framework is not there in the version that is asked for",
        0x8013_1107 | 0x8013_1402 => "the assembly cache refused an assembly",
        0x8024_0017 => {
            "the update does not apply to this Windows: one that it builds on is missing, or it is not for this version"
        }
        0x8024_0066 => "not permitted in this user's context",
        0x8024_4022 | 0x8024_402C => "Windows Update cannot be reached",
        0x81F4_0001 => "a condition of the bundle does not hold",
        0xC000_0005 => "access violation: the program crashed",
        0xC000_0135 => "a DLL was not found when the program started",
        0xC000_0139 => "a procedure was not found when the program started: a DLL of another version",
        0xC000_0142 => "a DLL failed to initialize when the program started",
        0xC000_007B => "a DLL for another processor, or a damaged one",
        0xC000_0409 => "the program stopped itself (stack buffer overrun, fast fail)",
        0xC000_0374 => "the program crashed: heap corruption",
        0xE043_4352 => "an unhandled .NET exception",
        _ => return None,
    })
}

/// The first `0x8007…`, or negative or large decimal number, in a text that is a system error.
#[must_use]
pub fn in_text(text: &str) -> Option<u32> {
    let hexadecimal = text.match_indices("0x").find_map(|(at, _)| {
        let digits = &text[at + 2..];
        let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        let code = u32::from_str_radix(&digits[..length], 16).ok()?;
        (length >= 1 && system_error(code).is_some() && code != 0).then_some(code)
    });
    hexadecimal.or_else(|| {
        let lower = text.to_ascii_lowercase();
        let marks = ["system error ", "system error: ", "returned error code: ", "error:-", "error: "];
        marks.iter().find_map(|mark| {
            let at = lower.find(mark)? + mark.trim_end_matches('-').len();
            let number = text[at..].trim_start();
            let end = number.bytes().take_while(|b| *b == b'-' || b.is_ascii_digit()).count();
            let code = number[..end].parse::<i64>().ok()?;
            let code = u32::try_from(code).or_else(|_| i32::try_from(code).map(i32::cast_unsigned)).ok()?;
            (code != 0 && system_error(code).is_some()).then_some(code)
        })
    })
}
