//! `cargo xtask payload extract`: a source as files.

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Fetching;
use crate::payload::source::{PayloadParser, PayloadSource};
use crate::{interrupt, output};
use ancm_installer::archive::{self, Hashing, Kind, Limits, Stop, Visitor, relative, walk};
use ancm_installer::diag::{Diagnostic, Severity};
use ancm_installer::payload::{Given, refusal};
use clap::Args;
use serde::Serialize;
use sha2::Sha256;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What is added to an archive's name for the folder with what is in it.
const INSIDE: &str = ".d";

/// Flags of `extract`.
#[derive(Debug, Args)]
pub struct Flags {
    /// A folder, bundle, package, cabinet, zip file or address
    #[arg(value_name = "SOURCE", value_parser = PayloadParser)]
    pub source: PayloadSource,
    /// How it is fetched.
    #[command(flatten)]
    pub fetching: Fetching,
    /// The folder to unpack to; there must be nothing in it
    #[arg(short, long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Also unpack archives that are inside, each into a folder beside it: `NAME.d`
    #[arg(long)]
    pub deep: bool,
    /// Unpack the rest where something is refused
    #[arg(long)]
    pub partial: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    files: &'a [Extracted],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Diagnostic],
}

#[derive(Serialize)]
struct Extracted {
    path: String,
    size: u64,
    sha256: String,
}

/// Unpacks.
///
/// # Errors
/// The source cannot be read, something in it is refused, or a file cannot be written; then nothing is left.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    interrupt::listen()?;
    let sources = super::local(std::slice::from_ref(&flags.source), flags.fetching, console)?;
    let out = output::Output::open(&flags.out)?;
    let unwritable = |error: &io::Error| output::failure("write to", &flags.out, error);
    if fs::read_dir(&flags.out).map_err(|error| unwritable(&error))?.next().is_some() {
        let message = format!("there is something in `{}` already", flags.out.display());
        return Err(Failure::new(Exit::Output, "payload::not_empty", message)
            .help("name a folder that is new or empty"));
    }
    let stage = out.stage()?;
    let mut extract =
        Extract { stage: stage.path().to_owned(), deep: flags.deep, files: Vec::new(), findings: Vec::new() };
    for Given { path, .. } in sources {
        if let Err(error) = walk(&path, Limits::default(), &mut extract) {
            interrupt::check()?;
            match error {
                archive::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Stop>()) => {
                    return Err(unwritable(&error));
                }
                error => extract.problem(&path.to_string_lossy(), error),
            }
        }
    }
    let Extract { files, findings, .. } = extract;
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    if refused && !flags.partial {
        return Err(Failure::of(Exit::Input, findings));
    }
    console.diagnostics(&findings);
    for entry in fs::read_dir(stage.path()).map_err(|error| unwritable(&error))? {
        let entry = entry.map_err(|error| unwritable(&error))?;
        fs::rename(entry.path(), flags.out.join(entry.file_name())).map_err(|error| unwritable(&error))?;
    }
    drop(stage);
    if console.json() {
        console.result(&Answer { schema: "ancm-payload-extract/1", files: &files, findings: &findings });
    } else {
        files.iter().for_each(|file| console.print(&file.path));
    }
    Ok(())
}

struct Extract {
    stage: PathBuf,
    deep: bool,
    files: Vec<Extracted>,
    findings: Vec<Diagnostic>,
}

impl Extract {
    /// Writes the file `name` that is inside the archives `inside`.
    fn write(&mut self, inside: &[String], name: &str, bytes: &mut impl Read) -> io::Result<()> {
        // the first archive is what was asked for, and gives its contents, not itself
        let folders = inside.iter().skip(1).map(|archive| format!("{archive}{INSIDE}"));
        let path: Vec<String> = folders.chain([name.to_owned()]).collect();
        // the archive's reader has checked it already; what becomes a path is checked where it does
        let path = relative(&path.join("/")).map_err(|error| io::Error::other(error.to_string()))?;
        let target = self.stage.join(&path);
        let stop = |error: io::Error| io::Error::other(Stop(error));
        fs::create_dir_all(target.parent().unwrap_or(Path::new(""))).map_err(stop)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&target).map_err(stop)?;
        let (mut bytes, mut buffer) = (Hashing::<_, Sha256>::new(bytes), vec![0; 1 << 16]);
        loop {
            let count = bytes.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            file.write_all(&buffer[..count]).map_err(stop)?;
        }
        self.files.push(Extracted { path, size: bytes.length(), sha256: bytes.finish() });
        interrupt::check().map_err(|_| stop(io::ErrorKind::Interrupted.into()))
    }
}

impl Visitor for Extract {
    fn enters(&mut self, depth: usize) -> bool {
        depth == 0 || self.deep
    }

    fn archive(
        &mut self,
        mut file: archive::File<'_>,
        _kind: Kind,
        _source: &archive::Source,
    ) -> io::Result<()> {
        if file.inside.is_empty() {
            return Ok(());
        }
        let (inside, name) = (file.inside.to_vec(), file.name.to_owned());
        self.write(&inside, &name, &mut file)
    }

    fn file(&mut self, mut file: archive::File<'_>) -> io::Result<()> {
        let (inside, name) = (file.inside.to_vec(), file.name.to_owned());
        self.write(&inside, &name, &mut file)
    }

    fn problem(&mut self, path: &str, error: archive::Error) {
        self.findings.push(refusal(path, &error));
    }
}
