//! The forms in which a payload is named.

use ancm_installer::archive::relative;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use serde::{Serialize, Serializer};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What stands before the version of a hosting bundle.
const BUNDLE: &str = "hosting-bundle@";
/// What stands between an address and the hash of its file.
const PIN: &str = "#sha512=";
/// Hexadecimal digits of a SHA-512.
const DIGITS: usize = 128;
/// Longest name of a file that is taken from an address, in characters.
const LONGEST_NAME: usize = 100;

/// A payload as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadSource {
    /// A folder, or a file.
    Path(PathBuf),
    /// A file to be fetched.
    Address(Address),
    /// The hosting bundle of this version of .NET, which is looked up in the list of its releases.
    HostingBundle(String),
}

/// Why a text names no payload. Nothing secret of an address is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No hash.
    #[error("`{0}` is no SHA-512: expected {DIGITS} hexadecimal digits")]
    Hash(String),
    /// Another protocol.
    #[error("`{0}` is fetched by `http:` or `https:` only")]
    Scheme(String),
    /// Blanks or control characters.
    #[error("the address `{0}` has blanks in it; write them as %20")]
    Blanks(String),
    /// An address without a hash.
    #[error(
        "the address `{0}` does not say what its file must be: add `{PIN}` and the hash that is published beside the file"
    )]
    NoHash(String),
    /// No version of .NET.
    #[error("`{0}` is no version of .NET: expected three numbers, such as 9.0.7 or 10.0.0-rc.2")]
    Version(String),
}

/// Where a file is published, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `http:` or `https:`.
    pub url: String,
    /// SHA-512 of the file, in lower-case hexadecimal digits.
    pub sha512: String,
}

impl Address {
    /// The file at `url` with the hash `sha512`.
    ///
    /// # Errors
    /// That is no SHA-512.
    pub fn new(url: &str, sha512: &str) -> Result<Address, SourceError> {
        if sha512.len() != DIGITS || !sha512.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(SourceError::Hash(sha512.to_owned()));
        }
        Ok(Address { url: url.to_owned(), sha512: sha512.to_ascii_lowercase() })
    }

    /// What the file is called: the last name of the address, where that is a name on every system.
    #[must_use]
    pub fn file_name(&self) -> String {
        let shown = shown(&self.url);
        let name = shown.rsplit('/').next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        let fits = name.len() <= LONGEST_NAME && name.chars().all(is_plain) && relative(name).is_ok();
        if fits { name.to_owned() } else { "payload.bin".to_owned() }
    }
}

/// An address without what may be secret in it: name, password and query.
#[must_use]
pub fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}

impl PayloadSource {
    /// With a path that starts at `base`.
    #[must_use]
    pub fn below(self, base: &Path) -> PayloadSource {
        match self {
            PayloadSource::Path(path) => PayloadSource::Path(base.join(path)),
            elsewhere => elsewhere,
        }
    }

    /// Takes what a command line says; a path may be no text.
    ///
    /// # Errors
    /// It is an address without a hash, or no version of a hosting bundle.
    pub fn of(text: OsString) -> Result<PayloadSource, SourceError> {
        match text.to_str() {
            Some(text) => text.parse(),
            None => Ok(PayloadSource::Path(text.into())),
        }
    }
}

impl FromStr for PayloadSource {
    type Err = SourceError;
    fn from_str(text: &str) -> Result<PayloadSource, SourceError> {
        if let Some(version) = text.strip_prefix(BUNDLE) {
            return channel(version).map(|_| PayloadSource::HostingBundle(version.to_owned()));
        }
        // one letter before a colon is a drive
        match text.split_once("://") {
            Some((scheme, _)) if scheme.len() > 1 => address(scheme, text).map(PayloadSource::Address),
            _ => Ok(PayloadSource::Path(text.into())),
        }
    }
}

fn address(scheme: &str, text: &str) -> Result<Address, SourceError> {
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(SourceError::Scheme(shown(text)));
    }
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(SourceError::Blanks(shown(text).escape_debug().to_string()));
    }
    let Some((url, sha512)) = text.split_once(PIN) else {
        return Err(SourceError::NoHash(shown(text)));
    };
    Address::new(url, sha512)
}

impl fmt::Display for PayloadSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PayloadSource::Path(path) => path.display().fmt(f),
            PayloadSource::Address(Address { url, sha512 }) => write!(f, "{}{PIN}{sha512}", shown(url)),
            PayloadSource::HostingBundle(version) => write!(f, "{BUNDLE}{version}"),
        }
    }
}

impl Serialize for PayloadSource {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// The channel of a version: `9.0` of `9.0.7`.
///
/// # Errors
/// It is no version of .NET.
pub(super) fn channel(version: &str) -> Result<String, SourceError> {
    let (numbers, label) = match version.split_once('-') {
        Some((numbers, label)) => (numbers, Some(label)),
        None => (version, None),
    };
    let fields: Vec<&str> = numbers.split('.').collect();
    let is_number =
        |field: &&str| !field.is_empty() && field.len() < 4 && field.bytes().all(|b| b.is_ascii_digit());
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    match fields.as_slice() {
        [major, minor, _] if fields.iter().all(is_number) && label.is_none_or(is_label) => {
            Ok(format!("{major}.{minor}"))
        }
        _ => Err(SourceError::Version(version.to_owned())),
    }
}

/// Reads a payload off the command line; an address may have a password in it, which no error repeats.
#[derive(Clone)]
pub struct PayloadParser;

impl TypedValueParser for PayloadParser {
    type Value = PayloadSource;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<PayloadSource, clap::Error> {
        let problem = |problem: SourceError| command.clone().error(ErrorKind::ValueValidation, problem);
        PayloadSource::of(value.to_owned()).map_err(problem)
    }
}
