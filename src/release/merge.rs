//! Shards of a build, joined: one manifest, as a single build would have written it, or every reason why not.

use super::manifest::{Manifest, PackageEntry, SCHEMA};
use super::matrix::Matrix;
use crate::diag::Diagnostic;

/// What one runner made.
#[derive(Clone, Debug)]
pub struct Part {
    /// The folder, as the user calls it.
    pub name: String,
    /// What its manifest says.
    pub manifest: Manifest,
}

/// Joins `parts`, which must be all of `wanted`, each made of the same by the same.
///
/// # Errors
/// A package is missing, there twice with other bytes, or nobody asked for it; two parts are not of one payload, version
/// and tool.
pub fn merge(parts: &[Part], wanted: &Matrix) -> Result<Manifest, Vec<Diagnostic>> {
    let Some((first, others)) = parts.split_first() else {
        return Err(vec![Diagnostic::error("merge::incomplete", "there is nothing to merge")]);
    };
    let mut findings = Vec::new();
    if first.manifest.schema != SCHEMA {
        let schema = &first.manifest.schema;
        findings.push(mixed(first, "is of the form", schema, SCHEMA, "this program writes"));
    }
    for other in others {
        findings.extend(differences(first, other));
    }
    let mut manifest = Manifest { forwarders: Vec::new(), packages: Vec::new(), ..first.manifest.clone() };
    join_forwarders(parts, &mut manifest, &mut findings);
    join_packages(parts, wanted, &mut manifest, &mut findings);
    if findings.is_empty() { Ok(manifest) } else { Err(findings) }
}

fn mixed(part: &Part, says: &str, this: &str, that: &str, of: &str) -> Diagnostic {
    let message = format!("`{}` {says} `{this}`, and `{that}` is what {of}", part.name);
    Diagnostic::error("merge::mixed", message)
        .help("build every part from one commit and one payload, with the same settings, and merge those")
}

/// Where two parts are not of one payload, version, tool and setting.
#[must_use]
pub fn differences(first: &Part, other: &Part) -> Vec<Diagnostic> {
    let of = format!("`{}` has", first.name);
    let (ours, theirs) = (&first.manifest, &other.manifest);
    let mut findings = Vec::new();
    let mut hold = |says: &str, one: String, two: String| {
        if one != two {
            findings.push(mixed(other, says, &two, &one, &of));
        }
    };
    hold("is of the form", ours.schema.clone(), theirs.schema.clone());
    hold("was made by", ours.tool.clone(), theirs.tool.clone());
    hold("is of the product", ours.product.clone(), theirs.product.clone());
    hold("has the version", ours.version.to_string(), theirs.version.to_string());
    hold(
        "was authored from sources of SHA-256",
        ours.authoring_sha256.clone(),
        theirs.authoring_sha256.clone(),
    );
    let engine = |manifest: &Manifest| {
        let engine = &manifest.engine;
        let effort = manifest.compression_effort.as_deref().unwrap_or("no effort of its own");
        format!("{} {}: {}, {effort}", engine.chosen, engine.version, engine.reason)
    };
    hold("was made by the engine", engine(ours), engine(theirs));
    let action = |manifest: &Manifest| manifest.configuration_action.source_sha256.clone();
    hold("has custom actions from sources of SHA-256", action(ours), action(theirs));
    if let (Some(one), Some(two)) = (&ours.linker, &theirs.linker) {
        hold("was linked with", one.clone(), two.clone());
    }
    let payload = |manifest: &Manifest| {
        let all = manifest.payload.iter();
        all.map(|file| (file.role.clone(), file.sha256.clone(), file.path.clone())).collect::<Vec<_>>()
    };
    for ((role, one, path), (other_role, two, other_path)) in payload(ours).into_iter().zip(payload(theirs)) {
        if role != other_role {
            break;
        }
        hold(&format!("has the {role}"), format!("{path}, {one}"), format!("{other_path}, {two}"));
    }
    let roles = |manifest: &Manifest| {
        manifest.payload.iter().map(|file| file.role.as_str()).collect::<Vec<_>>().join(", ")
    };
    hold("has a payload of", roles(ours), roles(theirs));
    let rest = |manifest: &Manifest| (manifest.stand_in, manifest.configuration_action.clone());
    if findings.is_empty() && (rest(ours) != rest(theirs) || ours.payload != theirs.payload) {
        findings.push(mixed(
            other,
            "has a payload or custom actions that are not",
            &first.name,
            &first.name,
            "it must match",
        ));
    }
    findings
}

/// The DLLs that some parts have made, and all that have must have made alike.
fn join_forwarders(parts: &[Part], manifest: &mut Manifest, findings: &mut Vec<Diagnostic>) {
    for part in parts {
        if manifest.linker.is_none() {
            manifest.linker.clone_from(&part.manifest.linker);
        }
        for forwarder in &part.manifest.forwarders {
            match manifest.forwarders.iter().find(|known| known.path == forwarder.path) {
                None => manifest.forwarders.push(forwarder.clone()),
                Some(known) if known == forwarder => {}
                Some(known) => {
                    let says = format!("has made `{}` as", forwarder.path);
                    findings.push(mixed(
                        part,
                        &says,
                        &forwarder.sha256,
                        &known.sha256,
                        "another part has made",
                    ));
                }
            }
        }
    }
}

fn join_packages(parts: &[Part], wanted: &Matrix, manifest: &mut Manifest, findings: &mut Vec<Diagnostic>) {
    let mut found: Vec<(&Part, &PackageEntry)> = Vec::new();
    for part in parts {
        for package in &part.manifest.packages {
            found.push((part, package));
        }
    }
    for shard in &wanted.include {
        let is_it = |(_, package): &&(&Part, &PackageEntry)| {
            (package.flavour, package.arch) == (shard.flavour, shard.arch)
        };
        let mut those = found.iter().filter(is_it);
        let Some((part, package)) = those.next() else {
            let message = format!("no part has the package `{}`", shard.package);
            let help = format!(
                "its runner failed or was stopped, or its folder was not named: make it with `cargo xtask dist --package {}`",
                shard.package
            );
            findings.push(Diagnostic::error("merge::incomplete", message).help(help));
            continue;
        };
        for (other, twin) in those {
            if twin != package {
                let message = format!(
                    "`{}` is in `{}` with SHA-256 {}, and in `{}` with {}",
                    package.file, part.name, package.sha256, other.name, twin.sha256
                );
                findings
                    .push(Diagnostic::error("merge::twice", message).help("name the folders of one build"));
            }
        }
        manifest.packages.push((*package).clone());
    }
    let asked = |package: &PackageEntry| {
        wanted.include.iter().any(|shard| (shard.flavour, shard.arch) == (package.flavour, package.arch))
    };
    for (part, package) in found.iter().filter(|(_, package)| !asked(package)) {
        let message = format!("`{}` has `{}`, which is not asked for", part.name, package.file);
        let help =
            "`--arch`, `--flavour` and `ancm.toml` say what the complete set is; give the ones of the build";
        findings.push(Diagnostic::error("merge::stranger", message).help(help));
    }
}
