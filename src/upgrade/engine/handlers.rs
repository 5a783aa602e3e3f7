//! Our own action that finds folders of the out-of-process handler which no product owns (`wix/upgrade.wxs`, T8).

use super::Engine;
use super::session::Session;
use crate::machine::{Client, RecordedKeyPath};
use crate::names::Folded;
use crate::package::HandlerFolder;

/// The entry of the action.
pub(super) const ENTRY: &str = "FindAbandonedHandlers";

impl<'a> Engine<'a> {
    /// Decides which files RemoveFiles will take away.
    pub(super) fn find_abandoned(&mut self, session: &mut Session<'a>) {
        let mut found = Vec::new();
        for (index, component) in session.package.components.iter().enumerate() {
            for row in &component.handler_folders {
                let folder = Folded::path(&session.formatted(&row.folder));
                let files = self.abandoned(session, row, &folder);
                found.extend(files.into_iter().map(|path| (index, path)));
            }
        }
        session.abandoned = found;
    }

    /// The files of all folders below `folder` that are named like a version, hold nothing but handlers, and have no
    /// owner that stays.
    fn abandoned(&self, session: &Session<'a>, row: &HandlerFolder, folder: &Folded) -> Vec<Folded> {
        let prefix = format!("{}\\", folder.folded());
        let below = self.machine.files.range(Folded::new(&prefix)..).map(|(path, _)| path);
        let below = below.take_while(|path| path.folded().starts_with(&prefix));
        // what stands in each folder, from that folder on
        let mut folders: Vec<(&str, Vec<(&str, &Folded)>)> = Vec::new();
        for path in below {
            let Some((name, rest)) = path.folded()[prefix.len()..].split_once('\\') else { continue };
            match folders.last_mut().filter(|(last, _)| *last == name) {
                Some((_, files)) => files.push((rest, path)),
                None => folders.push((name, vec![(rest, path)])),
            }
        }
        let is_handler = |file: &str| row.files.iter().any(|known| known.eq_ignore_ascii_case(file));
        folders.retain(|(name, files)| {
            let is_kept = name.eq_ignore_ascii_case(&row.kept);
            is_version(name)
                && !is_kept
                && files.iter().all(|(file, _)| is_handler(file))
                && !self.is_owned(session, &format!("{prefix}{name}"))
        });
        folders.into_iter().flat_map(|(_, files)| files).map(|(_, path)| path.clone()).collect()
    }

    /// Whether a product that stays has a component in the folder.
    fn is_owned(&self, session: &Session<'a>, folder: &str) -> bool {
        let stays = |client: &Client| {
            let Client::Product(product) = client else { return true };
            *product != session.package.product_code
                && session.detected.iter().all(|found| found.product != *product)
        };
        let is_below = |key_path: &RecordedKeyPath| match key_path {
            RecordedKeyPath::File(path) | RecordedKeyPath::Directory(path) => path
                .folded()
                .strip_prefix(folder)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\')),
            RecordedKeyPath::Registry(_) | RecordedKeyPath::Other(_) => false,
        };
        let mut clients = self.machine.clients.values().flat_map(|clients| clients.iter());
        clients.any(|(client, key_path)| stays(client) && is_below(key_path))
    }
}

/// Whether a folder is named like a version: three or four numbers.
fn is_version(name: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    name.split('.').all(is_number) && matches!(name.split('.').count(), 3 | 4)
}
