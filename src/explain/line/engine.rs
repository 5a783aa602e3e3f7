//! What a line that the engine signed says: the text after `MSI (s) (B4:90) [22:49:42:783]: `. These lines are English on
//! every Windows.

use super::{Shape, Topic};

/// Lines that explain failures, by their start; sorted.
#[rustfmt::skip]
const NOTABLE: &[(&str, Topic)] = &[
    ("Couldn't find cached patch", Topic::Patch),
    ("Couldn't find local patch", Topic::Patch),
    ("CreateInstance of", Topic::Engine),
    ("Credential", Topic::Forbidden),
    ("Elevation required", Topic::Forbidden),
    ("Failed to connect to server", Topic::Engine),
    ("Failed to end dialog", Topic::Engine),
    ("Failed to grab execution mutex", Topic::Busy),
    ("Installation of this package is forbidden", Topic::Forbidden),
    ("MSI_LUA: Credential", Topic::Forbidden),
    ("MSI_LUA: Elevation required", Topic::Forbidden),
    ("Machine policy value 'DisableMsi' is 2", Topic::Forbidden),
    ("Opening existing patch", Topic::Patch),
    ("PATCH SEQUENCER: ERROR", Topic::Patch),
    ("REBOOT required", Topic::Restart),
    ("RESTART MANAGER: Could not", Topic::InUse),
    ("RESTART MANAGER: Detected that application", Topic::InUse),
    ("RESTART MANAGER: Did detect", Topic::InUse),
    ("RESTART MANAGER: Failed to shut down", Topic::InUse),
    ("Rejecting product", Topic::Forbidden),
    ("SECREPAIR: Crypt Provider not initialized", Topic::SecureRepair),
    ("SECREPAIR: CryptAcquireContext: Could not", Topic::SecureRepair),
    ("SECREPAIR: Error determining package source type", Topic::SecureRepair),
    ("SECREPAIR: Failed to create hash", Topic::SecureRepair),
    ("SECUREREPAIR: SecureRepair Failed", Topic::SecureRepair),
    ("SOURCEMGMT: Failed to resolve source", Topic::Source),
    ("SOURCEMGMT: Source is invalid", Topic::Source),
    ("SequencePatches failed", Topic::Patch),
    ("SequencePatches returns failure", Topic::Patch),
    ("The Windows Installer initiated a system restart", Topic::Restart),
    ("The installation is forbidden by system policy", Topic::Forbidden),
    ("Transform validation failed", Topic::Patch),
    ("Unexpected or missing value", Topic::Engine),
    ("Warning: Local cached package", Topic::Source),
];

/// Lines that say nothing about success or failure, by their start; sorted.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "APPCOMPAT", "Adding new sources", "Allowing", "Assembly", "Attempting to ", "Back from server",
    "BeginTransaction", "CMsiServices", "Cache ", "Cached ", "Calling SRSetRestorePoint",
    "Changed configuration", "Changing configuration", "Client-side and UI", "Cloaking enabled",
    "Closing MSIHANDLE", "CoInitialize", "Copying", "Costing", "Could not obtain", "CreateTransaction",
    "Created Custom Action", "Creating MSIHANDLE", "Custom Action Manager", "Decrementing counter",
    "Deferring clean up", "Destroying RemoteAPI", "Detected that", "Determined that existing",
    "Determining source", "Digital", "Dir (source)", "Dir (target)", "Disabled", "Disabling",
    "Doing custom action", "EEUI", "Enabling baseline", "End dialog", "Engine has iefSecondSequence",
    "Entering ", "Enumerating", "Error in rollback skipped", "Extracting", "File will have security", "Final Patch", "Font created",
    "GAC", "Generating random cookie", "GetSystem", "Grabbed execution mutex", "Hello, I'm your",
    "Ignoring ", "Incrementing counter", "Inspecting ", "Invoking", "LUA patching", "Looking for",
    "Looking up", "MSCOREE", "MSI_DBG", "MSI_LUA", "Machine ", "Media enabled", "Moving file",
    "MsiProvideAssembly", "MsiPublish", "No System Restore", "Not allowed", "Note: 1:", "Obtained ",
    "Opening existing", "Optimisation", "Optimizing", "Original package", "Original patch",
    "PATCH SEQUENCER", "PROPERTY ", "Package name", "Package to be", "Package we're running", "Patch ",
    "Pathbuf", "Policy", "Product Code", "Product context", "Product installation will be", "Product not",
    "Product registered", "Product {", "Publishing", "RESTART MANAGER", "Re-applying security", "Reopening",
    "Resetting cached", "Resolve", "Resolving ", "Restoring ", "Reverting", "Rollback", "Running ",
    "SECREPAIR", "SECUREREPAIR", "SFP ", "SHELL32::", "SOFTWARE RESTRICTION", "SOURCEDIR", "SOURCEMGMT",
    "SRSetRestorePoint", "Scheduling", "Searching provided", "Security descriptor", "Sequencing",
    "Server is locked", "Server not locked", "Service ", "Setting MSIHANDLE",
    "Setting cached product context", "Setting launched-from", "Shortcut", "Shutdown", "Signature",
    "Skipping", "Source for file", "Source path resolution", "Source type", "Specifed", "Specified",
    "Switching to", "TRANSFORMS", "The call to SRSetRestorePoint", "The file represented", "The product {",
    "TransactionCode", "Transform", "Trying source", "Unable to create", "Unlocking", "Unpublishing",
    "User ", "Using cached", "Using source file", "Using target", "Using well known", "Validating",
    "Validation", "Verifying", "WIN64DUALFOLDERS", "Windows ",
];

