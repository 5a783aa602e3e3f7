//! What the user sees: results on standard output, everything else on standard error.

use crate::environment::variable;
use crate::exit::{Exit, Failure, Outcome};
use ancm_installer::diag::Diagnostic;
use ancm_installer::diag::text::Renderer;
use anstyle::{AnsiColor, Style};
use anstyle_query::windows::enable_ansi_colors;
use clap::ValueEnum;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many of what is `named` in the singular: "1 error", "2 errors".
#[must_use]
pub fn counted(count: usize, named: &str) -> String {
    format!("{count} {named}{}", if count == 1 { "" } else { "s" })
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// `NO_COLOR` as <https://no-color.org/> has it (any value but an empty one), `CLICOLOR_FORCE` as
    /// <https://bixense.com/clicolors/> has (any but 0).
    fn resolve(self, terminal: bool) -> bool {
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if variable("NO_COLOR").is_some() => false,
            ColorChoice::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => {
                // consoles of Windows want to be asked for escape codes; other terminals have them
                let speaks_ansi = enable_ansi_colors().unwrap_or(true);
                terminal && speaks_ansi && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// What a word on a terminal means, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// All is well.
    Good,
    /// Something may be wrong.
    Doubtful,
    /// Something is wrong.
    Bad,
    /// Neither.
    Plain,
}

/// How much to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What is being done.
    Normal,
    /// How it is being done, too.
    Verbose,
}

/// The terminal, or the log that stands for it.
pub struct Console {
    verbosity: Verbosity,
    json: bool,
    color: bool,
    /// Whether the result, on standard output, has colours.
    result_color: bool,
    bars: Option<MultiProgress>,
    /// Whether the result has been given; `--json` promises one document.
    answered: AtomicBool,
    /// Why a part of the result did not get out.
    lost: Mutex<Option<io::Error>>,
}

impl Console {
    /// Bars are for people: on a terminal, at normal verbosity, and not in CI.
    #[must_use]
    pub fn new(verbosity: Verbosity, color: ColorChoice, json: bool) -> Console {
        let interactive = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let bars = (interactive && verbosity == Verbosity::Normal).then(MultiProgress::new);
        Console {
            verbosity,
            json,
            color: color.resolve(std::io::stderr().is_terminal()),
            result_color: color.resolve(std::io::stdout().is_terminal()),
            bars,
            answered: AtomicBool::new(false),
            lost: Mutex::default(),
        }
    }

    /// Whether the result is to be JSON.
    #[must_use]
    pub fn json(&self) -> bool {
        self.json
    }

    /// Whether everything is to be told.
    #[must_use]
    pub fn verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    fn err(&self, text: &str) {
        let write = || {
            // nothing can be told to somebody whose standard error is gone
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    /// A step, in cargo's manner: a verb, and what it is about.
    pub fn status(&self, verb: &str, what: &str) {
        if self.verbosity > Verbosity::Quiet {
            let style = Style::new().bold().fg_color(Some(AnsiColor::Green.into()));
            let verb = format!("{verb:>12}");
            let verb =
                if self.color { format!("{}{verb}{}", style.render(), style.render_reset()) } else { verb };
            self.err(&format!("{verb} {what}\n"));
        }
    }

    /// A detail for those who asked for details.
    pub fn detail(&self, what: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.err(&format!("{:>12} {what}\n", ""));
        }
    }

    /// Findings; below errors only where the user wants to hear of anything.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        use ancm_installer::diag::Severity;
        let mut renderer = Renderer::new(self.color, source);
        for diagnostic in diagnostics {
            if diagnostic.severity == Severity::Error || self.verbosity > Verbosity::Quiet {
                self.err(&renderer.diagnostic(diagnostic));
            }
        }
    }

    /// A failure, on standard error; with `--json` also on standard output, unless a result that tells it is there.
    pub fn failure(&self, failure: &Failure) {
        #[derive(Serialize)]
        struct Failed<'a> {
            schema: &'static str,
            exit_code: u8,
            diagnostics: &'a [Diagnostic],
        }
        self.diagnostics(&failure.diagnostics);
        if self.json && !self.answered.load(Ordering::Relaxed) {
            let exit_code = failure.exit.meaning().0;
            self.result(&Failed { schema: "ancm-failure/1", exit_code, diagnostics: &failure.diagnostics });
        }
    }

    /// The result as JSON, on standard output.
    pub fn result(&self, result: &impl Serialize) {
        let text =
            serde_json::to_string_pretty(result).expect("our types have string keys and no failing parts");
        self.answered.store(true, Ordering::Relaxed);
        self.print(&text);
    }

    /// `text` in the colour of `paint`, where there are colours; for a line of the result.
    #[must_use]
    pub fn painted(&self, paint: Paint, text: &str) -> String {
        let hue = match paint {
            Paint::Good => AnsiColor::Green,
            Paint::Doubtful => AnsiColor::Yellow,
            Paint::Bad => AnsiColor::Red,
            Paint::Plain => return text.to_owned(),
        };
        let style = Style::new().bold().fg_color(Some(hue.into()));
        if self.result_color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A line of the result, on standard output.
    pub fn print(&self, line: &str) {
        match writeln!(io::stdout().lock(), "{line}") {
            // a reader that has seen enough (`| head`) is no failure of ours
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
            _ => {}
        }
    }

    /// Fails where a part of the result did not get out: whoever reads the file that it was to go into must not take it
    /// for the whole.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn finish(&self) -> Outcome {
        match self.lost.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(error) => {
                let message = format!("standard output cannot be written: {error}");
                Err(Failure::new(Exit::Output, "output::stdout", message)
                    .help("what is there is not the whole result"))
            }
        }
    }

    /// Shows that something of `steps` steps is going on, until the progress is finished or dropped.
    #[must_use]
    pub fn progress(&self, what: &str, steps: u64) -> Progress<'_> {
        let bar = self.bars.as_ref().map(|bars| {
            let style = ProgressStyle::with_template("{msg:>40} [{bar:24}] {pos}/{len} {elapsed}")
                .expect("a constant")
                .progress_chars("=> ");
            let bar = bars.add(ProgressBar::new(steps)).with_style(style).with_message(what.to_owned());
            // a step of another program may take long, and its time is to be seen going on
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Progress { console: self, bar, what: what.to_owned(), start: Instant::now() }
    }
}

