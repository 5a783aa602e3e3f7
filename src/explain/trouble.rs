//! What is wrong although nothing failed: files that an upgrade took away again, components that were not installed, products
//! that were not found, and installations that did nothing. With the codes of `cargo xtask upgrade`, by the signatures of an
//! upgrade in a log.

use super::finding::{Certainty, Finding};
use super::follow::{Disk, Registered};
use super::story::{Purpose, Session, Story};
use crate::diag::Severity;
use crate::upgrade;

/// So many findings of one kind are told; the others are counted.
const SHOWN: usize = 12;

pub(super) fn of(story: &Story, disk: &Disk) -> Vec<Finding> {
    let mut findings = paths(story, disk);
    findings.extend(values_and_services(disk));
    for session in &story.sessions {
        findings.extend(components(story, session));
        findings.extend(detection(session));
        findings.extend(nothing_done(story, session));
        findings.extend(restart(session));
    }
    findings
}

/// A finding of the simulator's catalogue.
fn known(code: &str, title: String) -> Finding {
    let kind = upgrade::explain(code).expect("a code of the catalogue");
    Finding::new(kind.code, kind.severity, title).why(kind.explanation).help(kind.fix)
}

fn paths(story: &Story, disk: &Disk) -> Vec<Finding> {
    let lost: Vec<&Registered> = disk.registered.values().filter(|entry| entry.removed.is_some()).collect();
    let mut findings: Vec<(u64, Finding)> = Vec::new();
    for entry in lost {
        let removed = entry.removed.as_ref().expect("just asked");
        let same = removed.component.eq_ignore_ascii_case(&entry.component);
        let vetoed = story.sessions.iter().any(|session| {
            session.vetoed.items.iter().any(|(id, _)| id.eq_ignore_ascii_case(&entry.component))
        });
        let late = removed.line > entry.line;
        let not_written = entry.written.is_none_or(|(_, written)| !written);
        let finding = if late && !same {
            late_loss(disk, entry, vetoed)
        } else if !late && not_written && (vetoed || disk.any_written) && removed.session != entry.session {
            early_loss(entry, vetoed)
        } else {
            continue;
        };
        findings.push((entry.line, finding));
    }
    findings.sort_by_key(|(line, _)| *line);
    let more = findings.len().saturating_sub(SHOWN);
    let mut findings: Vec<Finding> = findings.into_iter().take(SHOWN).map(|(_, finding)| finding).collect();
    if more > 0
        && let Some(last) = findings.last_mut()
    {
        last.why = format!("{} The same holds for {more} more files.", last.why);
    }
    findings
}

/// Registered by the new product, removed by the old one afterwards, under another ComponentId.
fn late_loss(disk: &Disk, entry: &Registered, vetoed: bool) -> Finding {
    let removed = entry.removed.as_ref().expect("the caller asked");
    let path = &entry.path;
    let mut finding = known(
        "U001",
        format!(
            "`{path}` is lost: the new product registered it as component {}, and the old product removed it afterwards as \
             component {}",
            entry.component, removed.component
        ),
    );
    finding = finding
        .quote(entry.line, format!("ComponentRegister(ComponentId={},KeyPath={path})", entry.component));
    // a path that was registered and for which no file was copied although others were: costing refused it
    let refused = vetoed
        || entry.written.is_some_and(|(_, written)| !written)
        || (entry.written.is_none() && disk.any_written);
    if refused {
        let three = upgrade::explain("U003").expect("in the catalogue");
        finding.codes.push(three.code.to_owned());
        let shared = if entry.shared {
            " (`SharedDllRefCount=2`: Windows Installer saw a file there that another component owns)"
        } else {
            ""
        };
        finding.why = format!(
            "{} A second cause by itself: the new product registered the path and never wrote the file{shared}. Its component was \
             refused at costing, because the file on the disk has a version and the package's file has none, or a lower one \
             (U002). {}",
            finding.why, three.explanation
        );
        finding.help = format!("{}; and {}", finding.help, three.fix);
        if !vetoed {
            finding.certainty = Certainty::Probable;
        }
    } else if let Some((line, _)) = entry.written {
        finding = finding.quote(line, format!("the new file was written to {path}"));
    }
    finding
        .quote(removed.line, format!("FileRemove(FileName={},ComponentId={})", name(path), removed.component))
}

/// Removed by the old product first, and then not written by the new one, which had refused it.
fn early_loss(entry: &Registered, vetoed: bool) -> Finding {
    let removed = entry.removed.as_ref().expect("the caller asked");
    let path = &entry.path;
    let mut finding = known(
        "U002",
        format!(
            "`{path}` is lost: the old product removed it, and the new product registered it and did not write it"
        ),
    );
    let three = upgrade::explain("U003").expect("in the catalogue");
    finding.codes.push(three.code.to_owned());
    finding.why =
        format!("{} So it is for a file without a version in place of a versioned one (U003).", finding.why);
    finding.help = format!("{}; or {}", finding.help, three.fix);
    if !vetoed {
        finding.certainty = Certainty::Probable;
    }
    finding
        .quote(removed.line, format!("FileRemove(FileName={},ComponentId={})", name(path), removed.component))
        .quote(entry.line, format!("ComponentRegister(ComponentId={},KeyPath={path})", entry.component))
}

fn name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

