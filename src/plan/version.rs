//! Which version packages have.

use super::{Inputs, Origin, Sourced, highest};
use crate::diag::Diagnostic;
use crate::id::{FileVersion, ProductVersion, VersionError};
use crate::ledger::Ledger;
use crate::product::VersionPolicy;

/// The version of a package with DLLs of version `file`: its first three fields; or by Microsoft's rule for modules that
/// are built with the .NET runtime, `1` before the version of the runtime, and the runtime's major number is the DLLs'
/// less 10. So 18.0.x has 18.0.x, and 20.0.x has 110.0.x.
///
/// A package that took the DLLs' 20.0.x would be older than every package of 10.0 that Microsoft has shipped, and
/// refused where one is installed; and the module picks the highest folder where `web.config` names none.
///
/// # Errors
/// Windows Installer cannot hold the version.
pub fn product_version(policy: VersionPolicy, file: FileVersion) -> Result<ProductVersion, VersionError> {
    let [major, minor, build, _] = file.0;
    match major.checked_sub(10) {
        Some(runtime) if policy == VersionPolicy::Runtime => format!("1{runtime}.{minor}.{build}"),
        _ => format!("{major}.{minor}.{build}"),
    }
    .parse()
}

/// The version that DLLs have in packages of version `product`, for those who make the DLLs: the reverse of
/// [`product_version`], with 0 in the fourth field.
#[must_use]
pub fn default_file_version(policy: VersionPolicy, product: ProductVersion) -> FileVersion {
    let [major, minor, build] = product.compared();
    let text = major.to_string();
    let runtime = text.strip_prefix('1').filter(|_| policy == VersionPolicy::Runtime);
    let runtime: Option<u16> = runtime.and_then(|runtime| runtime.parse().ok());
    FileVersion([runtime.map_or(major, |runtime| runtime + 10), minor, build, 0])
}

/// The version of the packages, with warnings about the payload's.
pub(super) fn of_packages(
    inputs: &Inputs,
    ledger: &Ledger,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Sourced<ProductVersion>, Box<Diagnostic>> {
    let payload = &inputs.payload;
    let Some((file_version, path)) = highest(payload) else {
        let message = "no DLL of the payload has a version";
        return Err(Diagnostic::error("plan::version", message).help("name one with `--version`").into());
    };
    let others: Vec<String> = payload
        .files
        .values()
        .filter_map(|file| Some((file, file.version?)))
        .filter(|(_, version)| *version != file_version)
        .map(|(file, version)| format!("`{}` has {version}", file.path))
        .collect();
    if !others.is_empty() {
        let message = format!(
            "the payload's DLLs have different versions: `{path}` has {file_version}, {}",
            others.join(", ")
        );
        warnings
            .push(Diagnostic::warning("plan::mixed_versions", message).help("take all files from one build"));
    }
    // T3: a file of a lower version than the installed one stays out, and its component is not even written
    let shipped = ledger.highest_shipped.iter().find(|shipped| shipped.0[..2] == file_version.0[..2]);
    if let Some(shipped) = shipped.filter(|shipped| **shipped > file_version && !payload.is_stand_in()) {
        let message = format!("`{path}` has version {file_version}, and {shipped} has shipped");
        let help = "machines with the later one refuse this package as a downgrade; take a later payload";
        warnings.push(Diagnostic::warning("plan::older_than_shipped", message).help(help));
    }
    let derived = product_version(inputs.product.version, file_version).map_err(|error| {
        let message = format!(
            "`{path}` has version {file_version}, from which no version of a package follows: {error}"
        );
        Box::new(Diagnostic::error("plan::version", message).help("name one with `--version`"))
    });
    match (&inputs.version, derived) {
        (Some(given), derived) => {
            if given.value.has_fourth_field() {
                let message =
                    format!("Windows Installer ignores the fourth field of the version {}", given.value);
                let help = "packages that differ in it alone count as one version, and neither replaces the other as the \
                            newer one; change one of the first three";
                warnings.push(Diagnostic::warning("plan::fourth_field", message).help(help));
            }
            if let Some(derived) =
                derived.as_ref().ok().filter(|derived| derived.compared() < given.value.compared())
                && !payload.is_stand_in()
            {
                let message = format!(
                    "the packages' version {} is above {derived}, which goes with DLLs of version {file_version}",
                    given.value
                );
                let help = "machines with it refuse Microsoft's next packages until those have a higher version; leave \
                            out `--version` for one that they replace";
                warnings.push(Diagnostic::warning("plan::version_ahead", message).help(help));
            }
            if let Some(derived) = derived.ok().filter(|derived| derived.compared() > given.value.compared())
            {
                let message = format!(
                    "the packages' version {} is below {derived}, which goes with DLLs of version {file_version}",
                    given.value
                );
                let help = "Microsoft's packages with the same DLLs count as newer, and are not replaced";
                warnings.push(Diagnostic::warning("plan::version", message).help(help));
            }
            Ok(given.clone())
        }
        (None, derived) => Ok(Sourced::new(derived?, Origin::Payload(path.to_owned()))),
    }
}
