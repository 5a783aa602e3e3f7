//! The parts of `<?…?>` instructions.

/// `name = value` of `<?define?>`: the bare name, and the value without its quotes.
pub(super) fn definition(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (name, value) = match text.split_once('=') {
        // As WiX: without a value, the `=` is part of the name, and nobody finds the variable.
        Some((name, "")) if variable(name).is_some() => return Some((text.trim(), "")),
        Some((name, value)) => (name, value),
        None => (text, ""),
    };
    let name = variable(name)?;
    Some((name, unquoted(value)))
}

/// The bare name of a variable of the author's own; none if it is empty or belongs to `env` or `sys`.
pub(super) fn variable(text: &str) -> Option<&str> {
    let name = text.trim();
    let name = name.strip_prefix("var.").unwrap_or(name);
    let foreign = ["env.", "sys.", "fun.", "loc."].iter().any(|prefix| name.starts_with(prefix));
    let legal = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    (legal && !foreign).then_some(name)
}

/// A name that may stand in `$(` and `)`, without them.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("$(").and_then(|text| text.strip_suffix(')')).unwrap_or(text)
}

/// `name in values` of `<?foreach?>`: the bare name, and the values, which may hold variables.
pub(super) fn foreach(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (name, rest) = text.split_once(char::is_whitespace)?;
    let values = rest.trim_start().strip_prefix("in")?;
    let values = values.strip_prefix(char::is_whitespace)?.trim();
    Some((variable(name)?, unquoted(values)))
}

/// `text` without white space around it, and without quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let bare = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    bare('"').or_else(|| bare('\'')).unwrap_or(text)
}

/// What an instruction does to the choice of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    /// `if`, `ifdef`, `ifndef`.
    Open,
    /// `elseif`, `else`.
    Other,
    /// `endif`.
    Close,
}

/// The choice that `name` takes part in; none for other instructions.
pub(super) fn branch(name: &str) -> Option<Branch> {
    Some(match name {
        "if" | "ifdef" | "ifndef" => Branch::Open,
        "elseif" | "else" => Branch::Other,
        "endif" => Branch::Close,
        _ => return None,
    })
}
