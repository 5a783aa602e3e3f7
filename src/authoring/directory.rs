//! The directories of a package, as a tree below standard directories.

use super::xml::Xml;
use super::{file_path, own_terms, split};
use crate::ledger::{Directory, Entries, VERSION};
use crate::plan::Package;

/// The directories that a package's files need, and those above them.
pub(super) struct Tree<'a> {
    /// With paths in the package's own terms, versions filled in; parents before children.
    directories: Vec<(String, &'a Directory)>,
}

impl<'a> Tree<'a> {
    pub fn new(entries: &'a Entries, package: &Package, handler_folder: &str) -> Tree<'a> {
        let folders: Vec<String> = package
            .components
            .iter()
            .filter_map(file_path)
            .map(|path| own_terms(package.arch, split(path).0))
            .collect();
        let mut directories: Vec<(String, &Directory)> = entries
            .directories
            .iter()
            .map(|directory| (directory.path.replace(VERSION, handler_folder), directory))
            .filter(|(path, _)| folders.iter().any(|folder| folder == path || is_below(folder, path)))
            .collect();
        directories.sort_by(|a, b| a.0.cmp(&b.0));
        Tree { directories }
    }

    /// The id of the directory `folder`, in the package's own terms. Empty where the ledger has none, which the
    /// engine reports with the component's place.
    pub fn id(&self, folder: &str) -> &str {
        self.directories.iter().find(|(path, _)| path == folder).map_or("", |(_, directory)| &directory.id)
    }

    pub fn write(&self, xml: &mut Xml) {
        let mut roots: Vec<&str> = self.directories.iter().filter_map(|(path, _)| root(path)).collect();
        roots.dedup();
        for root in roots {
            xml.within("StandardDirectory", &[("Id", root)], |xml| self.children(xml, &format!("[{root}]")));
        }
    }

    fn children(&self, xml: &mut Xml, parent: &str) {
        for (path, directory) in &self.directories {
            let Some(name) = name_below(path, parent) else { continue };
            let mut attributes = vec![("Id", directory.id.as_str()), ("Name", name)];
            if let Some(short) = &directory.short_name {
                attributes.push(("ShortName", short));
            }
            if let Some(source) = &directory.source_name {
                attributes.push(("SourceName", source));
            }
            if self.directories.iter().any(|(other, _)| name_below(other, path).is_some()) {
                xml.within("Directory", &attributes, |xml| self.children(xml, path));
            } else {
                xml.element("Directory", &attributes);
            }
        }
    }
}

fn root(path: &str) -> Option<&str> {
    path.strip_prefix('[')?.split_once(']').map(|(root, _)| root)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('\\'))
}

/// The name of `path` where it stands directly in `parent`, a directory or `[Root]`.
fn name_below<'p>(path: &'p str, parent: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(parent)?;
    let name = if parent.ends_with(']') { rest } else { rest.strip_prefix('\\')? };
    (!name.is_empty() && !name.contains('\\')).then_some(name)
}
