//! Findings as text, in the manner of rustc: message, place, the line of the source, help.

use ancm_installer::diag::{Diagnostic, Location, Severity};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Renders findings; keeps the sources that they point into.
#[derive(Debug, Default)]
pub struct Renderer {
    color: bool,
    sources: BTreeMap<String, Option<String>>,
}

impl Renderer {
    /// With escape sequences for colours, or without.
    #[must_use]
    pub fn new(color: bool) -> Renderer {
        Renderer { color, sources: BTreeMap::new() }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("{}{text}{}", style.render(), style.render_reset()) } else { text.to_owned() }
    }

    fn line(&mut self, at: &Location) -> Option<String> {
        let text = self.sources.entry(at.file.to_string()).or_insert_with(|| {
            // a source of a size that nobody writes is not worth showing
            let small =
                std::fs::metadata(&*at.file).is_ok_and(|meta| meta.is_file() && meta.len() < 16 << 20);
            small.then(|| std::fs::read_to_string(&*at.file).ok()).flatten()
        });
        let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
        text.as_ref()?.lines().nth(line).map(str::to_owned)
    }

    /// The text of one finding, ending in a line break.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        let bold = Style::new().bold();
        let blue = bold.fg_color(Some(AnsiColor::Blue.into()));
        let hue = match diagnostic.severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Note => AnsiColor::Green,
        };
        let label = format!("{}[{}]", diagnostic.severity, diagnostic.code);
        let label = self.paint(bold.fg_color(Some(hue.into())), &label);
        let mut out = format!("{label}{}\n", self.paint(bold, &format!(": {}", diagnostic.message)));
        let places = diagnostic
            .at
            .iter()
            .map(|at| (at, ""))
            .chain(diagnostic.related.iter().map(|(at, label)| (at, label.as_str())));
        let widest = places.clone().map(|(at, _)| at.line).max().unwrap_or(0);
        let margin = " ".repeat(if widest == 0 { 1 } else { widest.to_string().len() });
        for (index, (at, label)) in places.enumerate() {
            let arrow = self.paint(blue, if index == 0 { "-->" } else { ":::" });
            let _ = writeln!(out, "{margin}{arrow} {at}");
            let Some(source) = self.line(at) else {
                if !label.is_empty() {
                    let _ = writeln!(out, "{margin} {} {label}", self.paint(blue, "="));
                }
                continue;
            };
            let bar = self.paint(blue, "|");
            let number = self.paint(blue, &format!("{:>width$}", at.line, width = margin.len()));
            let _ = writeln!(out, "{margin} {bar}");
            // a very long line (generated XML) would drown what it shows
            let shown: String = source.chars().take(160).collect::<String>().replace('\t', " ");
            let _ = writeln!(out, "{number} {bar} {shown}");
            let column = at.column as usize;
            if (1..=shown.chars().count()).contains(&column) {
                let blank = " ".repeat(column - 1);
                let caret = self.paint(bold.fg_color(Some(hue.into())), "^");
                let _ = writeln!(out, "{margin} {bar} {blank}{caret} {label}");
            } else if !label.is_empty() {
                let _ = writeln!(out, "{margin} {} {label}", self.paint(blue, "="));
            }
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(
                out,
                "{margin} {} {}",
                self.paint(blue, "="),
                self.paint(bold, "help:").to_string() + " " + help
            );
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_its_line_and_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.wxs");
        std::fs::write(&path, "<Wix>\n  <Filee />\n</Wix>\n").expect("writable");
        let file: std::sync::Arc<str> = path.to_string_lossy().into();
        let at = Location { file: file.clone(), line: 2, column: 3 };
        let first = Location { file: file.clone(), line: 1, column: 0 };
        let finding = Diagnostic::error("WIX0005", "`Filee` is not known")
            .at(&at)
            .related(&first, "inside")
            .help("look");
        let expected = format!(
            "error[WIX0005]: `Filee` is not known\n --> {file}:2:3\n  |\n2 |   <Filee />\n  |   ^ \n ::: {file}:1\n  |\n1 | <Wix>\n  = inside\n  = help: look\n"
        );
        assert_eq!(Renderer::new(false).diagnostic(&finding), expected);
    }

    #[test]
    fn a_finding_without_a_readable_place_is_still_told() {
        let at = Location { file: "gone.wxs".into(), line: 7, column: 1 };
        let text = Renderer::new(false).diagnostic(&Diagnostic::warning("x::y", "look out").at(&at));
        assert_eq!(text, "warning[x::y]: look out\n --> gone.wxs:7:1\n");
        assert!(Renderer::new(true).diagnostic(&Diagnostic::warning("x::y", "look out")).contains("\u{1b}["));
    }
}
