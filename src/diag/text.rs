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
