//! What people and tools put before a line that they quote: `> `, `install.log:815:`, `264-`, `6:35:20 PM: `, a time of a
//! runner, a back quote.

use crate::diag::floor;

/// `line` without what stands before the log's own text; nothing where there is nothing to take off.
pub(crate) fn strip(line: &str) -> Option<&str> {
    let mut rest = line.trim_start_matches([' ', '\t', '>', '`', '|', '\u{feff}']);
    // the log's own marks anywhere near the start win over guessing what stands before them
    let near = floor(rest, 120);
    let head = &rest[..near];
    if let Some(at) = head.find("MSI (").filter(|at| super::signed(&rest[*at..]).is_some()) {
        return changed(line, &rest[at..]);
    }
    if let Some(at) = burn_prefix(head) {
        return changed(line, &rest[at..]);
    }
    for _ in 0..2 {
        rest = file_and_number(rest)
            .or_else(|| number(rest))
            .or_else(|| time(rest))
            .unwrap_or(rest)
            .trim_start();
    }
    if rest.is_empty() && line.trim_end().len() > 1 && line.trim().as_bytes()[0].is_ascii_digit() {
        return Some(rest);
    }
    changed(line, rest)
}

fn changed<'a>(line: &str, rest: &'a str) -> Option<&'a str> {
    (rest.len() < line.len() && !rest.is_empty()).then_some(rest)
}

/// The place of `[1A2B:3C4D][2024-…`.
fn burn_prefix(head: &str) -> Option<usize> {
    head.match_indices('[').map(|(at, _)| at).find(|at| super::message::burn(&head[*at..]).is_some())
}

/// `install.log:815:`, as grep writes it.
fn file_and_number(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once(':')?;
    let known = [".log", ".txt", ".LOG", ".TXT"].iter().any(|end| name.ends_with(end));
    if known { number(rest) } else { None }
}

/// `815:` or `815-`, with nothing or a space after it; never `1: {…}`, which is a message's own first field.
fn number(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).filter(|_| (1..=9).contains(&digits))?;
    let rest = rest.strip_prefix([':', '-'])?;
    let log = rest.trim_start();
    let begins =
        ["MSI (", "Action ", "Property(", "Error ", "Info ", "Product: ", "CustomAction ", "=== ", "["];
    (begins.iter().any(|begin| log.starts_with(begin)) || digits > 1 && !rest.starts_with(' ')).then_some(log)
}

/// `6:35:20 PM: `, `2024-01-02T03:04:05.678Z ` and the like.
fn time(text: &str) -> Option<&str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (first, rest) = text.split_once(' ')?;
    if first.len() >= 19 && first.as_bytes().get(10) == Some(&b'T') && first.get(..4).is_some_and(digits) {
        return Some(rest);
    }
    let clock = first.split(':').count() == 3 && first.split(':').all(digits);
    let rest = ["AM: ", "PM: "].iter().find_map(|half| rest.strip_prefix(half));
    rest.filter(|_| clock)
}
