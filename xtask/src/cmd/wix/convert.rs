//! `cargo xtask wix convert` and `cargo xtask wix format`: sources changed in place, each at once or not at all.

mod files;

use crate::console::{Console, counted};
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output::Output;
use ancm_installer::convert::{self, CustomTable, Options, Settings};
use ancm_installer::diag::{Diagnostic, Severity};
use files::Source;
use serde::Serialize;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Which of the two is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// WiX v3 to WiX v4.
    Convert,
    /// The layout.
    Format,
}

const SHARED_HELP: &str = "\
  -n|--dry-run        write nothing, and fail where a file would be changed
  --check             the same: for CI
  -r|--recurse        look in the folders below, too
  -o FOLDER           write the files there, and leave these as they are
  -set1FILE           settings: kinds of changes to leave out, files to leave alone [default: one in this folder, if there]
  -set2FILE           more settings";

impl Work {
    fn name(self) -> &'static str {
        match self {
            Work::Convert => "convert",
            Work::Format => "format",
        }
    }

    fn help(self) -> String {
        let (what, own) = match self {
            Work::Convert => (
                "Convert sources of WiX v3 to WiX v4: .wxs, .wxi and .wxl. Comments, instructions of the preprocessor, layout, line\n\
                 ends and encoding stay. What only a person can decide is an error, with its place in the new file.",
                "  --custom-table msi|bundle  what tables of one's own are for, where a source does not say\n",
            ),
            Work::Format => (
                "Put the layout of sources in order: an element stands as deep as it is nested.",
                "  -indent:N           columns for each level [default: 4]\n",
            ),
        };
        format!(
            "{what}\n\nUsage: cargo xtask wix {} [options] SOURCE [SOURCE ...]\n\n{own}{SHARED_HELP}\n\n\
             A SOURCE is a file, a folder, or a pattern with * and ?.",
            self.name()
        )
    }

    fn of(self, name: &str, bytes: &[u8], options: &Options) -> convert::Outcome {
        match self {
            Work::Convert => convert::convert(name, bytes, options),
            Work::Format => convert::format(name, bytes, options),
        }
    }
}

/// What the arguments ask for.
#[derive(Debug, Default)]
struct Switches {
    sources: Vec<String>,
    check: bool,
    recurse: bool,
    out: Option<PathBuf>,
    settings: [Option<PathBuf>; 2],
    custom_table: Option<CustomTable>,
    indent: Option<usize>,
}

fn usage(work: Work, message: String) -> Failure {
    let help = format!("`cargo xtask wix {} -h` lists the switches", work.name());
    Failure::new(Exit::Usage, "wix::switch", message).help(help)
}

/// The switches among `words`; nothing where help is asked for.
fn parse(work: Work, words: &[OsString]) -> Outcome<Option<Switches>> {
    let mut switches = Switches::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else {
            return Err(usage(work, format!("`{}` is not Unicode", word.display())));
        };
        let mut value = || {
            let value = words.next().and_then(|value| value.to_str());
            value.ok_or_else(|| usage(work, format!("`{text}` needs a value")))
        };
        match text.to_ascii_lowercase().as_str() {
            "-h" | "-?" | "-help" | "--help" => return Ok(None),
            "-n" | "--dry-run" | "--check" => switches.check = true,
            "-r" | "-s" | "--recurse" | "--recursive" => switches.recurse = true,
            "-nologo" | "--nologo" => {}
            "-o" | "-out" | "--out" => switches.out = Some(value()?.into()),
            "--custom-table" => {
                switches.custom_table = Some(match value()? {
                    "msi" => CustomTable::Msi,
                    "bundle" => CustomTable::Bundle,
                    other => {
                        let message = format!("`--custom-table {other}`: expected `msi` or `bundle`");
                        return Err(usage(work, message));
                    }
                });
            }
            _ if text.starts_with("-indent:") => {
                let number = text["-indent:".len()..].parse().ok().filter(|number| *number <= 16);
                let wrong = || usage(work, format!("`{text}`: expected a number of columns, at most 16"));
                switches.indent = Some(number.ok_or_else(wrong)?);
            }
            _ if text.starts_with("-set1") => switches.settings[0] = Some(text["-set1".len()..].into()),
            _ if text.starts_with("-set2") => switches.settings[1] = Some(text["-set2".len()..].into()),
            _ if text.starts_with('-') => return Err(usage(work, format!("unknown switch `{text}`"))),
            _ => switches.sources.push(text.to_owned()),
        }
    }
    if switches.sources.is_empty() {
        return Err(usage(work, "no source: name files, folders or patterns such as `*.wxs`".to_owned()));
    }
    if let [None, Some(second)] = &switches.settings {
        return Err(usage(work, format!("`-set2{}` without `-set1`", second.display())));
    }
    Ok(Some(switches))
}

/// The settings in `paths`; where there are none, in the file that WiX looks for.
fn settings(work: Work, paths: &[Option<PathBuf>; 2]) -> Outcome<Settings> {
    let usual = PathBuf::from(format!("wix.{}.settings.xml", work.name()));
    let usual = (paths[0].is_none() && usual.is_file()).then_some(usual);
    let mut settings = Settings::default();
    for path in usual.iter().chain(paths.iter().flatten()) {
        let wrong = |problem: &dyn std::fmt::Display| {
            let message = format!("the settings file `{}`: {problem}", path.display());
            Failure::new(Exit::Usage, "wix::settings", message)
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        settings.add(&text).map_err(|error| wrong(&error))?;
    }
    Ok(settings)
}

/// A file, as it is told.
#[derive(Serialize)]
struct Told {
    path: PathBuf,
    output: Option<PathBuf>,
    changed: bool,
    conversions: usize,
}

#[derive(Serialize)]
struct Report<'r> {
    schema: &'static str,
    files: &'r [Told],
    diagnostics: &'r [Diagnostic],
}

