//! A log as one self-contained page: the verdict, why, and the timeline of every installation. HTML and CSS only.

use super::finding::{Certainty, Finding};
use super::story::{Session, Story};
use crate::diag::Severity;
use crate::diag::markup::escaped;
use std::fmt::Write as _;

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --faint: #59636e; --line: #d1d9e0; --good: #1a7f37;
  --bad: #cf222e; --doubt: #9a6700; --bar: #0969da; --script: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d;
  --good: #3fb950; --bad: #ff7b72; --doubt: #d29922; --bar: #4493f8; --script: #bc8cff; } }
body { margin: 2rem; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } p { margin: .2rem 0; }
.faint, small { color: var(--faint); } .bad { color: var(--bad); } .good { color: var(--good); } .doubt { color: var(--doubt); }
.finding { border-left: 3px solid var(--line); padding: .2rem .8rem; margin: .8rem 0; } .finding.error { border-color: var(--bad); }
.finding.warning { border-color: var(--doubt); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; margin: .3rem 0; color: var(--faint); }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .85rem; }
td { padding: .1rem .4rem; vertical-align: middle; overflow-wrap: anywhere; } td.name { width: 26%; } td.time { width: 8%; text-align: right; }
td.line { width: 6%; text-align: right; color: var(--faint); } .lane { position: relative; height: .9rem; background: color-mix(in srgb, var(--line) 40%, transparent); }
.bar { position: absolute; top: 0; bottom: 0; min-width: 2px; background: var(--bar); } .script .bar { background: var(--script); }
.failed .bar { background: var(--bad); } .failed td.name { color: var(--bad); font-weight: 600; }
";
/// So many actions are drawn of one installation.
const DRAWN: usize = 400;

impl Story {
    /// The page; `name` is the log's.
    #[must_use]
    pub fn page(&self, name: &str) -> String {
        let failed = self.findings.iter().any(|finding| finding.is_cause);
        let (class, verdict) = match (failed, self.findings.iter().any(|f| f.severity == Severity::Error)) {
            (true, _) => ("bad", "failed"),
            (false, true) => ("bad", "lost something"),
            (false, false) => ("good", "no failure"),
        };
        let title = escaped(name);
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}: <b class=\"{class}\">{verdict}</b></h1>\n\
             <p class=\"faint\">{} lines, {}; {} of a known kind, {} that go on with one, {} unknown</p>\n",
            self.lines, self.encoding, self.coverage.known, self.coverage.continued, self.coverage.unknown
        );
        for finding in &self.findings {
            told(&mut page, finding);
        }
        for session in &self.sessions {
            timeline(&mut page, session);
        }
        page.push_str("</html>\n");
        page
    }
}

fn told(page: &mut String, finding: &Finding) {
    let sure = match finding.certainty {
        Certainty::Certain => "",
        Certainty::Probable => " (probable)",
        Certainty::NotInThisLog => " (not in this log)",
    };
    let _ = write!(
        page,
        "<div class=\"finding {}\"><p><b>{}</b> {}{sure}</p>\n<p>{}</p>\n<p><b>Next:</b> {}</p>\n",
        finding.severity,
        escaped(&finding.codes.join(", ")),
        escaped(&finding.title),
        escaped(&finding.why),
        escaped(&finding.help)
    );
    for quote in &finding.quotes {
        let _ = writeln!(page, "<pre>{}: {}</pre>", quote.line, escaped(&quote.text));
    }
    page.push_str("</div>\n");
}

fn timeline(page: &mut String, session: &Session) {
    let result = match session.result {
        Some(code) => format!("{code} ({})", super::known::codes::exit_code(code).unwrap_or("an error")),
        None => "unknown: the log ends before".to_owned(),
    };
    let inside = session.parent.map_or_else(String::new, |parent| format!(", inside of {parent}"));
    let _ = write!(
        page,
        "<h2>{}. {} of {}{inside}</h2>\n<p class=\"faint\">lines {} to {}, {}; result {}</p>\n<table>\n",
        session.id,
        session.purpose,
        escaped(&session.title()),
        session.lines.0,
        session.lines.1,
        seconds(session.duration),
        escaped(&result)
    );
    let whole = session.duration.max(1);
    for run in session.actions.items.iter().take(DRAWN) {
        let failed = run.value.is_some_and(|value| !matches!(value, 0 | 1 | 5));
        let class = match (failed, run.deferred) {
            (true, _) => "failed",
            (false, true) => "script",
            (false, false) => "",
        };
        let per_cent = |part: u64| (part.min(whole) * 1000 / whole) as f64 / 10.0;
        let (start, length) = (run.start.unwrap_or(0), run.duration.unwrap_or(0));
        let value = run.value.map_or_else(String::new, |value| {
            format!(", returned {value}: {}", super::known::codes::return_value(value))
        });
        let _ = writeln!(
            page,
            "<tr class=\"{class}\" title=\"{}{}\"><td class=\"line\">{}</td><td class=\"name\">{}</td><td class=\"time\">{}</td>\
             <td><div class=\"lane\"><div class=\"bar\" style=\"left:{}%;width:{}%\"></div></div></td></tr>",
            if run.deferred { "executed by the script" } else { "run at once" },
            escaped(&value),
            run.line,
            escaped(&run.name),
            run.duration.map_or_else(String::new, seconds),
            per_cent(start),
            per_cent(length)
        );
    }
    page.push_str("</table>\n");
    let more = session.actions.items.len().saturating_sub(DRAWN) as u64 + session.actions.left_off;
    if more > 0 {
        let _ = writeln!(page, "<p class=\"faint\">… and {more} more actions</p>");
    }
}

/// Milliseconds as seconds, for people.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
}
