//! How columns and cells are laid out: type bits, widths, offsets of integers.

use super::model::{Column, ColumnKind};

/// Bit of every column that is neither temporary nor unknown.
const VALID: u16 = 0x0100;
const LOCALIZABLE: u16 = 0x0200;
/// Set in strings and two-byte integers, clear in streams.
const NOT_STREAM: u16 = 0x0400;
const STRING: u16 = 0x0800;
const NULLABLE: u16 = 0x1000;
const KEY: u16 = 0x2000;

/// Two-byte integers are stored plus this, so that 0 is null.
pub(super) const INT2_OFFSET: i32 = 0x8000;

/// Four-byte integers are stored with this bit turned, so that 0 is null.
const INT4_SIGN: u32 = 0x8000_0000;

/// Most columns that a table may have.
pub(super) const COLUMNS_MAX: usize = 32;

/// Where a string reference has two bytes, the greatest number of strings.
pub(super) const SHORT_STRINGS_MAX: usize = 0xffff;

/// Where it has three.
pub(super) const STRINGS_MAX: usize = 0xff_ffff;

/// The columns of `_Columns`: table, number, name, type.
pub(super) const COLUMNS_KINDS: [ColumnKind; 4] = [NAME_KIND, ColumnKind::Int2, NAME_KIND, ColumnKind::Int2];

/// What names are stored as.
pub(super) const NAME_KIND: ColumnKind = ColumnKind::Str { width: 64, localizable: false };

/// The type of a column as `_Columns` has it.
pub(super) fn type_bits(column: &Column) -> u16 {
    let kind = match column.kind {
        ColumnKind::Int2 => NOT_STREAM | 2,
        ColumnKind::Int4 => 4,
        ColumnKind::Stream => STRING,
        ColumnKind::Str { width, localizable } => {
            STRING | NOT_STREAM | u16::from(width) | if localizable { LOCALIZABLE } else { 0 }
        }
    };
    let nullable = if column.nullable { NULLABLE } else { 0 };
    let key = if column.key { KEY } else { 0 };
    VALID | kind | nullable | key
}

/// The kind, nullability and key flag that a column's type says; nothing for a type that nobody writes.
pub(super) fn from_type_bits(bits: u16) -> Option<(ColumnKind, bool, bool)> {
    let [low, _] = bits.to_le_bytes();
    let kind = match (bits & STRING != 0, bits & NOT_STREAM != 0, low) {
        (true, true, width) => ColumnKind::Str { width, localizable: bits & LOCALIZABLE != 0 },
        (true, false, _) => ColumnKind::Stream,
        (false, _, 0..=2) => ColumnKind::Int2,
        (false, _, 4) => ColumnKind::Int4,
        (false, _, _) => return None,
    };
    Some((kind, bits & NULLABLE != 0, bits & KEY != 0))
}

/// Bytes of a cell, where a string reference has `reference` bytes.
pub(super) fn width(kind: ColumnKind, reference: usize) -> usize {
    match kind {
        ColumnKind::Int2 | ColumnKind::Stream => 2,
        ColumnKind::Int4 => 4,
        ColumnKind::Str { .. } => reference,
    }
}

/// What is stored for an integer; nothing if it does not fit. The least value of each width stands for null.
pub(super) fn stored_integer(kind: ColumnKind, value: i32) -> Option<u32> {
    match kind {
        ColumnKind::Int2 => value
            .checked_add(INT2_OFFSET)
            .and_then(|stored| u32::try_from(stored).ok())
            .filter(|stored| (1..=0xffff).contains(stored)),
        ColumnKind::Int4 => Some(value.cast_unsigned() ^ INT4_SIGN).filter(|stored| *stored != 0),
        ColumnKind::Str { .. } | ColumnKind::Stream => None,
    }
}

/// The inverse of [`stored_integer`] for a stored value other than 0.
pub(super) fn integer(kind: ColumnKind, stored: u32) -> i32 {
    match kind {
        ColumnKind::Int4 => (stored ^ INT4_SIGN).cast_signed(),
        _ => stored.cast_signed() - INT2_OFFSET,
    }
}
