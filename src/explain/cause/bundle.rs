//! Why a bundle failed: the first of the error lines of the failure, or the package whose own log has the reason.

use crate::diag::Severity;
use crate::finding::{Certainty, Finding};
use crate::follow::succeeded;
use crate::known::words::hint_in;
use crate::known::{codes, errors};
use crate::story::{Bundle, Evidence, Story};

/// Why `bundle` failed; nothing where it did not.
pub(super) fn reason(story: &Story, bundle: &Bundle) -> Option<Finding> {
    let result = bundle.result;
    let name = if bundle.name.is_empty() { "the bundle".to_owned() } else { format!("`{}`", bundle.name) };
    if result.is_some_and(succeeded) {
        return None;
    }
    let failed = bundle.failed_package.as_ref();
    let code = failed
        .and_then(|id| bundle.packages.iter().find(|package| package.id == *id)?.result)
        .or(result)
        .filter(|code| *code != 0);
    if code.is_some_and(|code| matches!(code, 0x8007_0642 | 1602 | 0x8007_04C7)) {
        let mut finding =
            Finding::new("explain::cancelled", Severity::Error, format!("{name}: the user cancelled"))
                .why("nothing failed: Cancel was pressed, or the question for rights was answered with No")
                .help("start it again");
        finding.is_cause = true;
        return Some(finding);
    }
    let first = bundle.first.or_else(|| {
        let serious = |e: &Evidence| e.text.starts_with("Error 0x") || e.text.starts_with("Failed to");
        result.is_none().then(|| bundle.errors.items.iter().position(serious)).flatten()
    });
    // the message for the user stands just before the error that has the code
    let errors = &bundle.errors.items;
    let first = first.map(|first| match first.checked_sub(1) {
        Some(before) if errors[before].number.is_none() && errors[first].line - errors[before].line < 3 => {
            before
        }
        _ => first,
    });
    let chain: Vec<&Evidence> =
        first.map_or_else(Vec::new, |first| bundle.errors.items.iter().skip(first).take(6).collect());
    if chain.is_empty() && result.is_none() {
        return None;
    }
    let own = chain.iter().find_map(|evidence| u32::try_from(evidence.number?).ok());
    let words = match code.or(own) {
        // of a program, which is no product of Windows Installer's with a ProductCode
        Some(0x8007_0666) => "it is already installed",
        code => code.and_then(codes::system_error).unwrap_or("no error that is known"),
    };
    let log = failed.and_then(|id| bundle.packages.iter().find(|package| package.id == *id)?.log.clone());
    let told = chain.first().map(|evidence| evidence.text.clone());
    let hint = hint_in(&chain);
    let mut finding = match (failed, &told) {
        (Some(id), Some(told))
            if told.contains("MSI package")
                || told.contains("MSP package")
                || told.contains("Process returned") =>
        {
            let title = format!("{name}: package `{id}` failed: {words}");
            let explained = story.sessions.iter().any(|session| session.succeeded() == Some(false));
            let place = log.map_or_else(
                || "the package's own log, beside the bundle's in %TEMP%".to_owned(),
                |log| format!("`{log}`"),
            );
            let (why, help) = if told.contains("Process returned") {
                (
                    "the package is a program of its own, and returned this code".to_owned(),
                    format!(
                        "the reason is in that program's own log ({place} where it writes there, else in %TEMP%)"
                    ),
                )
            } else if explained {
                (
                    "Windows Installer failed; its log is among those given".to_owned(),
                    "see the installation that failed".to_owned(),
                )
            } else {
                (
                    "Windows Installer failed, and the reason is not in the bundle's log".to_owned(),
                    format!("look into {place}: `cargo xtask explain` reads it"),
                )
            };
            Finding::new("burn::package", Severity::Error, title)
                .sure(Certainty::NotInThisLog)
                .why(why)
                .help(help)
        }
        (_, Some(told)) => {
            let title = format!("{name}: {told}");
            let why = hint.map_or_else(
                || {
                    format!(
                        "Burn itself failed{}",
                        failed.map_or_else(String::new, |id| format!(" at package `{id}`"))
                    )
                },
                |hint| hint.why.to_owned(),
            );
            let help = hint
                .map_or("see to what the first line names; the lines after it follow from it", |hint| {
                    hint.help
                });
            Finding::new("burn::error", Severity::Error, title).why(format!("{why} ({words})")).help(help)
        }
        (failed, None) => {
            let at = failed.map_or_else(String::new, |id| format!(" at package `{id}`"));
            let title = format!("{name} ended with {:#010x}{at}: {words}", code.unwrap_or(0));
            Finding::new("burn::error", Severity::Error, title)
                .sure(Certainty::NotInThisLog)
                .why("no error line comes before it in this log")
                .help("see the log of the package, and the bundle's whole log")
        }
    };
    if let Some(known) = code
        .map(|code| code & 0xFFFF)
        .and_then(errors::error)
        .filter(|known| known.weight == 3 && known.number >= 1600)
    {
        // what a program of its own means by it: a redistributable that finds itself installed
        let (cause, help) = match known.number {
            1638 => (
                "the same version of it, or a newer one, is already installed",
                "nothing has to be done for the package itself; vendors: correct the bundle's detection of it, or take 1638 for success",
            ),
            _ => (known.cause, known.help),
        };
        finding.why = format!("{}: {cause}", finding.why);
        finding.help = format!("{help}; {}", finding.help);
        finding.certainty = Certainty::Certain;
    }
    for evidence in &chain {
        finding = finding.quote(evidence.line, evidence.text.clone());
    }
    finding.is_cause = true;
    Some(finding)
}
