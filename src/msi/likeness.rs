//! What a file seems to be by its first bytes, to say it of one that is no installer package.

use std::fmt;

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// It has no bytes.
    Empty,
    /// A compound file: an installer package, or a document.
    Compound,
    /// A zip file.
    Zip,
    /// A cabinet.
    Cabinet,
    /// A program or DLL of Windows.
    Program,
    /// Text, XML included.
    Text,
    /// Something else.
    Unknown,
}

impl Likeness {
    /// So many first bytes tell it.
    pub const HEAD: u64 = 512;

    /// Of a file that begins with `head`.
    #[must_use]
    pub fn of(head: &[u8]) -> Likeness {
        match head {
            [] => Likeness::Empty,
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => Likeness::Compound,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Likeness::Zip,
            [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Likeness::Cabinet,
            [b'M', b'Z', ..] => Likeness::Program,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Likeness::Text,
            _ if is_text(head) => Likeness::Text,
            _ => Likeness::Unknown,
        }
    }
}

/// Whether these bytes are UTF-8 without control characters; the last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && valid.chars().all(|c| !c.is_control() || c.is_whitespace())
}

impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Likeness::Empty => "it is empty",
            Likeness::Compound => "it is another compound file, such as a document of Office",
            Likeness::Zip => "it is a zip file",
            Likeness::Cabinet => "it is a cabinet",
            Likeness::Program => "it is a program or DLL of Windows",
            Likeness::Text => "it is a text file",
            Likeness::Unknown => "it does not begin like one",
        })
    }
}
