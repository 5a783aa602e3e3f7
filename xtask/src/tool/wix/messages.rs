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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut messages = Messages::default();
        messages.read(text);
        (messages.diagnostics.iter().map(ToString::to_string).collect(), messages.others)
    }

    #[test]
    fn messages_have_their_place_level_and_number() {
        let said = "C:\\a b (x86)\\p.wxs(12) : error WIX0005: The Wix element : error WIX9 is odd.\r\n\
                    wix.exe : warning WIX1156: The definition.\r\n\
                    C:\\p(1).wxs : information WIX12345: no line\r\n\
                    C:\\a : b.wxs(3) : error WIX0103: Cannot find 'x : error WIX0001: y'\r\n";
        let expected = [
            "C:\\a b (x86)\\p.wxs:12: error[WIX0005]: The Wix element : error WIX9 is odd.",
            "warning[WIX1156]: The definition.",
            "C:\\p(1).wxs: note[WIX12345]: no line",
            "C:\\a : b.wxs:3: error[WIX0103]: Cannot find 'x : error WIX0001: y'",
        ];
        assert_eq!(read(said), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn what_follows_a_message_belongs_to_it() {
        let mut messages = Messages::default();
        messages.read("Unhandled exception.\n");
        messages.read(
            "a.wxs(1) : error WIX0001: first\n\nException Type: X\n   at Y()\nb.wxs(2) : error WIX0092: second\n\
             Source trace: c.wxi: line 7\nSource trace: b.wxs: line 1\n",
        );
        assert_eq!(messages.others, ["Unhandled exception."]);
        assert_eq!(messages.diagnostics[0].message, "first\nException Type: X\n   at Y()");
        let related: Vec<String> =
            messages.diagnostics[1].related.iter().map(|(at, _)| at.to_string()).collect();
        assert_eq!(related, ["c.wxi:7", "b.wxs:1"]);
        // another stream's first lines belong to no message of this one
        messages.read("stray\n");
        assert_eq!((messages.others.len(), messages.has_errors()), (2, true));
    }

    #[test]
    fn lines_that_only_look_like_messages_are_none() {
        for line in
            [": error WIX0001: x", "a : error WIX01: x", "a : error CNDL0001: x", "a : fatal WIX0001: x"]
        {
            assert_eq!(read(line).1, [line], "{line}");
        }
    }
}
