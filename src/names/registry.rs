//! Which value a registry row means: one name for what Windows has at one place.
//!
//! By <https://learn.microsoft.com/windows/win32/winprog64/shared-registry-keys> for Windows 7 and later.

use crate::folded::Folded;
use crate::sorted::precedes;
use std::cmp::Ordering;
use std::{fmt, ptr};

/// The registry view that a value is seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Both processors' programs see the same value.
    Shared,
    /// Below `WOW6432Node` on a 64-bit machine.
    Bits32,
    /// The 64-bit half.
    Bits64,
}

/// The name of a registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryName {
    /// `HKLM`, `HKCU`, `HKCR` or `HKU`.
    pub hive: &'static str,
    /// The view.
    pub view: View,
    /// The key below the hive.
    pub key: Folded,
    /// The value; empty for the default value, `*` for a key without values.
    pub value: Folded,
}

impl RegistryName {
    /// The value `value` of `key` below `root`, a number of the Registry table
    /// (<https://learn.microsoft.com/windows/win32/msi/registry-table>).
    #[must_use]
    pub fn of_row(root: i32, key: &str, value: &str, looker: Looker) -> RegistryName {
        let own = if looker.per_machine { "HKLM" } else { "HKCU" };
        let (hive, key) = match root {
            // a merged view, in which an install for the machine writes to the machine's half
            0 => (own, Folded::key(&format!(r"Software\Classes\{key}"))),
            1 => ("HKCU", Folded::key(key)),
            3 => ("HKU", Folded::key(key)),
            -1 => (own, Folded::key(key)),
            _ => ("HKLM", Folded::key(key)),
        };
        let value = Folded::new(value);
        if !looker.wide_machine {
            return RegistryName { hive, view: View::Shared, key, value };
        }
        let (key, written_out) = match without_node(hive, &key) {
            Some(key) => (key, true),
            None => (key, false),
        };
        let view = match is_redirected(hive, key.folded()) {
            false => View::Shared,
            true if written_out || !looker.wide_component => View::Bits32,
            true => View::Bits64,
        };
        RegistryName { hive, view, key, value }
    }
}

impl Ord for RegistryName {
    #[inline]
    fn cmp(&self, other: &RegistryName) -> Ordering {
        // one name is often held against itself
        if ptr::eq(self, other) {
            return Ordering::Equal;
        }
        let hive = if ptr::eq(self.hive, other.hive) { Ordering::Equal } else { self.hive.cmp(other.hive) };
        hive.then(self.view.cmp(&other.view))
            .then_with(|| self.key.cmp(&other.key))
            .then_with(|| self.value.cmp(&other.value))
    }
}

impl PartialOrd for RegistryName {
    fn partial_cmp(&self, other: &RegistryName) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RegistryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let view = match self.view {
            View::Shared => "",
            View::Bits32 => " (32-bit view)",
            View::Bits64 => " (64-bit view)",
        };
        let value = if self.value.as_str().is_empty() { "(default)" } else { self.value.as_str() };
        write!(f, "{}\\{} : {value}{view}", self.hive, self.key)
    }
}

/// Who looks at the registry.
#[derive(Clone, Copy, Debug)]
pub struct Looker {
    /// Whether the machine has two views.
    pub wide_machine: bool,
    /// Whether the component is a 64-bit one.
    pub wide_component: bool,
    /// Whether the package installs for the machine.
    pub per_machine: bool,
}

/// `key` without the `Wow6432Node` by which it names the 32-bit view; nothing where it names none.
fn without_node(hive: &str, key: &Folded) -> Option<Folded> {
    const PLACES: [(&str, &str); 3] = [
        ("HKLM", r"software\wow6432node"),
        ("HKLM", r"software\classes\wow6432node"),
        ("HKCU", r"software\classes\wow6432node"),
    ];
    let (_, place) = PLACES.iter().find(|(of, place)| {
        let rest = key.folded().strip_prefix(place);
        *of == hive && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    })?;
    // the node's name is ASCII, so that both writings have the same length
    let (before, rest) = (place.rfind('\\')?, key.as_str().get(place.len()..)?);
    Some(Folded::key(&format!("{}{rest}", key.as_str().get(..before)?)))
}

