//! Security descriptors as text, as far as their form goes
//! (<https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format>), with what Windows Installer
//! allows in them: `[PROPERTY]`, and `<DOMAIN\NAME>` for somebody
//! (<https://learn.microsoft.com/windows/win32/msi/formattedsddltext>).

/// Kinds of entries in access control lists.
const KINDS: [&str; 15] =
    ["A", "D", "OA", "OD", "AU", "AL", "OU", "OL", "ML", "XA", "XD", "ZA", "RA", "SP", "XU"];
/// Flags of lists and of entries.
const LIST_FLAGS: [&str; 4] = ["P", "AR", "AI", "NO_ACCESS_CONTROL"];
const ENTRY_FLAGS: [&str; 9] = ["CI", "OI", "NP", "IO", "ID", "SA", "FA", "TP", "CR"];
/// Rights by name.
const RIGHTS: [&str; 28] = [
    "GA", "GR", "GW", "GX", "RC", "SD", "WD", "WO", "RP", "WP", "CC", "DC", "LC", "SW", "LO", "DT", "CR",
    "FA", "FR", "FW", "FX", "KA", "KR", "KW", "KX", "NR", "NW", "NX",
];
/// Fields of an entry: kind, flags, rights, two objects, somebody, and a condition that may be left out.
const FIELDS: std::ops::RangeInclusive<usize> = 6..=7;

/// What keeps `text` from being a security descriptor; nothing where it may be one, for a property may stand for anything.
pub(super) fn problem(text: &str) -> Option<String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Some("there is no security descriptor".to_owned());
    }
    while !rest.is_empty() {
        if rest.starts_with('[') {
            return None;
        }
        let (part, after) = match (rest.get(..2), rest.get(2..)) {
            (Some(part @ ("O:" | "G:" | "D:" | "S:")), Some(after)) => (part, after),
            _ => return Some(format!("expected `O:`, `G:`, `D:` or `S:` at `{}`", beginning(rest))),
        };
        rest = match part {
            "O:" | "G:" => {
                let end = end_of_name(after);
                if end == 0 {
                    return Some(format!("`{part}` names nobody"));
                }
                &after[end..]
            }
            _ => match list(after) {
                Ok(after) => after,
                Err(problem) => return Some(problem),
            },
        };
    }
    None
}

/// What stands behind a list of entries.
fn list(text: &str) -> Result<&str, String> {
    let flags = text.find(['(', ':', '[']).unwrap_or(text.len());
    // the letter before a colon begins the next part
    let flags = if text[flags..].starts_with(':') { flags.saturating_sub(1) } else { flags };
    words(&text[..flags], &LIST_FLAGS, "a flag of a list")?;
    let mut rest = &text[flags..];
    while rest.starts_with('(') {
        let end = closing(rest).ok_or_else(|| format!("the entry `{}` does not end", beginning(rest)))?;
        entry(&rest[1..end])?;
        rest = &rest[end + 1..];
    }
    Ok(rest)
}

fn entry(text: &str) -> Result<(), String> {
    if text.contains('[') {
        return Ok(());
    }
    // a condition has parentheses, and may have anything else in it
    let fields: Vec<&str> = text.splitn(*FIELDS.end(), ';').collect();
    if !FIELDS.contains(&fields.len()) {
        return Err(format!("the entry `({text})` has {} fields, expected 6", fields.len()));
    }
    if !KINDS.contains(&fields[0]) {
        return Err(format!("`{}` is no kind of an entry, such as A or D", fields[0]));
    }
    words(fields[1], &ENTRY_FLAGS, "a flag of an entry")?;
    let is_number = fields[2].strip_prefix("0x").map_or_else(
        || fields[2].bytes().all(|byte| byte.is_ascii_digit()),
        |digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
    );
    if !is_number {
        words(fields[2], &RIGHTS, "a right")?;
    }
    match end_of_name(fields[5]) {
        0 => Err(format!("the entry `({text})` names nobody")),
        end if end < fields[5].len() => Err(format!("`{}` is nobody's name", fields[5])),
        _ => Ok(()),
    }
}

/// Takes words without blanks between them off `text`; the longest that fits.
fn words(text: &str, known: &[&str], what: &str) -> Result<(), String> {
    let mut rest = text;
    while !rest.is_empty() {
        let word = known.iter().filter(|word| rest.starts_with(**word)).max_by_key(|word| word.len());
        let word = word.ok_or_else(|| format!("`{}` is not {what}", beginning(rest)))?;
        rest = &rest[word.len()..];
    }
    Ok(())
}

/// Where a name of somebody ends: two letters, `S-1-…`, or `<DOMAIN\NAME>`.
fn end_of_name(text: &str) -> usize {
    if text.starts_with(['<', '[']) {
        return text.find(['>', ']']).map_or(0, |end| end + 1);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match text.strip_prefix("S-") {
        // the digits of an authority may be hexadecimal, and the next part begins with a letter, too
        Some(_) => {
            let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
            if text[end..].starts_with(':') { end - 1 } else { end }
        }
        None if text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_alphabetic()) => 2,
        None => 0,
    }
}

/// Where the parenthesis that `text` begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    })
}

fn beginning(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn descriptors_have_their_form() {
        for right in [
            "D:P(A;;GA;;;BA)",
            "O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICIIO;0x1200a9;;;S-1-5-32-545)S:(AU;SAFA;KA;;;WD)",
            r"D:(A;CI;GRGX;;;<ACME\relay>)",
            "O:S-1-5-18D:NO_ACCESS_CONTROL",
            "D:(XA;;FX;;;WD;(@User.Title==\"(x;y)\"))",
            "D:(A;;[RIGHTS];;;WD)",
            "[SDDL]",
            "D:",
        ] {
            assert_eq!(problem(right), None, "{right}");
        }
        for (wrong, words) in [
            ("", "no security descriptor"),
            ("Everyone", "expected `O:`"),
            ("D:P(A;;GA;;;BA", "does not end"),
            ("D:P(A;;GA;;BA)", "5 fields"),
            ("D:P(Q;;GA;;;BA)", "`Q` is no kind"),
            ("D:P(A;ZZ;GA;;;BA)", "`ZZ` is not a flag"),
            ("D:P(A;;YY;;;BA)", "`YY` is not a right"),
            ("D:P(A;;GA;;;)", "names nobody"),
            ("D:P(A;;GA;;;BAx)", "`BAx` is nobody"),
            ("D:X(A;;GA;;;BA)", "`X` is not a flag of a list"),
            ("O:D:", "names nobody"),
            ("D:(A;;GA;;;BA)x", "expected `O:`"),
        ] {
            assert!(problem(wrong).is_some_and(|told| told.contains(words)), "{wrong}: {:?}", problem(wrong));
        }
    }
}
