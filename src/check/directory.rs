//! The Directory table as a tree, and which folders are whose.

use super::Subject;
use super::subject::Row;
use std::collections::{BTreeMap, BTreeSet};

/// Folders that every user has for themselves
/// (<https://learn.microsoft.com/windows/win32/msi/property-reference>, system folder properties).
const PROFILE: [&str; 15] = [
    "AdminToolsFolder",
    "AppDataFolder",
    "DesktopFolder",
    "FavoritesFolder",
    "LocalAppDataFolder",
    "MyPicturesFolder",
    "NetHoodFolder",
    "PersonalFolder",
    "PrintHoodFolder",
    "ProgramMenuFolder",
    "RecentFolder",
    "SendToFolder",
    "StartMenuFolder",
    "StartupFolder",
    "TemplateFolder",
];

/// Folders where Windows says where they are, whatever their row says.
const STANDARD: [&str; 14] = [
    "CommonAppDataFolder",
    "CommonFiles64Folder",
    "CommonFilesFolder",
    "FontsFolder",
    "GlobalAssemblyCache",
    "ProgramFiles64Folder",
    "ProgramFilesFolder",
    "System16Folder",
    "System64Folder",
    "SystemFolder",
    "TempFolder",
    "WindowsFolder",
    "WindowsVolume",
    "ROOTDRIVE",
];

/// The directories of a package.
pub(super) struct Directories<'a> {
    rows: BTreeMap<&'a str, Row<'a>>,
    standard: BTreeSet<&'static str>,
}

impl<'a> Directories<'a> {
    /// Those of `package`.
    pub(super) fn of(package: &Subject<'a>) -> Directories<'a> {
        let rows = package.rows("Directory").map(|row| (row.text("Directory"), row)).collect();
        Directories { rows, standard: STANDARD.into_iter().chain(PROFILE).collect() }
    }

    /// The directory and those above it, up to a root; a circle ends where it began.
    pub(super) fn chain<'s>(&'s self, directory: &'s str) -> impl Iterator<Item = &'s str> {
        let mut next = Some(directory);
        let mut left = self.rows.len() + 1;
        std::iter::from_fn(move || {
            let at = next.take()?;
            left -= 1;
            let parent = self.rows.get(at).map(|row| row.text("Directory_Parent"));
            next = parent.filter(|parent| !parent.is_empty() && *parent != at && left > 0);
            Some(at)
        })
    }

    /// The root that it is below; itself where it has none.
    pub(super) fn root<'s>(&'s self, directory: &'s str) -> &'s str {
        self.chain(directory).last().unwrap_or(directory)
    }

    /// Whether it is a folder of the user, or below one.
    pub(super) fn is_in_profile(&self, directory: &str) -> bool {
        self.chain(directory).any(|at| PROFILE.contains(&at))
    }

    /// Its path, with `[Root]` for what only Windows knows: in long names, or in short ones.
    pub(super) fn path(&self, directory: &str, long: bool) -> String {
        let mut parts: Vec<String> = Vec::new();
        for at in self.chain(directory) {
            let row = self.rows.get(at).filter(|row| {
                let parent = row.text("Directory_Parent");
                !(parent.is_empty() || parent == at || self.standard.contains(at))
            });
            let Some(row) = row else {
                parts.push(format!("[{at}]"));
                break;
            };
            let target = row.text("DefaultDir").split(':').next().unwrap_or_default();
            match file_name(target, long) {
                "." | "" => {}
                name => parts.push(format!("{name}\\")),
            }
        }
        parts.reverse();
        parts.concat()
    }
}

/// The long or the short name of `short|long`.
pub(super) fn file_name(text: &str, long: bool) -> &str {
    match text.split_once('|') {
        Some((_, name)) if long => name,
        Some((name, _)) => name,
        None => text,
    }
}
