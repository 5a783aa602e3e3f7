//! Findings as text, in the manner of rustc: message, place, the line of the source, help.

use super::source::{Line, Source};
use super::{Diagnostic, Location, Severity};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Gives the text of a source by the name that a [`Location`] has for it; nothing where it is not worth showing.
pub type Read = fn(&str) -> Option<String>;

/// Renders findings; keeps the sources that they point into.
#[derive(Debug)]
pub struct Renderer {
    color: bool,
    read: Read,
    sources: BTreeMap<String, Option<Source>>,
}

impl Renderer {
    /// With escape sequences for colours, or without.
    #[must_use]
    pub fn new(color: bool, read: Read) -> Renderer {
        Renderer { color, read, sources: BTreeMap::new() }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("{}{text}{}", style.render(), style.render_reset()) } else { text.to_owned() }
    }

    /// What is shown of the line of a place, and the column of the place in that.
    fn excerpt(&mut self, at: &Location) -> Option<(String, usize)> {
        let source =
            self.sources.entry(at.file.to_string()).or_insert_with(|| (self.read)(&at.file).map(Source::new));
        let line = source.as_ref()?.line(usize::try_from(at.line).ok()?)?;
        Some(excerpt(line, at.column as usize))
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
            match diagnostic.place.as_ref().filter(|_| index == 0) {
                Some(place) => writeln!(out, "{margin}{arrow} {at}: {place}"),
                None => writeln!(out, "{margin}{arrow} {at}"),
            }
            .expect("a string takes everything");
            let Some((shown, column)) = self.excerpt(at) else {
                if !label.is_empty() {
                    let _ = writeln!(out, "{margin} {} {label}", self.paint(blue, "="));
                }
                continue;
            };
            let bar = self.paint(blue, "|");
            let number = self.paint(blue, &format!("{:>width$}", at.line, width = margin.len()));
            let _ = writeln!(out, "{margin} {bar}");
            let _ = writeln!(out, "{number} {bar} {shown}");
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

/// How many characters of a line are shown.
const SHOWN: usize = 160;

/// The part of `line` around the character at `column`, with `…` where something is left out, and the column in it: a very
/// long line (generated XML) would drown what it shows.
fn excerpt(line: Line, column: usize) -> (String, usize) {
    let start = match line.length.checked_sub(SHOWN) {
        Some(last) => column.saturating_sub(SHOWN / 2).min(last),
        None => 0,
    };
    let is_left_out = |at: usize| (at == 0 && start > 0) || (at == SHOWN - 1 && start + SHOWN < line.length);
    let shown = line.from(start).take(SHOWN).enumerate().map(|(at, character)| match character {
        _ if is_left_out(at) => '…',
        '\t' => ' ',
        character => character,
    });
    (shown.collect(), column.saturating_sub(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn source(name: &str) -> Option<String> {
        (name == "a.wxs").then(|| "<Wix>\n  <Filee />\n</Wix>\n".to_owned())
    }

    #[test]
    fn a_finding_shows_its_line_and_what_to_do() {
        let at = Location { file: "a.wxs".into(), line: 2, column: 3 };
        let first = Location { file: "a.wxs".into(), line: 1, column: 0 };
        let finding = Diagnostic::error("WIX0005", "`Filee` is not known")
            .at(&at)
            .related(&first, "inside")
            .help("look");
        let expected = "error[WIX0005]: `Filee` is not known\n --> a.wxs:2:3\n  |\n2 |   <Filee />\n  |   ^ \n \
                        ::: a.wxs:1\n  |\n1 | <Wix>\n  = inside\n  = help: look\n";
        assert_eq!(Renderer::new(false, source).diagnostic(&finding), expected);
    }

    #[test]
    fn the_caret_stands_under_its_character_on_a_line_of_any_length() {
        fn long(_: &str) -> Option<String> {
            Some(format!("{}<Filee />{}\n", " ".repeat(5000), "x".repeat(5000)))
        }
        for (column, begins, ends) in [(1, " ", "…"), (5001, "…", "…"), (10_009, "…", "x")] {
            let at = Location { file: "a.wxs".into(), line: 1, column };
            let text = Renderer::new(false, long).diagnostic(&Diagnostic::error("WIX0005", "no").at(&at));
            let lines: Vec<&str> = text.lines().collect();
            let (shown, caret) = (&lines[3][4..], &lines[4][4..]);
            assert!(shown.starts_with(begins) && shown.ends_with(ends), "{shown}");
            assert!(shown.chars().count() <= 160);
            let under = shown.chars().nth(caret.find('^').expect("a caret"));
            assert_eq!(
                under,
                [(1, ' '), (5001, '<'), (10_009, 'x')].iter().find(|(c, _)| *c == column).map(|(_, l)| *l)
            );
        }
    }

    #[test]
    fn a_finding_without_a_readable_place_is_still_told() {
        let at = Location { file: "gone.wxs".into(), line: 7, column: 1 };
        let finding = Diagnostic::warning("x::y", "look out").at(&at);
        let text = Renderer::new(false, source).diagnostic(&finding);
        assert_eq!(text, "warning[x::y]: look out\n --> gone.wxs:7:1\n");
        let colored = Renderer::new(true, source).diagnostic(&Diagnostic::warning("x::y", "look out"));
        assert!(colored.contains("\u{1b}["));
    }

    #[test]
    fn a_finding_about_a_package_names_table_column_and_row() {
        let at = Location { file: "a.msi".into(), line: 0, column: 0 };
        let row = vec!["App".to_owned()];
        let place = Place { table: "Component".into(), column: "KeyPath".into(), row };
        let finding = Diagnostic::error("ICE02", "no").at(&at).place(place);
        assert_eq!(finding.to_string(), "a.msi: Component.KeyPath[App]: error[ICE02]: no");
        let text = Renderer::new(false, source).diagnostic(&finding);
        assert_eq!(text, "error[ICE02]: no\n --> a.msi: Component.KeyPath[App]\n");
    }
}
