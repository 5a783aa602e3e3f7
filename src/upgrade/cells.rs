//! How sure the truth table of major upgrades is (SPEC §9): by what the key file was and is, whether the ComponentId
//! stays, and whether the old product goes before or after the new files come.

use super::machine::DiskFile;
use super::package::File;
use super::rules::Confidence;

/// The confidence that the table gives for the cell: `old` on the disk before, `new` in the package.
pub(super) fn confidence(old: &DiskFile, new: &File, same_id: bool, early: bool) -> Confidence {
    use Confidence::{A, B, C};
    let differs = old.facts.same_bytes(&new.facts) != Some(true);
    let row = match (new.version, old.facts.version) {
        (Some(ours), Some(theirs)) if ours > theirs => [[A, A], [A, B]],
        (Some(ours), Some(theirs)) if ours < theirs => [[A, B], [B, B]],
        (Some(_), Some(_)) => [[B, A], [B, B]],
        (None, Some(_)) => [[B, C], [A, A]],
        (Some(_), None) => [[C, A], [C, C]],
        (None, None) if old.modified => [[B, A], [C, C]],
        (None, None) if differs => [[B, A], [B, A]],
        (None, None) => [[B, A], [B, B]],
    };
    row[usize::from(!same_id)][usize::from(!early)]
}
