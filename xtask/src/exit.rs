//! How a run ends: the exit codes, and the failures behind them.

use ancm_installer::diag::Diagnostic;

/// Exit codes. Stable; docs/settings.md has them as a table, and a test holds it against this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Success,
    /// Our bug.
    Internal,
    /// The command line or `ancm.toml`.
    Usage,
    /// A tool that is needed is missing or too old.
    Tool,
    /// A step of `test` failed.
    Test,
    /// The payload or another input.
    Input,
    /// The identity ledger.
    Ledger,
    /// A DLL could not be built.
    Native,
    /// The authoring does not compile.
    Compile,
    /// An output could not be written.
    Output,
    /// What was made is not what it must be.
    Findings,
    /// An upgrade would lose something.
    Upgrade,
    /// What becomes of an upgrade hangs on something that is not known.
    Uncertain,
    /// An upgrade leaves the old product installed.
    SideBySide,
    /// An upgrade is refused.
    Refused,
    /// An upgrade leaves something as it was.
    Stale,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// Every one, by code.
    pub const ALL: [Exit; 17] = [
        Exit::Success,
        Exit::Internal,
        Exit::Usage,
        Exit::Tool,
        Exit::Test,
        Exit::Input,
        Exit::Ledger,
        Exit::Native,
        Exit::Compile,
        Exit::Output,
        Exit::Findings,
        Exit::Upgrade,
        Exit::Uncertain,
        Exit::SideBySide,
        Exit::Refused,
        Exit::Stale,
        Exit::Interrupted,
    ];

    /// The code, and what it means.
    #[must_use]
    pub fn meaning(self) -> (u8, &'static str) {
        match self {
            Exit::Success => (0, "done"),
            Exit::Internal => (1, "a bug of ours; please report it"),
            Exit::Usage => (2, "the command line or `ancm.toml` is wrong"),
            Exit::Tool => (3, "a tool that is needed is missing or too old; `cargo xtask doctor` says which"),
            Exit::Test => (4, "`cargo xtask test`: a step failed"),
            Exit::Input => (10, "the payload or another input is wrong or incomplete"),
            Exit::Ledger => (11, "the identity ledger is wrong, or `--locked` found that it would change"),
            Exit::Native => (12, "a forwarder or stand-in DLL could not be built"),
            Exit::Compile => (13, "the WiX authoring does not compile, or WiX makes no package of it"),
            Exit::Output => (14, "an output could not be written"),
            Exit::Findings => (
                20,
                "a package is not what it must be, a pool would not start, or a source is to be converted",
            ),
            Exit::Upgrade => (21, "an upgrade would lose a file, registry value or module"),
            Exit::Uncertain => {
                (22, "what an upgrade does depends on what is not known about Windows or the machine")
            }
            Exit::SideBySide => (23, "an upgrade would leave the old product installed beside the new one"),
            Exit::Refused => (24, "Windows Installer would refuse the new package"),
            Exit::Stale => (25, "an upgrade would leave something as the old package had it"),
            Exit::Interrupted => (130, "interrupted by Ctrl-C"),
        }
    }

    /// The table for `--help`.
    #[must_use]
    pub fn table() -> String {
        let rows = Exit::ALL.map(Exit::meaning).map(|(code, meaning)| format!("  {code:>3}  {meaning}\n"));
        format!("Exit codes:\n{}", rows.concat())
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.meaning().0.into()
    }
}

/// Why a command failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What to tell.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// One finding without a place.
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Failure {
        Failure { exit, diagnostics: vec![Diagnostic::error(code, message)] }
    }

    /// Several findings.
    #[must_use]
    pub fn of(exit: Exit, diagnostics: Vec<Diagnostic>) -> Failure {
        Failure { exit, diagnostics }
    }

    /// What to do next, for a failure of one finding.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        if let Some(diagnostic) = self.diagnostics.first_mut() {
            diagnostic.help = Some(help.into());
        }
        self
    }
}

/// What a command gives.
pub type Outcome<T = ()> = Result<T, Failure>;
