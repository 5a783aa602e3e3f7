//! The manifest of a bundle: which payload is in which container, under which name, of which size and hash.

use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

/// Namespaces of the manifest: that of WiX 3, and that of WiX 4 to 7.
const NAMESPACES: [&str; 2] =
    ["http://schemas.microsoft.com/wix/2008/Burn", "http://wixtoolset.org/schemas/v4/2008/Burn"];
/// Elements and texts; no bundle that is known has a hundredth.
const MOST_NODES: u32 = 1 << 20;

/// What a manifest says of files.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Payloads of the first container, by their names there.
    pub(super) ux: BTreeMap<String, Payload>,
    /// The other containers.
    pub(super) containers: Vec<Container>,
    /// Payloads by container and by their names there.
    pub(super) packed: BTreeMap<String, BTreeMap<String, Payload>>,
    /// Payloads that are in no container.
    pub(super) external: Vec<Payload>,
}

/// A container after the first one.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) id: String,
    /// Its place among the containers in the bundle's file; none where it is a file of its own.
    pub(super) attached: Option<usize>,
    /// The name of its file.
    pub(super) file: String,
}

/// A payload.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// Its path where it is unpacked.
    pub(super) file: String,
    /// Its name in its container, or its path beside the bundle.
    pub(super) source: String,
    /// Length in bytes.
    pub(super) size: Option<u64>,
    /// SHA-1 (WiX 3) or SHA-512, in hexadecimal digits.
    pub(super) hash: Option<String>,
}

/// Why bytes are no manifest of a bundle.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManifestError {
    #[error(transparent)]
    Utf8(#[from] std::str::Utf8Error),
    #[error(transparent)]
    Xml(#[from] roxmltree::Error),
    #[error("it is a `{element}` of `{namespace}`, not the manifest of a bundle")]
    Other { element: String, namespace: String },
}

impl Manifest {
    pub(super) fn parse(bytes: &[u8]) -> Result<Manifest, ManifestError> {
        let text = std::str::from_utf8(bytes)?;
        let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text.trim_start_matches('\u{FEFF}'), options)?;
        let root = document.root_element();
        let namespace = root.tag_name().namespace().unwrap_or_default();
        if root.tag_name().name() != "BurnManifest" || !NAMESPACES.contains(&namespace) {
            let (element, namespace) = (root.tag_name().name().to_owned(), namespace.to_owned());
            return Err(ManifestError::Other { element, namespace });
        }
        let named = |node: &Node, name: &str| node.is_element() && node.tag_name().name() == name;
        let mut manifest = Manifest::default();
        for node in root.children() {
            if named(&node, "UX") {
                let payloads = node.children().filter(|child| named(child, "Payload")).map(payload);
                manifest.ux.extend(payloads.map(|payload| (payload.source.clone(), payload)));
            } else if named(&node, "Container") {
                let text = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
                let attached = node.attribute("AttachedIndex").and_then(|index| index.parse().ok());
                manifest.containers.push(Container { id: text("Id"), attached, file: text("FilePath") });
            } else if named(&node, "Payload") {
                let found = payload(node);
                match node.attribute("Container") {
                    Some(container) => {
                        let packed = manifest.packed.entry(container.to_owned()).or_default();
                        packed.entry(found.source.clone()).or_insert(found);
                    }
                    None => manifest.external.push(found),
                }
            }
        }
        Ok(manifest)
    }
}

fn payload(node: Node<'_, '_>) -> Payload {
    let text = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    Payload {
        file: text("FilePath"),
        source: text("SourcePath"),
        size: node.attribute("FileSize").and_then(|size| size.parse().ok()),
        hash: node.attribute("Hash").map(str::to_owned),
    }
}
