//! ICE03: cells are what _Validation says of their columns.

use crate::Subject;
use crate::condition::Condition;
use crate::form;
use crate::msi::{Cell, ColumnKind};
use crate::rule::{Findings, Rule};
use crate::subject::{Row, shown};
use std::collections::{BTreeMap, BTreeSet};

/// Every cell is of the kind that the _Validation table asks for.
pub(super) const RULE: Rule = Rule {
    code: "ICE03",
    title: "every cell is of the kind that the _Validation table asks for",
    explanation: "_Validation says of every column whether it may be null, between which values it lies, to which table it refers and of which form it is. Windows Installer does not look before it uses a cell; what is wrong fails there, or is passed over. https://learn.microsoft.com/windows/win32/msi/ice03",
    fix: "correct the cell; for a table of your own, add its columns to _Validation",
    example: "Component: App | {5c1a1b60-52b1-4c6e-8a57-6c7d0a9d1e04} | GONE | 256 |  | app.exe",
    check,
};

/// Columns that Microsoft's evaluators describe themselves, so that packages need not.
const KNOWN: [(&str, &str, &str, bool); 6] = [
    ("Binary", "Name", "Identifier", false),
    ("Binary", "Data", "Binary", false),
    ("CustomAction", "Action", "Identifier", false),
    ("CustomAction", "Type", "", false),
    ("CustomAction", "Source", "CustomSource", true),
    ("CustomAction", "Target", "Formatted", true),
];

/// What `_Validation` says of a column.
struct Specification<'a> {
    nullable: bool,
    min: Option<i32>,
    max: Option<i32>,
    keys: Vec<(&'a str, BTreeSet<String>)>,
    key_tables: &'a str,
    category: &'a str,
    set: &'a str,
}

fn check(package: &Subject<'_>, found: &mut Findings) {
    let mut specified: BTreeMap<(&str, &str), Row<'_>> = BTreeMap::new();
    for row in package.validation() {
        specified.insert((row.text("Table"), row.text("Column")), row);
    }
    for table in package.tables() {
        for (at, column) in table.columns.iter().enumerate() {
            let row = specified.get(&(table.name.as_str(), column.name.as_str()));
            let known = KNOWN.iter().find(|known| (known.0, known.1) == (&table.name, &column.name));
            let specification = match (row, known) {
                (Some(row), _) => Specification::of(package, *row),
                (None, Some((_, _, category, nullable))) => Specification::known(category, *nullable),
                (None, None) => {
                    let message = format!("`{}.{}` is not in the _Validation table", table.name, column.name);
                    found.error(table.name.as_str(), message);
                    continue;
                }
            };
            let width = match column.kind {
                ColumnKind::Str { width, localizable } => {
                    if column.key && localizable {
                        for row in package.rows(&table.name) {
                            found.error(row.at(&column.name), "a key cannot be translated");
                        }
                        continue;
                    }
                    usize::from(width)
                }
                _ => 0,
            };
            for cells in &table.rows {
                let row = Row::new(table, cells);
                let Some(cell) = cells.get(at) else { continue };
                if let Some(problem) = specification.problem(package, row, cell) {
                    found.error(row.at(&column.name), problem);
                } else if let Cell::Str(text) = cell
                    && width > 0
                    && text.encode_utf16().count() > width
                {
                    let message = format!(
                        "the text has {} characters, and the column is for {width}",
                        text.encode_utf16().count()
                    );
                    found.warning(row.at(&column.name), message);
                }
            }
        }
    }
}

impl<'a> Specification<'a> {
    fn known(category: &'a str, nullable: bool) -> Specification<'a> {
        Specification { nullable, min: None, max: None, keys: Vec::new(), key_tables: "", category, set: "" }
    }

    fn of(package: &Subject<'a>, row: Row<'a>) -> Specification<'a> {
        let key_tables = row.text("KeyTable");
        let column = usize::try_from(row.int("KeyColumn").unwrap_or(1) - 1).unwrap_or(0);
        let keys = key_tables.split(';').filter_map(|name| {
            let table = package.table(name)?;
            Some((name, table.rows.iter().filter_map(|cells| cells.get(column)).map(shown).collect()))
        });
        Specification {
            nullable: row.text("Nullable") != "N",
            min: row.int("MinValue"),
            max: row.int("MaxValue"),
            keys: keys.collect(),
            key_tables,
            category: row.text("Category"),
            set: row.text("Set"),
        }
    }

