//! `cargo xtask wix`: commands of `wix` (<https://docs.firegiant.com/wix/tools/wixexe/>) by the embedded engine, so that any
//! source can be tried.

mod convert;
pub mod extension;
mod help;
mod msi;
mod nuget_config;
mod switches;

use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::inputs::configured;
use crate::interrupt::{self, Stoppable};
use crate::output::{self, Output};
use crate::packaging::engine::timestamp;
use crate::workspace;
use ancm_installer::cab;
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::msi::{Stream, write as write_package};
use ancm_installer::wix::{self, Beside};
use serde::Serialize;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use switches::{Parsed, Switches};
use tempfile::NamedTempFile;

#[derive(Serialize)]
struct Built<'b> {
    schema: &'static str,
    output: &'b Path,
    diagnostics: &'b [Diagnostic],
}

/// Runs the command that `arguments` begin with.
///
/// # Errors
/// A command that is not here; whatever its own are.
pub fn run(arguments: &[OsString], console: &Console) -> Outcome {
    let word = |index: usize| arguments.get(index).and_then(|word| word.to_str());
    let rest = arguments.get(1..).unwrap_or_default();
    match word(0) {
        None | Some("-h" | "-?" | "-help" | "--help" | "help") => {
            console.print(help::HELP);
            Ok(())
        }
        Some("-version" | "--version") => {
            console.print(concat!("ancm-installer ", env!("CARGO_PKG_VERSION"), ", like WiX 6 and 7"));
            Ok(())
        }
        // as in WiX, before a command and after it
        Some("-nologo" | "--nologo") => run(rest, console),
        Some("convert") => convert::run(convert::Work::Convert, rest, console),
        Some("format") => convert::run(convert::Work::Format, rest, console),
        Some("extension") => extension::run(rest, console),
        Some("msi") => msi::run(rest, console),
        Some(other) if other == "build" || other.starts_with('@') => build(arguments, console),
        Some(other) => Err(help::refuse(other, word(1))),
    }
}

/// Runs `build`: switches that are wrong, sources that do not compile and an output that cannot be written fail.
fn build(arguments: &[OsString], console: &Console) -> Outcome {
    let switches = match switches::parse(arguments)? {
        Parsed::Help => {
            console.print(switches::HELP);
            return Ok(());
        }
        Parsed::Build(switches) => switches,
    };
    interrupt::listen()?;
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let here = workspace::here()?;
    let setting = configured(None, &workspace::root_or_here()?, &here)?.compat.map(|compat| compat.value);
    let request = switches.request(setting.unwrap_or_default(), here, timestamp()?, threads);
    if switches.is_library {
        return library(&switches, &request, console);
    }
    let outcome = wix::build(&request);
    let diagnostics = switches.filter(outcome.diagnostics);
    let (Some(made), false) = (outcome.output, diagnostics.iter().any(|d| d.severity == Severity::Error))
    else {
        return Err(Failure::of(switches.blame(), diagnostics));
    };
    console.diagnostics(&diagnostics);
    write(&switches, made, threads).map_err(by_its_own_switch)?;
    built(&switches, &diagnostics, console);
    Ok(())
}

/// Makes a library.
fn library(switches: &Switches, request: &wix::Request, console: &Console) -> Outcome {
    let made = wix::library(request, switches.bind_files);
    let diagnostics = switches.filter(made.diagnostics);
    let (Some(bytes), false) = (made.library, diagnostics.iter().any(|d| d.severity == Severity::Error))
    else {
        return Err(Failure::of(switches.blame(), diagnostics));
    };
    console.diagnostics(&diagnostics);
    write_library(switches, &bytes).map_err(by_its_own_switch)?;
    built(switches, &diagnostics, console);
    Ok(())
}

fn write_library(switches: &Switches, bytes: &[u8]) -> Outcome {
    let (folder, name) = place(switches);
    let mut output = Output::open(folder)?;
    let mut file = output.create()?;
    file.write_all(bytes).map_err(|error| output::failure("write", &switches.output, &error))?;
    output.add(file, &name);
    output.commit()
}

/// The folder and the name of the output.
fn place(switches: &Switches) -> (&Path, Cow<'_, str>) {
    let folder = switches.output.parent().filter(|folder| !folder.as_os_str().is_empty());
    (folder.unwrap_or(Path::new(".")), switches.output.file_name().unwrap_or_default().to_string_lossy())
}

fn built(switches: &Switches, diagnostics: &[Diagnostic], console: &Console) {
    if console.json() {
        console.result(&Built { schema: "ancm-wix-build/1", output: &switches.output, diagnostics });
    }
}

/// The failure with the switch that this command has for its output.
fn by_its_own_switch(mut failure: Failure) -> Failure {
    for help in failure.diagnostics.iter_mut().filter_map(|finding| finding.help.as_mut()) {
        *help =
            help.replace("another folder with `--out`", "another file with `-o`").replace("`--out`", "`-o`");
    }
    failure
}

fn write(switches: &Switches, mut made: wix::Output, threads: NonZeroUsize) -> Outcome {
    let (folder, name) = place(switches);
    let mut output = Output::open(folder)?;
    for Beside { path, content, most } in &made.beside {
        let mut file = output.create()?;
        let size = copy(content, threads, &mut file)
            .map_err(|error| output::failure("write", &folder.join(path.join("/")), &error))?;
        match most {
            Some(most) if size > u64::from(*most) => {
                let parts = divide(&mut output, folder, path, file, *most)?;
                wix::divided(&mut made.database, &parts);
            }
            _ => output.add(file, &path.join("/")),
        }
    }
    // which disks it has shows only when its cabinets are there
    let mut file = output.create()?;
    write_package(&made.database, threads, &mut Stoppable(file.as_file_mut()))
        .map_err(|error| output::package_failure(&switches.output, &error))?;
    output.add(file, &name);
    output.commit()
}

/// Divides the cabinet `whole`, which was to become `path` in `folder`, and gives the names of its parts.
fn divide(
    output: &mut Output,
    folder: &Path,
    path: &[String],
    mut whole: NamedTempFile,
    most: u32,
) -> Outcome<Vec<String>> {
    let (first, folders) = path.split_last().expect("a path has a name");
    let failed = |error: cab::SplitError| {
        output::failure("divide", &folder.join(path.join("/")), &io::Error::other(error))
    };
    let mut parts = cab::Parts::of(io::BufReader::new(whole.as_file_mut()), most).map_err(failed)?;
    let mut names = Vec::new();
    loop {
        let mut file = output.create()?;
        let more = parts.write_next(&mut file, |number| wix::part_name(first, number));
        let name = wix::part_name(first, names.len());
        output.add(file, &folders.iter().chain([&name]).cloned().collect::<Vec<_>>().join("/"));
        names.push(name);
        if !more.map_err(failed)? {
            return Ok(names);
        }
    }
}

/// Writes what belongs beside the package, and says how many bytes it has.
fn copy(content: &Stream, threads: NonZeroUsize, to: &mut (impl io::Write + io::Seek)) -> io::Result<u64> {
    match content {
        Stream::Bytes(bytes) => to.write_all(bytes).map(|()| bytes.len() as u64),
        Stream::File(path) => io::copy(&mut File::open(path)?, to),
        Stream::Cabinet(cabinet) => cab::write(cabinet, threads, to).map_err(io::Error::other),
        _ => Err(io::Error::other("the engine gave a stream that is not there")),
    }
}
