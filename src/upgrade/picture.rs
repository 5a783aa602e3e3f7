//! A report as one self-contained page: a lane for each resource, the phases from left to right.
//!
//! Only HTML and CSS, nothing from elsewhere; readable in light and dark, and on paper.

use super::engine::{Ending, ScheduleClass};
use super::findings::Finding;
use super::journal::{Deed, Event};
use super::package::Package;
use super::report::{Headline, Link, Outcome, Report, Verdict};
use super::rules::Confidence;
use crate::diag::markup::escaped;
use crate::id::ProductCode;
use std::fmt::Write as _;

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --faint: #59636e; --line: #d1d9e0; --good: #1a7f37;
  --bad: #cf222e; --old: #9a6700; --left: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d;
  --good: #3fb950; --bad: #ff7b72; --old: #d29922; --left: #bc8cff; } }
@page { size: landscape; margin: 12mm; }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --faint: #444; --line: #999; --good: #1a7f37;
  --bad: #cf222e; --old: #9a6700; --left: #8250df; } body { margin: 0; font-size: 9pt; line-height: 1.3; }
  table { min-width: 0; } small { font-size: 7.5pt; } .hint { display: none; }
  thead { display: table-header-group; } tr { break-inside: avoid; } }
body { margin: 2rem; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h1 b.bad { color: var(--bad); } h1 b.good { color: var(--good); } h1 b.old { color: var(--old); }
ul { margin: .6rem 0; padding-left: 1.2rem; } li { margin: .2rem 0; }
p { margin: .2rem 0; color: var(--faint); }
table { border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 60rem; margin-top: 1.25rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--faint); } th.name { width: 23%; } th.fate { width: 15%; }
.deed { display: block; margin: 0 0 .25rem; padding-left: .5rem; border-left: 3px solid var(--faint); }
.wrote { border-color: var(--good); } .removed, .vetoed, .put-off { border-color: var(--bad); }
.kept, .not-selected { border-color: var(--old); } .spared { border-color: var(--left); }
small { display: inline-block; line-height: 1.35; color: var(--faint); }
.verdict { font-weight: 600; white-space: nowrap; } .missing, .dangling { color: var(--bad); } .present-new { color: var(--good); }
.present-old { color: var(--old); } .left-behind { color: var(--left); }
";

/// The phases, in the order in which this package goes through them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Costing,
    Install,
    Removal,
}

impl Phase {
    fn title(self) -> &'static str {
        match self {
            Phase::Costing => "costing",
            Phase::Install => "new package installs",
            Phase::Removal => "old package goes",
        }
    }

    fn of(report: &Report, link: &Link) -> Phase {
        match link.event.deed {
            Deed::Vetoed | Deed::NotSelected => Phase::Costing,
            _ if link.event.by.session == report.new => Phase::Install,
            _ => Phase::Removal,
        }
    }
}

