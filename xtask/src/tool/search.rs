//! A search for a tool: what is read of the environment, what was looked at, and why it was taken or left.

use serde::Serialize;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why the others are left.
pub(super) const ANOTHER: &str = "another one came first";

/// The variables of an environment that a search reads.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<&'static str, OsString>);

impl Variables {
    /// Those of this process with these names.
    #[must_use]
    pub fn of_this(names: &[&'static str]) -> Variables {
        names.iter().filter_map(|name| Some((*name, env::var_os(name)?))).collect()
    }

    /// What `name` is set to; nothing where that is empty.
    pub(super) fn folder(&self, name: &str) -> Option<PathBuf> {
        self.0.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The same as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(self.folder(name)?.to_string_lossy().into_owned())
    }

    /// The files `name` on the PATH.
    pub(super) fn on_path(&self, name: &str) -> Vec<PathBuf> {
        let path = self.0.get("PATH").cloned().unwrap_or_default();
        env::split_paths(&path).map(|folder| folder.join(name)).filter(|file| file.is_file()).collect()
    }
}

impl FromIterator<(&'static str, OsString)> for Variables {
    fn from_iter<I: IntoIterator<Item = (&'static str, OsString)>>(variables: I) -> Variables {
        let mut all = Variables::default();
        all.extend(variables);
        all
    }
}

/// Of two with one name, the last counts.
impl Extend<(&'static str, OsString)> for Variables {
    fn extend<I: IntoIterator<Item = (&'static str, OsString)>>(&mut self, variables: I) {
        self.0.extend(variables);
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Search<T> {
    /// What was taken.
    pub found: Option<T>,
    /// Everything that was looked at, in order.
    pub candidates: Vec<Candidate>,
    /// Why there is nothing more to look at.
    pub problem: Option<String>,
}

/// One that has not looked at anything.
impl<T> Default for Search<T> {
    fn default() -> Search<T> {
        Search { found: None, candidates: Vec::new(), problem: None }
    }
}

impl<T: fmt::Display> Search<T> {
    /// Takes the first that will do, and leaves the others.
    pub(super) fn settle(&mut self, name: &str, path: &Path, found: Result<T, impl fmt::Display>) {
        self.candidates.push(match found {
            Ok(_) if self.found.is_some() => Candidate::left(name, path, ANOTHER),
            Ok(found) => {
                let taken = Candidate::taken(name, path, &found);
                self.found = Some(found);
                taken
            }
            Err(problem) => Candidate::left(name, path, problem),
        });
    }

    /// Why nothing was found.
    #[must_use]
    pub fn why_not(&self) -> String {
        let looked_at = self.candidates.iter().map(ToString::to_string);
        looked_at.chain(self.problem.clone()).collect::<Vec<_>>().join("; ")
    }
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// How it was found: `--wix`, `WIX6`, `developer prompt`, the name of a Visual Studio.
    pub name: String,
    /// The file or folder that it is.
    pub path: PathBuf,
    /// Why it was taken or left.
    pub verdict: String,
}

impl Candidate {
    /// One that will do; `what` it is.
    fn taken(name: &str, path: &Path, what: impl fmt::Display) -> Candidate {
        Candidate { name: name.to_owned(), path: path.to_owned(), verdict: format!("taken: {what}") }
    }

    /// One that will not do, and `why`.
    pub(super) fn left(name: &str, path: &Path, why: impl fmt::Display) -> Candidate {
        Candidate { name: name.to_owned(), path: path.to_owned(), verdict: format!("left: {why}") }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (`{}`), {}", self.name, self.path.display(), self.verdict)
    }
}
