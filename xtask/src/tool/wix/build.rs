//! One run of `wix build`: its arguments, its output, and whether it did what it says.

use super::Wix;
use super::messages::Messages;
use crate::tool::process;
use ancm_installer::plan::EngineInputs;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// The longest command line of Windows, in UTF-16 units, with the final zero
/// (<https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createprocessw>).
const COMMAND_LINE: usize = 32_767;

/// A package to build.
pub struct Job<'j> {
    /// What it is made of.
    pub inputs: &'j EngineInputs,
    /// Where the package goes: a file that is not there yet.
    pub output: PathBuf,
    /// A folder of its own, outside that of the package: WiX leaves cabinets and tables in it.
    pub scratch: PathBuf,
    /// How long it may take.
    pub limit: Duration,
}

/// How a run went.
pub struct Run {
    /// What was started.
    pub command: String,
    /// How it ended; none where it had to be stopped.
    pub status: Option<ExitStatus>,
    /// What it said, read.
    pub messages: Messages,
    /// What it said, as it came: standard output, then standard error.
    pub said: [String; 2],
}

impl Wix {
    /// The arguments of `wix build`, as versions 5 to 7 take them (<https://docs.firegiant.com/wix/tools/wixexe/>): a
    /// value is an argument of its own.
    #[must_use]
    pub fn arguments(&self, job: &Job<'_>) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ["build", "-nologo"].map(OsString::from).into();
        let mut switch = |name: &str, value: &OsStr| {
            arguments.extend([OsString::from(name), value.to_owned()]);
        };
        if let Some(eula) = self.eula {
            switch("-acceptEula", eula.to_string().as_ref());
        }
        switch("-arch", job.inputs.arch.to_string().as_ref());
        for (name, value) in &job.inputs.defines {
            switch("-d", format!("{name}={value}").as_ref());
        }
        for folder in &job.inputs.bind_paths {
            switch("-b", folder.as_os_str());
        }
        for file in &job.inputs.localizations {
            switch("-loc", file.as_os_str());
        }
        switch("-culture", job.inputs.culture.as_ref());
        switch("-intermediatefolder", job.scratch.as_os_str());
        switch("-pdbtype", "none".as_ref());
        switch("-defaultcompressionlevel", "high".as_ref());
        switch("-outputtype", "package".as_ref());
        switch("-o", job.output.as_os_str());
        arguments.extend(job.inputs.sources.iter().map(|source| source.clone().into_os_string()));
        arguments
    }

    /// Runs `wix build`.
    ///
    /// # Errors
    /// It cannot be started, or a file for its output not be made; Ctrl-C.
    pub fn build(&self, job: &Job<'_>) -> io::Result<Run> {
        fs::create_dir_all(&job.scratch)?;
        let arguments = self.arguments(job);
        let mut command = self.command();
        let shown = shown(
            &self.program,
            self.before.iter().map(OsStr::new).chain(arguments.iter().map(OsString::as_os_str)),
        );
        if length(command.get_program(), command.get_args())
            + length(OsStr::new(""), arguments.iter().map(OsString::as_os_str))
            < COMMAND_LINE
        {
            command.args(&arguments);
        } else {
            let (file, rest) = response_file(&arguments);
            let path = job.scratch.join("wix.rsp");
            fs::write(&path, file)?;
            let mut at = OsString::from("@");
            at.push(&path);
            command.arg("build").arg(at).args(rest);
        }
        let (status, said) = process::run_apart(&mut command, &job.scratch, job.limit)?;
        let mut messages = Messages::default();
        said.iter().for_each(|text| messages.read(text));
        Ok(Run { command: shown, status, messages, said })
    }
}

impl Run {
    /// Why the run counts as failed, beyond the errors that it named; nothing where it made `package`.
    ///
    /// An exit code alone says nothing: it is the number of the last error, and outside Windows only its low 8 bits, so
    /// that WIX0256 ends with 0.
    #[must_use]
    pub fn problem(&self, package: &Path) -> Option<String> {
        let size = fs::metadata(package).map_or(0, |meta| meta.len());
        match self.status {
            None => Some("it did not end in time, and was stopped".to_owned()),
            Some(status) if !status.success() && !self.messages.has_errors() => {
                Some(format!("it ended with {status}, and named no error"))
            }
            Some(status) if !status.success() || self.messages.has_errors() => {
                Some("it named errors".to_owned())
            }
            Some(_) if size == 0 => Some("it ended as if all were well, and wrote no package".to_owned()),
            Some(_) => None,
        }
    }

    /// Everything about the run, for a file.
    #[must_use]
    pub fn log(&self) -> String {
        let [out, err] = &self.said;
        let end = self.status.map_or("stopped".to_owned(), |status| status.to_string());
        format!("{}\n\n{end}\n\nstandard output:\n{out}\nstandard error:\n{err}", self.command)
    }
}

/// A command as one would type it.
#[must_use]
pub fn shown<'a>(program: &Path, arguments: impl Iterator<Item = &'a OsStr>) -> String {
    let mut line = quoted(&program.to_string_lossy());
    for argument in arguments {
        line.push(' ');
        line.push_str(&quoted(&argument.to_string_lossy()));
    }
    line
}

fn quoted(argument: &str) -> String {
    if argument.is_empty() || argument.contains([' ', '\t', '"']) {
        format!("\"{}\"", argument.replace('"', "\\\""))
    } else {
        argument.to_owned()
    }
}

/// The length of a command line on Windows, at most: each argument may get quotes, and each `"` a `\`.
fn length<'a>(program: &OsStr, arguments: impl Iterator<Item = &'a OsStr>) -> usize {
    let one = |argument: &OsStr| {
        let text = argument.to_string_lossy();
        text.encode_utf16().count() + 2 * text.matches(['"', '\\']).count() + 3
    };
    one(program) + arguments.map(one).sum::<usize>()
}

/// A response file with everything after `build` that can stand in one, and what cannot: WiX replaces `%NAME%` in it and
/// takes `\"` for a quote, so a value with one of these stays on the command line, with its switch.
#[must_use]
pub fn response_file(arguments: &[OsString]) -> (String, Vec<OsString>) {
    let mut file = String::new();
    let mut rest = Vec::new();
    let mut words = arguments[1..].iter();
    while let Some(word) = words.next() {
        // of ours, only `-nologo` has no value
        let has_value = word.to_string_lossy().starts_with('-') && word != "-nologo";
        let group: Vec<&OsString> =
            [word].into_iter().chain(has_value.then(|| words.next()).flatten()).collect();
        let fits = |word: &&OsString| {
            word.to_str().is_some_and(|text| !text.contains(['%', '"']) && !text.ends_with('\\'))
        };
        if group.iter().all(fits) {
            for word in group {
                file.push_str(&format!("\"{}\"\n", word.to_string_lossy()));
            }
        } else {
            rest.extend(group.into_iter().cloned());
        }
    }
    (file, rest)
}
