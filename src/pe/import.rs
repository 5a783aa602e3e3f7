//! Which DLLs an image imports from.

use super::{Directory, Error, View};

const MOST: usize = 4096;

pub(super) fn read(view: &View<'_>) -> Result<Vec<String>, Error> {
    let mut budget = view.bytes().len();
    let mut names = Vec::new();
    // IMAGE_IMPORT_DESCRIPTOR and IMAGE_DELAYLOAD_DESCRIPTOR: length, and where the name's address is
    for (directory, length, name_at) in [(Directory::Import, 20, 12), (Directory::DelayImport, 32, 4)] {
        const WHAT: &str = "an import descriptor";
        let Some(found) = view.headers().directory(directory) else { continue };
        let mut at = found.rva;
        loop {
            if names.len() > MOST {
                return Err(Error::TooMuch { what: "imported DLLs", limit: MOST });
            }
            let descriptor = view.slice(at, length, WHAT)?;
            if descriptor.iter().all(|byte| *byte == 0) {
                break;
            }
            let name = view.u32(at.saturating_add(name_at), WHAT)?;
            names.push(view.text(name, "the name of an imported DLL", &mut budget)?);
            at = at.saturating_add(length as u32);
        }
    }
    Ok(names)
}
