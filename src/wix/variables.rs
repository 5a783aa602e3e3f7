//! `!(…)` variables, which localization and binding replace.

/// Values within values, at the most.
const DEPTH: u32 = 20;
/// Parts of values that may come into a text, and bytes of them. Nothing that a person writes comes near.
const PARTS: usize = 10_000;
const BYTES: usize = 1 << 20;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment<'t> {
    /// As it stands.
    Text(&'t str),
    /// `!(loc.Id)`: a localized string.
    Localization(&'t str),
    /// `!(wix.Name)` or `!(wix.Name=default)`.
    Wix {
        /// The variable's name.
        name: &'t str,
        /// Its value where nothing defines it.
        default: Option<&'t str>,
    },
    /// `!(bind.Name.Id)`: a fact that only binding knows.
    Bind {
        /// What is asked for, for example `fileVersion`.
        name: &'t str,
        /// Of what: a file's, property's or assembly's id.
        id: &'t str,
        /// Its value where there is none.
        default: Option<&'t str>,
    },
    /// `!(bindpath.Name)`: a named folder of `-b Name=folder`.
    BindPath(&'t str),
}

/// The parts of `text`, each with the characters that it was read from; these joined are `text` again. `!!(` stands
/// for a `!(` that is no variable; what has none of the known prefixes is text.
#[must_use]
pub fn parse(text: &str) -> Vec<(&str, Segment<'_>)> {
    let mut parts = Vec::new();
    // `plain` is where text begins that no part has yet; `from` is where to look on
    let (mut plain, mut from) = (0, 0);
    while let Some(found) = text[from..].find("!(") {
        let at = from + found;
        from = at + 2;
        // Looked at before the end is looked for, which may be far.
        if !["loc.", "wix.", "bind.", "bindpath."].iter().any(|prefix| text[from..].starts_with(prefix)) {
            continue;
        }
        let Some(length) = text[from..].find(')') else { break };
        let end = from + length;
        let Some(segment) = variable(&text[from..end]) else { continue };
        from = end + 1;
        if at > plain && text[..at].ends_with('!') {
            parts.push((&text[plain..at], Segment::Text(&text[plain..at - 1])));
            plain = at;
            continue;
        }
        if at > plain {
            parts.push((&text[plain..at], Segment::Text(&text[plain..at])));
        }
        parts.push((&text[at..from], segment));
        plain = from;
    }
    if plain < text.len() {
        parts.push((&text[plain..], Segment::Text(&text[plain..])));
    }
    parts
}

fn variable(inside: &str) -> Option<Segment<'_>> {
    let (prefix, rest) = inside.split_once('.')?;
    let (name, default) = match rest.split_once('=') {
        Some((name, default)) => (name, Some(default)),
        None => (rest, None),
    };
    match prefix {
        "loc" => Some(Segment::Localization(rest)),
        "wix" => Some(Segment::Wix { name, default }),
        "bindpath" => Some(Segment::BindPath(rest)),
        "bind" => {
            let (name, id) = name.split_once('.').unwrap_or((name, ""));
            Some(Segment::Bind { name, id, default })
        }
        _ => None,
    }
}

/// What comes in the place of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement<'v> {
    /// The characters that the part was read from.
    Source,
    /// This text, as it stands.
    Text(String),
    /// This text, with its own parts replaced in turn.
    Value(&'v str),
}

/// The values go round in a circle, or grow without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless;

/// `text` with each part replaced by what `look` says of it.
///
/// # Errors
/// [`Endless`] if values hold themselves, however many others are in between.
pub fn replace<'v>(
    text: &str,
    look: &mut dyn FnMut(&str, &Segment<'_>) -> Replacement<'v>,
) -> Result<String, Endless> {
    let mut out = String::with_capacity(text.len());
    append(text, 0, &mut 0, look, &mut out)?;
    Ok(out)
}

fn append<'v>(
    text: &str,
    depth: u32,
    parts: &mut usize,
    look: &mut dyn FnMut(&str, &Segment<'_>) -> Replacement<'v>,
    out: &mut String,
) -> Result<(), Endless> {
    for (source, segment) in parse(text) {
        if depth > 0 {
            *parts += 1;
            if depth > DEPTH || *parts > PARTS || out.len() > BYTES {
                return Err(Endless);
            }
        }
        match look(source, &segment) {
            Replacement::Source => out.push_str(source),
            Replacement::Text(text) => out.push_str(&text),
            Replacement::Value(value) => append(value, depth + 1, parts, look, out)?,
        }
    }
    Ok(())
}
