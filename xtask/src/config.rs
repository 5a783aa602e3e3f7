//! `ancm.toml` and the environment: settings, each with where it came from.

use crate::exit::{Exit, Failure, Outcome};
use crate::payload::source::PayloadSource;
use crate::tool::linker::LinkerChoice;
use crate::tool::wix::eula::EulaId;
use ancm_installer::cab::Effort;
use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::id::{Arch, Flavour, ProductVersion};
use ancm_installer::plan::{HandlerChoice, Origin, Sourced};
use ancm_installer::release::SignCommand;
use ancm_installer::wix::Compat;
use clap::ValueEnum;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The file's name, looked for in the workspace root.
pub const FILE: &str = "ancm.toml";

/// Which engine turns the authoring into packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// WiX where it works, else the embedded engine; says which, and why.
    #[default]
    Auto,
    /// Ours: any host, identical bytes.
    Embedded,
    /// The `wix` command.
    Wix,
}

impl FromStr for EngineChoice {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        ValueEnum::from_str(text, true)
            .map_err(|_| format!("`{text}` is not an engine: expected auto, embedded or wix"))
    }
}

/// What a source of settings says; nothing where it is silent.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The product.
    pub product: Option<Sourced<String>>,
    /// Processors.
    pub arch: Option<Sourced<Vec<Arch>>>,
    /// Kinds of IIS.
    pub flavour: Option<Sourced<Vec<Flavour>>>,
    /// Where the payload is.
    pub payload: Option<Sourced<Vec<PayloadSource>>>,
    /// The packages' version.
    pub version: Option<Sourced<ProductVersion>>,
    /// The publisher in Apps & Features.
    pub manufacturer: Option<Sourced<String>>,
    /// What stands in the handler's place in ARM64 packages.
    pub handler: Option<Sourced<HandlerChoice>>,
    /// The engine.
    pub engine: Option<Sourced<EngineChoice>>,
    /// The output folder.
    pub out: Option<Sourced<PathBuf>>,
    /// Threads.
    pub jobs: Option<Sourced<usize>>,
    /// How hard matches are looked for in LZX cabinets.
    pub compression_effort: Option<Sourced<Effort>>,
    /// The WiX whose tables the embedded engine makes.
    pub compat: Option<Sourced<Compat>>,
    /// What links the ARM64X DLLs.
    pub linker: Option<Sourced<LinkerChoice>>,
    /// The folder of a Visual Studio, or of one version of Visual C++.
    pub msvc: Option<Sourced<PathBuf>>,
    /// The `wix` program, or its folder.
    pub wix: Option<Sourced<PathBuf>>,
    /// The command that signs a file.
    pub sign: Option<Sourced<SignCommand>>,
    /// The EULA of WiX that the user accepts.
    pub accept_wix_eula: Option<Sourced<EulaId>>,
}

/// Names of the settings, in `ancm.toml`; with `ANCM_` before them and in capitals, in the environment.
pub const NAMES: [&str; 16] = [
    "product",
    "arch",
    "flavour",
    "payload",
    "version",
    "manufacturer",
    "handler",
    "engine",
    "out",
    "jobs",
    "compression-effort",
    "compat",
    "linker",
    "msvc",
    "wix",
    "sign",
];

/// A setting that a file cannot have: it would be accepted for whoever clones the project.
pub const ACCEPT_WIX_EULA: &str = "accept-wix-eula";

/// The environment variable of a setting.
#[must_use]
pub fn variable(name: &str) -> String {
    format!("ANCM_{}", name.to_uppercase().replace('-', "_"))
}

impl Settings {
    /// What stands here, and where nothing stands, what stands in `lower`.
    #[must_use]
    pub fn or(self, lower: Settings) -> Settings {
        Settings {
            product: self.product.or(lower.product),
            arch: self.arch.or(lower.arch),
            flavour: self.flavour.or(lower.flavour),
            payload: self.payload.or(lower.payload),
            version: self.version.or(lower.version),
            manufacturer: self.manufacturer.or(lower.manufacturer),
            handler: self.handler.or(lower.handler),
            engine: self.engine.or(lower.engine),
            out: self.out.or(lower.out),
            jobs: self.jobs.or(lower.jobs),
            compression_effort: self.compression_effort.or(lower.compression_effort),
            compat: self.compat.or(lower.compat),
            linker: self.linker.or(lower.linker),
            msvc: self.msvc.or(lower.msvc),
            wix: self.wix.or(lower.wix),
            sign: self.sign.or(lower.sign),
            accept_wix_eula: self.accept_wix_eula.or(lower.accept_wix_eula),
        }
    }

