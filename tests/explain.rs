//! What `explain` says of logs. Those in `tests/data/explain` are made by us: they imitate the shapes of public logs in our own
//! words, with invented products (`tests/data/explain/README.md`).

use ancm_installer::explain::{self, Certainty, Finding, Purpose, Story};
use std::fmt::Write as _;
use std::path::Path;

fn log(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/explain").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(bytes: &[u8]) -> Story {
    explain::read(bytes).expect("nothing fails in memory")
}

/// The finding that is the cause.
fn cause(story: &Story) -> &Finding {
    story
        .findings
        .iter()
        .find(|finding| finding.is_cause)
        .unwrap_or_else(|| panic!("no cause: {:#?}", story.findings))
}

/// A log, the code of its cause, how sure, and words that the answer has, in any of its parts.
const CAUSES: &[(&str, &str, Certainty, &[&str])] = &[
    ("service.log", "msi::1920", Certainty::Certain, &["RelaySvc", "Service Control Manager", "line 44"]),
    ("plain.log", "explain::custom_action", Certainty::Certain, &["ReserveUrl", "already exists"]),
    (
        "external-ui.log",
        "explain::custom_action",
        Certainty::Certain,
        &["CheckDatabase", "Login failed for user"],
    ),
    ("appended.log", "explain::launch_condition", Certainty::Certain, &["Visual C++ runtime 14.40"]),
    (
        "nested.log",
        "explain::custom_action",
        Certainty::Certain,
        &["StopRelay", "relay.pid", "FileNotFoundException"],
    ),
    (
        "burn.log",
        "burn::package",
        Certainty::NotInThisLog,
        &["Relay.msi", "20240208000820_001_Relay.msi.log"],
    ),
    ("burn-cache.log", "burn::error", Certainty::Certain, &["example.invalid", "could not be resolved"]),
    ("burn-condition.log", "burn::error", Certainty::Certain, &["needs Windows 10 or later"]),
    ("cancel.log", "explain::cancelled", Certainty::Certain, &["cancelled", "WelcomeDlg"]),
    (
        "forbidden-repair.log",
        "msi::1625",
        Certainty::Certain,
        &["credential", "standard user", "August 2025"],
    ),
    ("ignored.log", "msi::1406", Certainty::Certain, &["Software\\Guarded", "access denied"]),
    (
        "quiet-action.log",
        "explain::not_in_this_log",
        Certainty::NotInThisLog,
        &["Activate", "Windows Error Reporting"],
    ),
    ("client-only.log", "explain::not_in_this_log", Certainty::NotInThisLog, &["ExecuteAction", "/l*v"]),
    ("refused.log", "explain::not_in_this_log", Certainty::NotInThisLog, &["service gave up", "LocalSystem"]),
    ("patch.log", "msi::1635", Certainty::Certain, &["5b9a.msp", "patch"]),
    ("patch-elsewhere.log", "msi::1642", Certainty::Certain, &["does not apply"]),
    ("french.log", "U039", Certainty::Certain, &["1714", "1612", "246556.msi"]),
    ("german.log", "msi::1303", Certainty::Certain, &["InstallFinalize", "D:\\Relay"]),
    ("quoted.txt", "msi::1722", Certainty::Probable, &["InstallDependencies", "install.ps1"]),
    ("crash.log", "explain::custom_action", Certainty::Certain, &["0xc0000005", "Event Viewer"]),
    ("script-engine.log", "msi::2738", Certainty::Certain, &["VBScript", "Add-WindowsCapability"]),
    ("secure-repair.log", "explain::engine", Certainty::Certain, &["key container", "profile"]),
    ("renamed.log", "msi::1316", Certainty::Certain, &["relay-rc2.msi", "name"]),
    ("busy.log", "msi::1618", Certainty::Certain, &["another installation", "System error 258"]),
    ("no-temp.log", "msi::2503", Certainty::Certain, &["C:\\Windows\\Temp"]),
    ("excerpt.txt", "explain::custom_action", Certainty::Probable, &["AddRelayPort", "relayport.dll"]),
    ("burn-wrapped.txt", "burn::error", Certainty::Certain, &["RelaySetup.exe, error", "Package Cache"]),
    ("burn-newer.log", "burn::package", Certainty::Certain, &["newer one, is already installed"]),
    ("numbered.txt", "explain::launch_condition", Certainty::Certain, &["reboot is pending."]),
    ("wine.log", "explain::not_in_this_log", Certainty::NotInThisLog, &["which one, this log does not say"]),
    ("pasted-page.html", "msi::1305", Certainty::Certain, &["relay.msi", "local folder"]),
];

