//! What is to be done: by the rows of the package's table, the states of their components, and who else needs them.

use crate::disk;
use crate::failure::{Failure, Kind};
use crate::session::{Row, Session};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use registration::job::{self, Job, Shared, Verb};
use windows_sys::Win32::System::ApplicationInstallationAndServicing::{
    INSTALLSTATE, INSTALLSTATE_ABSENT, INSTALLSTATE_DEFAULT, INSTALLSTATE_LOCAL, INSTALLSTATE_REMOVED,
    INSTALLSTATE_SOURCE, INSTALLSTATE_UNKNOWN,
};

/// Sets the properties that hand the other actions their jobs. An action with nothing to do gets none; its condition
/// is the property.
///
/// Each run gets a name that nobody can foresee, by which the actions know their own journal.
pub(crate) fn schedule(session: &Session) -> Result<(), Failure> {
    let shared = match session.property("OPT_NO_SHARED_CONFIG_CHECK").as_str() {
        "" => Shared::AsBefore,
        "1" => Shared::MayBeLeft,
        _ => Shared::MustBeWritten,
    };
    let run = disk::nonce().map_err(|trouble| Failure::new(Kind::Damaged, "random numbers", &trouble))?;
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
                shared,
                run: run.clone(),
                file: file.to_owned(),
                module: row.module.clone(),
                image: row.image.clone(),
                section: row.section.clone(),
                area: row.area.clone(),
            });
        }
    }
    // jobs for users' files go to actions of their own, which run as the user
    for (is_user, name) in [(false, ""), (true, "User")] {
        let of = |verb: Option<Verb>| {
            let is_meant =
                |job: &&Job| job.has(job::USER) == is_user && verb.is_none_or(|verb| job.verb == verb);
            jobs.iter().filter(is_meant).collect::<Vec<_>>()
        };
        let actions = [
            ("Check", "", None),
            ("RollBack", "Removed", Some(Verb::Remove)),
            ("Remove", "", Some(Verb::Remove)),
            ("RollBack", "Added", Some(Verb::Add)),
            ("Add", "", Some(Verb::Add)),
            ("Commit", "", None),
        ];
        for (action, which, verb) in actions {
            let jobs = of(verb);
            if !jobs.is_empty() {
                let action = alloc::format!("{action}{which}{name}Configuration");
                session.set_property(&action, &job::to_text(&jobs))?;
            }
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
pub(crate) fn decide(installed: INSTALLSTATE, action: INSTALLSTATE, is_repair: bool) -> Option<Verb> {
    let is_there = matches!(installed, INSTALLSTATE_LOCAL | INSTALLSTATE_SOURCE);
    match action {
        INSTALLSTATE_LOCAL | INSTALLSTATE_SOURCE | INSTALLSTATE_DEFAULT => Some(Verb::Add),
        INSTALLSTATE_UNKNOWN if is_there && is_repair => Some(Verb::Add),
        INSTALLSTATE_ABSENT | INSTALLSTATE_REMOVED if is_there => Some(Verb::Remove),
        _ => None,
    }
}
