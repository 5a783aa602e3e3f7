//! How the symbols of WiX's extensions lie in a library: their fields are the columns of their table, in the same order.

use super::document::{Definition, FieldDefinition};
use super::error::LibraryError;
use super::shape::{CellOf, Shape};
use std::sync::LazyLock;

/// The shape of an extension's symbol, and the names of its fields.
struct Known {
    shape: Shape,
    names: Vec<&'static str>,
}

/// All of them.
static KNOWN: LazyLock<Vec<Known>> =
    LazyLock::new(|| include_str!("extension-symbols.tsv").lines().filter_map(known).collect());

/// The id, and then one field after the other: as many as the longest row has.
#[rustfmt::skip]
static CELLS: [CellOf; 27] = {
    use CellOf::{Field as F, Id};
    [
        Id, F(0), F(1), F(2), F(3), F(4), F(5), F(6), F(7), F(8), F(9), F(10), F(11), F(12), F(13), F(14), F(15), F(16),
        F(17), F(18), F(19), F(20), F(21), F(22), F(23), F(24), F(25),
    ]
};

fn known(line: &'static str) -> Option<Known> {
    let mut words = line.split('\t').filter(|_| !line.starts_with('#'));
    let [symbol, table, id, fields, names] = std::array::from_fn(|_| words.next().unwrap_or_default());
    let cells = CELLS.get(usize::from(id != "id")..=fields.len())?;
    let names = names.split(' ').collect();
    (!symbol.is_empty()).then_some(Known { shape: Shape { symbol, table, fields, cells }, names })
}

/// The shape of the symbol `name`.
pub(super) fn of_symbol(name: &str) -> Option<&'static Shape> {
    KNOWN.iter().map(|known| &known.shape).find(|shape| shape.symbol == name)
}

/// The shape of what makes rows of `table`.
pub(super) fn of_table(table: &str) -> Option<&'static Shape> {
    KNOWN.iter().map(|known| &known.shape).find(|shape| shape.table == table)
}

/// What a library says of the symbols of extensions in it.
pub(super) fn definition(symbol: &str) -> Option<Definition> {
    let known = KNOWN.iter().find(|known| known.shape.symbol == symbol)?;
    let field = |(name, kind): (&&str, u8)| FieldDefinition {
        name: (*name).to_owned(),
        kind: (kind == b'N').then(|| "number".to_owned()),
    };
    let fields = known.names.iter().zip(known.shape.fields.bytes()).map(field).collect();
    Some(Definition { name: symbol.to_owned(), fields })
}

/// Why symbols that a library defines in this way cannot be read, if so: another version of the extension made them.
pub(super) fn problem(definition: &Definition) -> Option<LibraryError> {
    let known = KNOWN.iter().find(|known| known.shape.symbol == definition.name)?;
    let theirs: Vec<&str> = definition.fields.iter().map(|field| field.name.as_str()).collect();
    if known.names.starts_with(&theirs) {
        return None;
    }
    Some(LibraryError::Definition {
        symbol: definition.name.clone(),
        theirs: theirs.join(", "),
        own: known.names.join(", "),
    })
}
