//! `cargo xtask payload`: what is in what Microsoft ships.

mod extract;

use crate::console::{Console, Paint};
use crate::exit::{Exit, Failure, Outcome};
use crate::payload::source::{self, PayloadSource};
use ancm_installer::diag::Severity;
use ancm_installer::payload::inspect::{InspectedFile, Inspection};
use ancm_installer::pe::Signed;
use clap::Subcommand;
use serde::Serialize;
use std::ffi::OsString;

/// What to do with payloads.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is inside: the module's files, what is missing, who signed them; with -v everything
    Inspect {
        /// Folders, bundles, packages, cabinets, zip files
        #[arg(value_name = "SOURCE", required = true)]
        sources: Vec<OsString>,
    },
    /// Unpack a source; the paths of a package's files are those that it installs to
    Extract(extract::Flags),
}

/// Runs the command.
///
/// # Errors
/// A source cannot be read, or something in it is refused; what is unpacked cannot be written.
pub fn run(command: &Command, console: &Console) -> Outcome {
    match command {
        Command::Inspect { sources } => inspect(sources, console),
        Command::Extract(flags) => extract::run(flags, console),
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    inspection: &'a Inspection,
}

fn inspect(sources: &[OsString], console: &Console) -> Outcome {
    let sources: Vec<PayloadSource> = sources.iter().cloned().map(PayloadSource::from).collect();
    let inspection = Inspection::of(&source::local(&sources));
    if console.json() {
        console.result(&Answer { schema: "ancm-payload/1", inspection: &inspection });
    } else {
        show(&inspection, console);
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        inspection.findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    console.diagnostics(&warnings);
    if errors.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Input, errors)) }
}

fn show(inspection: &Inspection, console: &Console) {
    for archive in inspection.archives.iter().filter(|_| console.verbose()) {
        let signed = painted(&archive.signed, console);
        console.print(&format!("{}\n  {}, {} bytes, {signed}", archive.path, archive.kind, archive.size));
    }
    let of_the_module = |file: &&InspectedFile| file.what.is_of_the_module();
    for file in inspection.files.iter().filter(|file| console.verbose() || of_the_module(file)) {
        let InspectedFile { path, what, size, sha256, image } = file;
        console.print(path);
        console.print(&format!("  {what}, {size} bytes, sha256 {sha256}"));
        let Some(image) = image else { continue };
        let version = image.version.map_or(String::new(), |version| format!(", {version}"));
        let exports = if image.exports.is_empty() || image.exports.len() > 8 {
            format!("{} exports", image.exports.len())
        } else {
            format!("exports {}", image.exports.join(", "))
        };
        console.print(&format!("  {}{version}, {exports}", image.views.join(" and ")));
        console.print(&format!("  {}", painted(&image.signed, console)));
    }
    let found = inspection.files.iter().filter(of_the_module).count();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    console.print(&format!(
        "{found} file{} of the module among {} in {} archive{}",
        plural(found),
        inspection.files.len(),
        inspection.archives.len(),
        plural(inspection.archives.len())
    ));
    for role in &inspection.missing {
        console.print(&format!("missing: {role}"));
    }
}

fn painted(signed: &Signed, console: &Console) -> String {
    let paint = match signed {
        Signed::Signed { .. } => Paint::Good,
        Signed::Unverified { .. } => Paint::Doubtful,
        Signed::Wrong { .. } => Paint::Bad,
        Signed::Unsigned => Paint::Plain,
    };
    console.painted(paint, &signed.to_string())
}
