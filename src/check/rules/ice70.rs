//! ICE70: numbers in the registry are numbers.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A registry value that begins with one `#` is a number.
pub(super) const RULE: Rule = Rule {
    code: "ICE70",
    title: "a registry value that begins with one `#` is a number",
    explanation: "One `#` makes the value a number (`#x` a binary value, `#%` an expandable text, `##` a text that begins with `#`). https://learn.microsoft.com/windows/win32/msi/ice70",
    fix: "write `#` and digits, `#x` and hexadecimal digits, or `##` for a text",
    example: r#"Registry: R | 2 | Software\Acme | Number | #one | App"#,
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("Registry") {
        let value = row.text("Value");
        let Some(rest) = value.strip_prefix('#').filter(|rest| !rest.starts_with(['#', '%'])) else {
            continue;
        };
        let right = match rest.strip_prefix(['x', 'X']) {
            Some(digits) => is_made_of(digits, |c| c.is_ascii_hexdigit()),
            None => is_made_of(rest.strip_prefix(['+', '-']).unwrap_or(rest), |c| c.is_ascii_digit()),
        };
        if !right {
            found.error(row.at("Value"), format!("`{value}` begins like a number and is none"));
        }
    }
}

/// Whether `text` is made of digits and `[properties]`, and not empty.
fn is_made_of(text: &str, digit: fn(char) -> bool) -> bool {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if digit(first) {
            rest = &rest[first.len_utf8()..];
        } else if let Some((_, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            rest = after;
        } else {
            return false;
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn forms_of_numbers() {
        finds(&RULE, RULE.example, &["error Registry.Value[R]"]);
        finds(&RULE, "Registry: R | 2 | K | N | #1 | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | #-5 | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | #x0aFF | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | #[PROP] | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | ##one | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | #%PATH | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | text | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | #99999999999 | App", &[]);
        finds(&RULE, "Registry: R | 2 | K | N | # | App", &["error Registry.Value[R]"]);
        finds(&RULE, "Registry: R | 2 | K | N | #x | App", &["error Registry.Value[R]"]);
        finds(&RULE, "Registry: R | 2 | K | N | #xg | App", &["error Registry.Value[R]"]);
        finds(&RULE, "Registry: R | 2 | K | N | #1  | App", &["error Registry.Value[R]"]);
    }
}
