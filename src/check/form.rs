//! The forms that texts in tables have: GUIDs, versions, names, paths
//! (<https://learn.microsoft.com/windows/win32/msi/column-data-types>).

/// `{8-4-4-4-12}` in capital hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 38
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            0 => *byte == b'{',
            9 | 14 | 19 | 24 => *byte == b'-',
            37 => *byte == b'}',
            _ => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
        })
}

/// A number of decimal digits, at most `most`.
fn number(text: &str, most: u64) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse::<u64>().is_ok_and(|number| number <= most)
}

/// `major.minor.build`, fields up to 255, 255 and 65535, with a fourth field of any number.
pub(super) fn is_product_version(text: &str) -> bool {
    let fields: Vec<&str> = text.split('.').collect();
    let [major, minor, build, rest @ ..] = fields.as_slice() else { return false };
    let fourth = match rest {
        [] => true,
        [fourth] => number(fourth, u64::MAX),
        _ => false,
    };
    number(major, 255) && number(minor, 255) && number(build, 65_535) && fourth
}

/// Up to four fields, each up to 65535.
pub(super) fn is_version(text: &str) -> bool {
    text.split('.').count() <= 4 && text.split('.').all(|field| number(field, 65_535))
}

/// A decimal LANGID.
pub(super) fn is_language(text: &str) -> bool {
    number(text, 65_535)
}

/// A letter or `_`, then letters, digits, `_` and `.`
/// (<https://learn.microsoft.com/windows/win32/msi/identifier>).
pub(super) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// `short`, or `short|long` (<https://learn.microsoft.com/windows/win32/msi/filename>).
pub(super) fn is_file_name(text: &str, wildcards: bool) -> bool {
    match text.split_once('|') {
        Some((short, long)) => is_short_name(short, wildcards) && is_long_name(long, wildcards),
        None => is_short_name(text, wildcards),
    }
}

/// Eight characters, a dot and three characters, without blanks and what DOS does not have.
pub(super) fn is_short_name(text: &str, wildcards: bool) -> bool {
    let (name, extension) = text.split_once('.').unwrap_or((text, ""));
    // an asterisk stands for any number of characters
    let fits = |part: &str, most: usize| part.chars().filter(|c| *c != '*').count() <= most;
    is_long_name(text, wildcards)
        && !name.is_empty()
        && fits(name, 8)
        && fits(extension, 3)
        && !extension.contains('.')
        && !text.contains(['+', ',', ';', '=', '[', ']', ' '])
}

fn is_long_name(text: &str, wildcards: bool) -> bool {
    !text.is_empty()
        && !text.contains(['\\', '/', ':', '"', '<', '>', '|'])
        && (wildcards || !text.contains(['*', '?']))
}

/// `target` or `target:source`, each `.` or a name; or an identifier, the property that a root is named by
/// (<https://learn.microsoft.com/windows/win32/msi/defaultdir>).
pub(super) fn is_default_dir(text: &str) -> bool {
    let name = |text: &str| text == "." || is_file_name(text, false);
    let named = match text.split_once(':') {
        Some((target, source)) => name(target) && name(source),
        None => name(text),
    };
    named || is_identifier(text)
}

/// Whether every `[` has its `]` (<https://learn.microsoft.com/windows/win32/msi/formatted>).
pub(super) fn is_formatted(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '[' => {
                depth += 1;
                // `[\[]`: the character after the backslash is meant as such
                if characters.next_if_eq(&'\\').is_some() {
                    characters.next();
                }
            }
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is: impl Fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        right.iter().for_each(|text| assert!(is(text), "{text}"));
        wrong.iter().for_each(|text| assert!(!is(text), "{text}"));
    }

    #[test]
    fn names_have_their_forms() {
        check(is_identifier, &["a", "_1.b"], &["", "1a", "a-b", "ä", "a b"]);
        check(
            |text| is_file_name(text, false),
            &["readme", "a.b", "longna~1.txt|Long name.txt", "abcdefgh.ijk"],
            &["", "Long name.txt", "abcdefghi", "a.b.c", "a.html", "a*.b", "a|", "x y|x y", "a|b|c", r"a\b"],
        );
        check(|text| is_file_name(text, true), &["*.*", "a?.tmp", "*"], &["a b.*"]);
        check(
            is_default_dir,
            &["SourceDir", ".", "Acme", "a:.", "A~1|A long name:b", ".:x"],
            &["A long name", "a:b:c"],
        );
        check(is_formatted, &["", "a]", "[A][B]", r"[\[]x[\]]", "[[A]]"], &["[A", "x[A[B]"]);
    }

    #[test]
    fn numbers_have_their_forms() {
        check(is_version, &["1", "1.2.3.65535"], &["", "1.", "1.2.3.4.5", "65536", "1.a"]);
        check(
            is_product_version,
            &["1.2.3", "255.255.65535.99999"],
            &["1.2", "256.0.0", "1.2.3.4.5", "1.2.3."],
        );
        check(
            is_guid,
            &["{5C1A1B60-52B1-4C6E-8A57-6C7D0A9D1E02}"],
            &["{5c1a1b60-52b1-4c6e-8a57-6c7d0a9d1e02}", "{}"],
        );
    }
}
