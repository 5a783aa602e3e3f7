//! ICE65: separators of environment variables separate.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A value of an environment variable has its separator only where it joins the others.
pub(super) const RULE: Rule = Rule {
    code: "ICE65",
    title: "a value of an environment variable has its separator only where it joins the others",
    explanation: "A value that begins with `[~]` is appended, one that ends with it is put in front; the character next to `[~]` separates it from the others. A separator at the other end makes an empty part, one that is a letter or digit occurs in values. https://learn.microsoft.com/windows/win32/msi/ice65",
    fix: "write `[~];VALUE` or `VALUE;[~]`",
    example: "Environment: E | PATH | ;[INSTALLDIR];[~] | App",
    check,
};

const NULL: &str = "[~]";

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("Environment") {
        let (name, value) = (row.text("Environment"), row.text("Value"));
        let (separator, rest) = split(value);
        let at = || row.at("Value");
        if let Some(separator) = separator {
            if separator.is_alphanumeric() {
                found.warning(
                    at(),
                    format!("the separator of `{name}` is `{separator}`, which values contain"),
                );
            }
            if rest.starts_with(separator) || rest.ends_with(separator) {
                found.error(
                    at(),
                    format!("the value of `{name}` begins or ends with the separator `{separator}`"),
                );
            }
        }
        if rest.contains(NULL) {
            found.error(at(), format!("the value of `{name}` has a `{NULL}` inside"));
        }
    }
}

/// The separator, and what is left without it and its `[~]`.
fn split(value: &str) -> (Option<char>, &str) {
    if value == NULL {
        return (None, "");
    }
    if let Some(rest) = value.strip_prefix(NULL) {
        let separator = rest.chars().next();
        return (separator, &rest[separator.map_or(0, char::len_utf8)..]);
    }
    if let Some(rest) = value.strip_suffix(NULL) {
        let separator = rest.chars().next_back();
        return (separator, &rest[..rest.len() - separator.map_or(0, char::len_utf8)]);
    }
    (None, value)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn separators() {
        finds(&RULE, RULE.example, &["error Environment.Value[E]"]);
        finds(&RULE, "Environment: E | PATH | [INSTALLDIR];[~] | App", &[]);
        finds(&RULE, "Environment: E | PATH | [~];[INSTALLDIR] | App", &[]);
        finds(&RULE, "Environment: E | PATH | [~]ex | App", &["warning Environment.Value[E]"]);
        finds(&RULE, "Environment: E | PATH | a[~]b | App", &["error Environment.Value[E]"]);
        finds(&RULE, "Environment: E | PATH | [~];a;[~] | App", &["error Environment.Value[E]"]);
        finds(&RULE, "Environment: E | PATH | x;y | App", &[]);
        finds(&RULE, "Environment: E | PATH | [~] | App", &[]);
    }
}
