//! What a line of a Windows Installer log is: its prefix taken off, its fields found. Knows the grammar
//! (`docs/explain.md`), remembers nothing, decides nothing.

pub(super) mod engine;
pub(super) mod fields;
pub(super) mod message;
pub(super) mod noise;
pub(super) mod text;

use serde::Serialize;

/// Where a line comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin<'a> {
    /// `c` for the client, `s` for the service, `a` for a custom action; nothing for lines that the engine did not sign.
    pub side: Option<u8>,
    /// Process and thread, as the log has them (`B4:90`).
    pub thread: &'a str,
    /// Milliseconds since midnight.
    pub time: Option<u32>,
    /// An external user interface says that the message is an error.
    pub is_error: bool,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// Nothing.
    Blank,
    /// A log begins; whether it is a verbose one.
    Started { verbose: bool, when: &'a str },
    /// A log ends.
    Stopped { verbose: bool },
    /// An engine starts; the lines after it say for which package.
    RunEngine,
    /// `******* Product:` and its like.
    RunDetail { what: &'a str, value: &'a str },
    /// `Doing action: X`.
    Doing(&'a str),
    /// `Action start 1:02:03: X.`
    ActionStart { name: &'a str, time: Option<u32> },
    /// `Action 1:02:03: X. text`, the message for the user.
    ActionText { name: &'a str },
    /// `Action ended 1:02:03: X. Return value 3.`
    ActionEnd { name: &'a str, time: Option<u32>, value: u32 },
    /// `Note: 1: 1402 2: …`
    Note { number: u32, fields: &'a str },
    /// `PROPERTY CHANGE: …`; nothing where the property goes.
    PropertyChange { name: &'a str, value: Option<&'a str> },
    /// `Property(S): X = y`
    Property { name: &'a str, value: &'a str },
    /// `Executing op: Name(arguments)`
    Op { name: &'a str, arguments: &'a str },
    /// `File: path; decision; patch; reason`
    File { path: &'a str, decision: &'a str, reason: &'a str },
    /// `Component: x; Installed: …` and `Feature: …`
    State { component: bool, name: &'a str, installed: &'a str, request: &'a str, action: &'a str },
    /// `Disallowing installation of component: {…}`
    Veto(&'a str),
    /// `Disallowing uninstallation of component: {…}`
    Spared(&'a str),
    /// `Product: x -- text`, the line that also goes to the event log.
    Message { product: &'a str, text: &'a str },
    /// The last word: `… Installation success or error status: 1603.`
    Summary { name: &'a str, version: &'a str, status: u32 },
    /// `MainEngineThread is returning 1603`
    Returning(u32),
    /// `Command Line: …`
    CommandLine(&'a str),
    /// `Skipping X action: reason` and `Skipping action: X (condition is false)`
    Skipping { name: &'a str, reason: &'a str },
    /// `Invoking remote custom action. DLL: …, Entrypoint: X`
    Invoking { entry: &'a str },
    /// `Running Script: …`
    Script,
    /// `FindRelatedProducts: …`
    Related(&'a str),
    /// `RemoveExistingProducts: Application: {…}, Command line: …`
    Removing { product: &'a str },
    /// `CustomAction X returned actual error code 1603 …`; whether the failure is ignored.
    Returned { name: &'a str, code: i64, ignored: bool },
    /// `Error 1722. …`, `Internal Error 2755. …`, `DEBUG: Error 2738: …`
    Error { number: u32, text: &'a str },
    /// `Info 1903. …`, `Warning 1946. …`
    Information { number: u32, text: &'a str },
    /// The user stopped it.
    Cancelled,
    /// An engine line that tells why something did not work.
    Notable(Topic),
    /// What a custom action says of itself: who, and what.
    Output { who: &'a str, text: &'a str },
    /// `Registration: …`, a message of our own custom actions.
    Registration(&'a str),
    /// `Swap: …`, one of those that swap DLLs.
    Swap(&'a str),
    /// `InstallFiles: File: a,  Directory: d,  Size: 1` and its like.
    FileData { action: &'a str, file: &'a str, directory: &'a str },
    /// `ProcessComponents: 1: {product} 2: {component} 3: path`, or without its first word.
    Numbered(&'a str),
    /// `PackageCode = …`, a stack frame and the like: what goes on where another line began.
    Burn(BurnLine<'a>),
    /// A line of a kind that is known to mean nothing.
    Known,
    /// An engine line of an unknown kind.
    UnknownEngine,
    /// Any other line: the rest of a message of several lines, a custom action's own words, or not of a log at all.
    Text(&'a str),
}

/// A line of Burn's own log: `[1A2B:3C4D][2024-01-02T03:04:05]e000: text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BurnLine<'a> {
    /// `i`, `w` or `e`.
    pub level: u8,
    /// The number after it; 0 for messages of no particular kind.
    pub number: u16,
    /// The message.
    pub text: &'a str,
    /// Whether the line had its prefix; else it was recognised by its words.
    pub signed: bool,
}

/// What an engine line that explains a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Another installation runs.
    Busy,
    /// Policy, or lacking rights.
    Forbidden,
    /// A source or cached package is not there.
    Source,
    /// The check of a package's hash for repairs.
    SecureRepair,
    /// Files in use, and the Restart Manager.
    InUse,
    /// A patch does not fit.
    Patch,
    /// The engine itself gave up.
    Engine,
    /// A restart of Windows is wanted.
    Restart,
}

/// What `line` is, and where it comes from. What people put in front of quoted lines is taken off first.
pub(super) fn read(line: &str) -> (Origin<'_>, Shape<'_>) {
    let (origin, shape) = parse(line);
    if let Shape::Text(text) = shape
        && let Some(rest) = noise::strip(text)
    {
        if rest.trim().is_empty() {
            return (origin, Shape::Blank);
        }
        let (inner, found) = parse(rest);
        // where nothing was found, the line is what it was
        if !matches!(found, Shape::Text(_)) || inner.is_error {
            return (Origin { is_error: origin.is_error || inner.is_error, ..inner }, found);
        }
    }
    (origin, shape)
}

fn parse(line: &str) -> (Origin<'_>, Shape<'_>) {
    let mut origin = Origin::default();
    if let Some((from, text)) = signed(line) {
        let shape = engine::read(text);
        return (Origin { is_error: false, ..from }, shape);
    }
    let (text, is_error) = external(line);
    origin.is_error = is_error;
    (origin, message::read(text))
}

/// `MSI (s) (B4:90) [22:49:42:783]: text`; the time is not there in very old logs.
pub(super) fn signed(line: &str) -> Option<(Origin<'_>, &str)> {
    let rest = line.strip_prefix("MSI (")?;
    let bytes = rest.as_bytes();
    // `s) (B4:90) [22:49:42:783]: `, as long as in nearly every line: no search
    if let [side, b')', b' ', b'(', _, _, b':', _, _, b')', b' ', b'[', time @ ..] = bytes
        && let [_, _, _, _, _, _, _, _, _, _, _, _, b']', b':', b' ', ..] = time
        && side.is_ascii_alphabetic()
        && let (Some(thread), Some(time), Some(text)) = (rest.get(4..9), rest.get(12..24), rest.get(27..))
    {
        return Some((Origin { side: Some(*side), thread, time: clock(time), is_error: false }, text));
    }
    let side = *bytes.first()?;
    let rest = rest.get(1..)?.strip_prefix(") (")?;
    let (thread, rest) = rest.split_once(')')?;
    if thread.len() > 11 || !side.is_ascii_alphabetic() {
        return None;
    }
    let (time, rest) = match rest.strip_prefix(" [") {
        Some(rest) => {
            let (time, rest) = rest.split_once(']')?;
            (clock(time), rest)
        }
        None => (None, rest),
    };
    let text = rest.strip_prefix(':')?;
    Some((Origin { side: Some(side), thread, time, is_error: false }, text.strip_prefix(' ').unwrap_or(text)))
}

/// What an external user interface (such as WiX#'s) puts before each message, by the kind of the message.
fn external(line: &str) -> (&str, bool) {
    let Some(at) = memchr::memchr(b':', line.as_bytes()) else { return (line, false) };
    let (kind, text) = line.split_at(at);
    let Some(text) = text.strip_prefix(": ") else { return (line, false) };
    let is_error = match kind {
        "Info" | "CommonData" | "ActionStart" | "ActionData" | "Progress" | "InstallStart" | "InstallEnd"
        | "User" | "Warning" | "Initialize" | "Terminate" | "ShowDialog" | "ResolveSource" | "FilesInUse"
        | "RMFilesInUse" | "InstallMessage" => false,
        "Error" | "FatalExit" | "OutOfDiskSpace" => true,
        _ => return (line, false),
    };
    (text, is_error)
}

/// Milliseconds since midnight of `22:49:42:783`, `22:49:42` or `9:08:47`.
pub(super) fn clock(text: &str) -> Option<u32> {
    // nearly every line has one, so without the help of `split` and `parse`
    if let [h, hh, b':', m, mm, b':', s, ss, b':', a, b, c] = text.as_bytes()
        && [h, hh, m, mm, s, ss, a, b, c].iter().all(|digit| digit.is_ascii_digit())
    {
        let two = |tens: &u8, ones: &u8| u32::from(tens & 15) * 10 + u32::from(ones & 15);
        let (hours, minutes, seconds, rest) =
            (two(h, hh), two(m, mm), two(s, ss), two(a, b) * 10 + u32::from(c & 15));
        return (hours < 24 && minutes < 60 && seconds < 61)
            .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + rest);
    }
    let mut fields = [0_u32; 4];
    let mut field = 0;
    let mut digits = 0;
    for byte in text.trim().bytes() {
        match byte {
            b'0'..=b'9' if digits < 4 => {
                fields[field] = fields[field] * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b':' | b'.' if digits > 0 && field < 3 => (field, digits) = (field + 1, 0),
            _ => return None,
        }
    }
    if field < 2 || digits == 0 {
        return None;
    }
    let [hours, minutes, seconds, rest] = fields;
    (hours < 24 && minutes < 60 && seconds < 61 && rest < 1000)
        .then(|| ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest)
}
