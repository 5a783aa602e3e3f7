//! The bill of materials as CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>).

use super::{Held, Release};
use crate::release::PackageEntry;
use serde_json::{Value, json};

/// The document.
pub(super) fn document(release: &Release) -> Value {
    let manifest = &release.manifest;
    let (tool, tool_version) = manifest.tool.rsplit_once(' ').unwrap_or((&manifest.tool, ""));
    let packages: Vec<Value> =
        release.packages().map(|(package, subject)| component(release, package, &subject.files)).collect();
    let holds = release.packages().map(|(package, subject)| {
        let files: Vec<String> = subject.files.iter().map(|file| reference(package, file)).collect();
        json!({ "ref": package.file, "dependsOn": files })
    });
    let all: Vec<&str> = manifest.packages.iter().map(|package| package.file.as_str()).collect();
    let mut dependencies = vec![json!({ "ref": "release", "dependsOn": all })];
    dependencies.extend(holds);
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", release.uuid("cyclonedx")),
        "version": 1,
        "metadata": {
            "timestamp": super::moment(release.timestamp),
            "tools": { "components": [{ "type": "application", "name": tool, "version": tool_version }] },
            "component": {
                "type": "application",
                "bom-ref": "release",
                "name": "installers",
                "version": manifest.version.to_string(),
                "supplier": { "name": release.manufacturer() },
            },
        },
        "components": packages,
        "dependencies": dependencies,
    })
}

fn component(release: &Release, package: &PackageEntry, files: &[Held]) -> Value {
    let files: Vec<Value> = files.iter().map(|file| held(package, file)).collect();
    let property = |name: &str, value: String| json!({ "name": format!("msi:{name}"), "value": value });
    let mut component = json!({
        "type": "application",
        "bom-ref": package.file,
        "name": package.product_name,
        "version": release.manifest.version.to_string(),
        "supplier": { "name": release.manufacturer() },
        "hashes": [{ "alg": "SHA-256", "content": package.sha256 }],
        "properties": [
            property("file", package.file.clone()),
            property("arch", package.arch.to_string()),
            property("ProductCode", package.product_code.to_string()),
            property("PackageCode", package.package_code.to_string()),
            property("UpgradeCode", package.upgrade_code.to_string()),
        ],
        "components": files,
    });
    if let Some(url) = &release.url {
        let reference = json!([{ "type": "distribution", "url": format!("{url}{}", package.file) }]);
        component["externalReferences"] = reference;
    }
    component
}

/// What nothing else in the document is called.
fn reference(package: &PackageEntry, file: &Held) -> String {
    format!("{}!{}", package.file, file.path)
}

fn held(package: &PackageEntry, file: &Held) -> Value {
    let mut component = json!({
        "type": "file",
        "bom-ref": reference(package, file),
        "name": file.path,
        "hashes": [{ "alg": "SHA-1", "content": file.sha1 }, { "alg": "SHA-256", "content": file.sha256 }],
        "properties": [{ "name": "signature", "value": file.signed.to_string() }],
    });
    if let Some(version) = file.version {
        component["version"] = version.to_string().into();
    }
    component
}
