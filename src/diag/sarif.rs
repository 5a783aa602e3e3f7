//! Findings as a SARIF log, which code scanning and editors read
//! (SARIF 2.1.0, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
//!
//! Makes the value; whoever writes the file serializes it.

use super::{Diagnostic, Location, Place, Severity};
use serde::Serialize;

/// What a rule is about, for those who meet its code.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    id: String,
    #[serde(rename = "shortDescription")]
    title: Text,
    #[serde(rename = "fullDescription")]
    explanation: Text,
    help: Text,
}

impl Rule {
    /// The rule with the code `id`: a title, an explanation, and how to mend what it finds.
    #[must_use]
    pub fn new(id: &str, title: &str, explanation: &str, help: &str) -> Rule {
        Rule { id: id.to_owned(), title: text(title), explanation: text(explanation), help: text(help) }
    }
}

/// A whole log: serialize it as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Clone, Debug, Serialize)]
struct Run {
    tool: Tool,
    results: Vec<Result>,
}

#[derive(Clone, Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Clone, Debug, Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Result {
    rule_id: String,
    level: &'static str,
    message: Text,
    locations: Vec<Spot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Spot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Clone, Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spot {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Clone, Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

impl Log {
    /// A log of `findings`, and of those that are `suppressed`, each with the reason.
    #[must_use]
    pub fn new<'d>(
        rules: Vec<Rule>,
        findings: impl IntoIterator<Item = &'d Diagnostic>,
        suppressed: impl IntoIterator<Item = (&'d Diagnostic, &'d str)>,
    ) -> Log {
        let mut results: Vec<Result> = findings.into_iter().map(result).collect();
        results.extend(suppressed.into_iter().map(|(diagnostic, reason)| Result {
            suppressions: vec![Suppression { kind: "external", justification: reason.to_owned() }],
            ..result(diagnostic)
        }));
        let driver = Driver { name: "ancm-installer", version: env!("CARGO_PKG_VERSION"), rules };
        Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, results }],
        }
    }
}

fn result(diagnostic: &Diagnostic) -> Result {
    let message = match &diagnostic.help {
        Some(help) => format!("{}. {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = diagnostic.place.as_ref();
    Result {
        rule_id: diagnostic.code.clone(),
        level,
        message: text(&message),
        locations: diagnostic.at.iter().map(|at| spot(at, place, None)).collect(),
        related_locations: diagnostic.related.iter().map(|(at, label)| spot(at, None, Some(label))).collect(),
        suppressions: Vec::new(),
    }
}

fn spot(at: &Location, place: Option<&Place>, label: Option<&String>) -> Spot {
    let start_column = (at.column > 0).then_some(at.column);
    let logical = |place: &Place| Logical { fully_qualified_name: place.to_string() };
    Spot {
        physical_location: Physical {
            artifact_location: Artifact { uri: uri(&at.file) },
            region: (at.line > 0).then_some(Region { start_line: at.line, start_column }),
        },
        logical_locations: place.map(logical).into_iter().collect(),
        message: label.map(|label| text(label)),
    }
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned() }
}

/// The path as a URI reference (RFC 3986): relative paths stay relative, a drive becomes `file:///C:`.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':');
    let mut out = if drive { "file:///".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into())
            }
            b':' if drive => out.push(':'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
