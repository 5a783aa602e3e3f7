//! `cargo xtask payload`: what is in what Microsoft ships.

mod extract;

use crate::console::{Console, Paint, counted};
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::{Fetching, OfProduct};
use crate::payload;
use crate::payload::fetch::Fetch;
use crate::payload::lock::{self, Lock};
use crate::payload::source::{PayloadParser, PayloadSource};
use crate::workspace;
use ancm_installer::diag::Severity;
use ancm_installer::payload::inspect::{InspectedFile, Inspection};
use ancm_installer::payload::{Given, Payload};
use ancm_installer::pe::Signed;
use ancm_installer::product::Product;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Flags of `payload`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Whose files are looked for.
    #[command(flatten)]
    of: OfProduct,
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What to do with payloads.
#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is inside: the module's files, what is missing, who signed them; with -v everything
    Inspect {
        /// Folders, bundles, packages, cabinets, zip files, addresses
        #[arg(value_name = "SOURCE", required = true, value_parser = PayloadParser)]
        sources: Vec<PayloadSource>,
        /// How they are fetched.
        #[command(flatten)]
        fetching: Fetching,
    },
    /// Unpack a source; the paths of a package's files are those that it installs to
    Extract(extract::Flags),
    /// Write down what the payload is (`ancm.lock`); another one is refused from then on
    Pin {
        /// Folders, bundles, packages, cabinets, zip files, addresses
        #[arg(value_name = "SOURCE", required = true, value_parser = PayloadParser)]
        sources: Vec<PayloadSource>,
        /// How they are fetched.
        #[command(flatten)]
        fetching: Fetching,
        /// Configuration file; the lock stands beside it [default: that of the workspace]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// A source cannot be read, or something in it is refused; what is unpacked cannot be written.
pub fn run(Flags { of, command }: &Flags, console: &Console) -> Outcome {
    let product = || workspace::product_anywhere(&workspace::root_or_here()?, &of.product);
    match command {
        Command::Inspect { sources, fetching } => {
            inspect(&local(sources, *fetching, console)?, &product()?, console)
        }
        Command::Extract(flags) => extract::run(flags, console),
        Command::Pin { sources, fetching, config } => {
            pin(&local(sources, *fetching, console)?, config.as_deref(), &product()?, console)
        }
    }
}

/// The files and folders that `sources` stand for.
fn local(sources: &[PayloadSource], fetching: Fetching, console: &Console) -> Outcome<Vec<Given>> {
    payload::local(sources, &Fetch::new(&workspace::root_or_here()?, fetching.offline, console))
}

fn pin(sources: &[Given], config: Option<&Path>, product: &Product, console: &Console) -> Outcome {
    let payload = Payload::found_in(sources, product);
    console.diagnostics(&payload.warnings);
    if !payload.problems.is_empty() {
        return Err(Failure::of(Exit::Input, payload.problems));
    }
    if payload.files.is_empty() {
        let message = "there is no file of the module in what was named, so there is nothing to pin";
        let help = "`cargo xtask payload inspect -v SOURCE` says what is there";
        return Err(Failure::new(Exit::Input, "payload::nothing", message).help(help));
    }
    let lock = Lock::of(&payload);
    let path = lock::place(config, &workspace::root_or_here()?);
    lock.write(&path)?;
    if console.json() {
        #[derive(Serialize)]
        struct Pinned<'a> {
            schema: &'static str,
            file: String,
            #[serde(flatten)]
            lock: &'a Lock,
        }
        let file = path.to_string_lossy().into_owned();
        console.result(&Pinned { schema: "ancm-payload-pin/1", file, lock: &lock });
    } else {
        console.status("Pinned", &format!("{} in {}", counted(payload.files.len(), "file"), path.display()));
    }
    Ok(())
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    inspection: &'a Inspection,
}

fn inspect(sources: &[Given], product: &Product, console: &Console) -> Outcome {
    let inspection = Inspection::of(sources, product);
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
    console.print(&format!(
        "{} of the module among {} in {}",
        counted(found, "file"),
        inspection.files.len(),
        counted(inspection.archives.len(), "archive")
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
