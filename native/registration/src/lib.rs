//! Registers a native module in `applicationHost.config`, lossless, and takes the registration back.
//!
//! [`edit`] brings a configuration to wanted states ([`Change`]); each is compare-and-set, so what is right already
//! keeps its bytes. What was done comes back as an [`Inverse`], a list of [`Step`]s that name the elements by their
//! address and carry the raw text, whitespace included. [`undo`] applies it: to the file as we left it, that gives
//! the bytes from before; to a file that others have edited since, it takes out what we put in and leaves the rest.
//! Undoing has an inverse as well. An [`Inverse`] can be kept as text.
//!
//! | module | job |
//! |---|---|
//! | `document` | the file as text and as a tree that keeps every byte; where an element stands |
//! | `rules` | how IIS reads it: what is the server's own level, which entry of a collection is in force |
//! | `change` | the states, and the steps that lead there |
//! | `step`, `inverse` | the smallest edits, and what takes them back |
//! | [`job`], [`record`], [`journal`] | what happens to one file in an installation, and what is kept beside it |
//! | [`swap`] | the same for a DLL of another installer's, in whose place one of ours stands |
//!
//! Pure: it touches no disk. Every input is untrusted: whatever is wrong with it becomes an [`Error`], and then nothing
//! has changed. It names `core` and `alloc` only and has no dependencies, since the custom action DLL
//! (`native/configaction`) is built for Windows without a standard library.
//!
//! The format: <https://learn.microsoft.com/iis/get-started/planning-your-iis-architecture/introduction-to-applicationhostconfig>.

#![no_std]

extern crate alloc;

mod change;
mod document;
mod error;
pub mod field;
mod inverse;
pub mod job;
pub mod journal;
pub mod record;
mod rules;
mod step;
pub mod swap;

pub use change::Change;
pub use document::address::{Address, Hop};
pub use error::Error;
pub use inverse::Inverse;
pub use step::{Sibling, Step};

use alloc::string::String;
use alloc::vec::Vec;
use document::encoding;
use document::tree::Document;

/// What an edit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole file; the very bytes that came in where nothing was to be done.
    pub bytes: Vec<u8>,
    /// What takes the edit back; empty where nothing was to be done.
    pub inverse: Inverse,
}

/// Brings the configuration `bytes` to the states that `changes` ask for, one after the other.
///
/// # Errors
/// Where the file cannot be read for what it is, where IIS itself would refuse it, or where a section that must change
/// is encrypted, locked or kept in another file. Then no change is made at all.
pub fn edit(bytes: &[u8], changes: &[Change]) -> Result<Edited, Error> {
    rewrite(bytes, |document| {
        let mut done = Vec::new();
        for change in changes {
            change.make(document, &mut done)?;
        }
        Ok(done)
    })
}

/// Takes an edit back. A step whose element is gone, or is no longer as the edit left it, does nothing.
///
/// # Errors
/// Where the file cannot be read for what it is.
pub fn undo(bytes: &[u8], inverse: &Inverse) -> Result<Edited, Error> {
    rewrite(bytes, |document| Ok(inverse.steps().iter().filter_map(|step| step.apply(document)).collect()))
}

/// The image of the global module called `name`, references resolved; nothing where there is none.
///
/// # Errors
/// Where the file cannot be read for what it is.
pub fn global_module_image(bytes: &[u8], name: &str) -> Result<Option<String>, Error> {
    let (text, _) = encoding::decode(bytes)?;
    let document = Document::parse(&text)?;
    Ok(change::global_module_image(&document, name))
}

/// Paths of the sites' locations whose own list of modules adds `name`. IIS refuses a site whose list adds what the
/// server's list has, so [`Change::RootModule`] leaves the server's list alone where there are any.
///
/// # Errors
/// Where the file cannot be read for what it is.
pub fn sites_that_add(bytes: &[u8], name: &str) -> Result<Vec<String>, Error> {
    let (text, _) = encoding::decode(bytes)?;
    let document = Document::parse(&text)?;
    Ok(rules::scope::sites_that_add(&document, &["modules"], "name", name))
}

/// The folder that holds the configuration instead, where `redirection.config` is on: a shared configuration
/// (<https://learn.microsoft.com/iis/configuration/configurationredirection/>). Environment variables stay as they are.
///
/// # Errors
/// Where the file cannot be read for what it is, or is encrypted.
pub fn redirection(bytes: &[u8]) -> Result<Option<String>, Error> {
    const SECTION: &str = "configurationRedirection";
    let (text, _) = encoding::decode(bytes)?;
    let document = Document::parse(&text)?;
    let Some(section) = document.root().elements().find(|element| element.name() == SECTION) else {
        return Ok(None);
    };
    if section.attribute("configProtectionProvider").is_some() {
        return Err(Error::Encrypted(SECTION.into()));
    }
    let is_on = section.value("enabled").is_some_and(|enabled| enabled.eq_ignore_ascii_case("true"));
    let path = section.value("path").map(|path| path.into_owned()).filter(|path| !path.is_empty());
    Ok(path.filter(|_| is_on))
}

fn rewrite(
    bytes: &[u8],
    change: impl FnOnce(&mut Document) -> Result<Vec<Step>, Error>,
) -> Result<Edited, Error> {
    let (text, encoding) = encoding::decode(bytes)?;
    let mut document = Document::parse(&text)?;
    let mut steps = change(&mut document)?;
    steps.reverse();
    let bytes = if steps.is_empty() { bytes.to_vec() } else { encoding.encode(&document.text(text.len())) };
    Ok(Edited { bytes, inverse: Inverse::new(steps) })
}
