//! Fetching by `curl`, which Windows, macOS and nearly every Linux have: it knows the system's certificates and proxies, and
//! costs no compiling (docs/dependencies.md).

use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often one file is asked for.
const ATTEMPTS: u32 = 5;
/// How long it waits before it asks again; twice as long each time.
const PAUSE: Duration = Duration::from_millis(500);
/// How much is taken at one time, in bytes.
const STEP: usize = 1 << 16;

/// How one run of curl ended.
enum Ended {
    /// The server gave all that it promised.
    Whole,
    /// It may go better next time.
    Broke(String),
    /// The server cannot go on where the last run ended.
    FromTheStart,
}

/// Fetches what `into` has not yet of the file at `url`, which is called `shown` where people read it, and has at `most` so
/// many bytes.
///
/// # Errors
/// It cannot be fetched, or not be kept.
pub fn fetch(url: &str, shown: &str, most: u64, into: &mut impl Sink) -> Outcome {
    let (mut wait, mut said) = (PAUSE, String::new());
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(wait);
            wait *= 2;
            interrupted()?;
        }
        match once(url, shown, most, into)? {
            Ended::Whole => return Ok(()),
            // a server may promise more than there is
            _ if into.is_whole() => return Ok(()),
            Ended::FromTheStart => into.restart()?,
            Ended::Broke(problem) => said = problem,
        }
    }
    Err(failed(shown, &format!("{said}, {ATTEMPTS} times"))
        .help("run it again: it goes on where it broke off; or download the file by other means and name it"))
}

/// Who takes what is fetched.
pub trait Sink {
    /// How many bytes are there.
    fn length(&self) -> u64;

    /// Whether they are all that is wanted.
    fn is_whole(&self) -> bool;

    /// Takes the next ones.
    ///
    /// # Errors
    /// They cannot be kept.
    fn take(&mut self, bytes: &[u8]) -> Outcome;

    /// Forgets what is there.
    ///
    /// # Errors
    /// It cannot.
    fn restart(&mut self) -> Outcome;
}

/// A curl that does not outlive whoever started it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // fails where it has ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn once(url: &str, shown: &str, most: u64, into: &mut impl Sink) -> Outcome<Ended> {
    let begin = into.length();
    let mut command = Command::new("curl");
    // the user's own configuration could send the bytes elsewhere
    command.args(["--disable", "--silent", "--show-error", "--fail", "--globoff", "--location"]);
    let secure = url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    command.args(["--max-redirs", "10", "--proto", "=http,https", "--proto-redir"]);
    command.arg(if secure { "=https" } else { "=http,https" });
    command.args(["--connect-timeout", "30", "--speed-limit", "100", "--speed-time", "60"]);
    if begin > 0 {
        command.args(["--continue-at", &begin.to_string()]);
    }
    command.args(["--url", url]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().map_err(|error| unstartable(&error))?);
    let mut out = running.0.stdout.take().expect("it is piped");
    let mut buffer = vec![0; STEP];
    loop {
        let count = match out.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(shown, &format!("curl cannot be heard: {error}"))),
            Ok(count) => count,
        };
        interrupted()?;
        if count == 0 {
            break;
        }
        if into.length() + count as u64 > most {
            let help = "the address must be that of one file, not of a stream";
            return Err(failed(shown, &format!("there are more than {most} bytes")).help(help));
        }
        into.take(&buffer[..count])?;
    }
    let mut said = String::new();
    let errors = running.0.stderr.take().expect("it is piped");
    // what it says is one line; nobody reads more
    let _ = errors.take(STEP as u64).read_to_string(&mut said);
    let status = running.0.wait().map_err(|error| unstartable(&error))?;
    ended(status.code(), said.trim(), shown, begin > 0)
}

/// What the exit code of curl means (<https://curl.se/libcurl/c/libcurl-errors.html>).
fn ended(code: Option<i32>, said: &str, shown: &str, goes_on: bool) -> Outcome<Ended> {
    let said = said.split_once(") ").map_or(said, |(_, said)| said);
    let answer: Option<u16> = said.rsplit(' ').next().and_then(|number| number.parse().ok());
    match (code, answer) {
        (Some(0), _) => Ok(Ended::Whole),
        (Some(33), _) | (Some(22), Some(416)) if goes_on => Ok(Ended::FromTheStart),
        // cut short, too slow, no answer, no sending, no receiving, a broken stream of HTTP/2
        (Some(18 | 28 | 52 | 55 | 56 | 92), _) | (Some(22), Some(408 | 429 | 500..=599)) => {
            Ok(Ended::Broke(said.to_owned()))
        }
        (Some(22), _) => Err(failed(shown, said).help("open the address in a browser to see what is there")),
        (Some(5..=7), _) => Err(failed(shown, said).help(
            "is there a network? a proxy is taken from the variable `https_proxy`; `--offline` does with what was fetched before",
        )),
        (code, _) => {
            let code = code.map_or("a signal".to_owned(), |code| format!("code {code}"));
            Err(failed(shown, &format!("curl ended with {code}: {said}"))
                .help("download the file by other means and name it"))
        }
    }
}

fn failed(shown: &str, why: &str) -> Failure {
    Failure::new(Exit::Input, "payload::fetch", format!("`{shown}` cannot be fetched: {why}"))
}

fn unstartable(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Tool,
        "payload::curl",
        format!("`curl`, which fetches payloads, cannot be started: {error}"),
    )
    .help("`cargo xtask doctor` says how to install it; or download the file and name it")
}

fn interrupted() -> Outcome {
    interrupt::check().map_err(|_| {
        let message = "interrupted; what was fetched is kept, and the next run goes on from there";
        Failure::new(Exit::Interrupted, "interrupt::pressed", message)
    })
}
