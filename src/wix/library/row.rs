//! Rows of symbols in a library, as their [`Shape`]s say.

use super::document::{self, Data};
use super::error::FieldError;
use super::shape::{CellOf, Salt, Shape};
use super::shapes::FEATURE;
use crate::symbol::Field;

/// The fields of a symbol in a library. Those that are missing are empty, as WiX has it.
pub(super) struct Fields<'s> {
    pub fields: &'s [Option<document::Field>],
    /// What stands for the file that a field names, or why nothing can.
    pub source: &'s dyn Fn(&document::Field) -> Result<String, FieldError>,
}

impl Fields<'_> {
    fn data(&self, at: usize) -> Option<&Data> {
        self.fields.get(at)?.as_ref().map(|field| &field.data).filter(|data| !matches!(data, Data::Null))
    }

    /// The text in a field.
    pub(super) fn text(&self, at: usize) -> Result<Option<String>, FieldError> {
        Ok(match self.data(at) {
            None => None,
            Some(Data::Text(text)) => Some(text.clone()),
            Some(Data::Number(number)) => Some(number.to_string()),
            Some(_) => return Err(FieldError::NotText(at)),
        })
    }

    /// The text in a field that must have one.
    pub(super) fn required(&self, at: usize) -> Result<String, FieldError> {
        self.text(at)?.ok_or(FieldError::Empty(at))
    }

    /// The number in a field.
    pub(super) fn number(&self, at: usize) -> Result<Option<i32>, FieldError> {
        let number = match self.data(at) {
            None => return Ok(None),
            Some(Data::Bool(flag)) => Some(i32::from(*flag)),
            Some(Data::Number(number)) => i32::try_from(*number).ok(),
            Some(Data::Text(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or(FieldError::NotANumber(at))
    }

    /// Whether a field says yes; one that says nothing does not.
    pub(super) fn flag(&self, at: usize) -> Result<bool, FieldError> {
        Ok(self.number(at)?.unwrap_or(0) != 0)
    }

    /// The bits that fields stand for.
    pub(super) fn bits(&self, bits: &[(usize, i32)]) -> Result<i32, FieldError> {
        let mut sum = 0;
        for (at, bit) in bits {
            sum |= if self.flag(*at)? { *bit } else { 0 };
        }
        Ok(sum)
    }

    /// What stands for the file that a field names.
    pub(super) fn path(&self, at: usize) -> Result<Option<String>, FieldError> {
        match (self.data(at), self.fields.get(at)) {
            (Some(_), Some(Some(field))) => (self.source)(field).map(Some),
            _ => Ok(None),
        }
    }

    /// A cell with what the field has: text or number.
    pub(super) fn cell(&self, at: usize) -> Result<Field, FieldError> {
        Ok(match self.data(at) {
            None => Field::Null,
            Some(Data::Number(_) | Data::Bool(_)) => self.number(at)?.into(),
            Some(_) => self.text(at)?.into(),
        })
    }

    /// A cell with a name: as it is, or with a short one made up.
    pub(super) fn name(&self, long: usize, short: usize, salt: &[Salt]) -> Result<Field, FieldError> {
        let Some(long) = self.text(long)? else { return Ok(Field::Null) };
        let short = self.text(short)?;
        let salt = salt.iter().map(|salt| match salt {
            Salt::Kind(kind) => Ok((*kind).to_owned()),
            Salt::Field(at) => Ok(self.text(*at)?.unwrap_or_default()),
        });
        Ok(Field::Name { long, short, salt: salt.collect::<Result<_, FieldError>>()? })
    }

    fn feature(&self, at: usize, component: usize) -> Result<Field, FieldError> {
        Ok(match self.text(at)? {
            Some(text) if text == FEATURE => Field::Feature(self.required(component)?),
            text => text.into(),
        })
    }
}

/// The cells of a row.
pub(super) fn read(shape: &Shape, id: Option<&str>, fields: &Fields<'_>) -> Result<Vec<Field>, FieldError> {
    shape.cells.iter().map(|cell| read_cell(cell, id, fields)).collect()
}

fn read_cell(cell: &CellOf, id: Option<&str>, fields: &Fields<'_>) -> Result<Field, FieldError> {
    let id = || id.ok_or(FieldError::Missing("id"));
    Ok(match cell {
        CellOf::Id => id()?.into(),
        CellOf::NumberedId => match id()?.parse::<i32>() {
            Ok(number) => number.into(),
            Err(_) => return Err(FieldError::Id),
        },
        CellOf::Field(at) => fields.cell(*at)?,
        CellOf::Or(at, default) => match fields.cell(*at)? {
            Field::Null => (*default).into(),
            cell => cell,
        },
        CellOf::Bytes(at) => fields.path(*at)?.map_or(Field::Null, Field::Source),
        CellOf::Text(at, file) => match fields.path(*file)? {
            Some(source) => Field::TextFile(source),
            None => fields.cell(*at)?,
        },
        CellOf::Feature(at, component) => fields.feature(*at, *component)?,
        CellOf::Name(long, short, salt) => fields.name(*long, *short, salt)?,
        CellOf::Bits(rest, bits) => {
            let rest = rest.map_or(Ok(None), |at| fields.number(at))?.unwrap_or(0);
            (rest | fields.bits(bits)?).into()
        }
        CellOf::Bit(at, bit) => fields.flag(*at)?.then_some(*bit).into(),
        CellOf::YesNo(at) => fields.number(*at)?.map(|number| i32::from(number != 0)).into(),
    })
}
