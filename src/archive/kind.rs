//! What a file is, as far as it is an archive.

use crate::msi::Likeness;
use crate::pe::Headers;
use serde::Serialize;
use std::fmt;

/// The kinds of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A zip file.
    Zip,
    /// A cabinet.
    Cabinet,
    /// An installer database, with its cabinets and the files beside it.
    Package,
    /// A setup program of WiX with its containers.
    Bundle,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Zip => "zip file",
            Kind::Cabinet => "cabinet",
            Kind::Package => "installer package",
            Kind::Bundle => "bundle",
        })
    }
}

/// How much of a file tells its kind, in bytes: headers and section table of an image fit.
pub(super) const HEAD: u64 = 4096;

/// The section that makes a program of Windows a bundle.
pub(super) const BUNDLE_SECTION: &str = ".wixburn";

/// Whether an image that begins with `head` has the section of a bundle.
fn is_bundle(head: &[u8]) -> bool {
    Headers::of(head)
        .is_ok_and(|headers| headers.sections.iter().any(|section| section.name == BUNDLE_SECTION))
}

/// What a file that begins with `head` claims to be; nothing for what is no archive. Compound files that are no
/// installer databases, such as documents, show that only when they are opened.
pub(super) fn of(head: &[u8]) -> Option<Kind> {
    match Likeness::of(head) {
        Likeness::Zip => Some(Kind::Zip),
        Likeness::Cabinet => Some(Kind::Cabinet),
        Likeness::Compound => Some(Kind::Package),
        Likeness::Program => is_bundle(head).then_some(Kind::Bundle),
        Likeness::Empty | Likeness::Text | Likeness::Unknown => None,
    }
}
