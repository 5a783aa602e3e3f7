//! The order of tables that are looked through by halves, known while they are compiled.

/// Whether `one` stands before `other`, byte by byte.
pub(crate) const fn precedes(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at < other.len() && (at == one.len() || one[at] < other[at])
}
