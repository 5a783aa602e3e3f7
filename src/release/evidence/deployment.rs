//! For those who install on many machines: the commands, and what Intune and Group Policy ask.

use super::{Release, Subject};
use crate::release::PackageEntry;
use serde_json::{Value, json};
use std::fmt::Write;

/// How `msiexec` ends (<https://learn.microsoft.com/windows/win32/msi/error-codes>), and what Intune calls it.
const RETURN_CODES: [(u16, &str, &str); 6] = [
    (0, "success", "done"),
    (3010, "softReboot", "done; a restart is wanted"),
    (1602, "failed", "cancelled"),
    (1603, "failed", "failed; the log says why"),
    (1618, "retry", "another installation is going on"),
    (1633, "failed", "the package is for another processor"),
];

/// What properties mean that packages of this project have. One that is not here is listed without words.
const MEANINGS: [(&str, &str); 2] = [
    (
        "OPT_NO_SHARED_CONFIG_CHECK",
        "`1`: a shared configuration that cannot be written from this machine is left as it is, with a warning in the log",
    ),
    (
        "ANCM_USER_CONFIGS",
        "full paths of `applicationhost.config` files of users, semicolons between them; they are registered too, and must be there",
    ),
];

fn install(package: &PackageEntry) -> String {
    format!("msiexec /i \"{}\" /qn /norestart /l*v install.log", package.file)
}

fn uninstall(package: &PackageEntry) -> String {
    format!("msiexec /x {} /qn /norestart /l*v remove.log", package.product_code)
}

/// The facts as JSON. `detection` has the names that Microsoft Graph gives the fields of a `win32LobAppProductCodeRule`
/// (<https://learn.microsoft.com/graph/api/resources/intune-apps-win32lobappproductcoderule>).
pub(super) fn facts(release: &Release) -> Value {
    let version = release.manifest.version.to_string();
    let package = |(package, subject): (&PackageEntry, &Subject)| {
        json!({
            "file": package.file,
            "size": package.size,
            "sha256": package.sha256,
            "displayName": package.product_name,
            "publisher": subject.manufacturer,
            "version": version,
            "architecture": package.for_machines(),
            "language": subject.language,
            "perMachine": subject.per_machine,
            "signature": subject.signed,
            "productCode": package.product_code,
            "upgradeCode": package.upgrade_code,
            "installCommandLine": install(package),
            "uninstallCommandLine": uninstall(package),
            "properties": subject.settable,
            "detection": {
                "ruleType": "detection",
                "productCode": package.product_code,
                "productVersionOperator": "greaterThanOrEqual",
                "productVersion": version,
            },
        })
    };
    let code = |(code, kind, _): &(u16, &str, &str)| json!({ "returnCode": code, "type": kind });
    json!({
        "schema": "ancm-deployment/1",
        "packages": release.packages().map(package).collect::<Vec<_>>(),
        "returnCodes": RETURN_CODES.iter().map(code).collect::<Vec<_>>(),
    })
}

/// The page about silent installations, as Markdown.
pub(super) fn page(release: &Release) -> String {
    let mut page = format!("# Installing {} silently\n\n", release.manifest.version);
    page.push_str("Each command needs administrator rights, asks nothing, and writes a log. An older package is replaced, whoever made it; nothing has to be removed first.\n");
    for (package, subject) in release.packages() {
        let PackageEntry { file, product_name, product_code, upgrade_code, .. } = package;
        let signed = &subject.signed;
        let scope = if subject.per_machine { "for all users" } else { "for one user" };
        writeln!(
            page,
            "\n## {file}\n\n{product_name}; {scope}; language {}; {signed}.\n\n```console\n{}\n{}\n```\n",
            subject.language,
            install(package),
            uninstall(package)
        )
        .expect("a string takes it");
        writeln!(page, "ProductCode `{product_code}`, UpgradeCode `{upgrade_code}`.\n")
            .expect("a string takes it");
        for name in &subject.settable {
            let meaning = MEANINGS.iter().find(|(known, _)| known == name).map_or("", |(_, meaning)| meaning);
            writeln!(page, "- `{name}=…`: {meaning}").expect("a string takes it");
        }
        if subject.settable.is_empty() {
            page.push_str("It has no property of its own to set.\n");
        }
        page.push_str("\nWhere it cannot be installed, it says why, in one of these sentences:\n\n");
        for refusal in &subject.refusals {
            writeln!(page, "- {}", refusal.replace(['\n', '\r'], " ")).expect("a string takes it");
        }
    }
    page.push_str("\n## Exit codes\n\n| code | Intune | meaning |\n|---|---|---|\n");
    for (code, kind, meaning) in RETURN_CODES {
        writeln!(page, "| {code} | {kind} | {meaning} |").expect("a string takes it");
    }
    page.push_str(
        "\n## Intune\n\n`deployment.json` has, for each package, the two command lines, the detection rule (ProductCode, and a version not below this one) and the return codes, in Intune's terms. A package replaces its predecessor by itself: supersede the older app without uninstalling it.\n\n## Group Policy\n\nAssign a package to computers, not to users: it installs for the machine. Group Policy starts a package without a command line, so properties keep their defaults; to change them, use a transform (.mst). Add a new release as an upgrade of the one before, without removal.\n",
    );
    page
}