/// Whether `a` stands before `b` and does not begin it.
const fn precedes(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] < b[at];
        }
        at += 1;
    }
    false
}

// the tables are sorted and no start begins another: `other` relies on it
const _: () = {
    let mut at = 1;
    while at < NOTABLE.len() {
        assert!(precedes(NOTABLE[at - 1].0, NOTABLE[at].0));
        at += 1;
    }
    at = 1;
    while at < HARMLESS.len() {
        assert!(precedes(HARMLESS[at - 1], HARMLESS[at]));
        at += 1;
    }
};

/// What the line says.
pub(crate) fn read(text: &str) -> Shape<'_> {
    known(text).unwrap_or_else(|| other(text))
}

fn known(text: &str) -> Option<Shape<'_>> {
    // by the first letter, since nearly every line of a log comes through here
    match text.as_bytes().first()? {
        b'E' => {
            let rest = text.strip_prefix("Executing op: ")?;
            let (name, arguments) = rest.split_once('(').unwrap_or((rest, ""));
            Some(Shape::Op { name, arguments: arguments.strip_suffix(')').unwrap_or(arguments) })
        }
        b'N' => note(text.strip_prefix("Note: 1: ")?),
        b'P' => property(text).or_else(|| message(text)),
        b'F' => file(text)
            .or_else(|| state(text))
            .or_else(|| text.strip_prefix("FindRelatedProducts: ").map(Shape::Related)),
        b'C' => state(text).or_else(|| text.strip_prefix("Command Line: ").map(Shape::CommandLine)),
        b'D' => doing(text),
        b'I' => {
            let rest = text.strip_prefix("Invoking remote custom action. DLL: ")?;
            Some(Shape::Invoking { entry: rest.rsplit_once("Entrypoint: ").map_or("", |(_, entry)| entry) })
        }
        b'M' => {
            let rest = text.strip_prefix("MainEngineThread is returning ")?;
            Some(Shape::Returning(rest.trim().parse().ok()?))
        }
        b'R' => {
            if text.starts_with("Running Script: ") {
                return Some(Shape::Script);
            }
            let rest = text.strip_prefix("RemoveExistingProducts: Application: ")?;
            Some(Shape::Removing { product: rest.split(',').next().unwrap_or(rest) })
        }
        b'S' => skipping(text),
        b'*' => Some(run(text)),
        b'W' => summary(text),
        _ => None,
    }
}

/// `RunEngine:` and what is told after it.
pub(crate) fn run(text: &str) -> Shape<'_> {
    let rest = text.trim_start_matches(['*', '\\', ' ']);
    match rest.split_once(':') {
        Some(("RunEngine", _)) => Shape::RunEngine,
        Some((what, value)) => Shape::RunDetail { what, value: value.trim() },
        None => Shape::Known,
    }
}

fn other(text: &str) -> Shape<'_> {
    // no start begins another one, so the last that is not above the text is the only one that can be its
    let at = NOTABLE.partition_point(|(start, _)| *start <= text);
    if let Some((_, topic)) = NOTABLE[..at].last().filter(|(start, _)| text.starts_with(start)) {
        return Shape::Notable(*topic);
    }
    let at = HARMLESS.partition_point(|start| *start <= text);
    if text.is_empty() || HARMLESS[..at].last().is_some_and(|start| text.starts_with(start)) {
        return Shape::Known;
    }
    // the last lines of a session, in the language of Windows
    message(text).or_else(|| summary(text)).unwrap_or(Shape::UnknownEngine)
}

