//! WixToolset.Http.wixext.

use super::cells::{of, word};
use crate::compile::ext::Extension;
use crate::compile::ext::http::RIGHTS;
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// `UrlReservation` with its `UrlAce`s.
pub(super) fn url_reservation(
    work: &mut Work<'_>,
    extension: &'static Extension,
    row: Row<'_>,
    element: Element,
) -> Option<Element> {
    let id = row.text("WixHttpUrlReservation");
    let own = work.rows("Wix4HttpUrlAce").filter(|ace| ace.text("WixHttpUrlReservation_") == id);
    let inside = own.map(|ace| {
        of(extension, "UrlAce")
            .with("Id", ace.text("WixHttpUrlAce"))
            .with("SecurityPrincipal", ace.text("SecurityPrincipal"))
            .with("Rights", word(RIGHTS, ace.or_zero("Rights")))
    });
    Some(element.holding(inside))
}