/// Keys below `HKLM\Software` that are listed, by name, with whether they are redirected; a key is as its nearest listed parent.
const LISTED: [(&str, bool); 56] = [
    ("", true),
    (r"\classes", false),
    (r"\classes\clsid", true),
    (r"\classes\directshow", true),
    (r"\classes\hcp", false),
    (r"\classes\interface", true),
    (r"\classes\media type", true),
    (r"\classes\mediafoundation", true),
    (r"\clients", false),
    (r"\microsoft\com3", false),
    (r"\microsoft\cryptography\calais\current", false),
    (r"\microsoft\cryptography\calais\readers", false),
    (r"\microsoft\cryptography\services", false),
    (r"\microsoft\ctf\systemshared", false),
    (r"\microsoft\ctf\tip", false),
    (r"\microsoft\dfs", false),
    (r"\microsoft\driver signing", false),
    (r"\microsoft\enterprisecertificates", false),
    (r"\microsoft\eventsystem", false),
    (r"\microsoft\msmq", false),
    (r"\microsoft\non-driver signing", false),
    (r"\microsoft\notepad\defaultfonts", false),
    (r"\microsoft\ole", false),
    (r"\microsoft\ras", false),
    (r"\microsoft\rpc", false),
    (r"\microsoft\shared tools\msinfo", false),
    (r"\microsoft\systemcertificates", false),
    (r"\microsoft\termservlicensing", false),
    (r"\microsoft\transactionserver", false),
    (r"\microsoft\windows nt\currentversion\console", false),
    (r"\microsoft\windows nt\currentversion\fontdpi", false),
    (r"\microsoft\windows nt\currentversion\fontlink", false),
    (r"\microsoft\windows nt\currentversion\fontmapper", false),
    (r"\microsoft\windows nt\currentversion\fonts", false),
    (r"\microsoft\windows nt\currentversion\fontsubstitutes", false),
    (r"\microsoft\windows nt\currentversion\gre_initialize", false),
    (r"\microsoft\windows nt\currentversion\image file execution options", false),
    (r"\microsoft\windows nt\currentversion\language pack", false),
    (r"\microsoft\windows nt\currentversion\networkcards", false),
    (r"\microsoft\windows nt\currentversion\perflib", false),
    (r"\microsoft\windows nt\currentversion\ports", false),
    (r"\microsoft\windows nt\currentversion\print", false),
    (r"\microsoft\windows nt\currentversion\profilelist", false),
    (r"\microsoft\windows nt\currentversion\time zones", false),
    (r"\microsoft\windows\currentversion\app paths", false),
    (r"\microsoft\windows\currentversion\control panel\cursors\schemes", false),
    (r"\microsoft\windows\currentversion\explorer\autoplayhandlers", false),
    (r"\microsoft\windows\currentversion\explorer\driveicons", false),
    (r"\microsoft\windows\currentversion\explorer\kindmap", false),
    (r"\microsoft\windows\currentversion\group policy", false),
    (r"\microsoft\windows\currentversion\policies", false),
    (r"\microsoft\windows\currentversion\previewhandlers", false),
    (r"\microsoft\windows\currentversion\setup", false),
    (r"\microsoft\windows\currentversion\telephony\locations", false),
    (r"\policies", false),
    (r"\registeredapplications", false),
];

// the names are in order: `is_redirected` relies on it
const _: () = {
    let mut at = 1;
    while at < LISTED.len() {
        assert!(precedes(LISTED[at - 1].0, LISTED[at].0));
        at += 1;
    }
};

/// Whether 32-bit and 64-bit programs see different values in the key.
fn is_redirected(hive: &str, key: &str) -> bool {
    let Some(below) = key.strip_prefix("software") else { return false };
    if !(below.is_empty() || below.starts_with('\\')) {
        return false;
    }
    // of a user's keys, only those of classes are redirected, as those of the machine are
    if hive != "HKLM" && !(hive == "HKCU" && below.starts_with(r"\classes")) {
        return false;
    }
    let mut at = below;
    loop {
        if let Ok(place) = LISTED.binary_search_by_key(&at, |(name, _)| name) {
            return LISTED[place].1;
        }
        at = at.rfind('\\').map_or("", |end| &at[..end]);
    }
}
