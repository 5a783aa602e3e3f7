//! What stands in the out-of-process handler's place in the ARM64 packages: a forwarder or the loader.

use super::{Inputs, Origin};
use crate::diag::Diagnostic;
use crate::id::{Arch, Dll, Role, UnknownWord};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// What an ARM64X DLL of ours does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Windows' loader resolves it to the module behind.
    Forwarder,
    /// Code loads the module behind, and calls it; x64 code for x64 processes.
    Loader,
    /// The same with ARM64EC code for x64 processes.
    #[serde(rename = "loader-arm64ec")]
    LoaderArm64Ec,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Forwarder => "forwarder",
            Kind::Loader => "loader",
            Kind::LoaderArm64Ec => "loader-arm64ec",
        })
    }
}

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandlerChoice {
    /// What the payload needs.
    #[default]
    Auto,
    /// A forwarder.
    Forwarder,
    /// The loader.
    Loader,
    /// The loader with ARM64EC code.
    #[serde(rename = "loader-arm64ec")]
    LoaderArm64Ec,
}

impl FromStr for HandlerChoice {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<HandlerChoice, UnknownWord> {
        match text {
            "auto" => Ok(HandlerChoice::Auto),
            "forwarder" => Ok(HandlerChoice::Forwarder),
            "loader" => Ok(HandlerChoice::Loader),
            "loader-arm64ec" => Ok(HandlerChoice::LoaderArm64Ec),
            _ => {
                let expected = "auto, forwarder, loader or loader-arm64ec";
                Err(UnknownWord::new(text, "a kind of handler", expected))
            }
        }
    }
}

/// The kind of the handler's DLL, and why.
pub(super) fn choose(inputs: &Inputs, warnings: &mut Vec<Diagnostic>) -> (Kind, String) {
    let (needed, why) = needed(inputs);
    let asked = match inputs.handler.value {
        HandlerChoice::Auto => return (needed, why),
        HandlerChoice::Forwarder => Kind::Forwarder,
        HandlerChoice::Loader => Kind::Loader,
        HandlerChoice::LoaderArm64Ec => Kind::LoaderArm64Ec,
    };
    if asked == Kind::Forwarder && needed == Kind::Loader {
        let message = format!("a forwarder as handler may fail with this payload: {why}");
        let help =
            "out-of-process applications would answer with HTTP 500; leave out `--handler`, or take `loader`";
        warnings.push(Diagnostic::warning("plan::handler", message).help(help));
    }
    let origin = match &inputs.handler.origin {
        Origin::Default => "built in".to_owned(),
        origin => format!("{origin} asks for it"),
    };
    (asked, origin)
}

/// What the payload needs. The loader is right with every payload, so it is what is taken where nothing can be told.
fn needed(inputs: &Inputs) -> (Kind, String) {
    let file = |arch| inputs.payload.files.get(&Role::Dll(Dll::Module, arch));
    let (Some(x64), Some(arm64)) = (file(Arch::X64), file(Arch::Arm64)) else {
        return (Kind::Loader, "the payload lacks the module, so nothing can be told".to_owned());
    };
    if !x64.searches_handler_folder {
        let why = format!(
            "`{}` was not found to pass LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR when it loads the handler (before September \
             2025 it did not), and without it a forwarder's target is not found",
            x64.path
        );
        return (Kind::Loader, why);
    }
    if x64.version != arm64.version {
        let why = format!(
            "`{}` loads the handler so that a forwarder would do, and `{}` is of another version, of which this \
             cannot be told",
            x64.path, arm64.path
        );
        return (Kind::Loader, why);
    }
    let why = format!("`{}` loads the handler with LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR", x64.path);
    (Kind::Forwarder, why)
}
