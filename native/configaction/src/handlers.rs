//! Folders of the out-of-process handler that no installed product owns any more.
//!
//! The handler is installed in a folder of its version, under one ComponentId for all versions, and an upgrade leaves the
//! old folder behind. The module takes the highest folder without looking into it, so one that stays can break the module
//! once its owner is gone. What goes is told to Windows Installer as temporary rows of the RemoveFile table, so that a
//! rollback brings it back.

use crate::disk;
use crate::failure::Failure;
use crate::session::{HandlerFolder, Session};
use alloc::string::{String, ToString};

/// Properties that list the products which this one replaces.
const REPLACED: [&str; 2] = ["OLDERVERSIONFOUND", "OLDERVERSIONFOUND_EARLIERCODE"];

/// Has RemoveFiles take away what nobody owns. What cannot be found out or scheduled is left where it is: an installation
/// does not fail for it.
pub(crate) fn find_abandoned(session: &Session) -> Result<(), Failure> {
    if let Err(failure) = schedule(session) {
        session.log(&alloc::format!("WARNING: {}: {}; old handlers stay", failure.file, failure.reason));
    }
    Ok(())
}

fn schedule(session: &Session) -> Result<(), Failure> {
    let mut going = alloc::vec![session.property("ProductCode")];
    for list in REPLACED.map(|name| session.property(name)) {
        going.extend(list.split(';').map(ToString::to_string));
    }
    let mut owners = None;
    for row in session.handler_folders()? {
        let folder = session.format(&row.folder)?;
        let folder = folder.trim_end_matches('\\');
        let names = disk::folders(folder).into_iter();
        for (number, name) in names.filter(|name| is_version(name) && *name != row.kept).enumerate() {
            let path = alloc::format!(r"{folder}\{name}");
            let files = disk::entries(&path);
            if let Some(foreign) = files.iter().find(|file| !is_handler(&row, file)) {
                session.log(&alloc::format!("{path}: kept, since {foreign} in it is no handler"));
                continue;
            }
            let owners = owners.get_or_insert_with(|| session.key_paths(&going));
            if let Some((product, _)) = owners.iter().find(|(_, file)| is_below(file, &path)) {
                session.log(&alloc::format!("{path}: kept, since {product} has it"));
                continue;
            }
            session.log(&alloc::format!("{path}: no product that stays has it; it goes"));
            let property = alloc::format!("AbandonedHandler.{}.{number}", row.key);
            session.set_property(&property, &alloc::format!("{path}\\"))?;
            for file in files.iter().map(String::as_str).chain([""]) {
                session.remove_file(&row.component, &property, file)?;
            }
        }
    }
    Ok(())
}

/// Whether a folder is named like a version: three or four numbers.
fn is_version(name: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split('.').all(is_number) && matches!(name.split('.').count(), 3 | 4)
}

fn is_handler(row: &HandlerFolder, file: &str) -> bool {
    row.files.split(';').any(|known| known.eq_ignore_ascii_case(file))
}

/// Whether a key path is a file in the folder, or the folder itself.
fn is_below(file: &str, folder: &str) -> bool {
    let start = file.get(..folder.len()).is_some_and(|start| start.eq_ignore_ascii_case(folder));
    start && matches!(file.get(folder.len()..), Some(rest) if rest.is_empty() || rest.starts_with('\\'))
}
