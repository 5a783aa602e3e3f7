//! What a line says that the engine did not sign: messages for the user, the words of custom actions, property dumps, and
//! Burn's own log.

use super::{BurnLine, Shape, clock, engine};

/// Names under which WiX's and other custom actions write, two blanks after the colon.
const CUSTOM_ACTION_MARK: &str = ":  ";

/// Standard actions that tell what they are working on, `WriteRegistryValues: Key: …`
/// (<https://learn.microsoft.com/windows/win32/msi/standard-actions-reference>).
#[rustfmt::skip]
const WITH_DATA: &[&str] = &[
    "AllocateRegistrySpace", "AppSearch", "BindImage", "CCPSearch", "CostFinalize", "CostInitialize", "CreateFolders",
    "CreateShortcuts", "DeleteServices", "DuplicateFiles", "FileCost", "GenerateScript", "InstallAdminPackage",
    "InstallExecute", "InstallFiles", "InstallFinalize", "InstallInitialize", "InstallODBC", "InstallServices",
    "InstallValidate", "IsolateComponents", "LaunchConditions", "MigrateFeatureStates", "MoveFiles",
    "MsiConfigureServices", "MsiPublishAssemblies", "MsiUnpublishAssemblies", "PatchFiles", "ProcessComponents",
    "PublishComponents", "PublishFeatures", "PublishProduct", "RMCCPSearch", "RegisterClassInfo", "RegisterComPlus",
    "RegisterExtensionInfo", "RegisterFonts", "RegisterMIMEInfo", "RegisterProduct", "RegisterProgIdInfo",
    "RegisterTypeLibraries", "RegisterUser", "RemoveDuplicateFiles", "RemoveEnvironmentStrings", "RemoveExistingProducts",
    "RemoveFiles", "RemoveFolders", "RemoveIniValues", "RemoveODBC", "RemoveRegistryValues", "RemoveShortcuts",
    "Rollback", "RollbackCleanup", "SelfRegModules", "SelfUnregModules", "SetODBCFolders", "StartServices",
    "StopServices", "UnpublishComponents", "UnpublishFeatures", "UnpublishProduct", "UnregisterClassInfo",
    "UnregisterComPlus", "UnregisterExtensionInfo", "UnregisterFonts", "UnregisterMIMEInfo", "UnregisterProgIdInfo",
    "UnregisterTypeLibraries", "ValidateProductID", "WriteEnvironmentStrings", "WriteIniValues", "WriteRegistryValues",
];

/// Whether `action` is one of Windows Installer's own that tell what they are working on.
pub(crate) fn is_standard(action: &str) -> bool {
    WITH_DATA.binary_search(&action).is_ok()
}

/// `text.trim()`, without looking at characters where the first and the last one are plain.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// What the line says.
pub(crate) fn read(text: &str) -> Shape<'_> {
    let trimmed = trim(text);
    match trimmed.as_bytes().first() {
        None => return Shape::Blank,
        Some(b'=') => {
            if let Some(shape) = header(trimmed) {
                return shape;
            }
        }
        Some(b'*') if trimmed.starts_with("******") => return engine::run(trimmed),
        Some(b'*') if trimmed.contains("\\* ") => return engine::run(trimmed),
        Some(b'[' | b'e' | b'i' | b'w') => {
            if let Some(line) = burn(trimmed) {
                return Shape::Burn(line);
            }
        }
        _ => {}
    }
    known(trimmed)
        .or_else(|| burn_words(trimmed))
        .or_else(|| output(trimmed))
        .or_else(|| foreign_action(trimmed))
        .or_else(|| worded(trimmed).map(|number| Shape::Error { number, text: trimmed }))
        .unwrap_or(Shape::Text(text))
}

