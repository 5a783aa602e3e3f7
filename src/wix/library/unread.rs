//! Rows of cells as fields of symbols: what [`super::row`] reads, the other way.

use super::document::{self, Data};
use super::shape::{CellOf, Shape};
use super::shapes::FEATURE;
use crate::symbol::Field;

/// Takes the path of a file and gives what stands for it in a library.
pub(super) type Source<'s> = dyn FnMut(&str) -> document::Field + 's;

/// The fields of a symbol, being filled.
pub(super) struct Made {
    pub fields: Vec<Option<document::Field>>,
    /// The kind of each; see [`Shape::fields`].
    kinds: &'static [u8],
}

impl Made {
    pub(super) fn new(kinds: &'static str) -> Made {
        Made { fields: vec![None; kinds.len()], kinds: kinds.as_bytes() }
    }

    pub(super) fn set(&mut self, at: usize, data: Data) {
        if let Some(field) = self.fields.get_mut(at) {
            *field = Some(data.into());
        }
    }

    pub(super) fn text(&mut self, at: usize, text: &str) {
        self.set(at, Data::Text(text.to_owned()));
    }

    pub(super) fn optional(&mut self, at: usize, text: Option<&String>) {
        if let Some(text) = text {
            self.text(at, text);
        }
    }

    pub(super) fn number(&mut self, at: usize, number: i32) {
        self.set(at, Data::Number(number.into()));
    }

    pub(super) fn flag(&mut self, at: usize, flag: bool) {
        let is_number = self.kinds.get(at) == Some(&b'N');
        self.set(at, if is_number { Data::Number(flag.into()) } else { Data::Bool(flag) });
    }

    pub(super) fn bits(&mut self, number: i32, bits: &[(usize, i32)]) {
        for (at, bit) in bits {
            self.flag(*at, number & bit != 0);
        }
    }

    pub(super) fn path(&mut self, at: usize, source: document::Field) {
        if let Some(field) = self.fields.get_mut(at) {
            *field = Some(source);
        }
    }

    /// The cell as it is: text or number.
    pub(super) fn cell(&mut self, at: usize, cell: &Field) {
        match cell {
            Field::Int(number) if self.kinds.get(at) == Some(&b'S') => self.text(at, &number.to_string()),
            Field::Int(number) => self.number(at, *number),
            Field::Text(text) => self.text(at, text),
            Field::Feature(_) => self.text(at, FEATURE),
            Field::Null | Field::Source(_) | Field::TextFile(_) | Field::Name { .. } => {}
        }
    }

    pub(super) fn name(&mut self, (long_at, short_at): (usize, usize), cell: &Field) {
        match cell {
            Field::Name { long, short, .. } => {
                self.text(long_at, long);
                self.optional(short_at, short.as_ref());
            }
            cell => self.cell(long_at, cell),
        }
    }
}

/// The number in a cell; 0 for none.
pub(super) fn number(cell: &Field) -> i32 {
    if let Field::Int(number) = cell { *number } else { 0 }
}

/// The id that a row has in its cells, and the fields of its symbol.
pub(super) fn write(shape: &Shape, cells: &[Field], source: &mut Source<'_>) -> (Option<String>, Made) {
    let mut made = Made::new(shape.fields);
    let mut id = None;
    for (of, cell) in shape.cells.iter().zip(cells) {
        match of {
            CellOf::Id | CellOf::NumberedId => {
                id = match cell {
                    Field::Text(text) => Some(text.clone()),
                    Field::Int(number) => Some(number.to_string()),
                    _ => None,
                };
            }
            CellOf::Field(at) | CellOf::Feature(at, _) => made.cell(*at, cell),
            CellOf::Or(_, default) if matches!(cell, Field::Text(text) if text == default) => {}
            CellOf::Or(at, _) => made.cell(*at, cell),
            CellOf::Bytes(at) => {
                if let Field::Source(path) = cell {
                    made.path(*at, source(path));
                }
            }
            CellOf::Text(at, file) => match cell {
                Field::TextFile(path) => made.path(*file, source(path)),
                cell => made.cell(*at, cell),
            },
            CellOf::Name(long, short, _) => made.name((*long, *short), cell),
            CellOf::Bits(rest, bits) => {
                let number = number(cell);
                made.bits(number, bits);
                let own = bits.iter().fold(number, |rest, (_, bit)| rest & !bit);
                rest.iter().for_each(|at| made.number(*at, own));
            }
            CellOf::Bit(at, _) => made.flag(*at, *cell != Field::Null),
            CellOf::YesNo(at) => {
                if let Field::Int(number) = cell {
                    made.flag(*at, *number != 0);
                }
            }
        }
    }
    (id, made)
}
