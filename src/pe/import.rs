//! Which DLLs an image imports from, and where the address of an imported function is.

use super::{Directory, Error, View};

const MOST: usize = 4096;

impl View<'_> {
    /// The names of the DLLs that it imports from, delay-loaded ones last, in the file's order.
    ///
    /// # Errors
    /// An import directory is broken.
    pub fn imports(&self) -> Result<Vec<String>, Error> {
        read(self)
    }

    /// The address, relative to the image, of the variable that the loader fills with the address of the imported
    /// function `name`; `None` where no DLL's function of this name is imported, or only delay-loaded.
    ///
    /// # Errors
    /// The import directory is broken.
    pub fn import_slot(&self, name: &str) -> Result<Option<u32>, Error> {
        slot(self, name)
    }
}

fn read(view: &View<'_>) -> Result<Vec<String>, Error> {
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

/// Where the loader puts the address of the function `name`; `None` where it is not imported by name. Delay-loaded
/// functions are not looked at.
fn slot(view: &View<'_>, name: &str) -> Result<Option<u32>, Error> {
    const WHAT: &str = "an import descriptor";
    const THUNK: &str = "an import thunk";
    let Some(found) = view.headers().directory(Directory::Import) else { return Ok(None) };
    let width: u32 = if view.headers().is_pe32_plus { 8 } else { 4 };
    let (mut budget, mut thunks) = (view.bytes().len(), 0);
    for index in 0..MOST as u32 {
        let at = found.rva.saturating_add(20 * index);
        if view.slice(at, 20, WHAT)?.iter().all(|byte| *byte == 0) {
            break;
        }
        let (names, slots) = (view.u32(at, WHAT)?, view.u32(at.saturating_add(16), WHAT)?);
        // a linker that leaves the names out puts them where the addresses will be
        let mut name_at = if names == 0 { slots } else { names };
        let mut slot = slots;
        loop {
            thunks += 1;
            if thunks > MOST {
                return Err(Error::TooMuch { what: "imported functions", limit: MOST });
            }
            let low = view.u32(name_at, THUNK)?;
            let high = view.u32(name_at.saturating_add(width - 4), THUNK)?;
            if low == 0 && high == 0 {
                break;
            }
            let by_ordinal = high >> 31 == 1;
            // the name stands behind a hint of two bytes
            if !by_ordinal && view.text(low.saturating_add(2), "the name of an import", &mut budget)? == name
            {
                return Ok(Some(slot));
            }
            name_at = name_at.saturating_add(width);
            slot = slot.saturating_add(width);
        }
    }
    Ok(None)
}
