//! What `wix` says, read.
//!
//! A message is a line of the form `FILE(LINE) : LEVEL WIXnnnn: TEXT`, or `wix.exe : LEVEL WIXnnnn: TEXT` where no file
//! is to blame. Errors and warnings come on standard output, the rest on standard error. Lines `Source trace: FILE: line
//! N` after a message say by what way its place was come to; whatever else follows it, belongs to its text.

use ancm_installer::diag::{Diagnostic, Location, Severity};

/// The levels, as they are written.
const LEVELS: [(&str, Severity); 4] = [
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("information", Severity::Note),
    ("verbose", Severity::Note),
];

/// What was said.
#[derive(Debug, Default)]
pub struct Messages {
    /// The messages, in their order. Files are named as WiX names them.
    pub diagnostics: Vec<Diagnostic>,
    /// Lines before the first message, which are none of WiX's own: those of the .NET runtime, for example.
    pub others: Vec<String>,
}

impl Messages {
    /// Reads one stream's text, after what was read before.
    pub fn read(&mut self, text: &str) {
        let first = self.diagnostics.len();
        for line in text.lines().map(str::trim_end).filter(|line| !line.trim_start().is_empty()) {
            if let Some(message) = message(line) {
                self.diagnostics.push(message);
                continue;
            }
            match (self.diagnostics[first..].last_mut(), trace(line)) {
                (Some(message), Some(at)) => message.related.push((at, "on the way there".to_owned())),
                (Some(message), None) => message.message.extend(["\n", line]),
                (None, _) => self.others.push(line.to_owned()),
            }
        }
    }

    /// Whether there is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// A line that is a message.
fn message(line: &str) -> Option<Diagnostic> {
    let (place, severity, code, text) = line.match_indices(" : ").find_map(|(at, colon)| {
        let rest = &line[at + colon.len()..];
        let (level, severity) = LEVELS.into_iter().find(|(level, _)| rest.starts_with(level))?;
        let (code, text) = rest[level.len()..].strip_prefix(' ')?.split_once(": ")?;
        let number = code.strip_prefix("WIX")?;
        let is_code = number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        (at > 0 && is_code).then_some((&line[..at], severity, code, text))
    })?;
    let mut diagnostic = Diagnostic::new(severity, code, text);
    diagnostic.at = place_of(place);
    Some(diagnostic)
}

/// `FILE(LINE)` or `FILE`; nothing for the program itself.
fn place_of(text: &str) -> Option<Location> {
    if text.eq_ignore_ascii_case("wix.exe") || text.eq_ignore_ascii_case("wix") {
        return None;
    }
    let line = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let line = line.and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line) = line.unwrap_or((text, 0));
    Some(Location { file: file.into(), line, column: 0 })
}

/// `Source trace: FILE: line N`.
fn trace(line: &str) -> Option<Location> {
    let (file, number) = line.trim_start().strip_prefix("Source trace: ")?.rsplit_once(": line ")?;
    Some(Location { file: file.into(), line: number.trim().parse().ok()?, column: 0 })
}
