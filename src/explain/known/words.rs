//! What words in a log point to, beyond what their numbers say.

use crate::story::{Evidence, EvidenceKind};

/// A cause that is known by words.
pub(crate) struct Hint {
    /// Words in lower case, all of which a line has.
    words: &'static [&'static str],
    pub(crate) why: &'static str,
    pub(crate) help: &'static str,
}

const fn hint(words: &'static [&'static str], why: &'static str, help: &'static str) -> Hint {
    Hint { words, why, help }
}

/// Hints, the particular before the general.
#[rustfmt::skip]
const HINTS: &[Hint] = &[
    hint(&["must begin with quoted application name"], "the command that the package gives to WiX's quiet execution does not begin with a program in quotation marks", "vendors: put the program of the command line in quotation marks"),
    hint(&["rundll32 returned error code: -1073741819"], "the process that hosts the managed custom action crashed (access violation): security software, a damaged .NET Framework, or a fault in the action's own code; the log cannot say which", "see Event Viewer, Application, for rundll32.exe (Application Error, .NET Runtime) and Windows Error Reporting; try with security software paused"),
    hint(&["rundll32 returned error code"], "the process that hosts the managed custom action ended abnormally", "see Event Viewer, Application, for rundll32.exe, and Windows Error Reporting"),
    hint(&["failed to create new ca process"], "the process that hosts the managed custom action could not be started", "pause security software; see Event Viewer, Application"),
    hint(&["failed", "clr"], "the .NET Framework that the managed custom action asks for is not there", "install that version of the .NET Framework"),
    hint(&["cryptacquirecontext"], "Windows Installer could not make a key container for the user, which the check of package hashes needs: the account has no loaded profile (a remote session, an account that never logged on here)", "log on to the machine once with that account, or install as LocalSystem or interactively"),
    hint(&["trusted for delegation"], "no key container for this logon: a remote session of an account without a profile on this machine", "log on to the machine once with that account, or install as LocalSystem or interactively"),
    hint(&["restart", "pending"], "the package refuses to install while Windows waits for a restart", "restart Windows and start it again"),
    hint(&["reboot", "pending"], "the package refuses to install while Windows waits for a restart", "restart Windows and start it again"),
    hint(&["newer version"], "a newer version is installed, and the package refuses to go back", "remove the newer version first, or install a newer package"),
    hint(&["later version"], "a newer version is installed, and the package refuses to go back", "remove the newer version first, or install a newer package"),
    hint(&["another version of this product is already installed"], "the package has the ProductCode of the installed product", "remove the installed one first"),
    hint(&["service already exists"], "a service of that name is left from an earlier installation or another program", "remove the other program, or the service (`sc delete NAME`, then restart Windows)"),
    hint(&["failed to resolve source for file"], "a file that the bundle needs is neither beside the bundle that was started nor in the Package Cache nor at its address", "start the complete original setup from a folder of its own, or download it again"),
    hint(&["marked for deletion"], "the service was deleted while something had it open", "close services.msc, Task Manager and Event Viewer, or restart Windows"),
    hint(&["0x800706d9"], "the Windows Firewall service (MpsSvc) is stopped or disabled, so no rule can be added", "start the service `Windows Defender Firewall` (MpsSvc) for the time of the installation"),
    hint(&["firewall", "0x8"], "a firewall rule could not be set: usually the Windows Firewall service (MpsSvc) is stopped or disabled, or another firewall took its place", "start the service `Windows Defender Firewall` (MpsSvc) for the time of the installation"),
    hint(&["running scripts is disabled"], "PowerShell's execution policy forbids scripts", "allow scripts by policy, or have the vendor start PowerShell with a bypass"),
    hint(&["execution of scripts is disabled"], "PowerShell's execution policy forbids scripts", "allow scripts by policy, or have the vendor start PowerShell with a bypass"),
    hint(&["is not recognized as"], "a command that a script calls is not there", "install what the script calls, or correct the PATH of the system"),
    hint(&["badimageformat"], "an assembly is for another processor, or damaged", "use the package for this processor"),
    hint(&["could not load file or assembly"], "an assembly that the custom action needs is not there or in another version", "report it to the vendor; repair the .NET Framework"),
    hint(&["unable to load dll"], "a DLL that the custom action needs is not there", "install the runtime that it needs (Visual C++), or report it to the vendor"),
    hint(&["access to the path", "denied"], "the custom action may not use that path: it runs as the user without elevation, or as LocalSystem, or security software holds it", "start the installation from an elevated prompt; check the permissions of that path"),
    hint(&["unauthorizedaccess"], "the custom action lacks rights there", "start the installation from an elevated prompt"),
    hint(&["access is denied"], "rights are missing: the custom action runs as the user without elevation, or security software or policy blocks it", "start the installation from an elevated prompt; pause security software"),
    hint(&["requested registry access is not allowed"], "the custom action lacks rights to a registry key", "start the installation from an elevated prompt; check the permissions of that key"),
    hint(&["application control policy"], "Smart App Control or an application control policy blocks a file of the package", "have the file signed or allowed"),
    hint(&["blocked by"], "policy or security software blocks a file of the package", "have it allowed"),
    hint(&["being used by another process"], "a program has the file open", "close that program, or restart Windows"),
    hint(&["timeout", "service"], "a service did not answer in time", "see the service's own log and Event Viewer"),
    hint(&["could not be resolved"], "no network, or no name server", "check network and proxy"),
    hint(&["ssl", "tls"], "no secure channel to a server: TLS 1.2 is off, or a proxy's certificate is not trusted", "turn TLS 1.2 on; trust the proxy's certificate"),
    hint(&["no such host"], "no network, or no name server", "check network and proxy"),
    hint(&["windows feature"], "a Windows feature is missing or could not be turned on", "turn the feature on by hand (`optionalfeatures`) and start again"),
    hint(&["iis"], "something of IIS is missing, stopped or not in the state that the package asks for", "see whether IIS is installed and its configuration can be read (`appcmd list config`)"),
    hint(&["savedstate"], "the state file of a .NET installer class is gone, so it cannot undo its work", "install the same version again (repair), then remove it"),
    hint(&["the specified service does not exist"], "a service that a step works on is not there", "see which step should have installed it"),
    hint(&["cannot find the file"], "a file or program that a step needs is not there", "see whether the file in the lines exists; report it to the vendor"),
    hint(&["cannot find the path"], "a folder that a step needs is not there", "see whether the folder in the lines exists; report it to the vendor"),
];

