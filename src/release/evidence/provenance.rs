//! Provenance: an in-toto statement with SLSA's predicate (<https://slsa.dev/spec/v1.0/provenance>). It is not signed here; a
//! build service signs it, or attests it anew.

use super::Release;
use serde_json::{Value, json};

/// What `buildType` says: where it is written down what the parameters mean.
const BUILD_TYPE: &str = "urn:ancm-installer:dist:1";

/// Who built a release, from what, as the environment says; nothing of it is checked here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builder {
    /// The service, as an address that its users know; none on somebody's own machine.
    pub id: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// The repository's address.
    pub source: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The tag or branch.
    pub reference: Option<String>,
}

/// The statement.
pub(super) fn statement(release: &Release) -> Value {
    let (manifest, builder) = (&release.manifest, &release.builder);
    let subject = |name: &str, sha256: &str| json!({ "name": name, "digest": { "sha256": sha256 } });
    let mut subjects: Vec<Value> =
        manifest.packages.iter().map(|package| subject(&package.file, &package.sha256)).collect();
    subjects.push(subject("manifest.json", &release.manifest_sha256));
    let mut from: Vec<Value> =
        manifest.payload.iter().map(|file| subject(&file.path, &file.sha256)).collect();
    from.push(subject("authoring", &manifest.authoring_sha256));
    if let Some(source) = &builder.source {
        let at = builder.reference.as_ref().map_or(String::new(), |reference| format!("@{reference}"));
        let mut repository = json!({ "uri": format!("git+{source}{at}") });
        if let Some(commit) = &builder.commit {
            repository["digest"] = json!({ "gitCommit": commit });
        }
        from.push(repository);
    }
    let mut metadata = json!({});
    if let Some(run) = &builder.run {
        metadata["invocationId"] = run.as_str().into();
    }
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "version": manifest.version.to_string(),
                    "engine": manifest.engine.chosen,
                    "compressionEffort": manifest.compression_effort,
                    "packages": manifest.packages.iter().map(|package| format!("{}-{}", package.flavour, package.arch)).collect::<Vec<_>>(),
                },
                "internalParameters": {
                    "tool": manifest.tool,
                    "engineVersion": manifest.engine.version,
                    "linker": manifest.linker,
                },
                "resolvedDependencies": from,
            },
            "runDetails": {
                "builder": { "id": builder.id.as_deref().unwrap_or("urn:ancm-installer:unattested") },
                "metadata": metadata,
            },
        },
    })
}
