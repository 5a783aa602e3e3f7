//! `Media`.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::Work;

/// Rows of Media, whose last numbers follow from the files.
pub(super) fn media(work: &mut Work<'_>) {
    let rows: Vec<_> = work.rows("Media").collect();
    // the disk that files get that lie beside a package, and nobody says anything of
    let is_usual = |row: &&Row<'_>| {
        let texts = ["Cabinet", "DiskPrompt", "VolumeLabel", "Source"];
        row.int("DiskId") == Some(1) && texts.into_iter().all(|column| row.text(column).is_none())
    };
    if rows.len() == 1 && rows.iter().all(|row| is_usual(&row)) {
        return;
    }
    for row in rows {
        let cabinet = row.text("Cabinet");
        let embedded = cabinet.and_then(|cabinet| cabinet.strip_prefix('#'));
        let media = element("Media")
            .with("Id", row.int("DiskId"))
            .with("Cabinet", embedded.or(cabinet))
            .flag("EmbedCab", embedded.is_some())
            .with("DiskPrompt", row.text("DiskPrompt"))
            .with("VolumeLabel", row.text("VolumeLabel"))
            .with("Source", row.text("Source"));
        work.put("Package", "", media);
    }
}
