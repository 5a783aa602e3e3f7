//! The tables of Microsoft's evaluators that rules read (`data/README.md` has their origin).

/// The rows of an exported table: fields by position, numbers still as text.
fn rows(idt: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    idt.lines().skip(3).filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

fn number(text: &str) -> i32 {
    text.parse().unwrap_or(0)
}

/// A standard action.
pub(super) struct Action {
    /// Its name.
    pub(super) name: &'static str,
    /// Sections that it may stand in, as bits; see [`super::sequence::Section`].
    pub(super) sections: i32,
    /// Sequence tables that it must not stand in, as bits; see [`super::sequence::TABLES`].
    pub(super) prohibited: i32,
    /// Sequence tables that it must stand in.
    pub(super) required: i32,
}

/// The standard actions.
pub(super) fn actions() -> impl Iterator<Item = Action> {
    rows(include_str!("data/action.idt")).map(|row| Action {
        name: row[0],
        sections: number(row[1]),
        prohibited: number(row[2]),
        required: number(row[3]),
    })
}

/// An order that two actions must keep.
pub(super) struct Order {
    /// The action.
    pub(super) action: &'static str,
    /// The one that it stands before or after.
    pub(super) dependent: &'static str,
    /// After it, else before.
    pub(super) after: bool,
    /// Asked only where both are there.
    pub(super) optional: bool,
}

/// The orders of standard actions.
pub(super) fn orders() -> impl Iterator<Item = Order> {
    rows(include_str!("data/sequence.idt")).map(|row| Order {
        action: row[0],
        dependent: row[1],
        after: row[2] == "1",
        optional: row[3] == "1",
    })
}

/// Bits of a column that have a meaning.
pub(super) struct UsedBits {
    /// The table.
    pub(super) table: &'static str,
    /// The column.
    pub(super) column: &'static str,
    /// Values of `Control.Type` that it is for; empty for every row.
    pub(super) types: Vec<&'static str>,
    /// The first schema that it is for.
    pub(super) min: i32,
    /// The last schema that it is for.
    pub(super) max: i32,
    /// The bits.
    pub(super) bits: i32,
    /// Other bits are errors, else warnings.
    pub(super) error: bool,
}

/// Bits that have a meaning, by table and column.
pub(super) fn used_bits() -> impl Iterator<Item = UsedBits> {
    rows(include_str!("data/reserved-bits.idt")).map(|row| UsedBits {
        table: row[0],
        column: row[1],
        // the conditions are all of the form `Type`='A' OR `Type`='B'
        types: row[2].split('\'').skip(1).step_by(2).collect(),
        min: number(row[3]),
        max: if row[4].is_empty() { i32::MAX } else { number(row[4]) },
        bits: number(row[5]),
        error: row.get(6) == Some(&"1"),
    })
}

/// The schema that brought a column, and the Windows Installer that has it: table, column, schema, version.
pub(super) fn schemas() -> impl Iterator<Item = (&'static str, &'static str, i32, &'static str)> {
    rows(include_str!("data/schema-data.idt"))
        .filter(|row| !row[2].is_empty())
        .map(|row| (row[0], row[1], number(row[2]), row[4]))
}

/// Properties of Windows Installer itself.
pub(super) fn public_properties() -> impl Iterator<Item = &'static str> {
    rows(include_str!("data/public-properties.idt")).map(|row| row[0])
}

/// Properties that belong on the command line.
pub(super) fn command_line_properties() -> impl Iterator<Item = &'static str> {
    rows(include_str!("data/command-line-properties.idt")).map(|row| row[0])
}

/// Actions that should have no condition.
pub(super) fn unconditional_actions() -> impl Iterator<Item = &'static str> {
    rows(include_str!("data/unconditional-actions.idt")).map(|row| row[0])
}

/// Rows that every package has: table and key.
pub(super) fn required_rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(include_str!("data/required-rows.idt")).map(|row| (row[0], row[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_whole() {
        assert_eq!(actions().count(), 83);
        assert_eq!(orders().count(), 106);
        assert_eq!(used_bits().filter(|bits| bits.table == "Control" && bits.types.len() == 2).count(), 2);
        assert_eq!(used_bits().filter(|bits| bits.types.is_empty() && !bits.error).count(), 1);
        assert!(schemas().any(|row| row == ("MsiEmbeddedUI", "FileName", 450, "4.5")));
        assert_eq!(required_rows().count(), 5);
        assert_eq!(public_properties().count(), 199);
        assert!(command_line_properties().count() == 11 && unconditional_actions().count() == 11);
    }
}
