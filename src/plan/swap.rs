//! What a patch puts where.

use serde::Serialize;

/// A row of the table `FileSwap`; `wix/patch.wxs` explains the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Swap {
    /// Its name.
    pub key: String,
    /// The component of the file that is put there.
    pub component: String,
    /// Full path of the DLL, formatted.
    pub file: String,
    /// The processor that it must be for.
    pub from: String,
    /// The processor of one that is right already.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub right: String,
    /// The lowest version that it may have.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lowest: String,
    /// The highest version that it may have.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub highest: String,
    /// What it must export.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exports: String,
    /// Full path of what is put there, formatted.
    pub new: String,
    /// The name under which what was there can be loaded.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kept: String,
    /// The name of the DLL for the other kind of processes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub second: String,
    /// Full path of what is copied to that name, formatted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The processor that it must be for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub second_processor: String,
    /// The name under which scripts leave what they replace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub backup: String,
    /// What the user reads where there is no such DLL.
    pub missing: String,
    /// What the user reads where there is nothing to copy.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_missing: String,
}
