//! The rules for one file that is already there
//! (<https://learn.microsoft.com/windows/win32/msi/file-versioning-rules>).

use crate::machine::DiskFile;
use crate::package::{Component, File, FileFacts};
use crate::rules::{Confidence, Rule};
use std::cmp::Ordering;
use std::fmt;

/// The REINSTALLMODE property (<https://learn.microsoft.com/windows/win32/msi/reinstallmode>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReinstallMode(String);

impl Default for ReinstallMode {
    fn default() -> Self {
        ReinstallMode("omus".to_owned())
    }
}

impl ReinstallMode {
    /// The mode with `letters`.
    #[must_use]
    pub fn new(letters: &str) -> ReinstallMode {
        ReinstallMode(letters.to_ascii_lowercase())
    }

    /// Whether `letter` is one of it.
    #[must_use]
    pub fn has(&self, letter: char) -> bool {
        self.0.contains(letter)
    }

    /// How sure it is that what is there stays, whatever it is, because no letter says what replaces it: documented
    /// where `p` says so, else not, and `c` asks for checksums, which are not modelled.
    fn only_missing(&self) -> Option<Confidence> {
        match "oeda".chars().any(|letter| self.has(letter)) {
            true => None,
            false if self.has('p') && !self.has('c') => Some(Confidence::A),
            false => Some(Confidence::D),
        }
    }

    /// Whether a letter asks for more than older files: what it does to files without versions is not proven.
    fn is_unproven(&self) -> bool {
        self.has('e') || self.has('d')
    }
}

impl fmt::Display for ReinstallMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file is written, and by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Written, or the one on the disk stays.
    pub install: bool,
    /// The rule that decided.
    pub rule: Rule,
    /// How sure.
    pub confidence: Confidence,
}

impl Decision {
    fn new(install: bool, rule: Rule) -> Decision {
        Decision { install, rule, confidence: rule.confidence() }
    }

    fn at_best(self, confidence: Confidence) -> Decision {
        Decision { confidence: self.confidence.max(confidence), ..self }
    }
}

/// Compares the package's version with the disk's; the confidence drops to D where a range leaves it open.
fn compare(file: &File, disk: &FileFacts) -> Option<(Ordering, Confidence)> {
    let package = file.version?;
    let (package_low, package_high) = file
        .facts
        .version_range
        .filter(|_| file.facts.version == Some(package))
        .unwrap_or((package, package));
    let on_disk = disk.version?;
    let (disk_low, disk_high) = disk.versions()?;
    let exact = package_low == package_high && disk_low == disk_high;
    let open = !exact && package_low <= disk_high && disk_low <= package_high;
    Some((package.cmp(&on_disk), if open { Confidence::D } else { Confidence::A }))
}

/// `File.Attributes`: the file has a checksum, which mode `c` looks at.
const CHECKSUM: i32 = 1024;

/// Decides over `file`, where `disk` stands in its place.
#[must_use]
pub fn decide(file: &File, disk: Option<&DiskFile>, mode: &ReinstallMode) -> Decision {
    let Some(disk) = disk else { return Decision::new(true, Rule::S07) };
    if mode.has('a') {
        return Decision::new(true, Rule::S10);
    }
    if let Some(sure) = mode.only_missing() {
        return Decision::new(false, Rule::A30).at_best(sure);
    }
    let decision = by_version(file, disk, mode);
    let unread = !decision.install && mode.has('c') && file.attributes & CHECKSUM != 0;
    decision.at_best(if unread { Confidence::D } else { Confidence::A })
}

fn by_version(file: &File, disk: &DiskFile, mode: &ReinstallMode) -> Decision {
    let unproven = if mode.is_unproven() { Confidence::D } else { Confidence::A };
    match (file.version.is_some(), disk.facts.version.is_some()) {
        (true, true) => {
            let (order, sure) = compare(file, &disk.facts).expect("both have a version");
            match order {
                Ordering::Greater => Decision::new(true, Rule::A24),
                Ordering::Less => Decision::new(mode.has('d'), Rule::A24),
                Ordering::Equal => {
                    let brings_a_language =
                        !file.languages.is_empty() && !file.languages.is_subset(&disk.facts.languages);
                    Decision::new(brings_a_language || mode.has('e'), Rule::A26)
                }
            }
            .at_best(sure)
        }
        (true, false) => Decision::new(true, Rule::A25),
        (false, true) if mode.has('d') => Decision::new(true, Rule::A30).at_best(Confidence::C),
        (false, true) => Decision::new(false, Rule::A25),
        (false, false) if disk.modified => Decision::new(false, Rule::A27).at_best(unproven),
        (false, false) => match (file.hash, disk.facts.hash) {
            (Some(ours), Some(theirs)) if ours == theirs => Decision::new(false, Rule::A28).at_best(unproven),
            (Some(_), Some(_)) => Decision::new(true, Rule::A28),
            // Copied, unless it has these bytes already: the result is the same.
            (Some(_), None) => Decision::new(true, Rule::A28),
            (None, _) => Decision::new(true, Rule::A27),
        },
    }
}

/// Why a component is not installed over the file that stands at its key path: costing's veto. It asks for no
/// ComponentId: any file at the path counts.
#[must_use]
pub fn veto(component: &Component, disk: &DiskFile, mode: &ReinstallMode) -> Option<(Rule, Confidence)> {
    let file = component.key_file()?;
    if mode.has('a') || file.companion.is_some() {
        return None;
    }
    if let Some(sure) = mode.only_missing() {
        return Some((Rule::A30, sure.max(Confidence::C)));
    }
    if mode.has('d') {
        return None;
    }
    match (file.version, disk.facts.version) {
        (Some(_), Some(_)) => {
            let (order, sure) = compare(file, &disk.facts).expect("both have a version");
            (order == Ordering::Less).then_some((Rule::A16, sure))
        }
        (None, Some(_)) => Some((Rule::A17, Rule::A17.confidence())),
        (_, None) => None,
    }
}

/// The place where a decision hangs on a version that is only known as a range.
#[must_use]
pub fn is_open(component: &Component, disk: &DiskFile) -> bool {
    component
        .key_file()
        .and_then(|file| compare(file, &disk.facts))
        .is_some_and(|(_, confidence)| confidence == Confidence::D)
}

/// The rule by which a file that stands at the key path is no veto, where that is not plainly a lower version.
pub(super) fn not_vetoed_by(component: &Component, disk: &DiskFile) -> Option<Rule> {
    let file = component.key_file()?;
    match disk.facts.version {
        None => Some(Rule::S11),
        version if version == file.version => Some(Rule::A20),
        Some(_) => None,
    }
}
