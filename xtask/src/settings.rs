//! The settings: each is listed once, as the flag that it has; its key in `ancm.toml` and its variable in the environment
//! follow from its name.

use crate::payload::source::{PayloadParser, PayloadSource};
use crate::tool::linker::LinkerChoice;
use crate::tool::wix::eula::EulaId;
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, Flavour, ProductVersion, UnknownWord};
use ancm_installer::plan::{HandlerChoice, Origin, Sourced};
use ancm_installer::release::SignCommand;
use ancm_installer::wix::Compat;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::str::FromStr;

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
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        ValueEnum::from_str(text, true)
            .map_err(|_| UnknownWord::new(text, "an engine", "auto, embedded or wix"))
    }
}

/// A number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs(pub usize);

impl FromStr for Jobs {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let number = text.parse().ok().filter(|number| (1..=256).contains(number));
        number.map(Jobs).ok_or_else(|| UnknownWord::new(text, "a number of threads", "1 to 256"))
    }
}

/// Why a setting cannot have a value.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    /// None, where it takes several.
    #[error("expected at least one value")]
    None,
    /// None or several, where it takes one.
    #[error("expected one value, found {0}")]
    NotOne(usize),
    /// Neither text nor number in a file.
    #[error("expected a string, a whole number or an array of strings")]
    Kind,
    /// It is none of those that the setting knows.
    #[error("{0}")]
    Unknown(#[source] Box<dyn Error + Send + Sync>),
}

/// What a flag keeps: the values of a setting, or that nothing was said.
pub trait Given {
    /// The setting's values.
    type Values;
    /// What was said on the command line.
    fn given(&self) -> Option<Self::Values>;
    /// Reads what a file or the environment says.
    ///
    /// # Errors
    /// Values that the setting cannot have.
    fn read(texts: &[&str]) -> Result<Self::Values, ValueError>;
}

fn read<T: FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> Result<T, ValueError> {
    text.parse().map_err(|error| ValueError::Unknown(Box::new(error)))
}

impl<T: Clone + FromStr<Err: Error + Send + Sync + 'static>> Given for Option<T> {
    type Values = T;
    fn given(&self) -> Option<T> {
        self.clone()
    }
    fn read(texts: &[&str]) -> Result<T, ValueError> {
        match texts {
            [text] => read(text),
            _ => Err(ValueError::NotOne(texts.len())),
        }
    }
}

impl<T: Clone + FromStr<Err: Error + Send + Sync + 'static>> Given for Vec<T> {
    type Values = Vec<T>;
    fn given(&self) -> Option<Vec<T>> {
        (!self.is_empty()).then(|| self.clone())
    }
    fn read(texts: &[&str]) -> Result<Vec<T>, ValueError> {
        match texts {
            [] => Err(ValueError::None),
            _ => texts.iter().map(|text| read(text)).collect(),
        }
    }
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ #[arg($($arg:tt)*)] $field:ident: $flag:ty,)*) => {
        /// The settings as flags.
        #[derive(Clone, Debug, Args)]
        #[command(disable_version_flag = true)]
        pub struct SettingFlags {
            $($(#[doc = $doc])+ #[arg($($arg)*)] pub $field: $flag,)*
        }

        /// What a source of settings says; nothing where it is silent.
        #[derive(Clone, Debug, Default)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: Option<Sourced<<$flag as Given>::Values>>,)*
        }

        /// The names of the fields.
        const FIELDS: &[&str] = &[$(stringify!($field)),*];

        impl SettingFlags {
            /// What the flags say.
            #[must_use]
            pub fn settings(&self) -> Settings {
                let origin = |field| Origin::Flag(format!("--{}", name(field)));
                Settings {
                    $($field: self.$field.given().map(|given| Sourced::new(given, origin(stringify!($field)))),)*
                }
            }
        }

        impl Settings {
            /// What stands here, and where nothing stands, what stands in `lower`.
            #[must_use]
            pub fn or(self, lower: Settings) -> Settings {
                Settings { $($field: self.$field.or(lower.$field),)* }
            }

            /// Takes the setting `name` from its texts; one that there is not changes nothing.
            ///
            /// # Errors
            /// Values that it cannot have.
            pub fn take(&mut self, name: &str, texts: &[&str], origin: Origin) -> Result<(), ValueError> {
                match name.replace('-', "_").as_str() {
                    $(stringify!($field) => {
                        self.$field = Some(Sourced::new(<$flag as Given>::read(texts)?, origin));
                    })*
                    _ => {}
                }
                Ok(())
            }
        }
    };
}

