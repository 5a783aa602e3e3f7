//! Versions of files and of products. They look alike and have different limits.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The text is not a version, or Windows Installer cannot hold it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}: {problem}")]
pub struct VersionError {
    text: String,
    what: &'static str,
    problem: String,
}

fn parts(
    text: &str,
    what: &'static str,
    least: usize,
    limits: [u32; 4],
) -> Result<([u16; 4], usize), VersionError> {
    let fail = |problem: String| VersionError { text: text.to_owned(), what, problem };
    let fields: Vec<&str> = text.split('.').collect();
    if fields.len() < least || fields.len() > 4 {
        return Err(fail(format!("expected {least} to 4 numbers separated by dots, found {}", fields.len())));
    }
    let mut numbers = [0; 4];
    for (index, field) in fields.iter().enumerate() {
        let digits = !field.is_empty() && field.bytes().all(|b| b.is_ascii_digit());
        let number: u32 = if digits { field.parse().unwrap_or(u32::MAX) } else { u32::MAX };
        if !digits || number > limits[index] {
            return Err(fail(format!("field {} is `{field}`, expected 0 to {}", index + 1, limits[index])));
        }
        numbers[index] = number as u16;
    }
    Ok((numbers, fields.len()))
}

/// A file's version as its version resource has it: four numbers, each 0 to 65,535
/// (<https://learn.microsoft.com/windows/win32/api/verrsrc/ns-verrsrc-vs_fixedfileinfo>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileVersion(pub [u16; 4]);

impl FromStr for FileVersion {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        parts(text, "file version", 1, [65_535; 4]).map(|(numbers, _)| FileVersion(numbers))
    }
}

impl fmt::Display for FileVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// The version of a package: at most 255.255.65535, with a fourth field that Windows Installer ignores when it
/// compares (<https://learn.microsoft.com/windows/win32/msi/productversion>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProductVersion {
    numbers: [u16; 4],
    fields: usize,
}

impl ProductVersion {
    /// What Windows Installer compares: the first three fields.
    #[must_use]
    pub fn compared(&self) -> [u16; 3] {
        [self.numbers[0], self.numbers[1], self.numbers[2]]
    }

    /// All four fields, those that are not written as 0.
    #[must_use]
    pub fn numbers(&self) -> [u16; 4] {
        self.numbers
    }

    /// Whether it has a fourth field, which is not compared.
    #[must_use]
    pub fn has_fourth_field(&self) -> bool {
        self.fields == 4
    }
}

impl FromStr for ProductVersion {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        parts(text, "product version", 1, [255, 255, 65_535, 65_535])
            .map(|(numbers, fields)| ProductVersion { numbers, fields })
    }
}

impl fmt::Display for ProductVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.numbers[..self.fields].iter().map(u16::to_string).collect();
        f.write_str(&texts.join("."))
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
as_text!(FileVersion, ProductVersion);
