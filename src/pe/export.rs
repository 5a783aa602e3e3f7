//! What an image exports.

use super::{DataDirectory, Directory, Error, View};

const DIRECTORY: &str = "the export directory";
const NAME: &str = "the name of an export";
/// Ordinals have 16 bits.
const MOST: usize = 65_536;

/// The export directory of one view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// The name that the linker gave the module; empty where there is no export directory.
    pub module: String,
    /// By ordinal, then by name. A function with several names is there once for each.
    pub entries: Vec<Export>,
}

impl Exports {
    /// The export called `name`. Case matters, as it does for `GetProcAddress`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Export> {
        self.entries.iter().find(|export| export.name.as_deref() == Some(name))
    }
}

/// One export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// Its ordinal, the directory's base included.
    pub ordinal: u32,
    /// Its name, read as Latin-1; `None` where it can be had by ordinal only.
    pub name: Option<String>,
    /// What a caller gets.
    pub target: Target,
}

/// What an export leads to. Addresses are relative to the image base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Code at this address.
    Code(u32),
    /// An address in a section without code: a variable.
    Data(u32),
    /// Another module's export: `module.name` or `module.#ordinal`.
    Forward(String),
}

impl View<'_> {
    /// What it exports; an empty list where it has no export directory.
    ///
    /// # Errors
    /// The export directory is broken.
    pub fn exports(&self) -> Result<Exports, Error> {
        read(self)
    }
}

fn read(view: &View<'_>) -> Result<Exports, Error> {
    let Some(directory) = view.headers().directory(Directory::Export) else { return Ok(Exports::default()) };
    let field = |offset: u32| view.u32(directory.rva.saturating_add(offset), DIRECTORY);
    let (base, functions, names) = (field(16)?, field(20)?, field(24)?);
    if functions.max(names) as usize > MOST {
        return Err(Error::TooMuch { what: "exports", limit: MOST });
    }
    let mut budget = view.bytes().len();
    let module = view.text(field(12)?, "the name in the export directory", &mut budget)?;
    let (function_table, name_table, ordinal_table) = (field(28)?, field(32)?, field(36)?);

    let mut named: Vec<(u32, String)> = Vec::with_capacity(names as usize);
    for index in 0..names {
        let name = view.u32(name_table.saturating_add(4 * index), "the table of export names")?;
        let function = view.u16(ordinal_table.saturating_add(2 * index), "the table of export ordinals")?;
        let text = view.text(name, NAME, &mut budget)?;
        if u32::from(function) >= functions {
            return Err(Error::Malformed(format!(
                "the export `{text}` is function {function} of a table of {functions}"
            )));
        }
        named.push((u32::from(function), text));
    }
    named.sort();

    let mut entries = Vec::new();
    let mut named = named.into_iter().peekable();
    for index in 0..functions {
        let rva = view.u32(function_table.saturating_add(4 * index), "the table of exported functions")?;
        let ordinal = base.saturating_add(index);
        let before = entries.len();
        while let Some((_, name)) = named.next_if(|(function, _)| *function == index) {
            entries.push(Export {
                ordinal,
                name: Some(name),
                target: target(view, directory, rva, &mut budget)?,
            });
        }
        // a zero address without a name is a gap between ordinals
        if entries.len() == before && rva != 0 {
            entries.push(Export { ordinal, name: None, target: target(view, directory, rva, &mut budget)? });
        }
    }
    Ok(Exports { module, entries })
}

/// What the exported address `rva` is. Read anew for each name, so that every copy of a forward counts.
fn target(view: &View<'_>, directory: DataDirectory, rva: u32, budget: &mut usize) -> Result<Target, Error> {
    let in_directory = rva.checked_sub(directory.rva).is_some_and(|offset| offset < directory.size);
    Ok(if in_directory {
        Target::Forward(view.text(rva, "the target of a forwarded export", budget)?)
    } else if view.headers().section_at(rva).is_some_and(|section| section.is_executable()) {
        Target::Code(rva)
    } else {
        Target::Data(rva)
    })
}
