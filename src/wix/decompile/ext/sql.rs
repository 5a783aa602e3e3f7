//! WixToolset.Sql.wixext.

use super::cells::{bits, set};
use crate::compile::ext::Extension;
use crate::compile::ext::sql::{DATABASE, EXECUTE, ON_ERROR, ROLLBACK};
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// The bit of a script that is run when an installation is rolled back.
const ROLLS_BACK: i32 = 8;

/// `SqlFileSpec` and `SqlLogFileSpec` stand in the database that names them.
pub(super) fn file_spec(
    work: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    mut element: Element,
) -> Option<Element> {
    let id = row.text("FileSpec");
    for (column, name) in [("FileSpec_", "SqlFileSpec"), ("FileSpec_Log", "SqlLogFileSpec")] {
        if let Some(database) = work.rows("Wix4SqlDatabase").find(|database| database.text(column) == id) {
            element.name = name.to_owned();
            work.put("Wix4SqlDatabase", database.or_empty("SqlDb"), element);
            return None;
        }
    }
    None
}

/// `SqlDatabase`.
pub(super) fn database(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    Some(bits(element, row.or_zero("Attributes"), 0, DATABASE))
}

/// `SqlScript` and `SqlString`, outside of their database.
pub(super) fn script(
    _: &mut Work<'_>,
    _: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let number = row.or_zero("Attributes");
    let when = if number & ROLLS_BACK != 0 { ROLLBACK } else { EXECUTE };
    // each time of a rollback has the bit that says that it is one
    let set_here = when.iter().filter(|(_, bit, _)| number & bit == *bit);
    let element = set_here.fold(element, |element, (name, ..)| element.flag(name, true));
    let element = bits(element, number, 0, ON_ERROR);
    Some(set(element, "SqlDb", row.text("SqlDb_").map(str::to_owned)))
}
