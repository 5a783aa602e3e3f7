//! The text of a source, of which lines are shown.

/// Every so many characters it is known which byte they begin at.
const STRIDE: usize = 256;

/// A text in which any character of any line is found at once: there may be a finding about each of them.
#[derive(Debug)]
pub(crate) struct Source {
    text: String,
    /// The place of the first character of each line, and of the end of the text.
    lines: Vec<usize>,
    /// The first byte of each [`STRIDE`]th character.
    marks: Vec<usize>,
}

impl Source {
    pub(crate) fn new(text: String) -> Source {
        let (mut lines, mut marks, mut place) = (vec![0], Vec::new(), 0);
        for (byte, character) in text.char_indices() {
            if place % STRIDE == 0 {
                marks.push(byte);
            }
            place += 1;
            if character == '\n' {
                lines.push(place);
            }
        }
        lines.push(place);
        Source { text, lines, marks }
    }

    /// The characters of a line, counted from 1, without its end.
    pub(crate) fn line(&self, number: usize) -> Option<Line<'_>> {
        let index = number.checked_sub(1)?;
        let (start, mut end) = (*self.lines.get(index)?, *self.lines.get(index + 1)?);
        for last in ['\n', '\r'] {
            if end > start && self.from(end - 1).starts_with(last) {
                end -= 1;
            }
        }
        Some(Line { source: self, start, length: end - start })
    }

    /// The text from the character at `place` on.
    fn from(&self, place: usize) -> &str {
        let text = self.marks.get(place / STRIDE).map_or("", |byte| &self.text[*byte..]);
        let offset = text.char_indices().nth(place % STRIDE).map_or(text.len(), |(byte, _)| byte);
        &text[offset..]
    }
}

/// A line of a source.
#[derive(Clone, Copy)]
pub(crate) struct Line<'s> {
    source: &'s Source,
    start: usize,
    /// How many characters it has.
    pub(crate) length: usize,
}

impl Line<'_> {
    /// Its characters from the one at `place` on.
    pub(crate) fn from(self, place: usize) -> impl Iterator<Item = char> {
        let left = self.length.saturating_sub(place);
        self.source.from(self.start + place).chars().take(left)
    }
}