impl Console {
    /// Shows that bytes come in, until the progress is finished or dropped.
    #[must_use]
    pub fn transfer(&self, what: &str) -> Progress<'_> {
        let style = ProgressStyle::with_template("{msg:>40} {bytes} {elapsed}").expect("a constant");
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::no_length()).with_style(style).with_message(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Progress { console: self, bar, what: what.to_owned(), start: Instant::now() }
    }
}

/// The text of a source; nothing for a file of a size that nobody writes.
fn source(name: &str) -> Option<String> {
    let small = std::fs::metadata(name).is_ok_and(|meta| meta.is_file() && meta.len() < 16 << 20);
    small.then(|| std::fs::read_to_string(name).ok()).flatten()
}

/// Something that is going on.
pub struct Progress<'c> {
    console: &'c Console,
    bar: Option<ProgressBar>,
    what: String,
    start: Instant,
}

impl Progress<'_> {
    /// The next step.
    pub fn step(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => self.console.detail(&format!("{}: {what}", self.what)),
        }
    }

    /// So many more bytes came in.
    pub fn took(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
        }
    }

    /// Whether somebody sees it going on.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.bar.is_some()
    }

    /// It is done: one line, with how long it took.
    pub fn finish(self, verb: &str, outcome: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.console.status(verb, &format!("{outcome} in {:.2}s", self.start.elapsed().as_secs_f64()));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
