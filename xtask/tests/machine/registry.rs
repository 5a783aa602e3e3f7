//! The registry of a machine: one process reads all that is asked for, where `reg query` would be one for each key.

use super::compiled;
use crate::support::wine::{self, Wine};
use std::collections::BTreeMap;

/// Puts the program that reads it onto the machine.
pub fn readable(wine: &Wine) -> Option<()> {
    compiled(wine, "x86_64-w64-mingw32-gcc", "registry")
}

/// Every value at and below the keys: `KEY : NAME`, as `upgrade` calls it, and its kind and data. Keys begin with `HKLM64` in
/// the view of 64-bit programs, and with `HKLM32` in that of 32-bit ones; one that is missing has no values.
pub fn values<'a>(wine: &Wine, keys: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    let words: Vec<&str> = std::iter::once(r"C:\registry.exe").chain(keys).collect();
    let output = wine::bounded_again("registry.exe", wine.command(&words));
    let said = std::str::from_utf8(&output.stdout).expect("UTF-8");
    // or an answer cut short would be a registry that lacks values
    let all = said.strip_suffix("complete").filter(|_| output.status.success()).unwrap_or_else(|| {
        panic!("{words:?}: {}\n{said:?}\n{}", output.status, String::from_utf8_lossy(&output.stderr))
    });
    let fields: Vec<&str> = all.split_terminator('\0').collect();
    let (values, []) = fields.as_chunks() else { panic!("{fields:?}") };
    values
        .iter()
        .map(|[key, name, data]| {
            let name = if name.is_empty() { "(default)" } else { name };
            (format!("{key} : {name}"), (*data).to_owned())
        })
        .collect()
}