fn values_and_services(disk: &Disk) -> Vec<Finding> {
    let values = disk.values_lost.items.iter().take(SHOWN).map(|(value, wrote, removed)| {
        known(
            "U009",
            format!("registry value `{value}` is lost: written, and removed by another product afterwards"),
        )
        .quote(*wrote, "the new product wrote it")
        .quote(*removed, "the old product removed it")
    });
    let services = disk.services_lost.items.iter().take(SHOWN).map(|(service, made, deleted)| {
        known(
            "U014",
            format!("service `{service}` is lost: installed, and deleted by another product afterwards"),
        )
        .quote(*made, "the new product installed it")
        .quote(*deleted, "the old product deleted it")
    });
    values.chain(services).collect()
}

/// Components that were refused or removed in part, where no path says more.
fn components(story: &Story, session: &Session) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((first, line)) = session.vetoed.items.first() {
        let spared = story.sessions.iter().any(|inner| {
            inner.spared.items.iter().any(|(id, _)| session.vetoed.items.iter().any(|(own, _)| own == id))
        });
        let code = if spared { "U004" } else { "U002" };
        let count = session.vetoed.items.len() as u64 + session.vetoed.left_off;
        let title = match count {
            1 => format!(
                "component {first} is not installed: the file on the disk has a higher version, or a version where the package's file has none"
            ),
            _ => format!(
                "{count} components are not installed, {first} first: the files on the disk have higher versions, or versions where the package's files have none"
            ),
        };
        let mut finding = known(code, title).of(session.id);
        finding.severity = Severity::Warning;
        if !spared {
            finding.codes.push("U003".to_owned());
            finding.why = "Where the old product is removed in the same run, the files go with it, and are missing until a repair. Everything else in such a component (other files, registry values, services) is not installed either.".to_owned();
        }
        for (id, line) in session.vetoed.items.iter().take(4) {
            finding = finding.quote(*line, format!("Disallowing installation of component: {id}"));
        }
        let _ = line;
        findings.push(finding);
    }
    for state in session.components.items.iter().filter(|state| state.action.contains("FileAbsent")).take(4) {
        let title = format!(
            "component `{}` loses its files only: another product has the same ComponentId at another path",
            state.name
        );
        findings.push(
            known("U011", title)
                .of(session.id)
                .quote(state.line, format!("Component: {}; Action: {}", state.name, state.action)),
        );
    }
    findings
}

/// Older products that were seen and left alone.
fn detection(session: &Session) -> Vec<Finding> {
    let about = |words: &str| {
        words.contains("Related install for product") || words.contains("could not read ASSIGNMENTTYPE")
    };
    let Some((words, line)) = session.skipped.items.iter().find(|(words, _)| about(words)) else {
        return Vec::new();
    };
    let title = "an older version was seen and not taken for one: it is installed per user and this one per machine, or the other way round";
    let finding = known("U016", title.to_owned())
        .of(session.id)
        .why("FindRelatedProducts looks only among products of the same installation context, and at the moment at which it runs; both versions stay installed. A user interface that asks for the scope after FindRelatedProducts ran comes to the same.")
        .help("install in the same context as before (ALLUSERS=1, or MSIINSTALLPERUSER=1), or remove the old one first; vendors: keep the scope, or run FindRelatedProducts again after the choice")
        .quote(*line, words.clone());
    vec![finding]
}

/// A product that is there already was asked for again, and nothing came of it.
fn nothing_done(story: &Story, session: &Session) -> Option<Finding> {
    let worked = ["components registered", "components unregistered", "files removed", "files considered"];
    let did = worked.iter().any(|what| session.operations.contains_key(*what));
    let actions = &session.component_actions;
    let components: u64 =
        actions.iter().filter(|(name, _)| !name.starts_with("feature ")).map(|(_, count)| count).sum();
    let idle = components > 0 && actions.get("Null") == Some(&components);
    let maintains = session.purpose == Purpose::Maintenance
        || session.properties.get("Installed").is_some_and(|value| !value.is_empty());
    let inside = story.sessions.iter().any(|inner| inner.parent == Some(session.id));
    let succeeded = session.succeeded() == Some(true);
    (succeeded && !did && idle && maintains && session.parent.is_none() && !inside).then(|| {
        Finding::new("explain::nothing_done", Severity::Warning, format!("{} was installed already, and this run changed nothing", session.title()))
            .why(format!("every component that was considered ({components}) has the action Null: no feature was asked for, added or removed. Starting the package of an installed product opens its maintenance, and does not install it again"))
            .help("to repair it: `msiexec /fomus PACKAGE.msi`, or REINSTALL=ALL REINSTALLMODE=omus; to install another build of the same version, remove the installed one first; vendors: another ProductCode and a higher version")
            .of(session.id)
    })
}

fn restart(session: &Session) -> Option<Finding> {
    let needed = matches!(session.result, Some(3010 | 1641)) || !session.restarts.items.is_empty();
    needed.then(|| {
        let count = session.restarts.items.len() as u64 + session.restarts.left_off;
        let title = match session.result {
            Some(1641) => "Windows restarts".to_owned(),
            _ if count > 0 => format!("Windows has to be restarted: {count} files in use wait for it"),
            _ => "Windows has to be restarted".to_owned(),
        };
        let mut finding = Finding::new("explain::restart", Severity::Note, title)
            .why("files that are in use are replaced and deleted at the next start of Windows; until then the old ones run, and other installations may refuse to start")
            .help("restart Windows before anything else is installed; a file that waits to be deleted and was installed again with an equal version is lost then (U025)")
            .of(session.id);
        for (words, line) in session.restarts.items.iter().take(4) {
            finding = finding.quote(*line, words.clone());
        }
        finding
    })
}