fn known(text: &str) -> Option<Shape<'_>> {
    match text.as_bytes().first()? {
        b'A' => action(text),
        b'C' => returned(text).or_else(|| {
            // a managed custom action is about to run: what follows is its own
            text.strip_prefix("Calling custom action ")
                .map(|rest| Shape::Output { who: entry(rest), text: "" })
        }),
        b'P' => dump(text).or_else(|| engine::message(text)),
        b'E' => numbered(text, "Error ").or_else(|| {
            text.starts_with("Exception thrown by custom action").then_some(Shape::Output { who: "", text })
        }),
        b'I' => numbered(text, "Internal Error ").or_else(|| information(text, "Info ")),
        b'D' => numbered(text, "DEBUG: Error "),
        b'W' => information(text, "Warning "),
        b'R' => {
            if let Some(rest) = text.strip_prefix("Registration: ") {
                return Some(Shape::Registration(rest));
            }
            file_data(text).or_else(|| {
                let rest = text.strip_prefix("RemoveExistingProducts: Application: ")?;
                Some(Shape::Removing { product: rest.split(',').next().unwrap_or(rest) })
            })
        }
        b'F' => text.strip_prefix("FindRelatedProducts: ").map(Shape::Related),
        b'S' => {
            let output = |rest| Shape::Output { who: "SFXCA", text: rest };
            text.strip_prefix("SFXCA: ").map(output).or_else(|| text.strip_prefix("Swap: ").map(Shape::Swap))
        }
        b'T' => {
            let about = ["The error code is ", "The arguments are: "];
            about.iter().all(|part| text.contains(part)).then(|| unexpected(text)).flatten()
        }
        b'U' => (text == "User cancelled installation." || text == "User canceled installation.")
            .then_some(Shape::Cancelled),
        b'M' => text.starts_with("Message type: ").then_some(Shape::Known),
        b'1' => text.starts_with("1: ").then_some(Shape::Numbered(text)),
        _ => None,
    }
    .or_else(|| file_data(text))
    .or_else(|| {
        let rest = text.strip_prefix("ProcessComponents: ")?;
        rest.starts_with("1: ").then_some(Shape::Numbered(rest))
    })
    .or_else(|| {
        let action = &text[..memchr::memchr(b':', text.as_bytes())?];
        is_standard(action).then_some(Shape::Known)
    })
}

fn header(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("=== ")?;
    let (verbose, rest) = match rest.strip_prefix("Verbose logging ") {
        Some(rest) => (true, rest),
        None => match rest.strip_prefix("Logging ") {
            Some(rest) => (false, rest),
            // the same in another language: which of the two it is, is told by what comes after it
            None => return (rest.ends_with("===") && rest.contains(':')).then_some(Shape::Known),
        },
    };
    if rest.starts_with("stopped") {
        return Some(Shape::Stopped { verbose });
    }
    let rest = rest.strip_prefix("started:")?;
    let end = rest.find("Build type:").or_else(|| rest.find("===")).unwrap_or(rest.len());
    Some(Shape::Started { verbose, when: rest[..end].trim() })
}

fn action(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("Action ")?;
    let (word, rest) = match rest.split_once(' ')? {
        (word @ ("start" | "ended"), rest) => (word, rest),
        _ => ("", rest),
    };
    // 22:49:42: X. Return value 1.
    let end = rest.find(' ')?;
    let (time, rest) = (rest[..end].strip_suffix(':')?, &rest[end + 1..]);
    let time = clock(time);
    time?;
    match word {
        "start" => Some(Shape::ActionStart { name: name(rest), time }),
        "ended" => {
            let rest = rest.trim_end().trim_end_matches('.');
            let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
            let (name, value) = rest.split_at(rest.len() - digits);
            let (name, value) = (name.strip_suffix(" Return value ")?, value.parse().ok()?);
            Some(Shape::ActionEnd { name: name.trim_end_matches('.'), time, value })
        }
        _ => Some(Shape::ActionText { name: name(rest) }),
    }
}

/// The lines of an action in another language: `Action finie 17:23:02 : X. Valeur renvoyée 3.`, `Aktion gestartet um 9:08:47: X.`
/// The words before the time are two or more where the action begins or ends, one where its description is told.
fn foreign_action(text: &str) -> Option<Shape<'_>> {
    let at = text.find(|c: char| c.is_ascii_digit()).filter(|at| (4..40).contains(at))?;
    let (head, rest) = text.split_at(at);
    let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b':').count();
    let time =
        clock(rest[..length].trim_end_matches(':')).filter(|_| rest[..length].matches(':').count() >= 2)?;
    let rest = rest[length..].trim_start_matches([' ', '\u{a0}', '\u{202f}', ':', '：']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, rest) = rest.split_at(end);
    let rest = rest.strip_prefix('.')?.trim().trim_end_matches(['.', '。']);
    if name.is_empty() || !head.trim().chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '’')) {
        return None;
    }
    if rest.is_empty() && head.split_whitespace().count() >= 2 {
        return Some(Shape::ActionStart { name, time: Some(time) });
    }
    let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
    let words = rest[..rest.len() - digits].trim();
    let value = rest[rest.len() - digits..].parse().ok().filter(|value| *value < 10);
    match value {
        Some(value) if !words.is_empty() && words.split_whitespace().count() <= 4 => {
            Some(Shape::ActionEnd { name, time: Some(time), value })
        }
        _ => Some(Shape::ActionText { name }),
    }
}

