//! Why a cabinet could not be read or written.

use std::io;
use std::path::PathBuf;

/// Why a cabinet could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not a cabinet, or of a version other than 1.3.
    #[error("this is not a cabinet (expected the signature `MSCF` and version 1.3)")]
    NotACabinet,
    /// The directory of the cabinet is broken.
    #[error("the cabinet's {part} is broken")]
    Directory {
        /// `header`, `folder 3`, `file 17`.
        part: String,
    },
    /// There is no file of this number.
    #[error("the cabinet has no file {index}, only {count}")]
    NoSuchFile {
        /// The number asked for, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The file begins or ends in another cabinet of a set.
    #[error("a part of the file `{name}` is in `{part}`, another cabinet of its set, which is not there")]
    Continued {
        /// Name in the cabinet.
        name: String,
        /// Name of the other cabinet.
        part: String,
    },
    /// A cabinet is not the next one of its set.
    #[error(
        "the cabinet is number {} of set {}, expected number {} of set {}", .found.1, .found.0, .expected.1, .expected.0
    )]
    Set {
        /// The set and the number that were expected.
        expected: (u16, u32),
        /// Those that were found.
        found: (u16, u32),
    },
    /// The compression is not known.
    #[error("the file `{name}` is compressed by method {method:#06x}; stored, MSZIP and LZX are read")]
    Method {
        /// Name in the cabinet.
        name: String,
        /// `CFFOLDER.typeCompress`.
        method: u16,
    },
    /// The data is broken.
    #[error("the data of `{name}` is broken: {problem} in block {block} of folder {folder}")]
    Data {
        /// Name in the cabinet.
        name: String,
        /// What is wrong.
        problem: &'static str,
        /// The folder, from 0.
        folder: usize,
        /// The block, from 0.
        block: u32,
    },
    /// The input could not be read.
    #[error("cannot read the cabinet")]
    Input(#[source] io::Error),
    /// The output could not be written.
    #[error("cannot write what was read from the cabinet")]
    Output(#[source] io::Error),
}

/// Why a cabinet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// More files than a cabinet can count.
    #[error("{count} files, but a cabinet holds at most 65535; use a second one")]
    TooManyFiles {
        /// Their number.
        count: usize,
    },
    /// A name that a cabinet cannot hold.
    #[error("the file name `{name}` must have 1 to 255 bytes and no zero byte to go into a cabinet")]
    Name {
        /// The name.
        name: String,
    },
    /// A file that a cabinet cannot hold.
    #[error("the file `{name}` has {size} bytes, but a cabinet takes at most 2147450880")]
    FileTooLarge {
        /// Name in the cabinet.
        name: String,
        /// Its size.
        size: u64,
    },
    /// A file that is to have the bytes of another one, and cannot.
    #[error(
        "the cabinet file `{name}` is to be the same as file {original}; expected the number of an earlier one with {size} bytes of its own"
    )]
    NotTheSame {
        /// Name in the cabinet.
        name: String,
        /// The number of the other one.
        original: usize,
        /// Its size.
        size: u64,
    },
    /// The cabinet passes 2 GiB.
    #[error("the cabinet passes 2 GiB; divide the files among several")]
    TooLarge,
    /// A source could not be read.
    #[error("cannot read `{}` for the cabinet file `{name}`", path.display())]
    Source {
        /// Name in the cabinet.
        name: String,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A source has another size than stated.
    #[error("the cabinet file `{name}` was to have {stated} bytes, but its source has {}", match found {
        Some(found) => found.to_string(),
        None => "more".to_owned(),
    })]
    SizeChanged {
        /// Name in the cabinet.
        name: String,
        /// The size that [`super::CabinetFile::size`] says.
        stated: u64,
        /// The size found; none where it is larger than stated.
        found: Option<u64>,
    },
    /// The output could not be written.
    #[error("cannot write the cabinet")]
    Output(#[from] io::Error),
}
