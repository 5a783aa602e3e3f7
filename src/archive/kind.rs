//! What a file is, as far as it is an archive.

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
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Kind::Zip),
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some(Kind::Cabinet),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => Some(Kind::Package),
        [b'M', b'Z', ..] => is_bundle(head).then_some(Kind::Bundle),
        _ => None,
    }
}