    /// What is wrong with `cell` of `row`.
    fn problem(&self, package: &Subject<'_>, row: Row<'_>, cell: &Cell) -> Option<String> {
        match cell {
            Cell::Null if self.nullable => None,
            Cell::Null => Some("the column cannot be null".to_owned()),
            Cell::Stream => None,
            Cell::Int(number) => self.number(*number),
            Cell::Str(text) => self.text(package, row, text),
        }
    }

    fn number(&self, number: i32) -> Option<String> {
        if !self.set.is_empty() {
            let shown = number.to_string();
            let in_range = (self.min.is_some() || self.max.is_some()) && self.is_in_range(number);
            if self.set.split(';').any(|one| one == shown) || in_range {
                return None;
            }
            return Some(format!("{number} is none of {}", self.set));
        }
        if !self.is_in_range(number) {
            let bound =
                |bound: Option<i32>| bound.map_or_else(|| "any".to_owned(), |bound| bound.to_string());
            return Some(format!("{number} is not between {} and {}", bound(self.min), bound(self.max)));
        }
        let shown = number.to_string();
        let known = self.key_tables.is_empty() || self.keys.iter().any(|(_, keys)| keys.contains(&shown));
        (!known).then(|| format!("{number} is no key of `{}`", self.key_tables))
    }

    fn is_in_range(&self, number: i32) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    fn text(&self, package: &Subject<'_>, row: Row<'_>, text: &str) -> Option<String> {
        let listed = self.set.split(';').any(|one| one == text);
        if !self.set.is_empty() && (listed || matches!(self.category, "" | "Text")) {
            return (!listed).then(|| format!("`{text}` is none of {}", self.set));
        }
        let refers = self.keys.iter().any(|(_, keys)| keys.contains(text));
        let formed = category(self.category, text, package, row);
        // a companion instead of a version, a feature instead of a path: the reference is one of two forms
        let either =
            matches!(self.category, "Version" | "Formatted" | "KeyFormatted" | "Shortcut" | "Filename");
        if self.key_tables.is_empty() {
            return formed.err();
        }
        match (refers, formed) {
            (true, Ok(())) => None,
            (true, Err(_)) | (false, Ok(())) if either => None,
            (true, Err(problem)) => Some(problem),
            (false, Err(problem)) if either => Some(problem),
            (false, _) => Some(format!("`{text}` is no key of `{}`", self.key_tables)),
        }
    }
}

