//! Sequence tables: which there are, and where actions stand in them.

use super::Subject;
use super::subject::Row;

/// The sequence tables, each with its bit in [`super::data::Action`].
pub(super) const TABLES: [(&str, i32); 6] = [
    ("AdminUISequence", 1),
    ("AdminExecuteSequence", 2),
    ("AdvtUISequence", 4),
    ("AdvtExecuteSequence", 8),
    ("InstallUISequence", 16),
    ("InstallExecuteSequence", 32),
];

/// Sections of a sequence, as bits
/// (<https://learn.microsoft.com/windows/win32/msi/ice27>).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Up to CostInitialize.
    Search = 1,
    /// Up to CostFinalize.
    Costing = 2,
    /// Up to InstallValidate.
    Selection = 4,
    /// Up to InstallFinalize.
    Execution = 8,
    /// After InstallFinalize.
    PostExecution = 16,
}

impl Section {
    /// The sections of `bits`, in words.
    pub(super) fn named(bits: i32) -> String {
        let all = [
            (Section::Search, "search"),
            (Section::Costing, "costing"),
            (Section::Selection, "selection"),
            (Section::Execution, "execution"),
            (Section::PostExecution, "after execution"),
        ];
        let named: Vec<&str> = all
            .into_iter()
            .filter(|(section, _)| bits & *section as i32 != 0)
            .map(|(_, name)| name)
            .collect();
        named.join(" or ")
    }
}

/// The number of `action` in `table`; nothing where it is not there or has none.
pub(super) fn place(package: &Subject<'_>, table: &str, action: &str) -> Option<i32> {
    package.find(table, action)?.int("Sequence")
}

/// Where a custom action stands: the table, and its row in it.
pub(super) fn places<'a>(
    package: &Subject<'a>,
    action: &str,
) -> impl Iterator<Item = (&'static str, Row<'a>)> + use<'a> {
    let found: Vec<_> =
        TABLES.into_iter().filter_map(|(table, _)| Some((table, package.find(table, action)?))).collect();
    found.into_iter()
}
