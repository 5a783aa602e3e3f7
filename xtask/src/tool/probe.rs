//! Asking a program for its version: where it is, what it says within a few seconds, and whether that will do.

use super::process;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Whether `apt-get` installs what is missing. Under Wine, Windows programs see the host's files too.
pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux") && Path::new("/etc/debian_version").is_file()
}

/// How long a program may take to say its version; the .NET runtime starts within two seconds.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The most that is read of an answer, in bytes.
const MOST: u64 = 1 << 16;

/// Versions that will do: from `least` to `most`, each with everything below it (`19` has `19.1.7`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first one.
    pub least: Option<&'static str>,
    /// The last one.
    pub most: Option<&'static str>,
}

/// How a version stands to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Before it.
    TooOld,
    /// In it.
    Good,
    /// Behind it.
    TooNew,
}

impl Range {
    /// Any version.
    pub const ANY: Range = Range { least: None, most: None };

    /// `least` and everything after it.
    #[must_use]
    pub const fn from(least: &'static str) -> Range {
        Range { least: Some(least), most: None }
    }

    /// From `least` to `most`.
    #[must_use]
    pub const fn within(least: &'static str, most: &'static str) -> Range {
        Range { least: Some(least), most: Some(most) }
    }

    /// Whether every version will do.
    #[must_use]
    pub fn is_any(self) -> bool {
        self == Range::ANY
    }

    /// Where `version` stands; what is no number counts as 0.
    #[must_use]
    pub fn fit(self, version: &str) -> Fit {
        let version = numbers(version);
        // as many numbers as the bound has
        let against = |bound: &str| {
            let bound = numbers(bound);
            let own: Vec<u64> =
                version.iter().copied().chain(std::iter::repeat(0)).take(bound.len()).collect();
            own.cmp(&bound)
        };
        if self.least.is_some_and(|least| against(least).is_lt()) {
            Fit::TooOld
        } else if self.most.is_some_and(|most| against(most).is_gt()) {
            Fit::TooNew
        } else {
            Fit::Good
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (None, None) => f.write_str("any"),
            (Some(least), None) => write!(f, "{least} or later"),
            (None, Some(most)) => write!(f, "{most} or earlier"),
            (Some(least), Some(most)) if least == most => f.write_str(least),
            (Some(least), Some(most)) => write!(f, "{least} to {most}"),
        }
    }
}

/// What a program answered.
pub struct Answer {
    /// Whether it ended with 0.
    pub success: bool,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Answer {
    /// Its first line, of whichever stream.
    #[must_use]
    pub fn first_line(&self) -> &str {
        self.out
            .lines()
            .chain(self.err.lines())
            .find(|line| !line.trim().is_empty())
            .unwrap_or("nothing")
            .trim()
    }

    /// The first version in it.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        version_in(&self.out).or_else(|| version_in(&self.err))
    }
}

/// Why a program gives no answer: what follows its name.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no folder for its answer.
    #[error("cannot be asked: no scratch folder: {0}")]
    Scratch(#[source] io::Error),
    /// There is no file for its answer.
    #[error("cannot be asked: {0}")]
    File(#[source] io::Error),
    /// It does not start.
    #[error("does not start: {0}")]
    Start(#[source] io::Error),
    /// It does not end.
    #[error("did not answer within {} seconds", .0.as_secs())]
    TooLong(Duration),
}

/// Runs `command` and gives what it said.
///
/// # Errors
/// It does not start, or does not end within `patience`.
pub fn ask(command: &mut Command, patience: Duration) -> Result<Answer, AskError> {
    let scratch = tempfile::tempdir().map_err(AskError::Scratch)?;
    let [out, err] = ["out", "err"].map(|name| scratch.path().join(name));
    let create = |path: &Path| File::create(path).map_err(AskError::File);
    let status = process::run_into(command, create(&out)?, create(&err)?, patience)
        .map_err(AskError::Start)?
        .ok_or(AskError::TooLong(patience))?;
    let read = |path: &Path| {
        let mut bytes = Vec::new();
        // what cannot be read was not said
        let _ = File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Ok(Answer { success: status.success(), out: read(&out), err: read(&err) })
}

/// The numbers of a version, for comparison; what is no number counts as 0.
pub fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The first version in `text`: digits and dots at the beginning of a word, or behind `-`, `(` or `v`.
fn version_in(text: &str) -> Option<String> {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character.is_ascii_digit() && (before.is_whitespace() || "-(v".contains(before)) {
            let rest = &text[at..];
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            return Some(rest[..end].trim_end_matches('.').to_owned());
        }
        before = character;
    }
    None
}

/// The program `name` on the PATH; also where Debian keeps Wine's 64-bit loader.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let debian_wine = || (name == "wine64").then(|| PathBuf::from("/usr/lib/wine/wine64"));
    which::which_global(name).ok().or_else(|| debian_wine().filter(|file| file.is_file()))
}
