//! No line of the log says why: that is the answer, with where to look.

use super::{LOG_MORE, custom_action, ended, quote};
use crate::diag::Severity;
use crate::finding::{Certainty, Finding};
use crate::known::codes;
use crate::known::words::weight;
use crate::line::message::is_standard;
use crate::story::{Evidence, EvidenceKind, Failure, Session};

/// No line says why.
pub(super) fn reason(session: &Session, evidence: &[&Evidence]) -> Finding {
    let not_here = |title: String, why: &str, help: &str| {
        Finding::new("explain::not_in_this_log", Severity::Error, title)
            .sure(Certainty::NotInThisLog)
            .why(why)
            .help(help)
    };
    let result = session.result.unwrap_or(1603);
    let words = codes::exit_code(result).unwrap_or("an error");
    let Some(failure) = &session.failure else {
        let title = format!("{} ended with {result}: {words}", session.purpose);
        let mut finding = if session.verbose && session.actions.items.iter().all(|run| run.name == "INSTALL")
        {
            not_here(
                title,
                "the Windows Installer service gave up before the first action, and does not say why",
                "usually the service (LocalSystem) cannot open the package or write its temporary files: copy the package to a local folder, check C:\\Windows\\Temp and C:\\Windows\\Installer, restart Windows; Event Viewer, Application, source MsiInstaller, may say more",
            )
        } else {
            not_here(title, "the log has the result and not the action that failed", LOG_MORE)
        };
        for evidence in evidence.iter().filter(|evidence| weight(evidence) > 0).take(4) {
            finding = quote(finding, evidence);
        }
        return finding;
    };
    let mut finding = if let Some(returned) = evidence.iter().find(|e| e.kind == EvidenceKind::Returned) {
        let name = custom_action(session, evidence).unwrap_or_else(|| "without a name".to_owned());
        let code = returned.number.unwrap_or(0);
        let title = format!("custom action `{name}` returned {code}, and does not say why");
        quote(
            not_here(
                title,
                "the custom action wrote nothing to this log: its program or DLL has the reason",
                "look for the action's or program's own log (in %TEMP%, the program's folder, Event Viewer: Application), and for a crash in Windows Error Reporting; run what it runs by hand from an elevated prompt",
            ),
            returned,
        )
    } else {
        silent(session, failure, &not_here)
    };
    finding = finding.quote(failure.line, ended(failure));
    finding
}

/// An action failed without any words.
fn silent(session: &Session, failure: &Failure, not_here: &dyn Fn(String, &str, &str) -> Finding) -> Finding {
    let action = failure.action.as_str();
    let title = format!("`{action}` returned {}, and no line says why", failure.value);
    match action {
        "LaunchConditions" => not_here(
            "a launch condition does not hold; which one, this log does not say".to_owned(),
            "the message was shown on the screen, or went to a log with fewer letters",
            "see the LaunchCondition table of the package, and the properties above that it asks for",
        ),
        "ExecuteAction" | "INSTALL" if session.refused => not_here(
            "the Windows Installer service gave up before the first action, and does not say why".to_owned(),
            "the service (LocalSystem) could not begin: usually it cannot open the package or write its temporary files",
            "copy the package to a local folder, check the rights of SYSTEM to it, C:\\Windows\\Temp and C:\\Windows\\Installer, restart Windows; Event Viewer, Application, source MsiInstaller, may say more",
        ),
        "ExecuteAction" => not_here(
            title,
            "only the client's part is here: the Windows Installer service did the work, and its lines are missing",
            LOG_MORE,
        ),
        "InstallValidate" => not_here(
            title,
            "costing ended it: files in use that a silent installation may not close, not enough space, or a folder that cannot be used",
            "close the program (and its service) that is to be replaced, and see the lines about RESTART MANAGER and OutOfDiskSpace",
        ),
        _ if !is_standard(action) && action != "INSTALL" => not_here(
            format!("custom action `{action}` failed, and does not say why"),
            "the custom action wrote nothing to this log: its program or DLL has the reason",
            "look for the action's own log and for a crash in Windows Error Reporting; report it to the vendor with this log",
        ),
        _ => {
            let operation = failure.operation.as_deref().or(failure.deferred.as_deref());
            let title = operation
                .map_or(title, |operation| format!("`{action}` failed while it executed {operation}"));
            let help = if session.verbose {
                "see Event Viewer, Application (MsiInstaller) and System, at that time"
            } else {
                LOG_MORE
            };
            not_here(title, "no message came with the failure", help)
        }
    }
}
