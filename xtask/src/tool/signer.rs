//! The command that signs a file: started, and judged by what it made.

use super::process;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output;
use ancm_installer::release::SignCommand;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long a signature may take; timestamp services are slow.
const LIMIT: Duration = Duration::from_secs(300);

/// Lines of what a command said that are shown where it fails.
const SHOWN: usize = 10;

/// Signs the file `name` with `bytes` in the empty folder `scratch`; gives the signed bytes, which nobody has looked at.
///
/// # Errors
/// The command cannot be started, fails, takes too long, or writes nothing.
pub fn sign(command: &SignCommand, name: &str, bytes: &[u8], scratch: &Path) -> Outcome<Vec<u8>> {
    let fail =
        |what: String| Failure::new(Exit::Tool, "sign::failed", format!("`{name}` is not signed: {what}"));
    let (input, signed) = (scratch.join(name), scratch.join(format!("signed-{name}")));
    fs::write(&input, bytes).map_err(|error| output::failure("write", &input, &error))?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let variable = |name: &str| std::env::var(name).ok();
    let started = command.start(&text(&input), &text(&signed), variable).map_err(|problem| {
        Failure::new(Exit::Usage, "sign::variable", format!("`--sign`: {problem}"))
            .help("set it for this run, as a secret of your pipeline; what it has is never shown")
    })?;
    let (program, arguments) = started.words.split_first().expect("a command has words");
    let log = scratch.join("said.txt");
    let ended = process::run(Command::new(program).args(arguments), &log, LIMIT).map_err(|error| {
        let missing = fail(format!("cannot start `{command}`: {error}")).help("is it on the PATH?");
        interrupt::check().err().unwrap_or(missing)
    })?;
    let Some((status, said)) = ended else {
        return Err(fail(format!("`{command}` did not end within {} seconds", LIMIT.as_secs())));
    };
    if !status.success() {
        let said = started.without_secrets(&said);
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        return Err(fail(format!("`{command}` ended with {status}, and said:\n{last}")));
    }
    let made = if command.writes_anew() { &signed } else { &input };
    let bytes = fs::read(made).map_err(|error| fail(format!("`{command}` made no signed file: {error}")))?;
    for file in [input, signed, log] {
        // the next file may have the same name
        let _ = fs::remove_file(file);
    }
    Ok(bytes)
}