    /// Takes the setting `name` from its texts. Paths are below `base`.
    fn take(&mut self, name: &str, texts: &[&str], base: &Path, origin: Origin) -> Result<(), String> {
        fn all<T: FromStr<Err: ToString>>(texts: &[&str], origin: Origin) -> Result<Sourced<Vec<T>>, String> {
            let values = texts.iter().map(|text| text.parse::<T>().map_err(|e| e.to_string()));
            Ok(Sourced::new(values.collect::<Result<_, _>>()?, origin))
        }
        fn one<T: FromStr<Err: ToString>>(texts: &[&str], origin: Origin) -> Result<Sourced<T>, String> {
            let [text] = texts else { return Err(format!("expected one value, found {}", texts.len())) };
            text.parse().map(|value| Sourced::new(value, origin)).map_err(|e: T::Err| e.to_string())
        }
        let path = |origin| {
            one::<PathBuf>(texts, origin).map(|path| Sourced::new(base.join(path.value), path.origin))
        };
        if texts.is_empty() {
            return Err("expected at least one value".to_owned());
        }
        match name {
            "product" => self.product = Some(one(texts, origin)?),
            "arch" => self.arch = Some(all(texts, origin)?),
            "flavour" => self.flavour = Some(all(texts, origin)?),
            "payload" => {
                let sources = all::<PayloadSource>(texts, origin)?;
                let below = sources.value.into_iter().map(|source| source.below(base)).collect();
                self.payload = Some(Sourced::new(below, sources.origin));
            }
            "version" => self.version = Some(one(texts, origin)?),
            "manufacturer" => self.manufacturer = Some(one(texts, origin)?),
            "handler" => self.handler = Some(one(texts, origin)?),
            "engine" => self.engine = Some(one(texts, origin)?),
            "out" => self.out = Some(path(origin)?),
            "compression-effort" => self.compression_effort = Some(one(texts, origin)?),
            "compat" => self.compat = Some(one(texts, origin)?),
            "linker" => self.linker = Some(one(texts, origin)?),
            "msvc" => self.msvc = Some(path(origin)?),
            "wix" => self.wix = Some(path(origin)?),
            "sign" => self.sign = Some(one(texts, origin)?),
            ACCEPT_WIX_EULA => self.accept_wix_eula = Some(one(texts, origin)?),
            _ => {
                let jobs = one::<usize>(texts, origin)?;
                if jobs.value == 0 {
                    return Err("expected at least 1".to_owned());
                }
                self.jobs = Some(jobs);
            }
        }
        Ok(())
    }

    /// What the environment says: `ANCM_ARCH=x64,arm64` and so on.
    ///
    /// # Errors
    /// A value that the setting cannot have.
    pub fn from_environment(variables: impl Fn(&str) -> Option<String>, base: &Path) -> Outcome<Settings> {
        let mut settings = Settings::default();
        for name in NAMES.into_iter().chain([ACCEPT_WIX_EULA]) {
            let variable = variable(name);
            let Some(value) = variables(&variable).filter(|value| !value.is_empty()) else { continue };
            let texts: Vec<&str> = match name {
                "arch" | "flavour" => value.split(',').map(str::trim).collect(),
                // as in a path of Windows; names of files and addresses have the other separators
                "payload" => value.split(';').filter(|source| !source.is_empty()).collect(),
                _ => vec![&value],
            };
            settings.take(name, &texts, base, Origin::Flag(variable.clone())).map_err(|problem| {
                Failure::new(
                    Exit::Usage,
                    "config::environment",
                    format!("the environment variable `{variable}`: {problem}"),
                )
            })?;
        }
        Ok(settings)
    }

