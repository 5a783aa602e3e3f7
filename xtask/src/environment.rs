//! Variables of the environment. One that is empty counts as one that is not there: that is how a pipeline unsets it.

use std::ffi::OsString;

/// The variable `name`, as a path or a switch.
#[must_use]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The variable `name`, as a text; nothing where it is none.
#[must_use]
pub fn text(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}