#[test]
fn the_cause_is_named_or_the_answer_is_that_it_is_not_there() {
    let mut problems = String::new();
    for (name, code, certainty, words) in CAUSES {
        let story = read(&log(name));
        let Some(cause) = story.findings.iter().find(|finding| finding.is_cause) else {
            let _ = writeln!(problems, "{name}: no cause in {:#?}", story.findings);
            continue;
        };
        let quotes: Vec<String> =
            cause.quotes.iter().map(|q| format!("line {}: {}", q.line, q.text)).collect();
        let all = format!("{}\n{}\n{}\n{}", cause.title, cause.why, cause.help, quotes.join("\n"));
        let missing: Vec<_> = words.iter().filter(|word| !all.contains(**word)).collect();
        if !cause.codes.iter().any(|found| found == code)
            || cause.certainty != *certainty
            || !missing.is_empty()
        {
            let _ = writeln!(
                problems,
                "{name}: wanted {code} {certainty:?} with {missing:?}, got {:?} {:?}\n{all}\n",
                cause.codes, cause.certainty
            );
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn every_line_of_these_logs_is_of_a_known_kind() {
    for (name, ..) in CAUSES.iter().filter(|(name, ..)| !name.ends_with(".txt")) {
        let story = read(&log(name));
        assert_eq!(story.coverage.unknown, 0, "{name}: {:?}", story.coverage.samples.items);
    }
}

#[test]
fn what_succeeds_has_no_cause() {
    for name in ["burn-succeeds.log", "maintenance.log", "per-user.log", "gone-back.log"] {
        let story = read(&log(name));
        assert!(story.findings.iter().all(|finding| !finding.is_cause), "{name}: {:#?}", story.findings);
    }
}

#[test]
fn a_failure_that_the_package_ignores_is_told_as_such() {
    let story = read(&log("ignored.log"));
    let ignored = &story.sessions[0].ignored.items;
    assert_eq!(ignored.len(), 1, "{ignored:?}");
    assert!(ignored[0].what.contains("WarmUp"), "{ignored:?}");
    assert!(
        !cause(&story).quotes.iter().any(|quote| quote.text.contains("warm.exe")),
        "its words are not the cause's"
    );
}

#[test]
fn sessions_that_were_appended_are_told_apart() {
    let story = read(&log("appended.log"));
    let results: Vec<_> = story.sessions.iter().map(|session| session.result).collect();
    assert_eq!(results, [Some(1603), Some(0)]);
    assert_eq!(story.sessions[1].duration, 5000, "the second one's time begins with it");
}

#[test]
fn a_removal_inside_of_an_upgrade_is_a_session_of_its_own_and_midnight_passes() {
    let story = read(&log("nested.log"));
    let [outer, inner] = story.sessions.as_slice() else { panic!("{:#?}", story.sessions) };
    assert_eq!((inner.parent, inner.purpose), (Some(outer.id), Purpose::UpgradeRemoval));
    assert_eq!((outer.title().as_str(), inner.title().as_str()), ("Relay 2.0.0", "Relay 1.0.0"));
    assert_eq!(cause(&story).session, Some(inner.id), "the inner one's failure is the cause");
    assert!(outer.duration < 5000, "midnight is no day back: {}", outer.duration);
}

#[test]
fn a_run_that_changes_nothing_is_told() {
    let story = read(&log("maintenance.log"));
    assert_eq!(story.findings[0].codes, ["explain::nothing_done"], "{:#?}", story.findings);
}

#[test]
fn a_log_that_ends_early_says_so() {
    let story = read(&log("truncated.log"));
    assert_eq!(story.findings[0].codes, ["explain::truncated"], "{:#?}", story.findings);
    assert!(story.findings[0].title.contains("StopOldServer"));
    let whole = log("service.log");
    for part in 1..40 {
        let cut = &whole[..whole.len() * part / 40];
        assert!(read(cut).sessions.len() <= 1, "a part of one installation is at most one");
    }
}

#[test]
fn an_old_version_in_another_context_is_told() {
    let story = read(&log("per-user.log"));
    assert_eq!(story.findings[0].codes, ["U016"], "{:#?}", story.findings);
}

#[test]
fn a_file_that_goes_back_and_is_removed_early_is_lost() {
    let story = read(&log("gone-back.log"));
    let lost =
        story.findings.iter().find(|finding| finding.title.contains("tar.exe")).expect("the file is named");
    assert_eq!(lost.codes, ["U002", "U003"]);
    assert!(lost.quotes.iter().any(|quote| quote.text.contains("{6C6CEB7D-")), "{lost:#?}");
    assert!(lost.quotes.iter().any(|quote| quote.text.contains("{57FD6298-")), "{lost:#?}");
}

/// The upgrade that began it all: the two causes that were found by hand.
#[test]
fn the_first_upgrade_of_the_module_lost_its_dll_for_two_reasons() {
    let Some(path) = crate::support::theirs("data/ancm-upgrade-excerpt.log") else { return };
    let bytes = std::fs::read(path).expect("readable");
    let story = read(&bytes);
    let lost: Vec<_> =
        story.findings.iter().filter(|finding| finding.codes.iter().any(|code| code == "U001")).collect();
    let [lost] = lost.as_slice() else { panic!("{:#?}", story.findings) };
    assert_eq!(lost.codes, ["U001", "U003"]);
    for word in [
        r"C:\Program Files\IIS Express\Asp.Net Core Module\V2\aspnetcorev2.dll",
        "{08968573-05C1-4BF1-8879-7B818AC9525B}",
        "{84ED6CE6-C8A3-4FA8-A872-C98A1D15DD4F}",
    ] {
        assert!(lost.title.contains(word), "{}", lost.title);
    }
    assert!(lost.why.contains("counts clients by ComponentId, never by path"), "{}", lost.why);
    assert!(lost.why.contains("the package's file has none"), "{}", lost.why);
    assert!(
        lost.help.contains("keep the ComponentId") && lost.help.contains("version resource"),
        "{}",
        lost.help
    );
    assert!(!lost.title.contains("(x86)"), "the 32-bit twin was written and is no loss");
}

/// As above, with a file that was written first, a value, and the case of a folder that changed.
#[test]
fn what_an_old_product_removes_after_it_was_written_is_lost() {
    let story = read(&log("lost-late.log"));
    let codes: Vec<_> = story.findings.iter().map(|finding| finding.codes.clone()).collect();
    assert_eq!(codes, [vec!["U001"], vec!["U009"]], "{:#?}", story.findings);
    assert!(story.findings[0].title.contains(r"C:\Program Files\Relay\relay.dll"));
    assert!(story.findings[1].title.contains(r"Software\Relay : Port"));
}

/// What people copy out of a dialog: the words without their number, alone or behind a product's name.
#[test]
fn the_words_of_an_error_alone_are_enough() {
    const ACCESS: &str =
        "Verify that you have sufficient access to that key, or contact your support personnel.";
    const SERVICE: &str = "Verify that you have sufficient privileges to start system services.";
    for (text, code, told) in [
        (format!(r"Could not write value Mode to key \Software\Guarded.  {ACCESS}"), "msi::1406", "Guarded"),
        (
            format!(r"Could not open key: HKEY_LOCAL_MACHINE\Software\Guarded. {ACCESS}"),
            "msi::1402",
            "Guarded",
        ),
        (
            format!(r"Product: Relay -- Could not write value to key \Software\Guarded. {ACCESS}"),
            "msi::1406",
            "Guarded",
        ),
        (format!("Service 'Relay' (RelaySvc) failed to start.  {SERVICE}"), "msi::1920", "RelaySvc"),
        (
            r"Error writing to file: C:\Relay\relay.dll.  Verify that you have access to that directory."
                .into(),
            "msi::1310",
            "relay.dll",
        ),
    ] {
        let story = read(format!("{text}\n").as_bytes());
        let finding = cause(&story);
        assert_eq!(finding.codes, [code], "{text}: {finding:#?}");
        assert!(finding.quotes.iter().any(|quote| quote.text.contains(told)), "{finding:#?}");
    }
    // a program's own words are not Windows Installer's
    let story = read(b"Could not open key of the settings file\n");
    assert!(story.findings.iter().all(|finding| !finding.codes.iter().any(|code| code.starts_with("msi::"))));
}

#[test]
fn every_encoding_tells_the_same() {
    let text = String::from_utf8(log("french.log")).expect("UTF-8");
    let wide = |mark: bool| -> Vec<u8> {
        let mark = if mark { vec![0xFF, 0xFE] } else { Vec::new() };
        mark.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let ansi: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0x92)).collect();
    let expected = cause(&read(text.as_bytes())).title.clone();
    for bytes in [wide(true), wide(false), ansi] {
        assert_eq!(cause(&read(&bytes)).title, expected);
    }
}

#[test]
fn hostile_input_is_handled() {
    let mut inputs: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0; 1 << 20],
        vec![0xFF; 1 << 20],
        (0..=255).cycle().take(1 << 20).collect(),
        vec![b'a'; 8 << 20],
        b"MSI (s) (".repeat(100_000),
        b"Action start 1:02:03: A.\n".repeat(100_000),
        b"MSI (s) (1:2): ******* RunEngine:\n ******* Product: {A}\n".repeat(50_000),
        b"<br>".repeat(300_000),
        "=== Verbose logging started: \u{202e}\n".repeat(1000).into_bytes(),
    ];
    // every log of ours, with bytes turned over at places that a fixed generator picks
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    for (name, ..) in CAUSES {
        for _ in 0..4 {
            let mut bytes = log(name);
            for _ in 0..8 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let at = usize::try_from(seed % bytes.len() as u64).expect("small");
                bytes[at] = seed.to_le_bytes()[5];
            }
            inputs.push(bytes);
        }
    }
    for input in inputs {
        let story = read(&input);
        assert!(story.sessions.len() <= 450 && story.bundles.len() <= 60);
        let _ = story.page("a.log");
    }
}

