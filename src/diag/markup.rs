//! Text in pages (HTML, and SVG within it) and in XML.

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

/// `value` as an attribute in double quotes, from which a reader of XML gets it back to the character: blanks that it would
/// take for others are written by their numbers (<https://www.w3.org/TR/xml/#AVNormalize>).
#[must_use]
pub fn attribute(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#x9;"),
            '\n' => text.push_str("&#xA;"),
            '\r' => text.push_str("&#xD;"),
            c => text.push(c),
        }
    }
    text
}
