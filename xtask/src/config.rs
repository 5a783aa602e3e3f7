//! `ancm.toml` and the environment: settings, each with where it came from.

use crate::exit::{Exit, Failure, Outcome};
use crate::settings::{self, ACCEPT_WIX_EULA, Settings, ValueError, variable};
use ancm_installer::diag::{Diagnostic, Location, meant};
use ancm_installer::plan::Origin;
use std::path::Path;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The file's name, looked for in the workspace root.
pub const FILE: &str = "ancm.toml";

/// What the environment says: `ANCM_ARCH=x64,arm64` and so on.
///
/// # Errors
/// A value that the setting cannot have.
pub fn from_environment(variables: impl Fn(&str) -> Option<String>, base: &Path) -> Outcome<Settings> {
    let mut settings = Settings::default();
    for name in settings::names() {
        let variable = variable(&name);
        let Some(value) = variables(&variable).filter(|value| !value.is_empty()) else { continue };
        let texts: Vec<&str> = match name.as_str() {
            "arch" | "flavour" => value.split(',').map(str::trim).collect(),
            // as in a path of Windows; names of files and addresses have the other separators
            "payload" => value.split(';').filter(|source| !source.is_empty()).collect(),
            _ => vec![&value],
        };
        settings.take(&name, &texts, Origin::Flag(variable.clone())).map_err(|problem| {
            Failure::new(
                Exit::Usage,
                "config::environment",
                format!("the environment variable `{variable}`: {problem}"),
            )
        })?;
    }
    Ok(settings.below(base))
}

/// Reads a configuration file. Relative paths in it start at its folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn from_file(path: &Path) -> Outcome<Settings> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Usage, "config::unreadable", format!("cannot read `{}`: {error}", path.display()))
    })?;
    let base = path.parent().unwrap_or(Path::new(""));
    parse(&path.to_string_lossy(), &text, base).map_err(|findings| Failure::of(Exit::Usage, findings))
}

fn parse(file: &str, text: &str, base: &Path) -> Result<Settings, Vec<Diagnostic>> {
    let shown: Arc<str> = file.into();
    let at = |offset: usize| Location::of_offset(&shown, text, offset);
    let table = DeTable::parse(text).map_err(|error| {
        let place = at(error.span().unwrap_or_default().start);
        vec![Diagnostic::error("config::syntax", error.message()).at(&place)]
    })?;
    let mut settings = Settings::default();
    let keys: Vec<String> = settings::keys().collect();
    let mut findings = Vec::new();
    for (key, value) in table.get_ref() {
        let (name, place) = (key.get_ref().as_ref(), at(key.span().start));
        if !keys.iter().any(|key| key == name) {
            findings.push(unknown(name, &place));
            continue;
        }
        let origin = Origin::Config { file: file.to_owned(), line: place.line };
        let problem = match texts(value.get_ref()) {
            Some(texts) => settings.take(name, &texts, origin).err(),
            None => Some(ValueError::Kind),
        };
        if let Some(problem) = problem {
            let place = at(value.span().start);
            findings.push(Diagnostic::error("config::value", format!("`{name}`: {problem}")).at(&place));
        }
    }
    if findings.is_empty() { Ok(settings.below(base)) } else { Err(findings) }
}

fn unknown(name: &str, place: &Location) -> Diagnostic {
    if name == ACCEPT_WIX_EULA {
        let message = "a EULA cannot be accepted in a file, for everybody who uses it";
        return Diagnostic::error("config::eula", message)
            .at(place)
            .help(format!("who accepts it says `--{name}`, or sets `{}`", variable(name)));
    }
    let keys: Vec<String> = settings::keys().collect();
    let help = match meant(name, keys.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys are {}", keys.join(", ")),
    };
    Diagnostic::error("config::unknown_key", format!("unknown key `{name}`")).at(place).help(help)
}

fn texts<'v>(value: &'v DeValue) -> Option<Vec<&'v str>> {
    match value {
        DeValue::String(text) => Some(vec![text]),
        DeValue::Integer(number) => Some(vec![number.as_str()]),
        DeValue::Array(values) => values
            .iter()
            .map(|value| match value.get_ref() {
                DeValue::String(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}