    /// Reads a configuration file. Relative paths in it start at its folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_file(path: &Path) -> Outcome<Settings> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(
                Exit::Usage,
                "config::unreadable",
                format!("cannot read `{}`: {error}", path.display()),
            )
        })?;
        let base = path.parent().unwrap_or(Path::new(""));
        Settings::parse(&path.to_string_lossy(), &text, base)
            .map_err(|findings| Failure::of(Exit::Usage, findings))
    }

    fn parse(file: &str, text: &str, base: &Path) -> Result<Settings, Vec<Diagnostic>> {
        let shown: Arc<str> = file.into();
        let at = |offset: usize| Location::of_offset(&shown, text, offset);
        let table = DeTable::parse(text).map_err(|error| {
            let place = at(error.span().unwrap_or_default().start);
            vec![Diagnostic::error("config::syntax", error.message()).at(&place)]
        })?;
        let mut settings = Settings::default();
        let mut findings = Vec::new();
        for (key, value) in table.get_ref() {
            let (name, place) = (key.get_ref().as_ref(), at(key.span().start));
            if !NAMES.contains(&name) {
                findings.push(unknown(name, &place));
                continue;
            }
            let origin = Origin::Config { file: file.to_owned(), line: place.line };
            let problem = match texts(value.get_ref()) {
                Some(texts) => settings.take(name, &texts, base, origin).err(),
                None => Some("expected a string, a whole number or an array of strings".to_owned()),
            };
            if let Some(problem) = problem {
                let place = at(value.span().start);
                findings.push(Diagnostic::error("config::value", format!("`{name}`: {problem}")).at(&place));
            }
        }
        if findings.is_empty() { Ok(settings) } else { Err(findings) }
    }
}

fn unknown(name: &str, place: &Location) -> Diagnostic {
    if name == ACCEPT_WIX_EULA {
        let message = "a EULA cannot be accepted in a file, for everybody who uses it";
        return Diagnostic::error("config::eula", message)
            .at(place)
            .help(format!("who accepts it says `--{name}`, or sets `{}`", variable(name)));
    }
    let near = NAMES.iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    let help = match near {
        Some((distance, known)) if distance <= 2 => format!("did you mean `{known}`?"),
        _ => format!("the keys are {}", NAMES.join(", ")),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let findings = Settings::parse("ancm.toml", text, Path::new("")).expect_err(text);
        findings.iter().map(|f| format!("{f} | {}", f.help.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn values_come_with_their_line_and_paths_start_at_the_file() {
        let text = "# mine\narch = [\"x64\", \"ARM64\"]\npayload = 'bin'\njobs = 3\nengine = \"embedded\"\n";
        let settings = Settings::parse("conf/ancm.toml", text, Path::new("conf")).expect("valid");
        let arch = settings.arch.expect("given");
        assert_eq!(
            (arch.value, arch.origin.to_string()),
            (vec![Arch::X64, Arch::Arm64], "conf/ancm.toml:2".to_owned())
        );
        assert_eq!(settings.payload.expect("given").value, [PayloadSource::Path("conf/bin".into())]);
        assert_eq!(settings.jobs.expect("given").value, 3);
        assert!(settings.version.is_none());
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_place() {
        assert_eq!(
            findings("arhc = \"x64\"\nversion = \"256.0\"\n jobs = 0\nout = 1.5\nzzzz = 1\n"),
            [
                "ancm.toml:1:1: error[config::unknown_key]: unknown key `arhc` | did you mean `arch`?",
                "ancm.toml:3:9: error[config::value]: `jobs`: expected at least 1 | ",
                "ancm.toml:4:7: error[config::value]: `out`: expected a string, a whole number or an array of strings | ",
                "ancm.toml:2:11: error[config::value]: `version`: `256.0` is not a product version: field 1 is `256`, expected 0 to 255 | ",
                "ancm.toml:5:1: error[config::unknown_key]: unknown key `zzzz` | the keys are product, arch, flavour, payload, version, manufacturer, handler, engine, out, jobs, compression-effort, compat, linker, msvc, wix, sign",
            ]
        );
        assert!(findings("arch = ")[0].starts_with("ancm.toml:1:"));
    }

    #[test]
    fn the_environment_stands_between_flags_and_the_file() {
        let lower = Settings::parse("ancm.toml", "arch = 'x86'\njobs = 1", Path::new("")).expect("valid");
        let variable = |name: &str| (name == "ANCM_ARCH").then(|| "x64, arm64".to_owned());
        let settings = Settings::from_environment(variable, Path::new("")).expect("valid").or(lower);
        assert_eq!(settings.arch.expect("given").origin.to_string(), "ANCM_ARCH");
        assert_eq!(settings.jobs.expect("given").origin.to_string(), "ancm.toml:2");
        let wrong = |_: &str| Some("nonsense".to_owned());
        assert!(Settings::from_environment(wrong, Path::new("")).is_err());
    }
}