settings! {
    /// The product: a folder of wix/products [default: ancm]
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
    /// Processors to make packages for [default: x86,x64,arm64]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    arch: Vec<Arch>,
    /// Kinds of IIS to make packages for [default: iis,iisexpress]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    flavour: Vec<Flavour>,
    /// What Microsoft ships: a folder, a hosting bundle, an .msi, .nupkg, .zip or .cab, hosting-bundle@9.0.7, or an address
    /// with #sha512=HASH; several for several [default: stand-ins made here, for trying out only]
    #[arg(long, value_name = "SOURCE", value_parser = PayloadParser)]
    payload: Vec<PayloadSource>,
    /// Version of the packages [default: the one that goes with the payload]
    #[arg(long, value_name = "VERSION")]
    version: Option<ProductVersion>,
    /// Publisher in Apps & Features
    #[arg(long, value_name = "NAME")]
    manufacturer: Option<String>,
    /// What stands in the out-of-process handler's place in ARM64 packages: auto, forwarder, loader or loader-arm64ec
    /// [default: auto, what the payload needs]
    #[arg(long, value_name = "KIND")]
    handler: Option<HandlerChoice>,
    /// Folder for the packages [default: dist]
    #[arg(short, long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The command that signs a file, `{file}` in its place, or `{in}` as `{out}`; `${NAME}` is a variable of the environment,
    /// whose value is never shown [default: nothing is signed]
    #[arg(long, value_name = "COMMAND")]
    sign: Option<SignCommand>,
    /// How hard to look for a small package, where its cabinet is LZX: fast, balanced or max [default: fast]
    #[arg(long, value_name = "EFFORT")]
    compression_effort: Option<Effort>,
    /// Threads [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<Jobs>,
    /// What links the ARM64X DLLs [default: auto, which is rust-lld, and Visual C++ where that is missing]
    #[arg(long, value_enum, value_name = "LINKER")]
    linker: Option<LinkerChoice>,
    /// Folder of the Visual Studio, or of the version of Visual C++, to link with
    #[arg(long, value_name = "FOLDER")]
    msvc: Option<PathBuf>,
    /// What turns the authoring into packages [default: auto]
    #[arg(long, value_enum, value_name = "ENGINE")]
    engine: Option<EngineChoice>,
    /// The `wix` program to make the packages with, or its folder; asks for the engine `wix` [default: looked for]
    #[arg(long, value_name = "PATH")]
    wix: Option<PathBuf>,
    /// The WiX whose tables the embedded engine makes: 6 or 7 [default: that of `--cross-check`, else 6]
    #[arg(long, value_name = "VERSION")]
    compat: Option<Compat>,
    /// Accept the EULA of WiX 7 for this run: `wix7` (https://wixtoolset.org/osmf/)
    #[arg(long, value_name = "EULA")]
    accept_wix_eula: Option<EulaId>,
}

/// A setting that a file cannot have: it would be accepted for whoever clones the project.
pub const ACCEPT_WIX_EULA: &str = "accept-wix-eula";

/// The name of the setting in `field`.
fn name(field: &str) -> String {
    field.replace('_', "-")
}

/// Names of all settings.
pub fn names() -> impl Iterator<Item = String> {
    FIELDS.iter().map(|field| name(field))
}

/// Names of the settings that a file can have.
pub fn keys() -> impl Iterator<Item = String> {
    names().filter(|name| name != ACCEPT_WIX_EULA)
}

/// The environment variable of a setting.
#[must_use]
pub fn variable(name: &str) -> String {
    format!("ANCM_{}", name.to_uppercase().replace('-', "_"))
}

impl Settings {
    /// With paths that begin at `base`.
    #[must_use]
    pub fn below(mut self, base: &Path) -> Settings {
        for path in [&mut self.out, &mut self.msvc, &mut self.wix].into_iter().flatten() {
            path.value = base.join(&path.value);
        }
        if let Some(payload) = &mut self.payload {
            payload.value = std::mem::take(&mut payload.value).into_iter().map(|it| it.below(base)).collect();
        }
        self
    }
}
