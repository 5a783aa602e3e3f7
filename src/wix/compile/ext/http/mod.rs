//! WixToolset.Http.wixext: <https://docs.firegiant.com/wix/schema/http/>.

mod certificate;
mod url_reservation;

pub(crate) use url_reservation::RIGHTS;

use super::Extension;
use super::shape::Words;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Http.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/http",
    files: &[certificate::ELEMENTS, url_reservation::ELEMENTS],
    shapes: &[
        ("SniSslCertificate", &certificate::SNI),
        ("SslCertificate", &certificate::IP),
        ("UrlReservation", &url_reservation::SHAPE),
    ],
};

/// What happens if there is one already.
const HANDLE_EXISTING: Words = &[("replace", 0), ("ignore", 1), ("fail", 2)];
