//! Manifests for winget: three files for each kind of IIS, with what the packages themselves say
//! (<https://learn.microsoft.com/windows/package-manager/package/manifest>).

use super::{Release, Subject};
use crate::diag::Diagnostic;
use crate::id::{Arch, Flavour};
use crate::release::PackageEntry;
use std::fmt::Write;

/// The form that is written, and that the published schema of the same version describes.
pub const VERSION: &str = "1.10.0";

/// The languages of packages, as Windows numbers them, and as winget names them.
const LANGUAGES: [(u16, &str); 1] = [(1033, "en-US")];

/// The manifests of all packages, by path; the packages lie behind `url`, which their names are put after.
///
/// # Errors
/// Something is not what the form allows; the message says what to change.
pub(super) fn manifests(release: &Release, url: &str) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    for flavour in Flavour::ALL {
        let packages: Vec<_> = release.packages().filter(|(package, _)| package.flavour == flavour).collect();
        let Some((first, subject)) = packages.first() else { continue };
        let id = identifier(release, first);
        let name = first.product_name.as_str();
        let publisher = subject.manufacturer.as_str();
        check(
            "PackageIdentifier",
            &id,
            is_identifier(&id),
            "parts of 1 to 32 characters without blanks, 2 to 8 of them, points between",
            &mut findings,
        );
        for (field, text) in [("PackageName", name), ("Publisher", publisher)] {
            let fits = (2..=256).contains(&text.chars().count());
            check(field, text, fits, "2 to 256 characters", &mut findings);
        }
        let is_address = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
        let longest = packages.iter().map(|(package, _)| url.len() + package.file.len()).max().unwrap_or(0);
        check(
            "InstallerUrl",
            url,
            is_address && longest <= 2048,
            "an address that begins with https://, of up to 2048 characters",
            &mut findings,
        );
        let language = LANGUAGES.iter().find(|(number, _)| *number == subject.language);
        let Some((_, locale)) = language else {
            let found = subject.language.to_string();
            check(
                "InstallerLocale",
                &found,
                false,
                "1033, the one language that is known here",
                &mut findings,
            );
            continue;
        };
        let head = format!(
            "PackageIdentifier: {}\nPackageVersion: {}\n",
            quoted(&id),
            quoted(&release.manifest.version.to_string())
        );
        let folder = format!("winget/{id}");
        manifests.push((format!("{folder}/{id}.yaml"), version(&head, locale)));
        manifests.push((
            format!("{folder}/{id}.installer.yaml"),
            installers(release, &head, locale, &packages, url),
        ));
        manifests.push((
            format!("{folder}/{id}.locale.{locale}.yaml"),
            default_locale(&head, locale, publisher, name),
        ));
    }
    if findings.is_empty() { Ok(manifests) } else { Err(findings) }
}

fn check(field: &str, found: &str, fits: bool, expected: &str, findings: &mut Vec<Diagnostic>) {
    if !fits {
        let message = format!("winget's `{field}` cannot be `{found}`: expected {expected}");
        findings.push(Diagnostic::error("winget::field", message).help(
            "`--winget-id PUBLISHER` says what stands before the packages' names, `--url` where they are, and `dist --manufacturer` who publishes them",
        ));
    }
}

/// The publisher's part, and the package's own name without its processor and version.
fn identifier(release: &Release, package: &PackageEntry) -> String {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let publisher = release.winget_id.clone().unwrap_or_else(|| letters(release.manufacturer()));
    let ends = [format!("_{}_", package.arch), format!("_{}", release.manifest.version)];
    let own = ends.iter().find_map(|end| package.file.split_once(end)).map_or(&*package.file, |(own, _)| own);
    format!("{publisher}.{own}")
}

fn is_identifier(id: &str) -> bool {
    let parts: Vec<&str> = id.split('.').collect();
    let good = |c: char| !c.is_whitespace() && !c.is_control() && !"\\/:*?\"<>|".contains(c);
    let fits = |part: &&str| (1..=32).contains(&part.chars().count()) && part.chars().all(good);
    (2..=8).contains(&parts.len()) && parts.iter().all(fits) && id.len() <= 128
}

fn schema(kind: &str) -> String {
    format!("# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{VERSION}.schema.json\n")
}

fn tail(kind: &str) -> String {
    format!("ManifestType: {kind}\nManifestVersion: {VERSION}\n")
}

fn version(head: &str, locale: &str) -> String {
    format!("{}{head}DefaultLocale: {locale}\n{}", schema("version"), tail("version"))
}

fn installers(
    release: &Release,
    head: &str,
    locale: &str,
    packages: &[(&PackageEntry, &Subject)],
    url: &str,
) -> String {
    let mut text = schema("installer") + head;
    writeln!(text, "InstallerLocale: {locale}\nInstallerType: wix\nScope: machine")
        .expect("a string takes it");
    text.push_str("InstallModes:\n- interactive\n- silent\n- silentWithProgress\n");
    text.push_str("UpgradeBehavior: install\nElevationRequirement: elevationRequired\nInstallers:\n");
    for (package, subject) in packages {
        let arch = match package.for_machines() {
            Arch::X86 => "x86",
            Arch::X64 => "x64",
            Arch::Arm64 => "arm64",
        };
        let code = quoted(&package.product_code.to_string());
        writeln!(
            text,
            "- Architecture: {arch}\n  InstallerUrl: {}\n  InstallerSha256: {}\n  ProductCode: {code}",
            quoted(&format!("{url}{}", package.file)),
            package.sha256.to_uppercase(),
        )
        .expect("a string takes it");
        writeln!(
            text,
            "  AppsAndFeaturesEntries:\n  - DisplayName: {}\n    Publisher: {}\n    DisplayVersion: {}\n    ProductCode: {code}\n    UpgradeCode: {}",
            quoted(&package.product_name),
            quoted(&subject.manufacturer),
            quoted(&release.manifest.version.to_string()),
            quoted(&package.upgrade_code.to_string()),
        )
        .expect("a string takes it");
    }
    text + &tail("installer")
}

fn default_locale(head: &str, locale: &str, publisher: &str, name: &str) -> String {
    let mut text = schema("defaultLocale") + head;
    writeln!(
        text,
        "PackageLocale: {locale}\nPublisher: {}\nPackageName: {}\nLicense: {}\nShortDescription: {}",
        quoted(publisher),
        quoted(name),
        quoted("shown by the package"),
        quoted(&format!("Installer of {name}")),
    )
    .expect("a string takes it");
    text + &tail("defaultLocale")
}

/// A scalar of YAML in double quotes (<https://yaml.org/spec/1.2.2/#731-double-quoted-style>).
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => write!(quoted, "\\u{:04x}", u32::from(c)).expect("a string takes it"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