#[test]
fn a_page_is_safe_whatever_the_log_has() {
    let log = b"MSI (s) (1:2) [01:02:03:004]: Product: <script>alert(1)</script> -- Error 1920. Service '<b>' failed.\nAction ended 1:02:03: A. Return value 3.\n";
    let page = read(log).page("<i>.log");
    assert!(!page.contains("<script>") && !page.contains("<b>'") && !page.contains("<i>"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
}

/// What our own actions say begins with `Swap: ` or `Registration: `; where one fails, its error says the same.
#[test]
fn a_swap_that_is_refused_is_the_cause() {
    for (topic, action) in [("Swap", "CheckSwap"), ("Registration", "CheckConfiguration")] {
        let reason = r"C:\Windows\System32\inetsrv\rewrite.dll: it is for arm64, expected x64";
        let log = format!(
            "=== Verbose logging started: 11/29/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\System32\\msiexec.exe ===\r\n\
             MSI (s) (B4:90) [10:00:00:100]: ******* RunEngine:\r\n           ******* Product: C:\\patch.msi\r\n\
             Action start 10:00:00: INSTALL.\r\nAction start 10:00:00: InstallFinalize.\r\n\
             MSI (s) (B4:90) [10:00:01:000]: Executing op: ActionStart(Name={action},,)\r\n\
             MSI (s) (B4:24) [10:00:01:010]: Invoking remote custom action. DLL: C:\\Windows\\Installer\\MSI1.tmp, Entrypoint: {action}\r\n\
             {topic}: {reason}\r\n\
             MSI (s) (B4:90) [10:00:01:020]: Product: Patch -- Error 25005. Nothing was changed. {reason}.\r\n\
             Error 25005. Nothing was changed. {reason}.\r\n\
             CustomAction {action} returned actual error code 1603 (note this may not be 100% accurate if translation happened inside sandbox)\r\n\
             Action ended 10:00:01: InstallFinalize. Return value 3.\r\n\
             Action ended 10:00:01: INSTALL. Return value 3.\r\n\
             MSI (s) (B4:90) [10:00:01:100]: MainEngineThread is returning 1603\r\n"
        );
        let story = read(log.as_bytes());
        let cause = cause(&story);
        let text = format!("{} {} {:?}", cause.title, cause.why, cause.quotes);
        assert!(text.contains(action) && text.contains("it is for arm64, expected x64"), "{cause:#?}");
        let session = story.sessions.first().expect("an installation");
        let own = if topic == "Swap" { &session.swaps } else { &session.registration };
        assert_eq!(own.items.len(), 1, "{topic}");
        assert_eq!(own.items[0].0, reason);
    }
}
