//! What is to be done: by the rows of the package's table, the states of their components, and who else needs them.

use crate::failure::Failure;
use crate::job::{self, Job, Verb};
use crate::session::{Row, Session};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLSTATE, INSTALLSTATE_ABSENT, INSTALLSTATE_DEFAULT, INSTALLSTATE_LOCAL, INSTALLSTATE_REMOVED,
    INSTALLSTATE_SOURCE, INSTALLSTATE_UNKNOWN,
};

/// Sets the properties that hand the other actions their jobs. An action with nothing to do gets none; its condition
/// is the property.
pub(crate) fn schedule(session: &Session) -> Result<(), Failure> {
    let tolerant = session.property("OPT_NO_SHARED_CONFIG_CHECK") == "1";
    let mut jobs: Vec<Job> = Vec::new();
    for row in session.rows()? {
        let Some(verb) = verb(session, &row)? else { continue };
        if !session.holds(&row.condition)? {
            session.log(&alloc::format!("{}: nothing to do, {} does not hold", row.key, row.condition));
            continue;
        }
        let files = session.format(&row.file)?;
        let files: Vec<&str> = if row.attributes & job::USER == 0 {
            [files.as_str()].into()
        } else {
            files.split(';').map(str::trim).collect()
        };
        for file in files.into_iter().filter(|file| !file.is_empty()) {
            jobs.push(Job {
                verb,
                attributes: row.attributes,
                tolerant,
                file: file.to_owned(),
                module: row.module.clone(),
                image: row.image.clone(),
                section: row.section.clone(),
            });
        }
    }
    let of = |verb| jobs.iter().filter(|job| job.verb == verb).collect::<Vec<_>>();
    let (added, removed, all) = (of(Verb::Add), of(Verb::Remove), jobs.iter().collect());
    let actions = [
        ("CheckConfiguration", &all),
        ("RollBackRemovedConfiguration", &removed),
        ("RemoveConfiguration", &removed),
        ("RollBackAddedConfiguration", &added),
        ("AddConfiguration", &added),
        ("CommitConfiguration", &all),
    ];
    for (action, jobs) in actions {
        if !jobs.is_empty() {
            session.set_property(action, &job::to_text(jobs))?;
        }
    }
    Ok(())
}

/// What happens to a row, if anything.
fn verb(session: &Session, row: &Row) -> Result<Option<Verb>, Failure> {
    let (installed, action) = session.component(&row.component)?;
    let verb = decide(installed, action, !session.property("REINSTALL").is_empty());
    if verb != Some(Verb::Remove) {
        return Ok(verb);
    }
    if !session.property("UPGRADINGPRODUCTCODE").is_empty() {
        session.log(&alloc::format!("{}: kept for the product that replaces this one", row.key));
        return Ok(None);
    }
    let id = session.component_id(&row.component)?;
    let others = session.other_clients(&id, &session.property("ProductCode"));
    if others.is_empty() {
        return Ok(verb);
    }
    session.log(&alloc::format!("{}: kept, since {} needs it, too", row.key, others.join(", ")));
    Ok(None)
}

/// What a component's states mean for its registration. A repair that leaves the component alone, since its key file is
/// right, still repairs the registration.
fn decide(installed: INSTALLSTATE, action: INSTALLSTATE, is_repair: bool) -> Option<Verb> {
    let is_there = matches!(installed, INSTALLSTATE_LOCAL | INSTALLSTATE_SOURCE);
    match action {
        INSTALLSTATE_LOCAL | INSTALLSTATE_SOURCE | INSTALLSTATE_DEFAULT => Some(Verb::Add),
        INSTALLSTATE_UNKNOWN if is_there && is_repair => Some(Verb::Add),
        INSTALLSTATE_ABSENT | INSTALLSTATE_REMOVED if is_there => Some(Verb::Remove),
        _ => None,
    }
}
