//! Sources of WiX 3 become sources of WiX 4: as WiX's own converter has it, or better, where a reason stands beside it; and
//! whatever is not converted stays byte for byte.

mod cases;
mod compiled;
mod layout;
mod names;
mod truth;

use ancm_installer::convert::{Options, Outcome, convert};
use ancm_installer::diag::{Diagnostic, Severity};

/// A source of WiX 3 with `inside` in a fragment.
fn old(inside: &str) -> String {
    const SPACES: &[(&str, &str)] = &[
        ("bal", "BalExtension"),
        ("dep", "DependencyExtension"),
        ("fw", "FirewallExtension"),
        ("game", "GamingExtension"),
        ("iis", "IIsExtension"),
        ("sql", "SqlExtension"),
        ("tag", "TagExtension"),
        ("util", "UtilExtension"),
        ("vs", "VSExtension"),
    ];
    let used = SPACES.iter().filter(|(prefix, _)| inside.contains(&format!("{prefix}:")));
    let spaces: String = used
        .map(|(prefix, name)| format!(" xmlns:{prefix}=\"http://schemas.microsoft.com/wix/{name}\""))
        .collect();
    format!(
        "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"{spaces}>\n  <Fragment>\n    {inside}\n  </Fragment>\n</Wix>\n"
    )
}

/// What [`old`] has around `inside`, in `text`.
fn inside(text: &str) -> &str {
    let from = text.find("<Fragment>").map_or(0, |at| at + "<Fragment>".len());
    text[from..text.rfind("</Fragment>").unwrap_or(text.len())].trim()
}

fn converted(text: &str) -> (Outcome, String) {
    let outcome = convert("a.wxs", text.as_bytes(), &Options::default());
    let new = outcome.bytes.clone().unwrap_or_else(|| text.as_bytes().to_vec());
    (outcome, String::from_utf8(new).expect("UTF-8"))
}

/// Codes of findings, without those of the namespaces, which every old source has.
fn codes(findings: &[Diagnostic]) -> String {
    let worth = |finding: &&Diagnostic| !matches!(&*finding.code, "WIX0009" | "convert::extension");
    let shown = |finding: &Diagnostic| match finding.severity {
        Severity::Error => format!("!{}", finding.code),
        Severity::Warning => format!("?{}", finding.code),
        Severity::Note => finding.code.clone(),
    };
    findings.iter().filter(worth).map(shown).collect::<Vec<_>>().join(" ")
}
