//! Where what is in a package lies once it is extracted: a folder for each table, and in it a file named after the row.

use super::rows::{Row, rows};
use crate::msi::{Cell, Database};
use std::collections::{BTreeMap, BTreeSet};

/// What relative paths begin with where nothing is extracted, as WiX has it: `-b` says what it stands for.
const UNEXTRACTED: &str = "SourceDir";
/// Characters of a name, at the most.
const MOST: usize = 100;

/// Paths relative to the folder that is extracted to, with `/` between names: none of them leaves it, none is another one on
/// a disk that does not tell cases apart, and none is a device of Windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    files: BTreeMap<String, String>,
    streams: BTreeMap<String, String>,
    texts: BTreeMap<String, String>,
    folder: String,
}

impl Layout {
    /// The layout of `database` below `folder`, as sources are to name it; `SourceDir` without one.
    #[must_use]
    pub fn of(database: &Database, folder: Option<&str>) -> Layout {
        let mut given = BTreeSet::new();
        let mut name = |folder: &str, name: &str| {
            let path = safe(name);
            let free = (1..).map(|n| if n == 1 { path.clone() } else { format!("{path}.{n}") });
            let path =
                free.map(|name| format!("{folder}/{name}")).find(|path| given.insert(path.to_lowercase()));
            path.unwrap_or_default()
        };
        let mut layout = Layout { folder: folder.unwrap_or(UNEXTRACTED).to_owned(), ..Layout::default() };
        for row in rows(database, "File") {
            let key = row.or_empty("File");
            layout.files.insert(key.to_owned(), name("File", key));
        }
        for table in database.tables.values() {
            for cells in table.rows.iter().filter(|cells| cells.contains(&Cell::Stream)) {
                let stream = super::rows::stream(table, cells);
                let key = stream.get(table.name.len() + 1..).unwrap_or_default();
                let path = name(&safe(&table.name), key);
                layout.streams.insert(stream, path);
            }
        }
        for (id, ending) in rows(database, "CustomAction").filter_map(script) {
            layout.texts.insert(format!("CustomAction.{id}"), name("Script", &format!("{id}.{ending}")));
        }
        for row in rows(database, "Control").filter(is_rich_text) {
            let key = format!("{}.{}", row.or_empty("Dialog_"), row.or_empty("Control"));
            layout.texts.insert(format!("Control.{key}"), name("Text", &format!("{key}.rtf")));
        }
        layout
    }

    /// The files by key, each with its path.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The streams of tables (`Binary.Name`) by name, each with its path.
    #[must_use]
    pub fn streams(&self) -> &BTreeMap<String, String> {
        &self.streams
    }

    /// The path of the file `key` as a source names it.
    pub(super) fn file(&self, key: &str) -> Option<String> {
        self.files.get(key).map(|path| self.named(path))
    }

    /// The path of the stream `name` as a source names it.
    pub(super) fn stream(&self, name: &str) -> Option<String> {
        self.streams.get(name).map(|path| self.named(path))
    }

    /// The path below the folder, and that as a source names it, of the text of a row, if it is to stand in a file.
    pub(super) fn text(&self, table: &str, key: &str) -> Option<(String, String)> {
        let path = self.texts.get(&format!("{table}.{key}"))?;
        Some((path.clone(), self.named(path)))
    }

    fn named(&self, path: &str) -> String {
        format!("{}\\{}", self.folder.trim_end_matches(['\\', '/']), path.replace('/', "\\"))
    }
}

/// The id of a custom action whose script stands in its row, and the usual ending of such a file.
fn script<'d>(row: Row<'d>) -> Option<(&'d str, &'static str)> {
    let ending = match row.or_zero("Type") & 0x3f {
        37 => "js",
        38 => "vbs",
        _ => return None,
    };
    row.text("Target")?;
    Some((row.text("Action")?, ending))
}

/// Whether the text of a control is a document.
fn is_rich_text(row: &Row<'_>) -> bool {
    row.text("Text").is_some_and(|text| text.starts_with("{\\rtf"))
}

/// `name` as a file can be called anywhere (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
fn safe(name: &str) -> String {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let mut text: String = name
        .chars()
        .take(MOST)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '{' | '}') { c } else { '_' })
        .collect();
    let stem = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_device = DEVICES.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
    if text.is_empty() || text.starts_with('.') || is_device {
        text.insert(0, '_');
    }
    if text.ends_with('.') {
        text.push('_');
    }
    text
}
