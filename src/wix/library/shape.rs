//! What tells how symbols of one kind lie in a library, and which row they make.

/// A kind of symbol and the row it makes.
#[derive(Debug)]
pub(super) struct Shape {
    /// The symbol's name in a library.
    pub symbol: &'static str,
    /// The row's table.
    pub table: &'static str,
    /// The kind of each field: `S`tring, `N`umber, `B`ool, `P`ath.
    pub fields: &'static str,
    /// The cells, in the order of the table's columns.
    pub cells: &'static [CellOf],
}

/// What a cell is made from; numbers are those of fields, from 0.
#[derive(Debug)]
pub(super) enum CellOf {
    /// The symbol's id.
    Id,
    /// The symbol's id, which is a number.
    NumberedId,
    /// The field.
    Field(usize),
    /// The field, or this text if it is empty.
    Or(usize, &'static str),
    /// The bytes of a file.
    Bytes(usize),
    /// The first field; or the text of the file that the second one names.
    Text(usize, usize),
    /// The first field, which may stand for the feature of the component in the second.
    Feature(usize, usize),
    /// A name, and the short one.
    Name(usize, usize, &'static [Salt]),
    /// A field with bits of its own, if any, and those that other fields stand for.
    Bits(Option<usize>, &'static [(usize, i32)]),
    /// One bit; no cell without it.
    Bit(usize, i32),
    /// Yes or no, as 1 or 0; no cell for neither.
    YesNo(usize),
}

/// What else goes into a short name that is made up.
#[derive(Debug)]
pub(super) enum Salt {
    /// The kind of row.
    Kind(&'static str),
    /// What a field has.
    Field(usize),
}
