//! The page that stands beside a download.

use super::{Release, Subject};
use crate::pe::Signed;
use crate::release::PackageEntry;
use crate::upgrade::matrix::Accident;
use std::fmt::Write;

/// Release notes, as Markdown: what this is, what is in it, and what becomes of machines that have something older.
pub(super) fn page(release: &Release) -> String {
    let manifest = &release.manifest;
    let mut page = format!("# {}\n\n", manifest.version);
    for warning in warnings(release) {
        writeln!(page, "> **{warning}**\n").expect("a string takes it");
    }
    page.push_str("## Packages\n\n| file | for | SHA-256 |\n|---|---|---|\n");
    for package in &manifest.packages {
        let PackageEntry { file, product_name, sha256, .. } = package;
        let arch = package.for_machines();
        writeln!(page, "| `{file}` | {product_name}, {arch} | `{sha256}` |").expect("a string takes it");
    }
    page.push_str("\n`sha256sum --check SHA256SUMS` checks the downloaded files. `INSTALL.md` says how to install silently.\n");
    page.push_str("\n## What is in them\n\n| file | version | signature | SHA-256 |\n|---|---|---|---|\n");
    for file in &manifest.payload {
        let version = file.version.map_or("-".to_owned(), |version| version.to_string());
        writeln!(
            page,
            "| {} | {version} | {} | `{}` |",
            file.role,
            cell(&file.signed.to_string()),
            file.sha256
        )
        .expect("a string takes it");
    }
    for made in &manifest.forwarders {
        let what = format!("{}, made here: {}", made.path, made.kind);
        writeln!(page, "| {what} | {} | see SBOM | `{}` |", made.version, made.sha256)
            .expect("a string takes it");
    }
    if release.subjects.iter().all(|subject| subject.upgrades.is_empty()) {
        return page;
    }
    page.push_str("\n## Upgrades\n\nSimulated by the rules of Windows Installer on a model of a machine, from every package that has shipped, after what may have happened there. `ok` means that everything is as after a fresh installation.\n");
    for (package, subject) in release.packages() {
        matrix(&mut page, package, subject);
    }
    page
}

/// What nobody may overlook.
fn warnings(release: &Release) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if release.manifest.stand_in {
        warnings.push("These packages hold stand-ins that run no application. They are for trying out only.");
    }
    if release.subjects.iter().any(|subject| subject.signed == Signed::Unsigned) {
        warnings.push("These packages are not signed: Windows names an unknown publisher.");
    }
    warnings
}

fn matrix(page: &mut String, package: &PackageEntry, subject: &Subject) {
    let heads = Accident::ALL.map(|accident| format!(" {accident} |")).concat();
    writeln!(page, "\n### {}\n\n| from |{heads}\n|---|{}", package.file, "---|".repeat(Accident::ALL.len()))
        .expect("a string takes it");
    for played in &subject.upgrades {
        write!(page, "| {} |", played.from).expect("a string takes it");
        for (_, tally) in &played.cells {
            let said = tally.as_ref().map_or("-".to_owned(), |tally| tally.to_string());
            write!(page, " {said} |").expect("a string takes it");
        }
        page.push('\n');
    }
}

/// Text that cannot end its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