fn note(rest: &str) -> Option<Shape<'_>> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some(Shape::Note { number: rest[..digits].parse().ok()?, fields: rest[digits..].trim() })
}

/// `PROPERTY CHANGE: Adding X property. Its value is 'y'.`
fn property(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("PROPERTY CHANGE: ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let (name, rest) = rest.split_once(' ')?;
    let rest = rest.strip_prefix("property. ")?;
    let value = match verb {
        "Adding" => Some(rest.strip_prefix("Its value is '")?),
        "Modifying" => Some(rest.split_once("Its new value: '")?.1),
        _ => None,
    };
    let value = value.map(|value| value.strip_suffix('.').unwrap_or(value).trim_end_matches('\''));
    Some(Shape::PropertyChange { name, value })
}

/// `Product: x -- text`; its first word is in the language of Windows.
pub(crate) fn message(text: &str) -> Option<Shape<'_>> {
    let (head, message) = text.split_once(" -- ").or_else(|| {
        // `Product: x - Update 'y' could not be installed. Error code 1642. …`
        let at = text.find(" - Update '")?;
        Some((&text[..at], &text[at + 3..]))
    })?;
    let (word, product) = head.split_once(':')?;
    let word = word.trim_end();
    let is_word = word.chars().count() <= 12 && word.chars().all(char::is_alphabetic);
    is_word.then(|| Shape::Message { product: product.trim(), text: message.trim() })
}

/// `File: path;\tdecision;\tpatch;\treason`; tabs become blanks where people paste, and old logs have no third field.
fn file(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("File: ")?;
    let mut parts = rest.split(';').map(str::trim);
    let (path, decision) = (parts.next()?, parts.next()?);
    let reason = parts.next_back().unwrap_or("");
    Some(Shape::File { path, decision, reason })
}

/// `Component: x; Installed: Absent;   Request: Local;   Action: Local`
fn state(text: &str) -> Option<Shape<'_>> {
    let (component, rest) = match text.strip_prefix("Component: ") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("Feature: ")?),
    };
    let (name, rest) = rest.split_once(';')?;
    let field = |label: &str| {
        let (_, value) = rest.split_once(label)?;
        Some(value.split(';').next().unwrap_or(value).trim())
    };
    Some(Shape::State {
        component,
        name: name.trim(),
        installed: field("Installed:")?,
        request: field("Request:")?,
        action: field("Action:")?,
    })
}

fn doing(text: &str) -> Option<Shape<'_>> {
    if let Some(name) = text.strip_prefix("Doing action: ") {
        return Some(Shape::Doing(name.trim()));
    }
    if let Some(rest) = text.strip_prefix("Disallowing installation of component: ") {
        return rest.split(' ').next().map(Shape::Veto);
    }
    let rest = text.strip_prefix("Disallowing uninstallation of component: ")?;
    rest.split(' ').next().map(Shape::Spared)
}

fn skipping(text: &str) -> Option<Shape<'_>> {
    let rest = text.strip_prefix("Skipping ")?;
    if let Some(rest) = rest.strip_prefix("action: ") {
        let (name, reason) = rest.split_once(" (").unwrap_or((rest, ""));
        return Some(Shape::Skipping { name, reason: reason.trim_end_matches(')') });
    }
    let (name, reason) = rest.split_once(" action: ")?;
    Some(Shape::Skipping { name, reason })
}

/// `Windows Installer installed the product. Product Name: x. Product Version: 1.2. … error status: 1603.`, in any
/// language: the number at the end is the status, what stands after the first two colons is the name and the version.
fn summary(text: &str) -> Option<Shape<'_>> {
    let bare = text.trim_end().trim_end_matches(['.', '。']);
    let digits = bare.bytes().rev().take_while(u8::is_ascii_digit).count();
    if !(1..=5).contains(&digits) || !text.contains("Windows Installer") || bare.matches(':').count() < 4 {
        return None;
    }
    let status = bare[bare.len() - digits..].parse().ok()?;
    let mut fields = bare.split([':', '：']).skip(1).map(|field| {
        let field = field.trim();
        field.rfind(". ").map_or(field, |end| &field[..end])
    });
    Some(Shape::Summary { name: fields.next()?, version: fields.next()?, status })
}
