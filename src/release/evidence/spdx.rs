//! The bill of materials as SPDX 2.3 (<https://spdx.github.io/spdx-spec/v2.3/>).

use super::{Held, Release};
use crate::id::hexadecimal;
use crate::release::PackageEntry;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

/// Nobody here says what licence a vendor's file has.
const NO_ASSERTION: &str = "NOASSERTION";

/// The document.
pub(super) fn document(release: &Release) -> Value {
    let (mut packages, mut files, mut relations) = (Vec::new(), Vec::new(), Vec::new());
    let relation = |from: &str, kind: &str, to: &str| json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to });
    for (number, (entry, subject)) in release.packages().enumerate() {
        let id = format!("SPDXRef-Package-{number}");
        relations.push(relation("SPDXRef-DOCUMENT", "DESCRIBES", &id));
        packages.push(package(release, entry, &subject.files, &id));
        for (index, held) in subject.files.iter().enumerate() {
            let file_id = format!("SPDXRef-File-{number}-{index}");
            relations.push(relation(&id, "CONTAINS", &file_id));
            files.push(file(entry, held, &file_id));
        }
    }
    let manifest = &release.manifest;
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": format!("installers-{}", manifest.version),
        "documentNamespace": format!("https://spdx.org/spdxdocs/installers-{}", release.uuid("spdx")),
        "creationInfo": {
            "created": super::moment(release.timestamp),
            "creators": [
                format!("Tool: {}", manifest.tool.replace(' ', "-")),
                format!("Organization: {}", release.manufacturer()),
            ],
        },
        "packages": packages,
        "files": files,
        "relationships": relations,
    })
}

fn package(release: &Release, entry: &PackageEntry, files: &[Held], id: &str) -> Value {
    let url = release.url.as_ref().map_or(NO_ASSERTION.to_owned(), |url| format!("{url}{}", entry.file));
    json!({
        "SPDXID": id,
        "name": entry.product_name,
        "versionInfo": release.manifest.version.to_string(),
        "packageFileName": entry.file,
        "supplier": format!("Organization: {}", release.manufacturer()),
        "downloadLocation": url,
        "primaryPackagePurpose": "INSTALL",
        "filesAnalyzed": true,
        "packageVerificationCode": { "packageVerificationCodeValue": verification_code(files) },
        "checksums": [{ "algorithm": "SHA256", "checksumValue": entry.sha256 }],
        "licenseConcluded": NO_ASSERTION,
        "licenseDeclared": NO_ASSERTION,
        "licenseInfoFromFiles": [NO_ASSERTION],
        "copyrightText": NO_ASSERTION,
    })
}

/// SHA-1 of all files' SHA-1, sorted (section 7.9 of the specification).
fn verification_code(files: &[Held]) -> String {
    let mut hashes: Vec<&str> = files.iter().map(|file| file.sha1.as_str()).collect();
    hashes.sort_unstable();
    hexadecimal(Sha1::digest(hashes.concat()))
}

fn file(entry: &PackageEntry, held: &Held, id: &str) -> Value {
    let kind = if held.path.ends_with(".xml") { "TEXT" } else { "BINARY" };
    json!({
        "SPDXID": id,
        "fileName": format!("./{}/{}", entry.file, held.path.replace('\\', "/")),
        "fileTypes": [kind],
        "checksums": [
            { "algorithm": "SHA1", "checksumValue": held.sha1 },
            { "algorithm": "SHA256", "checksumValue": held.sha256 },
        ],
        "comment": held.signed.to_string(),
        "licenseConcluded": NO_ASSERTION,
        "licenseInfoInFiles": [NO_ASSERTION],
        "copyrightText": NO_ASSERTION,
    })
}
