//! The arguments of an operation: `ComponentId={…},KeyPath=C:\a, b\c.dll,State=3,,Disk=1`. Values may have commas.

/// The value of `name` in `arguments`; it goes on to a comma with a `Name=` or another comma after it.
pub(crate) fn field<'a>(arguments: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = arguments;
    let value = loop {
        // the byte after the name first: most names differ in length, and one look is cheaper than a comparison
        if rest.as_bytes().get(name.len()) == Some(&b'=') && rest.as_bytes().starts_with(name.as_bytes()) {
            break &rest[name.len() + 1..];
        }
        rest = &rest[memchr::memchr(b',', rest.as_bytes())? + 1..];
    };
    let ends = |at: &usize| {
        let rest = &value[at + 1..];
        let word = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        rest.is_empty() || rest.starts_with(',') || (word > 0 && rest.as_bytes().get(word) == Some(&b'='))
    };
    let end = memchr::memchr_iter(b',', value.as_bytes()).find(ends).unwrap_or(value.len());
    Some(&value[..end])
}

/// The fields of `1: a 2: b 3: c `.
pub(crate) fn numbered(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = text.strip_prefix("1: ").unwrap_or(text);
    for number in b'2'..=b'9' {
        let is_mark =
            |at: &usize| rest.as_bytes()[..*at].ends_with(&[b' ', number]) && rest[at + 1..].starts_with(' ');
        let Some(at) = memchr::memchr_iter(b':', rest.as_bytes()).find(is_mark) else { break };
        fields.push(&rest[..at - 2]);
        rest = &rest[at + 2..];
    }
    fields.push(rest.trim_end());
    fields
}