/// `X.` and `X. A sentence for the user`; a name may have dots itself.
fn name(text: &str) -> &str {
    let end = memchr::memchr_iter(b'.', text.as_bytes()).find(|at| text[at + 1..].starts_with(' '));
    let name = &text[..end.unwrap_or(text.len())];
    trim(name).trim_end_matches('.')
}

/// `CustomAction X returned actual error code 1603 (…)`
fn returned(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("CustomAction ")?;
    let (name, rest) = rest.split_once(" returned actual error code ").or_else(|| {
        // the name may be missing altogether
        rest.split_once("returned actual error code ")
    })?;
    let end = rest.find(|c: char| c != '-' && !c.is_ascii_digit()).unwrap_or(rest.len());
    let ignored = rest.contains("will be translated to success");
    Some(Shape::Returned { name: name.trim(), code: rest[..end].parse().ok()?, ignored })
}

/// `Property(S): X = y`
fn dump(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("Property(")?;
    let rest = rest.get(1..)?.strip_prefix("): ")?;
    let (name, value) = rest.split_once(" = ").or_else(|| rest.strip_suffix(" =").map(|name| (name, "")))?;
    Some(Shape::Property { name, value })
}

/// `Error 1722. text` and `Error 2738: text`.
fn numbered<'a>(text: &'a str, mark: &str) -> Option<Shape<'a>> {
    let rest = text.strip_prefix(mark)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].trim_start();
    let text = after.strip_prefix(['.', ':'])?;
    Some(Shape::Error { number: rest[..digits].parse().ok()?, text: text.trim() })
}

fn information<'a>(text: &'a str, mark: &str) -> Option<Shape<'a>> {
    let Shape::Error { number, text } = numbered(text, mark)? else { return None };
    Some(Shape::Information { number, text })
}

/// `The installer has encountered an unexpected error … The error code is 2738. The arguments are: , ,`
fn unexpected(text: &str) -> Option<Shape<'_>> {
    Some(Shape::Error { number: code_in(text)?, text })
}

/// The number of an error that a message tells in its words, or with a number in front in whatever language: `Erreur 1714.
/// La version …`.
pub(crate) fn code_in(text: &str) -> Option<u32> {
    if let Some((_, rest)) = text.split_once("error code is ").or_else(|| text.split_once("Error code ")) {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return rest[..digits].parse().ok();
    }
    if let Some(number) = worded(text) {
        return Some(number);
    }
    let (word, rest) = text.split_once([' ', '\u{a0}'])?;
    let is_word = !word.is_empty() && word.chars().count() <= 14 && word.chars().all(char::is_alphabetic);
    let rest = rest.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let ends = rest[digits..].trim_start().starts_with(['.', ':', '。']);
    (is_word && (4..=5).contains(&digits) && ends).then(|| rest[..digits].parse().ok()).flatten()
}

/// The number of an error whose English words stand alone, as a dialog shows them and people copy them: how they begin, and
/// what they have further on (<https://learn.microsoft.com/windows/win32/msi/windows-installer-error-messages>).
fn worded(text: &str) -> Option<u32> {
    const RIGHTS: &str = "erify that you have sufficient access";
    const SERVICES: &str = "erify that you have sufficient privileges";
    const WORDS: &[(&str, &str, u32)] = &[
        ("Could not create key", RIGHTS, 1401),
        ("Could not open key", RIGHTS, 1402),
        ("Could not delete value ", RIGHTS, 1403),
        ("Could not delete key ", RIGHTS, 1404),
        ("Could not read value ", RIGHTS, 1405),
        ("Could not write value ", RIGHTS, 1406),
        ("Could not get value names for key ", RIGHTS, 1407),
        ("Error reading from file", "erify that the file exists", 1305),
        ("Error writing to file", "erify that you have access to that directory", 1310),
        ("Service ", "failed to start", 1920),
        ("Service ", "could not be stopped", 1921),
        ("Service ", "could not be deleted", 1922),
        ("Service ", "could not be installed", 1923),
    ];
    let fits = |(begin, part, _): &&(&str, &str, u32)| {
        text.starts_with(begin) && text.contains(part) && (*begin != "Service " || text.contains(SERVICES))
    };
    WORDS.iter().find(fits).map(|(_, _, number)| *number)
}

