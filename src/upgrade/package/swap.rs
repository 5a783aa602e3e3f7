//! The table of our patches.

use crate::id::FileVersion;

/// A row of the table `FileSwap`; `wix/patch.wxs` says what the columns mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// Path of the DLL in whose place another is put, formatted.
    pub file: String,
    /// The processor that it must be for.
    pub from: String,
    /// The processor of one that is right already; empty for none.
    pub right: String,
    /// The lowest version that it may have.
    pub lowest: Option<FileVersion>,
    /// The highest version that it may have.
    pub highest: Option<FileVersion>,
    /// Path of what is put there, formatted.
    pub new: String,
    /// The name under which what was there can be loaded; empty where nothing leads to it.
    pub kept: String,
    /// The name of the DLL for the other kind of processes.
    pub second: String,
    /// Path of what is copied to that name, formatted.
    pub source: String,
    /// The processor that it must be for.
    pub second_processor: String,
    /// The name under which scripts leave what they replace; empty where none is known.
    pub backup: String,
}
