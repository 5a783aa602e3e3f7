//! The switches of `wix build`. They start with one dash and take their value as the next argument.

mod response;

use super::extension;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::cab::Effort;
use ancm_installer::diag::{Diagnostic, Severity, meant};
use ancm_installer::id::Arch;
use ancm_installer::wix::paths::{find, native, note};
use ancm_installer::wix::preprocess::Options;
use ancm_installer::wix::symbol::Compression;
use ancm_installer::wix::{BindPath, Compat, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// `wix build -h`.
pub const HELP: &str = "\
Compile WiX v4 sources to a Windows Installer package or a library, on any host.

Usage: cargo xtask wix build [SWITCHES] SOURCE.wxs... [LIBRARY.wixlib...] [LOCALIZATION.wxl...]

  -arch x86|x64|arm64          processor of the package [default: x86]
  -o, -out FILE.msi|.wixlib    the package or library [default: the first source's name]
  -outputtype package|library  what is made [default: as the output's name says]
  -bf, -bindfiles              put the files into the library, and not their paths
  -b, -bindpath [NAME=]FOLDER  where files are looked for that sources name
  -bv, -bindvariable N=V       a value for !(wix.N)
  -d, -define N[=V]            a value for $(N)
  -i, -includepath FOLDER      where <?include?> looks
  -culture CULTURE             localizations to use, the most wanted first
  -loc FILE.wxl                a localization
  -src FILE                    a source, whatever its ending
  -ext NAME[/VERSION]|PATH     an extension: one that `wix extension add` got, or its .nupkg, folder or DLL
  -lib FILE.wixlib             a library, of which comes along what is referred to
  -dcl LEVEL                   compression of cabinets that do not say: none, low, medium, high or mszip [default: medium]
  -compressioneffort EFFORT    fast, balanced or max; a switch of this engine only [default: fast]
  -sw[NNNN]                    leave out warning NNNN, or all
  -wx[NNNN]                    take warning NNNN, or all, for an error
  -pedantic                    take for an error what WiX lets through and Windows would trip over
  -bcgg                        GUIDs of components with registry key paths as WiX 3 made them
  -compat 6|7                  the WiX whose tables are made [default: the setting `compat`, else 6]
  @FILE                        switches from a file, split at white space, with \" for quotes
Taken and without effect here: -nologo, -v, -pdbtype, -pdb, -intermediatefolder, -cabthreads/-ct, -cabcache/-cc,
-resetacls, -trackingfile";

/// What the arguments ask for.
#[derive(Debug)]
pub enum Parsed {
    /// To be told the switches.
    Help,
    /// To build.
    Build(Box<Switches>),
}

/// A build.
#[derive(Debug)]
pub struct Switches {
    /// The path of the package or library.
    pub output: PathBuf,
    /// Whether a library is made; as the output's name says where nothing else does.
    pub is_library: bool,
    /// Whether files go into the library.
    pub bind_files: bool,
    /// What `-outputtype` says.
    output_type: Option<bool>,
    arch: Arch,
    sources: Vec<PathBuf>,
    libraries: Vec<PathBuf>,
    extensions: Vec<String>,
    extension_libraries: Vec<PathBuf>,
    localizations: Vec<PathBuf>,
    cultures: Vec<String>,
    defines: BTreeMap<String, String>,
    include_paths: Vec<PathBuf>,
    bind_paths: Vec<BindPath>,
    bind_variables: BTreeMap<String, String>,
    compression: Compression,
    effort: Effort,
    suppressed: Warnings,
    fatal: Warnings,
    pedantic: bool,
    legacy_registry_guids: bool,
    compat: Option<Compat>,
    /// What there is to say of the arguments.
    notes: Vec<Diagnostic>,
}

/// Warnings by number.
#[derive(Debug, Default)]
struct Warnings {
    all: bool,
    numbers: BTreeSet<String>,
}

impl Warnings {
    /// Adds the digits after `-sw` or `-wx`.
    fn add(&mut self, digits: &str) -> Option<()> {
        match digits {
            "" => self.all = true,
            _ => drop(self.numbers.insert(format!("WIX{:04}", digits.parse::<u32>().ok()?))),
        }
        Some(())
    }

    fn has(&self, diagnostic: &Diagnostic) -> bool {
        self.all || self.numbers.contains(&diagnostic.code)
    }
}

/// What a switch takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Value,
    Nothing,
}

/// Every switch with its other names; what stands first is what [`parse`] goes by.
const SWITCHES: [(&[&str], Takes); 27] = [
    (&["arch", "platform"], Takes::Value),
    (&["o", "out"], Takes::Value),
    (&["b", "bindpath"], Takes::Value),
    (&["bv", "bindvariable"], Takes::Value),
    (&["d", "define"], Takes::Value),
    (&["i", "includepath"], Takes::Value),
    (&["culture"], Takes::Value),
    (&["loc"], Takes::Value),
    (&["src"], Takes::Value),
    (&["ext"], Takes::Value),
    (&["lib"], Takes::Value),
    (&["outputtype"], Takes::Value),
    (&["nologo", "-nologo"], Takes::Nothing),
    (&["bindfiles", "bf"], Takes::Nothing),
    (&["resetacls"], Takes::Nothing),
    (&["trackingfile"], Takes::Value),
    (&["v", "verbose"], Takes::Nothing),
    (&["pedantic"], Takes::Nothing),
    (&["bcgg"], Takes::Nothing),
    (&["compat"], Takes::Value),
    (&["pdbtype"], Takes::Value),
    (&["pdb"], Takes::Value),
    (&["intermediatefolder"], Takes::Value),
    (&["dcl", "defaultcompressionlevel"], Takes::Value),
    (&["compressioneffort"], Takes::Value),
    (&["cabthreads", "ct"], Takes::Value),
    (&["cabcache", "cc"], Takes::Value),
];

fn usage(message: impl ToString) -> Failure {
    Failure::new(Exit::Usage, "wix::switch", message.to_string())
        .help("`cargo xtask wix build -h` lists the switches")
}

/// Parses what stands after `wix`.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(arguments: &[OsString]) -> Outcome<Parsed> {
    let mut words = Vec::new();
    for argument in arguments {
        let text =
            argument.to_str().ok_or_else(|| usage(format!("`{}` is not Unicode", argument.display())))?;
        match text.strip_prefix('@') {
            Some(file) => words.extend(response::words(Path::new(file))?),
            None => words.push(text.to_owned()),
        }
    }
    let mut words = words.into_iter();
    let is_help = |word: &str| ["-h", "-?", "-help", "--help"].contains(&word);
    match words.next().as_deref() {
        Some("build") => {}
        None => return Ok(Parsed::Help),
        Some(word) if is_help(word) => return Ok(Parsed::Help),
        Some(other) => {
            return Err(usage(format!(
                "a file of switches is one for `build`, and this one begins with `{other}`"
            )));
        }
    }
    let mut switches = Switches {
        output: PathBuf::new(),
        is_library: false,
        bind_files: false,
        output_type: None,
        arch: Arch::X86,
        sources: Vec::new(),
        libraries: Vec::new(),
        extensions: Vec::new(),
        extension_libraries: Vec::new(),
        localizations: Vec::new(),
        cultures: Vec::new(),
        defines: BTreeMap::new(),
        include_paths: Vec::new(),
        bind_paths: Vec::new(),
        bind_variables: BTreeMap::new(),
        compression: Compression::default(),
        effort: Effort::default(),
        suppressed: Warnings::default(),
        fatal: Warnings::default(),
        pedantic: false,
        legacy_registry_guids: false,
        compat: None,
        notes: Vec::new(),
    };
    while let Some(word) = words.next() {
        if is_help(&word) {
            return Ok(Parsed::Help);
        }
        let Some(name) = word.strip_prefix('-') else {
            switches.file(&word)?;
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let Some((names, takes)) = SWITCHES.iter().find(|(names, _)| names.contains(&lower.as_str())) else {
            switches.warnings(&lower).ok_or_else(|| unknown(&word))?;
            continue;
        };
        let value = match takes {
            Takes::Nothing => {
                switches.pedantic |= names[0] == "pedantic";
                switches.bind_files |= names[0] == "bindfiles";
                switches.legacy_registry_guids |= names[0] == "bcgg";
                continue;
            }
            Takes::Value => words.next().ok_or_else(|| usage(format!("`{word}` needs a value")))?,
        };
        switches.switch(names[0], &value)?;
    }
    // what MSBuild says for none
    if let [culture] = switches.cultures.as_slice()
        && culture.eq_ignore_ascii_case("null")
    {
        switches.cultures.clear();
    }
    if switches.sources.is_empty() {
        return Err(usage("no source: name at least one .wxs file".to_owned()));
    }
    switches.is_library = switches.output_type.unwrap_or(switches.ending().as_deref() == Some("wixlib"));
    if switches.output.as_os_str().is_empty() {
        let ending = if switches.is_library { "wixlib" } else { "msi" };
        let named = switches.sources[0].with_extension(ending);
        switches.output = named.file_name().map(PathBuf::from).unwrap_or_default();
    }
    let shown = switches.output.display();
    match (switches.ending().as_deref(), switches.is_library) {
        (Some("wixlib"), false) => {
            let message = format!("`-o {shown}`: a package is to be made, and not a library");
            return Err(usage(message).help("name a .msi file, or use `-outputtype library`"));
        }
        (Some(ending @ ("msm" | "msp" | "exe" | "wixipl")), _) => {
            let message =
                format!("`-o {shown}`: the embedded engine makes .msi packages and .wixlib libraries");
            let help = format!("name a .msi or .wixlib file, or build the .{ending} with WiX itself");
            return Err(usage(message).help(help));
        }
        (Some("msi"), true) => {
            let message = format!("`-o {shown}`: a library is to be made, and not a package");
            return Err(usage(message).help("name a .wixlib file, or leave out `-outputtype library`"));
        }
        _ => {}
    }
    Ok(Parsed::Build(Box::new(switches)))
}

fn intermediate(file: &str) -> Failure {
    let message = format!("`{file}`: the embedded engine reads sources and libraries only");
    usage(message).help("name the .wxs or .wixlib files, or use WiX itself")
}

fn unknown(word: &str) -> Failure {
    let name = word.trim_start_matches('-');
    let near = meant(name, SWITCHES.iter().flat_map(|(names, _)| names.iter().copied()));
    let failure = usage(format!("unknown switch `{word}`"));
    match near.filter(|_| name.len() > 2) {
        Some(near) => failure.help(format!("did you mean `-{near}`?")),
        None => failure,
    }
}

impl Switches {
    /// The ending of the output's name, lower-case.
    fn ending(&self) -> Option<String> {
        Some(self.output.extension()?.to_str()?.to_ascii_lowercase())
    }

    /// A path on the command line, as Windows would find it.
    fn path(&mut self, path: &str) -> PathBuf {
        let path = native(path);
        let found = find(&path).unwrap_or_else(|| path.clone());
        self.notes.extend(note(&path, &found, None));
        found
    }

    fn file(&mut self, word: &str) -> Outcome {
        let path = self.path(word);
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("wxl") => self.localizations.push(path),
            Some("wixlib") => self.libraries.push(path),
            Some("wixipl" | "wixobj") => return Err(intermediate(word)),
            _ => self.sources.push(path),
        }
        Ok(())
    }

    fn warnings(&mut self, name: &str) -> Option<()> {
        let digits =
            |prefix: [&str; 2]| prefix.iter().find_map(|prefix| name.strip_prefix(prefix)).map(str::to_owned);
        if let Some(digits) = digits(["suppresswarning", "sw"]) {
            return self.suppressed.add(&digits);
        }
        self.fatal.add(&digits(["warningaserror", "wx"])?)
    }

    fn switch(&mut self, name: &str, value: &str) -> Outcome {
        let pair = || value.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        match name {
            "arch" => self.arch = value.parse().map_err(usage)?,
            "o" => self.output = native(value),
            "b" => {
                let path = match pair() {
                    Some((name, path)) => BindPath { name: Some(name), folder: self.path(&path) },
                    None => BindPath { name: None, folder: self.path(value) },
                };
                if path.folder.is_file() {
                    return Err(usage(format!("`-b {value}` names a file; expected a folder")));
                }
                self.bind_paths.push(path);
            }
            "bv" => {
                let (name, text) =
                    pair().ok_or_else(|| usage(format!("`-bv {value}`: expected NAME=VALUE")))?;
                if self.bind_variables.insert(name.clone(), text).is_some() {
                    return Err(usage(format!("the bind variable `{name}` is given twice")));
                }
            }
            "d" => {
                let (name, text) = pair().unwrap_or_else(|| (value.to_owned(), String::new()));
                let name = name.strip_prefix("var.").unwrap_or(&name).to_owned();
                if self.defines.insert(name.clone(), text).is_some() {
                    return Err(usage(format!("the variable `{name}` is defined twice")));
                }
            }
            "i" => {
                let path = self.path(value);
                self.include_paths.push(path);
            }
            "compat" => self.compat = Some(value.parse().map_err(usage)?),
            "culture" => self.cultures.push(value.to_owned()),
            "loc" => {
                let path = self.path(value);
                self.localizations.push(path);
            }
            "src" => {
                let path = self.path(value);
                self.sources.push(path);
            }
            "dcl" => self.compression = value.parse().map_err(usage)?,
            "compressioneffort" => self.effort = value.parse().map_err(usage)?,
            "lib" => {
                let path = self.path(value);
                self.libraries.push(path);
            }
            "ext" => {
                let found = extension::find(value)?;
                self.extensions.push(found.name);
                self.extension_libraries.push(found.path);
            }
            "outputtype" => match value.to_ascii_lowercase().as_str() {
                "package" | "product" => self.output_type = Some(false),
                "library" => self.output_type = Some(true),
                _ => {
                    let message =
                        format!("`-outputtype {value}`: the embedded engine makes packages and libraries");
                    return Err(usage(message));
                }
            },
            _ => {}
        }
        Ok(())
    }

    /// How a build that failed ends: a file that the command line names and that is not there is a missing input, anything
    /// else the sources' fault.
    #[must_use]
    pub fn blame(&self) -> Exit {
        let mut named = [&self.sources, &self.libraries, &self.localizations].into_iter().flatten();
        if named.any(|path| !path.is_file()) { Exit::Input } else { Exit::Compile }
    }

    /// The request to the engine.
    #[must_use]
    pub fn request(
        &self,
        setting: Compat,
        current_dir: PathBuf,
        timestamp: i64,
        threads: NonZeroUsize,
    ) -> Request {
        let mut bind_paths = self.bind_paths.clone();
        // WiX looks in the current folder last
        bind_paths.push(BindPath { name: None, folder: PathBuf::new() });
        Request {
            sources: self.sources.clone(),
            libraries: self.libraries.clone(),
            extension_libraries: self.extension_libraries.clone(),
            localizations: self.localizations.clone(),
            cultures: self.cultures.clone(),
            extensions: self.extensions.clone(),
            preprocess: Options {
                defines: self.defines.clone(),
                include_paths: self.include_paths.clone(),
                environment: std::env::vars_os()
                    .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                    .collect(),
                arch: self.arch,
                current_dir,
                timestamp,
                compat: self.compat.unwrap_or(setting),
            },
            bind_paths,
            bind_variables: self.bind_variables.clone(),
            timestamp,
            application: concat!("ANCM installer ", env!("CARGO_PKG_VERSION")).to_owned(),
            compression: self.compression,
            effort: self.effort,
            threads,
            legacy_registry_guids: self.legacy_registry_guids,
        }
    }

    /// Whether a warning is to be an error: codes of our own are of what WiX lets through.
    fn is_fatal(&self, diagnostic: &Diagnostic) -> bool {
        self.fatal.has(diagnostic) || (self.pedantic && diagnostic.code.starts_with("wix::"))
    }

    /// Findings as `-sw` and `-wx` want them.
    #[must_use]
    pub fn filter(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut diagnostics = [self.notes.clone(), found].concat();
        diagnostics.retain(|d| d.severity != Severity::Warning || !self.suppressed.has(d));
        for diagnostic in
            diagnostics.iter_mut().filter(|d| d.severity == Severity::Warning && self.is_fatal(d))
        {
            diagnostic.severity = Severity::Error;
        }
        diagnostics
    }
}
