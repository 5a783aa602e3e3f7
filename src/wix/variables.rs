//! `!(…)` variables, which localization and binding replace.

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

#[cfg(test)]
mod tests {
    use super::*;
    use Segment::{Bind, BindPath, Localization, Text, Wix};

    fn check(text: &str, expected: &[Segment]) {
        let parts = parse(text);
        assert_eq!(parts.iter().map(|(source, _)| *source).collect::<String>(), text);
        assert_eq!(parts.into_iter().map(|(_, segment)| segment).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn known_prefixes_are_variables_and_all_else_is_text() {
        check("", &[]);
        check("a !(b) (c)", &[Text("a !(b) (c)")]);
        check("!(loc.open", &[Text("!(loc.open")]);
        check(
            "!(bindpath.extra)a-!(loc.X.y)!(wix.A=b=c)",
            &[BindPath("extra"), Text("a-"), Localization("X.y"), Wix { name: "A", default: Some("b=c") }],
        );
        check(
            "v!(bind.fileVersion.My.dll)",
            &[Text("v"), Bind { name: "fileVersion", id: "My.dll", default: None }],
        );
    }

    #[test]
    fn a_doubled_mark_is_an_escape() {
        check("a!!(loc.X)b", &[Text("a"), Text("!(loc.X)b")]);
        check("!!(loc.X)!(loc.Y)", &[Text(""), Text("!(loc.X)"), Localization("Y")]);
        check("!!(nothing)", &[Text("!!(nothing)")]);
    }
}