/// `InstallFiles: File: a,  Directory: d,  Size: 1`
fn file_data(text: &str) -> Option<Shape<'_>> {
    let (action, rest) = text.split_at(memchr::memchr(b':', text.as_bytes())?);
    let rest = rest.strip_prefix(": File: ")?;
    let (file, rest) = rest.split_once(',')?;
    let (_, rest) = rest.split_once("Directory: ")?;
    let directory = rest.split(',').next().unwrap_or(rest).trim();
    action.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(Shape::FileData {
        action,
        file: file.trim(),
        directory,
    })
}

/// `WixQuietExec:  text`
fn output(text: &str) -> Option<Shape<'_>> {
    let (who, text) = text.split_once(CUSTOM_ACTION_MARK).or_else(|| {
        let (who, text) = text.split_once(':')?;
        let known = who == "DIFXAPP" || who.starts_with("WixQuietExec") || who.starts_with("CAQuietExec");
        known.then_some((who, text.trim_start()))
    })?;
    let named = (2..=60).contains(&who.len())
        && who.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    named.then_some(Shape::Output { who, text })
}

/// The entry point of `Assembly!Namespace.Class.Method`.
fn entry(text: &str) -> &str {
    text.trim().rsplit(['!', '.']).next().unwrap_or(text)
}

/// `[1A2B:3C4D][2024-01-02T03:04:05]e000: text`, or `e000: text` alone.
pub(crate) fn burn(text: &str) -> Option<BurnLine<'_>> {
    let (rest, signed) = match text.strip_prefix('[') {
        Some(rest) => {
            let (thread, rest) = rest.split_once("][")?;
            let (date, rest) = rest.split_once(']')?;
            let hexadecimal = |c: char| c.is_ascii_hexdigit() || c == ':';
            if !thread.contains(':') || !thread.chars().all(hexadecimal) || date.len() < 19 {
                return None;
            }
            (rest, true)
        }
        None => (text, false),
    };
    let level = *rest.as_bytes().first()?;
    let number = rest.get(1..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let text = rest.get(4..)?.strip_prefix(':')?;
    matches!(level, b'i' | b'w' | b'e')
        .then(|| Some(BurnLine { level, number: number.parse().ok()?, text: text.trim_start(), signed }))
        .flatten()
}

/// Lines of Burn that lost their prefix on the way; recognised by words that only Burn writes.
fn burn_words(text: &str) -> Option<Shape<'_>> {
    const WORDS: &[(&str, u8, u16)] = &[
        ("Applying execute package: ", b'i', 301),
        ("Applied execute package: ", b'i', 319),
        ("Apply complete, result: ", b'i', 399),
        ("Applying rollback package: ", b'i', 302),
        ("Detect begin, ", b'i', 100),
        ("Plan begin, ", b'i', 200),
        ("Exit code: 0x", b'i', 7),
        ("Setting string variable '", b'i', 0),
        ("Acquiring container: ", b'i', 336),
        ("Acquiring package: ", b'i', 338),
        ("Failed to extract payloads from container: ", b'e', 312),
        ("Failed to acquire payload: ", b'e', 313),
        ("Detected package: ", b'i', 101),
        ("Planned package: ", b'i', 201),
        ("Condition '", b'i', 52),
        ("Bootstrapper application aborted", b'e', 0),
    ];
    let line = |level, number| Shape::Burn(BurnLine { level, number, text, signed: false });
    if let Some((_, level, number)) = WORDS.iter().find(|(start, ..)| text.starts_with(start)) {
        return Some(line(*level, *number));
    }
    // `Error 0x80070666: Process returned error: 0x666`; custom actions of WiX write the same after their name
    text.starts_with("Error 0x").then(|| line(b'e', 0))
}
