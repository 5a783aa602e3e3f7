//! Text in pages: HTML, and SVG within it.

/// `text` as the content of an element or the value of an attribute in double quotes
/// (<https://html.spec.whatwg.org/multipage/syntax.html>). Other control characters than line ends, which no page may have,
/// are blanks.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            other if other.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
