//! check::registry_number: numbers in the registry have 32 bits.

use crate::Subject;
use crate::rule::{Findings, Rule};

/// A number in the registry has at most 32 bits.
pub(super) const RULE: Rule = Rule {
    code: "check::registry_number",
    title: "a number in the registry has at most 32 bits",
    explanation: "Windows Installer writes REG_DWORD, and what does not fit becomes another number.",
    fix: "write a number from -2147483648 to 4294967295",
    example: "Registry: R | 2 | Acme | Number | #99999999999 | App",
    check,
};

fn check(package: &Subject<'_>, found: &mut Findings) {
    for row in package.rows("Registry") {
        let Some(digits) = row.text("Value").strip_prefix('#') else { continue };
        let bare = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let fits = digits
            .parse::<i64>()
            .is_ok_and(|number| (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&number));
        if !fits {
            found.error(row.at("Value"), format!("{digits} does not fit into 32 bits"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::example::finds;

    #[test]
    fn numbers_that_fit() {
        finds(&RULE, RULE.example, &["error Registry.Value[R]"]);
        finds(&RULE, "Registry: R | 2 | Acme | Number | #4294967295 | App", &[]);
        finds(&RULE, "Registry: R | 2 | Acme | Number | #-2147483649 | App", &["error Registry.Value[R]"]);
    }
}
