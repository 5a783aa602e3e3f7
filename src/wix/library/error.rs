//! Why a library, or the extension that has one, cannot be read.

use super::document::{DOCUMENT, VERSION};
use std::io;

/// Why a library or an extension cannot be read: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The zip file is broken.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// What has the extension is no assembly.
    #[error("it is no assembly of .NET that can be read: {0}")]
    Image(#[from] crate::pe::Error),
    /// A DLL that is no assembly.
    #[error("it is no assembly of .NET, which an extension is")]
    NotAnAssembly,
    /// A zip file that is neither library nor extension.
    #[error(
        "it has no `{DOCUMENT}`, which a library has, and no `wixext6/NAME.wixext.dll`, which an extension has"
    )]
    Neither,
    /// A folder or a package without an extension.
    #[error("it has no `wixext6/NAME.wixext.dll`, which {0} has")]
    NoExtension(&'static str),
    /// A zip file without symbols.
    #[error("it has no `{DOCUMENT}`, which is what makes a zip file a library")]
    NoDocument,
    /// The symbols are no JSON of their shape.
    #[error("its `{DOCUMENT}` is broken: {0}")]
    Document(#[source] serde_json::Error),
    /// Symbols of another format.
    #[error("its `{DOCUMENT}` is of version `{0}`; version {VERSION} is read, which WiX 4 to 7 write")]
    Version(String),
    /// Symbols that were linked already, or are not compiled.
    #[error("its `{DOCUMENT}` is `{0}`, and not `compiled`")]
    Level(String),
    /// The fields of an extension's symbol are others than are known.
    #[error(
        "its `{symbol}` has the fields {theirs}; expected {own}: another version of the extension made it"
    )]
    Definition {
        /// The kind of symbol.
        symbol: String,
        /// Its fields in the library.
        theirs: String,
        /// Its fields here.
        own: String,
    },
    /// No package of NuGet.
    #[error("it has no `.nuspec`, which a package of NuGet has")]
    NoNuspec,
    /// The description of a package is no text.
    #[error("its `{0}` is not UTF-8")]
    NuspecText(String),
    /// The description of a package is no XML.
    #[error("its `{name}` is broken: {source}")]
    Nuspec {
        /// The description's name.
        name: String,
        /// Why.
        source: roxmltree::Error,
    },
    /// A package whose name or version would be no name of a folder.
    #[error("its `{0}` has no `id` and `version` that can be names of folders")]
    NuspecNames(String),
}

/// Why a zip file cannot be read: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// No zip file.
    #[error("it is no zip file: {0}")]
    NotOne(#[source] rawzip::Error),
    /// The directory is broken.
    #[error("its directory is broken: {0}")]
    Directory(#[source] rawzip::Error),
    /// More members than there can be.
    #[error("it has more than {0} members")]
    TooMany(u64),
    /// More bytes than is sensible.
    #[error("its members up to `{name}` have more than {limit} bytes")]
    TooLarge {
        /// The member with which they pass the limit.
        name: String,
        /// The limit.
        limit: u64,
    },
    /// Two members have one name.
    #[error("it has two members `{0}`")]
    Twice(String),
    /// Bytes of one member are another's.
    #[error("its members overlap")]
    Overlap,
    /// A member that is asked for is gone.
    #[error("it has lost a member")]
    Lost,
    /// One member is wrong.
    #[error("its member `{name}` {problem}")]
    Member {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: MemberProblem,
    },
}

/// What is wrong with a member: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum MemberProblem {
    /// Its name is no path below the zip file.
    #[error("has a name that leads out of it")]
    LeadsOut,
    /// It is encrypted.
    #[error("is encrypted")]
    Encrypted,
    /// It is compressed otherwise than is read.
    #[error("is compressed by method {0}; expected deflate")]
    Method(u16),
    /// It ends behind the directory's beginning.
    #[error("reaches into the directory")]
    Reaches,
    /// Its header is broken.
    #[error("is broken: {0}")]
    Header(#[source] rawzip::Error),
    /// Its bytes, or their checksum, are broken.
    #[error("is broken: {0}")]
    Bytes(#[source] io::Error),
    /// It has another length than it says.
    #[error("is broken: it has other than the {0} bytes that it says")]
    Length(u64),
}

/// What is wrong with a symbol. Fields are counted from 0 here, and from 1 where a user reads it.
#[derive(Debug, thiserror::Error)]
pub(super) enum FieldError {
    #[error("its field {} is no text", .0 + 1)]
    NotText(usize),
    #[error("its field {} is empty", .0 + 1)]
    Empty(usize),
    #[error("its field {} is no number of 32 bits", .0 + 1)]
    NotANumber(usize),
    #[error("its field {} is no {what}", .at + 1)]
    Unknown { at: usize, what: &'static str },
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("its id is no number")]
    Id,
    #[error("it says what kind its key path is, and has none")]
    KeyPath,
    #[error("its fields 5 and 6 are no type and action that are known")]
    RegistryValue,
    #[error("`{0}` is no sequence")]
    Sequence(String),
    #[error("its type is {found}; expected {}, {} or {}", .expected[0], .expected[1], .expected[2])]
    ColumnType { found: i32, expected: [i32; 3] },
    #[error("a path is none")]
    NotAPath,
    #[error("it names the file `{0}`, which is not in the library")]
    NoFile(String),
}
