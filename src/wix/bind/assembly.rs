//! The names of assemblies, as MsiAssemblyName has them
//! (<https://learn.microsoft.com/windows/win32/msi/msiassemblyname-table>).

use super::{BoundFile, Content};
use crate::diag::Diagnostic;
use crate::pe::{AssemblyIdentity, Image, assembly};
use crate::report::Report;
use crate::symbol::{Assembly, Field, Id, Kind, Symbol, fields};
use std::collections::BTreeMap;

/// What goes wrong with an assembly: WiX's number, what, and what to do.
type Problem = (u16, String, &'static str);

/// Adds the names of `assemblies`, which are files by id; a name that a source gives is replaced by the file's own.
pub(super) fn names(
    symbols: &mut Vec<Symbol>,
    files: &mut BTreeMap<String, BoundFile>,
    assemblies: &[(String, Assembly)],
    report: &Report,
) {
    for (id, assembly) in assemblies {
        let Some(file) = files.get(id) else { continue };
        let pairs = if assembly.is_dotnet { of_dotnet(file, assembly) } else { of_manifest(files, assembly) };
        match pairs {
            Ok(pairs) => {
                pairs.iter().for_each(|(name, value)| set(symbols, file, name, value.clone()));
                if let Some(file) = files.get_mut(id) {
                    file.names = pairs;
                }
            }
            Err((number, message, help)) => {
                let number = format!("WIX{number:04}");
                report.push(Diagnostic::error(number, message).at(&file.at).help(help));
            }
        }
    }
}

fn set(symbols: &mut Vec<Symbol>, file: &BoundFile, name: &str, value: String) {
    let id = format!("{}/{name}", file.component);
    let known = symbols.iter_mut().find_map(|symbol| match &mut symbol.kind {
        Kind::Row { table, fields } if table == "MsiAssemblyName" => {
            symbol.id.as_ref().filter(|known| known.name == id).map(|_| fields)
        }
        _ => None,
    });
    match known {
        Some(fields) => fields[2] = Field::Text(value),
        None => {
            let kind = Kind::row("MsiAssemblyName", fields![&file.component, name, value]);
            symbols.push(Symbol { id: Some(Id::section(id)), at: file.at.clone(), kind });
        }
    }
}

fn of_dotnet(file: &BoundFile, assembly: &Assembly) -> Result<Vec<(&'static str, String)>, Problem> {
    let invalid = |why: &dyn std::fmt::Display| {
        let message = format!("`{}` is no assembly of .NET: {why}", file.name);
        (132, message, "leave out `Assembly`, or package the right file")
    };
    let bytes = file.content.read().map_err(|error| invalid(&error))?;
    let own_version = file.contents.version.map(|version| version.to_string());
    let pairs = dotnet_names(&bytes, own_version.as_deref()).map_err(|error| invalid(&error))?;
    let name = pairs.first().map_or("", |(_, name)| name.as_str());
    let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
    if !assembly.is_private && !stem.eq_ignore_ascii_case(name) {
        let message = format!("file `{}` is named unlike its assembly, `{name}`", file.name);
        return Err((299, message, "the global assembly cache wants the same name; rename the file"));
    }
    if !assembly.is_private && !pairs.iter().any(|(name, _)| *name == TOKEN) {
        let message =
            format!("assembly `{}` has no strong name, and is to go to the global assembly cache", file.name);
        return Err((
            282,
            message,
            "sign it, or name the program that it belongs to in `AssemblyApplication`",
        ));
    }
    Ok(pairs)
}

/// The kind of name that only assemblies with a strong one have.
pub(crate) const TOKEN: &str = "publicKeyToken";

/// Why a file is no assembly of .NET.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDotnet {
    /// It is no image, or broken.
    #[error(transparent)]
    Image(#[from] crate::pe::Error),
    /// An image of something else.
    #[error("it has no metadata")]
    NoMetadata,
}

/// What the assembly of .NET with these `bytes` is called, its own name first; `own_version` is the file's.
///
/// # Errors
/// Why it is none.
pub(crate) fn dotnet_names(
    bytes: &[u8],
    own_version: Option<&str>,
) -> Result<Vec<(&'static str, String)>, NotDotnet> {
    let image = Image::parse(bytes)?;
    let view = image.native();
    let identity = view.assembly()?;
    let identity = identity.ok_or(NotDotnet::NoMetadata)?;
    let culture = if identity.culture.is_empty() { "neutral".to_owned() } else { identity.culture.clone() };
    let mut pairs = vec![
        ("name", identity.name.clone()),
        ("culture", culture),
        ("version", version(&identity, own_version)),
    ];
    if let Some(architecture) = architecture(&identity, view.headers().is_pe32_plus) {
        pairs.push(("processorArchitecture", architecture.to_owned()));
    }
    if let Some(token) = &identity.public_key_token {
        pairs.push((TOKEN, token.iter().map(|byte| format!("{byte:02X}")).collect()));
    }
    pairs.extend(own_version.map(|version| ("fileVersion", version.to_owned())));
    Ok(pairs)
}

/// Whether the assembly is one of .NET Framework 1.0 or 1.1.
fn is_first_framework(identity: &AssemblyIdentity) -> bool {
    identity.runtime == (2, 0)
}

/// The version; for .NET Framework 1 as long as the file's, or Windows Installer compares them wrongly.
fn version(identity: &AssemblyIdentity, file: Option<&str>) -> String {
    let version = identity.version.map(|number| number.to_string()).join(".");
    let missing = file.map_or(0, |file| file.len().saturating_sub(version.len()));
    match version.rsplit_once('.') {
        Some((before, last)) if is_first_framework(identity) && missing > 0 => {
            format!("{before}.{}{last}", "0".repeat(missing))
        }
        _ => version,
    }
}

fn architecture(identity: &AssemblyIdentity, is_pe32_plus: bool) -> Option<&'static str> {
    if is_pe32_plus {
        Some("AMD64")
    } else if identity.flags & assembly::REQUIRES_32_BIT != 0 {
        Some("x86")
    } else if is_first_framework(identity) {
        None
    } else if identity.flags & assembly::IL_ONLY != 0 {
        Some("MSIL")
    } else {
        Some("x86")
    }
}