/// Whether `text` has the form of its category
/// (<https://learn.microsoft.com/windows/win32/msi/column-data-types>).
fn category(category: &str, text: &str, package: &Subject<'_>, row: Row<'_>) -> Result<(), String> {
    let of = |right: bool, expected: &str| {
        if right { Ok(()) } else { Err(format!("`{text}` is not {expected}")) }
    };
    match category {
        "Identifier" => {
            of(form::is_identifier(text), "an identifier: letters, digits, `_` and `.`, no digit first")
        }
        "Property" => {
            of(form::is_identifier(text.strip_prefix('%').unwrap_or(text)), "the name of a property")
        }
        "UpperCase" => of(!text.chars().any(char::is_lowercase), "in capital letters"),
        "LowerCase" => of(!text.chars().any(char::is_uppercase), "in small letters"),
        "Guid" => of(form::is_guid(text), "a GUID in capital letters and braces"),
        "Version" => of(form::is_version(text), "a version, nor the key of a file"),
        "Language" => of(text.split(',').all(form::is_language), "a list of decimal language ids"),
        "Filename" => of(form::is_file_name(text, false), "a file name: `short.ext`, or `short|long`"),
        "WildCardFilename" => of(form::is_file_name(text, true), "a file name with wildcards"),
        "DefaultDir" => {
            of(form::is_default_dir(text), "a folder: `short|long`, or two of them with `:` between")
        }
        "RegPath" => of(
            form::is_formatted(text) && !text.starts_with('\\') && !text.ends_with('\\'),
            "a registry path: no backslash first or last",
        ),
        "Cabinet" => of(
            match text.strip_prefix('#') {
                Some(stream) => form::is_identifier(stream),
                None => form::is_short_name(text, false),
            },
            "a cabinet: `#stream`, or a short file name",
        ),
        "Condition" => match text.parse::<Condition>() {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        "Formatted" | "FormattedSDDLText" | "Template" | "KeyFormatted" => {
            of(form::is_formatted(text), "a formatted text: a `[` has no `]`")
        }
        "Shortcut" => match text.contains('[') {
            true => of(form::is_formatted(text), "a formatted text: a `[` has no `]`"),
            false => {
                of(package.has("Feature", text), "the target of a shortcut: a feature, or a formatted path")
            }
        },
        "CustomSource" => of(is_source(text, package, row), "a source that the custom action's type has"),
        _ => Ok(()),
    }
}

/// Whether a custom action's source is there, as its type has it
/// (<https://learn.microsoft.com/windows/win32/msi/customsource>).
fn is_source(text: &str, package: &Subject<'_>, row: Row<'_>) -> bool {
    match row.bits("Type") & 0x3F {
        1 | 2 | 5 | 6 => package.has("Binary", text),
        17 | 18 | 21 | 22 => package.has("File", text),
        34 | 35 => package.has("Directory", text),
        // what these refer to is no identifier: a path, a product
        7 | 23 | 39 => true,
        _ => form::is_identifier(text),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    use crate::example::Example;
    use crate::msi::{Cell, ColumnKind};

    #[test]
    fn cells_of_each_form() {
        finds(&RULE, "", &[]);
        finds(&RULE, RULE.example, &["error Component.ComponentId[App]", "error Component.Directory_[App]"]);
        finds(&RULE, "Feature: 1a |  |  |  | 1 | 1 |  | 0", &["error Feature.Feature[1a]"]);
        finds(
            &RULE,
            "InstallExecuteSequence: RemoveFiles | NOT ( | 3500",
            &["error InstallExecuteSequence.Condition[RemoveFiles]"],
        );
        finds(
            &RULE,
            "File: app.exe | App | long name.exe | 1024 | 1.0.0.0 | 1033 | 512 | 1",
            &["error File.FileName[app.exe]"],
        );
        finds(&RULE, "File: b | App | b.txt | 1024 | app.exe | 1033 | 512 | 1", &[]);
        finds(
            &RULE,
            "File: b | App | b.txt | 1024 | gone | en | 512 | 0",
            &["error File.Version[b]", "error File.Language[b]", "error File.Sequence[b]"],
        );
        finds(
            &RULE,
            "Registry: R | 4 | \\\\Acme | a | [x | App",
            &["error Registry.Root[R]", "error Registry.Key[R]", "error Registry.Value[R]"],
        );
        finds(&RULE, "Media: 1 | 1 |  | a long name.cab |  |", &["error Media.Cabinet[1]"]);
        finds(&RULE, "Shortcut: S | INSTALLDIR | s | App | Gone", &["error Shortcut.Target[S]"]);
        finds(&RULE, "CustomAction: Act | 1 | gone | y", &["error CustomAction.Source[Act]"]);
        finds(&RULE, "IniFile: i | a.ini | INSTALLDIR | S | K | v | 2 | App", &["error IniFile.Action[i]"]);
    }

    #[test]
    fn nulls_widths_and_columns_that_nobody_describes() {
        let mut example = Example::new("Property: Long | x");
        example.database.tables.get_mut("File").expect("a table").rows[0][2] = Cell::Null;
        assert_eq!(example.findings(&RULE), ["error File.FileName[app.exe]"]);
        let mut example = Example::new(&format!("Property: {} | x", "P".repeat(73)));
        assert_eq!(example.findings(&RULE), [format!("warning Property.Property[{}]", "P".repeat(73))]);
        example.database.tables.get_mut("Property").expect("a table").columns[1].name = "Other".to_owned();
        example.database.tables.get_mut("Media").expect("a table").columns[0].kind = ColumnKind::Int2;
        assert_eq!(example.findings(&RULE)[1], "error Property");
    }
}