/// Runs `convert` or `format` with the `words` after it.
///
/// # Errors
/// Switches that are wrong, files that are no sources or cannot be written, what a person has to decide; with `--check`, a
/// file that would be changed.
pub fn run(work: Work, words: &[OsString], console: &Console) -> Outcome {
    let Some(switches) = parse(work, words)? else {
        console.print(&work.help());
        return Ok(());
    };
    interrupt::listen()?;
    let mut options = Options {
        settings: settings(work, &switches.settings)?,
        custom_table: switches.custom_table,
        indent: switches.indent.unwrap_or(Options::default().indent),
        ..Options::default()
    };
    let sources = files::find(work, &switches.sources, switches.recurse, &options.settings.exempt)?;
    let sources = match &switches.out {
        Some(folder) => files::beside(sources, folder)?,
        None => sources,
    };
    if let Work::Convert = work {
        let all: Vec<Vec<u8>> =
            sources.iter().map(|source| files::read(&source.path)).collect::<Outcome<_>>()?;
        options.shared = convert::shared(all.iter().map(Vec::as_slice));
    }
    let (mut told, mut findings) = (Vec::new(), Vec::new());
    for Source { path, output } in sources {
        interrupt::check()?;
        let name = path.to_string_lossy();
        let bytes = files::read(&path)?;
        let outcome = work.of(&name, &bytes, &options);
        let changed = outcome.bytes.is_some();
        let (conversions, is_written) =
            (outcome.conversions, !switches.check && (changed || switches.out.is_some()));
        let mut found = if is_written { outcome.findings_after } else { outcome.findings };
        if is_written {
            // places are those of the file that there is now
            for location in found.iter_mut().filter_map(|finding| finding.at.as_mut()) {
                location.file = output.to_string_lossy().into();
            }
            write(&path, &output, outcome.bytes.as_deref().unwrap_or(&bytes), &outcome.beside)?;
        }
        if changed {
            let verb = match (work, switches.check) {
                (Work::Convert, false) => "Converted",
                (Work::Format, false) => "Formatted",
                (Work::Convert, true) => "To convert",
                (Work::Format, true) => "To format",
            };
            console.status(verb, &format!("{} ({conversions} places)", output.display()));
        }
        for finding in found.iter().filter(|finding| finding.severity == Severity::Note) {
            if switches.check {
                console.status("", &finding.to_string());
            } else {
                console.detail(&finding.to_string());
            }
        }
        told.push(Told { path, output: is_written.then_some(output), changed, conversions });
        findings.extend(found);
    }
    if console.json() {
        let schema = match work {
            Work::Convert => "ancm-wix-convert/1",
            Work::Format => "ancm-wix-format/1",
        };
        console.result(&Report { schema, files: &told, diagnostics: &findings });
    }
    finish(work, switches.check, &told, findings, console)
}

/// Tells what a person has to look at, and how the run ends.
fn finish(work: Work, check: bool, told: &[Told], findings: Vec<Diagnostic>, console: &Console) -> Outcome {
    let (errors, others): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .filter(|f| f.severity != Severity::Note)
        .partition(|f| f.severity == Severity::Error);
    console.diagnostics(&others);
    let changed = told.iter().filter(|file| file.changed).count();
    if !errors.is_empty() {
        let is_input = errors.iter().all(|error| error.code == "WIX0001");
        return Err(Failure::of(if is_input { Exit::Input } else { Exit::Findings }, errors));
    }
    if check && changed > 0 {
        let message = format!("{changed} of {} would be changed", counted(told.len(), "file"));
        let help = format!("run `cargo xtask wix {}` on them", work.name());
        return Err(Failure::new(Exit::Findings, "wix::check", message).help(help));
    }
    if changed == 0 {
        console.status("Unchanged", &counted(told.len(), "file"));
    }
    Ok(())
}

/// Writes `bytes` in the place of `output`, and what belongs beside it; `path` is what it was made of.
fn write(path: &Path, output: &Path, bytes: &[u8], beside: &[(String, String)]) -> Outcome {
    // a link stays one
    let target = std::fs::canonicalize(output).unwrap_or_else(|_| output.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failure = |error: std::io::Error| crate::output::failure("write", output, &error);
    let permissions = std::fs::metadata(path).map_err(failure)?.permissions();
    if output == path && permissions.readonly() {
        let message = format!("cannot write `{}`: the file is read-only", path.display());
        let help = "make it writable, or name another folder with `-o`";
        return Err(Failure::new(Exit::Output, "output::failed", message).help(help));
    }
    let mut place = Output::open(folder)?;
    let mut file = place.create()?;
    file.write_all(bytes).and_then(|()| file.as_file().set_permissions(permissions)).map_err(failure)?;
    for (name, text) in beside {
        files::free(&folder.join(name), text)?;
        place.add_text(name, text)?;
    }
    place.add(file, &target.file_name().unwrap_or_default().to_string_lossy());
    place.commit()
}