/// What the manifest of a side-by-side assembly says
/// (<https://learn.microsoft.com/windows/win32/sbscs/assembly-manifests>).
fn of_manifest(
    files: &BTreeMap<String, BoundFile>,
    assembly: &Assembly,
) -> Result<Vec<(&'static str, String)>, Problem> {
    const NAMES: [&str; 5] = ["name", "version", "type", "processorArchitecture", "publicKeyToken"];
    const MOST: u64 = 16 << 20;
    let id = assembly.manifest.as_deref().unwrap_or_default();
    let Some(BoundFile { content, contents, name, .. }) = files.get(id) else {
        let message = format!("the manifest `{id}` of a side-by-side assembly is not in the package");
        return Err((272, message, "add its `File`"));
    };
    let shown = match content {
        Content::File(path) => path.display().to_string(),
        Content::Bytes(_) | Content::Stored(_) => name.clone(),
    };
    let unreadable = |why: String| (104, format!("`{shown}` is not a valid manifest: {why}"), "correct it");
    if contents.size > MOST {
        return Err(unreadable(format!("it is larger than {} MiB", MOST >> 20)));
    }
    let bytes = content.read().map_err(|error| unreadable(error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = roxmltree::Document::parse(text).map_err(|error| unreadable(error.to_string()))?;
    let root = document.root_element();
    let identity = root.children().find(|node| node.tag_name().name() == "assemblyIdentity");
    let Some(identity) = identity.filter(|_| root.tag_name().name() == "assembly") else {
        let message = format!("the manifest `{shown}` has no `assembly/assemblyIdentity`");
        return Err((238, message, "add it"));
    };
    let pair = |name: &'static str| Some((name, identity.attribute(name)?.to_owned()));
    Ok(NAMES.into_iter().filter_map(pair).filter(|(_, value)| !value.is_empty()).collect())
}