/// The first hint that one of `evidence` gives.
pub(crate) fn hint_in(evidence: &[&Evidence]) -> Option<&'static Hint> {
    let texts: Vec<String> = evidence
        .iter()
        .map(|evidence| format!("{} {}", evidence.who, evidence.text).to_lowercase())
        .collect();
    HINTS.iter().find(|hint| texts.iter().any(|text| hint.words.iter().all(|word| text.contains(word))))
}

/// How much a line of evidence says about why an action failed; 0 for nothing.
pub(crate) fn weight(evidence: &Evidence) -> u32 {
    use crate::line::Topic;
    let by_number = |number: Option<i64>, weights: [u32; 4]| {
        let known = number.and_then(|number| u32::try_from(number).ok()).and_then(super::errors::error);
        let in_use = evidence.text.contains("in use") && number == Some(1603);
        match known {
            _ if in_use => weights[3],
            Some(known) => weights[usize::from(known.weight.min(3))],
            // a number of the package's own
            None => weights[3].saturating_sub(2),
        }
    };
    match evidence.kind {
        EvidenceKind::Exception => 90,
        EvidenceKind::Error => by_number(evidence.number, [0, 20, 60, 80]),
        EvidenceKind::Message if evidence.number.is_some() => by_number(evidence.number, [0, 20, 60, 80]),
        EvidenceKind::Message => 70,
        EvidenceKind::Note => by_number(evidence.number, [0, 0, 45, 62]),
        EvidenceKind::Engine(topic) => match topic {
            Topic::Busy => 85,
            Topic::SecureRepair => 78,
            Topic::Forbidden => 76,
            Topic::Source | Topic::Patch => 58,
            Topic::Engine => 50,
            Topic::InUse => 40,
            Topic::Restart => 10,
        },
        EvidenceKind::Output if tells_a_code(&evidence.text) => 65,
        EvidenceKind::Output if complains(&evidence.text) => 55,
        EvidenceKind::Output => 5,
        EvidenceKind::Returned => 30,
    }
}

/// `Error 0x80070005: …`, `ERROR: …`
fn tells_a_code(text: &str) -> bool {
    text.contains("Error 0x") || text.starts_with("ERROR") || super::codes::in_text(text).is_some()
}

/// Whether a line of output is about something that does not work.
pub(crate) fn complains(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = [
        "error",
        "fail",
        "denied",
        "cannot",
        "could not",
        "not found",
        "invalid",
        "unable",
        "not exist",
        "refused",
        "forbidden",
        "missing",
        "timed out",
        "timeout",
        "exception",
        "not recognized",
        "fatal",
        "rejected",
    ];
    words.iter().any(|word| lower.contains(word)) && !lower.contains("0 error") && !lower.contains("no error")
}

/// The innermost message of an exception: what stands after the last arrow, without the name of the type where it adds nothing.
pub(crate) fn innermost(text: &str) -> &str {
    let inner = text.rsplit(" ---> ").next().unwrap_or(text);
    let inner = inner.rsplit("--> ").next().unwrap_or(inner);
    let inner = inner.split("   at ").next().unwrap_or(inner);
    inner.split(" --- End of inner").next().unwrap_or(inner).trim()
}
