//! The arguments of the commands of `wix msi`: switches that both have, and one package.

use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::msi;
use ancm_installer::wix::paths;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What every command of `wix msi` is told.
#[derive(Debug)]
pub(super) struct Words {
    /// The package, as it was named.
    pub package: PathBuf,
    /// What `-o` says.
    pub output: Option<PathBuf>,
}

/// The value of a switch.
pub(super) type Value<'v> = dyn FnMut() -> Outcome<String> + 'v;

/// Whether a switch is one of the command's own, which it has taken.
pub(super) enum Took {
    /// It is.
    Own,
    /// There is no such switch.
    Unknown,
}

/// Goes through the arguments of `command`; `own` is given each switch that not every command has, in lower case and without
/// its dash. Nothing where help is asked for.
pub(super) fn read(
    command: &'static str,
    arguments: &[OsString],
    mut own: impl FnMut(&str, &mut Value<'_>) -> Outcome<Took>,
) -> Outcome<Option<Words>> {
    let usage = |message: String| usage(command, message);
    let (mut package, mut output) = (None, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let word = word.to_str().ok_or_else(|| usage(format!("`{}` is not Unicode", word.display())))?;
        let Some(name) = word.strip_prefix('-') else {
            let path = paths::native(word);
            if package.replace(paths::find(&path).unwrap_or(path)).is_some() {
                return Err(usage(format!("`{word}`: one package at a time")));
            }
            continue;
        };
        let mut value = || {
            let next = words.next().and_then(|next| next.to_str());
            next.map(str::to_owned).ok_or_else(|| usage(format!("`{word}` needs a value")))
        };
        match name.to_ascii_lowercase().as_str() {
            "h" | "?" | "help" | "-help" => return Ok(None),
            "o" | "out" => output = Some(paths::native(&value()?)),
            "intermediatefolder" => drop(value()?),
            "nologo" | "-nologo" | "v" | "verbose" => {}
            name => match own(name, &mut value)? {
                Took::Own => {}
                Took::Unknown => return Err(usage(format!("unknown switch `{word}`"))),
            },
        }
    }
    match package {
        Some(package) => Ok(Some(Words { package, output })),
        None => {
            let mut failure = usage("no package: name an .msi file".to_owned());
            failure.diagnostics[0].code = "WIX0114".to_owned();
            Err(failure)
        }
    }
}

/// A command line of `command` that is wrong.
pub(super) fn usage(command: &str, message: String) -> Failure {
    Failure::new(Exit::Usage, "wix::switch", message)
        .help(format!("`cargo xtask wix msi {command} -h` lists the switches"))
}

/// The package `path` in two readings: its tables, and whatever `more` asks of the file.
pub(super) fn open<T>(
    path: &Path,
    more: impl FnOnce(File) -> Result<T, msi::ReadError>,
) -> Outcome<(msi::Package<File>, T)> {
    let unreadable = |error: &dyn std::error::Error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        Failure::new(Exit::Input, "wix::package", message)
            .help("name a Windows Installer package, an .msi file")
    };
    let file = || File::open(path).map_err(|error| unreadable(&error));
    let package = msi::Package::open(file()?).map_err(|error| unreadable(&error))?;
    Ok((package, more(file()?).map_err(|error| unreadable(&error))?))
}