impl Report {
    /// The page. `packages` are those of the report: what their components are is told on hover.
    #[must_use]
    pub fn picture(&self, packages: &[&Package]) -> String {
        let name = |code| self.names.get(&code).map_or("", String::as_str);
        let old: Vec<&str> = self.old.iter().map(|code| name(*code)).collect();
        let headline = self.headline();
        let class = match headline {
            Headline::Ok => "good",
            Headline::Stale | Headline::SideBySide | Headline::Uncertain => "old",
            Headline::Refused | Headline::Regression => "bad",
        };
        let over = if old.is_empty() { "a clean machine".to_owned() } else { old.join(", ") };
        let title = format!("{} over {}", escaped(name(self.new)), escaped(&over));
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
             <h1>{title}: <b class=\"{class}\">{headline}</b></h1>\n"
        );
        self.circumstances(&mut page);
        if self.outcomes.is_empty() {
            page.push_str("</html>\n");
            return page;
        }
        page.push_str("<p class=\"hint\">Point at a step for the rule behind it.</p>\n");
        let phases = match self.schedule.class {
            ScheduleClass::PreCost => [Phase::Removal, Phase::Costing, Phase::Install],
            _ if self.schedule.is_early() => [Phase::Costing, Phase::Removal, Phase::Install],
            _ => [Phase::Costing, Phase::Install, Phase::Removal],
        };
        page.push_str("<table>\n<thead><tr><th class=\"name\">resource</th>");
        for phase in phases {
            let _ = write!(page, "<th>{}</th>", phase.title());
        }
        page.push_str("<th class=\"fate\">afterwards</th></tr></thead>\n");
        let mut lanes: Vec<&Outcome> = self.outcomes.iter().collect();
        lanes.sort_by_key(|outcome| match outcome.verdict {
            Verdict::Dangling | Verdict::Missing => 0,
            Verdict::PresentOld => 1,
            Verdict::LeftBehind => 2,
            Verdict::PresentNew => 3,
        });
        for outcome in lanes {
            self.lane(&mut page, outcome, &phases, packages);
        }
        page.push_str("</table>\n</html>\n");
        page
    }

    /// What holds for the whole upgrade: how it ended, what was assumed, findings about the packages.
    fn circumstances(&self, page: &mut String) {
        let names = |codes: &[ProductCode]| {
            let name = |code| self.names.get(code).map_or("another product", String::as_str);
            codes.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let mut say = |text: String| {
            let _ = writeln!(page, "<p>{}</p>", breakable(&text));
        };
        match &self.ending {
            Ending::Failed { error, reason, .. } => {
                let reason = reason.trim_end_matches([':', ' ', '.']);
                say(format!(
                    "Windows Installer refuses it: error {error}, {reason}. The machine is as before."
                ));
            }
            Ending::Done => say(format!("Old products go {}.", self.schedule.class)),
        }
        if !self.removed.is_empty() {
            say(format!("Removed: {}.", names(&self.removed)));
        }
        if !self.beside.is_empty() && self.ending == Ending::Done {
            say(format!("Stays beside it: {}.", names(&self.beside)));
        }
        self.later.iter().for_each(|what| say(format!("{what}.")));
        if self.restart {
            say("Windows has to be restarted; this is how it is after that.".to_owned());
        }
        self.assumptions.iter().for_each(|assumption| say(format!("Assumed: {assumption}.")));
        for (product, parts) in &self.not_simulated {
            say(format!("Not simulated of {}: {}.", names(&[*product]), parts.join("; ")));
        }
        let of_packages: Vec<&Finding> =
            self.findings.iter().filter(|finding| finding.resource.is_none()).collect();
        if !of_packages.is_empty() {
            page.push_str("<ul>\n");
            for finding in of_packages {
                let (code, title) = (finding.code(), escaped(finding.kind.title));
                let (message, fix) = (breakable(&finding.message), breakable(finding.kind.fix));
                let _ = writeln!(page, "<li><b>{code}</b> {title}: {message} <small>fix: {fix}</small></li>");
            }
            page.push_str("</ul>\n");
        }
    }

    fn lane(&self, page: &mut String, outcome: &Outcome, phases: &[Phase], packages: &[&Package]) {
        let mut owners: Vec<String> =
            outcome.chain.iter().filter_map(|link| owner(&link.event, packages)).collect();
        owners.sort();
        owners.dedup();
        let _ = write!(
            page,
            "<tr><td class=\"name\" title=\"{}\">{}<br><small>{}</small></td>",
            escaped(&owners.join("\n")),
            breakable(&outcome.resource.to_string()),
            outcome.resource.kind()
        );
        for phase in phases {
            page.push_str("<td>");
            for link in outcome.chain.iter().filter(|link| Phase::of(self, link) == *phase) {
                step(page, link, packages);
            }
            page.push_str("</td>");
        }
        let class = outcome.verdict.to_string().to_lowercase();
        let sure = match outcome.confidence {
            Confidence::D => "uncertain".to_owned(),
            confidence => format!("confidence {confidence}"),
        };
        let repair = if outcome.repairable { "; a repair brings it back" } else { "" };
        let _ = write!(
            page,
            "<td><span class=\"verdict {class}\">{}</span><br><small>{sure}{repair}",
            outcome.verdict
        );
        for finding in self.findings.iter().filter(|f| f.resource.as_ref() == Some(&outcome.resource)) {
            let (code, title) = (finding.code(), escaped(finding.kind.title));
            let fix = escaped(finding.kind.fix);
            let _ = write!(page, "<br><abbr title=\"{fix}\">{code}</abbr> {title}<br>fix: {fix}");
        }
        page.push_str("</small></td></tr>\n");
    }
}

/// The component of an event, for people: package, key, id, and the version of its key file.
fn owner(event: &Event, packages: &[&Package]) -> Option<String> {
    let package = packages.iter().find(|package| package.product_code == event.by.session)?;
    let component = package.component(&event.by.component)?;
    let id = component.id.map_or_else(|| "without id".to_owned(), |id| id.to_string());
    let version = match component.key_file() {
        Some(file) => match file.facts.versions() {
            Some((low, high)) if low != high => format!(", version {low} to {high}"),
            Some((version, _)) => format!(", version {version}"),
            None => ", without version".to_owned(),
        },
        None => String::new(),
    };
    Some(format!("{}: {} {id}{version}", package.name, component.key))
}

fn step(page: &mut String, link: &Link, packages: &[&Package]) {
    let event = &link.event;
    let (class, deed) = match event.deed {
        Deed::Vetoed => ("vetoed", "not installed"),
        Deed::NotSelected => ("not-selected", "not selected"),
        Deed::Wrote => ("wrote", "written"),
        Deed::Kept => ("kept", "kept"),
        Deed::Removed if link.direct => ("removed", "deleted"),
        Deed::Removed => ("removed", "component goes"),
        Deed::Spared => ("spared", "spared"),
        Deed::PutOff => ("put-off", "at the next start"),
    };
    let who = owner(event, packages).unwrap_or_else(|| event.by.component.to_string());
    let title = format!("{who}\n{} ({}): {}", event.rule, event.confidence, event.rule.statement());
    let _ = write!(
        page,
        "<span class=\"deed {class}\" title=\"{}\">{deed}<br><small>{}: {}</small></span>",
        escaped(&title),
        breakable(&event.by.component),
        breakable(&event.detail)
    );
}

/// As [`escaped`]; a path or key may go on in the next line after a backslash or underscore, and before an extension.
fn breakable(text: &str) -> String {
    let mut safe = escaped(text).replace('\\', "\\<wbr>").replace('_', "_<wbr>");
    for letter in 'a'..='z' {
        safe = safe.replace(&format!(".{letter}"), &format!("<wbr>.{letter}"));
    }
    safe
}
